"""Sheets of workbooks of today (xlsx, xlsb, ods), row by row, as text in one form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from tradewind.ingest.reading.cells import Cell, looked, shown
from tradewind.ingest.reading.marks import Mark, Package
from tradewind.ingest.reading.rows import Merges, Notes, Row, Rows, Sheet, cell_name
from tradewind.ingest.reading.shapes import Recognised
from tradewind.ingest.reading.texts import noted_text
from tradewind.kernel.problems import UnreadableFile

_MOST_CELLS = 25_000_000
"""Cells of a sheet's rectangle, empty ones included: the library keeps about 40 bytes for each."""


def read_workbook(path: Path, name: str, about: Recognised) -> Iterator[Sheet]:
    """Its worksheets in their order; a sheet's rows must be read before the next sheet. Raises UnreadableFile when it is damaged."""
    package = Package(path, name) if about.kind == "xlsx" else None
    try:
        with CalamineWorkbook.from_path(path) as workbook:  # pyright: ignore[reportUnknownMemberType]
            for place, found in enumerate(workbook.sheets_metadata):
                if found.typ == SheetTypeEnum.WorkSheet:
                    yield _sheet(workbook, place, found.name, found.visible != SheetVisibleEnum.Visible, package, name)
    except PasswordError as failure:
        raise UnreadableFile(rule="encrypted", file=name) from failure
    except CalamineError as failure:
        raise UnreadableFile(rule="broken", file=name) from failure
    finally:
        if package is not None:
            package.close()


def _sheet(workbook: CalamineWorkbook, place: int, title: str, hidden: bool, package: Package | None, name: str) -> Sheet:
    if package is not None and title not in package.sheets:
        package = None
    if package is not None and (said := package.extent(title)) is not None and said[0] * said[1] > _MOST_CELLS:
        rows, columns = package.farthest(title)
        if rows * columns > _MOST_CELLS:
            raise UnreadableFile(rule="sparse", file=name, sheet=title, cell=cell_name(columns - 1, rows))
    sheet = workbook.get_sheet_by_index(place)
    notes = Notes()
    if package is not None and package.epoch_1904:
        notes.add("epoch_1904")
    merges = Merges(tuple((first[0], first[1], last[0], last[1]) for first, last in sheet.merged_cell_ranges or ()), notes)
    if sheet.start is None:
        return Sheet(title, hidden, iter(()), notes, merges)
    marks = package.marks(title) if package is not None else iter(())
    rows = _rows(sheet.iter_rows(), sheet.start[1], marks, notes, merges, currencies := dict[int, dict[str, int]]())
    return Sheet(title, hidden, rows, notes, merges, currencies)


def _rows(rows: Iterator[Sequence[Cell]], left: int, marks: Iterator[Mark], notes: Notes, merges: Merges, currencies: dict[int, dict[str, int]]) -> Rows:
    margin: list[str] = [""] * left
    mark = next(marks, None)
    for index, values in enumerate(rows):
        number = index + 1
        cells = list(margin)
        for place, value in enumerate(values, start=left):
            cells.append(noted_text(value, place, number, notes) if isinstance(value, str) else shown(value))
        while mark is not None and mark.row <= index:
            if mark.row == index:
                _apply(mark, values, left, cells, notes, currencies)
            mark = next(marks, None)
        merges.fill(index, cells)
        yield Row(number, cells)
    while mark is not None:
        if mark.error or not mark.computed:
            cells = [""] * mark.place
            _apply(mark, (), left, cells, notes, currencies)
            yield Row(mark.row + 1, cells)
        mark = next(marks, None)


def _apply(mark: Mark, values: Sequence[Cell], left: int, cells: list[str], notes: Notes, currencies: dict[int, dict[str, int]]) -> None:
    """Puts into the row's cells what the values lack."""
    place = cell_name(mark.place, mark.row + 1)
    while len(cells) <= mark.place:
        cells.append("")
    if mark.formula:
        notes.add("formula", place)
    if mark.error:
        notes.add("error_cell", place, found=mark.error)
        cells[mark.place] = mark.error
    elif not mark.computed:
        notes.add("formula_without_value", place)
        cells[mark.place] = mark.formula
    value = values[mark.place - left] if 0 <= mark.place - left < len(values) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        cells[mark.place] = looked(value, mark.look)
        if mark.look.currency:
            counts = currencies.setdefault(mark.place, {})
            counts[mark.look.currency] = counts.get(mark.look.currency, 0) + 1
