"""Cells of workbooks as text in one unambiguous form, and what the format of a cell says about its number."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

import msgspec

Cell = int | float | str | bool | time | date | datetime | timedelta
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NUMBER = re.compile(r"[-+]?(?:[1-9]\d{0,14}|0)?(?:[.,]\d+)?\s?%?|[-+]?[1-9]\d{0,2}(?:[.,]\d{3})+(?:[.,]\d+)?")
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_BRACKETS = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
_SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "¥": "CNY",
    "￥": "CNY",
    "US$": "USD",
    "HK$": "HKD",
    "A$": "AUD",
    "CA$": "CAD",
    "₹": "INR",
    "₽": "RUB",
    "₩": "KRW",
    "zł": "PLN",
    "R$": "BRL",
    "CHF": "CHF",
    "kr": "",
}


class Look(msgspec.Struct, frozen=True):
    """What a number format shows beyond the number: `percent`, leading zeros up to `digits`, a currency."""

    kind: Literal["plain", "percent", "zeros"] = "plain"
    digits: int = 0
    currency: str = ""


PLAIN = Look()
_LONGEST_FORMAT = 250
"""Characters a spreadsheet allows for a format."""
BUILT_IN = {9: "0%", 10: "0.00%"}
"""Formats that workbooks refer to by number and that show more than the number."""


@lru_cache(maxsize=2_000)
def look_of(format_code: str) -> Look:
    """What a format code shows, told from its first section."""
    code = format_code[:_LONGEST_FORMAT].split(";")[0]
    bare = _QUOTED.sub("", _BRACKETS.sub("", code))
    if "%" in bare:
        return Look("percent")
    if re.fullmatch("0{2,15}", bare) and bare == code:
        return Look("zeros", len(bare))
    return Look(currency=_currency(code))


def _currency(code: str) -> str:
    for said in [*_BRACKETS.findall(code), *(one[0] for one in _QUOTED.findall(code))]:
        text = str(said).strip()
        if text in _SIGNS:
            return _SIGNS[text]
        if re.fullmatch("[A-Z]{3}", text):
            return text
    return ""


def shown(cell: Cell) -> str:
    """Numbers as 1234.5 with at most 15 digits, as a spreadsheet computes; dates and times as in ISO 8601; yes and no as true and false."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return number(cell)
    if isinstance(cell, datetime):
        moment = (cell + timedelta(milliseconds=500)).replace(microsecond=0) if cell.microsecond else cell
        return moment.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.replace(microsecond=0).isoformat()
    seconds = round(cell.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def number(value: float) -> str:
    """A number without exponent and without noise beyond the digits a spreadsheet keeps."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    if "e" not in text:
        return text
    mantissa, _, exponent = text.partition("e")
    if not -30 < int(exponent) < 30:
        return text
    whole, _, part = mantissa.lstrip("-").partition(".")
    digits, point = whole + part, len(whole) + int(exponent)
    padded = digits.ljust(point, "0") if point > 0 else "0" * (1 - point) + digits
    point = max(point, 1)
    plain = padded[:point] + ("." + padded[point:] if padded[point:] else "")
    return "-" + plain if value < 0 else plain


def looked(value: float, look: Look) -> str:
    """A number as its format shows it: 15.5% or 000042."""
    if look.kind == "percent":
        return number(float(f"{value * 100:.13g}")) + "%"
    if look.kind == "zeros" and value >= 0 and float(value).is_integer():
        return str(int(value)).rjust(look.digits, "0")
    return number(value)


def without_control(text: str) -> tuple[str, int]:
    """The text without characters that no text holds, and how many they were."""
    cleaned, count = _CONTROL.subn("", text)
    return cleaned, count


def says_number(text: str) -> bool:
    """Whether text in a cell is a number that was kept as text; with leading zeros it is a code and right as it is."""
    return len(text) < 24 and text[-1:] in "0123456789%" and _NUMBER.fullmatch(text) is not None


def says_date(text: str) -> bool:
    """Whether text in a cell is a date that was kept as text."""
    return len(text) < 20 and text[:1].isdigit() and _DATE.fullmatch(text) is not None
