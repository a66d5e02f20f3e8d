"""A record as JSON, made by PostgreSQL: each field as this actor sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import LiteralString

from tradewind.kernel.problems import UnknownField
from tradewind.kernel.sql import EMPTY, Sql, call, join, literal, name, param, parens, raw
from tradewind.kinds.fields.registry import field_types, holds_files
from tradewind.metadata.definitions import FieldDefinition, FormulaOptions, LinesOptions, LookupOptions, RelationOptions
from tradewind.query.authz.scope import field_options, restricted_fields
from tradewind.query.compile.context import (
    FALSE,
    INSTANTS,
    SYSTEM_FIELDS,
    TRUE,
    Found,
    Table,
    clear_rows,
    field_columns,
    is_value,
    lookup,
    state_rows,
    value_options,
    visible_rows,
)

_SHOWN_SYSTEM = ("owner", "team", "department", "created_at", "created_by", "updated_at", "updated_by", "source")


@dataclass(frozen=True)
class Member:
    """One member of a record's JSON. `present` is a condition; where it is false the member is left out."""

    key: str
    value: Sql
    present: Sql = TRUE


def record_json(table: Table, paths: Iterable[str] | None, *, lines: bool = False) -> Sql:
    """The record under the table's alias as a JSON object. `paths` None is everything the actor may ever see."""
    members = [Member("id", table.column("id")), Member("version", version_token(table))]
    if paths is None:
        members += [Member(key, system_value(table, key)) for key in _SHOWN_SYSTEM]
        fields = [definition.key for definition in table.definition.live_fields()]
    else:
        fields = list(dict.fromkeys(paths))
    for path in fields:
        members += path_members(table, path, lines=lines) if paths is None else _asked_members(table, path)
    if table.definition.parent:
        members.append(Member("position", table.column("position")))
    members += [Member("_actions", _actions(table))]
    states = _states(table)
    if states:
        members.append(Member("_states", states))
    return _object(members)


def asked_value(table: Table, path: str) -> Sql:
    """What a path shows of the record as JSON, NULL where it shows nothing. Raises UnknownField for one the actor never sees."""
    if path == "id":
        return table.column("id")
    return _asked_members(table, path)[0].value


def _object(members: list[Member]) -> Sql:
    always = [member for member in members if member.present == TRUE]
    rest = [member for member in members if member.present != TRUE]
    columns = join(", ", [member.value + raw(" AS ") + name(member.key) for member in always])
    made = raw("(SELECT row_to_json(tw_row) FROM (SELECT ") + columns + raw(") AS tw_row)")
    if not rest:
        return made
    parts = [
        raw("CASE WHEN ")
        + member.present
        + raw(" THEN jsonb_build_object(")
        + literal(member.key)
        + raw("::text, ")
        + member.value
        + raw(") ELSE '{}'::jsonb END")
        for member in rest
    ]
    return parens(made + raw("::jsonb || ") + join(" || ", parts))


def _asked_members(table: Table, path: str) -> list[Member]:
    """The members of a path somebody asked for. Raises UnknownField for one he never sees, as for one that is not there."""
    try:
        found = path_members(table, path, lines=True)
    except UnknownField as problem:
        problem.pointer = "/fields"
        raise
    if not found and path != "id":
        raise UnknownField(field=path, pointer="/fields")
    return found


def path_members(table: Table, path: str, *, lines: bool) -> list[Member]:
    """The members a requested path gives: one, or none for a field hidden from the actor everywhere.

    Raises UnknownField for a path that does not exist.
    """
    if path in SYSTEM_FIELDS:
        return [] if path == "id" else [Member(path, system_value(table, path))]
    definition = table.definition.field(path) if "." not in path else None
    if definition is None:
        found = lookup(table, path)
        return [Member(path, found_value(found))]
    if definition.type == "lines" and not lines:
        return []
    shown = state_rows(table, path, ("masked", "read", "write"))
    if shown == FALSE or (definition.type == "lookup" and not _leads_anywhere(table, definition)):
        return []
    return [Member(path, field_value(table, definition), shown)]


def _leads_anywhere(table: Table, definition: FieldDefinition) -> bool:
    """Whether the actor may ever see clear what a lookup leads to; where he may not, the lookup is hidden like its end."""
    try:
        lookup(table, field_options(definition, LookupOptions).path)
    except UnknownField:
        return False
    return True


def field_value(table: Table, definition: FieldDefinition) -> Sql:
    """The field's JSON on this row: clear, or {"masked": …}; NULL where it is hidden."""
    clear = clear_rows(table, definition.key)
    value = _clear_value(table, definition)
    if clear == TRUE:
        return value
    masked = state_rows(table, definition.key, ("masked", "read", "write"))
    shown = _mask(table, definition)
    if clear == FALSE and masked == TRUE:
        return shown
    return raw("CASE WHEN ") + clear + raw(" THEN to_jsonb(") + value + raw(") WHEN ") + masked + raw(" THEN to_jsonb(") + shown + raw(") END")


def _mask(table: Table, definition: FieldDefinition) -> Sql:
    columns, _ = field_columns(table, definition)
    if is_value(definition) and columns:
        mask = field_types()[definition.type].mask(columns, value_options(definition))
        empty = join(" AND ", [column + raw(" IS NULL") for column in columns[:1]])
        return raw("CASE WHEN ") + empty + raw(" THEN NULL ELSE jsonb_build_object('masked', ") + mask + raw(") END")
    return raw("jsonb_build_object('masked', '***')")


def _clear_value(table: Table, definition: FieldDefinition) -> Sql:
    match definition.type:
        case "relation":
            return _relation(table, definition)
        case "lookup":
            return found_value(lookup(table, field_options(definition, LookupOptions).path))
        case "lines":
            return lines_json(table, definition, lambda lower: record_json(lower, None))
        case "formula" | "rollup":
            columns, types = field_columns(table, definition)
            if definition.type == "formula" and field_options(definition, FormulaOptions).result == "money":
                return call("trim_scale", columns[0]) + raw("::text")
            return computed_value(columns[0], types[0])
        case kind if holds_files(kind):
            return _files(table, definition)
        case _:
            return field_types()[definition.type].load(field_columns(table, definition)[0])


def computed_value(column: Sql, sql_type: LiteralString) -> Sql:
    """A computed column as JSON, in the form the field types use."""
    match sql_type:
        case "numeric":
            return raw("to_jsonb(trim_scale((") + column + raw(")::numeric)::text)")
        case "timestamptz":
            return _instant(column)
        case _:
            return call("to_jsonb", column)


def found_value(found: Found) -> Sql:
    """What a path led to as JSON; NULL where the actor does not see it."""
    if found.field is None:
        return system_value(found.table, found.system)
    if found.field.type == "relation":
        led = _relation(found.table, found.field)
        return led if found.clear == TRUE else raw("CASE WHEN ") + found.clear + raw(" THEN ") + led + raw(" END")
    if not is_value(found.field):
        return computed_value(found.columns[0], found.types[0])
    return field_types()[found.field.type].load(found.columns)


def _instant(column: Sql) -> Sql:
    return raw("to_char(") + column + raw(" AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")


def system_value(table: Table, key: str) -> Sql:
    """A system field as JSON."""
    column = table.column(SYSTEM_FIELDS[key][0])
    if key in INSTANTS:
        return _instant(column)
    if key in ("owner", "created_by", "updated_by"):
        return field_types()["user"].load((column,))
    if key in ("team", "department"):
        return field_types()[key].load((column,))
    return column


def title_text(table: Table) -> Sql:
    """The record's name as text, NULL where the actor does not see it."""
    definition = table.definition.field(table.definition.title)
    if definition is None:
        return raw("NULL::text")
    clear = clear_rows(table, definition.key)
    column = field_columns(table, definition)[0][0] + raw("::text")
    return column if clear == TRUE else raw("CASE WHEN ") + clear + raw(" THEN ") + column + raw(" END")


def _relation(table: Table, definition: FieldDefinition) -> Sql:
    options = field_options(definition, RelationOptions)
    target = table.catalog.objects[options.target]
    upper = Table(table.catalog, table.actor, target, table.numbers.next(), table.at, table.numbers, table.trusted)
    shown = raw("jsonb_build_object('id', ") + upper.column("id") + raw(", 'title', ") + title_text(upper) + raw(")")
    seen = visible_rows(upper)
    if seen != TRUE:
        restricted = raw("jsonb_build_object('restricted', true)")
        title = target.field(target.title)
        if options.show_name and title is not None:
            restricted = raw("jsonb_build_object('restricted', true, 'title', ") + field_columns(upper, title)[0][0] + raw("::text)")
        shown = raw("CASE WHEN ") + seen + raw(" THEN ") + shown + raw(" ELSE ") + restricted + raw(" END")
    source = raw(" FROM ") + name("data", target.key) + raw(" AS ") + name(upper.alias)
    return raw("(SELECT ") + shown + source + raw(" WHERE ") + upper.column("id") + raw(" = ") + table.column(definition.key) + raw(")")


def _files(table: Table, definition: FieldDefinition) -> Sql:
    return (
        raw(
            "(SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'size', f.size, 'media_type', f.media_type, 'width', f.width, 'height', f.height) ORDER BY a.position) "
        )
        + raw("FROM system.attachments AS a JOIN system.files AS f ON f.id = a.file WHERE a.object = ")
        + param(table.definition.key)
        + raw(" AND a.field = ")
        + param(definition.key)
        + raw(" AND a.record = ")
        + table.column("id")
        + raw(")")
    )


def lines_json(table: Table, definition: FieldDefinition, document_of: Callable[[Table], Sql]) -> Sql:
    """The record's lines in their order, each as the document made of it."""
    options = field_options(definition, LinesOptions)
    target = table.catalog.objects[options.target]
    lower = Table(table.catalog, table.actor, target, table.numbers.next(), table.at, table.numbers, table.trusted)
    if lower.scope.nothing:
        return raw("'[]'::json")
    document = document_of(lower)
    return (
        raw("(SELECT coalesce(json_agg(") + document + raw(" ORDER BY ") + lower.column("position") + raw(", ") + lower.column("id") + raw("), '[]'::json) FROM ")
        + name("data", target.key) + raw(" AS ") + name(lower.alias) + raw(" ") + lower.all_joins() + raw(" WHERE ") + lower.column(options.parent) + raw(" = ")
        + table.column("id") + raw(" AND ") + lower.column("deleted_at") + raw(" IS NULL)")
    )  # fmt: skip


def _actions(table: Table) -> Sql:
    parts: list[Sql] = []
    for action in ("update", "delete"):
        rows = visible_rows(table, action)
        if rows == TRUE:
            parts.append(literal(action) + raw("::text"))
        elif rows != FALSE:
            parts.append(raw("CASE WHEN ") + rows + raw(" THEN ") + literal(action) + raw("::text END"))
    return raw("array_remove(ARRAY[") + join(", ", parts) + raw("]::text[], NULL)")


def _states(table: Table) -> Sql:
    """{field: "masked" or "read"} for fields that are not written on this row; empty SQL when all are written everywhere."""
    parts: list[Sql] = []
    for definition in table.definition.live_fields():
        states = table.scope.states(definition.key)
        if not states - {"write"} or not states - {"hidden"}:
            continue
        if len(states) == 1:
            value = literal(next(iter(states))) + raw("::text")
        else:
            written, clear, shown = (state_rows(table, definition.key, kinds) for kinds in (("write",), ("read", "write"), ("masked", "read", "write")))
            value = raw("CASE WHEN ") + written + raw(" THEN NULL WHEN ") + clear + raw(" THEN 'read' WHEN ") + shown + raw(" THEN 'masked' END")
        parts.append(literal(definition.key) + raw("::text, ") + value)
    if not parts:
        return EMPTY
    chunks = [raw("jsonb_build_object(") + join(", ", parts[start : start + 40]) + raw(")") for start in range(0, len(parts), 40)]
    return raw("jsonb_strip_nulls(") + join(" || ", chunks) + raw(")")


def version_token(table: Table) -> Sql:
    """The opaque version for this actor: the counter of open fields, and a digest of the restricted ones as he sees them."""
    version = table.column("version") + raw("::text")
    parts: list[Sql] = []
    for key in restricted_fields(table.catalog, table.definition.key):
        definition = table.definition.field(key)
        if definition is None or definition.type in ("lines", "lookup", "formula", "rollup") or state_rows(table, key, ("masked", "read", "write")) == FALSE:
            continue
        parts.append(raw("coalesce((") + field_value(table, definition) + raw(")::text, '')"))
    if not parts:
        return version
    return version + raw(" || '.' || left(md5(concat_ws('|', ") + join(", ", parts) + raw(")), 8)")
