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
_PLAIN_NEGATIVE = re.compile(r"-\d+(?:\.\d+)?%?", re.ASCII)
_SIGNS = "=+-@＝＋－＠"
_SKIPPED = "".join(map(chr, range(33))) + "\x7f\xa0\u3000\u200b\ufeff'\"＇＂"
"""What a spreadsheet may leave out before it looks for a formula: blanks, control characters, quotes."""
_SUSPECT = frozenset(_SIGNS + _SKIPPED)


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


def guarded(text: str) -> str:
    """The text as a cell of a csv file that no spreadsheet runs: an apostrophe before what begins like a formula, also behind blanks and quotes.

    A plain negative number stays as it is. `unguarded` gives back exactly the text (OWASP, "CSV Injection").
    """
    return "'" + text if _could_run(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text[:1] == "'" and _could_run(text[1:]) else text


def _could_run(text: str) -> bool:
    first = text[:1]
    if first not in _SUSPECT:
        return False
    if first in ("\t", "\r", "\n"):
        return True
    start = text.lstrip(_SKIPPED)[:1]
    return start != "" and start in _SIGNS and not _PLAIN_NEGATIVE.fullmatch(text)
