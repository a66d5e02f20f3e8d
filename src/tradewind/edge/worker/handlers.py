"""Which function does which job: names are all that lower packages know of higher ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from tradewind.accounts.actors import actor_for
from tradewind.accounts.people import check_roles
from tradewind.catalog import publish, slow
from tradewind.catalog.snapshot import load
from tradewind.jobs.queue import Job, keep
from tradewind.jobs.work import Handler
from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import NotFound
from tradewind.kernel.sql import param, raw
from tradewind.metadata.actors import SYSTEM
from tradewind.query.database.pool import Connection, Database
from tradewind.records import log
from tradewind.records.announce import Changed, announce
from tradewind.records.recompute import recompute
from tradewind.records.refill import refill_computed, refill_search


def handlers(database: Database, clock: Clock) -> Mapping[str, Handler]:
    """All jobs this program knows, by name."""

    async def publishing(job: Job) -> None:
        change_set = UUID(job.arguments["change_set"])

        async def tell(step: int, steps: int, rows: int, of: int) -> None:
            await keep(database, job, clock, {"step": step + 1, "steps": steps, "rows": rows, "of": of})

        await publish.carry_out(database, change_set, clock, tell, _log(database, change_set, clock))

    def refilling(fill: Callable[..., Any]) -> Handler:
        async def refill(job: Job) -> None:
            async def told(after: UUID, done: int, of: int) -> None:
                await keep(database, job, clock, {"after": str(after), "rows": done, "of": of})

            reached = UUID(job.progress["after"]) if "after" in job.progress else UUID(int=0)
            await fill(database, await load(database), job.arguments["object"], told, clock, after=reached, done=int(job.progress.get("rows", 0)))

        return refill

    async def recomputing(job: Job) -> None:
        catalog, depth = await load(database), int(job.arguments["depth"])
        if job.arguments["object"] not in catalog.objects:
            return
        async with database.transaction() as connection:
            await recompute(connection, catalog, job.arguments["object"], [UUID(one) for one in job.arguments["ids"]], clock, depth=depth)
        computed = {one.key for one in catalog.objects[job.arguments["object"]].live_fields() if one.type in ("formula", "rollup")}
        await announce(database, job.arguments["object"], [UUID(one) for one in job.arguments["ids"]], Changed(computed))

    async def indexing(job: Job) -> None:
        await slow.build(database, await load(database), job.arguments["shape"])

    return {
        publish.JOB: publishing,
        slow.JOB: indexing,
        "refill_computed": refilling(refill_computed),
        "refill_search": refilling(refill_search),
        "recompute": recomputing,
    }


def _log(database: Database, change_set: UUID, clock: Clock) -> publish.Log:
    """What happens inside the switch when the worker does it: roles are looked at, and the log has its line under the author's name."""

    async def write(connection: Connection, keys: list[str]) -> None:
        row = await connection.row(raw("SELECT author, undoes FROM system.change_sets WHERE id = ") + param(change_set))
        author, undoes = row or (None, None)
        try:
            actor = SYSTEM if author is None else await actor_for(connection, author)
        except NotFound:
            actor = SYSTEM
        await check_roles(connection, keys)
        await log.record(connection, actor, "publish" if undoes is None else "publish_undone", None, None, keys, None, clock)

    return write
