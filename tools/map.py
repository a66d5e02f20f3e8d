"""Prints the map of the house: every module with its first line, in import order; or, with --sizes, the longest pieces."""

from __future__ import annotations

import ast
import configparser
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tradewind"


def packages() -> list[str]:
    """Package names from the top of the house to the bottom."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "architecture.ini")
    lines = settings["importlinter:contract:layers"]["layers"].split()
    return [name for name in lines if name not in {"|", "(__main__)"}]


def show_map() -> None:
    for package in packages():
        for path in sorted((SOURCE / package).rglob("*.py")):
            first = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0]
            if first:
                print(f"{path.relative_to(SOURCE)!s:44} {first}")


def show_sizes() -> None:
    pieces: list[tuple[int, str]] = []
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        pieces.append((text.count("\n"), f"{path.relative_to(ROOT)}"))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.end_lineno:
                pieces.append((node.end_lineno - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"))
    for size, where in sorted(pieces, reverse=True)[:40]:
        print(f"{size:5} {where}")


if __name__ == "__main__":
    if "--sizes" in sys.argv:
        show_sizes()
    else:
        show_map()
