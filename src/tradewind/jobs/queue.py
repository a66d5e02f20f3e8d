"""The queue: work put in with the writer's transaction, taken under a lease, finished, tried again or called off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json
from tradewind.kernel.sql import Sql, cast_param, join, param, raw
from tradewind.query.database.pool import Connection, Database

CHANNEL = "tradewind_jobs"
LEASE = timedelta(seconds=60)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=2), timedelta(hours=1)


class LeaseLost(Exception):
    """Another worker has the job now; whoever sees this stops at once and leaves everything to the other."""


class CalledOff(Exception):
    """Somebody asked for the job to stop."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job that was taken. `holder` is the fence: it changes whenever somebody takes the job."""

    id: UUID
    name: str
    key: str
    arguments: dict[str, Any]
    attempts: int
    max_attempts: int
    holder: str
    progress: dict[str, Any]


async def enqueue(connection: Connection, name: str, arguments: dict[str, Json], clock: Clock, *, key: str = "", delay: timedelta = timedelta()) -> UUID:
    """Puts a job in with the caller's transaction; its id. With a `key`, one that waits already is kept and its id returned.

    A job that runs already is no reason to leave out a new one: what it has read may be old.
    """
    now = clock.now()
    if key:
        waiting = await connection.value(
            raw("SELECT id FROM system.jobs WHERE state = 'ready' AND name = ") + param(name) + raw(" AND key = ") + param(key) + raw(" FOR UPDATE")
        )
        if waiting is not None:
            return waiting
    values = [
        param(new_id()),
        param(name),
        param(key or None),
        param(msgspec.json.encode(arguments).decode()) + raw("::jsonb"),
        param(now + delay),
        param(now),
    ]
    return await connection.value(
        raw("INSERT INTO system.jobs (id, name, key, arguments, due_at, created_at) VALUES (")
        + join(", ", values)
        + raw(
            ") ON CONFLICT (name, key) WHERE key IS NOT NULL AND state = 'ready' DO UPDATE SET due_at = least(system.jobs.due_at, excluded.due_at) RETURNING id"
        )
    )


async def wake(database: Database) -> None:
    """Tells waiting workers to look now; called after the commit, never inside the writer's transaction."""
    async with database.reading() as connection:
        await connection.execute(raw("SELECT pg_notify(") + param(CHANNEL) + raw(", '')"))


async def take(database: Database, names: Sequence[str], clock: Clock) -> Job | None:
    """The next job that is due, or whose worker let its lease run out; held for a minute unless `keep` renews it. None: nothing to do."""
    now, holder = clock.now(), str(new_id())
    due = raw("SELECT id FROM system.jobs WHERE state = 'ready' AND due_at <= ") + param(now) + raw(" AND name = ANY(") + cast_param(list(names), "text[]")
    left = (
        raw("SELECT id FROM system.jobs WHERE state = 'running' AND locked_until < ") + param(now) + raw(" AND name = ANY(") + cast_param(list(names), "text[]")
    )
    chosen = (
        raw("coalesce((") + left + raw(") ORDER BY locked_until LIMIT 1 FOR UPDATE SKIP LOCKED), (")
        + due + raw(") ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED))")
    )  # fmt: skip
    async with database.transaction() as connection:
        row = await connection.row(
            raw("UPDATE system.jobs SET state = 'running', attempts = attempts + 1, locked_by = ") + param(holder)
            + raw(", locked_until = ") + param(now + LEASE) + raw(" WHERE id = ") + chosen
            + raw(" RETURNING id, name, coalesce(key, ''), arguments, attempts, max_attempts, progress")
        )  # fmt: skip
    if row is None:
        return None
    return Job(id=row[0], name=row[1], key=row[2], arguments=row[3], attempts=row[4], max_attempts=row[5], holder=holder, progress=row[6])


async def keep(database: Database, job: Job, clock: Clock, progress: dict[str, Json] | None = None) -> None:
    """Renews the lease and writes the progress down. Raises LeaseLost, or CalledOff."""
    changed = raw("") if progress is None else raw(", progress = ") + param(msgspec.json.encode(progress).decode()) + raw("::jsonb")
    async with database.transaction() as connection:
        row = await connection.row(
            raw("UPDATE system.jobs SET locked_until = ") + param(clock.now() + LEASE) + changed + _held(job) + raw(" RETURNING called_off")
        )
    if row is None:
        raise LeaseLost
    if row[0]:
        raise CalledOff


async def fence(connection: Connection, job: Job) -> None:
    """Locks the job's row in this transaction, so that nobody else can take it before the commit. Raises LeaseLost."""
    if await connection.row(raw("SELECT 1 FROM system.jobs") + _held(job) + raw(" FOR UPDATE")) is None:
        raise LeaseLost


async def finish(database: Database, job: Job, clock: Clock, *, state: str = "done", problem: str = "") -> None:
    """Ends it: `done`, `failed` or `called_off`. Nothing when another worker has it."""
    async with database.transaction() as connection:
        await connection.execute(
            raw("UPDATE system.jobs SET state = ") + param(state) + raw(", problem = ") + param(problem) + raw(", finished_at = ") + param(clock.now())
            + raw(", locked_by = NULL, locked_until = NULL") + _held(job)
        )  # fmt: skip


async def retry(database: Database, job: Job, clock: Clock, problem: str) -> bool:
    """Puts it back for later, each time four times as late up to an hour; False when it was the last attempt and the job has failed."""
    if job.attempts >= job.max_attempts:
        await finish(database, job, clock, state="failed", problem=problem)
        return False
    pause = min(_FIRST_PAUSE * 4 ** (job.attempts - 1), _LONGEST_PAUSE)
    async with database.transaction() as connection:
        await connection.execute(
            raw("UPDATE system.jobs SET state = CASE WHEN ") + _waits_again() + raw(" THEN 'done' ELSE 'ready' END, problem = ") + param(problem)
            + raw(", due_at = ") + param(clock.now() + pause) + raw(", locked_by = NULL, locked_until = NULL") + _held(job)
        )  # fmt: skip
    return True


async def give_back(database: Database, job: Job) -> None:
    """Puts it back as if it had not been taken: its worker was told to stop."""
    async with database.transaction() as connection:
        await connection.execute(
            raw("UPDATE system.jobs SET state = CASE WHEN ") + _waits_again() + raw(" THEN 'done' ELSE 'ready' END, attempts = attempts - 1")
            + raw(", locked_by = NULL, locked_until = NULL") + _held(job)
        )  # fmt: skip


async def call_off(connection: Connection, name: str, key: str) -> bool:
    """Asks the waiting or running job of this key to stop; whether there was one."""
    return bool(
        await connection.execute(
            raw("UPDATE system.jobs SET called_off = true, due_at = created_at WHERE state IN ('ready', 'running') AND name = ")
            + param(name)
            + raw(" AND key = ")
            + param(key)
        )
    )


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a job stands: ready, running, done, failed or called_off."""

    state: str
    progress: dict[str, Any]
    problem: str
    at: datetime
    """When it was put in, or has ended."""


async def standing(connection: Connection, name: str, key: str) -> Standing | None:
    """The last job of this name and key; None where there was none lately."""
    row = await connection.row(
        raw("SELECT state, progress, problem, coalesce(finished_at, created_at) FROM system.jobs WHERE name = ") + param(name) + raw(" AND key = ")
        + param(key) + raw(" ORDER BY created_at DESC, id DESC LIMIT 1")
    )  # fmt: skip
    return None if row is None else Standing(state=row[0], progress=row[1], problem=row[2], at=row[3])


async def forget(connection: Connection, clock: Clock, age: timedelta) -> None:
    """Removes jobs that ended longer ago than `age`."""
    await connection.execute(raw("DELETE FROM system.jobs WHERE finished_at < ") + param(clock.now() - age))


def _waits_again() -> Sql:
    """Another of the same key waits already and will do this one's work too."""
    return raw("key IS NOT NULL AND EXISTS (SELECT 1 FROM system.jobs AS o WHERE o.name = system.jobs.name AND o.key = system.jobs.key AND o.state = 'ready')")


def _held(job: Job) -> Sql:
    return raw(" WHERE state = 'running' AND id = ") + param(job.id) + raw(" AND locked_by = ") + param(job.holder)
