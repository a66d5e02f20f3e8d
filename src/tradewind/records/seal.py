"""The chain over the log: rows are sealed in batches after their commit; any later change to them shows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.sql import Sql, all_of, cast_param, join, param, raw
from tradewind.query.database.pool import Connection, Database

_LOCK = 7_203_714_414
_BATCH = 5000
_LATE = timedelta(minutes=5)
"""How long before its commit a row may have been written to be found at once; what took longer is found by the next look at the whole log."""
_COLUMNS = raw(
    "c.id, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), c.actor, c.actor_name, c.actor_kind, c.request, c.address, c.operation, c.object, c.record,"
    " c.fields, c.action, encode(c.salt, 'hex'), encode(c.digest, 'hex'), v.payload"
)
_FROM = raw(" FROM system.changes AS c LEFT JOIN system.change_values AS v ON v.change = c.id ")


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """The first place where the log is not as it was sealed."""

    seal: int
    change: UUID | None
    what: str

    def __str__(self) -> str:
        return f"{self.what} in seal {self.seal}" + (f", row {self.change}" if self.change else "")


class Mark(NamedTuple):
    """How far the log is sealed: every row of a transaction older than `transaction`, and every row written long before `at`."""

    at: datetime
    transaction: str


class Sealed(NamedTuple):
    """How many rows one call sealed, and where the next may begin to look."""

    rows: int
    mark: Mark | None


async def seal(database: Database, clock: Clock, mark: Mark | None = None) -> Sealed:
    """Seals what is committed and not sealed yet, older than every running transaction.

    With the mark of an earlier call it does not look at what was sealed then; without one it looks at the whole log.
    """
    started, total = clock.now(), 0
    since = None if mark is None else mark.at - _LATE
    while True:
        async with database.transaction() as connection:
            if not await connection.value(raw("SELECT pg_try_advisory_xact_lock(") + param(_LOCK) + raw(")")):
                return Sealed(total, mark)
            oldest = str(await connection.value(raw("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")))
            rows = await connection.rows(_unsealed(oldest, since, None if mark is None else mark.transaction))
            if rows:
                await _seal_rows(connection, rows, clock)
        total += len(rows)
        if len(rows) < _BATCH:
            return Sealed(total, Mark(started, oldest))
        since = rows[-1][-1]


def _unsealed(oldest: str, since: datetime | None, transaction: str | None) -> Sql:
    parts = [raw("c.xid < ") + cast_param(oldest, "xid8"), raw("NOT EXISTS (SELECT 1 FROM system.seal_entries AS e WHERE e.change = c.id)")]
    if since is not None:
        parts.append(raw("c.at >= ") + param(since))
    if transaction is not None:
        parts.append(raw("c.xid >= ") + cast_param(transaction, "xid8"))
    return raw("SELECT ") + _COLUMNS + raw(", c.at") + _FROM + raw("WHERE ") + all_of(parts) + raw(" ORDER BY c.at, c.id LIMIT ") + param(_BATCH)


async def _seal_rows(connection: Connection, rows: Sequence[tuple[Any, ...]], clock: Clock) -> None:
    last = await connection.row(raw("SELECT number, hash FROM system.seals ORDER BY number DESC LIMIT 1"))
    number, previous = (last[0] + 1, bytes(last[1])) if last else (1, b"\0" * 32)
    root = _root([_leaf(row) for row in rows])
    first, final = rows[0][0], rows[-1][0]
    values = [
        param(number),
        param(first),
        param(final),
        param(len(rows)),
        param(root),
        param(previous),
        param(_hash(number, first, final, len(rows), root, previous)),
        param(clock.now()),
    ]
    await connection.execute(
        raw("INSERT INTO system.seals (number, first_id, last_id, count, root, previous, hash, sealed_at) VALUES (") + join(", ", values) + raw(")")
    )
    await connection.execute(
        raw("INSERT INTO system.seal_entries (change, seal, position) SELECT t.change, ") + param(number) + raw("::bigint, t.position FROM unnest(")
        + cast_param([row[0] for row in rows], "uuid[]") + raw(") WITH ORDINALITY AS t(change, position)")
    )  # fmt: skip


def _leaf(row: tuple[Any, ...]) -> bytes:
    """The digest of one row's fixed columns; the values take part through their own salted digest, so that they can be erased."""
    fixed: list[Json] = [str(value) if isinstance(value, UUID) else value for value in row[:14]]
    return hashlib.sha256(canonical(fixed)).digest()


def _root(leaves: list[bytes]) -> bytes:
    return hashlib.sha256(b"".join(leaves)).digest()


def _hash(number: int, first: UUID, final: UUID, count: int, root: bytes, previous: bytes) -> bytes:
    return hashlib.sha256(canonical([number, str(first), str(final), count, root.hex(), previous.hex()])).digest()


async def verify(database: Database) -> Broken | None:
    """Walks the whole chain; the first row or seal that is not as it was sealed, or None."""
    async with database.transaction() as connection:
        await connection.execute(raw("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        previous, expected = b"\0" * 32, 1
        for number, first, final, count, root, before, made in await connection.rows(
            raw("SELECT number, first_id, last_id, count, root, previous, hash FROM system.seals ORDER BY number")
        ):
            if number != expected:
                return Broken(seal=expected, change=None, what="the seal is missing")
            if bytes(before) != previous or bytes(made) != _hash(number, first, final, count, bytes(root), previous):
                return Broken(seal=number, change=None, what="the seal was changed")
            broken = await _verify_rows(connection, number, count, bytes(root))
            if broken is not None:
                return broken
            previous, expected = bytes(made), number + 1
    return None


async def _verify_rows(connection: Connection, number: int, count: int, root: bytes) -> Broken | None:
    statement: Sql = (
        raw("SELECT e.change, e.position, ") + _COLUMNS + raw(" FROM system.seal_entries AS e LEFT JOIN system.changes AS c ON c.id = e.change")
        + raw(" LEFT JOIN system.change_values AS v ON v.change = c.id WHERE e.seal = ") + param(number) + raw(" ORDER BY e.position")
    )  # fmt: skip
    rows = await connection.rows(statement)
    leaves: list[bytes] = []
    for position, row in enumerate(rows, 1):
        if row[1] != position:
            return Broken(seal=number, change=row[0], what="a row was moved or taken out")
        body = row[2:]
        if body[0] is None:
            return Broken(seal=number, change=row[0], what="a row is missing")
        if body[14] is not None and hashlib.sha256(bytes.fromhex(body[12]) + canonical(body[14])).hexdigest() != body[13]:
            return Broken(seal=number, change=row[0], what="values were changed")
        leaves.append(_leaf(body))
    if len(rows) != count:
        return Broken(seal=number, change=None, what="rows were added or taken out")
    if _root(leaves) != root:
        return Broken(seal=number, change=rows[0][0], what="a row was changed")
    return None
