"""Which columns a field owns in its object's table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString

import msgspec

from tradewind.kernel.sql import Sql, name
from tradewind.kinds.fields.contract import Column
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import FieldDefinition, FormulaOptions, ObjectDefinition, RollupOptions

RESULT_TYPES: dict[str, LiteralString] = {
    "text": "text",
    "number": "numeric",
    "money": "numeric",
    "boolean": "boolean",
    "date": "date",
    "instant": "timestamptz",
}

SYSTEM_COLUMNS: tuple[tuple[str, LiteralString], ...] = (
    ("id", "uuid PRIMARY KEY"),
    ("owner_id", "uuid"),
    ("team_id", "uuid"),
    ("department_id", "uuid"),
    ("pool_id", "uuid"),
    ("region", "text"),
    ("source", "text NOT NULL DEFAULT 'manual'"),
    ("demo", "boolean NOT NULL DEFAULT false"),
    ("version", "bigint NOT NULL DEFAULT 1"),
    ("created_at", "timestamptz NOT NULL"),
    ("created_by", "uuid"),
    ("updated_at", "timestamptz NOT NULL"),
    ("updated_by", "uuid"),
    ("deleted_at", "timestamptz"),
    ("deleted_by", "uuid"),
    ("deletion", "uuid"),
    ("search", "text[] NOT NULL DEFAULT '{}'"),
)


def table(object_key: str) -> Sql:
    """The object's table."""
    return name("data", object_key)


def decoded_options(field: FieldDefinition) -> Any:
    """A value type's settings as its struct."""
    return msgspec.convert(field.options, field_types()[field.type].options)


Objects = Mapping[str, ObjectDefinition]


def columns_of(field: FieldDefinition, objects: Objects) -> tuple[Column, ...]:
    """The columns a field owns: none for look-ups, lines, files. `objects` say what a roll-up's source is."""
    match field.type:
        case "relation":
            return (Column("", "uuid"),)
        case "lines" | "lookup":
            return ()
        case "rollup":
            return (Column("", _rollup_type(msgspec.convert(field.options, RollupOptions), objects)),)
        case "formula":
            return (Column("", RESULT_TYPES[msgspec.convert(field.options, FormulaOptions).result]),)
        case _:
            return field_types()[field.type].columns(decoded_options(field))


def _rollup_type(options: RollupOptions, objects: Objects) -> LiteralString:
    if options.function in ("count", "sum", "avg"):
        return "numeric"
    child = objects.get(options.object)
    source = child.field(options.field) if child else None
    if source is None or source.type in ("relation", "lines", "lookup", "rollup", "formula"):
        return "numeric"
    return RESULT_TYPES.get(field_types()[source.type].formula_type, "text")


def column_names(field: FieldDefinition, objects: Objects) -> tuple[Sql, ...]:
    """The quoted names of those columns."""
    return tuple(name(field.key + column.suffix) for column in columns_of(field, objects))
