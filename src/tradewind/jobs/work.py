"""Working the queue off: one job at a time, its lease renewed while it runs, failures tried again later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from tradewind.jobs.queue import CHANNEL, LEASE, CalledOff, Job, LeaseLost, finish, give_back, keep, retry, take
from tradewind.kernel.clock import Clock
from tradewind.kernel.log import logger
from tradewind.kernel.problems import Busy, Problem
from tradewind.kernel.sql import raw
from tradewind.query.database.pool import Database

Handler = Callable[[Job], Awaitable[None]]
"""Does one job. A Problem ends the job as failed, Busy and whatever else is raised is tried again; CalledOff ends it as asked."""

_log = logger("jobs")
_LOOK = 5.0


async def work_off(database: Database, handlers: Mapping[str, Handler], clock: Clock, stop: asyncio.Event | None = None) -> int:
    """Does everything that is due now, until nothing is or it is told to stop; how many jobs."""
    count = 0
    while (stop is None or not stop.is_set()) and (job := await take(database, list(handlers), clock)) is not None:
        await _do(database, handlers[job.name], job, clock, stop)
        count += 1
    return count


async def work(database: Database, handlers: Mapping[str, Handler], clock: Clock, stop: asyncio.Event) -> None:
    """Works until told to stop: woken by a notice, and looking by itself every few seconds in case one was missed."""
    while not stop.is_set():
        try:
            async with database.alone() as connection:
                await connection.execute(raw("LISTEN ") + raw(CHANNEL))
                while not stop.is_set():
                    await work_off(database, handlers, clock, stop)
                    await connection.notices(_LOOK)
        except Busy:
            await asyncio.sleep(0.5)


async def _do(database: Database, handler: Handler, job: Job, clock: Clock, stop: asyncio.Event | None) -> None:
    running = asyncio.ensure_future(handler(job))
    beating = asyncio.create_task(_beat(database, job, clock, running))
    stopping = asyncio.create_task(stop.wait()) if stop is not None else None
    try:
        await asyncio.wait([running, *([stopping] if stopping else [])], return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            running.cancel()
            await asyncio.wait([running])
        await _settle(database, running, job, clock, told_to_stop=stop is not None and stop.is_set())
    finally:
        for task in (running, beating, stopping):
            if task is not None:
                task.cancel()


async def _settle(database: Database, running: asyncio.Future[None], job: Job, clock: Clock, *, told_to_stop: bool) -> None:
    """Writes down how it ended."""
    try:
        running.result()
        await finish(database, job, clock)
    except asyncio.CancelledError:
        if told_to_stop:
            await give_back(database, job)
    except LeaseLost:
        _log.warning("jobs.lease_lost", job=str(job.id), name=job.name)
    except CalledOff:
        await finish(database, job, clock, state="called_off")
    except Busy:
        await retry(database, job, clock, Busy.code)
    except Problem as problem:
        await finish(database, job, clock, state="failed", problem=problem.code)
        _log.warning("jobs.failed", job=str(job.id), name=job.name, problem=problem.code)
    except Exception:  # noqa: BLE001 - a defect in a handler must not stop the worker; it is logged and tried again
        _log.exception("jobs.broke", job=str(job.id), name=job.name, attempt=job.attempts)
        await retry(database, job, clock, "internal")


async def _beat(database: Database, job: Job, clock: Clock, running: asyncio.Future[None]) -> None:
    """Renews the lease while a handler is busy between two reports; a handler whose job somebody else has is cut off."""
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 3)
        try:
            await keep(database, job, clock)
        except LeaseLost:
            running.cancel()
            return
        except (CalledOff, Busy):
            continue
