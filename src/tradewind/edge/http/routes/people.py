"""People, departments, teams, API keys, and what a person sees."""

from __future__ import annotations

import secrets
from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post

from tradewind.accounts import api_keys, departments, people, sign_in, teams
from tradewind.accounts.actors import actor_for, system_rights
from tradewind.edge.http.guard import needs
from tradewind.edge.http.running import AnyRequest, answer, asked, uuid_in
from tradewind.kernel.problems import Forbidden, NotFound
from tradewind.records import log
from tradewind.records.visible import sees


class NewPerson(msgspec.Struct, forbid_unknown_fields=True):
    email: str
    name: str
    department: UUID | None = None
    roles: tuple[str, ...] = ()
    teams: tuple[UUID, ...] = ()
    language: str = "en"
    zone: str = "UTC"


class PersonChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    name: str | None = None
    email: str | None = None
    department: UUID | None | msgspec.UnsetType = msgspec.UNSET
    roles: tuple[str, ...] | None = None
    teams: tuple[UUID, ...] | None = None
    language: str | None = None
    zone: str | None = None
    active: bool | None = None


class DepartmentChange(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    parent: UUID | None = None
    head: UUID | None = None
    retired: bool = False


class NewDepartment(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    parent: UUID | None = None
    head: UUID | None = None


class NewTeam(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    members: tuple[UUID, ...] = ()


class NewKey(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    objects: tuple[str, ...] | None = None
    read_only: bool = False
    days: int = 90


@get("/api/options/{kind:str}", opt=needs("signed_in"))
async def options(request: AnyRequest, kind: str, search: str = "") -> Response[bytes]:
    """Names for pickers."""
    async with asked(request).database.reading() as connection:
        match kind:
            case "people":
                found = [{"id": one.id, "name": one.name} for one in await people.listed(connection, search=search, limit=50) if one.active]
            case "departments":
                found = [
                    {"id": one.id, "name": one.name} for one in await departments.listed(connection) if not one.retired and search.lower() in one.name.lower()
                ]
            case "teams":
                found = [{"id": one.id, "name": one.name} for one in await teams.listed(connection) if not one.retired and search.lower() in one.name.lower()]
            case "roles":
                known = sorted(asked(request).catalog.roles.items())
                found = [{"id": key, "labels": dict(role.labels)} for key, role in known if search.lower() in " ".join((key, *role.labels.values())).lower()]
            case _:
                raise NotFound()
    return answer(found)


@get("/api/people", opt=needs("people"))
async def list_people(request: AnyRequest, search: str = "") -> Response[bytes]:
    async with asked(request).database.reading() as connection:
        return answer(await people.listed(connection, search=search))


@post("/api/people", opt=needs("people"), status_code=201)
async def create_person(request: AnyRequest, data: NewPerson) -> Response[bytes]:
    """A new person with a password that is shown once."""
    ask = asked(request)
    password = secrets.token_urlsafe(12)
    async with ask.database.transaction() as connection:
        identity = await people.create(connection, clock=ask.clock, password=password, **msgspec.structs.asdict(data))
        await log.record(connection, ask.actor, "person_created", "person", identity, (), None, ask.clock)
    return answer({"id": identity, "password": password}, status=201)


@patch("/api/people/{identity:str}", opt=needs("people"))
async def change_person(request: AnyRequest, identity: str, data: PersonChange) -> Response[bytes]:
    """Changes what is named; making somebody inactive ends his sessions and keys at once. Somebody who may do everything has to be left."""
    ask = asked(request)
    given = msgspec.to_builtins(data)
    async with ask.database.transaction() as connection:
        person = await people.found(connection, uuid_in(identity))
        changed = msgspec.structs.replace(person, **{key: getattr(data, key) for key in given})
        await people.change(connection, changed, ask.clock)
        await people.keep_an_administrator(connection, [role.key for role in ask.catalog.roles.values() if role.everything])
        await log.record(connection, ask.actor, "person_changed", "person", changed.id, sorted(given), None, ask.clock)
        return answer(await people.found(connection, changed.id))


@post("/api/people/{identity:str}/password", opt=needs("people"), status_code=200)
async def reset_password(request: AnyRequest, identity: str) -> Response[bytes]:
    """A new password that is shown once; the person is signed out everywhere."""
    ask = asked(request)
    password = secrets.token_urlsafe(12)
    async with ask.database.transaction() as connection:
        person = await people.found(connection, uuid_in(identity))
        await people.set_password(connection, person.id, password, ask.clock)
        await sign_in.end_sessions(connection, person.id)
        await log.record(connection, ask.actor, "password_reset", "person", person.id, (), None, ask.clock)
    return answer({"password": password})


@get("/api/people/{identity:str}/sees", opt=needs("people"))
async def what_he_sees(request: AnyRequest, identity: str) -> Response[bytes]:
    """What a person may see and do, object by object, and by which role."""
    ask = asked(request)
    async with ask.database.reading() as connection:
        actor = await actor_for(connection, uuid_in(identity))
    return answer({"roles": list(actor.roles), "system_rights": sorted(system_rights(ask.catalog, actor)), "objects": sees(ask.catalog, actor)})


@get("/api/departments", opt=needs("people"))
async def list_departments(request: AnyRequest) -> Response[bytes]:
    async with asked(request).database.reading() as connection:
        return answer(await departments.listed(connection))


@post("/api/departments", opt=needs("people"), status_code=201)
async def create_department(request: AnyRequest, data: NewDepartment) -> Response[bytes]:
    async with asked(request).database.transaction() as connection:
        return answer({"id": await departments.create(connection, data.name, parent=data.parent, head=data.head)}, status=201)


@patch("/api/departments/{identity:str}", opt=needs("people"))
async def change_department(request: AnyRequest, identity: str, data: DepartmentChange) -> Response[bytes]:
    """Name, place in the tree and head, as given; retired only when nobody and nothing is in it."""
    async with asked(request).database.transaction() as connection:
        old = await departments.found(connection, uuid_in(identity))
        await departments.change(connection, msgspec.structs.replace(old, **msgspec.structs.asdict(data)))
        return answer(await departments.found(connection, old.id))


@get("/api/teams", opt=needs("people"))
async def list_teams(request: AnyRequest) -> Response[bytes]:
    async with asked(request).database.reading() as connection:
        return answer(await teams.listed(connection))


@post("/api/teams", opt=needs("people"), status_code=201)
async def create_team(request: AnyRequest, data: NewTeam) -> Response[bytes]:
    async with asked(request).database.transaction() as connection:
        return answer({"id": await teams.create(connection, data.name, data.members)}, status=201)


@patch("/api/teams/{identity:str}", opt=needs("people"))
async def change_team(request: AnyRequest, identity: str, data: NewTeam) -> Response[bytes]:
    async with asked(request).database.transaction() as connection:
        old = await teams.found(connection, uuid_in(identity))
        await teams.change(connection, msgspec.structs.replace(old, name=data.name, members=data.members))
        return answer(await teams.found(connection, old.id))


@get("/api/keys", opt=needs("person"))
async def list_keys(request: AnyRequest) -> Response[bytes]:
    """One's own keys; all of them for who may manage keys."""
    ask = asked(request)
    everybody = "keys" in system_rights(ask.catalog, ask.actor)
    async with ask.database.reading() as connection:
        return answer(await api_keys.listed(connection, None if everybody else ask.actor.person))


@post("/api/keys", opt=needs("person"), status_code=201)
async def create_key(request: AnyRequest, data: NewKey) -> Response[bytes]:
    """A key with at most one's own rights; shown once."""
    ask = asked(request)
    if ask.actor.person is None:
        raise Forbidden(right="person")
    async with ask.database.transaction() as connection:
        facts = {"objects": data.objects, "read_only": data.read_only, "days": data.days}
        key, whole = await api_keys.create(connection, ask.actor.person, data.name, clock=ask.clock, **facts)  # pyright: ignore[reportArgumentType]
        await log.record(connection, ask.actor, "key_created", None, None, (), {"key": key}, ask.clock)
    return answer({"id": key, "key": whole}, status=201)


@delete("/api/keys/{key:str}", opt=needs("person"), status_code=200)
async def revoke_key(request: AnyRequest, key: str) -> Response[bytes]:
    """Ends a key at once."""
    ask = asked(request)
    everybody = "keys" in system_rights(ask.catalog, ask.actor)
    async with ask.database.transaction() as connection:
        await api_keys.revoke(connection, key, None if everybody else ask.actor.person, ask.clock)
        await log.record(connection, ask.actor, "key_revoked", None, None, (), {"key": key}, ask.clock)
    return answer({})


ROUTES = (
    options,
    list_people,
    create_person,
    change_person,
    reset_password,
    what_he_sees,
    list_departments,
    create_department,
    change_department,
    list_teams,
    create_team,
    change_team,
    list_keys,
    create_key,
    revoke_key,
)
