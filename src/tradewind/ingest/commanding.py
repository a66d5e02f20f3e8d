"""An import that the command line does by itself: the stages of the studio's, in this process, under a name that goes on where it stopped."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from uuid import UUID

import msgspec

from tradewind.catalog.snapshot import load
from tradewind.ingest import reception, runs, stages, staging
from tradewind.ingest.canonical import rows as rows_of
from tradewind.ingest.checking import check_map
from tradewind.ingest.ground import Beat, Ground, key_of, sheet_of
from tradewind.ingest.maps import ImportMap
from tradewind.kernel.problems import ImportState, InvalidRequest, Problem
from tradewind.metadata.actors import Actor

_ANY: tuple[runs.State, ...] = ("reading", "mapping", "ready", "running", "paused", "done", "failed", "cancelled")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the command did, and the import as it stands now. `already` rows were loaded before."""

    done: runs.Import
    already: int
    loaded: int
    created: dict[str, int]


async def import_file(ground: Ground, actor: Actor, path: Path, given: ImportMap, name: str, beat: Beat, chunk_rows: int = runs.CHUNK_ROWS) -> Outcome:
    """Loads what of the file is not loaded yet under this name, and the rows refused before.

    Raises InvalidMap, UnreadableFile, InvalidRequest for a file whose loaded rows changed, ImportState for a name whose import was undone or is somebody else's.
    """
    if not path.is_file():  # noqa: ASYNC240 - nobody else waits
        raise InvalidRequest(rule="import_file", file=path.name)
    one = await _opened(ground, actor, path, name, chunk_rows)
    await reception.put_in(ground, one.id, path)
    async with ground.database.transaction() as connection:
        await runs.set_state(connection, one.id, "reading", ground.clock, of=_ANY, file_name=path.name)
    try:
        await reception.read(ground, one.id, beat)
        fresh = msgspec.structs.replace(await _again(ground, one.id), map=given)
        check_map(given, await load(ground.database), actor, tuple(column.name for column in sheet_of(fresh)[1].columns))
        await _follow_file(ground, fresh)
    except Problem as problem:
        async with ground.database.transaction() as connection:
            state: runs.State = "paused" if one.counts.rows else "failed"
            await runs.set_state(connection, one.id, state, ground.clock, of=_ANY, problem=runs.failure_of(problem))
        raise
    await _load(ground, fresh, beat)
    done = await _again(ground, one.id)
    before = one.counts.targets
    created = {target: count.created - before.get(target, runs.TargetCounts()).created for target, count in done.counts.targets.items()}
    return Outcome(done=done, already=one.counts.loaded, loaded=done.counts.loaded - one.counts.loaded, created=created)


async def _opened(ground: Ground, actor: Actor, path: Path, name: str, chunk_rows: int) -> runs.Import:
    async with ground.database.transaction() as connection:
        found = await runs.by_run(connection, name)
        if found is None:
            return await runs.one(connection, await runs.begin(connection, actor, path.name, ground.clock, run=name, chunk_rows=chunk_rows))
    if found.state not in _ANY:
        raise ImportState(rule="undone")
    if found.person != actor.person:
        raise ImportState(rule="other_person")
    return found


async def _again(ground: Ground, identity: UUID) -> runs.Import:
    async with ground.database.reading() as connection:
        return await runs.one(connection, identity)


async def _load(ground: Ground, one: runs.Import, beat: Beat) -> None:
    """First what of the file was never read, then the rows that were refused before."""
    async with ground.database.transaction() as connection:
        waited = (await staging.counts(connection, one.id, False))[staging.WAITING]
        members = {"map": one.map, "stage": "run", "number": 0, "started_at": one.started_at or ground.clock.now(), "finished_at": None, "problem": None}
        await runs.set_state(connection, one.id, "running", ground.clock, of=("mapping",), **members)
    ended = await stages.work(ground, one.id, "run", beat, seconds=math.inf)
    if waited and ended == "done":
        async with ground.database.transaction() as connection:
            number = await runs.next_pass(connection, one.id)
            await runs.set_state(connection, one.id, "running", ground.clock, of=("done",), number=number, reached_again=0, finished_at=None)
        await stages.work(ground, one.id, "run", beat, seconds=math.inf)


async def _follow_file(ground: Ground, one: runs.Import) -> None:
    """The file may have been mended since: refused rows take its cells, and rows that are loaded must be as they were. Raises InvalidRequest."""
    number, sheet = sheet_of(one)
    async with ground.database.reading() as connection:
        parts = await runs.chunks_of(connection, one.id)
        key = await key_of(connection, one.id, number)
    if not parts:
        return
    with ground.files.local(key) as path:
        lines = rows_of(path)
        for part in parts:
            rows = await asyncio.to_thread(_take, lines, part.rows)
            left_out = set(part.refused)
            loaded = [row for place, row in enumerate(rows, part.first) if place not in left_out]
            if len(rows) < part.rows or runs.digest_of(loaded) != part.digest:
                raise InvalidRequest(rule="import_changed", run=one.run or "", first=part.first, last=part.first + part.rows - 1)
            await _renew(ground, one.id, [(sheet.file_row(place), rows[place - part.first]) for place in part.refused])


def _take(lines: Iterator[list[str]], count: int) -> list[list[str]]:
    return list(islice(lines, count))


async def _renew(ground: Ground, identity: UUID, rows: Sequence[tuple[int, list[str]]]) -> None:
    """Refused rows that were neither loaded nor dropped since take these cells."""
    async with ground.database.transaction() as connection:
        settled = await staging.settled(connection, identity, [number for number, _ in rows])
        fresh = [staging.Refused(number=number, cells=tuple(row), problems=()) for number, row in rows if number not in settled]
        await staging.stage(connection, identity, False, fresh)
