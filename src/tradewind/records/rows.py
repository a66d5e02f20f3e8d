"""Rows as they come in become column values: every rule that needs no look at other records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tradewind.kernel.json import mapping
from tradewind.kernel.problems import InvalidValue, Problem, ReadOnly, Required, UnknownField
from tradewind.kinds.fields.contract import FieldType
from tradewind.kinds.fields.registry import field_types, holds_files
from tradewind.kinds.fields.types import money
from tradewind.kinds.fields.values import read, read_value
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import FieldDefinition, ObjectDefinition
from tradewind.query.authz.scope import ObjectScope
from tradewind.query.compile.context import value_options
from tradewind.records.external import KEY, ExternalIds, read_external

_ENVELOPE = ("id", "version", "_actions", "_states", "position", "created_at", "created_by", "updated_at", "updated_by", "source", "department")


_NOTHING: Mapping[str, Any] = MappingProxyType({})
"""What most rows have of lines and files: rows are many, and each empty container is one more to keep."""


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


@dataclass(slots=True)
class Row:
    """One row on its way: what it sets, by field and by column, and what was wrong."""

    number: int
    base_currency: str
    id: UUID | None = None
    version: str = ""
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    columns: dict[str, Any] = field(default_factory=dict[str, Any])
    lines: Mapping[str, list[dict[str, Any]]] = field(default_factory=_nothing)
    files: Mapping[str, tuple[UUID, ...]] = field(default_factory=_nothing)
    external: ExternalIds = ExternalIds()
    """What other systems call it, and what they do no more."""
    problems: Sequence[Problem] = ()

    def wrong(self, problem: Problem, key: str = "") -> None:
        problem.pointer = f"/rows/{self.number}" + (f"/{key}" if key else "") + problem.pointer
        self.problems = [*self.problems, problem]


_Understood = tuple[Any, tuple[tuple[str, Any], ...]]
"""A checked value and what its columns hold."""
Take = Callable[[Row, Any], None]
"""Puts a wire value into the row. Raises a Problem."""


class Decoder:
    """Rows of one object with their values checked by their types and by what the actor may write at all; what a key means is found out once."""

    def __init__(self, definition: ObjectDefinition, scope: ObjectScope, *, creating: bool, base_currency: str) -> None:
        self._definition, self._scope, self._creating, self._base_currency = definition, scope, creating, base_currency
        self._takes: dict[str, Take] = {}

    def row(self, number: int, given: Mapping[str, Any]) -> Row:
        """The row; problems are collected in it."""
        row = Row(number, self._base_currency)
        takes = self._takes
        for key, value in given.items():
            take = takes.get(key)
            if take is None:
                take = takes[key] = self._take(key)
            try:
                take(row, value)
            except Problem as problem:
                row.wrong(problem, key)
        return row

    def put(self, row: Row, key: str, value: Any) -> None:
        """One more value for a row that was decoded before, under the same rules."""
        take = self._takes.get(key)
        if take is None:
            take = self._takes[key] = self._take(key)
        try:
            take(row, value)
        except Problem as problem:
            row.wrong(problem, key)

    def _take(self, key: str) -> Take:
        if key == "id":
            return _take_id
        if key == "version":
            return _take_version
        if key in ("owner", "team"):
            return _belonging(key)
        if key == KEY and self._definition.field(key) is None:
            return _take_external
        if key in _ENVELOPE and self._definition.field(key) is None:
            return _leave
        found = self._definition.field(key)
        if found is None or (self._scope.best(key) == "hidden" and not (self._creating and self._scope.create_fields.get(key, "hidden") != "hidden")):
            return _refuse(lambda: UnknownField(field=key))
        if not _is_written(found, self._scope, self._creating):
            return _refuse(lambda: ReadOnly(field=key))
        if found.type == "lines":
            return _lines(key)
        if holds_files(found.type):
            return _files(found)
        return _relation(key) if found.type == "relation" else _value(found, self._base_currency)


def _is_written(found: FieldDefinition, scope: ObjectScope, creating: bool) -> bool:
    """Whether the actor may fill the field at all: it is not computed, and his roles let him."""
    if found.type in ("lookup", "rollup", "formula"):
        return False
    if scope.everything:
        return True
    if found.type in field_types() and field_types()[found.type].generate(value_options(found)):
        return False
    return (scope.create_fields.get(found.key) if creating else scope.best(found.key)) == "write"


def _take_id(row: Row, value: Any) -> None:
    row.id = value if value.__class__ is UUID else None if value is None else read(value, UUID)


def _take_version(row: Row, value: Any) -> None:
    row.version = str(value or "")


def _take_external(row: Row, value: Any) -> None:
    row.external = read_external(value)


def _leave(row: Row, value: Any) -> None:
    """Members of a record that come back with it and are not written."""


def _refuse(problem: Callable[[], Problem]) -> Take:
    def take(row: Row, value: Any) -> None:
        raise problem()

    return take


def _belonging(key: str) -> Take:
    column = f"{key}_id"

    def take(row: Row, value: Any) -> None:
        row.values[key] = row.columns[column] = None if value is None else _identity(value)

    return take


def _lines(key: str) -> Take:
    def take(row: Row, value: Any) -> None:
        row.lines = {**row.lines, key: read(value or [], list[dict[str, Any]])}

    return take


def _files(found: FieldDefinition) -> Take:
    kind, options = field_types()[found.type], value_options(found)

    def take(row: Row, value: Any) -> None:
        ids = tuple(dict.fromkeys(_identity(one) for one in read(value or [], list[Any])))
        row.files = {**row.files, found.key: kind.check(ids, options)}

    return take


def _relation(key: str) -> Take:
    def take(row: Row, value: Any) -> None:
        row.values[key] = row.columns[key] = None if value is None or value == "" else _identity(value)

    return take


def _value(found: FieldDefinition, base_currency: str) -> Take:
    """A value that was understood lately is not understood again, as long as the decoder lives."""
    known: dict[tuple[type, Any], _Understood] = {}

    def take(row: Row, value: Any) -> None:
        if value.__class__ in _REMEMBERED and (value.__class__ is not str or len(value) <= _LONGEST_KEPT):
            kept = known.get((value.__class__, value))
            if kept is None:
                if len(known) >= _KEPT:
                    known.clear()
                kept = known[value.__class__, value] = _understood(found, value, base_currency)
        else:
            kept = _understood(found, value, base_currency)
        _put(row, found.key, kept)

    return take


def _put(row: Row, key: str, understood: _Understood) -> None:
    row.values[key], columns = understood
    row.columns.update(columns)


def _identity(value: Any) -> UUID:
    if value.__class__ is UUID:
        return value
    body = mapping(value)
    return read(value if body is None else body.get("id"), UUID)


def _understood(found: FieldDefinition, value: Any, base_currency: str) -> _Understood:
    """A wire value of a value type. Raises InvalidValue."""
    names = _columns(found)
    if value is None or value == "":
        return None, tuple((column, None) for column in names)
    kind = field_types()[found.type]
    options = value_options(found)
    body = mapping(value)
    if body is not None and "id" in body and kind.refers_to(options) is not None:
        value = body["id"]
    checked = read_value(kind, value, options)
    stored = money.with_base(checked, base_currency, None, None) if found.type == "money" else kind.store(checked)
    return None if all(one is None for one in stored) else checked, tuple(zip(names, stored, strict=True))


def set_value(row: Row, found: FieldDefinition, value: Any) -> None:
    """Puts a wire value into the row. Raises InvalidValue."""
    if found.type == "relation":
        _relation(found.key)(row, value)
    else:
        _put(row, found.key, _understood(found, value, row.base_currency))


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


_KEPT = 5_000
_LONGEST_KEPT = 100
_MOST_OBJECTS = 500
_REMEMBERED = frozenset({str, int, bool, Decimal, UUID, date, datetime, money.Money})
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


@dataclass(frozen=True, slots=True)
class _Filling:
    """What every new record of an object needs beyond what is given."""

    defaults: tuple[FieldDefinition, ...]
    required: tuple[FieldDefinition, ...]
    gated: frozenset[str]
    """Fields whose type may forbid a step, or ask for others with it."""
    latest: dict[str, tuple[tuple[Any, str], _Understood]]
    """The default that was understood last for each field, with its base currency: most records get the same."""


_fillings: dict[int, tuple[ObjectDefinition, _Filling]] = {}


def _filling(definition: ObjectDefinition) -> _Filling:
    kept = _fillings.get(id(definition))
    if kept is not None and kept[0] is definition:
        return kept[1]
    defaults: list[FieldDefinition] = []
    required: list[FieldDefinition] = []
    gated: set[str] = set()
    for found in definition.live_fields():
        kind = field_types().get(found.type)
        if found.default is not None and kind is not None:
            defaults.append(found)
        if found.required and found.type not in ("lookup", "rollup", "formula") and not (kind is not None and kind.generate(value_options(found))):
            required.append(found)
        if kind is not None and type(kind).transition is not FieldType.transition:  # pyright: ignore[reportUnknownMemberType]
            gated.add(found.key)
    made = _Filling(tuple(defaults), tuple(required), frozenset(gated), {})
    if len(_fillings) >= _MOST_OBJECTS:
        _fillings.clear()
    _fillings[id(definition)] = (definition, made)
    return made


def fill_defaults(row: Row, definition: ObjectDefinition, actor: Actor, now: datetime) -> None:
    """Defaults of fields the row does not name; then what is required must be there."""
    filling = _filling(definition)
    for found in filling.defaults:
        if found.key not in row.values:
            try:
                _put_default(row, found, _default(found, actor, now), filling)
            except Problem as problem:
                row.wrong(problem, found.key)
    for found in filling.required:
        if row.values.get(found.key) is None and not row.lines.get(found.key) and not row.files.get(found.key):
            row.wrong(Required(field=found.key), found.key)


def _put_default(row: Row, found: FieldDefinition, value: Any, filling: _Filling) -> None:
    asked = (value, row.base_currency)
    latest = filling.latest.get(found.key)
    if latest is None or latest[0] != asked or latest[0][0].__class__ is not value.__class__:
        latest = filling.latest[found.key] = (asked, _understood(found, value, row.base_currency))
    _put(row, found.key, latest[1])


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
    for key in _filling(definition).gated:
        value = row.values.get(key)
        found = definition.field(key)
        if found is None or value is None or before.get(key) == value:
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
