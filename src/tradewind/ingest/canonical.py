"""The canonical csv of a sheet: UTF-8, commas, a line for each row of data, no header."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

LONGEST_CELL = 1_000_000


class Chunk(msgspec.Struct, frozen=True):
    """Rows as they stand in the file. `first` counts rows of data from 1."""

    first: int
    rows: list[list[str]]

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def rows(path: Path) -> Iterator[list[str]]:
    """All rows, one after another."""
    csv.field_size_limit(LONGEST_CELL)
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.reader(file, strict=True)


def chunks(path: Path, size: int, after: int = 0) -> Iterator[Chunk]:
    """The rows behind row `after`, in chunks of `size`; never more than one of them in memory."""
    lines = rows(path)
    first = after + 1
    taken = list(islice(islice(lines, after, None), size))
    while taken:
        yield Chunk(first, taken)
        first += len(taken)
        taken = list(islice(lines, size))
