"""People: who may sign in, where they belong, and which roles they have."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

import msgspec

from tradewind.accounts import api_keys, passwords
from tradewind.accounts.sign_in import end_sessions
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json
from tradewind.kernel.messages import LANGUAGES
from tradewind.kernel.problems import DefinitionConflict, InvalidValue, LastAdministrator, NotFound, Required
from tradewind.kernel.sql import EMPTY, cast_param, param, raw
from tradewind.query.database.pool import Connection

_ADMINISTRATORS_LOCK = 7_203_714_414
THEMES = ("system", "light", "dark")
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,250}")
_COLUMNS = raw(
    "SELECT p.id, p.email, p.name, p.department, p.language, p.zone, p.theme, p.active,"
    " ARRAY(SELECT r.role FROM system.person_roles AS r WHERE r.person = p.id ORDER BY r.role),"
    " ARRAY(SELECT m.team FROM system.team_members AS m WHERE m.person = p.id ORDER BY m.team) FROM system.people AS p"
)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    email: str
    name: str
    department: UUID | None = None
    language: str = "en"
    zone: str = "UTC"
    theme: str = "system"
    active: bool = True
    roles: tuple[str, ...] = ()
    teams: tuple[UUID, ...] = ()


async def listed(connection: Connection, *, search: str = "", limit: int = 500) -> list[Person]:
    """People by name, the active ones first."""
    wanted = EMPTY
    if search.strip():
        pattern = "%" + re.sub(r"([\\%_])", r"\\\1", search.strip()) + "%"
        wanted = raw(" WHERE p.name ILIKE ") + param(pattern) + raw(" OR p.email ILIKE ") + param(pattern)
    rows = await connection.rows(_COLUMNS + wanted + raw(" ORDER BY p.active DESC, p.name, p.id LIMIT ") + cast_param(limit, "integer"))
    return [_person(row) for row in rows]


async def found(connection: Connection, person: UUID) -> Person:
    """One person. Raises NotFound."""
    row = await connection.row(_COLUMNS + raw(" WHERE p.id = ") + param(person))
    if row is None:
        raise NotFound()
    return _person(row)


async def by_email(connection: Connection, email: str) -> Person | None:
    """The person who signs in with that address."""
    row = await connection.row(_COLUMNS + raw(" WHERE lower(p.email) = ") + param(email.strip().lower()))
    return None if row is None else _person(row)


async def create(
    connection: Connection,
    email: str,
    name: str,
    *,
    clock: Clock,
    department: UUID | None = None,
    roles: Collection[str] = (),
    language: str = "en",
    zone: str = "UTC",
    teams: Collection[UUID] = (),
    password: str | None = None,
) -> UUID:
    """A new person; without a password he cannot sign in yet. Raises AlreadyExists for a taken address, InvalidValue, Required."""
    person = Person(
        id=new_id(), email=email.strip(), name=name.strip(), department=department, language=language, zone=zone, roles=tuple(roles), teams=tuple(teams)
    )
    await check(connection, person)
    stored = None if password is None else await passwords.hashed(password)
    await connection.execute(
        raw("INSERT INTO system.people (id, email, name, department, language, zone, created_at) VALUES (")
        + param(person.id)
        + raw(", ")
        + param(person.email)
        + raw(", ")
        + param(person.name)
        + raw(", ")
        + cast_param(department, "uuid")
        + raw(", ")
        + param(language)
        + raw(", ")
        + param(zone)
        + raw(", ")
        + param(clock.now())
        + raw(")")
    )
    await _set_roles(connection, person)
    await _set_teams(connection, person)
    if stored is not None:
        await _store_password(connection, person.id, stored, clock)
    return person.id


async def change(connection: Connection, person: Person, clock: Clock) -> None:
    """Stores the person as given; deactivating ends his sessions and revokes his keys, which stay revoked when he comes back. Raises NotFound."""
    await check(connection, person)
    touched = await connection.execute(
        raw("UPDATE system.people SET email = ")
        + param(person.email.strip())
        + raw(", name = ")
        + param(person.name.strip())
        + raw(", department = ")
        + cast_param(person.department, "uuid")
        + raw(", language = ")
        + param(person.language)
        + raw(", zone = ")
        + param(person.zone)
        + raw(", theme = ")
        + param(person.theme)
        + raw(", active = ")
        + param(person.active)
        + raw(" WHERE id = ")
        + param(person.id)
    )
    if not touched:
        raise NotFound()
    await _set_roles(connection, person)
    await _set_teams(connection, person)
    if not person.active:
        await end_sessions(connection, person.id)
        await api_keys.revoke_all(connection, person.id, clock)


async def keep_an_administrator(connection: Connection, roles: Collection[str]) -> None:
    """Asked after a change: an active person with one of the roles that allow everything must be left. Raises LastAdministrator."""
    await connection.execute(raw("SELECT pg_advisory_xact_lock(") + cast_param(_ADMINISTRATORS_LOCK, "bigint") + raw(")"))
    left = raw("SELECT 1 FROM system.people AS p JOIN system.person_roles AS r ON r.person = p.id WHERE p.active AND r.role = ANY(")
    if await connection.value(left + cast_param(sorted(roles), "text[]") + raw(") LIMIT 1")) is None:
        raise LastAdministrator()


async def check_roles(connection: Connection, keys: Collection[str]) -> None:
    """Asked inside a publish of the definitions `keys` ("role/sales"): a role that is out of use now is nobody's, and somebody may still do everything.

    Raises DefinitionConflict naming who has it, or LastAdministrator.
    """
    changed = [key.removeprefix("role/") for key in keys if key.startswith("role/")]
    if not changed:
        return
    held = raw(
        "SELECT d.key, array_agg(p.name ORDER BY p.name) FROM system.definitions AS d JOIN system.person_roles AS r ON r.role = d.key"
        " JOIN system.people AS p ON p.id = r.person WHERE d.kind = 'role' AND d.retired AND d.key = ANY("
    )
    for key, names in await connection.rows(held + cast_param(changed, "text[]") + raw(") GROUP BY 1 ORDER BY 1")):
        raise DefinitionConflict(reason="in_use", definitions=[f"role/{key}"], people=list[Json](names))
    roles = await connection.rows(
        raw("SELECT key FROM system.definitions WHERE kind = 'role' AND NOT retired AND coalesce((body->>'everything')::boolean, false)")
    )
    await keep_an_administrator(connection, [str(row[0]) for row in roles])


async def set_password(connection: Connection, person: UUID, password: str, clock: Clock) -> None:
    """A new password; all sessions end. Raises InvalidValue for a weak one."""
    await _store_password(connection, person, await passwords.hashed(password), clock)
    await end_sessions(connection, person)


async def check(connection: Connection, person: Person) -> None:
    """Raises Required or InvalidValue with a pointer for what cannot be stored."""
    if not person.name.strip():
        raise Required(pointer="/name")
    if len(person.name) > 200:
        raise InvalidValue(pointer="/name", rule="too_long", maximum=200)
    if not _EMAIL.fullmatch(person.email.strip()):
        raise InvalidValue(pointer="/email", rule="format")
    if person.language not in LANGUAGES:
        raise InvalidValue(pointer="/language", rule="choice", allowed=list(LANGUAGES))
    if person.zone not in available_timezones():
        raise InvalidValue(pointer="/zone", rule="unknown")
    if person.theme not in THEMES:
        raise InvalidValue(pointer="/theme", rule="choice", allowed=list(THEMES))
    if person.department is not None and await connection.value(raw("SELECT 1 FROM system.departments WHERE id = ") + param(person.department)) is None:
        raise InvalidValue(pointer="/department", rule="unknown")


async def _set_roles(connection: Connection, person: Person) -> None:
    await connection.execute(raw("DELETE FROM system.person_roles WHERE person = ") + param(person.id))
    await connection.execute(
        raw("INSERT INTO system.person_roles (person, role) SELECT DISTINCT ")
        + cast_param(person.id, "uuid")
        + raw(", role FROM unnest(")
        + cast_param(list(person.roles), "text[]")
        + raw(") AS role")
    )


async def _set_teams(connection: Connection, person: Person) -> None:
    await connection.execute(raw("DELETE FROM system.team_members WHERE person = ") + param(person.id))
    added = await connection.execute(
        raw("INSERT INTO system.team_members (team, person) SELECT t.id, ")
        + cast_param(person.id, "uuid")
        + raw(" FROM system.teams AS t WHERE t.id = ANY(")
        + cast_param(list(person.teams), "uuid[]")
        + raw(")")
    )
    if added != len(set(person.teams)):
        raise InvalidValue(pointer="/teams", rule="unknown")


async def _store_password(connection: Connection, person: UUID, stored: str, clock: Clock) -> None:
    await connection.execute(
        raw("INSERT INTO system.credentials (person, hash, changed_at) VALUES (")
        + param(person)
        + raw(", ")
        + param(stored)
        + raw(", ")
        + param(clock.now())
        + raw(") ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at")
    )


def _person(row: tuple[Any, ...]) -> Person:
    return Person(
        id=row[0],
        email=row[1],
        name=row[2],
        department=row[3],
        language=row[4],
        zone=row[5],
        theme=row[6],
        active=row[7],
        roles=tuple(row[8]),
        teams=tuple(row[9]),
    )
