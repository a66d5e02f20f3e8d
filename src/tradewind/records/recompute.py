"""Stored formulas, totals of lines and roll-ups follow a write, set-wise, in its transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from operator import attrgetter
from uuid import UUID

from tradewind.jobs.queue import enqueue
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json
from tradewind.kernel.sql import Sql, cast_param, join, name, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.actors import SYSTEM
from tradewind.metadata.definitions import Catalog, FieldDefinition, LinesOptions, ObjectDefinition, RelationOptions, RollupOptions
from tradewind.query.authz.scope import cached, field_options
from tradewind.query.compile.computed import checked_formula, formula_sql, is_volatile, rollup_sql
from tradewind.query.compile.context import Table, value_options
from tradewind.query.database.arrays import array
from tradewind.query.database.pool import Connection

MOST_AT_ONCE = 1000
"""More records than this that depend on a write follow in jobs."""
_MAX_DEPTH = 6
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


async def recompute(
    connection: Connection, catalog: Catalog, object_key: str, ids: Iterable[UUID], clock: Clock, *, depth: int = 0, fresh: bool = False
) -> None:
    """Brings stored computed fields of these records, and of all that depend on them, up to date. `version` does not move.

    `fresh` records were just inserted and have what is computed on them already. Where more than a thousand others depend on
    them, those follow in jobs, so that the writer does not wait.
    """
    given = sorted(dict.fromkeys(ids), key=attrgetter("int"))
    if not given or depth > _MAX_DEPTH:
        return
    definition = catalog.objects[object_key]
    if not fresh:
        await _own(connection, catalog, definition, given)
    for other in catalog.objects.values():
        relations = _dependent_relations(catalog, other, object_key)
        for relation, upward in relations:
            child, parent = (object_key, other.key) if upward else (other.key, object_key)
            await _follow(connection, catalog, child, relation, parent, given, clock, upward=upward, depth=depth)


async def recompute_parents(connection: Connection, catalog: Catalog, object_key: str, parents: dict[str, set[UUID]], clock: Clock) -> None:
    """Brings records up to date that these relations pointed at before: `parents` by relation field."""
    for relation, ids in parents.items():
        field = catalog.objects[object_key].field(relation)
        if field is not None and ids:
            await recompute(connection, catalog, field_options(field, RelationOptions).target, ids, clock, depth=1)


async def _follow(
    connection: Connection, catalog: Catalog, child: str, relation: str, parent: str, ids: list[UUID], clock: Clock, *, upward: bool, depth: int
) -> None:
    """From children to the parents that sum them up, or from parents to children whose formulas look up at them."""
    source, wanted = raw(" FROM ") + name("data", child) + raw(" WHERE "), cast_param(array("uuid", ids), "uuid[]")
    if upward:
        found = raw("SELECT DISTINCT ") + name(relation) + source + raw("id = ANY(") + wanted + raw(") AND ") + name(relation) + raw(" IS NOT NULL")
    else:
        found = raw("SELECT id") + source + name(relation) + raw(" = ANY(") + wanted + raw(")")
    follower = parent if upward else child
    others = sorted(row[0] for row in await connection.rows(found))
    own_lines = upward and catalog.objects[child].parent == parent
    if len(others) <= MOST_AT_ONCE or own_lines:
        await recompute(connection, catalog, follower, others, clock, depth=depth + 1)
        return
    for first in range(0, len(others), MOST_AT_ONCE):
        part = list[Json](str(one) for one in others[first : first + MOST_AT_ONCE])
        await enqueue(connection, "recompute", {"object": follower, "ids": part, "depth": depth + 1}, clock)


def _dependent_relations(catalog: Catalog, other: ObjectDefinition, changed: str) -> set[tuple[str, bool]]:
    """Relations by which `other` depends on `changed`: (relation, True) where `other` sums up its children."""
    found: set[tuple[str, bool]] = set()
    for field in other.live_fields():
        if field.type == "rollup" and (options := field_options(field, RollupOptions)).object == changed:
            found.add((options.relation, True))
        elif field.type == "lines" and (lines := field_options(field, LinesOptions)).target == changed and _sums_lines(catalog, other, field.key):
            found.add((lines.parent, True))
        elif field.type == "formula":
            for path in checked_formula(catalog, other, field).paths:
                head = other.field(path.partition(".")[0])
                if "." in path and head is not None and head.type == "relation" and field_options(head, RelationOptions).target == changed:
                    found.add((head.key, False))
    return found


def _sums_lines(catalog: Catalog, definition: ObjectDefinition, lines: str) -> bool:
    return any(
        lines == total[1] for field in definition.live_fields() if field.type == "formula" for total in checked_formula(catalog, definition, field).totals
    )


def with_computed(catalog: Catalog, definition: ObjectDefinition, sent: set[str], columns: Sql, source: Sql) -> tuple[Sql, Sql]:
    """Columns and SELECT of an INSERT with roll-ups and formulas computed on the way. `sent` are the field columns in the SELECT.

    Nothing hangs on a record that is just made, so that its totals are those of nothing; lines that come with it bring them up to date.
    """
    fields = _computed(catalog, definition)
    if not fields:
        return columns, source
    blank = [
        (column, kind)
        for field in definition.live_fields()
        if field.type == "relation" or field.type in field_types()
        for column, kind in _typed_columns(field)
        if column not in sent
    ]
    inner = raw("SELECT r.*") + join("", [raw(", NULL::") + Sql(kind) + raw(" AS ") + name(column) for column, kind in blank])
    source = inner + raw(" FROM (") + source + raw(") AS r (") + columns + raw(")")
    for field in fields:
        value = _stored(catalog, definition, field)
        source = raw("SELECT r.*, ") + value + raw(" AS ") + name(field.key) + raw(" FROM (") + source + raw(") AS r")
    names = columns + join("", [raw(", ") + name(column) for column, _ in blank] + [raw(", ") + name(field.key) for field in fields])
    return names, source


def _typed_columns(field: FieldDefinition) -> list[tuple[str, str]]:
    if field.type == "relation":
        return [(field.key, "uuid")]
    return [(field.key + column.suffix, column.sql_type) for column in field_types()[field.type].columns(value_options(field))]


def _computed(catalog: Catalog, definition: ObjectDefinition) -> list[FieldDefinition]:
    """Stored roll-ups, then stored formulas in the order they build on each other."""
    return cached(catalog, ("computed", definition.key), lambda: _find_computed(catalog, definition))


def _find_computed(catalog: Catalog, definition: ObjectDefinition) -> list[FieldDefinition]:
    rollups = [field for field in definition.live_fields() if field.type == "rollup" and not is_volatile(catalog, definition, field)]
    return rollups + _in_order(catalog, definition)


async def _own(connection: Connection, catalog: Catalog, definition: ObjectDefinition, ids: list[UUID]) -> None:
    """Roll-ups first, then formulas in the order they build on each other."""
    fields = _computed(catalog, definition)
    rollups = [(field.key, _stored(catalog, definition, field)) for field in fields if field.type == "rollup"]
    if rollups:
        await _assign(connection, definition, rollups, ids)
    for field in fields:
        if field.type == "formula":
            await _assign(connection, definition, [(field.key, _stored(catalog, definition, field))], ids)


async def _assign(connection: Connection, definition: ObjectDefinition, assignments: list[tuple[str, Sql]], ids: list[UUID]) -> None:
    sets = join(", ", [name(key) + raw(" = ") + value for key, value in assignments])
    differs = join(" OR ", [raw("r.") + name(key) + raw(" IS DISTINCT FROM ") + value for key, value in assignments])
    locked = (
        raw("(SELECT id FROM ")
        + name("data", definition.key)
        + raw(" WHERE id = ANY(")
        + cast_param(array("uuid", ids), "uuid[]")
        + raw(") ORDER BY id FOR UPDATE)")
    )
    await connection.execute(
        raw("UPDATE ") + name("data", definition.key) + raw(" AS r SET ") + sets + raw(" WHERE r.id IN ") + locked + raw(" AND (") + differs + raw(")")
    )


def _in_order(catalog: Catalog, definition: ObjectDefinition) -> list[FieldDefinition]:
    """Stored formulas, each after those it uses."""
    formulas = {field.key: field for field in definition.live_fields() if field.type == "formula" and not checked_formula(catalog, definition, field).volatile}
    done: list[FieldDefinition] = []

    def visit(field: FieldDefinition) -> None:
        if field in done:
            return
        for path in checked_formula(catalog, definition, field).paths:
            if path in formulas and path != field.key:
                visit(formulas[path])
        done.append(field)

    for field in formulas.values():
        visit(field)
    return done


def _stored(catalog: Catalog, definition: ObjectDefinition, field: FieldDefinition) -> Sql:
    """What the field holds on row `r`."""
    table = Table(catalog, SYSTEM, definition, "r", _EPOCH, trusted=True)
    return formula_sql(table, field) if field.type == "formula" else rollup_sql(table, field)
