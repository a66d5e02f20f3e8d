"""Which of several records of one thing stays, and whose value each field takes: proposals for people, and what holds where they say nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tradewind.kernel.json import Json
from tradewind.kernel.problems import Problem
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.values import read_value
from tradewind.metadata.definitions import FieldDefinition, ObjectDefinition
from tradewind.query.compile.context import value_options

JOIN = "join"
"""In place of a record's id: the values of all records together."""
BELONGING = ("owner", "team")
"""Whose a record is: no fields, but chosen like them."""

Record = Mapping[str, Any]
"""A record as its reader sees it."""


def mergeable(definition: ObjectDefinition) -> list[FieldDefinition]:
    """The fields of which one value stays: what people enter, but no numbers made by the system, files or lines, which are kept anyway."""
    found: list[FieldDefinition] = []
    for field in definition.live_fields():
        if field.type == "relation":
            found.append(field)
        elif field.type in field_types():
            kind, options = field_types()[field.type], value_options(field)
            if kind.columns(options) and kind.generate(options) is None:
                found.append(field)
    return found


def is_joined(field: FieldDefinition) -> bool:
    """Whether a value is a list, of which merging makes one."""
    return field.type in field_types() and getattr(field_types()[field.type].value, "__origin__", None) in (tuple, list)


def survivor_of(definition: ObjectDefinition, records: Sequence[Record]) -> str:
    """The id of the fullest record, of equally full ones that changed last, else the one made first."""
    keys = [field.key for field in mergeable(definition)]
    by_age = sorted(records, key=lambda record: str(record["id"]))
    newest = sorted(by_age, key=lambda record: str(record.get("updated_at") or ""), reverse=True)
    return str(max(newest, key=lambda record: sum(_filled(record.get(key)) for key in keys))["id"])


def takes_of(definition: ObjectDefinition, records: Mapping[str, Record], survivor: str) -> dict[str, str]:
    """For fields that do not stay as they are on the survivor: the record whose value is taken, or "join".

    An empty field takes the filled one that changed last; lists are joined; anything else stays.
    """
    newest = sorted((one for one in records if one != survivor), key=lambda one: (str(records[one].get("updated_at") or ""), one), reverse=True)
    taken: dict[str, str] = {}
    for field in mergeable(definition):
        own = records[survivor].get(field.key)
        others = [one for one in newest if _filled(records[one].get(field.key))]
        if is_joined(field):
            every = joined([own, *(records[one].get(field.key) for one in others)])
            if len(every) > len(_list(own)) and _allowed(field, every):
                taken[field.key] = JOIN
        elif not _filled(own) and others:
            taken[field.key] = others[0]
    return taken


def _allowed(field: FieldDefinition, value: Json) -> bool:
    """Whether the field takes the value: a list may have grown too long."""
    try:
        read_value(field_types()[field.type], value, value_options(field))
    except Problem:
        return False
    return True


def joined(values: Sequence[Json]) -> list[Json]:
    """The members of all lists, each once, in their order."""
    found: list[Json] = []
    for value in values:
        found += [one for one in _list(value) if one not in found]
    return found


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _filled(value: Any) -> bool:
    return value not in (None, "", [])
