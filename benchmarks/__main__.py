"""Runs the benchmarks named on the command line, or all, and prints their table."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import sys
from pathlib import Path

from benchmarks import figures
from benchmarks.ground import Cluster

_GROUND = {"__main__", "bare", "customers", "figures", "firm", "ground"}


def names() -> list[str]:
    """Every module with a `run`."""
    return sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name not in _GROUND)


def main() -> int:
    """0 when every figure holds."""
    found: list[figures.Figure] = []
    for name in sys.argv[1:] or names():
        with Cluster() as cluster:
            made = asyncio.run(importlib.import_module(f"benchmarks.{name}").run(cluster))
        found += made
        print(figures.table(made), flush=True)
    if len(sys.argv) == 1:
        page = Path(__file__).parent.parent / "docs" / "explain" / "figures.md"
        page.write_text(f"# Figures\n\nMade by `make bench`; every figure is a ratio or an amount of one run.\n\n{figures.table(found)}\n", encoding="utf-8")
    return 0 if all(one.holds for one in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
