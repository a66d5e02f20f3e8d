"""Languages by BCP 47 tag."""

from __future__ import annotations

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, call, param, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Operator, Options
from tradewind.kinds.fields.values import short
from tradewind.kinds.reference import languages


def _variant_of(columns: Columns, operand: str) -> Sql:
    """The language itself or any of its regional or written forms: zh finds zh-Hant-TW."""
    tag = languages.canonical(short(operand, 60))
    if tag is None:
        raise InvalidValue(rule="language")
    return columns[0] + raw(" = ") + param(tag) + raw(" OR ") + call("starts_with", columns[0], param(f"{tag}-"))


class LanguageOptions(Options, frozen=True):
    """`allowed` tags, all when empty."""

    allowed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for tag in self.allowed:
            if languages.canonical(tag) != tag:
                raise ValueError(f"{tag!r} is not a language")


class Language(FieldType[LanguageOptions, str]):
    name = "language"
    group = "contact"
    options = LanguageOptions
    value = str
    formula_type = "text"
    operators = {**comparisons.equality(str, "text"), "variant_of": Operator(str, _variant_of)}
    examples = (
        Example(
            values=("zh-Hans", "en", "de-CH", "es-419", "sr-Latn-RS"),
            bad_values=("english", "xx", "zh-", "de_DE_x", "", 5),
            bad_cells=("Atlantean", "", "zh--CN"),
        ),
        Example({"allowed": ["en", "zh-Hans"]}, values=("en", "zh-Hans"), bad_values=("fr", "en-GB"), bad_cells=("French",)),
    )

    def columns(self, options: LanguageOptions) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: LanguageOptions) -> str:
        tag = languages.canonical(short(value, 60))
        if tag is None or (options.allowed and tag not in options.allowed):
            raise InvalidValue(rule="language")
        return tag

    def store(self, value: str) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: LanguageOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: LanguageOptions, locale: str = "en") -> str:
        found = languages.find(cells.plain(text))
        if found is None:
            raise InvalidValue(rule="language")
        return self.check(found, options)

    def format(self, value: str, options: LanguageOptions, locale: str = "en") -> str:
        name = languages.name(value, locale)
        return name if languages.find(name) == value else value


FIELD = Language()
