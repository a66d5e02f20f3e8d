"""kill -9 of worker and database in every stage of an import: the totals are exact, refused rows stay, and the undo takes back all of it."""

from __future__ import annotations

import csv
import io
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest
from tests.faults.stack import Stack
from tests.ground import fresh_folder
from tests.soak import noted

SOAK = bool(os.environ.get("TRADEWIND_SOAK"))
ROWS = 20_000 if SOAK else 2_500
KILLS = 12 if SOAK else 2
"""In each stage."""
HEADER = ("Customer", "Name", "Order", "Text", "Quantity", "Price")


@pytest.fixture
def stack() -> Iterator[Stack]:
    folder = fresh_folder("tw-import-faults-")
    running = Stack(folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def rows_of(chance: random.Random) -> list[tuple[str, ...]]:
    """Order lines, every fiftieth of them with a quantity that is none."""
    return [
        (f"K{number // 40}", f"Customer {number // 40}", f"O{number // 10}", f"Line {number}", "many" if number % 50 == 7 else str(chance.randrange(1, 9)), f"{chance.randrange(1, 900) / 100:.2f}")
        for number in range(ROWS)
    ]  # fmt: skip


def expected(rows: list[tuple[str, ...]]) -> dict[str, Any]:
    """What must be in the base, counted from the rows alone."""
    good = [row for row in rows if row[4] != "many"]
    return {
        "customer": len({row[0] for row in good}),
        "order": len({row[2] for row in good}),
        "order_line": len(good),
        "total": sum((int(row[4]) * Decimal(row[5]) for row in good), Decimal(0)),
    }


def in_base(stack: Stack, *, deleted: bool = False) -> dict[str, Any]:
    state = "IS NOT NULL" if deleted else "IS NULL"
    with psycopg.connect(stack.server.url()) as connection:
        found: dict[str, Any] = {
            key: connection.execute(f"SELECT count(*) FROM data.\"{key}\" WHERE source = 'import' AND deleted_at {state}").fetchall()[0][0]
            for key in ("customer", "order", "order_line")
        }
        total = f"SELECT coalesce(sum(total), 0) FROM data.\"order\" WHERE source = 'import' AND deleted_at {state}"
        found["total"] = connection.execute(total).fetchall()[0][0]
    return found


class Watched:
    """One import, asked for through the web server, whatever was killed meanwhile."""

    def __init__(self, stack: Stack, client: httpx.Client, identity: str) -> None:
        self.stack, self.client, self.identity = stack, client, identity
        self.kills = 0

    def ask(self, verb: str = "", **body: Any) -> dict[str, Any]:
        """The import, or what a verb makes of it; asked again while the server has no database."""
        address = f"/api/imports/{self.identity}" + (f"/{verb}" if verb else "")
        for _ in range(200):
            try:
                answer = self.client.post(address, json=body) if verb else self.client.get(address)
            except httpx.HTTPError:
                continue
            if answer.status_code < 500:
                assert answer.status_code in {200, 202}, answer.text
                return dict(answer.json())
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def through(self, state: str, chance: random.Random, end: Callable[[], dict[str, Any]] | None = None) -> dict[str, Any]:
        """Lets a stage go on to its end, with kills at moments spread over it."""
        moments = sorted(chance.random() for _ in range(KILLS))
        for moment in moments:
            found = self.until(state, moment)
            if found["state"] != state:
                break
            self.kill(chance.choice(["worker", "worker", "postgres"]))
        return end() if end else self.until(state, 2.0)

    def until(self, state: str, part: float) -> dict[str, Any]:
        """The import when so much of the stage is done, or when it is no longer in that state."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            found = self.ask()
            progress = found["progress"] or {"rows": 0, "of": 0}
            if found["state"] != state or (progress["of"] and progress["rows"] >= part * progress["of"]) or (state == "reading" and part <= 1):
                return found
        raise AssertionError(f"the import stays {state}: {(self.stack.folder / 'worker.log').read_text()[-4000:]}")

    def through_report(self) -> dict[str, Any]:
        """Lets a run go on, and kills the worker while it asks for the figures of the report: every row is loaded, and the run is not over."""
        with psycopg.connect(self.stack.server.url(), autocommit=True) as connection:
            for _ in range(100_000):
                ((state, rows),) = connection.execute("SELECT state, (counts->>'rows')::int FROM system.imports").fetchall()
                if state != "running" or rows == ROWS:
                    break
            with connection.transaction():
                connection.execute('LOCK TABLE data."order" IN ACCESS EXCLUSIVE MODE')
                ((state,),) = connection.execute("SELECT state FROM system.imports").fetchall()
                if state == "running":
                    self.stack.kill("worker")
        if state == "running":
            self.revive()
        return self.until("running", 2.0)

    def kill(self, what: str) -> None:
        """Kills it, starts it again, and lets the lease of a dead worker end at once, as a minute would."""
        self.stack.kill(what)
        if what == "postgres":
            self.stack.kill("worker")
        self.revive()

    def revive(self) -> None:
        """Starts again what is down."""
        self.kills += 1
        self.stack.start()
        with psycopg.connect(self.stack.server.url(), autocommit=True) as connection:
            connection.execute("UPDATE system.jobs SET locked_until = now() - interval '1 second' WHERE state = 'running'")
            connection.execute("NOTIFY tradewind_jobs")


def test_kills_in_every_stage_leave_exact_totals(stack: Stack) -> None:
    chance = random.Random(20261103)
    began = time.monotonic()
    rows = rows_of(chance)
    client = stack.sign_in("mei@demo.example")
    made = io.StringIO(newline="")
    csv.writer(made).writerows([HEADER, *rows])
    uploaded = client.post("/api/imports?name=lines.csv", content=made.getvalue().encode(), headers={"Content-Type": "application/octet-stream"})
    assert uploaded.status_code == 201, uploaded.text
    one = Watched(stack, client, uploaded.json()["id"])
    with psycopg.connect(stack.server.url(), autocommit=True) as connection:
        connection.execute("UPDATE system.imports SET chunk_rows = %s", (ROWS // 50,))
    assert one.through("reading", chance)["state"] == "mapping"
    column = lambda name: {"column": name}  # noqa: E731 - a word
    targets = [
        {"object": "customer", "match": ["code"], "fields": {"code": column("Customer"), "name": column("Name")}},
        {"object": "order", "match": ["number"], "fields": {"number": column("Order"), "customer": {"record": "customer"}}},
        {
            "object": "order_line",
            "fields": {"order": {"record": "order"}, "description": column("Text"), "quantity": column("Quantity"), "unit_price": column("Price")},
        },
    ]
    assert client.put(f"/api/imports/{one.identity}/map", json={"key": "lines", "targets": targets}).status_code == 200
    one.kill("postgres")
    mapped = one.ask()
    assert (mapped["state"], [target["object"] for target in mapped["map"]["targets"]]) == ("mapping", ["customer", "order", "order_line"])
    wanted = expected(rows)
    bad = sum(row[4] == "many" for row in rows)

    one.ask("try")
    tried = one.through("trying", chance)
    assert (tried["state"], tried["tried"]["loaded"], tried["tried"]["refused"]) == ("ready", wanted["order_line"], bad)
    assert in_base(stack)["order_line"] == 0

    one.ask("run")
    ran = one.through("running", chance, one.through_report)
    assert (ran["state"], ran["progress"]["loaded"], ran["waiting"], ran["problem"]) == ("done", wanted["order_line"], bad, None)
    assert {key: ran["progress"]["targets"][key]["created"] for key in ("customer", "order", "order_line")} == {
        key: tried["tried"]["targets"][key]["created"] for key in ("customer", "order", "order_line")
    }
    assert in_base(stack) == wanted
    report = client.get(f"/api/imports/{one.identity}/report").json()
    assert all(found["same"] for found in report["sums"]) and report["sums"]

    replaced = client.post(f"/api/imports/{one.identity}/rows/replace", json={"column": "Quantity", "value": "many", "with": "1"})
    assert replaced.json() == {"changed": bad, "clean": bad}
    one.ask("again")
    again = one.through("running", chance)
    whole = expected([(*row[:4], "1" if row[4] == "many" else row[4], row[5]) for row in rows])
    assert (again["state"], again["waiting"]) == ("done", 0)
    assert in_base(stack) == whole

    asked = client.post(f"/api/imports/{one.identity}/undo", json={})
    assert asked.status_code == 202, asked.text
    undone = one.through("undoing", chance)
    assert (undone["state"], undone["progress"]["kept"]) == ("undone", 0)
    assert undone["progress"]["deleted"] == whole["customer"] + whole["order"] + whole["order_line"]
    assert {key: value for key, value in in_base(stack).items() if key != "total"} == {"customer": 0, "order": 0, "order_line": 0}
    with psycopg.connect(stack.server.url()) as connection:
        blobs = {row[0] for row in connection.execute("SELECT storage_key FROM system.import_files").fetchall()}
    left = {path.name for path in (stack.folder / "files").rglob("*") if path.is_file()}
    assert left == blobs
    if SOAK:
        noted("kill -9 in every stage of an import", f"{one.kills} kills; {ROWS} rows, totals exact after each; {time.monotonic() - began:.0f} s")
