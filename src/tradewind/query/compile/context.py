"""One table in a statement: its alias, the joins its paths need, and the rights of the actor on its rows and fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import msgspec

from tradewind.kernel.problems import UnknownField, UnknownObject
from tradewind.kernel.sql import Sql, all_of, any_of, join, name, param, parens, raw
from tradewind.kinds.fields.registry import field_types, holds_files
from tradewind.metadata.actors import SYSTEM, Actor, Share
from tradewind.metadata.definitions import (
    STRUCTURAL_TYPES,
    Catalog,
    FieldDefinition,
    FormulaOptions,
    LookupOptions,
    ObjectDefinition,
    RelationOptions,
    RollupOptions,
)
from tradewind.query.authz.scope import ObjectScope, ScopedGrant, field_options, is_clear, root_of, scope_of

MAX_HOPS = 4
TRUE, FALSE = raw("true"), raw("false")

SYSTEM_FIELDS: dict[str, tuple[LiteralString, LiteralString]] = {
    "id": ("id", "uuid"),
    "owner": ("owner_id", "uuid"),
    "team": ("team_id", "uuid"),
    "department": ("department_id", "uuid"),
    "source": ("source", "text"),
    "created_at": ("created_at", "timestamptz"),
    "created_by": ("created_by", "uuid"),
    "updated_at": ("updated_at", "timestamptz"),
    "updated_by": ("updated_by", "uuid"),
    "deleted_at": ("deleted_at", "timestamptz"),
}
"""Names of system fields in questions, with their columns and SQL types."""

SYSTEM_KINDS = {"owner": "user", "created_by": "user", "updated_by": "user", "team": "team", "department": "department", "source": "text"}
INSTANTS = ("created_at", "updated_at", "deleted_at")


@dataclass
class Numbers:
    """Aliases used so far in one statement, and whether it holds only for the moment it was asked at."""

    last: int = 0
    timed: bool = False

    def next(self) -> str:
        self.last += 1
        return f"j{self.last}"


@dataclass
class Table:
    """An object's table under an alias. `trusted` asks without rights (rules of roles, roll-ups)."""

    catalog: Catalog
    actor: Actor
    definition: ObjectDefinition
    alias: str
    at: datetime
    numbers: Numbers = field(default_factory=Numbers)
    trusted: bool = False
    joins: list[Sql] = field(default_factory=list[Sql])
    hops: dict[str, Table] = field(default_factory=dict[str, "Table"])

    @property
    def now(self) -> datetime:
        """The moment of the question. A statement that asks for it is not kept for the next one."""
        self.numbers.timed = True
        return self.at

    @property
    def now_here(self) -> datetime:
        """The moment in the reader's time zone."""
        try:
            return self.now.astimezone(ZoneInfo(self.actor.zone))
        except (ValueError, OSError, KeyError):
            return self.now.astimezone(UTC)

    @property
    def scope(self) -> ObjectScope:
        return scope_of(self.catalog, SYSTEM if self.trusted else self.actor, self.definition.key)

    def column(self, column: str) -> Sql:
        return name(self.alias) + raw(".") + name(column)

    def all_joins(self) -> Sql:
        """Every join that paths asked for, outermost first."""
        return join(" ", [*self.joins, *(hop.all_joins() for hop in self.hops.values())])


@dataclass(frozen=True)
class Found:
    """Where a path ends: the table, the field (None for a system field) and its columns, NULL where the actor may not see them."""

    table: Table
    field: FieldDefinition | None
    system: str
    columns: tuple[Sql, ...]
    types: tuple[LiteralString, ...]
    clear: Sql


def open_table(catalog: Catalog, actor: Actor, object_key: str, now: datetime, alias: str = "r") -> Table:
    """The object's table for this actor. Raises UnknownObject also when he may see none of its rows in any case."""
    definition = catalog.objects.get(object_key)
    if definition is None or definition.retired or scope_of(catalog, actor, object_key).nothing:
        raise UnknownObject(object=object_key)
    return Table(catalog, actor, definition, alias, now)


def grant_rows(table: Table, grant: ScopedGrant) -> Sql:
    """The rows of one grant, as a condition on the object's own table."""
    scope = table.scope
    match grant.rows:
        case "all":
            return TRUE
        case "own":
            return table.column("owner_id") + raw(" = ") + param(scope.person) + raw("::uuid")
        case "department":
            return table.column("department_id") + raw(" = ") + param(scope.department) + raw("::uuid")
        case "subtree":
            return table.column("department_id") + raw(" = ANY(") + param(list(scope.subtree)) + raw("::uuid[])")
        case "team":
            return table.column("team_id") + raw(" = ANY(") + param(list(scope.teams)) + raw("::uuid[])")
        case "rule":
            from tradewind.query.compile.filters import rule_condition

            return rule_condition(table, grant.rule)
        case "shared":
            return _shared_rows(table, grant.share)


def _shared_rows(table: Table, share: Share | None) -> Sql:
    """Records that were shared in this way with the actor and still are."""
    if share is None:
        return FALSE
    mine = [
        raw("g.object = ") + param(share.object),
        raw("g.person = ") + param(table.scope.person) + raw("::uuid"),
        raw("g.record = ") + table.column("id"),
        raw("g.fields = ") + param(list(share.fields)) + raw("::text[]"),
        raw("g.actions = ") + param(list(share.actions)) + raw("::text[]"),
        raw("(g.until IS NULL OR g.until > ") + param(table.now) + raw("::timestamptz)"),
    ]
    return raw("EXISTS (SELECT 1 FROM system.grants AS g WHERE ") + all_of(mine) + raw(")")


def any_grant(table: Table, grants: Sequence[ScopedGrant]) -> Sql:
    """Rows of any of the grants; lines ask the record they belong to."""
    if not grants:
        return FALSE
    if any(grant.rows == "all" for grant in grants):
        return TRUE
    return through_parents(table, lambda root: any_of([grant_rows(root, grant) for grant in grants]))


def through_parents(table: Table, condition: Callable[[Table], Sql]) -> Sql:
    """The condition on the object whose rights count: the table itself, or for lines the record above."""
    hops = root_of(table.catalog, table.definition)
    if not hops:
        return condition(table)
    parts: list[Sql] = []
    current = table
    for relation, target in hops:
        upper = Table(table.catalog, table.actor, table.catalog.objects[target], table.numbers.next(), table.at, table.numbers, table.trusted)
        source = raw("EXISTS (SELECT 1 FROM ") + name("data", target) + raw(" AS ") + name(upper.alias) + raw(" WHERE ")
        parts.append(source + upper.column("id") + raw(" = ") + current.column(relation) + raw(" AND "))
        current = upper
    return join("", [*parts, parens(condition(current)), *([raw(")")] * len(parts))])


def visible_rows(table: Table, action: str = "read") -> Sql:
    """The rows on which the actor may do the action."""
    scope = table.scope
    if scope.everything:
        return TRUE
    return any_grant(table, [grant for grant in scope.grants if action in grant.actions])


def state_rows(table: Table, key: str, states: Sequence[str]) -> Sql:
    """The rows on which some grant gives the field one of the states."""
    scope = table.scope
    if scope.everything:
        return TRUE if "write" in states else FALSE
    having = [grant for grant in scope.grants if grant.fields.get(key, "hidden") in states]
    if having and len(having) == len(scope.grants):
        return TRUE
    return any_grant(table, having)


def clear_rows(table: Table, key: str) -> Sql:
    """The rows on which the field is clear."""
    return state_rows(table, key, ("read", "write"))


def lookup(table: Table, path: str) -> Found:
    """The field at the end of a path. Raises UnknownField for what does not exist and for what the actor can never see clear."""
    *hops, last = path.split(".")
    if len(hops) > MAX_HOPS:
        raise UnknownField(field=path)
    current = table
    for hop in hops:
        current = _hop(current, hop, path)
    return _field(current, last, path)


def _hop(table: Table, key: str, path: str) -> Table:
    if key in table.hops:
        return table.hops[key]
    definition = table.definition.field(key)
    if definition is None or definition.type != "relation" or not _ever_clear(table, key):
        raise UnknownField(field=path)
    target = table.catalog.objects.get(field_options(definition, RelationOptions).target)
    if target is None or target.retired:
        raise UnknownField(field=path)
    upper = Table(table.catalog, table.actor, target, table.numbers.next(), table.at, table.numbers, table.trusted)
    if upper.scope.nothing:
        raise UnknownField(field=path)
    conditions = [
        upper.column("id") + raw(" = ") + table.column(key),
        clear_rows(table, key),
        visible_rows(upper),
        upper.column("deleted_at") + raw(" IS NULL"),
    ]
    source = raw("LEFT JOIN ") + name("data", target.key) + raw(" AS ") + name(upper.alias) + raw(" ON ")
    upper.joins.append(source + all_of(condition for condition in conditions if condition != TRUE))
    table.hops[key] = upper
    return upper


def _ever_clear(table: Table, key: str) -> bool:
    return table.trusted or is_clear(table.scope.best(key))


def _field(table: Table, key: str, path: str) -> Found:
    if key in SYSTEM_FIELDS:
        column, sql_type = SYSTEM_FIELDS[key]
        return Found(table, None, key, (table.column(column),), (sql_type,), TRUE)
    definition = table.definition.field(key)
    if definition is None or definition.type == "lines" or holds_files(definition.type) or not _ever_clear(table, key):
        raise UnknownField(field=path)
    if definition.type == "lookup":
        end = lookup(table, field_options(definition, LookupOptions).path)
        return Found(end.table, end.field, end.system, end.columns, end.types, all_of([clear_rows(table, key), end.clear]))
    clear = clear_rows(table, key)
    columns, types = field_columns(table, definition)
    guarded = columns if clear == TRUE else tuple(raw("CASE WHEN ") + clear + raw(" THEN ") + column + raw(" END") for column in columns)
    return Found(table, definition, "", tuple(parens(column) if clear != TRUE else column for column in guarded), types, clear)


RESULT_TYPES: dict[str, LiteralString] = {
    "text": "text",
    "number": "numeric",
    "money": "numeric",
    "boolean": "boolean",
    "date": "date",
    "instant": "timestamptz",
}


def field_columns(table: Table, definition: FieldDefinition) -> tuple[tuple[Sql, ...], tuple[LiteralString, ...]]:
    """The field's columns under the alias, unguarded, with their SQL types; a volatile field is an expression."""
    match definition.type:
        case "relation":
            return (table.column(definition.key),), ("uuid",)
        case "formula":
            return (_computed(table, definition),), (RESULT_TYPES[field_options(definition, FormulaOptions).result],)
        case "rollup":
            return (_computed(table, definition),), (_rollup_type(table.catalog, field_options(definition, RollupOptions)),)
        case "lookup" | "lines":
            return (), ()
        case _:
            made = field_types()[definition.type].columns(value_options(definition))
            return tuple(table.column(definition.key + column.suffix) for column in made), tuple(column.sql_type for column in made)


def _computed(table: Table, definition: FieldDefinition) -> Sql:
    """A formula or roll-up: its column, or what it comes to now where it is volatile."""
    from tradewind.query.compile import computed

    if not computed.is_volatile(table.catalog, table.definition, definition):
        return table.column(definition.key)
    return computed.formula_sql(table, definition) if definition.type == "formula" else computed.rollup_sql(table, definition)


def _rollup_type(catalog: Catalog, options: RollupOptions) -> LiteralString:
    """SQL type of a roll-up: that of its source for the least and the greatest, else a number."""
    child = catalog.objects.get(options.object)
    source = child.field(options.field) if child is not None and options.function in ("min", "max") else None
    kind = None if source is None else field_types().get(source.type)
    return "numeric" if kind is None else RESULT_TYPES.get(kind.formula_type, "text")


_KEPT_OPTIONS = 20_000
_options: dict[int, tuple[FieldDefinition, Any]] = {}


def value_options(definition: FieldDefinition) -> Any:
    """The settings of a value type as its struct, read once for each definition."""
    kept = _options.get(id(definition))
    if kept is not None and kept[0] is definition:
        return kept[1]
    made = msgspec.convert(definition.options, field_types()[definition.type].options)
    if len(_options) >= _KEPT_OPTIONS:
        _options.clear()
    _options[id(definition)] = (definition, made)
    return made


def is_value(definition: FieldDefinition) -> bool:
    return definition.type not in STRUCTURAL_TYPES
