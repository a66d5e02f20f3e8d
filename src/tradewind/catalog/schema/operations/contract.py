"""The contract of a schema operation: checked, run ahead of the switch, finished in it, and taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import msgspec

from tradewind.kernel.json import Json
from tradewind.metadata.definitions import FieldDefinition, ObjectDefinition
from tradewind.query.database.pool import Connection, Database

Risk = Literal["none", "slow", "refuses"]
Report = Callable[[int], Awaitable[None]]
"""Told how many more rows are done; raises when the work is to stop."""


async def silent(rows: int) -> None:
    """Where nobody watches."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an operation may look at: the objects before and after the whole change set; and whom it tells how far it is."""

    before: Mapping[str, ObjectDefinition]
    after: Mapping[str, ObjectDefinition]
    report: Report = silent


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What validate saw: rows touched, and why it cannot run (empty: it can)."""

    rows: int = 0
    risk: Risk = "none"
    refused: str = ""
    params: dict[str, Json] = {}


class Operation(msgspec.Struct, frozen=True, kw_only=True, tag_field="op"):
    """One step of a plan. `start` runs before the switch, outside its transaction, and may run again after a kill;
    `complete` runs inside the switch; `abandon` before it and `undo` after it make the tables as they were."""

    object: str
    field: str = ""
    order: ClassVar[int] = 50
    """Lower runs first within a change set."""

    async def validate(self, connection: Connection, around: Surroundings) -> Finding:
        """What it will touch. Reads only."""
        return Finding()

    async def start(self, database: Database, around: Surroundings) -> None:
        """Makes what is new; idempotent."""

    async def complete(self, connection: Connection, around: Surroundings) -> None:
        """The short rest, in the transaction that switches the catalogue."""

    async def abandon(self, database: Database, around: Surroundings) -> None:
        """Takes `start` back where the switch never came, however far it got; idempotent."""
        await self.undo(database, around)

    async def undo(self, database: Database, around: Surroundings) -> None:
        """Takes `start` and `complete` back after the switch; idempotent. `around.before` is what to return to."""

    def field_before(self, around: Surroundings) -> FieldDefinition | None:
        return _field(around.before, self.object, self.field)

    def field_after(self, around: Surroundings) -> FieldDefinition:
        found = _field(around.after, self.object, self.field)
        if found is None:
            raise LookupError(f"{self.object}.{self.field}")
        return found


def _field(objects: Mapping[str, ObjectDefinition], object_key: str, field_key: str) -> FieldDefinition | None:
    found = objects.get(object_key)
    return None if found is None else next((field for field in found.fields if field.key == field_key), None)
