"""Tax and registration numbers of companies by country and scheme: their checksums (python-stdnum) and how they are written."""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, cast

import msgspec
from stdnum.exceptions import ValidationError

from tradewind.kernel.problems import InvalidValue
from tradewind.kinds.reference.sources import rows

OTHER = "other"
"""The scheme of every number no checksum is known for."""
_SIGNS = re.compile(r"[^\w]+|_+")
_EU_PREFIX = {"GR": "EL"}
_OWN_PREFIX = ("eu.vat", "gb.vat")
"""Modules whose numbers are written with the country in front."""


class Scheme(msgspec.Struct, frozen=True):
    """One kind of number of one country; `module` is python-stdnum's."""

    country: str
    key: str
    module: str
    name: str
    name_zh: str


@cache
def schemes() -> Mapping[tuple[str, str], Scheme]:
    """All schemes by country and key; the first of a country is its usual one."""
    return MappingProxyType({(country, key): Scheme(country, key, module, name, zh) for country, key, module, name, zh in rows("tax_schemes")})


@cache
def of(country: str) -> tuple[Scheme, ...]:
    """The country's schemes, the usual one first."""
    return tuple(scheme for scheme in schemes().values() if scheme.country == country)


@cache
def _validate(module: str) -> Callable[[str], str]:
    return cast(Callable[[str], str], importlib.import_module(f"stdnum.{module}").validate)


def prefix(country: str) -> str:
    """What a VAT number of the country begins with: EL in Greece, else the country's code."""
    return _EU_PREFIX.get(country, country)


def compact(number: str) -> str:
    """The number without signs and spaces, in capitals, wide letters made ordinary."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", number)).upper()


def checked(country: str, scheme: str, number: str) -> str:
    """The number in its one form: without signs, a VAT number with its country in front.

    Raises InvalidValue: rule "tax_scheme" for a scheme the country has not, "tax_id" for a number whose form or checksum is wrong.
    """
    if scheme == OTHER:
        if not compact(number):
            raise InvalidValue(pointer="/number", rule="tax_id", scheme=scheme, country=country)
        return compact(number)
    found = schemes().get((country, scheme))
    if found is None:
        raise InvalidValue(pointer="/scheme", rule="tax_scheme", scheme=scheme, country=country)
    plain = compact(number)
    if found.module in _OWN_PREFIX and not plain.startswith(prefix(country)):
        plain = prefix(country) + plain
    try:
        made = compact(_validate(found.module)(plain))
    except ValidationError as failure:
        raise InvalidValue(pointer="/number", rule="tax_id", scheme=scheme, country=country) from failure
    if found.module in _OWN_PREFIX and not made.startswith(prefix(country)):
        made = prefix(country) + made
    return made


def of_vat(number: str) -> str | None:
    """The country whose VAT number begins as this one does; None where none does."""
    start = compact(number)[:2]
    country = next((one for one, begins in _EU_PREFIX.items() if begins == start), start)
    return country if any(scheme.module in _OWN_PREFIX for scheme in of(country)) else None


def written(country: str, scheme: str, number: str) -> str:
    """A checked number as its country writes it: 91-1144442, 16.727.230/0001-97."""
    found = schemes().get((country, scheme))
    form: Any = None if found is None else getattr(importlib.import_module(f"stdnum.{found.module}"), "format", None)
    shown = str(form(number)) if form is not None else number
    return shown if compact(shown) == number else number


def label(country: str, scheme: str, locale: str) -> str:
    """What the number is called, in Chinese or English; the key for a scheme unknown."""
    found = schemes().get((country, scheme))
    return scheme if found is None else found.name_zh if locale.startswith("zh") else found.name
