"""Exports in tests: asked for, made by the worker's own handler, and opened with other programs."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook
from tests.http.client import Client

from tradewind.edge.worker.handlers import handlers
from tradewind.files.store import FileStore
from tradewind.jobs.work import work_off
from tradewind.kernel.clock import Clock, SystemClock
from tradewind.kernel.settings import Settings
from tradewind.query.database.pool import open_pool


def store(settings: Settings) -> FileStore:
    return FileStore(settings.data_folder / "files")


async def work_exports(settings: Settings, clock: Clock | None = None) -> int:
    """Does the exports that wait; how many."""
    return await _work(settings, "export", clock)


async def work_notices(settings: Settings) -> int:
    """Tells people what they are to be told."""
    return await _work(settings, "notify", None)


async def _work(settings: Settings, name: str, clock: Clock | None) -> int:
    clock = clock or SystemClock()
    database = await open_pool(settings.database_url, size=4)
    try:
        known = handlers(database, clock, store(settings))
        return await work_off(database, {name: known[name]}, clock)
    finally:
        await database.close()


async def asked(client: Client, thing: str, **wanted: Any) -> str:
    answer = await client.post(f"/api/objects/{thing}/exports", json=wanted)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def state_of(client: Client, identity: str) -> dict[str, Any]:
    answer = await client.get(f"/api/exports/{identity}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def exported(client: Client, settings: Settings, thing: str, clock: Clock | None = None, **wanted: Any) -> bytes:
    """The bytes of the finished file."""
    identity = await asked(client, thing, **wanted)
    assert await work_exports(settings, clock) == 1
    now = await state_of(client, identity)
    assert now["state"] == "ready", now
    answer = await client.get(f"/api/exports/{identity}/file")
    assert answer.status_code == 200, answer.text
    assert len(answer.content) == now["size"] == int(answer.headers["content-length"])
    return answer.content


def csv_rows(body: bytes) -> list[list[str]]:
    """The rows as Python's csv reads them, the header first."""
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def zipped(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheets_of(body: bytes) -> dict[str, list[list[Any]]]:
    """The sheets as calamine reads them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def xml_of(body: bytes) -> str:
    """Everything the workbook is made of, as text."""
    return "\n".join(part.decode("utf-8", "replace") for part in zipped(body).values())


def left_over(settings: Settings) -> list[str]:
    """Files in the store, scratch folders included."""
    folder = Path(settings.data_folder) / "files"
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())
