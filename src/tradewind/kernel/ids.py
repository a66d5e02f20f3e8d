"""Record ids: UUID version 7 (RFC 9562, section 5.7), sortable by the time they were made."""

from __future__ import annotations

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0
_CHANCE = (1 << 62) - 1


def new_id() -> uuid.UUID:
    """A fresh UUIDv7. Within one process each is greater than the one before."""
    return new_ids(1)[0]


def new_ids(count: int) -> list[uuid.UUID]:
    """So many of them, in their order."""
    global _last
    with _lock:
        now = time.time_ns()
        stamp = (now // 1_000_000) << 12 | (now % 1_000_000) * 4096 // 1_000_000
        first = stamp if stamp > _last else _last + 1
        _last = first + count - 1 if count else _last
    chance = os.urandom(8 * count)
    return [
        uuid.UUID(int=(stamp >> 12) << 80 | 7 << 76 | (stamp & 0xFFF) << 64 | 2 << 62 | int.from_bytes(chance[place * 8 : place * 8 + 8], "big") & _CHANCE)
        for place, stamp in enumerate(range(first, first + count))
    ]
