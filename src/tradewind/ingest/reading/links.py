"""Columns whose values are found in a key-like column of another sheet of the same file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tradewind.ingest.reading.concepts import concept_of, folded
from tradewind.ingest.reading.shapes import ColumnFound, SheetFound

_KEY_TYPES = ("text", "email", "integer", "select")
_MOST_VALUES = 200_000
_FEWEST = 2
_ENOUGH = 0.8
_COUNTER = ("serial", "quantity", "year", "stock", "packages", "employees")


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A column of one sheet that names the records of another."""

    file: str
    sheet: str
    column: str
    target_file: str
    target_sheet: str
    target_column: str
    hits: int
    """Filled cells whose value stands in the target column, …"""
    filled: int
    """… of so many."""

    @property
    def share(self) -> float:
        return self.hits / max(self.filled, 1)


def find_links(sheets: Sequence[SheetFound], folder: Path) -> list[Link]:
    """For each column at most one link, to where most of its cells are found. A pair of sheets that name each other is linked one way only."""
    if len(sheets) < 2:
        return []
    keys = {sheet.file: {column.name: set[str]() for column in sheet.columns if _key_like(column, sheet)} for sheet in sheets}
    counts = {sheet.file: {column.name: dict[str, int]() for column in sheet.columns if column.guess.type in _KEY_TYPES} for sheet in sheets}
    for sheet in sheets:
        _gather(sheet, folder, keys[sheet.file], counts[sheet.file])
    found: list[Link] = []
    for sheet in sheets:
        for column in sheet.columns:
            best = max(_candidates(sheet, column, counts[sheet.file].get(column.name, {}), sheets, keys), key=lambda link: link.share, default=None)
            if best is not None:
                found.append(best)
    return _one_way(found)


def _key_like(column: ColumnFound, sheet: SheetFound) -> bool:
    """Filled in nearly every row and never twice."""
    return (
        column.guess.type in ("text", "email", "integer")
        and column.filled >= _FEWEST
        and column.filled * 20 >= sheet.rows * 19
        and (column.distinct_capped or column.distinct * 50 >= column.filled * 49)
        and concept_of(column.header) not in _COUNTER
    )


def _gather(sheet: SheetFound, folder: Path, keys: dict[str, set[str]], counts: dict[str, dict[str, int]]) -> None:
    wanted = [(column.place, column.name) for column in sheet.columns if column.name in keys or column.name in counts]
    with (folder / sheet.file).open(newline="", encoding="utf-8") as file:
        for row in csv.reader(file):
            for place, name in wanted:
                value = " ".join(row[place].casefold().split())
                if not value:
                    continue
                if name in keys and len(keys[name]) < _MOST_VALUES:
                    keys[name].add(value)
                if name in counts and (value in counts[name] or len(counts[name]) < _MOST_VALUES):
                    counts[name][value] = counts[name].get(value, 0) + 1


def _candidates(
    sheet: SheetFound, column: ColumnFound, values: dict[str, int], sheets: Sequence[SheetFound], keys: dict[str, dict[str, set[str]]]
) -> list[Link]:
    if not values or concept_of(column.header) in _COUNTER:
        return []
    filled = sum(values.values())
    found: list[Link] = []
    for other in sheets:
        if other.file == sheet.file:
            continue
        for target in other.columns:
            known = keys[other.file].get(target.name)
            if not known or not _speaks_of(column, target, other):
                continue
            hits = sum(count for value, count in values.items() if value in known)
            if hits >= _ENOUGH * filled and hits >= _FEWEST:
                found.append(
                    Link(
                        file=sheet.file,
                        sheet=sheet.name,
                        column=column.name,
                        target_file=other.file,
                        target_sheet=other.name,
                        target_column=target.name,
                        hits=hits,
                        filled=filled,
                    )
                )
    return found


def _speaks_of(column: ColumnFound, target: ColumnFound, sheet: SheetFound) -> bool:
    """Whether finding the values there means something: words do by themselves, numbers only under a header that names the same thing."""
    if column.guess.type != "integer" and target.guess.type != "integer":
        return True
    one, other = folded(column.header), folded(target.header)
    meant = concept_of(column.header)
    named = folded(sheet.name)
    return one == other or bool(meant and meant == concept_of(target.header)) or bool(named and (named in one or one.startswith(named.rstrip("s"))))


def _one_way(links: list[Link]) -> list[Link]:
    """Where two sheets name each other by the same pair of columns, the one with more rows points at the other."""
    kept: list[Link] = []
    for link in links:
        back = next(
            (
                one
                for one in links
                if (one.file, one.column, one.target_file, one.target_column) == (link.target_file, link.target_column, link.file, link.column)
            ),
            None,
        )
        if back is None or (link.filled, link.file) > (back.filled, back.file):
            kept.append(link)
    return kept
