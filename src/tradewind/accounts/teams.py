"""Teams: flat lists of people that may own and receive."""

from __future__ import annotations

from uuid import UUID

import msgspec

from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import InvalidValue, NotFound, Required
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.query.database.pool import Connection


class Team(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    members: tuple[UUID, ...] = ()
    retired: bool = False


async def listed(connection: Connection) -> list[Team]:
    """All teams by name, with their members."""
    rows = await connection.rows(
        raw("SELECT t.id, t.name, ARRAY(SELECT m.person FROM system.team_members AS m WHERE m.team = t.id ORDER BY m.person), t.retired")
        + raw(" FROM system.teams AS t ORDER BY t.name, t.id")
    )
    return [Team(id=row[0], name=row[1], members=tuple(row[2]), retired=row[3]) for row in rows]


async def found(connection: Connection, team: UUID) -> Team:
    """One team. Raises NotFound."""
    for candidate in await listed(connection):
        if candidate.id == team:
            return candidate
    raise NotFound()


async def create(connection: Connection, name: str, members: tuple[UUID, ...] = ()) -> UUID:
    """A new team. Raises Required without a name, InvalidValue for an unknown member."""
    team = Team(id=new_id(), name=name, members=members)
    _check(team)
    await connection.execute(raw("INSERT INTO system.teams (id, name) VALUES (") + param(team.id) + raw(", ") + param(name.strip()) + raw(")"))
    await _set_members(connection, team)
    return team.id


async def change(connection: Connection, team: Team) -> None:
    """Stores the team and its members as given. Raises NotFound."""
    _check(team)
    touched = await connection.execute(
        raw("UPDATE system.teams SET name = ") + param(team.name.strip()) + raw(", retired = ") + param(team.retired) + raw(" WHERE id = ") + param(team.id)
    )
    if not touched:
        raise NotFound()
    await _set_members(connection, team)


async def _set_members(connection: Connection, team: Team) -> None:
    await connection.execute(raw("DELETE FROM system.team_members WHERE team = ") + param(team.id))
    added = await connection.execute(
        raw("INSERT INTO system.team_members (team, person) SELECT ")
        + cast_param(team.id, "uuid")
        + raw(", p.id FROM system.people AS p WHERE p.id = ANY(")
        + cast_param(list(team.members), "uuid[]")
        + raw(")")
    )
    if added != len(set(team.members)):
        raise InvalidValue(pointer="/members", rule="unknown")


def _check(team: Team) -> None:
    if not team.name.strip():
        raise Required(pointer="/name")
    if len(team.name) > 200:
        raise InvalidValue(pointer="/name", rule="too_long", maximum=200)
