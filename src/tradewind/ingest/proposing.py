"""Which maps a file could be imported with: one used for its shape before, shared ones, and what the headers suggest for each object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from tradewind.ingest import reception, saved
from tradewind.ingest.checking import check_map
from tradewind.ingest.maps import ImportMap
from tradewind.ingest.reading import ColumnFound, SheetFound
from tradewind.ingest.reading.concepts import folded
from tradewind.ingest.reading.headers import fitness, suggest
from tradewind.ingest.reading.suggestions import suggest_map
from tradewind.ingest.runs import Import
from tradewind.kernel.problems import InvalidMap
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection
from tradewind.records.visible import may_fill

_NAMED, _MISSING = 0.25, 0.25
"""What a sheet or file that has the object's name is worth, and what each field without a column costs."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A map the file could be imported with, and how well it fits, from 0 to 1."""

    object: str
    sheet: str
    score: float
    source: Literal["saved", "shape", "suggested"]
    map: ImportMap
    name: str = ""


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """A column and the field it seems to be."""

    column: str
    field: str
    score: float


async def proposals(connection: Connection, catalog: Catalog, actor: Actor, one: Import) -> list[Proposal]:
    """What the person may import the file as, best first: maps of before that still fit, then what its headers suggest."""
    found: list[Proposal] = []
    sheets = one.found.sheets if one.found else ()
    shapes = {reception.shape_of(sheet.columns): sheet for sheet in sheets if sheet.columns}
    for kept in await saved.by_shape(connection, actor, list(shapes)):
        sheet = shapes[kept.shape]
        given = msgspec.structs.replace(kept.map, sheet=sheet.name)
        if given.targets and _fits(given, catalog, actor, sheet.columns):
            source: Literal["saved", "shape"] = "shape" if kept.name.startswith("~") else "saved"
            found.append(
                Proposal(
                    object=given.targets[-1].object,
                    sheet=sheet.name,
                    score=1.0,
                    source=source,
                    name=kept.name.lstrip("~") if source == "saved" else "",
                    map=given,
                )
            )
    fresh = [
        _weighed(suggested(sheet, catalog, actor, key)[0], catalog, (sheet.name, one.file_name.rpartition(".")[0]))
        for sheet in sheets
        if sheet.columns
        for key in catalog.objects
        if may_make(catalog, actor, key)
    ]
    return found + sorted((one for one in fresh if one.score > 0), key=lambda one: -one.score)


def _weighed(proposal: Proposal, catalog: Catalog, names: Sequence[str]) -> Proposal:
    """The proposal with a score that also stands on the names of sheet and file, and on the fields that would have to be filled and are not."""
    if not proposal.score:
        return proposal
    definition = catalog.objects[proposal.object]
    words = {folded(word) for word in (definition.key, *definition.labels.values())}
    named = any(folded(name).removesuffix(ending) in words for name in names if name for ending in ("", "s", "表", "列表", "资料", "信息"))
    given = proposal.map.targets[0].fields
    missing = sum(field.required and field.default is None and field.key not in given for field in definition.live_fields())
    score = proposal.score + _NAMED * named - _MISSING * missing
    return msgspec.structs.replace(proposal, score=round(min(max(score, 0.001), 1.0), 3))


def may_make(catalog: Catalog, actor: Actor, key: str) -> bool:
    """Whether the person may make records of the object."""
    rights = may_fill(catalog, actor, key)
    return rights is not None and rights.create


def _fits(given: ImportMap, catalog: Catalog, actor: Actor, columns: Sequence[ColumnFound]) -> bool:
    try:
        check_map(given, catalog, actor, tuple(column.name for column in columns))
    except InvalidMap:
        return False
    return True


def suggested(sheet: SheetFound, catalog: Catalog, actor: Actor, object_key: str) -> tuple[Proposal, list[Fit]]:
    """A map of the sheet's columns to fields of one object that the person may fill."""
    rights = may_fill(catalog, actor, object_key)
    allowed = frozenset[str]() if rights is None else rights.fields
    found = suggest(sheet.columns, catalog, object_key, allowed)
    given = suggest_map(sheet, catalog, object_key, zone=actor.zone, allowed=allowed, found=found)
    fits = [Fit(column=column, field=one.field, score=round(one.score, 3)) for column, one in found.items()]
    return Proposal(object=object_key, sheet=sheet.name, score=round(fitness(sheet.columns, found), 3), source="suggested", map=given), fits
