"""The tables of an export: their columns with names in a language, types, and what the actor sees of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from tradewind.kernel.messages import say
from tradewind.kernel.problems import UnknownField
from tradewind.kinds.fields.registry import AnyFieldType, field_types
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition, LinesOptions, LookupOptions, ObjectDefinition, RelationOptions, Texts
from tradewind.query.authz.scope import field_options, is_clear, scope_of
from tradewind.query.compile.context import INSTANTS, SYSTEM_FIELDS, SYSTEM_KINDS, is_value, value_options
from tradewind.records.exports.wanted import Wanted
from tradewind.records.views import sensitive_paths
from tradewind.records.visible import kind_of

State = Literal["clear", "masked", "mixed"]
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a table. `kind` None is what has no type of its own: relations and ids. `reference`: the value is a name with an id."""

    path: str
    label: str
    kind: AnyFieldType | None
    options: Any
    reference: bool = False
    computed: bool = False
    state: State = "clear"
    sensitive: bool = False
    headers: tuple[str, ...] = ()
    """Of its cells in the file."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `key` is empty for the records, else the field that holds the lines."""

    object: str
    key: str
    label: str
    columns: tuple[Column, ...]

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(header for column in self.columns for header in column.headers)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(column.path for column in self.columns)


def sheets(catalog: Catalog, actor: Actor, object_key: str, wanted: Wanted, language: str) -> tuple[Sheet, ...]:
    """The records' table, then one for each field of lines. Raises UnknownField for what the actor never sees."""
    definition = catalog.objects[object_key]
    paths = tuple(dict.fromkeys(("id", *wanted.fields) if wanted.with_ids else wanted.fields))
    made = [_sheet(catalog, actor, definition, "", text(definition.labels, language, object_key), paths, wanted, language)]
    for key in dict.fromkeys(wanted.lines):
        holder = definition.field(key)
        options = field_options(holder, LinesOptions) if holder is not None and holder.type == "lines" else None
        target = catalog.objects.get(options.target) if options is not None else None
        if holder is None or options is None or target is None or scope_of(catalog, actor, object_key).best(key) in ("hidden", "masked"):
            raise UnknownField(field=key, pointer="/lines")
        seen = [one.key for one in target.live_fields() if one.key != options.parent and one.type != "lines" and _seen(catalog, actor, target, one)]
        lines = (options.parent, *(("id",) if wanted.with_ids else ()), *seen)
        made.append(_sheet(catalog, actor, target, key, text(holder.labels, language, key), lines, wanted, language))
    return tuple(made)


def _seen(catalog: Catalog, actor: Actor, target: ObjectDefinition, field: FieldDefinition) -> bool:
    """Whether the actor sees the field of lines anywhere, and for a lookup what it leads to."""
    if scope_of(catalog, actor, target.key).best(field.key) == "hidden":
        return False
    if field.type != "lookup":
        return True
    owner = target
    for step in field_options(field, LookupOptions).path.split("."):
        end = owner.field(step)
        if end is None:
            return step in SYSTEM_FIELDS
        if scope_of(catalog, actor, owner.key).best(step) in ("hidden", "masked"):
            return False
        owner = catalog.objects.get(str(end.options.get("target", "")), owner)
    return True


def _sheet(catalog: Catalog, actor: Actor, definition: ObjectDefinition, key: str, label: str, paths: Iterable[str], wanted: Wanted, language: str) -> Sheet:
    sensitive = set(sensitive_paths(catalog, actor, definition.key, tuple(paths)))
    taken: set[str] = set()
    columns: list[Column] = []
    for path in paths:
        column = column_at(catalog, definition, path, language)
        state = _state(catalog, actor, definition, path)
        column = replace(column, state=state, sensitive=path in sensitive)
        columns.append(replace(column, headers=_headers(column, wanted, language, taken)))
    return Sheet(definition.key, key, label, tuple(columns))


def _state(catalog: Catalog, actor: Actor, definition: ObjectDefinition, path: str) -> State:
    if path in SYSTEM_FIELDS:
        return "clear"
    clear = {is_clear(state) for state in scope_of(catalog, actor, definition.key).states(path.partition(".")[0])}
    return "masked" if clear == {False} else "mixed" if False in clear else "clear"


def _headers(column: Column, wanted: Wanted, language: str, taken: set[str]) -> tuple[str, ...]:
    """The names over the column's cells; one that is taken already says its path too, so that an import can tell them apart."""
    names = [column.label]
    if wanted.calculating and column.kind is not None and not column.reference:
        names += [say(language, f"export.part.{part}", {"name": column.label}) for part in column.kind.parts[1:]]
    if column.reference and wanted.with_ids:
        names.append(say(language, "export.part.id", {"name": column.label}))
    made = [f"{name} ({column.path})" if name in taken else name for name in names]
    taken.update(made)
    return tuple(made)


def column_at(catalog: Catalog, definition: ObjectDefinition, path: str, language: str) -> Column:
    """The column a path makes, without anybody's rights. Raises UnknownField."""
    *hops, last = path.split(".")
    owner, labels = definition, list[str]()
    for hop in hops:
        field = owner.field(hop)
        target = catalog.objects.get(field_options(field, RelationOptions).target) if field is not None and field.type == "relation" else None
        if field is None or target is None:
            raise UnknownField(field=path, pointer="/fields")
        labels.append(text(field.labels, language, hop))
        owner = target
    field = owner.field(last)
    if field is None and last not in SYSTEM_FIELDS or field is not None and field.type == "lines":
        raise UnknownField(field=path, pointer="/fields")
    labels.append(say(language, f"export.system.{last}") if field is None else text(field.labels, language, last))
    kind, options, reference, computed = _typed_at(catalog, owner, field, last, 0)
    return Column(path, " / ".join(labels), kind, options, reference, computed)


def _typed_at(catalog: Catalog, owner: ObjectDefinition, field: FieldDefinition | None, key: str, depth: int) -> tuple[AnyFieldType | None, Any, bool, bool]:
    """Type, settings, whether the value is a name with an id, and whether it is computed."""
    if field is None:
        kind = None if key == "id" else field_types()["datetime" if key in INSTANTS else SYSTEM_KINDS[key]]
        options = None if kind is None else kind.options()
        return kind, options, kind is not None and kind.refers_to(options) is not None, True
    if field.type == "relation":
        return None, None, True, False
    if field.type == "lookup":
        *hops, last = field_options(field, LookupOptions).path.split(".")
        for hop in hops:
            step = owner.field(hop)
            target = None if step is None else catalog.objects.get(str(step.options.get("target", "")))
            if target is None or depth > _DEEPEST:
                raise UnknownField(field=key)
            owner = target
        kind, options, reference, _ = _typed_at(catalog, owner, owner.field(last), last, depth + 1)
        return kind, options, reference, True
    if not is_value(field):
        kind = kind_of(catalog, field) or field_types()["text"]
        return kind, kind.options(), False, True
    kind, options = field_types()[field.type], value_options(field)
    return kind, options, kind.refers_to(options) is not None, kind.generate(options) is not None


def text(labels: Texts, language: str, otherwise: str) -> str:
    """A builder's label in a language, else in another one, else the key."""
    return labels.get(language) or labels.get("en") or labels.get("zh-CN") or next((one for one in labels.values() if one), otherwise)
