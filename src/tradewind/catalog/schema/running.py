"""How schema statements run beside other people's work: short locks, tried again, in batches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from tradewind.kernel.problems import Busy, DiskFull
from tradewind.kernel.sql import Sql, name, param, raw
from tradewind.query.database.pool import Connection, Database

_TRIES = 60
_BATCH = 1000


async def ddl(database: Database, *statements: Sql) -> None:
    """Runs them in one transaction that waits at most half a second for its lock, so that nobody queues behind it; tried again.

    Raises Busy when the lock was not to be had in a minute, DiskFull at once: waiting makes no room.
    """
    for attempt in range(_TRIES):
        try:
            async with database.transaction() as connection:
                await connection.execute(raw("SET LOCAL lock_timeout = '500ms'"))
                for statement in statements:
                    await connection.execute(statement)
                return
        except DiskFull:
            raise
        except Busy:
            if attempt == _TRIES - 1:
                raise
            await asyncio.sleep(0.2 + 0.05 * attempt)


async def backfill(database: Database, table: Sql, assignment: Sql, condition: Sql, report: Callable[[int], Awaitable[None]]) -> int:
    """Updates the rows that meet `condition` a thousand at a time in id order, each batch its own transaction; how many it touched.

    Goes through again until a pass finds nothing more, for rows written meanwhile. `report` is told after each batch.
    """
    touched = 0
    while True:
        found = await _pass(database, table, assignment, condition, report)
        touched += found
        if found == 0:
            return touched


async def _pass(database: Database, table: Sql, assignment: Sql, condition: Sql, report: Callable[[int], Awaitable[None]]) -> int:
    touched, last = 0, UUID(int=0)
    while True:
        chosen = (
            raw("SELECT r.id FROM ")
            + table
            + raw(" AS r WHERE r.id > ")
            + param(last)
            + raw(" AND ")
            + condition
            + raw(" ORDER BY r.id LIMIT ")
            + param(_BATCH)
        )
        statement = (
            raw("WITH done AS (UPDATE ") + table + raw(" AS r SET ") + assignment + raw(" WHERE r.id IN (") + chosen + raw(" FOR UPDATE) RETURNING r.id)")
            + raw(" SELECT count(*), (SELECT id FROM done ORDER BY id DESC LIMIT 1) FROM done")
        )  # fmt: skip
        async with database.transaction() as connection:
            await connection.execute(raw("SET LOCAL statement_timeout = '60s'"))
            count, reached = (await connection.rows(statement))[0]
        touched += count
        await report(count)
        if count < _BATCH:
            return touched
        last = reached


async def concurrent_index(database: Database, index: str, definition: Sql) -> None:
    """CREATE INDEX CONCURRENTLY from scratch, unless it is there and valid. `definition` follows the index's name."""
    async with database.alone() as connection:
        await connection.execute(raw("SET statement_timeout = 0"))
        valid = await _valid(connection, index)
        if valid:
            return
        unique = raw("UNIQUE ") if definition.text.startswith("UNIQUE ") else raw("")
        rest = Sql(definition.text.removeprefix("UNIQUE "), definition.params)
        await connection.execute(raw("DROP INDEX CONCURRENTLY IF EXISTS data.") + name(index))
        await connection.execute(raw("CREATE ") + unique + raw("INDEX CONCURRENTLY IF NOT EXISTS ") + name(index) + raw(" ") + rest)


async def drop_index(database: Database, index: str) -> None:
    """DROP INDEX CONCURRENTLY, if it is there."""
    async with database.alone() as connection:
        await connection.execute(raw("DROP INDEX CONCURRENTLY IF EXISTS data.") + name(index))


async def _valid(connection: Connection, index: str) -> bool:
    found = await connection.value(
        raw(
            "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'data' AND c.relname = "
        )
        + param(index)
    )
    return bool(found)
