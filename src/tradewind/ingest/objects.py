"""Which objects a file that was read could become; its sheets are looked through for links between them."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

import msgspec

from tradewind.files.store import FileStore
from tradewind.ingest import runs
from tradewind.ingest.ground import key_of
from tradewind.ingest.reading.proposal import Proposal, propose
from tradewind.kernel.json import canonical
from tradewind.kernel.problems import ImportState
from tradewind.kernel.sql import raw
from tradewind.metadata.definitions import Catalog, ObjectDefinition
from tradewind.query.database.pool import Connection, Database


async def proposed(database: Database, files: FileStore, catalog: Catalog, one: runs.Import, zone: str) -> Proposal:
    """Objects and maps for all sheets of the file. Raises ImportState before it was read."""
    if one.found is None or one.state not in ("mapping", "ready"):
        raise ImportState(rule="state")
    async with database.reading() as connection:
        catalog = await _with_retired(connection, catalog)
        keys = [await key_of(connection, one.id, number) for number in range(len(one.found.sheets))]
    with tempfile.TemporaryDirectory(prefix="tw-propose-") as name, ExitStack() as opened:
        folder = Path(name)
        for sheet, key in zip(one.found.sheets, keys, strict=True):
            (folder / sheet.file).symlink_to(opened.enter_context(files.local(key)).resolve())
        return await asyncio.to_thread(propose, one.found, folder, one.file_name, catalog, zone=zone)


async def _with_retired(connection: Connection, catalog: Catalog) -> Catalog:
    """The catalogue with the objects that were taken out of use: their keys are never used again."""
    rows = await connection.rows(raw("SELECT key, body FROM system.definitions WHERE kind = 'object' AND retired"))
    retired = {key: msgspec.json.decode(canonical(body), type=ObjectDefinition) for key, body in rows}
    return msgspec.structs.replace(catalog, objects={**retired, **catalog.objects})
