"""Time zones by IANA name."""

from __future__ import annotations

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, cast_param, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Operator, Options
from tradewind.kinds.fields.values import short
from tradewind.kinds.reference import zones


def _in_country(columns: Columns, operand: tuple[str, ...]) -> Sql:
    if len(operand) > comparisons.MAX_LIST:
        raise InvalidValue(rule="max_count", max=comparisons.MAX_LIST)
    found = sorted({zone for country in operand for zone in zones.by_country().get(country, ())})
    return columns[0] + raw(" = ANY(") + cast_param(found, "text[]") + raw(")")


class TimeZoneOptions(Options, frozen=True):
    """No settings."""


class TimeZone(FieldType[TimeZoneOptions, str]):
    name = "time_zone"
    group = "contact"
    options = TimeZoneOptions
    value = str
    formula_type = "text"
    operators = {**comparisons.equality(str, "text"), "in_country": Operator(tuple[str, ...], _in_country)}
    examples = (
        Example(
            values=("Asia/Shanghai", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/UTC"),
            bad_values=("Mars/Phobos", "+08:00", "posix/Asia/Tokyo", "../etc/passwd", "", 8),
            bad_cells=("Atlantis", "", "United States", "UTC+8"),
        ),
    )

    def columns(self, options: TimeZoneOptions) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: TimeZoneOptions) -> str:
        found = zones.canonical(short(value, 60))
        if found is None:
            raise InvalidValue(rule="time_zone")
        return found

    def store(self, value: str) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: TimeZoneOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: TimeZoneOptions, locale: str = "en") -> str:
        found = zones.find(cells.plain(text))
        if found is None:
            raise InvalidValue(rule="time_zone")
        return found

    def format(self, value: str, options: TimeZoneOptions, locale: str = "en") -> str:
        return value


FIELD = TimeZone()
