"""From a row of text to the values of its records; pure, and each distinct cell is understood once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tradewind.ingest.maps import Amount, Begins, Choose, CountryName, ImportMap, Instant, Target, Value, places
from tradewind.kernel.json import Json
from tradewind.kernel.problems import InvalidValue, Problem
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.values import read_options, read_value
from tradewind.kinds.reference import countries
from tradewind.metadata.definitions import Catalog, FieldDefinition

_REMEMBERED = 20_000
"""Distinct cells kept for each field: prices, dates and countries repeat."""

Read = Callable[[str], Any]
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with a row: where, why, and what stood there."""

    column: str
    value: str
    code: str
    params: Mapping[str, Json]


def _wrong(column: str, value: str, problem: Problem) -> CellProblem:
    return CellProblem(column, value, problem.code, problem.params)


@dataclass(frozen=True, slots=True)
class Mapped:
    """The values for one record. `key` tells records of the same target apart; None when each row is its own."""

    values: dict[str, Any]
    key: tuple[Any, ...] | None
    records: dict[str, str]
    """Relation fields, and the targets whose record of this row they point at."""
    owner: UUID | None = None


@dataclass(slots=True)
class MappedRow:
    """A row's records by target, and its problems."""

    number: int
    records: dict[str, Mapped] = field(default_factory=dict[str, Mapped])
    problems: list[CellProblem] = field(default_factory=list[CellProblem])


class Mapper:
    """A map bound to the catalogue and to the columns of a file."""

    def __init__(self, given: ImportMap, catalog: Catalog, columns: Sequence[str], people: Mapping[str, UUID]) -> None:
        """`people` are ids by e-mail, for owners."""
        self._columns = list(columns)
        self._targets = [_Bound(target, catalog, people) for target in given.targets]

    def map(self, number: int, line: Sequence[str]) -> MappedRow:
        """The row's records; bad cells are collected as problems."""
        row = MappedRow(number)
        if len(line) != len(self._columns):
            row.problems.append(_wrong("", "", InvalidValue(rule="import_width", expected=len(self._columns), found=len(line))))
            return row
        cells = {name: cell.strip() for name, cell in zip(self._columns, line, strict=True)}
        for target in self._targets:
            target.take(row, cells)
        return row

    def source_of(self, target: str, key: str) -> str:
        """The column a field is made from, for messages."""
        bound = next((one for one in self._targets if one.target.called == target), None)
        value = bound.target.fields.get(key) if bound else None
        return "" if value is None else value.column or ", ".join(places(value.template))


class _Bound:
    """A target with one reader for each of its fields."""

    def __init__(self, target: Target, catalog: Catalog, people: Mapping[str, UUID]) -> None:
        self.target = target
        self._people = people
        definition = catalog.objects[target.object]
        self._fields: list[tuple[str, Value, Read]] = []
        self._records = {key: value.record for key, value in target.fields.items() if value.record}
        for key, value in target.fields.items():
            found = definition.field(key)
            if found is not None and not value.record:
                self._fields.append((key, value, _reader(value, found)))
        self._owner = None if target.owner is None else (target.owner, _plain_reader(target.owner))

    def take(self, row: MappedRow, cells: Cells) -> None:
        if self.target.when and not cells[self.target.when]:
            return
        values: dict[str, Any] = {}
        for key, source, reader in self._fields:
            text = _text(source, cells)
            try:
                values[key] = reader(text)
            except Problem as problem:
                row.problems.append(_wrong(source.column or ", ".join(places(source.template)), text, problem))
        owner = self._owner_of(row, cells)
        key = tuple(values.get(one) for one in self.target.match) if self.target.match else None
        if key is not None and any(one is None for one in key) and not row.problems:
            missing = next(one for one in self.target.match if values.get(one) is None)
            row.problems.append(_wrong(self.target.fields[missing].column, "", InvalidValue(rule="import_key", field=missing)))
        row.records[self.target.called] = Mapped(values, key, self._records, owner)

    def _owner_of(self, row: MappedRow, cells: Cells) -> UUID | None:
        if self._owner is None:
            return None
        source, reader = self._owner
        email = reader(_text(source, cells))
        found = self._people.get(str(email).lower()) if email else None
        if email and found is None:
            row.problems.append(_wrong(source.column, str(email), InvalidValue(rule="import_owner", email=str(email))))
        return found


def _text(source: Value, cells: Cells) -> str:
    """The text to read; with a fallback in its place when it is empty."""
    found = ""
    if source.column:
        found = cells[source.column]
    elif source.template and any(cells[place] for place in places(source.template)):
        found = source.template
        for place in places(source.template):
            found = found.replace("{" + place + "}", cells[place])
    return _text(source.otherwise, cells) if not found and source.otherwise is not None else found


def _reader(source: Value, found: FieldDefinition) -> Read:
    """Reads a cell as the field's checked value, None for an empty one."""
    kind = field_types()[found.type]
    options = read_options(kind, found.options)
    if source.constant is not None:
        constant = read_value(kind, source.constant, options)
        return lambda _: constant
    plain = _plain_reader(source)

    @lru_cache(maxsize=_REMEMBERED)
    def read(text: str) -> Any:
        if not text and not isinstance(source.reading, Begins):
            return None
        if source.reading is None:
            return kind.parse(text, options)
        value = plain(text)
        return None if value is None else read_value(kind, value, options)

    return read


def _plain_reader(source: Value) -> Read:
    """Reads a cell as a value on the wire."""
    match source.reading:
        case Instant(zone=zone, format=form):
            place = ZoneInfo(zone)
            return lambda text: _instant(text, place, form)
        case CountryName(words=words):
            folded = {word.casefold(): code for word, code in words.items()}
            return lambda text: folded[text.casefold()] if text.casefold() in folded else _country(text)
        case Amount(currency=currency):
            return lambda text: {"amount": text, "currency": currency}
        case Begins(text=start):
            return lambda text: text.startswith(start)
        case Choose(values=values, otherwise=otherwise):
            return lambda text: values.get(text, otherwise)
        case None:
            constant = source.constant
            return lambda text: text or constant


def _instant(text: str, zone: ZoneInfo, form: str) -> str:
    try:
        return datetime.strptime(text, form).replace(tzinfo=zone).astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as failure:
        raise InvalidValue(rule="import_instant", format=form) from failure


def _country(text: str) -> str:
    found = countries.find(text)
    if found is None:
        raise InvalidValue(rule="country")
    return found
