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
from tradewind.ingest.checking import usable
from tradewind.ingest.ground import everybody, key_of, person_of, sheet_of
from tradewind.ingest.mapping import CellProblem, MappedChunk, Mapper
from tradewind.kernel.problems import ImportStopped
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Database


class Previewed(msgspec.Struct, frozen=True, kw_only=True):
    """A row with the values it would give to each target, and what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    records: dict[str, dict[str, Any]]
    problems: tuple[CellProblem, ...]


async def rows(database: Database, files: FileStore, catalog: Catalog, one: runs.Import, after: int, limit: int) -> list[Previewed]:
    """Rows behind row `after` of the data, through as much of the map as fits. Raises ImportStopped for a sheet that is not there."""
    number, sheet = sheet_of(one)
    columns = tuple(column.name for column in sheet.columns)
    async with database.reading() as connection:
        key = await key_of(connection, one.id, number)
        actor, known_people = await person_of(connection, one), await everybody(connection)
    if one.map is None:
        raise ImportStopped(rule="map")
    mapper = Mapper(usable(one.map, catalog, actor, columns), catalog, columns, known_people)
    with files.local(key) as path:
        chunk = await asyncio.to_thread(_first, path, after, limit)
    if chunk is None:
        return []
    mapped = mapper.map(chunk.rows)
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
