"""What a file turned out to hold: sheets, columns, what each column seems to be, and what was noticed on the way."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Kind = Literal["csv", "xlsx", "xls", "xlsb", "ods"]
"""`csv` is any text with delimiters, whatever they are."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one file may cost. What goes beyond is refused with a problem that names the limit."""

    size: int = 200_000_000
    """Bytes of the file itself."""
    unpacked: int = 2_000_000_000
    """Bytes of all parts of a workbook together once unpacked."""
    memory: int = 1_500_000_000
    """Bytes of address space the child process may have."""
    seconds: int = 900
    """Seconds on the clock; processor seconds are limited to the same."""
    sheets: int = 200
    rows: int = 5_000_000
    """In one sheet."""
    columns: int = 1_000
    cell: int = 100_000
    """Characters of one cell. A longer one is cut and noted."""
    written: int = 4_000_000_000
    """Bytes of all that is written into the folder."""


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of file it is, told by its content."""

    kind: Kind
    size: int
    """Bytes."""
    encoding: str = ""
    """Python's name of the encoding; empty for workbooks."""
    delimiter: str = ""
    """One character; empty for workbooks."""
    quote: str = '"'
    escape: str = ""
    """A character before quotes inside quoted cells; empty where they are doubled."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was noticed or mended. Its sentence is `reading.notes.<code>` of the message catalogues, with `count`, `first` and `params`."""

    code: str
    count: int = 1
    first: str = ""
    """Where it was met first, as a spreadsheet names it: a cell (`C7`) or a row (`7`); rows are counted from 1, the header's included."""
    params: dict[str, Any] = {}


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """Cells of a column that do not fit its guess."""

    count: int
    examples: tuple[str, ...]
    """A few of them, different ones."""
    first: str = ""
    """Place of the first one, where it is known."""


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """What a column seems to hold. Counts are of the cells looked at: all of them while the column has few distinct values, else an even sample."""

    type: str = "text"
    """Name of a field type."""
    options: dict[str, Any] = {}
    """Settings for a new field of that type."""
    confidence: float = 0.0
    """From 0 to 1: the share of cells that agree, less for few cells and for close rivals."""
    seen: int = 0
    agree: int = 0
    disagree: Disagreement | None = None
    day_first: bool | None = None
    """How dates like 03/04/2024 are read: day first or month first. None where no date needs it, or nothing decides (`ambiguous`)."""
    ambiguous: bool = False
    """Nothing in the column decides between day first and month first: somebody has to say it."""
    formats: tuple[str, ...] = ()
    """strptime patterns of the dates that need one ("%d %b %Y", "%Y%m%d"); `serial` for a spreadsheet's count of days."""
    decimal: str = ""
    """The decimal mark of numbers written as text, where one was seen."""
    currency: str = ""
    """ISO code of the currency written beside every amount."""
    unit: str = ""
    """The unit written beside the numbers."""
    country: str = ""
    """ISO code of the country by whose rules local phone numbers were understood."""
    words: dict[str, Any] = {}
    """Where a cell stands for a value of another spelling: yes and no, option keys, country codes."""
    others: tuple[str, ...] = ()
    """The next best types, the better first."""


class ColumnFound(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a sheet. Maps speak of it by `name`, which no other column of the sheet has."""

    name: str
    header: str
    """As it stands in the file; empty where the column has none."""
    place: int
    """Position in the canonical file, from 0."""
    letter: str = ""
    """The column as a spreadsheet names it: A, B, …, AA."""
    filled: int = 0
    """Cells that are not empty."""
    distinct: int = 0
    """Different values; counting stops at some ten thousand, and `distinct_capped` says so."""
    distinct_capped: bool = False
    longest: int = 0
    """Characters of the longest cell."""
    examples: tuple[str, ...] = ()
    guess: Guess = Guess()


class SheetFound(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet. Its rows lie in `file`, all of the same width; rows that could not be read lie in `bad_file`."""

    name: str
    file: str
    """Name of the canonical file in the folder: UTF-8, commas, line feeds, minimal quotes, no header."""
    rows: int
    columns: tuple[ColumnFound, ...] = ()
    header_row: int = 0
    """Row of the file that names the columns, from 1; 0 where none does."""
    hidden: bool = False
    bad: int = 0
    """Rows that could not be read as a row of this sheet."""
    bad_file: str = ""
    """Of each bad row: its number in the file, a code, then its cells as far as they could be told apart; empty when there is none."""
    gaps: tuple[tuple[int, int], ...] = ()
    """(row of data, rows of the file before it that are no data), wherever that number changes; see `file_row`."""
    notes: tuple[Note, ...] = ()

    def file_row(self, number: int) -> int:
        """The file's own number of the data row `number`, both from 1."""
        before = 0
        for first, skipped in self.gaps:
            if first > number:
                break
            before = skipped
        return number + before


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file."""

    kind: Kind
    size: int
    sheets: tuple[SheetFound, ...]
    encoding: str = ""
    delimiter: str = ""
    notes: tuple[Note, ...] = ()
    """What concerns the file as a whole."""
