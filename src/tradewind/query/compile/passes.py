"""The statements questions become: list, one record, count, aggregate, anchors, and predicates for the write path."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from tradewind.kernel.problems import InvalidRequest, NotSortable, UnknownField, UnknownOperator
from tradewind.kernel.sql import Columns, Sql, all_of, any_of, cast_param, join, literal, name, param, parens, raw
from tradewind.kinds.fields.choices import rank
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.metadata.questions import AggregateQuestion, Dimension, Filter, Measure, Question, Sort
from tradewind.query.authz.scope import filter_fields, made_from
from tradewind.query.compile.context import INSTANTS, SYSTEM_KINDS, TRUE, Found, Table, is_value, lookup, open_table, state_rows, value_options, visible_rows
from tradewind.query.compile.filters import condition, on_own_row, search_condition
from tradewind.query.compile.kept import kept
from tradewind.query.compile.members import computed_value, record_json, title_text, version_token

MAX_PAGE = 500
_IDENTITY = object()
"""Stands in a kept statement where the asked record's id goes."""
_GRAINS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Key:
    """One sort key with its SQL type and direction."""

    sql: Sql
    sql_type: LiteralString
    descending: bool
    nullable: bool


def rows_of(table: Table, filter: Filter | None, search: str, *, deleted: bool = False, ids: Sequence[str] | None = None, made_by: str = "") -> Sql:
    """Scope, recycle bin, filter and search of a question, in that order."""
    parts = [
        visible_rows(table),
        table.column("deleted_at") + (raw(" IS NOT NULL") if deleted else raw(" IS NULL")),
        condition(table, filter),
        search_condition(table, search) if search.strip() else TRUE,
    ]
    if ids is not None:
        parts.append(table.column("id") + raw(" = ANY(") + cast_param(_uuids(ids), "uuid[]") + raw(")"))
    if made_by:
        parts.append(table.column("id") + raw(" IN (") + _made_by(table, made_by) + raw(")"))
    return all_of(part for part in parts if part != TRUE)


def _made_by(table: Table, action: str) -> Sql:
    """Ids of the records that an action made."""
    (identity,) = _uuids([action])
    made = raw("SELECT tw_c.record FROM system.changes AS tw_c WHERE tw_c.operation = 'create' AND tw_c.object = ") + param(table.definition.key)
    return made + raw(" AND tw_c.action = ") + param(identity)


def _uuids(ids: Sequence[str]) -> list[UUID]:
    try:
        return [UUID(one) for one in ids]
    except ValueError as failure:
        raise InvalidRequest(rule="id", pointer="/ids") from failure


def sort_keys(table: Table, sort: Sequence[Sort]) -> list[Key]:
    """The keys of a sort with the id as the last. Raises NotSortable, UnknownField."""
    keys: list[Key] = []
    for one in sort[:5]:
        found = lookup(table, one.field)
        keys += _field_keys(found, one)
    keys.append(Key(table.column("id"), "uuid", keys[-1].descending if keys else True, False))
    return keys


def _field_keys(found: Found, sort: Sort) -> list[Key]:
    if found.field is None:
        if found.system in INSTANTS or found.system in ("id", "source"):
            return [Key(found.columns[0], found.types[0], sort.descending, found.system == "deleted_at" or "." in sort.field)]
        kind = field_types()[SYSTEM_KINDS.get(found.system, "user")]
    elif found.field.type == "relation":
        raise NotSortable(field=sort.field)
    elif not is_value(found.field):
        return [Key(found.columns[0], found.types[0], sort.descending, True)]
    else:
        kind = field_types()[found.field.type]
    made = kind.order(found.columns)
    if not made:
        raise NotSortable(field=sort.field)
    if found.field is not None and is_value(found.field) and (ranks := kind.ranks(value_options(found.field))):
        return [Key(rank(found.columns[0], ranks), "integer", sort.descending, True)]
    return [Key(one, _type_of(one, found), sort.descending, True) for one in made]


def _type_of(key: Sql, found: Found) -> LiteralString:
    for column, sql_type in zip(found.columns, found.types, strict=True):
        if key == column:
            return sql_type
    return "text"


def order_by(keys: Sequence[Key]) -> Sql:
    """ORDER BY: empty values last, whichever way."""
    return join(", ", [key.sql + (raw(" DESC") if key.descending else raw(" ASC")) + (raw(" NULLS LAST") if key.nullable else raw("")) for key in keys])


def cursor_sql(keys: Sequence[Key]) -> Sql:
    """The place of a row in the order, as text that `after` reads."""
    values = join(", ", [parens(key.sql) + raw("::text") for key in keys])
    return raw("translate(encode(convert_to(json_build_array(") + values + raw(")::text, 'UTF8'), 'base64'), E'\\n', '')")


def after(keys: Sequence[Key], cursor: str) -> Sql:
    """Rows behind the cursor. Raises InvalidRequest for one that does not fit the sort."""
    try:
        values: Any = msgspec.json.decode(base64.b64decode(cursor, validate=True))
        if not isinstance(values, list) or len(values) != len(keys) or any(not isinstance(one, str | None) for one in values):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            raise ValueError
        last = str(UUID(values[-1]))  # pyright: ignore[reportUnknownArgumentType]
    except (ValueError, TypeError, binascii.Error, msgspec.DecodeError) as failure:
        raise InvalidRequest(rule="cursor", pointer="/after") from failure
    texts: list[str | None] = [*values[:-1], last]  # pyright: ignore[reportUnknownVariableType]
    options: list[Sql] = []
    for number, key in enumerate(keys):
        same = [_same(one, text) for one, text in zip(keys[:number], texts, strict=False)]
        behind = _behind(key, texts[number])
        if behind:
            options.append(all_of([*same, behind]))
    return any_of(options)


def _same(key: Key, text: str | None) -> Sql:
    if text is None:
        return key.sql + raw(" IS NULL")
    return key.sql + raw(" = ") + cast_param(text, key.sql_type)


def _behind(key: Key, text: str | None) -> Sql:
    if text is None:
        return raw("")
    passed = key.sql + (raw(" < ") if key.descending else raw(" > ")) + cast_param(text, key.sql_type)
    return parens(passed + raw(" OR ") + key.sql + raw(" IS NULL")) if key.nullable else passed


def source(table: Table) -> Sql:
    return name("data", table.definition.key) + raw(" AS ") + name(table.alias) + raw(" ") + table.all_joins()


def compile_list(catalog: Catalog, actor: Actor, question: Question, now: datetime) -> Sql:
    """{"records": […], "next": cursor or null} as one text."""
    return kept(
        catalog, actor, ("list", msgspec.json.encode(question)), lambda: open_table(catalog, actor, question.object, now), lambda table: _list(table, question)
    )


def _list(table: Table, question: Question) -> Sql:
    if not 1 <= question.limit <= MAX_PAGE:
        raise InvalidRequest(rule="limit", maximum=MAX_PAGE, pointer="/limit")
    keys = sort_keys(table, question.sort)
    rows = rows_of(table, question.filter, question.search, deleted=question.deleted, ids=question.ids, made_by=question.made_by)
    if question.after:
        rows = all_of([rows, after(keys, question.after)])
    page = raw("SELECT ") + name("r") + raw(".*, ") + cursor_sql(keys) + raw(" AS tw__cursor FROM ") + source(table) + raw(" WHERE ") + rows + raw(" ORDER BY ") + order_by(keys) + raw(" LIMIT ") + param(question.limit + 1)  # fmt: skip
    shown = Table(table.catalog, table.actor, table.definition, "r", table.at, table.numbers)
    document = record_json(shown, question.fields)
    numbered = raw("SELECT tw_page.*, row_number() OVER () AS tw__n FROM (") + page + raw(") AS tw_page")
    made = raw("SELECT r.tw__n, r.tw__cursor, ") + parens(document) + raw("::text AS tw__doc FROM (") + numbered + raw(") AS r ") + shown.all_joins() + raw(" WHERE r.tw__n <= ") + param(question.limit + 1)  # fmt: skip
    return (
        raw("SELECT concat('{\"records\":[', string_agg(d.tw__doc, ',' ORDER BY d.tw__n) FILTER (WHERE d.tw__n <= ") + param(question.limit)
        + raw("), '],\"next\":', CASE WHEN count(*) > ") + param(question.limit)
        + raw(" THEN to_json(max(d.tw__cursor) FILTER (WHERE d.tw__n = ") + param(question.limit) + raw("))::text ELSE 'null' END, '}') FROM (") + made + raw(") AS d")
    )  # fmt: skip


def compile_record(catalog: Catalog, actor: Actor, object_key: str, identity: UUID, now: datetime, *, deleted: bool = False) -> Sql:
    """The record with its lines as one text; no row when there is none or the actor may not see it."""
    made = kept(catalog, actor, ("record", object_key, deleted), lambda: open_table(catalog, actor, object_key, now), lambda table: _record(table, deleted))
    return Sql(made.text, tuple(identity if value is _IDENTITY else value for value in made.params))


def _record(table: Table, deleted: bool) -> Sql:
    document = record_json(table, None, lines=True)
    rows = all_of(
        [
            table.column("id") + raw(" = ") + param(_IDENTITY) + raw("::uuid"),
            visible_rows(table),
            TRUE if deleted else table.column("deleted_at") + raw(" IS NULL"),
        ]
    )
    return raw("SELECT ") + parens(document) + raw("::text FROM ") + source(table) + raw(" WHERE ") + rows


def compile_count(catalog: Catalog, actor: Actor, question: Question, now: datetime, cap: int = 10_000) -> Sql:
    """{"count": n, "capped": bool}: at most `cap` rows are counted."""
    return kept(
        catalog,
        actor,
        ("count", msgspec.json.encode(question), cap),
        lambda: open_table(catalog, actor, question.object, now),
        lambda table: _count(table, question, cap),
    )


def _count(table: Table, question: Question, cap: int) -> Sql:
    rows = rows_of(table, question.filter, question.search, deleted=question.deleted, ids=question.ids, made_by=question.made_by)
    inner = raw("SELECT 1 FROM ") + source(table) + raw(" WHERE ") + rows + raw(" LIMIT ") + param(cap + 1)
    return (
        raw("SELECT json_build_object('count', least(count(*), ")
        + param(cap)
        + raw("), 'capped', count(*) > ")
        + param(cap)
        + raw(")::text FROM (")
        + inner
        + raw(") AS tw_some")
    )


def compile_anchors(catalog: Catalog, actor: Actor, question: Question, now: datetime, every: int = 1000, cap: int = 2_000_000) -> Sql:
    """{"count": n, "anchors": [{"index": i, "after": cursor}, …]}: places to jump to, each `every` rows."""
    table = open_table(catalog, actor, question.object, now)
    keys = sort_keys(table, question.sort)
    rows = rows_of(table, question.filter, question.search, deleted=question.deleted, made_by=question.made_by)
    cells = join(", ", [parens(key.sql) + raw("::text AS ") + name(f"k{number}") for number, key in enumerate(keys)])
    inner = (
        raw("SELECT row_number() OVER (ORDER BY ")
        + order_by(keys)
        + raw(") AS n, ")
        + cells
        + raw(" FROM ")
        + source(table)
        + raw(" WHERE ")
        + rows
        + raw(" LIMIT ")
        + param(cap)
    )
    array = join(", ", [name(f"k{number}") for number in range(len(keys))])
    cursor = raw("translate(encode(convert_to(json_build_array(") + array + raw(")::text, 'UTF8'), 'base64'), E'\\n', '')")
    return (
        raw("SELECT json_build_object('count', count(*), 'anchors', coalesce(json_agg(json_build_object('index', n, 'after', ") + cursor
        + raw(") ORDER BY n) FILTER (WHERE n % ") + param(every) + raw(" = 0), '[]'::json))::text FROM (") + inner + raw(") AS tw_rows")
    )  # fmt: skip


def compile_pick(catalog: Catalog, actor: Actor, object_key: str, search: str, now: datetime, limit: int = 20) -> Sql:
    """[{"id", "title"}, …] for a record picker, best matches first."""
    table = open_table(catalog, actor, object_key, now)
    rows = rows_of(table, None, search)
    inner = (
        raw("SELECT r.id, ")
        + title_text(table)
        + raw(" AS title FROM ")
        + source(table)
        + raw(" WHERE ")
        + rows
        + raw(" ORDER BY r.updated_at DESC, r.id DESC LIMIT ")
        + param(limit)
    )
    return raw("SELECT coalesce(json_agg(json_build_object('id', id, 'title', title)), '[]'::json)::text FROM (") + inner + raw(") AS tw_found")


def compile_aggregate(catalog: Catalog, actor: Actor, question: AggregateQuestion, now: datetime) -> Sql:
    """{"rows": [{"d": […], "m": […]}, …], "total": […]}; the total is computed over all rows, not added up from groups."""
    return kept(
        catalog,
        actor,
        ("aggregate", msgspec.json.encode(question)),
        lambda: open_table(catalog, actor, question.object, now),
        lambda table: _figures(table, question),
    )


def _figures(table: Table, question: AggregateQuestion) -> Sql:
    if not question.measures or len(question.measures) > 20 or len(question.dimensions) > 4 or not 1 <= question.limit <= 10_000:
        raise InvalidRequest(rule="aggregate", pointer="/measures")
    measures = [_measure(table, measure) for measure in question.measures]
    dimensions = [_dimension(table, dimension, number) for number, dimension in enumerate(question.dimensions)]
    rows = rows_of(table, question.filter, question.search, deleted=question.deleted, made_by=question.made_by)
    groups = [raw("tw_g.") + name(f"g{number}") for number in range(len(dimensions))]
    selected = [shown + raw(" AS ") + name(f"d{number}") for number, (shown, _, _) in enumerate(dimensions)]
    selected += [order + raw(" AS ") + name(f"o{number}") for number, (_, _, order) in enumerate(dimensions)]
    selected += [one + raw(" AS ") + name(f"m{number}") for number, one in enumerate(measures)]
    level = raw("grouping(") + join(", ", groups) + raw(") AS tw_level") if groups else raw("1 AS tw_level")
    grouping = raw(" GROUP BY GROUPING SETS ((") + join(", ", groups) + raw("), ())") if groups else raw("")
    keys = (
        raw(" CROSS JOIN LATERAL (SELECT ")
        + join(", ", [key + raw(" AS ") + name(f"g{number}") for number, (_, key, _) in enumerate(dimensions)])
        + raw(") AS tw_g")
    )
    inner = (
        raw("SELECT ")
        + level
        + raw(", ")
        + join(", ", selected)
        + raw(" FROM ")
        + source(table)
        + (keys if groups else raw(""))
        + raw(" WHERE ")
        + rows
        + grouping
    )
    cells = raw("json_build_array(") + join(", ", [name(f"m{number}") for number in range(len(measures))]) + raw(")")
    if not groups:
        return raw("SELECT json_build_object('rows', '[]'::json, 'total', ") + cells + raw(")::text FROM (") + inner + raw(") AS tw_sums")
    heads = raw("json_build_array(") + join(", ", [name(f"d{number}") for number in range(len(groups))]) + raw(")")
    numbered = raw("SELECT *, row_number() OVER (PARTITION BY tw_level = 0 ORDER BY ") + join(", ", [name(f"o{number}") for number in range(len(groups))]) + raw(") AS tw_n FROM (") + inner + raw(") AS tw_sums")  # fmt: skip
    return (
        raw("SELECT json_build_object('rows', coalesce(json_agg(json_build_object('d', ") + heads + raw(", 'm', ") + cells + raw(") ORDER BY tw_n) FILTER (WHERE tw_level = 0 AND tw_n <= ")
        + param(question.limit) + raw("), '[]'::json), 'total', (json_agg(") + cells + raw(") FILTER (WHERE tw_level > 0))->0, 'more', count(*) FILTER (WHERE tw_level = 0) > ")
        + param(question.limit) + raw(")::text FROM (") + numbered + raw(") AS tw_all")
    )  # fmt: skip


def _measure(table: Table, measure: Measure) -> Sql:
    if measure.function == "count" and not measure.field:
        return raw("count(*)")
    found = lookup(table, measure.field)
    match measure.function:
        case "count" | "filled":
            return raw("count(") + found.columns[0] + raw(")")
        case "distinct":
            folded = found.columns[0] if found.field is None or not is_value(found.field) else field_types()[found.field.type].fold(found.columns)
            return raw("count(DISTINCT ") + folded + raw(")")
        case _:
            return _aggregate(found, measure)


def _aggregate(found: Found, measure: Measure) -> Sql:
    functions: Mapping[str, Callable[[Columns], Sql]] = {}
    if found.field is not None and is_value(found.field):
        functions = field_types()[found.field.type].aggregates
    elif found.field is None and found.system in INSTANTS:
        functions = field_types()["datetime"].aggregates
    elif found.types[0] == "numeric":
        functions = field_types()["number"].aggregates
    function = functions.get(measure.function)
    if function is None:
        raise UnknownOperator(operator=measure.function, known=["count", "filled", "distinct", *functions])
    return function(found.columns)


def _dimension(table: Table, dimension: Dimension, number: int) -> tuple[Sql, Sql, Sql]:
    """What is shown, as JSON of the group's key `tw_g.g<number>`, that key on a row, and what groups are ordered by."""
    found = lookup(table, dimension.field)
    group = raw("tw_g.") + name(f"g{number}")
    key = found.columns[0]
    shown = raw("to_json(") + group + raw(")")
    if dimension.grain:
        if found.types[0] not in ("date", "timestamptz") or dimension.grain not in _GRAINS:
            raise UnknownField(field=dimension.field)
        moment = key if found.types[0] == "date" else parens(key) + raw(" AT TIME ZONE ") + param(table.actor.zone)
        return shown, raw("to_char(date_trunc(") + literal(dimension.grain) + raw(", ") + moment + raw("), 'YYYY-MM-DD')"), group
    if found.field is None:
        return shown, key, group
    if not is_value(found.field):
        return shown if found.field.type == "relation" else computed_value(group, found.types[0]), key, group
    kind = field_types()[found.field.type]
    if not kind.groupable or len(found.columns) > 1:
        raise NotSortable(field=dimension.field)
    ranks = kind.ranks(value_options(found.field))
    return kind.load((group,)), key, rank(group, ranks) if ranks else group


def compile_predicate(catalog: Catalog, actor: Actor, object_key: str, filter: Filter | None, action: str, now: datetime) -> Sql:
    """A condition about alias `r`: the actor may do the action on the row, and the filter holds."""
    table = open_table(catalog, actor, object_key, now)
    made = all_of(part for part in (visible_rows(table, action), condition(table, filter)) if part != TRUE)
    return on_own_row(table, made)


def field_state_sql(catalog: Catalog, actor: Actor, object_key: str, field: str, states: Sequence[str], now: datetime) -> Sql:
    """A condition about alias `r`: the field has one of the states on the row."""
    return state_rows(open_table(catalog, actor, object_key, now), field, states)


def compile_shows(catalog: Catalog, actor: Actor, object_key: str, fields: Sequence[str], now: datetime) -> Sql:
    """A condition about alias `r`: the actor sees one of the fields on the row, clear or masked, or something made from one, or it decides whether he sees the row."""
    table = open_table(catalog, actor, object_key, now)
    changed, scope = set(fields), table.scope
    rules = {path.partition(".")[0] for grant in scope.grants for path in filter_fields(grant.rule)}
    if scope.everything or changed & {"owner", "team"} or changed & rules:
        return TRUE
    shown = [one.key for one in table.definition.live_fields() if one.key in changed or made_from(catalog, table.definition, one, changed)]
    return any_of([state_rows(table, key, ("masked", "read", "write")) for key in shown])


def version_token_sql(catalog: Catalog, actor: Actor, object_key: str, now: datetime) -> Sql:
    """The version of alias `r` as this actor was given it."""
    return version_token(open_table(catalog, actor, object_key, now))
