"""Addresses on the web."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import idna

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, raw
from tradewind.kinds.fields import comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Operator, Options
from tradewind.kinds.fields.values import clean, short


class UrlOptions(Options, frozen=True):
    """No settings."""


class Url(FieldType[UrlOptions, str]):
    name = "url"
    group = "contact"
    options = UrlOptions
    value = str
    formula_type = "text"
    operators = {
        **comparisons.textual(),
        "host": Operator(
            str, lambda columns, operand: raw("substring(") + columns[0] + raw(" from '^https?://([^/:?#]+)') = ") + comparisons.safe_param(operand.lower())
        ),
    }
    keys = {"domain": lambda columns: raw("regexp_replace(lower(substring(") + columns[0] + raw(" from '^https?://([^/:?#]+)')), '^www\\.', '')")}
    examples = (
        Example(
            values=("https://example.com/a?b=c#d", "http://example.com:8080/", "https://xn--bcher-kva.example/"),
            bad_values=(
                "javascript:alert(1)",
                "ftp://example.com",
                "https://user:secret@example.com/",
                "https://",
                "https://exa mple.com",
                "a\x00b",
                "https://[::1",
                "x" * 3000,
                5,
            ),
            bad_cells=("not a url", "mailto:a@example.com"),
        ),
    )

    def columns(self, options: UrlOptions) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: UrlOptions) -> str:
        text = short(clean(short(value, 3000)).strip(), 2048)
        if not text:
            return ""
        if "\\" in text or any(letter.isspace() for letter in text):
            raise InvalidValue(rule="url")
        try:
            parts = urlsplit(text if ":" in text.split("/")[0] and "://" in text else f"https://{text}")
            port = f":{parts.port}" if parts.port is not None else ""
            host = idna.encode((parts.hostname or "").lower(), uts46=True).decode("ascii").lower()
        except (ValueError, UnicodeError) as failure:
            raise InvalidValue(rule="url") from failure
        if parts.scheme not in ("http", "https") or "." not in host or "@" in parts.netloc:
            raise InvalidValue(rule="url")
        return urlunsplit((parts.scheme, host + port, parts.path or "/", parts.query, parts.fragment))

    def store(self, value: str) -> tuple[object, ...]:
        return (value or None,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: UrlOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: UrlOptions, locale: str = "en") -> str:
        return self.check(text, options)

    def format(self, value: str, options: UrlOptions, locale: str = "en") -> str:
        return value

    def fold(self, columns: Columns) -> Sql:
        return raw("lower(") + columns[0] + raw(")")

    def search(self, columns: Columns) -> Sql:
        return columns[0]


FIELD = Url()
