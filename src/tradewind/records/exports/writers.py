"""The files themselves: xlsx and csv, row by row in constant memory, with nothing in them that a spreadsheet would run."""

from __future__ import annotations

import csv
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

from tradewind.kernel.messages import say
from tradewind.kinds.fields.cells import guarded
from tradewind.kinds.fields.contract import Typed
from tradewind.records.exports.cells import Cell, plain

MOST_ROWS = 1_048_575
"""Rows of data a sheet of xlsx can hold beneath its header."""
LONGEST_CELL = 32_767
"""Characters a cell of xlsx can hold."""
_DIGITS = 15
_FIRST_DAY = date(1900, 3, 1)
"""Before it, spreadsheets count a day that never was."""
_NO_XML = str.maketrans({"\ufffe": "\ufffd", "\uffff": "\ufffd"})
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "-"))


@dataclass(frozen=True, slots=True)
class About:
    """Who made the file, when, from what: shown in it or beside it."""

    title: str
    author: str
    at: datetime
    lines: Sequence[tuple[str, str]]


class Writer(Protocol):
    """A file being written. Tables are named by their place."""

    suffix: str
    cut: int
    """Cells that were too long for the format and say so."""

    def begin(self, label: str, headers: Sequence[str]) -> None:
        """The next table."""
        ...

    def row(self, table: int, cells: Sequence[Cell]) -> None:
        """The table's next row."""
        ...

    def end(self, about: About) -> Path:
        """Closes everything; the finished file."""
        ...


class CsvWriter:
    """One csv as RFC 4180 has it (UTF-8 with its mark, which spreadsheets need); several tables, or a page about them, lie in a zip."""

    def __init__(self, folder: Path, language: str, *, about: bool) -> None:
        self.cut = 0
        self.suffix = ".csv"
        self._folder, self._language, self._about = folder, language, about
        self._files: list[Any] = []
        self._tables: list[Any] = []
        self._names: list[str] = []

    def begin(self, label: str, headers: Sequence[str]) -> None:
        path = self._folder / f"{len(self._files)}.csv"
        file = path.open("w", encoding="utf-8-sig", newline="")
        self._files.append(file)
        self._tables.append(csv.writer(file, lineterminator="\r\n"))
        self._names.append(_unlike(file_name(label), self._names))
        self.row(len(self._tables) - 1, headers)
        if len(self._files) > 1 or self._about:
            self.suffix = ".zip"

    def row(self, table: int, cells: Sequence[Cell]) -> None:
        self._tables[table].writerow([guarded(cell) if isinstance(cell, str) else plain(cell) for cell in cells])

    def end(self, about: About) -> Path:
        for file in self._files:
            file.close()
        if self.suffix == ".csv":
            return self._folder / "0.csv"
        packed = self._folder / "packed.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            for number, name in enumerate(self._names):
                with archive.open(f"{name}.csv", "w", force_zip64=True) as into, (self._folder / f"{number}.csv").open("rb") as source:
                    shutil.copyfileobj(source, into, 1 << 20)
                (self._folder / f"{number}.csv").unlink()
            page = "\r\n".join(f"{label}: {value}" for label, value in about.lines)
            archive.writestr(f"{file_name(say(self._language, 'export.about.title'))}.txt", "\ufeff" + page + "\r\n")
        return packed


class XlsxWriter:
    """A workbook: a sheet for each table, further ones where a table has more rows than a sheet can hold, and a last one about the export.

    Every text is written as a text, never as a formula or a link.
    """

    suffix = ".xlsx"

    def __init__(self, folder: Path, language: str, most_rows: int = MOST_ROWS) -> None:
        self.cut = 0
        self._most_rows = most_rows
        self._path, self._language = folder / "book.xlsx", language
        self._book: Any = xlsxwriter.Workbook(str(self._path), {"constant_memory": True, "tmpdir": str(folder), "strings_to_urls": False})
        self._book.use_zip64()
        self._forms: dict[str, Any] = {}
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._tables: list[_Table] = []
        self._names: list[str] = []

    def begin(self, label: str, headers: Sequence[str]) -> None:
        table = _Table(label, tuple(headers))
        self._tables.append(table)
        self._next_sheet(table)

    def _next_sheet(self, table: _Table) -> None:
        table.sheet, table.row = self._sheet(table.label), 0
        for number, header in enumerate(table.headers):
            table.sheet.set_column(number, number, min(40, max(10, 2 + sum(2 if ord(letter) > 0x2E7F else 1 for letter in header))))
        for number, header in enumerate(table.headers):
            table.sheet.write_string(0, number, header[:LONGEST_CELL].translate(_NO_XML), self._bold)
        table.sheet.freeze_panes(1, 0)

    def _sheet(self, label: str) -> Any:
        name = _unlike(" ".join(label.translate(_NOT_IN_NAMES).split())[:28] or "1", self._names)
        self._names.append(name)
        return self._book.add_worksheet(name)

    def row(self, table: int, cells: Sequence[Cell]) -> None:
        into = self._tables[table]
        if into.row >= self._most_rows:
            self._next_sheet(into)
        into.row += 1
        for column, cell in enumerate(cells):
            if cell != "":
                self._cell(into, column, cell)

    def _cell(self, into: _Table, column: int, cell: Cell) -> None:
        if isinstance(cell, Typed) and not _fits(cell):
            cell = plain(cell)
        if isinstance(cell, str):
            text = self._shortened(cell)
            into.sheet.write_string(into.row, column, text if text.isascii() else text.translate(_NO_XML))
        elif isinstance(cell.value, date):
            into.sheet.write_datetime(into.row, column, cell.value, self._form(cell.form))
        else:
            into.sheet.write_number(into.row, column, float(cell.value), self._form(cell.form))

    def _shortened(self, text: str) -> str:
        # Characters beyond the basic plane count twice in a spreadsheet.
        if len(text) * 2 <= LONGEST_CELL or len(text) + sum(letter > "\uffff" for letter in text) <= LONGEST_CELL:
            return text
        self.cut += 1
        mark = say(self._language, "export.cut", {"count": len(text)})
        return _within(text, LONGEST_CELL - len(mark)) + mark

    def _form(self, form: str) -> Any:
        if form not in self._forms:
            self._forms[form] = self._book.add_format({"num_format": form})
        return self._forms[form]

    def end(self, about: About) -> Path:
        for table in self._tables:
            if table.row and table.headers:
                table.sheet.autofilter(0, 0, table.row, len(table.headers) - 1)
        sheet = self._sheet(say(self._language, "export.about.title"))
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 90)
        for number, (label, value) in enumerate(about.lines):
            sheet.write_string(number, 0, label, self._bold)
            sheet.write_string(number, 1, self._shortened(value).translate(_NO_XML))
        said = "\n".join(f"{label}: {value}" for label, value in about.lines)
        properties = {"title": about.title, "author": about.author, "company": "Tradewind", "comments": said[:2000], "created": about.at.replace(tzinfo=None)}
        self._book.set_properties({key: text.translate(_NO_XML) if isinstance(text, str) else text for key, text in properties.items()})
        self._book.close()
        return self._path


@dataclass(slots=True)
class _Table:
    label: str
    headers: tuple[str, ...]
    sheet: Any = None
    row: int = 0


def _fits(cell: Typed) -> bool:
    """Whether a spreadsheet keeps the value as it is: fifteen digits, days after February 1900."""
    value = cell.value
    if isinstance(value, datetime):
        return value.date() >= _FIRST_DAY
    if isinstance(value, date):
        return value >= _FIRST_DAY
    digits = Decimal(value).normalize().as_tuple()
    return len(digits.digits) <= _DIGITS and isinstance(digits.exponent, int) and abs(digits.exponent) <= _DIGITS


def _within(text: str, units: int) -> str:
    """The beginning of the text that takes at most so many UTF-16 units."""
    return text.encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "ignore")


def _unlike(name: str, taken: Sequence[str]) -> str:
    """The name, numbered where it is taken; upper and lower case count as the same."""
    known, number, made = {one.casefold() for one in taken}, 1, name
    while made.casefold() in known or made.casefold() == "history":
        number += 1
        made = f"{name} {number}"
    return made


def file_name(text: str) -> str:
    """The text as part of a file's name on any system."""
    kept = "".join("-" if letter in '\\/:*?"<>|' or not letter.isprintable() else letter for letter in text).strip(" .")
    return kept[:80] or "export"
