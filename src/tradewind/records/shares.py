"""Shares: one record shown to a colleague whose roles would not show it, for a while or until it is taken back; never more than the giver has."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json
from tradewind.kernel.problems import Forbidden, InvalidRequest, NotFound, UnknownField, UnknownObject
from tradewind.kernel.sql import Sql, cast_param, join, name, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.authz.scope import is_clear, restricted_fields
from tradewind.query.compile import passes
from tradewind.query.database.pool import Connection, Database
from tradewind.records import log
from tradewind.records.read import find_record


class Sharing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a giver asks for. Sensitive fields go along only where they are named."""

    person: UUID
    update: bool = False
    sensitive: tuple[str, ...] = ()
    until: datetime | None = None


async def share(database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, wanted: Sharing, clock: Clock) -> UUID:
    """Shares the record; the share's id. An earlier share of the record with the person is replaced.

    Raises NotFound, Forbidden for who may not change the record by his roles, UnknownField, InvalidRequest.
    """
    async with database.reading() as connection:
        await _may(connection, catalog, actor, object_key, identity, clock)
    fields = await _clear_fields(database, catalog, _by_roles(actor), object_key, identity, wanted.sensitive, clock)
    now, key = clock.now(), new_id()
    if wanted.until is not None and (wanted.until.tzinfo is None or wanted.until <= now):
        raise InvalidRequest(pointer="/until", rule="past")
    if wanted.person == actor.person:
        raise InvalidRequest(pointer="/person", rule="self")
    actions = ["read", "update"] if wanted.update else ["read"]
    values = [
        param(key), param(object_key), param(identity), param(wanted.person), cast_param(fields, "text[]"), cast_param(actions, "text[]"),
        param(wanted.until), param(actor.person), param(now),
    ]  # fmt: skip
    async with database.transaction() as connection:
        await _may(connection, catalog, actor, object_key, identity, clock)
        if not await connection.value(raw("SELECT active FROM system.people WHERE id = ") + param(wanted.person)):
            raise InvalidRequest(pointer="/person", rule="unknown")
        await connection.execute(raw("DELETE FROM system.grants WHERE ") + _of(object_key, identity) + raw(" AND person = ") + param(wanted.person))
        await connection.execute(
            raw("INSERT INTO system.grants (id, object, record, person, fields, actions, until, given_by, given_at) VALUES (") + join(", ", values) + raw(")")
        )
        payload: dict[str, Json] = {"person": str(wanted.person), "actions": list[Json](actions), "until": wanted.until.isoformat() if wanted.until else None}
        await log.record(connection, actor, "share", object_key, identity, fields, payload, clock)
    return key


async def shares(database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, clock: Clock) -> list[dict[str, Any]]:
    """Who the record is shared with, for who may share it. Raises NotFound, Forbidden."""
    keys = ("id", "person", "update", "until", "by", "at")
    statement = (
        raw("SELECT g.id, jsonb_build_object('id', p.id, 'name', p.name), 'update' = ANY(g.actions), g.until, b.name, g.given_at FROM system.grants AS g")
        + raw(" JOIN system.people AS p ON p.id = g.person LEFT JOIN system.people AS b ON b.id = g.given_by WHERE ") + _of(object_key, identity)
        + raw(" AND (g.until IS NULL OR g.until > ") + param(clock.now()) + raw(") ORDER BY p.name")
    )  # fmt: skip
    async with database.transaction() as connection:
        await _may(connection, catalog, actor, object_key, identity, clock)
        return [dict(zip(keys, row, strict=True)) for row in await connection.rows(statement)]


async def take_back(database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, key: UUID, clock: Clock) -> None:
    """Ends a share: by who may share the record, or by whom it was shared with. Raises NotFound, Forbidden."""
    which = raw(" WHERE id = ") + param(key) + raw(" AND ") + _of(object_key, identity)
    async with database.transaction() as connection:
        person = await connection.value(raw("SELECT person FROM system.grants") + which)
        if person is None or person != actor.person:
            await _may(connection, catalog, actor, object_key, identity, clock)
        if person is None:
            raise NotFound()
        await connection.execute(raw("DELETE FROM system.grants") + which)
        await log.record(connection, actor, "unshare", object_key, identity, (), {"person": str(person)}, clock)


async def forget_ended(connection: Connection, clock: Clock) -> None:
    """Removes shares whose time is over."""
    await connection.execute(raw("DELETE FROM system.grants WHERE until <= ") + param(clock.now()))


async def _clear_fields(
    database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, sensitive: tuple[str, ...], clock: Clock
) -> list[str]:
    """Of the fields that are restricted for anybody, those the giver sees clear on this row; sensitive ones only where they are named."""
    record = msgspec.json.decode(await find_record(database, catalog, actor, object_key, identity, clock.now()))
    states: dict[str, str] = record.get("_states", {})
    definition = catalog.objects[object_key]
    restricted = set(restricted_fields(catalog, object_key))
    clear = [one for one in definition.live_fields() if one.key in restricted and one.key in record and is_clear(states.get(one.key, "write"))]
    if unknown := set(sensitive) - {one.key for one in clear if one.sensitive}:
        raise UnknownField(field=min(unknown))
    return sorted(one.key for one in clear if not one.sensitive or one.key in sensitive)


async def _may(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, clock: Clock) -> None:
    """Whoever may change the record by his roles may share it; lines go with their record. Raises NotFound, Forbidden."""
    sees = passes.compile_predicate(catalog, actor, object_key, None, "read", clock.now())
    try:
        may = passes.compile_predicate(catalog, _by_roles(actor), object_key, None, "update", clock.now())
    except UnknownObject:
        may = raw("false")
    row = await connection.row(
        raw("SELECT ")
        + sees
        + raw(", ")
        + may
        + raw(" FROM ")
        + name("data", object_key)
        + raw(" AS r WHERE r.deleted_at IS NULL AND r.id = ")
        + param(identity)
    )
    if row is None or not row[0]:
        raise NotFound(object=object_key)
    if not row[1] or actor.read_only or catalog.objects[object_key].parent:
        raise Forbidden(right="share", object=object_key)


def _by_roles(actor: Actor) -> Actor:
    """The actor without what was shared with him: that is not his to share."""
    return msgspec.structs.replace(actor, shares=())


def _of(object_key: str, identity: UUID) -> Sql:
    return raw("object = ") + param(object_key) + raw(" AND record = ") + param(identity)
