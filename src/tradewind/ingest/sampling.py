"""Rows of a sheet as they stand in the file, before any map."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from tradewind.files.store import FileStore
from tradewind.ingest import runs
from tradewind.ingest.canonical import chunks
from tradewind.ingest.ground import key_of
from tradewind.kernel.problems import ImportStopped
from tradewind.query.database.pool import Database


class SampleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of data: its number in the file, and its cells."""

    number: int
    cells: tuple[str, ...]


async def rows(database: Database, files: FileStore, one: runs.Import, sheet_name: str, after: int, limit: int) -> list[SampleRow]:
    """Rows behind row `after` of the sheet's data. Raises ImportStopped for a sheet the file does not have, or a file that was swept."""
    for number, sheet in enumerate(one.found.sheets if one.found else ()):
        if sheet.name == sheet_name:
            async with database.reading() as connection:
                key = await key_of(connection, one.id, number)
            with files.local(key) as path:
                found = await asyncio.to_thread(_rows, path, after, limit)
            return [SampleRow(number=sheet.file_row(after + place), cells=tuple(row)) for place, row in enumerate(found, start=1)]
    raise ImportStopped(rule="sheet", sheet=sheet_name)


def _rows(path: Path, after: int, limit: int) -> list[list[str]]:
    first = next(chunks(path, limit, after), None)
    return [] if first is None else first.rows
