"""Change a field's type: new columns beside the old, values converted through text, the old kept for the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from tradewind.catalog.indexes import drop_field_indexes, ensure_field_indexes, field_index_names
from tradewind.catalog.schema.columns import columns_of, decoded_options, table
from tradewind.catalog.schema.operations.contract import Finding, Operation, Surroundings
from tradewind.catalog.schema.running import ddl
from tradewind.jobs.queue import CalledOff
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.problems import InvalidDefinition, InvalidValue
from tradewind.kernel.sql import Sql, all_of, any_of, cast_param, join, literal, name, param, raw
from tradewind.kinds.fields.contract import Column
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import FieldDefinition
from tradewind.query.database.pool import Connection, Database

_BATCH = 2000
_SHOWN = 20
_NEW, _OLD = "new__", "old__"


class ChangeType(Operation, frozen=True, tag="change_type"):
    """Values that cannot be converted are refused by `validate`, with examples; nothing is dropped on the way."""

    order: ClassVar[int] = 30

    async def validate(self, connection: Connection, around: Surroundings) -> Finding:
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return Finding()
        rows, wrong, last = 0, 0, UUID(int=0)
        bad: list[Json] = []
        seen: set[str] = set()
        doubled: list[Json] = []
        texts: list[str] = []
        while True:
            page = await _page(connection, self.object, before, around, last, ahead=False)
            for identity, value, live in page:
                last = identity
                if value is None:
                    continue
                rows += 1
                new = _converted(before, after, value)
                if new is None:
                    wrong += 1
                    if len(bad) < _SHOWN:
                        bad.append({"id": str(identity), "value": _text(before, value)})
                if new is not None and after.unique and live:
                    stored = repr(field_types()[after.type].store(new)).casefold()
                    if stored in seen and len(doubled) < _SHOWN:
                        texts.append(_text(before, value))
                        doubled.append({"id": str(identity), "value": _text(before, value)})
                    seen.add(stored)
            if len(page) < _BATCH:
                break
        refused = "unconvertible" if bad else "duplicates" if doubled else ""
        return Finding(
            rows=rows,
            risk="refuses" if refused else "slow" if rows > 100_000 else "none",
            refused=refused,
            params={"values": bad or doubled, "count": wrong or len(doubled), "sample": next(iter(texts), "")},
        )

    async def start(self, database: Database, around: Surroundings) -> None:
        """New columns and their indexes carry a prefix until the switch."""
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return
        added = [raw("ADD COLUMN IF NOT EXISTS ") + _new(after, column.suffix) + raw(" ") + raw(column.sql_type) for column in columns_of(after, around.after)]
        columns = [before.key + column.suffix for column in columns_of(before, around.before)]
        first = _NEW + after.key + columns_of(after, around.after)[0].suffix
        await ddl(database, raw("ALTER TABLE ") + table(self.object) + raw(" ") + join(", ", added), *self._watching(columns, first))
        last = UUID(int=0)
        while True:
            async with database.transaction() as connection:
                page = await _page(connection, self.object, before, around, last, ahead=True, unlike=after)
                await self._convert(connection, around, page)
            await around.report(len(page))
            if len(page) < _BATCH:
                break
            last = page[-1][0]
        definition = around.after[self.object]
        fresh = msgspec.structs.replace(after, key=_NEW + after.key)
        title = fresh.key if definition.title == after.key else definition.title
        await ensure_field_indexes(database, msgspec.structs.replace(definition, title=title), fresh, around.after)

    async def complete(self, connection: Connection, around: Surroundings) -> None:
        """Converts what was written meanwhile, under a lock that keeps writers out for that moment, and swaps the names."""
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return
        await connection.execute(raw("LOCK TABLE ") + table(self.object) + raw(" IN SHARE ROW EXCLUSIVE MODE"))
        last = UUID(int=0)
        while True:
            page = await _page(connection, self.object, before, around, last, ahead=True, unlike=after)
            await self._convert(connection, around, page)
            if len(page) < _BATCH:
                break
            last = page[-1][0]
        await connection.execute(self._unwatched())
        for kept in await _kept_columns(connection, self.object, before):
            await connection.execute(raw("ALTER TABLE ") + table(self.object) + raw(" DROP COLUMN ") + name(kept))
        for index in await _indexes_on(connection, self.object, [before.key + column.suffix for column in columns_of(before, around.before)]):
            await connection.execute(raw("DROP INDEX data.") + name(index))
        for column in columns_of(before, around.before):
            await _rename(connection, self.object, name(before.key + column.suffix), _old(before, column.suffix))
        for column in columns_of(after, around.after):
            await _rename(connection, self.object, _new(after, column.suffix), name(after.key + column.suffix))
        for index, made in zip(field_index_names(self.object, after.key), field_index_names(self.object, _NEW + after.key), strict=True):
            await connection.execute(raw("ALTER INDEX IF EXISTS data.") + name(made) + raw(" RENAME TO ") + name(index))

    async def abandon(self, database: Database, around: Surroundings) -> None:
        """The new columns go, with their indexes; the old ones were in use all the time."""
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return
        drops = [raw("DROP COLUMN IF EXISTS ") + _new(after, column.suffix) for column in columns_of(after, around.after)]
        await ddl(database, self._unwatched(), *([raw("ALTER TABLE ") + table(self.object) + raw(" ") + join(", ", drops)] if drops else []))

    async def undo(self, database: Database, around: Surroundings) -> None:
        """Values entered since are converted back; the old column takes its name again. Raises InvalidDefinition with the values that cannot.

        All records are compared beside other people's work; the moment that keeps them out converts only what they wrote meanwhile.
        """
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return
        async with database.reading() as connection:
            kept = await _kept_columns(connection, self.object, before)
        if kept:
            newer = [after.key + column.suffix for column in columns_of(after, around.after)]
            await ddl(database, *self._watching(newer, _OLD + before.key + columns_of(before, around.before)[0].suffix))
            try:
                await self._compare_back(database, around, before, after)
            except (InvalidDefinition, CalledOff):
                await ddl(database, self._unwatched())
                raise
            async with database.transaction() as connection:
                await connection.execute(raw("SET LOCAL lock_timeout = '5s'"))
                if await _kept_columns(connection, self.object, before):
                    await self._swap_back(connection, around, before, after)
        await drop_field_indexes(database, self.object, self.field)
        await ensure_field_indexes(database, around.before[self.object], before, around.before)

    async def _compare_back(self, database: Database, around: Surroundings, before: FieldDefinition, after: FieldDefinition) -> None:
        """Every record: what is no longer the conversion of its old value is converted back; whatever else there was keeps its old spelling."""
        bad: list[Json] = []
        last = UUID(int=0)
        while True:
            async with database.transaction() as connection:
                page = await self._pairs(connection, around, before, after, last, apart=False)
                bad += await self._convert_back(connection, around, before, after, page)
            await around.report(len(page))
            if len(page) < _BATCH:
                break
            last = page[-1][0]
        if bad:
            raise self._refused(bad)

    async def _swap_back(self, connection: Connection, around: Surroundings, before: FieldDefinition, after: FieldDefinition) -> None:
        await connection.execute(raw("LOCK TABLE ") + table(self.object) + raw(" IN ACCESS EXCLUSIVE MODE"))
        last = UUID(int=0)
        while page := await self._pairs(connection, around, before, after, last, apart=True):
            if bad := await self._convert_back(connection, around, before, after, page):
                raise self._refused(bad)
            last = page[-1][0]
        await connection.execute(self._unwatched())
        drops = [raw("DROP COLUMN IF EXISTS ") + name(after.key + column.suffix) for column in columns_of(after, around.after)]
        await connection.execute(raw("ALTER TABLE ") + table(self.object) + raw(" ") + join(", ", drops))
        for column in columns_of(before, around.before):
            await _rename(connection, self.object, _old(before, column.suffix), name(before.key + column.suffix))

    def _watching(self, columns: Sequence[str], conversion: str) -> tuple[Sql, Sql]:
        """A value of the columns written between its conversion and the switch empties the conversion, whatever else the writer touches or leaves as it is."""
        changed = any_of([raw("OLD.") + name(column) + raw(" IS DISTINCT FROM NEW.") + name(column) for column in columns])
        made = (
            raw("CREATE TRIGGER ") + name(self._trigger) + raw(" BEFORE UPDATE OF ") + join(", ", [name(column) for column in columns])
            + raw(" ON ") + table(self.object) + raw(" FOR EACH ROW WHEN (") + changed + raw(") EXECUTE FUNCTION system.forget_conversion(") + literal(conversion) + raw(")")
        )  # fmt: skip
        return self._unwatched(), made

    def _unwatched(self) -> Sql:
        return raw("DROP TRIGGER IF EXISTS ") + name(self._trigger) + raw(" ON ") + table(self.object)

    @property
    def _trigger(self) -> str:
        return _NEW + self.field

    async def _convert(self, connection: Connection, around: Surroundings, page: Sequence[tuple[UUID, Any, bool]]) -> None:
        before, after = self.field_before(around), self.field_after(around)
        if before is None:
            return
        kind, columns = field_types()[after.type], columns_of(after, around.after)
        made: list[tuple[UUID, Sequence[object]]] = []
        for identity, value, _ in page:
            new = None if value is None else _converted(before, after, value)
            if value is not None and new is None:
                raise self._refused([{"id": str(identity), "value": _text(before, value)}])
            made.append((identity, (None,) * len(columns) if new is None else kind.store(new)))
        await _fill(connection, self.object, [_new(after, column.suffix) for column in columns], columns, made)

    async def _pairs(
        self, connection: Connection, around: Surroundings, before: FieldDefinition, after: FieldDefinition, last: UUID, *, apart: bool
    ) -> list[tuple[UUID, Any, Any]]:
        """Records with their old and their present value; with `apart` only those of which one is there and the other is not."""
        old = [_old(before, column.suffix) for column in columns_of(before, around.before)]
        now = [name(after.key + column.suffix) for column in columns_of(after, around.after)]
        condition = raw(" AND (") + old[0] + raw(" IS NULL) <> (") + now[0] + raw(" IS NULL)") if apart else raw("")
        rows = await connection.rows(
            raw("SELECT id, ") + field_types()[before.type].load(old) + raw(", ") + field_types()[after.type].load(now) + raw(" FROM ") + table(self.object)
            + raw(" WHERE id > ") + param(last) + condition + raw(" ORDER BY id LIMIT ") + param(_BATCH) + raw(" FOR UPDATE")
        )  # fmt: skip
        return [(row[0], row[1], row[2]) for row in rows]

    async def _convert_back(
        self, connection: Connection, around: Surroundings, before: FieldDefinition, after: FieldDefinition, page: Sequence[tuple[UUID, Any, Any]]
    ) -> list[Json]:
        """Fills the old columns where the present value is another; the values that have no way back."""
        target, columns = field_types()[before.type], columns_of(before, around.before)
        bad: list[Json] = []
        made: list[tuple[UUID, Sequence[object]]] = []
        for identity, was, value in page:
            if (None if value is None else _native(after, value)) == (None if was is None else _converted(before, after, was)):
                continue
            back = None if value is None else _converted(after, before, value)
            if value is not None and back is None:
                bad.append({"id": str(identity), "value": _text(after, value)})
            else:
                made.append((identity, (None,) * len(columns) if back is None else target.store(back)))
        await _fill(connection, self.object, [_old(before, column.suffix) for column in columns], columns, made)
        return bad

    def _refused(self, values: list[Json]) -> InvalidDefinition:
        problem = InvalidDefinition(pointer=f"/object/{self.object}/fields/{self.field}")
        problem.params = dict[str, Json](values=values[:_SHOWN], count=len(values), reason="unconvertible")
        return InvalidDefinition(errors=(problem,))


async def _fill(
    connection: Connection, object_key: str, targets: Sequence[Sql], columns: Sequence[Column], rows: Sequence[tuple[UUID, Sequence[object]]]
) -> None:
    """Sets the columns of many records in one statement."""
    if not targets or not rows:
        return
    given = [Sql(f"c{number}") for number in range(len(columns))]
    sent = [{"id": identity, **{f"c{number}": one for number, one in enumerate(values)}} for identity, values in rows]
    await connection.execute(
        raw("UPDATE ") + table(object_key) + raw(" AS r SET ") + join(", ", [target + raw(" = v.") + one for target, one in zip(targets, given, strict=True)])
        + raw(" FROM jsonb_to_recordset(") + cast_param(canonical(msgspec.to_builtins(sent, builtin_types=())).decode(), "jsonb") + raw(") AS v(id uuid, ")
        + join(", ", [one + raw(" ") + raw(column.sql_type) for one, column in zip(given, columns, strict=True)]) + raw(") WHERE r.id = v.id")
    )  # fmt: skip


async def _rename(connection: Connection, object_key: str, source: Sql, target: Sql) -> None:
    await connection.execute(raw("ALTER TABLE ") + table(object_key) + raw(" RENAME COLUMN ") + source + raw(" TO ") + target)


async def _kept_columns(connection: Connection, object_key: str, field: FieldDefinition) -> list[str]:
    """Columns that an earlier change of this field's type left for its way back; keys hold no double underscore, suffixes begin with one."""
    found = await connection.rows(
        raw("SELECT column_name FROM information_schema.columns WHERE table_schema = 'data' AND table_name = ") + param(object_key)
        + raw(" AND starts_with(column_name, ") + param(_OLD + field.key) + raw(")")
    )  # fmt: skip
    return [str(row[0]) for row in found if str(row[0]) == _OLD + field.key or str(row[0]).startswith(_OLD + field.key + "__")]


async def _indexes_on(connection: Connection, object_key: str, columns: Sequence[str]) -> list[str]:
    """Indexes that use any of the columns, in an expression or plainly."""
    statement = (
        raw("SELECT DISTINCT i.relname FROM pg_depend d JOIN pg_class i ON i.oid = d.objid AND i.relkind = 'i' ")
        + raw("JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE d.classid = 'pg_class'::regclass AND d.refobjid = ")
        + param(f"data.{object_key}") + raw("::regclass AND a.attname::text = ANY(") + param(list(columns)) + raw("::text[])")
    )  # fmt: skip
    return [str(row[0]) for row in await connection.rows(statement)]


def _new(field: FieldDefinition, suffix: str) -> Sql:
    return name(_NEW + field.key + suffix)


def _old(field: FieldDefinition, suffix: str) -> Sql:
    return name(_OLD + field.key + suffix)


def _native(field: FieldDefinition, value: Any) -> Any:
    """The type's own value, from the JSON PostgreSQL made of it."""
    return msgspec.convert(value, field_types()[field.type].value)


def _text(field: FieldDefinition, value: Any) -> str:
    return field_types()[field.type].format(_native(field, value), decoded_options(field))


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
    unlike: FieldDefinition | None = None,
) -> list[tuple[UUID, Any, bool]]:
    columns = [name(field.key + column.suffix) for column in columns_of(field, around.before)]
    conditions = [raw("id > ") + param(last)]
    if unlike is not None:
        first = _new(unlike, columns_of(unlike, around.after)[0].suffix)
        conditions.append(raw("(") + columns[0] + raw(" IS NULL) <> (") + first + raw(" IS NULL)"))
    statement = (
        raw("SELECT id, ") + field_types()[field.type].load(columns) + raw(", deleted_at IS NULL FROM ") + table(object_key) + raw(" WHERE ") + all_of(conditions)
        + raw(" ORDER BY id LIMIT ") + param(_BATCH) + (raw(" FOR UPDATE") if ahead else raw(""))
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in await connection.rows(statement)]


OPERATION = ChangeType
