"""A checked formula as SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tradewind.formula.check import Checked
from tradewind.formula.parse import Binary, Call, Constant, Node, Path, Unary
from tradewind.kernel.sql import Sql, all_of, any_of, call, cast_param, join, parens, raw

ColumnOf = Callable[[str], Sql]
Aggregate = Callable[[str, str, str], Sql]


def to_sql(checked: Checked, column_of: ColumnOf, aggregate: Aggregate, now: datetime | None = None) -> Sql:
    """SQL of the formula's type. Money columns come as amounts in the base currency; `now` is needed by volatile formulas only; its zone decides which day is today."""
    return _Compiler(checked, column_of, aggregate, now).sql(checked.tree)


class _Compiler:
    def __init__(self, checked: Checked, column_of: ColumnOf, aggregate: Aggregate, now: datetime | None) -> None:
        self._types = checked.types
        self._totals = checked.totals
        self._column_of = column_of
        self._aggregate = aggregate
        self._now = now

    def sql(self, node: Node) -> Sql:
        return parens(self._sql(node))

    def _sql(self, node: Node) -> Sql:
        match node:
            case Constant(value=value):
                if isinstance(value, bool):
                    return raw("true") if value else raw("false")
                return cast_param(value, "text") if isinstance(value, str) else cast_param(value, "numeric")
            case Path(path=path):
                column = self._column_of(path)
                return parens(column) + raw("::numeric") if self._types[node] in ("number", "money") else column
            case Unary(operand=operand):
                return raw("- ") + self.sql(operand)
            case Binary():
                return self._binary(node)
            case Call():
                return self._call(node)

    def _binary(self, node: Binary) -> Sql:
        left, right = self.sql(node.left), self.sql(node.right)
        kinds = self._types[node.left], self._types[node.right]
        match node.operator:
            case "&":
                return self._text(node.left) + raw(" || ") + self._text(node.right)
            case "/":
                return raw("round(") + left + raw(" * 1.000000000000000000000000 / nullif(") + right + raw(", 0), 12)")
            case "+" if kinds[0] == "date":
                return _moved(left, right, "day")
            case "-" if kinds == ("date", "number"):
                return _moved(left, raw("-") + right, "day")
            case "-" if kinds[0] == "date":
                return parens(left + raw(" - ") + right) + raw("::numeric")
            case "<" | "<=" | ">" | ">=" if kinds[0] == "text":
                return left + raw(' COLLATE "C" ') + _SIGNS[node.operator] + raw(" ") + right
            case _:
                return left + raw(" ") + _SIGNS[node.operator] + raw(" ") + right

    def _text(self, node: Node) -> Sql:
        value = self.sql(node)
        match self._types[node]:
            case "number":
                shown = call("trim_scale", value) + raw("::text")
            case "date":
                shown = raw("to_char(") + value + raw(", 'YYYY-MM-DD')")
            case "boolean":
                shown = raw("CASE ") + value + raw(" WHEN true THEN 'TRUE' WHEN false THEN 'FALSE' END")
            case _:
                shown = value
        return raw("coalesce(") + shown + raw(", '')")

    def _call(self, node: Call) -> Sql:
        name = node.function
        first = node.arguments[0] if node.arguments else None
        if isinstance(first, Path) and name in ("SUM", "COUNT", "AVG", "MIN", "MAX") and len(node.arguments) == 1:
            return self._total(name.lower(), first)
        if name == "CONCAT":
            return join(" || ", [self._text(argument) for argument in node.arguments])
        arguments = [self.sql(argument) for argument in node.arguments]
        match name:
            case "IF":
                return raw("CASE WHEN ") + arguments[0] + raw(" THEN ") + arguments[1] + raw(" ELSE ") + arguments[2] + raw(" END")
            case "AND":
                return all_of(arguments)
            case "OR":
                return any_of(arguments)
            case "NOT":
                return raw("NOT ") + arguments[0]
            case "ISBLANK":
                return raw("coalesce(") + arguments[0] + raw("::text, '') = ''")
            case "TODAY":
                return cast_param(self._moment().date(), "date")
            case "NOW":
                return cast_param(self._moment(), "timestamptz")
            case "YEAR" | "MONTH" | "DAY":
                zone = raw(" AT TIME ZONE 'UTC'") if self._types[node.arguments[0]] == "instant" else raw("")
                return raw("extract(") + _PARTS[name] + raw(" FROM ") + arguments[0] + zone + raw(")")
            case "DAYS":
                return parens(arguments[0] + raw(" - ") + arguments[1]) + raw("::numeric")
            case "DATEADD":
                unit = node.arguments[2]
                return _moved(arguments[0], arguments[1], str(unit.value) if isinstance(unit, Constant) else "day")
            case "ROUND":
                digits = arguments[1] + raw("::int") if len(arguments) == 2 else raw("0")
                return raw("round(") + arguments[0] + raw(", ") + digits + raw(")")
            case "LEFT":
                return raw("left(") + arguments[0] + raw(", ") + _length(arguments[1]) + raw(")")
            case "RIGHT":
                return raw("right(") + arguments[0] + raw(", ") + _length(arguments[1]) + raw(")")
            case "LEN":
                return call("char_length", *arguments) + raw("::numeric")
            case _:
                return _PLAIN[name] + parens(join(", ", arguments))

    def _total(self, function: str, path: Path) -> Sql:
        lines, _, column = path.path.partition(".")
        if (function, lines, column) not in self._totals:
            return self._sql(path)
        total = self._aggregate(function, lines, column)
        if function in ("sum", "count"):
            return raw("coalesce(") + total + raw(", 0)::numeric")
        return raw("round(") + total + raw(", 12)") if function == "avg" else total

    def _moment(self) -> datetime:
        if self._now is None:
            raise ValueError("a volatile formula needs the present instant")
        return self._now


_SIGNS = {sign: raw(sign) for sign in ("+", "-", "*", "=", "<>", "<", "<=", ">", ">=")}
_PARTS = {"YEAR": raw("year"), "MONTH": raw("month"), "DAY": raw("day")}
_TIMES = {"day": raw("1"), "week": raw("7"), "month": raw("1"), "year": raw("12")}
_PLAIN = {"ABS": raw("abs"), "UPPER": raw("upper"), "LOWER": raw("lower"), "TRIM": raw("btrim"), "MIN": raw("least"), "MAX": raw("greatest")}


def _length(number: Sql) -> Sql:
    """The number as a count of characters; NULL stays NULL, which least and greatest would swallow."""
    return (
        raw("(SELECT CASE WHEN given.n IS NOT NULL THEN least(greatest(trunc(given.n), 0), 100000)::int END FROM (SELECT ") + number + raw(" AS n) AS given)")
    )


def _moved(day: Sql, count: Sql, unit: str) -> Sql:
    """The day moved by a whole count of units; NULL where that leaves the years 1 to 9999."""
    given = raw(" END FROM (SELECT ") + day + raw(" AS d, trunc(") + count + raw(") * ") + _TIMES[unit] + raw(" AS n) AS given")
    if unit in ("day", "week"):
        return raw("SELECT CASE WHEN given.d - date '0001-01-01' + given.n BETWEEN 0 AND 3652058 THEN given.d + given.n::int") + given
    months = raw("extract(year FROM given.d) * 12 + extract(month FROM given.d) - 1 + given.n")
    return raw("SELECT CASE WHEN ") + months + raw(" BETWEEN 12 AND 119999 THEN (given.d + make_interval(months => given.n::int))::date") + given
