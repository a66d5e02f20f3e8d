"""Packs: a set of definitions installed together."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from tradewind.catalog.files import Pack, read_pack
from tradewind.catalog.installed import Origin, installed, record
from tradewind.catalog.publish import publish
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json
from tradewind.kernel.problems import DefinitionConflict
from tradewind.kernel.sql import param, raw
from tradewind.query.database.pool import Database


async def install(database: Database, folder: Path, clock: Clock, author: UUID | None = None) -> Pack:
    """Publishes everything in the folder as one change set; nothing to do when this version is there already.

    Raises DefinitionConflict when a definition of the same key exists that the pack did not bring, or a required pack is missing.
    """
    pack = read_pack(folder)
    head = pack.head
    async with database.reading() as connection:
        have = await installed(connection)
    if head.key in have and have[head.key].version == head.version:
        if have[head.key] != head:
            async with database.transaction() as connection:
                await record(connection, Origin(installs=head), clock)
        return pack
    missing = [key for key in head.requires if key not in have]
    if missing:
        raise DefinitionConflict(reason="requires", definitions=list[Json](missing))
    taken = await _foreign(database, pack)
    if taken:
        raise DefinitionConflict(reason="exists", definitions=list[Json](taken))
    await publish(database, pack.definitions, author, clock, origin=Origin(pack=head.key, installs=head), title=head.labels.get("en", head.key))
    return pack


async def _foreign(database: Database, pack: Pack) -> list[str]:
    async with database.reading() as connection:
        rows = await connection.rows(raw("SELECT kind, key FROM system.definitions WHERE pack <> ") + param(pack.head.key))
    there = {(kind, key) for kind, key in rows}
    return [f"{one.kind}/{one.key}" for one in pack.definitions if (one.kind, one.key) in there]
