"""Drafts: what a builder has changed and not yet published, one per person and definition."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.sql import Sql, join, param, raw
from tradewind.query.database.pool import Database


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    key: str
    base_version: int
    body: Json


class DraftListed(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    key: str
    base_version: int
    updated_at: datetime
    body: Json


async def drafts_of(database: Database, author: UUID) -> list[DraftListed]:
    """All drafts of a person, newest first."""
    statement = raw("SELECT kind, key, base_version, updated_at, body FROM system.drafts WHERE author = ")
    async with database.reading() as connection:
        rows = await connection.rows(statement + param(author) + raw(" ORDER BY updated_at DESC LIMIT 200"))
    return [DraftListed(kind=row[0], key=row[1], base_version=row[2], updated_at=row[3], body=row[4]) for row in rows]


async def get_draft(database: Database, author: UUID, kind: str, key: str) -> Draft | None:
    async with database.reading() as connection:
        row = await connection.row(raw("SELECT base_version, body FROM system.drafts WHERE ") + _which(author, kind, key))
    return None if row is None else Draft(kind=kind, key=key, base_version=row[0], body=row[1])


async def others_with_drafts(database: Database, author: UUID, kind: str, key: str) -> list[str]:
    """Names of the other people who have a draft of it, the latest first."""
    statement = (
        raw("SELECT p.name FROM system.drafts AS d JOIN system.people AS p ON p.id = d.author WHERE d.author <> ") + param(author)
        + raw(" AND d.kind = ") + param(kind) + raw(" AND d.key = ") + param(key) + raw(" ORDER BY d.updated_at DESC LIMIT 20")
    )  # fmt: skip
    async with database.reading() as connection:
        return [str(row[0]) for row in await connection.rows(statement)]


async def put_draft(database: Database, author: UUID, draft: Draft, clock: Clock) -> None:
    """Keeps it in place of the one before; a half-made body is fine."""
    values = [
        param(author),
        param(draft.kind),
        param(draft.key),
        param(draft.base_version),
        param(canonical(draft.body).decode()) + raw("::jsonb"),
        param(clock.now()),
    ]
    async with database.transaction() as connection:
        await connection.execute(
            raw("INSERT INTO system.drafts (author, kind, key, base_version, body, updated_at) VALUES (")
            + join(", ", values)
            + raw(
                ") ON CONFLICT (author, kind, key) DO UPDATE SET base_version = excluded.base_version, body = excluded.body, updated_at = excluded.updated_at"
            )
        )


async def delete_draft(database: Database, author: UUID, kind: str, key: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(raw("DELETE FROM system.drafts WHERE ") + _which(author, kind, key))


def _which(author: UUID, kind: str, key: str) -> Sql:
    return raw("author = ") + param(author) + raw(" AND kind = ") + param(kind) + raw(" AND key = ") + param(key)
