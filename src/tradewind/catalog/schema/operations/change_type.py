"""Change a field's type: new columns beside the old, values converted through text, the old kept for the way back."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from tradewind.catalog.indexes import drop_field_indexes, ensure_field_indexes
from tradewind.catalog.schema.columns import columns_of, decoded_options, table
from tradewind.catalog.schema.operations.contract import Finding, Operation, Surroundings
from tradewind.catalog.schema.running import ddl
from tradewind.kernel.json import Json
from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Sql, all_of, join, name, param, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import FieldDefinition
from tradewind.query.database.pool import Connection, Database

_BATCH = 2000
_SHOWN = 20


class ChangeType(Operation, frozen=True, tag="change_type"):
    """Values that cannot be converted are refused by `validate`, with examples; nothing is dropped on the way."""

    order: ClassVar[int] = 30

    async def validate(self, connection: Connection, around: Surroundings) -> Finding:
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return Finding()
        rows, last = 0, UUID(int=0)
        bad: list[Json] = []
        while True:
            page = await _page(connection, self.object, before, around, last, ahead=False)
            for identity, value in page:
                if value is not None:
                    rows += 1
                    if _converted(before, after, value) is None and len(bad) < _SHOWN:
                        bad.append({"id": str(identity), "value": _text(before, value)})
                last = identity
            if len(page) < _BATCH:
                break
        return Finding(
            rows=rows, risk="refuses" if bad else "slow" if rows > 100_000 else "none", refused="unconvertible" if bad else "", params={"values": bad}
        )

    async def start(self, database: Database, around: Surroundings) -> None:
        """New columns carry a prefix until the switch."""
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return
        added = [raw("ADD COLUMN IF NOT EXISTS ") + _new(after, column.suffix) + raw(" ") + raw(column.sql_type) for column in columns_of(after, around.after)]
        await ddl(database, raw("ALTER TABLE ") + table(self.object) + raw(" ") + join(", ", added))
        last = UUID(int=0)
        while True:
            async with database.transaction() as connection:
                page = await _page(connection, self.object, before, around, last, ahead=True)
                await self._convert(connection, around, page)
            if len(page) < _BATCH:
                return
            last = page[-1][0]

    async def complete(self, connection: Connection, around: Surroundings) -> None:
        """Converts what was written meanwhile, under a lock that keeps writers out for that moment, and swaps the names."""
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return
        await connection.execute(raw("LOCK TABLE ") + table(self.object) + raw(" IN SHARE ROW EXCLUSIVE MODE"))
        last = UUID(int=0)
        while True:
            page = await _page(connection, self.object, before, around, last, ahead=True, only_changed=after)
            await self._convert(connection, around, page)
            if len(page) < _BATCH:
                break
            last = page[-1][0]
        for column in columns_of(before, around.before):
            await connection.execute(
                raw("ALTER TABLE ") + table(self.object) + raw(" RENAME COLUMN ") + name(before.key + column.suffix) + raw(" TO ") + _old(before, column.suffix)
            )
        for column in columns_of(after, around.after):
            await connection.execute(
                raw("ALTER TABLE ") + table(self.object) + raw(" RENAME COLUMN ") + _new(after, column.suffix) + raw(" TO ") + name(after.key + column.suffix)
            )

    async def undo(self, database: Database, around: Surroundings) -> None:
        """Values written since are converted back; the old column takes its name again."""
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return
        async with database.transaction() as connection:
            await connection.execute(raw("SET LOCAL lock_timeout = '5s'"))
            present = await connection.value(
                raw("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'data' AND table_name = ")
                + param(self.object)
                + raw(" AND column_name = ")
                + param("old__" + before.key)
            )
            if not present:
                drops = [raw("DROP COLUMN IF EXISTS ") + _new(after, column.suffix) for column in columns_of(after, around.after)]
                await connection.execute(raw("ALTER TABLE ") + table(self.object) + raw(" ") + join(", ", drops))
                return
            await connection.execute(raw("LOCK TABLE ") + table(self.object) + raw(" IN ACCESS EXCLUSIVE MODE"))
            for column in columns_of(after, around.after):
                await connection.execute(
                    raw("ALTER TABLE ")
                    + table(self.object)
                    + raw(" RENAME COLUMN ")
                    + name(after.key + column.suffix)
                    + raw(" TO ")
                    + _new(after, column.suffix)
                )
            for column in columns_of(before, around.before):
                await connection.execute(
                    raw("ALTER TABLE ")
                    + table(self.object)
                    + raw(" RENAME COLUMN ")
                    + _old(before, column.suffix)
                    + raw(" TO ")
                    + name(before.key + column.suffix)
                )
            await self._convert_back(connection, around)
            drops = [raw("DROP COLUMN ") + _new(after, column.suffix) for column in columns_of(after, around.after)]
            await connection.execute(raw("ALTER TABLE ") + table(self.object) + raw(" ") + join(", ", drops))
        await drop_field_indexes(database, self.object, self.field)
        await ensure_field_indexes(database, around.before[self.object], before, around.before)

    async def _convert(self, connection: Connection, around: Surroundings, page: list[tuple[UUID, Any]]) -> None:
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return
        kind = field_types()[after.type]
        columns = columns_of(after, around.after)
        for identity, value in page:
            new = None if value is None else _converted(before, after, value)
            if value is not None and new is None:
                raise InvalidValue(rule="unconvertible", object=self.object, field=self.field, record=str(identity))
            stored = (None,) * len(columns) if new is None else kind.store(new)
            sets = [
                _new(after, column.suffix) + raw(" = ") + param(one) + raw("::") + raw(column.sql_type) for column, one in zip(columns, stored, strict=True)
            ]
            await connection.execute(raw("UPDATE ") + table(self.object) + raw(" SET ") + join(", ", sets) + raw(" WHERE id = ") + param(identity))

    async def _convert_back(self, connection: Connection, around: Surroundings) -> None:
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return
        source, target = field_types()[after.type], field_types()[before.type]
        new = [_new(after, column.suffix) for column in columns_of(after, around.after)]
        rows = await connection.rows(
            raw("SELECT id, ") + source.load(new) + raw(" FROM ") + table(self.object) + raw(" WHERE updated_at > now() - interval '30 days'")
        )
        columns = columns_of(before, around.before)
        for identity, value in rows:
            back = None if value is None else _converted(after, before, value)
            if value is not None and back is None:
                raise InvalidValue(rule="unconvertible", object=self.object, field=self.field, record=str(identity))
            stored = (None,) * len(columns) if back is None else target.store(back)
            sets = [
                name(before.key + column.suffix) + raw(" = ") + param(one) + raw("::") + raw(column.sql_type)
                for column, one in zip(columns, stored, strict=True)
            ]
            await connection.execute(raw("UPDATE ") + table(self.object) + raw(" SET ") + join(", ", sets) + raw(" WHERE id = ") + param(identity))


def _new(field: FieldDefinition, suffix: str) -> Sql:
    return name("new__" + field.key + suffix)


def _old(field: FieldDefinition, suffix: str) -> Sql:
    return name("old__" + field.key + suffix)


def _text(field: FieldDefinition, value: Any) -> str:
    return field_types()[field.type].format(value, decoded_options(field))


def _converted(before: FieldDefinition, after: FieldDefinition, value: Any) -> Any:
    """The value in the other type, by way of the text both read; None where there is no such value."""
    kind = field_types()[after.type]
    try:
        return kind.parse(_text(before, value), decoded_options(after))
    except InvalidValue:
        return None


async def _page(
    connection: Connection,
    object_key: str,
    field: FieldDefinition,
    around: Surroundings,
    last: UUID,
    *,
    ahead: bool,
    only_changed: FieldDefinition | None = None,
) -> list[tuple[UUID, Any]]:
    columns = [name(field.key + column.suffix) for column in columns_of(field, around.before)]
    conditions = [raw("id > ") + param(last)]
    if only_changed is not None:
        first = _new(only_changed, columns_of(only_changed, around.after)[0].suffix)
        conditions.append(raw("((") + columns[0] + raw(" IS NULL) <> (") + first + raw(" IS NULL) OR updated_at > now() - interval '1 hour')"))
    statement = (
        raw("SELECT id, ") + field_types()[field.type].load(columns) + raw(" FROM ") + table(object_key) + raw(" WHERE ") + all_of(conditions)
        + raw(" ORDER BY id LIMIT ") + param(_BATCH) + (raw(" FOR UPDATE") if ahead else raw(""))
    )  # fmt: skip
    return [(row[0], row[1]) for row in await connection.rows(statement)]


OPERATION = ChangeType
