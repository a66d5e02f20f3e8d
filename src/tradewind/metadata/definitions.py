"""What builders make, as plain versioned structs; unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from tradewind.metadata.questions import Filter, Sort

Texts = dict[str, str]
"""A text per language: {"zh-CN": …, "en": …}."""

FieldState = Literal["hidden", "masked", "read", "write"]
FIELD_STATES: tuple[FieldState, ...] = ("hidden", "masked", "read", "write")
"""From the strictest to the widest."""

RowScope = Literal["own", "department", "subtree", "team", "all", "rule"]
OnDelete = Literal["restrict", "set_null", "cascade"]

STRUCTURAL_TYPES = ("relation", "lines", "lookup", "rollup", "formula")


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What all definitions share."""

    version: int = 1


class FieldDefinition(Definition, frozen=True):
    """One attribute of an object. `options` are the type's own settings."""

    key: str
    type: str
    labels: Texts
    help: Texts = {}
    options: dict[str, Any] = {}
    required: bool = False
    unique: bool = False
    default: Any = None
    """A value as on the wire, or {"now": true}, {"today": days}, {"me": true}, {"my_department": true}."""
    sensitive: bool = False
    """Masked where a role does not say more; views and reveals are logged."""
    searched: bool = False
    retired: bool = False


class RelationOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """To one record of `target`. The target lists its referrers under `inverse`."""

    target: str
    inverse: str = ""
    inverse_labels: Texts = {}
    on_delete: OnDelete = "set_null"
    show_name: bool = False
    """Whether an invisible target shows its name rather than "restricted"."""


class LinesOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Lines are records of `target`, whose relation field `parent` points here with on_delete cascade."""

    target: str
    parent: str = "parent"


class LookupOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The value at the end of a relation path ("customer.country"); joined at read."""

    path: str


class RollupOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A figure over the records of `object` whose relation `relation` points here. Stored."""

    object: str
    relation: str
    function: Literal["count", "sum", "avg", "min", "max"]
    field: str = ""
    filter: Filter | None = None
    company_figure: bool = False
    """Opened to readers who may not see the inputs; else the strictest state of the inputs holds."""


class FormulaOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An expression. Stored where stable; volatile ones (TODAY, NOW, ME) are computed at read."""

    expression: str
    result: Literal["text", "number", "money", "boolean", "date", "instant"] = "number"
    digits: int = 2


class ObjectDefinition(Definition, frozen=True, kw_only=True):
    """A kind of business thing. Its records live in table data.<key>."""

    kind: Literal["object"] = "object"
    key: str
    labels: Texts
    icon: str = "table"
    title: str
    """Key of the field that names a record."""
    parent: str = ""
    """For lines: the relation field whose record owns this one; rights and owner are the parent's."""
    fields: tuple[FieldDefinition, ...] = ()
    retired: bool = False

    def field(self, key: str) -> FieldDefinition | None:
        """The live field of that key."""
        return _live(self)[1].get(key)

    def live_fields(self) -> tuple[FieldDefinition, ...]:
        return _live(self)[0]


_KEPT = 4096
_Live = tuple[tuple[FieldDefinition, ...], dict[str, FieldDefinition]]
_live_fields: dict[int, tuple[ObjectDefinition, _Live]] = {}


def _live(definition: ObjectDefinition) -> _Live:
    """The live fields, in order and by key; made once for each definition, since every row that is read or written asks for them."""
    kept = _live_fields.get(id(definition))
    if kept is not None and kept[0] is definition:
        return kept[1]
    fields = tuple(field for field in definition.fields if not field.retired)
    made = (fields, {field.key: field for field in reversed(fields)})
    if len(_live_fields) >= _KEPT:
        _live_fields.clear()
    _live_fields[id(definition)] = (definition, made)
    return made


class ViewDefinition(Definition, frozen=True, kw_only=True):
    """A saved way to look at an object's records."""

    kind: Literal["view"] = "view"
    key: str
    object: str
    labels: Texts
    columns: tuple[str, ...]
    filter: Filter | None = None
    sort: tuple[Sort, ...] = ()
    widths: dict[str, int] = {}
    private_to: str = ""
    """Person id of the only one who sees it; empty is shared."""


class Section(Definition, frozen=True):
    labels: Texts
    fields: tuple[str, ...]


class LayoutDefinition(Definition, frozen=True, kw_only=True):
    """How a record's page and its create form are arranged."""

    kind: Literal["layout"] = "layout"
    key: str
    object: str
    sections: tuple[Section, ...]
    create: tuple[str, ...] = ()
    """Fields of the create form; empty means all sections."""
    related: tuple[str, ...] = ()
    """Inverse relations listed under the record, as "object.relation"; with "contact:object.relation" those of the record that its relation `contact` leads to."""


class MenuDefinition(Definition, frozen=True, kw_only=True):
    """A pack's menu in the studio."""

    kind: Literal["menu"] = "menu"
    key: str
    labels: Texts
    icon: str = "apps"
    objects: tuple[str, ...]


class Grant(Definition, frozen=True):
    """What a role allows on the rows of one scope."""

    rows: RowScope
    rule: Filter | None = None
    """Only with rows = rule; values may be {"me": true} or {"my_department": true}."""
    actions: tuple[Literal["read", "update", "delete"], ...] = ("read",)
    default: FieldState = "read"
    """State of fields not named; a sensitive field that is not named is at most masked."""
    fields: dict[str, FieldState] = {}


class ObjectRights(Definition, frozen=True):
    create: bool = False
    export: bool = False
    reveal: tuple[str, ...] = ()
    """Masked fields whose clear value may be asked for, one record at a time, logged."""
    grants: tuple[Grant, ...] = ()


SystemRight = Literal["build", "people", "roles", "audit", "keys", "purge", "demo", "data"]


class RoleDefinition(Definition, frozen=True, kw_only=True):
    """What people with this role may do. Several roles add up (semantics 16)."""

    kind: Literal["role"] = "role"
    key: str
    labels: Texts
    system: tuple[SystemRight, ...] = ()
    everything: bool = False
    """All objects, all rows, all fields written, all rights."""
    objects: dict[str, ObjectRights] = {}


Strength = Literal["hint", "likely", "certain"]
STRENGTHS: tuple[Strength, ...] = ("hint", "likely", "certain")
"""From the weakest to the strongest."""


class Term(Definition, frozen=True, kw_only=True):
    """Two records agree in a field. `by` is one of the type's `keys`, or empty for the form in which it counts values as the same."""

    field: str
    by: str = ""
    other: str = ""
    """In a rule across objects: the field of the other object."""
    other_by: str = ""


class MatchRule(Definition, frozen=True, kw_only=True):
    """Records that agree in all terms are one: certainly, likely, or perhaps."""

    key: str
    labels: Texts
    terms: tuple[Term, ...]
    strength: Strength = "likely"
    across: str = ""
    """The other object, where the records compared are of two."""
    link: str = ""
    """Across objects: the relation field that a new record gets filled with when exactly one is found."""
    carry: dict[str, str] = {}
    """Further fields filled from the one found, where they are empty: {own field: its field}."""


class Weights(Definition, frozen=True, kw_only=True):
    """What the parts of a quality score count."""

    filled: int = 40
    valid: int = 30
    unique: int = 20
    recent: int = 10


class QualityDefinition(Definition, frozen=True, kw_only=True):
    """How the records of an object are kept clean: what makes two of them the same, and what counts as well kept."""

    kind: Literal["quality"] = "quality"
    key: str
    """Key of the object."""
    rules: tuple[MatchRule, ...] = ()
    outside: Literal["nothing", "existence", "owner", "name"] = "existence"
    """What somebody who enters a record is told of one that he may not see."""
    most: int = 50
    """A value that more records have in common says nothing about any two of them."""
    weights: Weights = Weights()
    fields: tuple[str, ...] = ()
    """Fields that should be filled; empty means all that hold a value."""
    stale_days: int = 365
    """A record that nobody touched for so long is stale."""
    report_days: int = 7
    """How often figures are made and compared; 0 is never."""


AnyDefinition = ObjectDefinition | ViewDefinition | LayoutDefinition | MenuDefinition | RoleDefinition | QualityDefinition
DEFINITION_KINDS: Mapping[str, type[Definition]] = {
    "object": ObjectDefinition,
    "view": ViewDefinition,
    "layout": LayoutDefinition,
    "menu": MenuDefinition,
    "role": RoleDefinition,
    "quality": QualityDefinition,
}


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """All published definitions of one version, immutable."""

    version: int
    """Compile version: moves when objects or roles change, and statement caches with it."""
    edition: int
    """Moves with every publish."""
    base_currency: str = "USD"
    """In which amounts of different currencies are added up."""
    objects: Mapping[str, ObjectDefinition]
    views: Mapping[str, ViewDefinition]
    layouts: Mapping[str, LayoutDefinition]
    menus: Mapping[str, MenuDefinition]
    roles: Mapping[str, RoleDefinition]
    quality: Mapping[str, QualityDefinition] = {}
