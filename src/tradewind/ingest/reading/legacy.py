"""Sheets of Excel workbooks of before 2007 (xls), row by row, as text in one form."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import xlrd

from tradewind.ingest.reading.cells import look_of, looked, shown
from tradewind.ingest.reading.rows import Merges, Notes, Row, Rows, Sheet, cell_name
from tradewind.ingest.reading.texts import noted_text
from tradewind.kernel.problems import UnreadableFile

_xlrd = cast(Any, xlrd)
_EMPTY, _TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR = 0, 1, 2, 3, 4, 5
"""The library's types of cells."""
_VISIBLE = 0


def read_legacy(path: Path, name: str) -> Iterator[Sheet]:
    """Its worksheets in their order. Raises UnreadableFile when it is damaged or has a password."""
    try:
        book = _xlrd.open_workbook(str(path), logfile=io.StringIO(), formatting_info=True, on_demand=True, ragged_rows=True)
    except _xlrd.XLRDError as failure:
        raise UnreadableFile(rule="encrypted" if "encrypted" in str(failure) else "broken", file=name) from failure
    with book:
        for place, title in enumerate(book.sheet_names()):
            if (sheet := _opened(book, place)) is not None:
                notes = Notes()
                if book.datemode == 1:
                    notes.add("epoch_1904")
                merges = Merges(tuple((low, left, high - 1, right - 1) for low, high, left, right in sheet.merged_cells), notes)
                yield Sheet(str(title), sheet.visibility != _VISIBLE, _rows(book, sheet, notes, merges), notes, merges)
                book.unload_sheet(place)


def _opened(book: Any, place: int) -> Any:
    """The worksheet; None for charts and macros, which have no cells to read."""
    try:
        return book.sheet_by_index(place)
    except _xlrd.XLRDError:
        return None


def _rows(book: Any, sheet: Any, notes: Notes, merges: Merges) -> Rows:
    for index in range(sheet.nrows):
        cells = [_shown(book, cell, place, index + 1, notes) for place, cell in enumerate(sheet.row(index))]
        merges.fill(index, cells)
        yield Row(index + 1, cells)


def _shown(book: Any, cell: Any, place: int, number: int, notes: Notes) -> str:
    kind, value = cell.ctype, cell.value
    if kind == _TEXT:
        return noted_text(str(value), place, number, notes)
    if kind == _NUMBER:
        return looked(value, look_of(_format(book, cell)))
    if kind == _BOOLEAN:
        return shown(bool(value))
    if kind == _ERROR:
        found = str(_xlrd.error_text_from_code.get(value, "#"))
        notes.add("error_cell", cell_name(place, number), found=found)
        return found
    if kind == _DATE:
        return _moment(book, value, _format(book, cell))
    return ""


def _format(book: Any, cell: Any) -> str:
    known = book.format_map.get(book.xf_list[cell.xf_index].format_key) if cell.xf_index is not None else None
    return str(known.format_str) if known is not None else ""


def _moment(book: Any, value: float, code: str) -> str:
    """A date, a time of day or both; a length of time where the format counts hours beyond 24."""
    if "[h" in code.lower() or "[m" in code.lower():
        return shown(timedelta(days=value))
    try:
        moment = _xlrd.xldate_as_datetime(value, book.datemode)
    except (OverflowError, ValueError, _xlrd.xldate.XLDateError):
        return shown(value)
    if 0 <= value < 1:
        return shown(moment.time())
    return shown(moment.date() if float(value).is_integer() else moment)
