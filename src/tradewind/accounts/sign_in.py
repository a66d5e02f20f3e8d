"""Signing in and out: opaque sessions, of which only a digest is stored, and growing delays after failures."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tradewind.accounts import passwords
from tradewind.accounts.actors import actor_of_row, session_statement
from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import SignInFailed, Throttled
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.metadata.actors import Actor
from tradewind.query.database.pool import Connection, Database

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=14)
_FREE_FOR_ACCOUNT = 5
_FREE_FOR_NETWORK = 20
_LONGEST_DELAY = 300
_FORGOTTEN = timedelta(hours=24)
_TOUCH = timedelta(minutes=1)


class SignedIn(msgspec.Struct, frozen=True):
    """A new session: `token` goes into the cookie and is stored nowhere."""

    token: str
    person: UUID
    expires_at: datetime


def digest_of(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


async def sign_in(database: Database, email: str, password: str, clock: Clock, *, address: str = "", agent: str = "", replaces: str = "") -> SignedIn:
    """A new session; the one in `replaces` ends. Raises SignInFailed, the same for every reason, or Throttled with `seconds`."""
    account = "account:" + email.strip().lower()[:300]
    network = "network:" + network_of(address)
    now = clock.now()
    async with database.transaction() as connection:
        await _refuse_if_blocked(connection, network, _FREE_FOR_NETWORK, now)
        await _refuse_if_blocked(connection, account, _FREE_FOR_ACCOUNT, now)
        # Counted before the check, so that many attempts at once are not all free.
        await _count_failure(connection, account, now)
        found = await connection.row(
            raw("SELECT p.id, c.hash FROM system.people AS p JOIN system.credentials AS c ON c.person = p.id WHERE p.active AND lower(p.email) = ")
            + param(email.strip().lower())
        )
    stored = None if found is None else str(found[1])
    if not await passwords.matches(stored, password) or found is None or stored is None:
        async with database.transaction() as connection:
            await _count_failure(connection, network, now)
        raise SignInFailed()
    renewed = await passwords.hashed(password) if passwords.outdated(stored) else None
    token = secrets.token_urlsafe(32)
    async with database.transaction() as connection:
        if renewed is not None:
            await connection.execute(raw("UPDATE system.credentials SET hash = ") + param(renewed) + raw(" WHERE person = ") + param(found[0]))
        await connection.execute(raw("DELETE FROM system.sign_in_failures WHERE subject = ") + param(account))
        await connection.execute(raw("DELETE FROM system.sessions WHERE expires_at < ") + param(now) + raw(" OR digest = ") + param(digest_of(replaces)))
        await connection.execute(
            raw("INSERT INTO system.sessions (digest, person, created_at, seen_at, expires_at, address, agent) SELECT ")
            + cast_param(digest_of(token), "bytea")
            + raw(", p.id, ")
            + cast_param(now, "timestamptz")
            + raw(", ")
            + cast_param(now, "timestamptz")
            + raw(", ")
            + cast_param(now + ABSOLUTE, "timestamptz")
            + raw(", ")
            + cast_param(address, "text")
            + raw(", ")
            + cast_param(agent[:300], "text")
            + raw(" FROM system.people AS p WHERE p.active AND p.id = ")
            + param(found[0])
        )
    return SignedIn(token, found[0], now + ABSOLUTE)


async def sign_out(database: Database, token: str) -> None:
    """Ends the session; harmless when it has ended."""
    async with database.transaction() as connection:
        await connection.execute(raw("DELETE FROM system.sessions WHERE digest = ") + param(digest_of(token)))


async def end_sessions(connection: Connection, person: UUID, *, except_token: str = "") -> None:
    """Ends all sessions of a person, but for one."""
    await connection.execute(raw("DELETE FROM system.sessions WHERE person = ") + param(person) + raw(" AND digest <> ") + param(digest_of(except_token)))


async def actor_of_session(database: Database, token: str, clock: Clock, *, request: str = "", address: str = "") -> Actor | None:
    """Who the session belongs to, read anew each time; None when it is over."""
    now = clock.now()
    digest = digest_of(token)
    async with database.reading() as connection:
        row = await connection.row(session_statement(digest, now, IDLE))
        if row is None:
            return None
        if now - row[8] > _TOUCH:
            await connection.execute(raw("UPDATE system.sessions SET seen_at = ") + param(now) + raw(" WHERE digest = ") + param(digest))
    return actor_of_row(row, request=request, address=address)


def network_of(address: str) -> str:
    """The /24 or /64 an address lies in; the address itself when it is none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    mapped = getattr(parsed, "ipv4_mapped", None)
    if mapped is not None:
        parsed = mapped
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))


def delay(failures: int, free: int) -> int:
    """Seconds to wait after so many failures: none at first, then doubling up to five minutes, never for ever."""
    return 0 if failures < free else min(_LONGEST_DELAY, 2 ** min(failures - free, 20))


async def _refuse_if_blocked(connection: Connection, subject: str, free: int, now: datetime) -> None:
    row = await connection.row(raw("SELECT failures, last_at FROM system.sign_in_failures WHERE subject = ") + param(subject) + raw(" FOR UPDATE"))
    if row is None or now - row[1] > _FORGOTTEN:
        return
    until = row[1] + timedelta(seconds=delay(row[0], free))
    if now < until:
        raise Throttled(seconds=max(1, int((until - now).total_seconds() + 0.999)))


async def _count_failure(connection: Connection, subject: str, now: datetime) -> None:
    await connection.execute(
        raw("INSERT INTO system.sign_in_failures AS f (subject, failures, last_at) VALUES (")
        + param(subject)
        + raw(", 1, ")
        + param(now)
        + raw(") ON CONFLICT (subject) DO UPDATE SET failures = CASE WHEN f.last_at < ")
        + param(now - _FORGOTTEN)
        + raw(" THEN 1 ELSE f.failures + 1 END, last_at = ")
        + param(now)
    )
