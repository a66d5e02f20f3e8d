"""Telephone numbers, kept in E.164."""

from __future__ import annotations

import phonenumbers

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Options
from tradewind.kinds.fields.values import clean, short


class PhoneOptions(Options, frozen=True):
    default_country: str = ""
    """Whose number a number without + is; alpha-2."""

    def __post_init__(self) -> None:
        if self.default_country and self.default_country not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError(f"{self.default_country!r} has no telephone numbers")


class Phone(FieldType[PhoneOptions, str]):
    name = "phone"
    group = "contact"
    options = PhoneOptions
    value = str
    formula_type = "text"
    titles = True
    operators = comparisons.textual()
    examples = (
        Example(
            values=("+493012345678", "+8613800138000", "+12025550123"),
            bad_values=("12345", "+1", "abc", "+999123456789", "+49" + "1" * 300, 5),
            bad_cells=("030 123", "call me"),
        ),
        Example({"default_country": "CN"}, values=("+8613800138000",), bad_values=("12",), bad_cells=("12",)),
    )

    def columns(self, options: PhoneOptions) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: PhoneOptions) -> str:
        text = short(clean(short(value, 1000)).strip(), 60)
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, options.default_country or None)
        except phonenumbers.NumberParseException as failure:
            raise InvalidValue(rule="phone") from failure
        if number.extension or not phonenumbers.is_possible_number(number):
            raise InvalidValue(rule="phone")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def store(self, value: str) -> tuple[object, ...]:
        return (value or None,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: PhoneOptions) -> Sql:
        code = raw(r"substring(") + columns[0] + raw(r" from '^\+(?:1|7|2[07]|3[0123469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})')")
        return comparisons.display(columns, code + raw(" || ' *** **' || right(") + columns[0] + raw(", 2)"))

    def parse(self, text: str, options: PhoneOptions, locale: str = "en") -> str:
        return self.check(cells.plain(text), options)

    def format(self, value: str, options: PhoneOptions, locale: str = "en") -> str:
        return value

    def fold(self, columns: Columns) -> Sql:
        return raw("lower(") + columns[0] + raw(")")

    def search(self, columns: Columns) -> Sql:
        return columns[0]


FIELD = Phone()
