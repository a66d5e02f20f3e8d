"""The sentences people read: one i18next JSON file per namespace and language, shared with the browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import cast

import msgspec

from tradewind.kernel.json import Json

LANGUAGES = ("zh-CN", "en")
_PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All sentences of a language by dotted key. A file that does not repeat its own name at the top gets it as prefix."""
    found: dict[str, str] = {}
    for entry in sorted((resources.files("tradewind") / "messages" / language).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".json"):
            space = entry.name.removesuffix(".json")
            content = msgspec.json.decode(entry.read_bytes(), type=dict[str, object])
            _flatten(content if space == "studio" or space in content else {space: content}, "", found)
    return MappingProxyType(found)


def say(language: str, key: str, params: Mapping[str, Json] | None = None) -> str:
    """The sentence of `key` with its places filled; the key itself where no sentence exists."""
    return fill(catalogue(closest(language)).get(key, key), params or {})


def has(language: str, key: str) -> bool:
    """Whether the language has a sentence for the key."""
    return key in catalogue(closest(language))


def fill(sentence: str, params: Mapping[str, Json]) -> str:
    """The sentence with {{name}} replaced; filled values are not looked at again, and a missing one leaves its place empty."""
    return _PLACE.sub(lambda match: _shown(params.get(match.group(1))), sentence)


def places(sentence: str) -> frozenset[str]:
    """Names of the places a sentence has."""
    return frozenset(_PLACE.findall(sentence))


def closest(wanted: str) -> str:
    """The language we have that comes nearest to the one wanted; English where none does."""
    return "zh-CN" if wanted.lower().startswith("zh") else "en"


def preferred(accept: str, otherwise: str) -> str:
    """The language an Accept-Language header asks for."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        if tag[:2].lower() in ("zh", "en"):
            ranked.append((-_weight(quality), place, tag))
    return closest(min(ranked)[2]) if ranked else closest(otherwise)


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _shown(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    return str(value)


def _flatten(content: object, prefix: str, into: dict[str, str]) -> None:
    if isinstance(content, dict):
        for key, inner in cast(dict[str, object], content).items():
            _flatten(inner, f"{prefix}.{key}" if prefix else key, into)
    else:
        into[prefix] = str(content)
