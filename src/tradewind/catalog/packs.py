"""Packs: a set of definitions installed together."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from tradewind.catalog.files import Pack, read_pack
from tradewind.catalog.publish import publish
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json
from tradewind.kernel.problems import DefinitionConflict
from tradewind.kernel.sql import join, param, raw
from tradewind.query.database.pool import Database


async def installed(database: Database) -> dict[str, str]:
    """Versions of installed packs by key."""
    async with database.reading() as connection:
        return {str(key): str(version) for key, version in await connection.rows(raw("SELECT key, version FROM system.packs"))}


async def install(database: Database, folder: Path, clock: Clock, author: UUID | None = None) -> Pack:
    """Publishes everything in the folder as one change set; nothing to do when this version is there already.

    Raises DefinitionConflict when a definition of the same key exists that the pack did not bring, or a required pack is missing.
    """
    pack = read_pack(folder)
    have = await installed(database)
    if have.get(pack.key) == pack.version:
        return pack
    missing = [key for key in pack.requires if key not in have]
    if missing:
        raise DefinitionConflict(reason="requires", definitions=list[Json](missing))
    taken = await _foreign(database, pack)
    if taken:
        raise DefinitionConflict(reason="exists", definitions=list[Json](taken))
    await publish(database, pack.definitions, author, clock, pack=pack.key, title=pack.labels.get("en", pack.key))
    async with database.transaction() as connection:
        await connection.execute(
            raw("INSERT INTO system.packs (key, version, installed_at) VALUES (")
            + join(", ", [param(pack.key), param(pack.version), param(clock.now())])
            + raw(") ON CONFLICT (key) DO UPDATE SET version = excluded.version, installed_at = excluded.installed_at")
        )
    return pack


async def _foreign(database: Database, pack: Pack) -> list[str]:
    async with database.reading() as connection:
        rows = await connection.rows(raw("SELECT kind, key FROM system.definitions WHERE pack <> ") + param(pack.key))
    there = {(kind, key) for kind, key in rows}
    return [f"{one.kind}/{one.key}" for one in pack.definitions if (one.kind, one.key) in there]
