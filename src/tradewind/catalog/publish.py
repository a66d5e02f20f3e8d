"""Publishing: schema operations first, then one short transaction that switches the catalogue; and the way back."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tradewind.catalog.changesets import (
    FROM_AN_EDITOR,
    JOB,
    WORKED_ON,
    alone,
    alone_at_once,
    check_base,
    check_untouched,
    close_change_set,
    decoded,
    open_change_set,
    origin_of,
    refuse_beside_another,
    stored_steps,
)
from tradewind.catalog.check import check_definitions
from tradewind.catalog.indexes import ensure_view_index
from tradewind.catalog.installed import Origin, with_before
from tradewind.catalog.plan import Plan, Step, make_plan, surroundings
from tradewind.catalog.quality import ensure_rule_indexes
from tradewind.catalog.schema.operations.change_settings import ChangeSettings
from tradewind.catalog.schema.operations.change_type import ChangeType
from tradewind.catalog.schema.operations.contract import Operation, Surroundings
from tradewind.catalog.schema.operations.registry import read
from tradewind.catalog.snapshot import load
from tradewind.catalog.switch import Log, Switch, switch
from tradewind.jobs.queue import CalledOff, call_off, wake
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import Busy, InvalidDefinition, NotFound, Problem
from tradewind.kernel.sql import param, raw
from tradewind.metadata.definitions import AnyDefinition, Catalog, ObjectDefinition, QualityDefinition, RoleDefinition, ViewDefinition
from tradewind.query.database.pool import Database

_WORK_ON_ROWS = ("add_field", "restore_field", "change_type", "set_unique")
Tell = Callable[[int, int, int, int], Awaitable[None]]
"""Told how far a publish is: number of the step, of how many; rows done in it, of how many."""


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
    origin: Origin = FROM_AN_EDITOR,
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
    origin: Origin = FROM_AN_EDITOR,
    title: str = "",
    base: dict[str, int] | None = None,
    log: Log | None = None,
    most_rows: int | None,
) -> HandedIn:
    """Like `publish`; what would work through more than `most_rows` rows becomes a job instead and goes on behind the caller's back."""
    definitions = tuple(definitions)
    async with alone(database):
        await _recover(database, clock)
        await refuse_beside_another(database)
        catalog = await load(database)
        await check_base(database, base or {})
        made = await plan(database, catalog, definitions)
        if made.refused:
            raise InvalidDefinition(errors=tuple(_refusal(step) for step in made.refused))
        later = _takes_long(made, most_rows)
        change_set = new_id()
        async with database.reading() as connection:
            origin = await with_before(connection, origin)
        await open_change_set(database, change_set, title, author, made, definitions, catalog, clock, job=later, origin=origin)
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
    async with alone(database):
        await _recover(database, clock)
        await refuse_beside_another(database)
        catalog = await load(database)
        change_set = new_id()
        await open_change_set(database, change_set, "", author, Plan(operations=()), (), catalog, clock, retired=(role,))
        try:
            around = surroundings(catalog, ())
            wanted = Switch(
                change_set=change_set, definitions=(), around=around, author=author, origin=FROM_AN_EDITOR, log=log, removed=((role.kind, role.key),)
            )
            await switch(database, wanted, clock)
        except Exception:
            await close_change_set(database, change_set, "failed", clock)
            raise
    return change_set


async def carry_out(database: Database, change_set: UUID, clock: Clock, tell: Tell, log: Log | None = None) -> None:
    """Does a publish, or the undo of one, that was handed in as a job; goes on where a kill cut it off, and does nothing when it is done already.

    Raises the Problem that stopped it, or CalledOff, after everything was taken back; with LeaseLost and Busy all is left for the next attempt.
    """
    async with alone(database):
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
        definitions = tuple(decoded(one["kind"], one["after"]) for one in body["definitions"])
        opened = _Opened(change_set, author, stored_steps(body), definitions, catalog, origin_of(body))
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
    wanted = Switch(change_set=opened.id, definitions=opened.definitions, around=around, author=opened.author, origin=opened.origin, log=log, steps=steps)
    await switch(database, wanted, clock)
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
    async with alone(database):
        await _recover(database, clock)
        await refuse_beside_another(database)
        await check_untouched(database, change_set)
        catalog = await load(database)
        back = _way_back(body, catalog)
        problems = check_definitions(catalog, back)
        if problems:
            raise InvalidDefinition(errors=tuple(problems))
        undoing = new_id()
        async with database.reading() as connection:
            made = await make_plan(connection, catalog, back)
        later = _takes_long(made, most_rows)
        await open_change_set(database, undoing, "", author, made, back, catalog, clock, undoes=change_set, job=later, origin=origin_of(body).reversed())
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
    stored = stored_steps(body)
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
        await close_change_set(database, undoing, _state_after(failure), clock, failure)
        raise
    removed = [(str(one["kind"]), str(one["key"])) for one in body["definitions"] if one["before"] is None and one["kind"] != "object"]
    origin = origin_of(body).reversed()
    wanted = Switch(change_set=undoing, definitions=back, around=around, author=author, origin=origin, log=log, taken=steps, removed=removed)
    await switch(database, wanted, clock)
    retyped = {step.object for step in steps if isinstance(step, ChangeType)}
    await _index_rules(database, back, retyped | {key for kind, key in removed if kind == "quality"})


def _way_back(body: Any, catalog: Catalog) -> list[AnyDefinition]:
    """The definitions as they were before a change set; objects it made, retired."""
    before = [decoded(one["kind"], one["before"]) for one in body["definitions"] if one["before"] is not None]
    created = [decoded(one["kind"], one["after"]) for one in body["definitions"] if one["before"] is None]
    retired = [msgspec.structs.replace(one, retired=True) for one in created if isinstance(one, ObjectDefinition)]
    return [*_with_later_fields(before, catalog), *retired]


async def resume(database: Database, clock: Clock) -> int:
    """Ends what a kill left half done: a publish is taken back, an undo is finished. How many. Nothing while somebody publishes."""
    async with alone_at_once(database) as free:
        return await _recover(database, clock) if free else 0


async def _recover(database: Database, clock: Clock) -> int:
    """Called with the lock held, so that whoever began these is gone."""
    async with database.reading() as connection:
        rows = await connection.rows(
            raw("SELECT c.id, c.plan, c.author, o.plan FROM system.change_sets c LEFT JOIN system.change_sets o ON o.id = c.undoes")
            + raw(" WHERE c.state = 'running' AND NOT ")
            + WORKED_ON
            + raw(" ORDER BY c.started_at")
        )
    for change_set, body, author, undone in rows:
        catalog = await load(database)
        if undone is not None:
            await _undo(database, change_set, undone, _way_back(undone, catalog), catalog, author, clock, None)
            continue
        definitions = [decoded(one["kind"], one["after"]) for one in body["definitions"] if one["after"] is not None]
        opened = _Opened(change_set, author, stored_steps(body), tuple(definitions), catalog, origin_of(body))
        await _take_back(database, opened, clock, "failed", None)
    return len(rows)


async def _take_back(database: Database, opened: _Opened, clock: Clock, state: str, failure: Exception | None) -> None:
    """Undoes what was started before the switch, so that the next attempt finds the tables as the catalogue says."""
    around = surroundings(opened.catalog, opened.definitions)
    for step, _ in reversed(opened.steps):
        await step.abandon(database, around)
    await close_change_set(database, opened.id, state, clock, failure)


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


def _refusal(step: Step) -> Problem:
    problem = InvalidDefinition(pointer=f"/object/{step.object}/fields/{step.field}")
    problem.params = {**step.params, "reason": step.refused}
    return problem
