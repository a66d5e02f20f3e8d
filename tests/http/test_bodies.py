"""Bodies are bounded: too large, too deep, not JSON or of another type, each route refuses with a clear problem and goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from litestar.testing import AsyncTestClient
from tests.http.client import Client, enter

from tradewind.edge.http.app import build_app
from tradewind.kernel.settings import Settings

MOST = 20_000
VALUES = {
    "key": "customer",
    "kind": "object",
    "other": "contact",
    "relation": "customer",
    "field": "name",
    "code": "record.stale",
    "version": "1",
    "number": "1",
}
NOWHERE = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
async def client(settings: Settings, sign_ins: dict[str, str]) -> AsyncIterator[Client]:
    async with AsyncTestClient(build_app(dataclasses.replace(settings, max_body_bytes=MOST, max_file_bytes=MOST))) as opened:
        opened.headers.update({"Sec-Fetch-Site": "same-origin"})
        await enter(opened, sign_ins, "admin")
        yield opened


async def _routes(client: Client) -> list[tuple[str, str]]:
    """Method and address of every route that takes a JSON body."""
    found: list[tuple[str, str]] = []
    for path, methods in (await client.get("/api/openapi.json")).json()["paths"].items():
        for method, operation in methods.items():
            if "application/json" in operation.get("requestBody", {}).get("content", {}):
                address = path
                for part in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
                    address = address.replace(f"{{{part}}}", VALUES.get(part, NOWHERE))
                found.append((method.upper(), address))
    assert len(found) > 20
    return found


async def _untold(client: Client, method: str, path: str) -> tuple[int, bytes, int]:
    """Sends pieces of a body that never ends and does not tell its length: status, answer, and how many pieces of 1 000 bytes were taken."""
    taken, said = 0, list[Any]()

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": b'{"x":"' + b"a" * 994 if taken == 1 else b"a" * 1000, "more_body": True}

    async def send(message: Any) -> None:
        said.append(message)

    cookie = "; ".join(f"{key}={value}" for key, value in client.cookies.items())
    headers = {"host": "testserver.local", "content-type": "application/json", "sec-fetch-site": "same-origin", "cookie": cookie}
    scope: Any = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "headers": [(key.encode(), value.encode()) for key, value in headers.items()], "client": ("127.0.0.1", 5), "server": ("testserver.local", 80), "state": {},
    }  # fmt: skip
    app: Any = client.app
    await app(scope, receive, send)
    return said[0]["status"], b"".join(message.get("body", b"") for message in said), taken


async def test_too_large_a_body_is_refused_whether_its_length_is_told_or_not(client: Client) -> None:
    for method, path in await _routes(client):
        told = await client.request(method, path, content=b'{"x":"' + b"a" * MOST + b'"}', headers={"Content-Type": "application/json"})
        assert (told.status_code, told.json()["code"]) == (413, "request.too_large"), (method, path, told.text)
        status, said, taken = await _untold(client, method, path)
        assert (status, msgspec.json.decode(said)["code"]) == (413, "request.too_large"), (method, path, said)
        assert taken <= MOST // 1000 + 2


@pytest.mark.parametrize("body", [b"[" * 9000, b'{"a":' * 3000, b"{", b"\xff\xfe", b"", b"null", b"5", b'"text"', b"[1]"])
async def test_what_is_no_object_is_refused_everywhere(client: Client, body: bytes) -> None:
    for method, path in await _routes(client):
        answer = await client.request(method, path, content=body, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500, (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json" and answer.json()["next"]


async def test_another_content_type_is_refused(client: Client) -> None:
    for method, path in await _routes(client):
        answer = await client.request(method, path, content=b'{"a":1}', headers={"Content-Type": "text/plain"})
        assert answer.status_code in (400, 415), (method, path, answer.text)


async def test_too_large_a_file_is_refused_and_the_next_is_taken(client: Client) -> None:
    large = await client.post("/api/files", files={"data": ("a.txt", b"a" * (MOST + 20_000))})
    assert (large.status_code, large.json()["code"]) == (413, "request.too_large")
    over = await client.post("/api/files", files={"data": ("a.txt", b"a" * (MOST + 1))})
    assert over.status_code == 413
    fits = await client.post("/api/files", files={"data": ("a.txt", b"a" * (MOST - 1000))})
    assert fits.status_code == 201, fits.text
