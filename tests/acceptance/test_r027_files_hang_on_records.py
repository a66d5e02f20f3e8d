"""R27: files up to a configured size hang on records, are previewed where they are pictures, and are read by whoever reads the record's field."""

from __future__ import annotations

import dataclasses
from typing import Any

from litestar.testing import AsyncTestClient
from tests.http.client import Client, enter

from tradewind.edge.http.app import build_app
from tradewind.kernel.settings import Settings

MAIL = b"\x89PNG\r\n\x1a\n" + b"a screenshot of a mail" * 10


async def _put(client: Client, name: str, body: bytes) -> Any:
    return await client.post("/api/files", files={"file": (name, body, "image/png")})


async def test_a_screenshot_is_there_for_the_owner_and_for_nobody_who_does_not_see_the_record(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    stored = (await _put(client, "询盘邮件.png", MAIL)).json()
    customer = (await client.post("/api/objects/customer/query", json={"limit": 1, "filter": {"op": "is_me", "field": "owner"}})).json()["records"][0]
    row = {"subject": "Mail", "customer": customer["id"], "date": "2026-11-02T08:00:00Z", "files": [stored["id"]]}
    record = (await client.post("/api/objects/follow_up/records", json={"row": row})).json()["ids"][0]
    place = f"/api/objects/follow_up/records/{record}/files/files/{stored['id']}"
    shown = await client.get(place)
    assert (shown.content, shown.headers["content-type"], shown.headers["content-disposition"].split(";")[0]) == (MAIL, "image/png", "inline")
    await enter(client, sign_ins, "ravi")
    assert (await client.get(place)).status_code == 404
    assert (await client.get(f"/api/objects/follow_up/records/{record}")).status_code == 404


async def test_what_is_larger_than_the_setting_is_refused_with_the_limit(settings: Settings, sign_ins: dict[str, str]) -> None:
    async with AsyncTestClient(build_app(dataclasses.replace(settings, max_file_bytes=1000))) as client:
        client.headers.update({"Sec-Fetch-Site": "same-origin"})
        await enter(client, sign_ins, "mei")
        assert (await _put(client, "small.png", MAIL)).status_code == 201
        refused = await _put(client, "large.png", MAIL * 10)
        assert refused.status_code in (400, 413, 422), refused.text
        assert "1000" in refused.text.replace(",", "").replace(" ", "") or "1 kB" in refused.text, refused.text
