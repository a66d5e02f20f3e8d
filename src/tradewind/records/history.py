"""What happened to a record, seen with today's rights; taking an action back; showing a masked value."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from typing import Any
from uuid import UUID

import msgspec

from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json, mapping
from tradewind.kernel.problems import CatalogMoved, Forbidden, InvalidRequest, NotFound
from tradewind.kernel.sql import cast_param, name, param, raw
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog, RelationOptions
from tradewind.query.authz.scope import field_options, is_clear, scope_of
from tradewind.query.compile import passes
from tradewind.query.compile.context import Table
from tradewind.query.compile.members import field_value
from tradewind.query.database.pool import Connection, Database
from tradewind.records import log, takeback, views
from tradewind.records.announce import announce
from tradewind.records.batches import Written
from tradewind.records.merged import predecessors
from tradewind.records.read import find_record
from tradewind.records.titles import titles_of
from tradewind.records.unmerge import is_merge, unmerge
from tradewind.records.write import MAX_ROWS

_SHOWN = 200
_BELONGING = ("owner", "team")
"""Whose a record is: no fields, but written and taken back like them."""
_TRIES = 5


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change as its reader may see it."""

    id: UUID
    at: str
    by: dict[str, Any]
    operation: str
    action: UUID | None
    values: list[dict[str, Any]]
    of: dict[str, Any] | None = None
    """The record it happened to, where that became part of this one."""
    records: tuple[dict[str, Any], ...] = ()
    """Of a merge, the records that became part of this one, with their names, as far as the reader may see them."""
    takes_back: str = ""
    """The action of the merge that was taken back."""
    external_ids: tuple[dict[str, str], ...] = ()
    """What other systems call it from then on, or no more."""


async def history(database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, clock: Clock) -> list[Entry]:
    """Changes of the record and of those that became part of it, newest first: fields hidden from the reader on the record they happened to are left out,
    masked ones come without values.

    Raises NotFound when the record is out of reach.
    """
    own = msgspec.json.decode(await find_record(database, catalog, actor, object_key, identity, clock.now()))
    async with database.reading() as connection:
        before = await predecessors(connection, object_key, identity)
    records: dict[UUID, dict[str, Any]] = {identity: own}
    for one in before:
        with contextlib.suppress(NotFound):
            records[one] = msgspec.json.decode(await find_record(database, catalog, actor, object_key, one, clock.now(), deleted=True))
    statement = (
        raw("SELECT c.record, c.id, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), c.actor, c.actor_name, c.operation, c.action, c.fields, v.payload")
        + raw(" FROM system.changes AS c LEFT JOIN system.change_values AS v ON v.change = c.id WHERE c.object = ") + param(object_key)
        + raw(" AND c.record = ANY(") + cast_param(list(records), "uuid[]")
        + raw(") AND c.operation IN ('create', 'update', 'delete', 'restore', 'merge', 'merged', 'unmerge', 'identify', 'unidentify') ORDER BY c.at DESC, c.id DESC LIMIT ") + param(_SHOWN)
    )  # fmt: skip
    async with database.reading() as connection:
        rows = await connection.rows(statement)
        entries = [(row[0], entry) for row in rows if (entry := _entry(catalog, actor, object_key, identity, records, row)) is not None]
        await _titles_today(connection, catalog, actor, object_key, [entry for _, entry in entries], clock)
    await _values_seen(database, catalog, actor, object_key, entries, clock)
    return [entry for _, entry in entries]


def _entry(catalog: Catalog, actor: Actor, object_key: str, identity: UUID, records: dict[UUID, dict[str, Any]], row: tuple[Any, ...]) -> Entry | None:
    """The change as the reader may see it; None where nothing of it is his to see."""
    happened_to, change, at, person, person_name, operation, action, fields, payload = row
    if happened_to != identity and operation in ("merged", "unmerge"):
        return None
    scope, record = scope_of(catalog, actor, object_key), records[happened_to]
    values: list[dict[str, Any]] = []
    for field in fields:
        if field not in _BELONGING and (field not in record or not is_clear(scope.best(field))):
            continue
        if record.get("_states", {}).get(field) == "masked":
            values.append({"field": field, "masked": True})
        elif payload is not None:
            values.append({"field": field, "before": payload["before"].get(field), "after": payload["after"].get(field)})
        else:
            values.append({"field": field})
    if operation == "update" and not values:
        return None
    title = catalog.objects[object_key].title
    of = None if happened_to == identity else {"id": str(happened_to), "title": record.get(title)}
    said: dict[str, Any] = payload if payload is not None and operation in ("merge", "unmerge") else {}
    known: dict[str, Any] = payload if payload is not None and operation in ("identify", "unidentify") else {}
    merged = tuple({"id": one, "title": records[UUID(one)].get(title)} for one in said.get("records", []) if UUID(one) in records)
    by = {"id": str(person) if person else None, "name": person_name}
    return Entry(
        id=change,
        at=at,
        by=by,
        operation=operation,
        action=action,
        values=values,
        of=of,
        records=merged,
        takes_back=str(said.get("merge", "")),
        external_ids=tuple(known.get("external_ids", ())),
    )


async def _titles_today(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, entries: list[Entry], clock: Clock) -> None:
    """Records that relations pointed at are named as the reader may see them now."""
    definition = catalog.objects[object_key]
    found: defaultdict[str, list[tuple[dict[str, Any], str, RelationOptions]]] = defaultdict(list)
    for value in (one for entry in entries for one in entry.values):
        field = definition.field(value["field"])
        if field is None or field.type != "relation":
            continue
        options = field_options(field, RelationOptions)
        for side in ("before", "after"):
            if mapping(value.get(side)) is not None:
                found[options.target].append((value, side, options))
    for target, places in found.items():
        ids = {UUID(str(value[side]["id"])) for value, side, _ in places if "id" in value[side]}
        titles = await titles_of(connection, catalog, actor, target, ids, clock)
        for value, side, options in places:
            was = value[side]
            seen = "id" in was and UUID(str(was["id"])) in titles
            shut = {"restricted": True, "title": was.get("title")} if options.show_name else {"restricted": True}
            value[side] = {"id": was["id"], "title": titles[UUID(str(was["id"]))]} if seen else shut


async def _values_seen(database: Database, catalog: Catalog, actor: Actor, object_key: str, entries: list[tuple[UUID, Entry]], clock: Clock) -> None:
    """Sensitive values in a history are looked at like those of the record."""
    definition = catalog.objects[object_key]
    for record in {one for one, _ in entries}:
        shown = {value["field"] for one, entry in entries if one == record for value in entry.values if {"before", "after"} & value.keys()}
        sensitive = [field.key for field in definition.live_fields() if field.key in shown and views.is_sensitive(catalog, definition, field)]
        await views.fields_seen(database, actor, object_key, record, sensitive, clock.now())


async def undo(database: Database, catalog: Catalog, actor: Actor, action: UUID, clock: Clock) -> Written:
    """Takes back what one action did, as a new recorded action: created records go to the bin, changed values return, deleted ones come back, merged ones part.

    Only the one who did it may; what the system changed by itself, whoever may change it back. Raises NotFound, Stale where a value was changed again since,
    InvalidRequest for an action of more records than one request takes back.
    """
    async with database.reading() as connection:
        merged = await is_merge(connection, action)
    if merged:
        return await unmerge(database, catalog, actor, action, clock)
    for _ in range(_TRIES):
        try:
            return await _undo(database, catalog, actor, action, clock)
        except CatalogMoved:
            catalog = await load(database)
    raise CatalogMoved()


async def _undo(database: Database, catalog: Catalog, actor: Actor, action: UUID, clock: Clock) -> Written:
    async with database.transaction() as connection:
        mine, by_itself = await connection.row(
            raw("SELECT bool_and(c.actor IS NOT DISTINCT FROM ") + param(actor.person)
            + raw("::uuid), bool_and(c.operation = 'update' AND c.actor IS NULL AND c.actor_kind = ") + param(SYSTEM.kind)
            + raw(") FROM system.changes AS c WHERE c.action = ") + param(action)
        ) or (None, None)  # fmt: skip
        if not (mine or (by_itself and actor.kind == "person")):
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
