"""What is asked of the write path and what it answers."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec

Operation = Literal["create", "update", "upsert", "delete", "restore", "purge"]


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one object and what to do with them. A row has field values as on the wire, `id` and `version` where it is about a record."""

    object: str
    operation: Operation
    rows: tuple[dict[str, Any], ...]
    match: tuple[str, ...] = ()
    """Fields by which upsert finds a record."""
    keep: bool = False
    """Upsert leaves a record that it finds as it is."""
    idempotency_key: str = ""
    partial: bool = False
    """Keep the good rows when some are refused."""
    source: str = "api"
    action: UUID | None = None
    """The action this belongs to, where several batches are one (an import)."""
    demo: bool = False
    rules: bool = True
    """Whether automation runs for what is written."""


class RowProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row was refused."""

    row: int
    pointer: str
    code: str
    params: dict[str, Any]


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, under one action that can be undone."""

    action: UUID
    ids: tuple[UUID | None, ...] = ()
    """One for each row of the batch, None where it was refused."""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    restored: int = 0
    problems: tuple[RowProblem, ...] = ()
