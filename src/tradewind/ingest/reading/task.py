"""What the process that reads a file is asked, and what it says: one JSON each. The asking side loads no reader of formats."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.ingest.reading.shapes import Limits, Reading, Recognised


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is asked to do."""

    path: str
    name: str
    folder: str
    recognised: Recognised
    limits: Limits
    parent: int
    """Process id of who asks."""
    header_rows: dict[str, int] = {}
    people: tuple[str, ...] = ()


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the child: how many rows it has read, or at last the result or the problem."""

    rows: int = 0
    reading: Reading | None = None
    problem: dict[str, Any] | None = None
