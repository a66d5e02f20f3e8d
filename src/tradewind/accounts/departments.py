"""Departments: a tree with a head each."""

from __future__ import annotations

from uuid import UUID

import msgspec

from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import InvalidValue, NotFound, Required
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.query.database.pool import Connection

_TREE_LOCK = 7_203_714_412


class Department(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    parent: UUID | None = None
    head: UUID | None = None
    retired: bool = False


async def listed(connection: Connection) -> list[Department]:
    """All departments by name."""
    rows = await connection.rows(raw("SELECT id, name, parent, head, retired FROM system.departments ORDER BY name, id"))
    return [Department(id=row[0], name=row[1], parent=row[2], head=row[3], retired=row[4]) for row in rows]


async def create(connection: Connection, name: str, *, parent: UUID | None = None, head: UUID | None = None) -> UUID:
    """A new department. Raises Required without a name, StillReferenced for an unknown parent."""
    department = Department(id=new_id(), name=name, parent=parent, head=head)
    await _check(connection, department)
    await connection.execute(
        raw("INSERT INTO system.departments (id, name, parent, head) VALUES (")
        + param(department.id)
        + raw(", ")
        + param(name.strip())
        + raw(", ")
        + cast_param(parent, "uuid")
        + raw(", ")
        + cast_param(head, "uuid")
        + raw(")")
    )
    return department.id


async def change(connection: Connection, department: Department) -> None:
    """Stores the department as given. Raises NotFound; InvalidValue when the tree would bite its tail."""
    await _check(connection, department)
    if department.retired:
        await _check_unused(connection, department.id)
    touched = await connection.execute(
        raw("UPDATE system.departments SET name = ")
        + param(department.name.strip())
        + raw(", parent = ")
        + cast_param(department.parent, "uuid")
        + raw(", head = ")
        + cast_param(department.head, "uuid")
        + raw(", retired = ")
        + param(department.retired)
        + raw(" WHERE id = ")
        + param(department.id)
    )
    if not touched:
        raise NotFound()


async def found(connection: Connection, department: UUID) -> Department:
    """One department. Raises NotFound."""
    for candidate in await listed(connection):
        if candidate.id == department:
            return candidate
    raise NotFound()


async def _check_unused(connection: Connection, department: UUID) -> None:
    users = raw("SELECT (SELECT count(*) FROM system.people WHERE active AND department = ") + param(department)
    users += raw(") + (SELECT count(*) FROM system.departments WHERE NOT retired AND parent = ") + param(department) + raw(")")
    count = await connection.value(users)
    if count:
        raise InvalidValue(pointer="/retired", rule="in_use", count=count)


async def _check(connection: Connection, department: Department) -> None:
    if not department.name.strip():
        raise Required(pointer="/name")
    if len(department.name) > 200:
        raise InvalidValue(pointer="/name", rule="too_long", maximum=200)
    await connection.execute(raw("SELECT pg_advisory_xact_lock(") + cast_param(_TREE_LOCK, "bigint") + raw(")"))
    parents = {item.id: item.parent for item in await listed(connection)}
    if department.parent is not None and department.parent not in parents:
        raise InvalidValue(pointer="/parent", rule="unknown")
    above = department.parent
    while above is not None:
        if above == department.id:
            raise InvalidValue(pointer="/parent", rule="circle")
        above = parents.get(above)
    if department.head is not None and await connection.value(raw("SELECT 1 FROM system.people WHERE id = ") + param(department.head)) is None:
        raise InvalidValue(pointer="/head", rule="unknown")
