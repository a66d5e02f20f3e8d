"""What every reader of a format gives: numbered rows of text, and notes of what it met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tradewind.ingest.reading.shapes import Note
from tradewind.kernel.json import Json

BadCode = str
"""Why a row is no row: `quote` (a quote that is not closed or not alone), `wide` (more cells than the sheet has columns), `long` (no end in sight)."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file. `number` counts from 1 as a spreadsheet does; `bad` says why its cells cannot be trusted."""

    number: int
    cells: Sequence[str]
    bad: BadCode = ""
    short: bool = False
    """Whether fewer cells than the header has are worth a note: in a csv file they are, in a workbook empty cells are not written."""


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
