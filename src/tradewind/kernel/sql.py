"""SQL as a value: text and parameters, joined without ever mixing the two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString, cast


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of a statement: `text` with psycopg placeholders (%s) and the `params` that fill them, in order."""

    text: str
    params: tuple[object, ...] = ()

    def __add__(self, other: Sql) -> Sql:
        return Sql(self.text + other.text, self.params + other.params)

    def __bool__(self) -> bool:
        return bool(self.text)


Columns = Sequence[Sql]

EMPTY = Sql("")


def raw(text: LiteralString) -> Sql:
    """Literal SQL. A string made from input is a type error here, which is the point."""
    return Sql(text.replace("%", "%%"))


def name(*parts: str) -> Sql:
    """A quoted identifier, dotted when several parts are given."""
    return Sql(".".join('"' + part.replace('"', '""') + '"' for part in parts).replace("%", "%%"))


def param(value: object) -> Sql:
    """A value, passed apart from the text."""
    return Sql("%s", (value,))


def cast_param(value: object, sql_type: LiteralString) -> Sql:
    """A value with its SQL type written out, where PostgreSQL could not tell it."""
    return Sql("%s::" + sql_type, (value,))


def literal(text: str) -> Sql:
    """A quoted string constant inside the statement; for keys of built JSON, which come from the catalogue."""
    return Sql("'" + text.replace("'", "''").replace("%", "%%") + "'")


def join(separator: LiteralString, parts: Iterable[Sql]) -> Sql:
    """The parts with a separator between them; empty parts are left out."""
    kept = [part for part in parts if part.text]
    params: list[object] = []
    for part in kept:
        params.extend(part.params)
    return Sql(separator.replace("%", "%%").join(part.text for part in kept), tuple(params))


def call(function: LiteralString, *arguments: Sql) -> Sql:
    """A function call."""
    return raw(function) + raw("(") + join(", ", arguments) + raw(")")


def parens(part: Sql) -> Sql:
    return raw("(") + part + raw(")")


def all_of(parts: Iterable[Sql]) -> Sql:
    """Conjunction; no part at all is true."""
    kept = [part for part in parts if part.text]
    return join(" AND ", [parens(part) for part in kept]) if kept else raw("true")


def any_of(parts: Iterable[Sql]) -> Sql:
    """Disjunction; no part at all is false."""
    kept = [part for part in parts if part.text]
    return join(" OR ", [parens(part) for part in kept]) if kept else raw("false")


def statement_text(part: Sql) -> LiteralString:
    """The text for the driver. `Sql` values are built from literals and quoted names only."""
    return cast(LiteralString, part.text)
