"""Many rows as parameters: one array for each column, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from tradewind.kernel.json import canonical
from tradewind.kernel.sql import Sql, cast_param, join, name, raw

_BARE = ("uuid", "numeric", "bigint", "integer", "int", "smallint", "boolean", "date", "timestamptz", "double precision")
"""Types whose text needs no quotes inside an array."""


def unnested(alias: LiteralString, columns: Mapping[str, tuple[LiteralString, Sequence[Any]]]) -> Sql:
    """Rows for a FROM, as `alias`: `columns` are SQL types and values by name, all of the same length. None is NULL.

    The text is the same for any number of rows, so that the statement is prepared once.
    """
    arrays = [cast_param(array(kind, values), _sent(kind) + "[]") for kind, values in columns.values()]
    names = join(", ", [name(one) for one in columns])
    source = raw("unnest(") + join(", ", arrays) + raw(") AS ") + raw(alias) + raw("(") + names + raw(")")
    if all(_sent(kind) == kind for kind, _ in columns.values()):
        return source
    cast = [name(one) if _sent(kind) == kind else name(one) + raw("::") + Sql(kind) + raw(" AS ") + name(one) for one, (kind, _) in columns.items()]
    return raw("(SELECT ") + join(", ", cast) + raw(" FROM ") + source + raw(") AS ") + raw(alias)


def _sent(kind: LiteralString) -> LiteralString:
    """The type as which values travel: arrays and documents as text, since arrays do not hold arrays of different lengths."""
    return kind if kind == "text" or kind.partition("(")[0] in _BARE else "text"


def array(kind: LiteralString, values: Iterable[Any]) -> str:
    """An array constant of values of an SQL type."""
    write = _writer(kind)
    return "{" + ",".join(["NULL" if value is None else write(value) for value in values]) + "}"


def _writer(kind: LiteralString) -> Callable[[Any], str]:
    bare = kind.partition("(")[0]
    if bare in ("date", "timestamptz"):
        return _moment
    if bare == "uuid":
        return _identity
    if bare == "boolean":
        return lambda value: "t" if value else "f"
    if bare in _BARE:
        return str
    return _quoted if kind == "text" else lambda value: _quoted(_document(value))


def _identity(value: Any) -> str:
    return f"{value.int:032x}" if value.__class__ is UUID else str(value)


def _moment(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else _quoted(str(value))


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _document(value: Any) -> str:
    """An array or a JSON document as PostgreSQL reads it from text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        if not value:
            return "{}"
        return "{" + ",".join(["NULL" if one is None else _quoted(str(one)) for one in value]) + "}"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return canonical(value).decode()
