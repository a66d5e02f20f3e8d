"""Import maps: which columns of a file become which fields of which objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tradewind.kernel.problems import InvalidRequest
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.reference import countries, currencies
from tradewind.metadata.definitions import Catalog, ObjectDefinition


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """How the text of a cell is understood. Without one the field's own type reads it."""


class Instant(Reading, frozen=True, tag="instant"):
    """A date and a time of day in a zone."""

    zone: str
    format: str = "%Y-%m-%d %H:%M:%S"


class CountryName(Reading, frozen=True, tag="country"):
    """A country's name or code. `words` gives codes to names of this file alone; null means: no country."""

    words: dict[str, str | None] = {}


class Amount(Reading, frozen=True, tag="amount"):
    """A number that is money of one currency."""

    currency: str


class Begins(Reading, frozen=True, tag="begins"):
    """Yes when the cell begins with the text, else no."""

    text: str


class Choose(Reading, frozen=True, tag="choose"):
    """A value for each text; null for all others unless `otherwise` says more."""

    values: dict[str, Any]
    otherwise: Any = None


AnyReading = Instant | CountryName | Amount | Begins | Choose


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"reading": "as"}):
    """Where a field's value comes from: exactly one of column, template, constant and record."""

    column: str = ""
    template: str = ""
    """Text with {Column} places; empty when all of its places are."""
    constant: Any = None
    record: str = ""
    """Name of a target earlier in the map: the field points at the record of the same row."""
    reading: AnyReading | None = None
    otherwise: Value | None = None
    """Used when the cell is empty."""


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One object that rows of the file become."""

    object: str
    fields: dict[str, Value]
    name: str = ""
    """How later targets speak of it; the object's key when empty."""
    match: tuple[str, ...] = ()
    """Fields that tell whether the record exists already. Without any, every row makes a record."""
    existing: str = "keep"
    """keep or update what exists."""
    when: str = ""
    """Only for rows that have something in this column."""
    owner: Value | None = None
    """E-mail of the owner; without it the one who imports."""

    @property
    def called(self) -> str:
        return self.name or self.object


class ImportMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole map. Targets come in the order in which records are written: what is pointed at comes first."""

    key: str
    targets: tuple[Target, ...]
    citation: str = ""
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    version: int = 1


def read_map(path: Path) -> ImportMap:
    """Raises InvalidRequest with the place of what cannot be understood."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ImportMap)
    except (OSError, UnicodeError, msgspec.DecodeError) as failure:
        raise InvalidRequest(rule="map", said=str(failure)) from failure


def check_map(given: ImportMap, catalog: Catalog, columns: tuple[str, ...]) -> None:
    """Objects, fields, columns and references exist. Raises InvalidRequest with one error for each that does not."""
    wrong: list[InvalidRequest] = []
    seen: dict[str, str] = {}
    if len(given.delimiter) != 1:
        wrong.append(InvalidRequest(pointer="/delimiter", rule="import_delimiter"))
    for number, target in enumerate(given.targets):
        place = f"/targets/{number}"
        definition = catalog.objects.get(target.object)
        if definition is None or definition.retired:
            wrong.append(InvalidRequest(pointer=f"{place}/object", rule="import_object", object=target.object))
            continue
        if target.existing not in ("keep", "update"):
            wrong.append(InvalidRequest(pointer=f"{place}/existing", rule="import_existing"))
        if target.when and target.when not in columns:
            wrong.append(InvalidRequest(pointer=f"{place}/when", rule="import_column", column=target.when))
        wrong += [InvalidRequest(pointer=f"{place}/match", rule="import_match", field=key) for key in target.match if key not in target.fields]
        for key, value in target.fields.items():
            wrong += _check_value(f"{place}/fields/{key}", definition, key, value, columns, seen)
        if target.owner is not None:
            wrong += _check_source(f"{place}/owner", target.owner, columns)
        seen[target.called] = target.object
    if wrong:
        raise InvalidRequest(errors=tuple(wrong), rule="map", said=str(wrong[0].pointer))


def _check_value(place: str, definition: ObjectDefinition, key: str, value: Value, columns: tuple[str, ...], seen: dict[str, str]) -> list[InvalidRequest]:
    field = definition.field(key)
    if field is None or (field.type != "relation" and field.type not in field_types()):
        return [InvalidRequest(pointer=place, rule="import_field", field=key)]
    if value.record:
        fits = field.type == "relation" and seen.get(value.record) == field.options.get("target")
        return [] if fits else [InvalidRequest(pointer=f"{place}/record", rule="import_record", field=key, record=value.record)]
    if field.type == "relation":
        return [InvalidRequest(pointer=place, rule="import_record", field=key, record="")]
    return _check_source(place, value, columns)


def _check_source(place: str, value: Value, columns: tuple[str, ...]) -> list[InvalidRequest]:
    wrong: list[InvalidRequest] = []
    used = [value.column] if value.column else places(value.template)
    if sum((bool(value.column), bool(value.template), value.constant is not None)) != 1:
        wrong.append(InvalidRequest(pointer=place, rule="import_source"))
    wrong += [InvalidRequest(pointer=place, rule="import_column", column=column) for column in used if column not in columns]
    match value.reading:
        case Instant(zone=zone):
            try:
                ZoneInfo(zone)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                wrong.append(InvalidRequest(pointer=f"{place}/as/zone", rule="import_zone", zone=zone))
        case CountryName(words=words):
            bad = [code for code in words.values() if code is not None and code not in countries.codes()]
            wrong += [InvalidRequest(pointer=f"{place}/as/words", rule="import_country", country=code) for code in bad]
        case Amount(currency=currency) if currency not in currencies.codes():
            wrong.append(InvalidRequest(pointer=f"{place}/as/currency", rule="import_currency", currency=currency))
        case _:
            pass
    if value.otherwise is not None:
        wrong += _check_source(f"{place}/otherwise", value.otherwise, columns)
    return wrong


def places(template: str) -> list[str]:
    """Columns named in a template."""
    return [part.partition("}")[0] for part in template.split("{")[1:] if "}" in part]
