"""Loads a file through a map: chunk by chunk, each in one transaction with its entry in the run, so that a kill doubles nothing."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from tradewind.catalog.snapshot import load
from tradewind.ingest import runs
from tradewind.ingest.mapping import CellProblem, MappedRow, Mapper
from tradewind.ingest.maps import ImportMap, Target, check_map
from tradewind.ingest.reading import Chunk, chunks, columns_of
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import canonical
from tradewind.kernel.problems import CatalogMoved, InvalidRecords, InvalidRequest
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection, Database
from tradewind.records.announce import Changed, announce
from tradewind.records.batches import Batch, RowProblem
from tradewind.records.write import write_in

CHUNK_ROWS = 2_000
_REMEMBERED_KEYS = 100_000


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not loaded: its number in the file (the first row of data is 1), its cells, and why."""

    number: int
    cells: Sequence[str]
    problems: Sequence[CellProblem]


@dataclass(slots=True)
class Progress:
    """How far the run is. `rows` were read, `already` of them loaded by an earlier run of this name."""

    rows: int = 0
    already: int = 0
    loaded: int = 0
    refused: int = 0
    created: Counter[str] = field(default_factory=Counter[str])
    """New records by target."""


@dataclass(slots=True)
class Importing:
    """One import under way."""

    database: Database
    catalog: Catalog
    actor: Actor
    clock: Clock
    given: ImportMap
    people: Mapping[str, UUID]
    """Ids of people by e-mail, for owners."""
    on_refused: Callable[[RefusedRow], None]
    on_progress: Callable[[Progress], None]
    progress: Progress = field(default_factory=Progress)
    ids: dict[str, dict[tuple[Any, ...], UUID]] = field(default_factory=dict[str, dict[tuple[Any, ...], UUID]])
    """Records met before, by target and match key: as many as `_REMEMBERED_KEYS`."""


async def import_file(importing: Importing, path: Path, name: str, chunk_rows: int = CHUNK_ROWS) -> Progress:
    """Loads what of the file is not loaded yet. Raises InvalidRequest for a map or file that does not fit."""
    given = importing.given
    columns = await asyncio.to_thread(columns_of, path, given.delimiter, given.encoding)
    check_map(given, importing.catalog, columns)
    mapper = Mapper(given, importing.catalog, columns, importing.people)
    run = await runs.begin(importing.database, name, canonical(given).decode(), chunk_rows, importing.actor.person, importing.clock)
    source = chunks(path, given.delimiter, given.encoding, run.chunk_rows)

    def read() -> tuple[Chunk, list[MappedRow]] | None:
        chunk = next(source, None)
        return None if chunk is None else (chunk, [mapper.map(chunk.first + place, row) for place, row in enumerate(chunk.rows)])

    reading = asyncio.create_task(asyncio.to_thread(read))
    try:
        while (taken := await reading) is not None:
            # The next chunk is read and mapped while this one is written.
            reading = asyncio.create_task(asyncio.to_thread(read))
            await _load_chunk(importing, mapper, run, *taken)
            importing.on_progress(importing.progress)
    finally:
        await asyncio.gather(reading, return_exceptions=True)
    await runs.finish(importing.database, run, importing.clock)
    return importing.progress


class _Again(Exception):
    """Rows turned out bad while writing: nothing of the attempt stays, and the others are tried without them."""

    def __init__(self, bad: dict[int, list[CellProblem]]) -> None:
        super().__init__()
        self.bad = bad


async def _load_chunk(importing: Importing, mapper: Mapper, run: runs.ImportRun, chunk: Chunk, mapped: Sequence[MappedRow]) -> None:
    bad: dict[int, list[CellProblem]] = {place: row.problems for place, row in enumerate(mapped) if row.problems}
    while True:
        attempt = _Attempt(importing, mapper)
        try:
            async with importing.database.transaction() as connection:
                before = await runs.loaded(connection, run, chunk.number)
                todo = _waiting(run, chunk, before)
                good = [place for place in todo if place not in bad]
                await attempt.write(connection, {place: mapped[place] for place in good})
                refused = sorted(place for place in todo if place in bad)
                if good or before is None:
                    await runs.remember(connection, run, chunk.number, _entry(chunk, before, refused, attempt), importing.clock)
        except _Again as again:
            bad |= again.bad
            continue
        except CatalogMoved:
            importing.catalog = await load(importing.database)
            continue
        break
    attempt.keep()
    progress = importing.progress
    progress.rows += len(chunk.rows)
    progress.loaded += len(good)
    progress.refused += len(refused)
    progress.already += len(chunk.rows) - len(todo)
    progress.created.update(attempt.created)
    for place in refused:
        importing.on_refused(RefusedRow(chunk.first + place, chunk.rows[place], bad[place]))
    for object_key, ids in attempt.touched.items():
        await announce(importing.database, object_key, ids, attempt.changed[object_key])


def _waiting(run: runs.ImportRun, chunk: Chunk, before: runs.LoadedChunk | None) -> list[int]:
    """Places of the rows that are not loaded. Raises InvalidRequest when those that are loaded were changed in the file."""
    if before is None:
        return list(range(len(chunk.rows)))
    if len(chunk.rows) < before.rows or runs.digest_of(chunk.rows[: before.rows], before.refused) != before.digest:
        raise InvalidRequest(rule="import_changed", run=run.name, first=chunk.first, last=chunk.first + before.rows - 1)
    return [*before.refused, *range(before.rows, len(chunk.rows))]


def _entry(chunk: Chunk, before: runs.LoadedChunk | None, refused: list[int], attempt: _Attempt) -> runs.LoadedChunk:
    created = Counter(before.created if before else {})
    created.update(attempt.created)
    return runs.LoadedChunk(
        rows=len(chunk.rows),
        refused=tuple(refused),
        digest=runs.digest_of(chunk.rows, refused),
        created=dict(created),
        actions=(*(before.actions if before else ()), *attempt.actions),
    )


class _Attempt:
    """One try at writing a chunk's rows, object after object."""

    def __init__(self, importing: Importing, mapper: Mapper) -> None:
        self._importing = importing
        self._mapper = mapper
        self._found: dict[str, dict[tuple[Any, ...], UUID]] = {}
        self.created: Counter[str] = Counter()
        self.actions: list[UUID] = []
        self.touched: dict[str, list[UUID]] = {}
        self.changed: defaultdict[str, Changed] = defaultdict(Changed)

    async def write(self, connection: Connection, rows: Mapping[int, MappedRow]) -> None:
        """Raises _Again with rows that cannot be written."""
        bad: dict[int, list[CellProblem]] = {}
        ids: dict[str, dict[int, UUID]] = {}
        for target in self._importing.given.targets:
            ids[target.called] = await self._write_target(connection, target, rows, ids, bad)
        if bad:
            self._importing.ids.clear()
            raise _Again(bad)

    def keep(self) -> None:
        """After the commit: records of this chunk are known to the next."""
        for target, found in self._found.items():
            known = self._importing.ids.setdefault(target, {})
            known.update(found)
            while len(known) > _REMEMBERED_KEYS:
                known.pop(next(iter(known)))

    async def _write_target(
        self, connection: Connection, target: Target, rows: Mapping[int, MappedRow], ids: Mapping[str, Mapping[int, UUID]], bad: dict[int, list[CellProblem]]
    ) -> dict[int, UUID]:
        """The record of each row; rows whose record cannot be written go into `bad`."""
        known = self._importing.ids.get(target.called, {}) if target.existing == "keep" else {}
        done: dict[int, UUID] = {}
        groups: dict[Any, list[int]] = {}
        for place, row in rows.items():
            mapped = row.records.get(target.called)
            if mapped is None or place in bad:
                continue
            if mapped.key is not None and mapped.key in known:
                done[place] = known[mapped.key]
            else:
                groups.setdefault(place if mapped.key is None else mapped.key, []).append(place)
        members = list(groups.values())
        sent = [self._row(target, rows[places[0]], places[0], ids) for places in members]
        if not sent:
            return done
        written = await self._send(connection, target, sent)
        for number, problem in written.problems:
            for place in members[number]:
                bad.setdefault(place, []).append(self._explained(target, rows[place], problem))
        found = self._found.setdefault(target.called, {})
        for places, identity in zip(members, written.ids, strict=True):
            if identity is not None:
                key = rows[places[0]].records[target.called].key
                if key is not None:
                    found[key] = identity
                done |= dict.fromkeys(places, identity)
        self.touched.setdefault(target.object, []).extend(one for one in written.ids if one)
        return done

    def _row(self, target: Target, row: MappedRow, place: int, ids: Mapping[str, Mapping[int, UUID]]) -> dict[str, Any]:
        mapped = row.records[target.called]
        made = dict(mapped.values)
        for key, other in mapped.records.items():
            made[key] = ids[other].get(place)
        if mapped.owner is not None:
            made["owner"] = mapped.owner
        return made

    async def _send(self, connection: Connection, target: Target, rows: Sequence[dict[str, Any]]) -> _Sent:
        batch = Batch(
            object=target.object,
            operation="upsert" if target.match else "create",
            rows=tuple(rows),
            match=target.match,
            keep=target.existing == "keep",
            partial=True,
            source="import",
        )
        importing = self._importing
        try:
            written = await write_in(connection, importing.catalog, importing.actor, batch, importing.clock, self.changed[target.object])
        except InvalidRecords as failure:
            return _Sent((None,) * len(rows), tuple(_located(failure)))
        self.created[target.called] += written.created
        self.actions.append(written.action)
        return _Sent(written.ids, tuple((one.row, one) for one in written.problems))

    def _explained(self, target: Target, row: MappedRow, problem: RowProblem) -> CellProblem:
        key = problem.pointer.split("/")[3] if problem.pointer.count("/") >= 3 else ""
        column = self._mapper.source_of(target.called, key)
        value = row.records[target.called].values.get(key)
        return CellProblem(column or key or target.object, "" if value is None else str(value), problem.code, problem.params)


@dataclass(frozen=True, slots=True)
class _Sent:
    ids: Sequence[UUID | None]
    problems: Sequence[tuple[int, RowProblem]]


def _located(failure: InvalidRecords) -> Iterable[tuple[int, RowProblem]]:
    """A batch that was refused whole: its problems by row."""
    for one in failure.errors:
        parts = one.pointer.split("/")
        number = int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else 0
        yield number, RowProblem(row=number, pointer=one.pointer, code=one.code, params=one.params)
