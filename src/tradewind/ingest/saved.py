"""Maps people keep: found again by the shape of a file, shared by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tradewind.ingest import runs
from tradewind.ingest.ground import Ground
from tradewind.ingest.maps import ImportMap
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import AlreadyExists, InvalidValue, NotFound
from tradewind.kernel.sql import Sql, cast_param, join, param, raw
from tradewind.metadata.actors import Actor
from tradewind.query.database.pool import Connection

_LONGEST_NAME = 120
_MOST = 500


class SavedMap(msgspec.Struct, frozen=True, kw_only=True):
    """A map with its name, and whose it is. Maps without a name were remembered by themselves after a run."""

    id: UUID
    name: str
    shared: bool
    mine: bool
    person: dict[str, Any]
    shape: str
    map: ImportMap
    used_at: datetime


_SELECT = raw(
    "SELECT m.id, m.name, m.shared, m.person, p.name, m.shape, m.map, m.used_at FROM system.import_maps AS m LEFT JOIN system.people AS p ON p.id = m.person WHERE "
)


def _made(row: tuple[Any, ...], actor: Actor) -> SavedMap:
    return SavedMap(
        id=row[0], name=row[1], shared=row[2], mine=row[3] == actor.person, person={"id": str(row[3]), "name": row[4] or ""}, shape=row[5],
        map=msgspec.convert(row[6], ImportMap), used_at=row[7],
    )  # fmt: skip


def _seen(actor: Actor) -> Sql:
    return raw("(m.shared OR m.person = ") + cast_param(actor.person, "uuid") + raw(")")


async def listed(connection: Connection, actor: Actor) -> list[SavedMap]:
    """His own and those that are shared, by name; those that were remembered by themselves are left out."""
    rows = await connection.rows(_SELECT + _seen(actor) + raw(" AND m.name NOT LIKE '~%' ORDER BY m.name, m.id LIMIT ") + param(_MOST))
    return [_made(row, actor) for row in rows]


async def by_shape(connection: Connection, actor: Actor, shapes: Sequence[str]) -> list[SavedMap]:
    """Maps for files of these shapes, his own first, the latest first."""
    rows = await connection.rows(
        _SELECT + _seen(actor) + raw(" AND m.shape = ANY(") + cast_param(list(shapes), "text[]") + raw(") ORDER BY m.person = ") + cast_param(actor.person, "uuid")
        + raw(" DESC, m.used_at DESC LIMIT 20")
    )  # fmt: skip
    return [_made(row, actor) for row in rows]


async def create(connection: Connection, actor: Actor, name: str, shared: bool, shape: str, given: ImportMap, clock: Clock) -> SavedMap:
    """Keeps a map under a name of the person's. Raises AlreadyExists, InvalidValue."""
    values = [new_id(), actor.person, _name(name), shared, shape, clock.now(), clock.now()]
    try:
        await connection.execute(
            raw("INSERT INTO system.import_maps (id, person, name, shared, shape, created_at, used_at, map) VALUES (")
            + join(", ", [*(param(one) for one in values), cast_param(runs.kept(given), "jsonb")]) + raw(")")
        )  # fmt: skip
    except AlreadyExists as problem:
        raise AlreadyExists(pointer="/name", field="name") from problem
    return await one(connection, actor, UUID(str(values[0])))


def _name(given: str) -> str:
    name = given.strip().lstrip("~")
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidValue(pointer="/name", rule="max_length", max=_LONGEST_NAME)
    return name


async def one(connection: Connection, actor: Actor, identity: UUID) -> SavedMap:
    """Raises NotFound."""
    row = await connection.row(_SELECT + _seen(actor) + raw(" AND m.id = ") + param(identity))
    if row is None:
        raise NotFound()
    return _made(row, actor)


async def change(connection: Connection, actor: Actor, identity: UUID, name: str | None, shared: bool | None, given: ImportMap | None) -> SavedMap:
    """Changes a map of the person's own. Raises NotFound, AlreadyExists."""
    sets = [
        *([raw("name = ") + param(_name(name))] if name is not None else []),
        *([raw("shared = ") + param(shared)] if shared is not None else []),
        *([raw("map = ") + cast_param(runs.kept(given), "jsonb")] if given is not None else []),
    ]
    mine = raw(" WHERE id = ") + param(identity) + raw(" AND person = ") + cast_param(actor.person, "uuid")
    try:
        if sets and not await connection.execute(raw("UPDATE system.import_maps SET ") + join(", ", sets) + mine):
            raise NotFound()
    except AlreadyExists as problem:
        raise AlreadyExists(pointer="/name", field="name") from problem
    return await one(connection, actor, identity)


async def delete(connection: Connection, actor: Actor, identity: UUID) -> None:
    """Raises NotFound."""
    if not await connection.execute(
        raw("DELETE FROM system.import_maps WHERE id = ") + param(identity) + raw(" AND person = ") + cast_param(actor.person, "uuid")
    ):
        raise NotFound()


async def remember(ground: Ground, identity: UUID) -> None:
    """The map of a run is there again when its person brings a file of the same shape."""
    async with ground.database.transaction() as connection:
        done = await runs.one(connection, identity)
        if done.person is None or done.map is None or not done.shape:
            return
        now = ground.clock.now()
        values = [
            param(new_id()),
            param(done.person),
            param("~" + done.shape),
            param(done.shape),
            cast_param(runs.kept(done.map), "jsonb"),
            param(now),
            param(now),
        ]
        await connection.execute(
            raw("INSERT INTO system.import_maps (id, person, name, shape, map, created_at, used_at) VALUES (") + join(", ", values)
            + raw(") ON CONFLICT (person, name) DO UPDATE SET map = excluded.map, used_at = excluded.used_at")
        )  # fmt: skip
