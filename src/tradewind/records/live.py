"""Open lists learn that they are stale; they learn nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from uuid import UUID

from tradewind.kernel.problems import Busy, UnknownObject
from tradewind.kernel.sql import all_of, cast_param, name, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.compile import passes
from tradewind.query.database.pool import Database
from tradewind.records.announce import CHANNEL

_QUIET = 20.0
_PAUSE = 0.5
_MOST_WAITING = 1000
_Reader = asyncio.Queue[str | None]


class Notes:
    """Notes of changes as they are committed, heard on one connection for however many readers the process has."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._readers: set[_Reader] = set()
        self._listening = asyncio.Event()

    async def hear(self) -> None:
        """Works until cancelled; a database that is away is waited for, and readers who may have missed something are sent away."""
        while True:
            try:
                async with self._database.alone() as connection:
                    await connection.execute(raw("LISTEN ") + raw(CHANNEL))
                    self._listening.set()
                    while True:
                        for note in await connection.notices(_QUIET):
                            self._tell(note)
            except Busy:
                self._listening.clear()
                for reader in tuple(self._readers):
                    self._send_away(reader)
                await asyncio.sleep(_PAUSE)

    async def reading(self) -> AsyncGenerator[str | None]:
        """None as soon as nothing is missed any more and after some quiet, so that a dead reader is noticed; then the notes. Ends where some were missed."""
        await self._listening.wait()
        reader = _Reader(_MOST_WAITING)
        self._readers.add(reader)
        try:
            yield None
            while True:
                try:
                    note = await asyncio.wait_for(reader.get(), _QUIET)
                except TimeoutError:
                    yield None
                    continue
                if note is None:
                    return
                yield note
        finally:
            self._readers.discard(reader)

    def _tell(self, note: str) -> None:
        for reader in tuple(self._readers):
            if reader.full():
                self._send_away(reader)
            else:
                reader.put_nowait(note)

    def _send_away(self, reader: _Reader) -> None:
        self._readers.discard(reader)
        while not reader.empty():
            reader.get_nowait()
        reader.put_nowait(None)


async def concerns(
    database: Database, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], fields: Sequence[str] | None, now: datetime
) -> bool:
    """Whether any of the changed records is in the actor's scope now, and with `fields` (None: whole records) whether he sees one of them there."""
    try:
        sees = passes.compile_predicate(catalog, actor, object_key, None, "read", now)
        shown = raw("true") if fields is None else passes.compile_shows(catalog, actor, object_key, fields, now)
    except UnknownObject:
        return False
    async with database.reading() as connection:
        statement = (
            raw("SELECT EXISTS (SELECT 1 FROM ") + name("data", object_key) + raw(" AS r WHERE r.id = ANY(") + cast_param(list(ids), "uuid[]")
            + raw(") AND ") + all_of([sees, shown]) + raw(")")
        )  # fmt: skip
        return bool(await connection.value(statement))
