"""Which field of an object each column of a sheet is for: by labels, by words of the trade in five languages, and by what the cells hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import msgspec

from tradewind.ingest.reading.concepts import concepts, folded, meanings
from tradewind.ingest.reading.shapes import ColumnFound
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition

Reason = Literal["label", "key", "object", "words", "similar", "values"]
"""Its label, its key, the object's own name, a word that means the same, a similar word, or only what the cells hold."""
LEAST = 0.45
"""Below it nothing is suggested."""
_ALIKE = 0.84
_GENERIC = frozenset(["name", "title", "名称", "标题", "名", "号", "number", "no"])
"""Labels that mean what their object means."""
_KIN = tuple(
    frozenset(words.split())
    for words in (
        "phone mobile whatsapp",
        "date order_date",
        "date invoice_date",
        "date delivery_date",
        "order_date invoice_date",
        "order_no invoice_no contract_no",
        "remark content",
        "product_name description",
        "company_name company_name_en",
        "sku barcode model",
        "unit_price cost",
        "created_at date",
        "grade customer_type category",
        "status stage",
        "province city",
        "weight gross_weight net_weight",
    )
)
"""Concepts that stand for one another where there is only one field for them."""
_PLAIN = frozenset(["text", "long_text", "company_name", "person_name", "address", "tags", "tax_id"])
"""Types that hold whatever is written."""
_NEAR: Mapping[str, frozenset[str]] = {
    "integer": frozenset(["integer", "number", "money", "percent"]),
    "number": frozenset(["number", "integer", "money", "percent"]),
    "money": frozenset(["money", "number", "integer"]),
    "percent": frozenset(["percent", "number"]),
    "date": frozenset(["date", "datetime"]),
    "datetime": frozenset(["datetime", "date"]),
    "checkbox": frozenset(["checkbox", "select"]),
    "email": frozenset(["email"]),
    "phone": frozenset(["phone"]),
    "url": frozenset(["url"]),
    "country": frozenset(["country"]),
    "user": frozenset(["user"]),
    "select": frozenset(["select", "status", "tags", "checkbox", "language", "country"]),
}
"""Types of fields in which cells of a guessed type are at home, beside the plain ones."""
_STRICT = frozenset(["integer", "number", "money", "percent", "date", "datetime", "email", "checkbox"])
"""Types that refuse most cells of a column that looks like another type."""


class Suggested(msgspec.Struct, frozen=True, kw_only=True):
    """The field a column is probably for."""

    field: str
    score: float
    """From 0 to 1."""
    reason: Reason
    others: tuple[str, ...] = ()
    """Fields that would do nearly as well, the better first."""


@dataclass(frozen=True)
class _Target:
    """A field with all the words it goes by, folded."""

    key: str
    type: str
    labels: frozenset[str]
    object_words: frozenset[str]
    meant: Mapping[str, float]


def suggest(columns: Sequence[ColumnFound], catalog: Catalog, object_key: str, allowed: Collection[str] | None = None) -> dict[str, Suggested]:
    """A field for each column that has one, by the column's name; no field twice. Only fields of `allowed` (all when None) that people fill."""
    definition = catalog.objects[object_key]
    targets = [_target(definition, field, catalog) for field in definition.live_fields() if _fillable(field) and (allowed is None or field.key in allowed)]
    scored = sorted(_scores(columns, targets), key=lambda one: (-one[0], one[1]))
    taken: dict[str, tuple[float, Reason, str]] = {}
    used: set[str] = set()
    for score, place, key, reason in scored:
        name = columns[place].name
        if name not in taken and key not in used:
            taken[name] = (score, reason, key)
            used.add(key)
    return {
        name: Suggested(field=key, score=round(score, 3), reason=reason, others=_others(columns, scored, name, key))
        for name, (score, reason, key) in taken.items()
    }


def fitness(columns: Sequence[ColumnFound], found: Mapping[str, Suggested]) -> float:
    """How well an object fits a sheet, from 0 to 1: the mean score over the columns with cells, those without a field counting as 0."""
    filled = [column for column in columns if column.filled]
    return sum(found[column.name].score for column in filled if column.name in found) / max(len(filled), 1)


def _fillable(field: FieldDefinition) -> bool:
    kind = field_types().get(field.type)
    return field.type == "relation" or (kind is not None and not kind.files and field.type != "auto_number")


def _target(definition: ObjectDefinition, field: FieldDefinition, catalog: Catalog) -> _Target:
    labels = [label for label in field.labels.values() if label]
    own = [label for label in definition.labels.values() if label]
    words = {folded(f"{one}{label}") for one in own for label in labels} | {folded(f"{one}{field.key}") for one in own}
    if field.key == definition.title:
        words |= {folded(one) for one in own} | {folded(f"{one}{tail}") for one in own for tail in ("名称", "name", "名")}
    if field.type == "relation" and (other := catalog.objects.get(str(field.options.get("target", "")))) is not None:
        names = [label for label in other.labels.values() if label]
        words |= {folded(one) for one in names} | {folded(f"{one}{tail}") for one in names for tail in ("名称", "name")}
    meant: dict[str, float] = {}
    speaking = [label for label in labels if folded(label) not in _GENERIC] or (own if field.key == definition.title else [field.key])
    for label in speaking:
        for meaning in meanings(label):
            meant[meaning.concept] = max(meaning.weight, meant.get(meaning.concept, 0.0))
    return _Target(field.key, field.type, frozenset(map(folded, labels)), frozenset(words), meant)


def _scores(columns: Sequence[ColumnFound], targets: Sequence[_Target]) -> Iterator[tuple[float, int, str, Reason]]:
    for column in columns:
        word = folded(column.header)
        for target in targets:
            base, reason = _by_words(word, column.header, target)
            score = base + _by_type(column, target.type)
            if not base and _tells_itself(column, target):
                score, reason = 0.5, "values"
            if score >= LEAST:
                yield min(score, 1.0), column.place, target.key, reason


def _by_words(word: str, header: str, target: _Target) -> tuple[float, Reason]:
    if not word:
        return 0.0, "values"
    if word in target.labels:
        return 1.0, "label"
    if word == folded(target.key):
        return 0.97, "key"
    if word in target.object_words:
        return 0.93, "object"
    shared = max((meaning.weight * _common(meaning.concept, target.meant) - 0.05 * place for place, meaning in enumerate(meanings(header))), default=0.0)
    if shared >= 0.45:
        return 0.9 * shared, "words"
    if len(word) > 3 and any(SequenceMatcher(None, word, label).ratio() >= _ALIKE for label in target.labels):
        return 0.7, "similar"
    return 0.0, "values"


def _common(concept: str, meant: Mapping[str, float]) -> float:
    """1 for the concept itself, less for one of its kind."""
    near = max((meant.get(other, 0.0) for kin in _KIN if concept in kin for other in kin), default=0.0)
    return max(meant.get(concept, 0.0), 0.8 * near)


def _by_type(column: ColumnFound, kind: str) -> float:
    """A little more where the cells are of the field's type, much less where the field would refuse most of them."""
    guessed = column.guess.type
    if not column.filled or kind in _PLAIN or kind == "relation":
        return -0.1 if kind in ("company_name", "person_name") and guessed in ("date", "datetime", "money", "percent", "email", "url") else 0.0
    if kind in _NEAR.get(guessed, ()):
        return 0.02
    if kind in _STRICT:
        return -0.5 if guessed not in ("text", "long_text", "select") or column.filled > 3 else -0.1
    return -0.08


def _tells_itself(column: ColumnFound, target: _Target) -> bool:
    """Whether the cells alone say it: addresses of mail and web, telephone numbers and countries are nothing else. Columns with known words mean what those say."""
    guess = column.guess
    known = any(meaning.weight == 1.0 and concepts()[meaning.concept].types[0] != guess.type for meaning in meanings(column.header))
    return guess.type == target.type and guess.type in ("email", "url", "phone", "country") and guess.confidence >= 0.75 and not known


def _others(columns: Sequence[ColumnFound], scored: Sequence[tuple[float, int, str, Reason]], name: str, key: str) -> tuple[str, ...]:
    found = [other for score, place, other, _ in scored if columns[place].name == name and other != key and score >= 0.6]
    return tuple(dict.fromkeys(found))[:3]
