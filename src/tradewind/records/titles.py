"""Names of records, as somebody may see them now."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import UnknownObject
from tradewind.kernel.sql import cast_param, name, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.compile import passes
from tradewind.query.compile.context import Table
from tradewind.query.compile.members import title_text
from tradewind.query.database.pool import Connection


async def titles_of(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, ids: Iterable[UUID], clock: Clock) -> dict[UUID, str | None]:
    """The names of those of the records that the actor sees, also in the bin."""
    try:
        sees = passes.compile_predicate(catalog, actor, object_key, None, "read", clock.now())
    except UnknownObject:
        return {}
    table = Table(catalog, actor, catalog.objects[object_key], "r", clock.now())
    statement = raw("SELECT r.id, ") + title_text(table) + raw(" FROM ") + name("data", object_key) + raw(" AS r WHERE r.id = ANY(") + cast_param(list(ids), "uuid[]") + raw(") AND ") + sees  # fmt: skip
    return {row[0]: row[1] for row in await connection.rows(statement)}
