"""The contract of a matcher: for records of one object, who of another object they are about, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.metadata.definitions import Catalog, MatchRule
from tradewind.query.database.pool import Connection


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A record of the other object that one may be about, with the rule that says so and how much speaks for it, 0 to 1."""

    record: UUID
    other: UUID
    rule: MatchRule
    score: float


class Matcher(Protocol):
    """Looks at records whose relation is still empty, within the caller's transaction, and locks them until its end.

    The exact matcher compares keys. A probabilistic one (Fellegi and Sunter: agreement weights learnt per field) gives scores between and takes its
    place beside it in `recognise.MATCHERS`.
    """

    async def __call__(self, connection: Connection, catalog: Catalog, object_key: str, ids: Sequence[UUID], clock: Clock) -> list[Candidate]: ...
