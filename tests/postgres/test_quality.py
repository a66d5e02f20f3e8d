"""Data quality against hand counts: the parts of the score, what no longer passes, the difference to the last look, and when looks are due."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.postgres.test_duplicates import rule
from tests.postgres.world import World, field, make_world

from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.edge.worker.handlers import handlers
from tradewind.edge.worker.main import look_after
from tradewind.files.store import FileStore
from tradewind.jobs.work import work_off
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.sql import param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import ObjectDefinition, QualityDefinition, RoleDefinition
from tradewind.query.database.pool import Database
from tradewind.records import quality
from tradewind.respond.notifications.notices import mark_read, mark_unread, notices

FIRM = {
    "key": "firm",
    "labels": {"en": "Firm"},
    "title": "name",
    "fields": [field("name", "text", required=True), field("code", "text"), field("phone", "phone"), field("size", "integer"), field("keeper", "user")],
}
RULES = {
    "key": "firm",
    "rules": [rule("code", "certain", "code"), rule("name", "hint", "name")],
    "fields": ["code", "phone"],
    "weights": {"filled": 50, "valid": 30, "unique": 10, "recent": 10},
    "stale_days": 100,
    "report_days": 7,
}
KEEPER = {"key": "keeper", "labels": {"en": "Keeper"}, "system": ["data"], "objects": {"firm": {"grants": [{"rows": "own", "actions": ["read"]}]}}}
SELLER = {
    "key": "seller",
    "labels": {"en": "Seller"},
    "objects": {"firm": {"create": True, "grants": [{"rows": "own", "actions": ["read", "update"], "default": "write"}]}},
}


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> AsyncIterator[World]:
    made = await make_world(database, clock)
    shapes: list[tuple[dict[str, Any], Any]] = [(FIRM, ObjectDefinition), (RULES, QualityDefinition), (KEEPER, RoleDefinition), (SELLER, RoleDefinition)]
    await publish(database, [msgspec.convert(body, shape) for body, shape in shapes], None, clock)
    made.catalog = await load(database)
    async with database.transaction() as connection:
        await connection.execute(raw("INSERT INTO system.person_roles (person, role) VALUES (") + param(made.ben.person) + raw(", 'keeper')"))
    yield made


async def _work(world: World) -> None:
    await work_off(world.database, handlers(world.database, world.clock, FileStore(Path("nowhere"))), world.clock)


async def _look(world: World) -> quality.Report:
    world.catalog = await load(world.database)
    await look_after(world.database, world.clock)
    await _work(world)
    (found,) = await quality.reports(world.database, world.catalog)
    return found


def _as(actor: Actor, role: str) -> Actor:
    return msgspec.structs.replace(actor, roles=(role,))


async def test_the_score_is_what_a_pencil_makes_of_it(world: World) -> None:
    await world.create(world.boss, "firm", {"name": "Old", "code": "a", "phone": "+493012345678"})
    world.clock.advance(timedelta(days=101))
    await world.create(world.boss, "firm", {"name": "Twin", "code": "b"}, {"name": "Twin", "code": "b"}, {"name": "Bare"})
    found = (await _look(world)).figures
    # 4 records; code 3 of 4, phone 1 of 4: mean 0.5; all valid; one of the twins too many: 0.75; one untouched for 101 days: 0.75.
    assert found.parts == quality.Parts(filled=0.5, valid=1.0, unique=0.75, recent=0.75)
    assert found.score == pytest.approx((50 * 0.5 + 30 * 1 + 10 * 0.75 + 10 * 0.75) / 100)
    assert (found.records, found.duplicates, found.stale, found.invalid) == (4, 1, 1, 0)
    assert {one.field: (one.filled, one.counted) for one in found.fields} == {
        "name": (4, False), "code": (3, True), "phone": (1, True), "size": (0, False), "keeper": (0, False),
    }  # fmt: skip


async def test_nothing_has_no_score(world: World) -> None:
    found = (await _look(world)).figures
    assert (found.records, found.score, found.parts) == (0, None, None)


async def test_values_that_settings_left_behind_are_found_without_being_shown_to_who_may_not_see_them(world: World) -> None:
    (mine,) = await world.create(_as(world.anna, "seller"), "firm", {"name": "Long name", "size": 7, "phone": "+493012345678"})
    (other,) = await world.create(world.boss, "firm", {"name": "Short", "size": 50})
    fields = tuple(
        msgspec.structs.replace(one, options={"name": {"max_length": 6}, "size": {"max": 10}}.get(one.key, one.options), required=one.key in ("name", "code"))
        for one in world.catalog.objects["firm"].fields
    )
    await publish(world.database, [msgspec.structs.replace(world.catalog.objects["firm"], fields=fields)], None, world.clock)
    found = (await _look(world)).figures
    assert found.invalid == 2
    assert {one.field: one.invalid for one in found.fields} == {"name": 1, "code": 2, "phone": 0, "size": 1, "keeper": 0}
    listed = await quality.invalid_values(world.database, world.catalog, world.boss, "firm", "", world.clock)
    assert [(one["id"], one["field"], one["code"], one["rule"]) for one in listed] == [
        *((str(one), "code", "field.required", "") for one in sorted([mine, other])),
        (str(mine), "name", "field.invalid", "max_length"),
        (str(other), "size", "field.invalid", "max"),
    ]
    assert {one["id"] for one in await quality.invalid_values(world.database, world.catalog, _as(world.anna, "seller"), "firm", "", world.clock)} == {str(mine)}
    assert await quality.invalid_values(world.database, world.catalog, _as(world.ben, "keeper"), "firm", "", world.clock) == []
    await world.update(world.boss, "firm", {"id": str(mine), "name": "Brief", "code": "x"}, {"id": str(other), "size": 3, "code": "y"})
    world.clock.advance(timedelta(days=7))
    again = await _look(world)
    assert (again.figures.invalid, again.before and again.before.invalid) == (0, 2)
    assert await quality.invalid_values(world.database, world.catalog, world.boss, "firm", "", world.clock) == []


async def test_looks_come_when_they_are_due_and_tell_who_looks_after_data(world: World) -> None:
    keeper = _as(world.ben, "keeper")
    await world.create(world.boss, "firm", {"name": "A"})
    first = await _look(world)
    await _look(world)
    async with world.database.reading() as connection:
        assert await connection.value(raw("SELECT count(*) FROM system.quality_reports")) == 1
    world.clock.advance(timedelta(days=6))
    await _look(world)
    world.clock.advance(timedelta(days=1))
    await world.create(world.boss, "firm", {"name": "B", "code": "b", "phone": "+493012345678"})
    second = await _look(world)
    assert [score for _, score in second.scores] == [first.figures.score, second.figures.score]
    assert (first.figures.score, second.figures.score) == (0.5, 0.75)
    told = await notices(world.database, world.catalog, keeper, world.clock)
    assert [(one.kind, one.body["object"], one.body["score"], one.body["before"]) for one in told.notices] == [
        ("quality_report", "firm", 0.75, 0.5),
        ("quality_report", "firm", 0.5, None),
    ]
    assert told.unread == 2
    assert (await notices(world.database, world.catalog, world.boss, world.clock)).notices == ()
    assert await mark_read(world.database, world.boss, [told.notices[0].id], world.clock) == 0
    assert await mark_read(world.database, keeper, [told.notices[0].id], world.clock) == 1
    assert (await notices(world.database, world.catalog, keeper, world.clock)).unread == 1
    assert await mark_unread(world.database, keeper, [told.notices[0].id]) == 1
    assert await mark_read(world.database, keeper, None, world.clock) == 2


async def test_a_definition_may_want_no_looks(world: World) -> None:
    await publish(world.database, [msgspec.convert({**RULES, "report_days": 0}, QualityDefinition)], None, world.clock)
    world.catalog = await load(world.database)
    assert await quality.enqueue_due(world.database, world.catalog, world.clock) == 0
