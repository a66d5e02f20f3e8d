"""What validation, rights, history and the notice to open lists add to the inserts they make."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.figures import Figure
from benchmarks.firm import Firm, found_firm
from benchmarks.ground import Cluster
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.ids import new_id
from tradewind.kernel.sql import Sql, join, param, raw
from tradewind.query.database.pool import Database
from tradewind.records.batches import Batch
from tradewind.records.write import write

CREATES = 600
ROUNDS = 3
ROW = {
    "name": "Möbelhaus Süd", "country": "DE", "grade": "a", "email": "einkauf@example.test", "website": "https://example.test/de",
    "city": "Berlin", "employees": 120, "rating": "7.5", "discount": "0.05", "credit": {"amount": "1200.50", "currency": "USD"}, "active": True,
    "founded": "1998-04-01", "met": "2026-03-05T08:30:00Z", "note": "Wants samples of the spring collection.",
}  # fmt: skip


async def run(cluster: Cluster) -> list[Figure]:
    """CPU of client and PostgreSQL for one create after the other, against the same inserts written by hand."""
    async with cluster.database("writing") as database:
        firm = await found_firm(database, 10_000)
        ratios: list[float] = []
        spent = (0.0, 0.0)
        for turn in range(ROUNDS):
            spent = (
                await _cpu(cluster, lambda number, turn=turn: _product(database, firm, f"P{turn}-{number}")),
                await _cpu(cluster, lambda number, turn=turn: _by_hand(database, firm, f"H{turn}-{number}")),
            )
            ratios.append(spent[0] / spent[1])
    detail = (
        f"{CREATES} creates of 15 fields; CPU of client and PostgreSQL {spent[0] / CREATES * 1000:.2f} ms against {spent[1] / CREATES * 1000:.2f} ms by hand"
    )
    return [Figure("create with validation and history", sorted(ratios)[ROUNDS // 2], 2.5, detail=detail)]


async def _cpu(cluster: Cluster, create: Callable[[int], Awaitable[None]]) -> float:
    for number in range(40):
        await create(-number - 1)
    before = time.process_time() + cluster.postgres_cpu()
    for number in range(CREATES):
        await create(number)
    return time.process_time() + cluster.postgres_cpu() - before


async def _product(database: Database, firm: Firm, code: str) -> None:
    await write(database, firm.catalog, firm.seller, Batch(object="customer", operation="create", rows=({**ROW, "code": code},)), SystemClock())


async def _by_hand(database: Database, firm: Firm, code: str) -> None:
    """A record, its line in the log and the notice, as a careful person would write them for this table alone."""
    now, identity, actor, salt = SystemClock().now(), new_id(), firm.seller, os.urandom(16)
    values: dict[str, Any] = {
        "id": identity, "owner_id": actor.person, "department_id": firm.department, "source": "api", "created_at": now, "created_by": actor.person,
        "updated_at": now, "updated_by": actor.person, "name": ROW["name"], "code": code, "country": "DE", "grade": "a", "email": "einkauf@example.test",
        "website": "https://example.test/de", "city": "Berlin", "employees": 120, "rating": 7.5, "discount": 0.05, "credit": 1200.5,
        "credit__currency": "USD", "credit__base": 1200.5, "credit__rate": 1, "active": True, "founded": ROW["founded"], "met": ROW["met"], "note": ROW["note"],
    }  # fmt: skip
    change: dict[str, Any] = {
        "id": new_id(), "at": now, "actor": actor.person, "actor_name": actor.name, "operation": "create", "object": "customer", "record": identity,
        "action": new_id(), "salt": salt, "digest": hashlib.sha256(salt).digest(),
    }  # fmt: skip
    async with database.transaction() as connection:
        await connection.execute(
            _insert("INSERT INTO data.customer", {**values, "search": None}, {"search": raw("system.bigrams(") + param(values["name"]) + raw(")")})
        )
        await connection.execute(_insert("INSERT INTO system.changes", change, {}))
    async with database.reading() as connection:
        await connection.execute(raw("SELECT pg_notify('tradewind_changes', ") + param(f'{{"object":"customer","ids":["{identity}"]}}') + raw(")"))


def _insert(start: str, values: dict[str, Any], expressions: dict[str, Sql]) -> Sql:
    columns = Sql(start + " (" + ", ".join(values) + ") VALUES (")
    return columns + join(", ", [expressions.get(key, param(value)) for key, value in values.items()]) + raw(")")
