"""One possible answer to what a column holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """A type, and the function that tells which cells (in ordinary form) it holds. The rest is as in `Guess`."""

    type: str
    fits: Callable[[str], bool]
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    weight: float = 1.0
    strict: bool = False
    """Whether the header's word for it does not lower what is needed."""
    day_first: bool | None = None
    ambiguous: bool = False
    formats: tuple[str, ...] = ()
    decimal: str = ""
    currency: str = ""
    unit: str = ""
    country: str = ""
    words: dict[str, Any] = field(default_factory=dict[str, Any])
