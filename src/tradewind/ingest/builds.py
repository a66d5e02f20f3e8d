"""A file becomes objects: they are published, then each of its sheets is imported in turn; and all of it is taken back together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from tradewind.accounts.actors import actor_for
from tradewind.catalog import publish
from tradewind.catalog.snapshot import load
from tradewind.files.store import FileStore
from tradewind.ingest import copying, runs, stages
from tradewind.ingest.checking import check_map
from tradewind.ingest.ground import Ground
from tradewind.ingest.maps import ImportMap
from tradewind.jobs.queue import enqueue, wake
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import AlreadyExists, Busy, ImportState, ImportStopped, NotFound, Problem
from tradewind.kernel.sql import cast_param, join, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection, Database

JOB = "import_build"
_PAUSE = timedelta(seconds=1)
"""After which it is looked again how far the import under way is."""
_LOADED: tuple[runs.State, ...] = ("done", "paused", "cancelled", "failed")

State = Literal["running", "done", "stopped", "undoing", "undone"]


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file: `stopped` where an import did not end by itself, or the way back was refused (`problem`)."""

    id: UUID
    source: UUID
    person: UUID
    change_set: UUID
    imports: tuple[UUID, ...]
    state: State
    problem: runs.Failure | None
    created_at: datetime
    updated_at: datetime


_COLUMNS = ("id", "source", "person", "change_set", "imports", "state", "problem", "created_at", "updated_at")


async def of_source(connection: Connection, source: UUID) -> Build | None:
    """The build of a file that was read as this import; None where it became no objects."""
    return await _one(connection, "source", source)


async def one(connection: Connection, identity: UUID) -> Build:
    """Raises NotFound."""
    found = await _one(connection, "id", identity)
    if found is None:
        raise NotFound()
    return found


async def _one(connection: Connection, column: Literal["id", "source"], value: UUID) -> Build | None:
    where = raw(" WHERE id = ") if column == "id" else raw(" WHERE source = ")
    row = await connection.row(
        raw("SELECT ") + join(", ", [raw("b.") + raw(one) for one in _COLUMNS]) + raw(" FROM system.import_builds AS b") + where + param(value)
    )
    return None if row is None else msgspec.convert(dict(zip(_COLUMNS, row, strict=True)), Build)


async def members_of(connection: Connection, build: Build) -> list[runs.Import]:
    """The imports of a build that are still there, in their order."""
    found = list[runs.Import]()
    for identity in build.imports:
        with contextlib.suppress(NotFound):
            found.append(await runs.one(connection, identity))
    return found


async def begin(
    database: Database, files: FileStore, catalog: Catalog, actor: Actor, source: runs.Import, change_set: UUID, given: Sequence[ImportMap], clock: Clock
) -> UUID:
    """Has the sheets imported through these maps, one after another; the id of the build.

    The first map takes the import itself, the others copies of it. Raises InvalidMap, ImportState, NotFound for a publish that is not done, AlreadyExists.
    """
    if source.state != "mapping" or source.found is None or not given or actor.person is None or source.person != actor.person:
        raise ImportState(rule="state")
    sheets = {sheet.name: tuple(column.name for column in sheet.columns) for sheet in source.found.sheets}
    for one_map in given:
        if one_map.sheet not in sheets:
            raise ImportStopped(rule="sheet", sheet=one_map.sheet)
        check_map(one_map, catalog, actor, sheets[one_map.sheet])
    identity, now = new_id(), clock.now()
    async with database.transaction() as connection:
        await _check_free(connection, source.id, change_set)
    made = [source.id, *[await copying.copy(database, files, source, clock) for _ in given[1:]]]
    for one_id, one_map in zip(made, given, strict=True):
        async with database.reading() as connection:
            found = await runs.one(connection, one_id)
        await stages.set_map(database, catalog, actor, found, one_map, clock)
    values = [param(identity), param(source.id), param(actor.person), param(change_set), cast_param(made, "uuid[]"), param("running"), param(now), param(now)]
    async with database.transaction() as connection:
        await _check_free(connection, source.id, change_set)
        await connection.execute(
            raw("INSERT INTO system.import_builds (id, source, person, change_set, imports, state, created_at, updated_at) VALUES (")
            + join(", ", values)
            + raw(")")
        )
        await enqueue(connection, JOB, {"build": str(identity)}, clock, key=str(identity))
    await wake(database)
    return identity


async def _check_free(connection: Connection, source: UUID, change_set: UUID) -> None:
    if await of_source(connection, source) is not None:
        raise AlreadyExists()
    state = await connection.value(raw("SELECT state FROM system.change_sets WHERE undoes IS NULL AND id = ") + param(change_set))
    if state != "done":
        raise NotFound()


async def resume(database: Database, build: Build, clock: Clock) -> None:
    """Goes on with what is left, past imports that somebody cancelled. Raises ImportState."""
    await _ask(database, build, "undoing" if build.problem is not None else "running", ("stopped",), clock, onwards=True)


async def undo(database: Database, build: Build, clock: Clock) -> None:
    """Starts taking everything back: the records go to the bin, then the objects are out of use. Raises ImportState while an import runs."""
    await _ask(database, build, "undoing", ("done", "stopped"), clock)


async def _ask(database: Database, build: Build, state: State, of: Sequence[State], clock: Clock, *, onwards: bool = False) -> None:
    async with database.transaction() as connection:
        if not await _set(connection, build.id, state, clock, of=of):
            raise ImportState(rule="state")
        await enqueue(connection, JOB, {"build": str(build.id), "onwards": onwards}, clock, key=str(build.id))
    await wake(database)


async def _set(connection: Connection, identity: UUID, state: State, clock: Clock, *, of: Sequence[State], problem: Problem | None = None) -> bool:
    kept = None if problem is None else runs.kept(runs.failure_of(problem))
    changed = await connection.execute(
        raw("UPDATE system.import_builds SET state = ") + param(state) + raw(", problem = ") + cast_param(kept, "jsonb") + raw(", updated_at = ")
        + param(clock.now()) + raw(" WHERE id = ") + param(identity) + raw(" AND state = ANY(") + cast_param(list(of), "text[]") + raw(")")
    )  # fmt: skip
    return bool(changed)


async def work(ground: Ground, identity: UUID, log: Callable[[Actor], publish.Log], *, onwards: bool = False) -> None:
    """One step of a build's job: starts the next import, or the next undo; comes back after a moment while one is under way.

    `log` makes the log's line; `onwards` goes past imports that were cancelled. One that was deleted meanwhile is left out.
    """
    async with ground.database.reading() as connection:
        build = await one(connection, identity)
        members = await members_of(connection, build)
        actor = await actor_for(connection, build.person, request=members[0].request, address=members[0].address)
    if build.state not in ("running", "undoing"):
        return
    try:
        ended = await (_forward(ground, members, onwards) if build.state == "running" else _back(ground, build, members, actor, log))
    except Busy:
        raise
    except Problem as problem:
        async with ground.database.transaction() as connection:
            await _set(connection, identity, "stopped", ground.clock, of=(build.state,), problem=problem if build.state == "undoing" else None)
        return
    async with ground.database.transaction() as connection:
        if ended is None:
            await enqueue(connection, JOB, {"build": str(identity), "onwards": onwards}, ground.clock, key=str(identity), delay=_PAUSE)
        else:
            await _set(connection, identity, ended, ground.clock, of=(build.state,))


async def _forward(ground: Ground, members: Sequence[runs.Import], onwards: bool) -> State | None:
    """None while something is under way."""
    for member in members:
        if member.state in runs.BUSY:
            return None
        if member.state in ("mapping", "ready"):
            await stages.begin_run(ground.database, member, False, ground.clock)
            return None
        if member.state != "done" and not (onwards and member.state == "cancelled"):
            return "stopped"
    return "done"


async def _back(ground: Ground, build: Build, members: Sequence[runs.Import], actor: Actor, log: Callable[[Actor], publish.Log]) -> State | None:
    """The last import first, then the publish."""
    for member in reversed(members):
        if member.state in runs.BUSY:
            return None
        if member.state == "failed" and member.stage == "undo":
            raise ImportStopped(rule="rights")
        if member.state in _LOADED and member.counts.loaded:
            await stages.undo(ground.database, await load(ground.database), actor, member, ground.clock)
            return None
    async with ground.database.reading() as connection:
        gone = await connection.value(raw("SELECT 1 FROM system.change_sets WHERE state = 'done' AND undoes = ") + param(build.change_set))
    if not gone:
        await publish.undo(ground.database, build.change_set, build.person, ground.clock, log=log(actor))
    return "undone"


def shown(build: Build) -> dict[str, Any]:
    """A build without its imports, as the API gives it."""
    return {"id": build.id, "source": build.source, "change_set": build.change_set, "state": build.state, "created_at": build.created_at}
