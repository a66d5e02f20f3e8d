"""API keys: tw_<id>_<secret>, of which only a digest is stored, never wider than their owner."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tradewind.accounts.actors import actor_of_row, key_statement
from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import InvalidValue, NotFound, Required
from tradewind.kernel.sql import EMPTY, cast_param, param, raw
from tradewind.metadata.actors import Actor
from tradewind.query.database.pool import Connection, Database

LONGEST = timedelta(days=366)
_TOUCH = timedelta(minutes=1)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHAPE = re.compile(r"tw_([0-9A-Za-z]{10})_([0-9A-Za-z]{43})")


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is listed; its secret is shown once, when it is made."""

    id: str
    name: str
    person: UUID
    objects: tuple[str, ...] | None
    read_only: bool
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


async def create(
    connection: Connection, person: UUID, name: str, *, objects: tuple[str, ...] | None, read_only: bool, days: int, clock: Clock
) -> tuple[str, str]:
    """A new key: its id and the whole key, which nobody can read again. Raises Required and InvalidValue."""
    if not name.strip():
        raise Required(pointer="/name")
    if not 1 <= days <= LONGEST.days:
        raise InvalidValue(pointer="/days", rule="range", minimum=1, maximum=LONGEST.days)
    key, secret, now = _word(10), _word(43), clock.now()
    await connection.execute(
        raw("INSERT INTO system.api_keys (id, digest, person, name, objects, read_only, created_at, expires_at) VALUES (")
        + param(key)
        + raw(", ")
        + param(_digest(secret))
        + raw(", ")
        + param(person)
        + raw(", ")
        + param(name.strip()[:200])
        + raw(", ")
        + cast_param(None if objects is None else list(objects), "text[]")
        + raw(", ")
        + param(read_only)
        + raw(", ")
        + param(now)
        + raw(", ")
        + param(now + timedelta(days=days))
        + raw(")")
    )
    return key, f"tw_{key}_{secret}"


async def listed(connection: Connection, person: UUID | None) -> list[ApiKey]:
    """The keys of a person, or everybody's; newest first."""
    rows = await connection.rows(
        raw("SELECT id, name, person, objects, read_only, created_at, expires_at, used_at, revoked_at FROM system.api_keys")
        + (EMPTY if person is None else raw(" WHERE person = ") + param(person))
        + raw(" ORDER BY created_at DESC, id LIMIT 500")
    )
    return [_key(row) for row in rows]


async def revoke(connection: Connection, key: str, person: UUID | None, clock: Clock) -> None:
    """Ends the key at once; with `person`, only if it is his. Raises NotFound."""
    owned = EMPTY if person is None else raw(" AND person = ") + param(person)
    statement = raw("UPDATE system.api_keys SET revoked_at = coalesce(revoked_at, ") + param(clock.now()) + raw(") WHERE id = ") + param(key) + owned
    if not await connection.execute(statement):
        raise NotFound()


async def revoke_all(connection: Connection, person: UUID, clock: Clock) -> None:
    """Ends all keys of a person for good."""
    await connection.execute(
        raw("UPDATE system.api_keys SET revoked_at = ") + param(clock.now()) + raw(" WHERE revoked_at IS NULL AND person = ") + param(person)
    )


async def actor_of_key(database: Database, text: str, clock: Clock, *, request: str = "", address: str = "") -> Actor | None:
    """Who the key speaks for; None when it is unknown, over, revoked, or its owner no longer active."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        return None
    now = clock.now()
    async with database.reading() as connection:
        row = await connection.row(key_statement(match.group(1), _digest(match.group(2)), now))
        if row is None:
            return None
        if row[8] is None or now - row[8] > _TOUCH:
            await connection.execute(raw("UPDATE system.api_keys SET used_at = ") + param(now) + raw(" WHERE id = ") + param(match.group(1)))
    return actor_of_row(row, kind="key", request=request, address=address)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _word(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _key(row: tuple[Any, ...]) -> ApiKey:
    return ApiKey(
        id=row[0],
        name=row[1],
        person=row[2],
        objects=None if row[3] is None else tuple(row[3]),
        read_only=row[4],
        created_at=row[5],
        expires_at=row[6],
        used_at=row[7],
        revoked_at=row[8],
    )
