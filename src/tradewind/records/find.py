"""Records found by the values of their fields, folded: which records rows stand for, within what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from tradewind.kernel.problems import InvalidRequest, UnknownObject
from tradewind.kernel.sql import Sql, join, name, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition
from tradewind.query.compile import passes
from tradewind.query.compile.context import Table, field_columns, value_options
from tradewind.query.database.arrays import unnested
from tradewind.query.database.pool import Connection
from tradewind.records.rows import columns_of


@dataclass(frozen=True, slots=True)
class Match:
    """What a row's values met: the record (None: none has them), whether the actor may know of it, whether several have them, and the folded values."""

    id: UUID | None
    seen: bool
    several: bool
    key: tuple[str, ...]


NONE = Match(None, False, False, ())


async def matches(
    connection: Connection, catalog: Catalog, actor: Actor, object_key: str, fields: Sequence[str], rows: Sequence[dict[str, Any]], now: datetime
) -> list[Match]:
    """For each row of column values, in one question, the live record with the same folded values in all of `fields`.

    `seen` only where the actor sees the record and every one of the fields clear on it: who may not know a value may not find out by guessing it.
    Raises InvalidRequest for a field nothing can be matched by.
    """
    if not rows:
        return []
    definition = catalog.objects[object_key]
    table = Table(catalog, SYSTEM, definition, "r", now)
    stored, sent = list[Sql](), list[Sql]()
    arrays: dict[str, tuple[LiteralString, Sequence[Any]]] = {"n": ("int", range(len(rows)))}
    for key in fields:
        field = _matched(definition, key)
        columns, _ = field_columns(table, field)
        own, types = _columns(field)
        arrays |= {one: (kind, [row.get(one) for row in rows]) for one, kind in zip(own, types, strict=True)}
        stored.append(folded(field, columns))
        sent.append(folded(field, tuple(raw("t.") + name(one) for one in own)))
    same = join(" AND ", [one + raw(" = ") + other for one, other in zip(stored, sent, strict=True)])
    found = await connection.rows(
        raw("SELECT t.n, r.id, coalesce(") + _known(catalog, actor, object_key, fields, now) + raw(", false), ")
        + join(", ", [raw("(") + one + raw(")::text") for one in sent])
        + raw(" FROM ") + unnested("t", arrays) + raw(" LEFT JOIN ") + name("data", object_key) + raw(" AS r ON r.deleted_at IS NULL AND ") + same + raw(" ORDER BY t.n, r.id")
    )  # fmt: skip
    return _by_row(found, len(rows))


def _by_row(found: Sequence[tuple[Any, ...]], count: int) -> list[Match]:
    """The first record the actor may know of decides; where there is only one he may not, that."""
    made = list[Match | None]([None]) * count
    for row in found:
        number, identity, seen = int(row[0]), row[1], bool(row[2])
        before = made[number]
        if before is None:
            made[number] = Match(identity, seen, False, tuple(row[3:]))
        elif seen and not before.seen:
            made[number] = Match(identity, True, False, before.key)
        elif seen:
            made[number] = Match(before.id, True, True, before.key)
    return [one if one is not None else NONE for one in made]


def _matched(definition: ObjectDefinition, key: str) -> FieldDefinition:
    field = definition.field(key)
    if field is None or (field.type != "relation" and (field.type not in field_types() or not field_types()[field.type].columns(value_options(field)))):
        raise InvalidRequest(rule="match", pointer="/match", field=key)
    return field


def folded(field: FieldDefinition, columns: Sequence[Sql]) -> Sql:
    """The form in which two values of the field are the same."""
    return columns[0] if field.type == "relation" else field_types()[field.type].fold(tuple(columns))


def _known(catalog: Catalog, actor: Actor, object_key: str, fields: Sequence[str], now: datetime) -> Sql:
    try:
        sees = passes.compile_predicate(catalog, actor, object_key, None, "read", now)
        clear = [passes.field_state_sql(catalog, actor, object_key, key, ("read", "write"), now) for key in fields]
    except UnknownObject:
        return raw("false")
    return join(" AND ", [raw("(") + one + raw(")") for one in (sees, *clear)])


async def holders(connection: Connection, definition: ObjectDefinition, key: str, rows: Sequence[dict[str, Any]]) -> list[tuple[tuple[str, ...], UUID | None]]:
    """For each row of column values the folded value of a unique field, and the live record that has it, whoever may see it."""
    field = _matched(definition, key)
    columns, _ = _columns(field)
    sent = folded(field, tuple(raw("t.") + name(one) for one in columns))
    stored = folded(field, tuple(raw("r.") + name(one) for one in columns))
    holder = (
        raw("(SELECT r.id FROM ") + name("data", definition.key) + raw(" AS r WHERE r.deleted_at IS NULL AND ") + stored + raw(" = ") + sent + raw(" LIMIT 1)")
    )
    found = await connection.rows(
        raw("SELECT t.n, (") + sent + raw(")::text, ") + holder + raw(" FROM ") + _sent(field, list(enumerate(rows))) + raw(" ORDER BY t.n")
    )
    return [((str(row[1]),), row[2]) for row in found]


async def folded_values(connection: Connection, definition: ObjectDefinition, key: str, values: Sequence[Any]) -> list[tuple[str, ...]]:
    """The form in which each checked value of the field is compared, as PostgreSQL makes it; empty for none."""
    field = _matched(definition, key)
    columns, _ = _columns(field)
    filled = [(number, columns_of(definition, key, value)) for number, value in enumerate(values) if value is not None]
    form = folded(field, tuple(raw("t.") + name(one) for one in columns))
    made: list[tuple[str, ...]] = [()] * len(values)
    for number, text in await connection.rows(raw("SELECT t.n, (") + form + raw(")::text FROM ") + _sent(field, filled)):
        made[number] = () if text is None else (text,)
    return made


def _sent(field: FieldDefinition, rows: Sequence[tuple[int, dict[str, Any]]]) -> Sql:
    """Numbered column values of a field as rows `t`."""
    columns, types = _columns(field)
    arrays: dict[str, tuple[LiteralString, Sequence[Any]]] = {"n": ("int", [number for number, _ in rows])}
    arrays |= {one: (kind, [row.get(one) for _, row in rows]) for one, kind in zip(columns, types, strict=True)}
    return unnested("t", arrays)


def _columns(field: FieldDefinition) -> tuple[list[str], list[LiteralString]]:
    if field.type == "relation":
        return [field.key], ["uuid"]
    columns = field_types()[field.type].columns(value_options(field))
    return [field.key + column.suffix for column in columns], [column.sql_type for column in columns]
