"""Hints, the finder and the comparison against plain Python: random firms, rights and rules; and what one cannot see never shows in any of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.oracle.model import RANK, UNKNOWN, Model, Person
from tests.oracle.test_rights import SEEDS, Firm, found_firm, unseen
from tests.postgres.test_duplicates import rule

from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import NotFound, Problem, UnknownObject
from tradewind.kernel.sql import raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import QualityDefinition
from tradewind.query.database.pool import Database
from tradewind.records import compare, finder, similar
from tradewind.records.batches import Batch
from tradewind.records.write import write

STRENGTH = {"hint": 0, "likely": 1, "certain": 2}
LEVELS = ("certain", "likely", "hint")
WITHIN: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("secret", "certain", ("secret",)),
    ("name", "likely", ("name",)),
    ("both", "likely", ("size", "grade")),
    ("zone", "hint", ("zone", "grade")),
)
ACROSS = ("note", "likely", "note", "secret")
"""A rule of deals: their note is an account's secret."""


def words(value: Any) -> Any:
    return " ".join(sorted(value.split())) if isinstance(value, str) and " " in value else value


async def make(database: Database, clock: ManualClock, chance: random.Random) -> Firm:
    """A firm with rules, and some values doubled so that there is something to find."""
    firm = await found_firm(database, clock, chance)
    account, deal = firm.model.things["account"], firm.model.things["deal"]
    boss = Actor(person=new_id(), kind="system")
    changes: dict[str, list[dict[str, Any]]] = {"account": [], "deal": []}
    for _ in range(8):
        one, other = chance.sample(list(account.rows.values()), 2)
        key = chance.choice(("secret", "name", "grade", "size"))
        one[key] = other[key] if key != "name" or other[key] is None else " ".join(reversed(other[key].split()))
        changes["account"].append({"id": str(one["id"]), key: one[key]})
    for row in chance.sample(list(deal.rows.values()), 6):
        row["note"] = chance.choice(list(account.rows.values()))["secret"]
        changes["deal"].append({"id": str(row["id"]), "note": row["note"]})
    for key, rows in changes.items():
        for row in rows:
            await write(database, firm.catalog, boss, Batch(object=key, operation="update", rows=(row,)), clock)
    rules = [rule(key, strength, *(f"{field}.words" if field in ("name", "secret") else field for field in fields)) for key, strength, fields in WITHIN]
    other = rule(ACROSS[0], ACROSS[1], f"{ACROSS[2]}.words={ACROSS[3]}.words", across="account")
    bodies = ({"key": "account", "rules": rules, "most": 1000}, {"key": "deal", "rules": [other], "most": 1000})
    await publish(database, [msgspec.convert(body, QualityDefinition) for body in bodies], None, clock)
    firm.catalog = await load(database)
    await refind(firm)
    return firm


async def refind(firm: Firm) -> None:
    async def told(*_: Any) -> None:
        return None

    await finder.find(firm.database, firm.catalog, "account", told, firm.clock)


def clear(model: Model, person: Person, thing: str, row: dict[str, Any], fields: tuple[str, ...]) -> bool:
    return model.visible(person, thing, row) and all(RANK[model.state(person, thing, row, field)] >= 2 for field in fields)


def form(row: dict[str, Any], fields: tuple[str, ...]) -> tuple[Any, ...] | None:
    values = tuple(words(row[field]) if field in ("name", "secret", "note") else row[field] for field in fields)
    return None if any(value is None for value in values) else values


def expected_groups(model: Model, person: Person) -> Any:
    """By strength: sets of rows that links of at least that strength connect, where a link of just that strength was needed."""
    if not model.grants(person, "account"):
        return UNKNOWN
    rows = list(model.things["account"].rows.values())
    links: dict[tuple[UUID, UUID], int] = {}
    for one, other in combinations(rows, 2):
        found = [
            STRENGTH[strength]
            for _, strength, fields in WITHIN
            if form(one, fields) is not None and form(one, fields) == form(other, fields) and all(clear(model, person, "account", row, fields) for row in (one, other))
        ]  # fmt: skip
        if found:
            links[one["id"], other["id"]] = max(found)
    groups: set[tuple[str, frozenset[UUID]]] = set()
    before: set[frozenset[UUID]] = set()
    for level in LEVELS:
        sets = [{row["id"]} for row in rows]
        for (one, other), strength in links.items():
            if strength >= STRENGTH[level]:
                left, right = (next(part for part in sets if one_of in part) for one_of in (one, other))
                if left is not right:
                    sets.remove(right)
                    left |= right
        now = {frozenset(part) for part in sets if len(part) > 1}
        groups |= {(level, part) for part in now - before}
        before = now
    return groups


async def attempt(asking: Any) -> Any:
    try:
        return await asking
    except UnknownObject:
        return UNKNOWN


@pytest.mark.parametrize("seed", SEEDS)
async def test_groups_are_those_a_reader_could_find_by_hand(database: Database, clock: ManualClock, seed: int) -> None:
    chance = random.Random(3000 + seed)
    firm = await make(database, clock, chance)
    for person, actor in firm.actors:
        want = expected_groups(firm.model, person)
        got = await attempt(finder.groups(database, firm.catalog, actor, "account", clock, weakest="hint", limit=100))
        assert (got if got is UNKNOWN else {(one.strength, frozenset(one.members)) for one in got.groups}) == want, (seed, person.roles)


def expected_hits(model: Model, person: Person, thing: str, row: dict[str, Any]) -> tuple[set[tuple[UUID, str]], bool]:
    """Records named with their rule, and whether something is said of others."""
    rules = (
        [(key, strength, fields, "account", fields) for key, strength, fields in WITHIN]
        if thing == "account"
        else [(ACROSS[0], ACROSS[1], (ACROSS[2],), "account", (ACROSS[3],))]
    )
    hits: set[tuple[UUID, str]] = set()
    shut: dict[UUID, int] = {}
    for key, strength, own, target, theirs in rules:
        if not all(model.ever_clear(person, thing, field) for field in own) or form(row, own) is None:
            continue
        for other in model.things[target].rows.values():
            if form(other, theirs) != form(row, own) or (target == thing and other["id"] == row["id"]):
                continue
            if clear(model, person, target, other, theirs):
                hits.add((other["id"], key))
            else:
                shut[other["id"]] = max(shut.get(other["id"], 0), STRENGTH[strength])
    named = {identity for identity, _ in hits}
    return hits, any(strength > 0 for identity, strength in shut.items() if identity not in named)


@pytest.mark.parametrize("seed", SEEDS)
async def test_hints_name_only_what_the_reader_sees_clear(database: Database, clock: ManualClock, seed: int) -> None:
    chance = random.Random(4000 + seed)
    firm = await make(database, clock, chance)
    said = 0
    for person, actor in firm.actors:
        for thing, fields in (("account", ("name", "size", "grade", "secret", "zone")), ("deal", ("note", "subject"))):
            rows = chance.sample(list(firm.model.things[thing].rows.values()), 10)
            given = [
                {"id": str(row["id"]), **{key: str(row[key]) if key == "zone" and row[key] else row[key] for key in fields if row[key] is not None}}
                for row in rows
            ]
            clock.advance(timedelta(hours=2))
            found = await attempt(similar.similar(database, firm.catalog, actor, thing, given, clock))
            if not firm.model.grants(person, thing):
                assert found is UNKNOWN
                continue
            for row, one in zip(rows, found, strict=True):
                want, others = expected_hits(firm.model, person, thing, row)
                got = {(hit.id, key) for hit in one.hits for key in hit.rules}
                assert got == want or (len(one.hits) == 10 and got < want), (seed, person.roles, thing, row)
                assert bool(one.outside) == others, (seed, person.roles, thing, row)
                said += len(got)
                assert all(out.title is None and out.owner is None for out in one.outside)
                for hit in one.hits:
                    shown = firm.model.value(person, "account", firm.model.things["account"].rows[hit.id], "name")
                    assert hit.title == shown, (seed, person.roles)
    assert said or seed


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_change_of_what_one_cannot_see_shows_in_no_group_and_no_comparison(database: Database, clock: ManualClock, seed: int) -> None:
    chance = random.Random(5000 + seed)
    firm = await make(database, clock, chance)
    boss = Actor(person=new_id(), kind="system")
    for person, actor in firm.actors:
        rows = firm.model.things["account"].rows
        candidates = [(row, key) for row in rows.values() for key in unseen(firm.model, person, "account", row)]
        if not candidates or not firm.model.grants(person, "account"):
            continue
        row, key = chance.choice(candidates)
        pairs = [chance.sample(list(rows), 2) for _ in range(8)] + [[row["id"], chance.choice([one for one in rows if one != row["id"]])]]
        before = await shown(firm, actor, pairs)
        clock.advance(timedelta(minutes=1))
        twin = chance.choice([one for one in rows.values() if one["id"] != row["id"]])[key]
        value = (
            twin
            if twin != row[key] and twin is not None
            else "zebra quagga"
            if key in ("name", "secret")
            else 99
            if key == "size"
            else "c"
            if row[key] != "c"
            else "a"
        )
        await write(database, firm.catalog, boss, Batch(object="account", operation="update", rows=({"id": str(row["id"]), key: value},)), clock)
        row[key] = value
        await refind(firm)
        async with database.transaction() as connection:
            await connection.execute(raw("UPDATE system.duplicate_runs SET at = '2026-01-01'"))
        assert await shown(firm, actor, pairs) == before, (seed, person.roles, key)


async def shown(firm: Firm, actor: Actor, pairs: list[list[UUID]]) -> list[bytes]:
    """Everything the finder and the comparison say, but for when the finder ran."""

    async def outcome(ask: Callable[[], Any]) -> bytes:
        try:
            return msgspec.json.encode(await ask())
        except (NotFound, Problem) as problem:
            return msgspec.json.encode([problem.code, problem.params])

    found: list[bytes] = []
    for weakest in LEVELS:
        page = await finder.groups(firm.database, firm.catalog, actor, "account", firm.clock, weakest=weakest, limit=100)  # pyright: ignore[reportArgumentType]
        found.append(msgspec.json.encode([page.groups, page.total]))
    for pair in pairs:
        found.append(await outcome(lambda pair=pair: compare.compare(firm.database, firm.catalog, actor, "account", pair, firm.clock)))
    return found
