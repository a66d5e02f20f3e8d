"""Turns problems into application/problem+json (RFC 9457) in the reader's language; whatever else is raised is logged and hidden."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException

from tradewind.edge.http.running import AnyRequest, actor_of, encoded, request_id, running_of
from tradewind.kernel.json import Json
from tradewind.kernel.log import logger
from tradewind.kernel.messages import closest, has, preferred, say
from tradewind.kernel.problems import InvalidRequest, MethodNotAllowed, NotFound, Problem, Throttled, TooLarge

_log = logger("http")


class ProblemItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of several things wrong with a request."""

    code: str
    detail: str
    pointer: str = ""
    params: dict[str, Json] = {}
    errors: tuple[ProblemItem, ...] = ()


class ProblemBody(msgspec.Struct, frozen=True):
    """The body of every refusal."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    params: dict[str, Json]
    errors: tuple[ProblemItem, ...]
    next: str
    pointer: str = ""
    request: str = ""


def language_of(request: AnyRequest) -> str:
    """The reader's language: the person's own, else what the browser asks for."""
    actor = actor_of(request)
    if actor is not None:
        return closest(actor.language)
    return preferred(request.headers.get("accept-language", ""), running_of(request).settings.default_language)


def handle(request: AnyRequest, failure: Exception) -> Response[bytes]:
    """The answer to anything raised by a route, a guard or the framework."""
    if isinstance(failure, Problem) and failure.status < 500:
        return rendered(request, failure)
    if isinstance(failure, HTTPException) and failure.status_code < 500:
        return rendered(request, _of_framework(failure), failure.headers)
    if isinstance(failure, RecursionError) and _while_reading(failure):
        return rendered(request, InvalidRequest(rule="too_deep"))
    if isinstance(failure, Problem) and failure.code != "internal":
        _log.warning("http.unavailable", code=failure.code, request_id=request_id(request))
        return rendered(request, failure, {"Retry-After": "2"})
    _log.error("http.failed", request_id=request_id(request), method=request.method, path=request.url.path, exc_info=failure)
    return rendered(request, Problem(request=request_id(request)))


def _while_reading(failure: BaseException) -> bool:
    """Whether it was raised while a body was decoded, and so by what was sent."""
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__", "")).startswith("litestar.serialization")


def rendered(request: AnyRequest, problem: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """The problem as a response."""
    language = language_of(request)
    base = running_of(request).settings.public_url.rstrip("/")
    body = ProblemBody(
        type=f"{base}/problems/{problem.code}",
        title=say(language, f"problems.{problem.code}.title", problem.params),
        status=problem.status,
        detail=detail(language, problem),
        instance=request.url.path,
        code=problem.code,
        params=problem.params,
        errors=tuple(item(language, inner) for inner in problem.errors),
        next=say(language, f"problems.{problem.code}.next", problem.params),
        pointer=problem.pointer,
        request=request_id(request) if problem.status >= 500 else "",
    )
    sent = dict(headers or {})
    if isinstance(problem, Throttled) and "seconds" in problem.params:
        sent["Retry-After"] = str(problem.params["seconds"])
    sent |= {"Content-Language": language, "Cache-Control": "no-store"}
    return Response(encoded(body), status_code=problem.status, media_type="application/problem+json", headers=sent)


def item(language: str, problem: Problem) -> ProblemItem:
    """A problem within another."""
    return ProblemItem(problem.code, detail(language, problem), problem.pointer, problem.params, tuple(item(language, inner) for inner in problem.errors))


def detail(language: str, problem: Problem) -> str:
    """What went wrong, in one sentence: the rule's own where the catalogue has it."""
    rule = problem.params.get("rule", problem.params.get("reason"))
    own = f"problems.{problem.code}.rules.{rule}"
    return say(language, own if rule and has(language, own) else f"problems.{problem.code}.detail", problem.params)


def _of_framework(failure: HTTPException) -> Problem:
    if failure.status_code == 404:
        return NotFound()
    if failure.status_code == 405:
        return MethodNotAllowed()
    if failure.status_code == 413:
        return TooLarge()
    said = [str(entry.get("message", "")) for entry in failure.extra] if isinstance(failure.extra, list) else []
    return InvalidRequest(rule="shape", said="; ".join(part for part in said if part)[:300] or failure.detail[:300])
