"""Make a field required from now on; says how many records have a gap."""

from __future__ import annotations

from tradewind.catalog.schema.columns import column_names, table
from tradewind.catalog.schema.operations.contract import Finding, Operation, Surroundings
from tradewind.kernel.sql import raw
from tradewind.query.database.pool import Connection


class SetRequired(Operation, frozen=True, tag="set_required"):
    required: bool

    async def validate(self, connection: Connection, around: Surroundings) -> Finding:
        before = self.field_before(around)
        columns = () if before is None else column_names(before, around.before)
        if not self.required or not columns:
            return Finding()
        gaps = await connection.value(raw("SELECT count(*) FROM ") + table(self.object) + raw(" WHERE deleted_at IS NULL AND ") + columns[0] + raw(" IS NULL"))
        return Finding(rows=int(gaps or 0))


OPERATION = SetRequired
