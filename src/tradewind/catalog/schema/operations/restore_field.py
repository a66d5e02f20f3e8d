"""Restore a retired field with the values it had."""

from __future__ import annotations

from typing import ClassVar

from tradewind.catalog.schema.operations.add_field import AddField


class RestoreField(AddField, frozen=True, tag="restore_field"):
    order: ClassVar[int] = 20


OPERATION = RestoreField
