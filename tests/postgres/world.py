"""A small trading firm for tests: customers, orders with lines, three people in two departments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.ids import new_id
from tradewind.kernel.sql import join, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import AnyDefinition, Catalog, ObjectDefinition, RoleDefinition
from tradewind.metadata.questions import Question
from tradewind.query.database.pool import Database
from tradewind.records.batches import Batch, Written
from tradewind.records.read import get_record, list_records
from tradewind.records.write import write


def field(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "labels": {"en": key, "zh-CN": key}, **more}


def choice(*keys: str) -> dict[str, Any]:
    return {"options": [{"key": key, "labels": {"en": key}} for key in keys]}


CUSTOMER = {
    "key": "customer",
    "labels": {"en": "Customer", "zh-CN": "客户"},
    "title": "name",
    "fields": [
        field("name", "text", required=True, searched=True),
        field("code", "text", unique=True),
        field("country", "country"),
        field("grade", "select", options=choice("a", "b", "c")),
        field("phone", "phone", sensitive=True),
        field("credit", "integer"),
        field("sales", "rollup", options={"object": "sale", "relation": "customer", "function": "sum", "field": "total"}),
    ],
}
SALE = {
    "key": "sale",
    "labels": {"en": "Sale"},
    "title": "number",
    "fields": [
        field("number", "auto_number", options={"pattern": "S-{yyyy}-{0000}"}),
        field("customer", "relation", options={"target": "customer", "inverse": "sales_list", "on_delete": "cascade"}),
        field("lines", "lines", options={"target": "sale_line", "parent": "sale"}),
        field("total", "formula", options={"expression": "SUM(lines.amount)", "result": "number"}),
    ],
}
LINE = {
    "key": "sale_line",
    "labels": {"en": "Line"},
    "title": "product",
    "parent": "sale",
    "fields": [
        field("sale", "relation", options={"target": "sale", "on_delete": "cascade"}),
        field("product", "text"),
        field("quantity", "integer"),
        field("price", "number"),
        field("amount", "formula", options={"expression": "quantity * price", "result": "number"}),
    ],
}
SELLER = {
    "key": "seller",
    "labels": {"en": "Seller"},
    "objects": {
        "customer": {
            "create": True,
            "grants": [
                {"rows": "own", "actions": ["read", "update", "delete"], "default": "write", "fields": {"phone": "write", "credit": "hidden", "sales": "read"}},
                {"rows": "department", "actions": ["read"], "default": "read", "fields": {"phone": "masked", "credit": "hidden"}},
            ],
        },
        "sale": {"create": True, "grants": [{"rows": "own", "actions": ["read", "update", "delete"], "default": "write"}]},
    },
}
BOSS = {"key": "boss", "labels": {"en": "Boss"}, "everything": True}


@dataclass
class World:
    """The firm with its catalogue and people; `anna` and `ben` sell in one department, `chen` in another, `boss` sees all."""

    database: Database
    catalog: Catalog
    clock: ManualClock
    anna: Actor
    ben: Actor
    chen: Actor
    boss: Actor

    async def create(self, actor: Actor, object_key: str, *rows: dict[str, Any]) -> list[UUID]:
        written = await write(self.database, self.catalog, actor, Batch(object=object_key, operation="create", rows=rows), self.clock)
        return [one for one in written.ids if one]

    async def update(self, actor: Actor, object_key: str, *rows: dict[str, Any]) -> Written:
        return await write(self.database, self.catalog, actor, Batch(object=object_key, operation="update", rows=rows), self.clock)

    async def delete(self, actor: Actor, object_key: str, *ids: UUID) -> Written:
        return await write(
            self.database, self.catalog, actor, Batch(object=object_key, operation="delete", rows=tuple({"id": str(one)} for one in ids)), self.clock
        )

    async def get(self, actor: Actor, object_key: str, identity: UUID) -> dict[str, Any]:
        return msgspec.json.decode(await get_record(self.database, self.catalog, actor, object_key, identity, self.clock.now()))

    async def list(self, actor: Actor, object_key: str, **question: Any) -> list[dict[str, Any]]:
        asked = msgspec.convert({"object": object_key, **question}, Question)
        return msgspec.json.decode(await list_records(self.database, self.catalog, actor, asked, self.clock.now()))["records"]


def definitions(*bodies: dict[str, Any]) -> list[AnyDefinition]:
    return [msgspec.convert(body, RoleDefinition if "title" not in body else ObjectDefinition) for body in bodies]


async def make_world(database: Database, clock: ManualClock) -> World:
    await publish(database, definitions(LINE, SALE, CUSTOMER, SELLER, BOSS), None, clock)
    departments = {key: new_id() for key in ("europe", "asia")}
    people = {"anna": ("europe", "seller"), "ben": ("europe", "seller"), "chen": ("asia", "seller"), "boss": ("asia", "boss")}
    actors: dict[str, Actor] = {}
    async with database.transaction() as connection:
        for key, identity in departments.items():
            await connection.execute(raw("INSERT INTO system.departments (id, name) VALUES (") + join(", ", [param(identity), param(key)]) + raw(")"))
        for key, (department, role) in people.items():
            identity = new_id()
            values = [param(identity), param(f"{key}@example.test"), param(key), param(departments[department]), param(clock.now())]
            await connection.execute(raw("INSERT INTO system.people (id, email, name, department, created_at) VALUES (") + join(", ", values) + raw(")"))
            actors[key] = Actor(person=identity, name=key, roles=(role,), department=departments[department], subtree=(departments[department],))
    return World(database, await load(database), clock, **actors)
