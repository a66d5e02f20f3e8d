"""Merging everything that is certainly one, group by group, each as an action of its own that can be taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec

from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import NotFound, Problem
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Database
from tradewind.records.choosing import survivor_of
from tradewind.records.finder import groups
from tradewind.records.merge import MOST, Merging, merge, records_of

JOB = "merge_certain"
_PAGE = 50


class Outcome(msgspec.Struct, kw_only=True):
    """How far it is: groups merged, records that went into others, and groups that could not be merged, by what stood in the way."""

    merged: int = 0
    records: int = 0
    refused: dict[str, int] = {}


Told = Callable[[Outcome, int], Awaitable[None]]
"""Told the outcome so far, and how many groups there were."""


async def merge_certain(database: Database, catalog: Catalog, actor: Actor, object_key: str, told: Told, clock: Clock, so_far: Outcome) -> Outcome:
    """Merges the certain groups the actor sees, with the proposal for every field. Repeating it goes on where it was cut off."""
    outcome, left = so_far, set[str]()
    while True:
        page = await groups(database, catalog, actor, object_key, clock, weakest="certain", limit=_PAGE, skip=len(left))
        fresh = [one for one in page.groups if one.key not in left]
        if not fresh:
            return outcome
        before = outcome.merged
        for group in fresh:
            reason = await _merge(database, catalog, actor, object_key, list(group.members), clock)
            if reason:
                left.add(group.key)
                outcome.refused[reason] = outcome.refused.get(reason, 0) + 1
            else:
                outcome.merged += 1
                outcome.records += len(group.members) - 1
        await told(outcome, before + max(page.total, len(left)))


async def _merge(database: Database, catalog: Catalog, actor: Actor, object_key: str, members: list[UUID], clock: Clock) -> str:
    """The code of what stood in the way; empty when it is done."""
    if len(members) > MOST:
        return "too_many"
    try:
        async with database.reading() as connection:
            records = await records_of(connection, catalog, actor, object_key, members, clock.now())
        if len(records) < len(members):
            raise NotFound(object=object_key)
        survivor = UUID(survivor_of(catalog.objects[object_key], list(records.values())))
        versions = {one: str(record["version"]) for one, record in records.items()}
        losers = tuple(one for one in members if one != survivor)
        await merge(database, catalog, actor, object_key, Merging(survivor=survivor, losers=losers, versions=versions), clock)
    except Problem as problem:
        return problem.errors[0].code if problem.errors else problem.code
    return ""
