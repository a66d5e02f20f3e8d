"""R15: a program creates any record type through REST with the validation, the rights and the log that the studio has."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter


async def test_a_key_creates_with_the_same_rules_and_stands_in_the_log(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = (await client.post("/api/keys", json={"name": "Shop", "objects": ["customer", "contact"]})).json()
    client.cookies.clear()
    key: dict[str, Any] = {"headers": {"Authorization": f"Bearer {made['key']}"}}
    good = await client.post("/api/objects/customer/records", json={"row": {"name": "API GmbH", "country": "DE"}}, **key)
    assert good.status_code == 201, good.text
    customer = good.json()["ids"][0]
    for row, field, rule in (({"country": "DE"}, "/rows/0/name", "field.required"), ({"name": "X", "country": "Germania"}, "/rows/0/country", "field.invalid")):
        refused = await client.post("/api/objects/customer/records", json={"row": row}, **key)
        assert refused.status_code == 422
        assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [(field, rule)]
    assert (await client.post("/api/objects/contact/records", json={"row": {"name": "Eva", "customer": customer}}, **key)).status_code == 201
    assert (await client.post("/api/objects/inquiry/records", json={"row": {"customer": customer}}, **key)).status_code in (403, 404)
    await enter(client, sign_ins, "admin")
    (entry,) = (await client.get("/api/audit", params={"record": customer, "operation": "create"})).json()["entries"]
    assert entry["object"] == "customer" and entry["actor_name"]
    await enter(client, sign_ins, "mei")
    assert (await client.get(f"/api/objects/customer/records/{customer}")).json()["owner"]["name"]
