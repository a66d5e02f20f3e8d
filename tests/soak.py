"""What long runs found, kept in docs/explain/soak.md: one line for each test, replaced by its next run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "explain" / "soak.md"
_HEAD = "# Soak\n\nMade by `make soak`: long faults and fuzzing. Each line is the last run of one test.\n\n| what | day | found |\n|---|---|---|\n"


def noted(what: str, found: str) -> None:
    """Puts the line of a test that passed into the page."""
    lines = PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else []
    others = [line for line in lines if line.startswith("| ") and not line.startswith(("| what ", f"| {what} |"))]
    PAGE.write_text(_HEAD + "\n".join(sorted([*others, f"| {what} | {datetime.now(UTC):%Y-%m-%d} | {found} |"])) + "\n", encoding="utf-8")
