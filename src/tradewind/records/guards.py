"""Guards: locks on records or some of their fields while something else decides about them, obeyed by every way of writing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from tradewind.kernel.clock import Clock
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.query.database.pool import Connection


async def guards_of(connection: Connection, object_key: str, records: Sequence[UUID], clock: Clock) -> dict[UUID, list[tuple[list[str] | None, str]]]:
    """The locks that hold now, by record: the fields (None: the whole record) and the reason."""
    rows = await connection.rows(
        raw("SELECT record, fields, reason FROM system.guards WHERE object = ") + param(object_key) + raw(" AND record = ANY(")
        + cast_param(list(records), "uuid[]") + raw(") AND (until IS NULL OR until > ") + param(clock.now()) + raw(")")
    )  # fmt: skip
    found: dict[UUID, list[tuple[list[str] | None, str]]] = defaultdict(list)
    for record, fields, reason in rows:
        found[record].append((fields, reason))
    return found
