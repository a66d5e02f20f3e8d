"""The studio's files: read once at start, so that no part of an address ever becomes a path."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from litestar import Response, get

from tradewind.edge.http.guard import needs
from tradewind.edge.http.running import AnyRequest
from tradewind.kernel.problems import NotFound

FOLDER = Path(__file__).resolve().parents[1] / "static"
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    body: bytes
    media_type: str
    tag: str


@cache
def files(folder: Path = FOLDER) -> Mapping[str, StaticFile]:
    """All files below the folder by their address; none where the studio was not built."""
    found: dict[str, StaticFile] = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.is_file() and not path.is_symlink():
            body = path.read_bytes()
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            found["/" + path.relative_to(folder).as_posix()] = StaticFile(body, kind, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
    return found


@get(["/", "/{path:path}"], opt=needs("public"), include_in_schema=False, sync_to_thread=False)
def studio(request: AnyRequest, path: str = "/") -> Response[bytes]:
    """The file of that address; the studio itself for every address that names a screen."""
    known = files()
    file = known.get(path)
    if file is None and (path.startswith(("/api/", "/assets/")) or "." in path.rsplit("/", 1)[-1]):
        raise NotFound()
    file = file or known.get("/index.html")
    if file is None:
        raise NotFound()
    headers = {"ETag": file.tag, "Cache-Control": _FOREVER if path.startswith("/assets/") else "no-cache"}
    if file.tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    return Response(file.body, media_type=file.media_type, headers=headers)
