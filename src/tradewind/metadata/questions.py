"""Questions: queries as data, before they are SQL."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`op` and, or, not take `of`; any other operator takes `field` (a path such as customer.country) and `value`."""

    op: str
    field: str = ""
    value: Any = None
    of: tuple[Filter, ...] = ()


class Sort(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    field: str
    descending: bool = False


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A list of records. No `fields` means all the actor may see; paths (customer.name) reach along relations."""

    object: str
    fields: tuple[str, ...] | None = None
    filter: Filter | None = None
    sort: tuple[Sort, ...] = ()
    search: str = ""
    limit: int = 50
    after: str = ""
    """Cursor from the page before."""
    deleted: bool = False
    """Ask the recycle bin instead."""
    ids: tuple[str, ...] | None = None
    made_by: str = ""
    """Only records that this action made: an import, a batch."""


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One figure: `function` count, filled, distinct, or an aggregate of the field's type (sum, avg, min, max)."""

    function: str
    field: str = ""


class Dimension(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to group by; `grain` cuts dates and instants (day, week, month, quarter, year) in the reader's zone."""

    field: str
    grain: Literal["", "day", "week", "month", "quarter", "year"] = ""


class AggregateQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Figures over records, in groups."""

    object: str
    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...] = ()
    filter: Filter | None = None
    search: str = ""
    limit: int = 1000
    deleted: bool = False
    made_by: str = ""
