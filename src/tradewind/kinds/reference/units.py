"""Units of measure by the codes of UN/ECE Recommendation 20, with the factors that turn one into another."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from functools import cache
from types import MappingProxyType

import msgspec

from tradewind.kernel.problems import InvalidValue
from tradewind.kinds.reference.sources import rows

_DIGITS = Context(prec=28)


class Unit(msgspec.Struct, frozen=True):
    """A unit. `factor` is how much of the category's first unit with factor 1 it is, exactly; None where no factor says it (a month, a degree). `source` is the factor's."""

    code: str
    category: str
    symbol: str
    name: str
    name_zh: str
    factor: Decimal | None
    source: str


@cache
def units() -> Mapping[str, Unit]:
    """All units by code, in the order of their categories."""
    made = (
        Unit(code, category, symbol, name, zh, Decimal(factor) if factor else None, source)
        for code, category, symbol, name, zh, factor, source in rows("units")
    )
    return MappingProxyType({unit.code: unit for unit in made})


def name(code: str, locale: str) -> str:
    """The unit's name in Chinese or English."""
    return units()[code].name_zh if locale.startswith("zh") else units()[code].name


def categories() -> tuple[str, ...]:
    """Categories within which units turn into one another."""
    return tuple(dict.fromkeys(unit.category for unit in units().values()))


def find(text: str) -> str | None:
    """The code meant by a code, a symbol or a name in English or Chinese; None when none or several are meant."""
    word = " ".join(text.split())
    if word.upper() in units():
        return word.upper()
    exact = {unit.code for unit in units().values() if word in (unit.symbol, unit.name_zh)} - {"PR", "LM"}
    if len(exact) == 1:
        return exact.pop()
    folded = {unit.code for unit in units().values() if word.casefold() in (unit.symbol.casefold(), unit.name.casefold(), unit.name.casefold() + "s")} - {
        "PR",
        "LM",
    }
    return folded.pop() if len(folded) == 1 else None


def convert(amount: Decimal, unit: str, into: str) -> Decimal:
    """The amount in another unit of the same category, to 28 digits. Raises InvalidValue with rule "unit" where no factor leads from one to the other."""
    one, other = units().get(unit), units().get(into)
    if one is None or other is None or one.category != other.category or (one.factor is None or other.factor is None) and unit != into:
        raise InvalidValue(rule="unit", unit=unit, into=into)
    if one.factor is None or other.factor is None or unit == into:
        return amount
    return _DIGITS.divide(_DIGITS.multiply(amount, one.factor), other.factor)
