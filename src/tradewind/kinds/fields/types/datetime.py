"""Instants, kept in UTC; what comes in must say its zone."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Operator, Options, Typed


class DatetimeOptions(Options, frozen=True):
    """No settings."""


def _json(instant: Sql) -> Sql:
    text = raw("to_char((") + instant + raw(""") AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""")
    return raw("to_jsonb(replace(") + text + raw(", '.000000Z', 'Z'))")


class Datetime(FieldType[DatetimeOptions, datetime]):
    name = "datetime"
    group = "date"
    options = DatetimeOptions
    value = datetime
    formula_type = "instant"
    operators = {**comparisons.ordered(datetime, "timestamptz"), "within": Operator(comparisons.Within, comparisons.within_instants)}
    aggregates = {
        "min": lambda columns: _json(raw("min(") + columns[0] + raw(")")),
        "max": lambda columns: _json(raw("max(") + columns[0] + raw(")")),
    }
    examples = (
        Example(
            values=("2026-03-05T08:30:00Z", "2026-03-05T08:30:00.123456Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-05T16:30:01+08:00"),
            bad_values=("2026-03-05T08:30:00", "10000-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "now", 5.5e300),
            bad_cells=("2026-03-05", "2026-03-05 08:30", "now", ""),
        ),
    )

    def columns(self, options: DatetimeOptions) -> tuple[Column, ...]:
        return (Column("", "timestamptz"),)

    def check(self, value: datetime, options: DatetimeOptions) -> datetime:
        if value.tzinfo is None:
            raise InvalidValue(rule="zone")
        try:
            return value.astimezone(UTC)
        except OverflowError as failure:
            raise InvalidValue(rule="range") from failure

    def store(self, value: datetime) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        return _json(columns[0])

    def mask(self, columns: Columns, options: DatetimeOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: DatetimeOptions, locale: str = "en") -> datetime:
        return self.check(cells.instant(text), options)

    def format(self, value: datetime, options: DatetimeOptions, locale: str = "en") -> str:
        return value.isoformat().replace("+00:00", "Z")

    def split(self, value: datetime, options: DatetimeOptions, locale: str, zone: tzinfo) -> tuple[Typed | str, ...]:
        """A moment of the zone's clock, which a spreadsheet keeps without a zone."""
        try:
            return (Typed(value.astimezone(zone).replace(tzinfo=None), "yyyy-mm-dd hh:mm:ss"),)
        except OverflowError:
            return (self.format(value, options, locale),)


FIELD = Datetime()
