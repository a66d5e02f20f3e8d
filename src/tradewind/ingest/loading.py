"""Writes mapped rows, object after object, in a transaction of the caller's: what exists is found, what is new is made, and what of it failed is said by row."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from tradewind.ingest.mapping import CellProblem, MappedChunk, Mapper, TargetRows, wrong
from tradewind.ingest.maps import ImportMap, Target
from tradewind.ingest.relations import Finder
from tradewind.ingest.runs import TargetCounts
from tradewind.ingest.seen import PRETENDED, Seen
from tradewind.kernel.clock import Clock
from tradewind.kernel.json import canonical
from tradewind.kernel.problems import AlreadyExists, InvalidRecords, InvalidValue, Problem
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.types.money import Money
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection
from tradewind.records import find
from tradewind.records.announce import Changed
from tradewind.records.batches import Batch, RowProblem, Written
from tradewind.records.rows import columns_of
from tradewind.records.write import write_in

_REMEMBERED_KEYS = 100_000

Key = tuple[Any, ...]
Bad = dict[int, list[CellProblem]]


@dataclass(slots=True)
class Known:
    """Records that earlier chunks met, by target and key: as many as fit. Only of targets that leave alone what exists."""

    ids: dict[str, dict[Key, UUID]] = field(default_factory=dict[str, dict[Key, UUID]])

    def keep(self, found: Mapping[str, Mapping[Key, UUID]]) -> None:
        for target, ids in found.items():
            known = self.ids.setdefault(target, {})
            known.update(ids)
            while len(known) > _REMEMBERED_KEYS:
                known.pop(next(iter(known)))


@dataclass(frozen=True, slots=True)
class Loading:
    """What all chunks of one stage are written with."""

    identity: UUID
    catalog: Catalog
    actor: Actor
    clock: Clock
    given: ImportMap
    mapper: Mapper
    known: Known
    amounts: Mapping[str, tuple[str, ...]]
    """Fields that can be added up, by object."""


def amounts_of(given: ImportMap, catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Fields of the map's objects that can be added up."""
    found: dict[str, tuple[str, ...]] = {}
    for target in given.targets:
        fields = [catalog.objects[target.object].field(key) for key in target.fields]
        keys = {field.key for field in fields if field is not None and field.type in field_types() and "sum" in field_types()[field.type].aggregates}
        found[target.object] = tuple(sorted(keys | set(found.get(target.object, ()))))
    return found


class Again(Exception):
    """Rows turned out bad while writing: nothing of the attempt may stay, and the others are tried without them."""

    def __init__(self, bad: Bad) -> None:
        super().__init__()
        self.bad = bad


@dataclass(slots=True)
class _Group:
    """Rows of a chunk that stand for one record, in the order of the file."""

    places: list[int]
    match: find.Match | None = None


class Attempt:
    """One try at writing rows of a chunk. With `seen` it is a dry run: what earlier chunks made is not in the base, and counts as if it were."""

    def __init__(self, loading: Loading, mapped: MappedChunk, seen: Seen | None = None) -> None:
        self._loading = loading
        self._mapped = mapped
        self._seen = seen
        self._connection: Connection | None = None
        self._ids: dict[str, dict[int, UUID]] = {}
        self._found: dict[str, dict[Key, UUID]] = {}
        self.used_known = False
        self.skipped: set[int] = set()
        self.hidden = 0
        self.counts: defaultdict[str, TargetCounts] = defaultdict(TargetCounts)
        self.sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        """What amounts of made records come to, by object, field and currency."""
        self.touched: defaultdict[str, list[UUID]] = defaultdict(list)
        self.changed: defaultdict[str, Changed] = defaultdict(Changed)

    async def write(self, connection: Connection, places: Sequence[int]) -> None:
        """Writes the rows at these places. Raises Again with rows that cannot be written, CatalogMoved."""
        bad: Bad = {}
        self._connection = connection
        for target in self._loading.given.targets:
            rows = self._mapped.targets[target.called]
            here = [place for place in places if rows.there[place] and place not in bad and place not in self.skipped]
            self._ids[target.called] = await self._write_target(connection, rows, here, bad) if here else {}
        if bad:
            raise Again(bad)

    def records_of(self, place: int) -> dict[str, str]:
        """The records the row became, by target."""
        return {called: str(ids[place]) for called, ids in self._ids.items() if place in ids}

    def keep(self) -> None:
        """After the commit: records of this chunk are known to the next."""
        self._loading.known.keep(self._found)

    async def _write_target(self, connection: Connection, rows: TargetRows, places: list[int], bad: Bad) -> dict[int, UUID]:
        """The record of each row; rows whose record cannot be written go into `bad`."""
        related = await self._relations(connection, rows, places, bad)
        places = [place for place in places if place not in bad]
        if not rows.target.match:
            groups = [_Group([place]) for place in places]
            return await self._create(connection, rows, groups, related, bad)
        done, groups = self._known_records(rows, places, related)
        await self._match(connection, rows, groups, related)
        return done | await self._settle(connection, rows, _united(groups), related, bad)

    async def _relations(self, connection: Connection, rows: TargetRows, places: Sequence[int], bad: Bad) -> dict[str, dict[int, UUID]]:
        """The records that relations of these rows point at, by field and place."""
        related: dict[str, dict[int, UUID]] = {key: self._ids.get(other, {}) for key, other in rows.records.items()}
        for key, texts in rows.finds.items():
            finder = Finder(self._loading.identity, self._loading.catalog, self._loading.actor, self._loading.clock, rows.target, key, self._seen)
            wanted = {texts[place] for place in places if texts[place]}
            found, problems, made = await finder.find(connection, sorted(wanted), rules=self._loading.given.rules)
            related[key] = {place: found[texts[place]] for place in places if texts[place] in found}
            for place in places:
                if problem := problems.get(texts[place]):
                    bad.setdefault(place, []).append(wrong(self._loading.mapper.source_of(rows.target.called, key), texts[place], problem))
            if made:
                self.counts[f"{rows.target.called}.{key}"].created += len(made)
                self.touched[finder.target].extend(made)
                self.changed[finder.target].whole = True
        return related

    def _key(self, rows: TargetRows, place: int, related: Mapping[str, Mapping[int, UUID]]) -> Key:
        return tuple(related[key].get(place) if key in related else rows.values[key][place] for key in rows.target.match)

    def _known_records(self, rows: TargetRows, places: Sequence[int], related: Mapping[str, Mapping[int, UUID]]) -> tuple[dict[int, UUID], list[_Group]]:
        """Rows whose record an earlier chunk met, and the others by the values they are matched by."""
        target = rows.target
        known = {} if target.existing == "update" else self._loading.known.ids.get(target.called, {})
        done: dict[int, UUID] = {}
        groups: dict[Key, _Group] = {}
        for place in places:
            key = self._key(rows, place, related)
            if (identity := known.get(key)) is not None:
                done[place] = identity
            elif key in groups:
                groups[key].places.append(place)
            else:
                groups[key] = _Group([place])
        if done:
            self.used_known = True
            self.counts[target.called].unchanged += len(done)
        return done, list(groups.values())

    async def _match(self, connection: Connection, rows: TargetRows, groups: Sequence[_Group], related: Mapping[str, Mapping[int, UUID]]) -> None:
        """Says of each group which record it is."""
        target, loading = rows.target, self._loading
        definition = loading.catalog.objects[target.object]
        columns: list[dict[str, Any]] = []
        for group in groups:
            values = zip(target.match, self._key(rows, group.places[0], related), strict=True)
            columns.append({column: value for key, one in values for column, value in columns_of(definition, key, one).items()})
        met = await find.matches(connection, loading.catalog, loading.actor, target.object, target.match, columns, loading.clock.now())
        for group, match in zip(groups, met, strict=True):
            group.match = match

    async def _settle(
        self, connection: Connection, rows: TargetRows, groups: list[_Group], related: Mapping[str, Mapping[int, UUID]], bad: Bad
    ) -> dict[int, UUID]:
        """Makes, updates, keeps or skips the record of each group."""
        target, counts = rows.target, self.counts[rows.target.called]
        before = {} if self._seen is None else await self._seen.images(connection, target.called, [_key_of(group) for group in groups])
        own = await self._made_by_this(connection, target, groups) if target.existing == "skip" else set[UUID]()
        done: dict[int, UUID] = {}
        new, old = list[_Group](), list[_Group]()
        for group in groups:
            match = group.match or find.Match(None, False, False, ())
            if match.id is not None and (not match.seen or match.several):
                self._refuse_group(rows, group, match, bad)
            elif self._seen is not None and _key_of(group) in before:
                done |= dict.fromkeys(group.places, match.id or PRETENDED)
                self._imagine(rows, group, related, before[_key_of(group)])
            elif match.id is None:
                new.append(group)
            elif target.existing == "update":
                old.append(group)
            elif target.existing == "skip" and match.id not in own:
                self.skipped.update(group.places)
                counts.skipped += len(group.places)
            else:
                done |= dict.fromkeys(group.places, match.id)
                counts.unchanged += len(group.places)
                self._remember(rows, group, related, match.id)
        done |= await self._create(connection, rows, new, related, bad)
        done |= await self._update(connection, rows, old, related, bad)
        later = [_Group(group.places[1:], group.match) for group in new if group.places[0] in done and len(group.places) > 1]
        if target.existing == "update":
            for group in later:
                group.match = find.Match(done[next(one.places[0] for one in new if group.places[0] in one.places)], True, False, ())
            done |= await self._update(connection, rows, later, related, bad)
        else:
            for group in later:
                counts.unchanged += len(group.places)
        return done

    def _refuse_group(self, rows: TargetRows, group: _Group, match: find.Match, bad: Bad) -> None:
        """A record out of reach says only that it exists; several records say that there are several."""
        keys = rows.target.match
        problem: Problem = InvalidValue(rule="import_several", field=keys[0]) if match.several else AlreadyExists(field=keys[0])
        if not match.several:
            self.hidden += len(group.places)
        column = self._loading.mapper.source_of(rows.target.called, keys[0])
        for place in group.places:
            shown = rows.values.get(keys[0])
            bad.setdefault(place, []).append(wrong(column, "" if shown is None else str(shown[place]), problem))

    async def _made_by_this(self, connection: Connection, target: Target, groups: Sequence[_Group]) -> set[UUID]:
        """Which of the records the import itself made."""
        ids = [group.match.id for group in groups if group.match is not None and group.match.id is not None]
        rows = await connection.rows(
            raw("SELECT record FROM system.changes WHERE operation = 'create' AND object = ") + param(target.object) + raw(" AND action = ")
            + param(self._loading.identity) + raw(" AND record = ANY(") + cast_param(ids, "uuid[]") + raw(")")
        )  # fmt: skip
        return {row[0] for row in rows}

    def _row(self, rows: TargetRows, place: int, related: Mapping[str, Mapping[int, UUID]]) -> dict[str, Any]:
        made = {key: column[place] for key, column in rows.values.items()}
        for key, found in related.items():
            identity = found.get(place)
            if identity is not PRETENDED:
                made[key] = identity
        if rows.owners is not None and (owner := rows.owners[place]) is not None:
            made["owner"] = owner
        return made

    def _update_row(self, rows: TargetRows, place: int, related: Mapping[str, Mapping[int, UUID]]) -> dict[str, Any]:
        made = self._row(rows, place, related)
        return made if rows.target.on_empty == "clear" else {key: value for key, value in made.items() if value is not None}

    def _imagine(self, rows: TargetRows, group: _Group, related: Mapping[str, Mapping[int, UUID]], image: dict[str, bytes]) -> None:
        """Counts rows of a record that an earlier chunk of a dry run met: changed where a value differs from the last one seen."""
        counts = self.counts[rows.target.called]
        if rows.target.existing != "update":
            counts.unchanged += len(group.places)
            return
        for place in group.places:
            fresh = _image_of(self._update_row(rows, place, related))
            if all(image.get(key) == value for key, value in fresh.items()):
                counts.unchanged += 1
            else:
                counts.updated += 1
                image |= fresh
        assert self._seen is not None  # noqa: S101 - asked by its only caller
        self._seen.add(rows.target.called, _key_of(group), image)

    async def _create(
        self, connection: Connection, rows: TargetRows, groups: Sequence[_Group], related: Mapping[str, Mapping[int, UUID]], bad: Bad
    ) -> dict[int, UUID]:
        """A record for each group, of its first row."""
        if not groups:
            return {}
        sent = [self._row(rows, group.places[0], related) for group in groups]
        batch = self._batch(rows.target, "create", sent)
        written, problems = await self._send(connection, batch)
        pretended = {key for key, found in related.items() if PRETENDED in found.values()}
        done: dict[int, UUID] = {}
        for number, found in problems.items():
            place = groups[number].places[0]
            serious = [
                one for one in found if not (one.code == "field.required" and _field_of(one) in pretended and related[_field_of(one)].get(place) is PRETENDED)
            ]
            if serious:
                for one in groups[number].places:
                    bad.setdefault(one, []).extend(self._explained(rows, one, problem) for problem in serious)
            else:
                done |= dict.fromkeys(groups[number].places, PRETENDED)
        for group, identity in zip(groups, written.ids, strict=True):
            if identity is not None:
                done |= dict.fromkeys(group.places, identity)
                if rows.target.match:
                    self._remember(rows, group, related, identity)
        self.counts[rows.target.called].created += sum(group.places[0] in done for group in groups)
        self._add_up(rows.target, [row for row, identity in zip(sent, written.ids, strict=True) if identity is not None])
        self.touched[rows.target.object].extend(one for one in written.ids if one)
        if self._seen is not None:
            await self._claim(connection, rows, groups, sent, done, bad)
        return done

    def _add_up(self, target: Target, rows: Sequence[dict[str, Any]]) -> None:
        for key in self._loading.amounts.get(target.object, ()):
            for row in rows:
                value = row.get(key)
                if isinstance(value, Money):
                    self.sums[target.object, key, value.currency] += value.amount
                elif value is not None:
                    self.sums[target.object, key, ""] += value

    async def _claim(
        self, connection: Connection, rows: TargetRows, groups: Sequence[_Group], sent: Sequence[dict[str, Any]], done: dict[int, UUID], bad: Bad
    ) -> None:
        """A dry run remembers what it made: its keys, and values that must be unique or that relations are found by."""
        assert self._seen is not None  # noqa: S101 - asked by its only caller
        target = rows.target
        for group, row in zip(groups, sent, strict=True):
            if target.match and group.places[0] in done:
                self._seen.add(target.called, _key_of(group), _image_of(row) if target.existing == "update" else {})
        taken = await self._seen.claim(
            connection, self._loading.catalog, target, [row if group.places[0] in done else {} for group, row in zip(groups, sent, strict=True)]
        )
        for number, key in taken:
            for place in groups[number].places:
                bad.setdefault(place, []).append(
                    wrong(self._loading.mapper.source_of(target.called, key), str(sent[number].get(key)), AlreadyExists(field=key))
                )

    async def _update(
        self, connection: Connection, rows: TargetRows, groups: Sequence[_Group], related: Mapping[str, Mapping[int, UUID]], bad: Bad
    ) -> dict[int, UUID]:
        """Rows of one record follow one another, each in its own batch with the others of that rank; what changes nothing is not sent."""
        counts, done = self.counts[rows.target.called], dict[int, UUID]()
        waiting = [(group, list(group.places), dict[str, Any]()) for group in groups]
        while waiting:
            sent: list[tuple[_Group, int, dict[str, Any]]] = []
            for group, places, last in waiting:
                row = self._update_row(rows, places[0], related)
                if all(key in last and last[key] == value for key, value in row.items()):
                    counts.unchanged += 1
                else:
                    last |= row
                    assert group.match is not None and group.match.id is not None  # noqa: S101 - these exist
                    sent.append((group, places[0], {**row, "id": group.match.id}))
                    continue
                done[places[0]] = group.match.id if group.match is not None and group.match.id is not None else PRETENDED
            written, problems = (
                await self._send(connection, self._batch(rows.target, "update", [row for _, _, row in sent]))
                if sent
                else (Written(action=self._loading.identity), {})
            )
            counts.updated += written.updated
            counts.unchanged += written.unchanged
            for number, (group, place, row) in enumerate(sent):
                if number in problems:
                    for one in group.places:
                        bad.setdefault(one, []).extend(self._explained(rows, one, problem) for problem in problems[number])
                else:
                    done[place] = row["id"]
                    self.touched[rows.target.object].append(row["id"])
            waiting = [(group, places[1:], last) for group, places, last in waiting if len(places) > 1 and places[0] not in bad]
        if self._seen is not None:
            for group in groups:
                if group.match is not None and group.match.key and group.places[0] in done:
                    merged: dict[str, Any] = {}
                    for place in group.places:
                        merged |= self._update_row(rows, place, related)
                    self._seen.add(rows.target.called, _key_of(group), _image_of(merged))
        return done

    def _batch(self, target: Target, operation: Any, rows: Sequence[dict[str, Any]]) -> Batch:
        return Batch(
            object=target.object,
            operation=operation,
            rows=tuple(rows),
            match=target.match if operation == "create" else (),
            partial=True,
            source="import",
            action=self._loading.identity,
            rules=self._loading.given.rules,
        )

    async def _send(self, connection: Connection, batch: Batch) -> tuple[Written, dict[int, list[RowProblem]]]:
        loading = self._loading
        problems: defaultdict[int, list[RowProblem]] = defaultdict(list)
        try:
            written = await write_in(connection, loading.catalog, loading.actor, batch, loading.clock, self.changed[batch.object])
        except InvalidRecords as failure:
            for number, problem in _located(failure):
                problems[number].append(problem)
            return Written(action=loading.identity, ids=(None,) * len(batch.rows)), problems
        for problem in written.problems:
            problems[problem.row].append(problem)
        return written, problems

    def _remember(self, rows: TargetRows, group: _Group, related: Mapping[str, Mapping[int, UUID]], identity: UUID) -> None:
        if rows.target.existing != "update":
            self._found.setdefault(rows.target.called, {})[self._key(rows, group.places[0], related)] = identity

    def _explained(self, rows: TargetRows, place: int, problem: RowProblem) -> CellProblem:
        key = _field_of(problem)
        column = self._loading.mapper.source_of(rows.target.called, key)
        value = rows.values[key][place] if key in rows.values else rows.finds[key][place] if key in rows.finds else None
        return CellProblem(column or key or rows.target.object, "" if value is None else str(value), problem.code, problem.params)


def _united(groups: Sequence[_Group]) -> list[_Group]:
    """Groups whose values fold to the same are one, in the order of the file."""
    by_key: dict[tuple[str, ...], list[_Group]] = {}
    for group in groups:
        by_key.setdefault(_key_of(group), []).append(group)
    return [same[0] if len(same) == 1 else _Group(sorted(place for one in same for place in one.places), same[0].match) for same in by_key.values()]


def _key_of(group: _Group) -> tuple[str, ...]:
    return group.match.key if group.match is not None else ()


def _image_of(row: Mapping[str, Any]) -> dict[str, bytes]:
    """What a dry run keeps of a record: a digest of each value."""
    return {key: hashlib.sha256(canonical(value)).digest()[:8] for key, value in row.items()}


def _field_of(problem: RowProblem) -> str:
    parts = problem.pointer.split("/")
    return parts[3] if len(parts) > 3 else ""


def _located(failure: InvalidRecords) -> Iterable[tuple[int, RowProblem]]:
    """A batch that was refused whole: its problems by row."""
    for one in failure.errors:
        parts = one.pointer.split("/")
        number = int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else 0
        yield number, RowProblem(row=number, pointer=one.pointer, code=one.code, params=one.params)
