"""Formulas and roll-ups as SQL about the rows of a table: stored by the write path, asked for at read where they are volatile."""

from __future__ import annotations

from tradewind.formula.check import Checked
from tradewind.formula.compile import to_sql
from tradewind.kernel.sql import Sql, all_of, name, raw
from tradewind.metadata import formulas
from tradewind.metadata.definitions import Catalog, FieldDefinition, LinesOptions, ObjectDefinition, RelationOptions, RollupOptions
from tradewind.query.authz.scope import cached, field_options
from tradewind.query.compile.context import Table, field_columns
from tradewind.query.compile.filters import rule_condition

_FUNCTIONS = {"count": raw("count("), "sum": raw("sum("), "avg": raw("avg("), "min": raw("min("), "max": raw("max(")}


def checked_formula(catalog: Catalog, definition: ObjectDefinition, field: FieldDefinition) -> Checked:
    """The formula, parsed and typed; it was checked when it was published."""
    return cached(catalog, ("formula", definition.key, field.key), lambda: formulas.checked_formula(definition, field, catalog.objects))


def is_volatile(catalog: Catalog, definition: ObjectDefinition, field: FieldDefinition) -> bool:
    """Whether the computed field is computed at read."""
    return cached(catalog, ("volatile", definition.key, field.key), lambda: formulas.is_volatile(definition, field, catalog.objects))


def formula_sql(table: Table, field: FieldDefinition) -> Sql:
    """The formula's value on a row of the table, whoever asks. TODAY is the reader's day."""
    checked = checked_formula(table.catalog, table.definition, field)

    def aggregate(function: str, lines: str, column: str) -> Sql:
        options = field_options(_needed(table.definition, lines), LinesOptions)
        lower = _beside(table, options.target)
        inner = raw("*") if not column else _input(lower, column)
        conditions = [lower.column(options.parent) + raw(" = ") + table.column("id"), lower.column("deleted_at") + raw(" IS NULL")]
        return _subquery(_function(function, inner), lower, all_of(conditions))

    return raw("(") + to_sql(checked, lambda path: _path(table, path), aggregate, table.now_here if checked.volatile else None) + raw(")")


def rollup_sql(table: Table, field: FieldDefinition) -> Sql:
    """The roll-up's figure on a row of the table over all records that point there."""
    options = field_options(field, RollupOptions)
    lower = _beside(table, options.object)
    inner = raw("*") if not options.field else _input(lower, options.field)
    conditions = [lower.column(options.relation) + raw(" = ") + table.column("id"), lower.column("deleted_at") + raw(" IS NULL")]
    if options.filter is not None:
        conditions.append(rule_condition(lower, options.filter))
    return _subquery(_function(options.function, inner), lower, all_of(conditions))


def _beside(table: Table, object_key: str) -> Table:
    return Table(table.catalog, table.actor, table.catalog.objects[object_key], table.numbers.next(), table.at, table.numbers, trusted=True)


def _subquery(value: Sql, table: Table, condition: Sql) -> Sql:
    return (
        raw("(SELECT ") + value + raw(" FROM ") + name("data", table.definition.key) + raw(" AS ") + name(table.alias) + raw(" WHERE ") + condition + raw(")")
    )


def _function(function: str, inner: Sql) -> Sql:
    made = _FUNCTIONS[function.lower()] + inner + raw(")")
    return raw("coalesce(") + made + raw(", 0)") if function.lower() == "sum" else made


def _needed(definition: ObjectDefinition, key: str) -> FieldDefinition:
    field = definition.field(key)
    if field is None:
        raise LookupError(f"{definition.key}.{key}")
    return field


def _path(table: Table, path: str) -> Sql:
    head, _, rest = path.partition(".")
    if not rest:
        return _input(table, head)
    upper = _beside(table, field_options(_needed(table.definition, head), RelationOptions).target)
    return _subquery(_path(upper, rest), upper, upper.column("id") + raw(" = ") + table.column(head))


def _input(table: Table, key: str) -> Sql:
    """What a formula sees of a field: money is its amount in the base currency."""
    field = _needed(table.definition, key)
    return table.column(key + "__base") if field.type == "money" else field_columns(table, field)[0][0]
