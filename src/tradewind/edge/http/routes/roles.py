"""Roles as administrators change them: what each allows, who has it, and the way back."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, delete, get, post, put

from tradewind.catalog import publish, versions
from tradewind.catalog.check import check_definitions
from tradewind.edge.http.guard import needs
from tradewind.edge.http.routes.definitions import decoded, logged
from tradewind.edge.http.running import AnyRequest, answer, asked, uuid_in
from tradewind.kernel.problems import DefinitionConflict, Forbidden, InvalidDefinition, NotFound
from tradewind.kernel.sql import param, raw


class RoleBody(msgspec.Struct, forbid_unknown_fields=True):
    """A role as it shall be. `base` is the version that was edited, 0 for a new one."""

    body: dict[str, Any]
    base: int = 0


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


@post("/api/roles/check", opt=needs("roles", reads=True), status_code=200)
async def check(request: AnyRequest, data: RoleBody) -> Response[bytes]:
    """What is wrong with it."""
    try:
        found = check_definitions(asked(request).catalog, decoded(({**data.body, "kind": "role"},)))
    except InvalidDefinition as problem:
        found = [problem]
    return answer([{"pointer": one.pointer, "code": one.code, "params": one.params} for one in found])


@put("/api/roles/{key:str}", opt=needs("roles"))
async def save(request: AnyRequest, key: str, data: RoleBody) -> Response[bytes]:
    """Publishes it; everybody who has it has the new rights at his next request. A new one must not take a key that was ever used."""
    ask = asked(request)
    (role,) = decoded(({**data.body, "kind": "role", "key": key},))
    if data.base == 0:
        async with ask.database.reading() as connection:
            if await connection.value(raw("SELECT 1 FROM system.definitions WHERE kind = 'role' AND key = ") + param(key)):
                raise DefinitionConflict(reason="taken", definitions=[f"role/{key}"])
    change_set = await publish.publish(ask.database, [role], ask.actor.person, ask.clock, base={f"role/{key}": data.base}, log=logged(ask, "publish"))
    await ask.running.refresh()
    return answer({"change_set": change_set})


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


@post("/api/roles/undo/{change_set:str}", opt=needs("roles"), status_code=200)
async def undo(request: AnyRequest, change_set: str) -> Response[bytes]:
    """Takes a change of roles back."""
    ask = asked(request)
    if await versions.kinds_of(ask.database, uuid_in(change_set)) != frozenset({"role"}):
        raise Forbidden(right="build")
    back = await publish.undo(ask.database, uuid_in(change_set), ask.actor.person, ask.clock, log=logged(ask, "publish_undone"))
    await ask.running.refresh()
    return answer({"change_set": back})


ROUTES = (listing, check, save, retire, undo)
