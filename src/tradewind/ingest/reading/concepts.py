"""What a header means: words by which the columns of business tables are headed in five languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

import msgspec

_BRACKETS = re.compile(r"[(\[{（【〔<《]([^)\]}）】〕>》]*)[)\]}）】〕>》]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST = 120
"""Characters of a header that are looked at."""
_SHORTEST_PART = 2
"""Chinese characters, …"""
_SHORTEST_WORD = 4
"""… or letters a word must have to count within a longer header."""


class Concept(msgspec.Struct, frozen=True):
    """What a column can mean: types of a field that holds it, the best first, and its words by language."""

    types: tuple[str, ...]
    words: dict[str, tuple[str, ...]]


class Meaning(NamedTuple):
    """A concept a header may mean; `weight` is 1 for its very word and less where the word is only part of the header."""

    concept: str
    weight: float


@cache
def concepts() -> Mapping[str, Concept]:
    """All concepts by key, in the order in which the file has them."""

    class File(msgspec.Struct):
        about: str
        concepts: dict[str, Concept]

    return msgspec.json.decode((resources.files("tradewind.ingest.reading") / "headers.json").read_bytes(), type=File).concepts


def folded(header: str) -> str:
    """The form in which two spellings of a header meet: no brackets, signs or spaces, small letters, ordinary width."""
    text = unicodedata.normalize("NFKC", header[:_LONGEST])
    bare = "".join(char for char in _BRACKETS.sub(" ", text) if char.isalnum()).casefold()
    return bare or "".join(char for char in text.casefold() if not char.isspace())


def bracketed(header: str) -> tuple[str, ...]:
    """What stands in brackets in the header: units and currencies mostly."""
    return tuple(found.strip() for found in _BRACKETS.findall(unicodedata.normalize("NFKC", header[:_LONGEST])) if found.strip())


@lru_cache(maxsize=10_000)
def meanings(header: str) -> tuple[Meaning, ...]:
    """What a header may mean, the likeliest first; empty where none of its words is known."""
    word = folded(header)
    if not word:
        return ()
    exact = tuple(Meaning(concept, 1.0) for concept in _index().get(word, ()))
    return exact or _within(word, unicodedata.normalize("NFKC", header[:_LONGEST]))


def concept_of(header: str) -> str:
    """The likeliest concept of a header; empty where there is none."""
    found = meanings(header)
    return found[0].concept if found else ""


@cache
def _languages() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for concept in concepts().values():
        for language, words in concept.words.items():
            for word in words:
                found.setdefault(folded(word), set()).add(language)
    return {word: frozenset(languages) for word, languages in found.items()}


def languages_of(header: str) -> frozenset[str]:
    """Languages that have the header's very word."""
    return _languages().get(folded(header), frozenset())


@cache
def _index() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for key, concept in concepts().items():
        for words in concept.words.values():
            for word in words:
                meant = found.setdefault(folded(word), [])
                if key not in meant:
                    meant.append(key)
    return {word: tuple(keys) for word, keys in found.items()}


def _within(word: str, header: str) -> tuple[Meaning, ...]:
    """Concepts whose word ends the header, or else stands in it; the longest word wins. What a header ends with says what it is about."""
    ends = _parts(header)
    best: tuple[float, int, str] | None = None
    for known, keys in _index().items():
        wide = not known.isascii()
        if len(known) < (_SHORTEST_PART if wide else _SHORTEST_WORD) or known == word:
            continue
        if known in ends or (wide and word.endswith(known)):
            weight = 0.8
        elif wide and known in word:
            weight = 0.6
        elif known in _starts(header):
            weight = 0.5
        else:
            continue
        if best is None or (weight, len(known)) > best[:2]:
            best = (weight, len(known), keys[0])
    return (Meaning(best[2], best[0]),) if best else ()


@lru_cache(maxsize=10_000)
def _words(header: str) -> tuple[str, ...]:
    return tuple(part.casefold() for part in re.split(r"[^\w]+|_", _CAMEL.sub(" ", _BRACKETS.sub(" ", header))) if part)


def _parts(header: str) -> frozenset[str]:
    """The last words of a header, joined: "first contact date" ends with "contactdate" and "date"."""
    words = _words(header)
    return frozenset("".join(words[start:]) for start in range(1, len(words)))


def _starts(header: str) -> frozenset[str]:
    words = _words(header)
    return frozenset("".join(words[:end]) for end in range(1, len(words)))
