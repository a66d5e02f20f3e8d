"""Writes mapped rows, object after object, in a transaction of the caller's: what exists is found, what is new is made, and what of it failed is said by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from tradewind.ingest.mapping import MappedChunk, Mapper, TargetRows, wrong
from tradewind.ingest.maps import ImportMap, Target
from tradewind.ingest.outcomes import Bad, Group, Sender, united
from tradewind.ingest.relations import Finder
from tradewind.ingest.runs import TargetCounts
from tradewind.ingest.seen import PRETENDED, Image, Seen, image_of
from tradewind.kernel.clock import Clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import AlreadyExists, InvalidValue, Problem
from tradewind.kernel.sql import cast_param, param, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.types.money import Money
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection
from tradewind.records import find
from tradewind.records.announce import Changed
from tradewind.records.batches import RowProblem
from tradewind.records.rows import Decoder, Row, columns_of

_REMEMBERED_KEYS = 100_000

Key = tuple[Any, ...]
Related = Mapping[str, Mapping[int, UUID]]
"""The records that relations of rows point at, by field and place."""


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
    decoders: Mapping[str, Decoder]
    """What understands new records, by target."""


def amounts_of(given: ImportMap, catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Fields of the map's objects that can be added up."""
    found: dict[str, tuple[str, ...]] = {}
    for target in given.targets:
        fields = [catalog.objects[target.object].field(key) for key in target.fields]
        keys = {one.key for one in fields if one is not None and one.type in field_types() and "sum" in field_types()[one.type].aggregates}
        found[target.object] = tuple(sorted(keys | set(found.get(target.object, ()))))
    return found


def understand_ahead(loading: Loading, mapped: MappedChunk) -> None:
    """Does what of a chunk needs no look at the base, while the chunk before it is written."""
    for called, rows in mapped.targets.items():
        decoder = loading.decoders.get(called)
        if decoder is None or rows.target.match:
            continue
        ahead = list[tuple[dict[str, Any], Row] | None]([None]) * len(mapped.rows)
        for place, there in enumerate(rows.there):
            if there and place not in mapped.problems:
                given = {key: column[place] for key, column in rows.values.items() if column[place] is not None}
                ahead[place] = (given, decoder.row(0, given))
        rows.ahead = ahead


class Again(Exception):
    """Rows turned out bad while writing: nothing of the attempt may stay, and the others are tried without them."""

    def __init__(self, bad: Bad) -> None:
        super().__init__()
        self.bad = bad


class Attempt:
    """One try at writing rows of a chunk. With `seen` it is a dry run: what earlier chunks made is not in the base, and counts as if it were."""

    def __init__(self, loading: Loading, mapped: MappedChunk, seen: Seen | None = None) -> None:
        self._loading = loading
        self._mapped = mapped
        self._seen = seen
        self._ids: dict[str, dict[int, UUID]] = {}
        self._same: dict[str, dict[int, str]] = {}
        """For a dry run: by target and place, which record it is, in a form that holds from chunk to chunk."""
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
        sender = Sender(
            connection, self._loading.catalog, self._loading.actor, self._loading.clock, self._loading.identity, self._loading.given.rules, self.changed
        )
        await self._skip_early(connection, places)
        for target in self._loading.given.targets:
            rows = self._mapped.targets[target.called]
            here = [place for place in places if rows.there[place] and place not in bad and place not in self.skipped]
            one = _TargetWriter(self._loading, self, rows, sender, self._seen, bad)
            self._ids[target.called] = await one.write(connection, here) if here else {}
        if bad:
            raise Again(bad)

    async def _skip_early(self, connection: Connection, places: Sequence[int]) -> None:
        """Rows that a later target skips are left out before an earlier one makes something of them."""
        for target in self._loading.given.targets[1:]:
            rows = self._mapped.targets[target.called]
            if target.existing == "skip" and all(key in rows.values for key in target.match):
                writer = _TargetWriter(self._loading, self, rows, Sender.none(connection), self._seen, {})
                here = [place for place in places if rows.there[place] and place not in self.skipped]
                await writer.skip(connection, here, {})

    def known_as(self, called: str, place: int) -> str | None:
        """Which record of a target a row is, for a dry run."""
        return self._same.get(called, {}).get(place)

    def know_as(self, called: str, places: Sequence[int], what: str) -> None:
        self._same.setdefault(called, {}).update(dict.fromkeys(places, what))

    def id_of(self, called: str) -> Mapping[int, UUID]:
        """The records of an earlier target, by place."""
        return self._ids.get(called, {})

    def met(self, called: str, key: Key, identity: UUID) -> None:
        """A record that the next chunks may take as there."""
        self._found.setdefault(called, {})[key] = identity

    def records_of(self, place: int) -> dict[str, str]:
        """The records the row became, by target."""
        return {called: str(ids[place]) for called, ids in self._ids.items() if place in ids}

    def keep(self) -> None:
        """After the commit: records of this chunk are known to the next."""
        self._loading.known.keep(self._found)

    def add_up(self, object_key: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Adds the amounts of made records up."""
        for key in self._loading.amounts.get(object_key, ()):
            for row in rows:
                value = row.get(key)
                if isinstance(value, Money):
                    self.sums[object_key, key, value.currency] += value.amount
                elif value is not None:
                    self.sums[object_key, key, ""] += value


class _TargetWriter:
    """The records of one target in one attempt."""

    def __init__(self, loading: Loading, attempt: Attempt, rows: TargetRows, sender: Sender, seen: Seen | None, bad: Bad) -> None:
        self._loading, self._attempt, self._rows, self._sender, self._seen, self._bad = loading, attempt, rows, sender, seen, bad
        self._target: Target = rows.target
        self._counts = attempt.counts[rows.target.called] if not sender.idle else TargetCounts()
        self._related: Related = {}

    async def write(self, connection: Connection, places: list[int]) -> dict[int, UUID]:
        """The record of each row; rows whose record cannot be written go into `bad`."""
        self._related = await self._relations(connection, places)
        places = [place for place in places if place not in self._bad]
        if not self._target.match:
            return await self._create(connection, [Group([place]) for place in places])
        done, groups = self._known_records(places)
        await self._match(connection, groups)
        return done | await self._settle(connection, united(groups))

    async def skip(self, connection: Connection, places: Sequence[int], related: Related) -> None:
        """Leaves out the rows whose record was there before the import."""
        self._related = related
        _, groups = self._known_records(places)
        await self._match(connection, groups)
        own = await self._made_by_this(connection, groups)
        for group in groups:
            if group.match is not None and group.match.id is not None and group.match.seen and not group.match.several and group.match.id not in own:
                self._attempt.skipped.update(group.places)
                self._attempt.counts[self._target.called].skipped += len(group.places)

    async def _relations(self, connection: Connection, places: Sequence[int]) -> Related:
        """Relations to records of the same row, and those found by a text."""
        rows, loading = self._rows, self._loading
        related: dict[str, Mapping[int, UUID]] = {key: self._attempt.id_of(other) for key, other in rows.records.items()}
        for key, texts in rows.finds.items():
            finder = Finder(loading.identity, loading.catalog, loading.actor, loading.clock, rows.target, key, self._seen)
            found = await finder.find(connection, sorted({texts[place] for place in places if texts[place]}), rules=loading.given.rules)
            related[key] = {place: found.ids[texts[place]] for place in places if texts[place] in found.ids}
            for place in places:
                if problem := found.problems.get(texts[place]):
                    self._bad.setdefault(place, []).append(self._wrong(key, texts[place], problem))
                elif texts[place]:
                    self._attempt.know_as(f"{rows.target.called}.{key}", [place], found.same[texts[place]])
            if found.made:
                self._attempt.counts[f"{rows.target.called}.{key}"].created += len(found.made)
                self._attempt.touched[finder.target].extend(found.made)
                self._attempt.changed[finder.target].whole = True
        return related

    def _wrong(self, key: str, value: object, problem: Problem) -> Any:
        return wrong(self._loading.mapper.source_of(self._target.called, key), "" if value is None else str(value), problem)

    def _key(self, place: int) -> Key:
        return tuple(self._related[key].get(place) if key in self._related else self._rows.values[key][place] for key in self._target.match)

    def _known_records(self, places: Sequence[int]) -> tuple[dict[int, UUID], list[Group]]:
        """Rows whose record an earlier chunk met, and the others by the values they are matched by."""
        called = self._target.called
        known = {} if self._target.existing == "update" else self._loading.known.ids.get(called, {})
        done: dict[int, UUID] = {}
        groups: dict[Key, Group] = {}
        for place in places:
            key = self._key(place)
            if (identity := known.get(key)) is not None:
                done[place] = identity
            elif key in groups:
                groups[key].places.append(place)
            else:
                groups[key] = Group([place])
        if done:
            self._attempt.used_known = True
            self._counts.unchanged += len(done)
        return done, list(groups.values())

    async def _match(self, connection: Connection, groups: Sequence[Group]) -> None:
        """Says of each group which record it is."""
        definition = self._loading.catalog.objects[self._target.object]
        columns: list[dict[str, Any]] = []
        for group in groups:
            values = zip(self._target.match, self._key(group.places[0]), strict=True)
            columns.append({column: value for key, one in values for column, value in columns_of(definition, key, one).items()})
        loading = self._loading
        met = await find.matches(connection, loading.catalog, loading.actor, self._target.object, self._target.match, columns, loading.clock.now())
        for group, match in zip(groups, met, strict=True):
            group.match = match

    async def _settle(self, connection: Connection, groups: list[Group]) -> dict[int, UUID]:
        """Makes, updates, keeps or skips the record of each group."""
        target, counts = self._target, self._counts
        before = {} if self._seen is None else await self._seen.images(connection, target.called, [group.key for group in groups])
        own = await self._made_by_this(connection, groups) if target.existing == "skip" else set[UUID]()
        done: dict[int, UUID] = {}
        new, old = list[Group](), list[Group]()
        for group in groups:
            match = group.match or find.NONE
            self._know(group, match.id)
            if match.id is not None and (not match.seen or match.several):
                self._refuse_group(group, match)
            elif self._seen is not None and group.key in before:
                done |= dict.fromkeys(group.places, match.id or PRETENDED)
                self._imagine(group, before[group.key])
            elif match.id is None:
                new.append(group)
            elif target.existing == "update":
                old.append(group)
            elif target.existing == "skip" and match.id not in own:
                self._attempt.skipped.update(group.places)
                counts.skipped += len(group.places)
            else:
                done |= dict.fromkeys(group.places, match.id)
                counts.unchanged += len(group.places)
                self._remember(group, match.id)
        done |= await self._create(connection, new)
        done |= await self._update([(group, group.places, {}) for group in old])
        if target.existing == "update":
            again = [(group, group.places[1:], self._made_image(group.places[0])) for group in new if group.places[0] in done and len(group.places) > 1]
            done |= await self._update(again)
        return done

    def _know(self, group: Group, identity: UUID | None) -> None:
        """A dry run knows a record by its id where it is in the base, else by the values it is matched by."""
        if self._seen is not None:
            self._attempt.know_as(self._target.called, group.places, str(identity or group.key))

    def _refuse_group(self, group: Group, match: find.Match) -> None:
        """A record out of reach says only that it exists; several records say that there are several."""
        key = self._target.match[0]
        problem: Problem = InvalidValue(rule="import_several", field=key) if match.several else AlreadyExists(field=key)
        if not match.several:
            self._attempt.hidden += len(group.places)
        for place in group.places:
            self._bad.setdefault(place, []).append(self._wrong(key, self._rows.shown(key, place), problem))

    async def _made_by_this(self, connection: Connection, groups: Sequence[Group]) -> set[UUID]:
        """Which of the records the import itself made."""
        ids = [group.match.id for group in groups if group.match is not None and group.match.id is not None]
        rows = await connection.rows(
            raw("SELECT record FROM system.changes WHERE operation = 'create' AND object = ") + param(self._target.object) + raw(" AND action = ")
            + param(self._loading.identity) + raw(" AND record = ANY(") + cast_param(ids, "uuid[]") + raw(")")
        )  # fmt: skip
        return {row[0] for row in rows}

    def _row(self, place: int) -> dict[str, Any]:
        """The values for a new record; what has none is left to the field's default."""
        return {key: column[place] for key, column in self._rows.values.items() if column[place] is not None} | self._links(place)

    def _links(self, place: int) -> dict[str, Any]:
        """The records a row points at, and its owner."""
        made: dict[str, Any] = {}
        for key, found in self._related.items():
            if (identity := found.get(place)) is not None and identity is not PRETENDED:
                made[key] = identity
        if self._rows.owners is not None and (owner := self._rows.owners[place]) is not None:
            made["owner"] = owner
        return made

    def _update_row(self, place: int) -> dict[str, Any]:
        """The values for a record that exists: all but those it was found by, which are the same."""
        made = self._row(place)
        if self._target.on_empty == "clear":
            made |= {key: None for key in (*self._rows.values, *self._related) if key not in made and self._related.get(key, {}).get(place) is not PRETENDED}
        return {key: value for key, value in made.items() if key not in self._target.match}

    def _image(self, place: int, row: Mapping[str, Any]) -> Image:
        """The row as a dry run compares it: relations by the record they mean, in whatever chunk that was made."""
        image = image_of({key: value for key, value in row.items() if key not in self._target.match})
        for key in self._related:
            name = self._rows.records.get(key)
            known = self._attempt.known_as(name if name is not None else f"{self._target.called}.{key}", place)
            if known is not None and place in self._related[key]:
                image |= image_of({key: known})
        return image

    def _compared(self, place: int) -> Mapping[str, Any]:
        """What two rows of one record are compared by."""
        row = self._update_row(place)
        return row if self._seen is None else self._image(place, row)

    def _made_image(self, place: int) -> dict[str, Any]:
        """What a record was made with, as later rows of it are compared."""
        if self._seen is None:
            return self._update_row(place)
        definition = self._loading.catalog.objects[self._target.object]
        defaults: dict[str, Any] = {}
        for key, column in self._rows.values.items():
            one = definition.field(key)
            if column[place] is None and one is not None and one.default is not None and not isinstance(one.default, dict):
                defaults[key] = one.default
        return dict(image_of(defaults)) | dict(self._compared(place))

    def _imagine(self, group: Group, image: Image) -> None:
        """Counts rows of a record that an earlier chunk of a dry run met: changed where a value differs from the last one seen."""
        assert self._seen is not None  # noqa: S101 - asked by its only caller
        if self._target.existing != "update":
            self._counts.unchanged += len(group.places)
            return
        for place in group.places:
            fresh = self._compared(place)
            if all(image.get(key) == value for key, value in fresh.items()):
                self._counts.unchanged += 1
            else:
                self._counts.updated += 1
                image |= fresh
        self._seen.add(self._target.called, group.key, image)

    async def _create(self, connection: Connection, groups: Sequence[Group]) -> dict[int, UUID]:
        """A record for each group, of its first row."""
        if not groups:
            return {}
        sent, decoded = self._new_rows(groups)
        written, problems = await self._sender.create(self._target, sent, decoded)
        done: dict[int, UUID] = {}
        for number, found in problems.items():
            group = groups[number]
            serious = [one for one in found if not self._pretends(group.places[0], one)]
            if serious:
                for place in group.places:
                    self._bad.setdefault(place, []).extend(self._explained(place, one) for one in serious)
            else:
                done |= dict.fromkeys(group.places, PRETENDED)
        for group, identity in zip(groups, written.ids, strict=True):
            if identity is not None:
                done |= dict.fromkeys(group.places, identity)
                self._remember(group, identity)
        made = [number for number, group in enumerate(groups) if group.places[0] in done]
        self._counts.created += len(made)
        if self._target.existing != "update":
            self._counts.unchanged += sum(len(groups[number].places) - 1 for number in made)
        self._attempt.add_up(self._target.object, [sent[number] for number in made])
        self._attempt.touched[self._target.object].extend(one for one in written.ids if one)
        if self._seen is not None:
            await self._claim(connection, groups, sent, done)
        return done

    def _new_rows(self, groups: Sequence[Group]) -> tuple[list[dict[str, Any]], list[Row] | None]:
        """Values for new records; understood ahead where that was done for all of them."""
        ahead, decoder = self._rows.ahead, self._loading.decoders.get(self._target.called)
        taken = [ahead[group.places[0]] for group in groups] if ahead is not None and decoder is not None else []
        if not taken or ahead is None or decoder is None or any(one is None for one in taken):
            return [self._row(group.places[0]) for group in groups], None
        sent: list[dict[str, Any]] = []
        decoded: list[Row] = []
        for number, (group, one) in enumerate(zip(groups, taken, strict=True)):
            if one is None:
                continue
            place = group.places[0]
            given, row = one
            row.number = number
            for problem in row.problems:
                problem.pointer = problem.pointer.replace("/rows/0", f"/rows/{number}", 1)
            for key, value in self._links(place).items():
                decoder.put(row, key, value)
            ahead[place] = None
            sent.append(given)
            decoded.append(row)
        return sent, decoded

    def _pretends(self, place: int, problem: RowProblem) -> bool:
        """Whether what is missing is only a relation to a record that an earlier chunk of a dry run made."""
        key = problem.pointer.split("/")[3] if problem.pointer.count("/") >= 3 else ""
        return problem.code == "field.required" and key in self._related and self._related[key].get(place) is PRETENDED

    async def _claim(self, connection: Connection, groups: Sequence[Group], sent: Sequence[dict[str, Any]], done: Mapping[int, UUID]) -> None:
        """A dry run remembers what it made: its keys, and values that must be unique or that relations are found by."""
        assert self._seen is not None  # noqa: S101 - asked by its only caller
        target = self._target
        for group in groups:
            place = group.places[0]
            if not target.match:
                self._attempt.know_as(target.called, [place], str(new_id()))
            elif place in done:
                self._seen.add(target.called, group.key, self._made_image(place) if target.existing == "update" else {})
        rows = [row if group.places[0] in done else {} for group, row in zip(groups, sent, strict=True)]
        for number, key in await self._seen.claim(connection, self._loading.catalog, target, rows):
            for place in groups[number].places:
                self._bad.setdefault(place, []).append(self._wrong(key, sent[number].get(key), AlreadyExists(field=key)))

    async def _update(self, groups: Sequence[tuple[Group, list[int], Mapping[str, Any]]]) -> dict[int, UUID]:
        """Rows of one record follow one another, each in its own batch with the others of that rank; what changes nothing is not sent."""
        done: dict[int, UUID] = {}
        waiting = [(group, list(places), dict(last)) for group, places, last in groups]
        while waiting:
            sent: list[tuple[Group, int]] = []
            for group, places, last in waiting:
                fresh = self._compared(places[0])
                if last and all(key in last and last[key] == value for key, value in fresh.items()):
                    self._counts.unchanged += 1
                    done[places[0]] = self._id_of(group)
                else:
                    last |= fresh
                    sent.append((group, places[0]))
            await self._send_updates(sent, done)
            waiting = [(group, places[1:], last) for group, places, last in waiting if len(places) > 1 and places[0] not in self._bad]
        if self._seen is not None:
            for group, _, last in groups:
                if group.places[0] in done or group.places[-1] in done:
                    image: Image = dict(last)
                    for place in group.places:
                        image |= self._compared(place)
                    self._seen.add(self._target.called, group.key, image)
        return done

    def _id_of(self, group: Group) -> UUID:
        return group.match.id if group.match is not None and group.match.id is not None else group.made or PRETENDED

    async def _send_updates(self, sent: Sequence[tuple[Group, int]], done: dict[int, UUID]) -> None:
        if not sent:
            return
        ids = [self._id_of(group) for group, _ in sent]
        real = [number for number, identity in enumerate(ids) if identity is not PRETENDED]
        changed, problems = await self._sender.update(self._target, [{**self._update_row(sent[number][1]), "id": ids[number]} for number in real])
        failed = {real[number]: found for number, found in problems.items()}
        for number, (group, place) in enumerate(sent):
            if number in failed:
                for one in group.places:
                    self._bad.setdefault(one, []).extend(self._explained(one, problem) for problem in failed[number])
                continue
            done[place] = ids[number]
            pretended = any(found.get(place) is PRETENDED for found in self._related.values())
            if ids[number] in changed or ids[number] is PRETENDED or pretended:
                self._counts.updated += 1
                self._attempt.touched[self._target.object].append(ids[number])
            else:
                self._counts.unchanged += 1

    def _remember(self, group: Group, identity: UUID) -> None:
        group.made = identity
        if self._target.match and self._target.existing != "update":
            self._attempt.met(self._target.called, self._key(group.places[0]), identity)

    def _explained(self, place: int, problem: RowProblem) -> Any:
        return self._sender.explained(self._loading.mapper, self._rows, place, problem)
