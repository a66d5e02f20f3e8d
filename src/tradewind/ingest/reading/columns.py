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

    __slots__ = ("capped", "filled", "longest", "most", "values")

    def __init__(self, most: int) -> None:
        self.most = most
        self.filled = 0
        self.longest = 0
        self.capped = False
        self.values: dict[str, int] = {}
        """Distinct values with their counts, in the order of first sight."""

    def take(self, cell: str) -> None:
        self.filled += 1
        if len(cell) > self.longest:
            self.longest = len(cell)
        values = self.values
        if cell in values:
            values[cell] += 1
        elif len(values) < self.most and len(cell) <= _LONG:
            values[cell] = 1
        else:
            self.capped = True


class Tally:
    """All columns of a sheet, and an even sample of its rows: every row, then every second, every fourth, …"""

    def __init__(self, width: int) -> None:
        most = max(200, min(DISTINCT, _DISTINCT_TOGETHER // max(width, 1)))
        self.columns = [Column(most) for _ in range(width)]
        self.sample: list[tuple[int, Sequence[str]]] = []
        """Row number of the file, cells."""
        self._step = 1
        self._rows = 0

    def take(self, number: int, cells: Sequence[str]) -> None:
        for column, cell in zip(self.columns, cells, strict=True):
            if cell:
                column.take(cell)
        if self._rows % self._step == 0:
            if len(self.sample) >= SAMPLE:
                self.sample = self.sample[::2]
                self._step *= 2
            if self._rows % self._step == 0:
                self.sample.append((number, cells))
        self._rows += 1
