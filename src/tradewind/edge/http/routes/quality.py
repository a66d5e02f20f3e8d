"""Data quality: figures of each object that is looked after, and what no longer passes."""

from __future__ import annotations

from litestar import Response, get, post

from tradewind.edge.http.guard import needs
from tradewind.edge.http.running import AnyRequest, answer, asked
from tradewind.jobs.queue import enqueue, standing, wake
from tradewind.kernel.problems import UnknownObject
from tradewind.records import quality
from tradewind.records.visible import known_object


@get("/api/quality", opt=needs("data"))
async def all_reports(request: AnyRequest) -> Response[bytes]:
    """The last look at each object, the one before, and the scores so far; objects that wait for their first look have none."""
    ask = asked(request)
    async with ask.database.reading() as connection:
        running = {key: await standing(connection, quality.JOB, key) for key in ask.catalog.quality}
    reports = await quality.reports(ask.database, ask.catalog)
    return answer({"objects": sorted(ask.catalog.quality), "reports": reports, "jobs": running})


@post("/api/quality/{key:str}", opt=needs("data"), status_code=202)
async def look(request: AnyRequest, key: str) -> Response[bytes]:
    """Has the object looked at now."""
    ask = asked(request)
    if key not in ask.catalog.quality or key not in ask.catalog.objects:
        raise UnknownObject(object=key)
    async with ask.database.transaction() as connection:
        await enqueue(connection, quality.JOB, {"object": key}, ask.clock, key=key)
    await wake(ask.database)
    return answer({}, status=202)


@get("/api/quality/{key:str}/invalid", opt=needs("data"))
async def invalid(request: AnyRequest, key: str, field: str = "") -> Response[bytes]:
    """Values that no longer pass their field's check, where the reader sees them."""
    ask = asked(request)
    known_object(ask.catalog, ask.actor, key)
    return answer(await quality.invalid_values(ask.database, ask.catalog, ask.actor, key, field, ask.clock))


ROUTES = (all_reports, look, invalid)
