"""What transforms make of the text of a cell: pure functions; what they do not understand stays as it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import phonenumbers

from tradewind.ingest.maps import SERIAL, AnyTransform, Case, Collapse, Country, Date, Number, Phone, Replace, Split, Width
from tradewind.kinds.reference import countries, currencies

Step = Callable[[str], str]

_PARTS = re.compile(r"(\d{1,4})[-/. 年](\d{1,2})[-/. 月](\d{1,4})日?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp][Mm])?)?", re.ASCII)
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d)?", re.ASCII)
_SERIAL = re.compile(r"[1-9]\d{1,5}(?:\.\d{1,12})?", re.ASCII)
_FIRST_SERIAL = 61
"""1900-03-01: before, spreadsheets count a day that never was."""
_CENTURY = 69
"""Two-digit years: up to this one they are of this century, as POSIX says for %y."""
_SIGNS = ("$", "¥", "￥")
"""Signs that mean several currencies."""
_SPACES = re.compile(r"\s+")
_LONGEST = 200
"""No number, date, country or telephone number is longer."""


def step_of(transform: AnyTransform) -> Step:
    """The transform as a function from text to text."""
    match transform:
        case Collapse():
            return lambda text: _SPACES.sub(" ", text).strip()
        case Width():
            return lambda text: unicodedata.normalize("NFKC", text)
        case Case(to=to):
            change: dict[str, Step] = {"upper": str.upper, "lower": str.lower, "title": title}
            return change[to]
        case Country(words=words):
            return _country(words)
        case Phone(country=country):
            return lambda text: phone(text, country)
        case Date():
            return lambda text: date(text, transform)
        case Number():
            return _number(transform)
        case Split(by=by, part=part):
            return lambda text: split(text, by, part)
        case Replace(values=values):
            folded = {word.strip().casefold(): other for word, other in values.items()}
            return lambda text: folded.get(text.casefold(), text)


def title(text: str) -> str:
    """Each word begins with a capital letter; apostrophes do not part words."""
    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)*", lambda word: word[0][:1].upper() + word[0][1:].lower(), text)


def _country(words: dict[str, str]) -> Step:
    folded = {word.strip().casefold(): code for word, code in words.items()}

    def code_of(text: str) -> str:
        return folded.get(text.casefold()) or (countries.find(unicodedata.normalize("NFKC", text)) if len(text) <= _LONGEST else None) or text

    return code_of


def phone(text: str, country: str) -> str:
    """The number in E.164 where it is a possible one."""
    if not text or len(text) > _LONGEST:
        return text
    plain = unicodedata.normalize("NFKC", text)
    plain = "+" + plain[2:] if plain.startswith("00") else plain
    try:
        number = phonenumbers.parse(plain, country or None)
    except phonenumbers.NumberParseException:
        return text
    if number.extension or not phonenumbers.is_possible_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def date(text: str, given: Date) -> str:
    """An ISO date, or date and time, where the text follows one of the formats or is three numbers in the given order. ISO 8601 stays as it is."""
    if not text or len(text) > _LONGEST or _PLAIN.fullmatch(text):
        return text
    plain = unicodedata.normalize("NFKC", text).strip()
    for form in given.formats:
        if form == SERIAL:
            if _SERIAL.fullmatch(plain) and float(plain) >= _FIRST_SERIAL:
                return _of_serial(float(plain))
            continue
        try:
            found = datetime.strptime(plain, form)  # noqa: DTZ007 - the zone is the reading's
        except ValueError:
            continue
        return found.isoformat() if any(sign in form for sign in ("%H", "%I", "%M", "%c", "%X")) else found.date().isoformat()
    match = _PARTS.fullmatch(plain)
    order = "ymd" if match is not None and len(match[1]) == 4 else given.order
    if match is None or not order:
        return text
    try:
        return _assembled(match, order)
    except ValueError:
        return text


def _of_serial(days: float) -> str:
    """The day, and the time of day to the second where the count has a fraction."""
    found = datetime(1899, 12, 30) + timedelta(seconds=round(days * 86_400))  # noqa: DTZ001 - the zone is the reading's
    return found.date().isoformat() if days.is_integer() else found.isoformat()


def _assembled(match: re.Match[str], order: str) -> str:
    parts = {letter: int(match[place + 1]) for place, letter in enumerate(order)}
    if len(match[order.index("y") + 1]) <= 2:
        parts["y"] += 2000 if parts["y"] < _CENTURY else 1900
    day = datetime(parts["y"], parts["m"], parts["d"])  # noqa: DTZ001 - the zone is the reading's
    if match[4] is None:
        return day.date().isoformat()
    hour = int(match[4])
    if match[7]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if match[7].lower() == "pm" else 0)
    return day.replace(hour=hour, minute=int(match[5]), second=int(match[6] or 0)).isoformat()


def _number(given: Number) -> Step:
    comma = given.decimal == ","
    grouped, point = (r"\.", ",") if comma else (",", r"\.")
    shape = re.compile(rf"[+-]?(?:\d{{1,3}}(?:[{grouped}\s'’]\d{{3}})+|\d+)(?:{point}\d+)?|[+-]?{point}\d+", re.ASCII)
    units = sorted({*given.units, *_SIGNS, *currencies.SYMBOLS, *currencies.codes()}, key=lambda unit: -len(unit))
    unit = "|".join(re.escape(one) for one in units if one.strip())
    around = re.compile(rf"^(?P<minus>[-+]?)\s*(?:{unit})?\s*(?P<body>.*?)\s*(?:{unit})?$", re.IGNORECASE | re.DOTALL)

    def plain(text: str) -> str:
        if not text or len(text) > _LONGEST:
            return text
        cell = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
        negative = cell.startswith("(") and cell.endswith(")")
        found = around.match(cell[1:-1].strip() if negative else cell)
        if found is None:
            return text
        body, trailing = found["body"], False
        if body.endswith("-") and not body.startswith("-"):
            body, trailing = body[:-1].rstrip(), True
        body = found["minus"] + body
        if not shape.fullmatch(body):
            return text
        digits = re.sub(r"[.\s'’]" if comma else r"[,\s'’]", "", body).replace(",", ".").lstrip("+")
        digits = "0" + digits if digits.startswith(".") else digits.replace("-.", "-0.", 1)
        return f"-{digits.lstrip('-')}" if negative or trailing else digits

    return plain


def split(text: str, by: str, part: int) -> str:
    """The part of the text, without spaces around it; empty where there is none."""
    parts = text.split(by)
    place = part - 1 if part > 0 else part
    return parts[place].strip() if -len(parts) <= place < len(parts) else ""


def kind_of(transform: AnyTransform) -> str:
    """Its name in maps and reports."""
    config: Any = transform.__struct_config__
    return str(config.tag)
