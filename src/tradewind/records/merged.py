"""Which records became part of which: where an old link leads, and whose history a record carries on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json
from tradewind.kernel.problems import UnknownObject
from tradewind.kernel.sql import Sql, cast_param, name, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.compile import passes
from tradewind.query.database.pool import Connection, Database
from tradewind.records.titles import titles_of


def _holding(object_key: str) -> Sql:
    """Merges that hold: the record still lies in the bin because of it."""
    return raw("SELECT m.loser, m.survivor, m.action FROM system.merges AS m JOIN ") + name("data", object_key) + raw(" AS b ON b.id = m.loser AND b.deletion = m.action WHERE m.undone IS NULL AND m.object = ") + param(object_key)  # fmt: skip


async def successor(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, now: datetime) -> UUID | None:
    """The live record that this one became part of, through any number of merges; None unless the actor might see both."""
    try:
        sees = passes.compile_predicate(catalog, actor, object_key, None, "read", now)
    except UnknownObject:
        return None
    chain = (
        raw("WITH RECURSIVE holding AS (") + _holding(object_key) + raw("), chain AS (SELECT survivor, 1 AS depth FROM holding WHERE loser = ") + param(identity)
        + raw(" UNION ALL SELECT h.survivor, c.depth + 1 FROM holding AS h JOIN chain AS c ON h.loser = c.survivor WHERE c.depth < 50)")
    )  # fmt: skip
    seen = raw("SELECT r.id FROM ") + name("data", object_key) + raw(" AS r WHERE ") + sees
    return await connection.value(
        chain + raw(" SELECT s.id FROM chain AS c JOIN (") + seen + raw(" AND r.deleted_at IS NULL) AS s ON s.id = c.survivor WHERE EXISTS (") + seen
        + raw(" AND r.id = ") + param(identity) + raw(")")
    )  # fmt: skip


async def predecessors(connection: Connection, object_key: str, identity: UUID) -> list[UUID]:
    """Every record that became part of this one, directly or through others."""
    rows = await connection.rows(
        raw("WITH RECURSIVE holding AS (") + _holding(object_key) + raw("), chain AS (SELECT loser, 1 AS depth FROM holding WHERE survivor = ") + param(identity)
        + raw(" UNION ALL SELECT h.loser, c.depth + 1 FROM holding AS h JOIN chain AS c ON h.survivor = c.loser WHERE c.depth < 50) SELECT DISTINCT loser FROM chain")
    )  # fmt: skip
    return [row[0] for row in rows]


async def into(database: Database, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], clock: Clock) -> dict[str, dict[str, Json]]:
    """Of records in the bin, those that became part of another, where the actor sees both: the survivor with its name, and the action that can be undone."""
    async with database.reading() as connection:
        rows = await connection.rows(_holding(object_key) + raw(" AND m.loser = ANY(") + cast_param(list(ids), "uuid[]") + raw(")"))
        titles = await titles_of(connection, catalog, actor, object_key, {one for row in rows for one in row[:2]}, clock)
    return {
        str(loser): {"survivor": str(survivor), "title": titles[survivor], "action": str(action)}
        for loser, survivor, action in rows
        if loser in titles and survivor in titles
    }
