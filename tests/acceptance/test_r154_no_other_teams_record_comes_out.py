"""R154: search, figures, pickers, related lists and files never return another team's private record."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter
from tests.http.exporting import csv_rows, exported, sheets_of

from tradewind.kernel.settings import Settings


async def test_a_matrix_of_ways_leads_nowhere(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    role = (await client.get("/api/definitions/role/sales")).json()
    for thing in ("customer", "contact"):
        role["body"]["objects"][thing]["export"] = True
    published = await client.post("/api/definitions/publish", json={"definitions": [role["body"]], "base": {"role/sales": role["version"]}})
    assert published.status_code == 200, published.text
    await enter(client, sign_ins, "mei")
    made = await client.post("/api/objects/customer/records", json={"row": {"name": "Zanzibar Spices", "country": "TZ", "address": "Stone Town 7"}})
    customer = made.json()["ids"][0]
    await client.post("/api/objects/contact/records", json={"row": {"name": "Asha Zanzibar", "customer": customer}})
    await enter(client, sign_ins, "ravi")
    ways: list[tuple[str, str, dict[str, Any] | None]] = [
        ("POST", "customer/query", {"search": "Zanzibar"}),
        ("POST", "customer/query", {"ids": [customer]}),
        ("POST", "customer/query", {"filter": {"op": "eq", "field": "country", "value": "TZ"}}),
        ("POST", "customer/query", {"deleted": True}),
        ("POST", "customer/pick", {"search": "Zanzibar"}),
        ("POST", "contact/query", {"search": "Zanzibar"}),
        ("POST", "contact/query", {"filter": {"op": "eq", "field": "customer", "value": customer}}),
        ("POST", "contact/query", {"filter": {"op": "contains", "field": "customer.name", "value": "Zanzibar"}}),
        (
            "POST",
            "customer/aggregate",
            {"dimensions": [{"field": "country"}], "measures": [{"function": "count"}], "filter": {"op": "eq", "field": "country", "value": "TZ"}},
        ),
        ("GET", f"customer/records/{customer}", None),
        ("GET", f"customer/records/{customer}/history", None),
        ("GET", f"customer/records/{customer}/related/contact/customer", None),
        ("PATCH", f"customer/records/{customer}", {"name": "Mine", "version": "1"}),
        ("DELETE", f"customer/records/{customer}", None),
    ]
    for method, path, body in ways:
        answer = await client.request(method, f"/api/objects/{path}", json=body)
        assert answer.status_code < 500
        assert not any(word in answer.text for word in ("Zanzibar", "Stone Town", "Asha", '"TZ"')), (path, answer.text)
    for thing, columns in (("customer", ["name", "country", "address"]), ("contact", ["name", "customer", "customer.name", "customer.country"])):
        for question in ({}, {"search": "Zanzibar"}):
            for form in ("csv", "xlsx"):
                body = await exported(client, settings, thing, fields=columns, format=form, language="en", **question)
                held = str(csv_rows(body) if form == "csv" else list(sheets_of(body).values())[0])
                assert not any(word in held for word in ("Zanzibar", "Stone Town", "Asha", "Tanzania")), (thing, held)
    counted = await client.post("/api/objects/customer/count", json={"search": "Zanzibar"})
    assert counted.json()["count"] == 0
    await enter(client, sign_ins, "mei")
    assert (await client.get(f"/api/objects/customer/records/{customer}")).json()["name"] == "Zanzibar Spices"
