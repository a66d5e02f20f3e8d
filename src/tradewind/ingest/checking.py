"""Whether a map fits: objects, fields, columns and relations are there, and the person may write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import phonenumbers

from tradewind.ingest.maps import SERIAL, Amount, AnyTransform, Choose, Country, CountryName, Date, ImportMap, Instant, Phone, Split, Target, Value, places
from tradewind.kernel.problems import InvalidMap, InvalidRequest, InvalidValue
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.values import read_options, read_value
from tradewind.kinds.reference import countries, currencies
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition
from tradewind.records.visible import may_fill

_MOST_TARGETS = 20
_LONGEST_NAME = 200


def check_map(given: ImportMap, catalog: Catalog, actor: Actor, columns: Sequence[str]) -> None:
    """Raises InvalidMap with one error for each place that does not fit: its pointer into the map, and the rule."""
    wrong = list[InvalidRequest]()
    if not given.targets or len(given.targets) > _MOST_TARGETS:
        wrong.append(InvalidRequest(pointer="/targets", rule="import_targets", maximum=_MOST_TARGETS))
    seen: dict[str, str] = {}
    for number, target in enumerate(given.targets[:_MOST_TARGETS]):
        wrong += _Check(catalog, actor, columns, seen, f"/targets/{number}").target(target)
        seen[target.called] = target.object
    if wrong:
        raise InvalidMap(errors=tuple(wrong), rule="map", said=str(wrong[0].pointer))


def usable(given: ImportMap, catalog: Catalog, actor: Actor, columns: Sequence[str]) -> ImportMap:
    """The parts of a map that fit already: what rows become can be shown while the map is being made."""
    try:
        check_map(given, catalog, actor, columns)
    except InvalidMap as problem:
        wrong = {str(one.pointer) for one in problem.errors}
    else:
        return given
    gone = {target.called for number, target in enumerate(given.targets) if f"/targets/{number}/object" in wrong}
    kept = [_usable(target, f"/targets/{number}", wrong, gone) for number, target in enumerate(given.targets) if target.called not in gone]
    return msgspec.structs.replace(given, targets=tuple(kept))


def _usable(target: Target, place: str, wrong: set[str], gone: set[str]) -> Target:
    def fits(part: str) -> bool:
        return not any(one == part or one.startswith(f"{part}/") for one in wrong)

    fields = {key: value for key, value in target.fields.items() if fits(f"{place}/fields/{key}") and value.record not in gone}
    match = tuple(key for key in target.match if key in fields)
    return msgspec.structs.replace(
        target,
        fields=fields,
        match=match,
        existing=target.existing if match else "keep",
        when=target.when if fits(f"{place}/when") else "",
        owner=target.owner if fits(f"{place}/owner") else None,
    )


class _Check:
    """The check of one target; `seen` are the objects of the targets before it."""

    def __init__(self, catalog: Catalog, actor: Actor, columns: Sequence[str], seen: dict[str, str], place: str) -> None:
        self._catalog, self._actor, self._columns, self._seen, self._place = catalog, actor, set(columns), seen, place

    def target(self, target: Target) -> list[InvalidRequest]:
        place = self._place
        definition = self._catalog.objects.get(target.object)
        rights = None if definition is None else may_fill(self._catalog, self._actor, target.object)
        if definition is None or rights is None:
            return [InvalidRequest(pointer=f"{place}/object", rule="import_object", object=target.object)]
        wrong = list[InvalidRequest]()
        if target.called in self._seen:
            wrong.append(InvalidRequest(pointer=f"{place}/name", rule="import_twice", name=target.called))
        if not rights.create and not (target.existing == "update" and target.match):
            wrong.append(InvalidRequest(pointer=f"{place}/object", rule="import_create", object=target.object))
        if target.when and target.when not in self._columns:
            wrong.append(InvalidRequest(pointer=f"{place}/when", rule="import_column", column=target.when))
        wrong += [InvalidRequest(pointer=f"{place}/match", rule="import_match", field=key) for key in target.match if key not in target.fields]
        if target.existing != "keep" and not target.match:
            wrong.append(InvalidRequest(pointer=f"{place}/existing", rule="import_existing"))
        for key, value in target.fields.items():
            field = definition.field(key)
            if field is None or key not in rights.fields:
                wrong.append(InvalidRequest(pointer=f"{place}/fields/{key}", rule="import_field", field=key))
            else:
                wrong += self._value(f"{place}/fields/{key}", field, value)
        wrong += self._missing(target, definition) if rights.create else []
        if target.owner is not None:
            wrong += self._source(f"{place}/owner", target.owner, None)
        return wrong

    def _missing(self, target: Target, definition: ObjectDefinition) -> list[InvalidRequest]:
        """Fields without which no record can be made: those that are required, and the record that lines belong to."""
        if target.match and target.existing == "update":
            return []
        keys = [field.key for field in definition.live_fields() if field.required and field.default is None and not _generated(field)]
        keys += [definition.parent] if definition.parent and definition.parent not in keys else []
        return [InvalidRequest(pointer=f"{self._place}/fields", rule="import_required", field=key) for key in keys if key not in target.fields]

    def _value(self, place: str, field: FieldDefinition, value: Value) -> list[InvalidRequest]:
        if value.record:
            fits = field.type == "relation" and self._seen.get(value.record) == field.options.get("target")
            return [] if fits else [InvalidRequest(pointer=f"{place}/record", rule="import_record", field=field.key, record=value.record)]
        if field.type == "relation":
            if value.find is None:
                return [InvalidRequest(pointer=place, rule="import_record", field=field.key, record="")]
            return self._found_by(place, field, value) + self._source(place, value, None)
        if field.type not in field_types() or not field_types()[field.type].columns(read_options(field_types()[field.type], field.options)):
            return [InvalidRequest(pointer=place, rule="import_field", field=field.key)]
        return self._source(place, value, field)

    def _found_by(self, place: str, field: FieldDefinition, value: Value) -> list[InvalidRequest]:
        target = str(field.options.get("target", ""))
        rights = may_fill(self._catalog, self._actor, target)
        definition = self._catalog.objects.get(target)
        by = None if definition is None or value.find is None else definition.field(value.find.by)
        if value.find is None or definition is None or rights is None or by is None or by.key not in rights.seen or by.type not in field_types():
            return [InvalidRequest(pointer=f"{place}/find/by", rule="import_find", field=field.key, by=value.find.by if value.find else "")]
        if value.find.create and (not rights.create or by.key not in rights.fields):
            return [InvalidRequest(pointer=f"{place}/find/create", rule="import_create", object=target)]
        return []

    def _source(self, place: str, value: Value, field: FieldDefinition | None) -> list[InvalidRequest]:
        wrong = list[InvalidRequest]()
        if sum((bool(value.column), bool(value.template), value.constant is not None)) != 1:
            wrong.append(InvalidRequest(pointer=place, rule="import_source"))
        used = [value.column] if value.column else places(value.template)
        wrong += [InvalidRequest(pointer=place, rule="import_column", column=column) for column in used if column not in self._columns]
        if value.constant is not None and field is not None:
            kind = field_types()[field.type]
            try:
                read_value(kind, value.constant, read_options(kind, field.options))
            except InvalidValue:
                wrong.append(InvalidRequest(pointer=f"{place}/constant", rule="import_constant", field=field.key))
        wrong += self._reading(f"{place}/as", value)
        for number, transform in enumerate(value.transforms):
            wrong += _transform(f"{place}/transforms/{number}", transform)
        if value.otherwise is not None:
            wrong += self._source(f"{place}/otherwise", value.otherwise, field)
        return wrong

    def _reading(self, place: str, value: Value) -> list[InvalidRequest]:
        match value.reading:
            case Instant(zone=zone):
                try:
                    ZoneInfo(zone)
                except (ZoneInfoNotFoundError, ValueError, OSError):
                    return [InvalidRequest(pointer=f"{place}/zone", rule="import_zone", zone=zone)]
            case CountryName(words=words):
                bad = [code for code in words.values() if code is not None and code not in countries.codes()]
                return [InvalidRequest(pointer=f"{place}/words", rule="import_country", country=code) for code in bad]
            case Amount(currency=currency, column=column):
                wrong = [InvalidRequest(pointer=f"{place}/column", rule="import_column", column=column)] if column and column not in self._columns else []
                if currency not in currencies.codes() and (currency or not column):
                    wrong.append(InvalidRequest(pointer=f"{place}/currency", rule="import_currency", currency=currency))
                return wrong
            case Choose(values=values) if len(values) > 10_000:
                return [InvalidRequest(pointer=f"{place}/values", rule="import_many", maximum=10_000)]
            case _:
                pass
        return []


def _transform(place: str, transform: AnyTransform) -> list[InvalidRequest]:
    match transform:
        case Country(words=words):
            bad = [code for code in words.values() if code not in countries.codes()]
            return [InvalidRequest(pointer=f"{place}/words", rule="import_country", country=code) for code in bad]
        case Phone(country=country) if country and country not in phonenumbers.SUPPORTED_REGIONS:
            return [InvalidRequest(pointer=f"{place}/country", rule="import_country", country=country)]
        case Date(formats=formats):
            return [
                InvalidRequest(pointer=f"{place}/formats/{number}", rule="import_format", format=one)
                for number, one in enumerate(formats)
                if one != SERIAL and not _is_format(one)
            ]
        case Split(by=by, part=part) if not by or part == 0:
            return [InvalidRequest(pointer=place, rule="import_split")]
        case _:
            return []


def _is_format(text: str) -> bool:
    """Whether a date written in the format is read back."""
    if len(text) > _LONGEST_NAME or "%" not in text:
        return False
    try:
        return bool(datetime.strptime(datetime(2011, 1, 4, 10, 0).strftime(text), text))  # noqa: DTZ001, DTZ007 - only the form matters
    except ValueError:
        return False


def _generated(field: FieldDefinition) -> bool:
    if field.type in ("lookup", "rollup", "formula"):
        return True
    kind = field_types().get(field.type)
    return kind is not None and kind.generate(read_options(kind, field.options)) is not None
