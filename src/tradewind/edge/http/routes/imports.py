"""Imports: a file comes in, gets a map, is tried, loaded, mended and taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post, put
from litestar.response import Stream

from tradewind.edge.http import importing
from tradewind.edge.http.guard import needs
from tradewind.edge.http.importing import PreviewRow, everything_seen, import_of, rows_page, saved_as, shown
from tradewind.edge.http.problems import item, language_of
from tradewind.edge.http.running import AnyRequest, Asked, answer, asked, uuid_in
from tradewind.ingest import errors, mending, preview, proposing, reception, runs, stages, staging
from tradewind.ingest.checking import check_map
from tradewind.ingest.maps import ImportMap
from tradewind.kernel.problems import ImportState, InvalidMap, InvalidRequest, NotFound

_MOST = 200
_DIGITS = 9


class Pasted(msgspec.Struct, forbid_unknown_fields=True):
    """A range pasted from a spreadsheet."""

    text: str
    name: str = "pasted.txt"


class Suggesting(msgspec.Struct, forbid_unknown_fields=True):
    object: str
    sheet: str = ""


class Previewing(msgspec.Struct, forbid_unknown_fields=True):
    map: ImportMap
    after: int = 0
    limit: int = 20


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object."""


class Starting(msgspec.Struct, forbid_unknown_fields=True):
    """Whether automation runs for what is written."""

    rules: bool = False


class Mended(msgspec.Struct, forbid_unknown_fields=True):
    """Cells by column."""

    cells: dict[str, str]


class Replacing(msgspec.Struct, forbid_unknown_fields=True, rename={"by": "with"}):
    """One text of a column in all waiting rows."""

    column: str
    value: str
    by: str


class Choosing(msgspec.Struct, forbid_unknown_fields=True):
    """Rows by number, or all of those with a problem, or all."""

    numbers: tuple[int, ...] | None = None
    column: str | None = None
    code: str = ""
    rule: str = ""
    all: bool = False


async def _blocks(request: AnyRequest) -> AsyncIterator[bytes]:
    async for block in request.stream():
        yield block


async def _text(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


async def _answered(request: AnyRequest, ask: Asked, identity: UUID, status: int = 200) -> Response[bytes]:
    return answer(await shown(ask, language_of(request), await import_of(ask, str(identity))), status=status)


@post("/api/imports", opt=needs("person", body="application/octet-stream"), status_code=201)
async def upload(request: AnyRequest, name: str) -> Response[bytes]:
    """Takes a file in, as bytes, and has it read."""
    ask = asked(request)
    settings = ask.running.settings
    identity = await reception.receive(ask.database, ask.running.files, ask.actor, name, _blocks(request), settings.max_import_bytes, ask.clock)
    return await _answered(request, ask, identity, 201)


@post("/api/imports/pasted", opt=needs("person"), status_code=201)
async def paste(request: AnyRequest, data: Pasted) -> Response[bytes]:
    """The same for text that was pasted."""
    ask = asked(request)
    settings = ask.running.settings
    identity = await reception.receive(ask.database, ask.running.files, ask.actor, data.name, _text(data.text), settings.max_import_bytes, ask.clock)
    return await _answered(request, ask, identity, 201)


@get("/api/imports", opt=needs("person"))
async def listing(request: AnyRequest, after: str = "", limit: int = 50, all: bool = False) -> Response[bytes]:
    """His own imports, newest first; everybody's for administrators who ask for all."""
    ask = asked(request)
    if not 1 <= limit <= _MOST:
        raise InvalidRequest(rule="limit", maximum=_MOST, pointer="/limit")
    before = uuid_in(after, pointer="/after") if after else None
    async with ask.database.reading() as connection:
        found = await runs.listed(connection, runs.owned(ask.actor, all and everything_seen(ask)), before, limit + 1)
    members = [await shown(ask, language_of(request), one, whole=False) for one in found[:limit]]
    return answer({"imports": members, "next": str(found[limit - 1].id) if len(found) > limit else None})


@get("/api/imports/{identity:str}", opt=needs("person"))
async def one(request: AnyRequest, identity: str) -> Response[bytes]:
    """The import with its sheets, and maps it could be run with."""
    ask = asked(request)
    return await _answered(request, ask, (await import_of(ask, identity)).id)


@put("/api/imports/{identity:str}/map", opt=needs("person"), status_code=200)
async def set_map(request: AnyRequest, identity: str, data: ImportMap) -> Response[bytes]:
    """The map to try and run it with."""
    ask = asked(request)
    found = await import_of(ask, identity)
    await stages.set_map(ask.database, ask.catalog, ask.actor, found, data, ask.clock)
    return await _answered(request, ask, found.id)


@post("/api/imports/{identity:str}/check", opt=needs("person", reads=True), status_code=200)
async def check(request: AnyRequest, identity: str, data: ImportMap) -> Response[bytes]:
    """What is wrong with a map, without keeping it."""
    ask = asked(request)
    sheet = importing.sheet_named(await import_of(ask, identity), data.sheet)
    try:
        check_map(data, ask.catalog, ask.actor, tuple(column.name for column in sheet.columns))
    except InvalidMap as problem:
        return answer({"errors": [item(language_of(request), inner) for inner in problem.errors]})
    return answer({"errors": []})


@post("/api/imports/{identity:str}/suggest", opt=needs("person", reads=True), status_code=200)
async def suggest(request: AnyRequest, identity: str, data: Suggesting) -> Response[bytes]:
    """A map of a sheet to one object, and how well each column fits."""
    ask = asked(request)
    sheet = importing.sheet_named(await import_of(ask, identity), data.sheet)
    if not proposing.may_make(ask.catalog, ask.actor, data.object):
        raise NotFound(object=data.object)
    made, fits = proposing.suggested(sheet, ask.catalog, ask.actor, data.object)
    return answer({"map": made.map, "columns": fits})


@post("/api/imports/{identity:str}/preview", opt=needs("person", reads=True), status_code=200)
async def show(request: AnyRequest, identity: str, data: Previewing) -> Response[bytes]:
    """What some rows would become; nothing is written, and nothing of the base is looked at."""
    ask = asked(request)
    if not 1 <= data.limit <= _MOST or data.after < 0:
        raise InvalidRequest(rule="limit", maximum=_MOST, pointer="/limit")
    found = msgspec.structs.replace(await import_of(ask, identity), map=data.map)
    rows = await preview.rows(ask.database, ask.running.files, ask.catalog, found, data.after, data.limit)
    language = language_of(request)
    return answer({"rows": [PreviewRow.of(language, row) for row in rows]})


@post("/api/imports/{identity:str}/try", opt=needs("person"), status_code=202)
async def attempt(request: AnyRequest, identity: str, data: Nothing) -> Response[bytes]:
    """A dry run as a job."""
    ask = asked(request)
    found = await import_of(ask, identity)
    await stages.begin_try(ask.database, found, ask.clock)
    return await _answered(request, ask, found.id, 202)


@post("/api/imports/{identity:str}/run", opt=needs("person"), status_code=202)
async def run(request: AnyRequest, identity: str, data: Starting) -> Response[bytes]:
    """Loads it as a job."""
    ask = asked(request)
    found = await import_of(ask, identity)
    await stages.begin_run(ask.database, found, data.rules, ask.clock)
    return await _answered(request, ask, found.id, 202)


@post("/api/imports/{identity:str}/pause", opt=needs("person"), status_code=202)
async def pause(request: AnyRequest, identity: str, data: Nothing) -> Response[bytes]:
    """Stops it after the rows under way."""
    ask = asked(request)
    found = await import_of(ask, identity)
    await stages.pause(ask.database, found, ask.clock)
    return await _answered(request, ask, found.id, 202)


@post("/api/imports/{identity:str}/resume", opt=needs("person"), status_code=202)
async def resume(request: AnyRequest, identity: str, data: Nothing) -> Response[bytes]:
    """Goes on where it stopped."""
    ask = asked(request)
    found = await import_of(ask, identity)
    await stages.resume(ask.database, found, ask.clock)
    return await _answered(request, ask, found.id, 202)


@post("/api/imports/{identity:str}/cancel", opt=needs("person"), status_code=202)
async def cancel(request: AnyRequest, identity: str, data: Nothing) -> Response[bytes]:
    """Ends it; what is loaded stays until it is undone."""
    ask = asked(request)
    found = await import_of(ask, identity)
    await stages.cancel(ask.database, found, ask.clock)
    return await _answered(request, ask, found.id, 202)


@post("/api/imports/{identity:str}/again", opt=needs("person"), status_code=202)
async def again(request: AnyRequest, identity: str, data: Nothing) -> Response[bytes]:
    """Runs the refused rows that wait, and no others."""
    ask = asked(request)
    found = await import_of(ask, identity)
    await stages.again(ask.database, found, ask.clock)
    return await _answered(request, ask, found.id, 202)


@post("/api/imports/{identity:str}/undo", opt=needs("person"), status_code=202)
async def undo(request: AnyRequest, identity: str, data: Nothing) -> Response[bytes]:
    """Takes back what it did, as a job."""
    ask = asked(request)
    found = await import_of(ask, identity)
    await stages.undo(ask.database, ask.catalog, ask.actor, found, ask.clock)
    return await _answered(request, ask, found.id, 202)


@delete("/api/imports/{identity:str}", opt=needs("person"), status_code=200)
async def forget(request: AnyRequest, identity: str) -> Response[bytes]:
    """Forgets an import that loaded nothing, or was undone."""
    ask = asked(request)
    await stages.delete(ask.database, ask.running.files, await import_of(ask, identity))
    return answer({})


@get("/api/imports/{identity:str}/automation", opt=needs("person"))
async def automation(request: AnyRequest, identity: str) -> Response[bytes]:
    """What "run automation" would start."""
    ask = asked(request)
    await import_of(ask, identity)
    return answer({"starts": list[str]()})


@get("/api/imports/{identity:str}/rows", opt=needs("person"))
async def rows(
    request: AnyRequest,
    identity: str,
    column: str | None = None,
    code: str = "",
    rule: str = "",
    text: str = "",
    which: str = staging.WAITING,
    trial: bool = False,
    after: int = 0,
    limit: int = 100,
) -> Response[bytes]:
    """Refused rows of the run, or of its dry run, with what is wrong with them."""
    ask = asked(request)
    if not 1 <= limit <= _MOST * 5:
        raise InvalidRequest(rule="limit", maximum=_MOST * 5, pointer="/limit")
    wanted = staging.Wanted(trial=trial, column=column, code=code, rule=rule, text=text, state=which)
    return answer(await rows_page(ask, language_of(request), await import_of(ask, identity), wanted, after, limit))


@patch("/api/imports/{identity:str}/rows/{number:str}", opt=needs("person"), status_code=200)
async def mend(request: AnyRequest, identity: str, number: str, data: Mended) -> Response[bytes]:
    """Cells of a refused row as they should be."""
    ask = asked(request)
    if not number.isdecimal() or len(number) > _DIGITS:
        raise NotFound()
    row = await mending.mend(ask.database, ask.catalog, await import_of(ask, identity), int(number), data.cells, ask.clock)
    return answer(importing.RefusedRow.of(language_of(request), row))


@post("/api/imports/{identity:str}/rows/replace", opt=needs("person"), status_code=200)
async def replace(request: AnyRequest, identity: str, data: Replacing) -> Response[bytes]:
    """Another text for one of a column, in all rows that wait."""
    ask = asked(request)
    changed, clean = await mending.replace(ask.database, ask.catalog, await import_of(ask, identity), data.column, data.value, data.by, ask.clock)
    return answer({"changed": changed, "clean": clean})


async def _moved(request: AnyRequest, identity: str, data: Choosing, before: str, state: str) -> int:
    ask = asked(request)
    found = await import_of(ask, identity)
    if data.numbers is None and data.column is None and not data.code and not data.rule and not data.all:
        raise InvalidRequest(rule="choose", pointer="/numbers")
    if found.state in runs.BUSY:
        raise ImportState(rule="state")
    wanted = staging.Wanted(column=data.column, code=data.code, rule=data.rule, state=before, numbers=data.numbers)
    async with ask.database.transaction() as connection:
        return await staging.move(connection, found.id, wanted, state)


@post("/api/imports/{identity:str}/rows/drop", opt=needs("person"), status_code=200)
async def drop(request: AnyRequest, identity: str, data: Choosing) -> Response[bytes]:
    """Leaves rows out for good."""
    return answer({"dropped": await _moved(request, identity, data, staging.WAITING, staging.DROPPED)})


@post("/api/imports/{identity:str}/rows/keep", opt=needs("person"), status_code=200)
async def keep(request: AnyRequest, identity: str, data: Choosing) -> Response[bytes]:
    """Takes that back."""
    return answer({"kept": await _moved(request, identity, data, staging.DROPPED, staging.WAITING)})


@get("/api/imports/{identity:str}/errors", opt=needs("person"))
async def error_file(request: AnyRequest, identity: str, trial: bool = False) -> Stream:
    """The rows that wait as a csv file, with what is wrong with each; it can be mended and imported again."""
    ask = asked(request)
    found = await import_of(ask, identity)
    language = language_of(request)
    lines = errors.lines(ask.database, found.id, mending.columns_of(found), lambda one: importing.explained(language, one), trial=trial)
    return saved_as(errors.csv_file(lines), "text/csv; charset=utf-8", f"{found.name.rpartition('.')[0] or found.name}.errors.csv")


@get("/api/imports/{identity:str}/report", opt=needs("person"))
async def show_report(request: AnyRequest, identity: str) -> Response[bytes]:
    """What the run did, compared with the file."""
    ask = asked(request)
    return answer(await importing.report_of(ask, await import_of(ask, identity)))


@get("/api/imports/{identity:str}/changes", opt=needs("person"))
async def show_changes(
    request: AnyRequest, identity: str, column: str = "", kind: str = "", trial: bool = False, after: str = "", limit: int = 100
) -> Response[bytes]:
    """Every text that transforms changed, and to what."""
    ask = asked(request)
    if not 1 <= limit <= _MOST * 5:
        raise InvalidRequest(rule="limit", maximum=_MOST * 5, pointer="/limit")
    return answer(await importing.changes_page(ask, await import_of(ask, identity), column, kind, trial, after, limit))


@get("/api/imports/{identity:str}/kept", opt=needs("person"))
async def show_kept(request: AnyRequest, identity: str, after: str = "", limit: int = 100) -> Response[bytes]:
    """Records that an undo left as they are, and why."""
    ask = asked(request)
    if not 1 <= limit <= _MOST:
        raise InvalidRequest(rule="limit", maximum=_MOST, pointer="/limit")
    return answer(await importing.kept_page(ask, await import_of(ask, identity), after, limit))


ROUTES = (
    error_file,
    show_report,
    show_changes,
    show_kept,
    upload,
    paste,
    listing,
    one,
    set_map,
    check,
    suggest,
    show,
    attempt,
    run,
    pause,
    resume,
    cancel,
    again,
    undo,
    forget,
    automation,
    rows,
    mend,
    replace,
    drop,
    keep,
)
