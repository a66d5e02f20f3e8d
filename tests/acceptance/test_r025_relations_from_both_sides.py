"""R25: a relation opens and lists linked records from both sides; deleting obeys restrict, set-null and cascade."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client


def _side(key: str, on_delete: str) -> dict[str, Any]:
    link = {"key": "house", "type": "relation", "labels": {"en": "House"}, "options": {"target": "house", "inverse": key, "on_delete": on_delete}}
    return {"kind": "object", "key": key, "labels": {"en": key}, "title": "name", "fields": [{"key": "name", "type": "text", "labels": {"en": "Name"}}, link]}


async def test_deleting_does_what_each_relation_says_and_comes_back(client: Client) -> None:
    house = {
        "kind": "object",
        "key": "house",
        "labels": {"en": "House"},
        "title": "name",
        "fields": [{"key": "name", "type": "text", "labels": {"en": "Name"}}],
    }
    sides = [_side("lease", "restrict"), _side("tree", "set_null"), _side("room", "cascade")]
    answer = await client.post("/api/definitions/publish", json={"definitions": [house, *sides], "base": {}})
    assert answer.status_code == 200, answer.text

    async def create(key: str, row: dict[str, Any]) -> str:
        made = await client.post(f"/api/objects/{key}/records", json={"row": row})
        assert made.status_code == 201, made.text
        return str(made.json()["ids"][0])

    one = await create("house", {"name": "One"})
    ids = {key: await create(key, {"name": key, "house": one}) for key in ("lease", "tree", "room")}
    for key in ids:
        assert (await client.get(f"/api/objects/{key}/records/{ids[key]}")).json()["house"] == {"id": one, "title": "One"}
        assert [row["id"] for row in (await client.get(f"/api/objects/house/records/{one}/related/{key}/house")).json()["records"]] == [ids[key]]

    refused = await client.delete(f"/api/objects/house/records/{one}")
    assert (refused.status_code, refused.json()["code"]) == (409, "record.still_referenced")
    assert (await client.delete(f"/api/objects/lease/records/{ids['lease']}")).status_code == 200
    assert (await client.delete(f"/api/objects/house/records/{one}")).status_code == 200
    assert (await client.get(f"/api/objects/room/records/{ids['room']}")).status_code == 404
    assert (await client.get(f"/api/objects/tree/records/{ids['tree']}")).json()["house"] is None
    assert (await client.post(f"/api/objects/house/records/{one}/restore", json={})).status_code == 200
    assert (await client.get(f"/api/objects/room/records/{ids['room']}")).json()["house"]["id"] == one
    assert (await client.get(f"/api/objects/tree/records/{ids['tree']}")).json()["house"]["id"] == one

    gone = (await client.delete(f"/api/objects/house/records/{one}")).json()
    assert (await client.post("/api/objects/tree/count", json={"filter": {"op": "empty", "field": "house"}})).json()["count"] == 1
    assert (await client.post(f"/api/actions/{gone['action']}/undo", json={})).status_code == 200
    assert (await client.get(f"/api/objects/tree/records/{ids['tree']}")).json()["house"] == {"id": one, "title": "One"}
    history = (await client.get(f"/api/objects/tree/records/{ids['tree']}/history")).json()["entries"]
    assert [entry["values"][0]["after"] is None for entry in history if entry["operation"] == "update"] == [False, True, False, True]
