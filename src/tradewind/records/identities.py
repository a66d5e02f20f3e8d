"""External identities: under which id other systems know a record, so that the same buyer in two stores is one customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.problems import AlreadyExists
from tradewind.kernel.sql import Sql, cast_param, name, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection, Database
from tradewind.records import log
from tradewind.records.external import KEY, ExternalId
from tradewind.records.read import find_record
from tradewind.records.rows import Row


async def holders(connection: Connection, object_key: str, rows: Sequence[Row], sees: Sql) -> dict[int, tuple[UUID, bool]]:
    """By row number, the live record that one of the row's identities belongs to, and whether `sees` (about alias `r`) holds for it."""
    found: dict[int, tuple[UUID, bool]] = {}
    given = _given(rows)
    if not given:
        return found
    statement = (
        raw("SELECT t.n, r.id, ") + sees + raw(" FROM ") + _sent(given) + raw(" JOIN system.external_ids AS e ON e.object = ") + param(object_key)
        + raw(" AND e.source = t.source AND e.external_id = t.id JOIN ") + name("data", object_key)
        + raw(" AS r ON r.id = e.record AND r.deleted_at IS NULL ORDER BY t.n, t.place")
    )  # fmt: skip
    for number, record, visible in await connection.rows(statement):
        found.setdefault(number, (record, bool(visible)))
    return found


async def check(connection: Connection, object_key: str, rows: Sequence[Row]) -> None:
    """An identity belongs to one record: a row that names another's, or one that an earlier row names, is refused, without a word of the holder."""
    rows = [row for row in rows if row.external.add]
    if not rows:
        return
    taken = await holders(connection, object_key, rows, raw("true"))
    first: dict[ExternalId, UUID | None] = {}
    for row in rows:
        holder = taken.get(row.number)
        if (holder is not None and holder[0] != row.id) or any(first.setdefault(one, row.id) != row.id for one in row.external.add):
            row.wrong(AlreadyExists(field=KEY), KEY)


async def settle(connection: Connection, actor: Actor, object_key: str, rows: Sequence[Row], clock: Clock, action: UUID) -> bool:
    """Takes identities away from the records and gives them others, also those of records in the bin; whether anything changed, which stands in the log.

    Raises AlreadyExists where somebody was faster.
    """
    rows = [row for row in rows if row.external.add or row.external.remove]
    gone = await _detach(connection, object_key, rows)
    made = await _attach(connection, object_key, rows)
    for operation, pairs in (("unidentify", gone), ("identify", made)):
        by_record: dict[UUID, list[Json]] = defaultdict(list)
        for record, source, identity in pairs:
            by_record[record].append({"source": str(source), "id": str(identity)})
        entries: list[log.Entry] = [(record, (), {KEY: ids}) for record, ids in by_record.items()]
        await log.record_many(connection, actor, operation, object_key, entries, clock, action=action)
    return bool(gone or made)


async def _detach(connection: Connection, object_key: str, rows: Sequence[Row]) -> Sequence[tuple[Any, ...]]:
    given = _sent_rows(rows, lambda row: row.external.remove)
    if not given:
        return ()
    return await connection.rows(
        raw("DELETE FROM system.external_ids AS e USING ") + _sent(given) + raw(" WHERE e.object = ") + param(object_key)
        + raw(" AND e.record = t.record AND e.source = t.source AND e.external_id = t.id RETURNING e.record, e.source, e.external_id")
    )  # fmt: skip


async def _attach(connection: Connection, object_key: str, rows: Sequence[Row]) -> Sequence[tuple[Any, ...]]:
    given = _given(rows)
    if not given:
        return ()
    made = await connection.rows(
        raw("INSERT INTO system.external_ids AS e (object, source, external_id, record) SELECT ") + param(object_key) + raw(", t.source, t.id, t.record FROM ")
        + _sent(given) + raw(" ON CONFLICT (object, source, external_id) DO UPDATE SET record = excluded.record WHERE EXISTS (SELECT 1 FROM ")
        + name("data", object_key) + raw(" AS r WHERE r.id = e.record AND r.deleted_at IS NOT NULL AND e.record <> excluded.record)")
        + raw(" RETURNING e.record, e.source, e.external_id")
    )  # fmt: skip
    now = await holders(connection, object_key, rows, raw("true"))
    if any(now[row.number][0] != row.id for row in rows if row.external.add):
        raise AlreadyExists(field=KEY)
    return made


def _given(rows: Sequence[Row]) -> list[Json]:
    return _sent_rows(rows, lambda row: row.external.add)


def _sent_rows(rows: Sequence[Row], ids: Callable[[Row], Sequence[ExternalId]]) -> list[Json]:
    return [
        {"n": row.number, "place": place, "record": str(row.id) if row.id else None, "source": one.source, "id": one.id}
        for row in rows
        for place, one in enumerate(ids(row))
    ]


def _sent(given: list[Json]) -> Sql:
    return raw("jsonb_to_recordset(") + cast_param(canonical(given).decode(), "jsonb") + raw(") AS t(n int, place int, record uuid, source text, id text)")


async def identities(database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, clock: Clock) -> list[ExternalId]:
    """What other systems call the record. Raises NotFound when it is out of reach."""
    await find_record(database, catalog, actor, object_key, identity, clock.now())
    async with database.reading() as connection:
        rows = await connection.rows(
            raw("SELECT source, external_id FROM system.external_ids WHERE object = ") + param(object_key) + raw(" AND record = ") + param(identity) + raw(" ORDER BY 1, 2")
        )  # fmt: skip
    return [ExternalId(row[0], row[1]) for row in rows]
