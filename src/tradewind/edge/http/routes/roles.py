"""Roles beside their definitions: who has each, on what rights can be given, what one would show, and taking one out of use."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post

from tradewind.accounts.actors import system_rights
from tradewind.catalog import publish
from tradewind.catalog.check import check_definitions
from tradewind.edge.http.guard import needs
from tradewind.edge.http.routes.definitions import decoded, logged
from tradewind.edge.http.running import AnyRequest, answer, asked
from tradewind.kernel.problems import InvalidDefinition, NotFound
from tradewind.kernel.sql import raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import RoleDefinition
from tradewind.records.visible import sees


class Seeing(msgspec.Struct, forbid_unknown_fields=True):
    """A role as it shall be, published or not."""

    body: dict[str, Any]


@get("/api/roles", opt=needs("roles"))
async def listing(request: AnyRequest) -> Response[bytes]:
    """All roles with how many people have each, and what rights can be given on: every object with its fields,
    `above` naming the object whose lines it holds; and every key that was ever a role's."""
    ask = asked(request)
    statement = raw(
        "SELECT d.key, d.version, d.pack, d.body, (SELECT count(*) FROM system.person_roles AS r WHERE r.role = d.key),"
        " d.retired FROM system.definitions AS d WHERE d.kind = 'role' ORDER BY d.key"
    )
    async with ask.database.reading() as connection:
        rows = await connection.rows(statement)
    objects = [
        {
            "key": one.key,
            "labels": one.labels,
            "icon": one.icon,
            "above": next((str(field.options.get("target", "")) for field in one.fields if one.parent and field.key == one.parent), ""),
            "fields": [{"key": field.key, "labels": field.labels, "type": field.type, "sensitive": field.sensitive} for field in one.live_fields()],
        }
        for one in ask.catalog.objects.values()
        if not one.retired
    ]
    roles = [{"key": row[0], "version": row[1], "pack": row[2], "body": {"kind": "role", **row[3]}, "people": row[4]} for row in rows if not row[5]]
    return answer({"roles": roles, "objects": objects, "keys": [row[0] for row in rows]})


@post("/api/roles/sees", opt=needs("roles", reads=True), status_code=200)
async def what_it_shows(request: AnyRequest, data: Seeing) -> Response[bytes]:
    """What a person would see and might do who has this role and no other, before it is published."""
    ask = asked(request)
    (role,) = decoded(({**data.body, "kind": "role"},))
    assert isinstance(role, RoleDefinition)  # noqa: S101 - the kind is given
    if found := check_definitions(ask.catalog, [role]):
        raise InvalidDefinition(errors=tuple(found))
    catalog = msgspec.structs.replace(ask.catalog, roles={**ask.catalog.roles, role.key: role})
    somebody = Actor(person=UUID(int=0), roles=(role.key,))
    return answer({"roles": [role.key], "system_rights": sorted(system_rights(catalog, somebody)), "objects": sees(catalog, somebody)})


@delete("/api/roles/{key:str}", opt=needs("roles"), status_code=200)
async def retire(request: AnyRequest, key: str) -> Response[bytes]:
    """Takes a role out of use that nobody has."""
    ask = asked(request)
    role = ask.catalog.roles.get(key)
    if role is None:
        raise NotFound()
    change_set = await publish.retire(ask.database, role, ask.actor.person, ask.clock, log=logged(ask, "publish"))
    await ask.running.refresh()
    return answer({"change_set": change_set})


ROUTES = (listing, what_it_shows, retire)
