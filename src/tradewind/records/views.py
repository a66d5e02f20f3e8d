"""Who saw sensitive values: a line in the log before the answer leaves, at most once an hour for the same person, record and fields."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import msgspec

from tradewind.kernel.clock import ManualClock
from tradewind.kernel.json import Json
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition
from tradewind.metadata.formulas import end_of_path, inputs
from tradewind.metadata.questions import AggregateQuestion
from tradewind.query.authz.scope import cached, is_clear, scope_of
from tradewind.query.database.pool import Database
from tradewind.records import log

_AGAIN = timedelta(hours=1)
_REMEMBERED = 50_000
_DEPTH = 6
_SHOWING = frozenset(("min", "max", "sum", "avg"))
_told: OrderedDict[tuple[Any, ...], datetime] = OrderedDict()
"""What this process wrote into the log lately."""


async def page_seen(database: Database, catalog: Catalog, actor: Actor, object_key: str, fields: Sequence[str] | None, body: bytes, now: datetime) -> None:
    """Logs the sensitive values that a page of records shows clear: one line for the page, with the records in its payload."""
    paths = sensitive_paths(catalog, actor, object_key, fields)
    if not paths:
        return
    records = cast(list[dict[str, Any]], msgspec.json.decode(body)["records"])
    seen = {str(record["id"]): shown for record in records if (shown := tuple(path for path in paths if _shows(record, path)))}
    await records_seen(database, actor, object_key, seen, now)


async def records_seen(database: Database, actor: Actor, object_key: str, seen: Mapping[str, tuple[str, ...]], now: datetime) -> None:
    """The same for who knows already which sensitive paths each record showed."""
    if new := {identity: shown for identity, shown in seen.items() if _is_new(_key(actor, object_key, identity, shown), now)}:
        named = sorted({path for shown in new.values() for path in shown})
        await _write(database, actor, object_key, None, named, {"records": list[Json](new)}, now)
        _remember([_key(actor, object_key, identity, shown) for identity, shown in new.items()], now)


async def titles_seen(database: Database, catalog: Catalog, actor: Actor, object_key: str, body: bytes, now: datetime) -> None:
    """The same for a picker's names, where records of the object are named by a sensitive field."""
    title = catalog.objects[object_key].title
    if sensitive_paths(catalog, actor, object_key, [title]):
        named = [{"id": one["id"], title: one["title"]} for one in msgspec.json.decode(body)]
        await page_seen(database, catalog, actor, object_key, [title], msgspec.json.encode({"records": named}), now)


async def record_seen(database: Database, catalog: Catalog, actor: Actor, object_key: str, record: Mapping[str, Any] | bytes, now: datetime) -> None:
    """Logs the sensitive values that one record, with its lines, shows clear."""
    paths = sensitive_paths(catalog, actor, object_key, None)
    if not paths:
        return
    shown_record: Mapping[str, Any] = msgspec.json.decode(record) if isinstance(record, bytes) else record
    await fields_seen(database, actor, object_key, UUID(str(shown_record["id"])), [path for path in paths if _shows(shown_record, path)], now)


async def fields_seen(database: Database, actor: Actor, object_key: str, identity: UUID, fields: Iterable[str], now: datetime) -> None:
    """Logs that the actor saw these sensitive fields of a record."""
    shown = tuple(sorted(set(fields)))
    key = _key(actor, object_key, str(identity), shown)
    if shown and actor.kind != "system" and _is_new(key, now):
        await _write(database, actor, object_key, identity, shown, None, now)
        _remember([key], now)


async def figures_seen(database: Database, catalog: Catalog, actor: Actor, question: AggregateQuestion, now: datetime) -> None:
    """Logs that figures were made of sensitive fields, or grouped by them."""
    asked = [one.field for one in question.dimensions] + [one.field for one in question.measures if one.function in _SHOWING]
    shown = tuple(sorted(set(sensitive_paths(catalog, actor, question.object, [path for path in asked if path]))))
    key = _key(actor, question.object, "figures", shown)
    if shown and _is_new(key, now):
        await _write(database, actor, question.object, None, shown, None, now)
        _remember([key], now)


def is_sensitive(catalog: Catalog, definition: ObjectDefinition, field: FieldDefinition, depth: int = 0) -> bool:
    """Whether the field is marked sensitive, is made from one that is, or names records by one."""
    if field.sensitive or depth >= _DEPTH:
        return field.sensitive
    if field.type == "relation":
        target = catalog.objects.get(str(field.options.get("target", "")))
        title = None if target is None else target.field(target.title)
        return target is not None and title is not None and is_sensitive(catalog, target, title, depth + 1)
    return any(is_sensitive(catalog, owner, one, depth + 1) for owner, one in inputs(definition, field, catalog.objects))


def sensitive_paths(catalog: Catalog, actor: Actor, object_key: str, fields: Sequence[str] | None) -> tuple[str, ...]:
    """The asked paths (None: all fields and those of lines) that lead to sensitive fields which this actor may see clear somewhere."""
    definition = catalog.objects.get(object_key)
    if actor.kind == "system" or definition is None:
        return ()
    scope = scope_of(catalog, actor, object_key)
    own = cached(catalog, ("sensitive fields", object_key, scope.fingerprint), lambda: _sensitive_fields(catalog, actor, definition))
    if fields is None:
        return own
    return tuple(path for path in dict.fromkeys(fields) if path in own or ("." in path and _leads_to_sensitive(catalog, actor, definition, path)))


def _sensitive_fields(catalog: Catalog, actor: Actor, definition: ObjectDefinition) -> tuple[str, ...]:
    found: list[str] = []
    for field in definition.live_fields():
        if field.type == "lines":
            target = catalog.objects.get(str(field.options.get("target", "")))
            found += [f"{field.key}.{one}" for one in (() if target is None else _sensitive_fields(catalog, actor, target))]
        elif _leads_to_sensitive(catalog, actor, definition, field.key):
            found.append(field.key)
    return tuple(found)


def _leads_to_sensitive(catalog: Catalog, actor: Actor, definition: ObjectDefinition, path: str) -> bool:
    head = definition.field(path.partition(".")[0])
    end = end_of_path(definition, path, catalog.objects)
    if head is None or end is None or not is_clear(scope_of(catalog, actor, definition.key).best(head.key)):
        return False
    return is_sensitive(catalog, *end)


def _shows(record: Mapping[str, Any], path: str) -> bool:
    """Whether the value is there and clear; a path into lines counts where any line shows it."""
    head, _, rest = path.partition(".")
    value = record.get(path, record.get(head) if rest else None)
    if isinstance(value, list) and rest:
        return any(_shows(line, rest) for line in cast(list[dict[str, Any]], value))
    if isinstance(value, dict):
        given = cast(dict[str, Any], value)
        return "masked" not in given and ("title" not in given or given["title"] is not None) and given.keys() != {"restricted"}
    return value not in (None, "", [])


def _key(actor: Actor, object_key: str, identity: str, fields: Sequence[str]) -> tuple[Any, ...]:
    return actor.person, actor.kind, actor.name, object_key, identity, *fields


def _is_new(key: tuple[Any, ...], now: datetime) -> bool:
    before = _told.get(key)
    return before is None or not timedelta(0) <= now - before < _AGAIN


def _remember(keys: Iterable[tuple[Any, ...]], now: datetime) -> None:
    for key in keys:
        _told[key] = now
        _told.move_to_end(key)
    while len(_told) > _REMEMBERED:
        _told.popitem(last=False)


async def _write(database: Database, actor: Actor, object_key: str, identity: UUID | None, fields: Sequence[str], payload: Json, now: datetime) -> None:
    async with database.transaction() as connection:
        await log.record(connection, actor, "view", object_key, identity, fields, payload, ManualClock(now))
