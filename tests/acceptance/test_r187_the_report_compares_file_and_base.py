"""R187: after a migration a report lays counts, sums and samples of the file beside what is in the base."""

from __future__ import annotations

from decimal import Decimal

from tests.http.client import Client, enter
from tests.http.importing import as_csv, asked, brought, column, done, mapped

from tradewind.kernel.settings import Settings

HEADER = ("Order", "Text", "Quantity", "Price")
ROWS = [("O1", "Pump", "2", "10.50"), ("O1", "Valve", "3", "1.25"), ("O2", "Pump", "x", "10.50"), ("O2", "Seal", "100", "0.01"), ("O3", "Seal", "7", "0.10")]
TARGETS = (
    {"object": "order", "match": ["number"], "fields": {"number": column("Order")}},
    {
        "object": "order_line",
        "fields": {"order": {"record": "order"}, "description": column("Text"), "quantity": column("Quantity"), "unit_price": column("Price")},
    },
)


async def test_counts_sums_and_samples_of_file_and_base(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, ROWS))
    await mapped(client, made["id"], *TARGETS)
    await done(client, settings, made["id"], "run")
    address = f"/api/imports/{made['id']}"
    report = (await client.get(f"{address}/report")).json()
    assert {key: report["counts"][key] for key in ("rows", "loaded", "refused")} == {"rows": 5, "loaded": 4, "refused": 1}
    assert {one["target"]: (one["created"], one["unchanged"], one["there"]) for one in report["targets"]} == {"order": (3, 1, 3), "order_line": (4, 0, 4)}
    sums = {one["field"]: (one["column"], Decimal(one["source"]), Decimal(one["stored"]), one["same"]) for one in report["sums"]}
    assert sums == {"quantity": ("Quantity", 112, 112, True), "unit_price": ("Price", Decimal("11.86"), Decimal("11.86"), True)}  # by hand, without the bad row
    assert {one["field"]: one["stored"] for one in report["distinct"]} == {"number": 3, "description": 3, "quantity": 4, "unit_price": 4}
    lines = [field for sample in report["samples"] for record in sample["records"] if record["object"] == "order_line" for field in record["fields"]]
    shown = {(field["column"], field["cell"], field["stored"]) for field in lines if field["field"] == "description"}
    assert shown and shown <= {("Text", word, word) for word in ("Pump", "Valve", "Seal")}

    assert (await client.post(f"{address}/rows/replace", json={"column": "Quantity", "value": "x", "with": "1"})).json() == {"changed": 1, "clean": 1}
    await done(client, settings, made["id"], "again")
    report = (await client.get(f"{address}/report")).json()
    sums = {one["field"]: (Decimal(one["source"]), Decimal(one["stored"]), one["same"]) for one in report["sums"]}
    assert sums == {"quantity": (113, 113, True), "unit_price": (Decimal("22.36"), Decimal("22.36"), True)}
    assert asked(settings, "SELECT sum(quantity) FROM data.order_line WHERE source = 'import'") == [(113,)]


async def test_a_sum_that_differs_is_said(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    """Somebody changes a line between the run and the rows that run again: the report of then says so."""
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, ROWS))
    await mapped(client, made["id"], *TARGETS)
    await done(client, settings, made["id"], "run")
    ((line,),) = asked(settings, "SELECT id FROM data.order_line WHERE source = 'import' AND description = 'Valve'")
    changed = await client.patch(f"/api/objects/order_line/records/{line}", json={"quantity": 4})
    assert changed.status_code == 200, changed.text
    address = f"/api/imports/{made['id']}"
    await client.post(f"{address}/rows/replace", json={"column": "Quantity", "value": "x", "with": "1"})
    await done(client, settings, made["id"], "again")
    report = (await client.get(f"{address}/report")).json()
    found = {one["field"]: (Decimal(one["source"]), Decimal(one["stored"]), one["same"]) for one in report["sums"]}
    assert found["quantity"] == (113, 114, False)
    assert found["unit_price"][2] is True
