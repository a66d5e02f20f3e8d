"""A firm with many customers: the objects and people the reading benchmarks ask about."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import msgspec

from tradewind.accounts import departments, people
from tradewind.accounts.actors import actor_for
from tradewind.accounts.sign_in import sign_in
from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.sql import param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import AnyDefinition, Catalog, ObjectDefinition, RoleDefinition, ViewDefinition
from tradewind.query.database.pool import Database

PASSWORD = "bench-mark-of-trade-winds"


def _field(key: str, kind: str, **more: object) -> dict[str, object]:
    return {"key": key, "type": kind, "labels": {"en": key, "zh-CN": key}, **more}


_GRADES = {"options": [{"key": key, "labels": {"en": key.upper()}} for key in ("a", "b", "c", "d")]}
CUSTOMER = {
    "key": "customer",
    "labels": {"en": "Customer", "zh-CN": "客户"},
    "title": "name",
    "fields": [
        _field("name", "text", required=True, searched=True),
        _field("code", "text", unique=True),
        _field("country", "country"),
        _field("grade", "select", options=_GRADES),
        _field("email", "email"),
        _field("phone", "phone"),
        _field("website", "url"),
        _field("city", "text"),
        _field("employees", "integer"),
        _field("rating", "number"),
        _field("discount", "percent"),
        _field("credit", "money"),
        _field("active", "checkbox"),
        _field("founded", "date"),
        _field("met", "datetime"),
        _field("note", "long_text"),
    ],
}
FIELDS = tuple(str(one["key"]) for one in CUSTOMER["fields"])  # pyright: ignore[reportIndexIssue, reportArgumentType, reportCallIssue]
VIEW = {
    "key": "german_a",
    "object": "customer",
    "labels": {"en": "German A"},
    "columns": ["name", "rating"],
    "filter": {"op": "and", "of": [{"op": "eq", "field": "grade", "value": "a"}, {"op": "eq", "field": "country", "value": "DE"}]},
    "sort": [{"field": "rating", "descending": True}],
}
SELLER = {
    "key": "seller",
    "labels": {"en": "Seller"},
    "objects": {
        "customer": {"create": True, "grants": [{"rows": "department", "actions": ["read", "update"], "default": "write", "fields": {"phone": "masked"}}]}
    },
}
BOSS = {"key": "boss", "labels": {"en": "Boss"}, "everything": True}


@dataclass(frozen=True)
class Firm:
    """The published catalogue, the two people who ask, their session tokens, and the department of the ordinary one."""

    catalog: Catalog
    boss: Actor
    seller: Actor
    tokens: dict[str, str]
    department: UUID


async def found_firm(database: Database, rows: int) -> Firm:
    """Publishes the objects, makes two people and fills the customers: every tenth belongs to the seller's department."""
    clock = SystemClock()
    made: list[AnyDefinition] = [
        msgspec.convert(CUSTOMER, ObjectDefinition),
        msgspec.convert(VIEW, ViewDefinition),
        msgspec.convert(SELLER, RoleDefinition),
        msgspec.convert(BOSS, RoleDefinition),
    ]
    await publish(database, made, None, clock)
    async with database.transaction() as connection:
        department = await departments.create(connection, "Europe")
        other = await departments.create(connection, "Asia")
        for key, where in (("boss", other), ("seller", department)):
            await people.create(connection, f"{key}@bench.example", key, clock=clock, department=where, roles=(key,), password=PASSWORD)
    async with database.reading() as connection:
        ids = {one.name: one.id for one in await people.listed(connection)}
        boss, seller = await actor_for(connection, ids["boss"]), await actor_for(connection, ids["seller"])
    await fill(database, rows, (ids["seller"], department), (ids["boss"], other))
    tokens = {key: (await sign_in(database, f"{key}@bench.example", PASSWORD, clock)).token for key in ("boss", "seller")}
    return Firm(await load(database), boss, seller, tokens, department)


async def fill(database: Database, rows: int, near: tuple[UUID, UUID], far: tuple[UUID, UUID]) -> None:
    """Writes the customers with one statement: this measures reading."""
    async with database.alone() as connection:
        await connection.execute(
            raw(
                "INSERT INTO data.customer (id, owner_id, department_id, created_at, updated_at, search, name, code, country, grade, email, phone, website, city, "
                "employees, rating, discount, credit, credit__currency, credit__base, active, founded, met, note) "
                "SELECT gen_random_uuid(), CASE WHEN n / 32 % 10 = 0 THEN "
            )
            + param(near[0])
            + raw("::uuid ELSE ")
            + param(far[0])
            + raw("::uuid END, CASE WHEN n / 32 % 10 = 0 THEN ")
            + param(near[1])
            + raw("::uuid ELSE ")
            + param(far[1])
            + raw(
                "::uuid END, now() - n * interval '1 minute', now() - n * interval '1 minute', system.bigrams('Customer ' || n), 'Customer ' || n, 'C' || n, "
                "(ARRAY['DE','FR','US','CN','BR','JP','IN','GB'])[1 + n % 8], (ARRAY['a','b','c','d'])[1 + n / 8 % 4], 'buyer' || n || '@example.test', "
                "'+4930' || (1000000 + n), 'https://example.test/' || n, 'City ' || n % 500, n % 5000, (n::bigint * 7919 % 1000) / 10.0, (n % 40) / 100.0, n * 1.5, 'USD', "
                "n * 1.5, n % 3 = 0, date '1990-01-01' + n % 12000, now() - n * interval '3 minutes', 'Note of customer ' || n FROM generate_series(1, "
            )
            + param(rows)
            + raw("::integer) AS n")
        )
        await connection.execute(raw("VACUUM ANALYZE data.customer"))
