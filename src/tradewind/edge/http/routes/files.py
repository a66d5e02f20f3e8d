"""Uploads, and downloads that no browser can be made to run."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from tradewind.edge.http.guard import needs
from tradewind.edge.http.running import AnyRequest, answer, asked, uuid_in
from tradewind.records import attachments


@post("/api/files", opt=needs("person", body="multipart/form-data"), status_code=201)
async def upload(request: AnyRequest, data: Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)]) -> Response[bytes]:
    """Takes one file in; a record written by the same person within a day may then name its id."""
    ask = asked(request)
    body = await data.read()
    made = await attachments.stage(ask.database, ask.running.files, ask.actor, data.filename, body, ask.running.settings.max_file_bytes, ask.clock)
    return answer(made, status=201)


@get("/api/objects/{key:str}/records/{record:str}/files/{field:str}/{file:str}", opt=needs("signed_in"))
async def download(request: AnyRequest, key: str, record: str, field: str, file: str) -> Response[bytes]:
    """The file, to show in place when its bytes prove to be an image or a PDF, else only to save."""
    ask = asked(request)
    found, body = await attachments.read(ask.database, ask.running.files, ask.catalog, ask.actor, key, uuid_in(record), field, uuid_in(file), ask.clock)
    shown = found.media_type in attachments.SHOWN and "save" not in request.query_params
    headers = {
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'",
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=found.media_type if shown else "application/octet-stream", headers=headers)


ROUTES = [upload, download]
