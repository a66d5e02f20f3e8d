"""Who gets what in an exported file: masked stays masked, other people's records stay out, and today's rights decide about yesterday's file."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

import pytest
from tests.http.client import Client, enter
from tests.http.exporting import asked, csv_rows, exported, sheets_of, state_of, work_exports
from tests.http.test_walk import AMOUNT, HIDDEN, MASKED, NOTE, READER, VAULT

from tradewind.kernel.clock import SystemClock
from tradewind.kernel.settings import Settings
from tradewind.kernel.sql import param, raw
from tradewind.query.database.pool import open_pool
from tradewind.records import seal


async def _publish(client: Client, *definitions: dict[str, Any]) -> None:
    base: dict[str, int] = {}
    for one in definitions:
        found = await client.get(f"/api/definitions/{one['kind']}/{one['key']}")
        if found.status_code == 200:
            base[f"{one['kind']}/{one['key']}"] = found.json()["version"]
    answer = await client.post("/api/definitions/publish", json={"definitions": list(definitions), "base": base})
    assert answer.status_code == 200, answer.text


async def _role(client: Client, key: str, **changes: Any) -> dict[str, Any]:
    """The role with other rights on objects."""
    body: dict[str, Any] = (await client.get(f"/api/definitions/role/{key}")).json()["body"]
    for thing, rights in changes.items():
        body["objects"][thing] = {**body["objects"][thing], **rights}
    await _publish(client, body)
    return body


async def _person(client: Client, name: str) -> str:
    return next(str(one["id"]) for one in (await client.get("/api/people")).json() if one["email"].startswith(f"{name}@"))


@pytest.fixture
async def sellers(client: Client) -> Client:
    """Sellers may export what they see; the administrator is signed in."""
    await _role(client, "sales", customer={"export": True}, contact={"export": True})
    return client


async def test_a_seller_exports_his_records_clear_his_departments_masked_and_nobody_elses(
    sellers: Client, settings: Settings, sign_ins: dict[str, str]
) -> None:
    client = sellers
    everything = (await client.post("/api/objects/contact/query", json={"limit": 200, "fields": ["name", "email", "phone", "owner"]})).json()["records"]
    await enter(client, sign_ins, "mei")
    wanted = {"fields": ["name", "email", "phone", "owner", "customer"], "sort": [{"field": "name"}], "language": "en"}
    seen = (await client.post("/api/objects/contact/query", json={**{key: wanted[key] for key in ("fields", "sort")}, "limit": 200})).json()["records"]
    table = sheets_of(await exported(client, settings, "contact", **wanted, with_ids=True))["Contact"][1:]
    assert len(table) == len(seen) < len(everything)
    owners = {one["owner"]["name"] for one in everything}
    assert {row[4] for row in table} == {"陈美 Chen Mei", "Tom Becker"} < owners
    clear = {one["id"]: one for one in everything}
    for row in table:
        own = row[4] == "陈美 Chen Mei"
        assert (row[2] == clear[row[0]]["email"], row[3] == clear[row[0]]["phone"]) == (own, own)
    body = json.dumps(table, ensure_ascii=False)
    mine = {one[key] for one in everything for key in ("email", "phone") if one["owner"]["name"] == "陈美 Chen Mei"}
    others = {one[key] for one in everything for key in ("email", "phone")} - mine
    assert len(others) > 10 and not [value for value in others if value in body]
    preview = (await client.post("/api/objects/contact/exports/preview", json=wanted)).json()
    assert (preview["count"], preview["more"]) == (len(seen), False)
    assert {one["path"]: one["state"] for one in preview["columns"]} == {
        "name": "clear",
        "email": "mixed",
        "phone": "mixed",
        "owner": "clear",
        "customer": "clear",
    }
    assert {one["path"] for one in preview["columns"] if one["sensitive"]} == {"email", "phone"}
    chosen = [one["id"] for one in everything if one["owner"]["name"] == "Ravi Kumar"] + [seen[0]["id"]]
    table = csv_rows(await exported(client, settings, "contact", **wanted, format="csv", ids=chosen))
    assert [row[0] for row in table[1:]] == [seen[0]["name"]], "ids of other people's records give nothing"


async def test_without_the_right_there_is_no_export_whatever_one_sees(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "tom")
    for path in ("", "/preview"):
        refused = await client.post(f"/api/objects/contact/exports{path}", json={"fields": ["name"]})
        assert (refused.status_code, refused.json()["code"]) == (403, "access.forbidden")
        assert (await client.post(f"/api/objects/nothing/exports{path}", json={"fields": ["name"]})).status_code == 404
    assert (await client.get("/api/catalog")).json()["objects"]["contact"]["export"] is False
    assert (await client.get("/api/exports")).json() == []
    await enter(client, sign_ins, "admin")
    await _role(client, "sales", contact={"export": True})
    await enter(client, sign_ins, "tom")
    assert (await client.get("/api/catalog")).json()["objects"]["contact"]["export"] is True
    waiting = await asked(client, "contact", fields=["name"])
    await enter(client, sign_ins, "admin")
    await _role(client, "sales", contact={"export": False})
    assert await work_exports(settings) == 1
    await enter(client, sign_ins, "tom")
    state = await state_of(client, waiting)
    assert (state["state"], state["problem"]["code"]) == ("failed", "access.forbidden"), "the rights of the moment in which the file is made decide"


async def test_hidden_fields_cannot_be_asked_for_and_masked_ones_stay_masked(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await _publish(client, VAULT, NOTE, READER)
    assert (await client.patch(f"/api/people/{await _person(client, 'tom')}", json={"roles": ["reader"]})).status_code == 200
    row = {"name": "Open", "secret": HIDDEN, "code": MASKED, "amount": AMOUNT}
    vault = (await client.post("/api/objects/vault/records", json={"row": row})).json()["ids"][0]
    await client.post("/api/objects/note/records", json={"row": {"text": "See", "about": vault}})
    await enter(client, sign_ins, "tom")
    for field in ("secret", "amount", "twice", "misspelt"):
        refused = await client.post("/api/objects/vault/exports", json={"fields": ["name", field]})
        assert (refused.status_code, refused.json()["code"], refused.json()["params"]) == (400, "field.unknown", {"field": field})
    for field in ("about.secret", "about.code", "its_secret", "about.misspelt"):
        assert (await client.post("/api/objects/note/exports", json={"fields": [field]})).json()["code"] == "field.unknown"
    for question in ({"sort": [{"field": "code"}]}, {"filter": {"op": "starts", "field": "code", "value": "Qv7"}}):
        assert (await client.post("/api/objects/vault/exports", json={"fields": ["name"], **question})).json()["code"] == "field.unknown"
    table = csv_rows(await exported(client, settings, "vault", fields=["name", "code"], language="en", format="csv"))
    assert table == [["Name", "Code"], ["Open", "***"]]
    body = await exported(client, settings, "vault", fields=["name", "code"], language="en", search="Qv7")
    assert sheets_of(body)["Vault"] == [["Name", "Code"]], "what is masked cannot be searched for"
    about = {str(line[0]): line[1] for line in sheets_of(body)["About this export"]}
    assert about["Masked, at least in part"] == "Code"


async def test_a_key_exports_only_its_objects_and_reading_is_enough(sellers: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    client = sellers
    await enter(client, sign_ins, "mei")
    keys: dict[str, str] = {}
    for name, objects in (("contacts", ["contact"]), ("customers", ["customer"])):
        made = await client.post("/api/keys", json={"name": name, "objects": objects, "read_only": True, "days": 3})
        assert made.status_code == 201, made.text
        keys[name] = made.json()["key"]
    own = await asked(client, "customer", fields=["name"])
    client.cookies.clear()
    client.headers["Authorization"] = f"Bearer {keys['contacts']}"
    assert (await client.post("/api/objects/customer/exports", json={"fields": ["name"]})).status_code == 404
    made = await asked(client, "contact", fields=["name", "customer", "email"], language="en", format="csv")
    assert await work_exports(settings) == 2
    table = csv_rows((await client.get(f"/api/exports/{made}/file")).content)
    assert len(table) > 5 and {row[1] for row in table[1:]} == {"Restricted"}, "the key does not see customers"
    assert [one["id"] for one in (await client.get("/api/exports")).json()] == [made]
    assert (await client.get(f"/api/exports/{own}/file")).status_code == 404
    client.headers["Authorization"] = f"Bearer {keys['customers']}"
    assert (await client.get(f"/api/exports/{made}/file")).status_code == 404
    assert (await client.get(f"/api/exports/{own}/file")).status_code == 200
    del client.headers["Authorization"]
    await enter(client, sign_ins, "mei")
    assert (await client.get(f"/api/exports/{made}/file")).status_code == 200


async def _refused(client: Client, identity: str) -> None:
    for path in ("check", "file"):
        answer = await client.get(f"/api/exports/{identity}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "export.narrowed"), answer.text
        assert answer.json()["next"]


async def test_a_file_is_not_given_out_once_its_rights_became_narrower(sellers: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    client = sellers
    people = {name: await _person(client, name) for name in ("mei", "tom", "ravi")}
    contacts = (await client.post("/api/objects/contact/query", json={"limit": 200, "fields": ["owner"]})).json()["records"]
    mine = [one["id"] for one in contacts if one["owner"]["id"] == people["mei"]]
    toms = [one["id"] for one in contacts if one["owner"]["id"] == people["tom"]]

    async def give(record: str, to: str) -> None:
        await enter(client, sign_ins, "admin")
        changed = await client.patch(f"/api/objects/contact/records/{record}", json={"owner": people[to]})
        assert changed.status_code == 200, changed.text
        await enter(client, sign_ins, "mei")

    await enter(client, sign_ins, "mei")
    names = await asked(client, "contact", fields=["name", "customer"])
    mails = await asked(client, "contact", fields=["name", "email"])
    one = await asked(client, "contact", fields=["name", "email"], ids=[mine[0]])
    assert await work_exports(settings) == 3
    for identity in (names, mails, one):
        assert (await client.get(f"/api/exports/{identity}/file")).status_code == 200
    await give(mine[1], "tom")
    await _refused(client, mails)
    for identity in (names, one):
        assert (await client.get(f"/api/exports/{identity}/file")).status_code == 200, "a colleague of the department has it: the name is still shown"
    await give(mine[1], "mei")
    assert (await client.get(f"/api/exports/{mails}/file")).status_code == 200
    await give(toms[0], "ravi")
    for identity in (names, mails):
        await _refused(client, identity)
    assert (await client.get(f"/api/exports/{one}/file")).status_code == 200
    again = await client.post(f"/api/exports/{names}/again", json={})
    assert again.status_code == 202 and await work_exports(settings) == 1
    now, before = await state_of(client, again.json()["id"]), await state_of(client, names)
    assert now["rows"] == before["rows"] - 1
    assert (await client.get(f"/api/exports/{again.json()['id']}/file")).status_code == 200


async def test_roles_that_show_less_stop_files_and_an_export_again_leaves_out_what_is_hidden(
    sellers: Client, settings: Settings, sign_ins: dict[str, str]
) -> None:
    client = sellers
    await enter(client, sign_ins, "mei")
    whole = await asked(client, "contact", fields=["name", "phone", "customer.country"], format="csv", language="en")
    named = await asked(client, "contact", fields=["name"], format="csv", language="en")
    assert await work_exports(settings) == 2
    await enter(client, sign_ins, "admin")
    role: dict[str, Any] = (await client.get("/api/definitions/role/sales")).json()["body"]
    grants = role["objects"]["contact"]["grants"]
    hiding = [{**one, "fields": {**one["fields"], "phone": "hidden"}} for one in grants]
    await _role(client, "sales", contact={"grants": hiding})
    await enter(client, sign_ins, "mei")
    await _refused(client, whole)
    assert (await client.get(f"/api/exports/{named}/file")).status_code == 200
    again = await client.post(f"/api/exports/{whole}/again", json={})
    assert again.status_code == 202 and await work_exports(settings) == 1
    table = csv_rows((await client.get(f"/api/exports/{again.json()['id']}/file")).content)
    assert table[0] == ["Name", "Customer / Country/region"] and len(table) == (await state_of(client, whole))["rows"] + 1
    await enter(client, sign_ins, "admin")
    await _role(client, "sales", contact={"grants": grants}, customer={"grants": [{"rows": "own", "actions": ["read"], "default": "read"}]})
    await enter(client, sign_ins, "mei")
    await _refused(client, whole)
    assert (await client.get(f"/api/exports/{named}/file")).status_code == 200
    await enter(client, sign_ins, "admin")
    await _role(client, "sales", contact={"export": False})
    await enter(client, sign_ins, "mei")
    await _refused(client, named)
    assert (await client.post(f"/api/exports/{named}/again", json={})).status_code == 403


async def test_a_share_that_is_taken_back_stops_the_file_that_holds_its_record(sellers: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    client = sellers
    ravi = await _person(client, "ravi")
    await enter(client, sign_ins, "mei")
    mine = (await client.post("/api/objects/customer/query", json={"filter": {"op": "is_me", "field": "owner"}, "limit": 1, "fields": ["name"]})).json()[
        "records"
    ][0]
    share = await client.post(f"/api/objects/customer/records/{mine['id']}/shares", json={"person": ravi})
    assert share.status_code == 201, share.text
    await enter(client, sign_ins, "ravi")
    table = csv_rows(await exported(client, settings, "customer", fields=["name"], ids=[mine["id"]], format="csv"))
    assert table[1] == [mine["name"]]
    identity = (await client.get("/api/exports")).json()[0]["id"]
    await enter(client, sign_ins, "mei")
    assert (await client.delete(f"/api/objects/customer/records/{mine['id']}/shares/{share.json()['id']}")).status_code == 200
    await enter(client, sign_ins, "ravi")
    await _refused(client, identity)


async def test_values_of_lines_and_relations_obey_the_rights_of_the_day_too(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await client.post("/api/objects/product/records", json={"row": {"name": "Pump", "code": "P-9"}})
    seller = {
        "kind": "role", "key": "order_reader", "labels": {"en": "Reader"},
        "objects": {
            "order": {"export": True, "grants": [{"rows": "all", "default": "read"}]},
            "product": {"grants": [{"rows": "all", "default": "read"}]},
        },
    }  # fmt: skip
    await _publish(client, seller)
    assert (await client.patch(f"/api/people/{await _person(client, 'tom')}", json={"roles": ["order_reader"]})).status_code == 200
    product = (await client.post("/api/objects/product/query", json={"fields": ["name"]})).json()["records"][0]["id"]
    lines = [{"product": product, "description": "First", "quantity": 2, "unit_price": "1.5"}]
    assert (await client.post("/api/objects/order/records", json={"row": {"number": "A-1", "date": "2026-03-05T08:30:00Z", "lines": lines}})).status_code == 201
    await enter(client, sign_ins, "tom")
    wanted = {"fields": ["number", "customer"], "lines": ["lines"], "language": "en"}
    sheets = sheets_of(await exported(client, settings, "order", **wanted))
    assert sheets["Lines"][1][:5] == ["A-1", "Pump", "First", 2.0, 1.5]
    whole = (await client.get("/api/exports")).json()[0]["id"]
    await enter(client, sign_ins, "admin")
    narrower = {**seller["objects"], "order_line": {"grants": [{"rows": "all", "default": "read", "fields": {"unit_price": "masked"}}]}}
    await _publish(client, {**seller, "objects": narrower})
    await enter(client, sign_ins, "tom")
    await _refused(client, whole)
    again = await client.post(f"/api/exports/{whole}/again", json={})
    assert again.status_code == 202 and await work_exports(settings) == 1
    identity = again.json()["id"]
    sheets = sheets_of((await client.get(f"/api/exports/{identity}/file")).content)
    assert sheets["Lines"][1][4] == "***"
    assert (await state_of(client, identity))["masked"][:1] == ["Unit price"]
    await enter(client, sign_ins, "admin")
    await _publish(client, {**seller, "objects": {"order": narrower["order"], "order_line": narrower["order_line"]}})
    await enter(client, sign_ins, "tom")
    await _refused(client, identity)
    plain = await asked(client, "order", fields=["number"], language="en")
    assert await work_exports(settings) == 1
    assert (await client.get(f"/api/exports/{plain}/file")).status_code == 200


async def test_a_relation_at_the_end_of_a_path_is_shown_only_where_it_is_clear(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    agent = {
        "kind": "object",
        "key": "agent",
        "labels": {"en": "Agent"},
        "title": "name",
        "fields": [{"key": "name", "type": "text", "labels": {"en": "Name"}}],
    }
    deal = {
        "kind": "object", "key": "deal", "labels": {"en": "Deal"}, "title": "name",
        "fields": [
            {"key": "name", "type": "text", "labels": {"en": "Name"}},
            {"key": "agent", "type": "relation", "labels": {"en": "Agent"}, "options": {"target": "agent"}},
        ],
    }  # fmt: skip
    visit = {
        "kind": "object", "key": "visit", "labels": {"en": "Visit"}, "title": "name",
        "fields": [
            {"key": "name", "type": "text", "labels": {"en": "Name"}},
            {"key": "deal", "type": "relation", "labels": {"en": "Deal"}, "options": {"target": "deal"}},
        ],
    }  # fmt: skip
    rights = {"visit": {"export": True, "grants": [{"rows": "all"}]}, "agent": {"grants": [{"rows": "all"}]}}
    rights["deal"] = {"grants": [{"rows": "all", "fields": {"agent": "hidden"}}, {"rows": "own"}]}
    await _publish(client, agent, deal, visit, {"kind": "role", "key": "visitor", "labels": {"en": "Visitor"}, "objects": rights})
    tom = await _person(client, "tom")
    assert (await client.patch(f"/api/people/{tom}", json={"roles": ["visitor"]})).status_code == 200
    secret = (await client.post("/api/objects/agent/records", json={"row": {"name": "Zara"}})).json()["ids"][0]
    for name, owner in (("Mine", {"owner": tom}), ("Theirs", {})):
        made = (await client.post("/api/objects/deal/records", json={"row": {"name": name, "agent": secret, **owner}})).json()["ids"][0]
        assert (await client.post("/api/objects/visit/records", json={"row": {"name": name, "deal": made}})).status_code == 201
    await enter(client, sign_ins, "tom")
    question = {"fields": ["name", "deal.agent"], "sort": [{"field": "name"}]}
    listed = (await client.post("/api/objects/visit/query", json=question)).json()["records"]
    assert [one["deal.agent"] and one["deal.agent"]["title"] for one in listed] == ["Zara", None]
    table = csv_rows(await exported(client, settings, "visit", **question, format="csv", language="en"))
    assert table == [["Name", "Deal / Agent"], ["Mine", "Zara"], ["Theirs", ""]]


async def test_each_export_is_a_line_in_the_sealed_log_and_so_are_the_sensitive_values_it_shows(
    sellers: Client, settings: Settings, sign_ins: dict[str, str]
) -> None:
    client = sellers
    await enter(client, sign_ins, "mei")
    mails = [{"name": f"Seen {number}", "email": f"seen{number}@example.com"} for number in range(3)]
    made = (await client.post("/api/objects/contact/records", json={"rows": [*mails, {"name": "Seen not"}]})).json()["ids"]
    wanted = {"fields": ["name", "email"], "filter": {"op": "starts", "field": "name", "value": "Seen"}, "format": "csv"}
    body = await exported(client, settings, "contact", **wanted)
    rows = len(csv_rows(body)) - 1
    await enter(client, sign_ins, "admin")
    lines = (await client.get("/api/audit", params={"person": await _person(client, "mei")})).json()["entries"]
    assert [one["operation"] for one in lines[:3]] == ["export_taken", "export", "view"]
    taken, export, view = lines[:3]
    assert (export["actor_name"], export["object"], export["fields"]) == ("陈美 Chen Mei", "contact", ["name", "email"])
    assert (view["object"], view["fields"], view["records"]) == ("contact", ["email"], 3)
    for place, record in enumerate(made):
        found = (await client.get("/api/audit", params={"record": record, "operation": "view"})).json()["entries"]
        assert len(found) == (place < 3)
    digest = hashlib.sha256(body).hexdigest()
    database = await open_pool(settings.database_url, size=2)
    try:
        async with database.reading() as connection:
            payload = await connection.value(raw("SELECT payload FROM system.change_values WHERE change = ") + param(UUID(export["id"])))
            given = await connection.value(raw("SELECT payload FROM system.change_values WHERE change = ") + param(UUID(taken["id"])))
        await seal.seal(database, SystemClock())
        assert await seal.verify(database) is None
        async with database.transaction() as connection:
            await connection.execute(raw("UPDATE system.changes SET fields = '{name}' WHERE id = ") + param(UUID(export["id"])))
        broken = await seal.verify(database)
        assert broken is not None and broken.what == "a row was changed"
    finally:
        await database.close()
    assert payload["digest"] == given["digest"] == digest
    assert (payload["rows"], payload["sensitive"], payload["format"]) == (rows, ["email"], "csv")
    assert payload["question"]["filter"] == wanted["filter"] and payload["file"].endswith(".csv")
