"""What has been loaded already: one row per chunk, written in the transaction that loaded it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import canonical
from tradewind.kernel.sql import cast_param, join, param, raw
from tradewind.query.database.pool import Connection, Database


class ImportRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `name` tells it apart: the same name goes on where it stopped."""

    id: UUID
    name: str
    chunk_rows: int
    person: UUID | None
    map: str
    """Checksum of the map."""
    started_at: datetime
    finished_at: datetime | None = None


class LoadedChunk(msgspec.Struct, frozen=True, kw_only=True):
    """What of a chunk is in the base. `refused` are places in the chunk, from 0; `digest` is of its loaded rows."""

    rows: int
    refused: tuple[int, ...]
    digest: bytes
    created: dict[str, int]
    actions: tuple[UUID, ...]


def digest_of(rows: Sequence[Sequence[str]], refused: Sequence[int]) -> bytes:
    """Checksum of the rows that were loaded, so that a changed file is noticed."""
    left_out = set(refused)
    return hashlib.sha256(canonical([list(row) for place, row in enumerate(rows) if place not in left_out])).digest()


async def begin(database: Database, name: str, checksum: str, chunk_rows: int, person: UUID | None, clock: Clock) -> ImportRun:
    """The run of that name, made now when there is none."""
    values = [param(new_id()), param(name), param(person), param(checksum), param(chunk_rows), param(clock.now())]
    async with database.transaction() as connection:
        await connection.execute(
            raw("INSERT INTO system.import_runs (id, name, person, map, chunk_rows, started_at) VALUES (")
            + join(", ", values)
            + raw(") ON CONFLICT (name) DO NOTHING")
        )
        row = await connection.row(raw("SELECT id, name, chunk_rows, person, map, started_at, finished_at FROM system.import_runs WHERE name = ") + param(name))
    assert row is not None  # noqa: S101 - inserted above or there before
    return ImportRun(id=row[0], name=row[1], chunk_rows=row[2], person=row[3], map=row[4], started_at=row[5], finished_at=row[6])


async def finish(database: Database, run: ImportRun, clock: Clock) -> None:
    async with database.transaction() as connection:
        await connection.execute(raw("UPDATE system.import_runs SET finished_at = ") + param(clock.now()) + raw(" WHERE id = ") + param(run.id))


async def loaded(connection: Connection, run: ImportRun, number: int) -> LoadedChunk | None:
    """What is there of the chunk. Two processes on one run take turns: the second waits here and then sees what the first did."""
    await connection.execute(raw("SELECT pg_advisory_xact_lock(hashtextextended(") + param(f"import {run.id} {number}") + raw(", 0))"))
    row = await connection.row(
        raw("SELECT rows, refused, digest, created, actions FROM system.import_chunks WHERE run = ") + param(run.id) + raw(" AND number = ") + param(number)
    )
    if row is None:
        return None
    return LoadedChunk(rows=row[0], refused=tuple(row[1]), digest=bytes(row[2]), created=row[3], actions=tuple(row[4]))


async def remember(connection: Connection, run: ImportRun, number: int, chunk: LoadedChunk, clock: Clock) -> None:
    """Writes it down, in the transaction that loads it."""
    values = [
        param(run.id),
        param(number),
        param(chunk.rows),
        cast_param(list(chunk.refused), "integer[]"),
        param(chunk.digest),
        cast_param(canonical(chunk.created).decode(), "jsonb"),
        cast_param(list(chunk.actions), "uuid[]"),
        param(clock.now()),
    ]
    await connection.execute(
        raw("INSERT INTO system.import_chunks (run, number, rows, refused, digest, created, actions, at) VALUES (")
        + join(", ", values)
        + raw(
            ") ON CONFLICT (run, number) DO UPDATE SET rows = excluded.rows, refused = excluded.refused, digest = excluded.digest,"
            " created = excluded.created, actions = excluded.actions, at = excluded.at"
        )
    )
