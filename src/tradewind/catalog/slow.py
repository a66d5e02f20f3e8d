"""Slow questions: lists that made somebody wait are counted by their shape, without values, and propose the index that would help."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

import msgspec

from tradewind.catalog.indexes import Wanted, ensure_wanted, equalities, wanted_index
from tradewind.catalog.schema.running import drop_index
from tradewind.jobs.queue import enqueue, wake
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import canonical
from tradewind.kernel.problems import NotFound
from tradewind.kernel.sql import join, param, raw
from tradewind.metadata.definitions import Catalog, ObjectDefinition
from tradewind.metadata.questions import Filter, Question, Sort
from tradewind.query.database.pool import Database

JOB = "build_index"
_HITS = 3
"""So often a shape must have been slow before it is proposed: one slow answer may have had any cause."""
_RANGES = ("gt", "gte", "lt", "lte", "between", "within")


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A question without its values: fields asked to be equal, and the order of the answer, or else the field asked for a range."""

    object: str
    equal: tuple[str, ...]
    sort: tuple[Sort, ...]

    def index(self, objects: Mapping[str, ObjectDefinition]) -> Wanted | None:
        definition = objects.get(self.object)
        return None if definition is None or definition.retired else wanted_index("q", definition, self.equal, self.sort, objects)


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One slow shape as builders read it. `state`: proposed, building, ready or dismissed."""

    shape: str
    object: str
    equal: tuple[str, ...]
    sort: tuple[Sort, ...]
    hits: int
    milliseconds: float
    """On average."""
    last_at: datetime
    state: str


def shape_of(question: Question) -> Shape:
    """What of a question an index could serve."""
    equal = tuple(sorted(set(equalities(question.filter))))
    ranged = [key for key in _ranges(question.filter) if key not in equal]
    sort = question.sort or tuple(Sort(field=key) for key in ranged[:1])
    return Shape(object=question.object, equal=equal, sort=tuple(one for one in sort if one.field not in equal))


def _ranges(part: Filter | None) -> list[str]:
    if part is None:
        return []
    if part.op == "and":
        return [key for child in part.of for key in _ranges(child)]
    return [part.field] if part.op in _RANGES and "." not in part.field else []


async def note(database: Database, catalog: Catalog, question: Question, seconds: float, clock: Clock) -> None:
    """Counts a slow answer, if there is an index that would have helped."""
    shape = shape_of(question)
    if question.deleted or question.search.strip() or shape.index(catalog.objects) is None:
        return
    values = [param(_name(shape)), param(shape.object), param(canonical(msgspec.to_builtins(shape)).decode()) + raw("::jsonb")]
    async with database.transaction() as connection:
        await connection.execute(
            raw("INSERT INTO system.slow_questions AS s (shape, object, question, hits, milliseconds, last_at) VALUES (")
            + join(", ", [*values, param(1), param(seconds * 1000), param(clock.now())])
            + raw(") ON CONFLICT (shape) DO UPDATE SET hits = s.hits + 1, milliseconds = s.milliseconds + excluded.milliseconds, last_at = excluded.last_at")
        )


def _name(shape: Shape) -> str:
    return hashlib.sha256(canonical(msgspec.to_builtins(shape))).hexdigest()[:24]


async def proposals(database: Database, catalog: Catalog) -> list[Proposal]:
    """Shapes that were slow several times and have an index to offer, those that cost most first."""
    statement = raw(
        "SELECT s.shape, s.question, s.hits, s.milliseconds / s.hits, s.last_at, s.state,"
        " ARRAY(SELECT c.relname::text FROM pg_class AS c JOIN pg_index AS i ON i.indexrelid = c.oid"
        " JOIN pg_class AS t ON t.oid = i.indrelid WHERE t.relname = s.object AND c.relnamespace = 'data'::regnamespace AND i.indisvalid),"
        " EXISTS (SELECT 1 FROM system.jobs AS j WHERE j.name = 'build_index' AND j.key = s.shape AND j.state IN ('ready', 'running'))"
        " FROM system.slow_questions AS s WHERE s.hits >= "
    )
    async with database.reading() as connection:
        rows = await connection.rows(statement + param(_HITS) + raw(" ORDER BY s.milliseconds DESC LIMIT 100"))
    found: list[Proposal] = []
    for shape, body, hits, milliseconds, last_at, state, indexes, working in rows:
        decoded = msgspec.convert(body, Shape)
        wanted = decoded.index(catalog.objects)
        if wanted is None:
            continue
        now = "ready" if wanted.name in indexes else "building" if working else "dismissed" if state == "dismissed" else "proposed"
        found.append(
            Proposal(
                shape=shape,
                object=decoded.object,
                equal=decoded.equal,
                sort=decoded.sort,
                hits=hits,
                milliseconds=milliseconds,
                last_at=last_at,
                state=now,
            )
        )
    return found


async def accept(database: Database, shape: str, clock: Clock) -> None:
    """Has the index built by the worker. Raises NotFound."""
    async with database.transaction() as connection:
        if not await connection.execute(raw("UPDATE system.slow_questions SET state = 'building' WHERE shape = ") + param(shape)):
            raise NotFound()
        await enqueue(connection, JOB, {"shape": shape}, clock, key=shape)
    await wake(database)


async def dismiss(database: Database, catalog: Catalog, shape: str) -> None:
    """Does not propose it any more, and drops the index if it was built for this. Raises NotFound."""
    decoded = await _shape(database, shape)
    async with database.transaction() as connection:
        await connection.execute(raw("UPDATE system.slow_questions SET state = 'dismissed' WHERE shape = ") + param(shape))
    if (wanted := decoded.index(catalog.objects)) is not None:
        await drop_index(database, wanted.name)
        async with database.transaction() as connection:
            await connection.execute(raw("DELETE FROM system.indexes WHERE name = ") + param(wanted.name))


async def build(database: Database, catalog: Catalog, shape: str) -> None:
    """The job: builds the index beside other people's work."""
    decoded = await _shape(database, shape)
    wanted = decoded.index(catalog.objects)
    if wanted is not None:
        await ensure_wanted(database, decoded.object, wanted, "slow question")
    async with database.transaction() as connection:
        await connection.execute(raw("UPDATE system.slow_questions SET state = 'ready' WHERE state = 'building' AND shape = ") + param(shape))


async def _shape(database: Database, shape: str) -> Shape:
    async with database.reading() as connection:
        body = await connection.value(raw("SELECT question FROM system.slow_questions WHERE shape = ") + param(shape))
    if body is None:
        raise NotFound()
    return msgspec.convert(body, Shape)
