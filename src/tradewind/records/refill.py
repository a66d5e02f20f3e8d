"""Records that were there before a publish get what it computes anew, page by page, each page its own transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import UnknownObject
from tradewind.kernel.sql import cast_param, name, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog, ObjectDefinition
from tradewind.query.authz.scope import scope_of
from tradewind.query.database.pool import Connection, Database
from tradewind.records.recompute import recompute
from tradewind.records.search import search_value, searched_fields

_PAGE = 500


class Catching(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs that are not done, rows they have done, and of how many as far as they have begun."""

    jobs: int
    rows: int
    of: int


Told = Callable[[UUID, int, int], Awaitable[None]]
"""The last id that is done, how many are, and of how many."""


async def refill_computed(database: Database, catalog: Catalog, object_key: str, told: Told, clock: Clock, *, after: UUID, done: int) -> None:
    """Stored formulas and roll-ups of all records of the object behind `after`, and of what depends on them."""

    async def page(connection: Connection, ids: Sequence[UUID]) -> None:
        await recompute(connection, catalog, object_key, ids, clock)

    await _pages(database, catalog, object_key, page, told, after, done)


async def refill_search(database: Database, catalog: Catalog, object_key: str, told: Told, _: Clock, *, after: UUID, done: int) -> None:
    """What search finds the object's records by; nothing when it is made of the same fields as before."""
    definition = catalog.objects.get(object_key)
    if definition is None:
        return
    fields = sorted(field.key for field in searched_fields(catalog, definition))
    async with database.reading() as connection:
        known = await connection.value(raw("SELECT fields FROM system.searched WHERE object = ") + param(object_key))
    if known == fields:
        return

    async def page(connection: Connection, ids: Sequence[UUID]) -> None:
        await _search_again(connection, catalog, definition, ids)

    await _pages(database, catalog, object_key, page, told, after, done)
    async with database.transaction() as connection:
        await connection.execute(
            raw("INSERT INTO system.searched (object, fields) VALUES (") + param(object_key) + raw(", ") + cast_param(fields, "text[]")
            + raw(") ON CONFLICT (object) DO UPDATE SET fields = excluded.fields")
        )  # fmt: skip


async def catching_up(database: Database, catalog: Catalog, actor: Actor, object_key: str) -> Catching:
    """What jobs still have to do for the object's computed fields and search. Raises UnknownObject for one the actor may not know of."""
    if object_key not in catalog.objects or scope_of(catalog, actor, object_key).nothing:
        raise UnknownObject(object=object_key)
    statement = (
        raw("SELECT count(*), coalesce(sum((progress->>'rows')::bigint), 0), coalesce(sum((progress->>'of')::bigint), 0) FROM system.jobs")
        + raw(" WHERE state IN ('ready', 'running') AND name IN ('refill_computed', 'refill_search', 'recompute') AND arguments->>'object' = ")
        + param(object_key)
    )
    async with database.reading() as connection:
        jobs, rows, of = await connection.row(statement) or (0, 0, 0)
    return Catching(jobs=int(jobs), rows=int(rows), of=int(of))


async def _search_again(connection: Connection, catalog: Catalog, definition: ObjectDefinition, ids: Sequence[UUID]) -> None:
    value = search_value(catalog, definition, lambda column: raw("r.") + name(column))
    await connection.execute(
        raw("UPDATE ") + name("data", definition.key) + raw(" AS r SET search = ") + value + raw(" WHERE r.id = ANY(") + cast_param(list(ids), "uuid[]")
        + raw(") AND r.search IS DISTINCT FROM ") + value
    )  # fmt: skip


async def _pages(
    database: Database, catalog: Catalog, object_key: str, page: Callable[[Connection, Sequence[UUID]], Awaitable[None]], told: Told, after: UUID, done: int
) -> None:
    if object_key not in catalog.objects:
        return
    source = raw(" FROM ") + name("data", object_key)
    async with database.reading() as connection:
        total = int(await connection.value(raw("SELECT count(*)") + source) or 0)
    while True:
        async with database.transaction() as connection:
            rows = await connection.rows(raw("SELECT id") + source + raw(" WHERE id > ") + param(after) + raw(" ORDER BY id LIMIT ") + param(_PAGE))
            await page(connection, [row[0] for row in rows])
        if rows:
            after, done = rows[-1][0], done + len(rows)
            await told(after, done, total)
        if len(rows) < _PAGE:
            return
