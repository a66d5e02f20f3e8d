"""Record ids: UUID version 7 (RFC 9562, section 5.7), sortable by the time they were made."""

from __future__ import annotations

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """A fresh UUIDv7. Within one process each is greater than the one before."""
    global _last
    with _lock:
        stamp = (time.time_ns() // 1_000_000) << 12 | (time.time_ns() % 1_000_000) * 4096 // 1_000_000
        _last = stamp if stamp > _last else _last + 1
        stamp = _last
    milliseconds, fraction = stamp >> 12, stamp & 0xFFF
    random_bits = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random_bits)
