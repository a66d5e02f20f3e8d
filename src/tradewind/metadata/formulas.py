"""What computed fields are made from, of which type they are, and which of them change without a write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from tradewind.formula.check import Checked, Resolved, check
from tradewind.kernel.json import mapping
from tradewind.kernel.problems import Problem
from tradewind.kinds.fields.comparisons import Within
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import FieldDefinition, FormulaOptions, LinesOptions, LookupOptions, ObjectDefinition, RelationOptions, RollupOptions
from tradewind.metadata.questions import Filter

Objects = Mapping[str, ObjectDefinition]
_MOVING_VALUES = ("me", "my_department")


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


def checked_formula(owner: ObjectDefinition, field: FieldDefinition, objects: Objects, *, names: Iterable[str] = ()) -> Checked:
    """The formula of a field, parsed and typed. Raises InvalidDefinition with reason and position."""
    return _checked(owner, field, objects, (), names)


def resolve(owner: ObjectDefinition, path: str, objects: Objects) -> Resolved | None:
    """What a formula of `owner` finds under a path; None for nothing."""
    return _resolve(owner, path, objects, ())


def is_volatile(owner: ObjectDefinition, field: FieldDefinition, objects: Objects) -> bool:
    """Whether a computed field depends on the moment or on who asks, so that it is computed at read and never stored (semantics 14)."""
    return _volatile(owner, field, objects, ())


def inputs(owner: ObjectDefinition, field: FieldDefinition, objects: Objects) -> list[tuple[ObjectDefinition, FieldDefinition]]:
    """The fields a computed field is made from directly, each with its object."""
    paths: list[str] = []
    match field.type:
        case "formula":
            try:
                made = checked_formula(owner, field, objects)
            except Problem:
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


def circle(owner: ObjectDefinition, field: FieldDefinition, objects: Objects) -> tuple[str, ...]:
    """The way a computed field comes back to itself, as object.field from field to field; empty when it does not."""
    start = (owner.key, field.key)
    done: set[tuple[str, str]] = set()

    def walk(at: ObjectDefinition, one: FieldDefinition, way: tuple[str, ...]) -> tuple[str, ...]:
        for target, used in inputs(at, one, objects):
            here = (target.key, used.key)
            longer = (*way, f"{target.key}.{used.key}")
            if here == start:
                return longer
            if here not in done:
                done.add(here)
                if found := walk(target, used, longer):
                    return found
        return ()

    return walk(owner, field, (f"{owner.key}.{field.key}",))


def leaves(part: Filter | None) -> list[Filter]:
    """The single conditions of a filter."""
    if part is None:
        return []
    return [leaf for child in part.of for leaf in leaves(child)] if part.of else [part] if part.field else []


def _checked(owner: ObjectDefinition, field: FieldDefinition, objects: Objects, seen: tuple[str, ...], names: Iterable[str] = ()) -> Checked:
    expression = msgspec.convert(field.options, FormulaOptions).expression
    return check(expression, lambda path: _resolve(owner, path, objects, seen), names)


def _resolve(owner: ObjectDefinition, path: str, objects: Objects, seen: tuple[str, ...]) -> Resolved | None:
    head, _, rest = path.partition(".")
    field = owner.field(head)
    if field is None:
        return None
    if field.type == "lines":
        if not rest:
            return Resolved("lines", many=True)
        target = objects.get(msgspec.convert(field.options, LinesOptions).target)
        inner = None if target is None else _resolve(target, rest, objects, seen)
        return None if inner is None else Resolved(inner.type, many=True, volatile=inner.volatile)
    if rest:
        target = objects.get(msgspec.convert(field.options, RelationOptions).target) if field.type == "relation" else None
        return None if target is None else _resolve(target, rest, objects, seen)
    kind = _formula_type(field, objects)
    return Resolved(kind, volatile=_volatile(owner, field, objects, seen)) if kind else None


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


def _volatile(owner: ObjectDefinition, field: FieldDefinition, objects: Objects, seen: tuple[str, ...]) -> bool:
    here = f"{owner.key}.{field.key}"
    if here in seen:
        return False
    around = (*seen, here)
    match field.type:
        case "formula":
            try:
                return _checked(owner, field, objects, around).volatile
            except Problem:
                return False
        case "lookup":
            end = end_of_path(owner, msgspec.convert(field.options, LookupOptions).path, objects)
            return end is not None and _volatile(*end, objects, around)
        case "rollup":
            options = msgspec.convert(field.options, RollupOptions)
            child = objects.get(options.object)
            if child is None:
                return False
            source = child.field(options.field)
            return (source is not None and _volatile(child, source, objects, around)) or any(
                _moves(child, leaf, objects, around) for leaf in leaves(options.filter)
            )
        case _:
            return False


def _moves(owner: ObjectDefinition, leaf: Filter, objects: Objects, seen: tuple[str, ...]) -> bool:
    """Whether a condition holds for other records tomorrow, or for another reader."""
    if leaf.op in ("within", "is_me") or any(key in (mapping(leaf.value) or ()) for key in _MOVING_VALUES):
        return True
    end = end_of_path(owner, leaf.field, objects)
    if end is None:
        return False
    kind = field_types().get(end[1].type)
    operator = None if kind is None else kind.operators.get(leaf.op)
    return (operator is not None and operator.operand is Within) or _volatile(*end, objects, seen)
