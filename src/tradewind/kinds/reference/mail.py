"""Domains of public mail services: an address there says nothing of the company."""

from __future__ import annotations

from functools import cache

from tradewind.kernel.sql import Sql, call
from tradewind.kinds.reference.sources import rows


@cache
def public_domains() -> frozenset[str]:
    """The domains, in lower case and ASCII."""
    return frozenset(row[0] for row in rows("mail_domains"))


def own_domain(domain: Sql) -> Sql:
    """SQL of a domain, NULL for one of a public mail service; usable in an index. The function has the list of `public_domains` in it."""
    return call("system.own_domain", domain)
