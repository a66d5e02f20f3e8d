"""Keys for labels: ASCII, short, unique; Chinese, Cyrillic and other scripts written in Latin letters."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from anyascii import anyascii

LONGEST = 40


def key_of(label: str, otherwise: str = "x") -> str:
    """A key that a label can have: 公司名称 becomes gong_si_ming_cheng, "Größe (cm)" groesse_cm. `otherwise` begins it where no letter can."""
    spelt = label.translate(_GERMAN)
    parts = (f" {anyascii(char)} " if "\u3400" <= char <= "\u9fff" else char for char in spelt)
    words = re.findall(r"[a-z0-9]+", anyascii("".join(parts)).lower())
    key = "_".join(words)
    if not key or not key[0].isalpha():
        key = f"{otherwise}_{key}" if key else otherwise
    return _cut(key, LONGEST)


def keys_for(labels: Iterable[str], taken: Collection[str] = (), otherwise: str = "x") -> list[str]:
    """A key for each label, none twice and none of `taken`: the second of a kind ends with _2."""
    used = set(taken)
    made: list[str] = []
    for label in labels:
        key = unique(key_of(label, otherwise), used)
        used.add(key)
        made.append(key)
    return made


def unique(key: str, used: Collection[str]) -> str:
    """The key, with a number behind it where it is taken."""
    number, found = 1, key
    while found in used:
        number += 1
        found = f"{_cut(key, LONGEST - len(str(number)) - 1)}_{number}"
    return found


def _cut(key: str, most: int) -> str:
    """At most so long, ending with a whole word where there are several."""
    if len(key) <= most:
        return key
    short = key[:most]
    return (short.rpartition("_")[0] or short).rstrip("_") if key[most] != "_" else short.rstrip("_")


_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
