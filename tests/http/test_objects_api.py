"""The OpenAPI of a firm's own objects: valid, true for every record it speaks of, and silent about what its reader may not see."""

from __future__ import annotations

from typing import Any

import jsonschema
from openapi_spec_validator import validate
from tests.http.client import Client, enter
from tests.http.test_walk import NOTE, READER, VAULT


def _schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", "components": document["components"]}


async def test_it_is_valid_and_every_demo_record_is_as_described(client: Client, sign_ins: dict[str, str]) -> None:
    checked = 0
    for who in ("admin", "mei", "tom"):
        await enter(client, sign_ins, who)
        document = (await client.get("/api/openapi-objects.json")).json()
        validate(document)
        for key, thing in (await client.get("/api/catalog")).json()["objects"].items():
            for record in (await client.post(f"/api/objects/{key}/query", json={"limit": 500})).json()["records"]:
                jsonschema.validate(record, _schema(document, key), format_checker=jsonschema.FormatChecker())
                checked += 1
            assert (f"/api/objects/{key}/records" in document["paths"]) == (not thing["parent"])
    assert checked > 200


async def test_what_is_described_as_written_is_taken(client: Client) -> None:
    document = (await client.get("/api/openapi-objects.json")).json()
    row = {"name": "Described SA", "country": "FR", "website": "https://described.example"}
    jsonschema.validate(row, _schema(document, "customer.create"))
    made = await client.post("/api/objects/customer/records", json={"row": row})
    assert made.status_code == 201, made.text
    body = document["paths"]["/api/objects/customer/records"]["post"]["responses"]["201"]["content"]["application/json"]["schema"]
    jsonschema.validate(made.json(), {**body, "components": document["components"]})
    for wrong in ({"country": "FR"}, {"name": 5}, {"name": "x", "country": 1}):
        try:
            jsonschema.validate(wrong, _schema(document, "customer.create"))
            raise AssertionError(wrong)
        except jsonschema.ValidationError:
            assert (await client.post("/api/objects/customer/records", json={"row": wrong})).status_code == 422


async def test_a_hidden_field_and_an_object_out_of_reach_are_not_in_it(client: Client, sign_ins: dict[str, str]) -> None:
    only = {**READER, "objects": {"vault": {**READER["objects"]["vault"], "create": False}}}
    answer = await client.post("/api/definitions/publish", json={"definitions": [VAULT, NOTE, only], "base": {}})
    assert answer.status_code == 200, answer.text
    tom = next(str(one["id"]) for one in (await client.get("/api/people")).json() if one["email"].startswith("tom@"))
    await client.patch(f"/api/people/{tom}", json={"roles": ["reader"]})
    await enter(client, sign_ins, "tom")
    found = await client.get("/api/openapi-objects.json")
    schemas = found.json()["components"]["schemas"]
    assert {"name", "code"} < set(schemas["vault"]["properties"]) and "note" not in schemas and "customer" not in schemas
    assert "secret" not in found.text and "twice" not in found.text
    assert {"$ref": "#/components/schemas/Masked"} in schemas["vault"]["properties"]["code"]["anyOf"] and "code" not in schemas["vault.write"]["properties"]
    assert "post" not in found.json()["paths"]["/api/objects/vault/records"]
    said = [await client.post("/api/objects/vault/query", json={"fields": ["name", key]}) for key in ("secret", "misspelt")]
    assert [one.status_code for one in said] == [400, 400]
    assert said[0].text.replace("secret", "…") == said[1].text.replace("misspelt", "…")
