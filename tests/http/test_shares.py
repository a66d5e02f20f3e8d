"""Sharing one record with a colleague: what he then sees and may do, for how long, and that nobody gives more than he has."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter

CASE: dict[str, Any] = {
    "kind": "object",
    "key": "case",
    "labels": {"en": "Case"},
    "title": "name",
    "fields": [
        {"key": "name", "type": "text", "labels": {"en": "Name"}, "required": True, "searched": True},
        {"key": "cost", "type": "integer", "labels": {"en": "Cost"}},
        {"key": "phone", "type": "phone", "labels": {"en": "Phone"}, "sensitive": True},
        {"key": "bank", "type": "text", "labels": {"en": "Bank"}, "sensitive": True},
    ],
}
HANDLER: dict[str, Any] = {
    "kind": "role",
    "key": "handler",
    "labels": {"en": "Handler"},
    "objects": {
        "case": {
            "create": True,
            "grants": [{"rows": "own", "actions": ["read", "update"], "default": "write", "fields": {"cost": "hidden", "phone": "write"}}],
        }
    },
}


async def _firm(client: Client, sign_ins: dict[str, str]) -> tuple[dict[str, str], str]:
    """Mei and Tom handle cases of their own, Ravi none; a case of Mei's."""
    published = await client.post("/api/definitions/publish", json={"definitions": [CASE, HANDLER]})
    assert published.status_code == 200, published.text
    people = {one["email"].split("@")[0]: str(one["id"]) for one in (await client.get("/api/people")).json()}
    for who, roles in (("mei", ["handler"]), ("tom", ["handler"]), ("ravi", [])):
        assert (await client.patch(f"/api/people/{people[who]}", json={"roles": roles})).status_code == 200
    await enter(client, sign_ins, "mei")
    made = await client.post("/api/objects/case/records", json={"row": {"name": "Broken pump", "phone": "+86 21 5555 0100"}})
    assert made.status_code == 201, made.text
    return people, str(made.json()["ids"][0])


async def _seen(client: Client, case: str) -> dict[str, Any] | int:
    found = await client.get(f"/api/objects/case/records/{case}")
    return found.json() if found.status_code == 200 else found.status_code


async def test_a_shared_record_is_there_for_the_colleague_until_it_is_taken_back(client: Client, sign_ins: dict[str, str]) -> None:
    people, case = await _firm(client, sign_ins)
    other = await client.post("/api/objects/case/records", json={"row": {"name": "Broken motor"}})
    for who in ("tom", "ravi"):
        await enter(client, sign_ins, who)
        assert await _seen(client, case) == 404
    await enter(client, sign_ins, "mei")
    shared = await client.post(f"/api/objects/case/records/{case}/shares", json={"person": people["ravi"]})
    assert shared.status_code == 201, shared.text
    listed = (await client.get(f"/api/objects/case/records/{case}/shares")).json()
    assert [(one["person"]["id"], one["update"], one["until"]) for one in listed] == [(people["ravi"], False, None)]

    await enter(client, sign_ins, "ravi")
    record = await _seen(client, case)
    assert isinstance(record, dict)
    assert (record["name"], record["_actions"], {"cost", "phone", "bank"} & set(record)) == ("Broken pump", [], set())
    found = (await client.post("/api/objects/case/query", json={"search": "broken"})).json()["records"]
    assert [one["id"] for one in found] == [case]
    assert (await client.post("/api/objects/case/count", json={})).json()["count"] == 1
    refused = await client.patch(f"/api/objects/case/records/{case}", json={"name": "Mine"})
    assert "access.forbidden" in {refused.json()["code"], *(one["code"] for one in refused.json().get("errors", ()))}
    assert await _seen(client, str(other.json()["ids"][0])) == 404
    assert (await client.post("/api/objects/case/records", json={"row": {"name": "New"}})).status_code == 403
    assert (await client.post(f"/api/objects/case/records/{case}/shares", json={"person": people["tom"]})).status_code == 403

    await enter(client, sign_ins, "mei")
    ended = await client.delete(f"/api/objects/case/records/{case}/shares/{shared.json()['id']}")
    assert ended.status_code == 200, ended.text
    await enter(client, sign_ins, "ravi")
    assert await _seen(client, case) == 404
    await enter(client, sign_ins, "admin")
    log = (await client.get("/api/audit", params={"object": "case"})).json()
    assert {"share", "unshare"} <= {entry["operation"] for entry in log["entries"]}


async def test_nobody_shares_more_than_he_has_and_sensitive_fields_only_by_name(client: Client, sign_ins: dict[str, str]) -> None:
    people, case = await _firm(client, sign_ins)
    path = f"/api/objects/case/records/{case}/shares"
    for field in ("cost", "bank", "misspelt", "name"):
        refused = await client.post(path, json={"person": people["tom"], "sensitive": [field]})
        assert (refused.status_code, refused.json()["code"]) == (400, "field.unknown"), field
    made = await client.post(path, json={"person": people["tom"], "update": True, "sensitive": ["phone"]})
    assert made.status_code == 201, made.text
    await enter(client, sign_ins, "tom")
    record = await _seen(client, case)
    assert isinstance(record, dict)
    assert (record["phone"], "bank" in record, "cost" in record, record["_actions"]) == ("+862155550100", False, False, ["update"])
    changed = await client.patch(f"/api/objects/case/records/{case}", json={"name": "Pump, mended", "version": record["version"]})
    assert changed.status_code == 200, changed.text
    assert (await client.post(path, json={"person": people["ravi"]})).status_code == 403, "what was shared with him is not his to share"
    left = (await client.get(f"/api/objects/case/records/{case}")).json()
    assert left["name"] == "Pump, mended"


async def test_a_share_ends_with_its_time_and_wrong_ones_are_refused(client: Client, sign_ins: dict[str, str]) -> None:
    people, case = await _firm(client, sign_ins)
    path = f"/api/objects/case/records/{case}/shares"
    for wrong, pointer in (
        ({"person": people["ravi"], "until": "2020-01-01T00:00:00Z"}, "/until"),
        ({"person": people["mei"]}, "/person"),
        ({"person": "00000000-0000-4000-8000-000000000000"}, "/person"),
    ):
        refused = await client.post(path, json=wrong)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"] if refused.json().get("errors") else refused.json().get("pointer")) == (
            400,
            pointer,
        )
    assert (await client.post(path, json={"person": people["ravi"], "until": "2999-01-01T00:00:00Z"})).status_code == 201
    await enter(client, sign_ins, "ravi")
    assert isinstance(await _seen(client, case), dict)
    mine = (await client.get("/api/session")).json()
    assert mine["person"]["id"] == people["ravi"]
