"""R72: a product catalogue with model, HS code, unit, price, cost and images, used in orders and in analysis."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter
from tests.http.importing import as_csv, brought, done, mapped, refused

from tradewind.kernel.settings import Settings

PICTURE = b"\x89PNG\r\n\x1a\n" + b"a pump from the left" * 10
HEADER = ("货号", "品名", "型号", "HS编码", "单位", "单价", "成本")
CATALOGUE = [
    ("P-1", "Pump", "WQ-50", "8413.70", "台", "120.5", "80.25"),
    ("P-2", "Valve", 'BV 2"', "84818040", "件", "9.99", "4.1"),
    ("P-3", "Hose", "H10", "rubber", "米", "3", "1"),
]


async def _post(client: Client, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_product_has_all_of_it_and_its_pictures_are_seen(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    stored = (await client.post("/api/files", files={"file": ("left.png", PICTURE, "image/png")})).json()
    money = {"amount": "120.5000", "currency": "USD"}
    row = {"code": "P-9", "name": "Pump", "model": "WQ-50", "hs_code": "841370", "unit": "piece", "price": money, "cost": {**money, "amount": "80.2500"}, "images": [stored["id"]]}  # fmt: skip
    product = (await _post(client, "/api/objects/product/records", {"row": row}, 201))["ids"][0]
    seen = (await client.get(f"/api/objects/product/records/{product}")).json()
    assert (seen["model"], seen["hs_code"], seen["unit"], seen["price"]["amount"], seen["cost"]["amount"]) == (
        "WQ-50",
        "841370",
        "piece",
        "120.50",
        "80.25",
    )
    assert [one["name"] for one in seen["images"]] == ["left.png"]
    shown = await client.get(f"/api/objects/product/records/{product}/files/images/{stored['id']}")
    assert (shown.content, shown.headers["content-type"]) == (PICTURE, "image/png")
    paper = (await client.post("/api/files", files={"file": ("list.pdf", b"%PDF-1.7 x", "application/pdf")})).json()
    refused = await client.patch(f"/api/objects/product/records/{product}", json={"images": [stored["id"], paper["id"]]})
    assert (refused.status_code, refused.json()["errors"][0]["params"]["rule"]) == (422, "media_type")


async def test_the_catalogue_comes_from_a_file_and_a_wrong_hs_code_is_mended(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, CATALOGUE), name="products.csv")
    price = {"as": {"kind": "amount", "currency": "USD"}}
    fields: dict[str, Any] = {
        "code": {"column": "货号"}, "name": {"column": "品名"}, "model": {"column": "型号"}, "hs_code": {"column": "HS编码"},
        "unit": {"column": "单位", "transforms": [{"kind": "replace", "values": {"台": "piece", "件": "piece"}}]},
        "price": {"column": "单价", **price}, "cost": {"column": "成本", **price},
    }  # fmt: skip
    await mapped(client, made["id"], {"object": "product", "match": ["code"], "fields": fields})
    await done(client, settings, made["id"], "try")
    ran = await done(client, settings, made["id"], "run")
    assert (ran["progress"]["targets"]["product"]["created"], ran["waiting"]) == (2, 1)
    wrong = (await refused(client, made["id"]))["rows"][0]
    assert (wrong["number"], wrong["problems"][0]["column"]) == (4, "HS编码")


async def test_orders_use_products_and_analysis_counts_by_what_the_product_is(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    customer = (await _post(client, "/api/objects/customer/query", {"limit": 1, "filter": {"op": "is_me", "field": "owner"}}))["records"][0]["id"]
    rows = [{"code": f"A-{model}-{unit}", "name": model, "model": model, "hs_code": hs, "unit": unit} for model, hs, unit in (("X1", "841370", "piece"), ("X1", "841370", "set"), ("Y2", "848180", "piece"))]  # fmt: skip
    x1, x1_set, y2 = (await _post(client, "/api/objects/product/records", {"rows": rows}, 201))["ids"]
    lines = [{"product": product, "description": "d", "quantity": count, "unit_price": price} for product, count, price in ((x1, 3, "10"), (x1_set, 2, "25"), (y2, 1, "7"))]  # fmt: skip
    order = (await _post(client, "/api/objects/order/records", {"row": {"number": "O-72", "customer": customer, "date": "2026-11-02T08:00:00Z", "currency": "usd", "lines": lines}}, 201))["ids"][0]  # fmt: skip
    seen = (await client.get(f"/api/objects/order/records/{order}")).json()
    assert ([line["product"]["id"] for line in seen["lines"]], seen["total"]) == ([x1, x1_set, y2], "87")
    question = {
        "filter": {"op": "eq", "field": "order", "value": order},
        "dimensions": [{"field": "product.model"}],
        "measures": [{"function": "sum", "field": "quantity"}, {"function": "sum", "field": "amount"}],
    }
    figures = await _post(client, "/api/objects/order_line/aggregate", question)
    assert {row["d"][0]: [float(one) for one in row["m"]] for row in figures["rows"]} == {"X1": [5, 80], "Y2": [1, 7]}
    there = (await client.get(f"/api/objects/product/records/{x1}/related/order_line/product")).json()
    assert [line["quantity"] for line in there["records"]] == [3]
    await enter(client, sign_ins, "admin")
    kept = await client.delete(f"/api/objects/product/records/{x1}")
    assert (kept.status_code, kept.json()["code"]) == (409, "record.still_referenced")
