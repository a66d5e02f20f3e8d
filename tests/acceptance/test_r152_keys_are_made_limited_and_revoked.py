"""R152: a person makes, names, limits and revokes keys, and sees when each was last used."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter


async def test_a_limited_key_does_what_it_says_until_it_is_revoked(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = (await client.post("/api/keys", json={"name": "Dashboard", "objects": ["customer"], "read_only": True, "days": 30})).json()
    secret = made["key"]
    listed = (await client.get("/api/keys")).json()
    mine: dict[str, Any] = next(one for one in listed if one["name"] == "Dashboard")
    assert mine["used_at"] is None and secret not in str(listed)
    cookies = dict(client.cookies)
    client.cookies.clear()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert (await client.post("/api/objects/customer/query", json={}, headers=bearer)).status_code == 200
    assert (await client.post("/api/objects/customer/records", json={"row": {"name": "X"}}, headers=bearer)).status_code == 403
    assert (await client.post("/api/objects/inquiry/query", json={}, headers=bearer)).status_code == 404
    assert (await client.get("/api/people", headers=bearer)).status_code == 403
    client.cookies.update(cookies)
    used = next(one for one in (await client.get("/api/keys")).json() if one["name"] == "Dashboard")
    assert used["used_at"] is not None
    assert (await client.delete(f"/api/keys/{used['id']}")).status_code == 200
    client.cookies.clear()
    assert (await client.post("/api/objects/customer/query", json={}, headers=bearer)).status_code == 401
