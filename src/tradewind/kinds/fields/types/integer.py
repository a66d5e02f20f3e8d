"""Whole numbers that every JSON reader keeps."""

from __future__ import annotations

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Options, Typed
from tradewind.kinds.fields.values import SAFE_INTEGER, between


class IntegerOptions(Options, frozen=True):
    min: int | None = None
    max: int | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")


class Integer(FieldType[IntegerOptions, int]):
    name = "integer"
    group = "number"
    options = IntegerOptions
    value = int
    formula_type = "number"
    titles = True
    operators = comparisons.ordered(int, "numeric")
    aggregates = {
        "sum": comparisons.aggregate("sum"),
        "avg": comparisons.decimal_aggregate("avg"),
        "min": comparisons.aggregate("min"),
        "max": comparisons.aggregate("max"),
    }
    examples = (
        Example(values=(0, -7, 42, SAFE_INTEGER), bad_values=(2**53, 2**80, "abc", 1.5, True), bad_cells=("1.5", "1e5", "1.234,5", "abc", "9" * 150)),
        Example({"min": 1, "max": 10}, values=(1, 10), bad_values=(0, 11), bad_cells=("0",)),
    )

    def columns(self, options: IntegerOptions) -> tuple[Column, ...]:
        return (Column("", "bigint"),)

    def check(self, value: int, options: IntegerOptions) -> int:
        between(value, -SAFE_INTEGER, SAFE_INTEGER)
        between(value, options.min, options.max)
        return value

    def store(self, value: int) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: IntegerOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: IntegerOptions, locale: str = "en") -> int:
        number = cells.number(text)
        if number != number.to_integral_value():
            raise InvalidValue(rule="digits", digits=0)
        return self.check(int(number), options)

    def format(self, value: int, options: IntegerOptions, locale: str = "en") -> str:
        return str(value)

    def typed(self, value: int, options: IntegerOptions) -> Typed | None:
        return Typed(value, "0")


FIELD = Integer()
