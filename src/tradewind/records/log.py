"""The one log: what was written and what was looked at, salted so that values can be erased without breaking the seal."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from uuid import UUID

from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.sql import cast_param, join, param, raw
from tradewind.metadata.actors import Actor
from tradewind.query.database.pool import Connection

Entry = tuple[UUID | None, Sequence[str], Json]
"""Record, fields, and the values to keep apart (None: none)."""


async def record(
    connection: Connection,
    actor: Actor,
    operation: str,
    object_key: str | None,
    record_id: UUID | None,
    fields: Sequence[str],
    payload: Json,
    clock: Clock,
    *,
    action: UUID | None = None,
) -> UUID:
    """One line in the log; its id."""
    return (await record_many(connection, actor, operation, object_key, [(record_id, fields, payload)], clock, action=action))[0]


async def record_many(
    connection: Connection, actor: Actor, operation: str, object_key: str | None, entries: Sequence[Entry], clock: Clock, *, action: UUID | None = None
) -> list[UUID]:
    """One line for each entry, in two statements however many there are; their ids."""
    ids = [new_id() for _ in entries]
    if not entries:
        return ids
    rows: list[Json] = []
    values: list[Json] = []
    for identity, (record_id, fields, payload) in zip(ids, entries, strict=True):
        salt = os.urandom(16)
        body = b"" if payload is None else canonical(payload)
        digest = hashlib.sha256(salt + body).hexdigest()
        rows.append({"id": str(identity), "record": str(record_id) if record_id else None, "fields": list[Json](fields), "salt": salt.hex(), "digest": digest})
        if payload is not None:
            values.append({"change": str(identity), "payload": body.decode()})
    shared = [
        param(clock.now()),
        param(actor.person),
        param(actor.name),
        param(actor.kind),
        param(actor.request),
        param(actor.address),
        param(operation),
        param(object_key),
        param(action),
    ]
    casts = ("timestamptz", "uuid", "text", "text", "text", "text", "text", "text", "uuid")
    common = join(", ", [one + raw("::") + raw(cast) for one, cast in zip(shared, casts, strict=True)])
    await connection.execute(
        raw(
            "INSERT INTO system.changes (at, actor, actor_name, actor_kind, request, address, operation, object, action, id, record, fields, salt, digest) SELECT "
        )
        + common
        + raw(", t.id, t.record, t.fields, decode(t.salt, 'hex'), decode(t.digest, 'hex') FROM jsonb_to_recordset(")
        + cast_param(canonical(rows).decode(), "jsonb")
        + raw(") AS t(id uuid, record uuid, fields text[], salt text, digest text)")
    )
    if values:
        await connection.execute(
            raw("INSERT INTO system.change_values (change, payload) SELECT t.change, t.payload::jsonb FROM jsonb_to_recordset(")
            + cast_param(canonical(values).decode(), "jsonb")
            + raw(") AS t(change uuid, payload text)")
        )
    return ids
