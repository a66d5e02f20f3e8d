"""Earlier versions of a definition: list them, see what differs, bring one back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tradewind.kernel.json import Json
from tradewind.kernel.problems import NotFound
from tradewind.kernel.sql import param, raw
from tradewind.metadata.definitions import DEFINITION_KINDS, AnyDefinition, Catalog, ObjectDefinition
from tradewind.query.database.pool import Database


class Version(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    change_set: UUID
    author: UUID | None
    author_name: str | None
    published_at: datetime
    body: Json


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One place where two versions differ; `path` is a JSON Pointer in which list items with a key go by it."""

    path: str
    before: Json
    after: Json


async def versions(database: Database, kind: str, key: str) -> list[Version]:
    """All versions, newest first. Raises NotFound."""
    async with database.reading() as connection:
        rows = await connection.rows(
            raw("SELECT v.version, v.change_set, v.author, p.name, v.published_at, v.body FROM system.definition_versions AS v")
            + raw(" LEFT JOIN system.people AS p ON p.id = v.author WHERE v.kind = ")
            + param(kind)
            + raw(" AND v.key = ")
            + param(key)
            + raw(" ORDER BY v.version DESC")
        )
    if not rows:
        raise NotFound()
    names = ("version", "change_set", "author", "author_name", "published_at", "body")
    return [Version(**dict(zip(names, row, strict=True))) for row in rows]


async def kinds_of(database: Database, change_set: UUID) -> frozenset[str]:
    """Which kinds of definitions a change set published or took out of use."""
    async with database.reading() as connection:
        rows = await connection.rows(
            raw("SELECT DISTINCT one->>'kind' FROM system.change_sets, jsonb_array_elements(plan->'definitions') AS one WHERE id = ") + param(change_set)
        )
    return frozenset(str(row[0]) for row in rows)


async def version_as_definition(database: Database, catalog: Catalog, kind: str, key: str, version: int) -> AnyDefinition:
    """An earlier version, ready to be published again: fields added since stay as retired. Raises NotFound."""
    found = next((one for one in await versions(database, kind, key) if one.version == version), None)
    if found is None:
        raise NotFound()
    definition: Any = msgspec.convert(found.body, DEFINITION_KINDS[kind])
    if isinstance(definition, ObjectDefinition) and (now := catalog.objects.get(key)) is not None:
        keys = {field.key for field in definition.fields}
        added = tuple(msgspec.structs.replace(field, retired=True) for field in now.fields if field.key not in keys)
        definition = msgspec.structs.replace(definition, fields=(*definition.fields, *added))
    return definition


def diff(before: Any, after: Any, path: str = "") -> list[Difference]:
    """Where two bodies differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys: list[str] = sorted({*before, *after})  # pyright: ignore[reportUnknownArgumentType]
        return [one for key in keys for one in diff(before.get(key), after.get(key), f"{path}/{key}")]  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    if isinstance(before, list) and isinstance(after, list) and (keyed := (_by_key(before), _by_key(after))) and None not in keyed:  # pyright: ignore[reportUnknownArgumentType]
        return diff(keyed[0], keyed[1], path)
    return [] if before == after else [Difference(path=path, before=before, after=after)]  # pyright: ignore[reportUnknownArgumentType]


def _by_key(items: list[Any]) -> dict[str, Any] | None:
    if not all(isinstance(item, dict) and "key" in item for item in items):
        return None
    return {str(item["key"]): item for item in items}
