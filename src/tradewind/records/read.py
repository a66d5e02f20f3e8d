"""Reading records: a question in, the bytes PostgreSQL made out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tradewind.kernel.problems import NotFound, UnknownField, UnknownObject
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.metadata.questions import AggregateQuestion, Filter, Question, Sort
from tradewind.query.compile import passes
from tradewind.query.database.pool import Database
from tradewind.records import views


async def list_records(database: Database, catalog: Catalog, actor: Actor, question: Question, now: datetime) -> bytes:
    """{"records": […], "next": cursor or null}. Raises UnknownObject, UnknownField, InvalidValue and the like before asking."""
    async with database.reading() as connection:
        page = await connection.bytes(passes.compile_list(catalog, actor, question, now))
    await views.page_seen(database, catalog, actor, question.object, question.fields, page, now)
    return page


async def get_record(database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, now: datetime) -> bytes:
    """The record with its lines. Raises NotFound, also for one out of scope or in the recycle bin."""
    found = await find_record(database, catalog, actor, object_key, identity, now)
    await views.record_seen(database, catalog, actor, object_key, found, now)
    return found


async def find_record(database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, now: datetime) -> bytes:
    """The same for the server's own use: nobody is shown it, so no view is logged."""
    async with database.reading() as connection:
        found = await connection.bytes(passes.compile_record(catalog, actor, object_key, identity, now))
    if found == b"null":
        raise NotFound(object=object_key)
    return found


async def count(database: Database, catalog: Catalog, actor: Actor, question: Question, now: datetime) -> bytes:
    """{"count": n, "capped": bool}."""
    async with database.reading() as connection:
        return await connection.bytes(passes.compile_count(catalog, actor, question, now))


async def aggregate(database: Database, catalog: Catalog, actor: Actor, question: AggregateQuestion, now: datetime) -> bytes:
    """{"rows": [{"d": […], "m": […]}], "total": […]}."""
    async with database.reading() as connection:
        figures = await connection.bytes(passes.compile_aggregate(catalog, actor, question, now))
    await views.figures_seen(database, catalog, actor, question, now)
    return figures


async def anchors(database: Database, catalog: Catalog, actor: Actor, question: Question, now: datetime) -> bytes:
    """{"count": n, "anchors": [{"index", "after"}]}: cursors to jump far with."""
    async with database.reading() as connection:
        return await connection.bytes(passes.compile_anchors(catalog, actor, question, now))


async def pick(database: Database, catalog: Catalog, actor: Actor, object_key: str, search: str, now: datetime) -> bytes:
    """[{"id", "title"}] for a record picker."""
    async with database.reading() as connection:
        picked = await connection.bytes(passes.compile_pick(catalog, actor, object_key, search, now))
    await views.titles_seen(database, catalog, actor, object_key, picked, now)
    return picked


async def related(
    database: Database, catalog: Catalog, actor: Actor, object_key: str, identity: UUID, other: str, relation: str, now: datetime, after: str = ""
) -> bytes:
    """Records of `other` whose relation points at the record. Raises NotFound when the record itself is out of reach."""
    target = catalog.objects.get(other)
    field = None if target is None else target.field(relation)
    if field is None or field.type != "relation" or field.options.get("target") != object_key:
        raise UnknownObject(object=f"{other}.{relation}")
    await find_record(database, catalog, actor, object_key, identity, now)
    pointing = Filter(op="eq", field=relation, value=str(identity))
    question = Question(object=other, filter=pointing, sort=(Sort(field="created_at", descending=True),), after=after)
    return await list_records(database, catalog, actor, question, now)


async def titles_of(database: Database, catalog: Catalog, actor: Actor, object_key: str, ids: Sequence[UUID], now: datetime) -> dict[str, str]:
    """Names of records by id, for those the actor sees whose name he sees clear."""
    definition = catalog.objects.get(object_key)
    if definition is None or not ids:
        return {}
    question = Question(object=object_key, fields=(definition.title,), ids=tuple(str(one) for one in ids), limit=min(len(ids), passes.MAX_PAGE))
    try:
        page = msgspec.json.decode(await list_records(database, catalog, actor, question, now))
    except (UnknownObject, UnknownField):
        return {}
    return {record["id"]: str(record[definition.title]) for record in page["records"] if isinstance(record.get(definition.title), str | int)}
