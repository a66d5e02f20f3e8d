"""Reference data as lists for forms and programs: code and name in a language, with what a form needs besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tradewind.kernel.json import Json
from tradewind.kinds.reference import addresses, countries, currencies, hs, languages, ports, subdivisions, tax_ids, units, zones

_MOST = 100


class Asked(NamedTuple):
    """What a list is asked for: names in a language, of a country where the list has countries, found by a text where it is searched."""

    language: str
    country: str = ""
    search: str = ""


def _countries(asked: Asked) -> list[Json]:
    return [{"code": code, "name": name} for code, name in countries.names(asked.language).items()]


def _subdivisions(asked: Asked) -> list[Json]:
    return [{"code": code, "name": name} for code, name in subdivisions.names(asked.country, asked.language).items()]


def _currencies(asked: Asked) -> list[Json]:
    return [{"code": code, "name": currencies.name(code, asked.language), "digits": currencies.minor_units(code)} for code in sorted(currencies.codes())]


def _languages(asked: Asked) -> list[Json]:
    return [{"code": tag, "name": languages.name(tag, asked.language)} for tag in languages.OFFERED]


def _zones(asked: Asked) -> list[Json]:
    offered = zones.by_country().get(asked.country, ()) if asked.country else zones.names()
    return [{"code": zone, "name": zones.name(zone, asked.language), "country": zones.country(zone)} for zone in offered]


def _tax_schemes(asked: Asked) -> list[Json]:
    offered = tax_ids.of(asked.country) if asked.country else tax_ids.schemes().values()
    return [{"code": one.key, "name": tax_ids.label(one.country, one.key, asked.language), "country": one.country} for one in offered]


def _address_formats(asked: Asked) -> list[Json]:
    found = addresses.of(asked.country)
    offered = {letter for letter in "ACSZ" if f"%{letter}" in found.local}
    parts = [name for letter, name in (("S", "subdivision"), ("C", "city"), ("Z", "postcode")) if letter in offered]
    required: list[Json] = [name for letter, name in (("A", "lines"), ("C", "city"), ("S", "subdivision"), ("Z", "postcode")) if letter in found.required]
    return [{"code": asked.country, "parts": list[Json](parts), "required": required, "subdivision": found.subdivision}]


def _units(asked: Asked) -> list[Json]:
    return [
        {"code": unit.code, "name": units.name(unit.code, asked.language), "symbol": unit.symbol, "category": unit.category} for unit in units.units().values()
    ]


def _ports(asked: Asked) -> list[Json]:
    found = ports.search(asked.search, _MOST) if asked.search else ports.of(asked.country)
    return [{"code": port.code, "name": port.name, "country": port.country} for port in found if asked.country in ("", port.country)]


def _hs_codes(asked: Asked) -> list[Json]:
    found = hs.find(asked.search, _MOST) if asked.search else hs.children()
    return [{"code": code, "name": hs.descriptions()[code], "section": hs.section(code)} for code in found]


LISTS: Mapping[str, Callable[[Asked], list[Json]]] = {
    "countries": _countries,
    "subdivisions": _subdivisions,
    "currencies": _currencies,
    "languages": _languages,
    "time-zones": _zones,
    "tax-schemes": _tax_schemes,
    "address-formats": _address_formats,
    "units": _units,
    "ports": _ports,
    "hs-codes": _hs_codes,
}
"""Every list by its name in addresses."""
