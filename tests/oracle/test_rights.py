"""The compiled statements against plain Python: random firms, people with several roles, and questions."""

from __future__ import annotations

import os
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.oracle import chance as chances
from tests.oracle.model import UNKNOWN, Grant, Model, Person, Thing

from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import NotFound, Problem, UnknownField, UnknownObject
from tradewind.kernel.sql import Sql, cast_param, join, name, param, raw
from tradewind.metadata.actors import SYSTEM, Actor, Share
from tradewind.metadata.definitions import Catalog, ObjectDefinition, RoleDefinition
from tradewind.metadata.questions import AggregateQuestion, Question
from tradewind.query.compile import passes
from tradewind.query.database.pool import Database
from tradewind.records import read
from tradewind.records.batches import Batch
from tradewind.records.write import write

SEEDS = range(400) if os.environ.get("ORACLE_SOAK") else range(10)
QUESTIONS = 40


@dataclass
class Firm:
    """A random firm in the database and in the model."""

    database: Database
    clock: ManualClock
    catalog: Catalog
    model: Model
    actors: list[tuple[Person, Actor]]


def definition_of(thing: Thing) -> ObjectDefinition:
    def options(key: str) -> dict[str, Any]:
        one = thing.fields[key]
        match one.type:
            case "select":
                return {"options": [{"key": grade, "labels": {"en": grade}} for grade in chances.GRADES]}
            case "relation":
                return {"target": one.target, "show_name": one.show_name}
            case "lines":
                return {"target": one.target, "parent": "parent"}
            case "formula":
                return {"expression": f"SUM({one.inputs[0]})" if "." in one.inputs[0] else f"{one.inputs[0]} * 2", "result": "number"}
            case _:
                return {}

    fields: list[dict[str, Any]] = [
        {"key": key, "type": one.type, "labels": {"en": key}, "sensitive": one.sensitive, "searched": one.searched, "options": options(key)}
        for key, one in thing.fields.items()
    ]
    if thing.parent:
        above = {"key": "parent", "type": "relation", "labels": {"en": "parent"}, "options": {"target": thing.parent, "on_delete": "cascade"}}
        fields.insert(0, above)
    parent = {"parent": "parent"} if thing.parent else {}
    return msgspec.convert({"key": thing.key, "labels": {"en": thing.key}, "title": thing.title, "fields": fields, **parent}, ObjectDefinition)


def role_of(key: str, rights: dict[str, list[Grant]]) -> RoleDefinition:
    def body(grant: Grant) -> dict[str, Any]:
        made: dict[str, Any] = {"rows": grant.rows, "actions": grant.actions, "default": grant.default, "fields": grant.fields}
        if grant.rule:
            made["rule"] = {"op": grant.rule[1], "field": grant.rule[0], "value": grant.rule[2]}
        return made

    objects = {thing: {"grants": [body(grant) for grant in grants]} for thing, grants in rights.items() if grants}
    return msgspec.convert({"key": key, "labels": {"en": key}, "objects": objects}, RoleDefinition)


async def found_firm(database: Database, clock: ManualClock, chance: random.Random) -> Firm:
    made = chances.things(chance)
    model = Model(made, chances.roles(chance, made))
    crew, departments, teams = chances.people(chance)
    chances.fill(chance, made, crew, departments, teams)
    await publish(database, [*map(definition_of, made.values()), *(role_of(key, rights) for key, rights in model.roles.items())], None, clock)
    catalog = await load(database)
    async with database.transaction() as connection:
        for identity, parent in departments:
            await connection.execute(
                raw("INSERT INTO system.departments (id, name, parent) VALUES (")
                + join(", ", [param(identity), param(str(identity)), param(parent)])
                + raw(")")
            )
        for person in crew:
            values = [param(person.id), param(f"{person.id}@example.test"), param(str(person.id)), param(person.department), param(clock.now())]
            await connection.execute(raw("INSERT INTO system.people (id, email, name, department, created_at) VALUES (") + join(", ", values) + raw(")"))
    for thing in made.values():
        await store(database, catalog, clock, thing)
    for person in crew:
        chances.shares(chance, model, person)
        await give(database, person)
    actors = [(one, actor_of(one)) for one in crew]
    return Firm(database, clock, catalog, model, actors)


def actor_of(person: Person) -> Actor:
    kinds = {Share(object=key, fields=tuple(sorted(one.fields)), actions=tuple(one.actions)) for key, given in person.shares.items() for one in given}
    shares = tuple(sorted(kinds, key=repr))
    return Actor(
        person=person.id,
        roles=tuple(person.roles),
        department=person.department,
        subtree=tuple(sorted(person.subtree)),
        teams=tuple(sorted(person.teams)),
        shares=shares,
    )


async def give(database: Database, person: Person) -> None:
    async with database.transaction() as connection:
        for key, given in person.shares.items():
            for one in given:
                for record in one.ids:
                    values = [param(new_id()), param(key), param(record), param(person.id), param(sorted(one.fields)), param(one.actions)]
                    await connection.execute(
                        raw("INSERT INTO system.grants (id, object, record, person, fields, actions) VALUES (") + join(", ", values) + raw(")")
                    )


async def store(database: Database, catalog: Catalog, clock: ManualClock, thing: Thing) -> None:
    """Writes the rows as the system does, then sets the ids and owners chance has chosen."""
    rows = list(thing.rows.values())
    fields = [key for key, one in thing.fields.items() if one.type not in ("formula", "lines")] + (["parent"] if thing.parent else [])
    given = tuple({key: row[key] for key in fields if row[key] is not None} for row in rows)
    written = await write(database, catalog, SYSTEM, Batch(object=thing.key, operation="create", rows=given), clock)
    async with database.transaction() as connection:
        for identity, row in zip(written.ids, rows, strict=True):
            sets = [
                raw("id = ") + param(row["id"]),
                raw("owner_id = ") + param(row["owner"]),
                raw("department_id = ") + param(row["department"]),
                raw("team_id = ") + cast_param(row["team"], "uuid"),
            ]
            await connection.execute(raw("UPDATE ") + name("data", thing.key) + raw(" SET ") + join(", ", sets) + raw(" WHERE id = ") + param(identity))


async def attempt(asking: Awaitable[bytes]) -> Any:
    """The answer, or UNKNOWN where the product says that there is no such thing."""
    try:
        return msgspec.json.decode(await asking)
    except (UnknownField, UnknownObject):
        return UNKNOWN


def comparable(value: Any) -> Any:
    """Masks without their display, numbers without their form, no versions and times."""
    if isinstance(value, dict):
        if set(value) == {"masked"}:
            return "masked"
        dropped = {"version", "owner", "team", "department", "created_at", "created_by", "updated_at", "updated_by", "source", "position", "parent"}
        return {key: comparable(one) for key, one in value.items() if key not in dropped}
    if isinstance(value, list):
        return [comparable(one) for one in value]
    return value


def shown_as(value: Any) -> Any:
    """The model's record in the form of the product's JSON."""
    if isinstance(value, dict):
        made = {key: shown_as(one) for key, one in value.items()}
        if made.get("_states") == {}:
            del made["_states"]
        return made
    return [shown_as(one) for one in value] if isinstance(value, list) else value


def number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def plain_record(record: dict[str, Any], thing: Thing, model: Model) -> dict[str, Any]:
    made = comparable(record)
    for key, one in thing.fields.items():
        if one.type == "formula" and isinstance(made.get(key), str) and made[key] != "masked":
            made[key] = int(Decimal(made[key]))
        if one.type == "lines" and isinstance(made.get(key), list):
            made[key] = sorted((plain_record(line, model.things[one.target], model) for line in made[key]), key=lambda line: line["id"])
    states = {key: state for key, state in made.get("_states", {}).items() if key in thing.fields}
    made["_states"] = states
    return made


def expected_record(model: Model, person: Person, thing: Thing, row: dict[str, Any]) -> dict[str, Any]:
    made = model.shown(person, thing.key, row)
    for key, one in thing.fields.items():
        if one.type == "lines" and isinstance(made.get(key), list):
            made[key] = sorted(made[key], key=lambda line: line["id"])
    return made


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_people_see_is_what_the_rules_say(database: Database, clock: ManualClock, seed: int) -> None:
    chance = random.Random(seed)
    firm = await found_firm(database, clock, chance)
    model, now = firm.model, clock.now()
    answered = 0
    for _ in range(QUESTIONS):
        person, actor = chance.choice(firm.actors)
        key = chance.choice(("zone", "account", "deal"))
        asked = chances.a_question(chance, model, key)
        want = model.found(person, key, asked)
        question = msgspec.convert({"object": key, **asked}, Question)
        got = await attempt(read.list_records(database, firm.catalog, actor, question, now))
        assert (got if got is UNKNOWN else [one["id"] for one in got["records"]]) == (want if want is UNKNOWN else [str(one) for one in want]), (
            seed,
            person.roles,
            key,
            asked,
        )
        counted = await attempt(read.count(database, firm.catalog, actor, question, now))
        many = model.found(person, key, {**asked, "sort": ()})
        assert counted is UNKNOWN if many is UNKNOWN else counted["count"] == len(many)
        answered += want is not UNKNOWN
        figures = chances.an_aggregate(chance, model, key)
        sums = model.figures(person, key, figures)
        told = await attempt(read.aggregate(database, firm.catalog, actor, msgspec.convert({"object": key, **figures}, AggregateQuestion), now))
        if sums is UNKNOWN:
            assert told is UNKNOWN, (seed, person.roles, key, figures)
        else:
            assert told is not UNKNOWN, (seed, person.roles, key, figures)
            rows = {row["d"][0]: (row["m"][0], number(row["m"][1])) for row in told["rows"]}
            assert rows == sums[0], (seed, person.roles, key, figures)
            if sums[1][0]:
                assert (told["total"][0], number(told["total"][1])) == sums[1]
    assert answered, "chance asked nothing that may be answered"


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_record_shows_each_field_in_its_state(database: Database, clock: ManualClock, seed: int) -> None:
    chance = random.Random(1000 + seed)
    firm = await found_firm(database, clock, chance)
    for person, actor in firm.actors:
        for key in ("zone", "account", "deal"):
            thing = firm.model.things[key]
            for row in thing.rows.values():
                if not firm.model.visible(person, key, row):
                    with pytest.raises((NotFound, UnknownObject)):
                        await read.get_record(database, firm.catalog, actor, key, row["id"], clock.now())
                    continue
                got = msgspec.json.decode(await read.get_record(database, firm.catalog, actor, key, row["id"], clock.now()))
                assert plain_record(got, thing, firm.model) == expected_record(firm.model, person, thing, row), (seed, person.roles, key)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_change_of_what_one_cannot_see_changes_nothing(database: Database, clock: ManualClock, seed: int) -> None:
    chance = random.Random(2000 + seed)
    firm = await found_firm(database, clock, chance)
    model, boss = firm.model, Actor(person=new_id(), kind="system")
    tried = 0
    for person, actor in firm.actors:
        for key in ("account", "deal"):
            candidates = [(row, field) for row in model.things[key].rows.values() for field in unseen(model, person, key, row)]
            if not candidates:
                continue
            row, field = chance.choice(candidates)
            asks = questions(chance, firm, actor, key)
            before = [await outcome(ask) for ask in asks]
            now = clock.now()
            plans = await explained(firm, actor, key, now)
            clock.advance(timedelta(seconds=60))
            value = (
                row[field] + 1
                if isinstance(row[field], int)
                else "b"
                if row[field] == "a"
                else "a"
                if model.things[key].fields[field].type == "select"
                else "zebra quagga"
            )
            await write(database, firm.catalog, boss, Batch(object=key, operation="update", rows=({"id": str(row["id"]), field: value},)), clock)
            assert [await outcome(ask) for ask in asks] == before, (seed, person.roles, key, field)
            assert await explained(firm, actor, key, now) == plans
            row[field] = value
            tried += 1
    assert tried or not any(model.grants(person, key) for person, _ in firm.actors for key in ("account", "deal")), "nothing was hidden from anybody"


def unseen(model: Model, person: Person, key: str, row: dict[str, Any]) -> list[str]:
    """Filled fields of a row whose value this person cannot see there and whose rights do not hang on them."""
    ruling = {grant.rule[0] for one in model.roles.values() for grant in one.get(key, []) if grant.rule}
    plain = [field for field, one in model.things[key].fields.items() if one.type in ("text", "integer", "select") and field not in ruling]
    shown_by_name = model.things[key].title
    return [
        field
        for field in plain
        if row[field] is not None
        and field != shown_by_name
        and (not model.visible(person, key, row) or model.state(person, key, row, field) in ("hidden", "masked"))
    ]


def questions(chance: random.Random, firm: Firm, actor: Actor, key: str) -> list[Callable[[], Awaitable[bytes]]]:
    """Lists, counts, figures and records of the object and of what points at it."""
    database, catalog, now = firm.database, firm.catalog, firm.clock.now()
    found: list[Callable[[], Awaitable[bytes]]] = []
    for other in (key, "deal"):
        for asked in ({}, *(chances.a_question(chance, firm.model, other) for _ in range(8))):
            question = msgspec.convert({"object": other, **asked}, Question)
            found.append(lambda question=question: read.list_records(database, catalog, actor, question, now))
            found.append(lambda question=question: read.count(database, catalog, actor, question, now))
            found.append(lambda question=question: read.anchors(database, catalog, actor, question, now))
        for _ in range(6):
            figures = msgspec.convert({"object": other, **chances.an_aggregate(chance, firm.model, other)}, AggregateQuestion)
            found.append(lambda figures=figures: read.aggregate(database, catalog, actor, figures, now))
        for identity in list(firm.model.things[other].rows)[:6]:
            found.append(lambda other=other, identity=identity: read.get_record(database, catalog, actor, other, identity, now))
        for word in ("zeb", "qu", "am", "del"):
            found.append(lambda other=other, word=word: read.pick(database, catalog, actor, other, word, now))
    return found


async def outcome(ask: Callable[[], Awaitable[bytes]]) -> bytes:
    """The bytes of the answer, or of the refusal."""
    try:
        return await ask()
    except Problem as problem:
        return msgspec.json.encode([problem.code, problem.pointer, problem.params])


async def explained(firm: Firm, actor: Actor, key: str, now: datetime) -> list[UUID | str]:
    """The plan of the actor's list, without its costs."""
    try:
        statement = passes.compile_list(firm.catalog, actor, Question(object=key), now)
    except UnknownObject:
        return []
    async with firm.database.reading() as connection:
        return [row[0] for row in await connection.rows(Sql("EXPLAIN (COSTS OFF) " + statement.text, statement.params))]
