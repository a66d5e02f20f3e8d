"""Legal forms of companies of many countries, and the form in which two spellings of a company's name meet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from anyascii import anyascii

from tradewind.kinds.reference import trade_words
from tradewind.kinds.reference.sources import rows

_BRACKETED = re.compile(r"[(\[（【]\s*(?:株|有|合|同|資|名|주|유|합|株式会社|주식회사|유한회사|ju|yu|publ|haftungsbeschränkt)\s*[)\]）】]")
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0900-\u0dff\u0e31-\u0e4e\u0eb1-\u0ecd\u1000-\u109f\u1780-\u17d3"
"""Vowels and tones above and below, which belong to their word."""
_APART = re.compile(rf"[^\w{_MARKS}]+|_+")
_DOTTED = re.compile(r"(?<=\w)[.'’`´‘](?=\w)|(?<=\w)\.(?=\s|$)")
_PLACE = re.compile(r"^([\u4e00-\u9fff]{2,3})[省市]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[^\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_LONGEST = 8
"""Words a form may have."""


@dataclass(frozen=True, slots=True)
class Forms:
    """What is stripped: word sequences at the start and at the end, and affixes of scripts that put no spaces between words, longest first."""

    start: frozenset[tuple[str, ...]]
    end: frozenset[tuple[str, ...]]
    affixes: tuple[str, ...]


@cache
def forms() -> Forms:
    """The table of `data/legal_forms.csv.gz`."""
    start: set[tuple[str, ...]] = set()
    end: set[tuple[str, ...]] = set()
    affixes: set[str] = set()
    for form, side, _countries, _source in rows("legal_forms"):
        words = tuple(form.split(" "))
        if side == "affix":
            affixes.add(unicodedata.normalize("NFKC", form))
            continue
        for one in {words, joined_singles(tuple(_latin(word) for word in words)) if _is_latin(form) else words}:
            if side in ("start", "both"):
                start.add(one)
            if side in ("end", "both"):
                end.add(one)
    return Forms(frozenset(start), frozenset(end), tuple(sorted(affixes, key=lambda one: (-len(one), one))))


@cache
def countries_of() -> Mapping[str, tuple[str, ...]]:
    """Countries by form, as its words: what a form found in a name says of where the company is from."""
    return MappingProxyType({form: tuple(countries.split()) for form, _side, countries, _source in rows("legal_forms") if countries})


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name in compatibility form without case, signs and brackets: S.p.A. is one word, Co.,Ltd. two, & is and."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).replace("\u0307", "")
    text = _BRACKETED.sub(" ", text)
    text = _DOTTED.sub("", text).replace("&", " and ").replace("+", " and ").replace("/", "")
    return joined_singles(tuple(word for word in _APART.split(text) if word))


def joined_singles(words: Sequence[str]) -> tuple[str, ...]:
    """Neighbouring single letters as one word: s a is sa, sp z o o is sp zoo."""
    made: list[str] = []
    open_ = False
    for word in words:
        single = len(word) == 1 and not "\u3040" <= word <= "\ud7af"
        if single and open_:
            made[-1] += word
        else:
            made.append(word)
        open_ = single
    return tuple(made)


def _is_latin(text: str) -> bool:
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in text if letter.isalpha())


def _latin(word: str) -> str:
    return _APART.sub("", anyascii(word).lower())


def stripped(words: Sequence[str]) -> tuple[str, ...]:
    """The words without legal forms at either end; what is nothing but legal forms stays whole."""
    left = list(words)
    table = forms()
    while True:
        count = _form_at_end(left, table.end)
        if count:
            left = left[:-count]
            continue
        count = _form_at_start(left, table.start)
        if count:
            left = left[count:]
            continue
        shorter = _without_affix(left, table.affixes)
        if shorter is None:
            return tuple(words) if tuple(left) in table.end or tuple(left) in table.start else tuple(left)
        left = shorter


def _form_at_end(words: list[str], known: frozenset[tuple[str, ...]]) -> int:
    return next((count for count in range(min(_LONGEST, len(words) - 1), 0, -1) if tuple(words[-count:]) in known), 0)


def _form_at_start(words: list[str], known: frozenset[tuple[str, ...]]) -> int:
    return next((count for count in range(min(_LONGEST, len(words) - 1), 0, -1) if tuple(words[:count]) in known), 0)


def _without_affix(words: list[str], affixes: Sequence[str]) -> list[str] | None:
    if not words or all(word.isascii() for word in (words[0], words[-1])):
        return None
    if len(words) == 1 and words[0] in affixes:
        return None
    for affix in affixes:
        for place, rest in ((-1, words[-1].removesuffix(affix)), (0, words[0].removeprefix(affix))):
            if rest != words[place]:
                left = list(words)
                left[place] = rest
                left = [word for word in left if word]
                if left:
                    return left
    return None


def words_of(name: str) -> tuple[str, ...]:
    """The name's own words in Latin letters: legal forms of all countries gone at both ends, then each word transliterated.

    Chinese is read by its most frequent readings, with the readings of place names as they are (重庆 is chongqing), and the trade words of
    `trade_words` are put in English (贸易 is trading). Where nothing but a legal form is left, the whole name is.
    """
    left = list(stripped(tokens(name)))
    while left and _PLACE.match(left[0]) and len(left[0]) > 4:
        left[0] = _PLACE.sub(r"\1", left[0])
    latin: list[str] = []
    for word in left:
        for part in _CJK.findall(word):
            latin += trade_words.read(part)
    plain = [made for made in (_latin(part) for part in latin) if made]
    plain = list(stripped(joined_singles(plain))) if len(plain) > 1 else plain
    if len(plain) > 1 and plain[0] == "the":
        plain = plain[1:]
    return tuple(trade_words.SAME.get(word, word) for word in plain)


def normalise(name: str) -> str:
    """The form in which spellings of one company's name meet: lower-case Latin letters and digits only, without spaces.

    "Müller GmbH & Co. KG" and "MULLER" are muller; ООО «Ромашка» and "OOO Romashka" are romashka; 宁波东方贸易有限公司 and "Ningbo Dongfang Trading
    Co., Ltd" are ningbodongfangtrading. How far that goes: a Chinese name meets the English one where that one is pinyin and words of `trade_words`; it
    does not where the English name is a translation of its own (东方 as Oriental), nor where a character has a rarer reading outside the places that
    are known. Japanese written in Chinese characters is read as Chinese (日本 is riben) and so meets itself, not its romaji; Arabic, Hebrew and Persian are
    read without vowels. ü is u, so Mueller and Müller do not meet. "SA", "AB", "PT" and the like in front are taken for the form only where the table
    says so. A name of signs alone gives its letters or digits if it has any, else "".
    """
    return "".join(words_of(name))
