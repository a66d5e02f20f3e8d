"""Files that become objects: what is proposed, the imports that fill what was published, and the way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from tradewind.edge.http.guard import needs
from tradewind.edge.http.importing import import_of, problem_shown, shown
from tradewind.edge.http.problems import language_of
from tradewind.edge.http.running import AnyRequest, Asked, answer, asked, uuid_in
from tradewind.ingest import builds, objects
from tradewind.ingest.maps import ImportMap


class Building(msgspec.Struct, forbid_unknown_fields=True):
    """The publish that made the objects, and a map for each sheet, in the order in which they are imported."""

    change_set: UUID
    maps: tuple[ImportMap, ...]


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object."""


@post("/api/imports/{identity:str}/propose", opt=needs("build", reads=True), status_code=200)
async def propose(request: AnyRequest, identity: str, data: Nothing) -> Response[bytes]:
    """Objects that the file's sheets could become, with the maps that load them."""
    ask = asked(request)
    found = await import_of(ask, identity)
    made = await objects.proposed(ask.database, ask.running.files, ask.catalog, found, ask.actor.zone)
    return answer({"objects": made.objects, "maps": made.maps, "links": made.links})


@post("/api/imports/{identity:str}/build", opt=needs("build"), status_code=201)
async def begin(request: AnyRequest, identity: str, data: Building) -> Response[bytes]:
    """Imports the sheets into the objects that were published, one after another."""
    ask = asked(request)
    found = await import_of(ask, identity)
    made = await builds.begin(ask.database, ask.running.files, ask.catalog, ask.actor, found, data.change_set, data.maps, ask.clock)
    return await _answered(request, ask, made, 201)


@get("/api/imports/{identity:str}/build", opt=needs("build"))
async def of_import(request: AnyRequest, identity: str) -> Response[bytes]:
    """The build of a file; null where it became no objects."""
    ask = asked(request)
    found = await import_of(ask, identity)
    async with ask.database.reading() as connection:
        build = await builds.of_source(connection, found.id)
    return answer({"build": None if build is None else await _shown(request, ask, build)})


@post("/api/import-builds/{identity:str}/resume", opt=needs("build"), status_code=202)
async def resume(request: AnyRequest, identity: str, data: Nothing) -> Response[bytes]:
    """Goes on with what is left."""
    ask = asked(request)
    build = await _seen(ask, identity)
    await builds.resume(ask.database, build, ask.clock)
    return await _answered(request, ask, build.id, 202)


@post("/api/import-builds/{identity:str}/undo", opt=needs("build"), status_code=202)
async def undo(request: AnyRequest, identity: str, data: Nothing) -> Response[bytes]:
    """Takes records and objects back."""
    ask = asked(request)
    build = await _seen(ask, identity)
    await builds.undo(ask.database, build, ask.clock)
    return await _answered(request, ask, build.id, 202)


async def _seen(ask: Asked, identity: str) -> builds.Build:
    """A build of a file the actor may see. Raises NotFound."""
    async with ask.database.reading() as connection:
        build = await builds.one(connection, uuid_in(identity))
    await import_of(ask, str(build.source))
    return build


async def _answered(request: AnyRequest, ask: Asked, identity: UUID, status: int) -> Response[bytes]:
    async with ask.database.reading() as connection:
        build = await builds.one(connection, identity)
    return answer({"build": await _shown(request, ask, build)}, status=status)


async def _shown(request: AnyRequest, ask: Asked, build: builds.Build) -> dict[str, Any]:
    language = language_of(request)
    async with ask.database.reading() as connection:
        found = await builds.members_of(connection, build)
    members = [{**await shown(ask, language, one, whole=False), "map": one.map} for one in found]
    return {**builds.shown(build), "imports": members, "problem": problem_shown(language, build.problem)}


ROUTES = (propose, begin, of_import, resume, undo)
