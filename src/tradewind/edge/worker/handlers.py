"""Which function does which job: names are all that lower packages know of higher ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from tradewind.accounts.actors import actor_for
from tradewind.accounts.people import check_roles
from tradewind.catalog import publish, slow
from tradewind.catalog.snapshot import load
from tradewind.files.store import FileStore
from tradewind.ingest import builds, stages
from tradewind.ingest.matching.recognise import recognise
from tradewind.ingest.reading import Limits
from tradewind.ingest.runs import Stage
from tradewind.jobs.queue import Job, keep
from tradewind.jobs.work import Handler
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json
from tradewind.kernel.problems import NotFound
from tradewind.kernel.sql import param, raw
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.query.database.pool import Connection, Database
from tradewind.records import cleaning, finder, log, outbox, quality
from tradewind.records.announce import Changed, announce
from tradewind.records.exports import making, runs
from tradewind.records.matches import waiting
from tradewind.records.recompute import recompute
from tradewind.records.refill import refill_computed, refill_search
from tradewind.respond.notifications import notices

LONG = (runs.JOB, *stages.JOBS.values())
"""Jobs that may take minutes and that nobody else's work waits for: they have a lane of their own."""


def handlers(database: Database, clock: Clock, files: FileStore, limits: Limits | None = None) -> Mapping[str, Handler]:
    """All jobs this program knows, by name; `limits` are those of reading files."""

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

    async def exporting(job: Job) -> None:
        async def tell(progress: dict[str, Json]) -> None:
            await keep(database, job, clock, progress)

        await making.make(database, files, job, clock, tell)

    async def finding(job: Job) -> None:
        async def told(done: int, of: int) -> None:
            await keep(database, job, clock, {"rules": done, "of": of})

        await finder.find(database, await load(database), job.arguments["object"], told, clock)

    async def looking(job: Job) -> None:
        async def told(done: int, of: int) -> None:
            await keep(database, job, clock, {"rows": done, "of": of})

        catalog = await load(database)
        await finder.find(database, catalog, job.arguments["object"], told, clock)
        await quality.report(database, catalog, job.arguments["object"], told, clock)

    async def merging(job: Job) -> None:
        async def told(outcome: cleaning.Outcome, of: int) -> None:
            await keep(database, job, clock, {**msgspec.structs.asdict(outcome), "of": of})

        so_far = msgspec.convert({key: value for key, value in job.progress.items() if key != "of"}, cleaning.Outcome)
        async with database.reading() as connection:
            actor = await actor_for(connection, UUID(job.arguments["person"]))
        outcome = await cleaning.merge_certain(database, await load(database), actor, job.arguments["object"], told, clock, so_far)
        body = {"object": job.arguments["object"], **msgspec.structs.asdict(outcome)}
        await notices.put(database, [UUID(job.arguments["person"])], f"merged:{job.id}", "merged_certain", body, clock)

    async def recognising(job: Job) -> None:
        catalog, key = await load(database), str(job.arguments["object"])
        if "ids" in job.arguments:
            await recognise(database, catalog, key, [UUID(one) for one in job.arguments["ids"]], clock)
            return
        after = UUID(job.progress["after"]) if "after" in job.progress else UUID(int=0)
        while ids := await waiting(database, catalog, key, after):
            await recognise(database, catalog, key, ids, clock)
            after = ids[-1]
            await keep(database, job, clock, {"after": str(after)})

    async def notifying(job: Job) -> None:
        people = [UUID(one) for one in job.arguments["people"]]
        await notices.put(database, people, job.arguments["key"], job.arguments["kind"], job.arguments["body"], clock)

    def importing(stage: Stage, ground: stages.Ground) -> Handler:
        async def work(job: Job) -> None:
            await stages.work(ground, UUID(job.arguments["import"]), stage, lambda: keep(database, job, clock))

        return work

    ground = stages.Ground(database, files, clock, limits or Limits())
    imports = {name: importing(stage, ground) for stage, name in stages.JOBS.items()}

    async def building(job: Job) -> None:
        onwards = bool(job.arguments.get("onwards"))
        await builds.work(ground, UUID(job.arguments["build"]), lambda actor: _undone(actor, clock), onwards=onwards)

    return {
        **imports,
        builds.JOB: building,
        publish.JOB: publishing,
        finder.JOB: finding,
        quality.JOB: looking,
        cleaning.JOB: merging,
        outbox.RECOGNISE: recognising,
        outbox.NOTIFY: notifying,
        slow.JOB: indexing,
        runs.JOB: exporting,
        "refill_computed": refilling(refill_computed),
        "refill_search": refilling(refill_search),
        "recompute": recomputing,
    }


def _undone(actor: Actor, clock: Clock) -> publish.Log:
    """The line in the log that a publish leaves when it is taken back."""

    async def write(connection: Connection, keys: list[str]) -> None:
        await log.record(connection, actor, "publish_undone", None, None, keys, None, clock)

    return write


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
