"""A workbook becomes objects: proposed with links between its sheets, published, filled sheet by sheet, and taken back with all that came with it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from tests.http.client import Client, enter

from tradewind.edge.worker.handlers import handlers
from tradewind.files.store import FileStore
from tradewind.jobs.work import work_off
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.settings import Settings
from tradewind.query.database.pool import Database, open_pool

FAIRS = [
    ("Fair", "City", "Opens"),
    ("Hannover Messe", "Hannover", "2026-04-20"),
    ("Canton Fair", "Guangzhou", "2026-04-15"),
    ("Ambiente", "Frankfurt", "2026-02-06"),
]
VISITORS = [("Visitor", "E-mail", "Fair", "Grade")] + [
    (f"Person {number}", f"p{number}@firm{number}.example", FAIRS[1 + number % 3][0], "ABC"[number % 3]) for number in range(1, 41)
]


def _workbook(*sheets: tuple[str, list[tuple[str, ...]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


class _Later:
    """The clock of this machine, as much later as the test says."""

    def __init__(self) -> None:
        self._clock, self._by = SystemClock(), timedelta()

    def now(self) -> datetime:
        return self._clock.now() + self._by

    def on(self) -> None:
        self._by += timedelta(seconds=2)


class Ground:
    """The application, and a worker that is called when the test wants it."""

    def __init__(self, client: Client, database: Database, settings: Settings) -> None:
        self.client, self._database, self._settings, self._clock = client, database, settings, _Later()

    async def work(self) -> None:
        """All jobs, those that wait a moment too."""
        for _ in range(12):
            await work_off(self._database, handlers(self._database, self._clock, FileStore(self._settings.data_folder / "files")), self._clock)
            self._clock.on()

    async def read(self, body: bytes, name: str = "fairs.xlsx") -> str:
        made = await self.client.post(f"/api/imports?name={name}", content=body, headers={"Content-Type": "application/octet-stream"})
        assert made.status_code == 201, made.text
        await self.work()
        return str(made.json()["id"])

    async def publish(self, made: dict[str, Any]) -> str:
        definitions = [{"kind": "object", **one["definition"]} for one in made["objects"]]
        answer = await self.client.post("/api/definitions/publish", json={"definitions": definitions})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["change_set"])

    async def count(self, key: str, **question: Any) -> int:
        return int((await self.client.post(f"/api/objects/{key}/count", json=question)).json()["count"])

    async def build(self, identity: str) -> dict[str, Any]:
        return (await self.client.get(f"/api/imports/{identity}/build")).json()["build"]


@pytest.fixture
async def ground(client: Client, settings: Settings) -> AsyncIterator[Ground]:
    database = await open_pool(settings.database_url, size=4)
    yield Ground(client, database, settings)
    await database.close()


async def _proposed(ground: Ground, identity: str) -> dict[str, Any]:
    answer = await ground.client.post(f"/api/imports/{identity}/propose", json={})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_two_sheets_become_two_related_objects_with_their_records_and_go_again(ground: Ground) -> None:
    identity = await ground.read(_workbook(("Fairs", FAIRS), ("Visitors", VISITORS)))
    made = await _proposed(ground, identity)
    fairs, visitors = (one["definition"] for one in made["objects"])
    types = {field["key"]: field["type"] for field in visitors["fields"]}
    assert [one["sheet"] for one in made["objects"]] == ["Fairs", "Visitors"]
    assert "relation" in types.values() and "email" in types.values() and "select" in types.values()
    (relation,) = [field for field in visitors["fields"] if field["type"] == "relation"]
    assert relation["options"]["target"] == fairs["key"]
    change_set = await ground.publish(made)
    answer = await ground.client.post(f"/api/imports/{identity}/build", json={"change_set": change_set, "maps": made["maps"]})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["build"]["state"], len(answer.json()["build"]["imports"])) == ("running", 2)
    again = await ground.client.post(f"/api/imports/{identity}/build", json={"change_set": change_set, "maps": made["maps"]})
    assert again.status_code == 409
    await ground.work()
    build = await ground.build(identity)
    assert (build["state"], [one["state"] for one in build["imports"]]) == ("done", ["done", "done"])
    assert (await ground.count(fairs["key"]), await ground.count(visitors["key"])) == (3, 40)
    chosen = {"field": relation["key"], "op": "empty"}
    assert await ground.count(visitors["key"], filter=chosen) == 0
    undone = await ground.client.post(f"/api/import-builds/{build['id']}/undo", json={})
    assert (undone.status_code, undone.json()["build"]["state"]) == (202, "undoing")
    assert (await ground.client.post(f"/api/import-builds/{build['id']}/undo", json={})).status_code == 409
    await ground.work()
    build = await ground.build(identity)
    assert (build["state"], build["problem"], [one["state"] for one in build["imports"]]) == ("undone", None, ["undone", "undone"])
    catalog = (await ground.client.get("/api/catalog")).json()
    assert fairs["key"] not in catalog["objects"] and visitors["key"] not in catalog["objects"]
    log = (await ground.client.get("/api/change-sets")).json()
    assert [one["undoes"] for one in log][:1] == [change_set]
    afresh = await _proposed(ground, await ground.read(_workbook(("Fairs", FAIRS), ("Visitors", VISITORS))))
    assert not {one["definition"]["key"] for one in afresh["objects"]} & {fairs["key"], visitors["key"]}
    await ground.publish(afresh)


HALLS = _workbook(("Halls", [("Hall", "Gates"), ("H1", "4"), ("H2", "6")]), ("Stands", [("Stand", "Hall"), ("S1", "H1"), ("S2", "H2")]))


async def _begun(ground: Ground, body: bytes) -> tuple[dict[str, Any], list[str]]:
    """A build whose worker has not come yet, and the keys of its objects."""
    identity = await ground.read(body)
    made = await _proposed(ground, identity)
    change_set = await ground.publish(made)
    begun = await ground.client.post(f"/api/imports/{identity}/build", json={"change_set": change_set, "maps": made["maps"]})
    assert begun.status_code == 201, begun.text
    return begun.json()["build"], [one["definition"]["key"] for one in made["objects"]]


async def test_a_sheet_that_is_cancelled_stops_the_rest_until_somebody_goes_on(ground: Ground) -> None:
    build, (halls, stands) = await _begun(ground, HALLS)
    first = build["imports"][0]["id"]
    assert (await ground.client.post(f"/api/imports/{first}/run", json={})).status_code == 202
    assert (await ground.client.post(f"/api/imports/{first}/cancel", json={})).status_code == 202
    await ground.work()
    stopped = await ground.build(build["source"])
    assert (stopped["state"], [one["state"] for one in stopped["imports"]]) == ("stopped", ["cancelled", "mapping"])
    assert (await ground.client.post(f"/api/import-builds/{build['id']}/resume", json={})).status_code == 202
    await ground.work()
    gone_on = await ground.build(build["source"])
    assert (gone_on["state"], gone_on["imports"][1]["state"], gone_on["imports"][1]["waiting"]) == ("done", "done", 2)
    assert (await ground.count(halls), await ground.count(stands)) == (0, 0)
    assert (await ground.client.post(f"/api/import-builds/{build['id']}/undo", json={})).status_code == 202
    await ground.work()
    assert (await ground.build(build["source"]))["state"] == "undone"


async def test_a_sheet_that_was_deleted_is_left_out(ground: Ground) -> None:
    build, (halls, stands) = await _begun(ground, HALLS)
    second = build["imports"][1]["id"]
    assert (await ground.client.delete(f"/api/imports/{second}")).status_code == 200
    await ground.work()
    done = await ground.build(build["source"])
    assert (done["state"], [one["id"] for one in done["imports"]]) == ("done", [build["imports"][0]["id"]])
    assert (await ground.count(halls), await ground.count(stands)) == (2, 0)


async def test_an_undo_that_is_refused_says_why_with_the_records_gone(ground: Ground) -> None:
    identity = await ground.read(b"Machine,Power\nLathe,7 kW\nMill,11 kW\n", "machines.csv")
    made = await _proposed(ground, identity)
    (definition,) = (one["definition"] for one in made["objects"])
    change_set = await ground.publish(made)
    begun = await ground.client.post(f"/api/imports/{identity}/build", json={"change_set": change_set, "maps": made["maps"]})
    await ground.work()
    labels = {"en": "Machines", "zh-CN": "机器"}
    later = {"kind": "object", **definition, "labels": labels}
    assert (await ground.client.post("/api/definitions/publish", json={"definitions": [later]})).status_code == 200
    assert (await ground.client.post(f"/api/import-builds/{begun.json()['build']['id']}/undo", json={})).status_code == 202
    await ground.work()
    build = await ground.build(identity)
    assert (build["state"], build["problem"]["code"], build["imports"][0]["state"]) == ("stopped", "schema.conflict", "undone")
    assert await ground.count(definition["key"]) == 0
    assert (await ground.client.post(f"/api/import-builds/{build['id']}/resume", json={})).status_code == 202
    await ground.work()
    again = await ground.build(identity)
    assert (again["state"], again["problem"]["code"]) == ("stopped", "schema.conflict")


async def test_who_may_not_build_is_proposed_nothing(ground: Ground, sign_ins: dict[str, str]) -> None:
    await enter(ground.client, sign_ins, "mei")
    identity = await ground.read(b"A,B\n1,2\n", "a.csv")
    assert (await ground.client.post(f"/api/imports/{identity}/propose", json={})).status_code == 403
    body = {"change_set": identity, "maps": []}
    assert (await ground.client.post(f"/api/imports/{identity}/build", json=body)).status_code == 403
    await enter(ground.client, sign_ins, "admin")
    assert (await ground.client.post(f"/api/imports/{identity}/build", json=body)).status_code == 409
