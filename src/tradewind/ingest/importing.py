"""Loads the file of an import, or tries it: chunk by chunk, each in one transaction with its own entry, so that a kill doubles nothing."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from uuid import UUID

from tradewind.ingest import changes, runs, staging
from tradewind.ingest.canonical import Chunk, chunks
from tradewind.ingest.ground import Beat, Ground, bad_rows_of, ensure_indexes, key_of, loading_of, person_of, rows_of, sheet_of
from tradewind.ingest.loading import Again, Attempt, Loading, understand_ahead
from tradewind.ingest.mapping import CellProblem, MappedChunk
from tradewind.ingest.outcomes import Bad
from tradewind.ingest.reading import SheetFound
from tradewind.ingest.seen import Seen
from tradewind.kernel.log import logger
from tradewind.kernel.problems import CatalogMoved, ImportStopped, InvalidValue
from tradewind.query.database.pool import Connection
from tradewind.records.announce import announce

_log = logger("imports")
MOST_HIDDEN = 1_000
"""More rows than this that meet records out of the person's reach end the import: it is no way to find out what others have."""
_AGAIN_ROWS = 1_000

Ended = Literal["done", "paused", "cancelled", "slice", "left"]
"""How a stage came to its end: all of it is done, somebody asked, its time is over, or another process has it."""


class _RolledBack(Exception):
    """Ends the transaction of a dry run."""


class _Stopped(Exception):
    """Somebody asked the stage to stop, or took it over."""

    def __init__(self, why: Ended) -> None:
        super().__init__(why)
        self.why: Ended = why


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows to write: as they stand, and the numbers people know them by."""

    rows: Sequence[Sequence[str]]
    numbers: Sequence[int]
    chunk: Chunk | None = None
    """The part of the file they are, unless they were refused before."""


async def load_file(ground: Ground, identity: UUID, beat: Beat, over: Callable[[], bool] = lambda: False) -> Ended:
    """Loads what of the file is not loaded yet, and then what waits to run again. Raises ImportStopped."""
    async with ground.database.reading() as connection:
        one = await runs.one(connection, identity)
    return await _Stage(ground, one, beat, over, trial=False).run()


async def try_file(ground: Ground, identity: UUID, beat: Beat, over: Callable[[], bool] = lambda: False) -> Ended:
    """Does the same as a dry run of which only counts and refused rows stay. Raises ImportStopped."""
    async with ground.database.reading() as connection:
        one = await runs.one(connection, identity)
    return await _Stage(ground, one, beat, over, trial=True).run()


class _Stage:
    """One stage under way in this process."""

    def __init__(self, ground: Ground, one: runs.Import, beat: Beat, over: Callable[[], bool], *, trial: bool) -> None:
        self._ground, self._one, self._beat, self._over, self._trial = ground, one, beat, over, trial
        self._state: runs.State = "trying" if trial else "running"
        self._seen = Seen(one.id, one.map) if trial and one.map else None

    async def run(self) -> Ended:
        if self._one.state != self._state:
            return "left"
        loading = await loading_of(self._ground.database, self._one, self._ground.clock)
        await ensure_indexes(self._ground.database, loading.catalog, loading.given, rows_of(self._one))
        try:
            if self._trial or not self._one.number:
                loading = await self._file(loading)
            else:
                await self._again(loading)
        except _Stopped as stopped:
            return stopped.why
        return "done"

    async def _file(self, loading: Loading) -> Loading:
        number, sheet = sheet_of(self._one)
        reached = (self._one.tried or runs.Counts()).rows if self._trial else self._one.reached
        async with self._ground.database.reading() as connection:
            key = await key_of(connection, self._one.id, number)
        with self._ground.files.local(key) as path:
            source = chunks(path, self._one.chunk_rows, reached)
            waiting = asyncio.create_task(asyncio.to_thread(_next, source, loading))
            try:
                while (taken := await waiting) is not None:
                    chunk, mapped = taken
                    # The next chunk is read and mapped while this one is written.
                    waiting = asyncio.create_task(asyncio.to_thread(_next, source, loading))
                    rows = _Rows(chunk.rows, [sheet.file_row(chunk.first + place) for place in range(len(chunk.rows))], chunk)
                    loading = await self._write(loading, rows, mapped)
                    await self._between()
            finally:
                await asyncio.gather(waiting, return_exceptions=True)
        await self._bad_rows(number, sheet)
        return loading

    async def _again(self, loading: Loading) -> None:
        """Runs the refused rows that wait, once each."""
        after = self._one.reached_again
        while True:
            async with self._ground.database.reading() as connection:
                page = await staging.page(connection, self._one.id, staging.Wanted(), after, _AGAIN_ROWS)
            if not page:
                return
            rows = _Rows([list(one.cells) for one in page], [one.number for one in page])
            loading = await self._write(loading, rows, await asyncio.to_thread(loading.mapper.map, rows.rows))
            after = rows.numbers[-1]
            await self._between()

    async def _between(self) -> None:
        await self._beat()
        if self._over():
            raise _Stopped("slice")

    async def _write(self, loading: Loading, rows: _Rows, mapped: MappedChunk) -> Loading:
        """Writes the chunk; the loading to go on with, which follows the catalogue and the person's rights."""
        current = await self._current(loading)
        if current is not loading:
            mapped.forget_ahead()
            loading = current
        bad: Bad = {place: list(problems) for place, problems in mapped.problems.items()}
        hidden = 0
        while True:
            attempt = Attempt(loading, mapped, self._seen)
            attempt.hidden = hidden
            try:
                await self._transact(attempt, rows, mapped, bad)
            except Again as again:
                if attempt.used_known:
                    # What earlier chunks met may be gone by now: it is looked for anew before a row is blamed.
                    loading.known.ids.clear()
                else:
                    bad |= again.bad
                    hidden = attempt.hidden
                continue
            except CatalogMoved:
                loading = await loading_of(self._ground.database, self._one, self._ground.clock)
                mapped = await asyncio.to_thread(loading.mapper.map, rows.rows)
                bad = {place: list(problems) for place, problems in mapped.problems.items()}
                continue
            break
        if not self._trial:
            attempt.keep()
            for object_key, ids in attempt.touched.items():
                await announce(self._ground.database, object_key, ids, attempt.changed[object_key])
        return loading

    async def _current(self, loading: Loading) -> Loading:
        """The same with the person's rights of this moment. Raises ImportStopped when they no longer allow it."""
        async with self._ground.database.reading() as connection:
            actor = await person_of(connection, self._one)
        if actor == loading.actor:
            return loading
        fresh = await loading_of(self._ground.database, self._one, self._ground.clock, loading.catalog, loading.known)
        loading.known.ids.clear()
        return replace(fresh, mapper=loading.mapper)

    async def _transact(self, attempt: Attempt, rows: _Rows, mapped: MappedChunk, bad: Bad) -> None:
        """One try: all good rows and the entry of what was done, or nothing of it."""
        good = [place for place in range(len(rows.rows)) if place not in bad]
        try:
            async with self._ground.database.transaction() as connection:
                now = self._check(await runs.lock(connection, self._one.id), rows)
                await attempt.write(connection, good)
                if self._trial:
                    raise _RolledBack
                await self._remember(connection, now, attempt, rows, mapped, bad)
        except _RolledBack:
            async with self._ground.database.transaction() as connection:
                now = self._check(await runs.lock(connection, self._one.id), rows)
                await self._remember(connection, now, attempt, rows, mapped, bad)
                assert self._seen is not None  # noqa: S101 - a dry run has it
                await self._seen.save(connection)
        except Again:
            if self._seen is not None:
                self._seen.clear()
            raise

    def _check(self, now: runs.Standing, rows: _Rows) -> runs.Standing:
        """The same. Raises _Stopped unless this stage is still wanted and nobody else did this chunk."""
        if now.state != self._state:
            raise _Stopped("left")
        if now.wanted:
            raise _Stopped("paused" if now.wanted == "pause" else "cancelled")
        reached = (now.tried or runs.Counts()).rows if self._trial else now.reached
        if rows.chunk is not None and reached != rows.chunk.first - 1:
            raise _Stopped("left")
        if rows.chunk is None and now.reached_again >= rows.numbers[0]:
            raise _Stopped("left")
        return now

    async def _remember(self, connection: Connection, now: runs.Standing, attempt: Attempt, rows: _Rows, mapped: MappedChunk, bad: Bad) -> None:
        """The entry of the chunk: what was counted, what was refused, what transforms changed."""
        identity, clock = self._one.id, self._ground.clock
        refused = sorted(bad)
        kept = [staging.Refused(number=rows.numbers[place], cells=tuple(rows.rows[place]), problems=tuple(bad[place])) for place in refused]
        await staging.stage(connection, identity, self._trial, kept)
        loaded = len(rows.rows) - len(refused) - len(attempt.skipped)
        counts = (now.tried or runs.Counts()) if self._trial else now.counts
        if rows.chunk is None:
            fine = [number for place, number in enumerate(rows.numbers) if place not in bad]
            await staging.settle(connection, identity, fine, staging.LOADED)
            counts.add(0, loaded, len(refused) - len(rows.rows), len(attempt.skipped), attempt.hidden, attempt.counts)
        else:
            counts.add(len(rows.rows), loaded, len(refused), len(attempt.skipped), attempt.hidden, attempt.counts)
            counts.of = rows_of(self._one)
        if self._trial:
            await runs.advance(connection, identity, clock, tried=counts)
        else:
            now.checks.add(attempt.sums)
            if loaded:
                now.checks.draw(self._sample(attempt, rows, bad))
            reached = {"reached_again": rows.numbers[-1]} if rows.chunk is None else {"reached": rows.chunk.last}
            await runs.advance(connection, identity, clock, counts=counts, checks=now.checks, **reached)
            await self._enter(connection, rows, mapped, refused)
        await changes.add(connection, identity, self._trial, mapped.changes_without(refused))
        if attempt.hidden:
            _log.info("imports.met_records_out_of_reach", id=str(identity), person=str(self._one.person), rows=attempt.hidden)
        if counts.hidden > MOST_HIDDEN and self._one.person is not None:
            raise ImportStopped(rule="hidden", maximum=MOST_HIDDEN)

    async def _enter(self, connection: Connection, rows: _Rows, mapped: MappedChunk, refused: Sequence[int]) -> None:
        """What of the file is loaded by this, so that a changed file is noticed."""
        first = rows.chunk.first if rows.chunk else rows.numbers[0]
        left_out = set(refused)
        digest = mapped.digest if mapped.digest and not refused else runs.digest_of([row for place, row in enumerate(rows.rows) if place not in left_out])
        numbers = tuple(first + place if rows.chunk else rows.numbers[place] for place in refused)
        entry = runs.LoadedChunk(first=first, rows=len(rows.rows), refused=numbers, digest=digest)
        await runs.remember(connection, self._one.id, self._one.number if rows.chunk is None else 0, entry, self._ground.clock)

    def _sample(self, attempt: Attempt, rows: _Rows, bad: Bad) -> runs.Sample:
        """One loaded row of the chunk; which one, the chunk's place decides."""
        loaded = [place for place in range(len(rows.rows)) if place not in bad and place not in attempt.skipped]
        place = loaded[rows.numbers[0] * 31 % len(loaded)]
        return runs.Sample(number=rows.numbers[place], cells=tuple(rows.rows[place]), records=attempt.records_of(place))

    async def _bad_rows(self, number: int, sheet: SheetFound) -> None:
        """Rows that could not be read as rows wait like others that were refused."""
        if not sheet.bad_file:
            return
        async with self._ground.database.reading() as connection:
            key = await key_of(connection, self._one.id, bad_rows_of(number))
        with self._ground.files.local(key) as path:
            refused = await asyncio.to_thread(_read_bad, path)
        async with self._ground.database.transaction() as connection:
            now = await runs.lock(connection, self._one.id)
            counts = (now.tried or runs.Counts()) if self._trial else now.counts
            known = await staging.known(connection, self._one.id, self._trial, [one.number for one in refused])
            fresh = [one for one in refused if one.number not in known]
            await staging.stage(connection, self._one.id, self._trial, fresh)
            counts.add(len(fresh), 0, len(fresh), 0, 0, {})
            await runs.advance(connection, self._one.id, self._ground.clock, **({"tried": counts} if self._trial else {"counts": counts}))


def _next(source: Iterator[Chunk], loading: Loading) -> tuple[Chunk, MappedChunk] | None:
    chunk = next(source, None)
    if chunk is None:
        return None
    mapped = loading.mapper.map(chunk.rows)
    mapped.digest = runs.digest_of(chunk.rows)
    understand_ahead(loading, mapped)
    return chunk, mapped


def _read_bad(path: Path) -> list[staging.Refused]:
    with path.open(newline="", encoding="utf-8") as file:
        return [
            staging.Refused(number=int(row[0]), cells=tuple(row[2:]), problems=(CellProblem("", "", InvalidValue.code, {"rule": f"import_row_{row[1]}"}),))
            for row in csv.reader(file)
        ]
