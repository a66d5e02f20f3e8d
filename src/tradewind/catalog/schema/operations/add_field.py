"""Add a field: its columns and default without rewriting the table, what is left in batches, its index beside other people's work."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

import msgspec

from tradewind.catalog.indexes import ensure_field_indexes
from tradewind.catalog.schema.columns import columns_of, decoded_options, table
from tradewind.catalog.schema.operations.contract import Finding, Operation, Surroundings
from tradewind.catalog.schema.running import backfill, ddl
from tradewind.kernel.sql import EMPTY, Sql, all_of, join, literal, name, param, raw
from tradewind.kinds.fields.contract import Column
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import STRUCTURAL_TYPES
from tradewind.query.database.pool import Connection, Database


class AddField(Operation, frozen=True, tag="add_field"):
    order: ClassVar[int] = 20

    async def validate(self, connection: Connection, around: Surroundings) -> Finding:
        if self.object not in around.before:
            return Finding()
        rows = await connection.value(raw("SELECT count(*) FROM (SELECT 1 FROM ") + table(self.object) + raw(" LIMIT 1000001) AS tw_some"))
        return Finding(rows=int(rows or 0), risk="slow" if self._has_default(around) and int(rows or 0) > 100_000 else "none")

    def _has_default(self, around: Surroundings) -> bool:
        field = self.field_after(around)
        return field.default is not None and field.type not in STRUCTURAL_TYPES and not isinstance(field.default, dict)

    async def start(self, database: Database, around: Surroundings) -> None:
        field = self.field_after(around)
        columns = columns_of(field, around.after)
        values: tuple[object, ...] = ()
        if columns and self.object in around.before and self._has_default(around):
            kind, options = field_types()[field.type], decoded_options(field)
            values = kind.store(kind.check(msgspec.convert(field.default, kind.value), options))
        if columns:
            constants = [_constant(column, value) for column, value in zip(columns, values or (None,) * len(columns), strict=True)]
            added = [
                raw("ADD COLUMN IF NOT EXISTS ") + name(field.key + column.suffix) + raw(" ") + raw(column.sql_type) + constant
                for column, constant in zip(columns, constants, strict=True)
            ]
            plain = [raw("ALTER COLUMN ") + name(field.key + column.suffix) + raw(" DROP DEFAULT") for column in columns]
            start = raw("ALTER TABLE ") + table(self.object) + raw(" ")
            await ddl(database, start + join(", ", added), start + join(", ", plain))
        if values:
            assignment = join(
                ", ",
                [
                    name(field.key + column.suffix) + raw(" = ") + param(value) + raw("::") + raw(column.sql_type)
                    for column, value in zip(columns, values, strict=True)
                ],
            )
            empty = all_of([raw("r.") + name(field.key + column.suffix) + raw(" IS NULL") for column in columns])
            await backfill(database, table(self.object), assignment, empty, around.report)
        await ensure_field_indexes(database, around.after[self.object], field, around.after)

    async def undo(self, database: Database, around: Surroundings) -> None:
        """The columns stay, so that values entered meanwhile come back when the field does."""


def _constant(column: Column, value: object) -> Sql:
    """A default that PostgreSQL keeps beside the table, so that no row is rewritten; values it cannot say so are back-filled."""
    if not isinstance(value, str | int | Decimal | date):
        return EMPTY
    return raw(" DEFAULT ") + literal(str(value)) + raw("::") + raw(column.sql_type)


OPERATION = AddField
