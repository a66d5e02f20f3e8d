"""Refused rows mended in place: each is understood again at once, without writing anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradewind.ingest import runs, staging
from tradewind.ingest.ground import loading_of, sheet_of
from tradewind.ingest.mapping import Mapper
from tradewind.ingest.staging import Refused
from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import ImportState
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Database

_AT_ONCE = 1_000
_LONGEST_CELL = 100_000
_MENDABLE: tuple[runs.State, ...] = ("done", "paused", "cancelled", "failed")


def columns_of(one: runs.Import) -> list[str]:
    """Names of the columns the cells of refused rows stand in."""
    return [column.name for column in sheet_of(one)[1].columns]


async def mend(database: Database, catalog: Catalog, one: runs.Import, number: int, cells: Mapping[str, str], clock: Clock) -> Refused:
    """Writes cells of a refused row anew; the row with what is still wrong with it. Raises NotFound, ImportState, InvalidRequest for an unknown column."""
    _check_state(one)
    mapper = (await loading_of(database, one, clock, catalog)).mapper
    columns = columns_of(one)
    changed = staging.check_columns(columns, {column: cell[:_LONGEST_CELL] for column, cell in cells.items()})
    async with database.transaction() as connection:
        row = await staging.row(connection, one.id, number)
        if row.state == staging.LOADED:
            raise ImportState(rule="row_loaded")
        fresh = [changed.get(place, row.cells[place] if place < len(row.cells) else "") for place in range(len(columns))]
        (mended,) = _understood(mapper, [(number, fresh)])
        await staging.rewrite(connection, one.id, [mended])
    return mended


async def replace(database: Database, catalog: Catalog, one: runs.Import, column: str, value: str, by: str, clock: Clock) -> tuple[int, int]:
    """Replaces one text of a column in all rows that wait; how many, and how many of them nothing is wrong with any more."""
    _check_state(one)
    mapper = (await loading_of(database, one, clock, catalog)).mapper
    columns = columns_of(one)
    (place,) = staging.check_columns(columns, {column: by})
    after, changed, clean = 0, 0, 0
    while True:
        async with database.transaction() as connection:
            rows = await staging.having(connection, one.id, place, value, after, _AT_ONCE)
            if not rows:
                return changed, clean
            fresh = [(row.number, [*row.cells[:place], by[:_LONGEST_CELL], *row.cells[place + 1 :]]) for row in rows]
            mended = _understood(mapper, fresh)
            await staging.rewrite(connection, one.id, mended)
        after = rows[-1].number
        changed += len(rows)
        clean += sum(not row.problems for row in mended)


def _understood(mapper: Mapper, rows: Sequence[tuple[int, list[str]]]) -> list[Refused]:
    mapped = mapper.map([cells for _, cells in rows])
    return [
        Refused(number=number, cells=tuple(cells), problems=tuple(mapped.problems.get(place, ())), mended=True) for place, (number, cells) in enumerate(rows)
    ]


def _check_state(one: runs.Import) -> None:
    if one.state not in _MENDABLE or one.swept_at is not None:
        raise ImportState(rule="state")
