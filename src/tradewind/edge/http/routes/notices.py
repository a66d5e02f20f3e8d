"""Notices: what a person is told inside the studio."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Response, get, post

from tradewind.edge.http.guard import needs
from tradewind.edge.http.running import AnyRequest, answer, asked
from tradewind.respond.notifications import notices


class Marking(msgspec.Struct, forbid_unknown_fields=True):
    """Which notices (None: all of one's own), and whether they are read now or unread again."""

    ids: tuple[UUID, ...] | None = None
    read: bool = True


@get("/api/notices", opt=needs("person"))
async def own(request: AnyRequest) -> Response[bytes]:
    """One's own notices, newest first, and how many are unread."""
    ask = asked(request)
    return answer(await notices.notices(ask.database, ask.catalog, ask.actor, ask.clock))


@post("/api/notices/read", opt=needs("person"), status_code=200)
async def mark(request: AnyRequest, data: Marking) -> Response[bytes]:
    """Marks them; {"marked": how many changed}."""
    ask = asked(request)
    if data.read:
        return answer({"marked": await notices.mark_read(ask.database, ask.actor, data.ids, ask.clock)})
    return answer({"marked": await notices.mark_unread(ask.database, ask.actor, data.ids or ())})


ROUTES = (own, mark)
