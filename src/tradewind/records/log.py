"""The one log: what was written and what was looked at, salted so that values can be erased without breaking the seal."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from uuid import UUID

from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_ids
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.sql import Sql, join, param, raw
from tradewind.metadata.actors import Actor
from tradewind.query.database.arrays import unnested
from tradewind.query.database.pool import Connection

_SALT = 16

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
    ids, statements = lines(actor, operation, object_key, entries, clock, action=action)
    for statement in statements:
        await connection.execute(statement)
    return ids


def lines(
    actor: Actor, operation: str, object_key: str | None, entries: Sequence[Entry], clock: Clock, *, action: UUID | None = None
) -> tuple[list[UUID], list[Sql]]:
    """The same as statements, for who has something else to wait for while they are made."""
    ids = new_ids(len(entries))
    if not entries:
        return ids, []
    chance = os.urandom(_SALT * len(entries))
    salts = [chance[place : place + _SALT] for place in range(0, len(chance), _SALT)]
    bodies = [b"" if payload is None else canonical(payload) for _, _, payload in entries]
    digests = [hashlib.sha256(salt + body).hexdigest() for salt, body in zip(salts, bodies, strict=True)]
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
    source = unnested(
        "t",
        {
            "id": ("uuid", ids),
            "record": ("uuid", [record_id for record_id, _, _ in entries]),
            "fields": ("text[]", [fields for _, fields, _ in entries]),
            "salt": ("text", [salt.hex() for salt in salts]),
            "digest": ("text", digests),
        },
    )
    made = [
        raw(
            "INSERT INTO system.changes (at, actor, actor_name, actor_kind, request, address, operation, object, action, id, record, fields, salt, digest) SELECT "
        )
        + common
        + raw(", t.id, t.record, t.fields, decode(t.salt, 'hex'), decode(t.digest, 'hex') FROM ")
        + source
    ]
    values = [(identity, body.decode()) for identity, body, (_, _, payload) in zip(ids, bodies, entries, strict=True) if payload is not None]
    if values:
        kept = unnested("t", {"change": ("uuid", [one[0] for one in values]), "payload": ("text", [one[1] for one in values])})
        made.append(raw("INSERT INTO system.change_values (change, payload) SELECT t.change, t.payload::jsonb FROM ") + kept)
    return ids, made
