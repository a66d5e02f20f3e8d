"""What imports leave behind is forgotten after a while: files, refused rows, changes; that an import was, and what it did, stays."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from tradewind.files.store import FileStore
from tradewind.ingest import runs
from tradewind.ingest.reception import clear_files
from tradewind.kernel.clock import Clock
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.query.database.pool import Connection, Database

_ABANDONED = timedelta(hours=1)
"""An upload that did not come in for so long never will."""
_AT_ONCE = 100


async def sweep(database: Database, files: FileStore, days: int, clock: Clock) -> int:
    """Forgets files and rows of imports nothing happened to for so many days, and uploads that broke off; how many imports."""
    now = clock.now()
    busy = cast_param(list(runs.BUSY), "text[]")
    async with database.reading() as connection:
        old = await connection.rows(
            raw("SELECT id, false FROM system.imports WHERE swept_at IS NULL AND NOT state = ANY(") + busy + raw(") AND updated_at < ") + param(now - timedelta(days=days))
            + raw(" UNION ALL SELECT id, true FROM system.imports WHERE state = 'reading' AND size = 0 AND run IS NULL AND created_at < ")
            + param(now - _ABANDONED) + raw(" LIMIT ") + param(_AT_ONCE)
        )  # fmt: skip
    for identity, broken in old:
        await clear_files(database, files, identity)
        async with database.transaction() as connection:
            if broken:
                await connection.execute(raw("DELETE FROM system.imports WHERE id = ") + param(identity) + raw(" AND size = 0"))
            else:
                await _forget(connection, identity, clock)
    return len(old)


async def _forget(connection: Connection, identity: UUID, clock: Clock) -> None:
    """Rows and cells of one import."""
    for table in (raw("system.import_rows"), raw("system.import_changes"), raw("system.import_keys")):
        await connection.execute(raw("DELETE FROM ") + table + raw(" WHERE import = ") + param(identity))
    await connection.execute(
        raw("UPDATE system.imports SET swept_at = ") + param(clock.now()) + raw(", found = NULL, checks = '{}', report = report - 'samples' - 'changes'")
        + raw(", state = CASE WHEN state IN ('mapping', 'ready', 'paused') THEN 'cancelled' ELSE state END WHERE id = ") + param(identity)
    )  # fmt: skip
