"""Blobs on disk under random keys; knows no rights and no names."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from tradewind.kernel.problems import DiskFull, NotFound, TooLarge

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_KEY = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a blob lies, how long it is and its SHA-256."""

    key: str
    size: int
    digest: bytes


class FileStore:
    """A folder of blobs, two levels deep. No text of a user is ever part of a path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, body: bytes, *, limit: int) -> Stored:
        """Stores it for good before it returns. Raises TooLarge, and DiskFull with nothing left behind."""
        if len(body) > limit:
            raise TooLarge(maximum=limit)
        key = secrets.token_hex(20)
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
        except OSError as failure:
            path.unlink(missing_ok=True)
            if failure.errno in _FULL:
                raise DiskFull() from failure
            raise
        return Stored(key, len(body), hashlib.sha256(body).digest())

    def get(self, key: str) -> bytes:
        """The blob. Raises NotFound."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as failure:
            raise NotFound() from failure

    def delete(self, key: str) -> None:
        """Removes it; one that is gone already is fine."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFound()
        return self._folder / key[:2] / key[2:4] / key
