"""Currencies by ISO 4217 code: minor units and names by language."""

from __future__ import annotations

from functools import cache

from tradewind.kinds.reference.sources import names_in, records

NO_MINOR = ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF")
THREE_MINOR = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
FOUR_MINOR = ("CLF", "UYW")

SYMBOLS = {"US$": "USD", "€": "EUR", "£": "GBP", "HK$": "HKD", "RMB": "CNY", "CN¥": "CNY", "JP¥": "JPY", "₹": "INR", "₩": "KRW", "元": "CNY", "人民币": "CNY",
           "美元": "USD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "港币": "HKD", "港元": "HKD"}  # fmt: skip
"""Signs and words that mean exactly one currency; "$" and "¥" do not."""


@cache
def codes() -> frozenset[str]:
    """All alphabetic codes in force."""
    return frozenset(record["alpha_3"] for record in records("currencies"))


def minor_units(code: str) -> int:
    """Digits after the point."""
    return 0 if code in NO_MINOR else 3 if code in THREE_MINOR else 4 if code in FOUR_MINOR else 2


@cache
def name(code: str, locale: str) -> str:
    """The currency's name in a language, English where it has none."""
    return names_in(locale, "currencies").get(code) or names_in("en", "currencies").get(code) or code
