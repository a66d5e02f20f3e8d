"""The two sources of reference data, pycountry (ISO codes) and Babel (CLDR names), as plain typed mappings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

import pycountry
from babel import Locale, UnknownLocaleError


@cache
def records(database: Literal["countries", "currencies"]) -> tuple[Mapping[str, str], ...]:
    """All entries of an ISO list by attribute name."""
    entries: Any = getattr(pycountry, database)
    return tuple(MappingProxyType({str(key): str(value) for key, value in dict(entry).items()}) for entry in entries)


@cache
def names_in(locale: str, kind: Literal["territories", "currencies"]) -> Mapping[str, str]:
    """CLDR names by code in a language, English for a language unknown."""
    try:
        chosen = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        chosen = Locale.parse("en")
    return MappingProxyType({str(code): str(name) for code, name in dict(getattr(chosen, kind)).items()})
