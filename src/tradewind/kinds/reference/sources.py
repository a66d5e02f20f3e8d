"""The sources of reference data as plain typed mappings: pycountry (ISO codes), Babel (CLDR names), and the packed files of `data`."""

from __future__ import annotations

import csv
import gettext
import gzip
import io
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import msgspec
import pycountry
from babel import Locale, UnknownLocaleError


@cache
def records(database: Literal["countries", "currencies"]) -> tuple[Mapping[str, str], ...]:
    """All entries of an ISO list by attribute name."""
    entries: Any = getattr(pycountry, database)
    return tuple(MappingProxyType({str(key): str(value) for key, value in dict(entry).items()}) for entry in entries)


class Subdivision(msgspec.Struct, frozen=True):
    """An entry of ISO 3166-2."""

    code: str
    name: str
    type: str
    parent: str = ""


@cache
def subdivisions() -> tuple[Subdivision, ...]:
    """All entries of ISO 3166-2, read from pycountry's file itself: its own objects of them take ten times the memory."""
    body = (Path(pycountry.DATABASE_DIR) / "iso3166-2.json").read_bytes()
    return tuple(msgspec.json.decode(body, type=dict[str, list[Subdivision]])["3166-2"])


@cache
def translations(domain: Literal["iso3166-2"], locale: str) -> gettext.NullTranslations:
    """Translations of an ISO list's names; of a language without them each name is its own."""
    return gettext.translation(domain, pycountry.LOCALES_DIR, languages=[locale.replace("-", "_")], fallback=True)


def locale_of(locale: str) -> Locale:
    """CLDR's data of a language, of English for one unknown."""
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


@cache
def names_in(locale: str, kind: Literal["territories", "currencies", "languages", "scripts", "variants"]) -> Mapping[str, str]:
    """CLDR names by code in a language, English for a language unknown."""
    return MappingProxyType({str(code): str(name) for code, name in dict(getattr(locale_of(locale), kind)).items()})


def rows(name: str) -> list[list[str]]:
    """The lines of `data/NAME.csv`, or of `data/NAME.csv.gz`. Read anew each time: the caller keeps what it makes of them."""
    folder = resources.files("tradewind.kinds.reference") / "data"
    plain = folder / f"{name}.csv"
    body = plain.read_bytes() if plain.is_file() else gzip.decompress((folder / f"{name}.csv.gz").read_bytes())
    return list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))
