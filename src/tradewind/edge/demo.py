"""The demo company: packs, departments, people with random passwords, and records that one click removes."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tradewind.accounts import departments, people
from tradewind.accounts.actors import actor_for
from tradewind.catalog.files import read_pack
from tradewind.catalog.packs import install
from tradewind.catalog.publish import resume
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import Clock, SystemClock
from tradewind.kernel.json import mapping
from tradewind.kernel.settings import Settings
from tradewind.kernel.sql import name, raw
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Database, open_pool
from tradewind.records.batches import Batch
from tradewind.records.write import write

PACKS = Path(__file__).resolve().parents[3] / "packs"
_PACK_ORDER = ("crm", "trade")
_PEOPLE = (
    ("admin", "林海 Lin Hai", "company", ("administrator",), "zh-CN", "Asia/Shanghai"),
    ("manager", "王芳 Wang Fang", "europe", ("sales_manager", "trader"), "zh-CN", "Asia/Shanghai"),
    ("mei", "陈美 Chen Mei", "europe", ("sales", "trader"), "zh-CN", "Asia/Shanghai"),
    ("tom", "Tom Becker", "europe", ("sales",), "en", "Europe/Berlin"),
    ("ravi", "Ravi Kumar", "asia", ("sales",), "en", "Asia/Kolkata"),
)
_DEPARTMENTS = (("company", "信风贸易 Tradewind Trading", ""), ("europe", "欧洲部 Europe", "company"), ("asia", "亚洲部 Asia", "company"))


async def prepare(settings: Settings, progress: Callable[[str], None]) -> dict[str, str]:
    """Makes what is missing of packs, people and demo records; the sign-ins as e-mail and password. A second call does next to nothing."""
    database = await open_pool(settings.database_url, size=2, statement_timeout="120s")
    clock = SystemClock()
    try:
        await resume(database, clock)
        for key in _PACK_ORDER:
            await install(database, PACKS / key, clock)
        kept = settings.data_folder / "sign-ins.json"
        if kept.exists():
            return json.loads(kept.read_text(encoding="utf-8"))
        progress("making the demo company")
        sign_ins = await _company(database, clock)
        progress("making the demo records")
        await _records(database, await load(database), clock)
        _keep(kept, sign_ins)
        return sign_ins
    finally:
        await database.close()


def _keep(path: Path, sign_ins: dict[str, str]) -> None:
    """Writes them for nobody else to read, whole or not at all."""
    unfinished = path.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(sign_ins, file)
    unfinished.replace(path)


def _email(key: str) -> str:
    return f"{key}@demo.example"


async def _company(database: Database, clock: Clock) -> dict[str, str]:
    """Departments and people, each with a fresh password; people of an earlier, interrupted start get a new one."""
    sign_ins: dict[str, str] = {}
    async with database.transaction() as connection:
        known = {one.name: one.id for one in await departments.listed(connection)}
        ids: dict[str, UUID] = {}
        for key, label, parent in _DEPARTMENTS:
            ids[key] = known.get(label) or await departments.create(connection, label, parent=ids.get(parent))
        for key, label, department, roles, language, zone in _PEOPLE:
            password = secrets.token_urlsafe(12)
            found = await people.by_email(connection, _email(key))
            if found is None:
                await people.create(
                    connection, _email(key), label, clock=clock, department=ids[department], roles=roles, language=language, zone=zone, password=password
                )
            else:
                await people.set_password(connection, found.id, password, clock)
            sign_ins[_email(key)] = password
        manager = await people.by_email(connection, _email("manager"))
        europe = await departments.found(connection, ids["europe"])
        if manager is not None:
            await departments.change(connection, departments.Department(id=europe.id, name=europe.name, parent=europe.parent, head=manager.id))
    return sign_ins


async def _records(database: Database, catalog: Catalog, clock: Clock) -> None:
    """The packs' demo records, written by the people who own them."""
    references: dict[str, UUID] = {}
    for key in _PACK_ORDER:
        for file in read_pack(PACKS / key).demo:
            for number, record in enumerate(file["records"]):
                async with database.reading() as connection:
                    owner = await people.by_email(connection, _email(record["owner"]))
                    actor = SYSTEM if owner is None else await actor_for(connection, owner.id)
                row = {field: _value(value, references, clock.now()) for field, value in record["row"].items()}
                key_of_write = f"demo-{file['object']}-{number}"
                batch = Batch(object=file["object"], operation="create", rows=(row,), source="demo", demo=True, idempotency_key=key_of_write)
                written = await write(database, catalog, actor, batch, clock)
                if "key" in record and written.ids[0] is not None:
                    references[record["key"]] = written.ids[0]


def _value(value: Any, references: dict[str, UUID], now: datetime) -> Any:
    """{"ref": key} is an earlier record; {"days": n} is a date, with "hour" an instant, counted from today."""
    given = mapping(value)
    if given is None:
        return value
    if "ref" in given:
        return str(references[given["ref"]])
    if "days" in given:
        day = now + timedelta(days=given["days"])
        return day.replace(hour=given["hour"], minute=0, second=0, microsecond=0).isoformat() if "hour" in given else day.date().isoformat()
    return given


async def remaining(database: Database, catalog: Catalog) -> int:
    """How many demo records there are."""
    count = 0
    async with database.reading() as connection:
        for key in catalog.objects:
            count += int(await connection.value(raw("SELECT count(*) FROM ") + name("data", key) + raw(" WHERE demo AND deleted_at IS NULL")) or 0)
    return count


async def remove(database: Database, catalog: Catalog, actor: Actor, clock: Clock) -> int:
    """Moves all demo records to the recycle bin, dependents first; how many."""
    removed = 0
    for key in reversed(_removal_order(catalog)):
        async with database.reading() as connection:
            rows = await connection.rows(raw("SELECT id FROM ") + name("data", key) + raw(" WHERE demo AND deleted_at IS NULL"))
        ids = tuple({"id": str(row[0])} for row in rows)
        if ids:
            removed += (await write(database, catalog, actor, Batch(object=key, operation="delete", rows=ids), clock)).deleted
    return removed


def _removal_order(catalog: Catalog) -> list[str]:
    """Objects, each after those its relations point at."""
    done: list[str] = []

    def visit(key: str) -> None:
        if key in done or key not in catalog.objects:
            return
        for field in catalog.objects[key].live_fields():
            if field.type == "relation" and field.options["target"] != key:
                visit(str(field.options["target"]))
        done.append(key)

    for key in catalog.objects:
        visit(key)
    return done
