"""Finds the row that names the columns, and gives every column a name of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tradewind.ingest.reading.rows import Merges, Notes, Row, cell_name, letter

_SPACE = re.compile(r"\s+")
_DATA = re.compile(r"[-+$€£¥￥]?\s?[\d.,:/ -]*\d[\d.,:/ %T Z+-]*|\S+@\S+\.\S+|https?://\S+|true|false", re.IGNORECASE)
"""What stands in cells and hardly ever in headers: numbers, dates, addresses."""
_CHINESE = re.compile("[\u3400-\u9fff]")
_LOOKED = 30
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Header:
    """`row` is its number in the file, 0 where there is none; `names` are unique."""

    row: int
    texts: Sequence[str]
    names: Sequence[str]

    @property
    def width(self) -> int:
        return len(self.names)


def find_header(head: Sequence[Row], given: int | None, merges: Merges, notes: Notes) -> Header:
    """The header among the first rows; `given` is its number where somebody said it, 0 for none. Empty and doubled names are mended and noted."""
    filled = [row for row in head if any(cell.strip() for cell in row.cells)]
    good = [row for row in filled if not row.bad]
    if given is None:
        chosen = _choose(good)
        if chosen is not None and (lower := _lower(chosen, good, merges)) is not None:
            chosen = lower
    else:
        chosen = next((row for row in head if row.number == given), None)
    number = chosen.number if chosen else 0
    below = [row for row in good if row.number > number]
    texts = _grouped(chosen, good, merges) if chosen else []
    width = max(_width(texts), _usual_width(below))
    texts = (texts + [""] * width)[:width]
    above = [row for row in filled if row.number < number]
    if above:
        notes.add("title_rows", str(above[0].number), len(above))
    if not number and filled:
        notes.add("no_header", str(filled[0].number))
    return Header(number, texts, _named(texts, number, notes))


def _lower(chosen: Row, rows: Sequence[Row], merges: Merges) -> Row | None:
    """The row below, where cells merged over several columns show that the chosen one only gives groups their names."""
    following = next((row for row in rows if row.number == chosen.number + 1), None)
    if following is None or not any(_groups(chosen, merges)):
        return None
    named = [cell for cell in following.cells if cell.strip()]
    return following if len(named) >= 2 and not any(_is_data(cell.strip()) for cell in named) else None


def _groups(row: Row, merges: Merges) -> list[tuple[int, int]]:
    """Cells of the row that are merged over several columns but not over all of them."""
    found = {merges.group(row.number - 1, place) for place, cell in enumerate(row.cells) if cell.strip()}
    return [(first, last) for first, last in sorted(found) if last > first and last - first + 1 < len(row.cells)]


def _grouped(chosen: Row, rows: Sequence[Row], merges: Merges) -> list[str]:
    """The header's texts, with the name of the group above where there is one: "联系人 姓名"."""
    texts = [_SPACE.sub(" ", cell).strip() for cell in chosen.cells]
    above = next((row for row in rows if row.number == chosen.number - 1), None)
    if above is None:
        return texts
    for first, last in _groups(above, merges):
        group = _SPACE.sub(" ", above.cells[first]).strip()
        for place in range(first, min(last + 1, len(texts))):
            if texts[place] and texts[place] != group:
                texts[place] = f"{group} {texts[place]}"
    return texts


def _usual_width(rows: Sequence[Row]) -> int:
    """As wide as more than one in twenty of the rows."""
    widths = sorted(_width(row.cells) for row in rows)
    return widths[-1 - len(widths) // 20] if widths else 0


def _width(cells: Sequence[str]) -> int:
    return max((place + 1 for place, cell in enumerate(cells) if cell.strip()), default=0)


def _is_data(cell: str) -> bool:
    return len(cell) <= _LONGEST and _DATA.fullmatch(cell) is not None


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
        words = sum(1 for cell in cells if not _is_data(cell))
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
