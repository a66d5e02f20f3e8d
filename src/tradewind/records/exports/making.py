"""Making the file: one look at the base into a scratch file, then row by row into xlsx or csv; whole, or from the start again."""

from __future__ import annotations

import asyncio
import errno
import shutil
from collections.abc import Awaitable, Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from tradewind import __version__
from tradewind.accounts.actors import actor_for
from tradewind.catalog.snapshot import load
from tradewind.files.store import FileStore, new_key
from tradewind.jobs.queue import CalledOff, Job, fence, wake
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.messages import closest, say
from tradewind.kernel.problems import Busy, ExportNoRoom, ExportTooLarge, Forbidden, NotFound, Problem
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.compile.exporting import compile_export
from tradewind.query.database.pool import Connection, Database
from tradewind.records import log, views
from tradewind.records.exports import alerts
from tradewind.records.exports import policy as limits
from tradewind.records.exports.cells import Cells, bits_of, cell_maker
from tradewind.records.exports.columns import Sheet, sheets, text
from tradewind.records.exports.runs import KEPT, check_right, clear_scratch, scratch
from tradewind.records.exports.wanted import MadeSheet, Wanted
from tradewind.records.exports.writers import About, CsvWriter, Writer, XlsxWriter, file_name

PAGE = 2_000
"""Records handled at a time."""
Tell = Callable[[dict[str, Json]], Awaitable[None]]
"""Says how far it is; raises CalledOff when somebody wants it to stop."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An export that is to be made, under the rights of this moment."""

    id: UUID
    object: str
    wanted: Wanted
    said: str
    actor: Actor
    expected: int
    catalog: Catalog
    sheets: tuple[Sheet, ...]
    language: str
    zone: ZoneInfo


@dataclass(slots=True)
class Made:
    """What has been written so far."""

    rows: int = 0
    lines: int = 0
    seen: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Of the last page: the sensitive paths each record showed clear."""


async def make(database: Database, files: FileStore, job: Job, clock: Clock, tell: Tell) -> None:
    """The job. Raises CalledOff, the Problem that ends the export, or whatever is worth another try."""
    identity = UUID(job.arguments["export"])
    try:
        asked = await _begin(database, files, identity)
        if asked is None:
            raise CalledOff
        async with database.reading() as connection:
            policy = (await limits.current(connection)).policy
        await _Attempt(database, files, job, asked, clock, tell, policy).run()
    except Busy:
        if job.attempts >= job.max_attempts:
            await _fail(database, identity, Busy.code, {})
        raise
    except Problem as problem:
        await _fail(database, identity, problem.code, problem.params)
        raise
    except OSError as failure:
        if failure.errno != errno.ENOSPC:
            raise
        await _fail(database, identity, ExportNoRoom.code, {})
        raise ExportNoRoom() from failure
    except CalledOff:
        await _fail(database, identity, "", {}, state="cancelled")
        raise
    except Exception:
        if job.attempts >= job.max_attempts:
            await _fail(database, identity, Problem.code, {})
        raise


async def _begin(database: Database, files: FileStore, identity: UUID) -> Asked | None:
    """The export with today's catalogue and the rights its owner has now; None when it was called off. What a killed attempt left is removed."""
    async with database.transaction() as connection:
        row = await connection.row(
            raw("UPDATE system.exports SET state = 'running' WHERE state IN ('waiting', 'running') AND id = ") + param(identity)
            + raw(" RETURNING object, wanted, said, expected, person, actor_kind, actor_name, key_objects, key_read_only, request, address, planned")
        )  # fmt: skip
        if row is None:
            return None
        for key in row[11]:
            files.delete(key)
        try:
            person = await actor_for(connection, row[4], request=row[9], address=row[10])
        except NotFound as failure:
            raise Forbidden(right="export") from failure
    actor = msgspec.structs.replace(person, kind=row[5], name=row[6], objects=None if row[7] is None else tuple(row[7]), read_only=row[8])
    catalog, wanted = await load(database), msgspec.convert(row[1], Wanted)
    check_right(catalog, actor, row[0])
    language = closest(wanted.language or actor.language)
    return Asked(
        id=identity, object=row[0], wanted=wanted, said=row[2], actor=actor, expected=row[3], catalog=catalog, language=language, zone=_zone(actor.zone),
        sheets=sheets(catalog, actor, row[0], wanted, language),
    )  # fmt: skip


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")


class _Attempt:
    """One try at making the file: nothing of it stays unless all of it is written down at its end."""

    def __init__(self, database: Database, files: FileStore, job: Job, asked: Asked, clock: Clock, tell: Tell, policy: limits.Policy) -> None:
        self._database, self._files, self._job, self._asked, self._clock, self._tell, self._policy = database, files, job, asked, clock, tell, policy
        self._folder = scratch(files, asked.id, job.holder)
        self._keys: list[str] = []
        self._made = Made()
        self._at = clock.now()

    async def run(self) -> None:
        try:
            await asyncio.to_thread(_fresh, self._folder)
            rows = await _spool(self._database, self._asked, self._folder / "records", self._policy.rows_per_export, self._at, self._tell)
            writer = await asyncio.to_thread(_writer, self._asked, self._folder)
            await self._write(writer, rows)
            path = await asyncio.to_thread(writer.end, _about(self._asked, self._made, writer.cut, self._at))
            await self._tell({"phase": "keeping", "rows": self._made.rows, "of": rows})
            await self._keep(path, writer)
            await wake(self._database)  # an alert may have people to be told
            self._keys = []
            await asyncio.to_thread(clear_scratch, self._files, self._asked.id)
        finally:
            for key in self._keys:
                self._files.delete(key)
            await asyncio.to_thread(shutil.rmtree, self._folder, True)

    async def _write(self, writer: Writer, rows: int) -> None:
        """All rows, page by page in a thread; what sensitive values each page showed is logged before the file can be had."""
        pages = _pages(self._asked, self._folder, writer, self._made)
        while await asyncio.to_thread(next, pages, None) is not None:
            if self._made.rows + self._made.lines > self._policy.rows_per_export:
                raise ExportTooLarge(rule="per_export", maximum=self._policy.rows_per_export)
            await views.records_seen(self._database, self._asked.actor, self._asked.object, self._made.seen, self._clock.now())
            await self._tell({"phase": "writing", "rows": self._made.rows, "of": rows})

    async def _keep(self, path: Path, writer: Writer) -> None:
        """Into the file store, and in one transaction into the owner's hands and the log."""
        asked, made = self._asked, self._made
        self._keys = [new_key() for _ in range(len(asked.sheets) + 1)]
        await self._plan()
        stored = await asyncio.to_thread(self._files.put_file, self._keys[0], path)
        tables: list[MadeSheet] = []
        for number, sheet in enumerate(asked.sheets):
            kept = await asyncio.to_thread(self._files.put_file, self._keys[number + 1], self._folder / f"entries-{number}")
            tables.append(MadeSheet(object=sheet.object, paths=sheet.paths, entries=kept.size // entry_size(len(sheet.paths)), key=kept.key))
        name, person, now = _name(asked, self._at, writer.suffix), cast(UUID, asked.actor.person), self._clock.now()
        async with self._database.transaction() as connection:
            await fence(connection, self._job)
            await limits.turn(connection, person)
            limits.check(self._policy, made.rows + made.lines, await limits.used(connection, person, self._at, beside=asked.id))
            done = await connection.execute(
                raw("UPDATE system.exports SET state = 'ready', rows = ") + param(made.rows) + raw(", lines = ") + param(made.lines) + raw(", cut = ") + param(writer.cut)
                + raw(", name = ") + param(name) + raw(", storage_key = ") + param(stored.key) + raw(", size = ") + param(stored.size) + raw(", digest = ")
                + param(stored.digest) + raw(", sheets = ") + cast_param(canonical(tables).decode(), "jsonb") + raw(", made_at = ") + param(now)
                + raw(", expires_at = ") + param(now + KEPT) + raw(", planned = '{}' WHERE state = 'running' AND id = ") + param(asked.id)
            )  # fmt: skip
            if not done:
                raise CalledOff
            await _log(connection, asked, made, name, stored.digest, self._clock)
            await alerts.look(connection, asked.catalog, person, self._policy, self._clock)

    async def _plan(self) -> None:
        """Writes down which blobs are about to be, so that they are found if this process dies."""
        async with self._database.transaction() as connection:
            await fence(connection, self._job)
            await connection.execute(
                raw("UPDATE system.exports SET planned = ") + cast_param(self._keys, "text[]") + raw(" WHERE id = ") + param(self._asked.id)
            )


def _fresh(folder: Path) -> None:
    """An empty folder that nobody else may enter."""
    folder.mkdir(mode=0o700, parents=True)


async def _spool(database: Database, asked: Asked, path: Path, most: int, at: datetime, tell: Tell) -> int:
    """All records of the question as lines of JSON, seen at one moment; how many.

    The base is held for no longer than it takes to hand them over: a snapshot that waited for a workbook to be written would keep dead
    rows from being cleaned away and builders from publishing.
    """
    lines = {sheet.key: sheet.paths for sheet in asked.sheets[1:]}
    statement = compile_export(
        asked.catalog, asked.actor, msgspec.structs.replace(asked.wanted.question(asked.object), fields=asked.sheets[0].paths), lines, at
    )
    rows = 0
    file = await asyncio.to_thread(path.open, "wb")
    try:
        async with database.snapshot() as connection:
            async for page in connection.texts(statement, PAGE):
                rows += len(page)
                if rows > most:
                    raise ExportTooLarge(rule="per_export", maximum=most)
                await asyncio.to_thread(file.write, ("\n".join(page) + "\n").encode())
                await tell({"phase": "reading", "rows": rows, "of": max(rows, asked.expected)})
    finally:
        file.close()
    return rows


def _writer(asked: Asked, folder: Path) -> Writer:
    made = XlsxWriter(folder, asked.language) if asked.wanted.format == "xlsx" else CsvWriter(folder, asked.language, about=asked.wanted.about)
    for sheet in asked.sheets:
        made.begin(sheet.label, sheet.headers)
    return made


def _pages(asked: Asked, folder: Path, writer: Writer, made: Made) -> Generator[bool]:
    """Writes the spooled records, a page between two answers."""
    with ExitStack() as stack:
        entries = [stack.enter_context((folder / f"entries-{number}").open("wb")) for number in range(len(asked.sheets))]
        tables = [_Table(number, sheet, asked) for number, sheet in enumerate(asked.sheets)]
        for number, line in enumerate(stack.enter_context((folder / "records").open("rb")), 1):
            record = cast(dict[str, Any], msgspec.json.decode(line))
            shown = tables[0].write(record, writer, entries[0])
            made.rows += 1
            for place, table in enumerate(tables[1:]):
                for one in cast(list[dict[str, Any]], record.get(f"l{place}") or []):
                    shown |= {f"{table.sheet.key}.{path}" for path in table.write(one, writer, entries[table.number])}
                    made.lines += 1
            if shown:
                made.seen[str(record["id"])] = tuple(sorted(shown))
            if number % PAGE == 0:
                yield True
                made.seen = {}
    yield True


class _Table:
    """One table's way from JSON to the file."""

    def __init__(self, number: int, sheet: Sheet, asked: Asked) -> None:
        self.number, self.sheet = number, sheet
        self._makers = [(f"c{place}", cell_maker(column, asked.wanted, asked.language, asked.zone)) for place, column in enumerate(sheet.columns)]
        self._sensitive = [(place, column.path) for place, column in enumerate(sheet.columns) if column.sensitive]

    def write(self, record: dict[str, Any], writer: Writer, entries: BinaryIO) -> set[str]:
        """One row, and in `entries` whose it is and which values were clear; the sensitive paths among these."""
        made: list[tuple[Cells, bool]] = [make(record.get(key)) for key, make in self._makers]
        writer.row(self.number, [cell for cells, _ in made for cell in cells])
        entries.write(UUID(record["id"]).bytes + bits_of([clear for _, clear in made]).encode())
        return {path for place, path in self._sensitive if made[place][1]}


def entry_size(columns: int) -> int:
    """Bytes of one entry: the record's id, and a letter for each column."""
    return 16 + columns


def _name(asked: Asked, at: datetime, suffix: str) -> str:
    definition = asked.catalog.objects[asked.object]
    return f"{file_name(text(definition.labels, asked.language, asked.object))}_{at.astimezone(asked.zone):%Y-%m-%d_%H%M%S}{suffix}"


def _about(asked: Asked, made: Made, cut: int, at: datetime) -> About:
    """What the file says about itself."""
    language = asked.language
    label = text(asked.catalog.objects[asked.object].labels, language, asked.object)
    masked = [column.label for sheet in asked.sheets for column in sheet.columns if column.state != "clear"]
    comma = say(language, "export.words.comma")
    said: list[tuple[str, str]] = [
        ("object", label),
        ("by", asked.actor.name),
        ("at", f"{at.astimezone(asked.zone):%Y-%m-%d %H:%M:%S%z} ({asked.zone.key})"),
        ("question", asked.said),
        ("rows", str(made.rows)),
        *([("lines", str(made.lines))] if len(asked.sheets) > 1 else []),
        ("columns", comma.join(header for sheet in asked.sheets for header in sheet.headers)),
        ("masked", comma.join(masked) or say(language, "export.about.none")),
        *([("cut", say(language, "export.about.cutText", {"count": cut}))] if cut else []),
        ("id", str(asked.id)),
        ("product", f"Tradewind {__version__}"),
    ]
    return About(title=label, author=asked.actor.name, at=at, lines=[(say(language, f"export.about.{key}"), value) for key, value in said])


async def _log(connection: Connection, asked: Asked, made: Made, name: str, digest: bytes, clock: Clock) -> None:
    """The line in the sealed log: who took what, and by which digest the file is known again."""
    question = asked.wanted.question(asked.object)
    sensitive = [f"{sheet.key}.{column.path}" if sheet.key else column.path for sheet in asked.sheets for column in sheet.columns if column.sensitive]
    payload: dict[str, Json] = {
        "export": str(asked.id),
        "question": msgspec.to_builtins(question),
        "said": asked.said,
        "format": asked.wanted.format,
        "columns": [f"{sheet.key}.{path}" if sheet.key else path for sheet in asked.sheets for path in sheet.paths],
        "rows": made.rows,
        "lines": made.lines,
        "sensitive": list[Json](sensitive),
        "file": name,
        "digest": digest.hex(),
    }
    await log.record(connection, asked.actor, "export", asked.object, None, asked.sheets[0].paths, payload, clock)


async def _fail(database: Database, identity: UUID, code: str, params: dict[str, Json], *, state: str = "failed") -> None:
    async with database.transaction() as connection:
        await connection.execute(
            raw("UPDATE system.exports SET state = ") + param(state) + raw(", problem = ") + param(code) + raw(", problem_params = ")
            + cast_param(canonical(params).decode(), "jsonb") + raw(" WHERE state IN ('waiting', 'running') AND id = ") + param(identity)
        )  # fmt: skip
