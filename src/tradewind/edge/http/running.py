"""What a web process holds while it runs, and what one request asks with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection

from tradewind.catalog.snapshot import CatalogHolder, refresh
from tradewind.files.store import FileStore
from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import InvalidRequest, NotFound
from tradewind.kernel.settings import Settings
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Database

AnyRequest = Request[Any, Any, Any]
AnyConnection = ASGIConnection[Any, Any, Any, Any]

_encoder = msgspec.json.Encoder(decimal_format="string")


@dataclass(frozen=True, slots=True)
class Running:
    """Everything the routes need, made once at start."""

    settings: Settings
    database: Database
    holder: CatalogHolder
    files: FileStore
    clock: Clock

    async def refresh(self) -> None:
        """Takes the newest catalogue now instead of at the next notice."""
        await refresh(self.database, self.holder)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request's view of it: who asks, and the catalogue that holds for the whole request."""

    running: Running
    catalog: Catalog
    actor: Actor

    @property
    def database(self) -> Database:
        return self.running.database

    @property
    def clock(self) -> Clock:
        return self.running.clock


def running_of(connection: AnyConnection) -> Running:
    """The process's Running."""
    return cast(Running, connection.app.state["running"])


def actor_of(connection: AnyConnection) -> Actor | None:
    """Who asks, once the guard has found out."""
    return cast(Actor | None, connection.scope["state"].get("actor"))


def request_id(connection: AnyConnection) -> str:
    """The id under which the log speaks of this request."""
    return str(connection.scope["state"].get("request_id", ""))


def header(connection: AnyConnection, name: str) -> str | None:
    """A request header by its lower-case name, without making a mapping of all of them."""
    wanted = name.encode()
    return next((value.decode("latin-1") for key, value in connection.scope["headers"] if key == wanted), None)


def address_of(connection: AnyConnection) -> str:
    """Where the request came from."""
    return connection.client.host if connection.client else ""


def asked(request: AnyRequest) -> Asked:
    """What the routes of signed-in people start from."""
    actor = actor_of(request)
    assert actor is not None  # noqa: S101 - the guard lets nobody else through
    running = running_of(request)
    return Asked(running, running.holder.current, actor)


def uuid_in(text: str, *, pointer: str = "") -> UUID:
    """An id of an address. What is no id does not exist; inside a body (`pointer`) it is a bad request."""
    try:
        return UUID(text)
    except ValueError:
        raise (InvalidRequest(pointer=pointer, rule="id") if pointer else NotFound()) from None


def encoded(value: object) -> bytes:
    """A value as JSON."""
    return _encoder.encode(value)


def answer(value: object, *, status: int = 200) -> Response[bytes]:
    """JSON that must not be kept by anybody: bytes as they are, anything else encoded."""
    body = value if isinstance(value, bytes) else encoded(value)
    return Response(body, status_code=status, media_type="application/json", headers={"Cache-Control": "no-store"})


def tagged(request: AnyRequest, body: bytes) -> Response[bytes]:
    """JSON with an ETag of its bytes; 304 without a body when the reader has it already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    known = {part.strip().removeprefix("W/") for part in (header(request, "if-none-match") or "").split(",")}
    if tag in known or "*" in known:
        return Response(b"", status_code=304, headers=headers, media_type="application/json")
    return Response(body, media_type="application/json", headers=headers)
