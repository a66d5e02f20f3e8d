"""The catalogue as its reader may see it, and what builders do with definitions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post, put

from tradewind.accounts.actors import system_rights
from tradewind.accounts.people import check_roles
from tradewind.catalog import drafts, publish, slow, versions
from tradewind.catalog.check import check_definitions
from tradewind.catalog.files import definition_of
from tradewind.catalog.plan import Plan
from tradewind.edge.http.guard import needs
from tradewind.edge.http.objects_api import document
from tradewind.edge.http.running import AnyRequest, Asked, answer, asked, encoded, running_of, tagged, uuid_in
from tradewind.kernel.json import Json
from tradewind.kernel.problems import Forbidden, InvalidDefinition, InvalidRequest, NotFound, Problem
from tradewind.kernel.sql import param, raw
from tradewind.kinds.fields.registry import AnyFieldType, field_types
from tradewind.metadata.definitions import DEFINITION_KINDS, AnyDefinition, ViewDefinition
from tradewind.metadata.quality import forms_of
from tradewind.query.database.pool import Connection
from tradewind.records import log
from tradewind.records.visible import visible_catalog

DRAFT_KEY = re.compile(r"[a-z0-9_.]{1,90}")


class Checking(msgspec.Struct, forbid_unknown_fields=True):
    """With `problems_only` nothing is counted in the tables, so that it may be asked while one types."""

    definitions: tuple[dict[str, Any], ...]
    problems_only: bool = False


class Publishing(msgspec.Struct, forbid_unknown_fields=True):
    definitions: tuple[dict[str, Any], ...]
    title: str = ""
    base: dict[str, int] = {}


class Drafted(msgspec.Struct, forbid_unknown_fields=True):
    body: Any
    base_version: int = 0


@get("/api/catalog", opt=needs("signed_in"))
async def catalog(request: AnyRequest) -> Response[bytes]:
    """Everything the reader may know of the catalogue."""
    ask = asked(request)
    return tagged(request, encoded(visible_catalog(ask.catalog, ask.actor)))


@get("/api/openapi-objects.json", opt=needs("signed_in"))
async def objects_api(request: AnyRequest) -> Response[bytes]:
    """OpenAPI 3.1 of the objects the reader sees, with their fields and what he may do."""
    ask = asked(request)
    server = running_of(request).settings.public_url.rstrip("/") or "/"
    return tagged(request, encoded(document(visible_catalog(ask.catalog, ask.actor), server)))


def decoded(bodies: tuple[dict[str, Any], ...]) -> list[AnyDefinition]:
    return [definition_of(body, f"definitions/{number}") for number, body in enumerate(bodies)]


@get("/api/definitions", opt=needs("build"))
async def listing(request: AnyRequest, retired: bool = False) -> Response[bytes]:
    """All definitions by kind and key, with their versions; retired ones too where asked."""
    statement = raw(
        "SELECT d.kind, d.key, d.pack, d.version, d.retired, d.published_at, p.name AS author, coalesce(d.body->'labels', '{}'::jsonb) AS labels,"
        " d.body->>'icon' AS icon, coalesce(d.body->>'parent', '') AS parent, (SELECT count(*) FROM"
        " jsonb_array_elements(coalesce(d.body->'fields', '[]'::jsonb)) AS field WHERE NOT coalesce((field->>'retired')::boolean, false)) AS fields"
        " FROM system.definitions AS d LEFT JOIN system.people AS p ON p.id = d.author WHERE NOT d.retired OR "
    )
    async with asked(request).database.reading() as connection:
        rows = await connection.rows(statement + param(retired) + raw(" ORDER BY d.kind, d.key"))
    keys = ("kind", "key", "pack", "version", "retired", "published_at", "author", "labels", "icon", "parent", "fields")
    return answer([dict(zip(keys, row, strict=True)) for row in rows])


@get("/api/field-types", opt=needs("build"))
async def types(request: AnyRequest) -> Response[bytes]:
    """Every field type with its group, the JSON Schema of its settings, from which the builder's forms are made, and the forms in which its values can be compared."""
    return answer({name: {**_described(kind), "forms": forms_of(name)} for name, kind in field_types().items()})


def _described(kind: AnyFieldType) -> dict[str, Json]:
    columns = (raw("x"),) * len(kind.columns(kind.options()))
    schema = msgspec.json.schema(kind.options)
    return {"group": kind.group, "titles": kind.titles, "files": kind.files, "searched": bool(columns and kind.search(columns)), "schema": schema}


@get("/api/definitions/{kind:str}/{key:str}", opt=needs("define"))
async def one(request: AnyRequest, kind: str, key: str) -> Response[bytes]:
    """One definition as it is published."""
    ask = asked(request)
    _may_read(ask, kind)
    async with ask.database.reading() as connection:
        row = await connection.row(raw("SELECT version, body FROM system.definitions WHERE kind = ") + param(kind) + raw(" AND key = ") + param(key))
    if row is None:
        raise NotFound()
    return answer({"kind": kind, "key": key, "version": row[0], "body": {"kind": kind, **row[1]}})


@get("/api/definitions/{kind:str}/{key:str}/versions", opt=needs("define"))
async def earlier(request: AnyRequest, kind: str, key: str) -> Response[bytes]:
    """All its versions, newest first, each with who published it and what it changed."""
    ask = asked(request)
    _may_read(ask, kind)
    found = await versions.versions(ask.database, kind, key)
    bodies = [*(version.body for version in found), None]
    return answer([{**msgspec.to_builtins(version), "changes": versions.diff(bodies[number + 1], version.body)} for number, version in enumerate(found)])


@get("/api/definitions/{kind:str}/{key:str}/versions/{version:int}", opt=needs("define"))
async def restorable(request: AnyRequest, kind: str, key: str, version: int) -> Response[bytes]:
    """An earlier version made ready to be published again: what was added since is in it as retired."""
    ask = asked(request)
    _may_read(ask, kind)
    found = await versions.version_as_definition(ask.database, ask.catalog, kind, key, version)
    return answer({"kind": kind, "key": key, "version": version, "body": {"kind": kind, **msgspec.to_builtins(found)}})


@get("/api/definitions/{kind:str}/{key:str}/diff", opt=needs("define"))
async def difference(request: AnyRequest, kind: str, key: str, before: int, after: int) -> Response[bytes]:
    """Where two versions differ."""
    ask = asked(request)
    _may_read(ask, kind)
    bodies = {one.version: one.body for one in await versions.versions(ask.database, kind, key)}
    if before not in bodies or after not in bodies:
        raise NotFound()
    return answer(versions.diff(bodies[before], bodies[after]))


def steps(made: Plan) -> dict[str, Any]:
    return {"operations": [{key: value for key, value in msgspec.to_builtins(step).items() if key != "operation"} for step in made.operations], "problems": []}


@post("/api/definitions/check", opt=needs("define", reads=True), status_code=200)
async def check(request: AnyRequest, data: Checking) -> Response[bytes]:
    """What publishing would do, and what is wrong."""
    ask = asked(request)
    try:
        definitions = decoded(data.definitions)
        for definition in definitions:
            _may_read(ask, definition.kind)
        if data.problems_only:
            problems = check_definitions(ask.catalog, definitions)
            return answer({"operations": [], "problems": [listed(one) for one in problems]})
        made = await publish.plan(ask.database, ask.catalog, definitions)
    except InvalidDefinition as problem:
        errors = problem.errors or (problem,)
        return answer({"operations": [], "problems": [listed(one) for one in errors]})
    return answer(steps(made))


def listed(problem: Problem) -> dict[str, Any]:
    return {"pointer": problem.pointer, "code": problem.code, "params": problem.params}


def _may_read(ask: Asked, kind: str) -> None:
    """Who builds reads every kind, who changes roles those. Raises Forbidden."""
    if kind != "role" and "build" not in system_rights(ask.catalog, ask.actor):
        raise Forbidden(right="build")


def _may_change(ask: Asked, kinds: Iterable[str]) -> None:
    """Roles say who may do what: whoever only builds objects must not widen his own, and who changes roles builds nothing. Raises Forbidden."""
    held = system_rights(ask.catalog, ask.actor)
    for kind in kinds:
        needed = "roles" if kind == "role" else "build"
        if needed not in held:
            raise Forbidden(right=needed)


def logged(ask: Asked, operation: str) -> publish.Log:
    """What happens inside the switch: roles that people have stay, somebody may do everything, and the log has its line."""

    async def write(connection: Connection, keys: list[str]) -> None:
        await check_roles(connection, keys)
        await log.record(connection, ask.actor, operation, None, None, keys, None, ask.clock)

    return write


@post("/api/definitions/publish", opt=needs("define"), status_code=200)
async def publishing(request: AnyRequest, data: Publishing) -> Response[bytes]:
    """Publishes them together; everybody has them at the next request. What takes long answers 202 and goes on as a job."""
    ask = asked(request)
    definitions = decoded(data.definitions)
    _may_change(ask, (one.kind for one in definitions))
    made = await publish.hand_in(
        ask.database,
        definitions,
        ask.actor.person,
        ask.clock,
        title=data.title,
        base=data.base,
        log=logged(ask, "publish"),
        most_rows=ask.running.settings.rows_at_once,
    )
    await ask.running.refresh()
    return handed_in(made)


def handed_in(made: publish.HandedIn) -> Response[bytes]:
    return answer({"change_set": made.id, "state": "running" if made.running else "done"}, status=202 if made.running else 200)


@get("/api/change-sets", opt=needs("build"))
async def change_sets(request: AnyRequest) -> Response[bytes]:
    """What was published, newest first."""
    statement = raw(
        "SELECT c.id, c.title, p.name, c.state, c.started_at, c.finished_at, c.undoes FROM system.change_sets AS c LEFT JOIN system.people AS p ON p.id = c.author"
        " ORDER BY c.started_at DESC LIMIT 200"
    )
    async with asked(request).database.reading() as connection:
        rows = await connection.rows(statement)
    keys = ("id", "title", "author", "state", "started_at", "finished_at", "undoes")
    return answer([dict(zip(keys, row, strict=True)) for row in rows])


@get("/api/change-sets/{identity:str}", opt=needs("define"))
async def change_set(request: AnyRequest, identity: str) -> Response[bytes]:
    """One publish: its state, how far it is while it runs, and why it failed."""
    ask = asked(request)
    for kind in await versions.kinds_of(ask.database, uuid_in(identity)):
        _may_read(ask, kind)
    statement = raw(
        "SELECT c.id, c.title, c.state, c.started_at, c.finished_at, c.problem, coalesce(j.progress, '{}'::jsonb), coalesce(j.called_off, false)"
        " FROM system.change_sets AS c LEFT JOIN system.jobs AS j ON j.name = 'publish' AND j.key = c.id::text WHERE c.id = "
    )
    async with ask.database.reading() as connection:
        row = await connection.row(statement + param(uuid_in(identity)) + raw(" ORDER BY j.created_at DESC LIMIT 1"))
    if row is None:
        raise NotFound()
    keys = ("id", "title", "state", "started_at", "finished_at", "problem", "progress", "called_off")
    return answer({**dict(zip(keys, row, strict=True)), "problem": msgspec.json.decode(row[5]) if row[5] else None})


@post("/api/change-sets/{identity:str}/cancel", opt=needs("build"), status_code=202)
async def cancel(request: AnyRequest, identity: str) -> Response[bytes]:
    """Asks a publish that runs as a job to stop; it takes itself back."""
    await publish.cancel(asked(request).database, uuid_in(identity))
    return answer({}, status=202)


@post("/api/change-sets/{identity:str}/undo", opt=needs("define"), status_code=200)
async def undo(request: AnyRequest, identity: str) -> Response[bytes]:
    """Takes a publish back; refused, with the list, when something depends on it since. What takes long answers 202 and goes on as a job."""
    ask = asked(request)
    _may_change(ask, await versions.kinds_of(ask.database, uuid_in(identity)))
    log, most = logged(ask, "publish_undone"), ask.running.settings.rows_at_once
    made = await publish.undo(ask.database, uuid_in(identity), ask.actor.person, ask.clock, log=log, most_rows=most)
    await ask.running.refresh()
    return handed_in(made)


@get("/api/slow-questions", opt=needs("build"))
async def slow_questions(request: AnyRequest) -> Response[bytes]:
    """Lists that were slow several times and what index each proposes, those that cost most first."""
    ask = asked(request)
    return answer(await slow.proposals(ask.database, ask.catalog))


@post("/api/slow-questions/{shape:str}/index", opt=needs("build"), status_code=202)
async def make_index(request: AnyRequest, shape: str) -> Response[bytes]:
    """Has the proposed index built; everybody keeps working meanwhile."""
    ask = asked(request)
    await slow.accept(ask.database, shape, ask.clock)
    return answer({}, status=202)


@delete("/api/slow-questions/{shape:str}", opt=needs("build"), status_code=200)
async def dismiss_slow(request: AnyRequest, shape: str) -> Response[bytes]:
    """Does not propose it any more; an index that was built for it goes."""
    ask = asked(request)
    await slow.dismiss(ask.database, ask.catalog, shape)
    return answer({})


@get("/api/drafts", opt=needs("define"))
async def own_drafts(request: AnyRequest) -> Response[bytes]:
    """One's own drafts, newest first."""
    ask = asked(request)
    return answer(await drafts.drafts_of(ask.database, _person(ask)))


@get("/api/drafts/{kind:str}/{key:str}", opt=needs("define"))
async def draft(request: AnyRequest, kind: str, key: str) -> Response[bytes]:
    """One's own draft, or null."""
    ask = asked(request)
    _may_read(ask, kind)
    return answer(await drafts.get_draft(ask.database, _person(ask), kind, key))


@get("/api/drafts/{kind:str}/{key:str}/meanwhile", opt=needs("define"))
async def meanwhile(request: AnyRequest, kind: str, key: str) -> Response[bytes]:
    """What happened while one edits: the version now published (0 for none), and who else has a draft."""
    ask = asked(request)
    _may_read(ask, kind)
    async with ask.database.reading() as connection:
        version = await connection.value(raw("SELECT version FROM system.definitions WHERE kind = ") + param(kind) + raw(" AND key = ") + param(key))
    return answer({"version": version or 0, "others": await drafts.others_with_drafts(ask.database, _person(ask), kind, key)})


@put("/api/drafts/{kind:str}/{key:str}", opt=needs("define"))
async def keep_draft(request: AnyRequest, kind: str, key: str, data: Drafted) -> Response[bytes]:
    """Keeps it; it may be half made."""
    ask = asked(request)
    if kind not in DEFINITION_KINDS or not DRAFT_KEY.fullmatch(key):
        raise InvalidRequest(pointer="/key", rule="id")
    _may_change(ask, [kind])
    await drafts.put_draft(ask.database, _person(ask), drafts.Draft(kind=kind, key=key, base_version=data.base_version, body=data.body), ask.clock)
    return answer({})


@delete("/api/drafts/{kind:str}/{key:str}", opt=needs("define"), status_code=200)
async def drop_draft(request: AnyRequest, kind: str, key: str) -> Response[bytes]:
    ask = asked(request)
    await drafts.delete_draft(ask.database, _person(ask), kind, key)
    return answer({})


def _person(ask: Asked) -> UUID:
    if ask.actor.person is None:
        raise Forbidden(right="person")
    return ask.actor.person


@put("/api/views/{key:str}", opt=needs("person"))
async def save_view(request: AnyRequest, key: str, data: dict[str, Any]) -> Response[bytes]:
    """One's own private view; a shared one needs the right to build."""
    ask = asked(request)
    (view,) = decoded(({**data, "kind": "view", "key": key, "private_to": str(_person(ask))},))
    old = ask.catalog.views.get(key)
    if not isinstance(view, ViewDefinition) or (old is not None and old.private_to != view.private_to):
        raise Forbidden(right="build")
    await publish.publish(ask.database, [view], ask.actor.person, ask.clock)
    await ask.running.refresh()
    return answer({"key": key})


ROUTES = (
    catalog,
    objects_api,
    listing,
    types,
    one,
    earlier,
    restorable,
    difference,
    check,
    publishing,
    change_sets,
    change_set,
    cancel,
    undo,
    slow_questions,
    make_index,
    dismiss_slow,
    own_drafts,
    draft,
    meanwhile,
    keep_draft,
    drop_draft,
    save_view,
)
