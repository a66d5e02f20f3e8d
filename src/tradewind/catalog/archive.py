"""Files as one zip, the same bytes every time; and a zip from outside read within limits: nothing of it ever reaches the disk."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping

from tradewind.kernel.json import Json
from tradewind.kernel.problems import UnreadableDefinitions

MOST_BYTES = 8_000_000
"""Of a zip, packed and unpacked."""
MOST_ENTRIES = 4_000
_MOST_DIRECTORY = 1_000_000
_LONGEST_NAME = 200
_END = b"PK\x05\x06"
_END_SIZE = 22
_BEGINNING = (1980, 1, 1, 0, 0, 0)
_SAFE = re.compile(r"[^\\:\x00-\x1f]+")
_JUNK = ("__MACOSX/", ".")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of the files in the order of their paths. Stored and not compressed: what a compressor makes changes with its version."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _BEGINNING)
            entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, files[path])
    return made.getvalue()


def is_zip(body: bytes) -> bool:
    """Whether it begins like one."""
    return body[:4] in (b"PK\x03\x04", _END)


def unpacked(body: bytes) -> dict[str, bytes]:
    """The files of a zip by path, without a folder that holds all of them.

    Raises UnreadableDefinitions for what is no zip, is too large unpacked, is encrypted, or names a place outside itself.
    """
    if len(body) > MOST_BYTES:
        raise _refused("size", most=MOST_BYTES // 1_000_000)
    _look_at_end(body)
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return _inside(_read(archive))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, UnicodeDecodeError, ValueError) as failure:
        raise _refused("damaged") from failure


def _look_at_end(body: bytes) -> None:
    """How many entries there are is told at the end; asked before anything is made of them."""
    at = len(body) - _END_SIZE
    if body[at : at + 4] != _END or body[-2:] != b"\0\0":
        at = body.rfind(_END, max(0, at - 65_535))
    if at < 0 or at + _END_SIZE > len(body):
        raise _refused("damaged")
    entries, directory = struct.unpack_from("<H", body, at + 10)[0], struct.unpack_from("<L", body, at + 12)[0]
    if entries > MOST_ENTRIES or directory > _MOST_DIRECTORY:
        raise _refused("entries", most=MOST_ENTRIES)


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    if len(archive.infolist()) > MOST_ENTRIES:
        raise _refused("entries", most=MOST_ENTRIES)
    for entry in archive.infolist():
        path = entry.filename
        if not _is_inside(path) or stat.S_ISLNK(entry.external_attr >> 16):
            raise _refused("name", name=path[:_LONGEST_NAME])
        if entry.is_dir() or any(part.startswith(".") for part in path.split("/")) or path.startswith(_JUNK):
            continue
        if entry.flag_bits & 1:
            raise _refused("encrypted", name=path)
        if entry.compress_type not in _METHODS:
            raise _refused("method", name=path)
        if path in found:
            raise _refused("doubled", name=path)
        with archive.open(entry) as file:
            found[path] = file.read(left + 1)
        left -= len(found[path])
        if left < 0:
            raise _refused("size", most=MOST_BYTES // 1_000_000)
    return found


def _is_inside(path: str) -> bool:
    """Whether the path stays below where a zip is unpacked; nothing is, but who sends another one means no good."""
    return len(path) <= _LONGEST_NAME and bool(_SAFE.fullmatch(path)) and not path.startswith("/") and ".." not in path.split("/")


def _inside(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without the one folder that file managers put around what they pack."""
    tops = {path.partition("/")[0] for path in files}
    if len(tops) == 1 and all(path.count("/") > 0 for path in files):
        (top,) = tops
        inner = {path.removeprefix(f"{top}/"): body for path, body in files.items()}
        if any(path == "pack.json" or "/" in path for path in inner):
            return inner
    return files


def _refused(rule: str, **params: Json) -> UnreadableDefinitions:
    return UnreadableDefinitions(pointer="/file", errors=(), rule=rule, **params)
