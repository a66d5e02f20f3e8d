"""R14: for each place where data is now there is a documented way in, and a run leaves counts of rows read, created, updated, skipped and failed."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.http.client import Client, enter
from tests.http.importing import brought, do_jobs, done, mapped, refused, shown

from tradewind.kernel.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "bring-data.md"
HEADER = ("Name", "E-mail", "Position")
ROWS = [
    ("Ana Ruiz", "ana@ruiz.example", "Owner"),
    ("Bo Åkesson", "bo@known.example", "Head of purchasing"),
    ("Cy Young", "cy at nowhere", "Buyer"),
    ("Dé Öztürk", "de@new.example", "Buyer"),
]
"""Of four rows one is known by its e-mail and one has no address that could be one."""


def _text(delimiter: str, encoding: str, end: str = "\r\n") -> bytes:
    return end.join(delimiter.join(row) for row in [HEADER, *ROWS]).encode(encoding)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in [HEADER, *ROWS]:
        book.worksheets[0].append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


SOURCES: dict[str, tuple[str, bytes]] = {
    "mailboxes": ("contacts.csv", _text(",", "utf-8-sig")),
    "Excel": ("customers.xlsx", _workbook()),
    "paper": ("", _text("\t", "utf-8", "\n")),
    "notebooks, chat groups": ("", _text("|", "utf-8", "\n")),
    "another service (SaaS)": ("export.csv", _text(",", "utf-16")),
    "a server of your own": ("dump.csv", _text(";", "cp1252")),
}


async def _brought(client: Client, settings: Settings, name: str, body: bytes) -> dict[str, Any]:
    if name:
        return await brought(client, settings, body, name=name)
    answer = await client.post("/api/imports/pasted", json={"text": body.decode()})
    assert answer.status_code == 201, answer.text
    await do_jobs(settings)
    return await shown(client, answer.json()["id"])


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("existing", "updated", "skipped"), [("update", 1, 0), ("skip", 0, 1)])
async def test_a_run_counts_what_became_of_the_rows(
    client: Client, settings: Settings, sign_ins: dict[str, str], source: str, existing: str, updated: int, skipped: int
) -> None:
    await enter(client, sign_ins, "mei")
    bo = (await client.post("/api/objects/contact/records", json={"row": {"name": "Bo", "email": "Bo@known.example"}})).json()["ids"][0]
    made = await _brought(client, settings, *SOURCES[source])
    fields = {"name": {"column": "Name"}, "email": {"column": "E-mail"}, "job_title": {"column": "Position"}}
    await mapped(client, made["id"], {"object": "contact", "match": ["email"], "existing": existing, "fields": fields})
    tried = (await done(client, settings, made["id"], "try"))["tried"]
    ran = await done(client, settings, made["id"], "run")
    counts = {"created": 2, "updated": updated, "unchanged": 0, "skipped": skipped}
    for one in (tried, ran["progress"]):
        assert (one["rows"], one["refused"], one["targets"]["contact"]) == (4, 1, counts)
    report = (await client.get(f"/api/imports/{made['id']}/report")).json()
    assert (report["counts"]["rows"], report["counts"]["refused"]) == (4, 1)
    assert {key: report["targets"][0][key] for key in counts} == counts
    assert [(row["number"], row["problems"][0]["column"]) for row in (await refused(client, made["id"]))["rows"]] == [(4, "E-mail")]
    known = (await client.get(f"/api/objects/contact/records/{bo}")).json()
    assert known["name"] == ("Bo Åkesson" if updated else "Bo")
    found = await client.post("/api/objects/contact/query", json={"filter": {"op": "eq", "field": "email", "value": "de@new.example"}})
    assert [one["name"] for one in found.json()["records"]] == ["Dé Öztürk"]


def test_every_source_has_its_way_written_down() -> None:
    ways = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", PAGE.read_text(encoding="utf-8"), re.M))
    assert set(SOURCES) <= set(ways)
    assert all(len(ways[source]) > 40 for source in SOURCES)
