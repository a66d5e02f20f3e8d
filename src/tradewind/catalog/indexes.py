"""Indexes are the system's work: what relations, owners, departments, statuses, unique fields and published views need."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradewind.catalog.schema.columns import column_names, decoded_options, table
from tradewind.catalog.schema.running import concurrent_index, drop_index
from tradewind.kernel.sql import Sql, join, name, param, raw
from tradewind.kinds.fields.choices import rank
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import FieldDefinition, ObjectDefinition, ViewDefinition
from tradewind.metadata.formulas import is_volatile
from tradewind.metadata.questions import Filter, Sort
from tradewind.query.database.pool import Database

_ALWAYS = ("owner_id", "team_id", "department_id", "updated_at", "created_at", "deletion")
_SYSTEM = {"owner": "owner_id", "department": "department_id", "team": "team_id", "created_at": "created_at", "updated_at": "updated_at", "source": "source"}
ENTRY_CHARACTERS = 500
"""An entry of a b-tree has room for 2 704 bytes; text beyond this many characters may not fit, and a write would fail."""
_INDEXED_TYPES = ("relation", "status", "select", "user", "department", "country", "date", "datetime")


def index_name(prefix: str, object_key: str, rest: str) -> str:
    """A name of at most 63 bytes that is the same every time."""
    plain = f"{prefix}_{object_key}_{rest}"
    return plain if len(plain) <= 60 else f"{plain[:48]}_{hashlib.sha256(plain.encode()).hexdigest()[:11]}"


def unique_name(object_key: str, field_key: str) -> str:
    return index_name("u", object_key, field_key)


def unique_definition(object_key: str, field: FieldDefinition, objects: Mapping[str, ObjectDefinition]) -> Sql:
    """Uniqueness of the folded value among live rows."""
    columns = column_names(field, objects)
    folded = columns[0] if field.type == "relation" else field_types()[field.type].fold(columns)
    return raw("UNIQUE ON ") + table(object_key) + raw(" ((") + folded + raw(")) WHERE deleted_at IS NULL")


async def ensure_object_indexes(database: Database, definition: ObjectDefinition) -> None:
    """What every object has: owner, department, times, search."""
    for column in _ALWAYS:
        await concurrent_index(database, index_name("i", definition.key, column), raw("ON ") + table(definition.key) + raw(" (") + name(column) + raw(", id)"))
    await concurrent_index(database, index_name("s", definition.key, "search"), raw("ON ") + table(definition.key) + raw(" USING gin (search)"))


async def ensure_field_indexes(database: Database, definition: ObjectDefinition, field: FieldDefinition, objects: Mapping[str, ObjectDefinition]) -> None:
    """What one field needs by its type and settings."""
    columns = column_names(field, objects)
    if not columns:
        return
    if field.type in _INDEXED_TYPES or field.unique or (field.key == definition.title and is_short(field)):
        await concurrent_index(database, index_name("f", definition.key, field.key), raw("ON ") + table(definition.key) + raw(" (") + columns[0] + raw(", id)"))
    if field.unique:
        await concurrent_index(database, unique_name(definition.key, field.key), unique_definition(definition.key, field, objects))


def is_short(field: FieldDefinition) -> bool:
    """Whether every value fits an index's entry."""
    return field.type != "long_text" and getattr(decoded_options(field), "max_length", 0) <= ENTRY_CHARACTERS


def field_index_names(object_key: str, field_key: str) -> tuple[str, str]:
    """The names `ensure_field_indexes` gives: for finding and sorting, and for uniqueness."""
    return index_name("f", object_key, field_key), unique_name(object_key, field_key)


async def drop_field_indexes(database: Database, object_key: str, field_key: str) -> None:
    """Before a field's column changes under them."""
    for index in (*field_index_names(object_key, field_key), index_name("m", object_key, field_key)):
        await drop_index(database, index)


async def ensure_match_index(database: Database, definition: ObjectDefinition, field: FieldDefinition, objects: Mapping[str, ObjectDefinition]) -> None:
    """What finds live records by the folded value of a field that is not unique: an import that matches by it asks for each of its rows."""
    columns = column_names(field, objects)
    if not columns or field.unique or field.type == "relation":
        return
    folded = field_types()[field.type].fold(columns)
    wanted = raw("ON ") + table(definition.key) + raw(" ((") + folded + raw(")) WHERE deleted_at IS NULL")
    await concurrent_index(database, index_name("m", definition.key, field.key), wanted)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An index over live records: its name, what it stands on, and its words for people."""

    name: str
    definition: Sql
    words: tuple[str, ...]


def wanted_index(
    prefix: str, definition: ObjectDefinition, equal: Sequence[str], sort: Sequence[Sort], objects: Mapping[str, ObjectDefinition]
) -> Wanted | None:
    """One index for equal values and a sort together, in the sort's own direction; None where not all of them are columns of the object."""
    sorted_by = {one.field for one in sort}
    equal = [key for key in dict.fromkeys(equal) if key not in sorted_by]
    parts: list[Sql] = []
    words: list[str] = [*equal]
    for key, descending in [*((key, False) for key in equal), *((one.field, one.descending) for one in sort)]:
        field = definition.field(key)
        ranks = _ranks(field) if key not in equal else ()
        if key not in equal:
            order = hashlib.sha256(" ".join(ranks).encode()).hexdigest()[:6] if ranks else ""
            words.append(key + ("_down" if descending else "") + order)
        if key in _SYSTEM:
            parts.append(name(_SYSTEM[key]) + (raw(" DESC") if descending else raw("")))
        elif field is not None and is_short(field) and not is_volatile(definition, field, objects) and (columns := column_names(field, objects)):
            parts.append((rank(columns[0], ranks) if ranks else columns[0]) + (raw(" DESC NULLS LAST") if descending else raw("")))
        else:
            return None
    if not parts:
        return None
    parts.append(raw("id DESC") if sort and sort[-1].descending else raw("id"))
    on = raw("ON ") + table(definition.key) + raw(" (") + join(", ", parts) + raw(") WHERE deleted_at IS NULL")
    return Wanted(index_name(prefix, definition.key, "_".join(words)), on, tuple(words))


async def ensure_wanted(database: Database, object_key: str, wanted: Wanted, reason: str) -> None:
    """Builds it beside other people's work, and writes down what for."""
    await concurrent_index(database, wanted.name, wanted.definition)
    async with database.transaction() as connection:
        await connection.execute(
            raw("INSERT INTO system.indexes (name, object, reason, definition, state) VALUES (")
            + join(", ", [param(wanted.name), param(object_key), param(reason), param(", ".join(wanted.words)), param("ready")])
            + raw(") ON CONFLICT (name) DO NOTHING")
        )


async def ensure_view_index(database: Database, view: ViewDefinition, objects: Mapping[str, ObjectDefinition]) -> None:
    """One index for the view's equality filter and sort together, where both are own columns."""
    definition = objects.get(view.object)
    if definition is not None and view.sort and (wanted := wanted_index("v", definition, equalities(view.filter), view.sort, objects)):
        await ensure_wanted(database, view.object, wanted, f"view {view.key}")


def _ranks(field: FieldDefinition | None) -> tuple[str, ...]:
    """The order of a field's options, by which it is sorted."""
    if field is None or field.type not in field_types():
        return ()
    return field_types()[field.type].ranks(decoded_options(field))


def equalities(part: Filter | None) -> list[str]:
    """Own fields that a filter asks to have given values."""
    if part is None:
        return []
    if part.op == "and":
        return [key for child in part.of for key in equalities(child)]
    return [part.field] if part.op in ("eq", "in") and "." not in part.field else []
