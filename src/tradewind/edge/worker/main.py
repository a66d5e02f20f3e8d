"""The worker: does queued jobs, seals the log and makes its next part, ends what a killed publish left half done, forgets what is old, until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from tradewind.catalog.publish import resume
from tradewind.catalog.quality import ensure_rule_indexes
from tradewind.catalog.snapshot import load
from tradewind.edge.worker.handlers import LONG, handlers
from tradewind.files.store import FileStore
from tradewind.ingest import stages, sweeping
from tradewind.ingest.reading import Limits
from tradewind.jobs.queue import forget, wake
from tradewind.jobs.work import work
from tradewind.kernel.clock import Clock, SystemClock
from tradewind.kernel.log import configure, logger
from tradewind.kernel.problems import Busy
from tradewind.kernel.settings import Settings
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.query.database.pool import Database, open_pool
from tradewind.records.exports import alerts, runs
from tradewind.records.quality import enqueue_due
from tradewind.records.seal import Mark, seal
from tradewind.records.shares import forget_ended
from tradewind.records.similar import forget_told
from tradewind.respond.notifications.notices import forget_old

Chore = Callable[[], Awaitable[None]]
_log = logger("worker")
_EVERY = 1.0
_SWEEP = timedelta(hours=1)
_TEND = timedelta(seconds=10)
_LOOK = timedelta(minutes=10)
_KEEP_KEYS = timedelta(days=7)
_KEEP_STAGED = timedelta(days=1)
_GIVES_WAY = 15
"""Steps of priority below the web process, for whose answers people wait."""


async def run(settings: Settings) -> None:
    """Works until SIGTERM or SIGINT; a database that is away for a while is waited for."""
    configure(settings.log_format)
    os.nice(_GIVES_WAY)
    # As in web processes: what was made until now stays, and batches of thousands of rows need no collection of their own.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    clock = SystemClock()
    database = await open_pool(settings.database_url, size=6, statement_timeout="60s")
    files = FileStore(settings.data_folder / "files")
    known = handlers(database, clock, files, Limits(size=settings.max_import_bytes))
    lanes = [{name: one for name, one in known.items() if (name in LONG) is long} for long in (False, True)]
    working = [asyncio.create_task(work(database, lane, clock, stop)) for lane in lanes]
    sealing = _Sealing(database, clock)
    chores: list[tuple[timedelta, Chore]] = [
        (_SWEEP, lambda: prepare_log(database, clock)),
        (_SWEEP, sealing.all),
        (timedelta(0), sealing.latest),
        (_TEND, lambda: _tend(database, clock)),
        (_SWEEP, lambda: tend_rules(database)),
        (_SWEEP, lambda: sweep(database, files, clock)),
        (_LOOK, lambda: look_after(database, clock)),
        (_SWEEP, lambda: _sweep_imports(database, files, settings.keep_imports_days, clock)),
    ]
    due = [clock.now()] * len(chores)
    try:
        while not stop.is_set():
            for number, (pause, chore) in enumerate(chores):
                if clock.now() >= due[number]:
                    await _do(chore)
                    due[number] = clock.now() + pause
            try:
                await asyncio.wait_for(stop.wait(), _EVERY)
            except TimeoutError:
                continue
    finally:
        stop.set()
        await asyncio.gather(*working)
        await database.close()


async def _do(chore: Chore) -> None:
    """One chore's failure is logged and must not keep the worker from the others; it comes again."""
    try:
        await chore()
    except Busy:
        _log.warning("worker.database_away")
    except Exception:  # noqa: BLE001 - see above
        _log.exception("worker.chore_failed")


class _Sealing:
    """Seals the log: all of it now and then, every second only what came since."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._mark: Mark | None = None

    async def all(self) -> None:
        self._mark = None
        await self.latest()

    async def latest(self) -> None:
        self._mark = (await seal(self._database, self._clock, self._mark)).mark


async def prepare_log(database: Database, clock: Clock) -> None:
    """Makes the log's parts for this month and the next, ahead of the first line of each."""
    now = clock.now()
    async with database.transaction() as connection:
        await connection.execute(raw("SET LOCAL lock_timeout = '2s'"))
        for month in (now, now.replace(day=1) + timedelta(days=32)):
            await connection.value(raw("SELECT system.partition_changes(") + param(month) + raw(")"))


async def _tend(database: Database, clock: Clock) -> None:
    if ended := await resume(database, clock):
        _log.warning("worker.ended_interrupted_publish", count=ended)
    if lost := await stages.tend(database, clock):
        _log.warning("worker.ended_lost_imports", count=lost)


async def _sweep_imports(database: Database, files: FileStore, days: int, clock: Clock) -> None:
    if forgotten := await sweeping.sweep(database, files, days, clock):
        _log.info("worker.swept_imports", count=forgotten)


async def tend_rules(database: Database) -> None:
    """Keeps what rules for duplicates are looked up by as this version of the program compares."""
    catalog = await load(database)
    await ensure_rule_indexes(database, catalog.quality.values(), catalog.objects)


async def look_after(database: Database, clock: Clock) -> None:
    """Puts in looks at the quality of data that are due."""
    if await enqueue_due(database, await load(database), clock):
        await wake(database)


async def sweep(database: Database, files: FileStore, clock: Clock) -> None:
    """Forgets idempotency keys and ended jobs after a week, shares whose time is over, old notices, files that no record took within a day, and exports after theirs."""
    await runs.forget(database, files, clock)
    old: datetime = clock.now() - _KEEP_STAGED
    async with database.transaction() as connection:
        await connection.execute(raw("DELETE FROM system.idempotency WHERE at < ") + param(clock.now() - _KEEP_KEYS))
        await forget(connection, clock, _KEEP_KEYS)
        await forget_ended(connection, clock)
        await alerts.forget(connection, clock)
        await forget_told(connection, clock)
        await forget_old(connection, clock)
        rows = await connection.rows(raw("SELECT id, storage_key FROM system.files WHERE NOT attached AND uploaded_at < ") + param(old) + raw(" FOR UPDATE"))
        await connection.execute(raw("DELETE FROM system.files WHERE id = ANY(") + cast_param([row[0] for row in rows], "uuid[]") + raw(")"))
    for _, key in rows:
        files.delete(key)
