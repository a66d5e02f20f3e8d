"""Sign-in, sign-out, and who I am."""

from __future__ import annotations

from typing import Literal

import msgspec
from litestar import Response, delete, get, patch, post

from tradewind.accounts import people, sign_in
from tradewind.accounts.actors import actor_for, system_rights
from tradewind.edge.http.guard import cookie_name, needs
from tradewind.edge.http.running import AnyRequest, Asked, address_of, answer, asked, encoded, running_of
from tradewind.kernel.problems import Problem, SignInRequired
from tradewind.metadata.actors import SYSTEM
from tradewind.records import log


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    email: str
    password: str


class Personal(msgspec.Struct, forbid_unknown_fields=True):
    language: str | None = None
    zone: str | None = None
    theme: str | None = None


@get("/api/health", opt=needs("public"))
async def health(request: AnyRequest) -> Response[bytes]:
    """Whether the process answers and reaches its database."""
    running = running_of(request)
    async with running.database.reading() as connection:
        await people.listed(connection, limit=1)
    return answer({"status": "ok", "edition": running.holder.current.edition})


@post("/api/session", opt=needs("public"), status_code=200)
async def start(request: AnyRequest, data: Credentials) -> Response[bytes]:
    """Signs in; the cookie is the session."""
    running = running_of(request)
    name = cookie_name(running.settings)
    facts = {"address": address_of(request), "agent": request.headers.get("user-agent", "")[:200], "replaces": request.cookies.get(name, "")}
    try:
        signed = await sign_in.sign_in(running.database, data.email, data.password, running.clock, **facts)
    except Problem as problem:
        async with running.database.transaction() as connection:
            actor = msgspec.structs.replace(SYSTEM, address=address_of(request))
            await log.record(connection, actor, "sign_in_refused", None, None, (), {"email": data.email[:250], "code": problem.code}, running.clock)
        raise
    async with running.database.transaction() as connection:
        actor = await actor_for(connection, signed.person, address=address_of(request))
        await log.record(connection, actor, "sign_in", None, None, (), None, running.clock)
    response = _with_cookies({"person": str(signed.person)})
    same: Literal["lax"] = "lax"
    response.set_cookie(key=name, value=signed.token, path="/", httponly=True, samesite=same, secure=running.settings.secure_cookies, max_age=14 * 86400)
    return response


@get("/api/session", opt=needs("signed_in"))
async def me(request: AnyRequest) -> Response[bytes]:
    """The person behind the request, with roles and system rights."""
    return answer(await _me(asked(request)))


async def _me(ask: Asked) -> dict[str, object]:
    if ask.actor.person is None:
        raise SignInRequired()
    async with ask.database.reading() as connection:
        person = await people.found(connection, ask.actor.person)
    shown = {key: getattr(person, key) for key in ("id", "name", "email", "department", "language", "zone", "theme")}
    return {"person": shown, "roles": list(ask.actor.roles), "system_rights": sorted(system_rights(ask.catalog, ask.actor))}


@patch("/api/session", opt=needs("person"))
async def settings(request: AnyRequest, data: Personal) -> Response[bytes]:
    """One's own language, time zone and theme."""
    ask = asked(request)
    if ask.actor.person is None:
        raise SignInRequired()
    changes = {key: value for key, value in msgspec.structs.asdict(data).items() if value is not None}
    async with ask.database.transaction() as connection:
        person = await people.found(connection, ask.actor.person)
        await people.change(connection, msgspec.structs.replace(person, **changes), ask.clock)
    return answer(await _me(ask))


@delete("/api/session", opt=needs("public"), status_code=200)
async def end(request: AnyRequest) -> Response[bytes]:
    """Signs out at once; fine when nobody was signed in."""
    running = running_of(request)
    name = cookie_name(running.settings)
    await sign_in.sign_out(running.database, request.cookies.get(name, ""))
    response = _with_cookies({})
    response.delete_cookie(key=name, path="/")
    return response


def _with_cookies(value: object) -> Response[bytes]:
    return Response(encoded(value), media_type="application/json", headers={"Cache-Control": "no-store"})


ROUTES = (health, start, me, settings, end)
