"""Who saw sensitive values stands in the log: for lists, records, histories, figures and names, once an hour, and not where they were masked."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter
from tests.http.test_walk import NOWHERE

PERSON = {
    "kind": "object", "key": "patron", "labels": {"en": "Patron"}, "title": "name",
    "fields": [
        {"key": "name", "type": "text", "labels": {"en": "Name"}, "required": True},
        {"key": "passport", "type": "text", "labels": {"en": "Passport"}, "sensitive": True},
        {"key": "hint", "type": "formula", "labels": {"en": "Hint"}, "options": {"expression": "LEFT(passport, 3)", "result": "text"}},
    ],
}  # fmt: skip
VISIT = {
    "kind": "object", "key": "visit", "labels": {"en": "Visit"}, "title": "place",
    "fields": [
        {"key": "place", "type": "text", "labels": {"en": "Place"}},
        {"key": "patron", "type": "relation", "labels": {"en": "Patron"}, "options": {"target": "patron", "inverse": "visits"}},
        {"key": "document", "type": "lookup", "labels": {"en": "Document"}, "options": {"path": "patron.passport"}},
    ],
}  # fmt: skip


def _role(key: str, state: str) -> dict[str, Any]:
    grants = [{"rows": "all", "actions": ["read", "update"], "default": "write", "fields": {"passport": state}}]
    return {"kind": "role", "key": key, "labels": {"en": key}, "objects": {"patron": {"grants": grants}, "visit": {"grants": [{"rows": "all"}]}}}


async def _log(client: Client, **asked: str) -> list[tuple[Any, ...]]:
    entries = (await client.get("/api/audit", params={"operation": "view", **asked})).json()["entries"]
    seen = [(one["actor_name"], one["object"], one["record"], one["fields"], one["records"]) for one in reversed(entries)]
    return [one for one in seen if one[0] == "Tom Becker"]


async def test_every_way_to_a_clear_sensitive_value_leaves_a_line(client: Client, sign_ins: dict[str, str]) -> None:
    answer = await client.post("/api/definitions/publish", json={"definitions": [PERSON, VISIT, _role("clear", "read"), _role("dim", "masked")], "base": {}})
    assert answer.status_code == 200, answer.text
    rows = [{"name": f"P{number}", "passport": f"C0{number}7"} for number in range(3)]
    ids = (await client.post("/api/objects/patron/records", json={"rows": [*rows, {"name": "None"}]})).json()["ids"]
    await client.post("/api/objects/visit/records", json={"row": {"place": "Lyon", "patron": ids[0]}})
    version = (await client.get(f"/api/objects/patron/records/{ids[1]}")).json()["version"]
    changed = await client.patch(f"/api/objects/patron/records/{ids[1]}", json={"passport": "C0999", "version": version})
    assert changed.status_code == 200, changed.text
    tom = next(str(one["id"]) for one in (await client.get("/api/people")).json() if one["email"].startswith("tom@"))
    admin = dict(client.cookies)

    async def as_tom(role: str, *requests: tuple[str, str, dict[str, Any] | None]) -> None:
        client.cookies.clear()
        client.cookies.update(admin)
        assert (await client.patch(f"/api/people/{tom}", json={"roles": [role]})).status_code == 200
        await enter(client, sign_ins, "tom")
        for method, path, body in requests:
            got = await client.request(method, f"/api/objects/{path}", json=body)
            assert got.status_code == 200, got.text
        client.cookies.clear()
        client.cookies.update(admin)

    masked = [("POST", "patron/query", {}), ("GET", f"patron/records/{ids[0]}", None), ("GET", f"patron/records/{ids[1]}/history", None)]
    await as_tom("dim", *masked)
    assert await _log(client) == []

    await as_tom("clear", ("POST", "patron/query", {"fields": ["name"]}), ("POST", "patron/count", {}), ("POST", "patron/pick", {"search": ""}))
    assert await _log(client) == []
    await as_tom("clear", ("GET", f"patron/records/{ids[1]}/history", None), ("GET", f"patron/records/{ids[1]}/related/visit/patron", None))
    assert await _log(client) == [("Tom Becker", "patron", ids[1], ["passport"], None)]
    await as_tom("clear", ("POST", "patron/query", {"fields": ["name", "passport"]}), ("POST", "patron/query", {"fields": ["passport"]}))
    assert (await _log(client))[1:] == [("Tom Becker", "patron", None, ["passport"], 2)]
    assert len(await _log(client, record=ids[0])) == 1 and await _log(client, record=ids[3]) == [] and await _log(client, record=NOWHERE) == []
    await as_tom("clear", ("GET", f"patron/records/{ids[0]}", None), ("GET", f"patron/records/{ids[0]}", None), ("GET", f"patron/records/{ids[3]}", None))
    assert (await _log(client))[2:] == [("Tom Becker", "patron", ids[0], ["hint", "passport"], None)]
    await as_tom("clear", ("POST", "visit/query", {"fields": ["place", "document"]}), ("POST", "visit/query", {"fields": ["patron.passport"]}))
    assert [(entry[1], entry[3], entry[4]) for entry in (await _log(client))[3:]] == [("visit", ["document"], 1), ("visit", ["patron.passport"], 1)]
    figures = {"dimensions": [{"field": "passport"}], "measures": [{"function": "count"}]}
    await as_tom("clear", ("POST", "patron/aggregate", figures), ("POST", "patron/aggregate", {"measures": [{"function": "count"}]}))
    assert (await _log(client))[5:] == [("Tom Becker", "patron", None, ["passport"], None)]

    exported = await client.get("/api/audit", params={"operation": "view", "format": "csv"})
    assert exported.text.count("Tom Becker") == 6 and "C0" not in exported.text
