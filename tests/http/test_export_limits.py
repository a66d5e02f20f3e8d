"""Limits of exports and alerts about them: set in the browser, counted over 24 hours, small exports adding up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from tests.http.client import Client, enter
from tests.http.exporting import asked, exported, left_over, state_of, work_exports

from tradewind.edge.http.app import build_app
from tradewind.kernel.clock import ManualClock, SystemClock
from tradewind.kernel.settings import Settings

DEFAULTS = {"rows_per_export": 1_000_000, "rows_per_day": 2_000_000, "alert_rows": 50_000, "alert_times": 10, "alert_from": 1_000}


@pytest.fixture
def moving() -> ManualClock:
    """A clock that begins now: sessions and demo records were made by the real one."""
    return ManualClock(SystemClock().now())


@pytest.fixture
async def client(settings: Settings, sign_ins: dict[str, str], moving: ManualClock) -> AsyncIterator[Client]:
    async with AsyncTestClient(build_app(settings, clock=moving)) as opened:
        opened.headers.update({"Sec-Fetch-Site": "same-origin"})
        await enter(opened, sign_ins, "admin")
        yield opened


async def _limit(client: Client, **changes: int) -> None:
    now = (await client.get("/api/export-policy")).json()
    answer = await client.put("/api/export-policy", json={"version": now["version"], "policy": {**now["policy"], **changes}})
    assert answer.status_code == 200, answer.text


async def test_administrators_set_limits_in_the_browser_and_nobody_else(client: Client, sign_ins: dict[str, str]) -> None:
    first = (await client.get("/api/export-policy")).json()
    assert first == {"version": 0, "policy": DEFAULTS}
    await _limit(client, rows_per_export=500)
    stale = await client.put("/api/export-policy", json=first)
    assert (stale.status_code, stale.json()["code"]) == (409, "record.stale")
    bad = await client.put("/api/export-policy", json={"version": 1, "policy": {**DEFAULTS, "rows_per_day": 0}})
    assert (bad.status_code, bad.json()["pointer"]) == (422, "/policy/rows_per_day")
    assert (await client.get("/api/export-policy")).json() == {"version": 1, "policy": {**DEFAULTS, "rows_per_export": 500}}
    entry = (await client.get("/api/audit", params={"operation": "export_policy"})).json()["entries"][0]
    assert (entry["actor_name"], entry["fields"]) == ("林海 Lin Hai", ["rows_per_export"])
    await enter(client, sign_ins, "manager")
    assert (await client.get("/api/export-policy")).status_code == 200, "who may read the log"
    assert (await client.put("/api/export-policy", json={"version": 1, "policy": DEFAULTS})).status_code == 403
    await enter(client, sign_ins, "mei")
    for path in ("/api/export-policy", "/api/export-alerts"):
        assert (await client.get(path)).status_code == 403


async def test_one_export_and_one_day_have_their_limits(client: Client, settings: Settings, sign_ins: dict[str, str], moving: ManualClock) -> None:
    wanted = {"fields": ["name"]}
    await _limit(client, rows_per_export=23)
    refused = await client.post("/api/objects/customer/exports", json=wanted)
    assert (refused.status_code, refused.json()["code"], refused.json()["params"]) == (422, "export.too_large", {"rule": "per_export", "maximum": 23})
    assert "23" in refused.json()["detail"] and refused.json()["next"]
    preview = (await client.post("/api/objects/customer/exports/preview", json=wanted)).json()
    assert (preview["count"], preview["more"], preview["rows_per_export"]) == (23, True, 23)
    assert (await client.get("/api/exports")).json() == []
    await _limit(client, rows_per_export=24, rows_per_day=60)
    await exported(client, settings, "customer", moving, **wanted)
    ten = (await client.post("/api/objects/customer/query", json={"limit": 10})).json()["records"]
    small = {**wanted, "ids": [one["id"] for one in ten]}
    for left in (36, 26, 16):
        assert (await client.post("/api/objects/customer/exports/preview", json=wanted)).json()["left"] == left
        await asked(client, "customer", **small)
    refused = await client.post("/api/objects/customer/exports", json=small)
    assert refused.json()["params"] == {"rule": "per_day", "maximum": 60, "left": 6}, "what waits counts too"
    assert await work_exports(settings, moving) == 3
    assert (await client.post("/api/objects/customer/exports", json=small)).status_code == 422
    moving.advance(timedelta(hours=23))
    await enter(client, sign_ins, "admin")
    assert (await client.post("/api/objects/customer/exports", json=small)).status_code == 422
    moving.advance(timedelta(hours=1, seconds=1))
    await exported(client, settings, "customer", moving, **small)


async def test_a_cancelled_export_gives_its_rows_back_and_one_that_grew_is_stopped(client: Client, settings: Settings, moving: ManualClock) -> None:
    wanted = {"fields": ["name"]}
    await _limit(client, rows_per_export=30, rows_per_day=30)
    first = await asked(client, "customer", **wanted)
    assert (await client.post("/api/objects/customer/exports", json=wanted)).status_code == 422
    assert (await client.delete(f"/api/exports/{first}")).status_code == 200
    second = await asked(client, "customer", **wanted)
    more = await client.post("/api/objects/customer/records", json={"rows": [{"name": f"More {number}"} for number in range(7)]})
    assert more.status_code == 201
    assert await work_exports(settings, moving) == 2
    state = await state_of(client, second)
    assert (state["state"], state["problem"]["code"], state["problem"]["detail"]) == ("failed", "export.too_large", "一次最多导出 30 行。")
    assert left_over(settings) == [], "nothing stays of a file that was not finished"


async def test_lines_count_like_records(client: Client, settings: Settings, moving: ManualClock) -> None:
    product = (await client.post("/api/objects/product/records", json={"row": {"name": "Pump", "code": "P-1"}})).json()["ids"][0]
    lines = [{"product": product, "quantity": 1, "unit_price": "1"} for _ in range(9)]
    made = await client.post("/api/objects/order/records", json={"row": {"number": "A-1", "date": "2026-03-05T08:30:00Z", "lines": lines}})
    assert made.status_code == 201, made.text
    await _limit(client, rows_per_export=9)
    with_lines = await asked(client, "order", fields=["number"], lines=["lines"])
    without = await asked(client, "order", fields=["number"])
    assert await work_exports(settings, moving) == 2
    assert (await state_of(client, with_lines))["problem"]["code"] == "export.too_large"
    assert (await state_of(client, without))["state"] == "ready"


async def _alerts(client: Client) -> list[dict[str, Any]]:
    answer = await client.get("/api/export-alerts")
    assert answer.status_code == 200
    return list(answer.json())


async def test_many_small_exports_add_up_to_one_alert_that_is_seen_and_logged(client: Client, settings: Settings, moving: ManualClock) -> None:
    await _limit(client, alert_rows=50, alert_from=1_000)
    ten = (await client.post("/api/objects/customer/query", json={"limit": 10})).json()["records"]
    small = {"fields": ["name"], "ids": [one["id"] for one in ten]}
    for _ in range(5):
        await exported(client, settings, "customer", moving, **small)
        assert await _alerts(client) == []
        moving.advance(timedelta(hours=1))
    await exported(client, settings, "contact", moving, fields=["name"], search="")
    (alert,) = await _alerts(client)
    rows = alert["rows"]
    assert (alert["person"]["name"], alert["reason"], alert["exports"], alert["objects"], alert["seen_by"]) == (
        "林海 Lin Hai",
        "many",
        6,
        ["contact", "customer"],
        None,
    )
    assert rows > 50
    await exported(client, settings, "customer", moving, **small)
    (grown,) = await _alerts(client)
    assert (grown["id"], grown["rows"], grown["exports"]) == (alert["id"], rows + 10, 7), "an open alert grows"
    assert len((await client.get("/api/audit", params={"operation": "export_alert"})).json()["entries"]) == 1
    assert (await client.post(f"/api/export-alerts/{alert['id']}/seen", json={})).status_code == 200
    (seen,) = await _alerts(client)
    assert seen["seen_by"] == "林海 Lin Hai"
    assert (await client.get("/api/audit", params={"operation": "export_alert_seen"})).json()["entries"][0]["actor_name"] == "林海 Lin Hai"
    await exported(client, settings, "customer", moving, **small)
    assert len(await _alerts(client)) == 1, "a little more than was seen is no news"
    for _ in range(grown["rows"] // 10 + 1):
        await exported(client, settings, "customer", moving, **small)
    assert [one["seen_by"] for one in await _alerts(client)] == [None, "林海 Lin Hai"], "twice as much is"
    assert (await client.post("/api/export-alerts/01890000-0000-7000-8000-000000000000/seen", json={})).status_code == 404


async def test_a_day_far_above_ones_own_usual_ones_is_an_alert(client: Client, settings: Settings, sign_ins: dict[str, str], moving: ManualClock) -> None:
    await _limit(client, alert_times=3, alert_from=2)
    ids = [one["id"] for one in (await client.post("/api/objects/customer/query", json={"limit": 24})).json()["records"]]

    async def take(count: int) -> None:
        await exported(client, settings, "customer", moving, fields=["name"], ids=ids[:count])

    for count in (4, 6, 5):
        await take(count)
        moving.advance(timedelta(days=1, minutes=1))
        await enter(client, sign_ins, "admin")
    await take(15)
    assert await _alerts(client) == [], "three times five is not yet more than three times"
    await take(1)
    (alert,) = await _alerts(client)
    assert (alert["reason"], alert["rows"], alert["usual"], alert["exports"]) == ("unusual", 16, 5, 2)
    since = datetime.fromisoformat(alert["since"])
    assert since.tzinfo is not None and since.astimezone(UTC) <= moving.now()


async def test_whoever_never_exported_before_is_measured_by_the_least_usual_day(client: Client, settings: Settings, moving: ManualClock) -> None:
    await _limit(client, alert_times=2, alert_from=12)
    await exported(client, settings, "customer", moving, fields=["name"])
    assert await _alerts(client) == []
    ids = [one["id"] for one in (await client.post("/api/objects/customer/query", json={"limit": 1})).json()["records"]]
    await exported(client, settings, "customer", moving, fields=["name"], ids=ids)
    (alert,) = await _alerts(client)
    assert (alert["reason"], alert["rows"], alert["usual"]) == ("unusual", 25, 0)
