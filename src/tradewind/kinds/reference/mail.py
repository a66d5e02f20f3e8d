"""Domains of public mail services: an address there says nothing of the company."""

from __future__ import annotations

from functools import cache

from tradewind.kernel.sql import Sql, literal, raw
from tradewind.kinds.reference.sources import rows


@cache
def public_domains() -> frozenset[str]:
    """The domains, in lower case and ASCII."""
    return frozenset(row[0] for row in rows("mail_domains"))


@cache
def _listed() -> Sql:
    return literal("{" + ",".join(sorted(public_domains())) + "}") + raw("::text[]")


def own_domain(domain: Sql) -> Sql:
    """SQL of a domain, NULL for one of a public mail service; usable in an index."""
    return raw("CASE WHEN ") + domain + raw(" <> ALL(") + _listed() + raw(") THEN ") + domain + raw(" END")
