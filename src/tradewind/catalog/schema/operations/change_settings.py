"""Change what needs no work on the table: labels, help, options, order, defaults, search, sensitivity."""

from __future__ import annotations

from tradewind.catalog.schema.operations.contract import Operation


class ChangeSettings(Operation, frozen=True, tag="change_settings"):
    members: tuple[str, ...] = ()
    """Which members of the field or object differ."""


OPERATION = ChangeSettings
