"""How names of people are divided and put together: scripts that put the family first, surnames of two characters, particles, salutations."""

from __future__ import annotations

import re
from typing import Literal

_EASTERN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af々〆ヶ·・\s]+")
_TWO = frozenset(
    [
        "欧阳",
        "歐陽",
        "司马",
        "司馬",
        "上官",
        "诸葛",
        "諸葛",
        "夏侯",
        "东方",
        "東方",
        "皇甫",
        "尉迟",
        "公孙",
        "公孫",
        "慕容",
        "司徒",
        "令狐",
        "宇文",
        "长孙",
        "長孫",
        "端木",
        "独孤",
        "獨孤",
        "南宫",
        "南宮",
        "百里",
        "东郭",
        "西门",
        "轩辕",
        "呼延",
        "申屠",
        "公羊",
        "澹台",
        "太史",
        "完颜",
        "남궁",
        "황보",
        "제갈",
        "사공",
        "선우",
        "서문",
        "독고",
        "동방",
    ]
)
"""Surnames of two characters."""
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "das",
        "do",
        "du",
        "la",
        "le",
        "los",
        "las",
        "ter",
        "ten",
        "te",
        "zu",
        "zur",
        "zum",
        "bin",
        "ibn",
        "al",
        "el",
        "ben",
        "abu",
        "af",
        "av",
        "ó",
        "mac",
        "o'",
        "st.",
        "san",
        "santa",
        "y",
        "e",
    ]
)
"""Words that belong to the family name after them."""
_SALUTATIONS = re.compile(
    r"((?:(?:(?:mr|mrs|ms|miss|mx|dr|prof|herr|frau|mme|mlle|señor|señora|madam|г-н|г-жа|господин|госпожа)\.?"
    r"|(?:m|hr|fr|mag|ing|eng|hon|rev|sig|sig\.ra|dott|dott\.ssa|sr|sra|srta|dhr|mevr|dipl\.-ing)\.)\s+)+)(?=\S)",
    re.IGNORECASE,
)
"""Salutations and titles in front; those that are names as well (Eng, Hon, M) only with their point."""
_AFTER = re.compile(r"(先生|女士|小姐|太太|夫人|老师|经理|總經理|总经理|博士|教授|さん|様|씨|님)$")


def is_eastern(text: str) -> bool:
    """Whether the name is in Chinese characters, kana or hangul."""
    return bool(text.strip()) and _EASTERN.fullmatch(text) is not None


def written(given: str, family: str, *, family_first: bool) -> str:
    """The name as it is written: the family first and without a space in eastern scripts, first with one where that is said, else last."""
    if given and family and is_eastern(family + given):
        return family + given
    parts = (family, given) if family_first else (given, family)
    return " ".join(part for part in parts if part)


def without_salutation(name: str) -> tuple[str, str]:
    """The salutation, "" for none, and the rest."""
    if match := _SALUTATIONS.match(name):
        return match[1].strip(), name[match.end() :].strip()
    if is_eastern(name) and (after := _AFTER.search(name)) and after.start() > 0:
        return after[1], name[: after.start()].strip()
    return "", name


def divided(name: str, order: Literal["culture", "given", "family"]) -> tuple[str, str, bool]:
    """Given name, family name, and whether the family stands first in Latin letters. One word alone is a given name; in eastern scripts the first character,
    or the first two of a surname that has two, are the family's. Otherwise the last word with its particles is, or the first word where `order` says so."""
    words = name.split()
    if is_eastern(name):
        if len(words) == 2:
            return words[1], words[0], False
        plain = "".join(words)
        length = 2 if plain[:2] in _TWO and len(plain) > 2 else 1
        return (plain[length:], plain[:length], False) if len(plain) > 1 else (plain, "", False)
    if len(words) == 1:
        return name, "", False
    if order == "family":
        return " ".join(words[1:]), words[0], True
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:]), False
