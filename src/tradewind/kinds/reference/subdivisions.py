"""Subdivisions of countries (provinces, states, regions) by ISO 3166-2 code: names by language and what people write for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from tradewind.kinds.reference import sources

_KINDS = re.compile(
    r"\s+(?:sheng|shi|zizhiqu|province|state|region|prefecture|governorate|county|district|department|municipality|oblast|ken|fu|to|do|si)$|(?:省|市|州|县|府|都|道|自治区|特别行政区)$",
    re.IGNORECASE,
)
"""What a subdivision is, which people leave out of its name."""
_NAMES_ZH: Mapping[str, str] = {"IN-AR": "阿鲁纳恰尔邦", "DE-BW": "巴登-符腾堡", "BR-AP": "阿马帕", "US-AL": "亚拉巴马州"}
"""Names that the translation lacks or that are not those of everyday."""
_NAMES_EN: Mapping[str, str] = {
    "CN-NM": "Inner Mongolia", "CN-XZ": "Xizang", "CN-GX": "Guangxi", "CN-NX": "Ningxia", "CN-XJ": "Xinjiang", "CN-HK": "Hong Kong", "CN-MO": "Macao", "CN-TW": "Taiwan",
}  # fmt: skip
_CHINESE_KIND = re.compile(r" (?:Sheng|Shi)$")
_ALSO: Mapping[str, str] = {
    "CN-NM": "inner mongolia|内蒙古", "CN-XZ": "tibet|西藏", "CN-GX": "guangxi|广西", "CN-NX": "ningxia|宁夏", "CN-XJ": "xinjiang|新疆", "CN-HK": "hong kong|香港", "CN-MO": "macau|macao|澳门",
    "DE-BY": "bavaria", "DE-NW": "north rhine-westphalia", "DE-SN": "saxony", "DE-NI": "lower saxony", "DE-HE": "hesse", "DE-TH": "thuringia", "IT-25": "lombardy", "IT-52": "tuscany",
    "IT-21": "piedmont", "ES-CT": "catalonia", "ES-AN": "andalusia", "GB-ENG": "england", "GB-SCT": "scotland", "GB-WLS": "wales", "GB-NIR": "northern ireland",
}  # fmt: skip
"""English names of subdivisions that the standard lists by their own, and short Chinese ones."""


@cache
def _by_country() -> Mapping[str, tuple[sources.Subdivision, ...]]:
    found: dict[str, list[sources.Subdivision]] = {}
    for entry in sources.subdivisions():
        found.setdefault(entry.code[:2], []).append(entry)
    return MappingProxyType({country: tuple(entries) for country, entries in found.items()})


def of(country: str) -> tuple[str, ...]:
    """Codes of a country's subdivisions of every level; empty for a country without them."""
    return tuple(entry.code for entry in _by_country().get(country, ()))


def is_one(code: str) -> bool:
    """Whether the code is in force."""
    return any(entry.code == code for entry in _by_country().get(code[:2], ()))


@cache
def names(country: str, locale: str) -> Mapping[str, str]:
    """Names by code in a language, the standard's own where the language has none; doubled names carry their code."""
    found = {entry.code: _name(entry, locale) for entry in _by_country().get(country, ())}
    counted = list(found.values())
    return MappingProxyType({code: name if counted.count(name) == 1 else f"{name} ({code})" for code, name in found.items()})


def _name(entry: sources.Subdivision, locale: str) -> str:
    if locale.startswith("zh") and entry.code in _NAMES_ZH:
        return _NAMES_ZH[entry.code]
    if locale.startswith("en") and entry.code.startswith("CN-"):
        return _NAMES_EN.get(entry.code) or _CHINESE_KIND.sub("", entry.name)
    return sources.translations("iso3166-2", locale).gettext(entry.name)


def name(code: str, locale: str) -> str:
    """The subdivision's name in a language; a code unknown is its own name."""
    return names(code[:2], locale).get(code, code)


def find(country: str, text: str) -> str | None:
    """The code meant by a code, with or without the country, or by a name in English, Chinese or as the standard writes it; None when none or several are meant."""
    return _words(country).get(_fold(text)) or None


@cache
def _words(country: str) -> Mapping[str, str]:
    found: dict[str, str] = {}

    def add(word: str, code: str) -> None:
        if word:
            found[word] = code if found.get(word, code) == code else ""

    entries = _by_country().get(country, ())
    for entry in entries:
        for text in (entry.name, names(country, "en")[entry.code], names(country, "zh-CN")[entry.code], *_ALSO.get(entry.code, "").split("|")):
            add(_fold(text), entry.code)
    for entry in entries:
        for text in (entry.name, names(country, "zh-CN")[entry.code]):
            if (short := _fold(_KINDS.sub("", text))) not in found or found[short] == entry.code:
                add(short, entry.code)
    for entry in entries:
        found[_fold(entry.code)] = found[_fold(entry.code[3:])] = entry.code
    return MappingProxyType(found)


def _fold(text: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFKC", plain).casefold().split())
