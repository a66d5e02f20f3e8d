"""R166: a leaving seller who takes the customer base out bit by bit is seen, and an administrator can stop it on the spot."""

from __future__ import annotations

from tests.http.client import Client, enter
from tests.http.exporting import exported, work_notices

from tradewind.kernel.settings import Settings


async def test_the_base_cannot_be_carried_out_bit_by_bit_unseen(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    role = (await client.get("/api/definitions/role/sales")).json()
    role["body"]["objects"]["customer"]["export"] = True
    assert (await client.post("/api/definitions/publish", json={"definitions": [role["body"]], "base": {"role/sales": role["version"]}})).status_code == 200
    limits = (await client.get("/api/export-policy")).json()
    limits["policy"] |= {"alert_times": 2, "alert_from": 4}
    limits = (await client.put("/api/export-policy", json=limits)).json()

    await enter(client, sign_ins, "mei")
    mine = (await client.post("/api/objects/customer/query", json={"fields": ["name"], "limit": 12})).json()["records"]
    for start in range(0, 12, 3):
        await exported(client, settings, "customer", fields=["name", "country"], ids=[one["id"] for one in mine[start : start + 3]])

    await enter(client, sign_ins, "admin")
    (alert,) = (await client.get("/api/export-alerts")).json()
    assert (alert["person"]["name"], alert["rows"], alert["exports"], alert["objects"]) == ("陈美 Chen Mei", 12, 4, ["customer"])
    await work_notices(settings)
    told = (await client.get("/api/notices")).json()
    assert [(one["kind"], one["body"]) for one in told["notices"]] == [("export_alert", {"alert": alert["id"]})], "the bell rings once"
    log = (await client.get("/api/audit", params={"operation": "export", "person": alert["person"]["id"]})).json()["entries"]
    assert [(one["object"], one["fields"]) for one in log] == [("customer", ["name", "country"])] * 4
    limits["policy"]["rows_per_day"] = 12
    assert (await client.put("/api/export-policy", json=limits)).status_code == 200

    await enter(client, sign_ins, "mei")
    assert (await client.get("/api/notices")).json()["unread"] == 0, "whoever exports hears nothing of it"
    refused = await client.post("/api/objects/customer/exports", json={"fields": ["name"], "ids": [mine[0]["id"]]})
    assert (refused.status_code, refused.json()["code"], refused.json()["params"]["left"]) == (422, "export.too_large", 0)
