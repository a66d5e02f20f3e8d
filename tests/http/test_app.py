"""The application from outside: sign-in, origins, records, problems, as ordinary people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from litestar.testing import AsyncTestClient

from tradewind.edge.http.app import all_routes, build_app
from tradewind.kernel.settings import Settings

Client = AsyncTestClient[object]
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def client(settings: Settings, sign_ins: dict[str, str]) -> AsyncIterator[Client]:
    async with AsyncTestClient(build_app(settings)) as opened:
        opened.headers.update(OWN)
        yield opened


async def _enter(client: Client, sign_ins: dict[str, str], who: str) -> None:
    client.cookies.clear()
    answer = await client.post("/api/session", json={"email": f"{who}@demo.example", "password": sign_ins[f"{who}@demo.example"]})
    assert answer.status_code == 200, answer.text


async def test_nobody_gets_in_without_signing_in(client: Client) -> None:
    for path in ("/api/session", "/api/catalog", "/api/objects/customer/records", "/api/people", "/api/audit"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "access.sign_in_required")


async def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(client: Client) -> None:
    bodies = [
        (await client.post("/api/session", json={"email": email, "password": "wrong wrong wrong"})).json() for email in ("mei@demo.example", "x@demo.example")
    ]
    assert bodies[0] == bodies[1]
    assert bodies[0]["code"] == "access.sign_in_failed"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
async def test_a_page_of_another_site_cannot_write(client: Client, sign_ins: dict[str, str], headers: dict[str, str]) -> None:
    await _enter(client, sign_ins, "mei")
    answer = await client.post("/api/objects/customer/records", json={"row": {"name": "X"}}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "access.cross_site")


async def test_an_ordinary_user_writes_reads_and_takes_back(client: Client, sign_ins: dict[str, str]) -> None:
    await _enter(client, sign_ins, "mei")
    made = (await client.post("/api/objects/customer/records", json={"row": {"name": "Neu GmbH", "country": "DE"}})).json()
    path = f"/api/objects/customer/records/{made['ids'][0]}"
    first = await client.get(path)
    assert (await client.get(path, headers={"If-None-Match": first.headers["etag"]})).status_code == 304
    version = first.json()["version"]
    changed = await client.patch(path, json={"name": "Neu AG", "version": version})
    assert changed.status_code == 200
    stale = await client.patch(path, json={"name": "Zu spät", "version": version})
    assert (stale.status_code, stale.json()["code"]) == (409, "record.stale")
    undone = await client.post(f"/api/actions/{changed.json()['action']}/undo", json={})
    assert undone.status_code == 200, undone.text
    assert (await client.get(path)).json()["name"] == "Neu GmbH"
    entries = (await client.get(f"{path}/history")).json()["entries"]
    assert [entry["operation"] for entry in entries] == ["update", "update", "create"]
    assert (await client.request("DELETE", path, json={})).status_code == 200
    assert (await client.get(path)).status_code == 404


async def test_what_is_not_there_and_what_is_not_his_look_the_same(client: Client, sign_ins: dict[str, str]) -> None:
    await _enter(client, sign_ins, "mei")
    made = (await client.post("/api/objects/customer/records", json={"row": {"name": "Geheim"}})).json()["ids"][0]
    await _enter(client, sign_ins, "ravi")
    answers = [(await client.get(f"/api/objects/customer/records/{one}")) for one in (made, "01a20b89-09e6-7df7-995f-2f5539545c25")]
    assert {answer.status_code for answer in answers} == {404}
    bodies = [{key: value for key, value in answer.json().items() if key != "instance"} for answer in answers]
    assert bodies[0] == bodies[1]


async def test_problems_speak_the_readers_language(client: Client, sign_ins: dict[str, str]) -> None:
    await _enter(client, sign_ins, "mei")
    chinese = (await client.post("/api/objects/customer/records", json={"row": {}})).json()
    await _enter(client, sign_ins, "tom")
    english = (await client.post("/api/objects/customer/records", json={"row": {}})).json()
    assert chinese["errors"][0]["code"] == english["errors"][0]["code"] == "field.required"
    assert chinese["errors"][0]["detail"] != english["errors"][0]["detail"]


async def test_ordinary_people_cannot_build_or_manage(client: Client, sign_ins: dict[str, str]) -> None:
    await _enter(client, sign_ins, "mei")
    for path in ("/api/definitions", "/api/people", "/api/audit", "/api/change-sets"):
        assert (await client.get(path)).status_code == 403


async def test_an_administrator_adds_a_field_that_everybody_has_at_once_and_takes_it_back(client: Client, sign_ins: dict[str, str]) -> None:
    await _enter(client, sign_ins, "admin")
    published = (await client.get("/api/definitions/object/customer")).json()
    body = published["body"]
    body["fields"].append({"key": "certificates", "type": "text", "labels": {"en": "Certificates", "zh-CN": "证书"}})
    plan = (await client.post("/api/definitions/check", json={"definitions": [body]})).json()
    assert [(step["op"], step["field"]) for step in plan["operations"]] == [("add_field", "certificates")]
    done = await client.post("/api/definitions/publish", json={"definitions": [body], "base": {"object/customer": published["version"]}})
    assert done.status_code == 200, done.text
    await _enter(client, sign_ins, "mei")
    made = await client.post("/api/objects/customer/records", json={"row": {"name": "ISO", "certificates": "ISO 9001"}})
    assert made.status_code == 201, made.text
    await _enter(client, sign_ins, "admin")
    assert (await client.post(f"/api/change-sets/{done.json()['change_set']}/undo", json={})).status_code == 200
    record = (await client.get(f"/api/objects/customer/records/{made.json()['ids'][0]}")).json()
    assert "certificates" not in record


async def test_the_demo_goes_in_one_request_and_the_log_is_whole(client: Client, sign_ins: dict[str, str]) -> None:
    await _enter(client, sign_ins, "admin")
    assert (await client.get("/api/demo")).json()["count"] == 192
    assert (await client.request("DELETE", "/api/demo", json={})).json()["removed"] == 192
    assert (await client.get("/api/demo")).json()["count"] == 0
    assert (await client.get("/api/audit/verify")).json()["whole"] is True


def test_every_route_names_the_right_it_needs() -> None:
    without = [str(route.fn.__name__) for route in all_routes() if "right" not in getattr(route, "opt", {})]  # type: ignore[attr-defined]
    assert without == []


async def test_the_studios_files_come_packed_to_who_takes_that(client: Client) -> None:
    page = await client.get("/", headers={"Accept-Encoding": "identity"})
    asset = next(part.split('"')[0] for part in page.text.split('src="')[1:] if part.startswith("/assets/"))
    plain = await client.get(asset, headers={"Accept-Encoding": "gzip;q=0, br"})
    packed = await client.get(asset, headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers and packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content and int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding" and packed.headers["etag"] != plain.headers["etag"]
    again = await client.get(asset, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get(f"{asset}.gz")).status_code == 404
