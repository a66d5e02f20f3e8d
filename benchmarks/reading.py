"""What the web process adds to a statement, and what rights add to it."""

from __future__ import annotations

import asyncio
import pickle
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import httpx
import msgspec

from benchmarks.figures import Figure
from benchmarks.firm import FIELDS, Firm, found_firm
from benchmarks.ground import Cluster, cpu_of, free_port, process
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.sql import Sql, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.questions import Question
from tradewind.query.compile import passes
from tradewind.query.database.pool import Database

ROWS = 100_000
CONNECTIONS = 32
ROUNDS = 5
ASKED = {
    "fields": list(FIELDS),
    "filter": {"op": "and", "of": [{"op": "eq", "field": "grade", "value": "a"}, {"op": "eq", "field": "country", "value": "DE"}]},
    "sort": [{"field": "rating", "descending": True}],
    "limit": 50,
}


async def run(cluster: Cluster) -> list[Figure]:
    """CPU of the web process per request against a bare handler; database time of an ordinary user against the administrator."""
    async with cluster.database("reading") as database:
        firm = await found_firm(database, ROWS)
        return [*await web_cost(cluster, database, firm), await rights_cost(database, firm)]


async def web_cost(cluster: Cluster, database: Database, firm: Firm) -> list[Figure]:
    async with database.reading() as connection:
        ids = [row[0] for row in await connection.rows(raw("SELECT id FROM data.customer ORDER BY code LIMIT 200"))]
    now = SystemClock().now()
    question = msgspec.convert({"object": "customer", **ASKED}, Question)
    statements = {f"/api/objects/customer/records/{one}": passes.compile_record(firm.catalog, firm.boss, "customer", one, now) for one in ids}
    statements["/api/objects/customer/query"] = passes.compile_list(firm.catalog, firm.boss, question, now)
    kept = cluster.folder / "statements.pickle"
    kept.write_bytes(pickle.dumps(statements))
    ours, floor = free_port(), free_port()
    url = cluster.server.url("reading")
    with ExitStack() as stack:
        settings = {"TRADEWIND_DATABASE_URL": url, "TRADEWIND_PORT": str(ours), "TRADEWIND_DATA_FOLDER": str(cluster.folder / "data")}
        web = stack.enter_context(process("-m", "tradewind", "serve", environment=settings, ready=f"http://127.0.0.1:{ours}/api/health"))
        bare = stack.enter_context(process("-m", "benchmarks.bare", environment={"BENCH_STATEMENTS": str(kept), "BENCH_URL": url, "BENCH_PORT": str(floor)}))
        await asyncio.sleep(2)
        gets = [("GET", f"/api/objects/customer/records/{one}", None) for one in ids]
        lists = [("POST", "/api/objects/customer/query", ASKED)]
        figures: list[Figure] = []
        for name, requests, count, goal in (("get one record", gets, 1500, 2.0), ("list 50 x 16", lists, 600, 1.5)):
            ratios: list[float] = []
            spent = (0.0, 0.0)
            for _ in range(ROUNDS):
                one = await _cost(web, ours, firm.tokens["boss"], requests, count)
                other = await _cost(bare, floor, firm.tokens["boss"], requests, count)
                ratios.append(one / other)
                spent = (one, other)
            detail = f"{CONNECTIONS} connections, {count} requests; web CPU {spent[0] / count * 1000:.2f} ms against {spent[1] / count * 1000:.2f} ms of the bare handler"
            figures.append(Figure(name, sorted(ratios)[ROUNDS // 2], goal, detail=detail))
        return figures


async def _cost(pid: int, port: int, token: str, requests: Sequence[tuple[str, str, Any]], count: int) -> float:
    """Seconds of CPU of the process for `count` requests over 32 connections."""
    address = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(
        base_url=address, headers={"Origin": address}, cookies={"sid": token}, limits=httpx.Limits(max_connections=CONNECTIONS), timeout=60
    ) as client:
        await _ask(client, requests, CONNECTIONS * 4)
        before = cpu_of(pid)
        await _ask(client, requests, count)
        return cpu_of(pid) - before


async def _ask(client: httpx.AsyncClient, requests: Sequence[tuple[str, str, Any]], count: int) -> None:
    numbers = iter(range(count))

    async def one() -> None:
        for number in numbers:
            method, path, body = requests[number % len(requests)]
            answer = await client.request(method, path, json=body)
            assert answer.status_code == 200, answer.text

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))


async def rights_cost(database: Database, firm: Firm) -> Figure:
    """The list of a person with a row scope and a masked field, against the administrator's with the scope as a filter."""
    now = SystemClock().now()
    plain = {**ASKED, "filter": {"op": "and", "of": [*ASKED["filter"]["of"], {"op": "eq", "field": "department", "value": str(firm.department)}]}}  # pyright: ignore[reportIndexIssue, reportCallIssue, reportArgumentType]

    def compiled(actor: Actor, asked: dict[str, Any]) -> Callable[[], Sql]:
        question = msgspec.convert({"object": "customer", **asked}, Question)
        return lambda: passes.compile_list(firm.catalog, actor, question, now)

    ratios: list[float] = []
    spent = (0.0, 0.0)
    for _ in range(ROUNDS):
        spent = (await _time(database, compiled(firm.seller, ASKED)), await _time(database, compiled(firm.boss, plain)))
        ratios.append(spent[0] / spent[1])
    detail = f"{spent[0] * 1000:.2f} ms against {spent[1] * 1000:.2f} ms, compiling included"
    return Figure("list with row scope and mask", sorted(ratios)[ROUNDS // 2], 1.3, detail=detail)


async def _time(database: Database, statement: Callable[[], Sql], rounds: int = 200) -> float:
    """Seconds per question, compiling and answering."""
    async with database.reading() as connection:
        for _ in range(20):
            await connection.bytes(statement())
        started = time.perf_counter()
        for _ in range(rounds):
            await connection.bytes(statement())
        return (time.perf_counter() - started) / rounds
