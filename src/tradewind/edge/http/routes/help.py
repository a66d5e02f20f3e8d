"""The page behind every problem's address: what it means and what to do."""

from __future__ import annotations

import html

from litestar import Response, get

from tradewind.edge.http.guard import needs
from tradewind.edge.http.problems import language_of
from tradewind.edge.http.running import AnyRequest
from tradewind.kernel.messages import has, say
from tradewind.kernel.problems import NotFound


@get("/problems/{code:str}", opt=needs("public"))
async def page(request: AnyRequest, code: str) -> Response[bytes]:
    """One problem, in the reader's language."""
    language = language_of(request)
    if not has(language, f"problems.{code}.title"):
        raise NotFound()
    title, following = (html.escape(say(language, f"problems.{code}.{part}")) for part in ("title", "next"))
    head = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
    body = f"{head}<h1>{title}</h1><p><code>{html.escape(code)}</code></p><p>{following}</p></html>"
    return Response(body.encode(), media_type="text/html; charset=utf-8")


ROUTES = (page,)
