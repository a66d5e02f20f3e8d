"""Alerts: somebody took many rows within 24 hours, or many more than he usually does; small exports add up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import NotFound
from tradewind.kernel.sql import Sql, cast_param, join, param, raw
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection, Database
from tradewind.records import log
from tradewind.records.exports.policy import DAY, Policy
from tradewind.records.outbox import tell

_HISTORY = timedelta(days=30)
_MORE = 2
"""How many times more than when the last alert was seen makes a new one."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as administrators read it. `usual`: the person's average day, in rows."""

    id: UUID
    person: dict[str, Any]
    reason: str
    since: datetime
    at: datetime
    rows: int
    exports: int
    usual: int
    objects: tuple[str, ...]
    seen_by: str | None
    seen_at: datetime | None


async def look(connection: Connection, catalog: Catalog, person: UUID, policy: Policy, clock: Clock) -> None:
    """After an export: an alert where the person's last 24 hours are worth it, and a notice to everybody else who may read the log.

    An open alert grows instead of being repeated.
    """
    now = clock.now()
    row = await connection.row(
        raw("SELECT coalesce(sum(rows + lines), 0), count(*), array_agg(DISTINCT object), min(made_at) FROM system.exports WHERE ")
        + _finished(person) + raw(" AND made_at > ") + param(now - DAY)
    )  # fmt: skip
    rows, exports, objects, since = row if row is not None else (0, 0, None, now)
    usual = await _usual(connection, person, now)
    reason = "many" if rows > policy.alert_rows else "unusual" if rows > policy.alert_times * max(usual, policy.alert_from) else ""
    if not reason:
        return
    last = await connection.row(
        raw("SELECT id, rows, seen_at FROM system.export_alerts WHERE person = ") + param(person) + raw(" AND at > ") + param(now - DAY) + raw(" ORDER BY at DESC, id DESC LIMIT 1")
    )  # fmt: skip
    if last is not None and last[2] is not None and rows < _MORE * last[1]:
        return
    values = [param(reason), param(since), param(now), param(rows), param(exports), param(usual), cast_param(objects, "text[]")]
    if last is not None and last[2] is None:
        names = raw("UPDATE system.export_alerts SET (reason, since, at, rows, exports, usual, objects) = (")
        await connection.execute(names + join(", ", values) + raw(") WHERE id = ") + param(last[0]))
        return
    identity = new_id()
    await connection.execute(
        raw("INSERT INTO system.export_alerts (id, person, reason, since, at, rows, exports, usual, objects) VALUES (")
        + join(", ", [param(identity), param(person), *values]) + raw(")")
    )  # fmt: skip
    await log.record(connection, SYSTEM, "export_alert", None, None, [], {"alert": str(identity), "person": str(person), "rows": int(rows)}, clock)
    watching = [key for key, role in catalog.roles.items() if role.everything or "audit" in role.system]
    people = await connection.rows(
        raw("SELECT DISTINCT r.person FROM system.person_roles AS r WHERE r.role = ANY(") + cast_param(watching, "text[]") + raw(") AND r.person <> ") + param(person)
    )  # fmt: skip
    await tell(connection, [row[0] for row in people], f"export_alert:{identity}", "export_alert", {"alert": str(identity)}, clock)


async def _usual(connection: Connection, person: UUID, now: datetime) -> int:
    """Rows on an average day on which he exported at all, of the thirty before these 24 hours."""
    days = raw("SELECT sum(rows + lines) AS taken FROM system.exports WHERE ") + _finished(person) + raw(" AND made_at <= ") + param(now - DAY)
    days += raw(" AND made_at > ") + param(now - DAY - _HISTORY) + raw(" GROUP BY date_trunc('day', made_at)")
    return int(await connection.value(raw("SELECT coalesce(avg(d.taken), 0) FROM (") + days + raw(") AS d")))


def _finished(person: UUID) -> Sql:
    return raw("state IN ('ready', 'over') AND person = ") + param(person)


async def listed(database: Database) -> list[Alert]:
    """The alerts of the last 90 days: those nobody has seen first, then the newest."""
    async with database.reading() as connection:
        rows = await connection.rows(
            raw("SELECT a.id, jsonb_build_object('id', a.person, 'name', p.name), a.reason, a.since, a.at, a.rows, a.exports, a.usual, a.objects, s.name, a.seen_at")
            + raw(" FROM system.export_alerts AS a LEFT JOIN system.people AS p ON p.id = a.person LEFT JOIN system.people AS s ON s.id = a.seen_by")
            + raw(" ORDER BY a.seen_at IS NOT NULL, a.at DESC, a.id DESC LIMIT 200")
        )  # fmt: skip
    return [
        Alert(
            id=row[0], person=row[1], reason=row[2], since=row[3], at=row[4], rows=row[5], exports=row[6], usual=row[7], objects=tuple(row[8]),
            seen_by=row[9], seen_at=row[10],
        )
        for row in rows
    ]  # fmt: skip


async def see(database: Database, actor: Actor, alert: UUID, clock: Clock) -> None:
    """Somebody has looked into it; logged. Raises NotFound."""
    async with database.transaction() as connection:
        done = await connection.execute(
            raw("UPDATE system.export_alerts SET seen_by = ") + param(actor.person) + raw(", seen_at = ") + param(clock.now())
            + raw(" WHERE seen_at IS NULL AND id = ") + param(alert)
        )  # fmt: skip
        if done:
            await log.record(connection, actor, "export_alert_seen", None, None, [], {"alert": str(alert)}, clock)
        elif await connection.row(raw("SELECT 1 FROM system.export_alerts WHERE id = ") + param(alert)) is None:
            raise NotFound()


async def forget(connection: Connection, clock: Clock) -> None:
    """Removes alerts after ninety days; the log keeps its line."""
    await connection.execute(raw("DELETE FROM system.export_alerts WHERE at < ") + param(clock.now() - timedelta(days=90)))
