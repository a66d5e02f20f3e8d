"""Numbers as people write them: separators of every country, signs, currencies and units around them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from tradewind.kinds.reference import currencies

CURRENCY_SIGNS = {
    "US$": "USD", "$": "USD", "USD$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY", "元": "CNY", "人民币": "CNY", "RMB": "CNY", "CN¥": "CNY", "円": "JPY", "JP¥": "JPY",
    "HK$": "HKD", "港币": "HKD", "港元": "HKD", "NT$": "TWD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "S$": "SGD", "R$": "BRL", "₹": "INR", "RS": "INR",
    "RS.": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₫": "VND", "฿": "THB", "₱": "PHP", "₪": "ILS", "₴": "UAH", "ZŁ": "PLN", "KČ": "CZK", "KR": "SEK", "FR.": "CHF",
    "美元": "USD", "美金": "USD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "EURO": "EUR", "EUROS": "EUR", "DOLLARS": "USD",
}  # fmt: skip
"""Signs and words beside amounts; ¥ alone is yuan here, yen where the table is Japanese."""
UNITS = frozenset([
    "kg", "g", "t", "ton", "tons", "mt", "lb", "lbs", "oz", "mg", "m", "cm", "mm", "km", "m2", "m3", "sqm", "cbm", "ft", "in", "l", "ml", "pcs",
    "pc", "pce", "piece", "pieces", "set", "sets", "ctn", "ctns", "carton", "cartons", "box", "boxes", "pair", "pairs", "prs", "doz", "dozen",
    "roll", "rolls", "pack", "packs", "bag", "bags", "unit", "units", "day", "days", "d", "h", "hr", "hrs", "hour", "hours", "min", "mins", "month",
    "months", "year", "years", "kw", "w", "v", "kwh", "db", "stk", "st", "stück", "个", "件", "台", "只", "箱", "套", "吨", "公斤", "千克", "克", "斤", "米", "厘米",
    "毫米", "平方米", "立方米", "双", "条", "张", "包", "瓶", "把", "支", "根", "片", "块", "桶", "袋", "卷", "盒", "打", "对", "天", "日", "小时", "分钟", "人", "年", "月", "岁",
    "次", "個", "本", "枚", "台", "名",
])  # fmt: skip
_NUMBER = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-+−])?\s*(?P<before>[^\d\s.,'’()+−-][^\d.,()]{0,5}?)?\s*(?P<inner>[-+−])?\s*"
    r"(?P<body>\d[\d.,'’ \u00a0\u202f]*\d|\d|[.,]\d+)[.,]?(?P<dash>-|–|,-)?\s*(?P<after>[^\d\s.,()][^\d.,()]{0,9}|m[23])?\s*(?P<close>\))?"
)
_LONGEST = 60
_MOST_SPACES = 9
_GROUPED = {
    ".": re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?|\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"),
    ",": re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:,\d+)?|\d+(?:,\d+)?|,\d+"),
}
_DECISIVE = {
    ".": re.compile(r".*,\d{3}\.\d+|\d+(?:,\d{3}){2,}|\d*\.(?:\d{1,2}|\d{4,})|0\.\d+"),
    ",": re.compile(r".*\.\d{3},\d+|\d+(?:\.\d{3}){2,}|\d*,(?:\d{1,2}|\d{4,})|0,\d+"),
}


class NumberText(NamedTuple):
    """A number in parts. `body` are its digits and separators; `currency` and `unit` are what stood beside it."""

    body: str
    negative: bool
    percent: bool
    currency: str
    unit: str


@lru_cache(maxsize=100_000)
def read_number(text: str) -> NumberText | None:
    """The parts of a number in ordinary width; None for anything else. Which separator is the decimal mark is the column's to say."""
    if len(text) > _LONGEST or text.count(" ") > _MOST_SPACES or not any(char.isdigit() for char in text):
        return None
    found = _NUMBER.fullmatch(text.strip())
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    before, after = (found["before"] or "").strip(), (found["after"] or "").strip()
    currency, unit, percent = "", "", False
    if before and not (currency := currency_of(before)):
        return None
    if after:
        if after in ("%", "‰"):
            percent = after == "%"
        elif other := currency_of(after):
            currency = currency or other
        elif after.casefold() in UNITS:
            unit = after
        else:
            return None
    signs = [sign for sign in (found["sign"], found["inner"], found["dash"]) if sign in ("-", "−", "–")]
    return NumberText(found["body"], bool(signs) or bool(found["open"]), percent, currency, unit)


def currency_of(text: str) -> str:
    """ISO code of a currency's sign, word or code; empty where it is none."""
    word = text.strip().upper()
    return CURRENCY_SIGNS.get(word, "") or (word if word in currencies.codes() else "")


def decimal_mark(bodies: Iterable[tuple[str, int]], otherwise: str = ".") -> str:
    """The mark that more of the numbers need, `otherwise` where nothing decides. Takes bodies with their counts."""
    points = commas = 0
    for body, count in bodies:
        if _DECISIVE["."].fullmatch(body):
            points += count
        elif _DECISIVE[","].fullmatch(body):
            commas += count
    if commas == points:
        return otherwise
    return "," if commas > points else "."


def valid(body: str, mark: str) -> bool:
    """Whether it is a number where `mark` is the decimal mark."""
    return _GROUPED[mark].fullmatch(body) is not None


def decimals(body: str, mark: str) -> int:
    """Digits behind the decimal mark."""
    return len(body.rpartition(mark)[2]) if mark in body else 0
