"""Logging: structured lines with constant event names; values marked as secret never reach a line."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

import msgspec
import structlog

_SECRET_WORDS = ("password", "secret", "token", "cookie", "authorization", "api_key", "hash", "digest", "sid", "database_url")
_DROPPED = "[dropped]"
_form = ""


def configure(log_format: str = "json", level: int = logging.INFO) -> None:
    """Sets the form of all lines of this process: `json` for production, anything else for a terminal."""
    global _form
    _form = log_format
    renderer: Any = structlog.processors.JSONRenderer(_encoded) if log_format == "json" else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            drop_secrets,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def _encoded(event: Any, **_: Any) -> str:
    """The line as JSON; what JSON does not know is written as its text."""
    return msgspec.json.encode(event, enc_hook=str).decode()


class _Answered(msgspec.Struct):
    """The line of an answered request, the one line written so often that its cost counts."""

    method: str
    path: str
    status: int
    milliseconds: float
    request_id: str
    timestamp: str
    area: str = "http"
    event: str = "http.answered"
    level: str = "info"


def answered(method: str, path: str, status: int, milliseconds: float, request: str) -> None:
    """Writes that a request was answered."""
    if _form != "json":
        logger("http").info("http.answered", method=method, path=path, status=status, milliseconds=milliseconds, request_id=request)
        return
    line = _Answered(method, path, status, milliseconds, request, datetime.now(UTC).isoformat())
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger; `name` is written as `area`."""
    return cast(structlog.typing.FilteringBoundLogger, structlog.get_logger(area=name))


def drop_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces the value of every key that names a secret, at any depth."""
    return cast(MutableMapping[str, Any], _clean(event))


@cache
def is_secret(key: str) -> bool:
    """Whether a key's value may not be written anywhere."""
    lowered = key.lower()
    return any(lowered == word or lowered.endswith("_" + word) or lowered.startswith(word + "_") for word in _SECRET_WORDS)


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        content = cast(dict[Any, Any], value)
        return {key: _DROPPED if isinstance(key, str) and is_secret(key) else _clean(inner) for key, inner in content.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in cast(list[Any], value)]
    return value
