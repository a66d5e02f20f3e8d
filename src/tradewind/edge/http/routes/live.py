"""The live stream: names of objects whose records became stale, nothing of the records."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.response import Stream

from tradewind.edge.http.guard import needs
from tradewind.edge.http.running import AnyRequest, Asked, asked, encoded
from tradewind.records.live import concerns

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_LONGEST = timedelta(minutes=10)


class Note(msgspec.Struct, frozen=True):
    object: str
    ids: tuple[UUID, ...]
    fields: tuple[str, ...] | None = None
    person: UUID | None = None
    """Of interest to one person alone: notices."""


@get("/api/live", opt=needs("person"))
async def live(request: AnyRequest) -> Stream | Response[bytes]:
    """Server-sent events `stale`, for objects the reader sees, when a changed record is in his scope."""
    return Stream(events(asked(request)), media_type="text/event-stream", headers=_HEADERS)


async def events(ask: Asked) -> AsyncGenerator[bytes]:
    """What the stream says. It ends after a while, and the reader asks again with the rights he has then."""
    until = ask.clock.now() + _LONGEST
    async for payload in ask.running.notes.reading():
        if ask.clock.now() >= until:
            return
        if payload is None:
            yield b": here\n\n"
            continue
        note = msgspec.json.decode(payload, type=Note)
        if note.person is not None:
            if note.person == ask.actor.person:
                yield _stale(note)
        elif await concerns(ask.database, ask.running.holder.current, ask.actor, note.object, note.ids, note.fields, ask.clock.now()):
            yield _stale(note)


def _stale(note: Note) -> bytes:
    return b"event: stale\ndata: " + encoded({"object": note.object}) + b"\n\n"


ROUTES = (live,)
