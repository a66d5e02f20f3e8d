"""R32: the steps that collect, clean and bring data together (normalise, match, merge, enrich) are visible on the record with their result."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter
from tests.http.importing import as_csv, brought, do_jobs, done, mapped

from tradewind.kernel.settings import Settings


async def _history(client: Client, key: str, record: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    answer = await client.get(f"/api/objects/{key}/records/{record}/history")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["entries"], body["imports"]


async def _create(client: Client, key: str, **row: Any) -> str:
    answer = await client.post(f"/api/objects/{key}/records", json={"row": row})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ids"][0])


async def test_what_was_normalised_matched_merged_and_enriched_stands_on_the_record(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    customer = await _create(client, "customer", name="Ruiz Bombas S.A.")
    ana = await _create(client, "contact", name="Ana", email="ana@ruiz-bombas.example", customer=customer)
    rows = [("Ana　Ruiz", "ANA@ruiz-bombas.example", "０１７０ １２３４５６７"), ("Ana Ruiz", "office@ruiz-bombas.example", "")]
    made = await brought(client, settings, as_csv(("Name", "Mail", "Phone"), rows), name="fair.csv")
    fields = {
        "name": {"column": "Name", "transforms": [{"kind": "width"}]},
        "email": {"column": "Mail"},
        "phone": {"column": "Phone", "transforms": [{"kind": "width"}, {"kind": "phone", "country": "DE"}]},
    }
    await mapped(client, made["id"], {"object": "contact", "match": ["email"], "existing": "update", "fields": fields})
    await done(client, settings, made["id"], "run")

    (matched, *_), imports = await _history(client, "contact", ana)
    assert imports == {made["id"]: "fair.csv"}
    assert (matched["operation"], matched["action"]) == ("update", made["id"])
    values = {value["field"]: (value["before"], value["after"]) for value in matched["values"]}
    assert (values["name"], values["phone"]) == (("Ana", "Ana Ruiz"), (None, "+491701234567"))
    changes = (await client.get(f"/api/imports/{made['id']}/changes")).json()["changes"]
    assert ("Name", "width", "Ana　Ruiz", "Ana Ruiz") in [(one["column"], one["kind"], one["before"], one["after"]) for one in changes]

    found = await client.post("/api/objects/contact/query", json={"filter": {"op": "eq", "field": "email", "value": "office@ruiz-bombas.example"}})
    (second,) = found.json()["records"]
    merged = await client.post("/api/objects/contact/merge", json={"survivor": ana, "losers": [second["id"]]})
    assert merged.status_code == 200, merged.text
    entries, imports = await _history(client, "contact", ana)
    merge = next(entry for entry in entries if entry["operation"] == "merge")
    assert [one["title"] for one in merge["records"]] == ["Ana Ruiz"]
    assert [(entry["operation"], imports.get(entry["action"])) for entry in entries if entry.get("of")] == [("delete", None), ("create", "fair.csv")]

    inquiry = await _create(client, "inquiry", product="Pumps", person="Ana Ruiz", email="ana@ruiz-bombas.example", source="website")
    await do_jobs(settings)
    entries, _ = await _history(client, "inquiry", inquiry)
    enriched = next(entry for entry in entries if entry["operation"] == "update")
    assert (enriched["by"]["id"], {value["field"]: value["after"]["id"] for value in enriched["values"]}) == (None, {"contact": ana, "customer": customer})


async def test_whose_import_it_was_and_of_which_file_only_he_learns(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(("Name", "Mail"), [("Ana", "ana@one.example")]), name="secret plans.csv")
    await mapped(client, made["id"], {"object": "contact", "fields": {"name": {"column": "Name"}, "email": {"column": "Mail"}}})
    await done(client, settings, made["id"], "run")
    found = await client.post("/api/objects/contact/query", json={"made_by": made["id"]})
    (ana,) = [one["id"] for one in found.json()["records"]]
    assert (await _history(client, "contact", ana))[1] == {made["id"]: "secret plans.csv"}
    people = (await client.get("/api/options/people?search=Ravi")).json()
    shared = await client.post(f"/api/objects/contact/records/{ana}/shares", json={"person": people[0]["id"], "update": False, "sensitive": [], "until": None})
    assert shared.status_code in (200, 201), shared.text
    await enter(client, sign_ins, "ravi")
    entries, imports = await _history(client, "contact", ana)
    assert ([entry["operation"] for entry in entries], imports) == (["create"], {})
    await enter(client, sign_ins, "admin")
    assert (await _history(client, "contact", ana))[1] == {made["id"]: "secret plans.csv"}
