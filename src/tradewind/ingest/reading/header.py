"""Finds the row that names the columns, and gives every column a name of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tradewind.ingest.reading.rows import Notes, Row, cell_name, letter

_SPACE = re.compile(r"\s+")
_DATA = re.compile(r"[-+$€£¥￥]?\s?[\d.,:/ -]*\d[\d.,:/ %T Z+-]*|\S+@\S+\.\S+|https?://\S+|true|false", re.IGNORECASE)
"""What stands in cells and hardly ever in headers: numbers, dates, addresses."""
_CHINESE = re.compile("[\u3400-\u9fff]")
_LOOKED = 30


@dataclass(frozen=True, slots=True)
class Header:
    """`row` is its number in the file, 0 where there is none; `names` are unique."""

    row: int
    texts: Sequence[str]
    names: Sequence[str]

    @property
    def width(self) -> int:
        return len(self.names)


def find_header(head: Sequence[Row], given: int | None, notes: Notes) -> Header:
    """The header among the first rows; `given` is its number where somebody said it. Empty and doubled names are mended and noted."""
    filled = [row for row in head if any(cell.strip() for cell in row.cells)]
    if given is None:
        chosen = _choose([row for row in filled if not row.bad])
    else:
        chosen = next((row for row in head if row.number == given), None)
    below = [row for row in filled if not row.bad and row.number > (chosen.number if chosen else 0)]
    texts = [_SPACE.sub(" ", cell).strip() for cell in chosen.cells] if chosen else []
    width = max([_width(texts), *(_width(row.cells) for row in below)], default=0) if chosen is None else _sheet_width(texts, below)
    texts = (texts + [""] * width)[:width]
    number = chosen.number if chosen else 0
    if chosen is not None and (above := [row for row in filled if row.number < number]):
        notes.add("title_rows", str(above[0].number), len(above))
    if chosen is None and filled:
        notes.add("no_header", str(filled[0].number))
    return Header(number, texts, _named(texts, number, notes))


def _width(cells: Sequence[str]) -> int:
    return max((place + 1 for place, cell in enumerate(cells) if cell.strip()), default=0)


def _sheet_width(texts: Sequence[str], below: Sequence[Row]) -> int:
    """As wide as the header, or as more than a few rows below it are."""
    widths = sorted(_width(row.cells) for row in below)
    return max(_width(texts), widths[-1 - len(widths) // 20] if widths else 0)


def _choose(rows: Sequence[Row]) -> Row | None:
    """The first row that is nearly as wide as what follows and holds words where the others hold data."""
    usual = sorted(len([cell for cell in row.cells if cell.strip()]) for row in rows)
    if not usual:
        return None
    typical = usual[len(usual) // 2]
    for row in rows[:_LOOKED]:
        cells = [cell.strip() for cell in row.cells if cell.strip()]
        if len(cells) * 2 <= typical:
            continue
        words = sum(1 for cell in cells if not _DATA.fullmatch(cell))
        return row if words * 2 > len(cells) else None
    return None


def _named(texts: Sequence[str], row: int, notes: Notes) -> list[str]:
    chinese = any(_CHINESE.search(text) for text in texts)
    taken: set[str] = set()
    wanted = {text for text in texts if text}
    names: list[str] = []
    for place, text in enumerate(texts):
        name = text
        if not name:
            name = f"{letter(place)}列" if chinese else f"Column {letter(place)}"
            if row:
                notes.add("empty_header", cell_name(place, row), name=name)
        elif name in taken:
            notes.add("doubled_header", cell_name(place, row), name=name)
        count = 1
        base = name
        while name in taken or (name != text and name in wanted):
            count += 1
            name = f"{base} ({count})"
        taken.add(name)
        names.append(name)
    return names
