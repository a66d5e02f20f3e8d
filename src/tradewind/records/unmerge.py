"""Taking a merge back: everything that moved goes back as it was; what somebody changed since stays and is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json
from tradewind.kernel.problems import Busy, CannotUndo, CatalogMoved, Forbidden, Guarded, NotFound, UnknownObject
from tradewind.kernel.sql import Sql, cast_param, join, name, param, raw
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition
from tradewind.query.authz.scope import is_clear, restricted_fields, scope_of
from tradewind.query.compile import passes
from tradewind.query.compile.context import Table
from tradewind.query.compile.members import field_value, system_value
from tradewind.query.database.pool import Connection, Database
from tradewind.records import belongings, log, remove
from tradewind.records.announce import Changed, announce
from tradewind.records.batches import Batch, Written
from tradewind.records.choosing import BELONGING
from tradewind.records.guards import guards_of
from tradewind.records.merge import relations_to
from tradewind.records.recompute import recompute, recompute_parents
from tradewind.records.write import update_within

_TRIES = 5
_LOGGED = 5_000


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was changed after the merge and therefore stays as it is."""

    object: str
    record: UUID
    field: str


class TakenBack(Written, frozen=True, kw_only=True):
    """What was done, and what was not. `kept` names what the actor may see of it."""

    kept: tuple[Kept, ...] = ()
    others_kept: bool = False
    """Some of what stays is not the actor's to see."""


@dataclass
class Undo:
    """One merge on its way back."""

    connection: Connection
    catalog: Catalog
    actor: Actor
    clock: Clock
    merge: UUID
    definition: ObjectDefinition
    survivor: UUID
    losers: dict[UUID, dict[str, list[list[Any]]]]
    """Each with what went along."""
    action: UUID = field(default_factory=new_id)
    changed: dict[str, Changed] = field(default_factory=lambda: defaultdict[str, Changed](Changed))
    touched: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict[str, set[UUID]](set))
    kept: list[Kept] = field(default_factory=list[Kept])
    untouched: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict[str, list[UUID]](list))
    """Records that nobody changed since the merge did."""

    @property
    def key(self) -> str:
        return self.definition.key


async def is_merge(connection: Connection, action: UUID) -> bool:
    """Whether the action was a merge, or took one back."""
    return bool(
        await connection.value(
            raw("SELECT EXISTS (SELECT 1 FROM system.merges WHERE action = ") + param(action) + raw(" OR undone = ") + param(action) + raw(")")
        )
    )


async def unmerge(database: Database, catalog: Catalog, actor: Actor, action: UUID, clock: Clock) -> TakenBack:
    """Takes the merge back, as a recorded action, and tells open lists. For who merged, or whoever has the right `data` and may change what comes back.

    Raises NotFound, Forbidden, Guarded, and CannotUndo where it cannot be taken back: it was already, the survivor is gone itself, or a record was removed for good.
    """
    for attempt in range(_TRIES):
        try:
            async with database.transaction() as connection:
                run = await _open(connection, catalog, actor, action, clock)
                restored = await _take_back(run)
                shown = await _shown(run)
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
    return TakenBack(action=run.action, ids=(run.survivor, *run.losers), restored=restored, kept=tuple(shown), others_kept=len(shown) < len(run.kept))


async def _open(connection: Connection, catalog: Catalog, actor: Actor, action: UUID, clock: Clock) -> Undo:
    """The merge with all its records locked in id order, if the actor may take it back."""
    if not await connection.value(raw("SELECT system.writing(") + param(catalog.version) + raw(")")):
        raise CatalogMoved()
    rows = await connection.rows(
        raw("SELECT object, survivor, loser, moved, person, undone FROM system.merges WHERE action = ") + param(action) + raw(" ORDER BY loser FOR UPDATE")
    )
    if not rows:
        raise CannotUndo(rule="merge_again")
    definition = catalog.objects.get(str(rows[0][0]))
    if definition is None or (rows[0][4] != actor.person and not _cares(catalog, actor)):
        raise NotFound()
    if actor.read_only:
        raise Forbidden(right="write")
    if rows[0][5] is not None:
        raise CannotUndo(rule="undone_already")
    run = Undo(connection, catalog, actor, clock, action, definition, rows[0][1], {row[2]: row[3] for row in rows})
    await _lock(run)
    return run


def _cares(catalog: Catalog, actor: Actor) -> bool:
    """Whether the actor looks after the data of others."""
    roles = [catalog.roles[key] for key in actor.roles if key in catalog.roles]
    return actor.objects is None and any(role.everything or "data" in role.system for role in roles)


async def _lock(run: Undo) -> None:
    now, every = run.clock.now(), sorted([run.survivor, *run.losers])
    try:
        sees = passes.compile_predicate(run.catalog, run.actor, run.key, None, "read", now)
        may = passes.compile_predicate(run.catalog, run.actor, run.key, None, "update", now)
    except UnknownObject as failure:
        raise NotFound() from failure
    rows = await run.connection.rows(
        raw("SELECT r.id, r.deleted_at IS NOT NULL, ") + sees + raw(", ") + may + raw(" FROM ") + name("data", run.key) + raw(" AS r WHERE r.id = ANY(")
        + cast_param(every, "uuid[]") + raw(") ORDER BY r.id FOR UPDATE OF r")
    )  # fmt: skip
    found = {row[0]: row for row in rows}
    if len(found) < len(every):
        raise CannotUndo(rule="purged")
    if not all(row[2] for row in rows):
        raise NotFound()
    if not all(row[3] for row in rows):
        raise Forbidden(right="update", object=run.key)
    if found[run.survivor][1]:
        raise CannotUndo(rule="survivor_gone")
    guards = await guards_of(run.connection, run.key, every, run.clock)
    if guards:
        raise Guarded(reason=next(iter(guards.values()))[0][1])


async def _take_back(run: Undo) -> int:
    """All of it, in the order opposite to the merge's; how many records came back."""
    steps = await run.connection.rows(
        raw("SELECT DISTINCT number, object, field FROM system.merge_moves WHERE field <> '' AND action = ") + param(run.merge) + raw(" ORDER BY number DESC")
    )
    objects = sorted({run.key, *(str(step[1]) for step in steps)} & run.catalog.objects.keys())
    for key in objects:
        run.untouched[key] = await _untouched(run, key)
    await _values_back(run)
    back = await _in_bin(run)
    if back:
        bringing = Batch(object=run.key, operation="restore", rows=tuple({"id": str(one)} for one in back))
        await remove.move(run.connection, run.catalog, SYSTEM, bringing, run.action, run.clock, logged_as=run.actor)
    for number, object_key, key in steps:
        other = run.catalog.objects.get(str(object_key))
        relation = None if other is None else other.field(str(key))
        if other is not None and relation is not None:
            await _relation_back(run, int(number), other, relation)
    await belongings.move_back(run.connection, run.key, run.survivor, run.losers)
    for key in objects:
        await _counters_back(run, key)
    await run.connection.execute(raw("UPDATE system.merges SET undone = ") + param(run.action) + raw(" WHERE action = ") + param(run.merge))
    await _recompute(run)
    payload: dict[str, Json] = {"records": list[Json](str(one) for one in run.losers), "merge": str(run.merge)}
    entries: list[log.Entry] = [(one, (), payload) for one in (run.survivor, *run.losers)]
    await log.record_many(run.connection, run.actor, "unmerge", run.key, entries, run.clock, action=run.action)
    run.changed[run.key].whole = True
    run.touched[run.key] |= {run.survivor, *run.losers}
    return len(back)


async def _in_bin(run: Undo) -> list[UUID]:
    """The losers that lie in the bin because of the merge; one that somebody brought back since is there already."""
    rows = await run.connection.rows(
        raw("SELECT id FROM ") + name("data", run.key) + raw(" WHERE deletion = ") + param(run.merge) + raw(" AND id = ANY(")
        + cast_param(list(run.losers), "uuid[]") + raw(") ORDER BY id")
    )  # fmt: skip
    return [row[0] for row in rows]


async def _values_back(run: Undo) -> None:
    """The survivor's own values, where they are still those that the merge gave it."""
    rows = await run.connection.rows(
        raw("SELECT v.payload FROM system.changes AS c JOIN system.change_values AS v ON v.change = c.id WHERE c.operation = 'update' AND c.action = ")
        + param(run.merge) + raw(" AND c.object = ") + param(run.key) + raw(" AND c.record = ") + param(run.survivor) + raw(" ORDER BY c.id DESC")
    )  # fmt: skip
    relations = {str(row[0]) for row in await run.connection.rows(raw("SELECT DISTINCT field FROM system.merge_moves WHERE action = ") + param(run.merge) + raw(" AND record = ") + param(run.survivor))}  # fmt: skip
    for (payload,) in rows:
        after = {key: value for key, value in payload["after"].items() if key not in relations}
        now = await _values(run, list(after))
        back = {key: _wire(payload["before"].get(key)) for key, value in after.items() if key in now and now[key] == value}
        run.kept += [Kept(object=run.key, record=run.survivor, field=key) for key, value in after.items() if now.get(key, value) != value]
        if back:
            row = {**back, "id": str(run.survivor)}
            await update_within(run.connection, run.catalog, run.actor, run.key, [row], run.action, run.clock, run.changed[run.key], gated=False)


async def _values(run: Undo, keys: Sequence[str]) -> dict[str, Json]:
    """What these fields, or owner and team, hold now on the survivor, for those that are not retired or computed."""
    table = Table(run.catalog, SYSTEM, run.definition, "r", run.clock.now())
    sources: dict[str, Sql] = {}
    for key in keys:
        found = run.definition.field(key)
        if key in BELONGING:
            sources[key] = system_value(table, key)
        elif found is not None and found.type not in ("lookup", "formula", "rollup"):
            sources[key] = field_value(table, found)
    if not sources:
        return {}
    columns = join(", ", [raw("to_jsonb(") + value + raw(")") for value in sources.values()])
    row = await run.connection.row(raw("SELECT ") + columns + raw(" FROM ") + name("data", run.key) + raw(" AS r WHERE r.id = ") + param(run.survivor))
    return dict(zip(sources, row or (), strict=True))


def _wire(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) and "id" in value else value  # pyright: ignore[reportUnknownVariableType]


async def _untouched(run: Undo, object_key: str) -> list[UUID]:
    last = raw("SELECT DISTINCT ON (record) record, version_after FROM system.merge_moves WHERE action = ") + param(run.merge) + raw(" AND object = ") + param(object_key) + raw(" ORDER BY record, number DESC")  # fmt: skip
    rows = await run.connection.rows(
        raw("SELECT r.id FROM (") + last + raw(") AS m JOIN ") + name("data", object_key) + raw(" AS r ON r.id = m.record AND r.version = m.version_after")
    )
    return [row[0] for row in rows]


async def _relation_back(run: Undo, number: int, other: ObjectDefinition, relation: FieldDefinition) -> None:
    """Whatever the merge turned round points where it did, unless somebody turned it since."""
    column = name("r", relation.key)
    source = name("data", other.key) + raw(" AS r, system.merge_moves AS m WHERE m.action = ") + param(run.merge) + raw(" AND m.number = ") + param(number) + raw(" AND r.id = m.record")  # fmt: skip
    still = raw("CASE WHEN r.id = ") + param(run.survivor) + raw(" THEN ") + column + raw(" IS NULL ELSE ") + column + raw(" IS NOT DISTINCT FROM ") + param(run.survivor) + raw(" END")  # fmt: skip
    wanted = await run.connection.rows(raw("SELECT r.id, m.loser, ") + still + raw(" FROM ") + source + raw(" ORDER BY r.id FOR UPDATE OF r"))
    mine = [(row[0], row[1]) for row in wanted if row[2]]
    run.kept += [Kept(object=other.key, record=row[0], field=relation.key) for row in wanted if not row[2]]
    ids = [record for record, _ in mine]
    for fields, reason in [one for guards in (await guards_of(run.connection, other.key, ids, run.clock)).values() for one in guards]:
        if fields is None or relation.key in fields:
            raise Guarded(reason=reason, object=other.key)
    sets = [name(relation.key) + raw(" = m.loser"), *([raw("position = m.position")] if other.parent == relation.key else [])]
    if relation.key not in restricted_fields(run.catalog, other.key):
        counted = raw("r.id = ANY(") + cast_param(run.untouched[other.key], "uuid[]") + raw(")")
        sets += [
            raw("version = CASE WHEN ") + counted + raw(" THEN r.version ELSE r.version + 1 END"),
            raw("updated_at = CASE WHEN ") + counted + raw(" THEN r.updated_at ELSE ") + param(run.clock.now()) + raw(" END"),
            raw("updated_by = CASE WHEN ") + counted + raw(" THEN r.updated_by ELSE ") + cast_param(run.actor.person, "uuid") + raw(" END"),
        ]
    chosen = raw(" FROM system.merge_moves AS m WHERE m.action = ") + param(run.merge) + raw(" AND m.number = ") + param(number) + raw(" AND r.id = m.record AND r.id = ANY(") + cast_param(ids, "uuid[]") + raw(")")  # fmt: skip
    await run.connection.execute(raw("UPDATE ") + name("data", other.key) + raw(" AS r SET ") + join(", ", sets) + chosen)
    titles = await _titles(run)
    after: dict[str, Json] = {"id": str(run.survivor), "title": titles.get(run.survivor)}
    entries: list[log.Entry] = [
        (record, (relation.key,), {"before": {relation.key: None if record == run.survivor else after}, "after": {relation.key: {"id": str(loser), "title": titles.get(loser)}}})
        for record, loser in mine
    ]  # fmt: skip
    for first in range(0, len(entries), _LOGGED):
        await log.record_many(run.connection, run.actor, "update", other.key, entries[first : first + _LOGGED], run.clock, action=run.action)
    run.changed[other.key].fields.add(relation.key)
    run.touched[other.key].update(record for record, _ in mine)


async def _titles(run: Undo) -> dict[UUID, Json]:
    title = run.definition.field(run.definition.title)
    value = (
        raw("NULL::jsonb")
        if title is None
        else raw("to_jsonb(") + field_value(Table(run.catalog, SYSTEM, run.definition, "r", run.clock.now()), title) + raw(")")
    )
    rows = await run.connection.rows(
        raw("SELECT r.id, ") + value + raw(" FROM ") + name("data", run.key) + raw(" AS r WHERE r.id = ANY(") + cast_param([run.survivor, *run.losers], "uuid[]") + raw(")")
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


async def _counters_back(run: Undo, object_key: str) -> None:
    """Records that nobody touched since the merge have their counter and their last change as before it."""
    first = raw("SELECT DISTINCT ON (record) record, version_before, updated_at, updated_by FROM system.merge_moves WHERE action = ") + param(run.merge) + raw(" AND object = ") + param(object_key) + raw(" ORDER BY record, number")  # fmt: skip
    await run.connection.execute(
        raw("UPDATE ") + name("data", object_key) + raw(" AS r SET version = m.version_before, updated_at = m.updated_at, updated_by = m.updated_by FROM (") + first
        + raw(") AS m WHERE r.id = m.record AND r.id = ANY(") + cast_param(run.untouched[object_key], "uuid[]") + raw(")")
    )  # fmt: skip


async def _recompute(run: Undo) -> None:
    every = {run.survivor, *run.losers}
    for key, ids in run.touched.items():
        await recompute(run.connection, run.catalog, key, ids, run.clock)
    for other, relation in relations_to(run.catalog, run.key):
        if run.touched.get(other.key):
            await recompute_parents(run.connection, run.catalog, other.key, {relation.key: every}, run.clock)
    await recompute(run.connection, run.catalog, run.key, every, run.clock)


async def _shown(run: Undo) -> list[Kept]:
    """What stays, as far as the actor sees the record and the field."""
    found: list[Kept] = []
    by_object: dict[str, list[Kept]] = defaultdict(list)
    for one in run.kept:
        by_object[one.object].append(one)
    for key, kept in by_object.items():
        scope = scope_of(run.catalog, run.actor, key)
        if scope.nothing:
            continue
        sees = passes.compile_predicate(run.catalog, run.actor, key, None, "read", run.clock.now())
        rows = await run.connection.rows(
            raw("SELECT r.id FROM ") + name("data", key) + raw(" AS r WHERE r.id = ANY(") + cast_param([one.record for one in kept], "uuid[]") + raw(") AND ") + sees
        )  # fmt: skip
        seen = {row[0] for row in rows}
        found += [one for one in kept if one.record in seen and (one.field in BELONGING or is_clear(scope.best(one.field)))]
    return found
