"""What matching asks about records, without anybody's rights: it decides for the installation, and people learn of it what theirs allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tradewind.kernel.clock import Clock
from tradewind.kernel.json import mapping
from tradewind.kernel.sql import cast_param, join, name, param, raw
from tradewind.metadata.actors import SYSTEM
from tradewind.metadata.definitions import Catalog
from tradewind.metadata.quality import Side, rules_linking
from tradewind.query.compile.context import Table
from tradewind.query.compile.matching import compile_matches
from tradewind.query.compile.members import field_value
from tradewind.query.database.pool import Connection, Database


async def matches(
    connection: Connection, catalog: Catalog, sides: tuple[Side, Side], link: str, ids: Sequence[UUID], clock: Clock
) -> list[tuple[UUID, list[UUID]]]:
    """Of these records those whose relation `link` is empty, with up to three records of the other object that have the same keys; locked until the commit."""
    rows = await connection.rows(compile_matches(catalog, sides, link, ids, clock.now()))
    return [(row[0], list(row[1])) for row in rows if row[1]]


async def waiting(database: Database, catalog: Catalog, object_key: str, after: UUID) -> list[UUID]:
    """The next 500 live records behind `after` with a relation that some rule fills still empty, in id order."""
    links = {rule.link for rule, _ in rules_linking(catalog, object_key)}
    if not links:
        return []
    async with database.reading() as connection:
        rows = await connection.rows(
            raw("SELECT id FROM ") + name("data", object_key) + raw(" WHERE deleted_at IS NULL AND id > ") + param(after) + raw(" AND (")
            + join(" OR ", [name(one) + raw(" IS NULL") for one in sorted(links)]) + raw(") ORDER BY id LIMIT 500")
        )  # fmt: skip
    return [row[0] for row in rows]


async def values_of(connection: Connection, catalog: Catalog, object_key: str, record: UUID, fields: Sequence[str], clock: Clock) -> dict[str, Any]:
    """Values as they are written: of a relation or a person the id."""
    table = Table(catalog, SYSTEM, catalog.objects[object_key], "r", clock.now())
    known = [one for key in fields if (one := table.definition.field(key)) is not None]
    columns = join(", ", [raw("to_jsonb(") + field_value(table, one) + raw(")") for one in known])
    row = (
        await connection.row(raw("SELECT ") + columns + raw(" FROM ") + name("data", object_key) + raw(" AS r WHERE r.id = ") + param(record))
        if known
        else None
    )
    found: dict[str, Any] = dict(zip((one.key for one in known), row or (), strict=False))
    return {key: inner["id"] if (inner := mapping(value)) is not None and "id" in inner else value for key, value in found.items()}


async def owners_of(connection: Connection, object_key: str, ids: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """Who looks after each record now: its owner, or where he has left the head of his department, if that is somebody else who is here."""
    rows = await connection.rows(
        raw("SELECT r.id, CASE WHEN p.active THEN p.id ELSE (SELECT h.id FROM system.departments AS d JOIN system.people AS h ON h.id = d.head AND h.active WHERE d.id = p.department) END FROM ")
        + name("data", object_key) + raw(" AS r LEFT JOIN system.people AS p ON p.id = r.owner_id WHERE r.id = ANY(") + cast_param(list(ids), "uuid[]") + raw(")")
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}
