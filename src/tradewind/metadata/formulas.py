"""What computed fields are made from, of which type they are, and which of them change without a write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from tradewind.formula.check import Checked, Resolved, check
from tradewind.kernel.json import mapping
from tradewind.kernel.problems import Problem
from tradewind.kinds.fields.comparisons import Within
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import FieldDefinition, FormulaOptions, LinesOptions, ObjectDefinition, RelationOptions, RollupOptions
from tradewind.metadata.questions import Filter

Objects = Mapping[str, ObjectDefinition]
Kept = dict[tuple[str, str, str], Any]
"""What was found out about fields of the same objects before: whoever asks about many of them hands one along."""
_MOVING_VALUES = ("me", "my_department")
_COMPUTED = ("formula", "lookup", "rollup")
T = TypeVar("T")


def end_of_path(
    owner: ObjectDefinition, path: str, objects: Objects, *, through: tuple[str, ...] = ("relation",)
) -> tuple[ObjectDefinition, FieldDefinition] | None:
    """The object and the field a path through fields of these types ends at; None where it leads nowhere."""
    *hops, last = path.split(".")
    for hop in hops:
        field = owner.field(hop)
        target = objects.get(str(field.options.get("target", ""))) if field is not None and field.type in through else None
        if target is None:
            return None
        owner = target
    end = owner.field(last)
    return None if end is None else (owner, end)


def checked_formula(owner: ObjectDefinition, field: FieldDefinition, objects: Objects, *, names: Iterable[str] = (), kept: Kept | None = None) -> Checked:
    """The formula of a field, parsed and typed. Raises InvalidDefinition with reason and position."""
    expression = msgspec.convert(field.options, FormulaOptions).expression
    found = {} if kept is None else kept
    return check(expression, lambda path: _resolve(owner, path, objects, lambda at, one: is_volatile(at, one, objects, found)), names)


def resolve(owner: ObjectDefinition, path: str, objects: Objects) -> Resolved | None:
    """What a formula of `owner` finds under a path; None for nothing."""
    return _resolve(owner, path, objects, lambda at, one: is_volatile(at, one, objects))


def is_volatile(owner: ObjectDefinition, field: FieldDefinition, objects: Objects, kept: Kept | None = None) -> bool:
    """Whether a computed field depends on the moment or on who asks, so that it is computed at read and never stored (semantics 14)."""
    kept = {} if kept is None else kept
    waiting, seen = [(owner, field)], set[tuple[str, str]]()
    while waiting:
        at, one = waiting.pop()
        known = kept.get(("volatile", at.key, one.key))
        if known or (known is None and (at.key, one.key) not in seen and _moves_by_itself(at, one, objects, kept)):
            kept["volatile", owner.key, field.key] = True
            return True
        if known is None and (at.key, one.key) not in seen:
            waiting += inputs(at, one, objects, kept)
        seen.add((at.key, one.key))
    kept.update({("volatile", *one): False for one in seen})
    return False


def inputs(owner: ObjectDefinition, field: FieldDefinition, objects: Objects, kept: Kept | None = None) -> list[tuple[ObjectDefinition, FieldDefinition]]:
    """The fields a computed field is made from directly, each with its object."""
    kept = {} if kept is None else kept
    return _once(kept, ("inputs", owner.key, field.key), lambda: _inputs(owner, field, objects, kept))


def _inputs(owner: ObjectDefinition, field: FieldDefinition, objects: Objects, kept: Kept) -> list[tuple[ObjectDefinition, FieldDefinition]]:
    paths: list[str] = []
    match field.type:
        case "formula":
            if (made := _typed(owner, field, objects, kept)) is None:
                return []
            paths = [*made.paths, *(f"{lines}.{column}" for _, lines, column in made.totals if column)]
        case "lookup":
            paths = [str(field.options.get("path", ""))]
        case "rollup":
            options = msgspec.convert(field.options, RollupOptions)
            child = objects.get(options.object)
            if child is None:
                return []
            owner, paths = child, [path for path in (options.field, *(leaf.field for leaf in leaves(options.filter))) if path]
        case _:
            return []
    return [end for path in dict.fromkeys(paths) if (end := end_of_path(owner, path, objects, through=("relation", "lines"))) is not None]


class Descent(msgspec.Struct, frozen=True):
    """How a computed field is built on others."""

    circle: tuple[str, ...]
    """The way it comes back to itself, as object.field from field to field; empty when it does not."""
    too_deep: bool
    """Whether it reaches down over more fields than were allowed; then nothing is said about circles."""


def descent(owner: ObjectDefinition, field: FieldDefinition, objects: Objects, most: int, kept: Kept | None = None) -> Descent:
    """Goes down from a computed field until it comes back to it, has gone over more than `most` fields, or has seen everything below."""
    start, done = (owner.key, field.key), set[tuple[str, str]]()
    way, open_ = [f"{owner.key}.{field.key}"], [iter(inputs(owner, field, objects, kept))]
    while open_:
        if len(open_) > most:
            return Descent((), True)
        target, used = next(open_[-1], (None, None))
        if target is None or used is None:
            open_.pop()
            way.pop()
            continue
        here = (target.key, used.key)
        if here == start:
            return Descent((*way, f"{target.key}.{used.key}"), False)
        if here not in done and used.type in _COMPUTED:
            done.add(here)
            way.append(f"{target.key}.{used.key}")
            open_.append(iter(inputs(target, used, objects, kept)))
    return Descent((), False)


def leaves(part: Filter | None) -> list[Filter]:
    """The single conditions of a filter."""
    if part is None:
        return []
    return [leaf for child in part.of for leaf in leaves(child)] if part.of else [part] if part.field else []


def _once(kept: Kept, key: tuple[str, str, str], find: Callable[[], T]) -> T:
    if key not in kept:
        kept[key] = find()
    return kept[key]


def _typed(owner: ObjectDefinition, field: FieldDefinition, objects: Objects, kept: Kept) -> Checked | None:
    """The formula as far as its own text tells, not looking at what the fields it names are made of; None when it is wrong."""

    def find() -> Checked | None:
        try:
            return check(msgspec.convert(field.options, FormulaOptions).expression, lambda path: _resolve(owner, path, objects, lambda _, __: False))
        except Problem:
            return None

    return _once(kept, ("typed", owner.key, field.key), find)


def _resolve(owner: ObjectDefinition, path: str, objects: Objects, moves: Callable[[ObjectDefinition, FieldDefinition], bool]) -> Resolved | None:
    """What is found under a path; `moves` says whether a field is volatile."""
    head, _, rest = path.partition(".")
    field = owner.field(head)
    if field is None:
        return None
    if field.type == "lines":
        if not rest:
            return Resolved("lines", many=True)
        target = objects.get(msgspec.convert(field.options, LinesOptions).target)
        inner = None if target is None else _resolve(target, rest, objects, moves)
        return None if inner is None else Resolved(inner.type, many=True, volatile=inner.volatile)
    if rest:
        target = objects.get(msgspec.convert(field.options, RelationOptions).target) if field.type == "relation" else None
        return None if target is None else _resolve(target, rest, objects, moves)
    kind = _formula_type(field, objects)
    return Resolved(kind, volatile=moves(owner, field)) if kind else None


def _formula_type(field: FieldDefinition, objects: Objects) -> str:
    if field.type == "formula":
        return str(field.options.get("result", "number"))
    if field.type == "rollup":
        options = msgspec.convert(field.options, RollupOptions)
        child = objects.get(options.object)
        source = child.field(options.field) if child is not None and options.function in ("min", "max") else None
        kind = "number" if source is None else _formula_type(source, objects) or "number"
        return "number" if kind == "money" else kind
    kind = field_types().get(field.type)
    return "" if kind is None else kind.formula_type or ""


def _moves_by_itself(owner: ObjectDefinition, field: FieldDefinition, objects: Objects, kept: Kept) -> bool:
    """Whether a computed field changes without a write whatever it is made of."""
    if field.type == "formula":
        made = _typed(owner, field, objects, kept)
        return made is not None and made.volatile
    if field.type == "rollup":
        options = msgspec.convert(field.options, RollupOptions)
        child = objects.get(options.object)
        return child is not None and any(_moves(child, leaf, objects) for leaf in leaves(options.filter))
    return False


def _moves(owner: ObjectDefinition, leaf: Filter, objects: Objects) -> bool:
    """Whether a condition holds for other records tomorrow, or for another reader."""
    if leaf.op in ("within", "is_me") or any(key in (mapping(leaf.value) or ()) for key in _MOVING_VALUES):
        return True
    end = end_of_path(owner, leaf.field, objects)
    kind = None if end is None else field_types().get(end[1].type)
    operator = None if kind is None else kind.operators.get(leaf.op)
    return operator is not None and operator.operand is Within
