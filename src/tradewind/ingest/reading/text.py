"""Rows of a text with delimiters, however long it is; a broken quote costs its own line and no other."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tradewind.ingest.reading.rows import Notes, Row, Rows

_REPLACED = "\ufffd"
_MOST_LINES = 2_000
"""Lines a quoted cell may run over before its quote counts as never closed."""


def read_text(path: Path, encoding: str, delimiter: str, longest: int, notes: Notes) -> Rows:
    """Its rows. Bytes that are no characters of the encoding are replaced and noted; rows with broken quotes come with `bad`."""
    csv.field_size_limit(max(longest * 40, 4_000_000))
    with path.open(newline="", encoding=encoding, errors="replace") as file:
        yield from _rows(_Lines(file), delimiter, notes)


class _Lines:
    """The lines of a file, those of the row being read kept so that it can be read again otherwise."""

    def __init__(self, file: Iterator[str]) -> None:
        self._rest: Iterator[str] = file
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) > _MOST_LINES:
            raise _Unclosed
        line = next(self._rest)
        self.taken.append(line)
        return line.replace("\0", "") if "\0" in line else line

    def again(self, skip: int) -> None:
        """Gives out once more what was taken, without the first `skip` lines."""
        self._rest = chain(self.taken[skip:], self._rest)
        self.taken = []


class _Unclosed(Exception):
    """A quoted cell goes on for longer than cells do."""


def _rows(lines: _Lines, delimiter: str, notes: Notes) -> Rows:
    number = 0
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken = []
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _Unclosed):
            broken = lines.taken[0].rstrip("\r\n")
            lines.again(skip=1)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            yield Row(number, broken.split(delimiter), "quote")
            continue
        for line in lines.taken:
            if "\0" in line:
                notes.add("control", str(number), line.count("\0"))
            if _REPLACED in line:
                notes.add("undecodable", str(number), line.count(_REPLACED))
        yield Row(number, cells)
