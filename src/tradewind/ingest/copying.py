"""A second import of a file that was read already: the same sheets, with another map."""

from __future__ import annotations

import asyncio
from uuid import UUID

from tradewind.files.store import FileStore, new_key
from tradewind.ingest import runs
from tradewind.ingest.ground import UPLOAD
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.sql import param, raw
from tradewind.query.database.pool import Database

_SAME = raw("name, person, request, address, file_name, size, digest, found, shape, chunk_rows, header_rows")


async def copy(database: Database, files: FileStore, source: runs.Import, clock: Clock) -> UUID:
    """An import of the same file that waits for a map; it has its own copies of what was read. Raises NotFound when the file was swept."""
    identity, now = new_id(), clock.now()
    async with database.transaction() as connection:
        await connection.execute(
            raw("INSERT INTO system.imports (id, state, stage, created_at, updated_at, ") + _SAME + raw(") SELECT ") + param(identity)
            + raw("::uuid, 'mapping', 'read', ") + param(now) + raw("::timestamptz, ") + param(now) + raw("::timestamptz, ") + _SAME
            + raw(" FROM system.imports WHERE id = ") + param(source.id)
        )  # fmt: skip
        kept = await connection.rows(
            raw("SELECT storage_key, sheet FROM system.import_files WHERE sheet <> ") + param(UPLOAD) + raw(" AND import = ") + param(source.id)
        )
    for key, number in kept:
        fresh = new_key()
        async with database.transaction() as connection:
            await connection.execute(
                raw("INSERT INTO system.import_files (storage_key, import, sheet, at) VALUES (")
                + param(fresh) + raw(", ") + param(identity) + raw(", ") + param(number) + raw(", ") + param(now) + raw(")")
            )  # fmt: skip
        with files.local(key) as path:
            await asyncio.to_thread(files.put_file, fresh, path)
    return identity
