"""From the rows of a sheet to its canonical file: which row is the header, how wide the sheet is, what is empty."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from tradewind.ingest.reading.columns import Tally
from tradewind.ingest.reading.concepts import folded
from tradewind.ingest.reading.header import Header, find_header
from tradewind.ingest.reading.rows import Row, Sheet, cell_name, letter
from tradewind.ingest.reading.shapes import Limits, SheetFound
from tradewind.ingest.reading.understanding import understand
from tradewind.kernel.problems import UnreadableFile

HEAD = 100
"""Rows that are looked at to find the header and the width."""
_EVERY = 2_000
"""Rows between two reports of progress."""
_MOST_GAPS = 20_000
_TOTALS = frozenset(
    map(
        folded,
        ["合计", "总计", "小计", "共计", "总额", "合計", "総計", "total", "totals", "grand total", "sum", "subtotal", "summe", "gesamt", "suma", "totales"],
    )
)


class Sink:
    """A folder that files are written into, with a limit over all of them."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder = folder
        self._left = most
        self._open: list[TextIO] = []

    def file(self, name: str) -> Callable[[Sequence[str]], None]:
        """A function that writes one row into a new file of that name. Raises UnreadableFile beyond the limit."""
        opened = (self.folder / name).open("w", encoding="utf-8", newline="")
        self._open.append(opened)
        write = csv.writer(_Counted(opened, self), lineterminator="\n").writerow
        return lambda cells: void(write(cells))

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise UnreadableFile(rule="written")

    def close(self) -> None:
        for opened in self._open:
            opened.close()


def void(_: object) -> None:
    """Nothing, whatever was given."""


class _Counted:
    def __init__(self, file: TextIO, sink: Sink) -> None:
        self._file = file
        self._sink = sink

    def write(self, text: str) -> int:
        self._sink.spend(len(text) if text.isascii() else len(text.encode()))
        return self._file.write(text)


def write_sheet(sheet: Sheet, number: int, sink: Sink, limits: Limits, progress: Callable[[int], None], given: int | None, people: Iterable[str]) -> SheetFound:
    """The sheet's canonical file and what is in it. `given` is the header's row where somebody said it (0: there is none)."""
    head = list(islice(sheet.rows, HEAD if given is None else max(HEAD, given)))
    header = find_header(head, given, sheet.merges, sheet.notes)
    if header.width > limits.columns:
        raise UnreadableFile(rule="columns", sheet=sheet.name, found=header.width, most=limits.columns)
    body = _Body(header, f"{number:03d}", sink, sheet, limits)
    for row in chain((row for row in head if row.number > header.row), sheet.rows):
        body.take(row)
        if row.number % _EVERY == 0:
            progress(body.rows)
    return body.found(people)


class _Body:
    """The rows below the header on their way into the files."""

    def __init__(self, header: Header, stem: str, sink: Sink, sheet: Sheet, limits: Limits) -> None:
        self._header = header
        self._sheet = sheet
        self._stem = stem
        self._sink = sink
        self._notes = sheet.notes
        self._limits = limits
        self._write = sink.file(f"{stem}.csv")
        self._write_bad: Callable[[Sequence[str]], None] | None = None
        self._tally = Tally(header.width)
        self._gaps: list[tuple[int, int]] = []
        self._empty: list[Row] = []
        self._bad = 0
        self.rows = 0
        self._last: tuple[int, Sequence[str]] = (0, ())

    def take(self, row: Row) -> None:
        width = self._header.width
        cells = self._trimmed(row)
        if row.bad:
            self._refuse(row.number, row.bad, cells)
            return
        if not any(cells):
            self._notes.add("empty_rows", str(row.number))
            return
        if len(cells) > width:
            if any(cells[width:]):
                self._refuse(row.number, "wide", cells)
                return
            del cells[width:]
        elif len(cells) < width:
            if row.short == "cut":
                self._refuse(row.number, "cut", cells)
                return
            if row.short == "gap":
                self._notes.add("short_rows", str(row.number))
            cells += [""] * (width - len(cells))
        self._keep(row.number, cells)

    def _keep(self, number: int, cells: list[str]) -> None:
        self.rows += 1
        if self.rows > self._limits.rows:
            raise UnreadableFile(rule="rows", sheet=self._sheet.name, most=self._limits.rows)
        before = number - self.rows
        if (not self._gaps or self._gaps[-1][1] != before) and len(self._gaps) < _MOST_GAPS:
            self._gaps.append((self.rows, before))
        self._tally.take(number, cells)
        self._last = (number, cells)
        self._write(cells)

    def _refuse(self, number: int, code: str, cells: Sequence[str]) -> None:
        if self._write_bad is None:
            self._write_bad = self._sink.file(f"{self._stem}.bad.csv")
        self._bad += 1
        self._notes.add(f"bad_{code}", str(number))
        self._write_bad([str(number), code, *cells])

    def _trimmed(self, row: Row) -> list[str]:
        """The row's cells, none longer than the limit, with line feeds as their only line breaks."""
        cells = list(row.cells)
        for place, cell in enumerate(cells):
            if len(cell) > self._limits.cell:
                self._notes.add("cut", cell_name(place, row.number), most=self._limits.cell)
                cells[place] = cell = cell[: self._limits.cell]
            if "\r" in cell:
                cells[place] = cell.replace("\r\n", "\n").replace("\r", "\n")
        return cells

    def _note_headers(self) -> None:
        """Says which columns have no header, and which have nothing at all."""
        for place, (text, column) in enumerate(zip(self._header.texts, self._tally.columns, strict=True)):
            if not text and not column.filled:
                self._notes.add("empty_columns", letter(place))
            elif not text and self._header.row:
                self._notes.add("empty_header", cell_name(place, self._header.row), name=self._header.names[place])

    def _note_total(self) -> None:
        """Says so when the last row adds up the others; whether it is data is for somebody to decide."""
        number, cells = self._last
        if self.rows > 1 and any(folded(cell) in _TOTALS for cell in cells[:4]):
            self._notes.add("total_row", str(number))

    def found(self, people: Iterable[str]) -> SheetFound:
        self._note_total()
        self._note_headers()
        columns = understand(self._header, self._tally, people, self._sheet.currencies)
        return SheetFound(
            name=self._sheet.name,
            file=f"{self._stem}.csv",
            rows=self.rows,
            columns=columns,
            header_row=self._header.row,
            bad=self._bad,
            bad_file=f"{self._stem}.bad.csv" if self._bad else "",
            gaps=tuple(self._gaps),
            hidden=self._sheet.hidden,
            notes=self._notes.all(),
        )
