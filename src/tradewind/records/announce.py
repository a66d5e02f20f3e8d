"""Notes of what a write changed, for open lists: sent after the commit, with the fields, which no reader of the stream ever gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tradewind.kernel.json import Json, canonical
from tradewind.kernel.sql import param, raw
from tradewind.query.database.pool import Connection, Database

CHANNEL = "tradewind_changes"
_IDS, _FIELDS = 100, 60
"""A note holds less than 8 000 bytes."""


@dataclass
class Changed:
    """What writes of one object changed: some fields of records, or whole records that came or went."""

    fields: set[str] = field(default_factory=set[str])
    whole: bool = False
    records: set[UUID] = field(default_factory=set[UUID])
    """Those that are different now."""

    def add(self, other: Changed) -> None:
        """Takes in what another write changed."""
        self.fields |= other.fields
        self.whole |= other.whole
        self.records |= other.records


async def announce(database: Database, object_key: str, ids: Sequence[UUID], changed: Changed) -> None:
    """Tells every process that records of the object became stale; nothing where nothing changed."""
    if ids and (changed.whole or changed.fields):
        async with database.reading() as connection:
            await announce_in(connection, object_key, ids, changed)


async def announce_in(connection: Connection, object_key: str, ids: Sequence[UUID], changed: Changed) -> None:
    """The same within a transaction: told when it commits, and not at all when it does not."""
    fields = sorted(changed.fields)
    parts: list[Json] = [None] if changed.whole else [list[Json](fields[first : first + _FIELDS]) for first in range(0, len(fields), _FIELDS)]
    for part in parts if ids else []:
        body = canonical({"object": object_key, "ids": [str(one) for one in ids[:_IDS]], "fields": part}).decode()
        await connection.execute(raw("SELECT pg_notify(") + param(CHANNEL) + raw(", ") + param(body) + raw(")"))
