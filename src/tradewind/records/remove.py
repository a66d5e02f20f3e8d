"""Delete, restore, purge: the recycle bin with what hangs together as one group."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import AlreadyExists, Forbidden, Guarded, InvalidRecords, NotFound, StillReferenced, UnknownField, UnknownObject
from tradewind.kernel.sql import Sql, cast_param, name, param, parens, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.values import read
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition, RelationOptions
from tradewind.query.authz.scope import field_options, restricted_fields
from tradewind.query.compile import passes
from tradewind.query.compile.context import Table, field_columns
from tradewind.query.compile.members import field_value
from tradewind.query.database.pool import Connection
from tradewind.records import log
from tradewind.records.announce import Changed, announce_in
from tradewind.records.batches import Batch, Written
from tradewind.records.guards import guards_of
from tradewind.records.recompute import recompute, recompute_parents


async def move(connection: Connection, catalog: Catalog, actor: Actor, batch: Batch, action: UUID, clock: Clock, *, logged_as: Actor | None = None) -> Written:
    """Moves records to the bin, back, or out of it for good.

    Raises InvalidRecords with NotFound or Forbidden for each record out of reach, StillReferenced where a relation says restrict,
    Guarded where a lock holds.
    """
    ids = list(dict.fromkeys(read(row.get("id"), UUID) for row in batch.rows))
    who = logged_as or actor
    if batch.operation == "purge":
        return await _purge(connection, catalog, actor, batch.object, ids, action, clock)
    deleted = batch.operation == "restore"
    await _check(connection, catalog, actor, batch.object, ids, clock, deleted=deleted)
    if deleted:
        restored = await _restore(connection, catalog, who, batch.object, ids, action, clock)
        return Written(action=action, ids=tuple(ids), restored=restored)
    removed = await _delete(connection, catalog, who, batch.object, ids, action, clock)
    return Written(action=action, ids=tuple(ids), deleted=removed)


async def deletable(
    connection: Connection, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], clock: Clock, *, deleted: bool = False
) -> dict[UUID, bool]:
    """The records the actor sees, live ones or those in the bin, and whether he may delete each; locked until the transaction ends."""
    now = clock.now()
    sees = passes.compile_predicate(catalog, actor, object_key, None, "read", now)
    may = passes.compile_predicate(catalog, actor, object_key, None, "delete", now)
    bin_state = raw("r.deleted_at IS NOT NULL") if deleted else raw("r.deleted_at IS NULL")
    rows = await connection.rows(
        raw("SELECT r.id, ") + may + raw(" FROM ") + name("data", object_key) + raw(" AS r WHERE ") + bin_state + raw(" AND r.id = ANY(")
        + cast_param(list(ids), "uuid[]") + raw(") AND ") + sees + raw(" ORDER BY r.id FOR UPDATE OF r")
    )  # fmt: skip
    return {row[0]: bool(row[1]) for row in rows}


async def _check(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], clock: Clock, *, deleted: bool) -> None:
    found = await deletable(connection, catalog, actor, object_key, ids, clock, deleted=deleted)
    problems = [
        NotFound(pointer=f"/rows/{number}", object=object_key)
        if identity not in found
        else Forbidden(pointer=f"/rows/{number}", right="delete", object=object_key)
        for number, identity in enumerate(ids)
        if not found.get(identity)
    ]
    if len(ids) == 1 and problems:
        raise problems[0]
    if problems:
        raise InvalidRecords(errors=tuple(problems))


async def _delete(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], action: UUID, clock: Clock) -> int:
    """Soft delete with what cascades, as one group named by the action. A guard on any of them, even on one field, keeps all."""
    if not ids:
        return 0
    for guarded in (await guards_of(connection, object_key, ids, clock)).values():
        raise Guarded(reason=guarded[0][1])
    going = set(ids)
    for other in catalog.objects.values():
        for field in other.live_fields():
            if field.type != "relation" or (options := field_options(field, RelationOptions)).target != object_key:
                continue
            rows = await connection.rows(
                raw("SELECT id FROM ")
                + name("data", other.key)
                + raw(" WHERE deleted_at IS NULL AND ")
                + name(field.key)
                + raw(" = ANY(")
                + cast_param(list(ids), "uuid[]")
                + raw(") ORDER BY id FOR UPDATE")
            )
            children = [row[0] for row in rows if other.key != object_key or row[0] not in going]
            if not children:
                continue
            rule = "cascade" if other.parent == field.key else options.on_delete
            if rule == "restrict":
                raise StillReferenced(object=other.key, field=field.key, count=len(children))
            if rule == "cascade":
                await _delete(connection, catalog, actor, other.key, children, action, clock)
                await announce_in(connection, other.key, children, Changed(whole=True))
            else:
                await _let_go(connection, catalog, actor, other, field, children, action, clock)
    done = await connection.rows(
        raw("UPDATE ") + name("data", object_key) + raw(" SET deleted_at = ") + param(clock.now()) + raw(", deleted_by = ") + param(actor.person) + raw("::uuid, deletion = ") + param(action)
        + raw(" WHERE deleted_at IS NULL AND id = ANY(") + cast_param(list(ids), "uuid[]") + raw(") RETURNING id")
    )  # fmt: skip
    gone = [row[0] for row in done]
    await log.record_many(connection, actor, "delete", object_key, [(one, (), None) for one in gone], clock, action=action)
    await _recompute_around(connection, catalog, object_key, gone, clock)
    return len(gone)


async def _let_go(
    connection: Connection,
    catalog: Catalog,
    actor: Actor,
    definition: ObjectDefinition,
    field: FieldDefinition,
    ids: Sequence[UUID],
    action: UUID,
    clock: Clock,
) -> None:
    """Empties the relation of these records, as a recorded change within the action: undo and restore bring it back."""
    for guarded in (await guards_of(connection, definition.key, ids, clock)).values():
        raise Guarded(reason=guarded[0][1])
    value = field_value(Table(catalog, SYSTEM, definition, "r", clock.now()), field)
    chosen = raw(" WHERE r.id = ANY(") + cast_param(list(ids), "uuid[]") + raw(")")
    before = await connection.rows(raw("SELECT r.id, to_jsonb(") + value + raw(") FROM ") + name("data", definition.key) + raw(" AS r") + chosen)
    await _point(connection, catalog, actor, definition, field, ids, raw("NULL"), clock)
    entries: list[log.Entry] = [(row[0], (field.key,), {"before": {field.key: row[1]}, "after": {field.key: None}}) for row in before]
    await log.record_many(connection, actor, "update", definition.key, entries, clock, action=action)


async def _point(
    connection: Connection, catalog: Catalog, actor: Actor, definition: ObjectDefinition, field: FieldDefinition, ids: Sequence[UUID], target: Sql, clock: Clock
) -> None:
    """Sets the relation and what is computed from it, and tells open lists; the counter moves unless the field is restricted."""
    moved = raw("0") if field.key in restricted_fields(catalog, definition.key) else raw("1")
    await connection.execute(
        raw("UPDATE ") + name("data", definition.key) + raw(" SET ") + name(field.key) + raw(" = ") + target + raw(", version = version + ") + moved
        + raw(", updated_at = ") + param(clock.now()) + raw(", updated_by = ") + param(actor.person) + raw("::uuid WHERE id = ANY(") + cast_param(list(ids), "uuid[]") + raw(")")
    )  # fmt: skip
    await recompute(connection, catalog, definition.key, ids, clock)
    await announce_in(connection, definition.key, ids, Changed(fields={field.key}))


async def _tie_again(connection: Connection, catalog: Catalog, actor: Actor, deletions: Sequence[UUID], action: UUID, clock: Clock) -> None:
    """Relations that these deletions emptied point again at the records that are back, unless somebody filled them since. A merge emptied none."""
    rows = await connection.rows(
        raw("SELECT c.object, c.record, c.fields[1], v.payload FROM system.changes AS c JOIN system.change_values AS v ON v.change = c.id")
        + raw(" WHERE c.operation = 'update' AND NOT EXISTS (SELECT 1 FROM system.merges AS m WHERE m.action = c.action) AND c.action = ANY(")
        + cast_param(list(deletions), "uuid[]")
        + raw(")")
    )
    for object_key, record, key, payload in rows:
        definition = catalog.objects.get(object_key)
        field = None if definition is None else definition.field(key)
        before = payload["before"].get(key)
        if definition is None or field is None or field.type != "relation" or not isinstance(before, dict) or "id" not in before:
            continue
        target = cast_param(UUID(str(before["id"])), "uuid")  # pyright: ignore[reportUnknownArgumentType]
        back = raw("EXISTS (SELECT 1 FROM ") + name("data", field_options(field, RelationOptions).target) + raw(" AS t WHERE t.deleted_at IS NULL AND t.id = ") + target + raw(")")  # fmt: skip
        empty = raw("SELECT r.id FROM ") + name("data", object_key) + raw(" AS r WHERE r.id = ") + param(record) + raw(" AND r.") + name(key) + raw(" IS NULL AND ") + back + raw(" FOR UPDATE OF r")  # fmt: skip
        if await connection.rows(empty):
            await _point(connection, catalog, actor, definition, field, [record], target, clock)
            await log.record(connection, actor, "update", object_key, record, (key,), {"before": {key: None}, "after": {key: before}}, clock, action=action)


async def _restore(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], action: UUID, clock: Clock) -> int:
    """Brings back each record with the group it was deleted in."""
    groups = await connection.rows(
        raw("SELECT DISTINCT deletion FROM ") + name("data", object_key) + raw(" WHERE id = ANY(") + cast_param(list(ids), "uuid[]") + raw(")")
    )
    wanted = [row[0] for row in groups if row[0] is not None]
    restored = 0
    for other in catalog.objects.values():
        chosen = raw(" AND id = ANY(") + cast_param(list(ids), "uuid[]") + raw(")") if other.key == object_key else raw("")
        coming = raw("deletion = ANY(") + cast_param(wanted, "uuid[]") + raw(")") + chosen
        await _refuse_taken(connection, catalog, actor, other, coming, clock)
        done = await connection.rows(
            raw("UPDATE ") + name("data", other.key) + raw(" SET deleted_at = NULL, deleted_by = NULL, deletion = NULL WHERE ") + coming + raw(" RETURNING id")
        )
        back = [row[0] for row in done]
        if back:
            await log.record_many(connection, actor, "restore", other.key, [(one, (), None) for one in back], clock, action=action)
            await _recompute_around(connection, catalog, other.key, back, clock)
            restored += len(back)
            if other.key != object_key:
                await announce_in(connection, other.key, back, Changed(whole=True))
    await _tie_again(connection, catalog, actor, wanted, action, clock)
    return restored


async def _refuse_taken(connection: Connection, catalog: Catalog, actor: Actor, definition: ObjectDefinition, coming: Sql, clock: Clock) -> None:
    """Unique values that live records took meanwhile. Raises InvalidRecords with AlreadyExists, naming each holder that the actor sees."""
    table = Table(catalog, SYSTEM, definition, "r", clock.now())
    problems: list[AlreadyExists] = []
    for field in definition.live_fields():
        if not field.unique or (field.type != "relation" and field.type not in field_types()):
            continue
        columns, _ = field_columns(table, field)
        folded = columns[0] if field.type == "relation" else field_types()[field.type].fold(columns)
        among = raw("(SELECT ") + folded + raw(" FROM ") + name("data", definition.key) + raw(" AS r WHERE ") + coming + raw(")")
        taken = raw("(") + folded + raw(") IN ") + among
        rows = await connection.rows(
            raw("SELECT r.id FROM ") + name("data", definition.key) + raw(" AS r WHERE r.deleted_at IS NULL AND ") + taken + raw(" LIMIT 20")
        )
        if rows:
            seen = await _named(connection, catalog, actor, definition, field, [row[0] for row in rows], clock)
            problems += [
                AlreadyExists(pointer=f"/rows/0/{field.key}", field=field.key, rule="held", holder=seen[row[0]], id=str(row[0]))
                if row[0] in seen
                else AlreadyExists(pointer=f"/rows/0/{field.key}", field=field.key)
                for row in rows
            ]
    if problems:
        raise InvalidRecords(errors=tuple(problems))


async def _named(
    connection: Connection, catalog: Catalog, actor: Actor, definition: ObjectDefinition, field: FieldDefinition, ids: Sequence[UUID], clock: Clock
) -> dict[UUID, str]:
    """Titles of those records on which the actor sees the field and the title clear."""
    now = clock.now()
    try:
        sees = passes.compile_predicate(catalog, actor, definition.key, None, "read", now)
        clear = [parens(passes.field_state_sql(catalog, actor, definition.key, key, ("read", "write"), now)) for key in (definition.title, field.key)]
    except (UnknownObject, UnknownField):
        return {}
    title = definition.field(definition.title)
    if title is None:
        return {}
    value = field_value(Table(catalog, SYSTEM, definition, "r", now), title)
    rows = await connection.rows(
        raw("SELECT r.id, (to_jsonb(") + value + raw(")) #>> '{}' FROM ") + name("data", definition.key) + raw(" AS r WHERE r.id = ANY(") + cast_param(list(ids), "uuid[]")
        + raw(") AND ") + parens(sees) + raw(" AND ") + clear[0] + raw(" AND ") + clear[1]
    )  # fmt: skip
    return {row[0]: row[1] or "" for row in rows}


async def _recompute_around(connection: Connection, catalog: Catalog, object_key: str, ids: Sequence[UUID], clock: Clock) -> None:
    """The records themselves and what their relations point at."""
    await recompute(connection, catalog, object_key, ids, clock)
    parents: dict[str, set[UUID]] = {}
    for field in catalog.objects[object_key].live_fields():
        if field.type == "relation":
            rows = await connection.rows(
                raw("SELECT DISTINCT ")
                + name(field.key)
                + raw(" FROM ")
                + name("data", object_key)
                + raw(" WHERE id = ANY(")
                + cast_param(list(ids), "uuid[]")
                + raw(") AND ")
                + name(field.key)
                + raw(" IS NOT NULL")
            )
            parents[field.key] = {row[0] for row in rows}
    await recompute_parents(connection, catalog, object_key, parents, clock)


async def _purge(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], action: UUID, clock: Clock) -> Written:
    """Really deletes records that are in the bin, their files' places and the values in the log. Needs the right `purge`."""
    roles = [catalog.roles[key] for key in actor.roles if key in catalog.roles]
    if actor.kind != SYSTEM.kind and not any(role.everything or "purge" in role.system for role in roles):
        raise Forbidden(right="purge", object=object_key)
    await _check(connection, catalog, actor, object_key, ids, clock, deleted=True)
    chosen = cast_param(list(ids), "uuid[]")
    for other in catalog.objects.values():
        for field in other.live_fields():
            if field.type == "relation" and field_options(field, RelationOptions).target == object_key:
                await connection.execute(
                    raw("UPDATE ")
                    + name("data", other.key)
                    + raw(" SET ")
                    + name(field.key)
                    + raw(" = NULL WHERE ")
                    + name(field.key)
                    + raw(" = ANY(")
                    + chosen
                    + raw(")")
                )
    of_records = raw(" WHERE object = ") + param(object_key) + raw(" AND record = ANY(") + chosen + raw(")")
    await connection.execute(raw("UPDATE system.files SET attached = false WHERE id IN (SELECT file FROM system.attachments") + of_records + raw(")"))
    await connection.execute(raw("DELETE FROM system.attachments") + of_records)
    await connection.execute(raw("DELETE FROM system.grants") + of_records)
    await connection.execute(raw("DELETE FROM system.external_ids") + of_records)
    await connection.execute(raw("DELETE FROM system.change_values WHERE change IN (SELECT id FROM system.changes") + of_records + raw(")"))
    count = await connection.execute(raw("DELETE FROM ") + name("data", object_key) + raw(" WHERE deleted_at IS NOT NULL AND id = ANY(") + chosen + raw(")"))
    await log.record_many(connection, actor, "purge", object_key, [(one, (), None) for one in ids], clock, action=action)
    return Written(action=action, ids=tuple(ids), deleted=count)
