"""The Harmonized System (HS 2022): sections, chapters (2 digits), headings (4) and subheadings (6) with their English descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from tradewind.kinds.reference.sources import rows


@cache
def sections() -> Mapping[str, str]:
    """The 21 sections by Roman numeral."""
    return MappingProxyType({row[0]: row[1] for row in rows("hs_sections")})


@cache
def _chapters() -> Mapping[str, str]:
    return MappingProxyType({code: section for section, code, _text in rows("hs") if len(code) == 2})


@cache
def descriptions() -> Mapping[str, str]:
    """Descriptions by code of 2, 4 or 6 digits without dots; chapter 99 and codes of statistics only are not among them."""
    return MappingProxyType({code: text for _section, code, text in rows("hs")})


def plain(code: str) -> str:
    """Digits of a code written with dots or spaces (8471.30.00), as many as there are."""
    return "".join(digit for digit in code if digit.isascii() and digit.isdecimal())


def known(code: str) -> str | None:
    """The longest code of the system that begins a code: 847130 of a national 8471.30.0090; None where not even the chapter is known."""
    digits = plain(code)
    return next((digits[:length] for length in (6, 4, 2) if len(digits) >= length and digits[:length] in descriptions()), None)


def parents(code: str) -> tuple[str, ...]:
    """The chapter, the heading and the code itself, as far as they are known."""
    found = known(code) or ""
    return tuple(found[:length] for length in (2, 4, 6) if length <= len(found))


def section(code: str) -> str | None:
    """Roman numeral of the section a code belongs to."""
    return _chapters().get(plain(code)[:2])


def children(code: str = "") -> tuple[str, ...]:
    """Codes one level below, chapters for none."""
    length = len(code) + 2
    return tuple(one for one in descriptions() if len(one) == length and one.startswith(code))


def find(text: str, limit: int = 50) -> tuple[str, ...]:
    """Codes that begin with the digits of a text, or whose description has all its words; shorter codes first, at most `limit`."""
    words = text.casefold().split()
    digits = plain(text)
    if not words:
        return ()
    if digits and not any(letter.isalpha() for letter in text):
        found = (code for code in descriptions() if code.startswith(digits))
    else:
        found = (code for code, description in descriptions().items() if all(word in description.casefold() for word in words))
    return tuple(sorted(found, key=lambda code: (len(code), code))[:limit])
