"""From rows of text to the values of their records; pure, column by column, and each distinct cell is understood once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tradewind.ingest.maps import PLAIN_INSTANT, Amount, Begins, Choose, CountryName, ImportMap, Instant, Target, Value, places
from tradewind.ingest.transforms import kind_of, step_of
from tradewind.kernel.json import Json
from tradewind.kernel.problems import InvalidValue, Problem
from tradewind.kinds.fields.cells import unguarded
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.values import read_options, read_value
from tradewind.kinds.reference import countries
from tradewind.metadata.definitions import Catalog, FieldDefinition
from tradewind.records.rows import Row

ADDED_COLUMNS = ("_row", "_column", "_code", "_value", "_problem", "_next_step")
"""What an error file has beside the file's own columns."""
_REMEMBERED = 20_000
"""Distinct cells kept for each field: prices, dates and countries repeat."""

_PLAIN_LENGTH = len("2011-01-04 10:00:00")
_BLANK = "\u2003"
"""Between an amount and the code of its currency from another column."""

Read = Callable[[str], Any]
Change = tuple[str, str, str, str]
"""A column, the kind of transform, the text before it and after it."""
Trace = tuple[str, Sequence[str], Mapping[str, tuple[tuple[str, str, str], ...]]]
"""A column, its texts by row, and for those that were changed: kind, before and after of each step."""
TRIM = "trim"


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with a row: where, why, and what stood there."""

    column: str
    value: str
    code: str
    params: Mapping[str, Json]


def wrong(column: str, value: str, problem: Problem) -> CellProblem:
    """The problem of a cell."""
    return CellProblem(column, value, problem.code, problem.params)


@dataclass(slots=True)
class TargetRows:
    """What rows of a chunk are to one target, place by place."""

    target: Target
    there: list[bool]
    """Whether the row has a record of this target."""
    values: dict[str, list[Any]]
    """Checked values by field, for those that come from the row's own cells."""
    finds: dict[str, list[str]]
    """For relations found by a text: the text."""
    records: dict[str, str]
    """Relations to the record of another target of the same row, by its name."""
    owners: list[UUID | None] | None = None
    ahead: list[tuple[dict[str, Any], Row] | None] | None = None
    """New records understood ahead of their transaction, for targets of which each row makes one; each is used once."""

    def shown(self, key: str, place: int) -> str:
        """What a row has for a field, in messages."""
        value = self.values[key][place] if key in self.values else self.finds[key][place] if key in self.finds else None
        return "" if value is None else str(value)


@dataclass(slots=True)
class MappedChunk:
    """Rows with what they are to every target. `problems` are by place in the chunk, from 0."""

    rows: Sequence[Sequence[str]]
    targets: dict[str, TargetRows]
    problems: dict[int, list[CellProblem]]
    changes: Counter[Change] = field(default_factory=Counter[Change])
    """What transforms made of cells, and of how many."""
    traces: list[Trace] = field(default_factory=list[Trace])
    digest: bytes = b""
    """Checksum of all rows."""

    def forget_ahead(self) -> None:
        """What was understood ahead no longer holds: rights have changed."""
        for rows in self.targets.values():
            rows.ahead = None

    def changes_without(self, places: Sequence[int]) -> Counter[Change]:
        """The changes of all rows but these."""
        others: Counter[Change] = Counter()
        for column, texts, made in self.traces:
            for text, cells in Counter(texts[place] for place in places if texts[place] in made).items():
                for change in made[text]:
                    others[column, *change] = max(others[column, *change], cells)
        return self.changes - others


class People:
    """Whom an owner's cell means: by e-mail, or by a name only one person has."""

    def __init__(self, known: Mapping[str, tuple[UUID, str]]) -> None:
        """`known` are ids and names by e-mail in lower case."""
        self._ids = {email: identity for email, (identity, _) in known.items()}
        names = Counter(name.casefold().strip() for _, name in known.values())
        self._names = {name.casefold().strip(): identity for identity, name in known.values() if names[name.casefold().strip()] == 1}

    def find(self, text: str) -> UUID | None:
        return self._ids.get(text.lower()) or self._names.get(text.casefold())


def is_error_file(columns: Sequence[str]) -> bool:
    """Whether a file with these columns was written by an import, so that no spreadsheet takes its cells for formulas."""
    return set(ADDED_COLUMNS) <= set(columns)


class Mapper:
    """A map bound to the catalogue and to the columns of a file."""

    def __init__(self, given: ImportMap, catalog: Catalog, columns: Sequence[str], people: People) -> None:
        self._columns = list(columns)
        self._targets = [_Bound(target, catalog, people) for target in given.targets]
        self._used = {column for bound in self._targets for column in bound.columns}
        self._guarded = is_error_file(columns)

    def map(self, rows: Sequence[Sequence[str]]) -> MappedChunk:
        """The rows' records; bad cells are collected as problems."""
        width = len(self._columns)
        problems = {
            place: [CellProblem("", "", InvalidValue.code, {"rule": "import_width", "expected": width, "found": len(row)})]
            for place, row in enumerate(rows)
            if len(row) != width
        }
        whole = rows if not problems else [row if place not in problems else [""] * width for place, row in enumerate(rows)]
        mapped = MappedChunk(rows, {}, problems)
        cells: dict[str, list[str]] = {}
        for name, column in zip(self._columns, zip(*whole, strict=True), strict=True):
            if name in self._used:
                given = list(map(unguarded, column)) if self._guarded else list(column)
                cells[name] = [unguarded(cell).strip() if cell[:1] == "'" else cell for cell in map(str.strip, given)]
                if cells[name] != given:
                    mapped.changes.update((name, TRIM, cell, after) for cell, after in zip(given, cells[name], strict=True) if cell != after)
                    mapped.traces.append((name, given, {cell: ((TRIM, cell, after),) for cell, after in zip(given, cells[name], strict=True) if cell != after}))
        for bound in self._targets:
            mapped.targets[bound.target.called] = bound.take(cells, len(rows), mapped)
        return mapped

    def source_of(self, target: str, key: str) -> str:
        """The column a field is made from, for messages."""
        bound = next((one for one in self._targets if one.target.called == target), None)
        value = None if bound is None else bound.target.owner if key == "owner" else bound.target.fields.get(key)
        return "" if value is None else column_of(value)


def column_of(value: Value) -> str:
    """The columns a value is made from, in one word."""
    return value.column or ", ".join(places(value.template))


@dataclass(slots=True)
class _Understood:
    """What a text comes to: a value or a problem, and what transforms did on the way."""

    value: Any = None
    problem: Problem | None = None
    changes: tuple[tuple[str, str, str], ...] = ()


class _Source:
    """A value of the map as a function from columns of text to a column of values."""

    def __init__(self, value: Value, read: Callable[[Value], Read]) -> None:
        self.value = value
        self.column = column_of(value)
        self._read = read(value)
        self._steps = [(kind_of(one), step_of(one)) for one in value.transforms]
        self._known: dict[str, _Understood] = {}
        self._otherwise = None if value.otherwise is None else _Source(value.otherwise, read)

    @property
    def columns(self) -> set[str]:
        own = {self.value.column} if self.value.column else set(places(self.value.template))
        if isinstance(self.value.reading, Amount):
            own |= {self.value.reading.column} - {""}
        return own | (self._otherwise.columns if self._otherwise else set[str]())

    def take(self, cells: Mapping[str, list[str]], count: int, there: Sequence[bool], mapped: MappedChunk) -> list[Any]:
        """The values, None where there is none; problems and changes go into the chunk."""
        texts = self._texts(cells, count)
        known = self._known
        if len(known) > _REMEMBERED:
            known.clear()
        understood = [known.get(text) or self._understand(text) for text in texts]
        if self._steps:
            made = {text: one.changes for text, one in zip(texts, understood, strict=True) if one.changes}
            for text, cells_of in Counter(text for text in texts if text in made).items():
                for change in made[text]:
                    mapped.changes[self.column, *change] = max(mapped.changes[self.column, *change], cells_of)
            if made:
                mapped.traces.append((self.column, texts, made))
        values = [one.value for one in understood]
        for place, one in enumerate(understood):
            if one.problem is not None and there[place]:
                mapped.problems.setdefault(place, []).append(wrong(self.column, texts[place].replace(_BLANK, " ").strip(), one.problem))
        if self._otherwise is not None and not all(texts):
            empty = [not text and here for text, here in zip(texts, there, strict=True)]
            others = self._otherwise.take(cells, count, empty, mapped)
            values = [other if without else value for value, other, without in zip(values, others, empty, strict=True)]
        return values

    def _texts(self, cells: Mapping[str, list[str]], count: int) -> list[str]:
        reading = self.value.reading
        if self.value.column and isinstance(reading, Amount) and reading.column:
            return [f"{cell}{_BLANK}{code}" if cell else "" for cell, code in zip(cells[self.value.column], cells[reading.column], strict=True)]
        if self.value.column:
            return cells[self.value.column]
        if not self.value.template:
            return [""] * count
        named = places(self.value.template)
        return [_filled(self.value.template, dict(zip(named, parts, strict=True))) for parts in zip(*(cells[one] for one in named), strict=True)]

    def _understand(self, text: str) -> _Understood:
        made, after = _Understood(), text
        changes: list[tuple[str, str, str]] = []
        for kind, step in self._steps:
            before, after = after, step(after)
            if before != after:
                changes.append((kind, before, after))
        made.changes = tuple(changes)
        if self._otherwise is None or text:
            try:
                made.value = self._read(after.strip())
            except Problem as problem:
                made.problem = problem
        self._known[text] = made
        return made


def _filled(template: str, cells: Mapping[str, str]) -> str:
    """The template with its places filled; empty when all of them are."""
    if not any(cells.values()):
        return ""
    for place, cell in cells.items():
        template = template.replace("{" + place + "}", cell)
    return template


class _Bound:
    """A target with one source for each of its fields."""

    def __init__(self, target: Target, catalog: Catalog, people: People) -> None:
        self.target = target
        definition = catalog.objects[target.object]
        self._fields: list[tuple[str, _Source]] = []
        self._finds: list[tuple[str, _Source]] = []
        self._records = {key: value.record for key, value in target.fields.items() if value.record}
        for key, value in target.fields.items():
            found = definition.field(key)
            if found is None or value.record:
                continue
            if value.find is not None:
                self._finds.append((key, _Source(value, lambda _: str)))
            else:
                self._fields.append((key, _Source(value, lambda one, found=found: _reader(one, found))))
        self._owner = None if target.owner is None else _Source(target.owner, lambda one: _owner_reader(one, people))

    @property
    def columns(self) -> set[str]:
        sources = [source for _, source in (*self._fields, *self._finds)] + ([self._owner] if self._owner else [])
        return {self.target.when} - {""} | {column for source in sources for column in source.columns}

    def take(self, cells: Mapping[str, list[str]], count: int, mapped: MappedChunk) -> TargetRows:
        there = [True] * count if not self.target.when else [bool(cell) for cell in cells[self.target.when]]
        values = {key: source.take(cells, count, there, mapped) for key, source in self._fields}
        finds = {key: [text or "" for text in source.take(cells, count, there, mapped)] for key, source in self._finds}
        owners = None if self._owner is None else self._owner.take(cells, count, there, mapped)
        made = TargetRows(self.target, there, values, finds, self._records, owners)
        for key in self.target.match:
            column = values.get(key) or finds.get(key)
            if column is not None:
                self._check_key(key, column, there, mapped)
        return made

    def _check_key(self, key: str, column: Sequence[Any], there: Sequence[bool], mapped: MappedChunk) -> None:
        """What a record is matched by must be filled."""
        for place, value in enumerate(column):
            if there[place] and value in (None, "") and place not in mapped.problems:
                mapped.problems[place] = [wrong(column_of(self.target.fields[key]), "", InvalidValue(rule="import_key", field=key))]


def _reader(source: Value, found: FieldDefinition) -> Read:
    """Reads a text as the field's checked value, None for an empty one."""
    kind = field_types()[found.type]
    options = read_options(kind, found.options)
    if source.constant is not None:
        constant = read_value(kind, source.constant, options)
        return lambda _: constant
    plain = _plain_reader(source)

    def read(text: str) -> Any:
        if not text and not isinstance(source.reading, Begins):
            return None
        if source.reading is None:
            return kind.parse(text, options)
        value = plain(text)
        return None if value is None else read_value(kind, value, options)

    return read


def _owner_reader(source: Value, people: People) -> Read:
    plain = _plain_reader(source)

    def read(text: str) -> UUID | None:
        said = plain(text)
        found = people.find(str(said)) if said else None
        if said and found is None:
            raise InvalidValue(rule="import_owner", email=str(said))
        return found

    return read


def _plain_reader(source: Value) -> Read:
    """Reads a text as a value on the wire."""
    match source.reading:
        case Instant(zone=zone, format=form):
            place = ZoneInfo(zone)
            return lambda text: _instant(text, place, form)
        case CountryName(words=words):
            folded = {word.casefold(): code for word, code in words.items()}
            return lambda text: folded[text.casefold()] if text.casefold() in folded else _country(text)
        case Amount(currency=currency):
            return lambda text: _amount(text, currency)
        case Begins(text=start):
            return lambda text: text.startswith(start)
        case Choose(values=values, otherwise=otherwise):
            return lambda text: values.get(text, otherwise)
        case None:
            constant = source.constant
            return lambda text: text or constant


def _instant(text: str, zone: ZoneInfo, form: str) -> str:
    try:
        plain = not form or (form == PLAIN_INSTANT and len(text) == _PLAIN_LENGTH)
        found = datetime.fromisoformat(text) if plain else datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes next
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as failure:
        raise InvalidValue(rule="import_instant", format=form or "ISO 8601") from failure


def _amount(text: str, currency: str) -> dict[str, str]:
    """The number before the blank and the code behind it, where the source put one there; else the map's currency."""
    number, _, code = text.partition(_BLANK)
    return {"amount": number, "currency": code.upper() or currency}


def _country(text: str) -> str:
    found = countries.find(text)
    if found is None:
        raise InvalidValue(rule="country")
    return found
