"""Sea ports by UN/LOCODE: names, countries, zones, and other codes of the same port."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import msgspec

from tradewind.kinds.reference.sources import rows


class Port(msgspec.Struct, frozen=True):
    """A sea port; `zone` is the IANA name of its time zone, empty where the source has none."""

    code: str
    name: str
    zone: str
    others: tuple[str, ...]

    @property
    def country(self) -> str:
        """Alpha-2 code."""
        return self.code[:2]


@cache
def ports() -> Mapping[str, Port]:
    """All ports by code."""
    return MappingProxyType({code: Port(code, name, zone, tuple(others.split())) for code, name, zone, others in rows("ports")})


@cache
def _codes() -> Mapping[str, str]:
    own = {code: code for code in ports()}
    return MappingProxyType({other: port.code for port in ports().values() for other in port.others} | own)


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for port in ports().values():
        found[port.name.casefold()] = (*found.get(port.name.casefold(), ()), port.code)
    return MappingProxyType(found)


def canonical(code: str) -> str | None:
    """The port's own code for one of its codes, in any case and with a space ("cn nbo" is CNNGB); None for no port that is known."""
    return _codes().get("".join(code.split()).upper())


def of(country: str) -> tuple[Port, ...]:
    """Ports of a country, by name."""
    return tuple(sorted((port for port in ports().values() if port.country == country), key=lambda port: port.name))


def find(text: str) -> str | None:
    """The code meant by a code or a name; None when none or several ports are meant (there is a Georgetown in four countries)."""
    named = _names().get(" ".join(text.casefold().split()), ())
    return canonical(text) or (named[0] if len(named) == 1 else None)


def search(text: str, limit: int = 50) -> tuple[Port, ...]:
    """Ports whose code or name begins with the text, then those that have it in their name."""
    word = " ".join(text.casefold().split())
    if not word:
        return ()
    starting = [port for port in ports().values() if port.name.casefold().startswith(word) or port.code.casefold().startswith(word)]
    within = [port for port in ports().values() if word in port.name.casefold() and port not in starting]
    return tuple([*sorted(starting, key=lambda port: port.name), *within][:limit])
