"""Records side by side, before they are merged: what each holds, why they may be one, what would stay and what would move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import InvalidRequest, NotFound, UnknownObject
from tradewind.kernel.sql import all_of, cast_param, name, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog, ObjectDefinition
from tradewind.metadata.quality import rules_within
from tradewind.metadata.questions import Question
from tradewind.query.authz.scope import scope_of
from tradewind.query.compile import passes
from tradewind.query.database.pool import Connection, Database
from tradewind.records.choosing import BELONGING, JOIN, mergeable, survivor_of, takes_of
from tradewind.records.finder import Link, among
from tradewind.records.merge import MOST, relations_to
from tradewind.records.read import list_records

_PAGE = 500


class Moves(msgspec.Struct, frozen=True, kw_only=True):
    """Records of another object that point at the compared ones, as far as the reader sees them: how many at each."""

    object: str
    relation: str
    counts: dict[str, int]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The records as the reader sees them, and the proposal: who stays, whose value each field takes where it is not the survivor's own."""

    records: list[dict[str, Any]]
    links: tuple[Link, ...]
    survivor: str
    take: dict[str, str]
    fields: tuple[str, ...]
    """Fields of which one value stays."""
    moves: tuple[Moves, ...]
    may: bool
    """Whether the reader may merge them: change all, and delete all but the survivor."""


async def compare(
    database: Database, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], clock: Clock, *, survivor: UUID | None = None
) -> Compared:
    """Compares 2 to 20 records. With a `survivor` the proposal is made for it. Raises NotFound where one is out of scope, InvalidRequest, UnknownObject."""
    definition = catalog.objects.get(object_key)
    if definition is None or scope_of(catalog, actor, object_key).nothing:
        raise UnknownObject(object=object_key)
    if not 2 <= len(set(ids)) <= MOST or (survivor is not None and survivor not in ids):
        raise InvalidRequest(rule="records", low=2, high=MOST, pointer="/ids")
    question = Question(object=object_key, ids=tuple(str(one) for one in ids), limit=MOST)
    page = msgspec.json.decode(await list_records(database, catalog, actor, question, clock.now()))
    found: dict[str, dict[str, Any]] = {str(record["id"]): record for record in page["records"]}
    if len(found) < len(set(ids)):
        raise NotFound(object=object_key)
    records = [found[str(one)] for one in dict.fromkeys(ids)]
    chosen = str(survivor) if survivor is not None else survivor_of(definition, records)
    async with database.reading() as connection:
        groups = await among(connection, catalog, actor, object_key, ids, clock)
        moves = [
            one for other, relation in relations_to(catalog, object_key) if (one := await _moves(connection, catalog, actor, other, relation.key, ids, clock))
        ]
    links = max((group.links for group in groups), key=len, default=())
    shown = {key for record in records for key in record}
    may = not actor.read_only and not definition.parent and all(
        "update" in record["_actions"] and (str(record["id"]) == chosen or "delete" in record["_actions"]) for record in records
    )  # fmt: skip
    return Compared(
        records=records, links=links, survivor=chosen, take=_offered(definition, found, chosen), moves=tuple(moves), may=may,
        fields=tuple(one.key for one in mergeable(definition) if one.key in shown),
    )  # fmt: skip


def _offered(definition: ObjectDefinition, records: dict[str, dict[str, Any]], survivor: str) -> dict[str, str]:
    """The proposal among what the reader may choose: values he sees clear, for fields he may write on the survivor."""
    own = records[survivor]
    taken = takes_of(definition, records, survivor)
    return {
        key: source
        for key, source in taken.items()
        if key not in BELONGING
        and key in own
        and own.get("_states", {}).get(key, "write") == "write"
        and all(record.get("_states", {}).get(key) != "masked" for one, record in records.items() if source in (JOIN, one))
    }


async def _moves(
    connection: Connection, catalog: Catalog, actor: Actor, other: ObjectDefinition, relation: str, ids: Sequence[UUID], clock: Clock
) -> Moves | None:
    """What would move along one relation; None where nothing does that the reader sees."""
    try:
        sees = passes.compile_predicate(catalog, actor, other.key, None, "read", clock.now())
        clear = passes.field_state_sql(catalog, actor, other.key, relation, ("read", "write"), clock.now())
    except UnknownObject:
        return None
    column = name("r", relation)
    rows = await connection.rows(
        raw("SELECT ") + column + raw(", count(*) FROM ") + name("data", other.key) + raw(" AS r WHERE r.deleted_at IS NULL AND ") + column
        + raw(" = ANY(") + cast_param(list(ids), "uuid[]") + raw(") AND ") + all_of([sees, clear]) + raw(" GROUP BY 1")
    )  # fmt: skip
    return Moves(object=other.key, relation=relation, counts={str(row[0]): int(row[1]) for row in rows}) if rows else None


async def summaries(database: Database, catalog: Catalog, actor: Actor, object_key: str, ids: Iterable[UUID], clock: Clock) -> dict[str, dict[str, Any]]:
    """Records by id, with their name, the fields that rules compare, owner and last change, as the actor sees them."""
    definition, scope = catalog.objects[object_key], scope_of(catalog, actor, object_key)
    compared = [field.key for _, (_, terms) in rules_within(catalog, object_key).values() for field, _ in terms]
    fields = tuple(one for one in dict.fromkeys([definition.title, *compared]) if scope.best(one) != "hidden")
    listed = sorted(str(one) for one in ids)
    found: dict[str, dict[str, Any]] = {}
    for first in range(0, len(listed), _PAGE):
        question = Question(object=object_key, fields=(*fields, "owner", "updated_at"), ids=tuple(listed[first : first + _PAGE]), limit=_PAGE)
        page = msgspec.json.decode(await list_records(database, catalog, actor, question, clock.now()))
        found |= {str(record["id"]): record for record in page["records"]}
    return found
