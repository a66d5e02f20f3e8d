"""Takes back what an import did, piece by piece, as one recorded action."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from tradewind.ingest.ground import Beat, Ground
from tradewind.ingest.importing import Ended


async def take_back(ground: Ground, identity: UUID, beat: Beat, over: Callable[[], bool]) -> Ended:
    raise NotImplementedError
