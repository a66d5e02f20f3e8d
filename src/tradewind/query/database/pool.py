"""The only place that talks to the driver: a pool, transactions, and results as bytes or rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import set_json_dumps
from psycopg_pool import AsyncConnectionPool

from tradewind.kernel.json import canonical
from tradewind.kernel.sql import Sql, statement_text
from tradewind.query.database.failures import translated

set_json_dumps(canonical)

Row = tuple[Any, ...]


class Connection:
    """One database session inside a transaction."""

    def __init__(self, driver: AsyncConnection[Row]) -> None:
        self.driver = driver

    async def rows(self, statement: Sql) -> list[Row]:
        """All rows of the answer."""
        with translated():
            cursor = await self.driver.execute(statement_text(statement), statement.params or None)
            return await cursor.fetchall() if cursor.pgresult is not None and cursor.pgresult.nfields else []

    async def row(self, statement: Sql) -> Row | None:
        """The first row, if any."""
        found = await self.rows(statement)
        return found[0] if found else None

    async def value(self, statement: Sql) -> Any:
        """The first column of the first row; None without one."""
        found = await self.row(statement)
        return found[0] if found else None

    async def bytes(self, statement: Sql) -> bytes:
        """One JSON value made by PostgreSQL, untouched; the statement selects it as text."""
        with translated():
            cursor = self.driver.cursor(binary=True)
            await cursor.execute(statement_text(statement), statement.params or None)
            found = await cursor.fetchone()
        return b"null" if found is None or found[0] is None else bytes(found[0], "utf-8") if isinstance(found[0], str) else bytes(found[0])

    async def execute(self, statement: Sql) -> int:
        """Runs it; the number of rows touched."""
        with translated():
            return (await self.driver.execute(statement_text(statement), statement.params or None)).rowcount

    async def texts(self, statement: Sql, size: int) -> AsyncGenerator[list[str]]:
        """The one text column of a long answer, `size` rows at a time, through a cursor; only inside a transaction."""
        with translated():
            async with self.driver.cursor(name="tw_rows") as cursor:
                await cursor.execute(statement_text(statement), statement.params or None)
                while rows := await cursor.fetchmany(size):
                    yield [row[0] for row in rows]

    async def copy(self, statement: Sql, rows: Iterable[tuple[Any, ...]]) -> None:
        """COPY … FROM STDIN with rows of Python values."""
        with translated():
            async with self.driver.cursor().copy(statement_text(statement), statement.params or None) as copy:
                for row in rows:
                    await copy.write_row(row)

    async def notices(self, quiet: float) -> list[str]:
        """What came for a LISTEN, waited for at most so many seconds; the driver's own waiting would look ten times a second."""
        loop = asyncio.get_running_loop()
        came: asyncio.Future[None] = loop.create_future()
        descriptor = self.driver.fileno()
        if not (found := await self._notices_here()):
            loop.add_reader(descriptor, lambda: None if came.done() else came.set_result(None))
            try:
                await asyncio.wait_for(came, quiet)
            except TimeoutError:
                return []
            finally:
                loop.remove_reader(descriptor)
            found = await self._notices_here()
        return found

    async def _notices_here(self) -> list[str]:
        return [one.payload async for one in self.driver.notifies(timeout=0)]


class Database:
    """A pool of connections to one database."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Row]], url: str) -> None:
        self._pool = pool
        self.url = url

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """A connection in one transaction: committed at the end, rolled back on any error."""
        with translated():
            async with self._pool.connection() as driver, driver.transaction():
                yield Connection(driver)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Connection]:
        """A connection outside a transaction, for single statements that only read."""
        with translated():
            async with self._pool.connection() as driver:
                yield Connection(driver)

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Connection]:
        """A transaction that only reads and sees the base as it stood at its first statement, for answers too long for one page."""
        with translated():
            async with self._pool.connection() as driver, driver.transaction():
                await driver.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                await driver.execute("SET LOCAL statement_timeout = '15min'")
                # Below 1, so that what a sort does not need is made after it; near 1, because all rows are wanted.
                await driver.execute("SET LOCAL cursor_tuple_fraction = 0.99")
                yield Connection(driver)

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[Connection]:
        """A connection of its own outside the pool, autocommitting: LISTEN, CREATE INDEX CONCURRENTLY, long jobs."""
        with translated():
            async with await AsyncConnection[Row].connect(self.url, autocommit=True) as driver:
                yield Connection(driver)

    async def close(self) -> None:
        await self._pool.close()


async def open_pool(url: str, *, size: int = 8, statement_timeout: str = "15s") -> Database:
    """Opens at least one connection at once. Raises Busy when the database cannot be reached within 30 s."""

    async def configure(driver: AsyncConnection[Row]) -> None:
        await driver.set_autocommit(True)

    pool = AsyncConnectionPool[AsyncConnection[Row]](
        url,
        min_size=1,
        max_size=size,
        open=False,
        configure=configure,
        kwargs={"options": f"-c statement_timeout={statement_timeout} -c TimeZone=UTC -c jit=off -c idle_in_transaction_session_timeout=60s"},
    )
    with translated():
        await pool.open(wait=True, timeout=30)
    return Database(pool, url)
