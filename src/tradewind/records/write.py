"""The one way record data changes: a batch in, set-based statements, the log, what depends on it, one transaction."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from tradewind.catalog.snapshot import load
from tradewind.jobs.queue import wake
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id, new_ids
from tradewind.kernel.json import Json, canonical, mapping
from tradewind.kernel.problems import (
    AlreadyExists,
    CatalogMoved,
    Forbidden,
    Guarded,
    InvalidRecords,
    InvalidRequest,
    InvalidValue,
    NotFound,
    ReadOnly,
    Stale,
    UnknownObject,
)
from tradewind.kernel.sql import Sql, cast_param, join, literal, name, param, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.types import auto_number
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition, LinesOptions, ObjectDefinition, RelationOptions
from tradewind.query.authz.scope import ObjectScope, field_options, restricted_fields, scope_of
from tradewind.query.compile import passes
from tradewind.query.compile.context import Table, value_options
from tradewind.query.compile.members import field_value, system_value
from tradewind.query.database.arrays import array, unnested
from tradewind.query.database.pool import Connection, Database
from tradewind.records import find, identities, log, remove
from tradewind.records.announce import Changed, announce
from tradewind.records.batches import Batch, RowProblem, Written
from tradewind.records.external import KEY as EXTERNAL
from tradewind.records.external import ExternalId
from tradewind.records.guards import guards_of
from tradewind.records.outbox import follow_up
from tradewind.records.recompute import recompute, recompute_parents, with_computed
from tradewind.records.rows import Decoder, Row, check_required, fill_defaults, gate
from tradewind.records.search import search_value

MAX_ROWS = 10_000
_TRIES = 5


@dataclass
class Run:
    """One write in progress."""

    connection: Connection
    catalog: Catalog
    actor: Actor
    clock: Clock
    action: UUID
    definition: ObjectDefinition
    scope: ObjectScope
    batch: Batch
    inside: bool = False
    """Part of another write: lines of a record that was checked already."""
    changed: Changed = dataclasses.field(default_factory=Changed)
    on_behalf_of: Actor | None = None
    """Whose write it is, where the system does it because the rights were checked before."""

    @property
    def author(self) -> Actor:
        """Who stands in the log."""
        return self.on_behalf_of or self.actor


async def write(database: Database, catalog: Catalog, actor: Actor, batch: Batch, clock: Clock) -> Written:
    """Does it all, or with `partial` the good rows, and tells open lists.

    Raises InvalidRecords with every row's problems, Forbidden, UnknownObject. With an idempotency key a second call gets the first one's answer.
    A catalogue that was published meanwhile is taken up, and the batch understood anew.
    """
    for _ in range(_TRIES):
        changed = Changed()
        try:
            async with database.transaction() as connection:
                written = await write_in(connection, catalog, actor, batch, clock, changed)
        except CatalogMoved:
            catalog = await load(database)
            continue
        await announce(database, batch.object, [identity for identity in written.ids if identity], changed)
        if changed.jobs:
            await wake(database)
        return written
    raise CatalogMoved()


def decoder_of(catalog: Catalog, actor: Actor, object_key: str) -> Decoder | None:
    """What understands new records of the object, for who has many and wants to do it ahead of the transaction; None where the actor makes none."""
    definition, scope = catalog.objects.get(object_key), scope_of(catalog, actor, object_key)
    if definition is None or definition.retired or not scope.create:
        return None
    return Decoder(definition, scope, creating=True, base_currency=catalog.base_currency)


async def write_in(
    connection: Connection,
    catalog: Catalog,
    actor: Actor,
    batch: Batch,
    clock: Clock,
    changed: Changed | None = None,
    decoded: Sequence[Row] | None = None,
) -> Written:
    """The same in a transaction of the caller's, who hears in `changed` what to announce. Raises CatalogMoved for a catalogue that no longer holds.

    `decoded` are the rows of a create as `decoder_of` understood them, with the same catalogue and actor.
    """
    if not await connection.value(raw("SELECT system.writing(") + param(catalog.version) + raw(")")):
        raise CatalogMoved()
    definition = catalog.objects.get(batch.object)
    scope = scope_of(catalog, actor, batch.object)
    if definition is None or definition.retired or (scope.nothing and not scope.create):
        raise UnknownObject(object=batch.object)
    if len(batch.rows) > MAX_ROWS:
        raise InvalidRequest(rule="too_many_rows", maximum=MAX_ROWS)
    if actor.read_only:
        raise Forbidden(right="write")
    earlier = await _remembered(connection, actor, batch, clock)
    if earlier is not None:
        return earlier
    run = Run(connection, catalog, actor, clock, batch.action or new_id(), definition, scope, batch, changed=Changed() if changed is None else changed)
    match batch.operation:
        case "create":
            written = await _create(run, batch.rows, decoded=decoded)
        case "update":
            written = await _update(run, batch.rows)
        case "upsert":
            written = await _upsert(run)
        case "delete" | "restore" | "purge":
            written = await remove.move(connection, catalog, actor, batch, run.action, clock)
            run.changed.whole = True
    if batch.operation in ("create", "update", "upsert"):
        fields = run.changed.fields if batch.operation == "update" else None
        run.changed.jobs |= await follow_up(connection, catalog, batch.object, [one for one in written.ids if one], fields, clock)
    if batch.idempotency_key and actor.person:
        await connection.execute(
            raw("UPDATE system.idempotency SET answer = ")
            + cast_param(msgspec.json.encode(written).decode(), "jsonb")
            + raw(" WHERE ")
            + _remembering(actor, batch)
        )
    return written


def _remembering(actor: Actor, batch: Batch) -> Sql:
    return raw("key = ") + param(batch.idempotency_key) + raw(" AND person = ") + param(actor.person)


async def _remembered(connection: Connection, actor: Actor, batch: Batch, clock: Clock) -> Written | None:
    """The answer of an earlier call with this key; else the key is taken for this one, and a call beside it waits."""
    if not batch.idempotency_key or actor.person is None:
        return None
    digest = hashlib.sha256(canonical([batch.object, batch.operation, list(batch.rows), list(batch.match)])).digest()
    values = join(", ", [param(batch.idempotency_key), param(actor.person), param(digest), raw("'null'::jsonb"), param(clock.now())])
    taken = await connection.value(
        raw("INSERT INTO system.idempotency (key, person, digest, answer, at) VALUES (") + values + raw(") ON CONFLICT DO NOTHING RETURNING 1")
    )
    if taken:
        return None
    row = await connection.row(raw("SELECT digest, answer FROM system.idempotency WHERE ") + _remembering(actor, batch))
    if row is None or bytes(row[0]) != digest:
        raise InvalidRequest(rule="idempotency_key")
    return msgspec.convert(row[1], Written)


def _refuse(rows: Sequence[Row], partial: bool) -> tuple[list[Row], tuple[RowProblem, ...]]:
    """The good rows and the problems of the others. Raises InvalidRecords when all must be good."""
    bad = [problem for row in rows for problem in row.problems]
    if bad and not partial:
        if len(rows) == 1 and len(bad) == 1 and not isinstance(bad[0], InvalidValue) and bad[0].status != 422:
            raise bad[0]
        raise InvalidRecords(errors=tuple(bad))
    problems = tuple(RowProblem(row=row.number, pointer=problem.pointer, code=problem.code, params=problem.params) for row in rows for problem in row.problems)
    return [row for row in rows if not row.problems], problems


async def _create(run: Run, given: Sequence[Mapping[str, Any]], numbers: Sequence[int] | None = None, decoded: Sequence[Row] | None = None) -> Written:
    forbidden = not run.scope.create and not run.inside
    if forbidden and not run.batch.partial:
        raise Forbidden(right="create", object=run.definition.key)
    now = run.clock.now()
    if decoded is not None and not forbidden:
        rows = list(decoded)
    else:
        decoder = Decoder(run.definition, run.scope, creating=True, base_currency=run.catalog.base_currency)
        rows = [decoder.row(number, {} if forbidden else one) for number, one in zip(numbers or range(len(given)), given, strict=True)]
    for row, identity in zip(rows, new_ids(len(rows)), strict=True):
        row.id = identity
        if forbidden:
            row.wrong(Forbidden(right="create", object=run.definition.key))
            continue
        fill_defaults(row, run.definition, run.actor, now)
        gate(row, run.definition, {})
    await _check_references(run, rows)
    await identities.check(run.connection, run.definition.key, rows)
    await _check_unique(run, rows)
    good, problems = _refuse(rows, run.batch.partial)
    await _number(run, good)
    await _insert_and_log(run, good)
    run.changed.whole |= bool(good)
    await _after(run, good)
    return Written(action=run.action, ids=tuple(None if row.problems else row.id for row in rows), created=len(good), problems=problems)


async def _insert_and_log(run: Run, rows: Sequence[Row]) -> None:
    """The log's lines are made while PostgreSQL inserts the rows."""
    inserting = asyncio.ensure_future(_insert(run, rows))
    try:
        await asyncio.sleep(0)
        _, lines = log.lines(run.actor, "create", run.definition.key, [(row.id, (), None) for row in rows], run.clock, action=run.action)
    except BaseException:
        inserting.cancel()
        await asyncio.gather(inserting, return_exceptions=True)
        raise
    await inserting
    for statement in lines:
        await run.connection.execute(statement)


async def _insert(run: Run, rows: Sequence[Row]) -> None:
    if not rows:
        return
    keys = sorted(set[str]().union(*(row.columns for row in rows)) - {"owner_id"})
    types = _column_types(run.definition)
    now = run.clock.now()
    owner = run.actor.person
    written = set(keys)
    search = search_value(run.catalog, run.definition, lambda column: raw("t.") + name(column) if column in written else raw("NULL::text"))
    columns = [raw("id, owner_id, department_id, source, demo, created_at, created_by, updated_at, updated_by, search"), *(name(key) for key in keys)]
    department = raw("(SELECT p.department FROM system.people AS p WHERE p.id = t.owner_id)")
    at, by = cast_param(now, "timestamptz"), cast_param(owner, "uuid")
    fixed = [raw("t.id, t.owner_id"), department, cast_param(run.batch.source, "text"), cast_param(run.batch.demo, "boolean"), at, by, at, by, search]
    if run.definition.parent:
        columns.append(raw("position"))
    values = [*fixed, *(raw("t.") + name(key) for key in keys), *([raw("t.tw_position")] if run.definition.parent else [])]
    arrays: dict[str, tuple[LiteralString, Sequence[Any]]] = {
        "id": ("uuid", [row.id for row in rows]),
        "owner_id": ("uuid", [row.columns.get("owner_id", owner) for row in rows]),
        "tw_position": ("int", range(len(rows))),
    }
    arrays |= {key: (types[key], [row.columns.get(key) for row in rows]) for key in keys}
    source = raw("SELECT ") + join(", ", values) + raw(" FROM ") + unnested("t", arrays)
    listed = join(", ", columns)
    made, source = with_computed(run.catalog, run.definition, set(keys), listed, source)
    await _guard_unique(run, rows, raw("INSERT INTO ") + name("data", run.definition.key) + raw(" (") + made + raw(") ") + source)


async def _guard_unique(run: Run, rows: Sequence[Row], statement: Sql) -> None:
    """Runs it; a taken unique value becomes AlreadyExists with its field, and tells nothing of the holder."""
    try:
        await run.connection.execute(statement)
    except AlreadyExists as problem:
        constraint = str(problem.params.get("constraint", ""))
        field = constraint.removeprefix(f"u_{run.definition.key}_")
        number = rows[0].number if len(rows) == 1 else 0
        raise InvalidRecords(errors=(AlreadyExists(pointer=f"/rows/{number}/{field}", field=field),)) from problem


def _column_types(definition: ObjectDefinition) -> dict[str, LiteralString]:
    types: dict[str, LiteralString] = {"owner_id": "uuid", "team_id": "uuid"}
    for field in definition.live_fields():
        if field.type == "relation":
            types[field.key] = "uuid"
        elif field.type in field_types():
            types |= {field.key + column.suffix: column.sql_type for column in field_types()[field.type].columns(value_options(field))}
    return types


async def _number(run: Run, rows: Sequence[Row]) -> None:
    """Auto-numbers, one counter step for the whole batch."""
    today = run.clock.now().date()
    for field in run.definition.live_fields():
        pattern = field_types()[field.type].generate(value_options(field)) if field.type in field_types() else None
        waiting = [row for row in rows if row.values.get(field.key) is None] if pattern else []
        if not pattern or not waiting:
            continue
        which = [param(run.definition.key), param(field.key), param(auto_number.period(pattern, today)), param(len(waiting))]
        last = await run.connection.value(
            raw("INSERT INTO system.counters AS c (object, field, period, value) VALUES (")
            + join(", ", which)
            + raw(") ON CONFLICT (object, field, period) DO UPDATE SET value = c.value + excluded.value RETURNING value")
        )
        for offset, row in enumerate(waiting):
            row.values[field.key] = row.columns[field.key] = auto_number.render(pattern, int(last) - len(waiting) + 1 + offset, today)


async def _check_references(run: Run, rows: Sequence[Row]) -> None:
    """What a row points at must exist and be visible to the writer; a line's record must be his to change."""
    for field in run.definition.live_fields():
        reference = field_types()[field.type].refers_to(value_options(field)) if field.type in field_types() else None
        if reference is None and field.type != "relation":
            continue
        wanted = {row.values[field.key] for row in rows if isinstance(row.values.get(field.key), UUID)}
        if not wanted:
            continue
        found = await _visible(run, field, wanted) if reference is None else await _existing(run, reference.target, wanted)
        missing = wanted - found
        for row in rows if missing else ():
            if row.values.get(field.key) in missing:
                row.wrong(InvalidValue(rule="missing", field=field.key), field.key)
    for key, target in (("owner", "person"), ("team", "team")):
        wanted = {row.values[key] for row in rows if row.values.get(key)}
        missing = wanted - await _existing(run, target, wanted) if wanted else set[UUID]()
        for row in rows if missing else ():
            if row.values.get(key) in missing:
                row.wrong(InvalidValue(rule="missing", field=key), key)


async def _check_unique(run: Run, rows: Sequence[Row]) -> None:
    """Of several rows the one whose unique value is taken is told; a single row learns it from the index. Nothing is said of the holder."""
    if len(rows) == 1:
        return
    for field in run.definition.live_fields():
        if not field.unique or run.batch.match == (field.key,):
            continue
        given = [row for row in rows if not row.problems and row.values.get(field.key) is not None]
        if not given:
            continue
        found = await find.holders(run.connection, run.definition, field.key, [row.columns for row in given])
        first: dict[tuple[str, ...], UUID | None] = {}
        for row, (key, holder) in zip(given, found, strict=True):
            if first.setdefault(key, row.id) != row.id or holder not in (None, row.id):
                row.wrong(AlreadyExists(field=field.key), field.key)


async def _visible(run: Run, field: FieldDefinition, wanted: set[UUID]) -> set[UUID]:
    target = field_options(field, RelationOptions).target
    action = "update" if field.key == run.definition.parent and not run.inside else "read"
    actor = SYSTEM if run.inside and field.key == run.definition.parent else run.actor
    try:
        allowed = passes.compile_predicate(run.catalog, actor, target, None, action, run.clock.now())
    except UnknownObject:
        return set()
    rows = await run.connection.rows(
        raw("SELECT r.id FROM ")
        + name("data", target)
        + raw(" AS r WHERE r.id = ANY(")
        + cast_param(array("uuid", wanted), "uuid[]")
        + raw(") AND r.deleted_at IS NULL AND ")
        + allowed
    )
    return {row[0] for row in rows}


async def _existing(run: Run, target: str, wanted: set[UUID]) -> set[UUID]:
    table = {"person": raw("system.people"), "department": raw("system.departments"), "team": raw("system.teams")}[target]
    return {
        row[0] for row in await run.connection.rows(raw("SELECT id FROM ") + table + raw(" WHERE id = ANY(") + cast_param(list(wanted), "uuid[]") + raw(")"))
    }


async def update_within(
    connection: Connection,
    catalog: Catalog,
    actor: Actor,
    object_key: str,
    rows: Sequence[Mapping[str, Any]],
    action: UUID,
    clock: Clock,
    changed: Changed,
    *,
    gated: bool = True,
) -> Written:
    """Updates that belong to another write (a merge and its way back), which checked the rights: in its transaction and under its action, in the actor's name.

    Guards hold; steps of a status are checked unless they lead back. Raises InvalidRecords.
    """
    definition = catalog.objects[object_key]
    batch = Batch(object=object_key, operation="update", rows=())
    scope = scope_of(catalog, SYSTEM, object_key)
    run = Run(connection, catalog, SYSTEM, clock, action, definition, scope, batch, inside=True, changed=changed, on_behalf_of=actor)
    return await _update(run, rows, gated=gated)


async def _update(run: Run, given: Sequence[Mapping[str, Any]], *, gated: bool = True) -> Written:
    decoder = Decoder(run.definition, run.scope, creating=False, base_currency=run.catalog.base_currency)
    rows = [decoder.row(number, one) for number, one in enumerate(given)]
    for row in rows:
        check_required(row, run.definition)
    before = await _lock(run, rows)
    for row in rows:
        if gated and row.id is not None and row.id in before:
            gate(row, run.definition, before[row.id])
    await _check_references(run, rows)
    await identities.check(run.connection, run.definition.key, rows)
    await _check_unique(run, rows)
    good, problems = _refuse(rows, run.batch.partial)
    updated = await _apply(run, good, before)
    await _after(run, good, before)
    ids = tuple(None if row.problems else row.id for row in rows)
    return Written(action=run.action, ids=ids, updated=updated, unchanged=len(good) - updated, problems=problems)


async def _lock(run: Run, rows: Sequence[Row]) -> dict[UUID, dict[str, Any]]:
    """Locks the records in id order and checks rights, version and guards on each; their values before, as wire JSON."""
    wanted = sorted({row.id for row in rows if row.id})
    touched = [field for field in run.definition.live_fields() if any(field.key in row.values for row in rows)]
    now, key = run.clock.now(), run.definition.key
    whole = Table(run.catalog, SYSTEM, run.definition, "r", now)
    sees = passes.compile_predicate(run.catalog, run.actor, key, None, "read", now)
    may = passes.compile_predicate(run.catalog, run.actor, key, None, "update", now)
    token = passes.version_token_sql(run.catalog, run.actor, key, now)
    columns = [raw("r.id"), sees, may, token]
    columns += [passes.field_state_sql(run.catalog, run.actor, key, field.key, ("write",), now) for field in touched]
    images = [
        *(raw("jsonb_build_object(") + literal(key) + raw("::text, ") + system_value(whole, key) + raw(")") for key in ("owner", "team")),
        *(raw("jsonb_build_object(") + literal(field.key) + raw("::text, ") + field_value(whole, field) + raw(")") for field in touched),
    ]
    columns.append(join(" || ", images))
    found = await run.connection.rows(
        raw("SELECT ") + join(", ", columns) + raw(" FROM ") + name("data", key) + raw(" AS r WHERE r.deleted_at IS NULL AND r.id = ANY(")
        + cast_param(wanted, "uuid[]") + raw(") ORDER BY r.id FOR UPDATE OF r")
    )  # fmt: skip
    guards = await guards_of(run.connection, run.definition.key, wanted, run.clock)
    known = {line[0]: line for line in found if line[1] or run.inside}
    for row in rows:
        line = known.get(row.id) if row.id else None
        if line is None:
            row.wrong(NotFound(object=key))
            continue
        if not line[2] and not run.inside:
            row.wrong(Forbidden(right="update", object=key))
            continue
        if row.version and row.version != line[3]:
            row.wrong(Stale(version=str(line[3])))
        for field, writable in zip(touched, line[4:-1], strict=True):
            if field.key in row.values and not writable and not run.inside:
                row.wrong(ReadOnly(field=field.key), field.key)
        for fields, reason in guards.get(row.id, ()) if row.id else ():
            if fields is None or set(fields) & {*row.values, *row.lines, *row.files}:
                row.wrong(Guarded(reason=reason))
    return {identity: line[-1] for identity, line in known.items()}


async def _apply(run: Run, rows: Sequence[Row], before: Mapping[UUID, Mapping[str, Any]]) -> int:
    """One UPDATE for all rows that set the same columns; what did not change is not written. How many were."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(sorted(row.columns))].append(row)
    updated = 0
    for columns, members in groups.items():
        if columns:
            updated += await _apply_group(run, columns, members, before)
    return updated


async def _apply_group(run: Run, columns: tuple[str, ...], rows: Sequence[Row], before: Mapping[UUID, Mapping[str, Any]]) -> int:
    key, types = run.definition.key, _column_types(run.definition)
    restricted = set(restricted_fields(run.catalog, key))
    open_columns = [column for column in columns if column.partition("__")[0] not in restricted]
    arrays: dict[str, tuple[LiteralString, Sequence[Any]]] = {"id": ("uuid", [row.id for row in rows])}
    arrays |= {column: (types[column], [row.columns[column] for row in rows]) for column in columns}
    differs = _differs(columns)
    moved = _differs(open_columns) if open_columns else raw("false")
    sets = [name(column) + raw(" = t.") + name(column) for column in columns]
    sets += [
        raw("version = r.version + CASE WHEN ") + moved + raw(" THEN 1 ELSE 0 END"),
        raw("updated_at = CASE WHEN ") + moved + raw(" THEN ") + param(run.clock.now()) + raw(" ELSE r.updated_at END"),
        raw("updated_by = CASE WHEN ") + moved + raw(" THEN ") + param(run.author.person) + raw(" ELSE r.updated_by END"),
        raw("search = ")
        + search_value(run.catalog, run.definition, lambda column: raw("t.") + name(column) if column in columns else raw("r.") + name(column)),
    ]
    if "owner_id" in columns:
        sets.append(raw("department_id = (SELECT p.department FROM system.people AS p WHERE p.id = t.owner_id)"))
    touched = [field for field in run.definition.live_fields() if any(field.key in row.values for row in rows)]
    await _guard_unique(
        run,
        rows,
        raw("UPDATE ") + name("data", key) + raw(" AS r SET ") + join(", ", sets) + raw(" FROM ") + unnested("t", arrays)
        + raw(" WHERE r.id = t.id AND (") + differs + raw(")"),
    )  # fmt: skip
    whole = Table(run.catalog, SYSTEM, run.definition, "r", run.clock.now())
    images = [
        *(raw("jsonb_build_object(") + literal(key) + raw("::text, ") + system_value(whole, key) + raw(")") for key in ("owner", "team")),
        *(raw("jsonb_build_object(") + literal(field.key) + raw("::text, ") + field_value(whole, field) + raw(")") for field in touched),
    ]
    after = await run.connection.rows(
        raw("SELECT r.id, ")
        + join(" || ", images)
        + raw(" FROM ")
        + name("data", key)
        + raw(" AS r WHERE r.id = ANY(")
        + cast_param([row.id for row in rows], "uuid[]")
        + raw(")")
    )
    entries: list[log.Entry] = []
    for identity, now_values in after:
        old = before[identity]
        fields = sorted(name for name in now_values if now_values[name] != old.get(name))
        run.changed.fields.update(fields)
        if fields:
            run.changed.records.add(identity)
            payload: Json = {"before": {one: old.get(one) for one in fields}, "after": {one: now_values[one] for one in fields}}
            entries.append((identity, fields, payload))
    await log.record_many(run.connection, run.author, "update", key, entries, run.clock, action=run.action)
    return len(entries)


def _differs(columns: Sequence[str]) -> Sql:
    return join(" OR ", [raw("r.") + name(column) + raw(" IS DISTINCT FROM t.") + name(column) for column in columns])


async def _after(run: Run, rows: Sequence[Row], before: Mapping[UUID, Mapping[str, Any]] | None = None) -> None:
    """Identities, lines and files of the rows, then everything computed from them."""
    if await identities.settle(run.connection, run.author, run.definition.key, rows, run.clock, run.action):
        run.changed.fields.add(EXTERNAL)
    for row in rows:
        for key, files in row.files.items():
            await _attach(run, row, key, files)
        for key, lines in row.lines.items():
            await _write_lines(run, row, key, lines)
    await recompute(run.connection, run.catalog, run.definition.key, [row.id for row in rows if row.id], run.clock, fresh=before is None)
    if before is None:
        return
    left: dict[str, set[UUID]] = defaultdict(set)
    relations = [field.key for field in run.definition.live_fields() if field.type == "relation"]
    for row in rows:
        for key in relations:
            old = mapping(before.get(row.id, {}).get(key)) if row.id and key in row.values else None
            if old is not None and old.get("id"):
                left[key].add(UUID(str(old["id"])))
    await recompute_parents(run.connection, run.catalog, run.definition.key, left, run.clock)


async def _attach(run: Run, row: Row, key: str, files: Sequence[UUID]) -> None:
    """The field's files become exactly these; a new one must be the writer's own upload."""
    run.changed.fields.add(key)
    field = run.definition.field(key)
    which = raw("object = ") + param(run.definition.key) + raw(" AND record = ") + param(row.id) + raw(" AND field = ") + param(key)
    old = {one[0] for one in await run.connection.rows(raw("SELECT file FROM system.attachments WHERE ") + which)}
    fresh = [one for one in files if one not in old]
    mine = await run.connection.rows(
        raw("SELECT id, media_type FROM system.files WHERE id = ANY(")
        + cast_param(fresh, "uuid[]")
        + raw(") AND NOT attached AND uploaded_by IS NOT DISTINCT FROM ")
        + param(run.actor.person)
        + raw("::uuid")
    )
    if {one[0] for one in mine} != set(fresh):
        raise InvalidRecords(errors=(InvalidValue(pointer=f"/rows/{row.number}/{key}", rule="missing", field=key),))
    if field is not None and not all(field_types()[field.type].admits(media_type, value_options(field)) for _, media_type in mine):
        raise InvalidRecords(errors=(InvalidValue(pointer=f"/rows/{row.number}/{key}", rule="media_type", field=key),))
    await run.connection.execute(raw("DELETE FROM system.attachments WHERE ") + which)
    for position, one in enumerate(files):
        values = [param(run.definition.key), param(row.id), param(key), param(one), param(position)]
        await run.connection.execute(raw("INSERT INTO system.attachments (object, record, field, file, position) VALUES (") + join(", ", values) + raw(")"))
    await run.connection.execute(raw("UPDATE system.files SET attached = true WHERE id = ANY(") + cast_param(fresh, "uuid[]") + raw(")"))


async def _write_lines(run: Run, row: Row, key: str, lines: Sequence[Mapping[str, Any]]) -> None:
    """The record's lines become exactly these, in this order."""
    field = run.definition.field(key)
    if field is None or row.id is None:
        return
    run.changed.fields.add(key)
    options = field_options(field, LinesOptions)
    target = run.catalog.objects[options.target]
    scope = scope_of(run.catalog, run.actor, target.key)
    batch = Batch(object=target.key, operation="update", rows=(), source=run.batch.source, demo=run.batch.demo)
    inner = Run(run.connection, run.catalog, run.actor, run.clock, run.action, target, scope, batch, inside=True)
    there = await run.connection.rows(
        raw("SELECT id FROM ")
        + name("data", target.key)
        + raw(" WHERE ")
        + name(options.parent)
        + raw(" = ")
        + param(row.id)
        + raw(" AND deleted_at IS NULL FOR UPDATE")
    )
    old = {str(one[0]) for one in there}
    kept = [line for line in lines if str(line.get("id", "")) in old]
    gone = sorted(old - {str(line["id"]) for line in kept})
    if gone:
        await remove.move(
            run.connection,
            run.catalog,
            SYSTEM,
            Batch(object=target.key, operation="delete", rows=tuple({"id": one} for one in gone)),
            run.action,
            run.clock,
            logged_as=run.actor,
        )
    if kept:
        await _update(inner, kept)
    new = [
        {**{name: value for name, value in line.items() if name != "id"}, options.parent: str(row.id)} for line in lines if str(line.get("id", "")) not in old
    ]
    if new:
        await _create(inner, new)


async def _identified(run: Run, rows: Sequence[Row], plan: dict[int, UUID], hidden: set[int], same: dict[int, int]) -> None:
    """Rows whose identity some record has, or an earlier row; the others are matched by fields."""
    sees = passes.compile_predicate(run.catalog, run.actor, run.definition.key, None, "read", run.clock.now())
    known = await identities.holders(run.connection, run.definition.key, [row for row in rows if not row.problems], sees)
    for number, (identity, visible) in known.items():
        if visible:
            plan[number] = identity
        else:
            hidden.add(number)
    first: dict[ExternalId, int] = {}
    for row in rows:
        if row.problems or row.number in known:
            continue
        leader = next((first[one] for one in row.external.add if one in first), row.number)
        if leader != row.number:
            same[row.number] = leader
        for one in row.external.add:
            first.setdefault(one, leader)


def _settle(plan: dict[int, UUID], hidden: set[int], same: dict[int, int]) -> None:
    """A row that is the same as another goes where that one goes, over however many rows."""
    for number in list(same):
        leader = same[number]
        while leader in same:
            leader = same[leader]
        if leader in plan:
            plan[number] = plan[leader]
        elif leader in hidden:
            hidden.add(number)
        else:
            same[number] = leader
            continue
        del same[number]


async def _upsert(run: Run) -> Written:
    """Rows that match a record in scope update it, or leave it with `keep`; the others create one, the same for rows that match one another.

    A match out of scope says only that it exists. With "external_ids" among the matches a known identity decides, and where none is known the other
    fields do: the record found gets the identity.
    """
    if not run.batch.match:
        raise InvalidRequest(rule="match", pointer="/match")
    given = run.batch.rows
    decoder = Decoder(run.definition, run.scope, creating=True, base_currency=run.catalog.base_currency)
    decoded = [decoder.row(number, one) for number, one in enumerate(given)]
    plan: dict[int, UUID] = {}
    hidden: set[int] = set()
    first: dict[tuple[str, ...], int] = {}
    same: dict[int, int] = {}
    fields = tuple(key for key in run.batch.match if key != EXTERNAL)
    if fields != run.batch.match:
        await _identified(run, decoded, plan, hidden, same)
    settled = plan.keys() | hidden | same.keys()
    matched = [row for row in decoded if fields and not row.problems and row.number not in settled and all(row.values.get(key) is not None for key in fields)]
    met = await find.matches(run.connection, run.catalog, run.actor, run.definition.key, fields, [row.columns for row in matched], run.clock.now())
    for number, one in zip((row.number for row in matched), met, strict=True):
        if one.id is not None and one.seen:
            plan[number] = one.id
        elif one.id is not None:
            hidden.add(number)
        elif (leader := first.setdefault(one.key, number)) != number:
            same[number] = leader
    _settle(plan, hidden, same)
    if hidden and not run.batch.partial:
        raise InvalidRecords(errors=tuple(AlreadyExists(pointer=f"/rows/{number}") for number in sorted(hidden)))
    new = [number for number in range(len(given)) if number not in plan and number not in hidden and number not in same]
    created = await _create(run, [given[number] for number in new], new) if new else Written(action=run.action)
    ids: list[UUID | None] = [None] * len(given)
    for number, identity in zip(new, created.ids, strict=True):
        ids[number] = identity
    problems = list(created.problems)
    refused = {problem.row: problem for problem in created.problems}
    for number, leader in same.items():
        if (identity := ids[leader]) is not None:
            plan[number] = identity
        elif leader in refused:
            problems.append(
                msgspec.structs.replace(refused[leader], row=number, pointer=refused[leader].pointer.replace(f"/rows/{leader}", f"/rows/{number}", 1))
            )
    known = sorted(plan)
    if run.batch.keep or not known:
        updated = Written(action=run.action, ids=tuple(plan[number] for number in known), unchanged=len(known))
    else:
        updated = await _update(run, [{**given[number], "id": str(plan[number])} for number in known])
    for number, identity in zip(known, updated.ids, strict=True):
        ids[number] = identity
    problems += [
        msgspec.structs.replace(one, row=known[one.row], pointer=one.pointer.replace(f"/rows/{one.row}", f"/rows/{known[one.row]}", 1))
        for one in updated.problems
    ]
    problems += [RowProblem(row=number, pointer=f"/rows/{number}", code=AlreadyExists.code, params={}) for number in sorted(hidden)]
    return Written(action=run.action, ids=tuple(ids), created=created.created, updated=updated.updated, unchanged=updated.unchanged, problems=tuple(problems))
