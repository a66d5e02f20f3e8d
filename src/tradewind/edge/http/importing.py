"""Imports as the API shows them: states and figures, and every problem in the reader's language."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar.response import Stream

from tradewind.edge.http.problems import ProblemItem
from tradewind.edge.http.running import Asked, uuid_in
from tradewind.ingest import changes, mending, proposing, runs, stages, staging, undoing
from tradewind.ingest.mapping import CellProblem
from tradewind.ingest.preview import Previewed
from tradewind.ingest.reading import SheetFound
from tradewind.ingest.words import next_step, sentence
from tradewind.kernel.json import Json
from tradewind.kernel.messages import say
from tradewind.kernel.problems import ImportStopped, InvalidRequest, NotFound
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.records.read import titles_of


def everything_seen(ask: Asked) -> bool:
    """Whether the actor has a role that sees everything."""
    return any(ask.catalog.roles[key].everything for key in ask.actor.roles if key in ask.catalog.roles)


async def import_of(ask: Asked, identity: str) -> runs.Import:
    """The import of an address. Raises NotFound for one the actor does not see."""
    async with ask.database.reading() as connection:
        return await runs.one(connection, uuid_in(identity), runs.owned(ask.actor, everything_seen(ask)))


async def files_behind(ask: Asked, actions: Iterable[UUID | None]) -> dict[UUID, str]:
    """Of these actions the imports that the actor sees, with the names of their files."""
    given = sorted({one for one in actions if one is not None})
    async with ask.database.reading() as connection:
        return await runs.files_of(connection, given, runs.owned(ask.actor, everything_seen(ask))) if given else {}


def sheet_named(one: runs.Import, name: str) -> SheetFound:
    """A sheet by its name, the first one without. Raises ImportStopped."""
    for sheet in one.found.sheets if one.found else ():
        if not name or sheet.name == name:
            return sheet
    raise ImportStopped(rule="sheet", sheet=name)


class ShownProblem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a row, in words."""

    column: str
    value: str
    code: str
    rule: str
    params: dict[str, Any]
    detail: str
    next: str

    @classmethod
    def of(cls, language: str, problem: CellProblem) -> ShownProblem:
        rule = str(problem.params.get("rule") or "")
        return cls(
            column=problem.column, value=problem.value, code=problem.code, rule=rule, params=dict(problem.params),
            detail=sentence(language, problem.code, problem.params), next=next_step(language, problem.code, problem.params),
        )  # fmt: skip


class RefusedRow(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    cells: tuple[str, ...]
    state: str
    mended: bool
    problems: tuple[ShownProblem, ...]

    @classmethod
    def of(cls, language: str, row: staging.Refused) -> RefusedRow:
        problems = tuple(ShownProblem.of(language, one) for one in row.problems)
        return cls(number=row.number, cells=row.cells, state=row.state, mended=row.mended, problems=problems)


class PreviewRow(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    cells: tuple[str, ...]
    records: dict[str, dict[str, Any]]
    problems: tuple[ShownProblem, ...]

    @classmethod
    def of(cls, language: str, row: Previewed) -> PreviewRow:
        return cls(number=row.number, cells=row.cells, records=row.records, problems=tuple(ShownProblem.of(language, one) for one in row.problems))


def problem_shown(language: str, given: runs.Failure | None) -> dict[str, Any] | None:
    """A problem that was kept, in words."""
    if given is None:
        return None
    return {
        "code": given.code,
        "title": say(language, f"problems.{given.code}.title", given.params),
        "detail": sentence(language, given.code, given.params),
        "next": next_step(language, given.code, given.params),
        "params": given.params,
        "errors": [_item(language, one) for one in given.errors],
    }


def _item(language: str, given: runs.Failure) -> ProblemItem:
    return ProblemItem(
        given.code, sentence(language, given.code, given.params), given.pointer, given.params, tuple(_item(language, one) for one in given.errors)
    )


_STAGES = {"reading": "read", "trying": "try", "running": "run", "undoing": "undo"}


def _progress(one: runs.Import) -> dict[str, Json] | None:
    """How far the stage under way is, or the last one was."""
    stage = _STAGES.get(one.state, one.stage)
    if stage == "undo" and one.undone is not None:
        undone = msgspec.to_builtins(one.undone)
        return {"stage": stage, "rows": undone["done"], "of": undone["of"], **{key: undone[key] for key in ("deleted", "restored", "kept")}}
    if one.state in ("mapping", "ready"):
        return None
    return {"stage": stage, **msgspec.to_builtins(one.tried if stage == "try" and one.tried else one.counts)}


async def shown(ask: Asked, language: str, one: runs.Import, *, whole: bool = True) -> dict[str, Any]:
    """An import; with its sheets and proposed maps where it is shown whole."""
    async with ask.database.reading() as connection:
        waiting = (await staging.counts(connection, one.id, False))[staging.WAITING]
        name = await connection.value(raw("SELECT name FROM system.people WHERE id = ") + cast_param(one.person, "uuid"))
        proposed = await proposing.proposals(connection, ask.catalog, ask.actor, one) if whole and one.state in ("mapping", "ready") else []
    found = one.found
    swept: date | None = None if one.swept_at or one.state in runs.BUSY else (one.updated_at + timedelta(days=ask.running.settings.keep_imports_days)).date()
    made: dict[str, Any] = {
        "id": one.id, "name": one.name, "state": one.state, "person": None if one.person is None else {"id": one.person, "name": name or ""},
        "mine": one.person == ask.actor.person,
        "file": {
            "name": one.file_name, "size": one.size, "kind": found.kind if found else "", "encoding": found.encoding if found else "",
            "delimiter": found.delimiter if found else "",
        },
        "progress": _progress(one), "tried": None if one.tried is None else {"stage": "try", **msgspec.to_builtins(one.tried)}, "waiting": waiting,
        "problem": problem_shown(language, one.problem), "actions": stages.actions_of(one, waiting), "rules": one.rules, "wanted": one.wanted,
        "created_at": one.created_at, "updated_at": one.updated_at, "started_at": one.started_at, "finished_at": one.finished_at, "forgotten_on": swept,
    }  # fmt: skip
    if whole:
        made |= {"sheets": [_sheet(sheet) for sheet in found.sheets] if found else [], "notes": found.notes if found else (), "map": one.map, "maps": proposed}
    return made


def _sheet(sheet: SheetFound) -> dict[str, Json]:
    """A sheet without what only concerns where its rows lie."""
    return {key: value for key, value in msgspec.to_builtins(sheet).items() if key not in ("file", "bad_file", "gaps")}


async def rows_page(ask: Asked, language: str, one: runs.Import, wanted: staging.Wanted, after: int, limit: int) -> dict[str, Any]:
    """A page of refused rows, and what is wrong with all that wait."""
    async with ask.database.reading() as connection:
        found = await staging.page(connection, one.id, wanted, after, limit + 1)
        counts = await staging.counts(connection, one.id, wanted.trial)
        problems = await staging.problem_counts(connection, one.id, wanted.trial)
    return {
        "columns": mending.columns_of(one) if one.found else [],
        "rows": [RefusedRow.of(language, row) for row in found[:limit]],
        "next": found[limit - 1].number if len(found) > limit else None,
        "counts": counts,
        "problems": list(_counted(language, problems)),
    }


def _counted(language: str, problems: Iterable[staging.ProblemCount]) -> Iterable[dict[str, Any]]:
    for one in problems:
        yield {
            "column": one.column, "code": one.code, "rule": one.rule, "count": one.count, "detail": sentence(language, one.code, one.params),
            "values": [{"value": value, "count": count} for value, count in one.values],
        }  # fmt: skip


def explained(language: str, problem: CellProblem) -> tuple[str, str]:
    """A problem's sentence and what to do about it."""
    return sentence(language, problem.code, problem.params), next_step(language, problem.code, problem.params)


def saved_as(blocks: AsyncIterator[bytes], media_type: str, name: str) -> Stream:
    """A file to save, sent as it is made."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}", "Cache-Control": "private, no-store"}
    return Stream(blocks, media_type=media_type, headers=headers)


async def report_of(ask: Asked, one: runs.Import) -> bytes:
    """The report of the run as it was made. Raises NotFound before there is one."""
    statement = raw("SELECT report::text FROM system.imports WHERE id = ") + param(one.id)
    async with ask.database.reading() as connection:
        found = await connection.value(statement)
    if found is None:
        raise NotFound()
    return str(found).encode()


async def changes_page(ask: Asked, one: runs.Import, column: str, kind: str, trial: bool, after: str, limit: int) -> dict[str, Any]:
    """A page of changed texts."""
    async with ask.database.reading() as connection:
        found, digests = await changes.page(connection, one.id, trial, column, kind, _change_after(after), limit + 1)
    last = None if len(found) <= limit else _cursor([found[limit - 1].column, found[limit - 1].kind, digests[limit - 1].hex()])
    return {"changes": found[:limit], "next": last}


def _cursor(parts: Sequence[str]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode()


def _parts(cursor: str, count: int) -> list[str]:
    try:
        parts = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=list[str])
    except (ValueError, binascii.Error, msgspec.DecodeError) as failure:
        raise InvalidRequest(rule="cursor", pointer="/after") from failure
    if len(parts) != count:
        raise InvalidRequest(rule="cursor", pointer="/after")
    return parts


def _change_after(cursor: str) -> tuple[str, str, bytes] | None:
    if not cursor:
        return None
    column, kind, digest = _parts(cursor, 3)
    try:
        return column, kind, bytes.fromhex(digest)
    except ValueError as failure:
        raise InvalidRequest(rule="cursor", pointer="/after") from failure


async def kept_page(ask: Asked, one: runs.Import, after: str, limit: int) -> dict[str, Any]:
    """A page of records an undo kept, with their names as the reader sees them."""
    behind = _parts(after, 2) if after else None
    async with ask.database.reading() as connection:
        found = await undoing.kept_of(connection, one.id, None if behind is None else (behind[0], uuid_in(behind[1], pointer="/after")), limit + 1)
    shown = found[:limit]
    titles: dict[str, str] = {}
    for key in {kept.object for kept in shown}:
        titles |= await titles_of(ask.database, ask.catalog, ask.actor, key, [kept.record for kept in shown if kept.object == key], ask.clock.now())
    last = None if len(found) <= limit else _cursor([shown[-1].object, str(shown[-1].record)])
    records = [{"object": kept.object, "id": kept.record, "title": titles.get(str(kept.record)), "fields": kept.fields, "why": kept.why} for kept in shown]
    return {"records": records, "next": last}
