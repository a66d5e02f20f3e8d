"""Not duplicates: pairs of records that somebody has looked at and called different; remembered, and taken back the same way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from uuid import UUID

from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.problems import Forbidden, InvalidRequest, NotFound
from tradewind.kernel.sql import cast_param, name, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.compile import passes
from tradewind.query.database.pool import Connection, Database
from tradewind.records import log
from tradewind.records.titles import titles_of

_MOST, _LISTED = 20, 200


async def set_apart(database: Database, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], clock: Clock) -> int:
    """Every two of these records are different from now on, for everybody; how many pairs that is. Who may change all of them may say so.

    Raises NotFound for a record out of scope, Forbidden, InvalidRequest.
    """
    pairs = list[Json]([str(one), str(other)] for one, other in combinations(sorted(set(ids)), 2))
    given = cast_param(canonical(pairs).decode(), "jsonb")
    async with database.transaction() as connection:
        await _may(connection, catalog, actor, object_key, ids, clock)
        made = await connection.execute(
            raw("INSERT INTO system.distinct_pairs (object, one, other, person, at) SELECT ") + param(object_key) + raw(", (p->>0)::uuid, (p->>1)::uuid, ")
            + cast_param(actor.person, "uuid") + raw(", ") + param(clock.now()) + raw(" FROM jsonb_array_elements(") + given + raw(") AS p ON CONFLICT DO NOTHING")
        )  # fmt: skip
        await log.record(connection, actor, "set_apart", object_key, None, (), {"pairs": pairs}, clock)
    return made


async def put_together(database: Database, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], clock: Clock) -> int:
    """Takes it back for every two of these records. Raises as `set_apart`."""
    async with database.transaction() as connection:
        await _may(connection, catalog, actor, object_key, ids, clock)
        given = cast_param(list(ids), "uuid[]")
        rows = await connection.rows(
            raw("DELETE FROM system.distinct_pairs WHERE object = ") + param(object_key) + raw(" AND one = ANY(") + given + raw(") AND other = ANY(") + given
            + raw(") RETURNING one, other")
        )  # fmt: skip
        pairs = list[Json]([str(row[0]), str(row[1])] for row in rows)
        await log.record(connection, actor, "put_together", object_key, None, (), {"pairs": pairs}, clock)
    return len(rows)


async def pairs(database: Database, catalog: Catalog, actor: Actor, object_key: str, clock: Clock) -> list[dict[str, Json]]:
    """The latest 200 pairs of which the actor sees both records: their ids and names, by whom and when. Raises UnknownObject."""
    statement = (
        raw("SELECT d.one, d.other, p.name, d.at FROM system.distinct_pairs AS d LEFT JOIN system.people AS p ON p.id = d.person WHERE d.object = ")
        + param(object_key) + raw(" ORDER BY d.at DESC, d.one, d.other LIMIT 1000")
    )  # fmt: skip
    async with database.reading() as connection:
        rows = await connection.rows(statement)
        titles = await titles_of(connection, catalog, actor, object_key, {one for row in rows for one in row[:2]}, clock)
    found: list[dict[str, Json]] = [
        {"one": {"id": str(one), "title": titles[one]}, "other": {"id": str(other), "title": titles[other]}, "by": by, "at": at.isoformat()}
        for one, other, by, at in rows
        if one in titles and other in titles
    ]
    return found[:_LISTED]


async def _may(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], clock: Clock) -> None:
    if not 2 <= len(set(ids)) <= _MOST:
        raise InvalidRequest(rule="records", low=2, high=_MOST, pointer="/ids")
    sees = passes.compile_predicate(catalog, actor, object_key, None, "read", clock.now())
    may = passes.compile_predicate(catalog, actor, object_key, None, "update", clock.now())
    rows = await connection.rows(
        raw("SELECT r.id, ") + may + raw(" FROM ") + name("data", object_key) + raw(" AS r WHERE r.deleted_at IS NULL AND r.id = ANY(")
        + cast_param(list(ids), "uuid[]") + raw(") AND ") + sees
    )  # fmt: skip
    if {row[0] for row in rows} != set(ids):
        raise NotFound(object=object_key)
    if actor.read_only or not all(row[1] for row in rows):
        raise Forbidden(right="update", object=object_key)
