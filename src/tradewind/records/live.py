"""Open lists learn that they are stale; they learn nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from uuid import UUID

from tradewind.kernel.problems import UnknownObject
from tradewind.kernel.sql import all_of, cast_param, name, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.compile import passes
from tradewind.query.database.pool import Database
from tradewind.records.announce import CHANNEL

_QUIET = 20.0


async def listening(database: Database) -> AsyncGenerator[str | None]:
    """Notes of changes as they are committed; None after some quiet, so that a dead reader is noticed."""
    async with database.alone() as connection:
        await connection.execute(raw("LISTEN ") + raw(CHANNEL))
        while True:
            heard = False
            async for note in connection.driver.notifies(timeout=_QUIET, stop_after=1):
                heard = True
                yield note.payload
            if not heard:
                yield None


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
