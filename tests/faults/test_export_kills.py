"""kill -9 of the worker while it makes an export: the file is whole, made from the start again, or there is none; never half of one."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from tests.faults.stack import Stack
from tests.ground import fresh_folder
from tests.http.exporting import csv_rows

ROWS = 30_000


@pytest.fixture
def stack() -> Iterator[Stack]:
    folder = fresh_folder("tw-export-")
    running = Stack(folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _until(client: httpx.Client, identity: str, *wanted: str) -> dict[str, Any]:
    """Waits for a state, or for a phase of the work."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        run = client.get(f"/api/exports/{identity}").json()
        if run["state"] in wanted or (run["state"] == "running" and run["progress"].get("phase") in wanted):
            return dict(run)
        time.sleep(0.01)
    raise AssertionError(f"{wanted} did not come about: {run}")


def test_a_file_is_whole_whenever_its_worker_was_killed(stack: Stack) -> None:
    with psycopg.connect(stack.server.url(), autocommit=True) as base:
        base.execute(
            "INSERT INTO data.customer (id, created_at, updated_at, name, code, search) SELECT gen_random_uuid(), now(), now(), 'Many ' || n, 'M' || n, '{}'"
            " FROM generate_series(1, %s) AS n",
            (ROWS,),
        )
        with contextlib.closing(stack.sign_in("admin@demo.example")) as client:
            wanted = {"fields": ["name", "code", "created_at"], "format": "csv", "filter": {"op": "starts", "field": "name", "value": "Many "}}
            identity = client.post("/api/objects/customer/exports", json=wanted).json()["id"]
            killed: list[str] = []
            for phase in ("reading", "writing", "writing", "keeping"):
                run = _until(client, identity, phase, "ready")
                stack.kill("worker")
                if run["state"] == "ready":
                    break
                killed.append(phase)
                assert client.get(f"/api/exports/{identity}/file").json()["code"] == "export.not_ready"
                base.execute("UPDATE system.jobs SET locked_until = now() WHERE state = 'running'")  # a minute goes by
                stack.start()
            assert killed[:3] == ["reading", "writing", "writing"]
            stack.start()
            run = _until(client, identity, "ready", "failed", "cancelled")
            assert (run["state"], run["rows"]) == ("ready", ROWS)
            body = client.get(f"/api/exports/{identity}/file").content
            assert hashlib.sha256(body).hexdigest() == run["digest"] and len(body) == run["size"]
            rows = csv_rows(body)
            assert len(rows) == ROWS + 1 and len({row[1] for row in rows[1:]}) == ROWS
            lines = client.get("/api/audit", params={"operation": "export"}).json()["entries"]
            assert len(lines) == 1, "however often it was begun, it was taken once"
            _nothing_left(stack, 2)

            second = client.post("/api/objects/customer/exports", json=wanted).json()["id"]
            _until(client, second, "writing", "ready")
            stack.kill("worker")
            assert client.delete(f"/api/exports/{second}").status_code == 200
            base.execute("UPDATE system.jobs SET locked_until = now() WHERE state = 'running'")
            stack.start()
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and base.execute("SELECT 1 FROM system.jobs WHERE name = 'export' AND state IN ('ready', 'running')").fetchone():
                time.sleep(0.1)
            assert client.get(f"/api/exports/{second}").json()["state"] == "cancelled"
            _nothing_left(stack, 2)


def _nothing_left(stack: Stack, files: int) -> None:
    """Only whole files lie in the store; scratch folders of dead workers go with the next sweep, at the worker's start."""
    deadline = time.monotonic() + 30
    found: list[str] = []
    while time.monotonic() < deadline:
        found = [str(one.relative_to(stack.folder)) for one in (stack.folder / "files").rglob("*") if one.is_file()]
        if len(found) == files:
            return
        time.sleep(0.2)
    raise AssertionError(found)
