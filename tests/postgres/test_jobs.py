"""The queue: taken once, held by a lease, tried again, called off; and the jobs a publish leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.postgres.test_publish import customer
from tests.postgres.world import World, field, make_world

from tradewind.catalog.publish import cancel, hand_in, publish, resume, undo
from tradewind.catalog.schema.operations.change_type import ChangeType
from tradewind.catalog.snapshot import load
from tradewind.edge.worker.handlers import handlers
from tradewind.files.store import FileStore
from tradewind.jobs.queue import Job, LeaseLost, call_off, enqueue, fence, finish, keep, take, wake
from tradewind.jobs.work import Handler, work, work_off
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.problems import Busy, DefinitionConflict, InvalidDefinition, InvalidRecords
from tradewind.kernel.sql import param, raw
from tradewind.metadata.definitions import FieldDefinition, ObjectDefinition
from tradewind.query.database.pool import Database
from tradewind.records.refill import catching_up


async def put(database: Database, clock: ManualClock, key: str = "", **arguments: Any) -> UUID:
    async with database.transaction() as connection:
        return await enqueue(connection, "mail", arguments, clock, key=key)


async def states(database: Database) -> dict[str, int]:
    async with database.reading() as connection:
        return dict(await connection.rows(raw("SELECT state, count(*) FROM system.jobs GROUP BY 1")))  # type: ignore[arg-type]


async def test_each_job_is_taken_once_however_many_ask_at_the_same_time(database: Database, clock: ManualClock) -> None:
    wanted = {await put(database, clock, number=number) for number in range(20)}
    taken = await asyncio.gather(*(take(database, ["mail"], clock) for _ in range(25)))
    found = [job.id for job in taken if job is not None]
    assert len(found) == 20
    assert set(found) == wanted
    assert await take(database, ["other"], clock) is None


async def test_a_job_of_a_writer_who_rolls_back_never_was(database: Database, clock: ManualClock) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as connection:
            await enqueue(connection, "mail", {}, clock)
            raise RuntimeError
    assert await take(database, ["mail"], clock) is None


async def test_a_key_waits_once_but_again_beside_one_that_runs(database: Database, clock: ManualClock) -> None:
    first = await put(database, clock, "42")
    assert await put(database, clock, "42") == first
    job = await take(database, ["mail"], clock)
    assert job is not None
    assert job.id == first
    assert await put(database, clock, "42") != first
    assert await states(database) == {"running": 1, "ready": 1}


async def test_whoever_lost_the_lease_can_neither_report_nor_finish(database: Database, clock: ManualClock) -> None:
    await put(database, clock)
    first = await take(database, ["mail"], clock)
    assert first is not None
    await keep(database, first, clock, {"rows": 3})
    clock.advance(timedelta(seconds=50))
    assert await take(database, ["mail"], clock) is None
    await keep(database, first, clock)
    clock.advance(timedelta(seconds=50))
    assert await take(database, ["mail"], clock) is None
    clock.advance(timedelta(seconds=11))
    second = await take(database, ["mail"], clock)
    assert second is not None
    assert (second.id, second.attempts, second.progress) == (first.id, 2, {"rows": 3})
    with pytest.raises(LeaseLost):
        await keep(database, first, clock)
    with pytest.raises(LeaseLost):
        async with database.transaction() as connection:
            await fence(connection, first)
    await finish(database, first, clock)
    assert await states(database) == {"running": 1}
    await finish(database, second, clock)
    assert await states(database) == {"done": 1}


async def test_failures_come_back_later_and_later_and_problems_do_not(database: Database, clock: ManualClock) -> None:
    calls: list[str] = []

    async def broken(_: Job) -> None:
        calls.append("broken")
        raise Busy()

    await put(database, clock)
    for seconds in (2, 8, 32):
        assert await work_off(database, {"mail": broken}, clock) == 1
        clock.advance(timedelta(seconds=seconds - 1))
        assert await work_off(database, {"mail": broken}, clock) == 0
        clock.advance(timedelta(seconds=1))
    for _ in range(10):
        await work_off(database, {"mail": broken}, clock)
        clock.advance(timedelta(hours=1))
    assert (len(calls), await states(database)) == (10, {"failed": 1})

    async def refused(_: Job) -> None:
        raise InvalidDefinition()

    await put(database, clock)
    assert await work_off(database, {"mail": refused}, clock) == 1
    clock.advance(timedelta(hours=1))
    assert await work_off(database, {"mail": refused}, clock) == 0
    assert await states(database) == {"failed": 2}


async def test_a_job_that_is_called_off_stops_at_its_next_report(database: Database, clock: ManualClock) -> None:
    reports = 0

    async def long(job: Job) -> None:
        nonlocal reports
        while True:
            await keep(database, job, clock, {"rows": reports})
            reports += 1
            async with database.transaction() as connection:
                await call_off(connection, "mail", "42")

    await put(database, clock, "42")
    await work_off(database, {"mail": long}, clock)
    assert (reports, await states(database)) == (1, {"called_off": 1})


async def test_a_waiting_worker_is_woken_and_one_told_to_stop_gives_its_job_back(database: Database, clock: ManualClock) -> None:
    stop, begun = asyncio.Event(), asyncio.Event()

    async def endless(_: Job) -> None:
        begun.set()
        await asyncio.Event().wait()

    known: Mapping[str, Handler] = {"mail": endless}
    working = asyncio.create_task(work(database, known, clock, stop))
    await put(database, clock)
    await wake(database)
    await asyncio.wait_for(begun.wait(), 10)
    stop.set()
    await asyncio.wait_for(working, 10)
    job = await take(database, ["mail"], clock)
    assert job is not None
    assert job.attempts == 1


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> World:
    return await make_world(database, clock)


async def finished(world: World) -> None:
    """The worker does what there is to do."""
    await work_off(world.database, handlers(world.database, world.clock, FileStore(Path("no-files-here"))), world.clock)
    world.catalog = await load(world.database)


async def test_a_new_formula_and_a_changed_one_are_computed_for_records_that_were_there(world: World) -> None:
    one, other = await world.create(world.boss, "customer", {"name": "Acme", "credit": 7}, {"name": "Beta", "credit": 5})

    def doubled(expression: str) -> ObjectDefinition:
        return customer(field("twice", "formula", options={"expression": expression, "result": "number"}))

    await publish(world.database, [doubled("credit * 2")], None, world.clock)
    await finished(world)
    assert [float((await world.get(world.boss, "customer", each))["twice"]) for each in (one, other)] == [14, 10]
    await publish(world.database, [doubled("credit * 3")], None, world.clock)
    await finished(world)
    assert [float((await world.get(world.boss, "customer", each))["twice"]) for each in (one, other)] == [21, 15]


async def test_more_dependants_than_a_writer_can_wait_for_follow_in_jobs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five sales look up at one customer; at most two may be done at once. The customer's own sum of its sales is not late."""
    sale = world.catalog.objects["sale"]
    twice = msgspec.convert(field("twice", "formula", options={"expression": "customer.credit * 2", "result": "number"}), FieldDefinition)
    await publish(world.database, [msgspec.structs.replace(sale, fields=(*sale.fields, twice))], None, world.clock)
    await finished(world)
    (firm,) = await world.create(world.boss, "customer", {"name": "Acme", "credit": 4})
    lines = [{"product": "Screw", "quantity": 2, "price": "3"}]
    sales = await world.create(world.boss, "sale", *({"customer": str(firm), "lines": lines} for _ in range(5)))
    assert float((await world.get(world.boss, "customer", firm))["sales"]) == 30
    monkeypatch.setattr("tradewind.records.recompute.MOST_AT_ONCE", 2)

    async def shown() -> list[float]:
        return [float((await world.get(world.boss, "sale", one))["twice"]) for one in sales]

    await world.update(world.boss, "customer", {"id": str(firm), "credit": 6})
    assert await shown() == [8] * 5
    assert (await catching_up(world.database, world.catalog, world.boss, "sale")).jobs == 3
    await finished(world)
    assert await shown() == [12] * 5
    assert (await catching_up(world.database, world.catalog, world.boss, "sale")).jobs == 0


async def test_a_field_that_is_searched_from_now_on_is_found_in_records_that_were_there(world: World) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "code": "Zebra-77"})

    async def found() -> list[str]:
        return [record["id"] for record in await world.list(world.boss, "customer", search="zebra")]

    assert await found() == []
    await publish(world.database, [customer(code={"searched": True})], None, world.clock)
    await finished(world)
    assert await found() == [str(one)]


async def test_a_publish_over_many_rows_is_a_job_that_tells_how_far_it_is_and_goes_on_after_a_kill(world: World) -> None:
    ids = await world.create(world.boss, "customer", *({"name": f"Firm {number}", "credit": number} for number in range(30)))
    handed = await hand_in(world.database, [customer(credit={"type": "text"})], None, world.clock, most_rows=10)
    assert handed.running
    with pytest.raises(DefinitionConflict) as refused:
        await publish(world.database, [customer()], None, world.clock)
    assert refused.value.params["reason"] == "running"
    assert await resume(world.database, world.clock) == 0, "what a job does is not taken back as interrupted"
    lost = await take(world.database, ["publish"], world.clock)
    assert lost is not None
    world.clock.advance(timedelta(seconds=61))
    await finished(world)
    assert [(await world.get(world.boss, "customer", each))["credit"] for each in ids] == [str(number) for number in range(30)]
    async with world.database.reading() as connection:
        assert await connection.value(raw("SELECT state FROM system.change_sets WHERE id = ") + param(handed.id)) == "done"
        assert (await connection.value(raw("SELECT progress FROM system.jobs WHERE name = 'publish'")))["rows"] == 30


async def test_a_publish_that_is_cancelled_takes_itself_back(world: World) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "credit": 7})
    handed = await hand_in(world.database, [customer(credit={"type": "text"})], None, world.clock, most_rows=0)
    await cancel(world.database, handed.id)
    await finished(world)
    assert (await world.get(world.boss, "customer", one))["credit"] == 7
    async with world.database.reading() as connection:
        assert await connection.value(raw("SELECT state FROM system.change_sets WHERE id = ") + param(handed.id)) == "cancelled"
    await publish(world.database, [customer(credit={"type": "text"})], None, world.clock)


async def test_a_value_that_comes_in_during_a_change_of_type_and_cannot_be_converted_ends_it_with_its_reason(world: World) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "code": "12"})
    handed = await hand_in(world.database, [customer(code={"type": "integer", "unique": False})], None, world.clock, most_rows=0)
    await world.update(world.boss, "customer", {"id": str(one), "code": "twelve"})
    await finished(world)
    async with world.database.reading() as connection:
        row = await connection.row(raw("SELECT state, problem FROM system.change_sets WHERE id = ") + param(handed.id))
    assert row is not None
    assert (row[0], msgspec.json.decode(row[1])["errors"][0]["params"]["values"]) == ("failed", [{"id": str(one), "value": "twelve"}])
    assert (await world.get(world.boss, "customer", one))["code"] == "twelve"


async def test_what_is_written_between_conversion_and_switch_is_converted_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when nothing but that value moves: neither version nor time of change tell."""
    one, other = await world.create(world.boss, "customer", {"name": "Acme", "code": "12"}, {"name": "Beta", "code": "13"})
    from tradewind.catalog import publish as publishing

    switch = publishing.switch

    async def late(*arguments: Any, **named: Any) -> None:
        async with world.database.transaction() as connection:
            await connection.execute(raw("UPDATE data.customer SET code = '99', updated_at = '2020-01-01' WHERE code = '12'"))
        await switch(*arguments, **named)

    monkeypatch.setattr(publishing, "switch", late)
    await publish(world.database, [customer(code={"type": "integer"})], None, world.clock)
    await finished(world)
    assert [(await world.get(world.boss, "customer", each))["code"] for each in (one, other)] == [99, 13]
    with pytest.raises(InvalidRecords):
        await world.create(world.boss, "customer", {"name": "Gamma", "code": 99})


async def test_a_long_way_back_is_a_job_too_and_goes_on_after_a_kill(world: World) -> None:
    ids = await world.create(world.boss, "customer", *({"name": f"Firm {number}", "code": f"0{number}"} for number in range(30)))
    change_set = await publish(world.database, [customer(code={"type": "integer"})], None, world.clock)
    handed = await undo(world.database, change_set, None, world.clock, most_rows=10)
    assert handed.running
    with pytest.raises(DefinitionConflict) as refused:
        await publish(world.database, [customer()], None, world.clock)
    assert refused.value.params["reason"] == "running"
    assert await resume(world.database, world.clock) == 0, "what a job takes back is not ended as interrupted"
    assert await take(world.database, ["publish"], world.clock) is not None
    world.clock.advance(timedelta(seconds=61))
    await finished(world)
    assert [(await world.get(world.boss, "customer", each))["code"] for each in ids] == [f"0{number}" for number in range(30)]
    async with world.database.reading() as connection:
        assert await connection.value(raw("SELECT state FROM system.change_sets WHERE id = ") + param(handed.id)) == "done"
        assert (await connection.value(raw("SELECT progress FROM system.jobs WHERE name = 'publish'")))["rows"] == 30
        triggers = await connection.value(raw("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'data.customer'::regclass AND NOT tgisinternal"))
    assert triggers == 0


async def test_a_long_way_back_that_is_cancelled_leaves_what_was_published(world: World) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "code": "007"})
    change_set = await publish(world.database, [customer(code={"type": "integer"})], None, world.clock)
    handed = await undo(world.database, change_set, None, world.clock, most_rows=0)
    await cancel(world.database, handed.id)
    await finished(world)
    assert (await world.get(world.boss, "customer", one))["code"] == 7
    async with world.database.reading() as connection:
        assert await connection.value(raw("SELECT state FROM system.change_sets WHERE id = ") + param(handed.id)) == "cancelled"
    await undo(world.database, change_set, None, world.clock)
    world.catalog = await load(world.database)
    assert (await world.get(world.boss, "customer", one))["code"] == "007"


async def test_what_is_written_while_a_type_goes_back_goes_back_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records changed, emptied and made after everything was compared and before the old column takes its name again."""
    ids = await world.create(world.boss, "customer", *({"name": name, "code": code} for name, code in (("Acme", "007"), ("Beta", "8"), ("Gamma", "09"))))
    change_set = await publish(world.database, [customer(code={"type": "integer"})], None, world.clock)
    world.catalog = await load(world.database)
    compared = ChangeType._compare_back  # pyright: ignore[reportPrivateUsage]
    made: list[UUID] = []

    async def late(*arguments: Any, **named: Any) -> None:
        await compared(*arguments, **named)
        await world.update(world.boss, "customer", {"id": str(ids[0]), "code": 70})
        await world.update(world.boss, "customer", {"id": str(ids[1]), "code": None})
        made.extend(await world.create(world.boss, "customer", {"name": "Delta", "code": 12}))

    monkeypatch.setattr(ChangeType, "_compare_back", late)
    await undo(world.database, change_set, None, world.clock)
    world.catalog = await load(world.database)
    assert [(await world.get(world.boss, "customer", each))["code"] for each in (*ids, *made)] == ["70", None, "09", "12"]
