"""Canonical files and plain csv files in chunks of rows, whatever their size."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tradewind.kernel.problems import InvalidRequest

LONGEST_CELL = 100_000


class Chunk(msgspec.Struct, frozen=True):
    """Rows as they stand in the file. `first` counts rows of data from 1, the header left out."""

    number: int
    first: int
    rows: list[list[str]]


def columns_of(path: Path, delimiter: str, encoding: str) -> tuple[str, ...]:
    """Names in the header. Raises InvalidRequest when there is none, or a name is there twice."""
    for header in _lines(path, delimiter, encoding):
        columns = tuple(cell.strip() for cell in header)
        doubled = sorted({name for name in columns if columns.count(name) > 1})
        if doubled or not any(columns):
            raise InvalidRequest(rule="import_header", columns=", ".join(doubled))
        return columns
    raise InvalidRequest(rule="import_header", columns="")


def chunks(path: Path, delimiter: str, encoding: str, size: int, *, header: bool = True) -> Iterator[Chunk]:
    """The file's rows in chunks of `size`: chunk `n`, from 0, holds the rows of data n·size+1 to (n+1)·size, the last one what is left.

    A chunk's number and rows depend on the file and on `size` alone, so that a run that was cut off finds them again. The first line is left
    out as the header unless `header` is False, as for the canonical files that `convert` writes. Raises InvalidRequest when it is no text.
    """
    lines = _lines(path, delimiter, encoding)
    if header:
        next(lines, None)
    number, kept = 0, list[list[str]]()
    for line in lines:
        kept.append(line)
        if len(kept) == size:
            yield Chunk(number, number * size + 1, kept)
            number, kept = number + 1, []
    if kept:
        yield Chunk(number, number * size + 1, kept)


def _lines(path: Path, delimiter: str, encoding: str) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(newline="", encoding=encoding) as file:
            for line in csv.reader(file, delimiter=delimiter, strict=True):
                if line:
                    yield line
    except OSError as failure:
        raise InvalidRequest(rule="import_file", file=path.name, said=failure.strerror or "") from failure
    except (UnicodeError, LookupError, csv.Error) as failure:
        raise InvalidRequest(rule="import_text", file=path.name, said=str(failure)) from failure
