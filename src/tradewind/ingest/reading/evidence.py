"""What a guess about a column rests on: its cells in ordinary form with their counts, its header, and what its neighbours tell."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tradewind.ingest.reading.concepts import bracketed, concepts, meanings

NOTHING = frozenset([
    "", "-", "--", "—", "/", "\\", "n/a", "na", "n.a.", "#n/a", "null", "none", "nil", "无", "暂无", "空", "待定", "tbd", "?", "？", "未知", "不详", "k.a.",
    "なし",
])  # fmt: skip
"""Words people write where there is nothing to say. They speak neither for nor against a type."""
_ERRORS = frozenset(["#n/a", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#getting_data", "#spill!", "#calc!"])
_LONGEST = 300
"""Longer cells are texts whatever they hold; nothing looks at the rest of them."""
_LOOK = 1_000
"""Distinct cells of a first look, which spares the long look for types that are far off."""


@dataclass(frozen=True)
class Cell:
    """A distinct cell: as it stands, in ordinary width without spaces around it, and how often."""

    raw: str
    text: str
    count: int


@dataclass(frozen=True)
class Evidence:
    header: str
    values: Mapping[str, int]
    longest: int = 0
    people: frozenset[str] = frozenset()
    """Folded names of colleagues."""
    currency: str = ""
    """What the number formats of the cells show."""
    language: str = ""
    """Language of the sheet's headers: zh, ja, de, … as far as it shows."""
    countries: tuple[str, ...] = ()
    """Countries that the rows are about, the most frequent first."""
    types: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        found = tuple(kind for meaning in self.meant for kind in concepts()[meaning.concept].types)
        object.__setattr__(self, "types", found)

    @cached_property
    def meant(self) -> Sequence[Any]:
        """What the header may mean."""
        return meanings(self.header)

    @property
    def concept(self) -> str:
        return str(self.meant[0].concept) if self.meant else ""

    @cached_property
    def hints(self) -> tuple[str, ...]:
        """Units and currencies in the header's brackets."""
        return bracketed(self.header)

    @cached_property
    def cells(self) -> Sequence[Cell]:
        """The cells that say something."""
        made = (Cell(raw, ordinary(raw) if len(raw) <= _LONGEST else "…" + raw[:_LONGEST], count) for raw, count in self.values.items())
        return [cell for cell in made if cell.text.casefold() not in NOTHING and cell.text.casefold() not in _ERRORS]

    @cached_property
    def nothing(self) -> int:
        """Filled cells that say nothing or are errors."""
        return sum(self.values.values()) - self.total

    @cached_property
    def total(self) -> int:
        return sum(cell.count for cell in self.cells)

    def share(self, fits: Callable[[str], bool], *, least: float = 0.5) -> float:
        """Share of the cells that fit; 0 where a first look already finds fewer than `least`."""
        first = self.cells[:_LOOK]
        looked = sum(cell.count for cell in first)
        good = sum(cell.count for cell in first if fits(cell.text))
        if not looked or good < least * looked:
            return 0.0
        good += sum(cell.count for cell in self.cells[_LOOK:] if fits(cell.text))
        return good / self.total


def ordinary(text: str) -> str:
    """Full-width forms made ordinary, invisible signs and spaces around it gone."""
    if text.isascii():
        return text.strip()
    return "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf").strip()
