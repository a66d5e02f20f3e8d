"""Fields that depend on today are computed when they are asked for, by the day of the reader's zone, with his rights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.postgres.world import World, definitions, field, make_world

from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.problems import InvalidDefinition, UnknownField
from tradewind.metadata.actors import Actor
from tradewind.metadata.questions import AggregateQuestion, Dimension, Measure
from tradewind.query.database.pool import Database
from tradewind.records.read import aggregate

BILL = {
    "key": "bill", "labels": {"en": "Bill"}, "title": "name",
    "fields": [
        field("name", "text", required=True), field("due", "date"), field("amount", "number"), field("margin", "number"),
        field("days_late", "formula", options={"expression": "TODAY() - due", "result": "number"}),
        field("state", "formula", options={"expression": 'IF(days_late > 0, "late", "open")', "result": "text"}),
        field("risk", "formula", options={"expression": "days_late * margin", "result": "number"}),
        field("buyer", "relation", options={"target": "buyer", "inverse": "bills"}),
    ],
}  # fmt: skip
BUYER = {
    "key": "buyer", "labels": {"en": "Buyer"}, "title": "name",
    "fields": [
        field("name", "text"),
        field("latest", "rollup", options={"object": "bill", "relation": "buyer", "function": "max", "field": "due"}),
        field("silent", "formula", options={"expression": "TODAY() - latest", "result": "number"}),
        field("overdue", "rollup", options={"object": "bill", "relation": "buyer", "function": "max", "field": "days_late"}),
        field("soon", "rollup", options={"object": "bill", "relation": "buyer", "function": "sum", "field": "amount", "filter": {"op": "within", "field": "due", "value": {"unit": "day", "next": 7}}}),
    ],
}  # fmt: skip
CLERK = {
    "key": "clerk", "labels": {"en": "Clerk"},
    "objects": {"bill": {"grants": [{"rows": "all", "default": "read", "fields": {"margin": "hidden"}}]}, "buyer": {"grants": [{"rows": "all", "default": "read"}]}},
}  # fmt: skip


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> World:
    made = await make_world(database, clock)
    await publish(database, definitions(BILL, BUYER, CLERK), None, clock)
    made.catalog = await load(database)
    return made


async def _bills(world: World) -> list[str]:
    """Due on 28 October, 1 November and 5 November 2026; the clock stands at 2 November, 08:00 UTC."""
    (buyer,) = await world.create(world.boss, "buyer", {"name": "Acme"})
    rows = [("A", "2026-10-28", 100), ("B", "2026-11-01", 20), ("C", "2026-11-05", 7)]
    await world.create(world.boss, "bill", *({"name": name, "due": due, "amount": amount, "margin": 2, "buyer": str(buyer)} for name, due, amount in rows))
    return [str(buyer)]


async def test_a_formula_with_today_follows_the_clock_without_a_write(world: World) -> None:
    await _bills(world)
    seen = {one["name"]: (one["days_late"], one["state"]) for one in await world.list(world.boss, "bill")}
    assert seen == {"A": ("5", "late"), "B": ("1", "late"), "C": ("-3", "open")}
    world.clock.advance(timedelta(days=4))
    seen = {one["name"]: (one["days_late"], one["state"]) for one in await world.list(world.boss, "bill")}
    assert seen == {"A": ("9", "late"), "B": ("5", "late"), "C": ("1", "late")}


async def test_today_is_the_day_of_the_readers_zone(world: World) -> None:
    await _bills(world)
    world.clock.advance(timedelta(hours=9))  # 17:00 UTC: already 3 November in Shanghai, still 2 November in Lisbon
    late: dict[str, Any] = {}
    for zone in ("Asia/Shanghai", "Europe/Lisbon"):
        reader = msgspec.structs.replace(world.boss, zone=zone)
        late[zone] = [one["days_late"] for one in await world.list(reader, "bill", sort=[{"field": "name"}])]
    assert late == {"Asia/Shanghai": ["6", "2", "-2"], "Europe/Lisbon": ["5", "1", "-3"]}


async def test_it_is_filtered_sorted_grouped_and_paged_like_any_field(world: World) -> None:
    await _bills(world)
    late = await world.list(world.boss, "bill", filter={"op": "gt", "field": "days_late", "value": 0}, sort=[{"field": "days_late"}], limit=1)
    assert [one["name"] for one in late] == ["B"]
    question = AggregateQuestion(object="bill", dimensions=(Dimension(field="state"),), measures=(Measure(function="sum", field="amount"),))
    figures = msgspec.json.decode(await aggregate(world.database, world.catalog, world.boss, question, world.clock.now()))
    assert [(row["d"], row["m"]) for row in figures["rows"]] == [(["late"], ["120"]), (["open"], ["7"])]
    assert figures["total"] == ["127"]


async def test_roll_ups_over_moving_fields_and_spans_move_too(world: World) -> None:
    (buyer,) = await _bills(world)
    before = (await world.list(world.boss, "buyer"))[0]
    assert (before["latest"], before["silent"], before["overdue"], before["soon"]) == ("2026-11-05", "-3", "5", "7")
    world.clock.advance(timedelta(days=5))
    after = (await world.list(world.boss, "buyer"))[0]
    assert (after["latest"], after["silent"], after["overdue"], after["soon"]) == ("2026-11-05", "2", "10", "0")
    assert after["version"] == before["version"] and after["id"] == buyer


async def test_who_may_not_see_an_input_does_not_see_what_is_made_of_it(world: World) -> None:
    await _bills(world)
    clerk = Actor(person=world.chen.person, name="clerk", roles=("clerk",))
    (first, *_) = await world.list(clerk, "bill", sort=[{"field": "name"}])
    assert first["days_late"] == "5" and not {"risk", "margin"} & set(first)
    with pytest.raises(UnknownField):
        await world.list(clerk, "bill", sort=[{"field": "risk"}])


@pytest.mark.parametrize(
    ("key", "expression", "path"),
    [("amount_again", "twice + 1", "amount_again → twice → amount_again"), ("debt", "buyer.owed", "debt → buyer.owed → debt")],
)
async def test_a_circle_is_refused_also_across_objects(world: World, clock: ManualClock, key: str, expression: str, path: str) -> None:
    more = [
        field(key, "formula", options={"expression": expression, "result": "number"}),
        field("twice", "formula", options={"expression": "amount_again * 2"}),
    ]
    bill = {**BILL, "fields": [*BILL["fields"], *(one for one in more if key == "amount_again" or one["key"] == key)]}
    owed = field("owed", "rollup", options={"object": "bill", "relation": "buyer", "function": "sum", "field": "debt"})
    buyer = {**BUYER, "fields": [*BUYER["fields"], *([owed] if key == "debt" else [])]}
    with pytest.raises(InvalidDefinition) as caught:
        await publish(world.database, definitions(bill, buyer), None, clock)
    assert path in {str(one.params.get("path")) for one in caught.value.errors}
