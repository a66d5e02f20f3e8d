"""R186: three thousand rows with five in a hundred bad ones are mapped, cleaned, tried, loaded, mended in the page and, if need be, taken back whole."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from tests.http.client import Client, enter
from tests.http.importing import asked, brought, column, done, mapped, refused

from tradewind.kernel.settings import Settings

ROWS = 3_000
HEADER = ("客户编号", "公司名称", "国家", "联系人", "邮箱", "电话")
COUNTRIES = ("德国", "Germany", " GERMANY ", "ＤＥ")
"""Four ways to write one country."""


def _row(number: int) -> tuple[str, ...]:
    """Every thirtieth row is the one before, once more; of sixty rows one has no such country, one no such number, one no name."""
    which = number - 1 if number % 30 == 29 else number
    country = "Deutschand" if number % 60 == 7 else COUNTRIES[number % 4]
    phone = "call me" if number % 60 == 17 else f"0049 30 {2_000_000 + which}"
    name = "" if number % 60 == 37 else f"Kunde {which}"
    return (f"A{which:04}", name, country, f"Person {which}", f"p{which}@kunde{which}.example", phone)


def _workbook() -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("客户")
    for row in [HEADER, *map(_row, range(ROWS))]:
        sheet.append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


CLEANED: list[dict[str, Any]] = [
    {
        "object": "customer",
        "match": ["code"],
        "fields": {
            "code": column("客户编号"),
            "name": column("公司名称", {"kind": "collapse"}),
            "country": column("国家", {"kind": "width"}, {"kind": "country"}),
        },
    },
    {
        "object": "contact",
        "match": ["email"],
        "fields": {
            "name": column("联系人"),
            "email": column("邮箱"),
            "phone": column("电话", {"kind": "phone", "country": "DE"}),
            "customer": {"record": "customer"},
        },
    },
]


def _made(settings: Settings) -> tuple[int, int, int]:
    """Customers, contacts and countries of live imported records."""
    counts = "SELECT count(*), count(DISTINCT country) FROM data.customer WHERE source = 'import' AND deleted_at IS NULL"
    ((customers, countries),) = asked(settings, counts)
    ((contacts,),) = asked(settings, "SELECT count(*) FROM data.contact WHERE source = 'import' AND deleted_at IS NULL AND customer IS NOT NULL")
    return customers, contacts, countries


async def test_three_thousand_rows_become_right_customers(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, _workbook(), "客户.xlsx")
    suggested = next(one for one in made["maps"] if one["object"] == "customer")["map"]["targets"][0]["fields"]
    assert {key: suggested[key]["column"] for key in ("code", "name", "country")} == {"code": "客户编号", "name": "公司名称", "country": "国家"}
    address = f"/api/imports/{made['id']}"
    await mapped(client, made["id"], *CLEANED)

    tried = (await done(client, settings, made["id"], "try"))["tried"]
    assert (tried["loaded"], tried["refused"]) == (2_850, 150)
    assert {key: one["created"] for key, one in tried["targets"].items()} == {"customer": 2_750, "contact": 2_750}
    problems = (await refused(client, made["id"], trial=True))["problems"]
    assert {one["column"]: one["count"] for one in problems} == {"国家": 50, "电话": 50, "公司名称": 50}
    assert _made(settings) == (0, 0, 0), "trying leaves nothing"

    ran = await done(client, settings, made["id"], "run")
    assert (ran["state"], ran["progress"]["loaded"], ran["waiting"]) == ("done", 2_850, 150)
    assert _made(settings) == (2_750, 2_750, 1)
    errors = (await client.get(f"{address}/errors")).content.decode("utf-8-sig")
    assert errors.count("Deutschand") >= 50

    for name, value, right in (("国家", "Deutschand", "Germany"), ("电话", "call me", "")):
        answer = await client.post(f"{address}/rows/replace", json={"column": name, "value": value, "with": right})
        assert answer.json() == {"changed": 50, "clean": 50}
    for row in (await refused(client, made["id"], column="公司名称"))["rows"]:
        cells = {"公司名称": f"Kunde {row['cells'][0][1:]}"}
        assert (await client.patch(f"{address}/rows/{row['number']}", json={"cells": cells})).status_code == 200
    again = await done(client, settings, made["id"], "again")
    assert (again["progress"]["loaded"], again["waiting"]) == (3_000, 0)
    assert _made(settings) == (2_900, 2_900, 1)

    undone = await done(client, settings, made["id"], "undo")
    assert (undone["state"], undone["progress"]["deleted"], undone["progress"]["kept"]) == ("undone", 5_800, 0)
    assert _made(settings) == (0, 0, 0)
