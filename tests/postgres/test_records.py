"""Records through the one door: written, read, computed, deleted, with the rights of ordinary people."""

from __future__ import annotations

from typing import Any

import pytest
from tests.postgres.world import World, make_world

from tradewind.kernel.clock import ManualClock
from tradewind.kernel.problems import Forbidden, InvalidRecords, NotFound, ReadOnly, Stale, UnknownField
from tradewind.metadata.actors import Actor
from tradewind.metadata.questions import AggregateQuestion, Dimension, Measure, Question
from tradewind.query.database.pool import Database
from tradewind.records.batches import Batch
from tradewind.records.read import aggregate, count, list_records
from tradewind.records.write import write


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> World:
    return await make_world(database, clock)


async def test_a_created_record_is_read_back_as_it_was_given(world: World) -> None:
    (identity,) = await world.create(world.anna, "customer", {"name": "東洋機械", "country": "JP", "grade": "a", "phone": "+81312345678"})
    record = await world.get(world.anna, "customer", identity)
    assert (record["name"], record["country"], record["grade"], record["phone"]) == ("東洋機械", "JP", "a", "+81312345678")
    assert record["owner"]["name"] == "anna"
    assert record["_actions"] == ["update", "delete"]


async def test_a_colleague_of_the_department_sees_the_phone_masked_and_another_department_sees_nothing(world: World) -> None:
    (identity,) = await world.create(world.anna, "customer", {"name": "Müller", "phone": "+493012345678"})
    seen = await world.get(world.ben, "customer", identity)
    assert "masked" in seen["phone"]
    assert "12345678" not in str(seen)
    assert seen["_states"]["phone"] == "masked"
    assert seen["_actions"] == []
    with pytest.raises(NotFound):
        await world.get(world.chen, "customer", identity)
    assert await world.list(world.chen, "customer") == []


async def test_a_hidden_field_is_absent_and_cannot_be_asked_for(world: World) -> None:
    (identity,) = await world.create(world.boss, "customer", {"name": "Acme", "credit": 5, "owner": str(world.anna.person)})
    assert "credit" not in await world.get(world.anna, "customer", identity)
    for question in ({"filter": {"op": "gt", "field": "credit", "value": 1}}, {"sort": [{"field": "credit"}]}):
        with pytest.raises(UnknownField):
            await world.list(world.anna, "customer", **question)
    with pytest.raises((UnknownField, InvalidRecords)):
        await world.update(world.anna, "customer", {"id": str(identity), "credit": 7})


async def test_a_row_masked_value_is_empty_for_filter_and_sort(world: World) -> None:
    await world.create(world.anna, "customer", {"name": "Anna's", "phone": "+493011111111"})
    found = await world.list(world.ben, "customer", filter={"op": "eq", "field": "phone", "value": "+493011111111"})
    assert found == []
    assert len(await world.list(world.anna, "customer", filter={"op": "eq", "field": "phone", "value": "+493011111111"})) == 1


async def test_changing_only_what_an_actor_cannot_see_changes_nothing_he_gets(world: World) -> None:
    (identity,) = await world.create(world.boss, "customer", {"name": "Acme", "credit": 5, "owner": str(world.anna.person)})
    question = Question(object="customer")
    before = await list_records(world.database, world.catalog, world.anna, question, world.clock.now())
    await world.update(world.boss, "customer", {"id": str(identity), "credit": 99})
    assert await list_records(world.database, world.catalog, world.anna, question, world.clock.now()) == before


async def test_lines_totals_and_roll_ups_follow_every_write(world: World) -> None:
    (customer,) = await world.create(world.anna, "customer", {"name": "Acme"})
    lines = [{"product": "Pump", "quantity": 3, "price": "12.50"}, {"product": "Seal", "quantity": 10, "price": "0.30"}]
    (sale,) = await world.create(world.anna, "sale", {"customer": str(customer), "lines": lines})
    record = await world.get(world.anna, "sale", sale)
    assert record["number"] == "S-2026-0001"
    assert [line["amount"] for line in record["lines"]] == ["37.5", "3"]
    assert record["total"] == "40.5"
    assert (await world.get(world.boss, "customer", customer))["sales"] == "40.5"
    await world.update(world.anna, "sale", {"id": str(sale), "lines": [{"id": record["lines"][0]["id"], "quantity": 4}]})
    assert (await world.get(world.boss, "customer", customer))["sales"] == "50"
    await world.delete(world.anna, "sale", sale)
    assert (await world.get(world.boss, "customer", customer))["sales"] == "0"


async def test_a_stale_version_is_refused(world: World) -> None:
    (identity,) = await world.create(world.anna, "customer", {"name": "Acme"})
    version = (await world.get(world.anna, "customer", identity))["version"]
    await world.update(world.anna, "customer", {"id": str(identity), "name": "Acme 2", "version": version})
    with pytest.raises(Stale):
        await world.update(world.anna, "customer", {"id": str(identity), "name": "Acme 3", "version": version})


async def test_what_is_not_allowed_is_refused_and_changes_nothing(world: World) -> None:
    (identity,) = await world.create(world.anna, "customer", {"name": "Acme", "phone": "+493012345678"})
    with pytest.raises(Forbidden):
        await world.update(world.ben, "customer", {"id": str(identity), "name": "Ben's now"})
    with pytest.raises(NotFound):
        await world.update(world.chen, "customer", {"id": str(identity), "name": "Chen's now"})
    with pytest.raises((ReadOnly, UnknownField, InvalidRecords)):
        await world.update(world.anna, "customer", {"id": str(identity), "sales": "5"})
    assert (await world.get(world.anna, "customer", identity))["name"] == "Acme"


async def test_bad_rows_are_named_and_good_ones_kept_when_asked(world: World) -> None:
    rows = ({"name": "Good"}, {"name": ""}, {"name": "Bad", "country": "XX"})
    with pytest.raises(InvalidRecords) as caught:
        await world.create(world.anna, "customer", *rows)
    assert {error.pointer for error in caught.value.errors} == {"/rows/1/name", "/rows/2/country"}
    assert await world.list(world.anna, "customer") == []
    written = await write(world.database, world.catalog, world.anna, Batch(object="customer", operation="create", rows=rows, partial=True), world.clock)
    assert (written.created, len(written.problems)) == (1, 2)


async def test_a_doubled_unique_value_is_refused_without_telling_whose_it_is(world: World) -> None:
    await world.create(world.chen, "customer", {"name": "Secret GmbH", "code": "X1"})
    with pytest.raises(InvalidRecords) as caught:
        await world.create(world.anna, "customer", {"name": "Other", "code": "X1"})
    assert (caught.value.errors[0].code, caught.value.errors[0].pointer) == ("record.already_exists", "/rows/0/code")
    assert "Secret" not in str(caught.value)


async def test_the_same_idempotency_key_writes_once(world: World) -> None:
    batch = Batch(object="customer", operation="create", rows=({"name": "Once"},), idempotency_key="k1")
    first = await write(world.database, world.catalog, world.anna, batch, world.clock)
    assert await write(world.database, world.catalog, world.anna, batch, world.clock) == first
    assert len(await world.list(world.anna, "customer")) == 1


async def test_upsert_updates_what_it_finds_and_creates_the_rest(world: World) -> None:
    await world.create(world.anna, "customer", {"name": "Acme", "code": "A"})
    batch = Batch(object="customer", operation="upsert", match=("code",), rows=({"name": "Acme 2", "code": "A"}, {"name": "New", "code": "B"}))
    written = await write(world.database, world.catalog, world.anna, batch, world.clock)
    assert (written.created, written.updated) == (1, 1)
    assert sorted(record["name"] for record in await world.list(world.anna, "customer")) == ["Acme 2", "New"]


async def test_deleting_cascades_as_a_group_and_restoring_brings_it_back(world: World) -> None:
    (customer,) = await world.create(world.anna, "customer", {"name": "Acme"})
    (sale,) = await world.create(world.anna, "sale", {"customer": str(customer), "lines": [{"quantity": 2, "price": "5"}]})
    await world.delete(world.anna, "customer", customer)
    assert await world.list(world.anna, "sale") == []
    batch = Batch(object="customer", operation="restore", rows=({"id": str(customer)},))
    await write(world.database, world.catalog, world.anna, batch, world.clock)
    assert (await world.get(world.anna, "sale", sale))["total"] == "10"
    assert (await world.get(world.boss, "customer", customer))["sales"] == "10"


async def test_pages_follow_each_other_without_gap_or_double_whatever_the_sort(world: World) -> None:
    rows = [{"name": f"C{number % 7}", "grade": None if number % 3 == 0 else "ab"[number % 2]} for number in range(25)]
    await world.create(world.anna, "customer", *rows)
    for sort in ([], [{"field": "name"}], [{"field": "grade", "descending": True}, {"field": "name"}], [{"field": "updated_at"}]):
        seen: list[str] = []
        after = ""
        while True:
            asked = {"object": "customer", "sort": sort, "limit": 4, "after": after}
            page = await _page(world, asked)
            seen += [record["id"] for record in page["records"]]
            after = page["next"]
            if after is None:
                break
        assert len(seen) == len(set(seen)) == 25


async def _page(world: World, asked: dict[str, object]) -> dict[str, list[dict[str, str]]]:
    import msgspec

    return msgspec.json.decode(await list_records(world.database, world.catalog, world.anna, msgspec.convert(asked, Question), world.clock.now()))


async def test_search_finds_two_chinese_characters_and_parts_of_words(world: World) -> None:
    await world.create(world.anna, "customer", {"name": "宁波东方机械有限公司"}, {"name": "Müller Pumpen GmbH"}, {"name": "Ελλάδα ΑΕ"})
    for text, name in (("机械", "宁波东方机械有限公司"), ("muller", "Müller Pumpen GmbH"), ("ump", "Müller Pumpen GmbH"), ("ελλαδα", "Ελλάδα ΑΕ")):
        assert [record["name"] for record in await world.list(world.anna, "customer", search=text)] == [name]
    assert await world.list(world.anna, "customer", search="械机") == []
    for text, found in (("pumpen m", 1), ("g pumpen", 1), ("机械 宁", 1), ("pumpen x", 0), ("m", 1), ("p", 0)):
        assert len(await world.list(world.anna, "customer", search=text)) == found, text


async def test_empty_conditions_mean_what_logic_says(world: World) -> None:
    await world.create(world.anna, "customer", {"name": "A"}, {"name": "B"})
    assert len(await world.list(world.anna, "customer", filter={"op": "and"})) == 2
    assert await world.list(world.anna, "customer", filter={"op": "or"}) == []
    assert await world.list(world.anna, "customer", filter={"op": "in", "field": "name", "value": []}) == []


async def test_figures_are_counted_in_groups_with_a_total_of_their_own(world: World) -> None:
    await world.create(world.anna, "customer", {"name": "A", "country": "DE"}, {"name": "B", "country": "DE"}, {"name": "C", "country": "JP"})
    question = AggregateQuestion(
        object="customer", measures=(Measure(function="count"), Measure(function="distinct", field="country")), dimensions=(Dimension(field="country"),)
    )
    import msgspec

    answer = msgspec.json.decode(await aggregate(world.database, world.catalog, world.anna, question, world.clock.now()))
    assert sorted((tuple(row["d"]), row["m"]) for row in answer["rows"]) == [(("DE",), [2, 1]), (("JP",), [1, 1])]
    assert answer["total"] == [3, 2]
    counted = msgspec.json.decode(await count(world.database, world.catalog, world.chen, Question(object="customer"), world.clock.now()))
    assert counted == {"count": 0, "capped": False}


async def test_a_path_reaches_along_a_relation_with_the_rights_of_the_target(world: World) -> None:
    (customer,) = await world.create(world.anna, "customer", {"name": "Acme", "country": "DE"})
    await world.create(world.anna, "sale", {"customer": str(customer)})
    assert len(await world.list(world.anna, "sale", filter={"op": "eq", "field": "customer.country", "value": "DE"})) == 1
    await world.update(world.boss, "customer", {"id": str(customer), "owner": str(world.chen.person)})
    assert await world.list(world.anna, "sale", filter={"op": "eq", "field": "customer.country", "value": "DE"}) == []
    assert (await world.list(world.anna, "sale"))[0]["customer"] == {"restricted": True}


async def test_a_restore_into_a_taken_value_names_the_holder_to_who_sees_him(world: World) -> None:
    (mine,) = await world.create(world.anna, "customer", {"name": "Acme", "code": "A-1"})
    await world.delete(world.anna, "customer", mine)
    back = Batch(object="customer", operation="restore", rows=({"id": str(mine)},))

    async def refused(actor: Actor) -> dict[str, Any]:
        with pytest.raises(InvalidRecords) as problem:
            await write(world.database, world.catalog, actor, back, world.clock)
        (one,) = problem.value.errors
        assert (one.code, one.pointer) == ("record.already_exists", "/rows/0/code")
        return one.params

    (theirs,) = await world.create(world.chen, "customer", {"name": "Secret", "code": "a-1"})
    assert await refused(world.anna) == {"field": "code"}, "a colleague of another department learns nothing of the holder"
    assert await refused(world.boss) == {"field": "code", "rule": "held", "holder": "Secret", "id": str(theirs)}
    await world.update(world.boss, "customer", {"id": str(theirs), "code": "B-2"})
    (own,) = await world.create(world.anna, "customer", {"name": "Acme again", "code": "A-1"})
    assert (await refused(world.anna))["holder"] == "Acme again"
    await world.delete(world.anna, "customer", own)
    assert (await write(world.database, world.catalog, world.anna, back, world.clock)).restored == 1
