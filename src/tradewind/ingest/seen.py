"""What a dry run met in earlier chunks: their records are gone again, and must count as if they were there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from tradewind.ingest.maps import ImportMap, Target
from tradewind.kernel.json import canonical
from tradewind.kernel.sql import cast_param, join, param, raw
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection
from tradewind.records import find

PRETENDED = UUID(int=0)
"""Stands for a record that an earlier chunk of a dry run would have made."""

Image = dict[str, bytes]
"""What a dry run keeps of a record: a digest of each value."""


def image_of(values: Mapping[str, Any]) -> Image:
    return {key: hashlib.sha256(canonical(value)).digest()[:8] for key, value in values.items()}


class Seen:
    """The keys of one dry run, kept in the base so that it goes on after a kill; what a chunk adds is written by `save`."""

    def __init__(self, identity: UUID, given: ImportMap) -> None:
        self._identity = identity
        self._fresh: dict[tuple[str, bytes], bytes] = {}
        self._found_by = {value.find.by for target in given.targets for value in target.fields.values() if value.find}

    def clear(self) -> None:
        """Forgets what this chunk added: it is tried again."""
        self._fresh.clear()

    def add(self, target: str, key: Sequence[str], image: Image) -> None:
        self._fresh[target, _digest(key)] = msgspec.msgpack.encode(image)

    async def images(self, connection: Connection, target: str, keys: Sequence[Sequence[str]]) -> dict[tuple[str, ...], Image]:
        """Those of the keys that earlier chunks met, with the values they had."""
        digests = {_digest(key): tuple(key) for key in keys if key}
        rows = await connection.rows(
            raw("SELECT key, image FROM system.import_keys WHERE import = ") + param(self._identity) + raw(" AND target = ") + param(target)
            + raw(" AND key = ANY(") + cast_param(list(digests), "bytea[]") + raw(")")
        )  # fmt: skip
        return {digests[bytes(row[0])]: msgspec.msgpack.decode(bytes(row[1]), type=Image) for row in rows}

    async def claim(self, connection: Connection, catalog: Catalog, target: Target, rows: Sequence[dict[str, Any]]) -> list[tuple[int, str]]:
        """Remembers values that must be unique or that relations are found by; those of unique fields that an earlier chunk took, by row."""
        definition = catalog.objects[target.object]
        taken: list[tuple[int, str]] = []
        for field in definition.live_fields():
            if not (field.unique or field.key in self._found_by) or not any(row.get(field.key) is not None for row in rows):
                continue
            keys = await find.folded_values(connection, definition, field.key, [row.get(field.key) for row in rows])
            space = _space(target.object, field.key)
            before = await self.images(connection, space, [key for key in keys if key])
            for number, key in enumerate(keys):
                if key and key in before and field.unique:
                    taken.append((number, field.key))
                elif key:
                    self.add(space, key, {})
        return taken

    async def met(self, connection: Connection, object_key: str, field: str, keys: Sequence[tuple[str, ...]]) -> set[tuple[str, ...]]:
        """Which of these folded values a record has that an earlier chunk, or this one, would have made."""
        space = _space(object_key, field)
        earlier = await self.images(connection, space, keys)
        return {key for key in keys if key in earlier or (space, _digest(key)) in self._fresh}

    async def save(self, connection: Connection) -> None:
        """Writes down what the chunk added."""
        entries = [(target, key, image) for (target, key), image in self._fresh.items()]
        if entries:
            columns = [
                cast_param([one[0] for one in entries], "text[]"),
                cast_param([one[1] for one in entries], "bytea[]"),
                cast_param([one[2] for one in entries], "bytea[]"),
            ]
            await connection.execute(
                raw("INSERT INTO system.import_keys (import, target, key, image) SELECT ") + param(self._identity) + raw("::uuid, t.* FROM unnest(")
                + join(", ", columns) + raw(") AS t ON CONFLICT (import, target, key) DO UPDATE SET image = excluded.image")
            )  # fmt: skip
        self._fresh.clear()


async def forget(connection: Connection, identity: UUID) -> None:
    """Removes the keys of a dry run that is over."""
    await connection.execute(raw("DELETE FROM system.import_keys WHERE import = ") + param(identity))


def _space(object_key: str, field: str) -> str:
    return f"{object_key}/{field}"


def _digest(key: Sequence[str]) -> bytes:
    return hashlib.sha256(canonical(list(key))).digest()[:16]
