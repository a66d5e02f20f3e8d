"""Merging: several records of one thing become one; what points at the others, their files and their identities move, and they go to the bin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.problems import (
    Busy,
    CatalogMoved,
    Forbidden,
    Guarded,
    InvalidRecords,
    InvalidRequest,
    NotFound,
    Problem,
    ReadOnly,
    Stale,
    UnknownField,
    UnknownObject,
)
from tradewind.kernel.sql import Sql, cast_param, join, name, param, raw
from tradewind.kinds.fields.registry import holds_files
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition, RelationOptions
from tradewind.metadata.questions import Question
from tradewind.query.authz.scope import field_options, restricted_fields, scope_of
from tradewind.query.compile import passes
from tradewind.query.database.pool import Connection, Database
from tradewind.records import belongings, log, remove
from tradewind.records.announce import Changed, announce
from tradewind.records.batches import Batch
from tradewind.records.choosing import BELONGING, JOIN, is_joined, joined, mergeable, takes_of
from tradewind.records.guards import guards_of
from tradewind.records.recompute import recompute, recompute_parents
from tradewind.records.write import update_within

MOST = 20
"""Records that can be merged at once."""
_TRIES = 5
_LOGGED = 5_000


class Merging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to merge. `take` says for fields (and owner, team) whose value stays: a record's id, or "join" for lists; `versions` refuse what somebody changed since."""

    survivor: UUID
    losers: tuple[UUID, ...]
    take: dict[str, str] = {}
    versions: dict[str, str] = {}


class MergedInto(msgspec.Struct, frozen=True, kw_only=True):
    """Done, under one action that can be undone."""

    action: UUID
    survivor: UUID


@dataclass
class Merge:
    """One merge in progress."""

    connection: Connection
    catalog: Catalog
    actor: Actor
    clock: Clock
    definition: ObjectDefinition
    survivor: UUID
    losers: list[UUID]
    action: UUID = field(default_factory=new_id)
    number: int = 0
    changed: dict[str, Changed] = field(default_factory=lambda: defaultdict[str, Changed](Changed))
    touched: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict[str, set[UUID]](set))
    step: int = 0

    @property
    def key(self) -> str:
        return self.definition.key

    @property
    def version(self) -> Sql:
        """The counter of a touched row `r`: its upper half names the merge, so that no token of the merged state ever comes again after an undo."""
        return raw("(") + param(self.number) + raw("::bigint << 32) | ((r.version + 1) & 4294967295)")


async def merge(database: Database, catalog: Catalog, actor: Actor, object_key: str, wanted: Merging, clock: Clock) -> MergedInto:
    """Merges, and tells open lists. The same merge asked for again answers with the first one's action.

    Needs the right to change all of the records and to delete those that do not stay. Raises NotFound, Forbidden, Stale, Guarded, ReadOnly for a value
    that is not the actor's to choose, InvalidRecords, InvalidRequest.
    """
    for attempt in range(_TRIES):
        try:
            async with database.transaction() as connection:
                run = await merge_in(connection, catalog, actor, object_key, wanted, clock)
            break
        except CatalogMoved:
            catalog = await load(database)
        except Busy:
            if attempt == _TRIES - 1:
                raise
    else:
        raise CatalogMoved()
    for key, changed in run.changed.items():
        await announce(database, key, sorted(run.touched[key]), changed)
    return MergedInto(action=run.action, survivor=run.survivor)


async def merge_in(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, wanted: Merging, clock: Clock) -> Merge:
    """The same in a transaction of the caller's, who announces what `changed`."""
    if not await connection.value(raw("SELECT system.writing(") + param(catalog.version) + raw(")")):
        raise CatalogMoved()
    definition = catalog.objects.get(object_key)
    if definition is None or definition.retired or scope_of(catalog, actor, object_key).nothing:
        raise UnknownObject(object=object_key)
    losers = sorted(set(wanted.losers))
    if definition.parent or not 1 <= len(losers) < MOST or wanted.survivor in losers:
        raise InvalidRequest(rule="records", low=2, high=MOST, pointer="/losers")
    if actor.read_only:
        raise Forbidden(right="write")
    run = Merge(connection, catalog, actor, clock, definition, wanted.survivor, losers)
    if (earlier := await _done_before(run)) is not None:
        run.action = earlier
        return run
    before = await _lock(run, wanted.versions)
    records = await records_of(connection, catalog, SYSTEM, object_key, [run.survivor, *losers], clock.now())
    chosen = await _chosen(run, records, wanted.take)
    run.number = int(await connection.value(raw("SELECT nextval('system.merge_numbers')")))
    await _move_relations(run, {one: records[str(one)].get(definition.title) for one in (run.survivor, *losers)})
    moved = await belongings.move(connection, definition, run.survivor, losers, actor, clock)
    await _write_down(run, moved)
    deleting = Batch(object=object_key, operation="delete", rows=tuple({"id": str(one)} for one in losers))
    await remove.move(connection, catalog, SYSTEM, deleting, run.action, clock, logged_as=actor)
    await _fill(run, records, chosen, before)
    await _recompute(run)
    await log.record(connection, actor, "merge", object_key, run.survivor, (), {"records": list[Json](str(one) for one in losers)}, clock, action=run.action)
    await log.record_many(connection, actor, "merged", object_key, [(one, (), None) for one in losers], clock, action=run.action)
    run.changed[object_key].whole = True
    run.touched[object_key] |= {run.survivor, *losers}
    return run


async def _done_before(run: Merge) -> UUID | None:
    """The action of a merge of just these into just this one, that holds, by the same person."""
    rows = await run.connection.rows(
        raw("SELECT action, count(*) FROM system.merges WHERE object = ") + param(run.key) + raw(" AND survivor = ") + param(run.survivor)
        + raw(" AND loser = ANY(") + cast_param(run.losers, "uuid[]") + raw(") AND undone IS NULL AND person IS NOT DISTINCT FROM ")
        + cast_param(run.actor.person, "uuid") + raw(" GROUP BY action")
    )  # fmt: skip
    return next((row[0] for row in rows if row[1] == len(run.losers)), None)


async def _lock(run: Merge, versions: Mapping[str, str]) -> tuple[int, datetime, UUID | None]:
    """Locks all records in id order and checks rights, versions and guards; the survivor's counter, and when and by whom it was changed."""
    now, key = run.clock.now(), run.key
    sees = passes.compile_predicate(run.catalog, run.actor, key, None, "read", now)
    may = [passes.compile_predicate(run.catalog, run.actor, key, None, action, now) for action in ("update", "delete")]
    columns = [raw("r.id"), *may, passes.version_token_sql(run.catalog, run.actor, key, now), raw("r.version, r.updated_at, r.updated_by")]
    every = [run.survivor, *run.losers]
    found = await run.connection.rows(
        raw("SELECT ") + join(", ", columns) + raw(" FROM ") + name("data", key) + raw(" AS r WHERE r.deleted_at IS NULL AND r.id = ANY(")
        + cast_param(every, "uuid[]") + raw(") AND ") + sees + raw(" ORDER BY r.id FOR UPDATE OF r")
    )  # fmt: skip
    rows = {row[0]: row for row in found}
    problems: list[Problem] = []
    for one in every:
        pointer, row = f"/records/{one}", rows.get(one)
        if row is None:
            problems.append(NotFound(pointer=pointer, object=key))
        elif not row[1] or (one != run.survivor and not row[2]):
            problems.append(Forbidden(pointer=pointer, right="delete" if row[1] else "update", object=key))
        elif versions.get(str(one), row[3]) != row[3]:
            problems.append(Stale(pointer=pointer, version=str(row[3])))
    for one, guards in (await guards_of(run.connection, key, every, run.clock)).items():
        joined_fields = {kept.key for kept in run.definition.live_fields() if kept.type == "lines" or holds_files(kept.type)}
        for fields, reason in guards:
            if one != run.survivor or fields is None or joined_fields & set(fields):
                problems.append(Guarded(pointer=f"/records/{one}", reason=reason))
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise InvalidRecords(errors=tuple(problems))
    return rows[run.survivor][4:7]


async def records_of(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], now: datetime) -> dict[str, dict[str, Any]]:
    """Records as the actor sees them, by id; nobody is shown them."""
    question = Question(object=object_key, ids=tuple(str(one) for one in ids), limit=max(len(ids), 1))
    page = msgspec.json.decode(await connection.bytes(passes.compile_list(catalog, actor, question, now)))
    return {str(record["id"]): record for record in page["records"]}


async def _chosen(run: Merge, records: Mapping[str, Mapping[str, Any]], take: Mapping[str, str]) -> dict[str, str]:
    """Where each field that changes takes its value from: what the actor chose, and the proposal for the rest.

    He chooses among values he sees clear, for fields he may write on the survivor; what he has no say in follows the proposal unseen.
    """
    chosen = takes_of(run.definition, records, str(run.survivor))
    mine = await records_of(run.connection, run.catalog, run.actor, run.key, [run.survivor, *run.losers], run.clock.now())
    own = mine[str(run.survivor)]
    fields = {one.key: one for one in mergeable(run.definition)}
    for key, source in take.items():
        pointer = f"/take/{key}"
        if key not in fields and key not in BELONGING:
            raise UnknownField(field=key, pointer=pointer)
        if source not in records and (source != JOIN or key not in fields or not is_joined(fields[key])):
            raise InvalidRequest(rule="source", pointer=pointer)
        if key in fields and (key not in own or own.get("_states", {}).get(key, "write") != "write" or not _clear(mine, key, source)):
            raise ReadOnly(field=key, pointer=pointer)
        chosen[key] = source
    return {key: source for key, source in chosen.items() if source != str(run.survivor)}


def _clear(mine: Mapping[str, Mapping[str, Any]], key: str, source: str) -> bool:
    """Whether the actor sees the values he takes."""
    sources = list(mine.values()) if source == JOIN else [mine[source]]
    return all(key in record and record.get("_states", {}).get(key) != "masked" for record in sources)


def relations_to(catalog: Catalog, object_key: str) -> list[tuple[ObjectDefinition, FieldDefinition]]:
    """Every relation field that points at records of the object, lines' included, always in the same order."""
    return [
        (other, one)
        for other in catalog.objects.values()
        for one in other.live_fields()
        if one.type == "relation" and field_options(one, RelationOptions).target == object_key
    ]


async def _move_relations(run: Merge, titles: Mapping[UUID, Json]) -> None:
    """Whatever points at a loser, also from the bin, points at the survivor; lines go behind the lines that are there. A guard on any of them keeps all."""
    for other, relation in relations_to(run.catalog, run.key):
        rows = await run.connection.rows(_moving(run, other, relation))
        if not rows:
            continue
        ids = [row[0] for row in rows]
        for fields, reason in [one for guards in (await guards_of(run.connection, other.key, ids, run.clock)).values() for one in guards]:
            if fields is None or relation.key in fields:
                raise Guarded(reason=reason, object=other.key)
        after: dict[str, Json] = {"id": str(run.survivor), "title": titles[run.survivor]}
        entries: list[log.Entry] = [
            (record, (relation.key,), {"before": {relation.key: {"id": str(loser), "title": titles[loser]}}, "after": {relation.key: None if record == run.survivor else after}})
            for record, loser in rows
        ]  # fmt: skip
        for first in range(0, len(entries), _LOGGED):
            await log.record_many(run.connection, run.actor, "update", other.key, entries[first : first + _LOGGED], run.clock, action=run.action)
        run.changed[other.key].fields.add(relation.key)
        run.touched[other.key].update(ids)


def _moving(run: Merge, other: ObjectDefinition, relation: FieldDefinition) -> Sql:
    """Moves one relation and writes down what it was: (record, loser). The counter stays where the field is not clear to everybody."""
    run.step += 1
    table, column = name("data", other.key), name("r", relation.key)
    losers, restricted = cast_param(run.losers, "uuid[]"), relation.key in restricted_fields(run.catalog, other.key)
    lines = other.parent == relation.key
    within = raw(" AND r.id <> ALL(") + losers + raw(")") if other.key == run.key else raw("")
    place = raw("r.position") if lines else raw("NULL::integer")
    chosen = (
        raw("SELECT r.id, ") + column + raw(" AS loser, r.version, r.updated_at, r.updated_by, ") + place + raw(" AS position FROM ") + table + raw(" AS r WHERE ")
        + column + raw(" = ANY(") + losers + raw(")") + within + raw(" ORDER BY r.id FOR UPDATE OF r")
    )  # fmt: skip
    target = raw("CASE WHEN r.id = ") + param(run.survivor) + raw(" THEN NULL ELSE ") + param(run.survivor) + raw(" END")
    sets = [name(relation.key) + raw(" = ") + target]
    if not restricted:
        sets += [raw("version = ") + run.version, raw("updated_at = ") + param(run.clock.now()), raw("updated_by = ") + cast_param(run.actor.person, "uuid")]
    if lines:
        last = (
            raw("(SELECT coalesce(max(o.position) + 1, 0) FROM ")
            + table
            + raw(" AS o WHERE o.")
            + name(relation.key)
            + raw(" = ")
            + param(run.survivor)
            + raw(")")
        )
        sets.append(raw("position = c.place + ") + last)
    numbered = raw("SELECT *, (row_number() OVER (ORDER BY array_position(") + losers + raw(", loser), position, id))::integer - 1 AS place FROM chosen")
    moved = (
        raw("UPDATE ") + table + raw(" AS r SET ") + join(", ", sets) + raw(" FROM (") + numbered + raw(") AS c WHERE r.id = c.id RETURNING r.id, r.version")
    )
    kept = [param(run.action), param(run.step), param(other.key), param(relation.key)]
    return (
        raw("WITH chosen AS (") + chosen + raw("), moved AS (") + moved + raw(") INSERT INTO system.merge_moves (action, number, object, field, record, loser, version_before, version_after, updated_at, updated_by, position) SELECT ")
        + join(", ", kept) + raw(", c.id, c.loser, c.version, m.version, c.updated_at, c.updated_by, c.position FROM chosen AS c JOIN moved AS m USING (id) RETURNING record, loser")
    )  # fmt: skip


async def _write_down(run: Merge, moved: Mapping[UUID, belongings.Went]) -> None:
    for loser, went in moved.items():
        values = [run.action, run.key, run.survivor, loser, run.actor.person, run.clock.now(), canonical(dict[str, Json](went)).decode()]
        await run.connection.execute(
            raw("INSERT INTO system.merges (action, object, survivor, loser, person, at, moved) VALUES (") + join(", ", [param(one) for one in values]) + raw("::jsonb)")
        )  # fmt: skip


async def _fill(run: Merge, records: Mapping[str, Mapping[str, Any]], chosen: Mapping[str, str], before: tuple[int, datetime, UUID | None]) -> None:
    """The chosen values on the survivor, after the others are gone: they may be unique."""
    row: dict[str, Any] = {}
    for key, source in chosen.items():
        every = [records[str(one)].get(key) for one in (run.survivor, *run.losers)]
        row[key] = joined(every) if source == JOIN else records[source].get(key)
    if row:
        await update_within(run.connection, run.catalog, run.actor, run.key, [{**row, "id": str(run.survivor)}], run.action, run.clock, run.changed[run.key])
    version = await run.connection.value(
        raw("UPDATE ") + name("data", run.key) + raw(" AS r SET version = ") + run.version + raw(", updated_at = ") + param(run.clock.now())
        + raw(", updated_by = ") + cast_param(run.actor.person, "uuid") + raw(" WHERE r.id = ") + param(run.survivor) + raw(" RETURNING r.version")
    )  # fmt: skip
    values = [run.action, run.step + 1, run.key, "", run.survivor, None, before[0], version, before[1], before[2], None]
    await run.connection.execute(
        raw("INSERT INTO system.merge_moves (action, number, object, field, record, loser, version_before, version_after, updated_at, updated_by, position) VALUES (")
        + join(", ", [param(one) for one in values]) + raw(")")
    )  # fmt: skip


async def _recompute(run: Merge) -> None:
    """What moved, what it moved from and to, and all that depends on them."""
    for key, ids in run.touched.items():
        await recompute(run.connection, run.catalog, key, ids, run.clock)
    for other, relation in relations_to(run.catalog, run.key):
        if run.touched.get(other.key):
            await recompute_parents(run.connection, run.catalog, other.key, {relation.key: {run.survivor, *run.losers}}, run.clock)
    await recompute(run.connection, run.catalog, run.key, [run.survivor], run.clock)
