"""Time zones by IANA name: names by language, the zones of a country, and older names by today's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from tradewind.kinds.reference import countries
from tradewind.kinds.reference.sources import locale_of

UTC = "Etc/UTC"


@cache
def by_country() -> Mapping[str, tuple[str, ...]]:
    """Zones by alpha-2 code, the most populous first as the IANA database lists them (zone.tab)."""
    found: dict[str, list[str]] = {}
    text = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            country, _place, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return MappingProxyType({country: tuple(zones) for country, zones in found.items()})


@cache
def _countries() -> Mapping[str, str]:
    return MappingProxyType({zone: country for country, zones in by_country().items() for zone in zones})


@cache
def names() -> tuple[str, ...]:
    """Every zone of a country, sorted, and UTC."""
    return (*sorted(_countries()), UTC)


def country(zone: str) -> str:
    """Alpha-2 code of the zone's country; "" for UTC."""
    return _countries().get(zone, "")


@cache
def _links() -> Mapping[str, str]:
    """Older names and other spellings by the name they stand for, from the IANA database itself."""
    found: dict[str, str] = {}
    for line in (resources.files("tzdata") / "zoneinfo" / "tzdata.zi").read_text(encoding="utf-8").splitlines():
        if line.startswith("L "):
            _mark, target, alias = line.split()
            found[alias] = target
    return MappingProxyType(found)


@cache
def _spelt() -> Mapping[str, str]:
    known = {name.casefold(): name for name in names()}
    for alias, target in _links().items():
        end = _links().get(target, target)
        if end in _countries():
            known.setdefault(alias.casefold(), end)
    return MappingProxyType(known | dict.fromkeys(("utc", "gmt", "z", "etc/utc", "etc/gmt", "etc/uct", "uct", "zulu", "etc/zulu"), UTC))


def canonical(name: str) -> str | None:
    """The zone meant by a name in any case, older names by today's (Asia/Calcutta is Asia/Kolkata); None for what is no zone of a country."""
    return _spelt().get(name.strip().replace(" ", "_").casefold())


@cache
def city(zone: str, locale: str) -> str:
    """The zone's city in a language: 柏林."""
    if zone == UTC:
        return "UTC"
    found = get_timezone_location(ZoneInfo(zone), locale=locale_of(locale), return_city=True)
    return found or zone.rpartition("/")[2].replace("_", " ")


@cache
def name(zone: str, locale: str) -> str:
    """City and country in a language: "Berlin, Germany", 柏林（德国）."""
    of = countries.names(locale).get(country(zone), "")
    if not of or of == city(zone, locale):
        return city(zone, locale)
    return f"{city(zone, locale)}（{of}）" if locale.startswith("zh") else f"{city(zone, locale)}, {of}"


def find(text: str) -> str | None:
    """The zone meant by its name, or by a city or a city with its country in English or Chinese; a country with one zone means it. None when none or several are meant."""
    return canonical(text) or _words().get(" ".join(text.casefold().split())) or None


@cache
def _words() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for locale in ("en", "zh-CN"):
        for zone in names():
            for word in {city(zone, locale).casefold(), name(zone, locale).casefold()}:
                found[word] = zone if found.get(word, zone) == zone else ""
        for code, zones in by_country().items():
            if len(zones) == 1 and code in countries.names(locale):
                found.setdefault(countries.names(locale)[code].casefold(), zones[0])
    return MappingProxyType(found)
