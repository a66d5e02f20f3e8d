"""Calendar days, without a zone."""

from __future__ import annotations

from datetime import date

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Operator, Options, Typed


class DateOptions(Options, frozen=True):
    min: date | None = None
    max: date | None = None


class Date(FieldType[DateOptions, date]):
    name = "date"
    group = "date"
    options = DateOptions
    value = date
    formula_type = "date"
    operators = {**comparisons.ordered(date, "date"), "within": Operator(comparisons.Within, comparisons.within_days)}
    aggregates = {"min": comparisons.aggregate("min"), "max": comparisons.aggregate("max")}
    examples = (
        Example(
            values=("2026-03-05", "0001-01-01", "9999-12-31", "2024-02-29"),
            bad_values=("10000-01-01", "0000-01-01", "2025-02-29", "05/03/2026", 5, ""),
            bad_cells=("05/03/2026", "3/5/26", "2025-02-29", "tomorrow", ""),
        ),
        Example({"min": "2026-01-01"}, values=("2026-01-01",), bad_values=("2025-12-31",), bad_cells=("2025-12-31",)),
    )

    def columns(self, options: DateOptions) -> tuple[Column, ...]:
        return (Column("", "date"),)

    def check(self, value: date, options: DateOptions) -> date:
        if options.min and value < options.min:
            raise InvalidValue(rule="min", min=options.min.isoformat())
        if options.max and value > options.max:
            raise InvalidValue(rule="max", max=options.max.isoformat())
        return value

    def store(self, value: date) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: DateOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: DateOptions, locale: str = "en") -> date:
        return self.check(cells.day(text), options)

    def format(self, value: date, options: DateOptions, locale: str = "en") -> str:
        return f"{value.year:04d}年{value.month}月{value.day}日" if locale.startswith("zh") else value.isoformat()

    def typed(self, value: date, options: DateOptions) -> Typed | None:
        return Typed(value, "yyyy-mm-dd")


FIELD = Date()
