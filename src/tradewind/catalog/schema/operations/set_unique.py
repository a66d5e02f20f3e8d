"""Make a field unique among live records, or no longer."""

from __future__ import annotations

from typing import ClassVar

from tradewind.catalog.indexes import unique_definition, unique_name
from tradewind.catalog.schema.columns import column_names, table
from tradewind.catalog.schema.operations.contract import Finding, Operation, Surroundings
from tradewind.catalog.schema.running import concurrent_index, drop_index
from tradewind.kernel.sql import name, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.query.database.pool import Connection, Database


class SetUnique(Operation, frozen=True, tag="set_unique"):
    """Beside a change of the field's type it does nothing: that operation makes the indexes of the new columns."""

    order: ClassVar[int] = 40
    unique: bool

    async def validate(self, connection: Connection, around: Surroundings) -> Finding:
        before = self.field_before(around)
        if not self.unique or before is None or self._retyped(around):
            return Finding()
        field = self.field_after(around)
        folded = name(field.key) if field.type == "relation" else field_types()[field.type].fold(column_names(field, around.after))
        statement = (
            raw("SELECT count(*), min(folded) FROM (SELECT (") + folded + raw(")::text AS folded FROM ") + table(self.object)
            + raw(" WHERE deleted_at IS NULL AND (") + folded + raw(") IS NOT NULL GROUP BY 1 HAVING count(*) > 1) AS doubled")
        )  # fmt: skip
        doubled, sample = await connection.row(statement) or (0, None)
        return Finding(
            rows=int(doubled), risk="refuses" if doubled else "none", refused="duplicates" if doubled else "", params={"count": int(doubled), "sample": sample}
        )

    async def start(self, database: Database, around: Surroundings) -> None:
        if self.unique and not self._retyped(around):
            await concurrent_index(database, unique_name(self.object, self.field), unique_definition(self.object, self.field_after(around), around.after))

    async def complete(self, connection: Connection, around: Surroundings) -> None:
        if not self.unique and not self._retyped(around):
            await connection.execute(raw("DROP INDEX IF EXISTS data.") + name(unique_name(self.object, self.field)))

    async def undo(self, database: Database, around: Surroundings) -> None:
        before = self.field_before(around)
        if self._retyped(around):
            return
        if self.unique:
            await drop_index(database, unique_name(self.object, self.field))
        elif before is not None:
            await concurrent_index(database, unique_name(self.object, self.field), unique_definition(self.object, before, around.before))

    def _retyped(self, around: Surroundings) -> bool:
        before = self.field_before(around)
        return before is not None and before.type != self.field_after(around).type


OPERATION = SetUnique
