"""Decimal numbers, exact to their digits; on the wire they travel as text."""

from __future__ import annotations

from decimal import Decimal

from tradewind.kernel.sql import Columns, Sql
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Options, Typed
from tradewind.kinds.fields.values import between, exact


class NumberOptions(Options, frozen=True):
    digits: int = 2
    min: Decimal | None = None
    max: Decimal | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.digits <= 12:
            raise ValueError("digits must be from 0 to 12")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")


class Number(FieldType[NumberOptions, Decimal]):
    name = "number"
    group = "number"
    options = NumberOptions
    value = Decimal
    formula_type = "number"
    titles = True
    operators = comparisons.ordered(Decimal, "numeric")
    aggregates = {function: comparisons.decimal_aggregate(function) for function in ("sum", "avg", "min", "max")}
    examples = (
        Example(
            values=("12.50", "0.00", "-3.25", "100000.00"),
            bad_values=("Infinity", "NaN", "1e999999", "1e-999999", "12.345", "abc", [], "9" * 400),
            bad_cells=("1.234,50", "1e5", "abc", "12.345", "--1", "1,2,3", ""),
        ),
        Example({"digits": 0, "min": "1", "max": "9"}, values=("1", "9"), bad_values=("0", "10"), bad_cells=("10",)),
    )

    def columns(self, options: NumberOptions) -> tuple[Column, ...]:
        return (Column("", "numeric"),)

    def check(self, value: Decimal, options: NumberOptions) -> Decimal:
        number = exact(value, options.digits)
        between(number, options.min, options.max)
        return number

    def store(self, value: Decimal) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.decimal_json(columns[0])

    def mask(self, columns: Columns, options: NumberOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: NumberOptions, locale: str = "en") -> Decimal:
        return self.check(cells.number(text), options)

    def format(self, value: Decimal, options: NumberOptions, locale: str = "en") -> str:
        return format(value, "f")

    def typed(self, value: Decimal, options: NumberOptions) -> Typed | None:
        return Typed(value, "0." + "0" * options.digits if options.digits else "0")


FIELD = Number()
