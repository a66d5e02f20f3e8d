"""What hangs on records beside their fields, when they are merged: files, external identities, and what was called different from them; there and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tradewind.kernel.clock import Clock
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Sql, cast_param, param, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import ObjectDefinition
from tradewind.query.compile.context import value_options
from tradewind.query.database.pool import Connection

Went = dict[str, list[Json]]
"""What went along with one record: files as [field, file, position], external as [source, id], apart as [one, other]."""


async def move(connection: Connection, definition: ObjectDefinition, survivor: UUID, losers: Sequence[UUID], actor: Actor, clock: Clock) -> dict[UUID, Went]:
    """Moves it all to the survivor; by loser, what went along."""
    moved: dict[UUID, Went] = {one: {"files": [], "external": [], "apart": []} for one in losers}
    await _move_files(connection, definition, survivor, losers, moved)
    held = raw(" WHERE object = ") + param(definition.key) + raw(" AND record = ANY(") + cast_param(list(losers), "uuid[]") + raw(")")
    for record, source, external in await connection.rows(raw("SELECT record, source, external_id FROM system.external_ids") + held + raw(" ORDER BY 2, 3")):
        moved[record]["external"].append([str(source), str(external)])
    await connection.execute(raw("UPDATE system.external_ids SET record = ") + param(survivor) + held)
    for loser, one, other in await _set_apart(connection, definition.key, survivor, losers, actor, clock):
        moved[loser]["apart"].append([str(one), str(other)])
    return moved


async def _move_files(connection: Connection, definition: ObjectDefinition, survivor: UUID, losers: Sequence[UUID], moved: Mapping[UUID, Went]) -> None:
    """Files go behind the survivor's, as many as the field holds; what has no room stays with its record."""
    order = cast_param([survivor, *losers], "uuid[]")
    rows = await connection.rows(
        raw("SELECT record, field, file, position FROM system.attachments WHERE object = ") + param(definition.key) + raw(" AND record = ANY(") + order
        + raw(") ORDER BY array_position(") + order + raw(", record), field, position")
    )  # fmt: skip
    held: dict[str, list[UUID]] = defaultdict(list)
    last: dict[str, int] = defaultdict(lambda: -1)
    places: list[Json] = []
    for record, key, file, position in rows:
        if record == survivor:
            held[key].append(file)
            last[key] = max(last[key], int(position))
        elif _has_room(definition, key, [*held[key], file]):
            held[key].append(file)
            last[key] += 1
            places.append({"record": str(record), "field": key, "file": str(file), "position": last[key], "target": str(survivor)})
            moved[record]["files"].append([str(key), str(file), int(position)])
    await _place_files(connection, definition.key, places)


async def _place_files(connection: Connection, object_key: str, places: Sequence[Json]) -> None:
    """Hangs files of one record on another, at these positions."""
    if places:
        await connection.execute(
            raw("UPDATE system.attachments AS a SET record = t.target, position = t.position FROM jsonb_to_recordset(")
            + cast_param(canonical(list[Json](places)).decode(), "jsonb")
            + raw(") AS t(record uuid, field text, file uuid, position int, target uuid) WHERE a.object = ") + param(object_key)
            + raw(" AND a.record = t.record AND a.field = t.field AND a.file = t.file")
        )  # fmt: skip


def _has_room(definition: ObjectDefinition, key: str, files: Sequence[UUID]) -> bool:
    field = definition.field(key)
    if field is None:
        return False
    try:
        field_types()[field.type].check(tuple(files), value_options(field))
    except InvalidValue:
        return False
    return True


async def _set_apart(
    connection: Connection, object_key: str, survivor: UUID, losers: Sequence[UUID], actor: Actor, clock: Clock
) -> list[tuple[UUID, UUID, UUID]]:
    """What was called different from a loser is different from the survivor: (loser, one, other) of the pairs that are new."""
    lost, stays = cast_param(list(losers), "uuid[]"), cast_param(survivor, "uuid")
    side = raw(" FROM system.distinct_pairs WHERE object = ") + param(object_key)
    pairs = raw("SELECT one AS loser, other") + side + raw(" AND one = ANY(") + lost + raw(") UNION SELECT other, one") + side + raw(" AND other = ANY(") + lost + raw(")")  # fmt: skip
    rows = await connection.rows(
        raw("WITH pairs AS (") + pairs + raw("), made AS (INSERT INTO system.distinct_pairs (object, one, other, person, at) SELECT DISTINCT ") + param(object_key)
        + raw(", least(p.other, ") + stays + raw("), greatest(p.other, ") + stays + raw("), ") + cast_param(actor.person, "uuid") + raw(", ") + param(clock.now())
        + raw(" FROM pairs AS p WHERE p.other <> ") + stays + raw(" AND p.other <> ALL(") + lost + raw(") ON CONFLICT DO NOTHING RETURNING one, other)")
        + raw(" SELECT (SELECT p.loser FROM pairs AS p WHERE p.other IN (m.one, m.other) LIMIT 1), m.one, m.other FROM made AS m")
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in rows]


async def move_back(connection: Connection, object_key: str, survivor: UUID, losers: Mapping[UUID, Mapping[str, list[list[Any]]]]) -> None:
    """Files and identities that are still the survivor's go back, and the pairs that the merge added are no more."""
    places = list[Json](
        {"record": str(survivor), "field": key, "file": file, "position": position, "target": str(loser)}
        for loser, went in losers.items()
        for key, file, position in went["files"]
    )
    await _place_files(connection, object_key, places)
    identities = list[Json]({"loser": str(loser), "source": source, "id": external} for loser, went in losers.items() for source, external in went["external"])
    await connection.execute(
        raw("UPDATE system.external_ids AS e SET record = t.loser FROM ") + _given(identities) + raw(" AS t(loser uuid, source text, id text) WHERE e.object = ")
        + param(object_key) + raw(" AND e.record = ") + param(survivor) + raw(" AND e.source = t.source AND e.external_id = t.id")
    )  # fmt: skip
    pairs = list[Json]({"one": one, "other": other} for went in losers.values() for one, other in went["apart"])
    await connection.execute(
        raw("DELETE FROM system.distinct_pairs AS d USING ") + _given(pairs) + raw(" AS t(one uuid, other uuid) WHERE d.object = ") + param(object_key)
        + raw(" AND d.one = t.one AND d.other = t.other")
    )  # fmt: skip


def _given(rows: list[Json]) -> Sql:
    return raw("jsonb_to_recordset(") + cast_param(canonical(rows).decode(), "jsonb") + raw(")")
