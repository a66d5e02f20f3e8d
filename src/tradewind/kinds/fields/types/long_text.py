"""Text of several lines."""

from __future__ import annotations

from tradewind.kernel.sql import Columns, Sql
from tradewind.kinds.fields import comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Index, Options
from tradewind.kinds.fields.values import clean, short


class LongTextOptions(Options, frozen=True):
    max_length: int = 20_000

    def __post_init__(self) -> None:
        if not 1 <= self.max_length <= 200_000:
            raise ValueError("max_length must be from 1 to 200000")


class LongText(FieldType[LongTextOptions, str]):
    name = "long_text"
    options = LongTextOptions
    value = str
    formula_type = "text"
    titles = True
    groupable = False
    operators = comparisons.textual()
    examples = (Example(values=("one\ntwo\n\nthree", "客户要求\n七月交货"), bad_values=("a\x00b", "\udfff", "x" * 1_000_000, {"a": 1})),)

    def columns(self, options: LongTextOptions) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: LongTextOptions) -> str:
        short(value, options.max_length * 2)
        return short(clean(value, lines=True), options.max_length)

    def store(self, value: str) -> tuple[object, ...]:
        return (value or None,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: LongTextOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: LongTextOptions, locale: str = "en") -> str:
        return self.check(text, options)

    def format(self, value: str, options: LongTextOptions, locale: str = "en") -> str:
        return value

    def fold(self, columns: Columns) -> Sql:
        return comparisons.folded(columns[0])

    def search(self, columns: Columns) -> Sql:
        return columns[0]

    def indexes(self, options: LongTextOptions) -> tuple[Index, ...]:
        return ()


FIELD = LongText()
