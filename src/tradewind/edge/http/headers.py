"""The outermost layer: a request id, security headers on every answer, and one line in the log."""

from __future__ import annotations

import time

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.kernel.ids import new_id
from tradewind.kernel.log import answered

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Headers:
    """ASGI middleware around the whole application. A route's own header of the same name wins. `strict` pins the name to TLS."""

    def __init__(self, app: ASGIApp, *, strict: bool) -> None:
        self._app = app
        headers = SECURITY | ({"Strict-Transport-Security": "max-age=31536000"} if strict else {})
        self._headers = [(key.lower().encode(), value.encode()) for key, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name, started, status = str(new_id()), time.perf_counter(), 500
        scope.setdefault("state", {})["request_id"] = name

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {key.lower() for key, _ in message["headers"]}
                added = [pair for pair in self._headers if pair[0] not in own]
                message["headers"] = [*message["headers"], *added, (b"x-request-id", name.encode())]
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=name)
        await self._app(scope, receive, sending)
        answered(scope["method"], scope["path"], status, round((time.perf_counter() - started) * 1000, 1), name)
