"""What people wait for a list while the worker loads a file into the object they look at."""

from __future__ import annotations

import asyncio
import csv
import io
import math
import statistics
import time
from typing import Any

import httpx

from benchmarks.figures import Figure
from benchmarks.firm import found_firm
from benchmarks.ground import Cluster, free_port, process

RECORDS = 100_000
ROWS = 60_000
IDLE_LISTS = 300
PAUSE = 0.02
"""Seconds somebody looks at a page before he asks for the next one."""
HEADER = ("Code", "Name", "Country", "City", "Staff", "Rating", "Credit", "Mail", "Note")
FIELDS = ("code", "name", "country", "city", "employees", "rating", "credit", "email", "note")
LISTS: tuple[dict[str, Any], ...] = (
    {"fields": ["name", "code", "country", "grade", "city"], "limit": 50, "sort": [{"field": "name"}]},
    {"fields": ["name", "rating", "credit"], "limit": 50, "filter": {"op": "eq", "field": "country", "value": "DE"}, "sort": [{"field": "rating", "descending": True}]},
    {"fields": ["name", "email", "met"], "limit": 50, "search": "customer 77"},
)  # fmt: skip


async def run(cluster: Cluster) -> list[Figure]:
    """The 95th percentile of answers to a person's lists during an import, against the same lists in the same run before it."""
    async with cluster.database("meanwhile") as database:
        firm = await found_firm(database, RECORDS)
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        settings = {
            "TRADEWIND_DATABASE_URL": cluster.server.url("meanwhile"), "TRADEWIND_PORT": str(port), "TRADEWIND_DATA_FOLDER": str(cluster.folder / "data"),
        }  # fmt: skip
        (cluster.folder / "data").mkdir()
        with (
            process("-m", "tradewind", "serve", environment=settings, ready=f"{address}/api/health"),
            process("-m", "tradewind", "worker", environment=settings),
        ):
            seller = httpx.AsyncClient(base_url=address, headers={"Origin": address}, cookies={"sid": firm.tokens["seller"]}, timeout=60)
            boss = httpx.AsyncClient(base_url=address, headers={"Origin": address}, cookies={"sid": firm.tokens["boss"]}, timeout=60)
            async with seller, boss:
                ready = await _mapped(boss)
                await _lists(seller, 60)
                idle = await _lists(seller, IDLE_LISTS)
                started = time.perf_counter()
                loading = asyncio.create_task(_loaded(boss, ready))
                during = await _lists(seller, math.inf, loading)
                took = time.perf_counter() - started
                await loading
    before, meanwhile = _p95(idle), _p95(during)
    detail = (
        f"{len(during)} lists of 50 while {ROWS:,} rows came in ({took:.0f} s), {len(idle)} before; p95 {meanwhile * 1000:.0f} ms against {before * 1000:.0f} ms, "
        f"median {statistics.median(during) * 1000:.0f} ms against {statistics.median(idle) * 1000:.0f} ms"
    )
    return [Figure("lists during an import: p95 against idle", meanwhile / before, 2, detail=detail)]


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


async def _lists(client: httpx.AsyncClient, count: float, until: asyncio.Task[None] | None = None) -> list[float]:
    """Seconds of each answer: so many, or until the task is done."""
    taken: list[float] = []
    while len(taken) < count and not (until is not None and until.done()):
        started = time.perf_counter()
        answer = await client.post("/api/objects/customer/query", json=LISTS[len(taken) % len(LISTS)])
        taken.append(time.perf_counter() - started)
        assert answer.status_code == 200, answer.text
        await asyncio.sleep(PAUSE)
    return taken


async def _mapped(client: httpx.AsyncClient) -> str:
    """An import of the file, read and mapped."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(HEADER)
    for number in range(ROWS):
        writer.writerow(
            [f"N{number}", f"Newcomer {number}", "DE", f"City {number % 500}", number % 5000, number % 100 / 10, f"{number % 900}.50 USD", f"n{number}@example.test", "New"]
        )  # fmt: skip
    answer = await client.post("/api/imports?name=customers.csv", content=made.getvalue().encode(), headers={"Content-Type": "application/octet-stream"})
    identity = str(answer.json()["id"])
    await _until(client, identity, "reading")
    fields = {field: {"column": column} for field, column in zip(FIELDS, HEADER, strict=True)}
    given = {"key": "customers", "targets": [{"object": "customer", "match": ["code"], "fields": fields}]}
    answer = await client.put(f"/api/imports/{identity}/map", json=given)
    assert answer.status_code == 200, answer.text
    return identity


async def _loaded(client: httpx.AsyncClient, identity: str) -> None:
    await client.post(f"/api/imports/{identity}/run", json={})
    done = await _until(client, identity, "running")
    assert (done["state"], done["progress"]["loaded"]) == ("done", ROWS), done


async def _until(client: httpx.AsyncClient, identity: str, state: str) -> dict[str, Any]:
    """The import once it is no longer in that state."""
    while True:
        found = (await client.get(f"/api/imports/{identity}")).json()
        if found["state"] != state:
            return dict(found)
        await asyncio.sleep(1)
