"""Yes or no."""

from __future__ import annotations

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Operator, Options

_YES = frozenset(("yes", "y", "true", "1", "on", "是", "有", "对", "真", "✓", "√"))
_NO = frozenset(("no", "n", "false", "0", "off", "否", "无", "不", "假", "✗", "×"))


class CheckboxOptions(Options, frozen=True):
    """No settings."""


class Checkbox(FieldType[CheckboxOptions, bool]):
    name = "checkbox"
    group = "choice"
    options = CheckboxOptions
    value = bool
    formula_type = "boolean"
    operators = {
        "eq": Operator(bool, comparisons.compare("=", "boolean")),
        "ne": Operator(bool, comparisons.compare("IS DISTINCT FROM", "boolean")),
        **comparisons.EMPTY_OPERATORS,
    }
    aggregates = {"true": lambda columns: raw("to_jsonb(count(*) FILTER (WHERE ") + columns[0] + raw("))")}
    examples = (Example(values=(True, False), bad_values=("maybe", 3, "yes"), bad_cells=("maybe", "", "2")),)

    def columns(self, options: CheckboxOptions) -> tuple[Column, ...]:
        return (Column("", "boolean"),)

    def check(self, value: bool, options: CheckboxOptions) -> bool:
        return value

    def store(self, value: bool) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: CheckboxOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: CheckboxOptions, locale: str = "en") -> bool:
        word = cells.fold(cells.plain(text))
        if word in _YES:
            return True
        if word in _NO:
            return False
        raise InvalidValue(rule="boolean")

    def format(self, value: bool, options: CheckboxOptions, locale: str = "en") -> str:
        if locale.startswith("zh"):
            return "是" if value else "否"
        return "yes" if value else "no"


FIELD = Checkbox()
