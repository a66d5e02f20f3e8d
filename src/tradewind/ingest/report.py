"""The verification report: what the file said against what is in the base, what transforms changed, what the reading noticed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from tradewind.catalog.snapshot import load
from tradewind.ingest import changes, runs
from tradewind.ingest.changes import ChangeCount
from tradewind.ingest.ground import Ground, person_of, sheet_of
from tradewind.ingest.mapping import column_of
from tradewind.ingest.maps import ImportMap, Target
from tradewind.ingest.reading import Note, SheetFound
from tradewind.kernel.json import mapping
from tradewind.kernel.problems import NotFound, Problem
from tradewind.kernel.sql import raw
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition
from tradewind.metadata.questions import AggregateQuestion, Measure
from tradewind.records import read

_MOST_SUMS, _MOST_DISTINCT = 7, 12
"""Figures of one object: a question has twenty."""
_MOST_COLUMNS = 20
_MANY = 100_000
"""Texts of more rows are not told apart: each would have to be folded first."""
_DIGITS = 6
"""Digits after the point to which sums are compared."""


class TargetFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows of a target; `there` are the records of its object that the import made and the person finds now."""

    target: str
    object: str
    created: int
    updated: int
    unchanged: int
    skipped: int
    there: int


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """An amount added up over the records that were made: by what the file said, and by asking the base."""

    object: str
    field: str
    column: str
    currency: str
    source: str
    stored: str
    same: bool


class Distinct(msgspec.Struct, frozen=True, kw_only=True):
    """Different values: texts in the file's column (`capped` where more were not counted), values in the base."""

    object: str
    field: str
    column: str
    source: int
    capped: bool
    stored: int


class SampleField(msgspec.Struct, frozen=True, kw_only=True):
    field: str
    column: str
    cell: str
    stored: Any


class SampleRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a sample row; without fields where the person does not see it any more."""

    target: str
    object: str
    id: str
    fields: tuple[SampleField, ...]


class SampleRow(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    records: tuple[SampleRecord, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did, as it was found when the run ended."""

    counts: runs.Counts
    targets: tuple[TargetFigures, ...] = ()
    sums: tuple[Sum, ...] = ()
    distinct: tuple[Distinct, ...] = ()
    samples: tuple[SampleRow, ...] = ()
    changes: tuple[ChangeCount, ...] = ()
    notes: tuple[Note, ...] = ()
    made_at: str = ""


async def make(ground: Ground, identity: UUID) -> Report:
    """The report of a run that has ended or was paused, by what its person finds."""
    catalog = await load(ground.database)
    async with ground.database.reading() as connection:
        one = await runs.one(connection, identity)
        actor = await person_of(connection, one)
        changed = tuple(await changes.counted(connection, identity, False))
    given = one.map
    if given is None:
        return Report(counts=one.counts)
    _, sheet = sheet_of(one)
    asked = _Asked(ground, catalog, actor, one, given, sheet)
    await asked.ask()
    objects = list(dict.fromkeys(target.object for target in given.targets))
    return Report(
        counts=one.counts,
        targets=tuple(asked.figures(target) for target in given.targets),
        sums=tuple(found for key in objects for found in asked.sums(key)),
        distinct=tuple(found for key in objects for found in asked.distinct(key)),
        samples=tuple([await asked.sample(sample) for sample in one.checks.samples]),
        changes=changed,
        notes=(*(one.found.notes if one.found else ()), *sheet.notes),
        made_at=ground.clock.now().isoformat(),
    )


class _Asked:
    """The questions of one report."""

    def __init__(self, ground: Ground, catalog: Catalog, actor: Actor, one: runs.Import, given: ImportMap, sheet: SheetFound) -> None:
        self._ground, self._catalog, self._actor, self._one, self._given, self._sheet = ground, catalog, actor, one, given, sheet
        self._there: dict[str, int] = {}
        self._distinct: dict[str, dict[str, int]] = {}
        self._sums: dict[str, dict[str, Any]] = {}

    async def ask(self) -> None:
        """All figures of an object in one question, over the records the import made; none where the person may not ask."""
        for object_key in dict.fromkeys(target.object for target in self._given.targets):
            keys = self._keys(object_key)
            sums = list(self._one.checks.sums.get(object_key, {}))[:_MOST_SUMS]
            measures = [
                Measure(function="count"),
                *(Measure(function="distinct", field=key) for key in keys),
                *(Measure(function="sum", field=key) for key in sums),
            ]
            question = AggregateQuestion(object=object_key, measures=tuple(measures), made_by=str(self._one.id))
            try:
                found = await read.aggregate(self._ground.database, self._catalog, self._actor, question, self._ground.clock.now())
            except Problem:
                continue
            total = list(msgspec.json.decode(found)["total"])
            self._there[object_key] = int(total[0])
            self._distinct[object_key] = dict(zip(keys, (int(one or 0) for one in total[1:]), strict=False))
            self._sums[object_key] = dict(zip(sums, total[1 + len(keys) :], strict=True))

    def _keys(self, object_key: str) -> list[str]:
        """Fields of an object that come from one column each."""
        columns = {column.name for column in self._sheet.columns}
        definition = self._catalog.objects[object_key]
        found: list[str] = []
        for target in self._given.targets:
            for key, value in target.fields.items():
                field = definition.field(key) if target.object == object_key else None
                if field is not None and field.type != "relation" and value.column in columns and key not in found:
                    found.append(key)
        many = self._one.counts.rows > _MANY
        return [key for key in found if not many or not _is_folded(definition.field(key))][:_MOST_DISTINCT]

    def figures(self, target: Target) -> TargetFigures:
        counts = self._one.counts.targets.get(target.called, runs.TargetCounts())
        return TargetFigures(target=target.called, object=target.object, **msgspec.structs.asdict(counts), there=self._there.get(target.object, 0))

    def sums(self, object_key: str) -> list[Sum]:
        """Left out where rows changed records that others of the file had made: then the file says no sum."""
        updated = any(self._one.counts.targets.get(target.called, runs.TargetCounts()).updated for target in self._given.targets if target.object == object_key)
        source = self._one.checks.sums.get(object_key, {})
        made: list[Sum] = []
        for key, found in ({} if updated else self._sums.get(object_key, {})).items():
            amounts = _amounts(found)
            for currency in sorted(source[key].keys() | amounts.keys()):
                said, there = source[key].get(currency, Decimal(0)), amounts.get(currency, Decimal(0))
                same = round(said, _DIGITS) == round(there, _DIGITS)
                column = self._column(object_key, key)
                made.append(Sum(object=object_key, field=key, column=column, currency=currency, source=_text(said), stored=_text(there), same=same))
        return made

    def _column(self, object_key: str, key: str) -> str:
        return next((column_of(target.fields[key]) for target in self._given.targets if target.object == object_key and key in target.fields), "")

    def distinct(self, object_key: str) -> list[Distinct]:
        columns = {column.name: column for column in self._sheet.columns}
        made: list[Distinct] = []
        for key, stored in self._distinct.get(object_key, {}).items():
            column = columns[self._column(object_key, key)]
            made.append(Distinct(object=object_key, field=key, column=column.name, source=column.distinct, capped=column.distinct_capped, stored=stored))
        return made

    async def sample(self, sample: runs.Sample) -> SampleRow:
        cells = {column.name: cell for column, cell in zip(self._sheet.columns, sample.cells, strict=False)}
        records = [await self._record(target, sample.records[target.called], cells) for target in self._given.targets if target.called in sample.records]
        return SampleRow(number=sample.number, records=tuple(records))

    async def _record(self, target: Target, identity: str, cells: Mapping[str, str]) -> SampleRecord:
        fields: list[SampleField] = []
        try:
            found = msgspec.json.decode(
                await read.get_record(self._ground.database, self._catalog, self._actor, target.object, UUID(identity), self._ground.clock.now())
            )
        except NotFound:
            found = None
        for key, value in target.fields.items():
            if found is not None and key in found:
                cell = cells.get(value.column, "") if value.column else " ".join(cells.get(one, "") for one in column_of(value).split(", ")).strip()
                fields.append(SampleField(field=key, column=column_of(value), cell=cell, stored=found[key]))
        return SampleRecord(target=target.called, object=target.object, id=identity, fields=tuple(fields))


def _is_folded(field: FieldDefinition | None) -> bool:
    """Whether values of the field are compared by another form than they have."""
    if field is None or field.type not in field_types():
        return False
    columns = tuple(raw("v") for _ in range(_MOST_COLUMNS))
    return field_types()[field.type].fold(columns) != columns[0]


def _amounts(found: Any) -> dict[str, Decimal]:
    """A sum as PostgreSQL answers it, by currency; plain numbers under none."""
    by_currency = mapping(found)
    if by_currency is not None:
        return {str(one["currency"]): Decimal(str(one["amount"])) for one in by_currency["amounts"]}
    return {} if found is None else {"": Decimal(str(found))}


def _text(amount: Decimal) -> str:
    return format(amount.normalize(), "f") if amount else "0"
