"""What every stage of an import stands on, and how it opens one: the person with the rights of this moment, the map, the columns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from tradewind.accounts import people
from tradewind.accounts.actors import actor_for
from tradewind.catalog.indexes import ensure_match_index
from tradewind.catalog.snapshot import load
from tradewind.files.store import FileStore
from tradewind.ingest.checking import check_map
from tradewind.ingest.loading import Known, Loading, amounts_of
from tradewind.ingest.mapping import Mapper, People
from tradewind.ingest.maps import ImportMap
from tradewind.ingest.reading import Limits, SheetFound
from tradewind.ingest.runs import Import
from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import ImportStopped, InvalidMap, NotFound
from tradewind.kernel.sql import param, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection, Database
from tradewind.records.write import decoder_of

UPLOAD = -1
"""Number of the uploaded file among the files of an import; sheets count from 0."""


def bad_rows_of(sheet: int) -> int:
    """Number of the file with the rows of a sheet that are no rows."""
    return -2 - sheet


_MOST_PEOPLE = 1_000_000
_INDEXED_FROM = 2_000
"""Files of fewer rows find their records without an index of their own."""

Beat = Callable[[], Awaitable[None]]
"""Called between two steps: keeps the job, and raises what ends it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The installation as stages see it."""

    database: Database
    files: FileStore
    clock: Clock
    limits: Limits = Limits()


async def person_of(connection: Connection, one: Import) -> Actor:
    """Who imports, with the rights of this moment. Raises ImportStopped when he is gone."""
    if one.person is None:
        return SYSTEM
    try:
        return await actor_for(connection, one.person, request=one.request, address=one.address)
    except NotFound as failure:
        raise ImportStopped(rule="person") from failure


def sheet_of(one: Import) -> tuple[int, SheetFound]:
    """The sheet the map speaks of, and its number. Raises ImportStopped."""
    sheets = one.found.sheets if one.found else ()
    wanted = one.map.sheet if one.map else ""
    for number, sheet in enumerate(sheets):
        if not wanted or sheet.name == wanted:
            return number, sheet
    raise ImportStopped(rule="sheet", sheet=wanted)


def rows_of(one: Import) -> int:
    """Rows there are to be done, with those that could not be read as rows."""
    sheet = sheet_of(one)[1]
    return sheet.rows + sheet.bad


async def key_of(connection: Connection, identity: UUID, number: int) -> str:
    """Where a file of the import lies. Raises ImportStopped when it was swept."""
    statement = raw("SELECT storage_key FROM system.import_files WHERE import = ") + param(identity) + raw(" AND sheet = ") + param(number)
    found = await connection.value(statement + raw(" ORDER BY at DESC, storage_key LIMIT 1"))
    if found is None:
        raise ImportStopped(rule="swept")
    return str(found)


async def everybody(connection: Connection) -> People:
    """Whom owners' cells can mean."""
    return People({one.email.lower(): (one.id, one.name) for one in await people.listed(connection, limit=_MOST_PEOPLE) if one.active})


async def loading_of(database: Database, one: Import, clock: Clock, catalog: Catalog | None = None, known: Known | None = None) -> Loading:
    """All that chunks are written with. Raises ImportStopped where the person may no longer do it or the map no longer fits."""
    catalog = catalog or await load(database)
    async with database.reading() as connection:
        actor = await person_of(connection, one)
        known_people = await everybody(connection)
    if one.map is None:
        raise ImportStopped(rule="map")
    columns = tuple(column.name for column in sheet_of(one)[1].columns)
    try:
        check_map(one.map, catalog, actor, columns)
    except InvalidMap as problem:
        raise ImportStopped(rule="rights", errors=problem.errors) from problem
    mapper = Mapper(one.map, catalog, columns, known_people)
    decoders = {target.called: made for target in one.map.targets if (made := decoder_of(catalog, actor, target.object)) is not None}
    return Loading(one.id, catalog, actor, clock, one.map, mapper, known or Known(), amounts_of(one.map, catalog), decoders)


async def ensure_indexes(database: Database, catalog: Catalog, given: ImportMap, rows: int) -> None:
    """Where many rows are matched by fields that no index finds, there is one before they come."""
    if rows < _INDEXED_FROM:
        return
    wanted = {(target.object, key) for target in given.targets for key in target.match[:1]}
    for target in given.targets:
        for key, value in target.fields.items():
            relation = catalog.objects[target.object].field(key) if value.find else None
            if relation is not None and value.find is not None:
                wanted.add((str(relation.options["target"]), value.find.by))
    for object_key, key in sorted(wanted):
        field = catalog.objects[object_key].field(key)
        if field is not None and field.type in field_types():
            await ensure_match_index(database, catalog.objects[object_key], field, catalog.objects)
