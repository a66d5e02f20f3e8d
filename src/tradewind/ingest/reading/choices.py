"""Whether a column holds choices: yes and no, one of few words, several of few words."""

from __future__ import annotations

import re

from tradewind.ingest.reading.evidence import Evidence
from tradewind.ingest.reading.keys import keys_for
from tradewind.ingest.reading.verdicts import Verdict
from tradewind.kinds.fields.cells import fold

_YES = frozenset(["true", "yes", "y", "是", "有", "对", "√", "✓", "✔", "☑", "ja", "si", "sí", "oui", "はい", "已", "t", "勾"])
_NO = frozenset(["false", "no", "n", "否", "无", "错", "×", "x", "✗", "✘", "☐", "nein", "non", "いいえ", "未", "f", "没有"])
_DIGITS = {"1": True, "0": False}
_SEPARATORS = re.compile(r"\s*[;；,，、|/]\s*")
_NEVER = frozenset([
    "company_name", "company_name_en", "short_name", "customer_code", "person_name", "first_name", "last_name", "order_no", "invoice_no",
    "contract_no", "quotation_no", "inquiry_no", "sku", "barcode", "product_name", "address", "postcode", "bank_account", "tax_id", "subject",
    "description", "tracking_no", "email", "phone", "mobile",
])  # fmt: skip
"""Columns of names and codes stay text even where they repeat: each is a thing, not a choice."""
_MOST = 50
_MOST_NAMED = 150
_LONGEST = 40
_REPEATED = 4
"""How often a choice comes on average, …"""
_REPEATED_NAMED = 2
"""… and where the header speaks of choices."""
_FEWEST = 8


def checkbox(evidence: Evidence) -> Verdict | None:
    """Yes and no in many words and signs; a single word with empty cells beside it too."""
    header = evidence.header.casefold()
    asked = "checkbox" in evidence.types or header.startswith(("是否", "is ", "is_", "has ", "has_", "有无"))
    words: dict[str, bool] = {}
    for cell in evidence.cells[:60]:
        word = cell.text.casefold()
        if word in _YES or word in _NO:
            words[cell.raw] = word in _YES
        elif asked and cell.text in _DIGITS:
            words[cell.raw] = _DIGITS[cell.text]
    if not any(words.values()):
        return None
    said = {raw.strip().casefold() for raw in words}

    def fits(text: str) -> bool:
        word = text.casefold()
        return word in _YES or word in _NO or word in said

    return Verdict("checkbox", fits, words=dict(words))


def tags(evidence: Evidence) -> Verdict | None:
    """Several words of a few in one cell, parted by commas, semicolons or bars."""
    if evidence.concept in _NEVER or not evidence.cells:
        return None
    parts = _Words()
    several = 0
    for cell in evidence.cells[:2_000]:
        found = [part for part in _SEPARATORS.split(cell.text) if part]
        several += cell.count * (len(found) > 1)
        for part in found:
            parts.add(part, cell.count)
    named = "tags" in evidence.types
    wanted = several * (20 if named else 5) > evidence.total
    few = len(parts) <= _MOST and parts.total >= len(parts) * (_REPEATED_NAMED if named else _REPEATED)
    if not wanted or not few or parts.longest > _LONGEST or len(evidence.cells) < 2:
        return None
    return Verdict("tags", lambda text: all(part in parts for part in _SEPARATORS.split(text) if part), _options(parts.labels()), weight=0.9)


def select(evidence: Evidence) -> Verdict | None:
    """One of few words, each of which comes several times."""
    if evidence.concept in _NEVER or evidence.longest > 200:
        return None
    named = "select" in evidence.types[:1]
    words = _Words()
    for cell in evidence.cells:
        words.add(cell.text, cell.count)
        if len(words) > _MOST_NAMED:
            return None
    few = 2 <= len(words) <= (_MOST_NAMED if named else _MOST)
    repeated = evidence.total >= len(words) * (_REPEATED_NAMED if named else _REPEATED) and evidence.total >= (2 if named else _FEWEST)
    if not few or not repeated or words.longest > _LONGEST:
        return None
    return Verdict("select", lambda text: text in words, _options(words.labels()), weight=0.95 if named else 0.85, strict=True)


class _Words:
    """Words with their counts; spellings that a choice field takes for one word are one."""

    def __init__(self) -> None:
        self._spellings: dict[str, dict[str, int]] = {}
        self.total = 0
        self.longest = 0

    def add(self, word: str, count: int) -> None:
        spellings = self._spellings.setdefault(fold(word), {})
        spellings[word] = spellings.get(word, 0) + count
        self.total += count
        self.longest = max(self.longest, len(word))

    def __len__(self) -> int:
        return len(self._spellings)

    def __contains__(self, word: str) -> bool:
        return fold(word) in self._spellings

    def labels(self) -> list[str]:
        """The usual spelling of each word, the most frequent word first."""
        ordered = sorted(self._spellings.values(), key=lambda spellings: -sum(spellings.values()))
        return [max(spellings, key=lambda word: spellings[word]) for spellings in ordered]


def _options(labels: list[str]) -> dict[str, object]:
    keys = keys_for(labels)
    return {"options": [{"key": key, "labels": {language_of(label): label}} for key, label in zip(keys, labels, strict=True)]}


def language_of(text: str) -> str:
    """The language under which a label is stored: by its script, English where that says nothing."""
    if re.search("[\u3041-\u30fe]", text):
        return "ja"
    return "zh-CN" if re.search("[\u3400-\u9fff]", text) else "en"
