"""`tradewind import FILE --map MAP`: a csv file into objects, resumable, with what could not be loaded in an error file."""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path
from typing import TextIO

from tradewind.accounts import people
from tradewind.accounts.actors import actor_for
from tradewind.catalog.snapshot import load
from tradewind.ingest.importing import Importing, Progress, RefusedRow, import_file
from tradewind.ingest.maps import read_map
from tradewind.ingest.reading import columns_of
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.json import Json
from tradewind.kernel.messages import closest, has, say
from tradewind.kernel.problems import Problem
from tradewind.kernel.settings import Settings
from tradewind.metadata.actors import SYSTEM
from tradewind.query.database.pool import open_pool

ADDED_COLUMNS = ("_row", "_column", "_code", "_value", "_problem", "_next_step")
_MOST_PEOPLE = 1_000_000


class CannotImport(RuntimeError):
    """One sentence for the person at the terminal."""


async def run(settings: Settings, file: Path, map_file: Path, *, person: str = "", name: str = "", errors: Path | None = None) -> int:
    """Loads the file; 0 when every row is in the base, 2 when some wait in the error file. Raises CannotImport."""
    language = closest(settings.default_language)
    errors = errors or file.with_name(file.stem + ".errors.csv")
    try:
        given = read_map(map_file)
        database = await open_pool(settings.database_url, size=2, statement_timeout="300s")
        try:
            async with database.reading() as connection:
                known = {one.email.lower(): one.id for one in await people.listed(connection, limit=_MOST_PEOPLE)}
                if person and person.lower() not in known:
                    raise CannotImport(say(language, "imports.unknown_person", {"email": person}))
                actor = await actor_for(connection, known[person.lower()]) if person else SYSTEM
            report = _Report(errors, given.delimiter, language)
            importing = Importing(database, await load(database), actor, SystemClock(), given, known, report.refused, report.progress)
            report.columns = columns_of(file, given.delimiter, given.encoding)
            done = await import_file(importing, file, name or f"{given.key}/{file.name}")
            report.close()
        finally:
            await database.close()
    except Problem as problem:
        raise CannotImport("\n".join(sentence(language, one.code, one.params, one.pointer) for one in problem.errors or (problem,))) from problem
    print(say(language, "imports.done", {"loaded": done.loaded, "already": done.already, "refused": done.refused}))
    for target, count in done.created.items():
        print(f"  {target}: +{count}")
    if done.refused:
        print(say(language, "imports.errors", {"file": str(errors)}))
    return 2 if done.refused else 0


class _Report:
    """Progress on the terminal and the error file, which exists only when a row was refused."""

    def __init__(self, path: Path, delimiter: str, language: str) -> None:
        self._path = path
        self._delimiter = delimiter
        self._language = language
        self._file: TextIO | None = None
        self._started = time.monotonic()
        self._shown = 0.0
        self.columns: tuple[str, ...] = ()
        path.unlink(missing_ok=True)

    def refused(self, row: RefusedRow) -> None:
        if self._file is None:
            self._file = self._path.open("w", newline="", encoding="utf-8-sig")
            csv.writer(self._file, delimiter=self._delimiter).writerow([*self._own(), *ADDED_COLUMNS])
        first = row.problems[0]
        sentences = "; ".join(sentence(self._language, one.code, one.params, one.column) for one in row.problems)
        step = say(self._language, f"problems.{first.code}.next", first.params)
        cells = list(row.cells)[: len(self._own())] + [""] * (len(self._own()) - len(row.cells))
        added = [str(row.number), first.column, first.code, first.value, sentences, step]
        csv.writer(self._file, delimiter=self._delimiter).writerow([*cells, *added])

    def progress(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._shown < 1:
            return
        self._shown = now
        speed = round(progress.rows / max(now - self._started, 0.001))
        params: dict[str, Json] = {"rows": progress.rows, "refused": progress.refused, "speed": speed}
        print("\r" + say(self._language, "imports.progress", params) + "   ", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        print("", file=sys.stderr)
        if self._file is not None:
            self._file.close()

    def _own(self) -> tuple[str, ...]:
        """The file's own columns: those of an earlier error file are written anew."""
        return tuple(column for column in self.columns if column not in ADDED_COLUMNS)


def sentence(language: str, code: str, params: dict[str, Json] | object, place: str = "") -> str:
    """What is wrong, in one sentence, with its place."""
    given: dict[str, Json] = dict(params) if isinstance(params, dict) else {}  # pyright: ignore[reportUnknownArgumentType]
    rule = given.get("rule", "")
    for key in (f"imports.rules.{rule}", f"problems.{code}.rules.{rule}"):
        if has(language, key):
            return f"{place}: {say(language, key, given)}" if place else say(language, key, given)
    detail = say(language, f"problems.{code}.detail", given)
    return f"{place}: {detail}" if place else detail
