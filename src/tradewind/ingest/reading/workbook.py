"""Rows of the sheets of a workbook, as text in one form."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from tradewind.ingest.reading.rows import Row, Rows

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    hidden: bool
    rows: Rows


def read_workbook(path: Path) -> Iterator[Sheet]:
    """Its worksheets in their order."""
    with CalamineWorkbook.from_path(path) as workbook:  # pyright: ignore[reportUnknownMemberType]
        for place, about in enumerate(workbook.sheets_metadata):
            if about.typ == SheetTypeEnum.WorkSheet:
                yield Sheet(about.name, about.visible != SheetVisibleEnum.Visible, _rows(workbook, place))


def _rows(workbook: CalamineWorkbook, place: int) -> Rows:
    sheet = workbook.get_sheet_by_index(place)
    if sheet.start is None:
        return
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield Row(number, [shown(cell) for cell in cells])


def shown(cell: Cell) -> str:
    """The cell's text: numbers as 1234.5, dates as in ISO 8601, yes and no as true and false."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ", "seconds")
    return str(cell)
