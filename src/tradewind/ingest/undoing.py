"""Takes back what an import did, page by page of the log, newest first, as one recorded action; what somebody changed since stays and is told of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from tradewind.accounts.actors import actor_for
from tradewind.catalog.snapshot import load
from tradewind.ingest import runs
from tradewind.ingest.ground import Beat, Ground
from tradewind.ingest.importing import Ended
from tradewind.kernel.problems import CatalogMoved, ImportStopped, NotFound
from tradewind.kernel.sql import cast_param, join, name, param, raw
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection
from tradewind.records import takeback
from tradewind.records.announce import announce
from tradewind.records.takeback import Kept

_PAGE = 2_000
"""Lines of the log that one transaction takes back."""


async def take_back(ground: Ground, identity: UUID, beat: Beat, over: Callable[[], bool]) -> Ended:
    """Takes back what is not taken back yet. Raises ImportStopped when the person may no longer do it."""
    catalog = await load(ground.database)
    while True:
        async with ground.database.reading() as connection:
            one = await runs.one(connection, identity)
            if one.state != "undoing" or one.undone is None:
                return "left"
            actor = await _actor(connection, one.undone, one)
        try:
            done = await _page(ground, one, catalog, actor)
        except CatalogMoved:
            catalog = await load(ground.database)
            continue
        if done is None:
            return "done"
        for object_key, ids in done.touched.items():
            await announce(ground.database, object_key, ids, done.changed[object_key])
        await beat()
        if over():
            return "slice"


async def _actor(connection: Connection, undone: runs.Undone, one: runs.Import) -> Actor:
    if not undone.person:
        return SYSTEM
    try:
        return await actor_for(connection, UUID(undone.person), request=one.request, address=one.address)
    except NotFound as failure:
        raise ImportStopped(rule="person") from failure


async def _page(ground: Ground, one: runs.Import, catalog: Catalog, actor: Actor) -> takeback.TakenBack | None:
    """One page in one transaction with how far it is; None when nothing is left."""
    async with ground.database.transaction() as connection:
        now = await runs.lock(connection, one.id)
        undone = now.undone
        if now.state != "undoing" or undone is None:
            return None
        action = UUID(undone.action)
        lines = await takeback.lines_of(connection, one.id, UUID(undone.reached) if undone.reached else None, _PAGE)
        if not lines:
            return None
        done = await takeback.take_back(takeback.Undo(connection, catalog, actor, one.id, action, ground.clock, strict=False), lines)
        fresh = await _tell(connection, one.id, done.kept)
        undone.done += len(lines)
        undone.reached = str(lines[-1].id)
        undone.restored += done.updated
        undone.deleted = await _in_bin(connection, catalog, action)
        undone.kept += fresh
        await runs.advance(connection, one.id, ground.clock, undone=undone)
    return done


async def _in_bin(connection: Connection, catalog: Catalog, action: UUID) -> int:
    """How many records the undo has moved to the bin so far, lines with their record included."""
    counts = [raw("(SELECT count(*) FROM ") + name("data", key) + raw(" WHERE deletion = ") + param(action) + raw(")") for key in catalog.objects]
    return int(await connection.value(raw("SELECT ") + join(" + ", counts)) or 0)


async def _tell(connection: Connection, identity: UUID, kept: Sequence[Kept]) -> int:
    """Writes down what stays; how many records are new among them."""
    if not kept:
        return 0
    unique = {(one.object, one.record): one for one in kept}
    rows = list(unique.values())
    columns = [
        cast_param([one.object for one in rows], "text[]"),
        cast_param([one.record for one in rows], "uuid[]"),
        cast_param([one.why for one in rows], "text[]"),
        cast_param([",".join(one.fields) for one in rows], "text[]"),
    ]
    return await connection.execute(
        raw("INSERT INTO system.import_kept (import, object, record, why, fields) SELECT ") + param(identity)
        + raw("::uuid, t.object, t.record, t.why, coalesce(string_to_array(nullif(t.fields, ''), ','), '{}') FROM unnest(") + join(", ", columns)
        + raw(") AS t(object, record, why, fields) ON CONFLICT DO NOTHING")
    )  # fmt: skip


async def kept_of(connection: Connection, identity: UUID, after: tuple[str, UUID] | None, limit: int) -> list[Kept]:
    """What an undo left as it is, by object."""
    behind = raw("") if after is None else raw(" AND (object, record) > (") + param(after[0]) + raw(", ") + param(after[1]) + raw(")")
    rows = await connection.rows(
        raw("SELECT object, record, why, fields FROM system.import_kept WHERE import = ") + param(identity) + behind
        + raw(" ORDER BY object, record LIMIT ") + param(limit)
    )  # fmt: skip
    return [Kept(object=row[0], record=row[1], why=row[2], fields=tuple(row[3])) for row in rows]
