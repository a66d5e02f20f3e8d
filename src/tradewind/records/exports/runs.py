"""A person's exports: begun, listed, called off, thrown away, asked again; each waits a day for its owner."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from tradewind.files.store import FileStore
from tradewind.jobs.queue import call_off, enqueue, wake
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.messages import closest
from tradewind.kernel.problems import Forbidden, NotFound, UnknownField, UnknownObject
from tradewind.kernel.sql import Sql, cast_param, join, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.authz.scope import scope_of
from tradewind.query.compile.exporting import compile_export, compile_matching
from tradewind.query.database.pool import Connection, Database
from tradewind.records.exports import policy as limits
from tradewind.records.exports.columns import Sheet, sheets
from tradewind.records.exports.wanted import Wanted
from tradewind.records.exports.words import in_words

JOB = "export"
KEPT = timedelta(hours=24)
"""How long a file waits for its owner."""
_SHOWN = timedelta(days=7)
_REMEMBERED = timedelta(days=60)
"""Rows stay so long after their files, for limits and alerts."""
_LISTED = 100
_SCRATCH = "export-"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One export as its owner reads it. `state`: waiting, running, ready, failed, cancelled, or over (its file is gone)."""

    id: UUID
    object: str
    format: str
    said: str
    state: str
    expected: int
    rows: int
    lines: int
    cut: int
    masked: tuple[str, ...]
    name: str
    size: int | None
    digest: str | None
    asked_at: datetime
    made_at: datetime | None
    expires_at: datetime | None
    downloads: int
    problem: str
    params: dict[str, Any]
    progress: dict[str, Any]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a file would hold: the question in words, how many records (`more` than that where counting stopped), which columns are masked or depend on the record,
    and the limits that hold for the asker."""

    said: str
    count: int
    more: bool
    columns: tuple[dict[str, Any], ...]
    rows_per_export: int
    left: int


def check_right(catalog: Catalog, actor: Actor, object_key: str) -> None:
    """Raises UnknownObject for who sees nothing of it, Forbidden for who may not export it."""
    scope = scope_of(catalog, actor, object_key)
    if scope.nothing:
        raise UnknownObject(object=object_key)
    if not scope.export:
        raise Forbidden(right="export")


async def preview(database: Database, catalog: Catalog, actor: Actor, object_key: str, wanted: Wanted, clock: Clock) -> Preview:
    """Raises what `begin` raises, except for too many records."""
    made, language = _planned(catalog, actor, object_key, wanted, clock.now())
    said = await in_words(database, catalog, actor, wanted.question(object_key), language, clock.now())
    async with database.reading() as connection:
        found = (await limits.current(connection)).policy
        count = await _count(connection, catalog, actor, object_key, wanted, found.rows_per_export, clock.now())
        taken = 0 if actor.person is None else await limits.used(connection, actor.person, clock.now())
    columns = tuple(
        {"path": one.path, "lines": sheet.key, "label": one.label, "state": one.state, "sensitive": one.sensitive} for sheet in made for one in sheet.columns
    )
    return Preview(
        said=said,
        count=min(count, found.rows_per_export),
        more=count > found.rows_per_export,
        columns=columns,
        rows_per_export=found.rows_per_export,
        left=max(0, found.rows_per_day - taken),
    )


async def begin(database: Database, catalog: Catalog, actor: Actor, object_key: str, wanted: Wanted, clock: Clock) -> UUID:
    """Puts the export in for the worker; its id.

    Raises UnknownObject, Forbidden without the right to export, UnknownField and the like as a list does, ExportTooLarge over a limit.
    """
    if actor.person is None:
        raise Forbidden(right="person")
    now, identity = clock.now(), new_id()
    made, language = _planned(catalog, actor, object_key, wanted, now)
    said = await in_words(database, catalog, actor, wanted.question(object_key), language, now)
    masked = [column.label for sheet in made for column in sheet.columns if column.state != "clear"]
    sensitive = [_path(sheet, column.path) for sheet in made for column in sheet.columns if column.sensitive]
    async with database.transaction() as connection:
        await limits.turn(connection, actor.person)
        policy = (await limits.current(connection)).policy
        count = await _count(connection, catalog, actor, object_key, wanted, policy.rows_per_export, now)
        limits.check(policy, count, await limits.used(connection, actor.person, now))
        values = [
            param(identity), param(actor.person), param(actor.kind), param(actor.name), cast_param(None if actor.objects is None else list(actor.objects), "text[]"),
            param(actor.read_only), param(actor.request), param(actor.address), param(object_key), cast_param(canonical(wanted).decode(), "jsonb"), param(said),
            param("waiting"), param(count), cast_param(masked, "text[]"), cast_param(sensitive, "text[]"), param(now),
        ]  # fmt: skip
        await connection.execute(
            raw("INSERT INTO system.exports (id, person, actor_kind, actor_name, key_objects, key_read_only, request, address, object, wanted, said, state, expected,")
            + raw(" masked, sensitive, asked_at) VALUES (") + join(", ", values) + raw(")")
        )  # fmt: skip
        await enqueue(connection, JOB, {"export": str(identity)}, clock, key=str(identity))
    await wake(database)
    return identity


def _planned(catalog: Catalog, actor: Actor, object_key: str, wanted: Wanted, now: datetime) -> tuple[tuple[Sheet, ...], str]:
    """The tables and the language of the file, everything that can be refused being refused."""
    check_right(catalog, actor, object_key)
    language = closest(wanted.language or actor.language)
    question = wanted.question(object_key)
    made = sheets(catalog, actor, object_key, wanted, language)
    compile_export(catalog, actor, question, {sheet.key: sheet.paths for sheet in made[1:]}, now)
    return made, language


def _path(sheet: Sheet, path: str) -> str:
    return f"{sheet.key}.{path}" if sheet.key else path


async def _count(connection: Connection, catalog: Catalog, actor: Actor, object_key: str, wanted: Wanted, most: int, now: datetime) -> int:
    return int(await connection.value(compile_matching(catalog, actor, wanted.question(object_key), now, most + 1)))


_COLUMNS = raw(
    "e.id, e.object, e.wanted->>'format', e.said, e.state, e.expected, e.rows, e.lines, e.cut, e.masked, e.name, e.size, encode(e.digest, 'hex'), e.asked_at,"
    " e.made_at, e.expires_at, e.downloads, e.problem, e.problem_params,"
    " (SELECT j.progress FROM system.jobs AS j WHERE j.name = 'export' AND j.key = e.id::text ORDER BY j.created_at DESC LIMIT 1)"
)


def _mine(actor: Actor) -> Sql:
    """The asker's exports; a key sees only those of its objects."""
    mine = raw("e.person = ") + cast_param(actor.person, "uuid")
    return mine if actor.objects is None else mine + raw(" AND e.object = ANY(") + cast_param(list(actor.objects), "text[]") + raw(")")


async def listed(database: Database, actor: Actor, clock: Clock) -> list[Run]:
    """The person's exports of the last seven days, newest first."""
    async with database.reading() as connection:
        rows = await connection.rows(
            raw("SELECT ") + _COLUMNS + raw(" FROM system.exports AS e WHERE ") + _mine(actor) + raw(" AND e.asked_at > ") + param(clock.now() - _SHOWN)
            + raw(" ORDER BY e.asked_at DESC, e.id DESC LIMIT ") + param(_LISTED)
        )  # fmt: skip
    return [_run(row, clock.now()) for row in rows]


async def get(database: Database, actor: Actor, identity: UUID, clock: Clock) -> Run:
    """Raises NotFound for one of somebody else."""
    async with database.reading() as connection:
        row = await connection.row(raw("SELECT ") + _COLUMNS + raw(" FROM system.exports AS e WHERE ") + _mine(actor) + raw(" AND e.id = ") + param(identity))
    if row is None:
        raise NotFound()
    return _run(row, clock.now())


def _run(row: tuple[Any, ...], now: datetime) -> Run:
    state = "over" if row[4] == "ready" and row[15] is not None and row[15] <= now else row[4]
    return Run(
        id=row[0], object=row[1], format=row[2] or "xlsx", said=row[3], state=state, expected=row[5], rows=row[6], lines=row[7], cut=row[8], masked=tuple(row[9]),
        name=row[10], size=row[11], digest=row[12], asked_at=row[13], made_at=row[14], expires_at=row[15], downloads=row[16], problem=row[17], params=row[18],
        progress=row[19] or {},
    )  # fmt: skip


async def end(database: Database, files: FileStore, actor: Actor, identity: UUID, clock: Clock) -> None:
    """Calls off what is under way, throws away what is ready. Raises NotFound."""
    await get(database, actor, identity, clock)
    async with database.transaction() as connection:
        row = await connection.row(raw("SELECT state, storage_key, sheets FROM system.exports WHERE id = ") + param(identity) + raw(" FOR UPDATE"))
        state = "cancelled" if row is not None and row[0] in ("waiting", "running") else "over" if row is not None and row[0] == "ready" else ""
        if row is None or not state:
            return
        await connection.execute(
            raw("UPDATE system.exports SET state = ") + param(state) + raw(", storage_key = NULL, sheets = '[]' WHERE id = ") + param(identity)
        )
        if state == "cancelled":
            await call_off(connection, JOB, str(identity))
    await wake(database)
    _remove(files, row[1], row[2])


async def again(database: Database, catalog: Catalog, actor: Actor, identity: UUID, clock: Clock) -> UUID:
    """The same question once more, under today's rights and without columns that they no longer show. Raises what `begin` raises."""
    await get(database, actor, identity, clock)
    async with database.reading() as connection:
        row = await connection.row(raw("SELECT object, wanted FROM system.exports WHERE id = ") + param(identity))
    if row is None:
        raise NotFound()
    wanted = msgspec.convert(row[1], Wanted)
    check_right(catalog, actor, row[0])

    def shown(**only: tuple[str, ...]) -> bool:
        try:
            _planned(catalog, actor, row[0], msgspec.structs.replace(wanted, **{"lines": (), **only}), clock.now())
        except UnknownField as problem:
            return problem.pointer not in ("/fields", "/lines")
        return True

    fields = tuple(path for path in wanted.fields if shown(fields=(path,)))
    if not fields:
        raise UnknownField(field=wanted.fields[0], pointer="/fields")
    lines = tuple(key for key in wanted.lines if shown(fields=fields[:1], lines=(key,)))
    return await begin(database, catalog, actor, row[0], msgspec.structs.replace(wanted, fields=fields, lines=lines), clock)


async def forget(database: Database, files: FileStore, clock: Clock) -> None:
    """Removes files whose day is over, and long after them what is known of the exports."""
    now = clock.now()
    async with database.transaction() as connection:
        rows = await connection.rows(
            raw("SELECT id, storage_key, sheets FROM system.exports WHERE storage_key IS NOT NULL AND expires_at <= ") + param(now) + raw(" FOR UPDATE SKIP LOCKED")
        )  # fmt: skip
        await connection.execute(
            raw("UPDATE system.exports SET state = 'over', storage_key = NULL, sheets = '[]' WHERE id = ANY(") + cast_param([row[0] for row in rows], "uuid[]") + raw(")")
        )  # fmt: skip
        lost = await connection.rows(
            raw("UPDATE system.exports AS e SET planned = '{}' FROM system.exports AS o WHERE o.id = e.id AND e.state NOT IN ('waiting', 'running')")
            + raw(" AND e.planned <> '{}' RETURNING o.planned")
        )
        await connection.execute(raw("DELETE FROM system.exports WHERE storage_key IS NULL AND asked_at < ") + param(now - _REMEMBERED))
        left = [one for one in files.scratched() if one.startswith(_SCRATCH)]
        running = await connection.rows(
            raw("SELECT id::text FROM system.exports WHERE state IN ('waiting', 'running') AND id::text = ANY(")
            + cast_param([_export_of(one) for one in left], "text[]") + raw(")")
        )  # fmt: skip
    for _, key, made in rows:
        _remove(files, key, made)
    for key in [key for row in lost for key in row[0]]:
        files.delete(key)
    for one in left:
        if _export_of(one) not in {row[0] for row in running}:
            files.clear_scratch(one)


def _export_of(folder: str) -> str:
    return folder.removeprefix(_SCRATCH).partition(".")[0]


def scratch(files: FileStore, identity: UUID, holder: str) -> Path:
    """Where one attempt makes its file: another one that is still alive, though its lease is over, works in its own folder."""
    return files.scratch(f"{_SCRATCH}{identity}.{holder}")


def clear_scratch(files: FileStore, identity: UUID) -> None:
    """Removes what all attempts left."""
    for one in files.scratched():
        if one.startswith(f"{_SCRATCH}{identity}."):
            files.clear_scratch(one)


def _remove(files: FileStore, key: str | None, made: list[dict[str, Json]]) -> None:
    for one in (key, *(str(sheet["key"]) for sheet in made)):
        if one:
            files.delete(one)
