"""What a benchmark gives back, and the table it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured ratio or amount with its goal; `detail` says what was divided by what."""

    name: str
    measured: float
    goal: float
    unit: str = "x"
    detail: str = ""
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| measure | measured | goal | holds | how |", "|---|---|---|---|---|"]
    for one in figures:
        sign = "≥" if one.at_least else "≤"
        lines.append(f"| {one.name} | {one.measured:.2f} {one.unit} | {sign} {one.goal:g} {one.unit} | {'yes' if one.holds else '**no**'} | {one.detail} |")
    return "\n".join(lines)
