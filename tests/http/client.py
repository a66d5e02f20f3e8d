"""A browser's place in tests: the application behind a client, and who is signed in."""

from __future__ import annotations

from typing import Any

from litestar.testing import AsyncTestClient

Client = AsyncTestClient[Any]


async def enter(client: Client, sign_ins: dict[str, str], who: str) -> None:
    client.cookies.clear()
    answer = await client.post("/api/session", json={"email": f"{who}@demo.example", "password": sign_ins[f"{who}@demo.example"]})
    assert answer.status_code == 200, answer.text
