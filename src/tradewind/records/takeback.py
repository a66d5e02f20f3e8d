"""Taking back what an action did, set-wise: created records go to the bin, changed values return, deleted ones come back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import Forbidden, Guarded, InvalidRecords, Stale
from tradewind.kernel.sql import Sql, cast_param, join, literal, name, param, raw
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition
from tradewind.query.compile.context import Table
from tradewind.query.compile.members import field_value, system_value
from tradewind.query.database.pool import Connection
from tradewind.records import remove
from tradewind.records.announce import Changed
from tradewind.records.batches import Batch, Written
from tradewind.records.external import KEY as EXTERNAL
from tradewind.records.guards import guards_of
from tradewind.records.write import write_in

Why = Literal["changed", "referenced", "gone", "guarded", "forbidden", "refused"]

_BELONGING = ("owner", "team")
"""Whose a record is: no fields, but written and taken back like them."""
_MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log that is taken back."""

    id: UUID
    operation: str
    object: str
    record: UUID
    fields: tuple[str, ...]
    payload: dict[str, Any] | None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was left as it is, wholly or in these fields, and why."""

    object: str
    record: UUID
    why: Why
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class TakenBack:
    """What became of the lines."""

    last: Written
    updated: int = 0
    kept: list[Kept] = field(default_factory=list[Kept])
    touched: defaultdict[str, list[UUID]] = field(default_factory=lambda: defaultdict[str, list[UUID]](list))
    changed: defaultdict[str, Changed] = field(default_factory=lambda: defaultdict[str, Changed](Changed))


@dataclass(frozen=True, slots=True)
class Undo:
    """One undo: of which action, as which new one, by whom. `strict` refuses as a whole what otherwise is kept and told of."""

    connection: Connection
    catalog: Catalog
    actor: Actor
    of: UUID
    action: UUID
    clock: Clock
    strict: bool


async def lines_of(connection: Connection, action: UUID, before: UUID | None, limit: int) -> list[Line]:
    """What the action did, newest first, older than the line `before`."""
    older = raw(" AND c.id < ") + param(before) if before else raw("")
    rows = await connection.rows(
        raw("SELECT c.id, c.operation, c.object, c.record, c.fields, v.payload FROM system.changes AS c LEFT JOIN system.change_values AS v ON v.change = c.id")
        + raw(" WHERE c.operation IN ('create', 'update', 'delete', 'restore', 'identify', 'unidentify') AND c.action = ")
        + param(action)
        + older
        + raw(" ORDER BY c.id DESC LIMIT ")
        + param(limit)
    )
    return [Line(row[0], row[1], row[2], row[3], tuple(row[4]), row[5]) for row in rows]


async def take_back(undo: Undo, lines: Sequence[Line]) -> TakenBack:
    """Takes the lines back, given newest first. With `strict`, raises Stale where a value was changed again since, and whatever keeps a record."""
    done = TakenBack(Written(action=undo.action))
    for group in _groups(lines):
        definition = undo.catalog.objects.get(group[0].object)
        if definition is None:
            continue
        ids = [line.record for line in group]
        match group[0].operation:
            case "create" | "restore":
                await _remove(undo, definition, await _not_with_parents(undo, definition, ids, group[0].operation), done)
            case "delete":
                await _restore(undo, definition, await _not_with_parents(undo, definition, ids, "delete"), done)
            case "identify" | "unidentify":
                await _return_identities(undo, definition, group, done)
            case _:
                await _return_values(undo, definition, group, done)
    return done


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Neighbours of one kind; no record twice in one of them."""
    for _, same in groupby(lines, lambda line: (line.operation, line.object)):
        group: list[Line] = []
        seen: set[UUID] = set()
        for line in same:
            if line.record in seen or len(group) == _MOST_ROWS:
                yield group
                group, seen = [], set()
            group.append(line)
            seen.add(line.record)
        yield group


def _write(undo: Undo, definition: ObjectDefinition, operation: Any, rows: Iterable[dict[str, Any]]) -> Batch:
    return Batch(object=definition.key, operation=operation, rows=tuple(rows), action=undo.action, partial=not undo.strict)


def _ids(ids: Iterable[UUID]) -> Sql:
    return cast_param(list(ids), "uuid[]")


async def _not_with_parents(undo: Undo, definition: ObjectDefinition, ids: Sequence[UUID], operation: str) -> list[UUID]:
    """Without lines whose record the same action made or removed: they go and come with it."""
    relation = definition.field(definition.parent) if definition.parent else None
    if relation is None:
        return list(ids)
    rows = await undo.connection.rows(
        raw("SELECT r.id FROM ") + name("data", definition.key) + raw(" AS r WHERE r.id = ANY(") + _ids(ids)
        + raw(") AND EXISTS (SELECT 1 FROM system.changes AS c WHERE c.operation = ") + param(operation) + raw(" AND c.object = ")
        + param(str(relation.options["target"])) + raw(" AND c.record = r.") + name(relation.key) + raw(" AND c.action = ") + param(undo.of) + raw(")")
    )  # fmt: skip
    together = {row[0] for row in rows}
    return [one for one in ids if one not in together]


async def _remove(undo: Undo, definition: ObjectDefinition, ids: list[UUID], done: TakenBack) -> None:
    """Moves records to the bin that the action made or brought back."""
    going = ids if undo.strict else await _free(undo, definition, ids, done)
    if going:
        done.last = await write_in(
            undo.connection,
            undo.catalog,
            undo.actor,
            _write(undo, definition, "delete", ({"id": str(one)} for one in going)),
            undo.clock,
            done.changed[definition.key],
        )
        done.touched[definition.key] += going


async def _free(undo: Undo, definition: ObjectDefinition, ids: Sequence[UUID], done: TakenBack) -> list[UUID]:
    """Those of the records that nobody changed, refers to or holds, and that the actor may delete; the others are told of."""
    there = {
        row[0]
        for row in await undo.connection.rows(
            raw("SELECT id FROM ") + name("data", definition.key) + raw(" WHERE deleted_at IS NULL AND id = ANY(") + _ids(ids) + raw(") ORDER BY id FOR UPDATE")
        )
    }
    reasons: dict[UUID, Why] = {one: "gone" for one in ids if one not in there}
    reasons |= dict.fromkeys(await _changed(undo, definition, there), "changed")
    allowed = await remove.deletable(undo.connection, undo.catalog, undo.actor, definition.key, sorted(there), undo.clock)
    for one in there - reasons.keys():
        if not allowed.get(one):
            reasons[one] = "forbidden"
    guarded: dict[UUID, Why] = dict.fromkeys(await guards_of(undo.connection, definition.key, sorted(there), undo.clock), "guarded")
    reasons = guarded | reasons
    while referred := await _referred(undo, definition, there - reasons.keys()):
        reasons |= dict.fromkeys(referred, "referenced")
    done.kept += [Kept(object=definition.key, record=one, why=reasons[one]) for one in ids if one in reasons]
    return [one for one in ids if one not in reasons]


async def _changed(undo: Undo, definition: ObjectDefinition, ids: set[UUID]) -> set[UUID]:
    """Records that somebody wrote since, they or one of their lines."""
    found = {row[0] for row in await undo.connection.rows(_written_since(undo, definition.key, _ids(ids)))}
    for lines in undo.catalog.objects.values():
        relation = lines.field(lines.parent) if lines.parent else None
        if relation is None or relation.options.get("target") != definition.key:
            continue
        own = (
            raw("SELECT l.id, l.")
            + name(relation.key)
            + raw(" FROM ")
            + name("data", lines.key)
            + raw(" AS l WHERE l.")
            + name(relation.key)
            + raw(" = ANY(")
            + _ids(ids)
            + raw(")")
        )
        made = (
            raw("SELECT 1 FROM system.changes AS c WHERE c.operation = 'create' AND c.object = ")
            + param(lines.key)
            + raw(" AND c.record = l.id AND c.action = ")
            + param(undo.of)
        )
        rows = await undo.connection.rows(own + raw(" AND NOT EXISTS (") + made + raw(")"))
        found |= {row[1] for row in rows}
        parents = {row[0]: row[1] for row in await undo.connection.rows(own)}
        found |= {parents[row[0]] for row in await undo.connection.rows(_written_since(undo, lines.key, _ids(parents)))}
    return found


def _written_since(undo: Undo, object_key: str, ids: Sql) -> Sql:
    return (
        raw("SELECT DISTINCT c.record FROM system.changes AS c WHERE c.operation IN ('update', 'delete', 'restore', 'identify', 'unidentify') AND c.object = ") + param(object_key)
        + raw(" AND c.record = ANY(") + ids + raw(") AND c.action IS DISTINCT FROM ") + param(undo.of) + raw(" AND c.action IS DISTINCT FROM ") + param(undo.action)
    )  # fmt: skip


async def _referred(undo: Undo, definition: ObjectDefinition, ids: set[UUID]) -> set[UUID]:
    """Records that others point at, who would lose them."""
    found: set[UUID] = set()
    for other in undo.catalog.objects.values():
        for relation in other.live_fields():
            if relation.type != "relation" or relation.options.get("target") != definition.key or other.parent == relation.key:
                continue
            inside = raw(" AND NOT id = ANY(") + _ids(ids) + raw(")") if other.key == definition.key else raw("")
            rows = await undo.connection.rows(
                raw("SELECT DISTINCT ") + name(relation.key) + raw(" FROM ") + name("data", other.key) + raw(" WHERE deleted_at IS NULL AND ") + name(relation.key)
                + raw(" = ANY(") + _ids(ids) + raw(")") + inside
            )  # fmt: skip
            found |= {row[0] for row in rows}
    return found


async def _restore(undo: Undo, definition: ObjectDefinition, ids: list[UUID], done: TakenBack) -> None:
    """Brings back records that the action deleted and that are still in the bin."""
    rows = await undo.connection.rows(
        raw("SELECT id FROM ") + name("data", definition.key) + raw(" WHERE deleted_at IS NOT NULL AND id = ANY(") + _ids(ids) + raw(")")
    )
    waiting = {row[0] for row in rows}
    back = [one for one in ids if one in waiting]
    if back:
        batch = _write(undo, definition, "restore", ({"id": str(one)} for one in back))
        done.last = await write_in(undo.connection, undo.catalog, undo.actor, batch, undo.clock, done.changed[definition.key])
        done.touched[definition.key] += back


async def _return_values(undo: Undo, definition: ObjectDefinition, group: Sequence[Line], done: TakenBack) -> None:
    """Gives fields the values they had; one that was changed again since stays as it is."""
    now = await _values(undo, definition, group)
    rows: list[dict[str, Any]] = []
    for line in group:
        values = now.get(line.record)
        if values is None or line.payload is None:
            done.kept.append(Kept(object=definition.key, record=line.record, why="gone", fields=line.fields))
            continue
        before, after = line.payload["before"], line.payload["after"]
        others = tuple(key for key in line.fields if key in values and values[key] not in (after.get(key), before.get(key)))
        if others and undo.strict:
            raise InvalidRecords(errors=tuple(Stale(pointer=f"/rows/0/{key}", field=key) for key in others))
        if others:
            done.kept.append(Kept(object=definition.key, record=line.record, why="changed", fields=others))
        back = {key: _wire(before.get(key)) for key in line.fields if key not in others and _is_written(definition, key)}
        if back:
            rows.append({"id": str(line.record), **back})
    if not rows:
        return
    written = await write_in(undo.connection, undo.catalog, undo.actor, _write(undo, definition, "update", rows), undo.clock, done.changed[definition.key])
    done.last = written
    done.updated += written.updated
    done.touched[definition.key] += [one for one in written.ids if one]
    refused = {problem.row: problem for problem in written.problems}
    done.kept += [
        Kept(object=definition.key, record=UUID(rows[number]["id"]), why=_why(problem.code), fields=tuple(key for key in rows[number] if key != "id"))
        for number, problem in refused.items()
    ]


async def _return_identities(undo: Undo, definition: ObjectDefinition, group: Sequence[Line], done: TakenBack) -> None:
    """Takes away what other systems call the records since the action, or gives it back; a record it made keeps its ids in the bin."""
    alive = {
        row[0]
        for row in await undo.connection.rows(
            raw("SELECT r.id FROM ") + name("data", definition.key) + raw(" AS r WHERE r.deleted_at IS NULL AND r.id = ANY(")
            + _ids(line.record for line in group) + raw(") AND NOT EXISTS (SELECT 1 FROM system.changes AS c WHERE c.operation = 'create' AND c.object = ")
            + param(definition.key) + raw(" AND c.record = r.id AND c.action = ") + param(undo.of) + raw(")")
        )
    }  # fmt: skip
    way = "remove" if group[0].operation == "identify" else "add"
    rows: list[dict[str, Any]] = [{"id": str(line.record), EXTERNAL: {way: line.payload[EXTERNAL]}} for line in group if line.record in alive and line.payload]
    if not rows:
        return
    written = await write_in(undo.connection, undo.catalog, undo.actor, _write(undo, definition, "update", rows), undo.clock, done.changed[definition.key])
    done.last = written
    done.touched[definition.key] += [one for one in written.ids if one]
    done.kept += [Kept(object=definition.key, record=UUID(rows[one.row]["id"]), why=_why(one.code), fields=(EXTERNAL,)) for one in written.problems]


def _why(code: str) -> Why:
    return "guarded" if code == Guarded.code else "forbidden" if code in (Forbidden.code, "field.read_only") else "refused"


async def _values(undo: Undo, definition: ObjectDefinition, group: Sequence[Line]) -> Mapping[UUID, dict[str, Any]]:
    """The present values of the fields these lines speak of, as the log writes them; live records only."""
    table = Table(undo.catalog, SYSTEM, definition, "r", undo.clock.now())
    keys = sorted({key for line in group for key in line.fields})
    fields = [found for key in keys if (found := definition.field(key)) is not None]
    images = [
        *(
            raw("jsonb_build_object(") + literal(key) + raw("::text, ") + system_value(table, key) + raw(")")
            for key in keys
            if key in _BELONGING and definition.field(key) is None
        ),
        *(raw("jsonb_build_object(") + literal(one.key) + raw("::text, ") + field_value(table, one) + raw(")") for one in fields),
    ]
    image = join(" || ", images) if images else raw("'{}'::jsonb")
    rows = await undo.connection.rows(
        raw("SELECT r.id, ") + image + raw(" FROM ") + name("data", definition.key) + raw(" AS r WHERE r.deleted_at IS NULL AND r.id = ANY(")
        + _ids(line.record for line in group) + raw(") ORDER BY r.id FOR UPDATE OF r")
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def _is_written(definition: ObjectDefinition, key: str) -> bool:
    found: FieldDefinition | None = definition.field(key)
    return key in _BELONGING if found is None else found.type not in ("formula", "rollup", "lookup")


def _wire(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) and "id" in value else value  # pyright: ignore[reportUnknownVariableType]
