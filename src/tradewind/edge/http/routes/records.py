"""Records: ask, read, write, take back."""

from __future__ import annotations

import time
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, patch, post

from tradewind.catalog import slow
from tradewind.edge.http.guard import needs
from tradewind.edge.http.importing import files_behind
from tradewind.edge.http.running import AnyRequest, Asked, answer, asked, tagged, uuid_in
from tradewind.kernel.problems import InvalidRequest
from tradewind.metadata.questions import AggregateQuestion, Dimension, Filter, Measure, Question, Sort
from tradewind.records import history as past
from tradewind.records import identities, read, refill, shares, write
from tradewind.records.batches import Batch, Operation, Written
from tradewind.records.similar import looks, similar

_COMPARED = 20
"""Rows created at once that are compared with what is there."""


class Asking(msgspec.Struct, forbid_unknown_fields=True):
    """A question without its object, which the address names."""

    fields: tuple[str, ...] | None = None
    filter: Filter | None = None
    sort: tuple[Sort, ...] = ()
    search: str = ""
    limit: int = 50
    after: str | None = ""
    deleted: bool = False
    ids: tuple[str, ...] | None = None
    made_by: str = ""

    def question(self, object_key: str) -> Question:
        members: dict[str, Any] = {**msgspec.structs.asdict(self), "after": self.after or ""}
        return Question(object=object_key, **members)


class AskingFigures(msgspec.Struct, forbid_unknown_fields=True):
    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...] = ()
    filter: Filter | None = None
    search: str = ""
    limit: int = 1000
    deleted: bool = False
    made_by: str = ""


class Creating(msgspec.Struct, forbid_unknown_fields=True):
    row: dict[str, Any] | None = None
    rows: tuple[dict[str, Any], ...] = ()
    match: tuple[str, ...] = ()
    operation: Operation = "create"
    partial: bool = False
    source: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")] = "api"
    """Where the rows come from: website, fair, a shop's name."""


class Many(msgspec.Struct, forbid_unknown_fields=True):
    operation: Operation
    ids: tuple[str, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    match: tuple[str, ...] = ()
    partial: bool = False


class Revealing(msgspec.Struct, forbid_unknown_fields=True):
    field: str


class Picking(msgspec.Struct, forbid_unknown_fields=True):
    search: str = ""


@post("/api/objects/{key:str}/query", opt=needs("signed_in", reads=True), status_code=200)
async def query(request: AnyRequest, key: str, data: Asking) -> Response[bytes]:
    """A page of records."""
    return tagged(request, await _page(asked(request), data.question(key)))


async def _page(ask: Asked, question: Question) -> bytes:
    """The page; one that took long is counted, so that an index can be proposed."""
    started = time.perf_counter()
    page = await read.list_records(ask.database, ask.catalog, ask.actor, question, ask.clock.now())
    took = time.perf_counter() - started
    if took * 1000 > ask.running.settings.slow_milliseconds:
        await slow.note(ask.database, ask.catalog, question, took, ask.clock)
    return page


@get("/api/objects/{key:str}/records", opt=needs("signed_in"))
async def listing(
    request: AnyRequest, key: str, filter: str = "", sort: str = "", fields: str = "", search: str = "", limit: int = 50, after: str = ""
) -> Response[bytes]:
    """The same as an address: `filter` is JSON, `sort` is name,-created_at."""
    ask = asked(request)
    try:
        asking = Asking(
            fields=tuple(fields.split(",")) if fields else None,
            filter=msgspec.json.decode(filter, type=Filter) if filter else None,
            sort=tuple(Sort(field=part.lstrip("-"), descending=part.startswith("-")) for part in sort.split(",") if part),
            search=search,
            limit=limit,
            after=after,
        )
    except (msgspec.DecodeError, UnicodeError) as failure:
        raise InvalidRequest(pointer="/filter", rule="json") from failure
    return tagged(request, await _page(ask, asking.question(key)))


@post("/api/objects/{key:str}/count", opt=needs("signed_in", reads=True), status_code=200)
async def count(request: AnyRequest, key: str, data: Asking) -> Response[bytes]:
    """How many records a question finds, capped."""
    ask = asked(request)
    return tagged(request, await read.count(ask.database, ask.catalog, ask.actor, data.question(key), ask.clock.now()))


@post("/api/objects/{key:str}/anchors", opt=needs("signed_in", reads=True), status_code=200)
async def anchors(request: AnyRequest, key: str, data: Asking) -> Response[bytes]:
    """Places to jump to in a long list."""
    ask = asked(request)
    return tagged(request, await read.anchors(ask.database, ask.catalog, ask.actor, data.question(key), ask.clock.now()))


@post("/api/objects/{key:str}/aggregate", opt=needs("signed_in", reads=True), status_code=200)
async def aggregate(request: AnyRequest, key: str, data: AskingFigures) -> Response[bytes]:
    """Figures in groups with their total."""
    ask = asked(request)
    question = AggregateQuestion(object=key, **msgspec.structs.asdict(data))
    return tagged(request, await read.aggregate(ask.database, ask.catalog, ask.actor, question, ask.clock.now()))


@post("/api/objects/{key:str}/pick", opt=needs("signed_in", reads=True), status_code=200)
async def pick(request: AnyRequest, key: str, data: Picking) -> Response[bytes]:
    """Records to point at."""
    ask = asked(request)
    return tagged(request, await read.pick(ask.database, ask.catalog, ask.actor, key, data.search, ask.clock.now()))


async def _write(request: AnyRequest, batch: Batch) -> Response[bytes]:
    return answer(await _written(request, batch))


async def _written(request: AnyRequest, batch: Batch) -> Written:
    ask = asked(request)
    batch = msgspec.structs.replace(batch, idempotency_key=request.headers.get("idempotency-key", "")[:200])
    return await write.write(ask.database, ask.catalog, ask.actor, batch, ask.clock)


@post("/api/objects/{key:str}/records", opt=needs("signed_in"), status_code=201)
async def create(request: AnyRequest, key: str, data: Creating) -> Response[bytes]:
    """One row, or several with what to do with them. Where few are created, what is like them comes along: `similar`, one for each row."""
    rows = data.rows or ((data.row,) if data.row is not None else ())
    written = await _written(request, Batch(object=key, operation=data.operation, rows=rows, match=data.match, partial=data.partial, source=data.source))
    if data.operation != "create" or len(rows) > _COMPARED or not looks(asked(request).catalog, key):
        return answer(written, status=201)
    ask = asked(request)
    made = [{**row, "id": str(identity)} for row, identity in zip(rows, written.ids, strict=True) if identity is not None]
    alike = await similar(ask.database, ask.catalog, ask.actor, key, made, ask.clock)
    return answer({**msgspec.structs.asdict(written), "similar": alike}, status=201)


@post("/api/objects/{key:str}/batch", opt=needs("signed_in"), status_code=200)
async def batch(request: AnyRequest, key: str, data: Many) -> Response[bytes]:
    """The same for many, by id or by row."""
    rows = data.rows or tuple({"id": identity} for identity in data.ids)
    return await _write(request, Batch(object=key, operation=data.operation, rows=rows, match=data.match, partial=data.partial))


@get("/api/objects/{key:str}/records/{record:str}", opt=needs("signed_in"))
async def one(request: AnyRequest, key: str, record: str) -> Response[bytes]:
    """The record with its lines."""
    ask = asked(request)
    return tagged(request, await read.get_record(ask.database, ask.catalog, ask.actor, key, uuid_in(record), ask.clock.now()))


@patch("/api/objects/{key:str}/records/{record:str}", opt=needs("signed_in"))
async def change(request: AnyRequest, key: str, record: str, data: dict[str, Any]) -> Response[bytes]:
    """Sets the fields named; with `version` only when nobody was faster."""
    return await _write(request, Batch(object=key, operation="update", rows=({**data, "id": str(uuid_in(record))},)))


@delete("/api/objects/{key:str}/records/{record:str}", opt=needs("signed_in"), status_code=200)
async def remove(request: AnyRequest, key: str, record: str) -> Response[bytes]:
    """Moves it to the recycle bin with what hangs on it."""
    return await _write(request, Batch(object=key, operation="delete", rows=({"id": str(uuid_in(record))},)))


@post("/api/objects/{key:str}/records/{record:str}/restore", opt=needs("signed_in"), status_code=200)
async def restore(request: AnyRequest, key: str, record: str) -> Response[bytes]:
    """Brings it back with its group."""
    return await _write(request, Batch(object=key, operation="restore", rows=({"id": str(uuid_in(record))},)))


@get("/api/objects/{key:str}/records/{record:str}/history", opt=needs("signed_in"))
async def history(request: AnyRequest, key: str, record: str) -> Response[bytes]:
    """What happened to it; `imports` names the files behind those actions that are imports of the reader."""
    ask = asked(request)
    entries = await past.history(ask.database, ask.catalog, ask.actor, key, uuid_in(record), ask.clock)
    return answer({"entries": entries, "imports": await files_behind(ask, (one.action for one in entries))})


@post("/api/objects/{key:str}/records/{record:str}/reveal", opt=needs("person"), status_code=200)
async def reveal(request: AnyRequest, key: str, record: str, data: Revealing) -> Response[bytes]:
    """The clear value of a masked field, logged."""
    ask = asked(request)
    return answer({"value": await past.reveal(ask.database, ask.catalog, ask.actor, key, uuid_in(record), data.field, ask.clock)})


@get("/api/objects/{key:str}/records/{record:str}/related/{other:str}/{relation:str}", opt=needs("signed_in"))
async def related(request: AnyRequest, key: str, record: str, other: str, relation: str, after: str = "") -> Response[bytes]:
    """Records of another object that point here."""
    ask = asked(request)
    return tagged(request, await read.related(ask.database, ask.catalog, ask.actor, key, uuid_in(record), other, relation, ask.clock.now(), after))


@get("/api/objects/{key:str}/records/{record:str}/external-ids", opt=needs("signed_in"))
async def external_ids(request: AnyRequest, key: str, record: str) -> Response[bytes]:
    """What other systems call the record."""
    ask = asked(request)
    return answer(await identities.identities(ask.database, ask.catalog, ask.actor, key, uuid_in(record), ask.clock))


@get("/api/objects/{key:str}/records/{record:str}/shares", opt=needs("person"))
async def shared_with(request: AnyRequest, key: str, record: str) -> Response[bytes]:
    """Whom the record is shared with."""
    ask = asked(request)
    return answer(await shares.shares(ask.database, ask.catalog, ask.actor, key, uuid_in(record), ask.clock))


@post("/api/objects/{key:str}/records/{record:str}/shares", opt=needs("person"), status_code=201)
async def share(request: AnyRequest, key: str, record: str, data: shares.Sharing) -> Response[bytes]:
    """Shares it with a colleague."""
    ask = asked(request)
    return answer({"id": await shares.share(ask.database, ask.catalog, ask.actor, key, uuid_in(record), data, ask.clock)}, status=201)


@delete("/api/objects/{key:str}/records/{record:str}/shares/{share_id:str}", opt=needs("person"), status_code=200)
async def unshare(request: AnyRequest, key: str, record: str, share_id: str) -> Response[bytes]:
    """Takes a share back."""
    ask = asked(request)
    await shares.take_back(ask.database, ask.catalog, ask.actor, key, uuid_in(record), uuid_in(share_id), ask.clock)
    return answer({})


@get("/api/objects/{key:str}/catching-up", opt=needs("signed_in"))
async def catching(request: AnyRequest, key: str) -> Response[bytes]:
    """Whether computed fields of the object, or what search finds it by, are still being filled."""
    ask = asked(request)
    return answer(await refill.catching_up(ask.database, ask.catalog, ask.actor, key))


@post("/api/actions/{action:str}/undo", opt=needs("person"), status_code=200)
async def undo(request: AnyRequest, action: str) -> Response[bytes]:
    """Takes back what one request did."""
    ask = asked(request)
    return answer(await past.undo(ask.database, ask.catalog, ask.actor, uuid_in(action), ask.clock))


ROUTES = (
    query,
    listing,
    count,
    anchors,
    aggregate,
    pick,
    create,
    batch,
    one,
    change,
    remove,
    restore,
    history,
    reveal,
    related,
    external_ids,
    shared_with,
    share,
    unshare,
    catching,
    undo,
)
