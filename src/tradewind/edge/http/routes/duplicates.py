"""Duplicates: what is like a record, what the finder found, calling records different, comparing and merging."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from tradewind.accounts.actors import system_rights
from tradewind.edge.http.guard import needs
from tradewind.edge.http.running import AnyRequest, Asked, answer, asked, uuid_in
from tradewind.jobs.queue import enqueue, standing, wake
from tradewind.kernel.problems import InvalidRequest, UnknownObject
from tradewind.metadata.definitions import Strength
from tradewind.metadata.quality import quality_of
from tradewind.records import cleaning, compare, distinct, finder, merge, merged, outbox, similar
from tradewind.records.visible import known_object

_MOST_GROUPS = 100


class Likening(msgspec.Struct, forbid_unknown_fields=True):
    """One row as far as it is typed, or several."""

    row: dict[str, Any] | None = None
    rows: tuple[dict[str, Any], ...] = ()


class Grouping(msgspec.Struct, forbid_unknown_fields=True):
    """Which groups: at least so strong, by one rule or by all, a page of them."""

    strength: Strength = "likely"
    rule: str = ""
    limit: int = 25
    skip: int = 0


class Records(msgspec.Struct, forbid_unknown_fields=True):
    ids: tuple[UUID, ...]


class Comparing(msgspec.Struct, forbid_unknown_fields=True):
    ids: tuple[UUID, ...]
    survivor: UUID | None = None


@post("/api/objects/{key:str}/similar", opt=needs("signed_in", reads=True), status_code=200)
async def like(request: AnyRequest, key: str, data: Likening) -> Response[bytes]:
    """Records like what is being entered: {"similar": [{hits, outside, limited}, …]}, one for each row."""
    ask = asked(request)
    rows = data.rows or ((data.row,) if data.row is not None else ())
    return answer({"similar": await similar.similar(ask.database, ask.catalog, ask.actor, key, rows, ask.clock)})


@get("/api/objects/{key:str}/records/{record:str}/similar", opt=needs("signed_in"))
async def like_record(request: AnyRequest, key: str, record: str) -> Response[bytes]:
    """Records like this one, by what its reader sees of it."""
    ask = asked(request)
    return answer(await similar.similar_to(ask.database, ask.catalog, ask.actor, key, uuid_in(record), ask.clock))


@post("/api/objects/{key:str}/duplicates", opt=needs("signed_in", reads=True), status_code=200)
async def groups(request: AnyRequest, key: str, data: Grouping) -> Response[bytes]:
    """What the finder found, as far as the reader may know: groups with their links, and their records by id."""
    ask = asked(request)
    if not 1 <= data.limit <= _MOST_GROUPS or not 0 <= data.skip <= 1_000_000:
        raise InvalidRequest(rule="limit", maximum=_MOST_GROUPS, pointer="/limit")
    found = await finder.groups(ask.database, ask.catalog, ask.actor, key, ask.clock, weakest=data.strength, rule=data.rule, limit=data.limit, skip=data.skip)
    records = await compare.summaries(ask.database, ask.catalog, ask.actor, key, {one for group in found.groups for one in group.members}, ask.clock)
    return answer({**msgspec.structs.asdict(found), "records": records})


@get("/api/objects/{key:str}/duplicates/state", opt=needs("signed_in"))
async def state(request: AnyRequest, key: str) -> Response[bytes]:
    """How the finder stands, for who looks after data, and one's own merging of all certain groups."""
    ask = asked(request)
    known_object(ask.catalog, ask.actor, key)
    async with ask.database.reading() as connection:
        finding = await standing(connection, finder.JOB, key) if "data" in system_rights(ask.catalog, ask.actor) else None
        merging = await standing(connection, cleaning.JOB, f"{key}:{ask.actor.person}")
    return answer({"finding": finding, "merging": merging})


@post("/api/objects/{key:str}/duplicates/find", opt=needs("data"), status_code=202)
async def find(request: AnyRequest, key: str) -> Response[bytes]:
    """Has the finder go through the whole base."""
    ask = asked(request)
    return await _put_in(ask, key, finder.JOB, key, {"object": key})


@post("/api/objects/{key:str}/duplicates/merge-certain", opt=needs("person"), status_code=202)
async def merge_certain(request: AnyRequest, key: str) -> Response[bytes]:
    """Has all certain groups merged that the person sees and may merge; each can be taken back by itself."""
    ask = asked(request)
    return await _put_in(ask, key, cleaning.JOB, f"{key}:{ask.actor.person}", {"object": key, "person": str(ask.actor.person)})


@post("/api/objects/{key:str}/recognise", opt=needs("data"), status_code=202)
async def recognise(request: AnyRequest, key: str) -> Response[bytes]:
    """Has records whose relations are still empty looked at again by the rules that fill them."""
    ask = asked(request)
    return await _put_in(ask, key, outbox.RECOGNISE, key, {"object": key})


async def _put_in(ask: Asked, object_key: str, job: str, key: str, arguments: dict[str, Any]) -> Response[bytes]:
    if quality_of(ask.catalog, object_key) is None:
        raise UnknownObject(object=object_key)
    async with ask.database.transaction() as connection:
        await enqueue(connection, job, arguments, ask.clock, key=key)
    await wake(ask.database)
    return answer({}, status=202)


@get("/api/objects/{key:str}/duplicates/apart", opt=needs("signed_in"))
async def apart(request: AnyRequest, key: str) -> Response[bytes]:
    """Pairs that were called different, as far as the reader sees both records."""
    ask = asked(request)
    known_object(ask.catalog, ask.actor, key)
    return answer(await distinct.pairs(ask.database, ask.catalog, ask.actor, key, ask.clock))


@post("/api/objects/{key:str}/duplicates/apart", opt=needs("person"), status_code=200)
async def set_apart(request: AnyRequest, key: str, data: Records) -> Response[bytes]:
    """These records are no duplicates of one another."""
    ask = asked(request)
    known_object(ask.catalog, ask.actor, key)
    return answer({"pairs": await distinct.set_apart(ask.database, ask.catalog, ask.actor, key, data.ids, ask.clock)})


@post("/api/objects/{key:str}/duplicates/together", opt=needs("person"), status_code=200)
async def put_together(request: AnyRequest, key: str, data: Records) -> Response[bytes]:
    """Takes that back."""
    ask = asked(request)
    known_object(ask.catalog, ask.actor, key)
    return answer({"pairs": await distinct.put_together(ask.database, ask.catalog, ask.actor, key, data.ids, ask.clock)})


@post("/api/objects/{key:str}/compare", opt=needs("signed_in", reads=True), status_code=200)
async def side_by_side(request: AnyRequest, key: str, data: Comparing) -> Response[bytes]:
    """Records side by side, with what merging them would do."""
    ask = asked(request)
    return answer(await compare.compare(ask.database, ask.catalog, ask.actor, key, data.ids, ask.clock, survivor=data.survivor))


@post("/api/objects/{key:str}/merge", opt=needs("person"), status_code=200)
async def merging(request: AnyRequest, key: str, data: merge.Merging) -> Response[bytes]:
    """Makes one record of several; undone like any action."""
    ask = asked(request)
    return answer(await merge.merge(ask.database, ask.catalog, ask.actor, key, data, ask.clock))


@post("/api/objects/{key:str}/merged", opt=needs("signed_in", reads=True), status_code=200)
async def merged_into(request: AnyRequest, key: str, data: Records) -> Response[bytes]:
    """Of records in the bin, those that became part of another: {id: {"survivor", "title", "action"}}, where the reader sees both."""
    ask = asked(request)
    known_object(ask.catalog, ask.actor, key)
    return answer(await merged.into(ask.database, ask.catalog, ask.actor, key, data.ids, ask.clock))


ROUTES = (like, like_record, groups, state, find, merge_certain, recognise, apart, set_apart, put_together, side_by_side, merging, merged_into)
