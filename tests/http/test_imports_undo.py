"""A run is taken back as one recorded action; what somebody changed since stays and is listed."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter
from tests.http.importing import CUSTOMERS, HEADER, as_csv, asked, brought, column, done, mapped, refused

from tradewind.ingest import undoing
from tradewind.kernel.settings import Settings

ORDERS = {
    "customer": {"object": "customer", "match": ["code"], "fields": {"code": column("Code"), "name": column("Name")}},
    "order": {
        "object": "order",
        "match": ["number"],
        "fields": {"number": column("Order"), "customer": {"record": "customer"}, "currency": {"constant": "eur"}},
    },
    "order_line": {
        "object": "order_line",
        "fields": {"order": {"record": "order"}, "description": column("Text"), "quantity": column("Quantity"), "unit_price": column("Price")},
    },
}
LINES = [(f"K{number // 6}", f"Customer {number // 6}", f"O{number // 3}", f"Line {number}", "2", "1.50") for number in range(24)]
COLUMNS = ("Code", "Name", "Order", "Text", "Quantity", "Price")


def counts(settings: Settings, deleted: bool) -> dict[str, int]:
    state = "IS NOT NULL" if deleted else "IS NULL"
    return {key: asked(settings, f"SELECT count(*) FROM data.\"{key}\" WHERE source = 'import' AND deleted_at {state}")[0][0] for key in ORDERS}


async def test_everything_goes_to_the_bin_as_one_group_and_comes_back_from_it(
    client: Client, settings: Settings, sign_ins: dict[str, str], monkeypatch: Any
) -> None:
    monkeypatch.setattr(undoing, "_PAGE", 7)
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(COLUMNS, LINES), chunk_rows=5)
    await mapped(client, made["id"], *ORDERS.values())
    await done(client, settings, made["id"], "run")
    assert counts(settings, False) == {"customer": 4, "order": 8, "order_line": 24}
    undone = await done(client, settings, made["id"], "undo")
    assert (undone["state"], undone["actions"]) == ("undone", ["delete"])
    assert {key: undone["progress"][key] for key in ("rows", "of", "deleted", "kept")} == {"rows": 36, "of": 36, "deleted": 36, "kept": 0}
    assert counts(settings, True) == {"customer": 4, "order": 8, "order_line": 24}
    assert (
        len(
            asked(
                settings,
                "SELECT deletion FROM data.customer WHERE source = 'import' UNION SELECT deletion FROM data.\"order\" WHERE source = 'import' UNION SELECT deletion FROM data.order_line WHERE source = 'import'",
            )
        )
        == 1
    )
    assert (await client.post(f"/api/imports/{made['id']}/undo", json={})).status_code == 409
    identity = asked(settings, "SELECT id FROM data.\"order\" WHERE number = 'O3'")[0][0]
    history = (await client.get(f"/api/objects/order/records/{identity}/history")).json()
    assert history["code"] == "record.not_found"
    customer = asked(settings, "SELECT customer FROM data.\"order\" WHERE number = 'O3'")[0][0]
    assert (await client.post(f"/api/objects/customer/records/{customer}/restore", json={})).status_code == 200
    again = await brought(client, settings, as_csv(COLUMNS, LINES))
    await mapped(client, again["id"], *ORDERS.values())
    assert (await done(client, settings, again["id"], "try"))["tried"]["loaded"] == 24


async def test_what_somebody_changed_or_needs_stays_and_is_listed(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(COLUMNS, LINES), chunk_rows=5)
    await mapped(client, made["id"], *ORDERS.values())
    await done(client, settings, made["id"], "run")
    ids = {
        row[0]: str(row[1])
        for row in asked(
            settings, "SELECT number, id FROM data.\"order\" WHERE source = 'import' UNION SELECT code, id FROM data.customer WHERE source = 'import'"
        )
    }
    line = asked(settings, "SELECT id FROM data.order_line WHERE description = 'Line 4'")[0][0]
    assert (await client.patch(f"/api/objects/order/records/{ids['O7']}", json={"market": "North"})).status_code == 200
    assert (await client.patch(f"/api/objects/order_line/records/{line}", json={"quantity": 9})).status_code == 200
    follow_up = {"subject": "Called", "customer": ids["K2"], "date": "2026-11-02T08:00:00Z"}
    assert (await client.post("/api/objects/follow_up/records", json={"row": follow_up})).status_code == 201
    assert (await client.delete(f"/api/objects/order/records/{ids['O4']}")).status_code == 200
    undone = await done(client, settings, made["id"], "undo")
    assert undone["state"] == "undone"
    kept = {(one["object"], one["title"]): one["why"] for one in (await client.get(f"/api/imports/{made['id']}/kept")).json()["records"]}
    assert kept == {
        ("order", "O7"): "changed",
        ("order", "O1"): "changed",
        ("order", None): "gone",
        ("customer", "Customer 3"): "referenced",
        ("customer", "Customer 0"): "referenced",
        ("customer", "Customer 2"): "referenced",
    }
    assert undone["progress"]["kept"] == 6
    assert asked(settings, "SELECT number FROM data.\"order\" WHERE source = 'import' AND deleted_at IS NULL ORDER BY 1") == [("O1",), ("O7",)]
    assert asked(settings, "SELECT description FROM data.order_line WHERE source = 'import' AND deleted_at IS NULL ORDER BY 1") == [
        ("Line 21",), ("Line 22",), ("Line 23",), ("Line 3",), ("Line 4",), ("Line 5",),
    ]  # fmt: skip
    totals = asked(settings, "SELECT trim_scale(total)::text FROM data.\"order\" WHERE number IN ('O1', 'O7') ORDER BY number")
    assert totals == [("19.5",), ("9",)]  # 3 × 2 × 1.50, in O1 one line of 9 instead of 2


async def test_values_return_unless_somebody_changed_them_since(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    rows = [{"code": f"K{number}", "name": f"Old {number}", "country": "FR"} for number in range(4)]
    ids = (await client.post("/api/objects/customer/records", json={"rows": rows})).json()["ids"]
    file = [(f"K{number}", f"New {number}", "DE") for number in range(5)] + [("K1", "Newest 1", "DE")]
    made = await brought(client, settings, as_csv(HEADER, file), chunk_rows=2)
    await mapped(client, made["id"], {**CUSTOMERS, "existing": "update"})
    ran = await done(client, settings, made["id"], "run")
    assert ran["progress"]["targets"]["customer"] == {"created": 1, "updated": 5, "unchanged": 0, "skipped": 0}
    assert (await client.patch(f"/api/objects/customer/records/{ids[2]}", json={"country": "IT"})).status_code == 200
    undone = await done(client, settings, made["id"], "undo")
    assert {key: undone["progress"][key] for key in ("deleted", "restored", "kept")} == {"deleted": 1, "restored": 5, "kept": 1}
    assert asked(settings, "SELECT code, name, country FROM data.customer WHERE code LIKE 'K_' AND deleted_at IS NULL ORDER BY 1") == [
        ("K0", "Old 0", "FR"), ("K1", "Old 1", "FR"), ("K2", "Old 2", "IT"), ("K3", "Old 3", "FR"),
    ]  # fmt: skip
    (kept,) = (await client.get(f"/api/imports/{made['id']}/kept")).json()["records"]
    assert (kept["id"], kept["fields"], kept["why"], kept["title"]) == (ids[2], ["country"], "changed", "Old 2")


async def test_an_administrator_takes_back_what_a_colleague_imported_and_rows_run_again_belong_to_it(
    client: Client, settings: Settings, sign_ins: dict[str, str]
) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, [("K1", "A", "DE"), ("K2", "B", "Atlantis"), ("K3", "C", "Atlantis")]))
    await mapped(client, made["id"], CUSTOMERS)
    await done(client, settings, made["id"], "run")
    await client.post(f"/api/imports/{made['id']}/rows/replace", json={"column": "Country", "value": "Atlantis", "with": "IT"})
    assert (await done(client, settings, made["id"], "again"))["progress"]["loaded"] == 3
    assert (await refused(client, made["id"]))["rows"] == []
    await enter(client, sign_ins, "admin")
    undone = await done(client, settings, made["id"], "undo")
    assert undone["progress"]["deleted"] == 3
    who = asked(
        settings, "SELECT DISTINCT actor_name, operation FROM system.changes WHERE record IN (SELECT id FROM data.customer WHERE source = 'import') ORDER BY 2"
    )
    assert [operation for _, operation in who] == ["create", "delete"]
    assert {name for name, operation in who if operation == "delete"} == {"林海 Lin Hai"}


async def test_who_may_not_delete_is_told_before_anything_is_taken_back(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(("Code", "Name"), [("P1", "Part")]))
    await mapped(client, made["id"], {"object": "product", "fields": {"code": column("Code"), "name": column("Name")}})
    await done(client, settings, made["id"], "run")
    answer = await client.post(f"/api/imports/{made['id']}/undo", json={})
    assert (answer.status_code, answer.json()["params"]) == (403, {"right": "delete", "object": "product"})
    await enter(client, sign_ins, "admin")
    assert (await done(client, settings, made["id"], "undo"))["progress"]["deleted"] == 1
