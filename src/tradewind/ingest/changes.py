"""What transforms made of cells of loaded rows, kept once for each distinct text with how many cells held it: every change of the dirt can be listed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from uuid import UUID

import msgspec

from tradewind.ingest.mapping import Change
from tradewind.kernel.sql import cast_param, join, param, raw
from tradewind.query.database.pool import Connection

_LONGEST = 500
_EXAMPLES = 5


class ChangeCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many cells of a column a kind of transform changed, how many different texts they held, and some of them before and after."""

    column: str
    kind: str
    cells: int
    distinct: int
    examples: tuple[tuple[str, str], ...]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """One text that was changed, and in how many cells it stood."""

    column: str
    kind: str
    before: str
    after: str
    cells: int


async def add(connection: Connection, identity: UUID, trial: bool, found: Mapping[Change, int]) -> None:
    """Counts a chunk's changes in, in its transaction."""
    if not found:
        return
    entries: Counter[tuple[str, str, bytes, str, str]] = Counter()
    for (column, kind, before, after), cells in found.items():
        entries[column, kind, hashlib.sha256(before.encode("utf-8", "surrogatepass")).digest()[:16], before[:_LONGEST], after[:_LONGEST]] += cells
    rows = sorted(entries.items())
    casts = ("text[]", "text[]", "bytea[]", "text[]", "text[]")
    columns = [cast_param([row[0][place] for row in rows], cast) for place, cast in enumerate(casts)] + [cast_param([row[1] for row in rows], "bigint[]")]
    await connection.execute(
        raw("INSERT INTO system.import_changes AS c (import, trial, column_name, kind, digest, before, after, cells) SELECT ") + param(identity) + raw("::uuid, ")
        + param(trial) + raw("::boolean, t.* FROM unnest(") + join(", ", columns)
        + raw(") AS t ON CONFLICT (import, trial, column_name, kind, digest) DO UPDATE SET cells = c.cells + excluded.cells")
    )  # fmt: skip


async def counted(connection: Connection, identity: UUID, trial: bool) -> list[ChangeCount]:
    """Changes by column and kind, the most frequent first."""
    rows = await connection.rows(
        raw("SELECT column_name, kind, sum(cells)::bigint, count(*), (array_agg(ARRAY[before, after] ORDER BY cells DESC, before))[1:") + raw("5") + raw("]")
        + raw(" FROM system.import_changes WHERE import = ") + param(identity) + raw(" AND trial = ") + param(trial)
        + raw(" GROUP BY column_name, kind ORDER BY 3 DESC, 1, 2")
    )  # fmt: skip
    return [
        ChangeCount(column=row[0], kind=row[1], cells=row[2], distinct=row[3], examples=tuple((one[0], one[1]) for one in row[4][:_EXAMPLES])) for row in rows
    ]


async def page(
    connection: Connection, identity: UUID, trial: bool, column: str, kind: str, after: tuple[str, str, bytes] | None, limit: int
) -> tuple[list[Changed], list[bytes]]:
    """Changes behind the last one seen, and their digests to go on from."""
    condition = raw("import = ") + param(identity) + raw(" AND trial = ") + param(trial)
    if column:
        condition += raw(" AND column_name = ") + param(column)
    if kind:
        condition += raw(" AND kind = ") + param(kind)
    if after is not None:
        condition += raw(" AND (column_name, kind, digest) > (") + join(", ", [param(one) for one in after]) + raw(")")
    rows = await connection.rows(
        raw("SELECT column_name, kind, before, after, cells, digest FROM system.import_changes WHERE ") + condition
        + raw(" ORDER BY column_name, kind, digest LIMIT ") + param(limit)
    )  # fmt: skip
    return [Changed(column=row[0], kind=row[1], before=row[2], after=row[3], cells=row[4]) for row in rows], [bytes(row[5]) for row in rows]
