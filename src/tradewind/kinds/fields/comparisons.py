"""Operators that many field types share, as SQL over their columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Literal, LiteralString

import msgspec

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, call, cast_param, param, parens, raw
from tradewind.kinds.fields.contract import Operator
from tradewind.kinds.fields.values import clean, short

MAX_LIST = 1000
"""Values an `in` may name."""


class Within(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A span of whole days up to and with today (`last`) or from today on (`next`); the query layer adds `today` and `zone` of the reader."""

    unit: Literal["day", "week", "month", "year"]
    last: int = 0
    next: int = 0
    today: date | None = None
    zone: str = "UTC"

    def days(self) -> tuple[date, date]:
        """First day and the day after the last. Raises InvalidValue without `today` or with other than one positive span."""
        if self.today is None or (self.last > 0) == (self.next > 0) or max(self.last, self.next) > 5000 or min(self.last, self.next) < 0:
            raise InvalidValue(rule="within")
        if self.last:
            return _shift(self.today, -self.last, self.unit) + timedelta(days=1), self.today + timedelta(days=1)
        return self.today, _shift(self.today, self.next, self.unit)


def _shift(start: date, count: int, unit: str) -> date:
    try:
        if unit in ("day", "week"):
            return start + timedelta(days=count * (7 if unit == "week" else 1))
        months = start.year * 12 + start.month - 1 + count * (12 if unit == "year" else 1)
        first = date(months // 12, months % 12 + 1, 1)
        following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
        return first + timedelta(days=min(start.day, (following - first).days) - 1)
    except (ValueError, OverflowError) as failure:
        raise InvalidValue(rule="range") from failure


def _safe(value: Any) -> Any:
    return short(clean(value, lines=True), 10_000) if isinstance(value, str) else value


def safe_param(value: str) -> Sql:
    """A text that can be sent. Raises InvalidValue."""
    return param(_safe(value))


def compare(sign: LiteralString, sql_type: LiteralString) -> Callable[[Columns, Any], Sql]:
    """The first column against the operand."""

    def to_sql(columns: Columns, operand: Any) -> Sql:
        return columns[0] + raw(" ") + raw(sign) + raw(" ") + cast_param(_safe(operand), sql_type)

    return to_sql


def one_of(sql_type: LiteralString) -> Callable[[Columns, Any], Sql]:
    """Equal to one of the listed; an empty list finds nothing."""

    def to_sql(columns: Columns, operand: Any) -> Sql:
        if len(operand) > MAX_LIST:
            raise InvalidValue(rule="max_count", max=MAX_LIST)
        return columns[0] + raw(" = ANY(") + Sql("%s::" + sql_type + "[]", ([_safe(value) for value in operand],)) + raw(")")

    return to_sql


def span(sql_type: LiteralString) -> Callable[[Columns, Any], Sql]:
    """From the first to the second value, both included."""

    def to_sql(columns: Columns, operand: Any) -> Sql:
        return columns[0] + raw(" BETWEEN ") + cast_param(operand[0], sql_type) + raw(" AND ") + cast_param(operand[1], sql_type)

    return to_sql


def contains(columns: Columns, operand: Any) -> Sql:
    """The folded text has the folded operand in it."""
    return call("strpos", call("system.fold", columns[0]), call("system.fold", param(_safe(operand)))) + raw(" > 0")


def starts(columns: Columns, operand: Any) -> Sql:
    """The folded text begins with the folded operand."""
    return call("starts_with", call("system.fold", columns[0]), call("system.fold", param(_safe(operand))))


def within_days(columns: Columns, operand: Within) -> Sql:
    """A date in the span."""
    first, end = operand.days()
    return columns[0] + raw(" >= ") + cast_param(first, "date") + raw(" AND ") + columns[0] + raw(" < ") + cast_param(end, "date")


def within_instants(columns: Columns, operand: Within) -> Sql:
    """An instant in the span, days being those of the reader's zone."""
    first, end = (parens(cast_param(bound, "timestamp")) + raw(" AT TIME ZONE ") + cast_param(_safe(operand.zone), "text") for bound in operand.days())
    return columns[0] + raw(" >= (") + first + raw(") AND ") + columns[0] + raw(" < (") + end + raw(")")


EMPTY_OPERATORS = {
    "empty": Operator(None, lambda columns, _: columns[0] + raw(" IS NULL")),
    "filled": Operator(None, lambda columns, _: columns[0] + raw(" IS NOT NULL")),
}
"""What every type with a column has."""


def equality(operand: Any, sql_type: LiteralString) -> dict[str, Operator]:
    """eq, ne (which finds empty ones too), in, empty, filled."""
    return {
        "eq": Operator(operand, compare("=", sql_type)),
        "ne": Operator(operand, compare("IS DISTINCT FROM", sql_type)),
        "in": Operator(tuple[operand, ...], one_of(sql_type)),
        **EMPTY_OPERATORS,
    }


def ordered(operand: Any, sql_type: LiteralString) -> dict[str, Operator]:
    """Equality with gt, gte, lt, lte and between."""
    return {
        **equality(operand, sql_type),
        "gt": Operator(operand, compare(">", sql_type)),
        "gte": Operator(operand, compare(">=", sql_type)),
        "lt": Operator(operand, compare("<", sql_type)),
        "lte": Operator(operand, compare("<=", sql_type)),
        "between": Operator(tuple[operand, operand], span(sql_type)),
    }


def textual() -> dict[str, Operator]:
    """Equality with contains and starts."""
    return {**equality(str, "text"), "contains": Operator(str, contains), "starts": Operator(str, starts)}


def to_json(columns: Columns) -> Sql:
    """The first column as JSON; NULL stays NULL."""
    return call("to_jsonb", columns[0])


def decimal_json(number: Sql) -> Sql:
    """A number as JSON text, so that no reader rounds it."""
    return raw("to_jsonb((") + number + raw(")::text)")


def stars(columns: Columns) -> Sql:
    """Three stars for any value, nothing for none."""
    return raw("CASE WHEN ") + columns[0] + raw(" IS NOT NULL THEN to_jsonb('***'::text) END")


def display(columns: Columns, shown: Sql) -> Sql:
    """`shown`, a text, for any value, nothing for none."""
    return raw("CASE WHEN ") + columns[0] + raw(" IS NOT NULL THEN to_jsonb((") + shown + raw(")::text) END")


def folded(column: Sql) -> Sql:
    """Text without case, accents and doubled spaces."""
    return raw(r"system.fold(regexp_replace(btrim(") + column + raw(r"), '\s+', ' ', 'g'))")


def aggregate(function: LiteralString) -> Callable[[Columns], Sql]:
    """An aggregate of the first column as JSON."""
    return lambda columns: call("to_jsonb", call(function, columns[0]))


def decimal_aggregate(function: LiteralString) -> Callable[[Columns], Sql]:
    """An aggregate of the first column as JSON text with at most six digits after the point."""
    return lambda columns: decimal_json(raw("trim_scale(round(") + call(function, columns[0]) + raw("::numeric, 6))"))
