"""Records like one that is being entered: those the actor may know of by name, of the others only what their object lets him be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json, mapping
from tradewind.kernel.problems import InvalidRequest, InvalidValue, UnknownField, UnknownObject
from tradewind.kernel.sql import cast_param, name, param, raw
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog, MatchRule, ObjectDefinition, QualityDefinition, Strength
from tradewind.metadata.quality import Side, quality_of, rule_sides, score, strongest
from tradewind.query.authz.scope import ObjectScope, is_clear, scope_of
from tradewind.query.compile import passes
from tradewind.query.compile.context import Table
from tradewind.query.compile.matching import compile_similar, given_columns
from tradewind.query.compile.members import system_value, title_text
from tradewind.query.database.pool import Connection, Database
from tradewind.records import log, views
from tradewind.records.read import find_record
from tradewind.records.rows import Row, set_value

MOST_ROWS = 1000
_SHOWN, _TOLD_NAMES = 10, 5
_LIMIT, _AGAIN = 30, timedelta(hours=1)
"""Of so many records out of his scope somebody is told within an hour that they are there."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A record the actor may see that agrees with what was given."""

    object: str
    id: UUID
    title: str | None
    owner: Json
    rules: tuple[str, ...]
    strength: Strength
    score: float


class Outside(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """There is one already that the actor may not see, or not in the fields compared."""

    object: str
    strength: Strength
    owner: Json = None
    title: str | None = None


class Similar(msgspec.Struct, frozen=True, kw_only=True):
    """What is like one row. `limited`: nothing is said about records out of scope, because much was asked lately."""

    hits: tuple[Hit, ...] = ()
    outside: tuple[Outside, ...] = ()
    limited: bool = False


@dataclass
class _Found:
    """Records like one row, each with the rules it agrees by: those that may be known and the others."""

    open: dict[tuple[str, UUID], list[MatchRule]] = field(default_factory=lambda: defaultdict[tuple[str, UUID], list[MatchRule]](list))
    shut: dict[tuple[str, UUID], list[MatchRule]] = field(default_factory=lambda: defaultdict[tuple[str, UUID], list[MatchRule]](list))


def looks(catalog: Catalog, object_key: str) -> bool:
    """Whether records of the object are compared at all."""
    quality = quality_of(catalog, object_key)
    return quality is not None and bool(quality.rules)


async def similar(
    database: Database, catalog: Catalog, actor: Actor, object_key: str, rows: Sequence[Mapping[str, Any]], clock: Clock, *, tell: bool = True
) -> list[Similar]:
    """For each row, given as on the wire and perhaps half typed, the records like it. A row with an `id` is compared with other records than that one.

    Values that their fields do not take, and fields that are not the actor's to give, are passed over. Without `tell` nothing is said, and nothing logged,
    of records out of scope. Raises UnknownObject, InvalidRequest.
    """
    definition, scope = catalog.objects.get(object_key), scope_of(catalog, actor, object_key)
    if definition is None or definition.retired or (scope.nothing and not scope.create):
        raise UnknownObject(object=object_key)
    if len(rows) > MOST_ROWS:
        raise InvalidRequest(rule="too_many_rows", maximum=MOST_ROWS)
    quality = quality_of(catalog, object_key)
    if quality is None:
        return [Similar() for _ in rows]
    given = [_taken(number, row, definition, scope, catalog.base_currency) for number, row in enumerate(rows)]
    found = [_Found() for _ in rows]
    async with database.reading() as connection:
        await _look(connection, catalog, actor, quality, definition, given, found, clock)
        hits = await _hits(connection, catalog, actor, found, clock)
    await _seen(database, catalog, actor, hits, clock)
    if not tell:
        return [Similar(hits=tuple(one)) for one in hits]
    outside, limited = await _outside(database, catalog, actor, found, clock)
    return [Similar(hits=tuple(hits[number]), outside=tuple(outside[number]), limited=limited) for number in range(len(rows))]


async def similar_to(database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, clock: Clock) -> Similar:
    """Records like this one, by the values the actor sees clear on it. Raises NotFound."""
    record: dict[str, Any] = msgspec.json.decode(await find_record(database, catalog, actor, object_key, identity, clock.now()))
    states: dict[str, str] = record.get("_states", {})
    definition = catalog.objects[object_key]
    row = {one.key: record[one.key] for one in definition.live_fields() if one.key in record and states.get(one.key) != "masked"}
    found = (await similar(database, catalog, actor, object_key, [{**row, "id": str(identity)}], clock, tell=False))[0]
    linked = {
        (str(one.options.get("target")), str(inner["id"]))
        for one in definition.live_fields()
        if one.type == "relation" and (inner := mapping(row.get(one.key))) and "id" in inner
    }
    apart = await _apart_from(database, object_key, identity)
    hits = tuple(one for one in found.hits if (one.object, str(one.id)) not in linked and (one.object != object_key or one.id not in apart))
    return msgspec.structs.replace(found, hits=hits)


async def _apart_from(database: Database, object_key: str, identity: UUID) -> set[UUID]:
    """What somebody called different from this record."""
    async with database.reading() as connection:
        rows = await connection.rows(
            raw("SELECT one, other FROM system.distinct_pairs WHERE object = ") + param(object_key) + raw(" AND ") + param(identity) + raw(" IN (one, other)")
        )
    return {one for row in rows for one in row}


def _taken(number: int, given: Mapping[str, Any], definition: ObjectDefinition, scope: ObjectScope, base_currency: str) -> Row:
    """What of the row can be compared."""
    row = Row(number, base_currency)
    if isinstance(given.get("id"), str):
        try:
            row.id = UUID(given["id"])
        except ValueError as failure:
            raise InvalidRequest(rule="id", pointer=f"/rows/{number}/id") from failure
    for key, value in given.items():
        one = definition.field(key)
        if one is None or not (scope.everything or is_clear(scope.best(key)) or is_clear(scope.create_fields.get(key, "hidden"))):
            continue
        try:
            set_value(row, one, value)
        except (InvalidValue, UnknownField, KeyError):
            continue
    return row


async def _look(
    connection: Connection,
    catalog: Catalog,
    actor: Actor,
    quality: QualityDefinition,
    definition: ObjectDefinition,
    given: Sequence[Row],
    found: Sequence[_Found],
    clock: Clock,
) -> None:
    """Adds what agrees by each rule. A value that too many have says nothing."""
    rules = [(rule, sides) for rule in quality.rules if (sides := rule_sides(catalog.objects, definition, rule)) is not None]
    asked = [(rule, sides) for rule, sides in rules if any(_says(row, sides[0]) for row in given)]
    if not asked:
        return
    columns = {column for _, (own, _) in asked for column in given_columns(catalog, own, clock.now())}
    rows = [msgspec.to_builtins({"n": row.number, "id": row.id, **{one: row.columns[one] for one in columns if one in row.columns}}) for row in given]
    statement = compile_similar(catalog, actor, [sides for _, sides in asked], rows, quality.most, clock.now())
    together: dict[tuple[int, int], list[tuple[UUID, bool]]] = defaultdict(list)
    for rule, number, identity, known in await connection.rows(statement):
        together[rule, number].append((identity, bool(known)))
    for (place, number), records in sorted(together.items()):
        rule, sides = asked[place]
        for identity, known in records if len(records) <= quality.most else ():
            (found[number].open if known else found[number].shut)[sides[1][0].key, identity].append(rule)


def _says(row: Row, side: Side) -> bool:
    return all(row.values.get(field.key) is not None for field, _ in side[1])


async def _hits(connection: Connection, catalog: Catalog, actor: Actor, found: Sequence[_Found], clock: Clock) -> list[list[Hit]]:
    """The best of the records that may be known, with their names and owners."""
    chosen = [sorted(one.open.items(), key=lambda pair: (-score(pair[1]), pair[0][0], -pair[0][1].int))[:_SHOWN] for one in found]
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for records in chosen:
        for (key, identity), _ in records:
            wanted[key].add(identity)
    known = {(key, one[0]): one[1:] for key, ids in wanted.items() for one in await _named(connection, catalog, actor, key, ids, clock)}
    return [
        [
            Hit(object=key, id=identity, title=known[key, identity][0], owner=known[key, identity][1], rules=tuple(rule.key for rule in rules), strength=strongest(rules), score=score(rules))
            for (key, identity), rules in records
            if (key, identity) in known
        ]
        for records in chosen
    ]  # fmt: skip


async def _named(
    connection: Connection, catalog: Catalog, actor: Actor, object_key: str, ids: Iterable[UUID], clock: Clock
) -> list[tuple[UUID, str | None, Json]]:
    """Id, name and owner of records as the actor sees them; `SYSTEM` sees all."""
    table = Table(catalog, actor, catalog.objects[object_key], "r", clock.now())
    sees = passes.compile_predicate(catalog, actor, object_key, None, "read", clock.now())
    statement = (
        raw("SELECT r.id, ") + title_text(table) + raw(", ") + system_value(table, "owner") + raw(" FROM ") + name("data", object_key)
        + raw(" AS r WHERE r.id = ANY(") + cast_param(list(ids), "uuid[]") + raw(") AND ") + sees
    )  # fmt: skip
    return cast(list[tuple[UUID, str | None, Json]], await connection.rows(statement))


async def _seen(database: Database, catalog: Catalog, actor: Actor, hits: Sequence[Sequence[Hit]], clock: Clock) -> None:
    """Names that are sensitive were seen."""
    by_object: dict[str, dict[UUID, str | None]] = defaultdict(dict)
    for one in (hit for row in hits for hit in row):
        by_object[one.object][one.id] = one.title
    for key, titles in by_object.items():
        picked = msgspec.json.encode([{"id": identity, "title": title} for identity, title in titles.items()])
        await views.titles_seen(database, catalog, actor, key, picked, clock.now())


async def _outside(database: Database, catalog: Catalog, actor: Actor, found: Sequence[_Found], clock: Clock) -> tuple[list[list[Outside]], bool]:
    """What may be said of the others, and whether the actor was told of too many lately. What he is told is in the log."""
    said: list[list[Outside]] = [[] for _ in found]
    strong = [
        {one: rules for one, rules in row.shut.items() if one not in row.open and strongest(rules) != "hint" and _mode(catalog, one[0]) != "nothing"}
        for row in found
    ]
    if actor.person is None:
        return said, False
    async with database.transaction() as connection:
        await connection.execute(raw("SELECT pg_advisory_xact_lock(hashtextextended(") + param(f"similar:{actor.person}") + raw(", 0))"))
        lately = await connection.rows(
            raw("SELECT object, record FROM system.similar_told WHERE person = ") + param(actor.person) + raw(" AND at > ") + param(clock.now() - _AGAIN)
        )
        told = {(str(key), record) for key, record in lately}
        if len(told) >= _LIMIT:
            return said, True
        new: dict[tuple[str, UUID], list[MatchRule]] = {}
        for row in strong:
            new |= {one: rules for one, rules in row.items() if one not in told}
        await _remember(connection, actor, new, clock)
        for number, row in enumerate(strong):
            said[number] = await _say(connection, catalog, row, clock)
    return said, False


def _mode(catalog: Catalog, object_key: str) -> str:
    """What the object lets people be told of records they may not see."""
    quality = catalog.quality.get(object_key)
    return "existence" if quality is None else quality.outside


async def _remember(connection: Connection, actor: Actor, new: Mapping[tuple[str, UUID], Sequence[MatchRule]], clock: Clock) -> None:
    for (key, record), rules in new.items():
        await connection.execute(
            raw("INSERT INTO system.similar_told (person, object, record, at) VALUES (") + param(actor.person) + raw(", ") + param(key) + raw(", ")
            + param(record) + raw(", ") + param(clock.now()) + raw(") ON CONFLICT (person, object, record) DO UPDATE SET at = excluded.at")
        )  # fmt: skip
        await log.record(connection, actor, "similar", key, record, (), {"rules": list[Json](rule.key for rule in rules)}, clock)


async def _say(connection: Connection, catalog: Catalog, row: Mapping[tuple[str, UUID], Sequence[MatchRule]], clock: Clock) -> list[Outside]:
    """One entry for each object that there is something of, or with names one for each record."""
    said: list[Outside] = []
    for key in sorted({one[0] for one in row}):
        rules = {identity: found for (other, identity), found in row.items() if other == key}
        mode = _mode(catalog, key)
        if mode == "existence":
            said.append(Outside(object=key, strength=strongest(rule for found in rules.values() for rule in found)))
            continue
        named = await _named(connection, catalog, SYSTEM, key, rules, clock)
        for identity, title, owner in sorted(named, key=lambda one: one[0])[:_TOLD_NAMES]:
            said.append(Outside(object=key, strength=strongest(rules[identity]), owner=owner, title=title if mode == "name" else None))
    return said


async def forget_told(connection: Connection, clock: Clock) -> None:
    """Removes what was told longer ago than counts."""
    await connection.execute(raw("DELETE FROM system.similar_told WHERE at < ") + param(clock.now() - _AGAIN))
