"""Options people choose from: keys that stay, labels that may change."""

from __future__ import annotations

import re

import msgspec

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Sql, join, literal, raw
from tradewind.kinds.fields import cells

_KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One option. A retired one stays readable where it was chosen; forms no longer offer it."""

    key: str
    labels: dict[str, str] = {}
    color: str = ""
    retired: bool = False


def check_choices(choices: tuple[Choice, ...]) -> None:
    """Raises ValueError for a malformed or repeated key."""
    keys = [choice.key for choice in choices]
    for key in keys:
        if not _KEY.fullmatch(key):
            raise ValueError(f"option key {key!r} is malformed")
    if len(set(keys)) != len(keys):
        raise ValueError("two options have one key")
    if len(keys) > 500:
        raise ValueError("at most 500 options")


def known(key: str, choices: tuple[Choice, ...]) -> str:
    """The same key. Raises InvalidValue when no option has it."""
    if not any(choice.key == key for choice in choices):
        raise InvalidValue(rule="option")
    return key


def find(text: str, choices: tuple[Choice, ...]) -> str | None:
    """The key meant by a key or by a label in any language; None when none or several are meant."""
    word = cells.fold(text)
    if any(choice.key == word for choice in choices):
        return word
    found = {choice.key for choice in choices if any(cells.fold(label) == word for label in choice.labels.values())}
    return found.pop() if len(found) == 1 else None


def shown(key: str, choices: tuple[Choice, ...], locale: str) -> str:
    """The label in a language where it leads back to the key, else the key."""
    label = next((choice.labels.get(locale, "") for choice in choices if choice.key == key), "")
    return label if label and find(label, choices) == key else key


def rank(column: Sql, keys: tuple[str, ...]) -> Sql:
    """The place of the column's key among the keys, from 1; NULL for none. The same text everywhere, so that an index over it is found."""
    return raw("array_position(ARRAY[") + join(", ", [literal(key) for key in keys]) + raw("]::text[], ") + column + raw(")")
