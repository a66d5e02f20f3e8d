"""Retire a field: out of every form and list; its values stay and come back with it."""

from __future__ import annotations

from typing import ClassVar

from tradewind.catalog.schema.columns import column_names, table
from tradewind.catalog.schema.operations.contract import Finding, Operation, Surroundings
from tradewind.kernel.sql import any_of, raw
from tradewind.query.database.pool import Connection


class RetireField(Operation, frozen=True, tag="retire_field"):
    order: ClassVar[int] = 80

    async def validate(self, connection: Connection, around: Surroundings) -> Finding:
        field = self.field_before(around)
        columns = () if field is None else column_names(field, around.before)
        if not columns:
            return Finding()
        filled = any_of([column + raw(" IS NOT NULL") for column in columns])
        return Finding(rows=int(await connection.value(raw("SELECT count(*) FROM ") + table(self.object) + raw(" WHERE ") + filled) or 0))


OPERATION = RetireField
