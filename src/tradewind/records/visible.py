"""What an actor may know of the catalogue: objects, fields with their states, views, layouts, menus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import msgspec

from tradewind.kernel.json import Json
from tradewind.kinds.fields.comparisons import Within
from tradewind.kinds.fields.contract import FieldType
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition, FormulaOptions, ObjectDefinition, RelationOptions, RollupOptions
from tradewind.query.authz.scope import ObjectScope, field_options, filter_fields, is_clear, scope_of
from tradewind.query.compile.context import value_options

_OPERANDS: dict[Any, str] = {str: "text", int: "integer", Decimal: "decimal", date: "date", datetime: "datetime", UUID: "id", bool: "boolean", Within: "within"}
_RESULT_KINDS = {"text": "text", "number": "number", "money": "number", "boolean": "checkbox", "date": "date", "instant": "datetime"}
_ACTIONS = ("read", "create", "update", "delete")


def visible_catalog(catalog: Catalog, actor: Actor) -> dict[str, Json]:
    """The studio's start: everything the actor may see of the catalogue, nothing else."""
    scopes = {key: scope_of(catalog, actor, key) for key in catalog.objects}
    seen = {key: scope for key, scope in scopes.items() if not scope.nothing}
    menus = [{**_plain(menu), "objects": [key for key in menu.objects if key in seen]} for menu in catalog.menus.values()]
    found: dict[str, Any] = {
        "edition": catalog.edition,
        "objects": {key: _object(catalog, catalog.objects[key], scope, seen) for key, scope in seen.items()},
        "views": [
            _plain(view)
            for view in catalog.views.values()
            if view.object in seen and _may_see_view(view.private_to, actor) and _asks_only(view, seen[view.object])
        ],
        "layouts": [_plain(layout) for layout in catalog.layouts.values() if layout.object in seen],
        "menus": [menu for menu in menus if menu["objects"]],
        "types": {name: _type(kind) for name, kind in field_types().items()} | _structural_types(),
    }
    return found


def _plain(definition: msgspec.Struct) -> dict[str, Json]:
    return msgspec.to_builtins(definition)


def _may_see_view(private_to: str, actor: Actor) -> bool:
    return not private_to or private_to == str(actor.person)


def _asks_only(view: Any, scope: ObjectScope) -> bool:
    """Whether the view filters and sorts by nothing the actor can never see (semantics 17)."""
    used = filter_fields(view.filter) | {sort.field for sort in view.sort}
    return all(is_clear(scope.best(path.partition(".")[0])) for path in used if path.partition(".")[0] in scope_fields(scope))


def scope_fields(scope: ObjectScope) -> set[str]:
    """Every field some grant of the scope names."""
    return {key for grant in scope.grants for key in grant.fields}


def _object(catalog: Catalog, definition: ObjectDefinition, scope: ObjectScope, seen: dict[str, ObjectScope]) -> dict[str, Json]:
    fields = [_field(catalog, field, scope) for field in definition.live_fields() if scope.best(field.key) != "hidden"]
    return {
        "key": definition.key,
        "labels": dict(definition.labels),
        "icon": definition.icon,
        "title": definition.title,
        "parent": definition.parent,
        "create": scope.create,
        "export": scope.export,
        "update": scope.may("update"),
        "delete": scope.may("delete"),
        "fields": list[Json](fields),
        "inverses": list[Json](_inverses(catalog, definition.key, seen)),
    }


def _inverses(catalog: Catalog, key: str, seen: dict[str, ObjectScope]) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = []
    for other, scope in seen.items():
        for field in catalog.objects[other].live_fields():
            if (
                field.type == "relation"
                and field_options(field, RelationOptions).target == key
                and is_clear(scope.best(field.key))
                and not catalog.objects[other].parent
            ):
                options = field_options(field, RelationOptions)
                found.append({"object": other, "relation": field.key, "labels": dict(options.inverse_labels or catalog.objects[other].labels)})
    return found


def _field(catalog: Catalog, field: FieldDefinition, scope: ObjectScope) -> dict[str, Json]:
    kind = _kind_of(catalog, field)
    clear = is_clear(scope.best(field.key))
    return {
        "key": field.key,
        "type": field.type,
        "result": kind.name if kind else field.type,
        "labels": dict(field.labels),
        "help": dict(field.help),
        "options": field.options,
        "required": field.required,
        "unique": field.unique,
        "default": field.default,
        "sensitive": field.sensitive,
        "searched": field.searched,
        "state": scope.summary(field.key),
        "filterable": clear and field.type not in ("lines", "attachment"),
        "sortable": clear and field.type not in ("lines", "attachment", "relation", "tags"),
        "operators": [] if not clear else ["eq", "ne", "in", "empty", "filled"] if field.type == "relation" else list[Json](kind.operators if kind else ()),
        "aggregates": list[Json](kind.aggregates if kind and clear else ()),
        "reveal": field.key in scope.reveal,
    }


def _kind_of(catalog: Catalog, field: FieldDefinition) -> FieldType[Any, Any] | None:
    """The value type whose operators and figures a field has; a computed field has those of its result."""
    if field.type == "formula":
        return field_types()[_RESULT_KINDS[field_options(field, FormulaOptions).result]]
    if field.type != "rollup":
        return field_types().get(field.type)
    options = field_options(field, RollupOptions)
    child = catalog.objects.get(options.object)
    source = child.field(options.field) if child is not None and options.function in ("min", "max") else None
    kind = None if source is None else field_types().get(source.type)
    return field_types()[_RESULT_KINDS.get(kind.formula_type, "number") if kind else "number"]


@cache
def _operand(operand: Any) -> str:
    if operand is None:
        return "none"
    found = _OPERANDS.get(operand)
    if found:
        return found
    return "list" if getattr(operand, "__origin__", None) is tuple else str(getattr(operand, "__name__", "text")).lower()


def _type(kind: FieldType[Any, Any]) -> dict[str, Json]:
    operators: dict[str, Json] = {name: _operand(operator.operand) for name, operator in kind.operators.items()}
    return {"group": kind.group, "operators": operators, "aggregates": list[Json](kind.aggregates), "version": kind.version}


def _structural_types() -> dict[str, Json]:
    relation: dict[str, Json] = {"eq": "id", "ne": "id", "in": "list", "empty": "none", "filled": "none"}
    number = _type(field_types()["number"])
    return {
        "relation": {"group": "structure", "operators": relation, "aggregates": [], "version": 1},
        "formula": {**number, "group": "structure"},
        "rollup": {**number, "group": "structure"},
    }


def sees(catalog: Catalog, actor: Actor) -> list[dict[str, Json]]:
    """What a person may see and do, per object: each grant with its rows and the state of every field."""
    found: list[dict[str, Json]] = []
    for key, definition in catalog.objects.items():
        scope = scope_of(catalog, actor, key)
        if scope.nothing and not scope.create:
            continue
        grants: list[Json] = [
            {
                "role": grant.role,
                "rows": grant.rows,
                "rule": msgspec.to_builtins(grant.rule),
                "actions": list[Json](grant.actions),
                "fields": dict[str, Json](grant.fields),
            }
            for grant in scope.grants
        ]
        found.append(
            {
                "object": key,
                "labels": dict(definition.labels),
                "everything": scope.everything,
                "actions": [action for action in _ACTIONS if scope.everything or scope.may(action)],
                "reveal": list[Json](scope.reveal),
                "grants": grants,
                "fields": {field.key: scope.summary(field.key) for field in definition.live_fields()},
            }
        )
    return found


@dataclass(frozen=True, slots=True)
class MayFill:
    """What an actor may do to records of an object as a whole: make them, fill which fields, know which values."""

    create: bool
    fields: frozenset[str]
    """Fields he may write on some record, a new one or one that exists."""
    seen: frozenset[str]
    """Fields he sees clear on some record."""


def may_fill(catalog: Catalog, actor: Actor, object_key: str) -> MayFill | None:
    """None where the object is not there for him."""
    definition = catalog.objects.get(object_key)
    scope = scope_of(catalog, actor, object_key)
    if definition is None or definition.retired or (scope.nothing and not scope.create) or actor.read_only:
        return None
    filled: set[str] = set()
    for field in definition.live_fields():
        generated = field.type in field_types() and field_types()[field.type].generate(value_options(field)) is not None
        if field.type in ("lookup", "rollup", "formula") or (generated and not scope.everything):
            continue
        if scope.everything or scope.create_fields.get(field.key) == "write" or scope.best(field.key) == "write":
            filled.add(field.key)
    seen = frozenset(field.key for field in definition.live_fields() if is_clear(scope.best(field.key)))
    return MayFill(scope.create, frozenset(filled), seen)


def may_delete(catalog: Catalog, actor: Actor, object_key: str) -> bool:
    """Whether the actor may delete any record of the object at all."""
    return scope_of(catalog, actor, object_key).may("delete")
