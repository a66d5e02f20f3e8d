"""Batches of an import's rows sent to the write path, and what came of each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tradewind.ingest.mapping import CellProblem, Mapper, TargetRows
from tradewind.ingest.maps import Target
from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import InvalidRecords
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection
from tradewind.records import find
from tradewind.records.announce import Changed
from tradewind.records.batches import Batch, RowProblem, Written
from tradewind.records.rows import Row
from tradewind.records.write import write_in

Bad = dict[int, list[CellProblem]]
Problems = Mapping[int, Sequence[RowProblem]]


@dataclass(slots=True)
class Group:
    """Rows of a chunk that stand for one record, in the order of the file."""

    places: list[int]
    match: find.Match | None = None
    made: UUID | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The folded values the record is matched by."""
        return self.match.key if self.match is not None else ()


def united(groups: Sequence[Group]) -> list[Group]:
    """Groups whose values fold to the same are one, in the order of the file."""
    by_key: dict[tuple[str, ...], list[Group]] = {}
    for group in groups:
        by_key.setdefault(group.key, []).append(group)
    return [same[0] if len(same) == 1 else Group(sorted(place for one in same for place in one.places), same[0].match) for same in by_key.values()]


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends rows in one transaction, under one action."""

    connection: Connection
    catalog: Catalog | None
    actor: Actor
    clock: Clock | None
    action: UUID
    rules: bool
    changed: defaultdict[str, Changed]

    @classmethod
    def none(cls, connection: Connection) -> Sender:
        """For who only looks."""
        return cls(connection, None, SYSTEM, None, UUID(int=0), False, defaultdict(Changed))

    @property
    def idle(self) -> bool:
        return self.catalog is None

    async def create(self, target: Target, rows: Sequence[dict[str, Any]], decoded: Sequence[Row] | None = None) -> tuple[Written, Problems]:
        """Makes records; ids by row, None where one was refused, and why."""
        written, problems, _ = await self._send(target, "create", rows, target.match, decoded)
        return written, problems

    async def update(self, target: Target, rows: Sequence[dict[str, Any]]) -> tuple[set[UUID], Problems]:
        """Changes records; the ids of those that are different now, and why rows were refused."""
        if not rows:
            return set(), {}
        _, problems, changed = await self._send(target, "update", rows, ())
        return changed, problems

    async def _send(
        self, target: Target, operation: Any, rows: Sequence[dict[str, Any]], match: tuple[str, ...], decoded: Sequence[Row] | None = None
    ) -> tuple[Written, Problems, set[UUID]]:
        assert self.catalog is not None and self.clock is not None  # noqa: S101 - who only looks sends nothing
        batch = Batch(
            object=target.object, operation=operation, rows=tuple(rows), match=match, partial=True, source="import", action=self.action, rules=self.rules
        )  # fmt: skip
        problems: defaultdict[int, list[RowProblem]] = defaultdict(list)
        changed = Changed()
        try:
            written = await write_in(self.connection, self.catalog, self.actor, batch, self.clock, changed, decoded)
        except InvalidRecords as failure:
            for number, problem in _located(failure):
                problems[number].append(problem)
            return Written(action=self.action, ids=(None,) * len(rows)), problems, set()
        self.changed[target.object].add(changed)
        for problem in written.problems:
            problems[problem.row].append(problem)
        return written, problems, changed.records

    def explained(self, mapper: Mapper, rows: TargetRows, place: int, problem: RowProblem) -> CellProblem:
        """A problem of the write path as one of the file's cells."""
        parts = problem.pointer.split("/")
        key = parts[3] if len(parts) > 3 else ""
        column = mapper.source_of(rows.target.called, key)
        return CellProblem(column or key or rows.target.object, rows.shown(key, place), problem.code, problem.params)


def _located(failure: InvalidRecords) -> Iterable[tuple[int, RowProblem]]:
    """A batch that was refused whole: its problems by row."""
    for one in failure.errors:
        parts = one.pointer.split("/")
        number = int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else 0
        yield number, RowProblem(row=number, pointer=one.pointer, code=one.code, params=one.params)
