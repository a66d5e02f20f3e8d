"""Running numbers made when a record is created."""

from __future__ import annotations

import re
from datetime import date

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, raw
from tradewind.kinds.fields import comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Options
from tradewind.kinds.fields.values import clean, short

_PART = re.compile(r"\{(yyyy|yy|mm|dd|0{1,12})\}")


def period(pattern: str, today: date) -> str:
    """What the numbers of this day count within: the day's parts in the pattern."""
    return "-".join(_day_part(part, today) for part in _PART.findall(pattern) if not part.startswith("0"))


def render(pattern: str, number: int, today: date) -> str:
    """The value of that number on that day."""
    return _PART.sub(lambda match: str(number).zfill(len(match[1])) if match[1].startswith("0") else _day_part(match[1], today), pattern)


def _day_part(part: str, today: date) -> str:
    return {"yyyy": f"{today.year:04d}", "yy": f"{today.year % 100:02d}", "mm": f"{today.month:02d}", "dd": f"{today.day:02d}"}[part]


class AutoNumberOptions(Options, frozen=True):
    """{yyyy}, {yy}, {mm}, {dd} are parts of the day; {0000} is the number, which begins again when the parts change."""

    pattern: str = "{0000}"

    def __post_init__(self) -> None:
        rest = _PART.sub("", self.pattern)
        if len(self.pattern) > 60 or len(re.findall(r"\{0+\}", self.pattern)) != 1 or "{" in rest or "}" in rest or not rest.isprintable():
            raise ValueError("pattern needs exactly one {0000} and otherwise {yyyy}, {yy}, {mm}, {dd} and text")


class AutoNumber(FieldType[AutoNumberOptions, str]):
    name = "auto_number"
    group = "system"
    options = AutoNumberOptions
    value = str
    formula_type = "text"
    titles = True
    operators = comparisons.textual()
    examples = (Example({"pattern": "INQ-{yyyy}-{0000}"}, values=("INQ-2026-0001", "INQ-2026-0002"), bad_values=("a\x00", "x" * 200, "", 5), bad_cells=("",)),)

    def columns(self, options: AutoNumberOptions) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: AutoNumberOptions) -> str:
        text = short(clean(short(value, 1000)).strip(), 100)
        if not text:
            raise InvalidValue(rule="text")
        return text

    def store(self, value: str) -> tuple[object, ...]:
        return (value or None,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: AutoNumberOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: AutoNumberOptions, locale: str = "en") -> str:
        return self.check(text, options)

    def format(self, value: str, options: AutoNumberOptions, locale: str = "en") -> str:
        return value

    def fold(self, columns: Columns) -> Sql:
        return raw("lower(") + columns[0] + raw(")")

    def search(self, columns: Columns) -> Sql:
        return columns[0]

    def generate(self, options: AutoNumberOptions) -> str | None:
        return options.pattern


FIELD = AutoNumber()
