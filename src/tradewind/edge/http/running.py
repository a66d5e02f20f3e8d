"""What a web process holds while it runs, and what one request asks with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.catalog.snapshot import CatalogHolder, refresh
from tradewind.files.store import FileStore
from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import InvalidRequest, NotFound
from tradewind.kernel.settings import Settings
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Database
from tradewind.records.live import Notes

AnyRequest = Request[Any, Any, Any]
AnyConnection = ASGIConnection[Any, Any, Any, Any]

_NOT_MODIFIED = 304
_encoder = msgspec.json.Encoder(decimal_format="string")


@dataclass(frozen=True, slots=True)
class Running:
    """Everything the routes need, made once at start."""

    settings: Settings
    database: Database
    holder: CatalogHolder
    files: FileStore
    clock: Clock
    notes: Notes

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
    for key, value in connection.scope["headers"]:
        if key == wanted:
            return value.decode("latin-1")
    return None


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


class Ready(Response[bytes]):
    """JSON bytes and headers that are sent as they are; it takes no cookies."""

    def __init__(self, body: bytes, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:  # pyright: ignore[reportMissingSuperCall]
        kind = ((b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)))
        self._start: Message = {"type": "http.response.start", "status": status, "headers": [*headers, *(kind if status != _NOT_MODIFIED else ())]}
        self._body: Message = {"type": "http.response.body", "body": body, "more_body": False}

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIApp:  # pyright: ignore[reportIncompatibleMethodOverride]
        """What the framework calls to send it."""
        return self._send

    async def _send(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send(self._start)
        await send(self._body)


def answer(value: object, *, status: int = 200) -> Response[bytes]:
    """JSON that must not be kept by anybody: bytes as they are, anything else encoded."""
    return Ready(value if isinstance(value, bytes) else encoded(value), status, ((b"cache-control", b"no-store"),))


def tagged(request: AnyRequest, body: bytes) -> Response[bytes]:
    """JSON with an ETag of its bytes; 304 without a body when the reader has it already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = ((b"etag", tag.encode()), (b"cache-control", b"private, no-cache"), (b"vary", b"Cookie, Authorization"))
    if sent := header(request, "if-none-match"):
        known = {part.strip().removeprefix("W/") for part in sent.split(",")}
        if tag in known or "*" in known:
            return Ready(b"", _NOT_MODIFIED, headers)
    return Ready(body, 200, headers)
