"""Imports in tests: what a person does in the studio, and a worker that does the jobs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import psycopg
from tests.http.client import Client

from tradewind.edge.worker.handlers import handlers
from tradewind.files.store import FileStore
from tradewind.jobs.work import work_off
from tradewind.kernel.clock import Clock, SystemClock
from tradewind.kernel.settings import Settings
from tradewind.query.database.pool import open_pool

CSV = {"Content-Type": "application/octet-stream"}


def as_csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    made = io.StringIO(newline="")
    csv.writer(made).writerows([header, *rows])
    return made.getvalue().encode()


async def do_jobs(settings: Settings, clock: Clock | None = None) -> int:
    """What a worker does until nothing is due; how many jobs."""
    clock = clock or SystemClock()
    database = await open_pool(settings.database_url, size=4)
    try:
        return await work_off(database, handlers(database, clock, FileStore(settings.data_folder / "files")), clock)
    finally:
        await database.close()


async def brought(client: Client, settings: Settings, body: bytes, name: str = "file.csv", *, chunk_rows: int = 0) -> dict[str, Any]:
    """An import of a file that was read; with `chunk_rows` it is loaded in parts of so many rows."""
    answer = await client.post(f"/api/imports?name={name}", content=body, headers=CSV)
    assert answer.status_code == 201, answer.text
    identity = answer.json()["id"]
    if chunk_rows:
        asked(settings, "UPDATE system.imports SET chunk_rows = %s WHERE id = %s", chunk_rows, identity)
    await do_jobs(settings)
    return await shown(client, identity)


async def shown(client: Client, identity: str) -> dict[str, Any]:
    answer = await client.get(f"/api/imports/{identity}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def mapped(client: Client, identity: str, *targets: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await client.put(f"/api/imports/{identity}/map", json={"key": "test", "targets": list(targets), **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def done(client: Client, settings: Settings, identity: str, stage: str, **body: Any) -> dict[str, Any]:
    """Asks for a stage and does its jobs."""
    answer = await client.post(f"/api/imports/{identity}/{stage}", json=body)
    assert answer.status_code == 202, answer.text
    await do_jobs(settings)
    return await shown(client, identity)


async def refused(client: Client, identity: str, **asking: Any) -> dict[str, Any]:
    answer = await client.get(f"/api/imports/{identity}/rows", params=asking)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def asked(settings: Settings, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Asked of PostgreSQL directly."""
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        cursor = connection.execute(statement, parameters or None)  # pyright: ignore[reportArgumentType]
        return cursor.fetchall() if cursor.description else []


def column(name: str, *transforms: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"column": name, "transforms": list(transforms), **more}


CUSTOMERS = {"object": "customer", "match": ["code"], "fields": {"code": column("Code"), "name": column("Name"), "country": column("Country")}}
HEADER = ("Code", "Name", "Country")
