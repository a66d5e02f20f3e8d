"""The page behind every problem's address: what it means and what to do."""

from __future__ import annotations

import html
from collections.abc import Iterable

from litestar import Response, get

from tradewind.edge.http.guard import needs
from tradewind.edge.http.problems import language_of
from tradewind.edge.http.running import AnyRequest
from tradewind.kernel.messages import catalogue, has, say
from tradewind.kernel.problems import NotFound

_STYLE = (
    "body{font:16px/1.6 system-ui,'Noto Sans CJK SC',sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark;"
    "color:light-dark(#1f2933,#e4e7eb);background:light-dark(#fff,#14181d)}h1{line-height:1.25}code{padding:.1em .35em;border-radius:4px;"
    "background:light-dark(#eef1f4,#262c33)}a{color:light-dark(#0b5cad,#7db8f2)}li{margin:.25rem 0}"
)
_TITLE, _RULES = ".title", ".rules."


@get("/problems", opt=needs("public"))
async def index(request: AnyRequest) -> Response[bytes]:
    """All problems by code, in the reader's language."""
    language = language_of(request)
    codes = sorted(key.removeprefix("problems.").removesuffix(_TITLE) for key in catalogue(language) if key.startswith("problems.") and key.endswith(_TITLE))
    items = (f'<a href="/problems/{html.escape(code)}">{_said(language, code, "title")}</a> <code>{html.escape(code)}</code>' for code in codes)
    return _page(language, html.escape(say(language, "help.all")), _list(items))


@get("/problems/{code:str}", opt=needs("public"))
async def page(request: AnyRequest, code: str) -> Response[bytes]:
    """One problem, in the reader's language."""
    language = language_of(request)
    if not has(language, f"problems.{code}{_TITLE}"):
        raise NotFound()
    start = f"problems.{code}{_RULES}"
    rules = {key.removeprefix(start): text for key, text in catalogue(language).items() if key.startswith(start)}
    parts = [f"<p><code>{html.escape(code)}</code></p>", f"<p>{_said(language, code, 'detail')}</p>"]
    parts += [f"<h2>{html.escape(say(language, 'help.next'))}</h2>", f"<p>{_said(language, code, 'next')}</p>"]
    if rules:
        parts.append(f"<h2>{html.escape(say(language, 'help.rules'))}</h2>")
        parts.append(_list(f"<code>{html.escape(rule)}</code> {html.escape(_open(text))}" for rule, text in sorted(rules.items())))
    parts.append(f'<p><a href="/problems">{html.escape(say(language, "help.all"))}</a></p>')
    return _page(language, _said(language, code, "title"), "".join(parts))


def _said(language: str, code: str, part: str) -> str:
    return html.escape(_open(catalogue(language)[f"problems.{code}.{part}"]))


def _open(sentence: str) -> str:
    """A sentence with its places left open, for there is no case at hand to fill them from."""
    return sentence.replace("{{", "‹").replace("}}", "›")


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _page(language: str, title: str, body: str) -> Response[bytes]:
    head = f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    text = f"{head}<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>"
    return Response(text.encode(), media_type="text/html; charset=utf-8", headers={"Content-Language": language})


ROUTES = (index, page)
