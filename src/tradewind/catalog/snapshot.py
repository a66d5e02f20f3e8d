"""The published catalogue in memory: loaded once, replaced when a publish says so."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from tradewind.kernel.json import canonical
from tradewind.kernel.problems import Busy
from tradewind.kernel.sql import raw
from tradewind.metadata.definitions import DEFINITION_KINDS, Catalog
from tradewind.query.database.pool import Connection, Database

_GROUPS = {"object": "objects", "view": "views", "layout": "layouts", "menu": "menus", "role": "roles", "quality": "quality"}


class CatalogHolder:
    """The catalogue of this process; `current` is replaced as a whole."""

    def __init__(self, current: Catalog) -> None:
        self.current = current


async def load(database: Database) -> Catalog:
    """All published definitions, read in one statement's view of the data."""
    async with database.transaction() as connection:
        await connection.execute(raw("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        return await read_catalog(connection)


async def read_catalog(connection: Connection) -> Catalog:
    """The catalogue as this transaction sees it."""
    state = await connection.row(raw("SELECT version, edition, coalesce(base_currency, 'USD') FROM system.catalog_state"))
    rows = await connection.rows(raw("SELECT kind, key, body FROM system.definitions WHERE NOT retired ORDER BY kind, key"))
    groups: dict[str, dict[str, Any]] = {group: {} for group in _GROUPS.values()}
    for kind, key, body in rows:
        groups[_GROUPS[kind]][key] = msgspec.json.decode(canonical(body), type=DEFINITION_KINDS[kind])
    version, edition, currency = state or (1, 1, "USD")
    return Catalog(version=version, edition=edition, base_currency=currency, **groups)


async def refresh(database: Database, holder: CatalogHolder) -> None:
    """Loads anew when the edition has moved."""
    async with database.reading() as connection:
        edition = await connection.value(raw("SELECT edition FROM system.catalog_state"))
    if edition != holder.current.edition:
        holder.current = await load(database)


async def follow(database: Database, holder: CatalogHolder) -> None:
    """Keeps the holder up to date until cancelled: at once on notice, and every few seconds in case one was missed."""
    while True:
        try:
            async with database.alone() as connection:
                await connection.execute(raw("LISTEN tradewind_catalog"))
                await refresh(database, holder)
                while True:
                    await connection.notices(5.0)
                    await refresh(database, holder)
        except Busy:
            await asyncio.sleep(0.5)
