"""R20: dropping an .xlsx makes a table with inferred types and imports the rows; a second path imports into an existing table with its columns mapped."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
from tests.http.client import Client, enter
from tests.http.importing import brought, do_jobs, done, mapped, shown

from tradewind.kernel.settings import Settings

HEADER = ("Sample no.", "Material", "Weight kg", "Sent on", "Paid", "Contact mail", "Destination", "Fee", "Tracking page")
MATERIALS = ("Steel", "Brass", "Nylon")
ROWS = [
    (
        f"S-{number:04}", MATERIALS[number % 3], number / 4, date(2026, 3, 1 + number % 28), number % 2 == 0, f"lab{number}@samples.example",
        ("Germany", "France", "Vietnam")[number % 3], f"€{number}.50", f"https://track.example/{number}",
    )
    for number in range(1, 61)
]  # fmt: skip
TYPES = {
    "Sample no.": "text", "Material": "select", "Weight kg": "number", "Sent on": "date", "Paid": "checkbox", "Contact mail": "email",
    "Destination": "country", "Fee": "money", "Tracking page": "url",
}  # fmt: skip
"""What a person would choose for each column."""


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Samples"
    for row in [HEADER, *ROWS]:
        sheet.append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


async def _ask(client: Client, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_dropped_workbook_becomes_a_table_with_its_types_and_rows(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "admin")
    made = await brought(client, settings, _workbook(), name="samples.xlsx")
    proposed = await _ask(client, f"/api/imports/{made['id']}/propose", {})
    (table,) = [one["definition"] for one in proposed["objects"]]
    fields = {next(iter(field["labels"].values())): field for field in table["fields"]}
    assert {label: field["type"] for label, field in fields.items()} == TYPES
    assert {choice["labels"]["en"] for choice in fields["Material"]["options"]["options"]} == set(MATERIALS)
    published = await _ask(client, "/api/definitions/publish", {"definitions": [{"kind": "object", **table}]})
    await _ask(client, f"/api/imports/{made['id']}/build", {"change_set": published["change_set"], "maps": proposed["maps"]}, 201)
    await do_jobs(settings)
    total = await _ask(
        client, f"/api/objects/{table['key']}/aggregate", {"measures": [{"function": "count"}, {"function": "sum", "field": fields["Weight kg"]["key"]}]}
    )
    assert [float(one) for one in total["total"]] == [60, 457.5]  # (1 + … + 60) / 4
    first = await _ask(client, f"/api/objects/{table['key']}/query", {"filter": {"op": "eq", "field": fields["Sample no."]["key"], "value": "S-0001"}})
    (record,) = first["records"]
    shown = {label: record[field["key"]] for label, field in fields.items()}
    assert (shown["Sent on"], shown["Paid"], shown["Destination"], shown["Contact mail"]) == ("2026-03-02", False, "FR", "lab1@samples.example")
    assert (float(shown["Fee"]["amount"]), shown["Fee"]["currency"]) == (1.5, "EUR")


async def test_the_same_file_goes_into_a_table_that_is_there_by_a_map_of_its_columns(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, _workbook(), name="samples.xlsx")
    columns = made["sheets"][0]["columns"]
    assert [one["name"] for one in columns] == list(HEADER)
    fields = {"name": {"column": "Sample no."}, "email": {"column": "Contact mail"}, "job_title": {"column": "Material"}}
    await mapped(client, made["id"], {"object": "contact", "match": ["email"], "fields": fields})
    tried = await done(client, settings, made["id"], "try")
    assert tried["tried"]["targets"]["contact"]["created"] == 60
    count = {"made_by": made["id"]}
    assert (await _ask(client, "/api/objects/contact/count", count))["count"] == 0
    await done(client, settings, made["id"], "run")
    assert (await _ask(client, "/api/objects/contact/count", count))["count"] == 60
    brass = {"op": "eq", "field": "job_title", "value": "Brass"}
    assert (await _ask(client, "/api/objects/contact/count", {**count, "filter": brass}))["count"] == 20
    undone = await done(client, settings, made["id"], "undo")
    assert (undone["state"], (await shown(client, made["id"]))["state"]) == ("undone", "undone")
    assert (await _ask(client, "/api/objects/contact/query", {"filter": brass}))["records"] == []
