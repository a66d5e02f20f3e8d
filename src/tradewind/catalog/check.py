"""Checks definitions before they are planned: keys, references, settings, cycles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from tradewind.catalog.indexes import ENTRY_CHARACTERS, is_short
from tradewind.catalog.quality import quality_problems
from tradewind.catalog.schema.columns import SYSTEM_COLUMNS
from tradewind.kernel.json import Json, mapping
from tradewind.kernel.problems import InvalidDefinition, Problem
from tradewind.kinds.fields.registry import field_types, holds_files
from tradewind.kinds.fields.types.status import StatusOptions
from tradewind.metadata.definitions import (
    STRUCTURAL_TYPES,
    AnyDefinition,
    Catalog,
    FieldDefinition,
    FormulaOptions,
    LayoutDefinition,
    LinesOptions,
    LookupOptions,
    MenuDefinition,
    ObjectDefinition,
    QualityDefinition,
    RelationOptions,
    RoleDefinition,
    RollupOptions,
    ViewDefinition,
)
from tradewind.metadata.formulas import Kept, Objects, checked_formula, descent, end_of_path, leaves
from tradewind.metadata.questions import Filter

_MISSING = re.compile(r"^Object missing required field `(target|path|object|function|expression)`")
_BOUNDS = re.compile(r"^(\w+) must be from (\d+) to (\d+)")
_SAID = (
    ("min is above max", "min", "min_above_max"),
    ("pattern needs", "pattern", "number_pattern"),
    ("regex", "regex", "regex"),
    ("two options have one key", "options", "doubled_option"),
    ("at most 500 options", "options", "too_many_options"),
)
"""How the settings' own checks begin, the setting and the reason."""
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED = {key for key, _ in SYSTEM_COLUMNS} | {"owner", "team", "department", "position", "pool"}
MAX_FIELDS = 300
_DEEPEST = 50
"""How many computed fields may build on one another."""
_STRUCTS: dict[str, type[msgspec.Struct]] = {
    "relation": RelationOptions,
    "lines": LinesOptions,
    "lookup": LookupOptions,
    "rollup": RollupOptions,
    "formula": FormulaOptions,
}


def check_definitions(catalog: Catalog, definitions: Iterable[AnyDefinition]) -> list[Problem]:
    """Everything wrong with them, each with a pointer /<kind>/<key>/…; empty when they may be planned."""
    definitions = tuple(definitions)
    objects = {**catalog.objects, **{one.key: one for one in definitions if isinstance(one, ObjectDefinition)}}
    live: Objects = {key: one for key, one in objects.items() if not one.retired}
    problems: list[Problem] = []
    kept: Kept = {}
    for definition in definitions:
        at = f"/{definition.kind}/{definition.key}"
        parts = definition.key.split(".") if isinstance(definition, ViewDefinition | LayoutDefinition) else [definition.key]
        if not all(_KEY.fullmatch(part) and "__" not in part for part in parts):
            problems.append(_wrong(at, "key", key=definition.key))
        problems += _problems_of(at, catalog, definition, live, kept)
    return [*problems, *_dependent_problems(catalog, definitions)]


def _problems_of(at: str, catalog: Catalog, definition: AnyDefinition, live: Objects, kept: Kept) -> list[Problem]:
    match definition:
        case ObjectDefinition():
            return _object_problems(at, catalog.objects.get(definition.key), definition, live, kept)
        case ViewDefinition():
            return _view_problems(at, definition, live)
        case LayoutDefinition():
            return _layout_problems(at, definition, live)
        case MenuDefinition():
            return [_wrong(f"{at}/objects", "unknown_object", key=key) for key in definition.objects if key not in live]
        case RoleDefinition():
            return _role_problems(at, definition, live)
        case QualityDefinition():
            return quality_problems(at, definition, live)


def _dependent_problems(catalog: Catalog, definitions: Sequence[AnyDefinition]) -> list[Problem]:
    """Fields that would be retired under a formula, roll-up, lookup, filter, sort or rule of a definition outside the change."""
    changed = {(one.kind, one.key) for one in definitions}
    live = {key: one for key, one in catalog.objects.items() if not one.retired}
    groups: tuple[Mapping[str, AnyDefinition], ...] = (live, catalog.views, catalog.roles, catalog.quality)
    others = [one for group in groups for one in group.values() if (one.kind, one.key) not in changed]
    problems: list[Problem] = []
    for new in definitions:
        if not isinstance(new, ObjectDefinition) or new.retired or (old := live.get(new.key)) is None:
            continue
        for gone in {field.key for field in old.live_fields()} - {field.key for field in new.live_fields()}:
            fields = tuple(msgspec.structs.replace(field, retired=field.retired or field.key == gone) for field in old.fields)
            without = {**live, old.key: msgspec.structs.replace(old, fields=fields)}
            broken = [f"{other.kind}/{other.key}" for other in others if _found(catalog, other, without) - _found(catalog, other, live)]
            if broken:
                problems.append(_wrong(f"/object/{new.key}/fields/{gone}", "still_used", by=list[Json](sorted(broken))))
    return problems


def _found(catalog: Catalog, definition: AnyDefinition, objects: Objects) -> set[tuple[str, str]]:
    return {(problem.pointer, str(problem.params.get("reason", ""))) for problem in _problems_of("", catalog, definition, objects, {})}


def _wrong(pointer: str, reason: str, **params: Json) -> Problem:
    return InvalidDefinition(pointer=pointer, reason=reason, **params)  # pyright: ignore[reportArgumentType]


def _object_problems(at: str, old: ObjectDefinition | None, new: ObjectDefinition, objects: Objects, kept: Kept) -> list[Problem]:
    if new.retired:
        users = [
            f"{other.key}.{field.key}"
            for other in objects.values()
            for field in other.live_fields()
            if field.type in ("relation", "lines") and field.options.get("target") == new.key and other.key != new.key
        ]
        return [_wrong(at, "still_used", by=list[Json](users))] if users else []
    problems: list[Problem] = []
    if not any(text.strip() for text in new.labels.values()):
        problems.append(_wrong(f"{at}/labels", "no_label"))
    if len(new.fields) > MAX_FIELDS:
        problems.append(_wrong(f"{at}/fields", "too_many_fields", maximum=MAX_FIELDS))
    keys = [field.key for field in new.fields]
    for key in sorted(key for key, count in Counter(keys).items() if count > 1):
        problems.append(_wrong(f"{at}/fields/{key}", "doubled_key", key=key))
    title = new.field(new.title)
    if title is None or title.type not in field_types() or not field_types()[title.type].titles:
        problems.append(_wrong(f"{at}/title", "title", key=new.title))
    if new.parent and ((field := new.field(new.parent)) is None or field.type != "relation"):
        problems.append(_wrong(f"{at}/parent", "unknown_field", key=new.parent))
    if old is not None:
        for gone in {field.key for field in old.fields} - set(keys):
            problems.append(_wrong(f"{at}/fields/{gone}", "retire_instead", key=gone))
    earlier = {} if old is None else {field.key: field for field in old.fields}
    for field in new.fields:
        problems += _field_problems(f"{at}/fields/{field.key}", earlier.get(field.key), field, new, objects, kept)
    return problems


def _field_problems(at: str, old: FieldDefinition | None, field: FieldDefinition, owner: ObjectDefinition, objects: Objects, kept: Kept) -> list[Problem]:
    problems: list[Problem] = []
    if not _KEY.fullmatch(field.key) or "__" in field.key or field.key in _RESERVED:
        problems.append(_wrong(at, "key", key=field.key))
    if not any(text.strip() for text in field.labels.values()):
        problems.append(_wrong(f"{at}/labels", "no_label"))
    if field.retired:
        return problems
    if field.type not in STRUCTURAL_TYPES and field.type not in field_types():
        return [*problems, _wrong(f"{at}/type", "unknown_type", type=field.type)]
    if (
        old is not None
        and old.type != field.type
        and (old.type in STRUCTURAL_TYPES or field.type in STRUCTURAL_TYPES or holds_files(old.type) or holds_files(field.type))
    ):
        return [*problems, _wrong(f"{at}/type", "type_change", before=old.type, after=field.type)]
    shape: Any = _STRUCTS.get(field.type) or field_types()[field.type].options
    try:
        options = msgspec.convert(field.options, shape)
    except msgspec.ValidationError as error:
        return [*problems, _setting_problem(at, str(error))]
    match options:
        case RelationOptions():
            if options.target not in objects:
                problems.append(_wrong(f"{at}/options/target", "unknown_object", key=options.target))
        case LinesOptions():
            target = objects.get(options.target)
            if target is None or target.parent != options.parent:
                problems.append(_wrong(f"{at}/options/target", "not_lines", key=options.target))
        case LookupOptions():
            if end_of_path(owner, options.path, objects) is None:
                problems.append(_wrong(f"{at}/options/path", "unknown_field", key=options.path))
        case RollupOptions():
            problems += _rollup_problems(at, field, options, owner, objects, kept)
        case FormulaOptions():
            problems += _formula_problems(at, field, options, owner, objects, kept)
        case StatusOptions():
            gates = sorted({key for stage in options.options if not stage.retired for key in stage.required if owner.field(key) is None})
            problems += [_wrong(f"{at}/options/options", "unknown_field", key=key) for key in gates]
            problems += _default_problems(at, field, options)
        case _:
            problems += _default_problems(at, field, options)
    if field.unique and (field.type in ("lines", "lookup", "formula", "rollup", "checkbox", "long_text") or holds_files(field.type)):
        problems.append(_wrong(f"{at}/unique", "cannot_be_unique", type=field.type))
    elif field.unique and not is_short(field):
        problems.append(_wrong(f"{at}/unique", "too_long_to_be_unique", maximum=ENTRY_CHARACTERS))
    return problems


def _default_problems(at: str, field: FieldDefinition, options: Any) -> list[Problem]:
    moving = mapping(field.default)
    if field.default is None or (moving is not None and set(moving) <= {"now", "today", "me", "my_department"}):
        return []
    if field.default in ("", []):
        return [_wrong(f"{at}/default", "no_default")]
    kind = field_types()[field.type]
    try:
        kind.check(msgspec.convert(field.default, kind.value), options)
    except msgspec.ValidationError as error:
        return [_wrong(f"{at}/default", "default", cause=str(error))]
    except Problem as problem:
        return [_wrong(f"{at}/default", "default", **{**problem.params, "rule": "value", "cause": problem.code, "broken": problem.params.get("rule", "")})]
    return []


def _rollup_problems(at: str, field: FieldDefinition, options: RollupOptions, owner: ObjectDefinition, objects: Objects, kept: Kept) -> list[Problem]:
    child = objects.get(options.object)
    if child is None:
        return [_wrong(f"{at}/options/object", "unknown_object", key=options.object)]
    relation = child.field(options.relation)
    if relation is None or relation.type != "relation" or relation.options.get("target") != owner.key:
        return [_wrong(f"{at}/options/relation", "unknown_field", key=options.relation)]
    if options.function != "count" and child.field(options.field) is None:
        reason = "unknown_field" if options.field else "no_field"
        return [_wrong(f"{at}/options/field", reason, key=options.field)]
    wrong = [_wrong(f"{at}/options/filter", reason, key=part.field) for part in leaves(options.filter) if (reason := _condition_reason(child, part, objects))]
    return wrong or _circle_problems(f"{at}/options/field", field, owner, objects, kept)


def _setting_problem(at: str, said: str) -> Problem:
    """What the settings' own check said, as a reason that has a sentence in every language."""
    if missing := _MISSING.search(said):
        return _wrong(f"{at}/options/{missing[1]}", "no_" + missing[1])
    if bounds := _BOUNDS.search(said):
        return _wrong(f"{at}/options/{bounds[1]}", "bounds", setting=bounds[1], low=int(bounds[2]), high=int(bounds[3]))
    for start, setting, reason in _SAID:
        if said.startswith(start):
            return _wrong(f"{at}/options/{setting}", reason, cause=said)
    return _wrong(f"{at}/options", "options", cause=said)


def _condition_reason(owner: ObjectDefinition, part: Filter, objects: Objects) -> str:
    """Why a condition decides nothing; empty when it does."""
    if not _known(owner, part.field, objects):
        return "unknown_field"
    end = end_of_path(owner, part.field, objects)
    kind = None if end is None else field_types().get(end[1].type)
    if kind is None:
        return ""
    operator = kind.operators.get(part.op)
    return "condition" if operator is None or (operator.operand is not None and part.value in (None, "", [])) else ""


def _formula_problems(at: str, field: FieldDefinition, options: FormulaOptions, owner: ObjectDefinition, objects: Objects, kept: Kept) -> list[Problem]:
    try:
        checked = checked_formula(owner, field, objects, names=tuple(one.key for one in owner.live_fields()), kept=kept)
    except Problem as problem:
        return [_formula_problem(at, problem)]

    result = "instant" if checked.type == "instant" else checked.type
    if result != options.result and {result, options.result} != {"number", "money"}:
        return [_wrong(f"{at}/options/result", "result_type", expected=options.result, found=result)]
    return _circle_problems(f"{at}/options/expression", field, owner, objects, kept)


def _circle_problems(at: str, field: FieldDefinition, owner: ObjectDefinition, objects: Objects, kept: Kept) -> list[Problem]:
    found = descent(owner, field, objects, _DEEPEST, kept)
    if found.circle:
        return [_wrong(at, "cycle", path=" → ".join(step.removeprefix(f"{owner.key}.") for step in found.circle))]
    return [_wrong(at, "chain", most=_DEEPEST)] if found.too_deep else []


def _formula_problem(at: str, problem: Problem) -> Problem:
    made = InvalidDefinition(pointer=f"{at}/options/expression")
    made.params = problem.params
    return made


def _filter_fields(part: Filter | None) -> list[str]:
    return [leaf.field for leaf in leaves(part)]


_SYSTEM_FIELDS = {"id", "owner", "team", "department", "source", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at"}


def _unknown_fields(at: str, object_key: str, fields: Iterable[str], objects: Objects, shown: Iterable[str] = ()) -> list[Problem]:
    """`fields` decide about records and have to be live; `shown` may be retired: they are left out until they come back."""
    definition = objects.get(object_key)
    if definition is None:
        return [_wrong(f"{at}/object", "unknown_object", key=object_key)]
    retired = {field.key for field in definition.fields if field.retired}
    needed = [*fields, *(key for key in shown if key not in retired)]
    return [_wrong(at, "unknown_field", key=key) for key in needed if not _known(definition, key, objects)]


def _known(owner: ObjectDefinition, key: str, objects: Objects) -> bool:
    return key in _SYSTEM_FIELDS or end_of_path(owner, key, objects) is not None


def _view_problems(at: str, view: ViewDefinition, objects: Objects) -> list[Problem]:
    used = [*(sort.field for sort in view.sort), *_filter_fields(view.filter)]
    return _unknown_fields(at, view.object, used, objects, view.columns)


def _layout_problems(at: str, layout: LayoutDefinition, objects: Objects) -> list[Problem]:
    used = [*(key for section in layout.sections for key in section.fields), *layout.create]
    return _unknown_fields(at, layout.object, (), objects, used)


def _role_problems(at: str, role: RoleDefinition, objects: Objects) -> list[Problem]:
    problems: list[Problem] = []
    for key, rights in role.objects.items():
        decided = [used for grant in rights.grants for used in _filter_fields(grant.rule)]
        named = [*rights.reveal, *(name for grant in rights.grants for name in grant.fields if name != "default")]
        problems += _unknown_fields(f"{at}/objects/{key}", key, decided, objects, named)
        problems += [
            _wrong(f"{at}/objects/{key}/grants/{number}", "rule_missing")
            for number, grant in enumerate(rights.grants)
            if grant.rows == "rule" and grant.rule is None
        ]
    return problems
