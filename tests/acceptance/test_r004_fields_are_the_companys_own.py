"""R4: a company defines all its form fields itself: adding, renaming, re-ordering, hiding and retiring need no restart and show at the next load."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter


async def _shown(client: Client, sign_ins: dict[str, str], who: str) -> list[tuple[str, str]]:
    """Key and label of the customer's fields as somebody's next page load has them; the administrator is signed in again afterwards."""
    await enter(client, sign_ins, who)
    fields = (await client.get("/api/catalog")).json()["objects"]["customer"]["fields"]
    await enter(client, sign_ins, "admin")
    return [(field["key"], field["labels"]["en"]) for field in fields]


async def test_a_field_is_added_renamed_moved_hidden_and_retired_while_people_work(client: Client, sign_ins: dict[str, str]) -> None:
    async def publish(fields: list[dict[str, Any]]) -> None:
        current = (await client.get("/api/definitions/object/customer")).json()
        body = {**current["body"], "fields": fields}
        answer = await client.post("/api/definitions/publish", json={"definitions": [body], "base": {"object/customer": current["version"]}})
        assert answer.status_code == 200, answer.text

    before = (await client.get("/api/definitions/object/customer")).json()["body"]["fields"]
    port = {"key": "port", "type": "text", "labels": {"en": "Port", "zh-CN": "港口"}}
    await publish([*before, port])
    assert (await _shown(client, sign_ins, "mei"))[-1] == ("port", "Port")
    await enter(client, sign_ins, "mei")
    made = await client.post("/api/objects/customer/records", json={"row": {"name": "Porto SA", "port": "Leixões"}})
    record = f"/api/objects/customer/records/{made.json()['ids'][0]}"
    await enter(client, sign_ins, "admin")

    renamed = {**port, "labels": {"en": "Port of discharge", "zh-CN": "卸货港"}}
    await publish([renamed, *before])
    assert (await _shown(client, sign_ins, "mei"))[0] == ("port", "Port of discharge")

    role = (await client.get("/api/definitions/role/sales")).json()["body"]
    grants = [{**grant, "fields": {**grant.get("fields", {}), "port": "hidden"}} for grant in role["objects"]["customer"]["grants"]]
    hidden = {**role, "objects": {**role["objects"], "customer": {**role["objects"]["customer"], "grants": grants}}}
    assert (await client.post("/api/definitions/publish", json={"definitions": [hidden], "base": {}})).status_code == 200
    assert "port" not in dict(await _shown(client, sign_ins, "tom")) and (await client.get(record)).json()["port"] == "Leixões"

    await publish([*before, {**renamed, "retired": True}])
    assert "port" not in dict(await _shown(client, sign_ins, "admin")) and "port" not in (await client.get(record)).json()
    await publish([*before, renamed])
    assert (await client.get(record)).json()["port"] == "Leixões"
