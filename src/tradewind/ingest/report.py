"""The verification report: what was read against what is in the base, what transforms changed, what the reading noticed."""

from __future__ import annotations

from uuid import UUID

import msgspec

from tradewind.ingest import changes, runs
from tradewind.ingest.changes import ChangeCount
from tradewind.ingest.ground import Ground
from tradewind.ingest.reading import Note


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did, as it was when it ended."""

    counts: runs.Counts
    changes: tuple[ChangeCount, ...]
    notes: tuple[Note, ...]


async def make(ground: Ground, identity: UUID) -> Report:
    """The report of a run that has ended or was paused."""
    async with ground.database.reading() as connection:
        one = await runs.one(connection, identity)
        return Report(counts=one.counts, changes=tuple(await changes.counted(connection, identity, False)), notes=one.found.notes if one.found else ())
