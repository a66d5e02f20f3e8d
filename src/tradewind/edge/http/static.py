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
PACKED = ".gz"
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent: plain, and gzipped where the build left a smaller form beside it."""

    body: bytes
    packed: bytes | None
    media_type: str
    tag: str


@cache
def files(folder: Path = FOLDER) -> Mapping[str, StaticFile]:
    """All files below the folder by their address; none where the studio was not built."""
    found: dict[str, StaticFile] = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.is_file() and not path.is_symlink() and path.suffix != PACKED:
            body, beside = path.read_bytes(), path.with_name(path.name + PACKED)
            packed = beside.read_bytes() if beside.is_file() else None
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            found["/" + path.relative_to(folder).as_posix()] = StaticFile(body, packed, kind, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
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
    packed = file.packed if _takes_gzip(request.headers.get("accept-encoding", "")) else None
    tag = file.tag if packed is None else f'{file.tag[:-1]}-gz"'
    headers = {"ETag": tag, "Cache-Control": _FOREVER if path.startswith("/assets/") else "no-cache", "Vary": "Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    if packed is not None:
        headers["Content-Encoding"] = "gzip"
    return Response(file.body if packed is None else packed, media_type=file.media_type, headers=headers)


def _takes_gzip(accepted: str) -> bool:
    """Whether the browser takes gzip (RFC 9110, 12.5.3): named, and not with a weight of nothing."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        if coding in ("gzip", "*"):
            return weight.strip("0.") != "" if weight else True
    return False
