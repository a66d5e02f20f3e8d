"""Definitions that come in from files: what each would change here, how it joins what is there, and why one is refused."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from tradewind.catalog.changesets import published
from tradewind.catalog.check import MAX_FIELDS, check_definitions
from tradewind.catalog.files import Collection, Entry, PackFile
from tradewind.catalog.installed import Origin
from tradewind.catalog.joining import join, unknown_to
from tradewind.catalog.snapshot import read_catalog
from tradewind.kernel.json import Json
from tradewind.kernel.problems import InvalidDefinition, Problem
from tradewind.kernel.sql import raw
from tradewind.metadata.definitions import AnyDefinition, Catalog, LayoutDefinition, MenuDefinition, ObjectDefinition, RoleDefinition, ViewDefinition
from tradewind.query.database.pool import Database

State = Literal["new", "changed", "same", "refused"]
Way = Literal["replace", "adopt"]
"""`replace`: the file's word counts, and what it does not know stays. `adopt`: ours counts, and what is unknown here is added."""


_MOST_NAMES = 1_000
_ROUNDS = 12
"""How far a refusal is followed to what needs the refused: the plan finds the rest of a longer chain."""


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """One definition of a file beside the one that is here."""

    place: str
    kind: str
    key: str
    state: State
    version: int = 0
    """Of the one that is here; 0 for none."""
    before: AnyDefinition | None = None
    ways: Mapping[Way, AnyDefinition] = {}
    """What would be published, by the way it is taken in."""
    proposed: Way | None = None
    problems: tuple[Problem, ...] = ()


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """What this installation has under a definition's key."""

    version: int
    pack: str
    retired: bool


async def here(database: Database) -> tuple[Catalog, dict[tuple[str, str], Here]]:
    """The catalogue and all definitions that are or were in it, by kind and key, of one moment."""
    async with database.transaction() as connection:
        await connection.execute(raw("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        catalog = await read_catalog(connection)
        rows = await connection.rows(raw("SELECT kind, key, version, pack, retired FROM system.definitions"))
    return catalog, {(str(row[0]), str(row[1])): Here(version=row[2], pack=row[3], retired=row[4]) for row in rows}


def review(catalog: Catalog, known: Mapping[tuple[str, str], Here], given: Collection, *, roles: bool) -> list[Incoming]:
    """Each definition of the files with what it would change. Roles are refused, and not compared, for who may not change them.

    What does not fit is refused with the place, and with it what cannot be without it.
    """
    entries = [_bounded(entry) for entry in given.entries]
    file = {entry.key: entry.definition for entry in entries if isinstance(entry.definition, ObjectDefinition)}
    found = [_compared(catalog, known, given.head, file, entry, roles=roles) for entry in entries]
    for _ in range(_ROUNDS):
        taken = [one.ways[one.proposed] for one in found if one.proposed is not None]
        problems = check_definitions(catalog, taken)
        judged = [_judged(one, problems) for one in found]
        if all(one is before for one, before in zip(judged, found, strict=True)):
            break
        found = judged
    return found


def taken(found: Iterable[Incoming], choices: Mapping[str, Way]) -> list[AnyDefinition]:
    """What is published when each definition is taken in as chosen, by "kind/key". Raises InvalidDefinition for a choice that is not there."""
    offered = {f"{one.kind}/{one.key}": one.ways for one in found if one.state != "refused"}
    missing = [key for key, way in choices.items() if way not in offered.get(key, {})]
    if missing:
        raise InvalidDefinition(pointer=f"/choices/{missing[0]}", reason="no_such_choice", key=missing[0])
    return [offered[key][way] for key, way in choices.items()]


def versions_of(found: Iterable[Incoming], choices: Mapping[str, Way]) -> dict[str, int]:
    """The versions that were looked at: what was published since stops the publish."""
    return {name: one.version for one in found if (name := f"{one.kind}/{one.key}") in choices}


def origin(given: PackFile, found: Sequence[Incoming], choices: Mapping[str, Way], packs: Container[str]) -> Origin:
    """Where they come from: new ones belong to the file's pack, which is installed once all of it, and of `packs` all it needs, is here."""
    whole = all(one.state == "same" or choices.get(f"{one.kind}/{one.key}") == "replace" for one in found) and all(key in packs for key in given.requires)
    return Origin(pack=given.key, installs=given if given.key and given.version and whole else None, keeps_drafts=True)


def _bounded(entry: Entry) -> Entry:
    """The entry, refused where it names more than anybody would: comparing takes time for each pair."""
    match entry.definition:
        case ObjectDefinition(fields=fields) if len(fields) > MAX_FIELDS:
            return msgspec.structs.replace(entry, definition=None, problem=_wrong(entry, "too_many_fields", maximum=MAX_FIELDS))
        case ViewDefinition(columns=names) | MenuDefinition(objects=names) if len(names) > _MOST_NAMES:
            return msgspec.structs.replace(entry, definition=None, problem=_wrong(entry, "too_long", most=_MOST_NAMES))
        case LayoutDefinition() as one if sum(len(section.fields) for section in one.sections) + len(one.create) + len(one.related) > _MOST_NAMES:
            return msgspec.structs.replace(entry, definition=None, problem=_wrong(entry, "too_long", most=_MOST_NAMES))
        case _:
            return entry


def _compared(
    catalog: Catalog,
    known: Mapping[tuple[str, str], Here],
    head: PackFile,
    file: Mapping[str, ObjectDefinition],
    entry: Entry,
    *,
    roles: bool,
) -> Incoming:
    theirs, mine = entry.definition, known.get((entry.kind, entry.key))

    def refused(problem: InvalidDefinition) -> Incoming:
        return Incoming(place=entry.place, kind=entry.kind, key=entry.key, state="refused", version=mine.version if mine else 0, problems=(problem,))

    if theirs is None:
        return refused(entry.problem or _wrong(entry, "file"))
    if isinstance(theirs, RoleDefinition) and not roles:
        return refused(_wrong(entry, "needs_roles"))
    if isinstance(theirs, ViewDefinition) and theirs.private_to:
        return refused(_wrong(entry, "private"))
    if isinstance(theirs, ObjectDefinition) and mine is not None and mine.retired:
        return refused(_wrong(entry, "retired_here"))
    ours = None if mine is None or mine.retired else published(catalog, theirs)
    if ours is None:
        return Incoming(
            place=entry.place, kind=entry.kind, key=entry.key, state="new", version=mine.version if mine else 0, ways={"replace": theirs}, proposed="replace"
        )
    if isinstance(ours, ViewDefinition) and ours.private_to:
        return refused(_wrong(entry, "taken"))
    ways: dict[Way, AnyDefinition] = {}
    if (replaced := join(theirs, ours, unknown_to(file, partly=True))) != ours:
        ways["replace"] = replaced
    if (adopted := join(ours, theirs, unknown_to(catalog.objects, partly=False))) not in (ours, replaced):
        ways["adopt"] = adopted
    foreign = head.key != "" and mine is not None and mine.pack != head.key
    wanted: Way = "adopt" if foreign and replaced != adopted else "replace"
    proposed = wanted if wanted in ways else None
    state: State = "changed" if ways else "same"
    return Incoming(
        place=entry.place, kind=entry.kind, key=entry.key, state=state, version=mine.version if mine else 0, before=ours, ways=ways, proposed=proposed
    )


def _judged(one: Incoming, problems: Sequence[Problem]) -> Incoming:
    """The same, refused when one of the problems is its own."""
    at = f"/{one.kind}/{one.key}"
    own = tuple(problem for problem in problems if problem.pointer == at or problem.pointer.startswith(f"{at}/"))
    if one.proposed is None or not own:
        return one
    return msgspec.structs.replace(one, state="refused", proposed=None, ways={}, problems=own)


def _wrong(entry: Entry, reason: str, **params: Json) -> InvalidDefinition:
    return InvalidDefinition(pointer=f"/{entry.place}", errors=(), reason=reason, **params)
