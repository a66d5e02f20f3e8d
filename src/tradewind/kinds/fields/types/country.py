"""Countries and regions by ISO 3166-1 alpha-2."""

from __future__ import annotations

from typing import Literal

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, cast_param, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Operator, Options
from tradewind.kinds.reference import countries

Group = Literal["EU", "ASEAN", "GCC", "EFTA", "MERCOSUR", "USMCA"]


def _in_group(columns: Columns, operand: Group) -> Sql:
    return columns[0] + raw(" = ANY(") + cast_param(sorted(countries.GROUPS[operand]), "text[]") + raw(")")


class CountryOptions(Options, frozen=True):
    allowed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for code in self.allowed:
            if code not in countries.codes():
                raise ValueError(f"{code!r} is not a country")


class Country(FieldType[CountryOptions, str]):
    name = "country"
    group = "contact"
    options = CountryOptions
    value = str
    formula_type = "text"
    operators = {**comparisons.equality(str, "text"), "in_group": Operator(Group, _in_group)}
    examples = (
        Example(values=("DE", "CN", "US", "VN", "CI"), bad_values=("de", "XX", "Germany", "", 5), bad_cells=("Atlantis", "", "XX")),
        Example({"allowed": ["DE", "FR"]}, values=("DE",), bad_values=("US",), bad_cells=("United States",)),
    )

    def columns(self, options: CountryOptions) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: CountryOptions) -> str:
        if value not in countries.codes() or (options.allowed and value not in options.allowed):
            raise InvalidValue(rule="country")
        return value

    def store(self, value: str) -> tuple[object, ...]:
        return (value or None,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: CountryOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: CountryOptions, locale: str = "en") -> str:
        found = countries.find(cells.plain(text))
        if found is None:
            raise InvalidValue(rule="country")
        return self.check(found, options)

    def format(self, value: str, options: CountryOptions, locale: str = "en") -> str:
        name = countries.names(locale)[value]
        return name if countries.find(name) == value else value


FIELD = Country()
