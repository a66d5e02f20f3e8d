"""Notices inside the studio: told once, kept until they are old, shown with today's rights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import canonical
from tradewind.kernel.problems import Forbidden
from tradewind.kernel.sql import Sql, cast_param, join, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection, Database
from tradewind.records.announce import CHANNEL
from tradewind.records.titles import titles_of

PLACE = "system.notices"
"""What the live stream calls them; no object has a dot in its key."""
_SHOWN = 50
_KEPT = timedelta(days=180)
_RECORDS = (("object", "record"), ("about", "about_record"))
"""Members of a body that name a record together."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One notice as its reader may see it: records that are not his to see are named as restricted."""

    id: UUID
    kind: str
    at: datetime
    read: bool
    body: dict[str, Any]


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """The latest, and how many are unread in all."""

    notices: tuple[Notice, ...]
    unread: int


async def put(database: Database, people: Sequence[UUID], key: str, kind: str, body: Mapping[str, Any], clock: Clock) -> int:
    """Tells each of them, who is here, unless he was told under this key; how many were told now. Their open studios hear of it."""
    async with database.transaction() as connection:
        told = await connection.rows(
            raw("INSERT INTO system.notices (id, person, key, kind, body, at) SELECT t.id, p.id, ") + join(", ", [param(key), param(kind), param(canonical(dict(body)).decode()) + raw("::jsonb"), param(clock.now())])
            + raw(" FROM unnest(") + cast_param(list(people), "uuid[]") + raw(", ") + cast_param([new_id() for _ in people], "uuid[]")
            + raw(") AS t(person, id) JOIN system.people AS p ON p.id = t.person AND p.active ON CONFLICT (person, key) DO NOTHING RETURNING person")
        )  # fmt: skip
        for (person,) in told:
            await _stale(connection, person)
    return len(told)


async def _stale(connection: Connection, person: UUID) -> None:
    note = canonical({"object": PLACE, "ids": [], "fields": None, "person": str(person)}).decode()
    await connection.execute(raw("SELECT pg_notify(") + param(CHANNEL) + raw(", ") + param(note) + raw(")"))


async def notices(database: Database, catalog: Catalog, actor: Actor, clock: Clock) -> Notices:
    """The person's own, newest first. Raises Forbidden for an actor who is nobody."""
    mine = raw(" FROM system.notices WHERE person = ") + param(_person(actor))
    async with database.reading() as connection:
        rows = await connection.rows(raw("SELECT id, kind, at, read_at IS NOT NULL, body") + mine + raw(" ORDER BY at DESC, id DESC LIMIT ") + param(_SHOWN))
        unread = int(await connection.value(raw("SELECT count(*)") + mine + raw(" AND read_at IS NULL")) or 0)
        names = await _names(connection, catalog, actor, (row[4] for row in rows), clock)
    found = [Notice(id=row[0], kind=row[1], at=row[2], read=row[3], body=_shown(row[4], names)) for row in rows]
    return Notices(notices=tuple(found), unread=unread)


async def _names(
    connection: Connection, catalog: Catalog, actor: Actor, bodies: Iterable[Mapping[str, Any]], clock: Clock
) -> dict[tuple[str, str], str | None]:
    """Names of the records that notices speak of, as far as the reader sees them."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for body in bodies:
        for key, record in _RECORDS:
            if key in body and record in body and body[key] in catalog.objects:
                wanted[str(body[key])].add(UUID(str(body[record])))
    found: dict[tuple[str, str], str | None] = {}
    for key, ids in wanted.items():
        found |= {(key, str(identity)): title for identity, title in (await titles_of(connection, catalog, actor, key, ids, clock)).items()}
    return found


def _shown(body: Mapping[str, Any], names: Mapping[tuple[str, str], str | None]) -> dict[str, Any]:
    shown = dict(body)
    for key, record in _RECORDS:
        if record in shown:
            place = (str(shown.get(key)), str(shown[record]))
            shown[record] = {"id": place[1], "title": names[place]} if place in names else {"restricted": True}
    return shown


async def mark_read(database: Database, actor: Actor, ids: Sequence[UUID] | None, clock: Clock) -> int:
    """Marks these, or with None all of his own, as read; how many were not before."""
    chosen = raw("") if ids is None else raw(" AND id = ANY(") + cast_param(list(ids), "uuid[]") + raw(")")
    return await _mark(database, actor, raw("SET read_at = ") + param(clock.now()), raw(" AND read_at IS NULL") + chosen)


async def mark_unread(database: Database, actor: Actor, ids: Sequence[UUID]) -> int:
    """Takes it back for these of his own."""
    return await _mark(database, actor, raw("SET read_at = NULL"), raw(" AND read_at IS NOT NULL AND id = ANY(") + cast_param(list(ids), "uuid[]") + raw(")"))


async def _mark(database: Database, actor: Actor, change: Sql, which: Sql) -> int:
    person = _person(actor)
    async with database.transaction() as connection:
        count = await connection.execute(raw("UPDATE system.notices ") + change + raw(" WHERE person = ") + param(person) + which)
        if count:
            await _stale(connection, person)
    return count


def _person(actor: Actor) -> UUID:
    if actor.person is None:
        raise Forbidden(right="person")
    return actor.person


async def forget_old(connection: Connection, clock: Clock) -> None:
    """Removes notices that are half a year old."""
    await connection.execute(raw("DELETE FROM system.notices WHERE at < ") + param(clock.now() - _KEPT))
