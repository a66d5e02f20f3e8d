"""Whole maps: how the cells of each suggested column become values, and by what records are known again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tradewind.ingest.maps import Amount, AnyTransform, Collapse, Country, Date, Find, ImportMap, Instant, Number, Phone, Replace, Target, Value, Width
from tradewind.ingest.reading.concepts import concept_of
from tradewind.ingest.reading.headers import Suggested, suggest
from tradewind.ingest.reading.shapes import ColumnFound, Guess, SheetFound
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition

_NUMBERS = ("integer", "number", "percent", "money")
_PLAIN = (Width(), Collapse())
"""What records are known by is the same in full-width letters and with several blanks."""


def suggest_map(
    sheet: SheetFound,
    catalog: Catalog,
    object_key: str,
    *,
    zone: str = "UTC",
    allowed: Collection[str] | None = None,
    found: Mapping[str, Suggested] | None = None,
) -> ImportMap:
    """A map of the sheet into one object. `zone` is that of its times of day; `found` spares suggesting again; `allowed` as in `suggest`.

    Records are known again by a unique field, else by e-mail, else by their name, each only where its column is filled in every row.
    """
    definition = catalog.objects[object_key]
    chosen = suggest(sheet.columns, catalog, object_key, allowed) if found is None else found
    columns = {column.name: column for column in sheet.columns}
    fields: dict[str, Value] = {}
    for name, suggested in chosen.items():
        field = definition.field(suggested.field)
        if field is not None:
            fields[field.key] = value_for(columns[name], field, catalog, zone)
    match = _match(sheet, definition, {suggested.field: columns[name] for name, suggested in chosen.items()})
    return ImportMap(key=object_key, sheet=sheet.name, targets=(Target(object=object_key, fields=fields, match=match),))


def value_for(column: ColumnFound, field: FieldDefinition, catalog: Catalog, zone: str = "UTC") -> Value:
    """How the cells of a column become values of a field."""
    if field.type == "relation":
        target = catalog.objects.get(str(field.options.get("target", "")))
        return Value(column=column.name, find=Find(by=_known_by(column, target))) if target else Value(column=column.name)
    guess = column.guess
    if field.type == "datetime":
        return Value(column=column.name, transforms=_transforms(guess, field.type), reading=Instant(zone=zone, format=""))
    if field.type == "money" and guess.currency and not field.options.get("default_currency"):
        return Value(column=column.name, transforms=(Number(decimal=_mark(guess)),), reading=Amount(currency=guess.currency))
    if field.unique and field.type == "text":
        return Value(column=column.name, transforms=_PLAIN)
    return Value(column=column.name, transforms=_transforms(guess, field.type))


def _transforms(guess: Guess, kind: str) -> tuple[AnyTransform, ...]:
    """The steps that bring cells of this guess into the form a field of that type reads."""
    if kind in ("date", "datetime"):
        order = {True: "dmy", False: "mdy", None: ""}[guess.day_first]
        return (Date(order=order, formats=guess.formats),)  # pyright: ignore[reportArgumentType]
    if kind in _NUMBERS and (guess.decimal == "," or guess.unit):
        return (Number(decimal=_mark(guess), units=(guess.unit,) if guess.unit else ()),)
    if kind == "country":
        return (Country(),)
    if kind == "phone":
        return (Phone(country=guess.country),)
    if kind == "checkbox" and guess.words:
        return (Replace(values={word: "yes" if said else "no" for word, said in guess.words.items()}),)
    return ()


def _mark(guess: Guess) -> Any:
    return guess.decimal or "."


def _known_by(column: ColumnFound, target: ObjectDefinition) -> str:
    """The field of the target by which the column's cells name its records."""
    concept = concept_of(column.header)
    fields = [field for field in target.live_fields() if field.type in ("text", "email", "company_name", "person_name", "phone")]
    if concept and concept not in ("company_name", "person_name", "product_name"):
        for field in fields:
            if any(concept_of(label) == concept for label in field.labels.values()):
                return field.key
    return target.title


def _match(sheet: SheetFound, definition: ObjectDefinition, mapped: Mapping[str, ColumnFound]) -> tuple[str, ...]:
    whole = {key for key, column in mapped.items() if column.filled == sheet.rows}
    for field in definition.live_fields():
        if field.unique and field.key in whole:
            return (field.key,)
    for field in definition.live_fields():
        if field.type == "email" and field.key in whole:
            return (field.key,)
    title = mapped.get(definition.title)
    if title is not None and definition.title in whole and (title.distinct_capped or title.distinct * 10 >= title.filled * 9):
        return (definition.title,)
    return ()
