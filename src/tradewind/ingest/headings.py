"""Which row of a sheet names its columns, where somebody knows better: the file is read again with it."""

from __future__ import annotations

from tradewind.ingest import reception, runs, seen, staging
from tradewind.jobs.queue import enqueue, wake
from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import ImportState, InvalidRequest
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.query.database.pool import Database

_MAPPED: tuple[runs.State, ...] = ("mapping", "ready")
_LOWEST_ROW = 1_000


async def read_again(database: Database, one: runs.Import, sheet: str, row: int, clock: Clock) -> None:
    """Has the file read with this row (from 1; 0: no row) as the sheet's headings; its map and dry run go. Raises ImportState, InvalidRequest."""
    if one.state not in _MAPPED or one.found is None:
        raise ImportState(rule="state")
    if sheet not in [found.name for found in one.found.sheets] or not 0 <= row <= _LOWEST_ROW:
        raise InvalidRequest(rule="import_heading", sheet=sheet, maximum=_LOWEST_ROW, pointer="/row")
    async with database.transaction() as connection:
        await runs.set_state(connection, one.id, "reading", clock, of=_MAPPED, stage="read", map=None, tried=None, problem=None, counts=runs.Counts())
        await staging.forget_trial(connection, one.id)
        await seen.forget(connection, one.id)
        await connection.execute(
            raw("UPDATE system.imports SET header_rows = header_rows || jsonb_build_object(") + param(sheet) + raw("::text, ") + cast_param(row, "int")
            + raw(") WHERE id = ") + param(one.id)
        )  # fmt: skip
        await enqueue(connection, reception.READ_JOB, {"import": str(one.id)}, clock, key=str(one.id))
    await wake(database)
