"""Giving the file out: to its owner, within its day, and only while his rights over its records are what they were (semantics 18)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec

from tradewind.files.store import FileStore
from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import ExportGone, ExportNarrowed, ExportNotReady, NotFound, Problem
from tradewind.kernel.sql import param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.compile.exporting import compile_narrowed
from tradewind.query.database.pool import Database
from tradewind.records import log
from tradewind.records.exports import runs
from tradewind.records.exports.making import entry_size
from tradewind.records.exports.wanted import MadeSheet

_LOOKED_AT = 20_000
"""Records whose rights are looked at in one statement."""
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Given:
    """A file on its way: its name, its length, its bytes."""

    name: str
    size: int
    blocks: AsyncIterator[bytes]


async def check(database: Database, files: FileStore, catalog: Catalog, actor: Actor, identity: UUID, clock: Clock) -> runs.Run:
    """The export, if the asker would get its file now.

    Raises NotFound for somebody else's, ExportNotReady, ExportGone, and ExportNarrowed where he would not get all of it today.
    """
    run = await runs.get(database, actor, identity, clock)
    if run.state in ("waiting", "running"):
        raise ExportNotReady()
    if run.state != "ready":
        raise ExportGone()
    async with database.reading() as connection:
        sheets = await connection.value(raw("SELECT sheets FROM system.exports WHERE id = ") + param(identity))
    await _check_rights(database, files, catalog, actor, run.object, msgspec.convert(sheets or [], tuple[MadeSheet, ...]), clock)
    return run


async def give(database: Database, files: FileStore, catalog: Catalog, actor: Actor, identity: UUID, clock: Clock) -> Given:
    """The file, and a line in the log that it was taken. Raises what `check` raises."""
    run = await check(database, files, catalog, actor, identity, clock)
    async with database.transaction() as connection:
        row = await connection.row(
            raw("UPDATE system.exports SET downloads = downloads + 1 WHERE storage_key IS NOT NULL AND id = ") + param(identity)
            + raw(" RETURNING storage_key, size, digest")
        )  # fmt: skip
        if row is None:
            raise ExportGone()
        with files.local(row[0]) as path:
            blocks = _blocks(path)
        await log.record(connection, actor, "export_taken", run.object, None, [], {"export": str(identity), "digest": bytes(row[2]).hex()}, clock)
    return Given(run.name, row[1], blocks)


async def _check_rights(
    database: Database, files: FileStore, catalog: Catalog, actor: Actor, object_key: str, made: tuple[MadeSheet, ...], clock: Clock
) -> None:
    """Raises ExportNarrowed unless every record in the file is shown to the asker now, with every value that it shows clear."""
    try:
        runs.check_right(catalog, actor, object_key)
        for sheet in made:
            pages = _entries(files, sheet)
            while (entries := await asyncio.to_thread(next, pages, None)) is not None:
                statement = compile_narrowed(catalog, actor, sheet.object, sheet.paths, entries, clock.now())
                async with database.reading() as connection:
                    if await connection.value(statement):
                        raise ExportNarrowed()
    except (ExportNarrowed, ExportGone):
        raise
    except NotFound as failure:
        raise ExportGone() from failure
    except Problem as failure:
        if failure.status >= 500:
            raise
        raise ExportNarrowed() from failure


def _entries(files: FileStore, sheet: MadeSheet) -> Iterator[list[tuple[UUID, str]]]:
    size = entry_size(len(sheet.paths))
    with files.local(sheet.key) as path, path.open("rb") as file:
        while block := file.read(size * _LOOKED_AT):
            yield [(UUID(bytes=block[start : start + 16]), block[start + 16 : start + size].decode()) for start in range(0, len(block), size)]


async def _blocks(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while block := await asyncio.to_thread(file.read, _BLOCK):
            yield block
    finally:
        file.close()
