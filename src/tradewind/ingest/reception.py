"""An uploaded file comes in as a stream, is read in a child process, and lies in the file store as one canonical csv for each sheet."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from uuid import UUID

import msgspec

from tradewind.accounts import people
from tradewind.files.store import FileStore, Stored, new_key
from tradewind.ingest import runs
from tradewind.ingest.ground import UPLOAD, Beat, Ground, bad_rows_of, key_of
from tradewind.ingest.reading import ColumnFound, Reading, convert
from tradewind.jobs.queue import enqueue, wake
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import canonical
from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import cast_param, join, param, raw
from tradewind.metadata.actors import Actor
from tradewind.query.database.pool import Connection, Database

READ_JOB = "import_read"
_LONGEST_NAME = 200
_MOST_NAMES = 10_000
_BEAT = 2.0


def shown_name(given: str) -> str:
    """The file's own name without its folders. Raises InvalidValue for none."""
    name = "".join(letter for letter in given.replace("\\", "/").rpartition("/")[2] if letter.isprintable()).strip()[:_LONGEST_NAME]
    if not name:
        raise InvalidValue(pointer="/name", rule="empty_file")
    return name


async def receive(database: Database, files: FileStore, actor: Actor, file_name: str, blocks: AsyncIterator[bytes], limit: int, clock: Clock) -> UUID:
    """Takes a file in and has it read; the id of its import. Raises TooLarge, InvalidValue for an empty file."""
    name, key = shown_name(file_name), new_key()
    async with database.transaction() as connection:
        identity = await runs.begin(connection, actor, name, clock)
        await _announce_file(connection, identity, UPLOAD, key, clock)
    try:
        stored = await files.put_stream(key, blocks, limit=limit)
        if not stored.size:
            raise InvalidValue(pointer="/data", rule="empty_file")
        async with database.transaction() as connection:
            await _came_in(connection, identity, stored)
            await enqueue(connection, READ_JOB, {"import": str(identity)}, clock, key=str(identity))
    except BaseException:
        await asyncio.shield(_forget(database, files, identity, key))
        raise
    await wake(database)
    return identity


async def _forget(database: Database, files: FileStore, identity: UUID, key: str) -> None:
    """An upload that did not come in whole leaves nothing."""
    files.delete(key)
    async with database.transaction() as connection:
        await connection.execute(raw("DELETE FROM system.imports WHERE id = ") + param(identity))


async def _announce_file(connection: Connection, identity: UUID, number: int, key: str, clock: Clock) -> None:
    """Written down before the blob is there, so that a blob nobody knows of never lies about."""
    values = [key, identity, number, clock.now()]
    await connection.execute(
        raw("INSERT INTO system.import_files (storage_key, import, sheet, at) VALUES (") + join(", ", [param(one) for one in values]) + raw(")")
    )


async def _came_in(connection: Connection, identity: UUID, stored: Stored) -> None:
    await connection.execute(
        raw("UPDATE system.imports SET size = ") + param(stored.size) + raw(", digest = ") + param(stored.digest) + raw(" WHERE id = ") + param(identity)
    )


async def put_in(ground: Ground, identity: UUID, path: Path) -> None:
    """A file of this machine becomes the import's upload, in place of one it had."""
    await clear_files(ground.database, ground.files, identity)
    key = new_key()
    async with ground.database.transaction() as connection:
        await _announce_file(connection, identity, UPLOAD, key, ground.clock)
    stored = await asyncio.to_thread(ground.files.put_file, key, path)
    async with ground.database.transaction() as connection:
        await _came_in(connection, identity, stored)


async def read(ground: Ground, identity: UUID, beat: Beat) -> None:
    """Reads the upload; the import waits for a map then. Raises UnreadableFile."""
    async with ground.database.reading() as connection:
        one = await runs.one(connection, identity)
        if one.state != "reading":
            return
        upload = await key_of(connection, identity, UPLOAD)
        names = [person.name for person in await people.listed(connection, limit=_MOST_NAMES)]
        header_rows = await _header_rows(connection, identity)
    await clear_files(ground.database, ground.files, identity, but=upload)
    with tempfile.TemporaryDirectory(prefix="tw-import-") as name, ground.files.local(upload) as path:
        folder = Path(name)
        found = await _converted(ground, one, path, folder, names, header_rows, beat)
        for number, sheet in enumerate(found.sheets):
            await _keep_sheet(ground, identity, number, folder / sheet.file)
            if sheet.bad_file:
                await _keep_sheet(ground, identity, bad_rows_of(number), folder / sheet.bad_file)
    async with ground.database.transaction() as connection:
        await runs.set_state(
            connection, identity, "mapping", ground.clock, of=("reading",), found=found, shape=shape_of(found.sheets[0].columns) if found.sheets else ""
        )  # fmt: skip


async def _header_rows(connection: Connection, identity: UUID) -> dict[str, int]:
    """The rows of headings that somebody chose, by sheet."""
    found = await connection.value(raw("SELECT header_rows FROM system.imports WHERE id = ") + param(identity))
    return msgspec.convert(found or {}, dict[str, int])


async def _converted(ground: Ground, one: runs.Import, path: Path, folder: Path, names: Sequence[str], header_rows: Mapping[str, int], beat: Beat) -> Reading:
    """Reads in a thread; when the job ends meanwhile, the child process does too."""
    rows, over = [0], threading.Event()

    def progress(count: int) -> None:
        rows[0] = count
        if over.is_set():
            raise _Over

    reading = asyncio.create_task(
        asyncio.to_thread(convert, path, one.file_name, folder, ground.limits, header_rows=header_rows, people=names, on_progress=progress)
    )
    try:
        while not (await asyncio.wait([reading], timeout=_BEAT))[0]:
            await beat()
            async with ground.database.transaction() as connection:
                await runs.advance(connection, one.id, ground.clock, counts=runs.Counts(rows=rows[0]))
        return reading.result()
    except BaseException:
        over.set()
        await asyncio.wait([reading])
        raise


class _Over(Exception):
    """The reading is no longer wanted."""


async def clear_files(database: Database, files: FileStore, identity: UUID, *, but: str = "") -> None:
    """Removes the files of an import, those a killed process left among them."""
    condition = raw(" WHERE import = ") + param(identity) + raw(" AND storage_key <> ") + param(but)
    async with database.reading() as connection:
        keys = [row[0] for row in await connection.rows(raw("SELECT storage_key FROM system.import_files") + condition)]
    for key in keys:
        files.delete(key)
    async with database.transaction() as connection:
        await connection.execute(raw("DELETE FROM system.import_files") + condition + raw(" AND storage_key = ANY(") + cast_param(keys, "text[]") + raw(")"))


async def _keep_sheet(ground: Ground, identity: UUID, number: int, path: Path) -> None:
    key = new_key()
    async with ground.database.transaction() as connection:
        await _announce_file(connection, identity, number, key, ground.clock)
    await asyncio.to_thread(ground.files.put_file, key, path)


def shape_of(columns: Sequence[ColumnFound]) -> str:
    """By what a file of the same form is known again: the digest of its headers, small and capital letters, spaces and order alike."""
    names = sorted(" ".join((column.header or column.name).casefold().split()) for column in columns)
    return hashlib.sha256(canonical(list(names))).hexdigest()[:32]
