"""Data quality: how much of an object's data is filled, valid, not doubled and recently touched, as a score with its parts, kept at each look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tradewind.jobs.queue import enqueue
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.problems import Problem, Required, UnknownObject
from tradewind.kernel.sql import Sql, cast_param, join, name, param, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.values import read_value
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition, Weights
from tradewind.query.authz.scope import is_clear, scope_of
from tradewind.query.compile import passes
from tradewind.query.compile.context import Table, field_columns, value_options
from tradewind.query.compile.members import field_value, title_text
from tradewind.query.database.pool import Connection, Database
from tradewind.records import views
from tradewind.records.choosing import mergeable
from tradewind.records.finder import surplus
from tradewind.records.outbox import tell

JOB = "quality_report"
_PAGE, _MOST_INVALID, _LISTED, _HISTORY = 1000, 100_000, 200, 26

Told = Callable[[int, int], Awaitable[None]]
"""Told how many records have been looked at, and of how many."""
Wrong = tuple[str, str, Mapping[str, Any]]
"""Problem code, rule, and what its sentence speaks of."""
Invalid = tuple[UUID, str, Wrong]
"""Record, field, and why."""


class FieldFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One field: in how many records it is filled, and in how many its value no longer passes. `counted`: its gaps count."""

    field: str
    filled: int
    invalid: int
    counted: bool


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of the score, each 0 to 1."""

    filled: float
    valid: float
    unique: float
    recent: float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was found at one look, over all records. `score` is None where there are none."""

    records: int
    score: float | None
    parts: Parts | None
    fields: tuple[FieldFigures, ...]
    invalid: int
    """Records with a value that no longer passes."""
    duplicates: int
    stale: int
    stale_before: datetime


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A look at an object: its figures, those of the look before, and the scores so far, oldest first."""

    object: str
    at: datetime
    figures: Figures
    before: Figures | None
    scores: tuple[tuple[datetime, float | None], ...]


def score_of(parts: Parts, weights: Weights) -> float:
    """The weighted mean of the parts: sum(weight x part) / sum(weights).

    filled: the mean over the counted fields of the share of records that have a value; valid: the share of records whose values all pass their fields'
    checks; unique: one minus the share of records that are too many (all but one of each certain or likely group); recent: the share that somebody
    touched within `stale_days`.
    """
    pairs = ((weights.filled, parts.filled), (weights.valid, parts.valid), (weights.unique, parts.unique), (weights.recent, parts.recent))
    return round(sum(weight * part for weight, part in pairs) / sum(weight for weight, _ in pairs), 4)


async def report(database: Database, catalog: Catalog, object_key: str, told: Told, clock: Clock) -> Figures:
    """Looks at all records of the object, keeps the figures and what no longer passes, and tells who looks after data.

    What the finder found last is taken as it is. Raises UnknownObject.
    """
    definition, quality = catalog.objects.get(object_key), catalog.quality.get(object_key)
    if definition is None or definition.retired or quality is None:
        raise UnknownObject(object=object_key)
    now = clock.now()
    stale_before = now - timedelta(days=quality.stale_days)
    async with database.reading() as connection:
        counts = await connection.row(_counting(catalog, definition, stale_before)) or (0, 0)
    records, stale, filled = int(counts[0]), int(counts[1]), [int(one) for one in counts[2:]]
    invalid = await _check(database, catalog, definition, records, told, clock)
    doubled = await surplus(database, catalog, object_key, clock)
    by_field: dict[str, int] = {}
    for _, key, _ in invalid:
        by_field[key] = by_field.get(key, 0) + 1
    fields = mergeable(definition)
    wanted = set(quality.fields) or {field.key for field in fields}
    lines = tuple(
        FieldFigures(field=one.key, filled=count, invalid=by_field.get(one.key, 0), counted=one.key in wanted)
        for one, count in zip(fields, filled, strict=True)
    )
    parts = _parts(records, lines, len({one[0] for one in invalid}), doubled, stale)
    figures = Figures(
        records=records, score=None if parts is None else score_of(parts, quality.weights), parts=parts, fields=lines,
        invalid=len({one[0] for one in invalid}), duplicates=doubled, stale=stale, stale_before=stale_before,
    )  # fmt: skip
    await _keep(database, catalog, object_key, figures, invalid, clock)
    return figures


def _parts(records: int, lines: Sequence[FieldFigures], invalid: int, doubled: int, stale: int) -> Parts | None:
    if not records:
        return None
    counted = [one.filled / records for one in lines if one.counted]
    share = sum(counted) / len(counted) if counted else 1.0
    return Parts(
        filled=round(share, 4), valid=round(1 - invalid / records, 4), unique=round(1 - doubled / records, 4), recent=round(1 - stale / records, 4)
    )  # fmt: skip


def _counting(catalog: Catalog, definition: ObjectDefinition, stale_before: datetime) -> Sql:
    table = Table(catalog, SYSTEM, definition, "r", stale_before)
    columns = [raw("count(*)"), raw("count(*) FILTER (WHERE r.updated_at < ") + param(stale_before) + raw(")")]
    columns += [raw("count(") + field_columns(table, one)[0][0] + raw(")") for one in mergeable(definition)]
    return raw("SELECT ") + join(", ", columns) + raw(" FROM ") + name("data", definition.key) + raw(" AS r WHERE r.deleted_at IS NULL")


async def _check(database: Database, catalog: Catalog, definition: ObjectDefinition, of: int, told: Told, clock: Clock) -> list[Invalid]:
    """Runs every value through its field's check as it is now, and looks for gaps in required fields."""
    table = Table(catalog, SYSTEM, definition, "r", clock.now())
    fields = [one for one in mergeable(definition) if _checked(one)]
    columns = join(", ", [raw("r.id"), *(raw("to_jsonb(") + field_value(table, one) + raw(")") for one in fields)])
    found: list[Invalid] = []
    after, done = UUID(int=0), 0
    while fields:
        await told(done, of)
        async with database.reading() as connection:
            rows = await connection.rows(
                raw("SELECT ") + columns + raw(" FROM ") + name("data", definition.key) + raw(" AS r WHERE r.deleted_at IS NULL AND r.id > ")
                + param(after) + raw(" ORDER BY r.id LIMIT ") + param(_PAGE)
            )  # fmt: skip
        for identity, *values in rows:
            found += [(identity, one.key, wrong) for one, value in zip(fields, values, strict=True) if (wrong := _wrong(one, value)) is not None]
        if len(rows) < _PAGE or len(found) >= _MOST_INVALID:
            break
        after, done = rows[-1][0], done + len(rows)
    return found[:_MOST_INVALID]


def _checked(field: FieldDefinition) -> bool:
    """What points at something is checked when it is written; all it can lack later is a value."""
    return field.required or (field.type != "relation" and field_types()[field.type].refers_to(value_options(field)) is None)


def _wrong(field: FieldDefinition, value: Any) -> Wrong | None:
    if value is None:
        return (Required.code, "", {}) if field.required else None
    if field.type == "relation" or field_types()[field.type].refers_to(value_options(field)) is not None:
        return None
    try:
        read_value(field_types()[field.type], value, value_options(field))
    except Problem as problem:
        return problem.code, str(problem.params.get("rule", "")), {key: value for key, value in problem.params.items() if key != "rule"}
    return None


async def _keep(database: Database, catalog: Catalog, object_key: str, figures: Figures, invalid: Sequence[Invalid], clock: Clock) -> None:
    """Writes it down, in place of what did not pass the last time, and tells the people who look after data."""
    identity = new_id()
    rows = list[Json](
        {"record": str(record), "field": field, "code": code, "rule": rule, "params": msgspec.to_builtins(dict(params))}
        for record, field, (code, rule, params) in invalid
    )
    async with database.transaction() as connection:
        await connection.execute(raw("SET LOCAL statement_timeout = '600s'"))
        before = await connection.value(
            raw("SELECT figures->'score' FROM system.quality_reports WHERE object = ") + param(object_key) + raw(" ORDER BY at DESC LIMIT 1")
        )
        values = [param(identity), param(object_key), param(clock.now()), param(canonical(msgspec.to_builtins(figures)).decode()) + raw("::jsonb")]
        await connection.execute(raw("INSERT INTO system.quality_reports (id, object, at, figures) VALUES (") + join(", ", values) + raw(")"))
        await connection.execute(raw("DELETE FROM system.invalid_values WHERE object = ") + param(object_key))
        await connection.execute(
            raw("INSERT INTO system.invalid_values (object, record, field, code, rule, params) SELECT ") + param(object_key)
            + raw(", t.record, t.field, t.code, t.rule, t.params FROM jsonb_to_recordset(") + cast_param(canonical(rows).decode(), "jsonb")
            + raw(") AS t(record uuid, field text, code text, rule text, params jsonb)")
        )  # fmt: skip
        if figures.score is None:
            return
        told: dict[str, Json] = {
            "object": object_key,
            "score": figures.score,
            "before": before,
            "invalid": figures.invalid,
            "duplicates": figures.duplicates,
            "stale": figures.stale,
        }
        await tell(connection, await _caring(connection, catalog), f"quality:{identity}", "quality_report", told, clock)


async def _caring(connection: Connection, catalog: Catalog) -> list[UUID]:
    """People with a role that names the right `data`; where nobody has one, those who may do everything."""
    for roles in (
        [key for key, role in catalog.roles.items() if "data" in role.system and not role.everything],
        [key for key, role in catalog.roles.items() if role.everything],
    ):
        rows = await connection.rows(
            raw("SELECT DISTINCT r.person FROM system.person_roles AS r JOIN system.people AS p ON p.id = r.person AND p.active WHERE r.role = ANY(")
            + cast_param(roles, "text[]") + raw(")")
        )  # fmt: skip
        if rows:
            return [row[0] for row in rows]
    return []


async def enqueue_due(database: Database, catalog: Catalog, clock: Clock) -> int:
    """Puts in a look at every object whose last one is as old as its definition says; how many."""
    count = 0
    async with database.transaction() as connection:
        last = dict(await connection.rows(raw("SELECT object, max(at) FROM system.quality_reports GROUP BY object")))
        for key, quality in catalog.quality.items():
            at = last.get(key)
            known = catalog.objects.get(key)
            if known is None or known.retired or not quality.report_days or (at is not None and clock.now() - at < timedelta(days=quality.report_days)):
                continue
            await enqueue(connection, JOB, {"object": key}, clock, key=key)
            count += 1
    return count


async def reports(database: Database, catalog: Catalog) -> list[Report]:
    """The latest look at each object that is looked after, by key. Figures over all records: for who has the right `data`."""
    statement = raw("SELECT object, at, figures FROM (SELECT *, row_number() OVER (PARTITION BY object ORDER BY at DESC) AS n FROM system.quality_reports) AS r WHERE n <= ") + param(_HISTORY) + raw(" ORDER BY object, at DESC")  # fmt: skip
    looks: dict[str, list[tuple[datetime, Figures]]] = {}
    async with database.reading() as connection:
        for key, at, figures in await connection.rows(statement):
            if key in catalog.quality and key in catalog.objects:
                looks.setdefault(str(key), []).append((at, msgspec.convert(figures, Figures)))
    return [
        Report(
            object=key, at=found[0][0], figures=found[0][1], before=found[1][1] if len(found) > 1 else None,
            scores=tuple((at, one.score) for at, one in reversed(found)),
        )
        for key, found in looks.items()
    ]  # fmt: skip


async def invalid_values(database: Database, catalog: Catalog, actor: Actor, object_key: str, field: str, clock: Clock) -> list[dict[str, Json]]:
    """Values that no longer passed at the last look, of records and fields the actor sees: record, name, field, code, rule and params; 200 at most. Raises UnknownObject."""
    scope = scope_of(catalog, actor, object_key)
    sees = passes.compile_predicate(catalog, actor, object_key, None, "read", clock.now())
    table = Table(catalog, actor, catalog.objects[object_key], "r", clock.now())
    shown = [one.key for one in table.definition.live_fields() if is_clear(scope.best(one.key)) and field in ("", one.key)]
    clear = [
        raw("(i.field = ") + param(key) + raw(" AND ") + passes.field_state_sql(catalog, actor, object_key, key, ("read", "write"), clock.now()) + raw(")")
        for key in shown
    ]
    statement = (
        raw("SELECT r.id, ") + title_text(table) + raw(", i.field, i.code, i.rule, i.params FROM system.invalid_values AS i JOIN ") + name("data", object_key)
        + raw(" AS r ON r.id = i.record WHERE r.deleted_at IS NULL AND i.object = ") + param(object_key) + raw(" AND ") + sees
        + raw(" AND (") + join(" OR ", clear or [raw("false")]) + raw(") ORDER BY i.field, r.id LIMIT ") + param(_LISTED)
    )  # fmt: skip
    async with database.reading() as connection:
        rows = await connection.rows(statement)
    picked = msgspec.json.encode([{"id": row[0], "title": row[1]} for row in rows])
    await views.titles_seen(database, catalog, actor, object_key, picked, clock.now())
    keys: Mapping[str, int] = {"id": 0, "title": 1, "field": 2, "code": 3, "rule": 4}
    return [{**{key: str(row[place]) if row[place] is not None else None for key, place in keys.items()}, "params": row[5]} for row in rows]
