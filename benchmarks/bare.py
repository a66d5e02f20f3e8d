"""The floor a web process is measured against: the same server, pool and session check, and a handler that only sends the statement's bytes."""

from __future__ import annotations

import os
from http.cookies import SimpleCookie
from typing import Any

import msgspec

from tradewind.accounts.actors import session_statement
from tradewind.accounts.sign_in import IDLE, digest_of
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.sql import Sql
from tradewind.query.database.pool import Database, open_pool


def create() -> Any:
    """An ASGI application: path → statement, read from the file BENCH_STATEMENTS names (text and parameters per path)."""
    statements: dict[str, Sql] = {}
    with open(os.environ["BENCH_STATEMENTS"], "rb") as file:
        import pickle

        statements = pickle.loads(file.read())
    database: Database | None = None
    clock = SystemClock()

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        nonlocal database
        if scope["type"] != "http":
            return
        if database is None:
            database = await open_pool(os.environ["BENCH_URL"], size=16)
        headers = dict(scope["headers"])
        token = SimpleCookie(headers.get(b"cookie", b"").decode())["sid"].value
        if scope["method"] == "POST":
            message = await receive()
            msgspec.json.decode(message["body"])
        async with database.reading() as connection:
            if await connection.row(session_statement(digest_of(token), clock.now(), IDLE)) is None:
                raise PermissionError
        async with database.reading() as connection:
            body = await connection.bytes(statements[scope["path"]])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})

    return application


def main() -> None:
    from granian.constants import Interfaces
    from granian.server import Server

    os.environ.setdefault("GRANIAN_LOG_ACCESS_ENABLED", "false")
    Server(
        "benchmarks.bare:create", address="127.0.0.1", port=int(os.environ["BENCH_PORT"]), interface=Interfaces.ASGI, workers=1, factory=True, websockets=False
    ).serve()


if __name__ == "__main__":
    main()
