"""The error file: refused rows with their own columns and what is wrong with each, safe to open in a spreadsheet and fit to be imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from uuid import UUID

from tradewind.ingest import staging
from tradewind.ingest.mapping import ADDED_COLUMNS, CellProblem, is_error_file
from tradewind.kinds.fields.cells import guarded, unguarded
from tradewind.query.database.pool import Database

_ROWS = 500

Explain = Callable[[CellProblem], tuple[str, str]]
"""A problem's sentence and what to do about it."""


def own_columns(columns: Sequence[str]) -> list[int]:
    """Places of a file's own columns: those of an earlier error file are written anew."""
    return [place for place, column in enumerate(columns) if column not in ADDED_COLUMNS]


async def lines(database: Database, identity: UUID, columns: Sequence[str], explain: Explain, *, trial: bool = False) -> AsyncIterator[Sequence[str]]:
    """The header, then a line for each row that waits, a few hundred of them in memory at a time."""
    own = own_columns(columns)
    original = unguarded if is_error_file(columns) else str
    yield [*(columns[place] for place in own), *ADDED_COLUMNS]
    after = 0
    while True:
        async with database.reading() as connection:
            page = await staging.page(connection, identity, staging.Wanted(trial=trial), after, _ROWS)
        for row in page:
            cells = (original(row.cells[place]) if place < len(row.cells) else "" for place in own)
            yield [guarded(cell) for cell in (*cells, *_added(row, explain))]
        if len(page) < _ROWS:
            return
        after = page[-1].number


def _added(row: staging.Refused, explain: Explain) -> tuple[str, ...]:
    if not row.problems:
        return (str(row.number), "", "", "", "", "")
    first = row.problems[0]
    sentences = "; ".join(f"{one.column}: {explain(one)[0]}" if one.column else explain(one)[0] for one in row.problems)
    return (str(row.number), first.column, first.code, first.value, sentences, explain(first)[1])


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Lines of a csv file."""
    made = io.StringIO(newline="")
    csv.writer(made).writerows(rows)
    return made.getvalue().encode("utf-8", "replace")


async def csv_file(given: AsyncIterator[Sequence[str]]) -> AsyncIterator[bytes]:
    """The same as a csv file that spreadsheets open in the right encoding."""
    yield b"\xef\xbb\xbf"
    waiting: list[Sequence[str]] = []
    async for row in given:
        waiting.append(row)
        if len(waiting) >= _ROWS:
            yield as_csv(waiting)
            waiting.clear()
    yield as_csv(waiting)
