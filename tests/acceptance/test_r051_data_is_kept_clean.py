"""R51: duplicates are found by rules (exact, normalised name, domain, phone) and merged with a choice of fields and undo; invalid and stale data is reported on a schedule."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from tests.http.client import Client, enter

from tradewind.edge.http.app import build_app
from tradewind.edge.worker.handlers import handlers
from tradewind.edge.worker.main import look_after
from tradewind.files.store import FileStore
from tradewind.jobs.work import work_off
from tradewind.kernel.clock import ManualClock, SystemClock
from tradewind.kernel.settings import Settings
from tradewind.query.database.pool import open_pool

FIELDS = [
    {"key": "name", "type": "company_name", "labels": {"en": "Name"}, "required": True},
    {"key": "tax", "type": "text", "labels": {"en": "Tax number"}},
    {"key": "site", "type": "url", "labels": {"en": "Website"}},
    {"key": "phone", "type": "phone", "labels": {"en": "Phone"}},
    {"key": "note", "type": "text", "labels": {"en": "Note"}},
]


def _rule(key: str, strength: str, field: str, by: str) -> dict[str, Any]:
    return {"key": key, "labels": {"en": key}, "strength": strength, "terms": [{"field": field, "by": by}]}


RULES = {
    "kind": "quality", "key": "vendor", "fields": ["phone"], "stale_days": 90, "report_days": 7,
    "rules": [_rule("tax", "certain", "tax", ""), _rule("name", "likely", "name", "name"), _rule("domain", "likely", "site", "domain"), _rule("phone", "likely", "phone", "")],
}  # fmt: skip


class Firm:
    """Mei builds and looks after data without seeing everything; Ravi sells."""

    def __init__(self, client: Client, settings: Settings, clock: ManualClock) -> None:
        self.client, self._settings, self.clock = client, settings, clock

    async def ask(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await (self.client.get(path) if body is None else self.client.post(path, json=body))
        assert answer.status_code == status, answer.text
        return answer.json()

    async def create(self, *rows: dict[str, Any]) -> list[str]:
        return (await self.ask("/api/objects/vendor/records", {"rows": list(rows)}, 201))["ids"]

    async def night(self) -> None:
        """What the worker does by itself, and what it finds to do."""
        database = await open_pool(self._settings.database_url, size=2)
        try:
            await look_after(database, self.clock)
            await work_off(database, handlers(database, self.clock, FileStore(self._settings.data_folder / "files")), self.clock)
        finally:
            await database.close()

    async def told(self) -> list[dict[str, Any]]:
        return [one for one in (await self.ask("/api/notices"))["notices"] if one["kind"] == "quality_report" and one["body"]["object"] == "vendor"]


@pytest.fixture
async def firm(settings: Settings, sign_ins: dict[str, str]) -> AsyncIterator[Firm]:
    clock = ManualClock(SystemClock().now())
    async with AsyncTestClient(build_app(settings, clock=clock)) as client:
        client.headers.update({"Sec-Fetch-Site": "same-origin"})
        made = Firm(client, settings, clock)
        await enter(client, sign_ins, "admin")
        rights = {"vendor": {"create": True, "grants": [{"rows": "all", "actions": ["read", "update", "delete"], "default": "write"}]}}
        own = {"vendor": {"create": True, "grants": [{"rows": "own", "actions": ["read", "update"], "default": "write"}]}}
        vendor = {"kind": "object", "key": "vendor", "labels": {"en": "Vendor"}, "title": "name", "fields": FIELDS}
        builder = {"kind": "role", "key": "builder", "labels": {"en": "Builder"}, "system": ["build", "data"], "objects": rights}
        buyer = {"kind": "role", "key": "buyer", "labels": {"en": "Buyer"}, "objects": own}
        await made.ask("/api/definitions/publish", {"definitions": [vendor, builder, buyer]})
        people = await made.ask("/api/people")
        for one in people["people"] if isinstance(people, dict) else people:
            role = {"mei": "builder", "ravi": "buyer"}.get(one["email"].split("@")[0])
            if role:
                assert (await client.patch(f"/api/people/{one['id']}", json={"roles": [*one["roles"], role]})).status_code == 200
        await enter(client, sign_ins, "mei")
        yield made


async def test_rules_find_what_is_doubled_and_a_merge_is_taken_back_months_later(firm: Firm, sign_ins: dict[str, str]) -> None:
    await firm.ask("/api/definitions/publish", {"definitions": [RULES]})
    ids = await firm.create(
        {"name": "Alpha One", "tax": "DE1"}, {"name": "Beta Two", "tax": "DE1", "note": "second"},
        {"name": "Müller Pumpen GmbH"}, {"name": "MÜLLER-Pumpen Ltd"},
        {"name": "Gamma", "site": "https://www.gamma.example/en"}, {"name": "Delta", "site": "http://gamma.example"},
        {"name": "Eta", "phone": "+49 30 1234567"}, {"name": "Theta", "phone": "+49301234567"},
        {"name": "Nobody else"},
    )  # fmt: skip
    await firm.ask("/api/objects/vendor/duplicates/find", {}, 202)
    await firm.night()
    names = {one: number for number, one in enumerate(ids)}
    groups = (await firm.ask("/api/objects/vendor/duplicates", {"strength": "likely"}))["groups"]
    assert sorted(sorted(names[one] for one in group["members"]) for group in groups) == [[0, 1], [2, 3], [4, 5], [6, 7]]
    chosen = {"survivor": ids[0], "losers": [ids[1]], "take": {"name": ids[1]}}
    merged = await firm.ask("/api/objects/vendor/merge", chosen)
    whole = await firm.ask(f"/api/objects/vendor/records/{ids[0]}")
    assert (whole["name"], whole["note"]) == ("Beta Two", "second")
    firm.clock.advance(timedelta(days=60))
    await enter(firm.client, sign_ins, "mei")
    await firm.ask(f"/api/actions/{merged['action']}/undo", {})
    back = [await firm.ask(f"/api/objects/vendor/records/{one}") for one in ids[:2]]
    assert [(one["name"], one["note"]) for one in back] == [("Alpha One", None), ("Beta Two", "second")]


async def test_invalid_and_stale_data_is_reported_every_week_to_who_looks_after_it(firm: Firm, sign_ins: dict[str, str]) -> None:
    await firm.ask("/api/definitions/publish", {"definitions": [RULES]})
    old, short = await firm.create({"name": "Old", "note": "a note of some length", "phone": "+49301234567"}, {"name": "Short", "note": "brief"})
    await firm.night()
    (first,) = await firm.told()
    assert first["body"]["before"] is None
    tighter = [{**one, "options": {"max_length": 10}} if one["key"] == "note" else one for one in FIELDS]
    await firm.ask(
        "/api/definitions/publish", {"definitions": [{"kind": "object", "key": "vendor", "labels": {"en": "Vendor"}, "title": "name", "fields": tighter}]}
    )
    firm.clock.advance(timedelta(days=91))
    await enter(firm.client, sign_ins, "mei")
    assert (await firm.client.patch(f"/api/objects/vendor/records/{short}", json={"phone": "+49307654321"})).status_code == 200
    await firm.night()
    await firm.night()
    told = await firm.told()
    assert len(told) == 2
    report = next(one for one in (await firm.ask("/api/quality"))["reports"] if one["object"] == "vendor")
    figures = report["figures"]
    assert (figures["records"], figures["invalid"], figures["stale"], figures["duplicates"]) == (2, 1, 1, 0)
    assert figures["parts"] == {"filled": 1.0, "valid": 0.5, "unique": 1.0, "recent": 0.5}
    assert (report["before"]["invalid"], report["before"]["stale"], report["before"]["parts"]["filled"]) == (0, 0, 0.5)
    listed = await firm.ask("/api/quality/vendor/invalid")
    assert [(one["id"], one["field"], one["code"], one["rule"]) for one in listed] == [(old, "note", "field.invalid", "max_length")]
    assert listed[0]["params"]["max"] == 10
    stale = {"op": "lt", "field": "updated_at", "value": figures["stale_before"]}
    assert [one["id"] for one in (await firm.ask("/api/objects/vendor/query", {"filter": stale}))["records"]] == [old]
    await enter(firm.client, sign_ins, "ravi")
    assert await firm.told() == []
    await firm.ask("/api/quality/vendor/invalid", status=403)
    await enter(firm.client, sign_ins, "mei")
    assert (await firm.client.patch(f"/api/objects/vendor/records/{old}", json={"note": "short"})).status_code == 200
    firm.clock.advance(timedelta(days=7))
    await enter(firm.client, sign_ins, "mei")
    await firm.night()
    report = next(one for one in (await firm.ask("/api/quality"))["reports"] if one["object"] == "vendor")
    assert (report["figures"]["invalid"], report["figures"]["stale"]) == (0, 0)
    assert await firm.ask("/api/quality/vendor/invalid") == []
