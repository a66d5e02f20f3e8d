"""R172 and R23: country, currency and choices are stored as codes from one definition, whichever way and in whichever language they come in."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter


async def test_one_rule_holds_on_every_way_in(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await client.post("/api/objects/customer/records", json={"row": {"name": "Codes AG", "country": "CH", "grade": "a"}})
    record = f"/api/objects/customer/records/{made.json()['ids'][0]}"
    for language in ("zh-CN", "en"):
        assert (await client.patch("/api/session", json={"language": language})).status_code == 200
        shown: dict[str, Any] = (await client.get(record)).json()
        assert (shown["country"], shown["grade"]) == ("CH", "a")
    for field, value in (("country", "Schweiz"), ("country", "XX"), ("grade", "A级"), ("website", "not an address")):
        version = (await client.get(record)).json()["version"]
        answers = [
            await client.patch(record, json={field: value, "version": version}),
            await client.post("/api/objects/customer/records", json={"row": {"name": "Other", field: value}}),
            await client.post(
                "/api/objects/customer/batch", json={"operation": "update", "rows": [{"id": made.json()["ids"][0], field: value, "version": version}]}
            ),
            await client.post("/api/objects/customer/records", json={"operation": "upsert", "match": ["name"], "rows": [{"name": "Codes AG", field: value}]}),
        ]
        assert {answer.status_code for answer in answers} == {422}, [answer.text for answer in answers]
        assert {answer.json()["errors"][0]["code"] for answer in answers} == {"field.invalid"}
