"""The exact matcher: records whose keys are equal, by the rules that builders made."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tradewind.ingest.matching.contract import Candidate
from tradewind.kernel.clock import Clock
from tradewind.metadata.definitions import Catalog
from tradewind.metadata.quality import rules_linking, score
from tradewind.query.database.pool import Connection
from tradewind.records.matches import matches


async def match(connection: Connection, catalog: Catalog, object_key: str, ids: Sequence[UUID], clock: Clock) -> list[Candidate]:
    """The candidates of every linking rule, the strongest rule's first; several for a record where its keys do not decide."""
    found: list[Candidate] = []
    for rule, sides in rules_linking(catalog, object_key):
        for record, others in await matches(connection, catalog, sides, rule.link, ids, clock):
            found += [Candidate(record=record, other=other, rule=rule, score=score([rule])) for other in others]
    return found
