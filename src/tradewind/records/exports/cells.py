"""From the JSON a list would show to the cells of a row: text that reads back, or a spreadsheet's own numbers and days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Context, Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from tradewind.kernel.messages import say
from tradewind.kernel.problems import InvalidValue
from tradewind.kinds.fields.contract import Typed
from tradewind.kinds.fields.values import read
from tradewind.records.exports.columns import Column
from tradewind.records.exports.wanted import Wanted

Cell = Typed | str
Cells = tuple[Cell, ...]
_FIFTEEN = Context(prec=15)
_KEPT = 20_000
"""Distinct values of a column whose cells are remembered: countries, stages and days repeat."""


def cell_maker(column: Column, wanted: Wanted, language: str, zone: ZoneInfo) -> Callable[[Any], tuple[Cells, bool]]:
    """A function from a value to the column's cells, and whether it was there and clear."""
    width = len(column.headers)
    blank: Cells = ("",) * width
    restricted = say(language, "value.restricted")
    kept: dict[Any, Cells] = {}

    def cells(value: Any) -> tuple[Cells, bool]:
        if value is None or value == "" or value == []:
            return blank, False
        if isinstance(value, dict):
            given = cast(dict[str, Any], value)
            if "masked" in given:
                return _padded(given["masked"] if isinstance(given["masked"], str) else "***", width), False
            if given.get("restricted"):
                return _padded(given.get("title") or restricted, width), False
        if column.reference:
            return _named(value, width), True
        if isinstance(value, dict | list):
            return _made(column, wanted, language, zone, value), True
        found = kept.get(value)
        if found is None:
            found = _made(column, wanted, language, zone, value)
            if len(kept) < _KEPT:
                kept[value] = found
        return found, True

    return cells


def _padded(text: str, width: int) -> Cells:
    return (text, *[""] * (width - 1))


def _named(value: Any, width: int) -> Cells:
    """Names, and where wanted their ids, of one or of several people, records or files."""
    many = cast(list[dict[str, Any]], value if isinstance(value, list) else [value])
    names = "; ".join(str(one.get("name", one.get("title")) or "") for one in many)
    return (names, "; ".join(str(one["id"]) for one in many))[:width]


def _made(column: Column, wanted: Wanted, language: str, zone: ZoneInfo, raw: Any) -> Cells:
    kind = column.kind
    if kind is None:
        return (str(raw),)
    try:
        value = raw if kind.value is str and isinstance(raw, str) else read(raw, kind.value)
    except InvalidValue:
        return _padded(str(raw), len(column.headers))
    if wanted.calculating:
        return tuple(_rounded(cell) if column.computed else cell for cell in kind.split(value, column.options, language, zone))
    if wanted.format == "xlsx" and (own := kind.typed(value, column.options)) is not None:
        return (_rounded(own) if column.computed else own,)
    if isinstance(value, datetime):
        value = _in_zone(value, zone)
    return (kind.format(value, column.options, language),)


def _rounded(cell: Cell) -> Cell:
    """A computed number with as many digits as a spreadsheet keeps; nobody reads it back."""
    return Typed(_FIFTEEN.plus(cell.value), cell.form) if isinstance(cell, Typed) and isinstance(cell.value, Decimal) else cell


def _in_zone(value: datetime, zone: ZoneInfo) -> datetime:
    try:
        return value.astimezone(zone)
    except OverflowError:
        return value


def plain(cell: Cell) -> str:
    """A cell as text that reads back: numbers with all their digits, days and moments as ISO writes them."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell.value, datetime):
        return cell.value.isoformat(" ", "seconds")
    return format(cell.value, "f") if isinstance(cell.value, Decimal) else str(cell.value)


def bits_of(clear: Sequence[bool]) -> str:
    """One letter for each column: 1 where the value was there and clear."""
    return "".join("1" if one else "0" for one in clear)
