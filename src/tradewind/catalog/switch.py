"""The switch: the one short transaction in which everybody's catalogue changes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from tradewind.catalog.installed import Origin, record
from tradewind.catalog.schema.operations.add_field import AddField
from tradewind.catalog.schema.operations.change_settings import ChangeSettings
from tradewind.catalog.schema.operations.change_type import ChangeType
from tradewind.catalog.schema.operations.contract import Operation, Surroundings
from tradewind.jobs.queue import enqueue
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import canonical
from tradewind.kernel.problems import Busy, DiskFull
from tradewind.kernel.sql import cast_param, join, param, raw
from tradewind.metadata.definitions import AnyDefinition, ObjectDefinition, RoleDefinition
from tradewind.query.database.pool import Connection, Database

_WRITERS = 7_203_714_415
"""Shared by whoever writes records (system.writing), alone for the switch."""
_TRIES = 30
Log = Callable[[Connection, list[str]], Awaitable[None]]
"""Writes one line into the log, inside the switch: the keys that were published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """What a change set changes at once."""

    change_set: UUID
    definitions: Sequence[AnyDefinition]
    """Published in this order."""
    around: Surroundings
    author: UUID | None
    origin: Origin
    log: Log | None
    steps: Sequence[Operation] = ()
    """Started before, completed now."""
    taken: Sequence[Operation] = ()
    """Taken back before."""
    removed: Sequence[tuple[str, str]] = ()
    """Kind and key of definitions that are used no more."""


async def switch(database: Database, wanted: Switch, clock: Clock) -> None:
    """Makes it so; waits for the writers of the moment, who cannot hold it up for long. Does nothing when the change set is not running any more."""
    for attempt in range(_TRIES):
        try:
            await _switch_now(database, wanted, clock)
            break
        except DiskFull:
            raise
        except Busy:
            if attempt == _TRIES - 1:
                raise
            await asyncio.sleep(0.3)
    async with database.reading() as connection:
        await connection.execute(raw("SELECT pg_notify('tradewind_catalog', '')"))


async def _switch_now(database: Database, wanted: Switch, clock: Clock) -> None:
    definitions, removed, around, author = wanted.definitions, wanted.removed, wanted.around, wanted.author
    async with database.transaction() as connection:
        await connection.execute(raw("SET LOCAL lock_timeout = '2s'"))
        if await connection.value(raw("SELECT state FROM system.change_sets WHERE id = ") + param(wanted.change_set) + raw(" FOR UPDATE")) != "running":
            return
        await connection.execute(raw("SELECT pg_advisory_xact_lock(") + param(_WRITERS) + raw(")"))
        for step in wanted.steps:
            await step.complete(connection, around)
        for definition in definitions:
            await _store(connection, wanted.change_set, definition, author, clock, wanted.origin.pack)
        for kind, key in removed:
            await connection.execute(raw("UPDATE system.definitions SET retired = true WHERE kind = ") + param(kind) + raw(" AND key = ") + param(key))
        compiled = any(isinstance(one, ObjectDefinition | RoleDefinition) for one in definitions) or any(kind == "role" for kind, _ in removed)
        await connection.execute(raw("UPDATE system.catalog_state SET edition = edition + 1, version = version + ") + param(1 if compiled else 0))
        await connection.execute(
            raw("UPDATE system.change_sets SET state = 'done', finished_at = ") + param(clock.now()) + raw(" WHERE id = ") + param(wanted.change_set)
        )
        await record(connection, wanted.origin, clock)
        if not wanted.origin.keeps_drafts:
            await _drop_drafts(connection, definitions, author)
        await _refill(connection, definitions, wanted.taken or wanted.steps, around, clock)
        if wanted.log is not None:
            await wanted.log(connection, [*(f"{one.kind}/{one.key}" for one in definitions), *(f"{kind}/{key}" for kind, key in removed)])


async def _drop_drafts(connection: Connection, definitions: Sequence[AnyDefinition], author: UUID | None) -> None:
    """The author's drafts of what is published now are done with."""
    keys = [f"{one.kind}/{one.key}" for one in definitions]
    await connection.execute(
        raw("DELETE FROM system.drafts WHERE author = ") + param(author) + raw("::uuid AND kind || '/' || key = ANY(") + cast_param(keys, "text[]") + raw(")")
    )


async def _refill(connection: Connection, definitions: Sequence[AnyDefinition], steps: Sequence[Operation], around: Surroundings, clock: Clock) -> None:
    """Records that were there before get their computed fields and what search finds them by in jobs of their own."""
    for key in sorted({step.object for step in steps if step.object in around.before and _computes(step, around)}):
        await enqueue(connection, "refill_computed", {"object": key}, clock, key=key)
    searched = {one.key for one in definitions if isinstance(one, ObjectDefinition) and not one.retired}
    for one in definitions:
        searched |= {key for key in one.objects if key in around.after} if isinstance(one, RoleDefinition) else set()
    for key in sorted(searched):
        await enqueue(connection, "refill_search", {"object": key}, clock, key=key)


def _computes(step: Operation, around: Surroundings) -> bool:
    """Whether stored values depend on what the step changes: formulas and roll-ups themselves, and the types they are made of."""
    found = [
        field for objects in (around.before, around.after) if (one := objects.get(step.object)) is not None for field in one.fields if field.key == step.field
    ]
    if isinstance(step, ChangeSettings):
        return "options" in step.members and any(field.type in ("formula", "rollup") for field in found)
    return isinstance(step, ChangeType) or (isinstance(step, AddField) and any(field.type in ("formula", "rollup") for field in found))


async def _store(connection: Connection, change_set: UUID, definition: AnyDefinition, author: UUID | None, clock: Clock, pack: str) -> None:
    body = canonical(msgspec.to_builtins(definition)).decode()
    checksum = hashlib.sha256(body.encode()).hexdigest()
    retired = isinstance(definition, ObjectDefinition) and definition.retired
    values = [
        param(definition.kind),
        param(definition.key),
        param(pack),
        param(body) + raw("::jsonb"),
        param(checksum),
        param(author),
        param(clock.now()),
        param(retired),
    ]
    version = await connection.value(
        raw("INSERT INTO system.definitions AS d (version, kind, key, pack, body, checksum, author, published_at, retired) VALUES (")
        + raw("coalesce((SELECT max(version) FROM system.definition_versions WHERE kind = ")
        + param(definition.kind)
        + raw(" AND key = ")
        + param(definition.key)
        + raw("), 0) + 1, ")
        + join(", ", values)
        + raw(
            ") ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version, body = excluded.body, checksum = excluded.checksum, author = excluded.author, "
            "published_at = excluded.published_at, retired = excluded.retired RETURNING version"
        )
    )
    kept = [
        param(definition.kind),
        param(definition.key),
        param(version),
        param(change_set),
        param(body) + raw("::jsonb"),
        param(checksum),
        param(author),
        param(clock.now()),
    ]
    await connection.execute(
        raw("INSERT INTO system.definition_versions (kind, key, version, change_set, body, checksum, author, published_at) VALUES (")
        + join(", ", kept)
        + raw(")")
    )
