"""Rows that were refused, kept with their cells and the reasons until they are mended, run again or dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tradewind.ingest.mapping import CellProblem
from tradewind.kernel.json import Json, canonical
from tradewind.kernel.problems import InvalidRequest, NotFound
from tradewind.kernel.sql import Sql, cast_param, join, literal, param, raw
from tradewind.query.database.pool import Connection

WAITING, LOADED, DROPPED = "waiting", "loaded", "dropped"
_LONGEST_VALUE = 300
_SHOWN_VALUES = 20


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was not loaded: its number in the file (the first row of data is 1), its cells as they stand now, and why."""

    number: int
    cells: tuple[str, ...]
    problems: tuple[CellProblem, ...]
    state: str = WAITING
    mended: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the refused rows: of the run or of its dry run, by column, problem, text and state."""

    trial: bool = False
    column: str | None = None
    code: str = ""
    rule: str = ""
    text: str = ""
    state: str = WAITING
    numbers: tuple[int, ...] | None = None


class ProblemCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many waiting rows have a problem, and the commonest values it is about."""

    column: str
    code: str
    rule: str
    count: int
    params: dict[str, Any]
    values: tuple[tuple[str, int], ...]


def _members(problem: CellProblem) -> dict[str, Json]:
    rule = problem.params.get("rule") or ""
    return {"column": problem.column, "value": problem.value[:_LONGEST_VALUE], "code": problem.code, "rule": rule, "params": dict(problem.params)}


def _problem(given: Mapping[str, Any]) -> CellProblem:
    return CellProblem(given["column"], given["value"], given["code"], given["params"])


def problems_json(problems: Iterable[CellProblem]) -> str:
    return canonical([_members(one) for one in problems]).decode()


async def stage(connection: Connection, identity: UUID, trial: bool, rows: Sequence[Refused]) -> None:
    """Keeps refused rows; one that is there already has its cells and reasons replaced."""
    if not rows:
        return
    columns = [
        cast_param([row.number for row in rows], "int[]"),
        cast_param([canonical(list(row.cells)).decode() for row in rows], "jsonb[]"),
        cast_param([problems_json(row.problems) for row in rows], "jsonb[]"),
    ]
    await connection.execute(
        raw("INSERT INTO system.import_rows (import, trial, number, cells, problems) SELECT ") + param(identity) + raw("::uuid, ") + param(trial)
        + raw("::boolean, t.number, ARRAY(SELECT jsonb_array_elements_text(t.cells)), t.problems FROM unnest(") + join(", ", columns)
        + raw(") AS t(number, cells, problems) ON CONFLICT (import, trial, number) DO UPDATE SET cells = excluded.cells, problems = excluded.problems, state = 'waiting'")
    )  # fmt: skip


async def known(connection: Connection, identity: UUID, trial: bool, numbers: Sequence[int]) -> set[int]:
    """Which of these rows are kept already."""
    rows = await connection.rows(
        raw("SELECT number FROM system.import_rows WHERE import = ") + param(identity) + raw(" AND trial = ") + param(trial) + raw(" AND number = ANY(")
        + cast_param(list(numbers), "int[]") + raw(")")
    )  # fmt: skip
    return {row[0] for row in rows}


async def settled(connection: Connection, identity: UUID, numbers: Sequence[int]) -> set[int]:
    """Which of these rows were loaded since, or dropped."""
    rows = await connection.rows(
        raw("SELECT number FROM system.import_rows WHERE NOT trial AND state <> 'waiting' AND import = ")
        + param(identity)
        + raw(" AND number = ANY(")
        + cast_param(list(numbers), "int[]")
        + raw(")")
    )
    return {row[0] for row in rows}


async def settle(connection: Connection, identity: UUID, numbers: Sequence[int], state: str) -> int:
    """Moves rows of the run to a state; how many."""
    return await connection.execute(
        raw("UPDATE system.import_rows SET state = ") + param(state) + raw(" WHERE NOT trial AND import = ") + param(identity) + raw(" AND number = ANY(")
        + cast_param(list(numbers), "int[]") + raw(")")
    )  # fmt: skip


async def forget_trial(connection: Connection, identity: UUID) -> None:
    """Removes what an earlier dry run refused and changed."""
    for table in (raw("system.import_rows"), raw("system.import_changes")):
        await connection.execute(raw("DELETE FROM ") + table + raw(" WHERE trial AND import = ") + param(identity))


def _where(identity: UUID, wanted: Wanted, columns: Sequence[str]) -> Sql:
    condition = raw("import = ") + param(identity) + raw(" AND trial = ") + param(wanted.trial) + raw(" AND state = ") + param(wanted.state)
    sought: dict[str, Json] = {key: value for key, value in (("code", wanted.code), ("rule", wanted.rule)) if value}
    if wanted.column is not None:
        sought["column"] = wanted.column
    if sought:
        condition += raw(" AND problems @> ") + cast_param(canonical([sought]).decode(), "jsonb")
    if wanted.text:
        pattern = "%" + wanted.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        condition += raw(" AND EXISTS (SELECT 1 FROM unnest(cells) AS cell WHERE cell ILIKE ") + param(pattern) + raw(")")
    if wanted.numbers is not None:
        condition += raw(" AND number = ANY(") + cast_param(list(wanted.numbers), "int[]") + raw(")")
    return condition


async def page(connection: Connection, identity: UUID, wanted: Wanted, after: int, limit: int) -> list[Refused]:
    """Refused rows behind row `after`, in the order of the file."""
    rows = await connection.rows(
        raw("SELECT number, cells, problems, state, mended FROM system.import_rows WHERE ") + _where(identity, wanted, ()) + raw(" AND number > ") + param(after)
        + raw(" ORDER BY number LIMIT ") + param(limit)
    )  # fmt: skip
    return [_refused(row) for row in rows]


def _refused(row: tuple[Any, ...]) -> Refused:
    return Refused(number=row[0], cells=tuple(row[1]), problems=tuple(_problem(one) for one in row[2]), state=row[3], mended=row[4])


async def row(connection: Connection, identity: UUID, number: int) -> Refused:
    """One refused row of the run, locked until the transaction ends. Raises NotFound."""
    found = await connection.row(
        raw("SELECT number, cells, problems, state, mended FROM system.import_rows WHERE NOT trial AND import = ") + param(identity) + raw(" AND number = ")
        + param(number) + raw(" FOR UPDATE")
    )  # fmt: skip
    if found is None:
        raise NotFound()
    return _refused(found)


async def rewrite(connection: Connection, identity: UUID, rows: Sequence[Refused]) -> None:
    """Writes mended cells and what is still wrong with them."""
    await stage(connection, identity, False, rows)
    await connection.execute(
        raw("UPDATE system.import_rows SET mended = true WHERE NOT trial AND import = ") + param(identity) + raw(" AND number = ANY(")
        + cast_param([one.number for one in rows], "int[]") + raw(")")
    )  # fmt: skip


async def having(connection: Connection, identity: UUID, place: int, value: str, after: int, limit: int) -> list[Refused]:
    """Waiting rows of the run with exactly this text in a column, behind row `after`."""
    rows = await connection.rows(
        raw("SELECT number, cells, problems, state, mended FROM system.import_rows WHERE NOT trial AND state = 'waiting' AND import = ") + param(identity)
        + raw(" AND cells[") + cast_param(place + 1, "int") + raw("] = ") + param(value) + raw(" AND number > ") + param(after)
        + raw(" ORDER BY number LIMIT ") + param(limit) + raw(" FOR UPDATE")
    )  # fmt: skip
    return [_refused(one) for one in rows]


async def move(connection: Connection, identity: UUID, wanted: Wanted, state: str) -> int:
    """Moves the wanted rows to another state: drops them, or takes that back; how many."""
    return await connection.execute(raw("UPDATE system.import_rows SET state = ") + param(state) + raw(" WHERE ") + _where(identity, wanted, ()))


async def counts(connection: Connection, identity: UUID, trial: bool) -> dict[str, int]:
    """Rows by state."""
    rows = await connection.rows(
        raw("SELECT state, count(*) FROM system.import_rows WHERE import = ") + param(identity) + raw(" AND trial = ") + param(trial) + raw(" GROUP BY state")
    )
    return {WAITING: 0, LOADED: 0, DROPPED: 0} | {row[0]: row[1] for row in rows}


async def problem_counts(connection: Connection, identity: UUID, trial: bool) -> list[ProblemCount]:
    """What is wrong with waiting rows, commonest first."""
    part = [raw("p->>") + literal(key) for key in ("column", "code", "rule", "value")]
    source = (
        raw("SELECT ") + join(", ", [one + raw(" AS k") + Sql(str(number)) for number, one in enumerate(part)])
        + raw(", min(p->>'params') AS params, count(DISTINCT number) AS n FROM system.import_rows, jsonb_array_elements(problems) AS p WHERE state = 'waiting' AND import = ")
        + param(identity) + raw(" AND trial = ") + param(trial) + raw(" GROUP BY 1, 2, 3, 4")
    )  # fmt: skip
    rows = await connection.rows(
        raw("SELECT k0, k1, k2, sum(n)::bigint, min(params), (array_agg(k3 ORDER BY n DESC, k3))[1:") + raw("20") + raw("], (array_agg(n ORDER BY n DESC, k3))[1:")
        + raw("20") + raw("] FROM (") + source + raw(") AS s GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3")
    )  # fmt: skip
    return [
        ProblemCount(column=row[0], code=row[1], rule=row[2], count=row[3], params=msgspec.json.decode(row[4]), values=tuple(zip(row[5], row[6], strict=True)))
        for row in rows
    ]


def check_columns(columns: Sequence[str], cells: Mapping[str, str]) -> dict[int, str]:
    """Cells by place. Raises InvalidRequest for a column the file does not have."""
    for column in cells:
        if column not in columns:
            raise InvalidRequest(rule="import_column", column=column, pointer=f"/cells/{column}")
    return {columns.index(column): cell for column, cell in cells.items()}
