"""Filters and search as conditions."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import msgspec

from tradewind.kernel.json import mapping
from tradewind.kernel.problems import InvalidRequest, InvalidValue, Problem, UnknownField, UnknownOperator
from tradewind.kernel.sql import Sql, all_of, any_of, cast_param, name, param, parens, raw
from tradewind.kinds.fields.comparisons import Within, safe_param
from tradewind.kinds.fields.contract import Operator
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.values import read
from tradewind.metadata.definitions import FormulaOptions, RelationOptions
from tradewind.metadata.questions import Filter
from tradewind.query.authz.scope import field_options, restricted_fields
from tradewind.query.compile.context import FALSE, INSTANTS, SYSTEM_KINDS, TRUE, Found, Table, field_columns, lookup, visible_rows

_MAX_DEPTH = 8
_MAX_PARTS = 200
_STAND_INS = {"formula": {"text": "text", "number": "number", "money": "number", "boolean": "checkbox", "date": "date", "instant": "datetime"}}


def condition(table: Table, part: Filter | None) -> Sql:
    """The filter on the table; no filter, and an empty `and`, are true; an empty `or` is false.

    Raises UnknownField, UnknownOperator and InvalidValue with a pointer into the filter.
    """
    if part is None:
        return TRUE
    if _size(part) > _MAX_PARTS:
        raise InvalidRequest(rule="too_many_conditions", max=_MAX_PARTS)
    return _condition(table, part, "/filter", 0)


def _size(part: Filter) -> int:
    return 1 + sum(_size(child) for child in part.of)


def _condition(table: Table, part: Filter, pointer: str, depth: int) -> Sql:
    if depth > _MAX_DEPTH:
        raise InvalidRequest(rule="too_deep", max=_MAX_DEPTH, pointer=pointer)
    children = [_condition(table, child, f"{pointer}/of/{number}", depth + 1) for number, child in enumerate(part.of)]
    match part.op:
        case "and":
            return all_of(children)
        case "or":
            return any_of(children)
        case "not":
            return parens(all_of(children)) + raw(" IS NOT TRUE")
        case _:
            try:
                return parens(compare(table, lookup(table, part.field), part.op, part.value))
            except Problem as problem:
                problem.pointer = problem.pointer if problem.pointer.startswith(pointer) else pointer + problem.pointer
                raise


def compare(table: Table, found: Found, op: str, value: Any) -> Sql:
    """One comparison on what a path led to."""
    if found.field is not None and found.field.type == "relation":
        return _compare_relation(table, found, op, value)
    kind = _operators(found)
    if op == "is_me" and found.types[0] == "uuid":
        return found.columns[0] + raw(" = ") + param(table.actor.person) + raw("::uuid")
    operator = kind.get(op)
    if operator is None:
        raise UnknownOperator(operator=op, known=list(kind))
    return operator.to_sql(found.columns, _operand(table, operator, value))


def _operators(found: Found) -> dict[str, Operator]:
    if found.field is None:
        if found.system == "id":
            return {key: one for key, one in field_types()["user"].operators.items() if key in ("eq", "in")}
        stand_in = SYSTEM_KINDS.get(found.system) or ("datetime" if found.system in INSTANTS else "user")
        return dict(field_types()[stand_in].operators)
    if found.field.type == "formula":
        return dict(field_types()[_STAND_INS["formula"][field_options(found.field, FormulaOptions).result]].operators)
    if found.field.type == "rollup":
        return dict(field_types()[{"numeric": "number", "timestamptz": "datetime", "date": "date"}.get(found.types[0], "text")].operators)
    return dict(field_types()[found.field.type].operators)


def _operand(table: Table, operator: Operator, value: Any) -> Any:
    if operator.operand is None:
        return None
    body = mapping(value)
    if body == {"me": True}:
        value = str(table.actor.person) if table.actor.person else None
    elif body == {"my_department": True}:
        value = str(table.actor.department) if table.actor.department else None
    if operator.operand is Within:
        given = read(value if body is None else {key: one for key, one in body.items() if key not in ("today", "zone")}, Within)
        return msgspec.structs.replace(given, today=table.now_here.date(), zone=table.actor.zone)
    return read(value, operator.operand)


def _compare_relation(table: Table, found: Found, op: str, value: Any) -> Sql:
    column = found.columns[0]
    if op == "empty":
        return column + raw(" IS NULL")
    if op == "filled":
        return column + raw(" IS NOT NULL")
    if op not in ("eq", "in", "ne") or found.field is None:
        raise UnknownOperator(operator=op, known=["eq", "ne", "in", "empty", "filled"])
    ids = list(read(value if op == "in" else [value], tuple[UUID, ...]))
    target = found.table.catalog.objects[field_options(found.field, RelationOptions).target]
    upper = Table(table.catalog, table.actor, target, table.numbers.next(), table.at, table.numbers, table.trusted)
    seen = visible_rows(upper)
    given = cast_param(ids, "uuid[]")
    if seen != TRUE:
        given = raw("ARRAY(SELECT ") + upper.column("id") + raw(" FROM ") + name("data", target.key) + raw(" AS ") + name(upper.alias) + raw(" WHERE ") + upper.column("id") + raw(" = ANY(") + given + raw(") AND ") + parens(seen) + raw(")")  # fmt: skip
    equal = column + raw(" = ANY(") + given + raw(")")
    return equal if op != "ne" else parens(equal) + raw(" IS NOT TRUE")


def rule_condition(table: Table, rule: Filter | None) -> Sql:
    """A role's rule on the table, without rights of its own; a rule that cannot be read holds for no row."""
    if rule is None:
        return FALSE
    asked = Table(table.catalog, table.actor, table.definition, table.alias, table.at, table.numbers, trusted=True)
    try:
        made = condition(asked, rule)
    except (UnknownField, UnknownOperator, InvalidValue):
        return FALSE
    return on_own_row(asked, made)


def on_own_row(table: Table, made: Sql) -> Sql:
    """The condition with its joins, usable where the statement's FROM cannot be changed."""
    joins = table.all_joins()
    if not joins:
        return made
    return raw("EXISTS (SELECT 1 FROM (SELECT 1) AS one ") + joins + raw(" WHERE ") + parens(made) + raw(")")


_PAIR = re.compile("[\u4e00-\u9fa5]{2}")
"""Two Chinese characters, which folding leaves as they are: a text that has them as written need not be folded."""


def search_fields(table: Table) -> list[Sql]:
    """The text columns that full search may look in: searched fields that are clear to every reader."""
    restricted = set(restricted_fields(table.catalog, table.definition.key))
    found: list[Sql] = []
    for definition in table.definition.live_fields():
        if definition.searched and definition.key not in restricted and definition.type in field_types():
            text = field_types()[definition.type].search(field_columns(table, definition)[0])
            if text:
                found.append(text)
    return found


def search_condition(table: Table, text: str) -> Sql:
    """Every word is in some searched field. Two letters and more go through the index; where there is only a letter, a field begins with it."""
    words = text.split()[:10]
    fields = search_fields(table)
    if not words:
        return TRUE
    if not fields:
        return FALSE
    parts: list[Sql] = []
    indexed = any(len(word) > 1 for word in words)
    for word in words:
        folded = raw("system.fold(") + safe_param(word) + raw("::text)")
        if len(word) == 1 and not indexed:
            parts.append(any_of([raw("starts_with(system.fold(") + one + raw("), ") + folded + raw(")") for one in fields]))
        else:
            if len(word) > 1:
                parts.append(table.column("search") + raw(" @> system.bigrams(") + safe_param(word) + raw("::text)"))
            plain = [raw("strpos(") + one + raw(", ") + safe_param(word) + raw("::text) > 0") for one in fields] if _PAIR.fullmatch(word) else []
            parts.append(any_of([*plain, *(raw("strpos(system.fold(") + one + raw("), ") + folded + raw(") > 0") for one in fields)]))
    return all_of(parts)
