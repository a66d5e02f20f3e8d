"""People, departments, teams and keys from outside: what an administrator changes, what it does at once, and who may not."""

from __future__ import annotations

from typing import Any

import pytest
from tests.http.client import Client, enter


async def _made(client: Client, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _codes(client: Client, path: str, body: dict[str, Any], method: str = "PATCH") -> tuple[int, str, str]:
    answer = await client.request(method, path, json=body)
    found = answer.json()
    first = (found.get("errors") or [found])[0]
    return answer.status_code, first["code"], str(first.get("params", {}).get("rule", ""))


async def _id(client: Client, name: str) -> str:
    return next(str(one["id"]) for one in (await client.get("/api/people")).json() if one["email"].startswith(name))


async def test_a_new_person_signs_in_with_the_password_shown_once_until_he_is_deactivated(client: Client) -> None:
    europe = await _made(client, "/api/departments", name="Europe desk")
    fair = await _made(client, "/api/teams", name="Canton fair")
    made = await _made(client, "/api/people", email="li@demo.example", name="Li Na", department=europe["id"], teams=[fair["id"]], roles=["sales"])
    other = {"li@demo.example": made["password"], "admin@demo.example": ""}
    admin = dict(client.cookies)
    await enter(client, other, "li")
    me = (await client.get("/api/session")).json()
    assert (me["person"]["name"], me["system_rights"]) == ("Li Na", [])
    key = await _made(client, "/api/keys", name="shop", days=30)
    mine = dict(client.cookies)
    assert (await client.get("/api/people")).status_code == 403
    client.cookies.clear()
    client.cookies.update(admin)
    person = next(one for one in (await client.get("/api/people?search=Li Na")).json() if one["id"] == made["id"])
    assert person["teams"] == [fair["id"]]
    assert (await client.patch(f"/api/people/{made['id']}", json={"active": False})).status_code == 200
    client.cookies.clear()
    bearer = {"Authorization": f"Bearer {key['key']}"}
    assert (await client.get("/api/catalog", headers=bearer)).status_code == 401
    client.cookies.update(mine)
    assert (await client.get("/api/session")).status_code == 401
    client.cookies.clear()
    client.cookies.update(admin)
    assert (await client.patch(f"/api/people/{made['id']}", json={"active": True})).status_code == 200
    client.cookies.clear()
    assert (await client.get("/api/catalog", headers=bearer)).status_code == 401


async def test_a_reset_password_ends_the_sessions_and_opens_the_next(client: Client, sign_ins: dict[str, str]) -> None:
    admin = dict(client.cookies)
    mei = await _id(client, "mei@")
    await enter(client, sign_ins, "mei")
    hers = dict(client.cookies)
    client.cookies.clear()
    client.cookies.update(admin)
    reset = await client.post(f"/api/people/{mei}/password", json={})
    assert reset.status_code == 200
    client.cookies.clear()
    client.cookies.update(hers)
    assert (await client.get("/api/session")).status_code == 401
    await enter(client, {"mei@demo.example": reset.json()["password"]}, "mei")


async def test_somebody_who_may_do_everything_has_to_be_left(client: Client) -> None:
    admin = await _id(client, "admin@")
    for change in ({"active": False}, {"roles": ["sales"]}):
        assert await _codes(client, f"/api/people/{admin}", change) == (409, "access.last_administrator", "")
    mei = (await _id(client, "mei@"), {"roles": ["administrator"]})
    assert (await client.patch(f"/api/people/{mei[0]}", json=mei[1])).status_code == 200
    assert (await client.patch(f"/api/people/{admin}", json={"roles": ["sales"]})).status_code == 200


async def test_departments_are_a_tree_and_one_in_use_is_not_retired(client: Client) -> None:
    mei = await _id(client, "mei@")
    top = (await _made(client, "/api/departments", name="Overseas", head=mei))["id"]
    below = (await _made(client, "/api/departments", name="Latin America", parent=top))["id"]
    assert (await _codes(client, f"/api/departments/{top}", {"name": "Overseas", "parent": below}))[::2] == (422, "circle")
    assert (await _codes(client, f"/api/departments/{top}", {"name": "Overseas", "retired": True}))[::2] == (422, "in_use")
    for department in (below, top):
        answer = await client.patch(f"/api/departments/{department}", json={"name": "Gone", "retired": True})
        assert answer.json()["retired"] is True
    found = (await client.get("/api/options/departments?search=Gone")).json()
    assert found == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/people"), ("POST", "/api/people"), ("PATCH", "/api/people/{mei}"), ("POST", "/api/people/{mei}/password"),
        ("GET", "/api/people/{mei}/sees"), ("GET", "/api/departments"), ("POST", "/api/departments"), ("GET", "/api/teams"), ("POST", "/api/teams"),
        ("GET", "/api/audit"), ("GET", "/api/audit/verify"),
    ],
)  # fmt: skip
async def test_an_ordinary_user_administers_nothing(client: Client, sign_ins: dict[str, str], method: str, path: str) -> None:
    mei = await _id(client, "mei@")
    await enter(client, sign_ins, "tom")
    bodies = {"/api/people": {"email": "x@demo.example", "name": "X"}, "/api/departments": {"name": "X"}, "/api/teams": {"name": "X"}}
    body = None if method == "GET" else bodies.get(path, {})
    assert (await client.request(method, path.format(mei=mei), json=body)).status_code == 403


async def test_what_a_person_sees_and_what_was_done_can_be_read(client: Client, sign_ins: dict[str, str]) -> None:
    mei = await _id(client, "mei@")
    sees = (await client.get(f"/api/people/{mei}/sees")).json()
    assert sees["roles"] == ["sales", "trader"] and sees["system_rights"] == []
    assert {one["object"] for one in sees["objects"]} >= {"customer", "inquiry"}
    await client.patch(f"/api/people/{mei}", json={"name": "陈美"})
    found = await client.get("/api/audit", params={"operation": "person_changed"})
    assert found.status_code == 200, found.text
    assert [one["operation"] for one in found.json()["entries"]] == ["person_changed"]
    exported = await client.get("/api/audit", params={"operation": "person_changed", "format": "csv"})
    assert exported.headers["content-type"].startswith("text/csv") and "person_changed" in exported.text
    assert (await client.get("/api/audit/verify")).json()["whole"] is True
