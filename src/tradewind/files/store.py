"""Blobs on disk under random keys; knows no rights and no names."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tradewind.kernel.problems import NotFound, TooLarge

_KEY = re.compile(r"[0-9a-f]{40}")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a blob lies, how long it is and its SHA-256."""

    key: str
    size: int
    digest: bytes


def new_key() -> str:
    """A fresh random key, for who writes it down before the blob is there."""
    return secrets.token_hex(20)


class FileStore:
    """A folder of blobs, two levels deep. No text of a user is ever part of a path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, body: bytes, *, limit: int) -> Stored:
        """Stores it for good before it returns. Raises TooLarge."""
        if len(body) > limit:
            raise TooLarge(maximum=limit)
        key = new_key()
        with self._fresh(key) as file:
            file.write(body)
        return Stored(key, len(body), hashlib.sha256(body).digest())

    async def put_stream(self, key: str, blocks: AsyncIterator[bytes], *, limit: int) -> Stored:
        """Stores what comes in under the key, never more than a block of it in memory. Raises TooLarge; nothing stays of what was not stored whole."""
        digest, size, waiting = hashlib.sha256(), 0, bytearray()
        file = await asyncio.to_thread(self._open_fresh, key)
        try:
            async for block in blocks:
                size += len(block)
                if size > limit:
                    raise TooLarge(maximum=limit)
                digest.update(block)
                waiting += block
                if len(waiting) >= _BLOCK:
                    await asyncio.to_thread(file.write, bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(self._finish, file, bytes(waiting))
        except BaseException:
            file.close()
            self.delete(key)
            raise
        return Stored(key, size, digest.digest())

    def put_file(self, key: str, source: Path) -> Stored:
        """Stores a copy of a file under the key."""
        digest, size = hashlib.sha256(), 0
        with source.open("rb") as given, self._fresh(key) as file:
            while block := given.read(_BLOCK):
                digest.update(block)
                size += len(block)
                file.write(block)
        return Stored(key, size, digest.digest())

    def get(self, key: str) -> bytes:
        """The blob. Raises NotFound."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as failure:
            raise NotFound() from failure

    @contextmanager
    def local(self, key: str) -> Generator[Path]:
        """The blob as a file that a program can read while the context lasts; nobody may write to it. Raises NotFound."""
        path = self._path(key)
        if not path.exists():
            raise NotFound()
        yield path

    def delete(self, key: str) -> None:
        """Removes it; one that is gone already is fine."""
        self._path(key).unlink(missing_ok=True)

    @contextmanager
    def _fresh(self, key: str) -> Generator[BinaryIO]:
        file = self._open_fresh(key)
        try:
            yield file
            self._finish(file, b"")
        except BaseException:
            file.close()
            self.delete(key)
            raise

    def _open_fresh(self, key: str) -> BinaryIO:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")

    def _finish(self, file: BinaryIO, rest: bytes) -> None:
        file.write(rest)
        file.flush()
        os.fsync(file.fileno())
        file.close()

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFound()
        return self._folder / key[:2] / key[2:4] / key
