"""R159 and R163: who did and saw what, when and from where, with before and after; exportable, and no line can be changed unseen."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter


async def test_a_change_and_a_look_are_found_exported_and_sealed(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await client.post("/api/objects/contact/records", json={"row": {"name": "Eva Lind", "email": "eva@lind.example"}})
    contact = f"/api/objects/contact/records/{made.json()['ids'][0]}"
    version = (await client.get(contact)).json()["version"]
    assert (await client.patch(contact, json={"email": "eva.lind@lind.example", "version": version})).status_code == 200
    await client.get(contact)
    entries: list[dict[str, Any]] = (await client.get(f"{contact}/history")).json()["entries"]
    assert entries[0]["values"] == [{"field": "email", "before": "eva@lind.example", "after": "eva.lind@lind.example"}] and entries[0]["by"]["name"]
    assert (await client.get("/api/audit")).status_code == 403
    await enter(client, sign_ins, "admin")
    lines = (await client.get("/api/audit", params={"record": made.json()["ids"][0]})).json()["entries"]
    assert {"create", "update", "view"} <= {one["operation"] for one in lines}
    assert all(one["at"] and one["address"] for one in lines if one["operation"] == "update")
    exported = await client.get("/api/audit", params={"record": made.json()["ids"][0], "format": "csv"})
    assert exported.text.count("\n") == len(lines) + 1 and "lind.example" not in exported.text
    assert (await client.get("/api/audit/verify")).json() == {"whole": True, "broken": None}
