"""Dates as people write them, and whether the day or the month comes first."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

Order = Literal["ymd", "dmy", "mdy", "either"]
_TIME = r"(?P<time>[T\s]+\d{1,2}[:：]\d{2}(?:[:：]\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?|\s*\d{1,2}[时時点]\d{1,2}分(?:\d{1,2}秒)?)?"
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?" + _TIME)
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})" + _TIME)
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[-\s.]*(?P<month>[A-Za-z]{3,9})|(?P<month2>[A-Za-z]{3,9})[-\s.]*(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?)[-\s.,]*(?P<year>\d{4}|\d{2})"
    + _TIME
)
_COMPACT = re.compile(r"(19|20)(\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST = 40
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 60_000
"""Serial numbers of spreadsheets from 1954 to 2064."""


class DateText(NamedTuple):
    """A date: `order` says how it must be read, `either` that both day and month first give a date. `form` is its strptime pattern."""

    order: Order
    timed: bool
    form: str = ""
    dotted: bool = False


@lru_cache(maxsize=100_000)
def read_date(text: str) -> DateText | None:
    """A date of the calendar, with or without a time; None for anything else."""
    if len(text) > _LONGEST or not text[:1].isalnum():
        return None
    if found := _YEAR_FIRST.fullmatch(text):
        return DateText("ymd", bool(found["time"])) if _real(int(found[1]), int(found[2]), int(found[3])) else None
    if found := _YEAR_LAST.fullmatch(text):
        year = int(found[4]) if len(found[4]) == 4 else 2000 + int(found[4])
        day_first, month_first = _real(year, int(found[3]), int(found[1])), _real(year, int(found[1]), int(found[3]))
        if not day_first and not month_first:
            return None
        order: Order = "either" if day_first and month_first and found[1] != found[3] else "dmy" if day_first and not month_first else "mdy"
        if day_first and month_first and found[1] == found[3]:
            order = "ymd"
        return DateText(order, bool(found["time"]), dotted=found[2] == ".")
    return _named(text)


def _named(text: str) -> DateText | None:
    found = _NAMED.fullmatch(text)
    if found is None:
        return None
    month, day = (found["month"] or found["month2"]).lower(), found["day"] or found["day2"]
    if month[:3] not in _MONTHS or not _real(2000, _MONTHS.index(month[:3]) + 1, int(day)):
        return None
    form = re.sub(r"[A-Za-z]{3,9}", "%b" if len(month) == 3 else "%B", text[: found.end("year")], count=1)
    form = re.sub(r"\d+$", "%Y" if len(found["year"]) == 4 else "%y", form)
    return DateText("ymd", bool(found["time"]), re.sub(r"(?<!%)\b\d{1,2}(?:st|nd|rd|th)?\b", "%d", form))


def compact(text: str) -> bool:
    """Whether eight digits are a date without separators: 20240305."""
    found = _COMPACT.fullmatch(text)
    return found is not None and _real(int(found[1] + found[2]), int(found[3]), int(found[4]))


def serial(text: str) -> bool:
    """Whether a number could be a spreadsheet's count of days."""
    whole, _, part = text.partition(".")
    return whole.isdecimal() and (part == "" or part.isdecimal()) and len(whole) == 5 and _FIRST_SERIAL <= int(whole) <= _LAST_SERIAL


def _real(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
