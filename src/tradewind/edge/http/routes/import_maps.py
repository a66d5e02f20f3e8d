"""Import maps that people keep and share."""

from __future__ import annotations

import msgspec
from litestar import Response, delete, get, patch, post

from tradewind.edge.http.guard import needs
from tradewind.edge.http.importing import import_of
from tradewind.edge.http.running import AnyRequest, answer, asked, uuid_in
from tradewind.ingest import saved
from tradewind.ingest.maps import ImportMap


class Saving(msgspec.Struct, forbid_unknown_fields=True, rename={"of": "import"}):
    """A map under a name, for files of the shape of an import's."""

    name: str
    map: ImportMap
    shared: bool = False
    of: str | None = None


class Changing(msgspec.Struct, forbid_unknown_fields=True):
    name: str | None = None
    shared: bool | None = None
    map: ImportMap | None = None


@get("/api/import-maps", opt=needs("person"))
async def listing(request: AnyRequest) -> Response[bytes]:
    """His own maps and those that are shared."""
    ask = asked(request)
    async with ask.database.reading() as connection:
        return answer({"maps": await saved.listed(connection, ask.actor)})


@post("/api/import-maps", opt=needs("person"), status_code=201)
async def save(request: AnyRequest, data: Saving) -> Response[bytes]:
    """Keeps a map."""
    ask = asked(request)
    shape = "" if data.of is None else (await import_of(ask, data.of)).shape
    async with ask.database.transaction() as connection:
        return answer(await saved.create(connection, ask.actor, data.name, data.shared, shape, data.map, ask.clock), status=201)


@patch("/api/import-maps/{identity:str}", opt=needs("person"), status_code=200)
async def change(request: AnyRequest, identity: str, data: Changing) -> Response[bytes]:
    """Changes one of his own."""
    ask = asked(request)
    async with ask.database.transaction() as connection:
        return answer(await saved.change(connection, ask.actor, uuid_in(identity), data.name, data.shared, data.map))


@delete("/api/import-maps/{identity:str}", opt=needs("person"), status_code=200)
async def remove(request: AnyRequest, identity: str) -> Response[bytes]:
    """Forgets one of his own."""
    ask = asked(request)
    async with ask.database.transaction() as connection:
        await saved.delete(connection, ask.actor, uuid_in(identity))
    return answer({})


ROUTES = (listing, save, change, remove)
