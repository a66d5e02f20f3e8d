"""Postal addresses in their parts, written as their country writes them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, call, raw
from tradewind.kinds.fields import comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Index, Operator, Options
from tradewind.kinds.fields.values import clean, short
from tradewind.kinds.reference import addresses, countries, subdivisions


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address. `country` is alpha-2, `subdivision` an ISO 3166-2 code or, where there is none for it, a text; `native` the whole address in a second script.

    `text` has the lines as they stand on an envelope, without the country; what is sent for it is replaced.
    """

    country: str
    lines: tuple[str, ...] = ()
    city: str = ""
    subdivision: str = ""
    postcode: str = ""
    native: tuple[str, ...] = ()
    text: str = ""


class AddressOptions(Options, frozen=True):
    """`complete`: only addresses with every part their country asks for, and a postcode of its form. `default_country` is offered for new ones."""

    complete: bool = False
    default_country: str = ""

    def __post_init__(self) -> None:
        if self.default_country and self.default_country not in countries.codes():
            raise ValueError(f"{self.default_country!r} is not a country")


_MOST_LINES = 5
_LONGEST = 200


def _in(place: int) -> Callable[[Columns, tuple[str, ...]], Sql]:
    one_of = comparisons.one_of("text")
    return lambda columns, operand: one_of(columns[place:], operand)


def _folded(place: int, way: str) -> Callable[[Columns, str], Sql]:
    def to_sql(columns: Columns, operand: str) -> Sql:
        if way == "starts":
            return comparisons.starts(columns[place:], operand)
        return call("system.fold", columns[place]) + raw(" = ") + call("system.fold", comparisons.safe_param(operand) + raw("::text"))

    return to_sql


def _contains(columns: Columns, operand: str) -> Sql:
    whole = call("system.fold", call("concat_ws", raw(r"E'\n'"), columns[0], columns[6]))
    return call("strpos", whole, call("system.fold", comparisons.safe_param(operand))) + raw(" > 0")


def _text(value: str, pointer: str, limit: int = _LONGEST) -> str:
    try:
        return short(" ".join(clean(short(value, 1000)).split()), limit)
    except InvalidValue as problem:
        problem.pointer = pointer
        raise


def _lines(values: tuple[str, ...], pointer: str) -> tuple[str, ...]:
    if len(values) > _MOST_LINES:
        raise InvalidValue(pointer=pointer, rule="max_count", max=_MOST_LINES)
    return tuple(line for place, one in enumerate(values) if (line := _text(one, f"{pointer}/{place}")))


class AddressField(FieldType[AddressOptions, Address]):
    name = "address"
    group = "contact"
    options = AddressOptions
    value = Address
    formula_type = "text"
    operators = {
        "country_in": Operator(tuple[str, ...], _in(5)),
        "subdivision_in": Operator(tuple[str, ...], _in(3)),
        "city": Operator(str, _folded(2, "eq")),
        "postcode": Operator(str, _folded(4, "starts")),
        "contains": Operator(str, _contains),
        **comparisons.EMPTY_OPERATORS,
    }
    examples = (
        Example(
            values=(
                {"country": "DE", "lines": ["Musterstraße 5"], "city": "Berlin", "postcode": "10115"},
                {"country": "CN", "lines": ["中山东路1号"], "city": "宁波市", "subdivision": "CN-ZJ", "postcode": "315000"},
                {
                    "country": "CN",
                    "lines": ["1 Zhongshan East Road"],
                    "city": "Ningbo",
                    "subdivision": "CN-ZJ",
                    "postcode": "315000",
                    "native": ["浙江省宁波市", "中山东路1号"],
                },
                {"country": "US", "lines": ["1 Main St", "Apt 2"], "city": "Springfield", "subdivision": "US-IL", "postcode": "62701"},
                {"country": "AE", "city": "Dubai", "subdivision": "Jumeirah"},
                {"country": "VN"},
            ),
            bad_values=(
                {"country": "XX"},
                {"lines": ["a"]},
                {"country": "DE", "lines": ["a"] * 6},
                {"country": "DE", "city": "a\x00"},
                {"country": "DE", "city": "x" * 300},
                {"country": "DE", "city": "a|b"},
                {"country": "CN", "subdivision": "DE-BY"},
                "Berlin",
                5,
            ),
            bad_cells=("Berlin", "", "Atlantis | Poseidonis", "DE | a | b | c | d | e | f"),
        ),
        Example(
            {"complete": True, "default_country": "DE"},
            values=({"country": "DE", "lines": ["Musterstraße 5"], "city": "Berlin", "postcode": "10115"},),
            bad_values=({"country": "DE"}, {"country": "DE", "lines": ["Musterstraße 5"], "city": "Berlin", "postcode": "1011"}),
        ),
    )

    def columns(self, options: AddressOptions) -> tuple[Column, ...]:
        return tuple(Column(suffix, "text") for suffix in ("", "__lines", "__city", "__subdivision", "__postcode", "__country", "__native"))

    def check(self, value: Address, options: AddressOptions) -> Address:
        country = value.country
        if country not in countries.codes():
            raise InvalidValue(pointer="/country", rule="country")
        lines, native = _lines(value.lines, "/lines"), _lines(value.native, "/native")
        city, postcode = _text(value.city, "/city"), _text(value.postcode, "/postcode", 20).upper()
        said = _text(value.subdivision, "/subdivision", 100)
        subdivision = (subdivisions.find(country, said) or said) if said else ""
        for pointer, text in (("/city", city), ("/postcode", postcode), ("/subdivision", subdivision), *(("/lines", line) for line in (*lines, *native))):
            if "|" in text or ";" in text:
                raise InvalidValue(pointer=pointer, rule="address_signs")
        if subdivisions.is_one(subdivision) and not subdivision.startswith(country):
            raise InvalidValue(pointer="/subdivision", rule="subdivision", country=country)
        if options.complete:
            if missing := addresses.missing(country, lines, city, subdivision, postcode):
                raise InvalidValue(pointer=f"/{missing[0]}", rule="address_incomplete", missing=list(missing))
            if postcode and not addresses.postcode_fits(country, postcode):
                raise InvalidValue(pointer="/postcode", rule="postcode", country=country)
        shown = _shown_subdivision(country, subdivision, " ".join((*lines, city)))
        text = "\n".join(addresses.written(country, lines, city, shown, postcode))
        return Address(country, lines, city, subdivision, postcode, native, text)

    def store(self, value: Address) -> tuple[object, ...]:
        parts = ("\n".join(value.lines), value.city, value.subdivision, value.postcode, value.country, "\n".join(value.native))
        return (value.text, *(part or None for part in parts))

    def load(self, columns: Columns) -> Sql:
        made = call(
            "jsonb_build_object", raw("'text'"), columns[0], raw("'lines'"), _array(columns[1]), raw("'city'"), _plain(columns[2]), raw("'subdivision'"),
            _plain(columns[3]), raw("'postcode'"), _plain(columns[4]), raw("'country'"), columns[5], raw("'native'"), _array(columns[6]),
        )  # fmt: skip
        return raw("CASE WHEN ") + columns[0] + raw(" IS NOT NULL THEN ") + made + raw(" END")

    def mask(self, columns: Columns, options: AddressOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: AddressOptions, locale: str = "en") -> Address:
        """Country | subdivision | postcode | city | line; line | native line; native line. Empty parts at the end may be left out; other texts are not divided."""
        parts = [part.strip() for part in short(text, 5000).split("|")]
        country = countries.find(parts[0])
        if country is None or len(parts) > 6:
            raise InvalidValue(rule="address")
        parts += [""] * (6 - len(parts))
        lines, native = (tuple(line.strip() for line in part.split(";") if line.strip()) for part in parts[4:6])
        return self.check(Address(country, lines, parts[3], parts[1], parts[2], native), options)

    def format(self, value: Address, options: AddressOptions, locale: str = "en") -> str:
        parts = [value.country, value.subdivision, value.postcode, value.city, "; ".join(value.lines), "; ".join(value.native)]
        while not parts[-1]:
            parts.pop()
        return " | ".join(parts)

    def order(self, columns: Columns) -> tuple[Sql, ...]:
        return (columns[5], columns[3], columns[2], columns[0])

    def fold(self, columns: Columns) -> Sql:
        return raw("system.fold(") + columns[5] + raw(r" || E'\n' || ") + columns[0] + raw(")")

    def search(self, columns: Columns) -> Sql:
        return call("concat_ws", raw("' '"), columns[0], columns[6])

    def indexes(self, options: AddressOptions) -> tuple[Index, ...]:
        return (Index("btree", lambda columns: columns[5] + raw(", ") + columns[3]),)


def _shown_subdivision(country: str, subdivision: str, beside: str) -> str:
    """A subdivision as addresses have it: the letters of its code where the country writes those (IL), else its name in the script of the other parts."""
    if not subdivisions.is_one(subdivision):
        return subdivision
    if country in ("US", "CA", "AU", "BR", "IT"):
        return subdivision[3:]
    return subdivisions.name(subdivision, "en" if not beside.strip() or addresses.is_latin(beside) else "zh-CN")


def _plain(column: Sql) -> Sql:
    return call("coalesce", column, raw("''"))


def _array(column: Sql) -> Sql:
    return raw("coalesce(to_jsonb(string_to_array(") + column + raw(r", E'\n')), '[]'::jsonb)")


FIELD = AddressField()
