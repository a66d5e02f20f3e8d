"""What is in an exported file: the values of the list, reading back exactly, as other programs open it; nothing in it runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.http.client import Client, enter
from tests.http.exporting import asked, csv_rows, exported, left_over, sheets_of, state_of, store, work_exports, xml_of, zipped

from tradewind import __version__
from tradewind.edge.worker.main import sweep
from tradewind.kernel.clock import ManualClock, SystemClock
from tradewind.kernel.messages import LANGUAGES, has
from tradewind.kernel.settings import Settings
from tradewind.kinds.fields.cells import guarded, unguarded
from tradewind.kinds.fields.contract import Typed
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.values import read_options, read_value
from tradewind.query.database.pool import open_pool
from tradewind.records.exports.cells import plain
from tradewind.records.exports.writers import About, XlsxWriter

DANGEROUS = ("=1+1", "+49 30 1234", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "＋1", "－1+2", "＠x", "  =1+1", '"=1', "'=1", "''+x", "=cmd|' /C calc'!A0", "+")
HARMLESS = ("plain", "a=b", "-3", "-3.25", "-12.5%", "", "'quoted'", "1+1", "客户")


def _field(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "labels": {"en": key.title(), "zh-CN": f"{key}（中）"}, **more}


def _canonical(cell: Any) -> str:
    """A cell of a workbook as an import takes it: numbers with all digits, days as ISO writes them."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return format(Decimal(repr(cell)), "f")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


async def _publish(client: Client, *definitions: dict[str, Any]) -> None:
    answer = await client.post("/api/definitions/publish", json={"definitions": list(definitions), "base": {}})
    assert answer.status_code == 200, answer.text


def _sample(prefix: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An object with a field for every example of every field type that holds values of its own, and records with all good values."""
    fields = [_field("name", "text"), _field("price", "money")]  # a stage of the examples asks for a price
    rows: list[dict[str, Any]] = []
    for kind in field_types().values():
        for number, example in enumerate(kind.examples):
            options = read_options(kind, example.options)
            if kind.refers_to(options) is not None or kind.generate(options) is not None or not kind.columns(options):
                continue
            key = f"{kind.name}_{number}"
            fields.append(_field(key, kind.name, options=example.options))
            for place, value in enumerate(example.values):
                while len(rows) <= place:
                    rows.append({"name": f"R{len(rows):02}", "price": {"amount": "1.00", "currency": "USD"}})
                rows[place][key] = value
    return {"kind": "object", "key": prefix, "labels": {"en": "Sample"}, "title": "name", "fields": fields}, rows


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_every_field_type_reads_back_to_the_same_record(client: Client, settings: Settings, form: str, language: str) -> None:
    sample, rows = _sample("sample")
    await _publish(client, sample)
    made = await client.post("/api/objects/sample/records", json={"rows": rows})
    assert made.status_code == 201, made.text
    keys = [one["key"] for one in sample["fields"]]
    asked_for = {"fields": keys, "sort": [{"field": "name"}], "language": language, "format": form}
    body = await exported(client, settings, "sample", **asked_for)
    table = csv_rows(body) if form == "csv" else next(iter(sheets_of(body).values()))
    labels = [one["labels"][language] for one in sample["fields"]]
    assert table[0] == labels
    assert len(table) == len(rows) + 1
    again: list[dict[str, Any]] = []
    for line in table[1:]:
        row: dict[str, Any] = {}
        for one, cell in zip(sample["fields"], line, strict=True):
            kind = field_types()[one["type"]]
            text = unguarded(cell) if form == "csv" else _canonical(cell)
            if text:
                options = read_options(kind, one.get("options", {}))
                row[one["key"]] = msgspec.to_builtins(kind.parse(text, options, language))
        again.append(row)
    await _publish(client, {**sample, "key": "copied"})
    copied = await client.post("/api/objects/copied/records", json={"rows": again})
    assert copied.status_code == 201, copied.text
    found: list[list[dict[str, Any]]] = []
    for thing in ("sample", "copied"):
        page = (await client.post(f"/api/objects/{thing}/query", json={"fields": keys, "sort": [{"field": "name"}]})).json()["records"]
        found.append([{key: record.get(key) for key in keys} for record in page])
    assert found[0] == found[1]
    assert sum(value is not None for record in found[0] for value in record.values()) > 60


async def test_ids_stand_beside_names_and_read_back(client: Client, settings: Settings) -> None:
    page = (await client.post("/api/objects/contact/query", json={"fields": ["name", "customer", "owner"], "sort": [{"field": "name"}]})).json()["records"]
    wanted = {"fields": ["name", "customer", "owner", "customer.country"], "sort": [{"field": "name"}], "language": "en", "format": "csv"}
    table = csv_rows(await exported(client, settings, "contact", **wanted, with_ids=True))
    assert table[0] == ["ID", "Name", "Customer", "Customer ID", "Owner", "Owner ID", "Customer / Country/region"]
    assert [row[0] for row in table[1:]] == [one["id"] for one in page]
    for row, one in zip(table[1:], page, strict=True):
        assert row[1:6] == [guarded(one["name"]), one["customer"]["title"], one["customer"]["id"], one["owner"]["name"], one["owner"]["id"]]
    assert "Germany" in {row[6] for row in table}
    names = csv_rows(await exported(client, settings, "contact", **wanted))
    assert names[0] == ["Name", "Customer", "Owner", "Customer / Country/region"]


async def test_a_workbook_has_real_numbers_and_days_and_says_where_it_comes_from(client: Client, settings: Settings) -> None:
    price = {"currencies": ["USD"], "default_currency": "USD"}
    deal = {
        "kind": "object", "key": "deal", "labels": {"en": "Deal"}, "title": "name",
        "fields": [
            _field("name", "text"), _field("count", "integer"), _field("weight", "number"), _field("share", "percent"), _field("day", "date"), _field("met", "datetime"),
            _field("price", "money", options=price), _field("any_price", "money"), _field("long", "integer"), _field("early", "date"),
            _field("twice", "formula", options={"expression": "weight / 3", "result": "number"}),
        ],
    }  # fmt: skip
    await _publish(client, deal)
    row = {
        "name": "=HYPERLINK(\"x\")", "count": 42, "weight": "-3.25", "share": "0.125", "day": "2026-03-05", "met": "2026-03-05T08:30:00.5Z",
        "price": {"amount": "12.50", "currency": "USD"}, "any_price": {"amount": "7.20", "currency": "EUR"}, "long": 2**53 - 1, "early": "1899-12-31",
    }  # fmt: skip
    assert (await client.post("/api/objects/deal/records", json={"row": row})).status_code == 201
    keys = [one["key"] for one in deal["fields"]]
    body = await exported(client, settings, "deal", fields=keys, language="en", filter={"op": "gt", "field": "count", "value": 1})
    sheets = sheets_of(body)
    assert list(sheets) == ["Deal", "About this export"]
    assert sheets["Deal"][1][:10] == [
        "=HYPERLINK(\"x\")", 42.0, -3.25, 0.125, date(2026, 3, 5), "2026-03-05T16:30:00.500000+08:00", 12.5, "7.20 EUR", "9007199254740991", "1899-12-31",
    ]  # fmt: skip
    assert abs(sheets["Deal"][1][10] - -3.25 / 3) < 0.01
    about = {str(line[0]): str(line[1]) for line in sheets["About this export"]}
    assert (about["Object"], about["Exported by"], about["Records"], about["Masked, at least in part"]) == ("Deal", "林海 Lin Hai", "1", "none")
    assert about["Question"] == "Count is more than 1"
    assert about["Made with"] == f"Tradewind {__version__}"
    assert about["Exported at"].endswith("+0800 (Asia/Shanghai)")
    xml = xml_of(body)
    assert "<f>" not in xml and "<hyperlink" not in xml, "no formula and no link"
    assert "林海 Lin Hai" in zipped(body)["docProps/core.xml"].decode()
    counting = sheets_of(await exported(client, settings, "deal", fields=["met", "any_price"], language="en", calculating=True))["Deal"]
    assert counting[0] == ["Met", "Any_Price", "Any_Price, currency"]
    assert str(counting[1][0])[:19] == "2026-03-05 16:30:00" and isinstance(counting[1][0], datetime)
    assert counting[1][1:] == [7.2, "EUR"]


async def test_lines_are_a_table_of_their_own(client: Client, settings: Settings) -> None:
    product = (await client.post("/api/objects/product/records", json={"row": {"name": "Pump", "code": "P-1"}})).json()["ids"][0]
    for number, quantities in (("A-1", (2, 3)), ("A-2", (5,)), ("A-3", ())):
        lines = [{"product": product, "description": f"{number} ×{count}", "quantity": count, "unit_price": "1.5"} for count in quantities]
        made = await client.post("/api/objects/order/records", json={"row": {"number": number, "date": "2026-03-05T08:30:00Z", "lines": lines}})
        assert made.status_code == 201, made.text
    wanted = {"fields": ["number", "total"], "lines": ["lines"], "sort": [{"field": "number"}], "language": "en"}
    sheets = sheets_of(await exported(client, settings, "order", **wanted))
    assert list(sheets) == ["Order", "Lines", "About this export"]
    assert sheets["Order"] == [["Number", "Total"], ["A-1", 7.5], ["A-2", 7.5], ["A-3", ""]] or [row[1] for row in sheets["Order"][1:3]] == [7.5, 7.5]
    assert sheets["Lines"][0] == ["Order", "Product", "Description", "Quantity", "Unit price", "Amount"]
    assert [row[:4] for row in sheets["Lines"][1:]] == [["A-1", "Pump", "A-1 ×2", 2.0], ["A-1", "Pump", "A-1 ×3", 3.0], ["A-2", "Pump", "A-2 ×5", 5.0]]
    files = zipped(await exported(client, settings, "order", **wanted, format="csv"))
    assert list(files) == ["Order.csv", "Lines.csv", "About this export.txt"]
    assert [row[3] for row in csv_rows(files["Lines.csv"])] == ["Quantity", "2", "3", "5"]
    assert "Question: All records; in order of Number (rising)" in files["About this export.txt"].decode("utf-8-sig")
    state = (await client.get("/api/exports")).json()[0]
    assert (state["rows"], state["lines"], state["name"][-4:]) == (3, 3, ".zip")
    assert (await client.post("/api/objects/order/exports", json={"fields": ["number"], "lines": ["number"]})).json()["code"] == "field.unknown"
    assert (await client.post("/api/objects/order/exports", json={"fields": ["lines"]})).json()["code"] == "field.unknown"


async def test_nothing_in_a_file_runs_and_all_of_it_reads_back(client: Client, settings: Settings) -> None:
    note = {
        "kind": "object", "key": "note", "labels": {"en": "=1+1"}, "title": "text",
        "fields": [_field("text", "text", options={"trim": False}), _field("phone", "phone", labels={"en": "@phone", "zh-CN": "@phone"}), _field("more", "long_text")],
    }  # fmt: skip
    note["fields"][1]["labels"] = {"en": "@phone"}
    await _publish(client, note)
    texts = [*DANGEROUS, *(one for one in HARMLESS if one)]
    rows = [{"text": text, "phone": "+493012345678", "more": f"{text}\n=2+2"} for text in texts]
    made = await client.post("/api/objects/note/records", json={"rows": rows})
    assert made.status_code == 201, made.text
    wanted = {"fields": ["text", "phone", "more"], "sort": [{"field": "created_at"}], "language": "en"}
    table = csv_rows(await exported(client, settings, "note", **wanted, format="csv"))
    assert table[0][1] == "'@phone"
    cells = [cell for row in table for cell in row]
    for cell in cells:
        start = cell.lstrip(' \t\r\n"')[:1]
        assert start not in tuple("=+-@＝＋－＠") or cell in HARMLESS, cell
    assert sorted(unguarded(row[0]) for row in table[1:]) == sorted(texts)
    assert {unguarded(row[1]) for row in table[1:]} == {"+493012345678"}
    assert [unguarded(row[2]) for row in table[1:]] == [f"{unguarded(row[0])}\n=2+2" for row in table[1:]]
    body = await exported(client, settings, "note", **wanted)
    sheets = sheets_of(body)
    assert "<f>" not in xml_of(body)
    assert sorted(str(row[0]) for row in sheets["=1+1"][1:]) == sorted(texts), "a workbook's texts are texts and need no apostrophe"


@given(st.text(alphabet=st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("=+-@'\" \t\r\n＝＋－＠;|!")), max_size=12))
def test_a_guarded_text_begins_like_no_formula_and_is_given_back_exactly(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    begins = cell.strip().strip('"')[:1]
    number = cell.removeprefix("-").removesuffix("%").replace(".", "", 1)
    assert begins not in tuple("=+-@＝＋－＠") or (cell.startswith("-") and number.isdecimal() and number.isascii())
    assert cell[:1] not in ("\t", "\r", "\n")


@pytest.mark.parametrize("kind", field_types().values(), ids=field_types().keys())
def test_a_spreadsheets_own_cell_reads_back_where_a_type_offers_one(kind: Any) -> None:
    for example in kind.examples:
        options = read_options(kind, example.options)
        for raw_value in example.values:
            value = read_value(kind, raw_value, options)
            own = kind.typed(value, options)
            if isinstance(own, Typed):
                assert kind.parse(plain(own), options, "en") == value
            assert len(kind.split(value, options, "en", UTC)) == len(kind.parts)
        for operator in kind.operators:
            for language in LANGUAGES:
                assert has(language, f"filter.{operator}") or has(language, f"export.operator.{operator}"), operator


async def test_a_text_longer_than_a_cell_says_so_and_csv_holds_it_whole(client: Client, settings: Settings) -> None:
    essay = {"kind": "object", "key": "essay", "labels": {"en": "Essay"}, "title": "name", "fields": [_field("name", "text"), _field("text", "long_text", options={"max_length": 200000})]}  # fmt: skip
    await _publish(client, essay)
    long = "长" * 40_000
    smiles = "😀" * 20_000
    for name, text in (("A", long), ("B", smiles), ("C", "short")):
        assert (await client.post("/api/objects/essay/records", json={"row": {"name": name, "text": text}})).status_code == 201
    wanted = {"fields": ["name", "text"], "sort": [{"field": "name"}], "language": "en"}
    sheets = sheets_of(await exported(client, settings, "essay", **wanted))
    cut = [str(row[1]) for row in sheets["Essay"][1:]]
    assert cut[0].startswith("长" * 32_000) and cut[0].endswith("[cut here: 40000 characters in all]")
    assert all(len(text.encode("utf-16-le")) // 2 <= 32_767 for text in cut) and cut[2] == "short"
    assert (await client.get("/api/exports")).json()[0]["cut"] == 2
    assert [row[1] for row in csv_rows(await exported(client, settings, "essay", **wanted, format="csv"))] == ["Text", long, smiles, "short"]


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(tmp_path: Path) -> None:
    book = XlsxWriter(tmp_path, "en", most_rows=3)
    book.begin("History", ("No", "Text"))
    book.begin("A/B: [long] name of a sheet that nobody needs", ("No",))
    for number in range(7):
        book.row(0, (Typed(number, "0"), f"t{number}"))
        book.row(1, (Typed(number, "0"),))
    sheets = sheets_of(book.end(About(title="T", author="A", at=datetime(2026, 3, 5, tzinfo=UTC), lines=[("a", "=b")])).read_bytes())
    assert all(len(name) <= 31 for name in sheets)
    tables = list(sheets.values())
    assert [row[1] for name, table in sheets.items() if name.startswith("History") for row in table[1:]] == [f"t{number}" for number in range(7)]
    assert [row[0] for name, table in sheets.items() if name.startswith("A-B") for row in table[1:]] == [float(number) for number in range(7)]
    assert tables[-1] == [["a", "=b"]]


async def test_the_question_is_said_in_the_readers_words(client: Client, settings: Settings) -> None:
    customer = (await client.post("/api/objects/customer/query", json={"limit": 1, "fields": ["name"]})).json()["records"][0]
    me = (await client.get("/api/session")).json()["person"]["id"]
    conditions = [
        {"op": "in", "field": "customer.country", "value": ["DE", "FR"]},
        {"op": "or", "of": [{"op": "eq", "field": "customer", "value": customer["id"]}, {"op": "eq", "field": "owner", "value": me}]},
        {"op": "within", "field": "date", "value": {"unit": "month", "last": 3}},
        {"op": "not", "of": [{"op": "empty", "field": "subject"}]},
    ]
    wanted = {"fields": ["subject"], "filter": {"op": "and", "of": conditions}, "search": "pump", "sort": [{"field": "date", "descending": True}]}
    identity = await asked(client, "follow_up", **wanted, language="en")
    said = (await state_of(client, identity))["said"]
    name = customer["name"]
    assert said == (
        f"Customer / Country/region is one of Germany, France and (Customer is {name} or Owner is 林海 Lin Hai) and Date is within the last 3 months"
        " and not (Subject is empty); found by searching for “pump”; in order of Date (falling)"
    )
    chinese = (await state_of(client, await asked(client, "follow_up", **wanted, language="zh-CN")))["said"]
    assert "德国、法国" in chinese and f"客户等于 {name}" in chinese and "跟进时间在过去 3 个月内" in chinese and "搜索“pump”" in chinese
    assert await work_exports(settings) == 2


async def test_a_file_waits_a_day_and_nothing_stays_of_what_is_called_off_or_thrown_away(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    called_off = await asked(client, "customer", fields=["name"])
    assert (await client.get(f"/api/exports/{called_off}/file")).json()["code"] == "export.not_ready"
    assert (await client.delete(f"/api/exports/{called_off}")).status_code == 200
    assert await work_exports(settings) == 1
    assert (await state_of(client, called_off))["state"] == "cancelled"
    assert (await client.get(f"/api/exports/{called_off}/file")).json()["code"] == "export.gone"
    before = left_over(settings)
    thrown = await asked(client, "customer", fields=["name"])
    kept = await asked(
        client, "customer", fields=["name"], ids=[one["id"] for one in (await client.post("/api/objects/customer/query", json={"limit": 3})).json()["records"]]
    )
    assert await work_exports(settings) == 2
    assert (await state_of(client, kept))["rows"] == 3
    assert (await client.delete(f"/api/exports/{thrown}")).status_code == 200
    assert (await client.get(f"/api/exports/{thrown}/file")).status_code == 410
    assert len(left_over(settings)) == len(before) + 2, "the file and what it holds"
    await enter(client, sign_ins, "mei")
    for method, path in (("GET", ""), ("GET", "/file"), ("DELETE", ""), ("POST", "/again")):
        assert (await client.request(method, f"/api/exports/{kept}{path}", json={} if method == "POST" else None)).status_code == 404
    await enter(client, sign_ins, "admin")
    assert (await client.get(f"/api/exports/{kept}/file")).status_code == 200
    tomorrow = ManualClock(SystemClock().now() + timedelta(hours=25))
    database = await open_pool(settings.database_url, size=1)
    try:
        await sweep(database, store(settings), tomorrow)
    finally:
        await database.close()
    assert (await state_of(client, kept))["state"] == "over" and left_over(settings) == before
    assert (await client.get(f"/api/exports/{kept}/file")).json()["code"] == "export.gone"
    once_more = await client.post(f"/api/exports/{kept}/again", json={})
    assert once_more.status_code == 202
    assert await work_exports(settings) == 1
    assert (await state_of(client, once_more.json()["id"]))["rows"] == 3


async def test_an_export_sees_the_base_at_one_moment(settings: Settings) -> None:
    from tradewind.kernel.sql import raw

    database = await open_pool(settings.database_url, size=3)
    try:
        async with database.snapshot() as looking:
            pages: list[list[str]] = []
            async for page in looking.texts(raw("SELECT id::text FROM data.customer ORDER BY name"), 5):
                if not pages:
                    async with database.transaction() as connection:
                        await connection.execute(raw("UPDATE data.customer SET name = 'zz ' || name"))
                        await connection.execute(raw("DELETE FROM data.contact"))
                        await connection.execute(raw("DELETE FROM data.customer WHERE country = 'DE'"))
                pages.append(page)
        found = [one for page in pages for one in page]
        assert len(found) == len(set(found)) == 24
    finally:
        await database.close()
