"""Files made for tests of reading, and what comes back from them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradewind.ingest.reading import ColumnFound, Limits, Reading, SheetFound, convert


@dataclass(frozen=True)
class Read:
    """A reading with its folder."""

    reading: Reading
    folder: Path

    def sheet(self, name: str = "") -> SheetFound:
        return next(sheet for sheet in self.reading.sheets if sheet.name == name)

    def rows(self, name: str = "") -> list[list[str]]:
        return lines(self.folder / self.sheet(name).file)

    def bad(self, name: str = "") -> list[list[str]]:
        return lines(self.folder / self.sheet(name).bad_file)

    def column(self, header: str, name: str = "") -> ColumnFound:
        return next(column for column in self.sheet(name).columns if column.name == header)

    def notes(self, name: str = "") -> dict[str, tuple[int, str]]:
        return {note.code: (note.count, note.first) for note in self.sheet(name).notes}


def lines(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file, strict=True))


def read(path: Path, name: str = "", limits: Limits | None = None, **more: Any) -> Read:
    folder = path.with_name(path.name + ".read")
    folder.mkdir(exist_ok=True)
    return Read(convert(path, name or path.name, folder, limits or Limits(), **more), folder)


def read_bytes(folder: Path, content: bytes, name: str = "file.csv", **more: Any) -> Read:
    path = folder / name
    path.write_bytes(content)
    return read(path, **more)


def read_text(folder: Path, text: str, name: str = "file.csv", encoding: str = "utf-8", **more: Any) -> Read:
    return read_bytes(folder, text.encode(encoding), name, **more)


def table(folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]], **more: Any) -> Read:
    """A csv file of that header and those rows."""
    path = folder / "table.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return read(path, **more)
