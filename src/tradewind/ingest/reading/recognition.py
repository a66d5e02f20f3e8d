"""Tells by its content what kind of file it is, and refuses what is none we read."""

from __future__ import annotations

from pathlib import Path

from tradewind.ingest.reading.shapes import Limits, Recognised
from tradewind.kernel.problems import UnreadableFile

DEFAULT = Limits()


def recognise(path: Path, name: str, limits: Limits = DEFAULT) -> Recognised:
    """Kind, encoding and delimiter of a file. Raises UnreadableFile for what is none we read."""
    size = path.stat().st_size
    if size > limits.size:
        raise UnreadableFile(rule="size", file=name, most=limits.size)
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise UnreadableFile(rule="empty", file=name)
    if start.startswith(b"PK\x03\x04"):
        return Recognised(kind="xlsx", size=size)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return Recognised(kind="xls", size=size)
    return Recognised(kind="csv", size=size, encoding="utf-8-sig", delimiter=",")
