"""Names of companies, with the form in which two spellings of one meet: legal form stripped, Latin letters only."""

from __future__ import annotations

from tradewind.kernel.sql import Columns, Sql, call, join, param, raw
from tradewind.kinds.fields import comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Index, Operator, Options
from tradewind.kinds.fields.values import clean, short
from tradewind.kinds.reference import legal_forms


def _similar(columns: Columns, operand: str) -> Sql:
    """The same name whatever its legal form and script, or one that shares half of all their groups of three letters (Mueller and Müller)."""
    key = legal_forms.normalise(clean(short(operand, 400)))
    if not key:
        return raw("false")
    return columns[1] + raw(" = ") + param(key) + raw(" OR ") + call("similarity", columns[1], param(key) + raw("::text")) + raw(" >= 0.5")


class CompanyNameOptions(Options, frozen=True):
    max_length: int = 200

    def __post_init__(self) -> None:
        if not 1 <= self.max_length <= 400:
            raise ValueError("max_length must be from 1 to 400")


class CompanyName(FieldType[CompanyNameOptions, str]):
    name = "company_name"
    group = "contact"
    options = CompanyNameOptions
    value = str
    formula_type = "text"
    titles = True
    operators = {**comparisons.textual(), "similar": Operator(str, _similar)}
    keys = {"name": lambda columns: columns[1], "words": lambda columns: call("system.words", columns[0])}
    examples = (
        Example(
            values=("宁波东方贸易有限公司", "Müller GmbH & Co. KG", "ООО «Ромашка»", "株式会社トヨタ", "3M", "L'Oréal S.A."),
            bad_values=("a\x00b", "\ud800", "two\nlines", "x" * 201, 5),
        ),
        Example({"max_length": 5}, values=("ABC",), bad_values=("ABCDEF",), bad_cells=("ABCDEF",)),
    )

    def columns(self, options: CompanyNameOptions) -> tuple[Column, ...]:
        return (Column("", "text"), Column("__name", "text"))

    def check(self, value: str, options: CompanyNameOptions) -> str:
        return short(" ".join(clean(short(value, options.max_length + 1000)).split()), options.max_length)

    def store(self, value: str) -> tuple[object, ...]:
        return (value or None, (legal_forms.normalise(value) or None) if value else None)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: CompanyNameOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: CompanyNameOptions, locale: str = "en") -> str:
        return self.check(text, options)

    def format(self, value: str, options: CompanyNameOptions, locale: str = "en") -> str:
        return value

    def fold(self, columns: Columns) -> Sql:
        return comparisons.folded(columns[0])

    def search(self, columns: Columns) -> Sql:
        return call("concat_ws", raw("' '"), join(", ", columns))

    def indexes(self, options: CompanyNameOptions) -> tuple[Index, ...]:
        return (Index("btree", lambda columns: columns[0]), Index("btree", lambda columns: columns[1]))


FIELD = CompanyName()
