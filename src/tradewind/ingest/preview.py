"""What some rows of a file would become with a map, without writing or looking at anything of the base."""

from __future__ import annotations

import asyncio
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from tradewind.files.store import FileStore
from tradewind.ingest import runs
from tradewind.ingest.canonical import Chunk, chunks
from tradewind.ingest.ground import key_of, loading_of, sheet_of
from tradewind.ingest.mapping import CellProblem, MappedChunk
from tradewind.kernel.clock import Clock
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Database


class Previewed(msgspec.Struct, frozen=True, kw_only=True):
    """A row with the values it would give to each target, and what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    records: dict[str, dict[str, Any]]
    problems: tuple[CellProblem, ...]


async def rows(database: Database, files: FileStore, catalog: Catalog, one: runs.Import, after: int, limit: int, clock: Clock) -> list[Previewed]:
    """Rows behind row `after` of the data. Raises ImportStopped with what is wrong with the map."""
    number, sheet = sheet_of(one)
    loading = await loading_of(database, one, clock, catalog)
    async with database.reading() as connection:
        key = await key_of(connection, one.id, number)
    with files.local(key) as path:
        chunk = await asyncio.to_thread(_first, path, after, limit)
    if chunk is None:
        return []
    mapped = loading.mapper.map(chunk.rows)
    return [
        Previewed(number=sheet.file_row(chunk.first + place), cells=tuple(row), records=_records(mapped, place), problems=tuple(mapped.problems.get(place, ())))
        for place, row in enumerate(chunk.rows)
    ]


def _first(path: Path, after: int, limit: int) -> Chunk | None:
    return next(islice(chunks(path, limit, after), 1), None)


def _records(mapped: MappedChunk, place: int) -> dict[str, dict[str, Any]]:
    return {
        called: {**{key: column[place] for key, column in rows.values.items()}, **{key: column[place] for key, column in rows.finds.items()}}
        for called, rows in mapped.targets.items()
        if rows.there[place]
    }
