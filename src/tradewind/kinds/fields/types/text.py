"""Single-line text."""

from __future__ import annotations

import re
from functools import cache

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, call
from tradewind.kinds.fields import comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Index, Options
from tradewind.kinds.fields.values import clean, short

_REPEATED = re.compile(r"(?<!\\)[*+]|(?<!\\)\{\d*,\d*\}")


@cache
def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


class TextOptions(Options, frozen=True):
    """`regex` must match the whole text; at most three repetitions and none of a group, so that no text makes it slow."""

    max_length: int = 255
    regex: str = ""
    trim: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.max_length <= 2000:
            raise ValueError("max_length must be from 1 to 2000")
        if len(self.regex) > 200 or len(_REPEATED.findall(self.regex)) > 3 or re.search(r"\)\s*[*+{]", self.regex):
            raise ValueError("regex is too complicated")
        try:
            _pattern(self.regex)
        except re.error as failure:
            raise ValueError(f"regex: {failure}") from failure


class Text(FieldType[TextOptions, str]):
    name = "text"
    options = TextOptions
    value = str
    formula_type = "text"
    titles = True
    operators = comparisons.textual()
    keys = {"letters": lambda columns: call("system.letters", columns[0]), "words": lambda columns: call("system.words", columns[0])}
    examples = (
        Example(values=("Bosch", "博世中国", "O'Neill & Sons %_\\", "é", "😀 ok", "null"), bad_values=("a\x00b", "\ud800", "two\nlines", "x" * 256, 5, ["a"])),
        Example({"max_length": 5, "regex": "[A-Z]+"}, values=("ABC",), bad_values=("abc", "ABCDEF"), bad_cells=("abc",)),
    )

    def columns(self, options: TextOptions) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: TextOptions) -> str:
        short(value, options.max_length + 1000)
        text = clean(value)
        text = short(text.strip() if options.trim else text, options.max_length)
        if text and options.regex and not _pattern(options.regex).fullmatch(text):
            raise InvalidValue(rule="regex", regex=options.regex)
        return text

    def store(self, value: str) -> tuple[object, ...]:
        return (value or None,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: TextOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: TextOptions, locale: str = "en") -> str:
        return self.check(text, options)

    def format(self, value: str, options: TextOptions, locale: str = "en") -> str:
        return value

    def fold(self, columns: Columns) -> Sql:
        return comparisons.folded(columns[0])

    def search(self, columns: Columns) -> Sql:
        return columns[0]

    def indexes(self, options: TextOptions) -> tuple[Index, ...]:
        return super().indexes(options) if options.max_length <= 500 else ()


FIELD = Text()
