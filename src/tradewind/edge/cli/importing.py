"""`tradewind import FILE --map MAP`: a file into objects, resumable, with what could not be loaded in an error file."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tradewind.accounts import people
from tradewind.accounts.actors import actor_for
from tradewind.files.store import FileStore
from tradewind.ingest import errors as error_file
from tradewind.ingest import runs
from tradewind.ingest.commanding import Outcome, import_file
from tradewind.ingest.ground import Ground
from tradewind.ingest.mapping import CellProblem
from tradewind.ingest.maps import ImportMap, read_map
from tradewind.ingest.mending import columns_of
from tradewind.ingest.reading import Limits
from tradewind.ingest.words import next_step, sentence
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.json import Json
from tradewind.kernel.messages import closest, say
from tradewind.kernel.problems import NotFound, Problem
from tradewind.kernel.settings import Settings
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.query.database.pool import Database, open_pool


class CannotImport(RuntimeError):
    """One sentence for the person at the terminal."""


async def run(settings: Settings, file: Path, map_file: Path, *, person: str = "", name: str = "", errors: Path | None = None) -> int:
    """Loads the file; 0 when every row is in the base, 2 when some wait in the error file. Raises CannotImport."""
    language = closest(settings.default_language)
    errors = errors or file.with_name(file.stem + ".errors.csv")
    gc.set_threshold(20_000, 20, 50)
    try:
        given = read_map(map_file)
        database = await open_pool(settings.database_url, size=4, statement_timeout="300s")
        try:
            actor = await _actor(database, person, language)
            ground = Ground(database, FileStore(settings.data_folder / "files"), SystemClock(), Limits(size=settings.max_import_bytes))
            done = await _import(ground, actor, file, given, name or f"{given.key}/{file.name}", language)
            await _write_errors(database, done, errors, language)
        finally:
            await database.close()
    except Problem as problem:
        raise CannotImport("\n".join(_said(language, one.code, one.params, one.pointer) for one in problem.errors or (problem,))) from problem
    if done.done.problem is not None:
        failed = done.done.problem
        raise CannotImport("\n".join(_said(language, one.code, one.params, one.pointer) for one in failed.errors or (failed,)))
    refused = done.done.counts.refused
    print(say(language, "imports.done", {"loaded": done.loaded, "already": done.already, "refused": refused}))
    for target, count in done.created.items():
        print(f"  {target}: +{count}")
    if refused:
        print(say(language, "imports.errors", {"file": str(errors)}))
    return 2 if refused else 0


async def _actor(database: Database, person: str, language: str) -> Actor:
    if not person:
        return SYSTEM
    async with database.reading() as connection:
        found = await people.by_email(connection, person)
        if found is None:
            raise CannotImport(say(language, "imports.unknown_person", {"email": person}))
        try:
            return await actor_for(connection, found.id)
        except NotFound as failure:
            raise CannotImport(say(language, "imports.unknown_person", {"email": person})) from failure


async def _import(ground: Ground, actor: Actor, file: Path, given: ImportMap, name: str, language: str) -> Outcome:
    """Loads with a line on the terminal that says how far it is."""
    started = time.monotonic()
    shown = started

    async def beat() -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown < 1:
            return
        shown = now
        async with ground.database.reading() as connection:
            one = await runs.by_run(connection, name)
        counts = one.counts if one else runs.Counts()
        params: dict[str, Json] = {"rows": counts.rows, "refused": counts.refused, "speed": round(counts.rows / max(now - started, 0.001))}
        print("\r" + say(language, "imports.progress", params) + "   ", end="", file=sys.stderr, flush=True)

    try:
        return await import_file(ground, actor, file, given, name, beat)
    finally:
        print("", file=sys.stderr)


async def _write_errors(database: Database, done: Outcome, path: Path, language: str) -> None:
    """The error file, which exists only while rows wait."""
    path.unlink(missing_ok=True)  # noqa: ASYNC240 - nobody else waits
    if not done.done.counts.refused:
        return

    def explain(problem: CellProblem) -> tuple[str, str]:
        return sentence(language, problem.code, problem.params), next_step(language, problem.code, problem.params)

    with path.open("wb") as target:
        async for block in error_file.csv_file(error_file.lines(database, done.done.id, columns_of(done.done), explain)):
            target.write(block)


def _said(language: str, code: str, params: Mapping[str, Json], place: str) -> str:
    said = sentence(language, code, params)
    return f"{place}: {said}" if place else said
