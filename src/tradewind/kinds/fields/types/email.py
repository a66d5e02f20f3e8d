"""E-mail addresses: the domain in lower case and ASCII, what is before the @ as given."""

from __future__ import annotations

import re

import idna

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, join, literal, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Operator, Options
from tradewind.kinds.fields.values import clean, short

_PUBLIC = ("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "gmx.de", "web.de", "qq.com", "163.com", "126.com")
"""Mail services anybody may use: sharing one says nothing."""
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}")


def _domain(columns: Columns) -> Sql:
    domain = raw("lower(split_part(") + columns[0] + raw(", '@', 2))")
    return raw("CASE WHEN ") + domain + raw(" NOT IN (") + join(", ", [literal(one) for one in _PUBLIC]) + raw(") THEN ") + domain + raw(" END")


class EmailOptions(Options, frozen=True):
    """No settings."""


class Email(FieldType[EmailOptions, str]):
    name = "email"
    group = "contact"
    options = EmailOptions
    value = str
    formula_type = "text"
    operators = {
        **comparisons.textual(),
        "domain": Operator(str, lambda columns, operand: raw("split_part(") + columns[0] + raw(", '@', 2) = ") + comparisons.safe_param(operand.lower())),
    }
    keys = {"domain": _domain}
    examples = (
        Example(
            values=("anna@example.com", "j.smith+eu@example.co.uk", "王芳@example.cn", "a@xn--bcher-kva.example"),
            bad_values=(
                "anna",
                "anna@",
                "@example.com",
                "a b@example.com",
                "a@b",
                "a@exa_mple.com",
                "a@-x.com",
                "a\x00@example.com",
                "x" * 70 + "@example.com",
                5,
            ),
            bad_cells=("anna", "a@b@example.com", "Anna <anna@example.com>"),
        ),
    )

    def columns(self, options: EmailOptions) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: EmailOptions) -> str:
        text = short(clean(short(value, 1000)).strip(), 254)
        if not text:
            return ""
        local, _, domain = text.partition("@")
        if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
            raise InvalidValue(rule="email")
        try:
            host = idna.encode(domain.lower(), uts46=True).decode("ascii").lower()
        except (idna.IDNAError, UnicodeError) as failure:
            raise InvalidValue(rule="email") from failure
        if "." not in host or host.endswith("."):
            raise InvalidValue(rule="email")
        return f"{local}@{host}"

    def store(self, value: str) -> tuple[object, ...]:
        return (value or None,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: EmailOptions) -> Sql:
        shown = raw(r"regexp_replace(") + columns[0] + raw(r", '^(.)[^@]*@(.).*(\.[^.]+)$', '\1***@\2***\3')")
        return comparisons.display(columns, shown)

    def parse(self, text: str, options: EmailOptions, locale: str = "en") -> str:
        return self.check(cells.plain(text), options)

    def format(self, value: str, options: EmailOptions, locale: str = "en") -> str:
        return value

    def fold(self, columns: Columns) -> Sql:
        return raw("lower(") + columns[0] + raw(")")

    def search(self, columns: Columns) -> Sql:
        return columns[0]


FIELD = Email()
