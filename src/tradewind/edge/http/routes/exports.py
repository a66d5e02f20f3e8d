"""Exports: what a file would hold, the file made by the worker, its way to its owner; limits and alerts for administrators."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, delete, get, post, put
from litestar.response import Stream

from tradewind.edge.http.guard import needs
from tradewind.edge.http.problems import language_of
from tradewind.edge.http.running import AnyRequest, answer, asked, uuid_in
from tradewind.kernel.json import Json
from tradewind.kernel.messages import has, say
from tradewind.records.exports import alerts, giving, policy, runs
from tradewind.records.exports.wanted import Wanted


@post("/api/objects/{key:str}/exports/preview", opt=needs("signed_in", reads=True), status_code=200)
async def preview(request: AnyRequest, key: str, data: Wanted) -> Response[bytes]:
    """What the file would hold: how many records, which columns are masked for the asker, what the limits leave him today."""
    ask = asked(request)
    return answer(await runs.preview(ask.database, ask.catalog, ask.actor, key, data, ask.clock))


@post("/api/objects/{key:str}/exports", opt=needs("signed_in", reads=True), status_code=202)
async def begin(request: AnyRequest, key: str, data: Wanted) -> Response[bytes]:
    """Has the file made, with the rights the asker has while it is made; the export's id. Ask for its state under /api/exports."""
    ask = asked(request)
    return answer({"id": await runs.begin(ask.database, ask.catalog, ask.actor, key, data, ask.clock)}, status=202)


@get("/api/exports", opt=needs("signed_in"))
async def listed(request: AnyRequest) -> Response[bytes]:
    """The asker's exports of the last seven days."""
    ask = asked(request)
    return answer([_shown(request, run) for run in await runs.listed(ask.database, ask.actor, ask.clock)])


@get("/api/exports/{identity:str}", opt=needs("signed_in"))
async def one(request: AnyRequest, identity: str) -> Response[bytes]:
    """One of them, with its progress."""
    ask = asked(request)
    return answer(_shown(request, await runs.get(ask.database, ask.actor, uuid_in(identity), ask.clock)))


@delete("/api/exports/{identity:str}", opt=needs("signed_in", reads=True), status_code=200)
async def end(request: AnyRequest, identity: str) -> Response[bytes]:
    """Calls it off, or throws its file away."""
    ask = asked(request)
    await runs.end(ask.database, ask.running.files, ask.actor, uuid_in(identity), ask.clock)
    return answer({})


@post("/api/exports/{identity:str}/again", opt=needs("signed_in", reads=True), status_code=202)
async def again(request: AnyRequest, identity: str) -> Response[bytes]:
    """The same once more, under today's rights; the new export's id."""
    ask = asked(request)
    return answer({"id": await runs.again(ask.database, ask.catalog, ask.actor, uuid_in(identity), ask.clock)}, status=202)


@get("/api/exports/{identity:str}/check", opt=needs("signed_in"))
async def check(request: AnyRequest, identity: str) -> Response[bytes]:
    """Whether the asker would get the file now: nothing, or the problem that the file would be refused with."""
    ask = asked(request)
    await giving.check(ask.database, ask.running.files, ask.catalog, ask.actor, uuid_in(identity), ask.clock)
    return answer({})


@get("/api/exports/{identity:str}/file", opt=needs("signed_in"))
async def file(request: AnyRequest, identity: str) -> Stream:
    """The file, for a day; refused when the asker's rights over its records became narrower since."""
    ask = asked(request)
    given = await giving.give(ask.database, ask.running.files, ask.catalog, ask.actor, uuid_in(identity), ask.clock)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(given.name, safe='')}",
        "Content-Length": str(given.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Stream(given.blocks, media_type="application/octet-stream", headers=headers)


@get("/api/export-policy", opt=needs("audit"))
async def policy_now(request: AnyRequest) -> Response[bytes]:
    """The limits of exports, and from when on an export is worth an alert."""
    async with asked(request).database.reading() as connection:
        return answer(await policy.current(connection))


@put("/api/export-policy", opt=needs("roles"))
async def set_policy(request: AnyRequest, data: policy.SetPolicy) -> Response[bytes]:
    """Sets them; logged."""
    ask = asked(request)
    return answer(await policy.change(ask.database, ask.actor, data, ask.clock))


@get("/api/export-alerts", opt=needs("audit"))
async def alerts_now(request: AnyRequest) -> Response[bytes]:
    """Who took unusually much; those nobody has looked into first."""
    return answer(await alerts.listed(asked(request).database))


@post("/api/export-alerts/{identity:str}/seen", opt=needs("audit"), status_code=200)
async def seen(request: AnyRequest, identity: str) -> Response[bytes]:
    """Somebody has looked into it; logged."""
    ask = asked(request)
    await alerts.see(ask.database, ask.actor, uuid_in(identity), ask.clock)
    return answer({})


def _shown(request: AnyRequest, run: runs.Run) -> dict[str, Any]:
    """A run with its problem's sentences in the reader's language."""
    made: dict[str, Any] = msgspec.structs.asdict(run)
    code, params = made.pop("problem"), made.pop("params")
    made["problem"] = _problem(request, code, params) if code else None
    return made


def _problem(request: AnyRequest, code: str, params: dict[str, Json]) -> dict[str, Json]:
    language = language_of(request)
    own = f"problems.{code}.rules.{params.get('rule', '')}"
    parts: dict[str, Json] = {part: say(language, f"problems.{code}.{part}", params) for part in ("title", "next")}
    return {"code": code, **parts, "detail": say(language, own if has(language, own) else f"problems.{code}.detail", params)}


ROUTES = (preview, begin, listed, one, end, again, check, file, policy_now, set_policy, alerts_now, seen)
