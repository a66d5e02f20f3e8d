"""Roles changed by who has the right to: made, given, narrowed, taken out of use, taken back; and what is refused."""

from __future__ import annotations

from typing import Any

from httpx import Response
from tests.http.client import Client, enter

VISITOR: dict[str, Any] = {
    "labels": {"en": "Visitor", "zh-CN": "访客"},
    "objects": {"customer": {"grants": [{"rows": "all", "actions": ["read"], "default": "hidden", "fields": {"name": "read"}}]}},
}


def _body(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "role", "key": "visitor", **body, **more}


async def _publish(client: Client, body: dict[str, Any], base: int = 0) -> Response:
    return await client.post("/api/definitions/publish", json={"definitions": [body], "base": {f"role/{body['key']}": base}})


async def _undo(client: Client, change_set: str) -> Response:
    return await client.post(f"/api/change-sets/{change_set}/undo", json={})


async def _id(client: Client, who: str) -> str:
    return next(str(one["id"]) for one in (await client.get("/api/people")).json() if one["email"].startswith(f"{who}@"))


async def test_a_role_is_made_given_changed_and_taken_back(client: Client, sign_ins: dict[str, str]) -> None:
    made = await _publish(client, _body(VISITOR))
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
    wider = {**_body(VISITOR), "objects": {"customer": {"grants": [{"rows": "all", "actions": ["read"], "default": "read"}]}}}
    changed = await _publish(client, wider, 1)
    assert changed.status_code == 200, changed.text
    assert "country" in await shown()
    assert (await _undo(client, changed.json()["change_set"])).status_code == 200
    held = await _undo(client, made.json()["change_set"])
    assert (held.status_code, held.json()["code"]) == (409, "schema.conflict")
    assert "country" not in await shown()
    late = await _publish(client, wider, 1)
    assert (late.status_code, late.json()["params"]["reason"]) == (409, "newer")


async def test_a_role_in_use_stays_and_one_taken_out_of_use_comes_back(client: Client) -> None:
    await _publish(client, _body(VISITOR))
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
    taken = await _publish(client, _body(VISITOR))
    assert (taken.status_code, taken.json()["params"]["reason"]) == (409, "newer")
    back = await _undo(client, gone.json()["change_set"])
    assert back.status_code == 200, back.text
    assert "visitor" in {one["key"] for one in (await client.get("/api/roles")).json()["roles"]}


async def test_somebody_who_may_do_everything_is_left_and_others_may_not_change_roles(client: Client, sign_ins: dict[str, str]) -> None:
    listed = {one["key"]: one for one in (await client.get("/api/roles")).json()["roles"]}
    administrator = listed["administrator"]
    body = {**administrator["body"], "everything": False, "system": ["roles", "people"]}
    refused = await _publish(client, body, administrator["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "access.last_administrator")
    wrong = {**VISITOR, "objects": {"customer": {"grants": [{"rows": "rule", "actions": ["read"], "fields": {"misspelt": "read"}}]}}}
    found = (await client.post("/api/definitions/check", json={"definitions": [_body(wrong)], "problems_only": True})).json()["problems"]
    assert {one["pointer"] for one in found} == {"/role/visitor/objects/customer", "/role/visitor/objects/customer/grants/0"}
    await enter(client, sign_ins, "mei")
    assert (await client.get("/api/roles")).status_code == 403
    assert (await _publish(client, _body(VISITOR, everything=True))).status_code == 403
    assert (await client.delete("/api/roles/sales")).status_code == 403


async def test_the_making_of_a_role_that_somebody_has_is_not_taken_back(client: Client) -> None:
    made = (await _publish(client, _body(VISITOR))).json()["change_set"]
    ravi = await _id(client, "ravi")
    before = next(one["roles"] for one in (await client.get("/api/people")).json() if str(one["id"]) == ravi)
    await client.patch(f"/api/people/{ravi}", json={"roles": [*before, "visitor"]})
    refused = await _undo(client, made)
    assert (refused.status_code, refused.json()["params"]["reason"]) == (409, "in_use")
    assert "visitor" in {one["key"] for one in (await client.get("/api/roles")).json()["roles"]}
    await client.patch(f"/api/people/{ravi}", json={"roles": before})
    undone = await _undo(client, made)
    assert undone.status_code == 200, undone.text
    listed = (await client.get("/api/roles")).json()
    assert ("visitor" in {one["key"] for one in listed["roles"]}, "visitor" in listed["keys"]) == (False, True)


async def test_who_may_change_roles_drafts_publishes_and_restores_them_and_builds_nothing(client: Client, sign_ins: dict[str, str]) -> None:
    warden = {"kind": "role", "key": "warden", "labels": {"en": "Warden"}, "system": ["roles"]}
    assert (await _publish(client, warden)).status_code == 200
    mei = await _id(client, "mei")
    assert (await client.patch(f"/api/people/{mei}", json={"roles": ["warden"]})).status_code == 200
    await enter(client, sign_ins, "mei")
    draft = {"body": {"visitor": _body(VISITOR)}, "base_version": 0}
    assert (await client.put("/api/drafts/role/visitor", json=draft)).status_code == 200
    assert [(one["kind"], one["key"]) for one in (await client.get("/api/drafts")).json()] == [("role", "visitor")]
    assert (await _publish(client, _body(VISITOR))).status_code == 200
    assert (await client.get("/api/drafts/role/visitor")).json() is None, "what is published is no draft any more"
    blind = _body(VISITOR, objects={})
    assert (await _publish(client, blind, 1)).status_code == 200
    versions = (await client.get("/api/definitions/role/visitor/versions")).json()
    assert [one["version"] for one in versions] == [2, 1]
    assert {one["path"] for one in versions[0]["changes"]} == {"/objects"}
    earlier = (await client.get("/api/definitions/role/visitor/versions/1")).json()["body"]
    assert (await _publish(client, earlier, 2)).status_code == 200
    assert (await client.get("/api/definitions/role/visitor")).json()["body"]["objects"] == VISITOR["objects"]
    sales = {
        "kind": "object",
        "key": "thing",
        "labels": {"en": "Thing"},
        "title": "name",
        "fields": [{"key": "name", "type": "text", "labels": {"en": "Name"}}],
    }
    mixed = await client.post("/api/definitions/publish", json={"definitions": [_body(VISITOR), sales]})
    assert (mixed.status_code, mixed.json()["params"]) == (403, {"right": "build"})
    for path in ("/api/definitions/object/customer", "/api/definitions/object/customer/versions", "/api/drafts/object/customer", "/api/definitions"):
        assert (await client.get(path)).status_code == 403, path
    assert (await client.post("/api/definitions/check", json={"definitions": [sales]})).status_code == 403
    assert (await client.put("/api/drafts/object/thing", json={"body": {}})).status_code == 403
    await enter(client, sign_ins, "admin")
    made = (await client.post("/api/definitions/publish", json={"definitions": [sales]})).json()["change_set"]
    await enter(client, sign_ins, "mei")
    assert (await client.get(f"/api/change-sets/{made}")).status_code == 403
    assert (await _undo(client, made)).status_code == 403


async def test_what_a_role_would_show_is_seen_before_it_is_published(client: Client, sign_ins: dict[str, str]) -> None:
    wide = _body(
        {
            "labels": {"en": "Visitor"},
            "system": ["audit"],
            "objects": {"customer": {"create": True, "grants": [{"rows": "own", "actions": ["read", "update"], "default": "write"}]}},
        }
    )
    shown = (await client.post("/api/roles/sees", json={"body": wide})).json()
    assert (shown["roles"], shown["system_rights"], [one["object"] for one in shown["objects"]]) == (["visitor"], ["audit"], ["customer"])
    (customer,) = shown["objects"]
    assert {"read", "create", "update"} == set(customer["actions"])
    assert (customer["fields"]["name"], [one["rows"] for one in customer["grants"]]) == ("write", ["own"])
    narrow = (await client.post("/api/roles/sees", json={"body": _body(VISITOR)})).json()["objects"][0]
    assert ({key for key, state in narrow["fields"].items() if state != "hidden"}, narrow["actions"]) == ({"name"}, ["read"])
    assert "visitor" not in {one["key"] for one in (await client.get("/api/roles")).json()["roles"]}, "asking publishes nothing"
    wrong = await client.post("/api/roles/sees", json={"body": _body(VISITOR, objects={"nothing": {}})})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "schema.invalid")
    await enter(client, sign_ins, "mei")
    assert (await client.post("/api/roles/sees", json={"body": wide})).status_code == 403
