"""By which sign the cells of a text are told apart, and how it quotes them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

DELIMITERS = ("\t", ";", ",", "|")
"""Where two fit equally well, the earlier one: commas also stand inside numbers and sentences, tabs hardly ever do."""
SAID = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
"""A first line by which spreadsheet programs are told the delimiter."""
_LINES = 400
_SINGLE = re.compile(r"(?:^|[\t;,|])'[^'\n]*'(?=[\t;,|]|$)", re.MULTILINE)
_BACKSLASH = re.compile(r'\\"(?!\s*(?:[\t;,|]|$))', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One character each; `escape` is empty where quotes inside quotes are doubled."""

    delimiter: str
    quote: str = '"'
    escape: str = ""


def dialect_of(sample: str, *, whole: bool) -> Dialect:
    """The dialect of the beginning of a text; `whole` tells that it is all of it. One column without any delimiter has a comma."""
    lines = sample.splitlines(keepends=True)
    if not whole and len(lines) > 1:
        lines.pop()
    quote = "'" if len(_SINGLE.findall(sample)) > 2 * sample.count('"') else '"'
    escape = "\\" if quote == '"' and _BACKSLASH.search(sample) and sample.count('\\"') * 2 > sample.count('""') else ""
    if lines and (said := SAID.fullmatch(lines[0])):
        return Dialect(said[1], quote, escape)
    lines = [line for line in lines[:_LINES] if line.strip()]
    scores = {sign: _score(lines, Dialect(sign, quote, escape)) for sign in DELIMITERS}
    best = max(DELIMITERS, key=lambda sign: scores[sign])
    if scores[best] <= 0:
        best = min(DELIMITERS[::-1], key=lambda sign: sum(sign in line for line in lines))
    return Dialect(best, quote, escape)


def _score(lines: Sequence[str], dialect: Dialect) -> float:
    """How alike in width the rows are: 1 when all are, a little more for wide ones and when the first row is one of them; 0 for one column."""
    widths = _widths(lines, dialect)
    split = Counter(width for width in widths if width > 1)
    if not split:
        return 0.0
    width, rows = split.most_common(1)[0]
    share = rows / len(widths)
    if share < 0.3 or (widths[0] == 1 and widths.count(1) >= rows):
        return 0.0
    return share + 0.15 * (widths[0] == width) + 0.01 * min(width, 20)


def _widths(lines: Sequence[str], dialect: Dialect) -> list[int]:
    """Cells of each row; rows that run over many lines count line by line, since their quote was none."""
    try:
        rows = list(csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, escapechar=dialect.escape or None))
    except csv.Error:
        rows = []
    if len(rows) * 5 < len(lines):
        rows = [line.split(dialect.delimiter) for line in lines]
    return [len(row) for row in rows if row]
