"""Imports as they are kept: the file, what was found in it, the map, the state, how far it is; and which parts of the file are loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from tradewind.ingest.maps import ImportMap
from tradewind.ingest.reading import Reading
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import canonical
from tradewind.kernel.problems import ImportState, NotFound, Problem
from tradewind.kernel.sql import Sql, cast_param, join, name, param, raw
from tradewind.metadata.actors import Actor
from tradewind.query.database.pool import Connection

State = Literal["reading", "mapping", "trying", "ready", "running", "paused", "done", "failed", "cancelled", "undoing", "undone"]
Stage = Literal["read", "try", "run", "undo"]
BUSY: tuple[State, ...] = ("reading", "trying", "running", "undoing")
CHUNK_ROWS = 5_000
MOST_SAMPLES = 10
_MOST_ERRORS = 50


class TargetCounts(msgspec.Struct, kw_only=True):
    """What became of the rows of one target. `created`, `updated` and `unchanged` count rows; `skipped` rows whose record was there before."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0


class Counts(msgspec.Struct, kw_only=True):
    """How far a stage is: rows read of `of`; rows that went in, are refused, were skipped whole; rows by target."""

    rows: int = 0
    of: int = 0
    loaded: int = 0
    refused: int = 0
    skipped: int = 0
    targets: dict[str, TargetCounts] = msgspec.field(default_factory=dict[str, TargetCounts])
    hidden: int = 0
    """Rows refused because a record out of the person's reach has their key."""

    def add(self, rows: int, loaded: int, refused: int, skipped: int, hidden: int, targets: Mapping[str, TargetCounts]) -> None:
        """Counts a chunk in."""
        self.rows += rows
        self.loaded += loaded
        self.refused += refused
        self.skipped += skipped
        self.hidden += hidden
        for target, found in targets.items():
            total = self.targets.setdefault(target, TargetCounts())
            total.created += found.created
            total.updated += found.updated
            total.unchanged += found.unchanged
            total.skipped += found.skipped


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A loaded row, kept to be laid beside what is in the base: its cells and the records it became, by target."""

    number: int
    cells: tuple[str, ...]
    records: dict[str, str]


class Checks(msgspec.Struct, kw_only=True):
    """What the file said of the records that were made of it: sums by object, field and currency (empty for plain numbers), and some rows."""

    sums: dict[str, dict[str, dict[str, Decimal]]] = msgspec.field(default_factory=dict[str, dict[str, dict[str, Decimal]]])
    samples: list[Sample] = msgspec.field(default_factory=list[Sample])
    seen: int = 0
    """Chunks a sample was drawn from."""

    def add(self, sums: Mapping[tuple[str, str, str], Decimal]) -> None:
        """Counts a chunk's amounts in."""
        for (object_key, key, currency), amount in sums.items():
            totals = self.sums.setdefault(object_key, {}).setdefault(key, {})
            totals[currency] = totals.get(currency, Decimal(0)) + amount

    def draw(self, sample: Sample) -> None:
        """Keeps the sample so that those kept are spread over the file: every one at first, then every second in place of one, and so on."""
        self.seen += 1
        if len(self.samples) < MOST_SAMPLES:
            self.samples.append(sample)
        elif self.seen % (self.seen // MOST_SAMPLES + 1) == 0:
            self.samples[self.seen * 7 % MOST_SAMPLES] = sample


class Undone(msgspec.Struct, kw_only=True):
    """How far an undo is: lines of the log taken back of all; records that went to the bin, got their values back, or were kept as they are."""

    done: int = 0
    of: int = 0
    deleted: int = 0
    restored: int = 0
    kept: int = 0
    person: str = ""
    """Who takes it back; empty for the installation itself."""
    action: str = ""
    """The action under which it is taken back: the group of all records that go to the bin."""
    reached: str = ""
    """The last line of the log that is done with."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a stage stopped: the problem's code and parameters, from which its sentences are made."""

    code: str
    params: dict[str, Any] = {}
    pointer: str = ""
    errors: tuple[Failure, ...] = ()


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One import as it is kept."""

    id: UUID
    run: str | None
    name: str
    person: UUID | None
    request: str
    address: str
    state: State
    stage: Stage
    wanted: str
    file_name: str
    size: int
    digest: bytes | None
    found: Reading | None
    shape: str
    map: ImportMap | None
    rules: bool
    chunk_rows: int
    number: int
    """0 while the file is loaded, then how often refused rows were run again."""
    reached: int
    """The last row of the file that is done with."""
    reached_again: int
    """The same within the refused rows that run again."""
    counts: Counts
    checks: Checks
    tried: Counts | None
    undone: Undone | None
    problem: Failure | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    swept_at: datetime | None


_COLUMNS = (
    "id", "run", "name", "person", "request", "address", "state", "stage", "wanted", "file_name", "size", "digest", "found", "shape", "map", "rules", "chunk_rows",
    "pass", "reached", "reached_again", "counts", "checks", "tried", "undone", "problem", "created_at", "updated_at", "started_at", "finished_at", "swept_at",
)  # fmt: skip
_JSON = {"found": Reading, "map": ImportMap, "counts": Counts, "checks": Checks, "tried": Counts, "undone": Undone, "problem": Failure}
_MEMBER = {"pass": "number"}


def _made(row: tuple[Any, ...]) -> Import:
    members: dict[str, Any] = {}
    for column, value in zip(_COLUMNS, row, strict=True):
        kind = _JSON.get(column)
        members[_MEMBER.get(column, column)] = value if kind is None or value is None else msgspec.convert(value, kind)
    return Import(**members)


def _select() -> Sql:
    return raw("SELECT ") + join(", ", [name("i", column) for column in _COLUMNS]) + raw(" FROM system.imports AS i")


def owned(actor: Actor, everything: bool) -> Sql:
    """Whose imports the actor sees: his own, and all of them where he sees everything."""
    return raw("true") if everything or actor.kind == "system" else raw("i.person = ") + cast_param(actor.person, "uuid")


async def begin(connection: Connection, actor: Actor, file_name: str, clock: Clock, *, run: str | None = None, chunk_rows: int = CHUNK_ROWS) -> UUID:
    """A new import of a file that comes in now; it waits to be read."""
    identity, now = new_id(), clock.now()
    values = [identity, run, file_name, actor.person, actor.request, actor.address, "reading", "read", file_name, chunk_rows, now, now]
    await connection.execute(
        raw("INSERT INTO system.imports (id, run, name, person, request, address, state, stage, file_name, chunk_rows, created_at, updated_at) VALUES (")
        + join(", ", [param(value) for value in values])
        + raw(")")
    )
    return identity


async def one(connection: Connection, identity: UUID, seen: Sql = raw("true")) -> Import:  # noqa: B008 - a value
    """The import. Raises NotFound where there is none, or none the actor may see (`seen`)."""
    row = await connection.row(_select() + raw(" WHERE i.id = ") + param(identity) + raw(" AND ") + seen)
    if row is None:
        raise NotFound()
    return _made(row)


async def by_run(connection: Connection, run: str) -> Import | None:
    """The import the command line goes on with under this name."""
    row = await connection.row(_select() + raw(" WHERE i.run = ") + param(run))
    return None if row is None else _made(row)


async def listed(connection: Connection, seen: Sql, before: UUID | None, limit: int) -> list[Import]:
    """Imports, newest first, older than `before`."""
    older = raw(" AND i.id < ") + param(before) if before else raw("")
    return [_made(row) for row in await connection.rows(_select() + raw(" WHERE ") + seen + older + raw(" ORDER BY i.id DESC LIMIT ") + param(limit))]


async def files_of(connection: Connection, ids: Sequence[UUID], seen: Sql) -> dict[UUID, str]:
    """The names of the files of those of these ids that are imports the actor may see."""
    rows = await connection.rows(
        raw("SELECT i.id, i.file_name FROM system.imports AS i WHERE i.id = ANY(") + cast_param(list(ids), "uuid[]") + raw(") AND ") + seen
    )
    return {row[0]: str(row[1]) for row in rows}


async def set_state(connection: Connection, identity: UUID, state: State, clock: Clock, *, of: Sequence[State], **members: object) -> None:
    """Moves an import on and writes the members. Raises ImportState where it is in none of the states `of`."""
    sets = [raw("state = ") + param(state), raw("updated_at = ") + param(clock.now()), raw("wanted = ''")]
    sets += [_assigned(column, value) for column, value in members.items()]
    moved = await connection.value(
        raw("UPDATE system.imports SET ") + join(", ", sets) + raw(" WHERE id = ") + param(identity)
        + raw(" AND state = ANY(") + cast_param(list(of), "text[]") + raw(") RETURNING 1")
    )  # fmt: skip
    if not moved:
        raise ImportState(rule="state")


def _assigned(column: str, value: object) -> Sql:
    column = {"number": "pass"}.get(column, column)
    if column in (*_JSON, "report"):
        return name(column) + raw(" = ") + cast_param(None if value is None else kept(value), "jsonb")
    return name(column) + raw(" = ") + param(value)


def kept(value: object) -> str:
    """A value as JSON for its column."""
    return canonical(value).decode()


async def want(connection: Connection, identity: UUID, wanted: str, clock: Clock, of: Sequence[State]) -> None:
    """Asks a stage under way to pause or to cancel. Raises ImportState."""
    done = await connection.execute(
        raw("UPDATE system.imports SET wanted = ") + param(wanted) + raw(", updated_at = ") + param(clock.now()) + raw(" WHERE id = ") + param(identity)
        + raw(" AND state = ANY(") + cast_param(list(of), "text[]") + raw(")")
    )  # fmt: skip
    if not done:
        raise ImportState(rule="state")


class LoadedChunk(msgspec.Struct, frozen=True, kw_only=True):
    """What of the file is loaded: `rows` from `first` on. `refused` are numbers of rows; `digest` is of the others."""

    first: int
    rows: int
    refused: tuple[int, ...]
    digest: bytes


def digest_of(rows: Sequence[Sequence[str]]) -> bytes:
    """Checksum of rows, so that a changed file is noticed."""
    return hashlib.sha256(canonical([list(row) for row in rows])).digest()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import is at this moment."""

    state: State
    wanted: str
    reached: int
    reached_again: int
    counts: Counts
    checks: Checks
    tried: Counts | None
    undone: Undone | None


_STANDING = ("state", "wanted", "reached", "reached_again", "counts", "checks", "tried", "undone")


async def lock(connection: Connection, identity: UUID) -> Standing:
    """How far it is, held by this transaction: two processes on one import take turns, and the second sees what the first did. Raises NotFound."""
    await connection.execute(raw("SELECT pg_advisory_xact_lock(hashtextextended(") + param(f"import {identity}") + raw(", 0))"))
    row = await connection.row(raw("SELECT ") + join(", ", [name(one) for one in _STANDING]) + raw(" FROM system.imports WHERE id = ") + param(identity))
    if row is None:
        raise NotFound()
    return msgspec.convert(dict(zip(_STANDING, row, strict=True)), Standing)


async def remember(connection: Connection, identity: UUID, number: int, chunk: LoadedChunk, clock: Clock) -> None:
    """Writes a loaded part down, in the transaction that loads it."""
    values = [param(identity), param(number), param(chunk.first), param(chunk.rows), cast_param(list(chunk.refused), "integer[]"), param(chunk.digest)]
    await connection.execute(
        raw("INSERT INTO system.import_chunks (import, pass, first, rows, refused, digest, at) VALUES (") + join(", ", [*values, param(clock.now())]) + raw(")")
    )


async def chunks_of(connection: Connection, identity: UUID) -> list[LoadedChunk]:
    """What is loaded of the file, in its order."""
    rows = await connection.rows(
        raw("SELECT first, rows, refused, digest FROM system.import_chunks WHERE pass = 0 AND import = ") + param(identity) + raw(" ORDER BY first")
    )
    return [LoadedChunk(first=row[0], rows=row[1], refused=tuple(row[2]), digest=bytes(row[3])) for row in rows]


async def next_pass(connection: Connection, identity: UUID) -> int:
    """The number of the next time refused rows run."""
    found = await connection.value(raw("SELECT max(pass) FROM system.import_chunks WHERE import = ") + param(identity))
    return int(found or 0) + 1


async def advance(connection: Connection, identity: UUID, clock: Clock, **members: object) -> None:
    """Writes down how far a stage is, in the transaction that got it there."""
    sets = [raw("updated_at = ") + param(clock.now()), *(_assigned(column, value) for column, value in members.items())]
    await connection.execute(raw("UPDATE system.imports SET ") + join(", ", sets) + raw(" WHERE id = ") + param(identity))


def failure_of(problem: Problem) -> Failure:
    """A problem as it is kept."""
    return Failure(
        code=problem.code, params=dict(problem.params), pointer=problem.pointer, errors=tuple(failure_of(one) for one in problem.errors[:_MOST_ERRORS])
    )
