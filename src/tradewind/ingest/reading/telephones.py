"""Whether a column holds telephone numbers, and by which country's rules local ones are to be understood."""

from __future__ import annotations

import re
from collections import Counter

import phonenumbers

from tradewind.ingest.reading.evidence import Evidence
from tradewind.ingest.reading.verdicts import Verdict

_FORM = re.compile(r"(?:\+|00)?\(?\d[\d\s().\-/]{4,20}\d(?:\s*(?:ext\.?|x|转|分机)\s*\d{1,6})?", re.IGNORECASE)
_MOBILE = re.compile(r"(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}")
_LOOKED = 200
_COUNTRIES = (
    "CN",
    "US",
    "DE",
    "GB",
    "FR",
    "ES",
    "IT",
    "JP",
    "KR",
    "IN",
    "BR",
    "MX",
    "AU",
    "RU",
    "TR",
    "PL",
    "NL",
    "AE",
    "SA",
    "VN",
    "TH",
    "ID",
    "MY",
    "SG",
    "HK",
    "TW",
    "ZA",
)
_OF_LANGUAGE = {"en": "US", "zh": "CN", "ja": "JP", "de": "DE", "es": "ES", "ko": "KR", "ru": "RU"}
_VALID = 0.6


def phone(evidence: Evidence) -> Verdict | None:
    """Phone where the header says so, or numbers are written as only telephone numbers are."""
    named = "phone" in evidence.types

    def fits(text: str) -> bool:
        return _FORM.fullmatch(text) is not None and 6 <= sum(char.isdigit() for char in text) <= 17

    share = evidence.share(fits)
    if not share or not (named or _clearly(evidence)):
        return None
    return Verdict("phone", fits, country=_country(evidence))


def _clearly(evidence: Evidence) -> bool:
    """Most begin with + or are Chinese mobile numbers."""
    return evidence.share(lambda text: (text.startswith("+") and text[1:2].isdigit()) or _MOBILE.fullmatch(text) is not None) > _VALID


def _country(evidence: Evidence) -> str:
    """The country in which most local numbers are valid; empty where all are international or no country fits."""
    local = [cell.text for cell in evidence.cells if not cell.text.startswith(("+", "00"))][:_LOOKED]
    if not local:
        return ""
    if sum(_MOBILE.fullmatch(text) is not None for text in local) >= _VALID * len(local):
        return "CN"
    counts = Counter[str]()
    ranked = dict.fromkeys([*evidence.countries[:3], _OF_LANGUAGE.get(evidence.language, ""), *_COUNTRIES])
    for country in ranked:
        if country:
            counts[country] = sum(_valid(text, country) for text in local)
    best, valid = max(counts.items(), key=lambda pair: pair[1])
    return best if valid >= _VALID * len(local) else ""


def _valid(text: str, country: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, country))
    except phonenumbers.NumberParseException:
        return False
