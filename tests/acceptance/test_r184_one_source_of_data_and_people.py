"""R184: all applications stand on one sign-in, one organisation and one set of rights: what changes in one place holds in all packs at once."""

from __future__ import annotations

from tests.http.client import Client, enter


async def _menus(client: Client) -> set[str]:
    return {one["key"] for one in (await client.get("/api/catalog")).json()["menus"]}


async def test_one_session_one_department_and_one_role_hold_in_every_pack(client: Client, sign_ins: dict[str, str]) -> None:
    people = {one["email"].split("@")[0]: one for one in (await client.get("/api/people")).json()}
    mei, ravi = people["mei"], people["ravi"]
    assert (await client.patch(f"/api/people/{ravi['id']}", json={"roles": ["sales", "trader"]})).status_code == 200

    await enter(client, sign_ins, "mei")
    assert {"crm", "trade"} <= await _menus(client)
    customer = (await client.post("/api/objects/customer/records", json={"row": {"name": "Shared GmbH"}})).json()["ids"][0]
    product = await client.post("/api/objects/product/records", json={"row": {"name": "Lantern", "code": "LAN-184"}})
    assert product.status_code == 201, product.text
    made = await client.post("/api/objects/order/records", json={"row": {"number": "184", "customer": customer}})
    assert made.status_code == 201, made.text
    order = made.json()["ids"][0]
    shown = (await client.get(f"/api/objects/order/records/{order}")).json()
    assert shown["customer"]["title"] == "Shared GmbH", "a trade order points at the customer of the other pack, with no copy between"

    async def seen_by_ravi() -> tuple[int, int]:
        await enter(client, sign_ins, "ravi")
        codes = (
            (await client.get(f"/api/objects/customer/records/{customer}")).status_code,
            (await client.get(f"/api/objects/order/records/{order}")).status_code,
        )
        await enter(client, sign_ins, "admin")
        return codes

    assert await seen_by_ravi() == (404, 404)
    assert (await client.patch(f"/api/people/{ravi['id']}", json={"department": mei["department"]})).status_code == 200
    assert await seen_by_ravi() == (200, 200), "one move in the organisation opens both"
    assert (await client.patch(f"/api/people/{ravi['id']}", json={"active": False})).status_code == 200
    refused = await client.post("/api/session", json={"email": ravi["email"], "password": sign_ins[ravi["email"]]})
    assert refused.status_code in (401, 403), "and one switch closes everything"
