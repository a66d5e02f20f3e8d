"""Figures of a column while its cells pass by: how many are filled, which values there are, an even sample of them."""

from __future__ import annotations

from collections.abc import Sequence

DISTINCT = 50_000
"""Most distinct values that are counted for one column, …"""
_DISTINCT_TOGETHER = 400_000
"""… and for all columns of a sheet together."""
SAMPLE = 20_000
"""Most rows in the even sample of a sheet."""
_LONG = 200
"""Longer cells are not kept as distinct values: they are nobody's choices."""


class Column:
    """One column's figures."""

    __slots__ = ("beyond", "firsts", "longest", "most", "values")

    def __init__(self, most: int) -> None:
        self.most = most
        self.beyond = 0
        """Filled cells that are in no count of a value."""
        self.longest = 0
        self.values: dict[str, int] = {}
        """Distinct values with their counts, in the order of first sight."""
        self.firsts: dict[str, int] = {}
        """Row of the file in which each was seen first."""

    @property
    def filled(self) -> int:
        return sum(self.values.values()) + self.beyond

    def meet(self, cell: str, number: int) -> None:
        """Counts a value that was not met before."""
        if len(cell) > self.longest:
            self.longest = len(cell)
        if len(self.values) < self.most and len(cell) <= _LONG:
            self.values[cell] = 1
            self.firsts[cell] = number
        else:
            self.beyond += 1


class Tally:
    """All columns of a sheet, and an even sample of its rows: every row, then every second, every fourth, …"""

    def __init__(self, width: int) -> None:
        most = max(200, min(DISTINCT, _DISTINCT_TOGETHER // max(width, 1)))
        self.columns = [Column(most) for _ in range(width)]
        self.sample: list[tuple[int, Sequence[str]]] = []
        """Row of the file, cells."""
        self._step = 1
        self._rows = 0

    def take(self, number: int, cells: Sequence[str]) -> None:
        for column, cell in zip(self.columns, cells, strict=True):
            if cell:
                values = column.values
                if cell in values:
                    values[cell] += 1
                else:
                    column.meet(cell, number)
        if self._rows % self._step == 0:
            if len(self.sample) >= SAMPLE:
                self.sample = self.sample[::2]
                self._step *= 2
            if self._rows % self._step == 0:
                self.sample.append((number, cells))
        self._rows += 1

    def values(self, place: int) -> dict[str, int]:
        """Values of a column with their counts: all of them where they were all counted, else those of the sample."""
        column = self.columns[place]
        if not column.beyond:
            return column.values
        found: dict[str, int] = {}
        for _, cells in self.sample:
            if cell := cells[place]:
                found[cell] = found.get(cell, 0) + 1
        return found

    def first(self, place: int, value: str) -> int:
        """Row of the file in which the value stands first, as far as is known; 0 where it is not."""
        known = self.columns[place].firsts.get(value, 0)
        return known or next((number for number, cells in self.sample if cells[place] == value), 0)
