"""R40: a website inquiry of somebody met at a fair half a year ago finds that contact, shows what was said there, and tells the earlier rep."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from tests.http.client import Client, enter

from tradewind.edge.http.app import build_app
from tradewind.edge.worker.handlers import handlers
from tradewind.files.store import FileStore
from tradewind.jobs.work import work_off
from tradewind.kernel.clock import ManualClock, SystemClock
from tradewind.kernel.settings import Settings
from tradewind.query.database.pool import open_pool


class Office:
    """The product with a clock that moves: Tom sells in Europe, Ravi in Asia, and the website writes with Ravi's key."""

    def __init__(self, client: Client, settings: Settings, clock: ManualClock, sign_ins: dict[str, str]) -> None:
        self.client, self.settings, self.clock, self.sign_ins = client, settings, clock, sign_ins
        self.bearer: dict[str, str] = {}

    async def enter(self, who: str) -> None:
        await enter(self.client, self.sign_ins, who)

    async def post(self, path: str, body: dict[str, Any], status: int = 200, **more: Any) -> Any:
        answer = await self.client.post(path, json=body, **more)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, path: str, status: int = 200) -> Any:
        answer = await self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def create(self, key: str, **row: Any) -> str:
        return str((await self.post(f"/api/objects/{key}/records", {"row": row}, 201))["ids"][0])

    async def from_website(self, **row: Any) -> str:
        if not self.bearer:
            await self.enter("ravi")
            self.bearer = {"Authorization": f"Bearer {(await self.post('/api/keys', {'name': 'website'}, 201))['key']}"}
        self.client.cookies.clear()
        made = await self.post("/api/objects/inquiry/records", {"row": row, "source": "website"}, 201, headers=self.bearer)
        return str(made["ids"][0])

    async def work(self) -> None:
        """What the worker does."""
        database = await open_pool(self.settings.database_url, size=2)
        try:
            await work_off(database, handlers(database, self.clock, FileStore(self.settings.data_folder / "files")), self.clock)
        finally:
            await database.close()

    async def notices(self) -> list[dict[str, Any]]:
        return [one for one in (await self.get("/api/notices"))["notices"] if one["kind"] == "recognised"]


@pytest.fixture
async def office(settings: Settings, sign_ins: dict[str, str]) -> Any:
    clock = ManualClock(SystemClock().now())
    async with AsyncTestClient(build_app(settings, clock=clock)) as opened:
        opened.headers.update({"Sec-Fetch-Site": "same-origin"})
        yield Office(opened, settings, clock, sign_ins)


async def test_an_inquiry_from_the_website_finds_the_contact_of_the_fair(office: Office) -> None:
    await office.enter("tom")
    customer = await office.create("customer", name="Hidalgo Bombas S.A.", website="https://www.hidalgo-bombas.example")
    contact = await office.create("contact", name="Lucía Hidalgo", customer=customer, email="Lucia@hidalgo-bombas.example")
    await office.create("follow_up", subject="Met at the Hannover fair", customer=customer, contact=contact, method="fair")
    office.clock.advance(timedelta(days=183))

    inquiry = await office.from_website(product="Pumps", person="Lucia Hidalgo", email="lucia@hidalgo-bombas.example", message="We met at the fair.")
    await office.enter("ravi")
    fresh = await office.get(f"/api/objects/inquiry/records/{inquiry}")
    assert (fresh["contact"], fresh["source"]) == (None, "website")
    await office.work()

    mine = await office.get(f"/api/objects/inquiry/records/{inquiry}")
    assert (mine["contact"], mine["customer"]) == ({"restricted": True}, {"restricted": True})
    assert await office.notices() == []
    history = (await office.get(f"/api/objects/inquiry/records/{inquiry}/history"))["entries"]
    linked = next(entry for entry in history if entry["operation"] == "update")
    assert linked["by"] == {"id": None, "name": "system"}
    assert {value["field"]: value["after"] for value in linked["values"]} == {"contact": {"restricted": True}, "customer": {"restricted": True}}

    await office.enter("tom")
    (notice,) = await office.notices()
    assert notice["read"] is False
    assert notice["body"]["about_record"] == {"id": contact, "title": "Lucía Hidalgo"}
    assert notice["body"]["record"] == {"restricted": True}
    assert "Pumps" not in str(notice)
    assert (await office.client.get(f"/api/objects/inquiry/records/{inquiry}")).status_code == 404
    found = await office.get(f"/api/objects/contact/records/{contact}/related/follow_up/contact")
    assert [row["subject"] for row in found["records"]] == ["Met at the Hannover fair"]
    assert (await office.post("/api/notices/read", {}))["marked"] >= 1
    assert (await office.get("/api/notices"))["unread"] == 0

    await office.enter("admin")
    whole = await office.get(f"/api/objects/inquiry/records/{inquiry}")
    assert (whole["contact"], whole["customer"]) == ({"id": contact, "title": "Lucía Hidalgo"}, {"id": customer, "title": "Hidalgo Bombas S.A."})
    layout = next(one for one in (await office.get("/api/catalog"))["layouts"] if one["object"] == "inquiry")
    assert "contact:follow_up.contact" in layout["related"]
    shown = await office.get(f"/api/objects/contact/records/{whole['contact']['id']}/related/follow_up/contact")
    assert [row["subject"] for row in shown["records"]] == ["Met at the Hannover fair"]


async def test_it_is_taken_back_by_who_may_change_the_inquiry_and_not_done_again(office: Office) -> None:
    await office.enter("tom")
    customer = await office.create("customer", name="Hidalgo Bombas S.A.")
    contact = await office.create("contact", name="Lucía Hidalgo", customer=customer, email="lucia@hidalgo-bombas.example")
    inquiry = await office.from_website(product="Pumps", email="lucia@hidalgo-bombas.example")
    await office.work()
    await office.enter("mei")
    linked = await _linking(office, inquiry)
    assert linked is None
    await office.enter("ravi")
    linked = await _linking(office, inquiry)
    assert linked is not None
    await office.post(f"/api/actions/{linked}/undo", {})
    assert (await office.get(f"/api/objects/inquiry/records/{inquiry}"))["contact"] is None
    await office.work()
    assert (await office.get(f"/api/objects/inquiry/records/{inquiry}"))["contact"] is None
    assert contact


async def _linking(office: Office, inquiry: str) -> str | None:
    answer = await office.client.get(f"/api/objects/inquiry/records/{inquiry}/history")
    if answer.status_code == 404:
        return None
    return next(str(entry["action"]) for entry in answer.json()["entries"] if entry["operation"] == "update")


async def test_who_is_not_sure_is_not_taken_for_anybody(office: Office) -> None:
    await office.enter("tom")
    customer = await office.create("customer", name="Hidalgo Bombas S.A.", website="https://hidalgo-bombas.example")
    for name in ("Lucía Hidalgo", "Sales desk"):
        await office.create("contact", name=name, customer=customer, email="office@hidalgo-bombas.example")
    both = await office.from_website(product="Pumps", email="office@hidalgo-bombas.example")
    colleague = await office.from_website(product="Valves", email="new.man@hidalgo-bombas.example")
    stranger = await office.from_website(product="Valves", email="somebody@elsewhere.example")
    await office.work()
    await office.enter("admin")
    found = {one: await office.get(f"/api/objects/inquiry/records/{one}") for one in (both, colleague, stranger)}
    assert [found[one]["contact"] for one in found] == [None, None, None]
    assert [found[one]["customer"] and found[one]["customer"]["id"] for one in found] == [customer, customer, None]
    alike = await office.get(f"/api/objects/inquiry/records/{both}/similar")
    assert {(hit["object"], hit["title"]) for hit in alike["hits"]} == {("contact", "Lucía Hidalgo"), ("contact", "Sales desk")}


async def test_when_the_rep_has_left_the_head_of_his_department_is_told(office: Office) -> None:
    await office.enter("tom")
    customer = await office.create("customer", name="Hidalgo Bombas S.A.")
    await office.create("contact", name="Lucía Hidalgo", customer=customer, email="lucia@hidalgo-bombas.example")
    await office.enter("admin")
    people = {one["email"].partition("@")[0]: one for one in await office.get("/api/people")}
    departments = await office.get("/api/departments")
    europe = next(one for one in departments if one["id"] == people["tom"]["department"])
    changed = await office.client.patch(
        f"/api/departments/{europe['id']}", json={"name": europe["name"], "parent": europe["parent"], "head": people["manager"]["id"]}
    )
    assert changed.status_code == 200, changed.text
    left = await office.client.patch(f"/api/people/{people['tom']['id']}", json={"active": False})
    assert left.status_code == 200, left.text
    await office.from_website(product="Pumps", email="lucia@hidalgo-bombas.example")
    await office.work()
    await office.enter("manager")
    (notice,) = await office.notices()
    assert notice["body"]["about_record"]["title"] == "Lucía Hidalgo"


async def test_a_job_done_twice_or_by_two_workers_links_and_tells_once(office: Office) -> None:
    await office.enter("tom")
    customer = await office.create("customer", name="Hidalgo Bombas S.A.")
    await office.create("contact", name="Lucía Hidalgo", customer=customer, email="lucia@hidalgo-bombas.example")
    inquiries = [await office.from_website(product=f"Pump {n}", email="lucia@hidalgo-bombas.example") for n in range(3)]
    await asyncio.gather(office.work(), office.work())
    await office.enter("admin")
    await office.post("/api/objects/inquiry/recognise", {}, 202)
    await office.work()
    for one in inquiries:
        history = (await office.get(f"/api/objects/inquiry/records/{one}/history"))["entries"]
        assert [entry["operation"] for entry in history] == ["update", "create"]
    await office.enter("tom")
    assert len(await office.notices()) == 3
