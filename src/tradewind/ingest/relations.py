"""Relations filled from a column: the record of the other object whose field has that text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tradewind.ingest.maps import Target
from tradewind.ingest.seen import PRETENDED, Seen
from tradewind.kernel.clock import Clock
from tradewind.kernel.problems import InvalidRecords, InvalidValue, Problem
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.values import read_options
from tradewind.metadata.actors import Actor
from tradewind.metadata.definitions import Catalog
from tradewind.query.database.pool import Connection
from tradewind.records import find
from tradewind.records.batches import Batch
from tradewind.records.rows import columns_of
from tradewind.records.write import write_in


@dataclass(slots=True)
class Found:
    """Records by text, problems by text, records made because there was none; and which record each text means, in a form that holds from chunk to chunk."""

    ids: dict[str, UUID] = field(default_factory=dict[str, UUID])
    problems: dict[str, Problem] = field(default_factory=dict[str, Problem])
    made: list[UUID] = field(default_factory=list[UUID])
    same: dict[str, str] = field(default_factory=dict[str, str])


class Finder:
    """Finds what one relation of a target points at."""

    def __init__(self, identity: UUID, catalog: Catalog, actor: Actor, clock: Clock, target: Target, key: str, seen: Seen | None) -> None:
        found = target.fields[key].find
        field = catalog.objects[target.object].field(key)
        assert found is not None and field is not None  # noqa: S101 - the map was checked
        self.target = str(field.options["target"])
        self._find, self._identity, self._catalog, self._actor, self._clock, self._seen = found, identity, catalog, actor, clock, seen
        by = catalog.objects[self.target].field(found.by)
        assert by is not None  # noqa: S101 - the map was checked
        self._by = by

    async def find(self, connection: Connection, texts: Sequence[str], *, rules: bool) -> Found:
        """What the texts mean. A record the actor may not know of is as good as none: nothing says that it is there."""
        kind, options = field_types()[self._by.type], read_options(field_types()[self._by.type], self._by.options)
        found = Found()
        values: dict[str, Any] = {}
        for text in texts:
            try:
                values[text] = kind.parse(text, options)
            except Problem as problem:
                found.problems[text] = problem
        rows = [columns_of(self._catalog.objects[self.target], self._by.key, value) for value in values.values()]
        met = await find.matches(connection, self._catalog, self._actor, self.target, (self._by.key,), rows, self._clock.now())
        missing: dict[str, tuple[str, ...]] = {}
        for text, match in zip(values, met, strict=True):
            if match.several:
                found.problems[text] = InvalidValue(rule="import_several", field=self._by.key, value=text)
            elif match.id is not None and match.seen:
                found.ids[text] = match.id
                found.same[text] = str(match.id)
            else:
                missing[text] = match.key
                found.same[text] = str(match.key)
        if self._seen is not None and missing:
            earlier = await self._seen.met(connection, self.target, self._by.key, list(missing.values()))
            found.ids |= {text: PRETENDED for text, key in missing.items() if key in earlier}
        missing = {text: key for text, key in missing.items() if text not in found.ids}
        if self._find.create and missing:
            await self._make(connection, values, missing, found, rules)
        for text in missing:
            if text not in found.ids and text not in found.problems:
                found.problems[text] = InvalidValue(rule="import_not_found", object=self.target, field=self._by.key, value=text)
        return found

    async def _make(self, connection: Connection, values: dict[str, Any], keys: dict[str, tuple[str, ...]], found: Found, rules: bool) -> None:
        """One record for each folded value that nothing has."""
        first: dict[tuple[str, ...], str] = {}
        for text, key in keys.items():
            first.setdefault(key, text)
        wanted = list(first.values())
        rows = tuple({self._by.key: values[text]} for text in wanted)
        batch = Batch(object=self.target, operation="create", rows=rows, partial=True, source="import", action=self._identity, rules=rules)
        try:
            written = await write_in(connection, self._catalog, self._actor, batch, self._clock)
        except InvalidRecords as failure:
            found.problems |= dict.fromkeys(keys, failure.errors[0])
            return
        refused = {wanted[problem.row] for problem in written.problems}
        ids = dict(zip(wanted, written.ids, strict=True))
        for text, key in keys.items():
            identity = ids[first[key]]
            if identity is None or first[key] in refused:
                found.problems[text] = InvalidValue(rule="import_not_made", object=self.target, field=self._by.key, value=text)
                continue
            found.ids[text] = identity
            if self._seen is not None:
                self._seen.add(f"{self.target}/{self._by.key}", key, {})
        found.made = [one for one in written.ids if one is not None]
