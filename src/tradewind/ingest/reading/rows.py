"""What every reader of a format gives: numbered rows of text, and notes of what it met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tradewind.ingest.reading.shapes import Note
from tradewind.kernel.json import Json

Bad = Literal["", "quote", "wide", "cut"]
"""Why a row is no row of its sheet: a quote that is not closed or not alone, more cells than there are columns, the file's end in the midst of it."""
Short = Literal["", "gap", "cut"]
"""What fewer cells than columns mean: nothing in a workbook, where empty cells are not written; a gap in a text, or that it ends there."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file. `number` counts from 1 as a spreadsheet does; with `bad` its cells cannot be trusted."""

    number: int
    cells: Sequence[str]
    bad: Bad = ""
    short: Short = ""


Rows = Iterator[Row]


@dataclass(slots=True)
class _Seen:
    count: int
    first: str
    params: dict[str, Json]


@dataclass(slots=True)
class Notes:
    """Counts what is noticed, with the first place of each kind."""

    _seen: dict[str, _Seen] = field(default_factory=dict[str, _Seen])

    def add(self, code: str, first: str = "", count: int = 1, **params: Json) -> None:
        """One more of `code`; place and parameters of the first one stay."""
        found = self._seen.get(code)
        if found is None:
            self._seen[code] = _Seen(count, first, params)
        else:
            found.count += count

    def all(self) -> tuple[Note, ...]:
        return tuple(Note(code=code, count=seen.count, first=seen.first, params=seen.params) for code, seen in self._seen.items())


Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""


class Merges:
    """The merged cells of a sheet. A value merged over several rows is every row's: it is written into the first column of each of them.

    Over several columns it stays in the first one; in the header it is part of the names below it.
    """

    def __init__(self, ranges: tuple[Merge, ...], notes: Notes) -> None:
        self.ranges = ranges
        self._starts: dict[int, list[Merge]] = {}
        for merge in sorted(ranges):
            if merge[2] > merge[0]:
                self._starts.setdefault(merge[0], []).append(merge)
            notes.add("merged", cell_name(merge[1], merge[0] + 1))
        self._running: list[tuple[Merge, str]] = []

    def fill(self, index: int, cells: list[str]) -> None:
        """Writes into the row of that index what is merged down into it."""
        if self._running:
            for merge, text in self._running:
                while len(cells) <= merge[1]:
                    cells.append("")
                cells[merge[1]] = cells[merge[1]] or text
            self._running = [(merge, text) for merge, text in self._running if merge[2] > index]
        for merge in self._starts.get(index, ()):
            if merge[1] < len(cells) and cells[merge[1]]:
                self._running.append((merge, cells[merge[1]]))

    def group(self, index: int, place: int) -> tuple[int, int]:
        """First and last column of the cell of that row which lies over the column; the column itself where nothing is merged."""
        for first_row, first, last_row, last in self.ranges:
            if first_row <= index <= last_row and first <= place <= last:
                return first, last
        return place, place


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet whose rows are still to be read. `notes` fill while they are."""

    name: str
    hidden: bool
    rows: Rows
    notes: Notes
    merges: Merges
    currencies: dict[int, dict[str, int]] = field(default_factory=dict[int, dict[str, int]])
    """Currencies that number formats show, with their counts, by column."""


def letter(place: int) -> str:
    """A column's name in a spreadsheet: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell_name(place: int, number: int) -> str:
    """A cell's name in a spreadsheet: C7."""
    return f"{letter(place)}{number}"
