"""`tradewind definitions export | import DIR`: the catalogue as a folder of files, to be kept where versions are kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tradewind.accounts.people import check_roles
from tradewind.catalog import incoming, outgoing, publish
from tradewind.catalog.files import HEAD, collect, layout, read_folder, write_folder
from tradewind.catalog.incoming import Incoming, Way
from tradewind.catalog.installed import installed
from tradewind.catalog.plan import Step
from tradewind.ingest.words import sentence
from tradewind.kernel.clock import Clock, SystemClock
from tradewind.kernel.json import Json, mapping
from tradewind.kernel.messages import closest, has, say
from tradewind.kernel.problems import InvalidDefinition, Problem
from tradewind.kernel.settings import Settings
from tradewind.kernel.sql import raw
from tradewind.metadata.actors import SYSTEM
from tradewind.query.database.pool import Connection, open_pool
from tradewind.records import log


class CannotExchange(RuntimeError):
    """One sentence for the person at the terminal, or one for each definition."""


async def export(settings: Settings, folder: Path, pack: str) -> int:
    """Writes all definitions, or a pack's, and takes away the files of those that are gone. Raises CannotExchange."""
    language = closest(settings.default_language)
    if not _may_write_into(folder):
        raise CannotExchange(say(language, "definitions.cli.strange", {"folder": str(folder)}))
    database = await open_pool(settings.database_url, size=2)
    try:
        catalog, _ = await incoming.here(database)
        if pack:
            async with database.reading() as connection:
                found = await outgoing.of_pack(connection, catalog, pack, roles=True)
        else:
            found = outgoing.everything(catalog, roles=True)
        changed = write_folder(folder, layout(found.head, found.definitions))
    except Problem as problem:
        said = say(language, "definitions.cli.no_pack", {"pack": pack}) if pack else sentence(language, problem.code, problem.params)
        raise CannotExchange(said) from problem
    finally:
        await database.close()
    print(say(language, "definitions.cli.exported", {"count": len(found.definitions), "folder": str(folder), "changed": len(changed)}))
    return 0


async def take_in(settings: Settings, folder: Path, *, adopt: bool, plan_only: bool) -> int:
    """Says what each definition of the folder would change, then publishes them as one change set unless only the plan was asked for.

    Raises CannotExchange with what is refused, and then nothing is published.
    """
    language = closest(settings.default_language)
    database = await open_pool(settings.database_url, size=2, statement_timeout="300s")
    try:
        given = collect(read_folder(folder))
        catalog, known = await incoming.here(database)
        found = incoming.review(catalog, known, given, roles=True)
        _refuse(language, found)
        choices = _choices(found, adopt=adopt)
        for one in found:
            if one.state != "same":
                print(say(language, f"definitions.cli.{'left' if f'{one.kind}/{one.key}' not in choices else one.state}", {"place": one.place}))
        if not choices:
            print(say(language, "definitions.cli.nothing"))
            return 0
        definitions = incoming.taken(found, choices)
        for step in (await publish.plan(database, catalog, definitions)).operations:
            print(f"  · {_sentence(language, step)}")
        if plan_only:
            return 0
        async with database.reading() as connection:
            origin = incoming.origin(given.head, found, choices, await installed(connection))
        base, clock = incoming.versions_of(found, choices), SystemClock()
        await publish.publish(database, definitions, None, clock, origin=origin, base=base, log=_logged(clock))
    except Problem as problem:
        raise CannotExchange(_sentences(language, problem.errors or (problem,))) from problem
    finally:
        await database.close()
    print(say(language, "definitions.cli.published", {"count": len(choices)}))
    return 0


def _may_write_into(folder: Path) -> bool:
    """A new or empty folder, or one that definitions were written into before: nothing else is ever taken away."""
    return not folder.exists() or (folder / HEAD).exists() or (folder.is_dir() and not any(folder.iterdir()))


def _choices(found: Iterable[Incoming], *, adopt: bool) -> dict[str, Way]:
    way: Way = "adopt" if adopt else "replace"
    return {f"{one.kind}/{one.key}": "replace" if one.state == "new" else way for one in found if one.state == "new" or way in one.ways}


def _refuse(language: str, found: Iterable[Incoming]) -> None:
    if refused := [_sentences(language, one.problems) for one in found if one.state == "refused"]:
        raise CannotExchange("\n".join([say(language, "definitions.cli.refused"), *refused]))


def _sentences(language: str, problems: Iterable[Problem]) -> str:
    return "\n".join(_of_problem(language, problem) for problem in problems)


def _of_problem(language: str, problem: Problem) -> str:
    reason = problem.params.get("reason", "")
    for key in (f"definitions.problem.{reason}", f"build.problem.{reason}"):
        if isinstance(problem, InvalidDefinition) and has(language, key):
            return f"{problem.pointer.removeprefix('/')}: {say(language, key, problem.params)}"
    place = problem.pointer.removeprefix("/")
    said = sentence(language, problem.code, problem.params)
    return f"{place}: {said}" if place else said


def _sentence(language: str, step: Step) -> str:
    """A step of the plan in the words the studio has for it."""
    part = {"set_required": ".on", "set_unique": ".on"} if step.params.get("on") else {"set_required": ".off", "set_unique": ".off"}
    key = f"plan.{step.op}" + (part.get(step.op, "") if step.op != "change_settings" else ".field" if step.field else ".object")
    members = step.params.get("members")
    names = [say(language, f"build.member.{one}") for one in members] if isinstance(members, list) else []
    kind = f"build.types.{step.params.get('type')}"
    words: dict[str, Json] = {
        "object": _label(language, step.params.get("object_labels"), step.object),
        "field": _label(language, step.params.get("field_labels"), step.field),
        "type": say(language, kind) if has(language, kind) else step.params.get("type"),
        "members": say(language, "build.comma").join(names),
    }
    refusal = f" – {say(language, f'build.problem.{step.refused}', step.params)}" if step.refused else ""
    return say(language, key, words) + refusal


def _label(language: str, labels: Json, otherwise: str) -> str:
    found = mapping(labels) or {}
    return str(found.get(language) or found.get("en") or otherwise)


def _logged(clock: Clock) -> publish.Log:
    async def write(connection: Connection, keys: list[str]) -> None:
        if await connection.value(raw("SELECT EXISTS (SELECT FROM system.people)")):
            await check_roles(connection, keys)
        await log.record(connection, SYSTEM, "publish", None, None, keys, None, clock)

    return write
