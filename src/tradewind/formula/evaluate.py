"""A checked formula in Python, with the answers SQL gives."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any, cast

from tradewind.formula.check import Checked
from tradewind.formula.parse import Binary, Call, Constant, Node, Path, Unary

_CONTEXT = Context(prec=6000, rounding=ROUND_HALF_UP)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def evaluate(checked: Checked, values: Mapping[str, Any], now: datetime | None = None) -> Any:
    """The answer for one record: `values` by path (money in the base currency, numbers as Decimal), lines as a list of mappings."""
    with localcontext(_CONTEXT):
        return _Evaluator(checked, values, now).value(checked.tree)


class _Evaluator:
    def __init__(self, checked: Checked, values: Mapping[str, Any], now: datetime | None) -> None:
        self._checked = checked
        self._values = values
        self._now = now

    def value(self, node: Node) -> Any:
        match node:
            case Constant(value=value):
                return value
            case Path(path=path):
                found = self._values.get(path)
                return Decimal(found) if isinstance(found, int) and not isinstance(found, bool) else found
            case Unary(operand=operand):
                found = self.value(operand)
                return None if found is None else -found
            case Binary():
                return self._binary(node)
            case Call():
                return self._call(node)

    def _binary(self, node: Binary) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if node.operator == "&":
            return _text(left) + _text(right)
        if left is None or right is None:
            return None
        if node.operator in _COMPARE:
            return _COMPARE[node.operator](left, right)
        if isinstance(left, date):
            if isinstance(right, date):
                return Decimal((left - right).days)
            return _moved(left, int(right) if node.operator == "+" else -int(right), "day")
        match node.operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case _:
                return None if right == 0 else _rounded(left / right, 12)

    def _call(self, node: Call) -> Any:
        name = node.function
        first = node.arguments[0] if node.arguments else None
        if isinstance(first, Path) and len(node.arguments) == 1 and name in ("SUM", "COUNT", "AVG", "MIN", "MAX"):
            lines, _, column = first.path.partition(".")
            if (name.lower(), lines, column) in self._checked.totals:
                return self._total(name, lines, column)
        if name == "IF":
            return self.value(node.arguments[1 if self.value(node.arguments[0]) is True else 2])
        arguments = [self.value(argument) for argument in node.arguments]
        match name:
            case "TODAY":
                return self._moment().date()
            case "NOW":
                return self._moment()
            case "AND":
                return False if False in arguments else None if None in arguments else True
            case "OR":
                return True if True in arguments else None if None in arguments else False
            case "CONCAT":
                return "".join(_text(argument) for argument in arguments)
            case "ISBLANK":
                return arguments[0] is None or arguments[0] == ""
            case "MIN" | "MAX":
                present = [argument for argument in arguments if argument is not None]
                return (min if name == "MIN" else max)(present) if present else None
            case _:
                return None if None in arguments else _plain(name, arguments)

    def _total(self, name: str, lines: str, column: str) -> Any:
        rows = cast(Sequence[Mapping[str, Any]], self._values.get(lines) or ())
        if name == "COUNT" and not column:
            return Decimal(len(rows))
        present = [row[column] for row in rows if row.get(column) is not None]
        match name:
            case "COUNT":
                return Decimal(len(present))
            case "SUM":
                return sum((Decimal(value) for value in present), Decimal(0))
            case "AVG":
                return _rounded(sum((Decimal(value) for value in present), Decimal(0)) / len(present), 12) if present else None
            case "MIN":
                return min(present, default=None)
            case _:
                return max(present, default=None)

    def _moment(self) -> datetime:
        if self._now is None:
            raise ValueError("a volatile formula needs the present instant")
        return self._now


def _plain(name: str, arguments: list[Any]) -> Any:
    first = arguments[0]
    match name:
        case "NOT":
            return not first
        case "ABS":
            return abs(first)
        case "ROUND":
            return _rounded(first, int(arguments[1]) if len(arguments) == 2 else 0)
        case "LEN":
            return Decimal(len(first))
        case "LEFT":
            return first[: max(int(arguments[1]), 0)]
        case "RIGHT":
            count = max(int(arguments[1]), 0)
            return first[-count:] if count else ""
        case "UPPER":
            return first.upper()
        case "LOWER":
            return first.lower()
        case "TRIM":
            return first.strip(" ")
        case "DAYS":
            return Decimal((first - arguments[1]).days)
        case "DATEADD":
            return _moved(first, int(arguments[1]), arguments[2])
        case _:
            moment = first.astimezone(UTC) if isinstance(first, datetime) else first
            return Decimal({"YEAR": moment.year, "MONTH": moment.month, "DAY": moment.day}[name])


def _rounded(number: Decimal, digits: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)


def _moved(start: date, count: int, unit: str) -> date | None:
    try:
        if unit in ("day", "week"):
            return start + timedelta(days=count * (7 if unit == "week" else 1))
        months = start.year * 12 + start.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        first = date(year, month + 1, 1)
        last = date(year + (month == 11), 1 if month == 11 else month + 2, 1) - timedelta(days=1) if (year, month) != (9999, 11) else date(9999, 12, 31)
        return first.replace(day=min(start.day, last.day))
    except (ValueError, OverflowError):
        return None
