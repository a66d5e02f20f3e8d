"""Publishing: schema operations first, then one short transaction that switches the catalogue; and the way back."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec

from tradewind.catalog.check import check_definitions
from tradewind.catalog.indexes import ensure_view_index
from tradewind.catalog.plan import Plan, Step, make_plan, surroundings
from tradewind.catalog.schema.operations.change_type import ChangeType
from tradewind.catalog.schema.operations.contract import Operation, Surroundings
from tradewind.catalog.schema.operations.registry import read
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.problems import DefinitionConflict, InvalidDefinition, NotFound, Problem
from tradewind.kernel.sql import join, param, raw
from tradewind.metadata.definitions import DEFINITION_KINDS, AnyDefinition, Catalog, ObjectDefinition, RoleDefinition, ViewDefinition
from tradewind.query.database.pool import Connection, Database

_PUBLISH_LOCK = 7_203_714_413
Log = Callable[[Connection, list[str]], Awaitable[None]]
"""Writes one line into the log, inside the switch: the keys that were published."""


async def plan(database: Database, catalog: Catalog, definitions: Iterable[AnyDefinition]) -> Plan:
    """What publishing would do. Raises InvalidDefinition with every problem found."""
    definitions = tuple(definitions)
    problems = check_definitions(catalog, definitions)
    if problems:
        raise InvalidDefinition(errors=tuple(problems))
    async with database.reading() as connection:
        return await make_plan(connection, catalog, definitions)


async def publish(
    database: Database,
    definitions: Iterable[AnyDefinition],
    author: UUID | None,
    clock: Clock,
    *,
    pack: str = "",
    title: str = "",
    base: dict[str, int] | None = None,
    log: Log | None = None,
) -> UUID:
    """Publishes all of them or none; the id of the change set.

    `base` maps "kind/key" to the version that was edited; DefinitionConflict when it is no longer the latest. Raises InvalidDefinition
    for anything the plan refuses. One publish runs at a time.
    """
    definitions = tuple(definitions)
    async with _alone(database):
        await _recover(database, clock)
        catalog = await load(database)
        await _check_base(database, base or {})
        made = await plan(database, catalog, definitions)
        if made.refused:
            raise InvalidDefinition(errors=tuple(_refusal(step) for step in made.refused))
        around = surroundings(catalog, definitions)
        steps = [read(step.operation) for step in made.operations]
        change_set = new_id()
        await _open(database, change_set, title, author, made, definitions, catalog, clock)
        try:
            for step in steps:
                await step.start(database, around)
            await _switch(database, change_set, definitions, steps, around, author, clock, pack, log)
        except Exception:
            await _take_back(database, change_set, steps, around, clock)
            raise
        retyped = {step.object for step in steps if isinstance(step, ChangeType)}
        views = [one for one in catalog.views.values() if one.object in retyped]
        for definition in (*views, *definitions):
            if isinstance(definition, ViewDefinition) and not definition.private_to:
                await ensure_view_index(database, definition, around.after)
    return change_set


async def undo(database: Database, change_set: UUID, author: UUID | None, clock: Clock, *, log: Log | None = None) -> UUID:
    """Publishes the state before the change set again and takes its schema operations back; the id of the new change set.

    Raises DefinitionConflict naming the definitions that were published again since.
    """
    async with database.reading() as connection:
        row = await connection.row(raw("SELECT state, plan FROM system.change_sets WHERE id = ") + param(change_set))
    if row is None or row[0] != "done":
        raise NotFound()
    body = row[1]
    async with _alone(database):
        await _recover(database, clock)
        await _check_untouched(database, change_set)
        catalog = await load(database)
        back = _way_back(body, catalog)
        problems = check_definitions(catalog, back)
        if problems:
            raise InvalidDefinition(errors=tuple(problems))
        undoing = new_id()
        async with database.reading() as connection:
            made = await make_plan(connection, catalog, back)
        await _open(database, undoing, "", author, made, back, catalog, clock, undoes=change_set)
        await _undo(database, undoing, body, back, catalog, author, clock, log)
    return undoing


async def _undo(
    database: Database, undoing: UUID, body: Any, back: Sequence[AnyDefinition], catalog: Catalog, author: UUID | None, clock: Clock, log: Log | None
) -> None:
    """Takes the operations of the change set whose plan is `body` back; all of them, or none when one cannot be."""
    around = surroundings(catalog, back)
    forward = Surroundings(before=around.after, after=around.before)
    steps = [read(step["operation"]) for step in body["plan"]["operations"]]
    undone: list[Operation] = []
    try:
        for step in reversed(steps):
            undone.insert(0, step)
            await step.undo(database, forward)
    except Problem:
        again = undone[1:]
        for step in again:
            await step.start(database, forward)
        async with database.transaction() as connection:
            for step in again:
                await step.complete(connection, forward)
        await _close(database, undoing, "failed", clock)
        raise
    removed = [(str(one["kind"]), str(one["key"])) for one in body["definitions"] if one["before"] is None and one["kind"] != "object"]
    await _switch(database, undoing, back, [], around, author, clock, "", log, removed=removed)


def _way_back(body: Any, catalog: Catalog) -> list[AnyDefinition]:
    """The definitions as they were before a change set; objects it made, retired."""
    before = [_decoded(one["kind"], one["before"]) for one in body["definitions"] if one["before"] is not None]
    created = [_decoded(one["kind"], one["after"]) for one in body["definitions"] if one["before"] is None]
    retired = [msgspec.structs.replace(one, retired=True) for one in created if isinstance(one, ObjectDefinition)]
    return [*_with_later_fields(before, catalog), *retired]


async def resume(database: Database, clock: Clock) -> int:
    """Ends what a kill left half done: a publish is taken back, an undo is finished. How many. Nothing while somebody publishes."""
    async with database.alone() as connection:
        if not await connection.value(raw("SELECT pg_try_advisory_lock(") + param(_PUBLISH_LOCK) + raw(")")):
            return 0
        return await _recover(database, clock)


async def _recover(database: Database, clock: Clock) -> int:
    """Called with the lock held, so that whoever began these is gone."""
    async with database.reading() as connection:
        rows = await connection.rows(
            raw("SELECT c.id, c.plan, c.author, o.plan FROM system.change_sets c LEFT JOIN system.change_sets o ON o.id = c.undoes")
            + raw(" WHERE c.state = 'running' ORDER BY c.started_at")
        )
    for change_set, body, author, undone in rows:
        catalog = await load(database)
        if undone is not None:
            await _undo(database, change_set, undone, _way_back(undone, catalog), catalog, author, clock, None)
            continue
        definitions = [_decoded(one["kind"], one["after"]) for one in body["definitions"]]
        steps = [read(step["operation"]) for step in body["plan"]["operations"]]
        await _take_back(database, change_set, steps, surroundings(catalog, definitions), clock)
    return len(rows)


async def _take_back(database: Database, change_set: UUID, steps: Sequence[Operation], around: Surroundings, clock: Clock) -> None:
    """Undoes what was started before the switch, so that the next attempt finds the tables as the catalogue says."""
    for step in reversed(steps):
        await step.undo(database, around)
    await _close(database, change_set, "failed", clock)


@asynccontextmanager
async def _alone(database: Database) -> AsyncGenerator[None]:
    async with database.alone() as connection:
        await connection.execute(raw("SELECT pg_advisory_lock(") + param(_PUBLISH_LOCK) + raw(")"))
        yield


async def _check_base(database: Database, base: dict[str, int]) -> None:
    async with database.reading() as connection:
        rows = await connection.rows(raw("SELECT kind || '/' || key, version FROM system.definitions"))
    latest = {str(row[0]): int(row[1]) for row in rows}
    moved = [key for key, version in base.items() if latest.get(key, 0) != version]
    if moved:
        raise DefinitionConflict(reason="newer", definitions=list[Json](moved))


async def _check_untouched(database: Database, change_set: UUID) -> None:
    """Raises DefinitionConflict when something of the change set was published again since."""
    statement = (
        raw("SELECT DISTINCT d.kind || '/' || d.key FROM system.definition_versions v JOIN system.definitions d USING (kind, key) WHERE v.change_set = ")
        + param(change_set)
        + raw(" AND d.version > v.version")
    )
    async with database.reading() as connection:
        later = [str(row[0]) for row in await connection.rows(statement)]
    if later:
        raise DefinitionConflict(reason="later", definitions=list[Json](later))


def _with_later_fields(before: Sequence[AnyDefinition], catalog: Catalog) -> list[AnyDefinition]:
    """The earlier objects, with fields added since kept as retired: a key is never used again."""
    found: list[AnyDefinition] = []
    for definition in before:
        if isinstance(definition, ObjectDefinition) and (now := catalog.objects.get(definition.key)) is not None:
            keys = {field.key for field in definition.fields}
            added = tuple(msgspec.structs.replace(field, retired=True) for field in now.fields if field.key not in keys)
            definition = msgspec.structs.replace(definition, fields=(*definition.fields, *added))
        found.append(definition)
    return found


def _decoded(kind: str, body: Json) -> AnyDefinition:
    return msgspec.convert(body, DEFINITION_KINDS[kind])  # pyright: ignore[reportReturnType]


def _refusal(step: Step) -> Problem:
    problem = InvalidDefinition(pointer=f"/object/{step.object}/fields/{step.field}")
    problem.params = {**step.params, "reason": step.refused}
    return problem


async def _open(
    database: Database,
    change_set: UUID,
    title: str,
    author: UUID | None,
    made: Plan,
    definitions: Sequence[AnyDefinition],
    catalog: Catalog,
    clock: Clock,
    undoes: UUID | None = None,
) -> None:
    body = {
        "plan": msgspec.to_builtins(made),
        "definitions": [{"kind": one.kind, "key": one.key, "before": _builtins(_published(catalog, one)), "after": _builtins(one)} for one in definitions],
    }
    values = [
        param(change_set),
        param(title),
        param(author),
        raw("'running'"),
        param(msgspec.json.encode(body).decode()) + raw("::jsonb"),
        param(clock.now()),
        param(undoes),
    ]
    async with database.transaction() as connection:
        await connection.execute(
            raw("INSERT INTO system.change_sets (id, title, author, state, plan, started_at, undoes) VALUES (") + join(", ", values) + raw(")")
        )


def _published(catalog: Catalog, definition: AnyDefinition) -> AnyDefinition | None:
    groups = {"object": catalog.objects, "view": catalog.views, "layout": catalog.layouts, "menu": catalog.menus, "role": catalog.roles}
    return groups[definition.kind].get(definition.key)


def _builtins(definition: AnyDefinition | None) -> Json:
    return None if definition is None else msgspec.to_builtins(definition)


async def _close(database: Database, change_set: UUID, state: str, clock: Clock) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            raw("UPDATE system.change_sets SET state = ")
            + param(state)
            + raw(", finished_at = ")
            + param(clock.now())
            + raw(" WHERE id = ")
            + param(change_set)
        )


async def _switch(
    database: Database,
    change_set: UUID,
    definitions: Sequence[AnyDefinition],
    steps: Sequence[Operation],
    around: Surroundings,
    author: UUID | None,
    clock: Clock,
    pack: str,
    log: Log | None,
    removed: Sequence[tuple[str, str]] = (),
) -> None:
    """The one short transaction in which everybody's catalogue changes."""
    async with database.transaction() as connection:
        await connection.execute(raw("SET LOCAL lock_timeout = '5s'"))
        for step in steps:
            await step.complete(connection, around)
        for definition in definitions:
            await _store(connection, change_set, definition, author, clock, pack)
        for kind, key in removed:
            await connection.execute(raw("UPDATE system.definitions SET retired = true WHERE kind = ") + param(kind) + raw(" AND key = ") + param(key))
        compiled = any(isinstance(one, ObjectDefinition | RoleDefinition) for one in definitions) or any(kind == "role" for kind, _ in removed)
        await connection.execute(raw("UPDATE system.catalog_state SET edition = edition + 1, version = version + ") + param(1 if compiled else 0))
        await connection.execute(
            raw("UPDATE system.change_sets SET state = 'done', finished_at = ") + param(clock.now()) + raw(" WHERE id = ") + param(change_set)
        )
        if log is not None:
            await log(connection, [f"{one.kind}/{one.key}" for one in definitions])
    async with database.reading() as connection:
        await connection.execute(raw("SELECT pg_notify('tradewind_catalog', '')"))


async def _store(connection: Connection, change_set: UUID, definition: AnyDefinition, author: UUID | None, clock: Clock, pack: str) -> None:
    body = canonical(msgspec.to_builtins(definition)).decode()
    checksum = hashlib.sha256(body.encode()).hexdigest()
    retired = isinstance(definition, ObjectDefinition) and definition.retired
    values = [
        param(definition.kind),
        param(definition.key),
        param(pack),
        param(body) + raw("::jsonb"),
        param(checksum),
        param(author),
        param(clock.now()),
        param(retired),
    ]
    version = await connection.value(
        raw("INSERT INTO system.definitions AS d (version, kind, key, pack, body, checksum, author, published_at, retired) VALUES (")
        + raw("coalesce((SELECT max(version) FROM system.definition_versions WHERE kind = ")
        + param(definition.kind)
        + raw(" AND key = ")
        + param(definition.key)
        + raw("), 0) + 1, ")
        + join(", ", values)
        + raw(
            ") ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version, body = excluded.body, checksum = excluded.checksum, author = excluded.author, "
            "published_at = excluded.published_at, retired = excluded.retired, pack = CASE WHEN excluded.pack = '' THEN d.pack ELSE excluded.pack END RETURNING version"
        )
    )
    kept = [
        param(definition.kind),
        param(definition.key),
        param(version),
        param(change_set),
        param(body) + raw("::jsonb"),
        param(checksum),
        param(author),
        param(clock.now()),
    ]
    await connection.execute(
        raw("INSERT INTO system.definition_versions (kind, key, version, change_set, body, checksum, author, published_at) VALUES (")
        + join(", ", kept)
        + raw(")")
    )
