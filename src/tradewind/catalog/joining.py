"""Two definitions of one key joined without loss: one side's word counts, and what it cannot know of stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, cast

import msgspec

from tradewind.kernel.json import mapping
from tradewind.metadata.definitions import (
    FIELD_STATES,
    AnyDefinition,
    FieldDefinition,
    FieldState,
    Grant,
    LayoutDefinition,
    MatchRule,
    MenuDefinition,
    ObjectDefinition,
    ObjectRights,
    QualityDefinition,
    RoleDefinition,
    ViewDefinition,
)

T = TypeVar("T")


class Unknown(msgspec.Struct, frozen=True):
    """What one side cannot have left out on purpose, since it does not know it."""

    object: Callable[[str], bool]
    field: Callable[[str, str], bool]


def unknown_to(objects: Mapping[str, ObjectDefinition], *, partly: bool) -> Unknown:
    """What is not among these objects. Of an object that is not there itself nothing is said when they are only `partly` told."""

    def field(owner: str, key: str) -> bool:
        return not partly if owner not in objects else all(one.key != key for one in objects[owner].fields)

    return Unknown(lambda key: key not in objects, field)


def join(first: AnyDefinition, second: AnyDefinition, unknown: Unknown) -> AnyDefinition:
    """`first`, with what of `second` is `unknown` to the side that `first` comes from: fields, options, objects, columns, rights, rules."""
    match first, second:
        case ObjectDefinition(), ObjectDefinition():
            return msgspec.structs.replace(first, fields=_fields(first.fields, second.fields))
        case MenuDefinition(), MenuDefinition():
            return msgspec.structs.replace(first, objects=_names(first.objects, second.objects, unknown.object))
        case RoleDefinition(), RoleDefinition():
            rest = {key: rights for key, rights in second.objects.items() if unknown.object(key)}
            both = {key: _rights(rights, second.objects[key], partial(unknown.field, key)) for key, rights in first.objects.items() if key in second.objects}
            return msgspec.structs.replace(first, objects={**rest, **first.objects, **both})
        case ViewDefinition(), ViewDefinition():
            return msgspec.structs.replace(first, columns=_names(first.columns, second.columns, partial(unknown.field, first.object)))
        case LayoutDefinition(), LayoutDefinition():
            return _layout(first, second, unknown)
        case QualityDefinition(), QualityDefinition():
            return _quality(first, second, unknown)
        case _:
            return first


def _quality(first: QualityDefinition, second: QualityDefinition, unknown: Unknown) -> QualityDefinition:
    """A rule that compares by an unknown field or object stays. No fields at all means every field, so nothing needs adding then."""
    stays = {rule.key for rule in second.rules if _compares_unknown(second.key, rule, unknown)}
    rules = _woven(first.rules, second.rules, lambda rule: rule.key, stays.__contains__)
    fields = _names(first.fields, second.fields, partial(unknown.field, first.key)) if first.fields else ()
    return msgspec.structs.replace(first, rules=tuple(rules), fields=fields)


def _compares_unknown(owner: str, rule: MatchRule, unknown: Unknown) -> bool:
    own = {*(term.field for term in rule.terms), *rule.carry, *([rule.link] if rule.link else ())}
    others = {*(term.other for term in rule.terms), *rule.carry.values()} if rule.across else ()
    return (
        any(unknown.field(owner, key) for key in own)
        or (rule.across != "" and unknown.object(rule.across))
        or any(unknown.field(rule.across, key) for key in others)
    )


def _rights(first: ObjectRights, second: ObjectRights, unknown: Callable[[str], bool]) -> ObjectRights:
    """A state of a field that `first` does not know stays: under the same rows as it was, under new ones the strictest that was given."""
    named = {key for grant in second.grants for key in grant.fields if unknown(key)}

    def strictest(key: str) -> FieldState:
        given = {one.fields.get(key, one.default) for one in second.grants}
        return next(state for state in FIELD_STATES if state in given)

    def states(grant: Grant) -> dict[str, FieldState]:
        same = next((one for one in second.grants if (one.rows, one.rule) == (grant.rows, grant.rule)), None)
        found: dict[str, FieldState] = {}
        for key in named:
            if same is None or key in same.fields:
                found[key] = strictest(key) if same is None else same.fields[key]
        return found | grant.fields

    grants = tuple(msgspec.structs.replace(grant, fields=states(grant)) for grant in first.grants) if named else first.grants
    return msgspec.structs.replace(first, grants=grants, reveal=_names(first.reveal, second.reveal, unknown))


def _fields(first: Sequence[FieldDefinition], second: Sequence[FieldDefinition]) -> tuple[FieldDefinition, ...]:
    others = {field.key: field for field in second}
    joined = [_options(field, others[field.key]) if field.key in others else field for field in first]
    return tuple(_woven(joined, second, lambda field: field.key))


def _options(first: FieldDefinition, second: FieldDefinition) -> FieldDefinition:
    """Records may hold an option that only the other knows: it stays."""
    if first.type != second.type:
        return first
    lists = {
        name: _woven(value, second.options[name], lambda item: str(item["key"]))
        for name, value in first.options.items()
        if _keyed(value) and _keyed(second.options.get(name))
    }
    return msgspec.structs.replace(first, options={**first.options, **lists}) if lists else first


def _keyed(value: Any) -> bool:
    return isinstance(value, list) and all("key" in (mapping(item) or {}) for item in cast("list[Any]", value))


def _layout(first: LayoutDefinition, second: LayoutDefinition, unknown: Unknown) -> LayoutDefinition:
    stays = partial(unknown.field, first.object)
    there = {key for section in first.sections for key in section.fields}
    sections = [list(section.fields) for section in first.sections]
    for section in second.sections:
        own = [key for key in section.fields if key not in there and stays(key)]
        near = next((fields for fields in sections if not set(fields).isdisjoint(section.fields)), sections[-1] if sections else None)
        if own and near is not None:
            near[:] = _woven(near, section.fields, str, set(own).__contains__)
            there.update(own)
    return msgspec.structs.replace(
        first,
        sections=tuple(msgspec.structs.replace(section, fields=tuple(fields)) for section, fields in zip(first.sections, sections, strict=True)),
        create=first.create and _names(first.create, second.create, stays),
        related=_names(first.related, second.related, lambda path: unknown.object(path.partition(".")[0])),
    )


def _names(first: Sequence[str], second: Sequence[str], unknown: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple(_woven(first, second, str, unknown))


def _woven(first: Sequence[T], second: Sequence[T], key: Callable[[T], str], unknown: Callable[[str], bool] = lambda _: True) -> list[T]:
    """`first` with what only `second` has and is unknown, each after what stands before it there."""
    there, before, after = {key(item) for item in first}, "", dict[str, list[T]]()
    for item in second:
        name = key(item)
        if name not in there:
            if not unknown(name):
                continue
            there.add(name)
            after.setdefault(before, []).append(item)
        before = name
    found: list[T] = []
    waiting = [*reversed(first), *reversed(after.pop("", []))]
    while waiting:
        found.append(item := waiting.pop())
        waiting += reversed(after.pop(key(item), []))
    return found
