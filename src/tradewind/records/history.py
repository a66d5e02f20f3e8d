"""What happened to a record, seen with today's rights; taking an action back; showing a masked value."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json
from tradewind.kernel.problems import CatalogMoved, Forbidden, InvalidRequest, NotFound
from tradewind.kernel.sql import name, param, raw
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.authz.scope import is_clear, scope_of
from tradewind.query.compile import passes
from tradewind.query.compile.context import Table
from tradewind.query.compile.members import field_value
from tradewind.query.database.pool import Database
from tradewind.records import log, takeback, views
from tradewind.records.announce import announce
from tradewind.records.batches import Written
from tradewind.records.read import find_record
from tradewind.records.write import MAX_ROWS

_SHOWN = 200
_BELONGING = ("owner", "team")
"""Whose a record is: no fields, but written and taken back like them."""
_TRIES = 5


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change as its reader may see it."""

    id: UUID
    at: str
    by: dict[str, Any]
    operation: str
    action: UUID | None
    values: list[dict[str, Any]]


async def history(database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, clock: Clock) -> list[Entry]:
    """Changes of the record, newest first: fields hidden from the reader on this row are left out, masked ones come without values.

    Raises NotFound when the record is out of reach.
    """
    record = msgspec.json.decode(await find_record(database, catalog, actor, object_key, identity, clock.now()))
    states: dict[str, str] = record.get("_states", {})
    scope = scope_of(catalog, actor, object_key)
    statement = (
        raw(
            "SELECT c.id, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), c.actor, c.actor_name, c.operation, c.action, c.fields, v.payload"
        )
        + raw(" FROM system.changes AS c LEFT JOIN system.change_values AS v ON v.change = c.id WHERE c.object = ")
        + param(object_key)
        + raw(" AND c.record = ")
        + param(identity)
        + raw(" AND c.operation IN ('create', 'update', 'delete', 'restore') ORDER BY c.at DESC, c.id DESC LIMIT ")
        + param(_SHOWN)
    )
    async with database.reading() as connection:
        rows = await connection.rows(statement)
    entries: list[Entry] = []
    for change, at, person, person_name, operation, action, fields, payload in rows:
        values: list[dict[str, Any]] = []
        for field in fields:
            if field not in _BELONGING and (field not in record or not is_clear(scope.best(field))):
                continue
            if states.get(field) == "masked":
                values.append({"field": field, "masked": True})
            elif payload is not None:
                values.append({"field": field, "before": payload["before"].get(field), "after": payload["after"].get(field)})
            else:
                values.append({"field": field})
        if operation != "update" or values:
            by = {"id": str(person) if person else None, "name": person_name}
            entries.append(Entry(id=change, at=at, by=by, operation=operation, action=action, values=values))
    shown = {value["field"] for entry in entries for value in entry.values if {"before", "after"} & value.keys()}
    definition = catalog.objects[object_key]
    sensitive = [field.key for field in definition.live_fields() if field.key in shown and views.is_sensitive(catalog, definition, field)]
    await views.fields_seen(database, actor, object_key, identity, sensitive, clock.now())
    return entries


async def undo(database: Database, catalog: Catalog, actor: Actor, action: UUID, clock: Clock) -> Written:
    """Takes back what one action of the actor's did, as a new recorded action: created records go to the bin, changed values return, deleted ones come back.

    Raises NotFound, Stale where a value was changed again since, InvalidRequest for an action of more records than one request takes back.
    """
    for _ in range(_TRIES):
        try:
            return await _undo(database, catalog, actor, action, clock)
        except CatalogMoved:
            catalog = await load(database)
    raise CatalogMoved()


async def _undo(database: Database, catalog: Catalog, actor: Actor, action: UUID, clock: Clock) -> Written:
    async with database.transaction() as connection:
        mine = await connection.value(
            raw("SELECT bool_and(c.actor IS NOT DISTINCT FROM ")
            + param(actor.person)
            + raw("::uuid) FROM system.changes AS c WHERE c.action = ")
            + param(action)
        )
        if not mine:
            raise NotFound()
        lines = await takeback.lines_of(connection, action, None, MAX_ROWS + 1)
        if len(lines) > MAX_ROWS:
            raise InvalidRequest(rule="too_many_rows", maximum=MAX_ROWS)
        done = await takeback.take_back(takeback.Undo(connection, catalog, actor, action, new_id(), clock, strict=True), lines)
    for object_key, ids in done.touched.items():
        await announce(database, object_key, ids, done.changed[object_key])
    return done.last


async def reveal(database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, field: str, clock: Clock) -> Json:
    """The clear value of a masked field, once, written into the log. Raises NotFound, Forbidden without the right to reveal it."""
    await find_record(database, catalog, actor, object_key, identity, clock.now())
    scope = scope_of(catalog, actor, object_key)
    definition = catalog.objects[object_key].field(field)
    if (
        definition is None
        or (field not in scope.reveal and not scope.everything)
        or "masked" not in scope.states(field) | {"masked" if scope.everything else ""}
    ):
        raise Forbidden(right="reveal", field=field)
    table = Table(catalog, SYSTEM, catalog.objects[object_key], "r", clock.now())
    sees = passes.compile_predicate(catalog, actor, object_key, None, "read", clock.now())
    async with database.transaction() as connection:
        value = await connection.value(
            raw("SELECT to_jsonb(")
            + field_value(table, definition)
            + raw(") FROM ")
            + name("data", object_key)
            + raw(" AS r WHERE r.id = ")
            + param(identity)
            + raw(" AND ")
            + sees
        )
        await log.record(connection, actor, "reveal", object_key, identity, [field], None, clock)
    return value
