"""What an actor may see and do on one object, as pure data made from roles."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar, cast
from uuid import UUID

import msgspec

from tradewind.kernel.json import canonical
from tradewind.metadata.actors import Actor, Share
from tradewind.metadata.definitions import (
    FIELD_STATES,
    Catalog,
    FieldDefinition,
    FieldState,
    FormulaOptions,
    Grant,
    LinesOptions,
    LookupOptions,
    ObjectDefinition,
    ObjectRights,
    RelationOptions,
    RoleDefinition,
    RollupOptions,
    RowScope,
)
from tradewind.metadata.questions import Filter

OptionsT = TypeVar("OptionsT")
ResultT = TypeVar("ResultT")
_RANK = {state: rank for rank, state in enumerate(FIELD_STATES)}
_PATH = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_HIDDEN: FieldState = "hidden"
_READ: FieldState = "read"
_DEPTH = 6
_KEPT = 4096
_COMPUTED = ("formula", "rollup", "lookup")


class ScopedGrant(msgspec.Struct, frozen=True, kw_only=True):
    """One grant as it holds for this actor: where, what, and the state of every live field there."""

    rows: RowScope | Literal["shared"]
    rule: Filter | None = None
    actions: tuple[str, ...]
    fields: dict[str, FieldState]
    role: str = ""
    share: Share | None = None
    """With rows = shared: which shares."""

    def state(self, field: str) -> FieldState:
        """The state of a field here; hidden for one it does not know."""
        return self.fields.get(field) or "hidden"


class ObjectScope(msgspec.Struct, frozen=True, kw_only=True):
    """Rights of one actor on one object. Only grants that allow reading are kept; for lines they speak of the parent's rows."""

    object: str
    everything: bool = False
    grants: tuple[ScopedGrant, ...] = ()
    create: bool = False
    export: bool = False
    reveal: tuple[str, ...] = ()
    create_fields: dict[str, FieldState] = {}
    """What he may fill on a record that does not exist yet."""
    person: UUID | None = None
    department: UUID | None = None
    subtree: tuple[UUID, ...] = ()
    teams: tuple[UUID, ...] = ()
    fingerprint: str = ""

    @property
    def nothing(self) -> bool:
        """Whether no role lets the actor read any row."""
        return not self.everything and not self.grants

    def states(self, field: str) -> frozenset[FieldState]:
        """All states the field can have on rows that roles make visible."""
        if self.everything:
            return frozenset({"write"})
        found: set[FieldState] = {grant.state(field) for grant in self.grants}
        everywhere: list[FieldState] = [grant.state(field) for grant in self.grants if grant.rows == "all"]
        floor = best(everywhere) if everywhere else None
        return frozenset(found) if floor is None else frozenset(best((state, floor)) for state in found)

    def best(self, field: str) -> FieldState:
        """The widest state the field has anywhere; hidden where no role opens it."""
        return best(self.states(field))

    def summary(self, field: str) -> str:
        """The one state of the field on all rows, or "mixed"."""
        found = sorted(self.states(field))
        return "hidden" if not found else found[0] if len(found) == 1 else "mixed"

    def may(self, action: str) -> bool:
        """Whether the action is allowed on any row."""
        return self.create if action == "create" else self.everything or any(action in grant.actions for grant in self.grants)


def best(states: Iterable[FieldState]) -> FieldState:
    """The widest of the states; hidden for none."""
    return max((_HIDDEN, *states), key=_RANK.__getitem__)


def worst(*states: FieldState) -> FieldState:
    """The strictest of the states."""
    return min(states, key=_RANK.__getitem__)


def is_clear(state: str) -> bool:
    return state in ("read", "write")


def field_options(field: FieldDefinition, kind: type[OptionsT]) -> OptionsT:
    """The settings of a structural field as its struct."""
    return msgspec.convert(field.options, kind)


def scope_of(catalog: Catalog, actor: Actor, object_key: str) -> ObjectScope:
    """The actor's rights on the object: an empty scope where he has none or the object is not known."""
    key = (object_key, actor.person, actor.kind, actor.roles, actor.department, actor.subtree, actor.teams, actor.shares, actor.objects, actor.read_only)
    return cached(catalog, ("scope", *key), lambda: _scope_of(catalog, actor, object_key))


def restricted_fields(catalog: Catalog, object_key: str) -> tuple[str, ...]:
    """Fields that are sensitive, or not clear in some readable grant of some role; sorted."""
    return cached(catalog, ("restricted", object_key), lambda: _restricted(catalog, object_key))


def root_of(catalog: Catalog, definition: ObjectDefinition) -> tuple[tuple[str, str], ...]:
    """For lines: the hops (relation field, target object) up to the object whose rights count."""
    hops: list[tuple[str, str]] = []
    while definition.parent and len(hops) < _DEPTH:
        relation = definition.field(definition.parent)
        if relation is None:
            break
        target = field_options(relation, RelationOptions).target
        hops.append((definition.parent, target))
        if target not in catalog.objects:
            break
        definition = catalog.objects[target]
    return tuple(hops)


_cache: OrderedDict[tuple[Any, ...], tuple[Catalog, Any]] = OrderedDict()


def cached(catalog: Catalog, key: tuple[Any, ...], make: Callable[[], ResultT]) -> ResultT:
    """A value that depends on the catalogue and the key only, kept while recently used."""
    full = (id(catalog), *key)
    kept = _cache.get(full)
    if kept is not None and kept[0] is catalog:
        _cache.move_to_end(full)
        return cast(ResultT, kept[1])
    made = make()
    _cache[full] = (catalog, made)
    while len(_cache) > _KEPT:
        _cache.popitem(last=False)
    return made


def _scope_of(catalog: Catalog, actor: Actor, object_key: str) -> ObjectScope:
    definition = catalog.objects.get(object_key)
    if definition is None or definition.retired:
        return _stamped(ObjectScope(object=object_key))
    if actor.kind == "system":
        return _stamped(ObjectScope(object=object_key, everything=True, create=True, export=True))
    hops = root_of(catalog, definition)
    root = hops[-1][1] if hops else object_key
    if actor.objects is not None and object_key not in actor.objects and root not in actor.objects:
        return _stamped(ObjectScope(object=object_key))
    roles = [catalog.roles[key] for key in actor.roles if key in catalog.roles]
    made = ObjectScope(object=object_key, person=actor.person, department=actor.department, subtree=actor.subtree, teams=actor.teams)
    if any(role.everything for role in roles):
        if not actor.read_only:
            return _stamped(msgspec.structs.replace(made, everything=True, create=True, export=True))
        fields: dict[str, FieldState] = {field.key: "read" for field in definition.live_fields()}
        return _stamped(msgspec.structs.replace(made, grants=(ScopedGrant(rows="all", actions=("read",), fields=fields),), export=True))
    grants = tuple(grant for role in roles for grant in role_grants(catalog, role, object_key))
    grants += tuple(grant for share in actor.shares if share.object == root for grant in _shared(catalog, share, object_key))
    rights = [(role, role.objects[root]) for role in roles if root in role.objects]
    creating = [
        _grant_states(catalog, role, definition, grant, hops != (), ())
        for role, right in rights
        if right.create or (hops and any("update" in grant.actions for grant in right.grants))
        for grant in right.grants
    ]
    create = not actor.read_only and any(right.create or (hops and any("update" in grant.actions for grant in right.grants)) for _, right in rights)
    own = [role.objects[object_key] for role in roles if object_key in role.objects]
    return _stamped(
        msgspec.structs.replace(
            made,
            grants=tuple(_reading(grant) for grant in grants) if actor.read_only else grants,
            create=create,
            create_fields={field.key: best(states[field.key] for states in creating) for field in definition.live_fields()} if create else {},
            export=any(right.export for _, right in rights),
            reveal=tuple(sorted({field for right in own for field in right.reveal})),
        )
    )


def role_grants(catalog: Catalog, role: RoleDefinition, object_key: str, path: tuple[str, ...] = ()) -> tuple[ScopedGrant, ...]:
    """The readable grants of one role on the object; those of lines follow the parent's one to one."""
    definition = catalog.objects[object_key]
    hops = root_of(catalog, definition)
    rights = role.objects.get(hops[-1][1] if hops else object_key)
    if role.everything or rights is None:
        return ()
    made: list[ScopedGrant] = []
    for grant in rights.grants:
        if "read" not in grant.actions:
            continue
        states = _grant_states(catalog, role, definition, grant, hops != (), path)
        lines = _lines_state(catalog, role, definition, grant, path)
        if not is_clear(lines):
            continue
        actions: tuple[str, ...] = grant.actions if lines == "write" else tuple(action for action in grant.actions if action == "read")
        if hops and "update" in actions:
            actions = ("read", "update", "delete")
        elif hops:
            actions = ("read",)
        if "update" not in actions:
            capped: dict[str, FieldState] = {key: worst(state, "read") for key, state in states.items()}
            states = capped
        made.append(ScopedGrant(rows=grant.rows, rule=grant.rule, actions=actions, fields=states, role=role.key))
    return tuple(made)


def _shared(catalog: Catalog, share: Share, object_key: str) -> tuple[ScopedGrant, ...]:
    """A share is a role of its own over the shared records: it shows what is restricted for nobody, and the restricted fields it names."""
    state: FieldState = "write" if "update" in share.actions else "read"
    actions = msgspec.convert(share.actions, tuple[Literal["read", "update", "delete"], ...])

    def rights(key: str, named: tuple[str, ...]) -> ObjectRights:
        open_fields = {field.key for field in catalog.objects[key].live_fields()} - set(restricted_fields(catalog, key))
        fields: dict[str, FieldState] = dict.fromkeys(sorted(open_fields | set(named)), state)
        return ObjectRights(grants=(Grant(rows="own", actions=actions, default="hidden", fields=fields),))

    objects = {share.object: rights(share.object, share.fields)}
    objects |= {key: rights(key, ()) for key, one in catalog.objects.items() if one.parent and root_of(catalog, one)[-1][1] == share.object}
    role = RoleDefinition(key="share", labels={}, objects=objects)
    return tuple(msgspec.structs.replace(grant, rows="shared", share=share) for grant in role_grants(catalog, role, object_key))


def _lines_state(catalog: Catalog, role: RoleDefinition, definition: ObjectDefinition, grant: Grant, path: tuple[str, ...]) -> FieldState:
    """For lines, the strictest state of the fields that hold them on the way up to the object whose rights count; else "write"."""
    found: FieldState = "write"
    for _, target in root_of(catalog, definition):
        above = catalog.objects[target]
        holder = next((one for one in above.live_fields() if one.type == "lines" and field_options(one, LinesOptions).target == definition.key), None)
        if holder is not None:
            found = worst(found, _grant_states(catalog, role, above, grant, bool(above.parent), path)[holder.key])
        definition = above
    return found


def _grant_states(
    catalog: Catalog, role: RoleDefinition, definition: ObjectDefinition, grant: Grant, lines: bool, path: tuple[str, ...]
) -> dict[str, FieldState]:
    """The state of each live field on the rows of a grant; lines take their own grants' states where the role names the lines."""
    rights = role.objects.get(definition.key) if lines else None
    named = rights.grants if rights else ()
    states: dict[str, FieldState] = {}
    for field in definition.live_fields():
        if named:
            states[field.key] = best(_plain_state(field, one) for one in named)
        elif lines:
            states[field.key] = worst(grant.default, "masked") if field.sensitive else grant.default
        else:
            states[field.key] = _plain_state(field, grant)
    for field in definition.live_fields():
        if field.type in ("formula", "rollup", "lookup"):
            states[field.key] = worst(states[field.key], "read", *_inputs(catalog, role, definition, field, states, grant, path))
    return states


def _plain_state(field: FieldDefinition, grant: Grant) -> FieldState:
    named = grant.fields.get(field.key)
    if named is not None:
        return named
    return worst(grant.default, "masked") if field.sensitive else grant.default


def _inputs(
    catalog: Catalog,
    role: RoleDefinition,
    definition: ObjectDefinition,
    field: FieldDefinition,
    states: dict[str, FieldState],
    grant: Grant,
    path: tuple[str, ...],
) -> list[FieldState]:
    """States of what a computed field is made from (semantics 15): it is never wider than its strictest input."""
    here = f"{definition.key}.{field.key}"
    if here in path or len(path) >= _DEPTH:
        return ["hidden"]
    if field.type == "lookup":
        return [states.get(field_options(field, LookupOptions).path.partition(".")[0]) or "hidden"]
    if field.type == "formula":
        used = {tuple(one.split(".")) for one in _PATH.findall(field_options(field, FormulaOptions).expression)}
        found: list[FieldState] = []
        for other in definition.live_fields():
            if other.key == field.key or not any(one[0] == other.key for one in used):
                continue
            found.append(
                worst(states[other.key], *(_inputs(catalog, role, definition, other, states, grant, (*path, here)) if other.type in _COMPUTED else ()))
            )
            found.extend(_behind(catalog, role, other, one[1:], grant, (*path, here)) for one in used if one[0] == other.key and len(one) > 1)
        return found
    options = field_options(field, RollupOptions)
    child = catalog.objects.get(options.object)
    if options.company_figure:
        return []
    if child is None:
        return ["hidden"]
    used = {options.field} - {""} | filter_fields(options.filter)
    grants = role_grants(catalog, role, child.key, (*path, here))
    if child.parent != options.relation:
        grants = tuple(grant for grant in grants if grant.rows == "all")
    if not grants:
        return ["hidden"]
    found: list[FieldState] = [grant.state(key.partition(".")[0]) for key in used for grant in grants]
    return found


def _behind(catalog: Catalog, role: RoleDefinition, field: FieldDefinition, keys: tuple[str, ...], grant: Grant, path: tuple[str, ...]) -> FieldState:
    """The state of a value a formula reaches through a field: in the record's own lines under the same grant, elsewhere where the role sees all rows."""
    if not keys or field.type not in ("lines", "relation"):
        return "read"
    target = catalog.objects.get(str(field.options.get("target", "")))
    if target is None or len(path) >= _DEPTH:
        return "hidden"
    if field.type == "lines":
        states = [_grant_states(catalog, role, target, grant, True, path)]
    else:
        states = [one.fields for one in role_grants(catalog, role, target.key, path) if one.rows == "all"]
    last = target.field(keys[0])
    reached: FieldState = best(one.get(keys[0], _READ) for one in states)
    return reached if last is None else worst(reached, _behind(catalog, role, last, keys[1:], grant, path))


def filter_fields(given: Filter | None) -> set[str]:
    """Every path a filter names."""
    if given is None:
        return set()
    return ({given.field} - {""}).union(*(filter_fields(part) for part in given.of))


def made_from(catalog: Catalog, definition: ObjectDefinition, field: FieldDefinition, changed: set[str], depth: int = 0) -> bool:
    """Whether a computed field of the record itself uses one of the changed fields, directly or through others."""
    if depth >= _DEPTH or field.type not in ("formula", "lookup"):
        return False
    text = field_options(field, FormulaOptions).expression if field.type == "formula" else field_options(field, LookupOptions).path
    heads = {path.partition(".")[0] for path in _PATH.findall(text)}
    return any(one.key in heads and (one.key in changed or made_from(catalog, definition, one, changed, depth + 1)) for one in definition.live_fields())


def _restricted(catalog: Catalog, object_key: str) -> tuple[str, ...]:
    definition = catalog.objects[object_key]
    grants = [grant for role in catalog.roles.values() for grant in role_grants(catalog, role, object_key)]
    found = [field.key for field in definition.live_fields() if field.sensitive or any(not is_clear(grant.fields[field.key]) for grant in grants)]
    return tuple(sorted(found))


def _reading(grant: ScopedGrant) -> ScopedGrant:
    fields = {key: worst(state, "read") for key, state in grant.fields.items()}
    return msgspec.structs.replace(grant, actions=("read",), fields=fields)


def _stamped(scope: ObjectScope) -> ObjectScope:
    return msgspec.structs.replace(scope, fingerprint=hashlib.blake2b(canonical(scope), digest_size=12).hexdigest())
