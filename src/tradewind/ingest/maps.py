"""Import maps: which columns of a file become which fields of which objects, and what is done to their cells on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from tradewind.kernel.problems import InvalidRequest

PLAIN_INSTANT = "%Y-%m-%d %H:%M:%S"
SERIAL = "serial"
"""In place of a format: days since 1899-12-30, as spreadsheets count them from March 1900 on; the time of day is the fraction."""


class Transform(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """One step that text of a cell takes before it is understood. What a step does not understand it leaves as it is. Spaces around a cell always go."""


class Collapse(Transform, frozen=True, tag="collapse"):
    """Several spaces in a row, and other blank characters, become one space."""


class Width(Transform, frozen=True, tag="width"):
    """Full-width and other compatibility forms become ordinary ones (NFKC)."""


class Case(Transform, frozen=True, tag="case"):
    to: Literal["upper", "lower", "title"]


class Country(Transform, frozen=True, tag="country"):
    """A country's name or code becomes its code. `words` gives codes to names of this file alone."""

    words: dict[str, str] = {}


class Phone(Transform, frozen=True, tag="phone"):
    """A telephone number becomes E.164; `country` is whose number one without + is."""

    country: str = ""


class Date(Transform, frozen=True, tag="date"):
    """A date, with a time of day where one stands there, becomes ISO 8601. `formats` (strptime, or `serial` for a spreadsheet's count of days) are tried
    first, then numbers in the given order."""

    order: Literal["", "dmy", "mdy", "ymd"] = ""
    formats: tuple[str, ...] = ()


class Number(Transform, frozen=True, tag="number"):
    """A number as people write it becomes a plain one: `decimal` is its decimal sign; signs of currencies and these `units` go."""

    decimal: Literal[".", ","] = "."
    units: tuple[str, ...] = ()


class Split(Transform, frozen=True, tag="split"):
    """One part of the text, from 1; from the end where negative."""

    by: str
    part: int = 1


class Replace(Transform, frozen=True, tag="replace"):
    """Another text for whole texts of this table, small and capital letters alike."""

    values: dict[str, str]


AnyTransform = Collapse | Width | Case | Country | Phone | Date | Number | Split | Replace


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """How the text of a cell is understood. Without one the field's own type reads it."""


class Instant(Reading, frozen=True, tag="instant"):
    """A date and a time of day in a zone. An empty format is ISO 8601, with or without the time."""

    zone: str
    format: str = PLAIN_INSTANT


class CountryName(Reading, frozen=True, tag="country"):
    """A country's name or code. `words` gives codes to names of this file alone; null means: no country."""

    words: dict[str, str | None] = {}


class Amount(Reading, frozen=True, tag="amount"):
    """A number that is money: of one currency, or of the one whose code stands in a column."""

    currency: str = ""
    column: str = ""


class Begins(Reading, frozen=True, tag="begins"):
    """Yes when the cell begins with the text, else no."""

    text: str


class Choose(Reading, frozen=True, tag="choose"):
    """A value for each text; null for all others unless `otherwise` says more."""

    values: dict[str, Any]
    otherwise: Any = None


AnyReading = Instant | CountryName | Amount | Begins | Choose


class Find(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The record a relation points at is found by the text in a field of its object; with `create` made where there is none."""

    by: str
    create: bool = False


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"reading": "as"}):
    """Where a field's value comes from: exactly one of column, template, constant and record."""

    column: str = ""
    template: str = ""
    """Text with {Column} places; empty when all of its places are."""
    constant: Any = None
    record: str = ""
    """Name of a target earlier in the map: the field points at the record of the same row."""
    find: Find | None = None
    """For a relation filled from a column or template."""
    transforms: tuple[AnyTransform, ...] = ()
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
    """Fields that together tell whether the record exists already. Without any, every row makes a record."""
    existing: Literal["keep", "update", "skip"] = "keep"
    """What becomes of a record that exists: it is kept as it is, updated, or the whole row is skipped (where it was there before the import)."""
    on_empty: Literal["leave", "clear"] = "leave"
    """Whether an empty cell empties the field of a record that is updated."""
    when: str = ""
    """Only for rows that have something in this column."""
    owner: Value | None = None
    """E-mail or name of the owner; without it the one who imports."""

    @property
    def called(self) -> str:
        return self.name or self.object


class ImportMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole map. Targets come in the order in which records are written: what is pointed at comes first."""

    key: str
    targets: tuple[Target, ...]
    sheet: str = ""
    """Which sheet of the file; the first one when empty."""
    rules: bool = False
    """Whether automation runs for what the import writes."""
    citation: str = ""
    version: int = 1


def read_map(path: Path) -> ImportMap:
    """Raises InvalidRequest with the place of what cannot be understood."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ImportMap)
    except (OSError, UnicodeError, msgspec.DecodeError) as failure:
        raise InvalidRequest(rule="map", said=str(failure)) from failure


def places(template: str) -> list[str]:
    """Columns named in a template."""
    return [part.partition("}")[0] for part in template.split("{")[1:] if "}" in part]
