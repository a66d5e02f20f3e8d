"""Shares of a whole: 12.5 % is 0.125 on the wire and in the database."""

from __future__ import annotations

from decimal import Decimal

from tradewind.kernel.sql import Columns, Sql
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Options, Typed
from tradewind.kinds.fields.values import between, exact


class PercentOptions(Options, frozen=True):
    digits: int = 2
    """Digits of the percentage shown: 2 for 12.50 %."""
    over_100: bool = False
    negative: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.digits <= 6:
            raise ValueError("digits must be from 0 to 6")


class Percent(FieldType[PercentOptions, Decimal]):
    name = "percent"
    group = "number"
    options = PercentOptions
    value = Decimal
    formula_type = "number"
    operators = comparisons.ordered(Decimal, "numeric")
    aggregates = {function: comparisons.decimal_aggregate(function) for function in ("sum", "avg", "min", "max")}
    examples = (
        Example(values=("0.1250", "0.0000", "1.0000"), bad_values=("1.5", "-0.1", "NaN", "0.12345"), bad_cells=("150%", "abc", "%", "12,5%")),
        Example({"digits": 0, "over_100": True, "negative": True}, values=("1.50", "-0.25"), bad_values=("0.125",), bad_cells=("12.5%",)),
    )

    def columns(self, options: PercentOptions) -> tuple[Column, ...]:
        return (Column("", "numeric"),)

    def check(self, value: Decimal, options: PercentOptions) -> Decimal:
        number = exact(value, options.digits + 2)
        between(number, None if options.negative else 0, None if options.over_100 else 1)
        return number

    def store(self, value: Decimal) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.decimal_json(columns[0])

    def mask(self, columns: Columns, options: PercentOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: PercentOptions, locale: str = "en") -> Decimal:
        """12.5% is what it says; a bare number is the share itself, as spreadsheets keep it."""
        cell = cells.plain(text)
        if cell.endswith("%"):
            return self.check(cells.number(cell[:-1].rstrip()).scaleb(-2), options)
        return self.check(cells.number(cell), options)

    def format(self, value: Decimal, options: PercentOptions, locale: str = "en") -> str:
        return format(value.scaleb(2), "f") + "%"

    def typed(self, value: Decimal, options: PercentOptions) -> Typed | None:
        return Typed(value, "0." + "0" * options.digits + "%" if options.digits else "0%")


FIELD = Percent()
