"""R30: a field added to a table of 100 000 records is there in under ten seconds, and nobody who works meanwhile is refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from litestar import Litestar

from tradewind.edge.http.app import build_app
from tradewind.edge.worker.handlers import handlers
from tradewind.files.store import FileStore
from tradewind.jobs.work import work_off
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.settings import Settings
from tradewind.kernel.sql import Sql
from tradewind.query.database.pool import open_pool

ROWS = 100_000


async def test_a_field_with_a_default_is_added_beside_people_who_work(settings: Settings, sign_ins: dict[str, str]) -> None:
    app = build_app(settings)
    async with app.lifespan(), _browser(app, sign_ins["admin@demo.example"]) as client:
        await _add_beside_work(client, settings)


@asynccontextmanager
async def _browser(app: Litestar, password: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A client whose requests run side by side."""
    transport = httpx.ASGITransport(app=app)  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver.local", headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as client:
        assert (await client.post("/api/session", json={"email": "admin@demo.example", "password": password})).status_code == 200
        yield client


async def _add_beside_work(client: httpx.AsyncClient, settings: Settings) -> None:
    database = await open_pool(settings.database_url, statement_timeout="120s")
    clock = SystemClock()
    await work_off(database, handlers(database, clock, FileStore(settings.data_folder / "files")), clock)
    async with database.transaction() as connection:
        await connection.execute(
            Sql(
                "INSERT INTO data.product (id, created_at, updated_at, name, code, search)"
                f" SELECT gen_random_uuid(), now(), now(), 'Sample ' || n, 'T' || n, '{{}}' FROM generate_series(1, {ROWS}) AS n"
            )
        )
    before = (await client.get("/api/definitions/object/product")).json()
    grade: dict[str, Any] = {"key": "shelf", "type": "text", "labels": {"en": "Shelf"}, "default": "A"}
    body = {**before["body"], "fields": [*before["body"]["fields"], grade]}
    answers: list[int] = []
    begun, done = asyncio.Event(), asyncio.Event()

    async def work(number: int) -> None:
        made = 0
        while not done.is_set():
            row = {"name": f"Made meanwhile {number}-{made}", "code": f"M{number}-{made}"}
            answers.append((await client.post("/api/objects/product/records", json={"row": row})).status_code)
            answers.append((await client.post("/api/objects/product/query", json={"limit": 5})).status_code)
            made += 1
            begun.set()

    people = [asyncio.create_task(work(number)) for number in range(2)]
    await begun.wait()
    started = time.monotonic()
    published = await client.post("/api/definitions/publish", json={"definitions": [body], "base": {"object/product": before["version"]}})
    assert published.status_code == 202, "so many records are a job of the worker's"
    worker = asyncio.create_task(work_off(database, handlers(database, clock, FileStore(settings.data_folder / "files")), clock))
    ended: dict[str, Any] = {"state": "running"}
    while ended["state"] == "running":
        await asyncio.sleep(0.05)
        ended = (await client.get(f"/api/change-sets/{published.json()['change_set']}")).json()
    took = time.monotonic() - started
    await worker
    done.set()
    await asyncio.gather(*people)
    assert (ended["state"], ended["problem"]) == ("done", None)
    assert took < 10
    assert set(answers) == {200, 201} and len(answers) > 2
    total = (await client.post("/api/objects/product/aggregate", json={"measures": [{"function": "count"}, {"function": "filled", "field": "shelf"}]})).json()
    assert total["total"][0] > ROWS and total["total"][0] - total["total"][1] <= len(answers) // 2, "only who was created in the old form may be without it"
    await database.close()
