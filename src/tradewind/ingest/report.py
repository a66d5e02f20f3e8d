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
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.metadata.questions import AggregateQuestion, Measure
from tradewind.records import read

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
    return Report(
        counts=one.counts,
        targets=tuple([await asked.figures(target) for target in given.targets]),
        sums=tuple([found for key in dict.fromkeys(target.object for target in given.targets) for found in await asked.sums(key)]),
        distinct=tuple([found for target in given.targets for found in await asked.distinct(target)]),
        samples=tuple([await asked.sample(sample) for sample in one.checks.samples]),
        changes=changed,
        notes=(*(one.found.notes if one.found else ()), *sheet.notes),
        made_at=ground.clock.now().isoformat(),
    )


class _Asked:
    """The questions of one report."""

    def __init__(self, ground: Ground, catalog: Catalog, actor: Actor, one: runs.Import, given: ImportMap, sheet: SheetFound) -> None:
        self._ground, self._catalog, self._actor, self._one, self._given, self._sheet = ground, catalog, actor, one, given, sheet

    async def _figures(self, object_key: str, measures: tuple[Measure, ...]) -> list[Any]:
        """Measures over the records the import made; nothing where the person may not ask."""
        question = AggregateQuestion(object=object_key, measures=measures, made_by=str(self._one.id))
        try:
            found = await read.aggregate(self._ground.database, self._catalog, self._actor, question, self._ground.clock.now())
        except Problem:
            return []
        return list(msgspec.json.decode(found)["total"])

    async def figures(self, target: Target) -> TargetFigures:
        counts = self._one.counts.targets.get(target.called, runs.TargetCounts())
        found = await self._figures(target.object, (Measure(function="count"),))
        return TargetFigures(target=target.called, object=target.object, **msgspec.structs.asdict(counts), there=int(found[0]) if found else 0)

    async def sums(self, object_key: str) -> list[Sum]:
        """Left out where rows changed records that others of the file had made: then the file says no sum."""
        updated = any(self._one.counts.targets.get(target.called, runs.TargetCounts()).updated for target in self._given.targets if target.object == object_key)
        source = self._one.checks.sums.get(object_key, {})
        if updated or not source:
            return []
        keys = list(source)[:20]
        stored = await self._figures(object_key, tuple(Measure(function="sum", field=key) for key in keys))
        made: list[Sum] = []
        for key, found in zip(keys, stored, strict=False):
            amounts = _amounts(found)
            for currency in sorted(source[key].keys() | amounts.keys()):
                said, there = source[key].get(currency, Decimal(0)), amounts.get(currency, Decimal(0))
                same = round(said, _DIGITS) == round(there, _DIGITS)
                made.append(
                    Sum(
                        object=object_key,
                        field=key,
                        column=self._column(object_key, key),
                        currency=currency,
                        source=_text(said),
                        stored=_text(there),
                        same=same,
                    )
                )
        return made

    def _column(self, object_key: str, key: str) -> str:
        return next((column_of(target.fields[key]) for target in self._given.targets if target.object == object_key and key in target.fields), "")

    async def distinct(self, target: Target) -> list[Distinct]:
        columns = {column.name: column for column in self._sheet.columns}
        fields = {key: columns[value.column] for key, value in target.fields.items() if value.column in columns and value.find is None}
        keys = [key for key in fields if not (found := self._catalog.objects[target.object].field(key)) or found.type != "relation"][:20]
        stored = await self._figures(target.object, tuple(Measure(function="distinct", field=key) for key in keys)) if keys else []
        return [
            Distinct(
                object=target.object,
                field=key,
                column=fields[key].name,
                source=fields[key].distinct,
                capped=fields[key].distinct_capped,
                stored=int(count or 0),
            )
            for key, count in zip(keys, stored, strict=False)
        ]

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


def _amounts(found: Any) -> dict[str, Decimal]:
    """A sum as PostgreSQL answers it, by currency; plain numbers under none."""
    by_currency = mapping(found)
    if by_currency is not None:
        return {str(one["currency"]): Decimal(str(one["amount"])) for one in by_currency["amounts"]}
    return {} if found is None else {"": Decimal(str(found))}


def _text(amount: Decimal) -> str:
    return format(amount.normalize(), "f") if amount else "0"
