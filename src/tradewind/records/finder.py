"""The finder: which records of an object share values by its rules, found over the whole base and shown to each reader as far as he may know."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import TypeVar
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.problems import UnknownObject
from tradewind.kernel.sql import Sql, cast_param, join, param, raw
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import STRENGTHS, Catalog, MatchRule, Strength
from tradewind.metadata.quality import Side, rules_within, score, strongest
from tradewind.query.authz.scope import scope_of
from tradewind.query.compile.matching import compile_blocks, compile_forms, compile_members
from tradewind.query.database.pool import Connection, Database

JOB = "find_duplicates"
_ALL_PAIRS = 8
"""In a block of so many every pair is looked at; in a larger one each record is tied to the first."""

Told = Callable[[int, int], Awaitable[None]]
"""Told how many rules are done, and of how many."""
Pair = tuple[UUID, UUID]
_Numbers = tuple[int, int]
_Of = TypeVar("_Of")


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Two records of a group and the rules they agree by."""

    one: UUID
    other: UUID
    rules: tuple[str, ...]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Records that are one, as far as the reader may know. `score` is that of the weakest link that holds it together."""

    key: str
    strength: Strength
    score: float
    members: tuple[UUID, ...]
    links: tuple[Link, ...]


class Groups(msgspec.Struct, frozen=True, kw_only=True):
    """A page of groups, the surest first. `at` is when the finder last went through; None: never."""

    groups: tuple[Group, ...]
    total: int
    at: datetime | None


async def find(database: Database, catalog: Catalog, object_key: str, told: Told, clock: Clock) -> dict[str, Json]:
    """Goes through all records, rule by rule; each rule's answer replaces its last one. Figures of what was found."""
    rules, quality = rules_within(catalog, object_key), catalog.quality.get(object_key)
    most = quality.most if quality is not None else 2
    figures: dict[str, Json] = {}
    for number, (key, (_, side)) in enumerate(rules.items()):
        await told(number, len(rules))
        async with database.transaction() as connection:
            await connection.execute(raw("SET LOCAL statement_timeout = '600s'"))
            await _forget(connection, object_key, raw(" AND rule = ") + param(key))
            records, values, left_out = await connection.row(compile_blocks(catalog, side, key, most, clock.now())) or (0, 0, 0)
        figures[key] = {"records": int(records), "frequent_values": int(values), "frequent_records": int(left_out)}
    async with database.transaction() as connection:
        await _forget(connection, object_key, raw(" AND NOT rule = ANY(") + cast_param(list(rules), "text[]") + raw(")"))
        values = [param(object_key), param(clock.now()), param(canonical(figures).decode()) + raw("::jsonb")]
        await connection.execute(
            raw("INSERT INTO system.duplicate_runs (object, at, figures) VALUES (")
            + join(", ", values)
            + raw(") ON CONFLICT (object) DO UPDATE SET at = excluded.at, figures = excluded.figures")
        )
        await connection.execute(raw("ANALYZE system.duplicate_blocks"))
    return figures


async def _forget(connection: Connection, object_key: str, which: Sql) -> None:
    await connection.execute(raw("DELETE FROM system.duplicate_blocks WHERE object = ") + param(object_key) + which)


async def groups(
    database: Database,
    catalog: Catalog,
    actor: Actor,
    object_key: str,
    clock: Clock,
    *,
    weakest: Strength = "likely",
    rule: str = "",
    limit: int = 50,
    skip: int = 0,
) -> Groups:
    """Groups the reader may know of: every record in his scope, with the compared fields clear to him. What changed since the finder went through is looked at again.

    A record may stand in a group of certain links and in a larger one that weaker links hold together. Raises UnknownObject.
    """
    if object_key not in catalog.objects or scope_of(catalog, actor, object_key).nothing:
        raise UnknownObject(object=object_key)
    rules = {key: one for key, one in rules_within(catalog, object_key).items() if not rule or key == rule}
    if not rules:
        return Groups(groups=(), total=0, at=None)
    async with database.reading() as connection:
        at = await connection.value(raw("SELECT at FROM system.duplicate_runs WHERE object = ") + param(object_key))
        strong = {key: side for key, (one, side) in rules.items() if STRENGTHS.index(one.strength) >= STRENGTHS.index(weakest)}
        rows = await connection.rows(compile_members(catalog, actor, strong, object_key, clock.now())) if strong else []
        apart = await _apart(connection, object_key)
        blocks: dict[tuple[str, UUID], list[UUID]] = defaultdict(list)
        for key, block, record in rows:
            blocks[str(key), block].append(record)
        plain = {key: one[0] for key, one in rules.items()}
        known = [(key, members) for (key, _), members in blocks.items()]
        found = await asyncio.to_thread(grouped, known, plain, apart, weakest)  # a large base takes seconds, and others are waiting
        page = found[skip : skip + limit]
        now = await _now(connection, catalog, actor, object_key, rules, {one for group in page for one in group.members}, clock)
    holding: dict[UUID, list[int]] = defaultdict(list)
    for number, (_, members) in enumerate(now):
        for one in members:
            holding[one].append(number)
    shown: list[Group] = []
    for group in page:
        own = set(group.members)
        near = sorted({number for one in own for number in holding[one]})
        still = grouped(((now[number][0], [one for one in now[number][1] if one in own]) for number in near), plain, apart, weakest)
        shown += [one for one in still if one.strength == group.strength]
    return Groups(groups=tuple(shown), total=len(found), at=at)


async def surplus(database: Database, catalog: Catalog, object_key: str, clock: Clock) -> int:
    """How many records there are too many: of each likely or certain group all but one."""
    rules = rules_within(catalog, object_key)
    async with database.reading() as connection:
        sides = {key: side for key, (_, side) in rules.items()}
        rows = await connection.rows(compile_members(catalog, SYSTEM, sides, object_key, clock.now())) if rules else []
        apart = await _apart(connection, object_key)
    blocks: dict[tuple[str, UUID], list[UUID]] = defaultdict(list)
    for key, block, record in rows:
        if rules[str(key)][0].strength != "hint":
            blocks[str(key), block].append(record)
    place: dict[UUID, int] = {}
    numbered = [[place.setdefault(one, len(place)) for one in members] for members in blocks.values()]
    kept_apart = {pair for one, other in apart if one in place and other in place for pair in ((place[one], place[other]), (place[other], place[one]))}
    forest = _Forest(len(place))
    return sum(forest.join(pair, 1.0) is not None for members in numbered for pair in _pairs(members, kept_apart))


async def among(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, ids: Iterable[UUID], clock: Clock) -> list[Group]:
    """The groups these records form, by their values of this moment and as far as the reader may know."""
    rules = rules_within(catalog, object_key)
    blocks = await _now(connection, catalog, actor, object_key, rules, set(ids), clock) if rules else []
    return grouped(blocks, {key: one[0] for key, one in rules.items()}, await _apart(connection, object_key), "hint")


async def _now(
    connection: Connection, catalog: Catalog, actor: Actor, object_key: str, rules: Mapping[str, tuple[MatchRule, Side]], ids: set[UUID], clock: Clock
) -> list[tuple[str, list[UUID]]]:
    """Which of these records share values at this moment: a rule's key and the records, once for each value."""
    sides = {key: side for key, (_, side) in rules.items()}
    blocks: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for identity, forms in await connection.rows(compile_forms(catalog, actor, sides, object_key, sorted(ids), clock.now())) if ids else []:
        for key, digest in forms.items():
            blocks[str(key), str(digest)].append(identity)
    return [(key, sorted(members)) for (key, _), members in blocks.items() if len(members) > 1]


def grouped(blocks: Iterable[tuple[str, Sequence[UUID]]], rules: Mapping[str, MatchRule], apart: set[Pair], weakest: Strength) -> list[Group]:
    """Connects what shares values, strongest links first, and gives each group at the strength at which it came together; the surest and largest first."""
    given = list(blocks)
    ids = sorted({one for _, members in given for one in members})
    place = {one: number for number, one in enumerate(ids)}
    """Small numbers in the order of the ids stand for them: a base of 100 000 records has a hundred thousand pairs."""
    kept_apart = {(place[one], place[other]) for one, other in apart if one in place and other in place}
    links: dict[_Numbers, tuple[str, ...]] = {}
    for key, members in given:
        for pair in _pairs(sorted([place[one] for one in members]), kept_apart):
            links[pair] = (*links.get(pair, ()), key)
    worths = {keys: (strongest(rules[key] for key in keys), score(rules[key] for key in keys)) for keys in set(links.values())}
    worth = {pair: worths[keys] for pair, keys in links.items()}
    names = {keys: tuple(sorted(keys)) for keys in worths}
    forest = _Forest(len(ids))
    found: list[tuple[tuple[int, float, int, tuple[int, ...]], Strength, list[_Numbers]]] = []
    held: list[_Numbers] = []
    for strength in reversed(STRENGTHS[STRENGTHS.index(weakest) :]):
        level = sorted([(-one[1], pair) for pair, one in worth.items() if one[0] == strength])
        held += [pair for _, pair in level]
        touched = {root for less, pair in level if (root := forest.join(pair, -less)) is not None}
        within: dict[int, list[_Numbers]] = {forest.root(one): [] for one in touched}
        for pair in held:
            if (root := forest.root(pair[0])) in within:
                within[root].append(pair)
        rank = -STRENGTHS.index(strength)
        for root, own in within.items():
            members = tuple(sorted(forest.members[root]))
            found.append(((rank, -forest.weakest[root], -len(members), members), strength, own))
    found.sort(key=lambda one: one[0])
    return [
        Group(
            key=_digest(members := tuple(ids[one] for one in order[3])),
            strength=strength,
            score=-order[1],
            members=members,
            links=tuple(Link(one=ids[pair[0]], other=ids[pair[1]], rules=names[links[pair]]) for pair in own),
        )
        for order, strength, own in found
    ]


def _pairs(members: Sequence[_Of], apart: set[tuple[_Of, _Of]]) -> list[tuple[_Of, _Of]]:
    every = [pair for pair in combinations(members, 2) if pair not in apart]
    if len(members) <= _ALL_PAIRS or len(every) < len(members) * (len(members) - 1) // 2:
        return every
    return [(members[0], one) for one in members[1:]]


def _digest(members: Iterable[UUID]) -> str:
    return hashlib.blake2b(b"".join(one.bytes for one in sorted(members)), digest_size=9).hexdigest()


class _Forest:
    """Records, by number, joined into groups, each with the score of the weakest link that was needed."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))
        self.members: dict[int, set[int]] = {}
        self.weakest: dict[int, float] = {}

    def root(self, one: int) -> int:
        above = self._above
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    def join(self, pair: _Numbers, worth: float) -> int | None:
        """The root of the two groups made one; None where they were one already."""
        larger, smaller = self.root(pair[0]), self.root(pair[1])
        if larger == smaller:
            return None
        sides = [self.members.setdefault(root, {root}) for root in (larger, smaller)]
        if len(sides[0]) < len(sides[1]):
            larger, smaller = smaller, larger
        self._above[smaller] = larger
        self.members[larger] |= self.members.pop(smaller)
        self.weakest[larger] = min(worth, self.weakest.pop(smaller, 1.0), self.weakest.get(larger, 1.0))
        return larger


async def _apart(connection: Connection, object_key: str) -> set[Pair]:
    """Pairs somebody called different."""
    rows = await connection.rows(raw("SELECT one, other FROM system.distinct_pairs WHERE object = ") + param(object_key))
    return {(row[0], row[1]) for row in rows}
