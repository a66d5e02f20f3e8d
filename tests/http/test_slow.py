"""Lists that keep people waiting propose an index; who builds has it made, or says no."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from tests.http.client import Client, enter

from tradewind.edge.http.app import build_app
from tradewind.edge.worker.handlers import handlers
from tradewind.files.store import FileStore
from tradewind.jobs.work import work_off
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.settings import Settings
from tradewind.kernel.sql import Sql
from tradewind.query.database.pool import Database, open_pool

LIST: dict[str, Any] = {
    "filter": {"op": "and", "of": [{"op": "eq", "field": "country", "value": "DE"}, {"op": "eq", "field": "industry", "value": "machinery"}]},
    "sort": [{"field": "created_at", "descending": True}],
}


@pytest.fixture
async def slow_client(settings: Settings, sign_ins: dict[str, str]) -> AsyncIterator[Client]:
    """An installation in which every list counts as slow."""
    async with AsyncTestClient(build_app(dataclasses.replace(settings, slow_milliseconds=-1))) as opened:
        opened.headers.update({"Sec-Fetch-Site": "same-origin"})
        await enter(opened, sign_ins, "admin")
        yield opened


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = await open_pool(settings.database_url)
    yield opened
    await opened.close()


async def _index(database: Database) -> str | None:
    async with database.reading() as connection:
        return await connection.value(Sql("SELECT indexdef FROM pg_indexes WHERE schemaname = 'data' AND indexname LIKE 'q\\_customer\\_%'"))


async def test_a_list_that_is_slow_again_and_again_gets_its_index_and_loses_it_again(slow_client: Client, database: Database, sign_ins: dict[str, str]) -> None:
    client = slow_client
    await enter(client, sign_ins, "mei")
    for number in range(3):
        assert (await client.get("/api/slow-questions")).status_code == 403
        asked = {**LIST, "filter": {"op": "and", "of": list(reversed(LIST["filter"]["of"]))}} if number else LIST
        assert (await client.post("/api/objects/customer/query", json=asked)).status_code == 200
    await enter(client, sign_ins, "admin")
    (proposed,) = (await client.get("/api/slow-questions")).json()
    assert (proposed["object"], proposed["equal"], proposed["hits"], proposed["state"]) == ("customer", ["country", "industry"], 3, "proposed")
    async with database.reading() as connection:
        stored = str(await connection.rows(Sql("SELECT * FROM system.slow_questions")))
    assert "DE" not in stored and "machinery" not in stored, "values are nobody's business"

    assert (await client.post(f"/api/slow-questions/{proposed['shape']}/index", json={})).status_code == 202
    assert [one["state"] for one in (await client.get("/api/slow-questions")).json()] == ["building"]
    clock = SystemClock()
    assert await work_off(database, handlers(database, clock, FileStore(Path("no-files-here"))), clock) >= 1
    made = await _index(database)
    assert made is not None and made.endswith("(country, industry, created_at DESC, id DESC) WHERE (deleted_at IS NULL)"), made
    assert [one["state"] for one in (await client.get("/api/slow-questions")).json()] == ["ready"]

    assert (await client.delete(f"/api/slow-questions/{proposed['shape']}")).status_code == 200
    assert await _index(database) is None
    assert [one["state"] for one in (await client.get("/api/slow-questions")).json()] == ["dismissed"]
    assert (await client.delete("/api/slow-questions/nothing")).status_code == 404


async def test_what_no_index_serves_is_not_counted_and_a_range_is_an_order(slow_client: Client) -> None:
    client = slow_client
    for _ in range(3):
        for question in (
            {"search": "lion"},
            {"filter": {"op": "contains", "field": "name", "value": "lion"}},
            {"filter": {"op": "gt", "field": "created_at", "value": "2020-01-01T00:00:00Z"}},
        ):
            assert (await client.post("/api/objects/customer/query", json=question)).status_code == 200
    (proposed,) = (await client.get("/api/slow-questions")).json()
    assert (proposed["equal"], proposed["sort"]) == ([], [{"field": "created_at"}])
