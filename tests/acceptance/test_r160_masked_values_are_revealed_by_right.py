"""R160: who lacks the right sees a mask, never the value; showing it is a logged action."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter


async def test_a_colleague_sees_a_mask_and_a_reveal_is_logged(client: Client, sign_ins: dict[str, str]) -> None:
    role = {
        "kind": "role", "key": "helper", "labels": {"en": "Helper"},
        "objects": {"contact": {"reveal": ["email"], "grants": [{"rows": "all", "default": "read", "fields": {"email": "masked", "phone": "masked"}}]}},
    }  # fmt: skip
    assert (await client.post("/api/definitions/publish", json={"definitions": [role], "base": {}})).status_code == 200
    made = await client.post("/api/objects/contact/records", json={"row": {"name": "Jan Smit", "email": "j.smit@smit.example", "phone": "+31201234567"}})
    contact = f"/api/objects/contact/records/{made.json()['ids'][0]}"
    tom = next(one["id"] for one in (await client.get("/api/people")).json() if one["email"].startswith("tom@"))
    await client.patch(f"/api/people/{tom}", json={"roles": ["helper"]})
    await enter(client, sign_ins, "tom")
    shown: dict[str, Any] = (await client.get(contact)).json()
    assert set(shown["email"]) == set(shown["phone"]) == {"masked"}
    assert "smit@smit" not in str(shown) and "1234567" not in str(shown)
    assert (await client.post(f"{contact}/reveal", json={"field": "email"})).json() == {"value": "j.smit@smit.example"}
    assert (await client.post(f"{contact}/reveal", json={"field": "phone"})).status_code == 403
    await enter(client, sign_ins, "admin")
    (line,) = (await client.get("/api/audit", params={"operation": "reveal"})).json()["entries"]
    assert line["fields"] == ["email"] and line["actor_name"].startswith("Tom")
