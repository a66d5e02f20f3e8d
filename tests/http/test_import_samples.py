"""Before a map: rows of the file as they stand there, another row of headings, and what an unfinished map makes of rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.http.client import Client, enter

from tradewind.edge.worker.handlers import handlers
from tradewind.files.store import FileStore
from tradewind.jobs.work import work_off
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.settings import Settings
from tradewind.query.database.pool import Database, open_pool

FILE = "List of June,,\nCompany,Country,Mail\nAcme,Germany,a@acme.example\nBeta,France,b@beta.example\nGamma,Spain,\n"


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = await open_pool(settings.database_url, size=4)
    yield opened
    await opened.close()


async def _work(database: Database, settings: Settings) -> None:
    clock = SystemClock()
    await work_off(database, handlers(database, clock, FileStore(settings.data_folder / "files")), clock)


async def _read(client: Client, database: Database, settings: Settings, text: str = FILE) -> dict[str, Any]:
    made = await client.post("/api/imports?name=june.csv", content=text.encode(), headers={"Content-Type": "application/octet-stream"})
    assert made.status_code == 201, made.text
    await _work(database, settings)
    found = (await client.get(f"/api/imports/{made.json()['id']}")).json()
    assert found["state"] == "mapping", found
    return found


def _names(found: dict[str, Any]) -> list[str]:
    return [column["name"] for column in found["sheets"][0]["columns"]]


async def test_rows_are_shown_as_they_stand_in_the_file(client: Client, database: Database, settings: Settings) -> None:
    found = await _read(client, database, settings)
    address = f"/api/imports/{found['id']}/sample"
    rows = (await client.get(address)).json()["rows"]
    assert rows[0] == {"number": 3, "cells": ["Acme", "Germany", "a@acme.example"]}
    assert [row["cells"][0] for row in rows] == ["Acme", "Beta", "Gamma"]
    assert [row["cells"][0] for row in (await client.get(f"{address}?after=1&limit=1")).json()["rows"]] == ["Beta"]
    assert (await client.get(f"{address}?after=3")).json() == {"rows": []}
    assert (await client.get(f"{address}?sheet=other")).json()["code"] == "import.stopped"
    assert (await client.get(f"{address}?limit=0")).status_code == 400


async def test_only_who_imports_sees_its_rows(client: Client, database: Database, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    found = await _read(client, database, settings)
    await enter(client, sign_ins, "ravi")
    assert (await client.get(f"/api/imports/{found['id']}/sample")).status_code == 404
    assert (await client.post(f"/api/imports/{found['id']}/header", json={"row": 1})).status_code == 404


async def test_the_row_of_headings_can_be_corrected_and_taken_back(client: Client, database: Database, settings: Settings) -> None:
    found = await _read(client, database, settings)
    assert _names(found) == ["Company", "Country", "Mail"]
    fields = {"name": {"column": "Company"}}
    assert (await client.put(f"/api/imports/{found['id']}/map", json={"key": "k", "targets": [{"object": "customer", "fields": fields}]})).status_code == 200
    for row, first, count in ((3, "Acme", 2), (0, "", 5), (2, "Company", 3)):
        answer = await client.post(f"/api/imports/{found['id']}/header", json={"row": row})
        assert (answer.status_code, answer.json()["state"]) == (202, "reading")
        assert (await client.post(f"/api/imports/{found['id']}/header", json={"row": row})).status_code == 409
        await _work(database, settings)
        again = (await client.get(f"/api/imports/{found['id']}")).json()
        assert (again["state"], again["map"], again["sheets"][0]["header_row"], again["sheets"][0]["rows"]) == ("mapping", None, row, count)
        assert not first or _names(again)[0] == first
    for wrong in ({"row": -1}, {"row": 1001}, {"row": 1, "sheet": "Other"}, {"row": "x"}):
        assert (await client.post(f"/api/imports/{found['id']}/header", json=wrong)).status_code == 400


async def test_an_unfinished_map_shows_what_it_has(client: Client, database: Database, settings: Settings) -> None:
    """A required field that nothing fills, a field that does not exist, a column that is gone: the rest is shown all the same."""
    found = await _read(client, database, settings)
    fields = {"country": {"column": "Country", "transforms": [{"kind": "country"}]}, "website": {"column": "Home"}, "nothing": {"column": "Mail"}}
    link = {"customer": {"record": "customer"}, "email": {"column": "Mail"}}
    given = {"key": "k", "targets": [{"object": "customer", "fields": fields, "match": ["website"]}, {"object": "contact", "fields": link}]}
    assert {item["params"]["rule"] for item in (await client.post(f"/api/imports/{found['id']}/check", json=given)).json()["errors"]} == {
        "import_required",
        "import_column",
        "import_field",
    }
    answer = await client.post(f"/api/imports/{found['id']}/preview", json={"map": given})
    assert answer.status_code == 200, answer.text
    first = answer.json()["rows"][0]
    assert first["records"]["customer"] == {"country": "DE"}
    assert first["records"]["contact"]["email"] == "a@acme.example"
    given["targets"][0]["object"] = "nowhere"
    first = (await client.post(f"/api/imports/{found['id']}/preview", json={"map": given})).json()["rows"][0]
    assert list(first["records"]) == ["contact"]
