"""Create an object: its table with the system columns."""

from __future__ import annotations

from typing import ClassVar

from tradewind.catalog.indexes import ensure_object_indexes
from tradewind.catalog.schema.columns import SYSTEM_COLUMNS, table
from tradewind.catalog.schema.operations.contract import Operation, Surroundings
from tradewind.catalog.schema.running import ddl
from tradewind.kernel.sql import Sql, join, name, raw
from tradewind.query.database.pool import Database


class CreateObject(Operation, frozen=True, tag="create_object"):
    order: ClassVar[int] = 10

    async def start(self, database: Database, around: Surroundings) -> None:
        columns = [name(key) + raw(" ") + raw(kind) for key, kind in SYSTEM_COLUMNS]
        if around.after[self.object].parent:
            columns.append(raw("position integer NOT NULL DEFAULT 0"))
        made: list[Sql] = [raw("CREATE TABLE IF NOT EXISTS ") + table(self.object) + raw(" (") + join(", ", columns) + raw(")")]
        made.append(raw("ALTER TABLE ") + table(self.object) + raw(" ALTER COLUMN search SET STATISTICS 1000"))
        await ddl(database, *made)
        await ensure_object_indexes(database, around.after[self.object])

    async def undo(self, database: Database, around: Surroundings) -> None:
        """The table stays, out of reach, so that nothing entered meanwhile is lost; creating the object again finds it."""


OPERATION = CreateObject
