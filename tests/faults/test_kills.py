"""kill -9 of web, worker and database during writes and publishes: nothing acknowledged is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.faults.stack import Stack
from tests.ground import fresh_folder
from tests.soak import noted

from tradewind.kernel.sql import raw
from tradewind.query.database.pool import open_pool
from tradewind.records import seal

SOAK = bool(os.environ.get("TRADEWIND_SOAK"))
KILLS = 500 if SOAK else 20


@pytest.fixture
def stack() -> Iterator[Stack]:
    folder = fresh_folder("tw-faults-")
    running = Stack(folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Writer(threading.Thread):
    """Creates customers one after another; a request whose answer never came is sent again with the same idempotency key."""

    def __init__(self, stack: Stack, email: str, number: int) -> None:
        super().__init__(daemon=True)
        self.stack, self.email, self.number = stack, email, number
        self.acknowledged: dict[str, str] = {}
        self.unexpected: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        client: httpx.Client | None = None
        count = 0
        while not self.stopping.is_set():
            name = f"Fault {self.number}-{count}"
            key = str(uuid.uuid4())
            while not self.stopping.is_set() and name not in self.acknowledged:
                try:
                    client = client or self.stack.sign_in(self.email)
                    answer = client.post("/api/objects/customer/records", json={"row": {"name": name}}, headers={"Idempotency-Key": key})
                except (httpx.HTTPError, AssertionError):
                    client = None
                    time.sleep(0.05)
                    continue
                if answer.status_code in {200, 201}:
                    self.acknowledged[name] = answer.json()["ids"][0]
                elif answer.status_code >= 500 or answer.status_code == 401:
                    time.sleep(0.05)
                else:
                    self.unexpected.append(answer.text)
                    return
            count += 1


class Builder(threading.Thread):
    """Publishes one change of the customer's type of field after another; here and now, or as a job where there are many records."""

    def __init__(self, stack: Stack, email: str) -> None:
        super().__init__(daemon=True)
        self.stack, self.email = stack, email
        self.done: list[str] = []
        self.handed_in: list[str] = []
        self.unexpected: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        client: httpx.Client | None = None
        while not self.stopping.is_set():
            try:
                client = client or self.stack.sign_in(self.email)
                found = client.get("/api/definitions/object/customer").json()
                base = {"object/customer": found["version"]}
                answer = client.post("/api/definitions/publish", json={"definitions": [_changed(found["body"])], "base": base})
            except (httpx.HTTPError, AssertionError, KeyError):
                client = None
                time.sleep(0.05)
                continue
            if answer.status_code in {200, 202}:
                (self.done if answer.status_code == 200 else self.handed_in).append(answer.json()["change_set"])
            elif answer.status_code not in {401, 409} and answer.status_code < 500:
                self.unexpected.append(answer.text)
                return
            time.sleep(0.05)


def _changed(customer: dict[str, Any]) -> dict[str, Any]:
    """The customer with a level that is a number where it was a text and a text where it was a number."""
    level = next((one for one in customer["fields"] if one["key"] == "level"), None)
    others = [one for one in customer["fields"] if one["key"] != "level"]
    kind = "integer" if level is None or level["type"] == "text" else "text"
    default = 3 if kind == "integer" else "3"
    return {**customer, "fields": [*others, {"key": "level", "type": kind, "labels": {"en": "Level"}, "default": default}]}


def _settled(client: httpx.Client, stack: Stack) -> dict[str, str]:
    """The state of every publish, once none is under way: a kill is mended by the worker within half a minute, a lost job within a minute."""
    deadline = time.monotonic() + 120
    states: dict[str, str] = {}
    while time.monotonic() < deadline:
        states = {one["id"]: one["state"] for one in client.get("/api/change-sets").json()}
        if "running" not in states.values():
            return states
        time.sleep(0.5)
    raise AssertionError(f"a publish is still running: {(stack.folder / 'worker.log').read_text()[-6000:]}")


async def _leftovers(url: str) -> list[str]:
    """Columns and triggers that only a change under way may have."""
    database = await open_pool(url, size=1)
    try:
        async with database.reading() as connection:
            columns = await connection.rows(
                raw("SELECT column_name FROM information_schema.columns WHERE table_schema = 'data' AND starts_with(column_name, 'new__')")
            )
            triggers = await connection.rows(raw("SELECT tgname FROM pg_trigger WHERE starts_with(tgname, 'new__')"))
            indexes = await connection.rows(raw("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"))
            return [str(row[0]) for row in (*columns, *triggers, *indexes)]
    finally:
        await database.close()


def _all_named(client: httpx.Client) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    after = ""
    while True:
        question = {"fields": ["name"], "filter": {"op": "starts", "field": "name", "value": "Fault "}, "limit": 200, "after": after}
        page = client.post("/api/objects/customer/query", json=question).json()
        for record in page["records"]:
            found.setdefault(record["name"], []).append(record["id"])
        after = page.get("next") or ""
        if not after:
            return found


async def _sealed_chain_is_whole(url: str) -> bool:
    database = await open_pool(url, size=1)
    try:
        return await seal.verify(database) is None
    finally:
        await database.close()


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(stack: Stack) -> None:
    chance = random.Random(20261102)
    began = time.monotonic()
    email = next(iter(stack.sign_ins))
    writers = [Writer(stack, email, number) for number in range(3)]
    builder = Builder(stack, email)
    for thread in (*writers, builder):
        thread.start()
    slowest = 0.0
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.5))
        stack.rows_at_once = chance.choice([20, 20_000])
        stack.kill(chance.choice(["serve", "worker", "postgres"]))
        started = time.monotonic()
        stack.start()
        slowest = max(slowest, time.monotonic() - started)
    time.sleep(0.5)
    for thread in (*writers, builder):
        thread.stopping.set()
    for thread in (*writers, builder):
        thread.join(30)
    assert [problem for thread in (*writers, builder) for problem in thread.unexpected] == []
    acknowledged = {name: record for writer in writers for name, record in writer.acknowledged.items()}
    assert len(acknowledged) > KILLS
    with contextlib.closing(stack.sign_in(email)) as client:
        stored = _all_named(client)
        states = _settled(client, stack)
        levels = client.post("/api/objects/customer/query", json={"fields": ["name", "level"], "limit": 200})
    assert {name: stored.get(name) for name in acknowledged} == {name: [record] for name, record in acknowledged.items()}
    assert all(len(records) == 1 for records in stored.values())
    assert builder.done and builder.handed_in, "both ways of publishing were under fire"
    assert {states[one] for one in builder.done if one in states} == {"done"}
    assert {states[one] for one in builder.handed_in if one in states} <= {"done", "failed"}
    assert levels.status_code == 200
    assert {str(record["level"]) for record in levels.json()["records"]} == {"3"}
    assert asyncio.run(_leftovers(stack.server.url())) == []
    assert asyncio.run(_sealed_chain_is_whole(stack.server.url()))
    assert slowest < 60
    if SOAK:
        publishes = f"{len(builder.done)} publishes at once and {len(builder.handed_in)} as jobs"
        took = f"{time.monotonic() - began:.0f} s, the slowest start {slowest:.1f} s"
        noted(
            "kill -9 of web, worker, PostgreSQL",
            f"{KILLS} kills; {len(acknowledged)} acknowledged creates each there once, {publishes} all done or undone, the log's seal whole; {took}",
        )
