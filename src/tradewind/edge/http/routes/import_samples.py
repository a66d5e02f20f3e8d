"""Imports before they are mapped: rows of a sheet, and the row that names its columns."""

from __future__ import annotations

import msgspec
from litestar import Response, get, post

from tradewind.edge.http.guard import needs
from tradewind.edge.http.importing import import_of, shown
from tradewind.edge.http.problems import language_of
from tradewind.edge.http.running import AnyRequest, answer, asked
from tradewind.ingest import headings, sampling
from tradewind.kernel.problems import InvalidRequest

_MOST = 200


class Heading(msgspec.Struct, forbid_unknown_fields=True):
    """Which row of a sheet names its columns, from 1; 0 says that none does."""

    row: int
    sheet: str = ""


@get("/api/imports/{identity:str}/sample", opt=needs("person"))
async def sample(request: AnyRequest, identity: str, sheet: str = "", after: int = 0, limit: int = 20) -> Response[bytes]:
    """Rows of a sheet as they stand in the file."""
    ask = asked(request)
    if not 1 <= limit <= _MOST or after < 0:
        raise InvalidRequest(rule="limit", maximum=_MOST, pointer="/limit")
    found = await sampling.rows(ask.database, ask.running.files, await import_of(ask, identity), sheet, after, limit)
    return answer({"rows": found})


@post("/api/imports/{identity:str}/header", opt=needs("person"), status_code=202)
async def header(request: AnyRequest, identity: str, data: Heading) -> Response[bytes]:
    """Has the file read again with another row of headings."""
    ask = asked(request)
    found = await import_of(ask, identity)
    await headings.read_again(ask.database, found, data.sheet, data.row, ask.clock)
    return answer(await shown(ask, language_of(request), await import_of(ask, identity)), status=202)


ROUTES = (sample, header)
