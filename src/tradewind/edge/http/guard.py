"""Before every route: is the request from our own pages, who asks, and has he the right the route names."""

from __future__ import annotations

from typing import Any, Literal, cast
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from tradewind.accounts.actors import system_rights
from tradewind.accounts.api_keys import actor_of_key
from tradewind.accounts.sign_in import actor_of_session
from tradewind.edge.http.running import AnyConnection, address_of, header, request_id, running_of
from tradewind.kernel.problems import CrossSite, Forbidden, InvalidRequest, SignInRequired
from tradewind.kernel.settings import Settings
from tradewind.metadata.actors import Actor

Right = Literal["public", "signed_in", "person", "define", "build", "people", "roles", "audit", "keys", "purge", "demo", "data"]
"""Who may call a route: anybody; any actor; a person but no API key; who defines objects or roles (the route looks which); or who holds that system right."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def needs(right: Right, *, reads: bool = False, body: str = "application/json") -> dict[str, Any]:
    """The `opt` of a route: the right it needs, whether it only reads though it is a POST, and the media type of its body."""
    return {"right": right, "reads": reads, "body": body}


def cookie_name(settings: Settings) -> str:
    """Name of the session cookie; the prefix makes browsers insist on Secure and Path=/."""
    return "__Host-sid" if settings.secure_cookies else "sid"


class Admission:
    """ASGI middleware that lets a request through to its route, or not. (A guard of the framework's would copy the route for every request.)"""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what may pass."""
        if scope["type"] == "http":
            await admit(ASGIConnection(scope), cast(BaseRouteHandler, scope["route_handler"]))
        await self._app(scope, receive, send)


async def admit(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Finds the actor and puts him into the request's state. Raises the Problem that keeps the request out."""
    options: dict[str, Any] = dict(handler.opt)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    right: Right = options.get("right", "signed_in")
    method = str(connection.scope["method"]).upper() if "method" in connection.scope else "GET"
    bearer = _bearer(connection)
    if method not in SAFE:
        if bearer is None:
            check_origin(connection, running_of(connection).settings)
        _check_media_type(connection, str(options.get("body", "application/json")))
    if right == "public":
        return
    actor = await _actor(connection, bearer)
    if actor is None:
        raise SignInRequired()
    connection.scope["state"]["actor"] = actor
    if actor.read_only and method not in SAFE and not options.get("reads", False):
        raise Forbidden(right="write")
    if right == "person" and actor.kind != "person":
        raise Forbidden(right="person")
    if right in ("signed_in", "person"):
        return
    held = system_rights(running_of(connection).holder.current, actor)
    if right not in held and not (right == "define" and held & {"build", "roles"}):
        raise Forbidden(right="build" if right == "define" else right)


def check_origin(connection: AnyConnection, settings: Settings) -> None:
    """Refuses what a page of another origin may have sent in somebody's name. Raises CrossSite."""
    site = header(connection, "sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise CrossSite()
        return
    origin = header(connection, "origin") or ""
    parts = urlsplit(origin)
    host = header(connection, "host") or ""
    own = {f"{scheme}://{host}".lower() for scheme in ("http", "https")} if host else set[str]()
    if settings.public_url:
        public = urlsplit(settings.public_url)
        own.add(f"{public.scheme}://{public.netloc}".lower())
    if not parts.netloc or f"{parts.scheme}://{parts.netloc}".lower() not in own:
        raise CrossSite()


def _check_media_type(connection: AnyConnection, wanted: str) -> None:
    """A DELETE without a body needs none: browsers ask before they send one from another site."""
    method = str(connection.scope["method"]) if "method" in connection.scope else ""
    if method == "DELETE" and (header(connection, "content-length") or "0") == "0" and not header(connection, "transfer-encoding"):
        return
    given = (header(connection, "content-type") or "").partition(";")[0].strip().lower()
    if given != wanted:
        raise InvalidRequest(rule="content_type", expected=wanted)


def _bearer(connection: AnyConnection) -> str | None:
    scheme, _, value = (header(connection, "authorization") or "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


async def _actor(connection: AnyConnection, bearer: str | None) -> Actor | None:
    running = running_of(connection)
    facts = {"request": request_id(connection), "address": address_of(connection)}
    if bearer is not None:
        return await actor_of_key(running.database, bearer, running.clock, **facts)
    token = connection.cookies.get(cookie_name(running.settings), "")
    return await actor_of_session(running.database, token, running.clock, **facts) if token else None
