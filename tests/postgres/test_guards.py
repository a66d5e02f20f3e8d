"""Locks on records, and what the bin does where something stands in the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.postgres.world import World, make_world

from tradewind.kernel.clock import ManualClock
from tradewind.kernel.problems import AlreadyExists, Forbidden, Guarded, NotFound, Problem
from tradewind.kernel.sql import join, param, raw
from tradewind.query.database.pool import Database
from tradewind.records.batches import Batch
from tradewind.records.write import write


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> World:
    return await make_world(database, clock)


async def _lock(world: World, object_key: str, record: UUID, fields: list[str] | None = None) -> None:
    values = [param(object_key), param(record), param(fields), param("approval"), param(world.clock.now() + timedelta(hours=1))]
    async with world.database.transaction() as connection:
        await connection.execute(raw("INSERT INTO system.guards (object, record, fields, reason, until) VALUES (") + join(", ", values) + raw(")"))


async def _moved(world: World, operation: Any, record: UUID, **more: Any) -> None:
    batch = Batch(object="customer", operation=operation, rows=({"id": str(record)},))
    await write(world.database, world.catalog, more.get("actor", world.boss), batch, world.clock)


def _kinds(problem: Problem) -> set[type[Problem]]:
    return {type(one) for one in getattr(problem, "errors", ())} or {type(problem)}


async def test_a_locked_record_is_neither_changed_nor_deleted_until_the_lock_ends(world: World) -> None:
    (one,) = await world.create(world.anna, "customer", {"name": "Acme"})
    await _lock(world, "customer", one)
    for again in ({"name": "Beta"}, {"grade": "a"}):
        with pytest.raises(Guarded):
            await world.update(world.anna, "customer", {"id": str(one), **again})
    with pytest.raises(Guarded):
        await world.delete(world.boss, "customer", one)
    world.clock.advance(timedelta(hours=2))
    await world.update(world.anna, "customer", {"id": str(one), "name": "Beta"})
    await world.delete(world.anna, "customer", one)


async def test_a_lock_on_one_field_leaves_the_others_free(world: World) -> None:
    (one,) = await world.create(world.anna, "customer", {"name": "Acme"})
    await _lock(world, "customer", one, ["grade"])
    await world.update(world.anna, "customer", {"id": str(one), "name": "Beta"})
    with pytest.raises(Guarded):
        await world.update(world.anna, "customer", {"id": str(one), "grade": "a"})


async def test_a_lock_on_what_would_go_along_keeps_the_whole_group(world: World) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme"})
    (sale,) = await world.create(world.boss, "sale", {"customer": {"id": str(one)}})
    await _lock(world, "sale", sale)
    with pytest.raises(Guarded):
        await world.delete(world.boss, "customer", one)
    assert (await world.get(world.boss, "sale", sale))["customer"]["title"] == "Acme"


async def test_restoring_into_a_taken_unique_value_is_refused_and_keeps_both(world: World) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "code": "7"})
    await world.delete(world.boss, "customer", one)
    (other,) = await world.create(world.boss, "customer", {"name": "Beta", "code": "7"})
    with pytest.raises(Problem) as refused:
        await _moved(world, "restore", one)
    assert _kinds(refused.value) == {AlreadyExists}
    await world.update(world.boss, "customer", {"id": str(other), "code": "8"})
    await _moved(world, "restore", one)
    assert (await world.get(world.boss, "customer", one))["code"] == "7"


async def test_purging_is_for_records_in_the_bin_and_for_who_has_the_right(world: World) -> None:
    (one,) = await world.create(world.anna, "customer", {"name": "Acme"})
    with pytest.raises(NotFound):
        await _moved(world, "purge", one)
    await world.delete(world.anna, "customer", one)
    with pytest.raises(Forbidden):
        await _moved(world, "purge", one, actor=world.anna)
    await _moved(world, "purge", one)
    with pytest.raises(NotFound):
        await _moved(world, "restore", one)
