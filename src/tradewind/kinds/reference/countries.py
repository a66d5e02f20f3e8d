"""Countries by ISO 3166-1 alpha-2 code: names by language, words people write for them, and groups."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from tradewind.kinds.reference.sources import names_in, records

LANGUAGES = ("en", "zh_CN")
"""Languages whose names are understood in cells."""

GROUPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "EU": frozenset(
            [
                "AT",
                "BE",
                "BG",
                "HR",
                "CY",
                "CZ",
                "DK",
                "EE",
                "FI",
                "FR",
                "DE",
                "GR",
                "HU",
                "IE",
                "IT",
                "LV",
                "LT",
                "LU",
                "MT",
                "NL",
                "PL",
                "PT",
                "RO",
                "SK",
                "SI",
                "ES",
                "SE",
            ]
        ),
        "ASEAN": frozenset(["BN", "KH", "ID", "LA", "MY", "MM", "PH", "SG", "TH", "TL", "VN"]),
        "GCC": frozenset(["BH", "KW", "OM", "QA", "SA", "AE"]),
        "EFTA": frozenset(["IS", "LI", "NO", "CH"]),
        "MERCOSUR": frozenset(["AR", "BO", "BR", "PY", "UY"]),
        "USMCA": frozenset(["CA", "MX", "US"]),
    }
)
"""Groups of countries that filters know by name."""

_ALIASES: Mapping[str, str] = {
    "usa": "US", "u.s.a.": "US", "u.s.": "US", "america": "US", "美利坚": "US", "uk": "GB", "u.k.": "GB", "england": "GB", "great britain": "GB",
    "britain": "GB", "scotland": "GB", "uae": "AE", "emirates": "AE", "阿联酋": "AE", "korea": "KR", "south korea": "KR", "republic of korea": "KR",
    "韩国": "KR", "南韩": "KR", "north korea": "KP", "朝鲜": "KP", "russia": "RU", "russian federation": "RU", "俄国": "RU", "holland": "NL",
    "the netherlands": "NL", "turkey": "TR", "türkiye": "TR", "czech republic": "CZ", "czechia": "CZ", "viet nam": "VN", "vietnam": "VN", "prc": "CN",
    "china": "CN", "mainland china": "CN", "中国大陆": "CN", "中华人民共和国": "CN", "hong kong": "HK", "香港": "HK", "macau": "MO", "macao": "MO",
    "澳门": "MO", "taiwan": "TW", "台湾": "TW", "臺灣": "TW", "ivory coast": "CI", "burma": "MM", "laos": "LA", "iran": "IR", "syria": "SY",
    "bolivia": "BO", "venezuela": "VE", "tanzania": "TZ", "moldova": "MD", "brunei": "BN", "cape verde": "CV", "swaziland": "SZ", "沙特": "SA",
    "macedonia": "MK", "drc": "CD", "ksa": "SA", "deutschland": "DE", "españa": "ES", "brasil": "BR",
}  # fmt: skip


@cache
def codes() -> frozenset[str]:
    """All alpha-2 codes in force."""
    return frozenset(record["alpha_2"] for record in records("countries"))


@cache
def names(locale: str) -> Mapping[str, str]:
    """Names by code in a language, English where it has none."""
    chosen, english = names_in(locale, "territories"), names_in("en", "territories")
    return MappingProxyType({code: chosen.get(code) or english.get(code) or code for code in sorted(codes())})


def find(text: str) -> str | None:
    """The code meant by a code, a name in English or Chinese, or a common other name."""
    return _words().get(_fold(text))


@cache
def _words() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for record in records("countries"):
        for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
            if attribute in record:
                found.setdefault(_fold(record[attribute]), record["alpha_2"])
    for language in LANGUAGES:
        for code, word in names(language).items():
            found.setdefault(_fold(word), code)
    for word, code in _ALIASES.items():
        found[_fold(word)] = code
    return MappingProxyType(found)


def _fold(text: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())
