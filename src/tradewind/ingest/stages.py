"""An import on its way: what people ask of it, and how the jobs that read, try, load and take back end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import msgspec

from tradewind.files.store import FileStore
from tradewind.ingest import importing, maps, reception, report, runs, saved, seen, staging, undoing
from tradewind.ingest.checking import check_map
from tradewind.ingest.ground import Beat, Ground, rows_of
from tradewind.ingest.importing import Ended
from tradewind.jobs.queue import enqueue, wake
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import Busy, Forbidden, ImportState, ImportStopped, Problem
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection, Database
from tradewind.records.visible import may_delete

JOBS: dict[runs.Stage, str] = {"read": reception.READ_JOB, "try": "import_try", "run": "import_run", "undo": "import_undo"}
SLICE = 10.0
"""Seconds after which a long stage lets other jobs have their turn."""
_LOST = timedelta(minutes=5)
"""A stage without a job that nothing was heard of for so long is over."""
_MAPPED: tuple[runs.State, ...] = ("mapping", "ready")
_LOADED: tuple[runs.State, ...] = ("done", "paused", "cancelled", "failed")


def actions_of(one: runs.Import, waiting: int) -> list[str]:
    """What can be done with the import now."""
    loaded = bool(one.counts.loaded)
    match one.state:
        case "mapping" | "ready":
            return ["map", *(["try", "run"] if one.map else []), "delete"]
        case "reading" | "trying":
            return ["cancel"]
        case "running":
            return ["pause", "cancel"]
        case "paused":
            return ["resume", "cancel", *(["undo"] if loaded else [])]
        case "done":
            return [*(["again"] if waiting and not one.swept_at else []), *(["undo"] if loaded else ["delete"])]
        case "cancelled":
            return ["undo"] if loaded else ["delete"]
        case "failed":
            if one.stage == "undo":
                return ["undo"]
            return ["delete"] if one.stage == "read" else ["resume", "cancel", "undo"] if loaded else ["resume", "cancel", "delete"]
        case "undone":
            return ["delete"]
        case _:
            return []


async def set_map(database: Database, catalog: Catalog, actor: Actor, one: runs.Import, given: maps.ImportMap, clock: Clock) -> None:
    """The map the import is tried and run with. Raises InvalidMap, ImportState."""
    if one.state not in _MAPPED or one.found is None:
        raise ImportState(rule="state")
    sheet = next((sheet for sheet in one.found.sheets if not given.sheet or sheet.name == given.sheet), None)
    check_map(given, catalog, actor, tuple(column.name for column in sheet.columns) if sheet else ())
    shape = reception.shape_of(sheet.columns) if sheet else ""
    async with database.transaction() as connection:
        await runs.set_state(connection, one.id, "mapping", clock, of=_MAPPED, map=given, shape=shape, tried=None, problem=None, rules=given.rules)
        await staging.forget_trial(connection, one.id)
        await seen.forget(connection, one.id)


async def begin_try(database: Database, one: runs.Import, clock: Clock) -> None:
    """Starts a dry run. Raises ImportState."""
    _needs_map(one)
    async with database.transaction() as connection:
        await runs.set_state(connection, one.id, "trying", clock, of=_MAPPED, stage="try", tried=runs.Counts(of=rows_of(one)), problem=None)
        await staging.forget_trial(connection, one.id)
        await seen.forget(connection, one.id)
        await _enqueue(connection, one.id, "try", clock)
    await wake(database)


async def begin_run(database: Database, one: runs.Import, rules: bool, clock: Clock) -> None:
    """Starts loading. Raises ImportState."""
    given = _needs_map(one)
    async with database.transaction() as connection:
        members = {"stage": "run", "started_at": clock.now(), "counts": runs.Counts(of=rows_of(one)), "problem": None}
        await runs.set_state(connection, one.id, "running", clock, of=_MAPPED, **members, rules=rules, map=_with_rules(given, rules))
        await _enqueue(connection, one.id, "run", clock)
    await wake(database)


def _needs_map(one: runs.Import) -> maps.ImportMap:
    if one.map is None:
        raise ImportState(rule="map")
    return one.map


def _with_rules(given: maps.ImportMap, rules: bool) -> maps.ImportMap:
    return msgspec.structs.replace(given, rules=rules)


async def resume(database: Database, one: runs.Import, clock: Clock) -> None:
    """Goes on where it stopped. Raises ImportState."""
    async with database.transaction() as connection:
        await runs.set_state(
            connection, one.id, "running", clock, of=("paused", "failed") if one.stage == "run" else ("paused",), problem=None, finished_at=None
        )
        await _enqueue(connection, one.id, "run", clock)
    await wake(database)


async def again(database: Database, one: runs.Import, clock: Clock) -> None:
    """Runs the refused rows that wait. Raises ImportState."""
    if one.swept_at is not None:
        raise ImportState(rule="swept")
    async with database.transaction() as connection:
        if not (await staging.counts(connection, one.id, False))[staging.WAITING]:
            raise ImportState(rule="nothing_waits")
        await runs.set_state(
            connection,
            one.id,
            "running",
            clock,
            of=("done",),
            stage="run",
            number=await runs.next_pass(connection, one.id),
            reached_again=0,
            problem=None,
            finished_at=None,
        )
        await _enqueue(connection, one.id, "run", clock)
    await wake(database)


async def pause(database: Database, one: runs.Import, clock: Clock) -> None:
    """Asks a run to stop after the chunk under way. Raises ImportState."""
    async with database.transaction() as connection:
        await runs.want(connection, one.id, "pause", clock, ("running",))


async def cancel(database: Database, one: runs.Import, clock: Clock) -> None:
    """Ends a stage for good; what is loaded stays until it is undone. Raises ImportState."""
    async with database.transaction() as connection:
        if one.state in ("paused", "failed"):
            await runs.set_state(connection, one.id, "cancelled", clock, of=("paused", "failed"), finished_at=clock.now())
        else:
            await runs.want(connection, one.id, "cancel", clock, ("reading", "trying", "running"))


async def undo(database: Database, catalog: Catalog, actor: Actor, one: runs.Import, clock: Clock) -> None:
    """Starts taking back what the import did. Raises ImportState, for a second time too; Forbidden where the person may not delete what it made."""
    for target, counts in one.counts.targets.items():
        object_key = _object_of(catalog, one, target)
        if counts.created and object_key and not may_delete(catalog, actor, object_key):
            raise Forbidden(right="delete", object=object_key)
    async with database.transaction() as connection:
        count = await connection.value(raw("SELECT count(*) FROM system.changes WHERE action = ") + param(one.id))
        undone = one.undone or runs.Undone(person=str(actor.person or ""), action=str(new_id()), of=int(count or 0))
        await runs.set_state(connection, one.id, "undoing", clock, of=_LOADED, stage="undo", undone=undone, problem=None)
        await _enqueue(connection, one.id, "undo", clock)
    await wake(database)


def _object_of(catalog: Catalog, one: runs.Import, called: str) -> str:
    """The object of a target, or of the records a relation of it made ("contact.customer")."""
    name, _, relation = called.partition(".")
    target = next((target for target in one.map.targets if target.called == name), None) if one.map else None
    definition = catalog.objects.get(target.object) if target else None
    field = definition.field(relation) if definition and relation else None
    return definition.key if definition and not relation else str(field.options.get("target", "")) if field else ""


async def delete(database: Database, files: FileStore, one: runs.Import) -> None:
    """Forgets an import of which nothing is loaded, or no longer. Raises ImportState."""
    if "delete" not in actions_of(one, 0):
        raise ImportState(rule="loaded")
    await reception.clear_files(database, files, one.id)
    async with database.transaction() as connection:
        await connection.execute(raw("DELETE FROM system.imports WHERE id = ") + param(one.id) + raw(" AND state = ") + param(one.state))


async def _enqueue(connection: Connection, identity: UUID, stage: runs.Stage, clock: Clock) -> None:
    await enqueue(connection, JOBS[stage], {"import": str(identity)}, clock, key=str(identity))


async def work(ground: Ground, identity: UUID, stage: runs.Stage, beat: Beat, *, seconds: float = SLICE) -> Ended:
    """Does a stage's job, or a slice of it with the rest put into the queue again; a problem ends the stage and is kept with the import."""
    over = _after(seconds)
    try:
        ended = await _do(ground, identity, stage, beat, over)
    except Busy:
        raise
    except Problem as problem:
        await _failed(ground, identity, stage, problem)
        return "done"
    if ended == "slice":
        async with ground.database.transaction() as connection:
            await _enqueue(connection, identity, stage, ground.clock)
        await wake(ground.database)
    return ended


def _after(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until


async def _do(ground: Ground, identity: UUID, stage: runs.Stage, beat: Beat, over: Callable[[], bool]) -> Ended:
    match stage:
        case "read":
            await reception.read(ground, identity, beat)
            return "done"
        case "try":
            ended = await importing.try_file(ground, identity, beat, over)
            await _tried(ground, identity, ended)
        case "run":
            ended = await importing.load_file(ground, identity, beat, over)
            await _ran(ground, identity, ended)
        case "undo":
            ended = await undoing.take_back(ground, identity, beat, over)
            if ended == "done":
                await _move(ground, identity, "undone", ("undoing",))
    return ended


async def _move(ground: Ground, identity: UUID, state: runs.State, of: tuple[runs.State, ...], **members: object) -> None:
    """Ends a stage, unless another process did already."""
    async with ground.database.transaction() as connection:
        try:
            await runs.set_state(connection, identity, state, ground.clock, of=of, **members)
        except ImportState:
            return


async def _tried(ground: Ground, identity: UUID, ended: Ended) -> None:
    if ended == "done":
        await _move(ground, identity, "ready", ("trying",))
    elif ended in ("cancelled", "paused"):
        await _move(ground, identity, "mapping", ("trying",), tried=None)
    if ended in ("done", "cancelled"):
        async with ground.database.transaction() as connection:
            await seen.forget(connection, identity)


async def _ran(ground: Ground, identity: UUID, ended: Ended) -> None:
    if ended not in ("done", "paused", "cancelled"):
        return
    made = await report.make(ground, identity)
    finished = None if ended == "paused" else ground.clock.now()
    state: runs.State = "done" if ended == "done" else "paused" if ended == "paused" else "cancelled"
    await _move(ground, identity, state, ("running",), report=made, finished_at=finished)
    if ended == "done":
        await saved.remember(ground, identity)


async def _failed(ground: Ground, identity: UUID, stage: runs.Stage, problem: Problem) -> None:
    """A dry run that failed leaves the map to be changed; other stages stand as failed."""
    kept = runs.failure_of(problem)
    if stage == "try":
        await _move(ground, identity, "mapping", ("trying",), problem=kept, tried=None)
    else:
        await _move(ground, identity, "failed", ("reading", "running", "undoing"), problem=kept)


async def tend(database: Database, clock: Clock) -> int:
    """Imports whose job is gone for good (it broke again and again) are failed, and those of a command that was killed are paused; how many."""
    live = (
        raw("SELECT 1 FROM system.jobs AS j WHERE j.key = i.id::text AND j.state IN ('ready', 'running') AND j.name = ANY(")
        + cast_param(list(JOBS.values()), "text[]") + raw(")")
    )  # fmt: skip
    broken = runs.kept(runs.failure_of(ImportStopped(rule="broken")))
    async with database.transaction() as connection:
        return await connection.execute(
            raw("UPDATE system.imports AS i SET state = CASE WHEN stage = 'try' THEN 'mapping' WHEN stage = 'run' AND run IS NOT NULL THEN 'paused' ELSE 'failed' END, problem = ")
            + cast_param(broken, "jsonb") + raw(", wanted = '', updated_at = ") + param(clock.now())
            + raw(" WHERE state = ANY(") + cast_param(list(runs.BUSY), "text[]") + raw(") AND size > 0 AND updated_at < ") + param(clock.now() - _LOST)
            + raw(" AND NOT EXISTS (") + live + raw(")")
        )  # fmt: skip
