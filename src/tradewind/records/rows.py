"""Rows as they come in become column values: every rule that needs no look at other records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tradewind.kernel.json import mapping
from tradewind.kernel.problems import InvalidValue, Problem, ReadOnly, Required, UnknownField
from tradewind.kinds.fields.registry import field_types, holds_files
from tradewind.kinds.fields.types import money
from tradewind.kinds.fields.values import read, read_value
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import FieldDefinition, ObjectDefinition
from tradewind.query.authz.scope import ObjectScope
from tradewind.query.compile.context import value_options
from tradewind.records.external import KEY, ExternalIds, read_external

_ENVELOPE = ("id", "version", "_actions", "_states", "position", "created_at", "created_by", "updated_at", "updated_by", "source", "department")


@dataclass
class Row:
    """One row on its way: what it sets, by field and by column, and what was wrong."""

    number: int
    base_currency: str
    id: UUID | None = None
    version: str = ""
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    columns: dict[str, Any] = field(default_factory=dict[str, Any])
    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    files: dict[str, tuple[UUID, ...]] = field(default_factory=dict[str, tuple[UUID, ...]])
    external: ExternalIds = ExternalIds()
    """What other systems call it, and what they do no more."""
    problems: list[Problem] = field(default_factory=list[Problem])

    def wrong(self, problem: Problem, key: str = "") -> None:
        problem.pointer = f"/rows/{self.number}" + (f"/{key}" if key else "") + problem.pointer
        self.problems.append(problem)


def decode(number: int, given: Mapping[str, Any], definition: ObjectDefinition, scope: ObjectScope, *, creating: bool, base_currency: str) -> Row:
    """The row with its values checked by their types and by what the actor may write at all. Problems are collected in it."""
    row = Row(number, base_currency)
    for key, one in given.items():
        try:
            _take(row, key, one, definition, scope, creating)
        except Problem as problem:
            row.wrong(problem, key)
    return row


def _take(row: Row, key: str, value: Any, definition: ObjectDefinition, scope: ObjectScope, creating: bool) -> None:
    if key == "id":
        row.id = None if value is None else read(value, UUID)
    elif key == "version":
        row.version = str(value or "")
    elif key in ("owner", "team"):
        row.values[key] = row.columns[f"{key}_id"] = None if value is None else _identity(value)
    elif key == KEY and definition.field(key) is None:
        row.external = read_external(value)
    elif key not in _ENVELOPE or definition.field(key) is not None:
        _take_field(row, key, value, definition, scope, creating)


def _take_field(row: Row, key: str, value: Any, definition: ObjectDefinition, scope: ObjectScope, creating: bool) -> None:
    found = definition.field(key)
    if found is None or (scope.best(key) == "hidden" and not (creating and scope.create_fields.get(key, "hidden") != "hidden")):
        raise UnknownField(field=key)
    if found.type in ("lookup", "rollup", "formula") or (
        found.type in field_types() and field_types()[found.type].generate(value_options(found)) and not scope.everything
    ):
        raise ReadOnly(field=key)
    if not scope.everything and (scope.create_fields.get(key) if creating else scope.best(key)) != "write":
        raise ReadOnly(field=key)
    if found.type == "lines":
        row.lines[key] = read(value or [], list[dict[str, Any]])
    elif holds_files(found.type):
        ids = tuple(dict.fromkeys(_identity(one) for one in read(value or [], list[Any])))
        row.files[key] = field_types()[found.type].check(ids, value_options(found))
    else:
        set_value(row, found, value)


def _identity(value: Any) -> UUID:
    body = mapping(value)
    return read(value if body is None else body.get("id"), UUID)


def set_value(row: Row, found: FieldDefinition, value: Any) -> None:
    """Puts a wire value into the row. Raises InvalidValue."""
    if value is None or value == "":
        row.values[found.key] = None
        for column in _columns(found):
            row.columns[column] = None
        return
    if found.type == "relation":
        row.values[found.key] = row.columns[found.key] = _identity(value)
        return
    kind = field_types()[found.type]
    options = value_options(found)
    body = mapping(value)
    if body is not None and "id" in body and kind.refers_to(options) is not None:
        value = body["id"]
    checked = read_value(kind, value, options)
    stored = money.with_base(checked, row.base_currency, None, None) if found.type == "money" else kind.store(checked)
    row.values[found.key] = None if all(one is None for one in stored) else checked
    for column, one in zip(_columns(found), stored, strict=True):
        row.columns[column] = one


def columns_of(definition: ObjectDefinition, key: str, value: Any) -> dict[str, Any]:
    """The column values that a checked value of the field is stored as, without a base amount."""
    found = definition.field(key)
    if found is None:
        return {}
    names = _columns(found)
    if value is None:
        return dict.fromkeys(names)
    stored = (value,) if found.type == "relation" else field_types()[found.type].store(value)
    return dict(zip(names, stored, strict=True))


_KEPT = 20_000
_column_names: dict[int, tuple[Any, tuple[str, ...]]] = {}


def _columns(found: FieldDefinition) -> tuple[str, ...]:
    if found.type == "relation":
        return (found.key,)
    options = value_options(found)
    kept = _column_names.get(id(found))
    if kept is None or kept[0] is not options:
        if len(_column_names) >= _KEPT:
            _column_names.clear()
        kept = _column_names[id(found)] = (options, tuple(found.key + column.suffix for column in field_types()[found.type].columns(options)))
    return kept[1]


def fill_defaults(row: Row, definition: ObjectDefinition, actor: Actor, now: datetime) -> None:
    """Defaults of fields the row does not name; then what is required must be there."""
    for found in definition.live_fields():
        if found.key not in row.values and found.default is not None and found.type in field_types():
            try:
                set_value(row, found, _default(found, actor, now))
            except Problem as problem:
                row.wrong(problem, found.key)
        if not found.required or found.type in ("lookup", "rollup", "formula"):
            continue
        generated = found.type in field_types() and field_types()[found.type].generate(value_options(found))
        filled = row.lines.get(found.key) or row.files.get(found.key) or row.values.get(found.key) is not None
        if not filled and not generated:
            row.wrong(Required(field=found.key), found.key)


def _default(found: FieldDefinition, actor: Actor, now: datetime) -> Any:
    given = mapping(found.default)
    if given is None:
        return found.default
    if "now" in given:
        return now.isoformat()
    if "today" in given:
        return (now.astimezone(ZoneInfo(actor.zone)).date() + timedelta(days=int(given["today"]))).isoformat()
    if "me" in given:
        return str(actor.person) if actor.person else None
    if "my_department" in given:
        return str(actor.department) if actor.department else None
    return given


def check_required(row: Row, definition: ObjectDefinition) -> None:
    """An update may not empty what is required."""
    for key, value in row.values.items():
        found = definition.field(key)
        if found is not None and found.required and value is None:
            row.wrong(Required(field=key), key)


def gate(row: Row, definition: ObjectDefinition, before: Mapping[str, Any]) -> None:
    """Status fields: the step must be allowed, and what the new status asks for must be filled."""
    for key, value in list(row.values.items()):
        found = definition.field(key)
        if found is None or found.type not in field_types() or value is None or before.get(key) == value:
            continue
        kind = field_types()[found.type]
        try:
            needed = kind.transition(before.get(key), value, value_options(found))
        except InvalidValue as problem:
            row.wrong(problem, key)
            continue
        for other in needed:
            filled = row.values[other] if other in row.values else before.get(other)
            if filled is None and not row.files.get(other) and not row.lines.get(other):
                row.wrong(Required(field=other), other)
