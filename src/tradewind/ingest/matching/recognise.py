"""Recognising: new records are tied to whom they are about, as a recorded change that can be taken back, and the earlier owner is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tradewind.ingest.matching import exact
from tradewind.ingest.matching.contract import Candidate, Matcher
from tradewind.jobs.queue import wake
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json
from tradewind.metadata.actors import SYSTEM
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection, Database
from tradewind.records.announce import Changed, announce
from tradewind.records.batches import Batch
from tradewind.records.matches import owners_of, values_of
from tradewind.records.outbox import tell
from tradewind.records.write import write_in

MATCHERS: tuple[Matcher, ...] = (exact.match,)
"""Asked in this order; the first that is sure decides."""
_SURE = 0.75


async def recognise(database: Database, catalog: Catalog, object_key: str, ids: Sequence[UUID], clock: Clock) -> int:
    """Ties those of the records that are surely about one record of another object; how many. Repeating it changes nothing.

    What a guard holds, or whose change is refused, stays as it is. Owners are told once for each record, in the same transaction.
    """
    if object_key not in catalog.objects:
        return 0
    changed = Changed()
    async with database.transaction() as connection:
        chosen: dict[UUID, dict[str, Candidate]] = defaultdict(dict)
        for matcher in MATCHERS:
            for one in _decided(await matcher(connection, catalog, object_key, ids, clock)):
                chosen[one.record].setdefault(one.rule.link, one)
        rows = [await _row(connection, catalog, object_key, record, links, clock) for record, links in chosen.items()]
        if not rows:
            return 0
        batch = Batch(object=object_key, operation="update", rows=tuple(rows), partial=True, source="matching")
        written = await write_in(connection, catalog, SYSTEM, batch, clock, changed)
        tied = [one for one in written.ids if one]
        for record in tied:
            row = next(row for row in rows if row["id"] == str(record))
            links = [one for one in chosen[record].values() if row[one.rule.link] == str(one.other)]
            await _tell(connection, object_key, record, links, clock)
    await announce(database, object_key, tied, changed)
    await wake(database)
    return len(tied)


def _decided(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The sure ones: the only candidate of a rule, for each relation the strongest rule's."""
    by_rule: dict[tuple[UUID, str], list[Candidate]] = defaultdict(list)
    for one in candidates:
        by_rule[one.record, one.rule.key].append(one)
    decided: dict[tuple[UUID, str], Candidate] = {}
    for found in by_rule.values():
        if len(found) == 1 and found[0].score >= _SURE:
            decided.setdefault((found[0].record, found[0].rule.link), found[0])
    return list(decided.values())


async def _row(connection: Connection, catalog: Catalog, object_key: str, record: UUID, links: dict[str, Candidate], clock: Clock) -> dict[str, Any]:
    """What is set on the record: the relations, and what the found records carry where it is empty; a stronger rule's word holds."""
    row: dict[str, Any] = {"id": str(record)}
    for one in links.values():
        if row.setdefault(one.rule.link, str(one.other)) == str(one.other) and one.rule.carry:
            own = await values_of(connection, catalog, object_key, record, list(one.rule.carry), clock)
            theirs = await values_of(connection, catalog, one.rule.across, one.other, list(one.rule.carry.values()), clock)
            for key, other in one.rule.carry.items():
                if own.get(key) in (None, "", []) and theirs.get(other) not in (None, "", []):
                    row.setdefault(key, theirs[other])
    return row


async def _tell(connection: Connection, object_key: str, record: UUID, links: Sequence[Candidate], clock: Clock) -> None:
    """Whoever had to do with the one that was found, unless the record is his own anyway; who is no longer here is stood in for by the head of his department."""
    own = await owners_of(connection, object_key, [record])
    told: set[UUID] = {person for person in own.values() if person is not None}
    for one in links:
        owner = (await owners_of(connection, one.rule.across, [one.other])).get(one.other)
        if owner is None or owner in told:
            continue
        told.add(owner)
        body: dict[str, Json] = {
            "object": object_key,
            "record": str(record),
            "about": one.rule.across,
            "about_record": str(one.other),
            "rule": one.rule.key,
        }
        await tell(connection, [owner], f"recognised:{record}:{one.other}", "recognised", body, clock)
