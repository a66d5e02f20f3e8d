"""How addresses are written in each country: the order of their parts, what belongs to a complete one, and the form of postcodes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

import msgspec

from tradewind.kinds.reference.sources import rows

_PART = re.compile(r"%([A-Zn])")


class Format(msgspec.Struct, frozen=True):
    """A country's format: parts as letters (A lines, C city, S subdivision, Z postcode) in their order, `latin` where it differs in Latin script."""

    local: str = "%A%n%C%n%S %Z"
    latin: str = ""
    required: str = ""
    postcode: str = ""
    subdivision: str = ""
    """What a subdivision is called: province, state, prefecture, ...; empty where addresses have none."""


@cache
def formats() -> Mapping[str, Format]:
    """Formats by alpha-2 code."""
    return MappingProxyType(
        {country: Format(local, latin, required, postcode, called) for country, local, latin, required, postcode, called in rows("addresses")}
    )


@cache
def of(country: str) -> Format:
    """The country's format, the common one for a country without."""
    return formats().get(country, Format())


def is_latin(text: str) -> bool:
    """Whether most letters are Latin ones."""
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return 2 * latin >= len(letters)


def written(country: str, lines: Sequence[str], city: str, subdivision: str, postcode: str) -> tuple[str, ...]:
    """The lines of an address as they stand on an envelope, without name and country; an empty part leaves no gap, nor the signs around it."""
    format_ = of(country)
    latin = is_latin(" ".join((*lines, city)))
    pattern = format_.latin if latin and format_.latin else format_.local
    own = [city, *lines] if city and "%C" not in pattern and not latin else [*lines, *([city] if city and "%C" not in pattern else [])]
    values = {"A": "\n".join(own), "C": city, "S": subdivision, "Z": postcode}
    shown = [one for line in pattern.split("%n") for one in _line(line, values).split("\n") if one]
    return (*shown, *(value for key, value in values.items() if key in "SZ" and value and f"%{key}" not in pattern))


def _line(line: str, values: Mapping[str, str]) -> str:
    """One line: signs stand only between two parts that are there, in front of the first (〒) or after the last."""
    pieces = _PART.split(line)
    if len(pieces) == 1:
        return line
    made = ""
    for place in range(1, len(pieces), 2):
        if value := values.get(pieces[place], ""):
            made += (pieces[place - 1] if made or place == 1 else "") + value
    return made + pieces[-1] if made else ""


def missing(country: str, lines: Sequence[str], city: str, subdivision: str, postcode: str) -> tuple[str, ...]:
    """Names of parts that a complete address of the country has and this one lacks."""
    parts = (("A", "lines", bool(lines)), ("C", "city", bool(city)), ("S", "subdivision", bool(subdivision)), ("Z", "postcode", bool(postcode)))
    return tuple(name for letter, name, there in parts if letter in of(country).required and not there)


def postcode_fits(country: str, postcode: str) -> bool:
    """Whether the postcode has the country's form; any has in a country without one."""
    form = of(country).postcode
    return not form or re.fullmatch(form, postcode, re.IGNORECASE) is not None
