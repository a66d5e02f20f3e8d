"""Publishing: schema operations first, then one short transaction that switches the catalogue; and the way back."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tradewind.catalog.check import check_definitions
from tradewind.catalog.indexes import ensure_view_index
from tradewind.catalog.installed import Origin, record, with_before
from tradewind.catalog.plan import Plan, Step, make_plan, surroundings
from tradewind.catalog.quality import ensure_rule_indexes
from tradewind.catalog.schema.operations.add_field import AddField
from tradewind.catalog.schema.operations.change_settings import ChangeSettings
from tradewind.catalog.schema.operations.change_type import ChangeType
from tradewind.catalog.schema.operations.contract import Operation, Surroundings
from tradewind.catalog.schema.operations.registry import read
from tradewind.catalog.snapshot import load
from tradewind.jobs.queue import CalledOff, call_off, enqueue, wake
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.problems import Busy, DefinitionConflict, DiskFull, InvalidDefinition, NotFound, Problem
from tradewind.kernel.sql import cast_param, join, param, raw
from tradewind.metadata.definitions import DEFINITION_KINDS, AnyDefinition, Catalog, ObjectDefinition, QualityDefinition, RoleDefinition, ViewDefinition
from tradewind.query.database.pool import Connection, Database

JOB = "publish"
_WORK_ON_ROWS = ("add_field", "restore_field", "change_type", "set_unique")
_PUBLISH_LOCK = 7_203_714_413
_WRITERS = 7_203_714_415
"""Shared by whoever writes records (system.writing), alone for the switch."""
_TRIES = 30
Tell = Callable[[int, int, int, int], Awaitable[None]]
"""Told how far a publish is: number of the step, of how many; rows done in it, of how many."""
Log = Callable[[Connection, list[str]], Awaitable[None]]
"""Writes one line into the log, inside the switch: the keys that were published."""


_FROM_AN_EDITOR = Origin()


class HandedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A change set: done, or running as a job."""

    id: UUID
    running: bool


@dataclass(frozen=True, slots=True)
class _Opened:
    """A change set that is written down as running."""

    id: UUID
    author: UUID | None
    steps: tuple[tuple[Operation, int], ...]
    """Each with how many rows it has to work through."""
    definitions: tuple[AnyDefinition, ...]
    catalog: Catalog
    origin: Origin


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
    origin: Origin = _FROM_AN_EDITOR,
    title: str = "",
    base: dict[str, int] | None = None,
    log: Log | None = None,
) -> UUID:
    """Publishes all of them or none, here and now; the id of the change set.

    `base` maps "kind/key" to the version that was edited; DefinitionConflict when it is no longer the latest. Raises InvalidDefinition
    for anything the plan refuses. One publish runs at a time.
    """
    return (await hand_in(database, definitions, author, clock, origin=origin, title=title, base=base, log=log, most_rows=None)).id


async def hand_in(
    database: Database,
    definitions: Iterable[AnyDefinition],
    author: UUID | None,
    clock: Clock,
    *,
    origin: Origin = _FROM_AN_EDITOR,
    title: str = "",
    base: dict[str, int] | None = None,
    log: Log | None = None,
    most_rows: int | None,
) -> HandedIn:
    """Like `publish`; what would work through more than `most_rows` rows becomes a job instead and goes on behind the caller's back."""
    definitions = tuple(definitions)
    async with _alone(database):
        await _recover(database, clock)
        await _refuse_beside_another(database)
        catalog = await load(database)
        await _check_base(database, base or {})
        made = await plan(database, catalog, definitions)
        if made.refused:
            raise InvalidDefinition(errors=tuple(_refusal(step) for step in made.refused))
        later = _takes_long(made, most_rows)
        change_set = new_id()
        async with database.reading() as connection:
            origin = await with_before(connection, origin)
        await _open(database, change_set, title, author, made, definitions, catalog, clock, job=later, origin=origin)
        if not later:
            opened = _Opened(change_set, author, tuple((read(step.operation), step.rows) for step in made.operations), definitions, catalog, origin)
            try:
                await _carry_out(database, opened, clock, log)
            except Exception as failure:
                await _take_back(database, opened, clock, "failed", failure)
                raise
    await wake(database)
    return HandedIn(id=change_set, running=later)


async def retire(database: Database, role: RoleDefinition, author: UUID | None, clock: Clock, *, log: Log | None = None) -> UUID:
    """Takes a role out of use; the id of the change set, whose undo brings it back."""
    async with _alone(database):
        await _recover(database, clock)
        await _refuse_beside_another(database)
        catalog = await load(database)
        change_set = new_id()
        await _open(database, change_set, "", author, Plan(operations=()), (), catalog, clock, retired=(role,))
        try:
            await _switch(database, change_set, (), [], surroundings(catalog, ()), author, clock, _FROM_AN_EDITOR, log, removed=[(role.kind, role.key)])
        except Exception:
            await _close(database, change_set, "failed", clock)
            raise
    return change_set


async def carry_out(database: Database, change_set: UUID, clock: Clock, tell: Tell, log: Log | None = None) -> None:
    """Does a publish, or the undo of one, that was handed in as a job; goes on where a kill cut it off, and does nothing when it is done already.

    Raises the Problem that stopped it, or CalledOff, after everything was taken back; with LeaseLost and Busy all is left for the next attempt.
    """
    async with _alone(database):
        async with database.reading() as connection:
            row = await connection.row(
                raw("SELECT c.state, c.plan, c.author, o.plan FROM system.change_sets AS c LEFT JOIN system.change_sets AS o ON o.id = c.undoes WHERE c.id = ")
                + param(change_set)
            )
        if row is None or row[0] != "running":
            return
        _, body, author, undone = row
        catalog = await load(database)
        if undone is not None:
            await _undo(database, change_set, undone, _way_back(undone, catalog), catalog, author, clock, log, tell)
            return
        definitions = tuple(_decoded(one["kind"], one["after"]) for one in body["definitions"])
        opened = _Opened(change_set, author, _stored_steps(body), definitions, catalog, _origin_of(body))
        try:
            await _carry_out(database, opened, clock, log, tell)
        except Busy:
            raise
        except (Problem, CalledOff) as failure:
            await _take_back(database, opened, clock, _state_after(failure), failure)
            raise


def _state_after(failure: Exception) -> str:
    return "cancelled" if isinstance(failure, CalledOff) else "failed"


async def cancel(database: Database, change_set: UUID) -> None:
    """Asks a publish that runs as a job to stop and take itself back. Raises NotFound when none does."""
    async with database.transaction() as connection:
        found = await call_off(connection, JOB, str(change_set))
    if not found:
        raise NotFound()
    await wake(database)


async def _carry_out(database: Database, opened: _Opened, clock: Clock, log: Log | None, tell: Tell | None = None) -> None:
    """Start of every operation, the switch, and the indexes of views."""
    around = surroundings(opened.catalog, opened.definitions)
    steps = [step for step, _ in opened.steps]
    for number, (step, rows) in enumerate(opened.steps):
        if tell is not None:
            await tell(number, len(steps), 0, rows)
        await step.start(database, around if tell is None else _telling(around, tell, number, len(steps), rows))
    await _switch(database, opened.id, opened.definitions, steps, around, opened.author, clock, opened.origin, log)
    retyped = {step.object for step in steps if isinstance(step, ChangeType) or (isinstance(step, ChangeSettings) and "options" in step.members)}
    views = [one for one in opened.catalog.views.values() if one.object in retyped]
    for definition in (*views, *opened.definitions):
        if isinstance(definition, ViewDefinition) and not definition.private_to:
            await ensure_view_index(database, definition, around.after)
    await _index_rules(database, opened.definitions, retyped)


async def _index_rules(database: Database, definitions: Iterable[AnyDefinition], retyped: set[str]) -> None:
    """What rules for duplicates are looked up by, where rules changed or columns under them."""
    if retyped or any(isinstance(one, QualityDefinition) for one in definitions):
        catalog = await load(database)
        await ensure_rule_indexes(database, catalog.quality.values(), catalog.objects)


def _telling(around: Surroundings, tell: Tell, number: int, steps: int, of: int) -> Surroundings:
    done = 0

    async def report(rows: int) -> None:
        nonlocal done
        done += rows
        await tell(number, steps, done, of)

    return dataclasses.replace(around, report=report)


async def undo(database: Database, change_set: UUID, author: UUID | None, clock: Clock, *, log: Log | None = None, most_rows: int | None = None) -> HandedIn:
    """Publishes the state before the change set again and takes its schema operations back, as a new change set.

    What would work through more than `most_rows` rows becomes a job. Raises DefinitionConflict naming the definitions that were published again since.
    """
    async with database.reading() as connection:
        row = await connection.row(raw("SELECT state, plan FROM system.change_sets WHERE id = ") + param(change_set))
    if row is None or row[0] != "done":
        raise NotFound()
    body = row[1]
    async with _alone(database):
        await _recover(database, clock)
        await _refuse_beside_another(database)
        await _check_untouched(database, change_set)
        catalog = await load(database)
        back = _way_back(body, catalog)
        problems = check_definitions(catalog, back)
        if problems:
            raise InvalidDefinition(errors=tuple(problems))
        undoing = new_id()
        async with database.reading() as connection:
            made = await make_plan(connection, catalog, back)
        later = _takes_long(made, most_rows)
        await _open(database, undoing, "", author, made, back, catalog, clock, undoes=change_set, job=later, origin=_origin_of(body).reversed())
        if not later:
            await _undo(database, undoing, body, back, catalog, author, clock, log)
    await wake(database)
    return HandedIn(id=undoing, running=later)


def _takes_long(made: Plan, most_rows: int | None) -> bool:
    return most_rows is not None and sum(step.rows for step in made.operations if step.op in _WORK_ON_ROWS) > most_rows


async def _undo(
    database: Database,
    undoing: UUID,
    body: Any,
    back: Sequence[AnyDefinition],
    catalog: Catalog,
    author: UUID | None,
    clock: Clock,
    log: Log | None,
    tell: Tell | None = None,
) -> None:
    """Takes the operations of the change set whose plan is `body` back; all of them, or none when one cannot be."""
    around = surroundings(catalog, back)
    forward = Surroundings(before=around.after, after=around.before)
    stored = _stored_steps(body)
    steps = [step for step, _ in stored]
    undone: list[Operation] = []
    try:
        for number, (step, rows) in enumerate(reversed(stored)):
            undone.insert(0, step)
            if tell is not None:
                await tell(number, len(steps), 0, rows)
            await step.undo(database, forward if tell is None else _telling(forward, tell, number, len(steps), rows))
    except (Problem, CalledOff) as failure:
        if tell is not None and isinstance(failure, Busy):
            raise
        again = undone[1:]
        for step in again:
            await step.start(database, forward)
        async with database.transaction() as connection:
            for step in again:
                await step.complete(connection, forward)
        await _close(database, undoing, _state_after(failure), clock, failure)
        raise
    removed = [(str(one["kind"]), str(one["key"])) for one in body["definitions"] if one["before"] is None and one["kind"] != "object"]
    await _switch(database, undoing, back, [], around, author, clock, _origin_of(body).reversed(), log, removed=removed, taken=steps)
    retyped = {step.object for step in steps if isinstance(step, ChangeType)}
    await _index_rules(database, back, retyped | {key for kind, key in removed if kind == "quality"})


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
            + raw(" WHERE c.state = 'running' AND NOT ")
            + _WORKED_ON
            + raw(" ORDER BY c.started_at")
        )
    for change_set, body, author, undone in rows:
        catalog = await load(database)
        if undone is not None:
            await _undo(database, change_set, undone, _way_back(undone, catalog), catalog, author, clock, None)
            continue
        definitions = [_decoded(one["kind"], one["after"]) for one in body["definitions"] if one["after"] is not None]
        opened = _Opened(change_set, author, _stored_steps(body), tuple(definitions), catalog, _origin_of(body))
        await _take_back(database, opened, clock, "failed", None)
    return len(rows)


def _origin_of(body: Any) -> Origin:
    return msgspec.convert(body.get("origin", {}), Origin)


def _stored_steps(body: Any) -> tuple[tuple[Operation, int], ...]:
    return tuple((read(step["operation"]), int(step["rows"])) for step in body["plan"]["operations"])


_WORKED_ON = raw("EXISTS (SELECT 1 FROM system.jobs AS j WHERE j.name = 'publish' AND j.key = c.id::text AND j.state IN ('ready', 'running'))")


async def _refuse_beside_another(database: Database) -> None:
    """Raises DefinitionConflict while a publish is a job that is not done."""
    async with database.reading() as connection:
        row = await connection.row(
            raw("SELECT c.id, c.title, p.name FROM system.change_sets AS c LEFT JOIN system.people AS p ON p.id = c.author WHERE c.state = 'running' AND ")
            + _WORKED_ON
        )
    if row is not None:
        raise DefinitionConflict(reason="running", change_set=str(row[0]), title=row[1], author=row[2] or "", definitions=list[Json]())


async def _take_back(database: Database, opened: _Opened, clock: Clock, state: str, failure: Exception | None) -> None:
    """Undoes what was started before the switch, so that the next attempt finds the tables as the catalogue says."""
    around = surroundings(opened.catalog, opened.definitions)
    for step, _ in reversed(opened.steps):
        await step.abandon(database, around)
    await _close(database, opened.id, state, clock, failure)


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
    *,
    job: bool = False,
    retired: Sequence[AnyDefinition] = (),
    origin: Origin = _FROM_AN_EDITOR,
) -> None:
    body = {
        "plan": msgspec.to_builtins(made),
        "origin": msgspec.to_builtins(origin),
        "definitions": [
            {"kind": one.kind, "key": one.key, "before": _builtins(_published(catalog, one)), "after": None if one in retired else _builtins(one)}
            for one in (*definitions, *retired)
        ],
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
        if job:
            await enqueue(connection, JOB, {"change_set": str(change_set)}, clock, key=str(change_set))


def _published(catalog: Catalog, definition: AnyDefinition) -> AnyDefinition | None:
    groups = {
        "object": catalog.objects,
        "view": catalog.views,
        "layout": catalog.layouts,
        "menu": catalog.menus,
        "role": catalog.roles,
        "quality": catalog.quality,
    }
    return groups[definition.kind].get(definition.key)


def _builtins(definition: AnyDefinition | None) -> Json:
    return None if definition is None else msgspec.to_builtins(definition)


async def _close(database: Database, change_set: UUID, state: str, clock: Clock, failure: Exception | None = None) -> None:
    """Ends it, with what was the matter as JSON."""
    problem = ""
    if isinstance(failure, Problem):
        errors = [{"pointer": one.pointer, "code": one.code, "params": one.params} for one in failure.errors]
        problem = msgspec.json.encode({"code": failure.code, "params": failure.params, "errors": errors}).decode()
    async with database.transaction() as connection:
        await connection.execute(
            raw("UPDATE system.change_sets SET state = ")
            + param(state)
            + raw(", finished_at = ")
            + param(clock.now())
            + raw(", problem = ")
            + param(problem)
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
    origin: Origin,
    log: Log | None,
    removed: Sequence[tuple[str, str]] = (),
    taken: Sequence[Operation] = (),
) -> None:
    """The one short transaction in which everybody's catalogue changes; waits for the writers of the moment, who cannot hold it up for long."""
    for attempt in range(_TRIES):
        try:
            await _switch_now(database, change_set, definitions, steps, around, author, clock, origin, log, removed, taken)
            break
        except DiskFull:
            raise
        except Busy:
            if attempt == _TRIES - 1:
                raise
            await asyncio.sleep(0.3)
    async with database.reading() as connection:
        await connection.execute(raw("SELECT pg_notify('tradewind_catalog', '')"))


async def _switch_now(
    database: Database,
    change_set: UUID,
    definitions: Sequence[AnyDefinition],
    steps: Sequence[Operation],
    around: Surroundings,
    author: UUID | None,
    clock: Clock,
    origin: Origin,
    log: Log | None,
    removed: Sequence[tuple[str, str]],
    taken: Sequence[Operation],
) -> None:
    async with database.transaction() as connection:
        await connection.execute(raw("SET LOCAL lock_timeout = '2s'"))
        if await connection.value(raw("SELECT state FROM system.change_sets WHERE id = ") + param(change_set) + raw(" FOR UPDATE")) != "running":
            return
        await connection.execute(raw("SELECT pg_advisory_xact_lock(") + param(_WRITERS) + raw(")"))
        for step in steps:
            await step.complete(connection, around)
        for definition in definitions:
            await _store(connection, change_set, definition, author, clock, origin.pack)
        for kind, key in removed:
            await connection.execute(raw("UPDATE system.definitions SET retired = true WHERE kind = ") + param(kind) + raw(" AND key = ") + param(key))
        compiled = any(isinstance(one, ObjectDefinition | RoleDefinition) for one in definitions) or any(kind == "role" for kind, _ in removed)
        await connection.execute(raw("UPDATE system.catalog_state SET edition = edition + 1, version = version + ") + param(1 if compiled else 0))
        await connection.execute(
            raw("UPDATE system.change_sets SET state = 'done', finished_at = ") + param(clock.now()) + raw(" WHERE id = ") + param(change_set)
        )
        await record(connection, origin, clock)
        if not origin.keeps_drafts:
            await _drop_drafts(connection, definitions, author)
        await _refill(connection, definitions, taken or steps, around, clock)
        if log is not None:
            await log(connection, [*(f"{one.kind}/{one.key}" for one in definitions), *(f"{kind}/{key}" for kind, key in removed)])


async def _drop_drafts(connection: Connection, definitions: Sequence[AnyDefinition], author: UUID | None) -> None:
    """The author's drafts of what is published now are done with."""
    keys = [f"{one.kind}/{one.key}" for one in definitions]
    await connection.execute(
        raw("DELETE FROM system.drafts WHERE author = ") + param(author) + raw("::uuid AND kind || '/' || key = ANY(") + cast_param(keys, "text[]") + raw(")")
    )


async def _refill(connection: Connection, definitions: Sequence[AnyDefinition], steps: Sequence[Operation], around: Surroundings, clock: Clock) -> None:
    """Records that were there before get their computed fields and what search finds them by in jobs of their own."""
    for key in sorted({step.object for step in steps if step.object in around.before and _computes(step, around)}):
        await enqueue(connection, "refill_computed", {"object": key}, clock, key=key)
    searched = {one.key for one in definitions if isinstance(one, ObjectDefinition) and not one.retired}
    for one in definitions:
        searched |= {key for key in one.objects if key in around.after} if isinstance(one, RoleDefinition) else set()
    for key in sorted(searched):
        await enqueue(connection, "refill_search", {"object": key}, clock, key=key)


def _computes(step: Operation, around: Surroundings) -> bool:
    """Whether stored values depend on what the step changes: formulas and roll-ups themselves, and the types they are made of."""
    found = [
        field for objects in (around.before, around.after) if (one := objects.get(step.object)) is not None for field in one.fields if field.key == step.field
    ]
    if isinstance(step, ChangeSettings):
        return "options" in step.members and any(field.type in ("formula", "rollup") for field in found)
    return isinstance(step, ChangeType) or (isinstance(step, AddField) and any(field.type in ("formula", "rollup") for field in found))


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
            "published_at = excluded.published_at, retired = excluded.retired RETURNING version"
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
