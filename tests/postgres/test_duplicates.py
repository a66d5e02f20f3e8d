"""Rules for duplicates: hints at entry, the finder, calling records different, and what either tells to whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.postgres.world import World, field, make_world

from tradewind.catalog.publish import publish, undo
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.json import canonical
from tradewind.kernel.problems import Forbidden, InvalidDefinition, InvalidRequest, NotFound, UnknownObject
from tradewind.kernel.sql import param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import ObjectDefinition, QualityDefinition
from tradewind.metadata.quality import quality_of, rule_sides
from tradewind.query.compile.matching import compile_similar
from tradewind.query.database.pool import Database
from tradewind.records import cleaning, distinct, finder
from tradewind.records.similar import Similar, similar, similar_to


def rule(key: str, strength: str, *terms: str, **more: Any) -> dict[str, Any]:
    """A rule over terms like "name.words" or, across objects, "email=phone"."""
    made: list[dict[str, Any]] = []
    for term in terms:
        mine, _, other = term.partition("=")
        name, _, by = mine.partition(".")
        theirs, _, other_by = other.partition(".")
        made.append({"field": name, "by": by, "other": theirs, "other_by": other_by})
    return {"key": key, "labels": {"en": key}, "strength": strength, "terms": made, **more}


RULES = {
    "key": "customer",
    "rules": [
        rule("phone", "certain", "phone"),
        rule("name", "likely", "name.words"),
        rule("place", "hint", "country", "name.letters"),
        rule("code", "certain", "code"),
    ],
}


def quality(body: dict[str, Any]) -> QualityDefinition:
    return msgspec.convert(body, QualityDefinition)


async def _told(*_: Any) -> None:
    """Nobody listens."""


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> AsyncIterator[World]:
    made = await make_world(database, clock)
    await publish(database, [quality(RULES)], None, clock)
    made.catalog = await load(database)
    yield made


async def _like(world: World, actor: Actor, *rows: dict[str, Any], key: str = "customer") -> list[Similar]:
    return await similar(world.database, world.catalog, actor, key, rows, world.clock)


async def _find(world: World) -> None:
    await finder.find(world.database, world.catalog, "customer", _told, world.clock)


async def _groups(world: World, actor: Actor, **more: Any) -> list[tuple[str, set[UUID]]]:
    found = await finder.groups(world.database, world.catalog, actor, "customer", world.clock, **more)
    return [(group.strength, set(group.members)) for group in found.groups]


async def test_a_hint_names_what_is_alike_and_why(world: World) -> None:
    (one,) = await world.create(world.anna, "customer", {"name": "Müller, Hans", "country": "DE", "phone": "+493012345678"})
    by_name, by_phone, by_both, other = await _like(
        world,
        world.anna,
        {"name": "hans  MULLER"},
        {"name": "x", "phone": "+49 30 12345678"},
        {"name": "MÜLLER-Hans", "country": "DE", "phone": "+493012345678"},
        {"name": "Müller", "phone": "+49301"},
    )
    assert [(hit.id, hit.title, hit.rules, hit.strength, hit.score) for hit in by_name.hits] == [(one, "Müller, Hans", ("name",), "likely", 0.8)]
    assert [(hit.rules, hit.strength) for hit in by_phone.hits] == [(("phone",), "certain")]
    assert [(hit.rules, hit.strength, hit.score) for hit in by_both.hits] == [(("phone", "name", "place"), "certain", 0.9988)]
    assert (other.hits, other.outside) == ((), ())
    assert (await similar_to(world.database, world.catalog, world.anna, "customer", one, world.clock)).hits == ()


async def test_of_a_record_out_of_scope_only_its_existence_is_said_and_only_so_often(world: World) -> None:
    await world.create(world.anna, "customer", *({"name": f"Firm {n}", "phone": f"+4930123456{n:02}"} for n in range(40)))
    (told,) = await _like(world, world.chen, {"name": "Firm 7"})
    assert (told.hits, list(msgspec.to_builtins(told.outside)), told.limited) == ((), [{"object": "customer", "strength": "likely"}], False)
    async with world.database.reading() as connection:
        line = await connection.row(raw("SELECT actor_name, operation, record IS NOT NULL, fields FROM system.changes WHERE operation = 'similar'"))
    assert line == ("chen", "similar", True, [])
    (again,) = await _like(world, world.chen, {"name": "firm 7"})
    assert again.outside == told.outside
    answers = [(await _like(world, world.chen, {"name": f"Firm {n}"}))[0] for n in range(40)]
    assert sum(bool(one.outside) for one in answers) == 30
    assert all(one.limited and not one.outside for one in answers[30:])
    (nothing,) = await _like(world, world.chen, {"name": "nobody at all"})
    assert nothing == answers[-1]
    world.clock.advance(timedelta(hours=2))
    assert (await _like(world, world.chen, {"name": "Firm 39"}))[0].outside


async def test_the_definition_decides_what_is_said(world: World) -> None:
    await world.create(world.anna, "customer", {"name": "Alpha", "phone": "+493012345678"})
    said: dict[str, Any] = {}
    for mode in ("nothing", "existence", "owner", "name"):
        await publish(world.database, [quality({**RULES, "outside": mode})], None, world.clock)
        world.catalog = await load(world.database)
        said[mode] = list(msgspec.to_builtins((await _like(world, world.chen, {"name": "alpha"}))[0].outside))
    owner = {"id": str(world.anna.person), "name": "anna"}
    base = {"object": "customer", "strength": "likely"}
    assert said == {"nothing": [], "existence": [base], "owner": [{**base, "owner": owner}], "name": [{**base, "owner": owner, "title": "Alpha"}]}


async def test_a_masked_value_is_not_found_out_by_guessing(world: World) -> None:
    (one,) = await world.create(world.anna, "customer", {"name": "Alpha", "phone": "+493012345678"})
    (guess,) = await _like(world, world.ben, {"name": "z", "phone": "+493012345678"})
    assert (guess.hits, len(guess.outside)) == ((), 1)
    (both,) = await _like(world, world.ben, {"name": "alpha", "phone": "+493012345678"})
    assert ([(hit.id, hit.rules) for hit in both.hits], both.outside) == ([(one, ("name",))], ())
    async with world.database.transaction() as connection:
        await connection.execute(raw("DELETE FROM system.similar_told"))
    (hidden,) = await _like(world, world.ben, {"name": "z", "credit": 5})
    assert (hidden.hits, hidden.outside) == ((), ())


async def test_a_value_that_too_many_have_says_nothing(world: World) -> None:
    await publish(world.database, [quality({**RULES, "most": 3})], None, world.clock)
    world.catalog = await load(world.database)
    await world.create(world.anna, "customer", *({"name": "Switchboard"} for _ in range(3)))
    assert len((await _like(world, world.anna, {"name": "switchboard"}))[0].hits) == 3
    await world.create(world.anna, "customer", {"name": "Switchboard"})
    assert (await _like(world, world.anna, {"name": "switchboard"}))[0].hits == ()
    await _find(world)
    assert await _groups(world, world.anna) == []


async def test_a_hint_costs_an_index_probe(world: World) -> None:
    await world.create(world.boss, "customer", *({"name": f"Firm {n}", "country": "DE", "phone": f"+49301234{n:04}", "code": f"c{n}"} for n in range(500)))
    found = quality_of(world.catalog, "customer")
    assert found is not None
    async with world.database.transaction() as connection:
        await connection.execute(raw("ANALYZE data.customer"))
        for one in found.rules:
            sides = rule_sides(world.catalog.objects, world.catalog.objects["customer"], one)
            assert sides is not None
            row = {"n": 0, "name": "Firm 7", "country": "DE", "phone": "+493012340007", "code": "c7"}
            for actor in (world.anna, world.boss):
                plan = await connection.value(raw("EXPLAIN (FORMAT JSON) ") + compile_similar(world.catalog, actor, [sides], [row], 50, world.clock.now()))
                assert b"Seq Scan" not in canonical(plan), one.key


async def test_rules_make_and_drop_their_indexes_and_undo_brings_them_back(world: World) -> None:
    async def indexes() -> set[str]:
        async with world.database.reading() as connection:
            rows = await connection.rows(raw("SELECT relname FROM pg_class WHERE relname LIKE 'd!_customer!_%' ESCAPE '!'"))
        return {str(row[0]) for row in rows}

    before = await indexes()
    assert len(before) == 4
    change = await publish(world.database, [quality({**RULES, "rules": RULES["rules"][:2]})], None, world.clock)  # pyright: ignore[reportIndexIssue]
    assert len(await indexes()) == 2
    await undo(world.database, change, None, world.clock)
    assert await indexes() == before
    retyped = msgspec.convert(msgspec.to_builtins(world.catalog.objects["customer"]), ObjectDefinition)
    fields = tuple(msgspec.structs.replace(one, type="long_text") if one.key == "code" else one for one in retyped.fields if one.key != "x")
    fields = tuple(msgspec.structs.replace(one, unique=False) if one.key == "code" else one for one in fields)
    await publish(world.database, [msgspec.structs.replace(retyped, fields=fields)], None, world.clock)
    assert len(await indexes()) == 4


@pytest.mark.parametrize(
    ("body", "pointer", "reason"),
    [
        ({"key": "nowhere", "rules": []}, "/quality/nowhere", "unknown_object"),
        ({"key": "sale_line", "rules": []}, "/quality/sale_line", "lines_have_none"),
        ({"key": "customer", "rules": [rule("a", "likely", "name.sound")]}, "/quality/customer/rules/a/terms/0", "form"),
        ({"key": "customer", "rules": [rule("a", "likely", "sales")]}, "/quality/customer/rules/a/terms/0", "form"),
        ({"key": "customer", "rules": [rule("a", "likely", "gone")]}, "/quality/customer/rules/a/terms/0", "unknown_field"),
        ({"key": "customer", "rules": [rule("a", "likely")]}, "/quality/customer/rules/a/terms", "no_terms"),
        ({"key": "customer", "rules": [rule("a", "likely", "name"), rule("a", "likely", "name")]}, "/quality/customer/rules/a", "doubled_key"),
        ({"key": "sale", "rules": [rule("a", "likely", "number=name", across="customer")]}, "/quality/sale/rules/a/terms/0", "form"),
        ({"key": "customer", "rules": [rule("a", "likely", "credit=name", across="customer")]}, "/quality/customer/rules/a/terms/0", "forms_differ"),
        ({"key": "sale", "rules": [rule("a", "likely", "customer=name", across="customer", link="lines")]}, "/quality/sale/rules/a/link", "link"),
        ({"key": "customer", "weights": {"filled": 0, "valid": 0, "unique": 0, "recent": 0}}, "/quality/customer/weights", "weights"),
        ({"key": "customer", "most": 1}, "/quality/customer/most", "bounds"),
        ({"key": "customer", "fields": ["gone"]}, "/quality/customer/fields", "unknown_field"),
    ],
)  # fmt: skip
async def test_what_cannot_work_is_not_published(world: World, body: dict[str, Any], pointer: str, reason: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        await publish(world.database, [quality(body)], None, world.clock)
    assert (pointer, reason) in {(one.pointer, one.params["reason"]) for one in refused.value.errors}


async def test_a_field_that_rules_compare_is_not_retired(world: World) -> None:
    customer = world.catalog.objects["customer"]
    fields = tuple(msgspec.structs.replace(one, retired=one.key == "country") for one in customer.fields)
    with pytest.raises(InvalidDefinition) as refused:
        await publish(world.database, [msgspec.structs.replace(customer, fields=fields)], None, world.clock)
    assert [(one.params["reason"], one.params["by"]) for one in refused.value.errors] == [("still_used", ["quality/customer"])]


async def test_the_finder_groups_by_strength_with_reasons(world: World) -> None:
    a, b, c, d = await world.create(
        world.anna,
        "customer",
        {"name": "Alpha Beta", "phone": "+493012345678"},
        {"name": "Gamma", "phone": "+493012345678"},
        {"name": "beta alpha"},
        {"name": "Delta"},
    )
    assert await _groups(world, world.anna) == []
    await _find(world)
    assert await _groups(world, world.anna) == [("certain", {a, b}), ("likely", {a, b, c})]
    assert await _groups(world, world.anna, weakest="certain") == [("certain", {a, b})]
    assert await _groups(world, world.anna, rule="name") == [("likely", {a, c})]
    found = await finder.groups(world.database, world.catalog, world.anna, "customer", world.clock)
    assert [(link.one, link.other, link.rules) for link in found.groups[1].links] == [(a, b, ("phone",)), (a, c, ("name",))]
    assert (found.total, found.at, found.groups[1].score) == (2, world.clock.now(), 0.8)
    assert await finder.surplus(world.database, world.catalog, "customer", world.clock) == 2
    await world.update(world.anna, "customer", {"id": str(b), "phone": None})
    assert await _groups(world, world.anna) == [("likely", {a, c})]
    await world.delete(world.anna, "customer", c)
    assert await _groups(world, world.anna) == []
    assert d not in {one for _, members in await _groups(world, world.anna) for one in members}


async def test_the_finder_shows_each_reader_only_what_he_may_know(world: World) -> None:
    (a, b) = await world.create(world.anna, "customer", {"name": "Same", "phone": "+493012345678"}, {"name": "Other", "phone": "+493012345678"})
    (c,) = await world.create(world.chen, "customer", {"name": "same"})
    (d,) = await world.create(world.chen, "customer", {"name": "SAME!"})
    await _find(world)
    assert await _groups(world, world.boss) == [("certain", {a, b}), ("likely", {a, b, c, d})]
    assert await _groups(world, world.anna) == [("certain", {a, b})]
    assert await _groups(world, world.chen) == [("likely", {c, d})]
    assert await _groups(world, world.ben) == []
    await world.delete(world.chen, "customer", d)
    assert await _groups(world, world.chen) == []


async def test_what_was_called_different_stays_apart_until_it_is_taken_back(world: World) -> None:
    a, b, c = await world.create(world.anna, "customer", *({"name": "Same"} for _ in range(3)))
    await _find(world)
    assert await distinct.set_apart(world.database, world.catalog, world.anna, "customer", [a, b], world.clock) == 1
    assert await _groups(world, world.anna) == [("likely", {a, b, c})]
    await distinct.set_apart(world.database, world.catalog, world.anna, "customer", [a, c], world.clock)
    assert await _groups(world, world.anna) == [("likely", {b, c})]
    assert [one["by"] for one in await distinct.pairs(world.database, world.catalog, world.anna, "customer", world.clock)] == ["anna", "anna"]
    assert await distinct.pairs(world.database, world.catalog, world.chen, "customer", world.clock) == []
    hits = (await similar_to(world.database, world.catalog, world.anna, "customer", a, world.clock)).hits
    assert hits == ()
    assert await distinct.put_together(world.database, world.catalog, world.anna, "customer", [a, b, c], world.clock) == 2
    assert await _groups(world, world.anna) == [("likely", {a, b, c})]
    for actor, problem in ((world.ben, Forbidden), (world.chen, NotFound)):
        with pytest.raises(problem):
            await distinct.set_apart(world.database, world.catalog, actor, "customer", [a, b], world.clock)
    with pytest.raises(InvalidRequest):
        await distinct.set_apart(world.database, world.catalog, world.anna, "customer", [a], world.clock)


async def test_all_certain_groups_are_merged_and_what_cannot_be_is_counted(world: World) -> None:
    pairs = [
        await world.create(world.anna, "customer", {"name": f"A{n}", "phone": f"+4930123456{n:02}"}, {"name": f"B{n}", "phone": f"+4930123456{n:02}"})
        for n in range(60)
    ]
    async with world.database.transaction() as connection:
        await connection.execute(raw("INSERT INTO system.guards (object, record, reason) VALUES ('customer', ") + param(pairs[7][1]) + raw(", 'approval')"))
    await world.create(world.anna, "customer", {"name": "A1 likely"}, {"name": "likely A1"})
    await _find(world)
    told: list[int] = []

    async def tell(outcome: cleaning.Outcome, of: int) -> None:
        told.append(of)

    outcome = await cleaning.merge_certain(world.database, world.catalog, world.anna, "customer", tell, world.clock, cleaning.Outcome())
    assert (outcome.merged, outcome.records, outcome.refused) == (59, 59, {"record.guarded": 1})
    assert told[-1] == 60
    assert await _groups(world, world.anna, weakest="certain") == [("certain", set(pairs[7]))]
    assert len(await _groups(world, world.anna)) == 2
    again = await cleaning.merge_certain(world.database, world.catalog, world.anna, "customer", _told, world.clock, cleaning.Outcome())
    assert (again.merged, again.refused) == (0, {"record.guarded": 1})


async def test_nothing_is_asked_of_objects_one_does_not_know(world: World) -> None:
    await publish(
        world.database,
        [msgspec.convert({"key": "secret", "labels": {"en": "S"}, "title": "name", "fields": [field("name", "text")]}, ObjectDefinition)],
        None,
        world.clock,
    )
    world.catalog = await load(world.database)
    with pytest.raises(UnknownObject):
        await _like(world, world.anna, {"name": "x"}, key="secret")
    with pytest.raises(UnknownObject):
        await finder.groups(world.database, world.catalog, world.anna, "secret", world.clock)
