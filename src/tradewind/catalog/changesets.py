"""Change sets as they are written down: opened with their plan, ended with what was the matter; one publish at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import msgspec

from tradewind.catalog.installed import Origin
from tradewind.catalog.plan import Plan
from tradewind.catalog.schema.operations.contract import Operation
from tradewind.catalog.schema.operations.registry import read
from tradewind.jobs.queue import enqueue
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json
from tradewind.kernel.problems import Busy, DefinitionConflict, Problem
from tradewind.kernel.sql import join, param, raw
from tradewind.metadata.definitions import DEFINITION_KINDS, AnyDefinition, Catalog
from tradewind.query.database.pool import Connection, Database

JOB = "publish"
_PUBLISH_LOCK = 7_203_714_413
FROM_AN_EDITOR = Origin()
WORKED_ON = raw("EXISTS (SELECT 1 FROM system.jobs AS j WHERE j.name = 'publish' AND j.key = c.id::text AND j.state IN ('ready', 'running'))")
"""Whether a change set `c` is a job that is not ended."""


@asynccontextmanager
async def alone(database: Database) -> AsyncGenerator[None]:
    """Keeps every other publish waiting meanwhile."""
    async with database.alone() as connection:
        await connection.execute(raw("SELECT pg_advisory_lock(") + param(_PUBLISH_LOCK) + raw(")"))
        try:
            yield
        finally:
            await _let_go(connection)


@asynccontextmanager
async def alone_at_once(database: Database) -> AsyncGenerator[bool]:
    """The same without waiting: whether nobody publishes now."""
    async with database.alone() as connection:
        free = bool(await connection.value(raw("SELECT pg_try_advisory_lock(") + param(_PUBLISH_LOCK) + raw(")")))
        try:
            yield free
        finally:
            if free:
                await _let_go(connection)


async def _let_go(connection: Connection) -> None:
    """At once, and not only when the server notices that the connection is gone; a broken one has let go by itself."""
    with suppress(Busy):
        await connection.execute(raw("SELECT pg_advisory_unlock(") + param(_PUBLISH_LOCK) + raw(")"))


async def open_change_set(
    database: Database,
    change_set: UUID,
    title: str,
    author: UUID | None,
    made: Plan,
    definitions: Sequence[AnyDefinition],
    catalog: Catalog,
    clock: Clock,
    undoes: UUID | None = None,
    *,
    job: bool = False,
    retired: Sequence[AnyDefinition] = (),
    origin: Origin = FROM_AN_EDITOR,
) -> None:
    body = {
        "plan": msgspec.to_builtins(made),
        "origin": msgspec.to_builtins(origin),
        "definitions": [
            {"kind": one.kind, "key": one.key, "before": _builtins(published(catalog, one)), "after": None if one in retired else _builtins(one)}
            for one in (*definitions, *retired)
        ],
    }
    values = [
        param(change_set),
        param(title),
        param(author),
        raw("'running'"),
        param(msgspec.json.encode(body).decode()) + raw("::jsonb"),
        param(clock.now()),
        param(undoes),
    ]
    async with database.transaction() as connection:
        await connection.execute(
            raw("INSERT INTO system.change_sets (id, title, author, state, plan, started_at, undoes) VALUES (") + join(", ", values) + raw(")")
        )
        if job:
            await enqueue(connection, JOB, {"change_set": str(change_set)}, clock, key=str(change_set))


def published(catalog: Catalog, definition: AnyDefinition) -> AnyDefinition | None:
    """The definition of the same kind and key that is published."""
    groups = {
        "object": catalog.objects,
        "view": catalog.views,
        "layout": catalog.layouts,
        "menu": catalog.menus,
        "role": catalog.roles,
        "quality": catalog.quality,
    }
    return groups[definition.kind].get(definition.key)


def _builtins(definition: AnyDefinition | None) -> Json:
    return None if definition is None else msgspec.to_builtins(definition)


async def close_change_set(database: Database, change_set: UUID, state: str, clock: Clock, failure: Exception | None = None) -> None:
    """Ends it, with what was the matter as JSON."""
    problem = ""
    if isinstance(failure, Problem):
        errors = [{"pointer": one.pointer, "code": one.code, "params": one.params} for one in failure.errors]
        problem = msgspec.json.encode({"code": failure.code, "params": failure.params, "errors": errors}).decode()
    async with database.transaction() as connection:
        await connection.execute(
            raw("UPDATE system.change_sets SET state = ")
            + param(state)
            + raw(", finished_at = ")
            + param(clock.now())
            + raw(", problem = ")
            + param(problem)
            + raw(" WHERE id = ")
            + param(change_set)
        )


async def refuse_beside_another(database: Database) -> None:
    """Raises DefinitionConflict while a publish is a job that is not done."""
    async with database.reading() as connection:
        row = await connection.row(
            raw("SELECT c.id, c.title, p.name FROM system.change_sets AS c LEFT JOIN system.people AS p ON p.id = c.author WHERE c.state = 'running' AND ")
            + WORKED_ON
        )
    if row is not None:
        raise DefinitionConflict(reason="running", change_set=str(row[0]), title=row[1], author=row[2] or "", definitions=list[Json]())


async def check_base(database: Database, base: dict[str, int]) -> None:
    async with database.reading() as connection:
        rows = await connection.rows(raw("SELECT kind || '/' || key, version FROM system.definitions"))
    latest = {str(row[0]): int(row[1]) for row in rows}
    moved = [key for key, version in base.items() if latest.get(key, 0) != version]
    if moved:
        raise DefinitionConflict(reason="newer", definitions=list[Json](moved))


async def check_untouched(database: Database, change_set: UUID) -> None:
    """Raises DefinitionConflict when something of the change set was published again since."""
    statement = (
        raw("SELECT DISTINCT d.kind || '/' || d.key FROM system.definition_versions v JOIN system.definitions d USING (kind, key) WHERE v.change_set = ")
        + param(change_set)
        + raw(" AND d.version > v.version")
    )
    async with database.reading() as connection:
        later = [str(row[0]) for row in await connection.rows(statement)]
    if later:
        raise DefinitionConflict(reason="later", definitions=list[Json](later))


def decoded(kind: str, body: Json) -> AnyDefinition:
    return msgspec.convert(body, DEFINITION_KINDS[kind])  # pyright: ignore[reportReturnType]


def origin_of(body: Any) -> Origin:
    return msgspec.convert(body.get("origin", {}), Origin)


def stored_steps(body: Any) -> tuple[tuple[Operation, int], ...]:
    return tuple((read(step["operation"]), int(step["rows"])) for step in body["plan"]["operations"])
