"""Merging moves everything and loses nothing; taking it back leaves every question answered as before, byte for byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.postgres.world import CUSTOMER, LINE, SALE, SELLER, World, definitions, field, make_world

from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.ids import new_id
from tradewind.kernel.problems import AlreadyExists, CannotUndo, Forbidden, Guarded, InvalidRecords, InvalidRequest, Merged, NotFound, Problem, ReadOnly, Stale
from tradewind.kernel.sql import join, param, raw
from tradewind.metadata.actors import Actor
from tradewind.metadata.questions import Question
from tradewind.query.database.pool import Database
from tradewind.records import history as past
from tradewind.records.batches import Batch
from tradewind.records.compare import compare
from tradewind.records.merge import MergedInto, Merging, merge
from tradewind.records.read import get_record, list_records
from tradewind.records.unmerge import TakenBack
from tradewind.records.write import write

FIRM = {
    **CUSTOMER,
    "fields": [
        *CUSTOMER["fields"],
        field("tags", "tags"),
        field("papers", "attachment"),
        field("picture", "image", options={"max_count": 2}),
        field("few", "tags", options={"max_count": 2}),
        field("above", "relation", options={"target": "customer", "inverse": "below"}),
        field("visits", "rollup", options={"object": "visit", "relation": "customer", "function": "count"}),
    ],
}
VISIT = {
    "key": "visit",
    "labels": {"en": "Visit"},
    "title": "note",
    "fields": [
        field("note", "text"),
        field("customer", "relation", options={"target": "customer", "on_delete": "restrict"}),
        field("grade_then", "formula", options={"expression": "customer.grade", "result": "text"}),
    ],
}
RIGHTS = {
    **SELLER,
    "objects": {**SELLER["objects"], "visit": {"create": True, "grants": [{"rows": "own", "actions": ["read", "update", "delete"], "default": "write"}]}},
}


@dataclass
class Firm:
    """Two records of one customer of Anna's, `a` and `b`, with sales, visits, files and identities; `c` is somebody else's."""

    world: World
    a: UUID
    b: UUID
    c: UUID

    async def merge(self, survivor: UUID, *losers: UUID, actor: Actor | None = None, **more: Any) -> MergedInto:
        wanted = Merging(survivor=survivor, losers=losers, **more)
        return await merge(self.world.database, self.world.catalog, actor or self.world.anna, "customer", wanted, self.world.clock)

    async def undo(self, action: UUID, actor: Actor | None = None) -> TakenBack:
        taken = await past.undo(self.world.database, self.world.catalog, actor or self.world.anna, action, self.world.clock)
        assert isinstance(taken, TakenBack)
        return taken

    async def everything(self) -> dict[str, bytes]:
        """The answers to what can be asked about every record, live and in the bin, with lines, as the boss sees them."""
        world, found = self.world, dict[str, bytes]()
        for key in world.catalog.objects:
            for deleted in (False, True):
                asked = msgspec.convert({"object": key, "deleted": deleted, "sort": [{"field": "id"}], "limit": 500}, Question)
                page = await list_records(world.database, world.catalog, world.boss, asked, world.clock.now())
                found[f"{key} {deleted}"] = page
                for record in () if deleted else msgspec.json.decode(page)["records"]:
                    found[record["id"]] = await get_record(world.database, world.catalog, world.boss, key, UUID(record["id"]), world.clock.now())
        async with world.database.reading() as connection:
            for table in (raw("system.attachments"), raw("system.external_ids"), raw("system.distinct_pairs")):
                found[table.text] = repr(await connection.rows(raw("SELECT * FROM ") + table + raw(" ORDER BY 1, 2, 3, 4"))).encode()
        return found


@pytest.fixture
async def firm(database: Database, clock: ManualClock) -> AsyncIterator[Firm]:
    world = await make_world(database, clock)
    await publish(database, definitions(LINE, SALE, FIRM, VISIT, RIGHTS), None, clock)
    world.catalog = await load(database)
    (a,) = await world.create(world.anna, "customer", {"name": "Müller GmbH", "code": "M1", "country": "DE", "tags": ["fair"]})
    clock.advance(timedelta(minutes=1))
    (b,) = await world.create(
        world.anna, "customer", {"name": "Mueller", "grade": "b", "phone": "+493012345678", "tags": ["vip", "fair"], "papers": [str(await _file(world))]}
    )
    (c,) = await world.create(world.chen, "customer", {"name": "Other"})
    line = {"product": "pump", "quantity": 2, "price": "10"}
    await world.create(world.anna, "sale", {"customer": str(a), "lines": [line]}, {"customer": str(b), "lines": [line, {**line, "quantity": 5}]})
    await world.create(world.anna, "visit", {"note": "one", "customer": str(b)})
    await world.create(world.chen, "visit", {"note": "two"})
    for source, external, record in (("shop", "1", a), ("market", "9", b)):
        await _external(world, source, external, record)
    clock.advance(timedelta(minutes=1))
    yield Firm(world, a, b, c)


async def _file(world: World, media_type: str = "application/pdf") -> UUID:
    identity = new_id()
    values = [identity, identity.hex, "paper.pdf", media_type, 3, b"x", world.anna.person, world.clock.now()]
    async with world.database.transaction() as connection:
        await connection.execute(
            raw("INSERT INTO system.files (id, storage_key, name, media_type, size, digest, uploaded_by, uploaded_at) VALUES (")
            + join(", ", [param(value) for value in values])
            + raw(")")
        )
    return identity


async def _external(world: World, source: str, external: str, record: UUID) -> None:
    values = [param(value) for value in ("customer", source, external, record)]
    async with world.database.transaction() as connection:
        await connection.execute(raw("INSERT INTO system.external_ids (object, source, external_id, record) VALUES (") + join(", ", values) + raw(")"))


async def test_everything_moves_and_goes_back(firm: Firm) -> None:
    world = firm.world
    await world.delete(
        world.anna, "sale", UUID((await world.list(world.anna, "sale", filter={"op": "eq", "field": "customer", "value": str(firm.b)}))[0]["id"])
    )
    await world.create(world.anna, "sale", {"customer": str(firm.b), "lines": [{"product": "valve", "quantity": 1, "price": "7"}]})
    before = await firm.everything()
    world.clock.advance(timedelta(minutes=1))
    done = await firm.merge(firm.a, firm.b)
    one = await world.get(world.boss, "customer", firm.a)
    assert (one["name"], one["code"], one["country"]["code"] if isinstance(one["country"], dict) else one["country"]) == ("Müller GmbH", "M1", "DE")
    assert (one["grade"], one["phone"], one["tags"]) == ("b", "+493012345678", ["fair", "vip"])
    assert ([paper["name"] for paper in one["papers"]], one["sales"], one["visits"]) == (["paper.pdf"], "27", "1")
    assert [visit["grade_then"] for visit in await world.list(world.boss, "visit", filter={"op": "filled", "field": "customer"})] == ["b"]
    assert [row["id"] for row in await world.list(world.boss, "customer", deleted=True)] == [str(firm.b)]
    async with world.database.reading() as connection:
        assert await connection.rows(raw("SELECT source, external_id, record FROM system.external_ids ORDER BY 1")) == [
            ("market", "9", firm.a),
            ("shop", "1", firm.a),
        ]
    world.clock.advance(timedelta(minutes=1))
    taken = await firm.undo(done.action)
    assert (taken.restored, taken.kept, taken.others_kept) == (1, (), False)
    assert await firm.everything() == before


async def test_lines_of_a_record_are_joined_behind_those_that_are_there(firm: Firm) -> None:
    world = firm.world
    first, second = (row["id"] for row in await world.list(world.anna, "sale", sort=[{"field": "number"}]))
    before = await firm.everything()
    done = await merge(world.database, world.catalog, world.anna, "sale", Merging(survivor=UUID(first), losers=(UUID(second),)), world.clock)
    one = await world.get(world.anna, "sale", UUID(first))
    assert ([line["quantity"] for line in one["lines"]], [line["position"] for line in one["lines"]], one["total"]) == ([2, 2, 5], [0, 1, 2], "90")
    assert one["number"].endswith("0001")
    assert [(await world.get(world.boss, "customer", one))["sales"] for one in (firm.a, firm.b)] == ["90", "0"]
    await firm.undo(done.action)
    assert await firm.everything() == before


async def test_what_a_field_has_no_room_for_stays_where_it_is(firm: Firm) -> None:
    world = firm.world
    pictures = [str(await _file(world, "image/png")) for _ in range(4)]
    await world.update(
        world.anna, "customer",
        {"id": str(firm.a), "picture": pictures[:1], "few": ["x", "y"]}, {"id": str(firm.b), "picture": pictures[1:3], "few": ["z"], "papers": pictures[3:]},
    )  # fmt: skip
    before = await firm.everything()
    done = await firm.merge(firm.a, firm.b)
    one = await world.get(world.anna, "customer", firm.a)
    assert ([file["id"] for file in one["picture"]], one["few"], [file["id"] for file in one["papers"]]) == (pictures[:2], ["x", "y"], pictures[3:])
    await firm.undo(done.action)
    assert await firm.everything() == before


async def test_the_actor_chooses_values_and_owner_and_all_of_it_goes_back(firm: Firm) -> None:
    world = firm.world
    before = await firm.everything()
    done = await firm.merge(firm.a, firm.b, take={"name": str(firm.b), "tags": str(firm.a), "grade": str(firm.a)})
    one = await world.get(world.anna, "customer", firm.a)
    assert (one["name"], one["tags"], one["grade"], one["phone"]) == ("Mueller", ["fair"], None, "+493012345678")
    await firm.undo(done.action)
    assert await firm.everything() == before


async def test_later_edits_stay_and_are_named(firm: Firm) -> None:
    world = firm.world
    (visit,) = await world.list(world.anna, "visit")
    done = await firm.merge(firm.a, firm.b)
    world.clock.advance(timedelta(minutes=1))
    await world.update(world.anna, "customer", {"id": str(firm.a), "grade": "c", "name": "Müller AG"})
    (new,) = await world.create(world.anna, "customer", {"name": "New"})
    await world.update(world.anna, "visit", {"id": visit["id"], "customer": str(new)})
    (later,) = await world.create(world.anna, "visit", {"note": "later", "customer": str(firm.a)})
    taken = await firm.undo(done.action)
    assert {(one.object, str(one.record), one.field) for one in taken.kept} == {("customer", str(firm.a), "grade"), ("visit", visit["id"], "customer")}
    a, b = [await world.get(world.boss, "customer", one) for one in (firm.a, firm.b)]
    assert (a["name"], a["grade"], a["phone"], a["tags"], b["grade"], b["sales"]) == ("Müller AG", "c", None, ["fair"], "b", "70")
    assert (await world.get(world.anna, "visit", UUID(visit["id"])))["customer"]["id"] == str(new)
    assert (await world.get(world.anna, "visit", later))["customer"]["id"] == str(firm.a)


async def test_a_token_of_the_merged_state_never_holds_again(firm: Firm) -> None:
    world = firm.world
    done = await firm.merge(firm.a, firm.b)
    token = (await world.get(world.anna, "customer", firm.a))["version"]
    await firm.undo(done.action)
    for name in ("x", "y"):
        await world.update(world.anna, "customer", {"id": str(firm.a), "name": name})
        with pytest.raises(Stale):
            await world.update(world.anna, "customer", {"id": str(firm.a), "name": "z", "version": token})


async def test_history_goes_on_and_an_old_link_leads_to_the_survivor(firm: Firm) -> None:
    world = firm.world
    await world.update(world.anna, "customer", {"id": str(firm.b), "grade": "a"})
    done = await firm.merge(firm.a, firm.b)
    with pytest.raises(Merged) as led:
        await world.get(world.anna, "customer", firm.b)
    assert led.value.params["survivor"] == str(firm.a)
    with pytest.raises(NotFound):
        await world.get(world.chen, "customer", firm.b)
    entries = await past.history(world.database, world.catalog, world.anna, "customer", firm.a, world.clock)
    of_b = [entry for entry in entries if entry.of is not None and entry.of["id"] == str(firm.b)]
    assert [(entry.operation, [value["field"] for value in entry.values]) for entry in of_b] == [("delete", []), ("update", ["grade"]), ("create", [])]
    merging = next(entry for entry in entries if entry.operation == "merge")
    assert (merging.action, merging.records) == (done.action, ({"id": str(firm.b), "title": "Mueller"},))
    (new,) = await world.create(world.anna, "customer", {"name": "Third"})
    await firm.merge(new, firm.a)
    with pytest.raises(Merged) as further:
        await world.get(world.anna, "customer", firm.b)
    assert further.value.params["survivor"] == str(new)
    with pytest.raises(CannotUndo):
        await firm.undo(done.action)


async def test_what_the_actor_may_not_see_goes_along_unseen(firm: Firm) -> None:
    world = firm.world
    await world.update(world.boss, "customer", {"id": str(firm.b), "credit": 5000})
    for source in (firm.a, firm.b):
        with pytest.raises(ReadOnly):
            await firm.merge(firm.a, firm.b, take={"credit": str(source)})
    with pytest.raises(InvalidRequest):
        await firm.merge(firm.a, firm.b, take={"name": "join"})
    await firm.merge(firm.a, firm.b)
    assert (await world.get(world.boss, "customer", firm.a))["credit"] == 5000
    assert "credit" not in await world.get(world.anna, "customer", firm.a)


@pytest.mark.parametrize(("who", "problem"), [("ben", Forbidden), ("chen", NotFound)])
async def test_who_may_not_change_and_delete_them_may_not_merge_them(firm: Firm, who: str, problem: type[Problem]) -> None:
    before = await firm.everything()
    with pytest.raises((problem, InvalidRecords)) as refused:
        await firm.merge(firm.a, firm.b, actor=getattr(firm.world, who))
    errors = refused.value.errors or (refused.value,)
    assert all(isinstance(one, problem) for one in errors)
    with pytest.raises(NotFound):
        await firm.merge(firm.a, firm.c)
    assert await firm.everything() == before


async def test_guards_hold_for_records_and_for_what_would_move(firm: Firm) -> None:
    world = firm.world
    (visit,) = await world.list(world.anna, "visit")
    for key, record, fields in (
        ("customer", firm.b, None),
        ("customer", firm.a, ["papers"]),
        ("customer", firm.a, ["grade"]),
        ("visit", UUID(visit["id"]), ["customer"]),
    ):
        async with world.database.transaction() as connection:
            values = [param(key), param(record), param(fields), param("approval")]
            await connection.execute(raw("INSERT INTO system.guards (object, record, fields, reason) VALUES (") + join(", ", values) + raw(")"))
        with pytest.raises((Guarded, InvalidRecords)) as held:
            await firm.merge(firm.a, firm.b)
        assert isinstance((held.value.errors or (held.value,))[0], Guarded), key
        async with world.database.transaction() as connection:
            await connection.execute(raw("DELETE FROM system.guards"))
    done = await firm.merge(firm.a, firm.b)
    async with world.database.transaction() as connection:
        values = [param("visit"), param(UUID(visit["id"])), param("approval")]
        await connection.execute(raw("INSERT INTO system.guards (object, record, reason) VALUES (") + join(", ", values) + raw(")"))
    with pytest.raises(Guarded):
        await firm.undo(done.action)


async def test_two_merges_at_once_leave_one_survivor(firm: Firm) -> None:
    world = firm.world
    results = await asyncio.gather(firm.merge(firm.a, firm.b), firm.merge(firm.b, firm.a), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["MergedInto", "NotFound"]
    rows = await world.list(world.boss, "customer", filter={"op": "in", "field": "id", "value": [str(firm.a), str(firm.b)]})
    assert len(rows) == 1
    assert rows[0]["sales"] == "90"


async def test_the_same_merge_again_is_the_same_merge(firm: Firm) -> None:
    done = await firm.merge(firm.a, firm.b)
    assert (await firm.merge(firm.a, firm.b)).action == done.action
    await firm.undo(done.action)
    with pytest.raises(CannotUndo):
        await firm.undo(done.action)
    again = await firm.merge(firm.a, firm.b)
    assert again.action != done.action


async def test_records_that_point_at_each_other_are_merged_without_a_loop(firm: Firm) -> None:
    world = firm.world
    await world.update(world.anna, "customer", {"id": str(firm.a), "above": str(firm.b)})
    (child,) = await world.create(world.anna, "customer", {"name": "Branch", "above": str(firm.b)})
    before = await firm.everything()
    done = await firm.merge(firm.a, firm.b)
    assert (await world.get(world.anna, "customer", firm.a))["above"] is None
    assert (await world.get(world.anna, "customer", child))["above"]["id"] == str(firm.a)
    await firm.undo(done.action)
    assert await firm.everything() == before


async def test_a_unique_value_passes_to_the_survivor_and_back(firm: Firm) -> None:
    world = firm.world
    before = await firm.everything()
    done = await firm.merge(firm.b, firm.a)
    assert (await world.get(world.anna, "customer", firm.b))["code"] == "M1"
    with pytest.raises(InvalidRecords):
        await world.create(world.anna, "customer", {"name": "thief", "code": "M1"})
    await firm.undo(done.action)
    assert await firm.everything() == before
    done = await firm.merge(firm.b, firm.a, take={"code": str(firm.b)})
    await world.create(world.anna, "customer", {"name": "thief", "code": "M1"})
    with pytest.raises((AlreadyExists, InvalidRecords)):
        await firm.undo(done.action)


async def test_a_loser_brought_back_by_hand_stays_when_the_merge_is_taken_back(firm: Firm) -> None:
    world = firm.world
    done = await firm.merge(firm.a, firm.b)
    await write(world.database, world.catalog, world.anna, Batch(object="customer", operation="restore", rows=({"id": str(firm.b)},)), world.clock)
    assert (await world.get(world.boss, "customer", firm.b))["visits"] == "0"
    taken = await firm.undo(done.action)
    assert taken.restored == 0
    assert (await world.get(world.boss, "customer", firm.b))["visits"] == "1"


async def test_nobody_else_takes_a_merge_back_and_what_is_purged_stays_gone(firm: Firm) -> None:
    world = firm.world
    done = await firm.merge(firm.a, firm.b)
    for actor in (world.ben, world.chen):
        with pytest.raises(NotFound):
            await firm.undo(done.action, actor)
    await write(world.database, world.catalog, world.boss, Batch(object="customer", operation="purge", rows=({"id": str(firm.b)},)), world.clock)
    with pytest.raises(CannotUndo):
        await firm.undo(done.action, world.boss)


async def test_stale_versions_and_bad_requests_are_refused(firm: Firm) -> None:
    world = firm.world
    token = (await world.get(world.anna, "customer", firm.b))["version"]
    await world.update(world.anna, "customer", {"id": str(firm.b), "grade": "c"})
    with pytest.raises(Stale):
        await firm.merge(firm.a, firm.b, versions={str(firm.b): token})
    for survivor, losers in ((firm.a, ()), (firm.a, (firm.a,)), (firm.a, tuple(new_id() for _ in range(20)))):
        with pytest.raises(InvalidRequest):
            await firm.merge(survivor, *losers)
    with pytest.raises(InvalidRequest):
        await firm.merge(firm.a, firm.b, take={"name": str(firm.c)})


async def test_the_comparison_proposes_the_fuller_record_and_counts_only_what_is_seen(firm: Firm) -> None:
    world = firm.world
    await world.create(world.chen, "visit", {"note": "unseen"})
    async with world.database.transaction() as connection:
        await connection.execute(raw("UPDATE data.visit SET customer = ") + param(firm.b) + raw(" WHERE note = 'unseen'"))
    shown = await compare(world.database, world.catalog, world.anna, "customer", [firm.a, firm.b], world.clock)
    assert (shown.survivor, shown.may, shown.take) == (str(firm.b), True, {"code": str(firm.a), "country": str(firm.a)})
    assert {(one.object, one.relation): one.counts for one in shown.moves} == {
        ("sale", "customer"): {str(firm.a): 1, str(firm.b): 1},
        ("visit", "customer"): {str(firm.b): 1},
    }
    assert not (await compare(world.database, world.catalog, world.ben, "customer", [firm.a, firm.b], world.clock)).may
    with pytest.raises(NotFound):
        await compare(world.database, world.catalog, world.chen, "customer", [firm.a, firm.c], world.clock)
