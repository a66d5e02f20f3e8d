"""Duplicates over HTTP, as people of one department: hints, groups, comparison, merge and the way back, and what each right opens."""

from __future__ import annotations

from typing import Any

import pytest
from tests.http.client import Client, enter

from tradewind.edge.worker.handlers import handlers
from tradewind.files.store import FileStore
from tradewind.jobs.work import work_off
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.settings import Settings
from tradewind.query.database.pool import open_pool


async def _work(settings: Settings) -> None:
    database = await open_pool(settings.database_url, size=2)
    try:
        await work_off(database, handlers(database, SystemClock(), FileStore(settings.data_folder / "files")), SystemClock())
    finally:
        await database.close()


async def _post(client: Client, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def _create(client: Client, key: str, **row: Any) -> str:
    return str((await _post(client, f"/api/objects/{key}/records", {"row": row}, 201))["ids"][0])


async def _groups(client: Client, **asked: Any) -> list[set[str]]:
    found = await _post(client, "/api/objects/customer/duplicates", {"limit": 100, **asked})
    assert {one for group in found["groups"] for one in group["members"]} == set(found["records"])
    return [set(group["members"]) for group in found["groups"]]


async def test_creating_says_what_is_like_it_and_stops_nobody(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    first = await _create(client, "customer", name="Nordlicht Pumpen GmbH")
    made = await _post(client, "/api/objects/customer/records", {"row": {"name": "NORDLICHT PUMPEN AG"}}, 201)
    assert made["created"] == 1
    assert [(hit["id"], hit["title"], hit["rules"]) for hit in made["similar"][0]["hits"]] == [(first, "Nordlicht Pumpen GmbH", ["name"])]
    await enter(client, sign_ins, "ravi")
    other = await _post(client, "/api/objects/customer/records", {"row": {"name": "Nordlicht Pumpen"}}, 201)
    assert other["similar"] == [{"hits": [], "outside": [{"object": "customer", "strength": "likely"}], "limited": False}]
    assert "Nordlicht Pumpen GmbH" not in str(other)
    asked = await _post(client, "/api/objects/customer/similar", {"row": {"name": "nordlicht", "website": "not a web"}})
    assert asked == {"similar": [{"hits": [], "outside": [], "limited": False}]}


async def test_a_group_is_found_compared_merged_and_parted_again(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    one = await _create(client, "customer", name="Nordlicht Pumpen GmbH", country="DE", website="https://nordlicht.example", tags=["fair"])
    two = await _create(client, "customer", name="Nordlicht Pumpen AG", grade="a", website="https://www.nordlicht.example/en", tags=["vip"])
    contact = await _create(client, "contact", name="Ida", customer=two, email="ida@nordlicht.example")
    await enter(client, sign_ins, "tom")
    seen = await _create(client, "follow_up", subject="Call", customer=two)
    await enter(client, sign_ins, "admin")
    await _post(client, "/api/objects/customer/duplicates/find", {}, 202)
    assert (await client.get("/api/objects/customer/duplicates/state")).json()["finding"]["state"] == "ready"
    await _work(settings)
    assert (await client.get("/api/objects/customer/duplicates/state")).json()["finding"]["state"] == "done"
    assert {one, two} in await _groups(client)

    await enter(client, sign_ins, "ravi")
    assert {one, two} not in await _groups(client, strength="hint")
    assert (await client.get("/api/objects/customer/duplicates/state")).json()["finding"] is None
    assert (await client.post("/api/objects/customer/compare", json={"ids": [one, two]})).status_code == 404
    assert (await client.post("/api/objects/customer/merge", json={"survivor": one, "losers": [two]})).status_code in (404, 422)
    await enter(client, sign_ins, "tom")
    assert {one, two} in await _groups(client)
    assert (await _post(client, "/api/objects/customer/compare", {"ids": [one, two]}))["may"] is False
    assert (await client.post("/api/objects/customer/merge", json={"survivor": one, "losers": [two]})).status_code in (403, 422)

    await enter(client, sign_ins, "mei")
    before = (await _post(client, "/api/objects/customer/query", {"limit": 500}), (await client.get(f"/api/objects/customer/records/{two}")).text)
    shown = await _post(client, "/api/objects/customer/compare", {"ids": [one, two], "survivor": one})
    assert (shown["may"], shown["take"]) == (True, {"grade": two, "tags": "join"})
    assert [link["rules"] for link in shown["links"]] == [["name", "site", "site_and_name"]]
    assert {move["object"]: move["counts"] for move in shown["moves"]} == {"contact": {two: 1}, "follow_up": {two: 1}}
    versions = {record["id"]: record["version"] for record in shown["records"]}
    merged = await _post(client, "/api/objects/customer/merge", {"survivor": one, "losers": [two], "take": {"name": two}, "versions": versions})
    kept = (await client.get(f"/api/objects/customer/records/{one}")).json()
    assert (kept["name"], kept["grade"], kept["tags"]) == ("Nordlicht Pumpen AG", "a", ["fair", "vip"])
    assert (await client.get(f"/api/objects/contact/records/{contact}")).json()["customer"]["id"] == one
    assert (await client.get(f"/api/objects/follow_up/records/{seen}")).json()["customer"]["id"] == one
    led = await client.get(f"/api/objects/customer/records/{two}")
    assert (led.status_code, led.json()["code"], led.json()["params"]["survivor"]) == (410, "record.merged", one)
    into = await _post(client, "/api/objects/customer/merged", {"ids": [one, two]})
    assert into == {two: {"survivor": one, "title": "Nordlicht Pumpen AG", "action": merged["action"]}}
    assert {one, two} not in await _groups(client)
    await enter(client, sign_ins, "ravi")
    assert (await client.get(f"/api/objects/customer/records/{two}")).status_code == 404
    assert await _post(client, "/api/objects/customer/merged", {"ids": [two]}) == {}
    assert (await client.post(f"/api/actions/{merged['action']}/undo", json={})).status_code == 404

    await enter(client, sign_ins, "mei")
    back = await _post(client, f"/api/actions/{merged['action']}/undo", {})
    assert (back["restored"], back["kept"]) == (1, [])
    after = (await _post(client, "/api/objects/customer/query", {"limit": 500}), (await client.get(f"/api/objects/customer/records/{two}")).text)
    assert after == before
    again = await client.post(f"/api/actions/{merged['action']}/undo", json={})
    assert (again.status_code, again.json()["code"]) == (409, "record.cannot_undo")
    assert "已经撤销过" in again.json()["detail"]


async def test_a_data_manager_takes_back_what_somebody_else_merged(client: Client, sign_ins: dict[str, str]) -> None:
    people = {one["email"].partition("@")[0]: one["id"] for one in (await client.get("/api/people")).json()}
    changed = await client.patch(f"/api/people/{people['ravi']}", json={"roles": ["data_manager"]})
    assert changed.status_code == 200, changed.text
    await enter(client, sign_ins, "mei")
    one, two = await _create(client, "customer", name="A"), await _create(client, "customer", name="B")
    merged = await _post(client, "/api/objects/customer/merge", {"survivor": one, "losers": [two]})
    await enter(client, sign_ins, "tom")
    assert (await client.post(f"/api/actions/{merged['action']}/undo", json={})).status_code == 404
    await enter(client, sign_ins, "ravi")
    assert (await client.get("/api/session")).json()["system_rights"] == ["data"]
    await _post(client, f"/api/actions/{merged['action']}/undo", {})
    assert (await client.get(f"/api/objects/customer/records/{two}")).json()["owner"]["name"] == "陈美 Chen Mei"
    for path in ("/api/definitions", "/api/people", "/api/audit", "/api/departments"):
        assert (await client.get(path)).status_code in (403, 404), path


async def test_what_was_called_different_is_listed_and_taken_back(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    one, two = await _create(client, "customer", name="Twin Ltd"), await _create(client, "customer", name="Twin Inc")
    await enter(client, sign_ins, "admin")
    await _post(client, "/api/objects/customer/duplicates/find", {}, 202)
    await _work(settings)
    await enter(client, sign_ins, "mei")
    assert {one, two} in await _groups(client)
    assert await _post(client, "/api/objects/customer/duplicates/apart", {"ids": [one, two]}) == {"pairs": 1}
    assert {one, two} not in await _groups(client, strength="hint")
    listed = (await client.get("/api/objects/customer/duplicates/apart")).json()
    assert [{pair["one"]["title"], pair["other"]["title"]} for pair in listed] == [{"Twin Ltd", "Twin Inc"}]
    assert (await client.get(f"/api/objects/customer/records/{one}/similar")).json()["hits"] == []
    await enter(client, sign_ins, "ravi")
    assert (await client.get("/api/objects/customer/duplicates/apart")).json() == []
    await enter(client, sign_ins, "mei")
    assert await _post(client, "/api/objects/customer/duplicates/together", {"ids": [one, two]}) == {"pairs": 1}
    assert {one, two} in await _groups(client)


async def test_all_certain_groups_are_merged_in_the_background_and_the_one_who_asked_is_told(
    client: Client, settings: Settings, sign_ins: dict[str, str]
) -> None:
    await enter(client, sign_ins, "mei")
    pairs = [[await _create(client, "customer", name=f"Firm {n} GmbH", website=f"https://firm{n}.example") for _ in range(2)] for n in range(3)]
    await enter(client, sign_ins, "admin")
    await _post(client, "/api/objects/customer/duplicates/find", {}, 202)
    await _work(settings)
    await enter(client, sign_ins, "mei")
    await _post(client, "/api/objects/customer/duplicates/merge-certain", {}, 202)
    await _work(settings)
    state = (await client.get("/api/objects/customer/duplicates/state")).json()["merging"]
    assert (state["state"], state["progress"]["merged"]) == ("done", 3)
    told = [one for one in (await client.get("/api/notices")).json()["notices"] if one["kind"] == "merged_certain"]
    assert [(one["body"]["object"], one["body"]["merged"], one["body"]["records"]) for one in told] == [("customer", 3, 3)]
    statuses = [[(await client.get(f"/api/objects/customer/records/{one}")).status_code for one in pair] for pair in pairs]
    assert [sorted(one) for one in statuses] == [[200, 410]] * 3
    await enter(client, sign_ins, "tom")
    assert (await client.get("/api/objects/customer/duplicates/state")).json()["merging"] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/objects/customer/duplicates/find"),
        ("post", "/api/objects/inquiry/recognise"),
        ("get", "/api/quality"),
        ("post", "/api/quality/customer"),
        ("get", "/api/quality/customer/invalid"),
    ],
)
async def test_what_speaks_of_all_records_needs_the_right_to_look_after_data(client: Client, sign_ins: dict[str, str], method: str, path: str) -> None:
    body = {"json": {}} if method == "post" else {}
    assert (await client.request(method.upper(), path, **body)).status_code in (200, 202)
    await enter(client, sign_ins, "manager")
    refused = await client.request(method.upper(), path, **body)
    assert (refused.status_code, refused.json()["params"]["right"]) == (403, "data")


async def test_the_catalogue_tells_each_reader_the_rules_whose_fields_he_knows(client: Client, sign_ins: dict[str, str]) -> None:
    rules = (await client.get("/api/catalog")).json()["quality"]
    assert {rule["key"] for rule in rules["inquiry"]} == {"contact_by_email", "contact_by_phone", "customer_by_site", "customer_by_name", "again"}
    reader = {
        "kind": "role",
        "key": "reader",
        "labels": {"en": "R"},
        "objects": {"inquiry": {"grants": [{"rows": "all"}]}, "customer": {"grants": [{"rows": "all"}]}},
    }
    await _post(client, "/api/definitions/publish", {"definitions": [reader]})
    people = {one["email"].partition("@")[0]: one["id"] for one in (await client.get("/api/people")).json()}
    await client.patch(f"/api/people/{people['ravi']}", json={"roles": ["reader"]})
    await enter(client, sign_ins, "ravi")
    seen = (await client.get("/api/catalog")).json()["quality"]
    assert {rule["key"] for rule in seen["inquiry"]} == {"customer_by_name"}
    assert "contact" not in seen
