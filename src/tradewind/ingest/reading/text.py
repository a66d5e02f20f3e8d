"""Rows of a text with delimiters, however long it is; a broken quote costs its own line and no other."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from tradewind.ingest.reading.dialects import SAID
from tradewind.ingest.reading.rows import Notes, Row, Rows
from tradewind.ingest.reading.shapes import Recognised

_REPLACED = "\ufffd"
_MOST_LINES = 500
"""Lines a quoted cell may run over before its quote counts as never closed."""
_MOST_CELL = 10_000_000
"""Characters of a cell beyond which its quote counts as never closed."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_END = "\x1a"
"""Old programs close a text with it."""


def read_text(path: Path, about: Recognised, notes: Notes) -> Rows:
    """Its rows, numbered as a spreadsheet would. Bytes that are no characters of the encoding are replaced and noted; rows with broken
    quotes come with `bad`."""
    csv.field_size_limit(_MOST_CELL)
    with path.open(newline="", encoding=about.encoding, errors="replace") as file:
        lines = _Lines(file)
        first = next(lines, "")
        if not SAID.fullmatch(first):
            lines.again(skip=0)
        yield from _rows(lines, about, notes)


class _Lines:
    """The lines of a file; those of the row being read are kept, so that it can be read again otherwise."""

    def __init__(self, file: Iterator[str]) -> None:
        self._rest: Iterator[str] = file
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) > _MOST_LINES:
            raise _Unclosed
        line = self._again.popleft() if self._again else next(self._rest)
        self.taken.append(line)
        return _CONTROL.sub("", line)

    def again(self, skip: int) -> None:
        """Gives out once more what was taken, without the first `skip` lines."""
        self._again.extendleft(reversed(self.taken[skip:]))
        self.taken = []


class _Unclosed(Exception):
    """A quoted cell goes on for longer than cells do."""


def _rows(lines: _Lines, about: Recognised, notes: Notes) -> Rows:
    def reader() -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=about.delimiter, quotechar=about.quote, escapechar=about.escape or None, strict=True)

    number, cells_of = 0, reader()
    while True:
        lines.taken = []
        number += 1
        try:
            cells = next(cells_of)
        except StopIteration:
            return
        except (csv.Error, _Unclosed):
            first, alone = lines.taken[0], len(lines.taken) == 1
            lines.again(skip=1)
            cells_of = reader()
            cut = alone and not first.endswith(("\n", "\r"))
            yield Row(number, _CONTROL.sub("", first).rstrip("\r\n").split(about.delimiter), bad="cut" if cut else "quote")
            continue
        ended = True
        for line in lines.taken:
            if _REPLACED in line:
                notes.add("undecodable", str(number), line.count(_REPLACED))
            if control := len(_CONTROL.findall(line.rstrip(_END))):
                notes.add("control", str(number), control)
            ended = line.endswith(("\n", "\r"))
        yield Row(number, cells, short="gap" if ended else "cut")
