"""Definitions out to files and in from them: one zip with the layout of a pack, looked through before anything is published."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from tradewind.accounts.actors import system_rights
from tradewind.catalog import incoming, outgoing, publish
from tradewind.catalog.archive import MOST_BYTES, is_zip, packed, unpacked
from tradewind.catalog.files import Collection, collect, collect_one, layout
from tradewind.catalog.incoming import Incoming, Way
from tradewind.catalog.installed import installed
from tradewind.edge.http.guard import needs
from tradewind.edge.http.routes.definitions import handed_in, listed, logged, steps
from tradewind.edge.http.running import AnyRequest, Asked, answer, asked
from tradewind.kernel.problems import Forbidden, InvalidDefinition, InvalidRequest, UnreadableDefinitions

_BODY = "multipart/form-data"
_ENVELOPE = 300_000
"""Bytes a form may have around its file: the choices."""
_MOST_PROBLEMS = 200


class Choices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which definitions are taken in and how, by "kind/key"; `base` has the versions that were looked at."""

    take: dict[str, Way] = {}
    base: dict[str, int] = {}
    title: str = ""


@dataclass
class FileGiven:
    """A zip with the layout of a pack, or one JSON file with one definition or a list of them."""

    file: UploadFile


@dataclass
class FileChosen:
    """The same file again, and as JSON what is taken of it."""

    file: UploadFile
    choices: str


@get("/api/definitions/export", opt=needs("build"))
async def export(request: AnyRequest, objects: list[str] | None = None, pack: str = "", roles: bool = False) -> Response[bytes]:
    """Some objects with what belongs to them, a pack, or all: one zip, the same bytes as long as nothing is published."""
    ask = asked(request)
    if roles and not _may_roles(ask):
        raise Forbidden(right="roles")
    if pack:
        async with ask.database.reading() as connection:
            found = await outgoing.of_pack(connection, ask.catalog, pack, roles=roles)
    elif objects:
        found = outgoing.of_objects(ask.catalog, objects, roles=roles)
    else:
        found = outgoing.everything(ask.catalog, roles=roles)
    body = await asyncio.to_thread(lambda: packed(layout(found.head, found.definitions)))
    headers = {"Content-Disposition": f'attachment; filename="{pack or "definitions"}.zip"', "Cache-Control": "private, no-store"}
    return Response(body, media_type="application/zip", headers=headers)


@post("/api/definitions/import/review", opt=needs("build", reads=True, body=_BODY), status_code=200, request_max_body_size=MOST_BYTES + _ENVELOPE)
async def review(request: AnyRequest, data: Annotated[FileGiven, Body(media_type=RequestEncodingType.MULTI_PART)]) -> Response[bytes]:
    """What each definition of the file would change here: new, changed, same, or refused with the place. Nothing is kept."""
    ask = asked(request)
    given, found = await _reviewed(ask, data.file)
    return answer({"pack": msgspec.to_builtins(given.head) if given.head.key else None, "definitions": [_shown(one) for one in found]})


@post("/api/definitions/import/plan", opt=needs("build", reads=True, body=_BODY), status_code=200, request_max_body_size=MOST_BYTES + _ENVELOPE)
async def plan(request: AnyRequest, data: Annotated[FileChosen, Body(media_type=RequestEncodingType.MULTI_PART)]) -> Response[bytes]:
    """What publishing the chosen definitions would do, and what is wrong with the choice."""
    ask = asked(request)
    choices = _choices(data.choices)
    _, found = await _reviewed(ask, data.file)
    try:
        made = await publish.plan(ask.database, ask.catalog, incoming.taken(found, choices.take))
    except InvalidDefinition as problem:
        return answer({"operations": [], "problems": [listed(one) for one in (problem.errors or (problem,))[:_MOST_PROBLEMS]]})
    return answer(steps(made))


@post("/api/definitions/import/publish", opt=needs("build", body=_BODY), status_code=200, request_max_body_size=MOST_BYTES + _ENVELOPE)
async def publishing(request: AnyRequest, data: Annotated[FileChosen, Body(media_type=RequestEncodingType.MULTI_PART)]) -> Response[bytes]:
    """Publishes the chosen definitions as one change set, which can be undone. What takes long answers 202 and goes on as a job."""
    ask = asked(request)
    choices = _choices(data.choices)
    if not choices.take:
        raise UnreadableDefinitions(pointer="/choices", rule="nothing")
    given, found = await _reviewed(ask, data.file)
    definitions = incoming.taken(found, choices.take)
    async with ask.database.reading() as connection:
        origin = incoming.origin(given.head, found, choices.take, await installed(connection))
    made = await publish.hand_in(
        ask.database,
        definitions,
        ask.actor.person,
        ask.clock,
        origin=origin,
        title=choices.title[:200],
        base=incoming.versions_of(found, choices.take) | choices.base,
        log=logged(ask, "publish"),
        most_rows=ask.running.settings.rows_at_once,
    )
    await ask.running.refresh()
    return handed_in(made)


async def _reviewed(ask: Asked, file: UploadFile) -> tuple[Collection, list[Incoming]]:
    """The file read within its limits and compared with what is here, beside the loop that answers others. Raises UnreadableDefinitions."""
    body = await file.read()
    given = await asyncio.to_thread(_read, body, file.filename)
    catalog, known = await incoming.here(ask.database)
    return given, await asyncio.to_thread(incoming.review, catalog, known, given, roles=_may_roles(ask))


def _read(body: bytes, name: str) -> Collection:
    if is_zip(body):
        given = collect(unpacked(body))
    elif body.lstrip()[:1] in (b"{", b"["):
        given = collect_one(body, name[-100:].rpartition("/")[2] or "file.json")
    else:
        raise UnreadableDefinitions(pointer="/file", rule="kind")
    if not given.entries:
        raise UnreadableDefinitions(pointer="/file", rule="empty")
    return given


def _choices(text: str) -> Choices:
    try:
        return msgspec.json.decode(text, type=Choices)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as failure:
        raise InvalidRequest(pointer="/choices", rule="shape", said=str(failure)[:300]) from failure


def _may_roles(ask: Asked) -> bool:
    return "roles" in system_rights(ask.catalog, ask.actor)


def _shown(one: Incoming) -> dict[str, Any]:
    bodies = {way: {"kind": one.kind, **msgspec.to_builtins(body)} for way, body in one.ways.items()}
    before = None if one.before is None or not bodies else {"kind": one.kind, **msgspec.to_builtins(one.before)}
    return {
        "place": one.place,
        "kind": one.kind,
        "key": one.key,
        "state": one.state,
        "version": one.version,
        "before": before,
        "ways": bodies,
        "proposed": one.proposed,
        "problems": [listed(problem) for problem in one.problems[:_MOST_PROBLEMS]],
    }


ROUTES = (export, review, plan, publishing)
