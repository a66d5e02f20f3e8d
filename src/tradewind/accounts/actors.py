"""Makes the Actor of a session, a key or a person: one statement each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tradewind.kernel.problems import NotFound
from tradewind.kernel.sql import Sql, cast_param, param, raw
from tradewind.metadata.actors import Actor, Share
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection

SYSTEM_RIGHTS = frozenset({"build", "people", "roles", "audit", "keys", "purge", "demo", "data"})

_ORGANISATION = raw(
    """, below AS (
    SELECT d.id FROM system.departments AS d, me WHERE d.id = me.department OR d.head = me.id
    UNION SELECT d.id FROM system.departments AS d JOIN below ON d.parent = below.id)
SELECT me.id, me.name, me.department, me.language, me.zone,
    ARRAY(SELECT id FROM below ORDER BY id),
    ARRAY(SELECT m.team FROM system.team_members AS m WHERE m.person = me.id ORDER BY m.team),
    ARRAY(SELECT r.role FROM system.person_roles AS r WHERE r.person = me.id ORDER BY r.role),
    me.seen, me.objects, me.read_only,
    (SELECT jsonb_agg(DISTINCT jsonb_build_object('object', g.object, 'fields', g.fields, 'actions', g.actions)) FROM system.grants AS g WHERE g.person = me.id)
FROM me"""
)


def person_statement(person: UUID) -> Sql:
    """Actor data of an active person."""
    return (
        raw(
            "WITH RECURSIVE me AS (SELECT p.id, p.name, p.department, p.language, p.zone, NULL::timestamptz AS seen, NULL::text[] AS objects,"
            " false AS read_only"
        )
        + raw(" FROM system.people AS p WHERE p.active AND p.id = ")
        + cast_param(person, "uuid")
        + raw(")")
        + _ORGANISATION
    )


_SESSION = (
    raw("WITH RECURSIVE me AS (SELECT p.id, p.name, p.department, p.language, p.zone, s.seen_at AS seen, NULL::text[] AS objects, false AS read_only")
    + raw(" FROM system.sessions AS s JOIN system.people AS p ON p.id = s.person WHERE p.active AND s.digest = ")
    + param(b"")
    + raw(" AND s.expires_at > ")
    + param(None)
    + raw(" AND s.seen_at > ")
    + param(None)
    + raw(")")
    + _ORGANISATION
).text


def session_statement(digest: bytes, now: datetime, idle: timedelta) -> Sql:
    """Actor data of a session that is neither over nor idle for too long, of a person who is active. Its text is made once: every request asks it."""
    return Sql(_SESSION, (digest, now, now - idle))


def key_statement(key: str, digest: bytes, now: datetime) -> Sql:
    """Actor data of an API key that is neither revoked nor over, of a person who is active."""
    return (
        raw("WITH RECURSIVE me AS (SELECT p.id, p.name, p.department, p.language, p.zone, k.used_at AS seen, k.objects, k.read_only")
        + raw(" FROM system.api_keys AS k JOIN system.people AS p ON p.id = k.person WHERE p.active AND k.revoked_at IS NULL AND k.id = ")
        + param(key)
        + raw(" AND k.digest = ")
        + param(digest)
        + raw(" AND k.expires_at > ")
        + param(now)
        + raw(")")
        + _ORGANISATION
    )


def actor_of_row(row: tuple[Any, ...], *, kind: str = "person", request: str = "", address: str = "") -> Actor:
    """The Actor in a row of one of the statements above."""
    return Actor(
        person=row[0],
        name=row[1],
        kind=kind,
        department=row[2],
        language=row[3],
        zone=row[4],
        subtree=tuple(row[5]),
        teams=tuple(row[6]),
        roles=tuple(row[7]),
        objects=None if row[9] is None else tuple(row[9]),
        read_only=row[10],
        shares=() if row[11] is None else msgspec.convert(row[11], tuple[Share, ...]),
        request=request,
        address=address,
    )


async def actor_for(connection: Connection, person: UUID, *, request: str = "", address: str = "") -> Actor:
    """The Actor of an active person. Raises NotFound."""
    row = await connection.row(person_statement(person))
    if row is None:
        raise NotFound()
    return actor_of_row(row, request=request, address=address)


def system_rights(catalog: Catalog, actor: Actor) -> frozenset[str]:
    """The rights beyond records that the actor's roles give. A key limited to some objects has none."""
    if actor.kind == "system":
        return SYSTEM_RIGHTS
    if actor.objects is not None:
        return frozenset()
    roles = [catalog.roles[key] for key in actor.roles if key in catalog.roles]
    if any(role.everything for role in roles):
        return SYSTEM_RIGHTS
    return frozenset(right for role in roles for right in role.system)
