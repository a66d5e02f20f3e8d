"""kill -9 of web, worker and database during writes and publishes: nothing acknowledged is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.faults.stack import Stack

from tradewind.query.database.pool import open_pool
from tradewind.records import seal

KILLS = 500 if os.environ.get("TRADEWIND_SOAK") else 20


@pytest.fixture
def stack() -> Iterator[Stack]:
    folder = Path(tempfile.mkdtemp(prefix="tw-faults-"))
    folder.chmod(0o755)
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
    email = next(iter(stack.sign_ins))
    writers = [Writer(stack, email, number) for number in range(3)]
    for writer in writers:
        writer.start()
    slowest = 0.0
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.5))
        stack.kill(chance.choice(["serve", "worker", "postgres"]))
        started = time.monotonic()
        stack.start()
        slowest = max(slowest, time.monotonic() - started)
    time.sleep(0.5)
    for writer in writers:
        writer.stopping.set()
    for writer in writers:
        writer.join(30)
    assert [problem for writer in writers for problem in writer.unexpected] == []
    acknowledged = {name: record for writer in writers for name, record in writer.acknowledged.items()}
    assert len(acknowledged) > KILLS
    with contextlib.closing(stack.sign_in(email)) as client:
        stored = _all_named(client)
    assert {name: stored.get(name) for name in acknowledged} == {name: [record] for name, record in acknowledged.items()}
    assert all(len(records) == 1 for records in stored.values())
    assert asyncio.run(_sealed_chain_is_whole(stack.server.url()))
    assert slowest < 60
