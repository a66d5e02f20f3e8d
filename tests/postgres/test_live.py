"""Who is told that a list is stale: whoever sees what changed, and nobody else; and writers whose catalogue has moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.postgres.test_publish import customer
from tests.postgres.world import SELLER, World, definitions, field, make_world

from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import CatalogHolder, load
from tradewind.edge.http.routes.live import events
from tradewind.edge.http.running import Asked, Running
from tradewind.files.store import FileStore
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.problems import UnknownField
from tradewind.kernel.settings import Settings
from tradewind.kernel.sql import raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import RoleDefinition
from tradewind.query.database.pool import Database
from tradewind.records.batches import Batch
from tradewind.records.live import Notes, concerns
from tradewind.records.write import write


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> World:
    return await make_world(database, clock)


@asynccontextmanager
async def reading(world: World) -> AsyncGenerator[AsyncGenerator[str | None]]:
    """The notes from now on."""
    hub = Notes(world.database)
    hearing = asyncio.ensure_future(hub.hear())
    notes = hub.reading()
    assert await anext(notes) is None
    try:
        yield notes
    finally:
        await notes.aclose()
        hearing.cancel()


async def heard(world: World, actors: list[Actor], change: Any) -> list[bool]:
    """Whether each actor's open list of customers is told of the change."""
    async with reading(world) as notes:
        await change
        try:
            note = msgspec.json.decode(await asyncio.wait_for(anext(notes), 5) or b"{}")
        except TimeoutError:
            return [False] * len(actors)
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
    found: dict[str, tuple[list[str], Any]] = {}
    async with reading(world) as notes:
        await world.delete(world.boss, "customer", one)
        while {"customer", "sale", "note"} - found.keys():
            said = msgspec.json.decode(await asyncio.wait_for(anext(notes), 5) or b"{}")
            found[said["object"]] = (said["ids"], said["fields"])
    assert found == {"customer": ([str(one)], None), "sale": ([str(sale)], None), "note": ([str(paper)], ["about"])}
    assert (await world.get(world.boss, "note", paper))["about"] is None


async def test_all_readers_of_a_process_share_one_connection_and_are_sent_away_when_it_breaks(world: World) -> None:
    listeners = raw("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN tradewind_changes%'")
    async with reading(world) as first:
        hub = Notes(world.database)
        hearing = asyncio.ensure_future(hub.hear())
        many = [hub.reading() for _ in range(50)]
        assert [await anext(one) for one in many] == [None] * 50
        await world.create(world.boss, "customer", {"name": "Acme"})
        said = {await asyncio.wait_for(anext(one), 5) for one in (first, *many)}
        assert len(said) == 1
        async with world.database.reading() as connection:
            assert len(await connection.rows(listeners)) == 2, "one for each hub"
            await connection.execute(raw("SELECT pg_terminate_backend(pid) FROM (") + listeners + raw(") AS l"))
        for one in many:
            with pytest.raises(StopAsyncIteration):
                await asyncio.wait_for(anext(one), 5)
        again = hub.reading()
        assert await asyncio.wait_for(anext(again), 5) is None
        await world.create(world.boss, "customer", {"name": "Beta"})
        assert await asyncio.wait_for(anext(again), 5) is not None
        hearing.cancel()


async def test_a_stream_ends_after_a_while_so_that_rights_are_looked_at_again(world: World, settings: Settings) -> None:
    hub = Notes(world.database)
    hearing = asyncio.ensure_future(hub.hear())
    running = Running(settings, world.database, CatalogHolder(world.catalog), FileStore(settings.data_folder / "files"), world.clock, hub)
    stream = events(Asked(running, world.catalog, world.boss))
    assert await anext(stream) == b": here\n\n"
    await world.create(world.boss, "customer", {"name": "Acme"})
    assert await asyncio.wait_for(anext(stream), 5) == b'event: stale\ndata: {"object":"customer"}\n\n'
    world.clock.advance(timedelta(minutes=10))
    await world.create(world.boss, "customer", {"name": "Beta"})
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(stream), 5)
    hearing.cancel()


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
