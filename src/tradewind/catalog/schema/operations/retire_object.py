"""Retire an object: it is out of every list; its table stays."""

from __future__ import annotations

from typing import ClassVar

from tradewind.catalog.schema.columns import table
from tradewind.catalog.schema.operations.contract import Finding, Operation, Surroundings
from tradewind.kernel.sql import raw
from tradewind.query.database.pool import Connection


class RetireObject(Operation, frozen=True, tag="retire_object"):
    order: ClassVar[int] = 90

    async def validate(self, connection: Connection, around: Surroundings) -> Finding:
        rows = await connection.value(raw("SELECT count(*) FROM ") + table(self.object) + raw(" WHERE deleted_at IS NULL"))
        return Finding(rows=int(rows or 0))


OPERATION = RetireObject
