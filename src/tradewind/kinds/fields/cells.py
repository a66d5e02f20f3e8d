"""Cells of files: numbers, dates and choices as people write them in English and Chinese."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from tradewind.kernel.problems import InvalidValue

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,40})(?:\.\d{1,40})?", re.ASCII)
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日", re.ASCII)
_CELL = 200


def plain(text: str) -> str:
    """The cell with wide digits and signs made ordinary and spaces around it gone. Raises InvalidValue for an unreasonably long one."""
    if len(text) > _CELL:
        raise InvalidValue(rule="max_length", max=_CELL)
    return unicodedata.normalize("NFKC", text).strip()


def number(text: str) -> Decimal:
    """1234.5, 1,234.50 or wide digits. Raises InvalidValue for anything that could be read in two ways."""
    cell = plain(text)
    if not _NUMBER.fullmatch(cell):
        raise InvalidValue(rule="number")
    return Decimal(cell.replace(",", ""))


def day(text: str) -> date:
    """2026-03-05, 2026/3/5 or 2026年3月5日; orders that differ between countries are refused."""
    match = _DATE.fullmatch(plain(text).replace(" ", ""))
    if not match:
        raise InvalidValue(rule="date")
    parts = [int(part) for part in match.groups() if part]
    try:
        return date(parts[0], parts[1], parts[2])
    except ValueError as failure:
        raise InvalidValue(rule="date") from failure


def instant(text: str) -> datetime:
    """An ISO instant with its zone. Raises InvalidValue."""
    try:
        return datetime.fromisoformat(plain(text))
    except ValueError as failure:
        raise InvalidValue(rule="datetime") from failure


def fold(text: str) -> str:
    """The form in which two words of a cell count as the same."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
