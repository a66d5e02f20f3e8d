"""Limits of exports and from when on administrators are told: set in the browser, kept in the base, every change logged."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.json import canonical
from tradewind.kernel.problems import ExportTooLarge, InvalidValue, Stale
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.metadata.actors import Actor
from tradewind.query.database.pool import Connection, Database
from tradewind.records import log

DAY = timedelta(hours=24)
_LARGEST = 1_000_000_000


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Rows are records and lines together, counted over any 24 hours. A day is unusual from `alert_times` times the person's own average on,
    the average being taken as at least `alert_from`."""

    rows_per_export: int = 1_000_000
    rows_per_day: int = 2_000_000
    alert_rows: int = 50_000
    alert_times: int = 10
    alert_from: int = 1_000


class SetPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The policy with its version, for who changes it."""

    version: int
    policy: Policy


async def current(connection: Connection) -> SetPolicy:
    """What holds now; the defaults until somebody sets it."""
    row = await connection.row(raw("SELECT version, body FROM system.export_policy"))
    return SetPolicy(version=0, policy=Policy()) if row is None else SetPolicy(version=row[0], policy=msgspec.convert(row[1], Policy))


async def change(database: Database, actor: Actor, wanted: SetPolicy, clock: Clock) -> SetPolicy:
    """Sets it. Raises InvalidValue, and Stale when somebody was faster."""
    for key, value in msgspec.structs.asdict(wanted.policy).items():
        if not 1 <= value <= _LARGEST:
            raise InvalidValue(pointer=f"/policy/{key}", rule="min" if value < 1 else "max", min="1", max=str(_LARGEST))
    async with database.transaction() as connection:
        await connection.execute(raw("LOCK TABLE system.export_policy IN SHARE ROW EXCLUSIVE MODE"))
        before = await current(connection)
        if before.version != wanted.version:
            raise Stale()
        made = SetPolicy(version=before.version + 1, policy=wanted.policy)
        body = cast_param(canonical(made.policy).decode(), "jsonb")
        await connection.execute(
            raw("INSERT INTO system.export_policy (version, body, author, changed_at) VALUES (") + param(made.version) + raw(", ") + body + raw(", ")
            + param(actor.person) + raw(", ") + param(clock.now())
            + raw(") ON CONFLICT (one) DO UPDATE SET version = excluded.version, body = excluded.body, author = excluded.author, changed_at = excluded.changed_at")
        )  # fmt: skip
        changed = [key for key, value in msgspec.structs.asdict(made.policy).items() if getattr(before.policy, key) != value]
        payload = {"before": msgspec.to_builtins(before.policy), "after": msgspec.to_builtins(made.policy)}
        await log.record(connection, actor, "export_policy", None, None, changed, payload, clock)
    return made


async def used(connection: Connection, person: UUID, now: datetime, *, beside: UUID | None = None) -> int:
    """Rows the person took within the last 24 hours, and those under way."""
    return int(
        await connection.value(
            raw("SELECT coalesce(sum(CASE WHEN state IN ('waiting', 'running') THEN greatest(expected, rows + lines) ELSE rows + lines END), 0) FROM system.exports")
            + raw(" WHERE state IN ('waiting', 'running', 'ready', 'over') AND asked_at > ") + param(now - DAY) + raw(" AND person = ") + param(person)
            + raw(" AND id IS DISTINCT FROM ") + cast_param(beside, "uuid")
        )
    )  # fmt: skip


async def turn(connection: Connection, person: UUID) -> None:
    """Waits until no other transaction counts the person's rows."""
    await connection.execute(raw("SELECT pg_advisory_xact_lock(hashtextextended(") + param(f"exports {person}") + raw(", 0))"))


def check(policy: Policy, rows: int, taken: int) -> None:
    """Raises ExportTooLarge when the rows are more than one export, or with those taken already a day, may have."""
    if rows > policy.rows_per_export:
        raise ExportTooLarge(rule="per_export", maximum=policy.rows_per_export)
    if rows + taken > policy.rows_per_day:
        raise ExportTooLarge(rule="per_day", maximum=policy.rows_per_day, left=max(0, policy.rows_per_day - taken))
