"""What follows a write: each change is held against what the catalogue wants to hear of, and the jobs are put in with the writer's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tradewind.jobs.queue import enqueue
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json
from tradewind.metadata.definitions import Catalog
from tradewind.metadata.quality import rules_linking
from tradewind.query.database.pool import Connection

RECOGNISE = "recognise"
"""Job: find out whom new records are about."""
NOTIFY = "notify"
"""Job: tell people something."""
_AT_ONCE = 500


async def follow_up(connection: Connection, catalog: Catalog, object_key: str, ids: Sequence[UUID], fields: set[str] | None, clock: Clock) -> bool:
    """Puts in what follows a change of these fields (None: the records are new); whether there is anything for the worker."""
    rules = rules_linking(catalog, object_key)
    compared = {field.key for _, (own, _) in rules for field, _ in own[1]}
    if not ids or not rules or (fields is not None and not compared & fields):
        return False
    for first in range(0, len(ids), _AT_ONCE):
        part = list[Json](str(one) for one in ids[first : first + _AT_ONCE])
        await enqueue(connection, RECOGNISE, {"object": object_key, "ids": part}, clock)
    return True


async def tell(connection: Connection, people: Sequence[UUID], key: str, kind: str, body: dict[str, Json], clock: Clock) -> None:
    """Has these people told, once for each `key`, when the transaction commits."""
    if people:
        who = list[Json](str(one) for one in people)
        await enqueue(connection, NOTIFY, {"people": who, "key": key, "kind": kind, "body": body}, clock)
