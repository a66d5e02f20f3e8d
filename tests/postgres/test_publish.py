"""Schema operations from plan to publish and back, on records that are there already."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.postgres.world import CUSTOMER, World, choice, field, make_world

from tradewind.catalog import publish as publishing
from tradewind.catalog.publish import plan, publish, undo
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.problems import InvalidDefinition, InvalidRecords, UnknownField, UnknownObject
from tradewind.kernel.sql import raw
from tradewind.metadata.definitions import ObjectDefinition, ViewDefinition
from tradewind.metadata.questions import Question, Sort
from tradewind.query.database.pool import Database
from tradewind.records.read import list_records


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> World:
    return await make_world(database, clock)


def customer(*added: dict[str, Any], **changed: dict[str, Any]) -> ObjectDefinition:
    """The customer with changed fields by key, and more fields."""
    fields = [{**one, **changed.get(str(one["key"]), {})} for one in CUSTOMER["fields"]]  # type: ignore[union-attr]
    return msgspec.convert({**CUSTOMER, "fields": [*fields, *added]}, ObjectDefinition)


async def go(world: World, definition: ObjectDefinition) -> Any:
    change_set = await publish(world.database, [definition], None, world.clock)
    world.catalog = await load(world.database)
    return change_set


async def back(world: World, change_set: Any) -> None:
    await undo(world.database, change_set, None, world.clock)
    world.catalog = await load(world.database)


async def test_a_new_field_fills_its_default_into_records_that_are_there(world: World) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme"})
    change_set = await go(world, customer(field("level", "integer", default=3)))
    assert (await world.get(world.boss, "customer", one))["level"] == 3
    await back(world, change_set)
    with pytest.raises(UnknownField):
        await world.list(world.boss, "customer", fields=["level"])


async def test_a_retired_field_is_unknown_and_comes_back_with_its_values(world: World) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "credit": 7})
    await go(world, customer(credit={"retired": True}))
    assert "credit" not in await world.get(world.boss, "customer", one)
    await go(world, customer())
    assert (await world.get(world.boss, "customer", one))["credit"] == 7


async def test_a_retired_object_is_unknown_and_undo_brings_its_records_back(world: World) -> None:
    plain = msgspec.convert({"key": "fair", "labels": {"en": "Fair"}, "title": "name", "fields": [field("name", "text")]}, ObjectDefinition)
    await go(world, plain)
    (one,) = await world.create(world.boss, "fair", {"name": "Canton"})
    change_set = await go(world, msgspec.structs.replace(plain, retired=True))
    with pytest.raises(UnknownObject):
        await world.list(world.boss, "fair")
    await back(world, change_set)
    assert (await world.get(world.boss, "fair", one))["name"] == "Canton"


async def test_uniqueness_is_refused_while_values_repeat_and_holds_afterwards(world: World) -> None:
    first, _ = await world.create(world.boss, "customer", {"name": "Acme"}, {"name": "ACME"})
    made = await plan(world.database, world.catalog, [customer(name={"unique": True})])
    assert [(step.op, step.field, bool(step.refused)) for step in made.operations if step.op == "set_unique"] == [("set_unique", "name", True)]
    with pytest.raises(InvalidDefinition):
        await go(world, customer(name={"unique": True}))
    await world.update(world.boss, "customer", {"id": str(first), "name": "Beta"})
    change_set = await go(world, customer(name={"unique": True}))
    with pytest.raises(InvalidRecords):
        await world.create(world.boss, "customer", {"name": "beta"})
    await back(world, change_set)
    await world.create(world.boss, "customer", {"name": "beta"})


async def test_a_field_is_required_from_now_on_and_the_plan_counts_the_gaps(world: World) -> None:
    """What is there stays and can be changed elsewhere; its gap cannot be left by who touches it."""
    one, _ = await world.create(world.boss, "customer", {"name": "Acme"}, {"name": "Gamma", "credit": 2})
    made = await plan(world.database, world.catalog, [customer(credit={"required": True})])
    assert [(step.field, step.rows, step.refused) for step in made.operations if step.op == "set_required"] == [("credit", 1, "")]
    change_set = await go(world, customer(credit={"required": True}))
    for row in ({"name": "Beta"}, {"name": "Beta", "credit": None}):
        with pytest.raises(InvalidRecords):
            await world.create(world.boss, "customer", row)
    await world.update(world.boss, "customer", {"id": str(one), "name": "Acme Ltd"})
    with pytest.raises(InvalidRecords):
        await world.update(world.boss, "customer", {"id": str(one), "credit": None})
    await back(world, change_set)
    await world.create(world.boss, "customer", {"name": "Beta"})


async def test_a_text_becomes_a_number_where_every_value_is_one(world: World) -> None:
    one, other = await world.create(world.boss, "customer", {"name": "Acme", "code": "12"}, {"name": "Beta", "code": "x7"})
    number = {"type": "integer", "unique": False}
    made = await plan(world.database, world.catalog, [customer(code=number)])
    assert [step.refused for step in made.operations if step.op == "change_type"] == ["unconvertible"]
    with pytest.raises(InvalidDefinition):
        await go(world, customer(code=number))
    await world.update(world.boss, "customer", {"id": str(other), "code": "7"})
    change_set = await go(world, customer(code=number))
    assert [(await world.get(world.boss, "customer", each))["code"] for each in (one, other)] == [12, 7]
    await world.update(world.boss, "customer", {"id": str(one), "code": 15})
    await back(world, change_set)
    assert [(await world.get(world.boss, "customer", each))["code"] for each in (one, other)] == ["15", "7"]


async def test_a_type_change_keeps_uniqueness_and_is_refused_where_two_values_become_one(world: World) -> None:
    one, other = await world.create(world.boss, "customer", {"name": "Acme", "code": "12"}, {"name": "Beta", "code": "012"})
    made = await plan(world.database, world.catalog, [customer(code={"type": "integer"})])
    assert [step.refused for step in made.operations if step.op == "change_type"] == ["duplicates"]
    await world.update(world.boss, "customer", {"id": str(other), "code": "13"})
    change_set = await go(world, customer(code={"type": "integer"}))
    with pytest.raises(InvalidRecords):
        await world.create(world.boss, "customer", {"name": "Gamma", "code": 12})
    await back(world, change_set)
    with pytest.raises(InvalidRecords):
        await world.create(world.boss, "customer", {"name": "Gamma", "code": "12"})
    assert (await world.get(world.boss, "customer", one))["code"] == "12"


async def test_undo_of_a_type_change_keeps_old_spellings_and_converts_what_is_new(world: World) -> None:
    one, other = await world.create(world.boss, "customer", {"name": "Acme", "code": "007"}, {"name": "Beta", "code": "8"})
    change_set = await go(world, customer(code={"type": "integer"}))
    await world.update(world.boss, "customer", {"id": str(other), "code": None})
    (third,) = await world.create(world.boss, "customer", {"name": "Gamma", "code": 9})
    await back(world, change_set)
    assert [(await world.get(world.boss, "customer", each))["code"] for each in (one, other, third)] == ["007", None, "9"]


async def test_undo_of_a_type_change_is_refused_with_the_values_that_have_no_way_back(world: World) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "credit": 7})
    change_set = await go(world, customer(credit={"type": "text"}, code={"unique": False}))
    await world.update(world.boss, "customer", {"id": str(one), "credit": "seven"})
    with pytest.raises(InvalidDefinition) as refused:
        await back(world, change_set)
    assert refused.value.errors[0].params["values"] == [{"id": str(one), "value": "seven"}]
    world.catalog = await load(world.database)
    assert (await world.get(world.boss, "customer", one))["credit"] == "seven"
    await world.create(world.boss, "customer", {"name": "Beta", "code": "1"}, {"name": "Gamma", "code": "1"})
    await world.update(world.boss, "customer", {"id": str(one), "credit": "8"})
    with pytest.raises(Exception, match=r"(?i)unique|taken|exists"):
        await back(world, change_set)


async def test_a_type_can_change_twice(world: World) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "credit": 7})
    await go(world, customer(credit={"type": "text"}))
    await go(world, customer(credit={"type": "number"}))
    assert (await world.get(world.boss, "customer", one))["credit"] == "7.00"


async def test_dates_and_money_change_their_type_by_way_of_their_text(world: World) -> None:
    await go(world, customer(field("since", "date"), field("budget", "money")))
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "since": "2026-02-03", "budget": {"amount": "12.50", "currency": "EUR"}})
    await go(world, customer(field("since", "text"), field("budget", "text")))
    found = await world.get(world.boss, "customer", one)
    assert found["since"] == "2026-02-03"
    assert "12.50" in found["budget"] and "EUR" in found["budget"]


async def test_a_field_that_another_definition_needs_is_not_retired(world: World) -> None:
    grade = {"key": "customer.good", "object": "customer", "labels": {"en": "Good"}, "columns": ["name", "credit"], "sort": [{"field": "grade"}]}
    await publish(world.database, [msgspec.convert(grade, ViewDefinition)], None, world.clock)
    world.catalog = await load(world.database)
    with pytest.raises(InvalidDefinition) as refused:
        await go(world, customer(grade={"retired": True}))
    assert [(one.pointer, one.params["by"]) for one in refused.value.errors] == [("/object/customer/fields/grade", ["view/customer.good"])]
    sale = msgspec.structs.replace(
        world.catalog.objects["sale"], fields=tuple(msgspec.structs.replace(one, retired=one.key == "total") for one in world.catalog.objects["sale"].fields)
    )
    with pytest.raises(InvalidDefinition) as refused:
        await go(world, sale)
    assert [one.params["by"] for one in refused.value.errors] == [["object/customer"]]
    await go(world, customer(credit={"retired": True}))


class Killed(BaseException):
    """What a kill looks like to the code that was running: nothing of it runs any more."""


async def test_a_publish_cut_off_before_the_switch_is_taken_back_and_an_undo_cut_off_is_finished(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "code": "12"})

    async def killed(*_: object, **__: object) -> None:
        raise Killed

    whole = publishing.switch
    monkeypatch.setattr(publishing, "switch", killed)
    with pytest.raises(Killed):
        await go(world, customer(code={"type": "integer"}))
    monkeypatch.setattr(publishing, "switch", whole)
    assert await publishing.resume(world.database, world.clock) == 1
    assert await publishing.resume(world.database, world.clock) == 0
    assert (await world.get(world.boss, "customer", one))["code"] == "12"
    change_set = await go(world, customer(code={"type": "integer"}))
    monkeypatch.setattr(publishing, "switch", killed)
    with pytest.raises(Killed):
        await back(world, change_set)
    monkeypatch.setattr(publishing, "switch", whole)
    assert await publishing.resume(world.database, world.clock) == 1
    world.catalog = await load(world.database)
    assert (await world.get(world.boss, "customer", one))["code"] == "12"


async def test_a_second_change_of_type_cut_off_before_the_switch_leaves_the_first_ones_way_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "code": "012"})
    first = await go(world, customer(code={"type": "integer"}))

    async def killed(*_: object, **__: object) -> None:
        raise Killed

    for step in ("switch", "_carry_out"):
        with monkeypatch.context() as cut:
            cut.setattr(publishing, step, killed)
            with pytest.raises(Killed):
                await go(world, customer(code={"type": "text"}))
        assert await publishing.resume(world.database, world.clock) == 1
        assert (await world.get(world.boss, "customer", one))["code"] == 12
    await back(world, first)
    assert (await world.get(world.boss, "customer", one))["code"] == "012"


async def test_options_sort_in_the_order_people_gave_them_page_by_page_and_with_an_index(world: World) -> None:
    await world.create(world.boss, "customer", *({"name": grade or "none", **({"grade": grade} if grade else {})} for grade in ("a", "b", "", "c")))
    view = {"key": "customer.by_grade", "object": "customer", "labels": {"en": "By grade"}, "columns": ["name"], "sort": [{"field": "grade"}]}
    await publish(world.database, [msgspec.convert(view, ViewDefinition)], None, world.clock)

    async def listed(*, descending: bool) -> list[str]:
        names: list[str] = []
        after = ""
        while True:
            asked = msgspec.convert(
                {"object": "customer", "fields": ["name"], "sort": [{"field": "grade", "descending": descending}], "limit": 1, "after": after}, Question
            )
            page = msgspec.json.decode(await list_records(world.database, world.catalog, world.boss, asked, world.clock.now()))
            names += [one["name"] for one in page["records"]]
            if not page["next"]:
                return names
            after = page["next"]

    assert await listed(descending=False) == ["a", "b", "c", "none"]
    await publish(world.database, [customer(grade={"options": choice("c", "a", "b")})], None, world.clock)
    world.catalog = await load(world.database)
    assert await listed(descending=False) == ["c", "a", "b", "none"]
    assert await listed(descending=True) == ["b", "a", "c", "none"]
    async with world.database.reading() as connection:
        made = await connection.rows(raw("SELECT indexdef FROM pg_indexes WHERE tablename = 'customer' AND indexname LIKE 'v_customer_grade%'"))
    assert any("array_position(ARRAY['c'::text, 'a'::text, 'b'::text], grade)" in row[0] for row in made)


async def test_texts_too_long_for_an_index_are_sorted_without_one_and_cannot_be_unique(world: World) -> None:
    text = "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(2000))
    await go(world, customer(field("story", "text", options={"max_length": 2000}), field("notes", "long_text")))
    views = [
        ViewDefinition(key=f"customer.by_{key}", object="customer", labels={"en": key}, columns=("name",), sort=(Sort(key),)) for key in ("story", "notes")
    ]
    await publish(world.database, views, None, world.clock)
    (one,) = await world.create(world.boss, "customer", {"name": "Acme", "story": text, "notes": text})
    assert (await world.get(world.boss, "customer", one))["story"] == text
    with pytest.raises(InvalidDefinition) as refused:
        await go(world, customer(field("story", "text", unique=True, options={"max_length": 2000}), field("notes", "long_text")))
    assert refused.value.errors[0].params["reason"] == "too_long_to_be_unique"
