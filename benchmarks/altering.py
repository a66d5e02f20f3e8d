"""A field with a default is added to half a million records while others write."""

from __future__ import annotations

import asyncio
import time

import msgspec
import psycopg

from benchmarks.figures import Figure
from benchmarks.firm import CUSTOMER, found_firm
from benchmarks.ground import Cluster
from tradewind.catalog.publish import publish
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.sql import raw
from tradewind.metadata.definitions import ObjectDefinition

ROWS = 500_000
WRITERS = 4


async def run(cluster: Cluster) -> list[Figure]:
    """Statements of others that fail under lock_timeout 1 s while the publish runs."""
    async with cluster.database("altering") as database:
        await found_firm(database, ROWS)
        fields = [*CUSTOMER["fields"], {"key": "priority", "type": "integer", "labels": {"en": "Priority"}, "default": 3}]
        widened = msgspec.convert({**CUSTOMER, "fields": fields}, ObjectDefinition)
        url = cluster.server.url("altering")
        done = asyncio.Event()
        writers = [asyncio.create_task(_write(url, number, done)) for number in range(WRITERS)]
        await asyncio.sleep(1)
        started = time.perf_counter()
        await publish(database, [widened], None, SystemClock())
        took = time.perf_counter() - started
        done.set()
        results = await asyncio.gather(*writers)
        async with database.reading() as connection:
            filled = await connection.value(raw("SELECT count(*) FROM data.customer WHERE priority = 3"))
    statements, failed = sum(one[0] for one in results), sum(one[1] for one in results)
    slowest = max(one[2] for one in results)
    detail = f"{statements} statements of {WRITERS} writers in {took:.1f} s, the slowest {slowest * 1000:.0f} ms; {filled} records have the default"
    return [
        Figure("field with default on 500 000 records: failed statements", failed, 0, unit="", detail=detail),
        Figure("field with default: records without it", ROWS - int(filled), 0, unit="", detail="after the publish"),
    ]


async def _write(url: str, number: int, done: asyncio.Event) -> tuple[int, int, float]:
    """Updates and reads until told to stop: statements, failures, the longest time."""
    statements, failed, slowest = 0, 0, 0.0
    async with await psycopg.AsyncConnection.connect(url, autocommit=True, options="-c lock_timeout=1s") as connection:
        turn = 0
        while not done.is_set():
            turn += 1
            code = f"C{(turn * 7919 + number * 104729) % ROWS + 1}"
            started = time.perf_counter()
            try:
                await connection.execute("UPDATE data.customer SET employees = employees + 1, updated_at = now() WHERE code = %s", (code,))
                await connection.execute("SELECT name FROM data.customer WHERE code = %s", (code,))
            except psycopg.Error:
                failed += 1
            statements += 2
            slowest = max(slowest, time.perf_counter() - started)
            await asyncio.sleep(0.002)
    return statements, failed, slowest
