"""Roles changed by who has the right to: made, given, narrowed, taken out of use, taken back; and what is refused."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter

VISITOR: dict[str, Any] = {
    "labels": {"en": "Visitor", "zh-CN": "访客"},
    "objects": {"customer": {"grants": [{"rows": "all", "actions": ["read"], "default": "hidden", "fields": {"name": "read"}}]}},
}


async def _id(client: Client, who: str) -> str:
    return next(str(one["id"]) for one in (await client.get("/api/people")).json() if one["email"].startswith(f"{who}@"))


async def test_a_role_is_made_given_changed_and_taken_back(client: Client, sign_ins: dict[str, str]) -> None:
    made = await client.put("/api/roles/visitor", json={"body": {**VISITOR, "key": "visitor"}})
    assert made.status_code == 200, made.text
    ravi = await _id(client, "ravi")
    assert (await client.patch(f"/api/people/{ravi}", json={"roles": ["visitor"]})).status_code == 200
    listed = {one["key"]: one for one in (await client.get("/api/roles")).json()["roles"]}
    assert (listed["visitor"]["people"], listed["visitor"]["version"]) == (1, 1)

    async def shown() -> dict[str, Any]:
        await enter(client, sign_ins, "ravi")
        (record, *_) = (await client.post("/api/objects/customer/query", json={"limit": 1})).json()["records"]
        await enter(client, sign_ins, "admin")
        return record

    assert {"name"} == {"name", "country", "grade"} & set(await shown())
    wider = {**VISITOR, "key": "visitor", "objects": {"customer": {"grants": [{"rows": "all", "actions": ["read"], "default": "read"}]}}}
    changed = await client.put("/api/roles/visitor", json={"body": wider, "base": 1})
    assert changed.status_code == 200, changed.text
    assert "country" in await shown()
    assert (await client.post(f"/api/roles/undo/{changed.json()['change_set']}", json={})).status_code == 200
    held = await client.post(f"/api/roles/undo/{made.json()['change_set']}", json={})
    assert (held.status_code, held.json()["code"]) == (409, "schema.conflict")
    assert "country" not in await shown()
    late = await client.put("/api/roles/visitor", json={"body": wider, "base": 1})
    assert (late.status_code, late.json()["params"]["reason"]) == (409, "newer")


async def test_a_role_in_use_stays_and_one_taken_out_of_use_comes_back(client: Client) -> None:
    await client.put("/api/roles/visitor", json={"body": {**VISITOR, "key": "visitor"}})
    ravi = await _id(client, "ravi")
    before = next(one["roles"] for one in (await client.get("/api/people")).json() if str(one["id"]) == ravi)
    await client.patch(f"/api/people/{ravi}", json={"roles": ["visitor"]})
    refused = await client.delete("/api/roles/visitor")
    assert (refused.status_code, refused.json()["params"]["reason"], refused.json()["params"]["people"]) == (409, "in_use", ["Ravi Kumar"])
    await client.patch(f"/api/people/{ravi}", json={"roles": before})
    gone = await client.delete("/api/roles/visitor")
    assert gone.status_code == 200, gone.text
    keys = {one["key"] for one in (await client.get("/api/roles")).json()["roles"]}
    assert "visitor" not in keys
    taken = await client.put("/api/roles/visitor", json={"body": {**VISITOR, "key": "visitor"}})
    assert (taken.status_code, taken.json()["params"]["reason"]) == (409, "taken")
    back = await client.post(f"/api/roles/undo/{gone.json()['change_set']}", json={})
    assert back.status_code == 200, back.text
    assert "visitor" in {one["key"] for one in (await client.get("/api/roles")).json()["roles"]}


async def test_somebody_who_may_do_everything_is_left_and_others_may_not_change_roles(client: Client, sign_ins: dict[str, str]) -> None:
    listed = {one["key"]: one for one in (await client.get("/api/roles")).json()["roles"]}
    administrator = listed["administrator"]
    body = {**administrator["body"], "everything": False, "system": ["roles", "people"]}
    refused = await client.put("/api/roles/administrator", json={"body": body, "base": administrator["version"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "access.last_administrator")
    same = await client.post("/api/definitions/publish", json={"definitions": [body], "base": {"role/administrator": administrator["version"]}})
    assert (same.status_code, same.json()["code"]) == (409, "access.last_administrator")
    wrong = {**VISITOR, "objects": {"customer": {"grants": [{"rows": "rule", "actions": ["read"], "fields": {"misspelt": "read"}}]}}}
    found = (await client.post("/api/roles/check", json={"body": {**wrong, "key": "visitor"}})).json()
    assert {one["pointer"] for one in found} == {"/role/visitor/objects/customer", "/role/visitor/objects/customer/grants/0"}
    await enter(client, sign_ins, "mei")
    assert (await client.get("/api/roles")).status_code == 403
    assert (await client.put("/api/roles/visitor", json={"body": {**VISITOR, "key": "visitor", "everything": True}})).status_code == 403
    assert (await client.delete("/api/roles/sales")).status_code == 403


async def test_the_making_of_a_role_that_somebody_has_is_not_taken_back(client: Client) -> None:
    made = (await client.put("/api/roles/visitor", json={"body": {**VISITOR, "key": "visitor"}})).json()["change_set"]
    ravi = await _id(client, "ravi")
    before = next(one["roles"] for one in (await client.get("/api/people")).json() if str(one["id"]) == ravi)
    await client.patch(f"/api/people/{ravi}", json={"roles": [*before, "visitor"]})
    refused = await client.post(f"/api/roles/undo/{made}", json={})
    assert (refused.status_code, refused.json()["params"]["reason"]) == (409, "in_use")
    assert "visitor" in {one["key"] for one in (await client.get("/api/roles")).json()["roles"]}
    await client.patch(f"/api/people/{ravi}", json={"roles": before})
    undone = await client.post(f"/api/roles/undo/{made}", json={})
    assert undone.status_code == 200, undone.text
    listed = (await client.get("/api/roles")).json()
    assert ("visitor" in {one["key"] for one in listed["roles"]}, "visitor" in listed["keys"]) == (False, True)
