"""Files of records: who may take them, and that none of them can be run in a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from tradewind.edge.demo import prepare
from tradewind.edge.http.app import build_app
from tradewind.edge.worker.main import sweep
from tradewind.files.store import FileStore
from tradewind.kernel.clock import ManualClock, SystemClock
from tradewind.kernel.settings import Settings
from tradewind.query.database.pool import Database

Client = AsyncTestClient[Any]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
PAGE = b"<html><script>alert(1)</script></html>"


@pytest.fixture
async def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, data_folder=tmp_path, pool_size=4, max_file_bytes=5000)


@pytest.fixture
async def sign_ins(settings: Settings) -> dict[str, str]:
    return await prepare(settings, lambda _: None)


@pytest.fixture
async def client(settings: Settings, sign_ins: dict[str, str]) -> AsyncIterator[Client]:
    async with AsyncTestClient(build_app(settings)) as opened:
        opened.headers.update({"Sec-Fetch-Site": "same-origin"})
        yield opened


async def _enter(client: Client, sign_ins: dict[str, str], who: str) -> None:
    client.cookies.clear()
    answer = await client.post("/api/session", json={"email": f"{who}@demo.example", "password": sign_ins[f"{who}@demo.example"]})
    assert answer.status_code == 200, answer.text


async def _upload(client: Client, name: str, body: bytes) -> dict[str, Any]:
    answer = await client.post("/api/files", files={"file": (name, body, "text/html")})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def _follow_up(client: Client, *files: str) -> Any:
    customers = (await client.post("/api/objects/customer/query", json={"limit": 1, "filter": {"op": "is_me", "field": "owner"}})).json()["records"]
    row = {"subject": "Sample sent", "customer": customers[0]["id"], "date": "2026-11-02T08:00:00Z", "files": list(files)}
    return await client.post("/api/objects/follow_up/records", json={"row": row})


async def test_an_upload_is_attached_and_read_again_by_who_sees_the_record(client: Client, sign_ins: dict[str, str]) -> None:
    await _enter(client, sign_ins, "mei")
    picture, page = await _upload(client, "样品 photo.png", PNG), await _upload(client, "../../x.html", PAGE)
    assert (picture["name"], picture["media_type"], picture["size"]) == ("样品 photo.png", "image/png", len(PNG))
    assert (page["name"], page["media_type"]) == ("x.html", "application/octet-stream")
    made = await _follow_up(client, picture["id"], page["id"])
    assert made.status_code == 201, made.text
    record = made.json()["ids"][0]
    shown = (await client.get(f"/api/objects/follow_up/records/{record}")).json()
    assert [one["name"] for one in shown["files"]] == ["样品 photo.png", "x.html"]
    where = f"/api/objects/follow_up/records/{record}/files/files"
    image = await client.get(f"{where}/{picture['id']}")
    assert image.content == PNG
    assert image.headers["content-type"] == "image/png"
    assert image.headers["content-disposition"].startswith("inline")
    html = await client.get(f"{where}/{page['id']}")
    assert html.content == PAGE
    assert html.headers["content-type"] == "application/octet-stream"
    assert html.headers["content-disposition"].startswith("attachment")
    assert html.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in html.headers["content-security-policy"]
    await _enter(client, sign_ins, "ravi")
    assert (await client.get(f"{where}/{picture['id']}")).status_code == 404
    await _enter(client, sign_ins, "admin")
    assert (await client.get(f"{where}/{picture['id']}")).content == PNG
    assert (await client.get(f"/api/objects/follow_up/records/{record}/files/nothing/{picture['id']}")).status_code == 404


async def test_only_the_uploader_may_attach_what_is_not_attached(client: Client, sign_ins: dict[str, str]) -> None:
    await _enter(client, sign_ins, "tom")
    foreign = await _upload(client, "contract.pdf", b"%PDF-1.7 contract")
    await _enter(client, sign_ins, "mei")
    assert (await _follow_up(client, foreign["id"])).status_code == 422


async def test_empty_and_too_large_files_are_refused(client: Client, sign_ins: dict[str, str]) -> None:
    await _enter(client, sign_ins, "mei")
    assert (await client.post("/api/files", files={"file": ("empty.txt", b"", "text/plain")})).status_code == 422
    answer = await client.post("/api/files", files={"file": ("big.bin", b"x" * 5001, "text/plain")})
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


async def test_what_no_record_took_is_forgotten_after_a_day(client: Client, sign_ins: dict[str, str], settings: Settings, database: Database) -> None:
    await _enter(client, sign_ins, "mei")
    left, taken = await _upload(client, "left.png", PNG), await _upload(client, "taken.png", PNG)
    record = (await _follow_up(client, taken["id"])).json()["ids"][0]
    tomorrow = ManualClock(SystemClock().now() + timedelta(days=1, hours=1))
    await sweep(database, FileStore(settings.data_folder / "files"), tomorrow)
    assert (await _follow_up(client, left["id"])).status_code == 422
    assert (await client.get(f"/api/objects/follow_up/records/{record}/files/files/{taken['id']}")).content == PNG
