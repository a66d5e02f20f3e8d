"""Tax and registration numbers of companies, with the checksum of their scheme."""

from __future__ import annotations

from typing import Literal

import msgspec

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, call, param, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Index, Operator, Options
from tradewind.kinds.fields.values import clean, short
from tradewind.kinds.reference import countries, tax_ids


class TaxId(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number of a scheme of a country; `scheme` empty takes the country's usual one, "other" no checksum.

    `valid` says whether the checksum holds, null where the scheme has none; what is sent for it is replaced.
    """

    country: str
    number: str
    scheme: str = ""
    valid: bool | None = None


class TaxIdOptions(Options, frozen=True):
    """`checksum`: a number whose form or checksum is wrong is refused, or kept and marked. `default_country` is whose number a bare cell is."""

    checksum: Literal["refuse", "mark"] = "refuse"
    default_country: str = ""

    def __post_init__(self) -> None:
        if self.default_country and self.default_country not in countries.codes():
            raise ValueError(f"{self.default_country!r} is not a country")


_LONGEST = 40


def _compact(operand: str) -> str:
    return tax_ids.compact(clean(short(operand, 200)))


def _is(columns: Columns, operand: str) -> Sql:
    return columns[1] + raw(" = ") + param(_compact(operand))


def _contains(columns: Columns, operand: str) -> Sql:
    return call("strpos", columns[1], param(_compact(operand)) + raw("::text")) + raw(" > 0")


def _starts(columns: Columns, operand: str) -> Sql:
    return call("starts_with", columns[1], param(_compact(operand)) + raw("::text"))


def _valid(columns: Columns, operand: bool) -> Sql:
    return columns[4] + (raw(" IS TRUE") if operand else raw(" IS FALSE"))


def _country_in(columns: Columns, operand: tuple[str, ...]) -> Sql:
    return comparisons.one_of("text")(columns[2:], operand)


class TaxIdField(FieldType[TaxIdOptions, TaxId]):
    name = "tax_id"
    group = "contact"
    options = TaxIdOptions
    value = TaxId
    formula_type = "text"
    operators = {
        "number": Operator(str, _is),
        "contains": Operator(str, _contains),
        "starts": Operator(str, _starts),
        "country_in": Operator(tuple[str, ...], _country_in),
        "valid": Operator(bool, _valid),
        **comparisons.EMPTY_OPERATORS,
    }
    keys = {"number": lambda columns: columns[1]}
    examples = (
        Example(
            values=(
                {"country": "DE", "scheme": "vat", "number": "DE136695976"},
                {"country": "US", "scheme": "ein", "number": "91-1144442"},
                {"country": "BR", "scheme": "cnpj", "number": "16.727.230/0001-97"},
                {"country": "CN", "scheme": "uscc", "number": "91110000600037341L"},
                {"country": "GR", "scheme": "vat", "number": "EL094259216"},
                {"country": "AE", "scheme": "other", "number": "100123456700003"},
            ),
            bad_values=(
                {"country": "DE", "scheme": "vat", "number": "DE136695978"},
                {"country": "US", "scheme": "cnpj", "number": "91-1144442"},
                {"country": "XX", "scheme": "other", "number": "1"},
                {"country": "CN", "number": "91110000600037342L"},
                {"country": "AE", "scheme": "other", "number": " - "},
                {"country": "AE", "scheme": "other", "number": "1" * 50},
                {"country": "DE", "scheme": "vat", "number": "\x00"},
                "DE136695976",
                5,
            ),
            bad_cells=("123", "", "US vat 1", "DE DE136695978"),
        ),
        Example({"default_country": "CN"}, values=({"country": "CN", "number": "91110000600037341L"},), bad_cells=("123456789012345679",)),
        Example({"checksum": "mark"}, values=({"country": "DE", "number": "DE136695978"}, {"country": "DE", "number": "DE136695976"}), bad_cells=("",)),
    )

    def columns(self, options: TaxIdOptions) -> tuple[Column, ...]:
        return (Column("", "text"), Column("__number", "text"), Column("__country", "text"), Column("__scheme", "text"), Column("__valid", "boolean"))

    def check(self, value: TaxId, options: TaxIdOptions) -> TaxId:
        if value.country not in countries.codes():
            raise InvalidValue(pointer="/country", rule="country")
        usual = next((scheme.key for scheme in tax_ids.of(value.country)), tax_ids.OTHER)
        scheme = short(value.scheme, 20) or usual
        number = short(" ".join(clean(short(value.number, 200)).split()), _LONGEST)
        try:
            plain = tax_ids.checked(value.country, scheme, number)
        except InvalidValue as problem:
            if options.checksum == "refuse" or problem.params.get("rule") != "tax_id" or not tax_ids.compact(number):
                raise
            return TaxId(value.country, number, scheme, False)
        if scheme == tax_ids.OTHER:
            return TaxId(value.country, number, scheme, None)
        return TaxId(value.country, tax_ids.written(value.country, scheme, plain), scheme, True)

    def store(self, value: TaxId) -> tuple[object, ...]:
        return (value.number, tax_ids.compact(value.number), value.country, value.scheme, value.valid)

    def load(self, columns: Columns) -> Sql:
        made = call(
            "jsonb_build_object", raw("'number'"), columns[0], raw("'country'"), columns[2], raw("'scheme'"), columns[3], raw("'valid'"), columns[4]
        )  # fmt: skip
        return raw("CASE WHEN ") + columns[0] + raw(" IS NOT NULL THEN ") + made + raw(" END")

    def mask(self, columns: Columns, options: TaxIdOptions) -> Sql:
        return comparisons.display(columns, raw("'***' || right(") + columns[0] + raw(", 2)"))

    def parse(self, text: str, options: TaxIdOptions, locale: str = "en") -> TaxId:
        """DE vat DE136695976, CN 91110000600037341L, a VAT number with its country in front, or a bare number of the default country."""
        cell = cells.plain(text)
        words = cell.split(maxsplit=2)
        if len(words) >= 2 and words[0].upper() in countries.codes() and len(words[0]) == 2:
            country = words[0].upper()
            known = {scheme.key for scheme in tax_ids.of(country)} | {tax_ids.OTHER}
            if len(words) == 3 and words[1].lower() in known:
                return self.check(TaxId(country, words[2], words[1].lower()), options)
            if tax_ids.of(country):
                return self.check(TaxId(country, cell[len(words[0]) :].strip()), options)
        if country := tax_ids.of_vat(cell) or options.default_country:
            return self.check(TaxId(country, cell, "" if country == options.default_country else "vat"), options)
        raise InvalidValue(rule="tax_id_unknown")

    def format(self, value: TaxId, options: TaxIdOptions, locale: str = "en") -> str:
        return f"{value.country} {value.scheme} {value.number}"

    def fold(self, columns: Columns) -> Sql:
        return raw("(") + columns[2] + raw(" || ' ' || ") + columns[1] + raw(")")

    def search(self, columns: Columns) -> Sql:
        return call("concat_ws", raw("' '"), columns[0], columns[1])

    def indexes(self, options: TaxIdOptions) -> tuple[Index, ...]:
        return (Index("btree", lambda columns: columns[1]),)


FIELD = TaxIdField()
