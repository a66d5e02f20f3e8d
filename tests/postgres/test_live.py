"""Who is told that a list is stale: whoever sees what changed, and nobody else; and writers whose catalogue has moved."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.postgres.test_publish import customer
from tests.postgres.world import SELLER, World, definitions, field, make_world

from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.problems import UnknownField
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import RoleDefinition
from tradewind.query.database.pool import Database
from tradewind.records.batches import Batch
from tradewind.records.live import concerns, listening
from tradewind.records.write import write


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> World:
    return await make_world(database, clock)


async def heard(world: World, actors: list[Actor], change: Any) -> list[bool]:
    """Whether each actor's open list of customers is told of the change."""
    notes = listening(world.database)
    first = asyncio.ensure_future(anext(notes))
    await asyncio.sleep(0.3)  # LISTEN is asked for by the time the note is sent
    await change
    try:
        note = msgspec.json.decode(await asyncio.wait_for(first, 5) or b"{}")
    except TimeoutError:
        return [False] * len(actors)
    finally:
        await notes.aclose()
    ids = [UUID(one) for one in note["ids"]]
    return [await concerns(world.database, world.catalog, one, note["object"], ids, note["fields"], world.clock.now()) for one in actors]


async def test_a_change_of_a_hidden_field_is_news_only_to_who_sees_it(world: World) -> None:
    role: dict[str, Any] = {
        **SELLER,
        "objects": {
            "customer": {
                "create": True,
                "grants": [{"rows": "own", "actions": ["read", "update"], "default": "write", "fields": {"credit": "hidden", "code": "masked"}}],
            }
        },
    }
    twice = field("twice", "formula", options={"expression": "credit * 2", "result": "number"})
    await publish(world.database, [msgspec.convert(role, RoleDefinition), customer(twice)], None, world.clock)
    world.catalog = await load(world.database)
    seller = world.anna
    (one,) = await world.create(seller, "customer", {"name": "Acme"})
    both = [seller, world.boss]
    assert await heard(world, both, world.update(world.boss, "customer", {"id": str(one), "credit": 9})) == [False, True]
    assert await heard(world, both, world.update(world.boss, "customer", {"id": str(one), "code": "K-2"})) == [True, True]
    assert await heard(world, both, world.update(world.boss, "customer", {"id": str(one), "credit": 8, "name": "Beta"})) == [True, True]
    assert await heard(world, both, world.update(world.boss, "customer", {"id": str(one), "name": "Beta"})) == [False, False], "nothing changed"
    assert await heard(world, both, world.create(world.boss, "customer", {"name": "Not the seller's"})) == [False, True]


async def test_lists_of_other_objects_hear_of_what_went_and_came_with_a_record(world: World) -> None:
    """A customer's sales cascade; its note points at it and is let go."""
    note = {
        "key": "note", "labels": {"en": "Note"}, "title": "text",
        "fields": [field("text", "text"), field("about", "relation", options={"target": "customer", "inverse": "notes", "on_delete": "set_null"})],
    }  # fmt: skip
    await publish(world.database, definitions(note), None, world.clock)
    world.catalog = await load(world.database)
    (one,) = await world.create(world.boss, "customer", {"name": "Acme"})
    (sale,) = await world.create(world.boss, "sale", {"customer": str(one)})
    (paper,) = await world.create(world.boss, "note", {"text": "Call", "about": str(one)})
    notes = listening(world.database)

    async def told(change: Any) -> dict[str, tuple[list[str], Any]]:
        waiting = asyncio.ensure_future(anext(notes))
        await asyncio.sleep(0.3)  # LISTEN is asked for by the time the note is sent
        await change
        found: dict[str, tuple[list[str], Any]] = {}
        while {"customer", "sale", "note"} - found.keys():
            said = msgspec.json.decode(await asyncio.wait_for(waiting, 5) or b"{}")
            found[said["object"]] = (said["ids"], said["fields"])
            waiting = asyncio.ensure_future(anext(notes))
        waiting.cancel()
        return found

    assert await told(world.delete(world.boss, "customer", one)) == {
        "customer": ([str(one)], None),
        "sale": ([str(sale)], None),
        "note": ([str(paper)], ["about"]),
    }
    assert (await world.get(world.boss, "note", paper))["about"] is None
    await notes.aclose()


async def test_a_writer_with_an_earlier_catalogue_takes_up_the_new_one(world: World) -> None:
    """The field was retired after the writer had understood his request: he is told so, and what he writes has the new default."""
    before = world.catalog
    (one,) = await world.create(world.boss, "customer", {"name": "Acme"})
    await publish(world.database, [customer(field("level", "integer", default=3), credit={"retired": True})], None, world.clock)
    (other,) = (await write(world.database, before, world.boss, Batch(object="customer", operation="create", rows=({"name": "Beta"},)), world.clock)).ids
    world.catalog = await load(world.database)
    assert [(await world.get(world.boss, "customer", each))["level"] for each in (one, other)] == [3, 3]
    with pytest.raises(UnknownField):
        await write(world.database, before, world.boss, Batch(object="customer", operation="update", rows=({"id": str(one), "credit": 5},)), world.clock)


async def test_the_switch_waits_for_a_writer_and_the_next_writer_for_the_switch(world: World) -> None:
    from tradewind.records.write import write_in

    batch = Batch(object="customer", operation="create", rows=({"name": "Slow"},))
    async with world.database.transaction() as connection:
        await write_in(connection, world.catalog, world.boss, batch, world.clock)
        publishing = asyncio.ensure_future(publish(world.database, [customer(field("level", "integer", default=3))], None, world.clock))
        done, _ = await asyncio.wait([publishing], timeout=1.5)
        assert not done
    await asyncio.wait_for(publishing, 20)
    world.catalog = await load(world.database)
    assert {record["level"] for record in await world.list(world.boss, "customer", fields=["level"])} == {3}
