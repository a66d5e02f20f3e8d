"""Questions beside the list, with answers counted by hand: anchors, pickers, related records, figures, history and undo, each with its reader's rights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.postgres.world import World, make_world

from tradewind.kernel.clock import ManualClock
from tradewind.kernel.problems import InvalidRecords, NotFound, NotSortable, UnknownField
from tradewind.metadata.actors import Actor
from tradewind.metadata.questions import AggregateQuestion, Question, Sort
from tradewind.query.database.pool import Database
from tradewind.records import read
from tradewind.records.history import history, undo


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> World:
    return await make_world(database, clock)


async def _figures(world: World, actor: Actor, **question: Any) -> dict[str, Any]:
    asked = msgspec.convert({"object": "customer", **question}, AggregateQuestion)
    return msgspec.json.decode(await read.aggregate(world.database, world.catalog, actor, asked, world.clock.now()))


async def test_an_anchor_leads_into_the_middle_of_a_long_list(world: World) -> None:
    await world.create(world.anna, "customer", *({"name": f"C{number:05}"} for number in range(1, 2501)))
    question = Question(object="customer", sort=(Sort(field="name"),), limit=2)
    found = msgspec.json.decode(await read.anchors(world.database, world.catalog, world.anna, question, world.clock.now()))
    assert (found["count"], [one["index"] for one in found["anchors"]]) == (2500, [1000, 2000])
    behind = await world.list(world.anna, "customer", sort=[{"field": "name"}], limit=2, after=found["anchors"][1]["after"])
    assert [one["name"] for one in behind] == ["C02001", "C02002"]
    nobody = msgspec.json.decode(await read.anchors(world.database, world.catalog, world.chen, question, world.clock.now()))
    assert nobody == {"count": 0, "anchors": []}


async def test_a_picker_finds_names_in_any_script_and_only_what_one_sees(world: World) -> None:
    for actor, name in ((world.anna, "宁波远洋贸易"), (world.anna, "Müller AG"), (world.chen, "Muller Ltd")):
        await world.create(actor, "customer", {"name": name})

    async def picked(actor: Actor, text: str) -> list[str]:
        return [one["title"] for one in msgspec.json.decode(await read.pick(world.database, world.catalog, actor, "customer", text, world.clock.now()))]

    assert await picked(world.anna, "远洋") == ["宁波远洋贸易"]
    assert await picked(world.anna, "MÜLLER") == ["Müller AG"]
    assert sorted(await picked(world.boss, "ller")) == ["Muller Ltd", "Müller AG"]
    assert await picked(world.chen, "远洋") == []


async def test_related_records_follow_the_rights_on_both_sides(world: World) -> None:
    (customer,) = await world.create(world.anna, "customer", {"name": "Acme"})
    for day in range(3):
        world.clock.advance(timedelta(days=day))
        await world.create(world.anna, "sale", {"customer": str(customer), "lines": [{"product": "Pump", "quantity": day + 1, "price": "10"}]})

    async def sales(actor: Actor) -> list[str]:
        body = await read.related(world.database, world.catalog, actor, "customer", customer, "sale", "customer", world.clock.now())
        return [one["total"] for one in msgspec.json.decode(body)["records"]]

    assert await sales(world.anna) == ["30", "20", "10"]
    assert await sales(world.ben) == []
    with pytest.raises(NotFound):
        await sales(world.chen)


async def test_figures_count_what_a_hand_counts_and_come_in_order(world: World) -> None:
    rows = [("c", 10, "DE"), ("a", 9, "FR"), ("a", 100, "DE"), (None, None, "DE"), ("b", 9, None)]
    await world.create(
        world.boss, "customer", *({"name": f"N{n}", "grade": grade, "credit": credit, "country": land} for n, (grade, credit, land) in enumerate(rows))
    )
    graded = await _figures(
        world,
        world.boss,
        dimensions=[{"field": "grade"}],
        measures=[{"function": "count"}, {"function": "sum", "field": "credit"}, {"function": "distinct", "field": "country"}],
    )
    assert [(row["d"][0], row["m"][0], float(row["m"][1] or 0), row["m"][2]) for row in graded["rows"]] == [
        ("a", 2, 109, 2),
        ("b", 1, 9, 0),
        ("c", 1, 10, 1),
        (None, 1, 0, 1),
    ]
    assert [float(one) for one in graded["total"]] == [5, 128, 2]
    by_credit = await _figures(world, world.boss, dimensions=[{"field": "credit"}], measures=[{"function": "count"}])
    assert [row["d"][0] for row in by_credit["rows"]] == [9, 10, 100, None]
    assert (await _figures(world, world.anna, dimensions=[], measures=[{"function": "count"}]))["total"] == [0]
    with pytest.raises(UnknownField):
        await _figures(world, world.anna, dimensions=[{"field": "credit"}], measures=[{"function": "count"}])
    with pytest.raises((NotSortable, UnknownField)):
        await _figures(world, world.boss, dimensions=[{"field": "sales_list"}], measures=[{"function": "count"}])


async def test_the_day_of_a_group_is_the_readers(world: World) -> None:
    world.clock.advance(timedelta(hours=15, minutes=30))  # 23:30 UTC on 2 November is 3 November in Shanghai
    await world.create(world.boss, "customer", {"name": "Late"})
    days: dict[str, Any] = {}
    for zone in ("UTC", "Asia/Shanghai"):
        reader = msgspec.structs.replace(world.boss, zone=zone)
        days[zone] = (await _figures(world, reader, dimensions=[{"field": "created_at", "grain": "day"}], measures=[{"function": "count"}]))["rows"][0]["d"]
    assert days == {"UTC": ["2026-11-02"], "Asia/Shanghai": ["2026-11-03"]}


async def test_undo_does_not_overwrite_what_somebody_changed_since(world: World) -> None:
    (customer,) = await world.create(world.anna, "customer", {"name": "First", "country": "DE"})
    mine = await world.update(world.anna, "customer", {"id": str(customer), "name": "Second"})
    await world.update(world.boss, "customer", {"id": str(customer), "country": "FR"})
    await undo(world.database, world.catalog, world.anna, mine.action, world.clock)
    record = await world.get(world.anna, "customer", customer)
    assert (record["name"], record["country"]) == ("First", "FR")

    again = await world.update(world.anna, "customer", {"id": str(customer), "name": "Third"})
    await world.update(world.boss, "customer", {"id": str(customer), "name": "Boss knows better"})
    with pytest.raises(InvalidRecords) as caught:
        await undo(world.database, world.catalog, world.anna, again.action, world.clock)
    assert [(one.code, one.params["field"]) for one in caught.value.errors] == [("record.stale", "name")]
    assert (await world.get(world.anna, "customer", customer))["name"] == "Boss knows better"
    with pytest.raises(NotFound):
        await undo(world.database, world.catalog, world.ben, again.action, world.clock)


async def test_history_shows_with_todays_rights_what_happened(world: World) -> None:
    (customer,) = await world.create(world.boss, "customer", {"name": "Acme", "phone": "+493011111111", "credit": 5, "owner": str(world.anna.person)})
    await world.update(world.boss, "customer", {"id": str(customer), "phone": "+493022222222", "credit": 6})
    seen: dict[str, list[dict[str, Any]]] = {}
    for name, actor in (("boss", world.boss), ("anna", world.anna), ("ben", world.ben)):
        entries = await history(world.database, world.catalog, actor, "customer", customer, world.clock)
        seen[name] = sorted((value for entry in entries if entry.operation == "update" for value in entry.values), key=lambda value: value["field"])
    phone = {"field": "phone", "before": "+493011111111", "after": "+493022222222"}
    assert seen["boss"] == [{"field": "credit", "before": 5, "after": 6}, phone]
    assert seen["anna"] == [phone]
    assert seen["ben"] == [{"field": "phone", "masked": True}]
    with pytest.raises(NotFound):
        await history(world.database, world.catalog, world.chen, "customer", customer, world.clock)
