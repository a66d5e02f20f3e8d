"""R189: rows that fail are kept, can be edited and run again, and the good ones are not touched by it."""

from __future__ import annotations

from tests.http.client import Client, enter
from tests.http.importing import CUSTOMERS, HEADER, as_csv, asked, brought, done, mapped, refused

from tradewind.kernel.settings import Settings

ROWS = [(f"M{number}", f"Maker {number}", "Atlantis" if number % 5 == 0 else "Italy") for number in range(20)]


def _stored(settings: Settings) -> dict[str, tuple[object, ...]]:
    found = asked(settings, "SELECT code, id, version, updated_at, country FROM data.customer WHERE source = 'import'")
    return {row[0]: row[1:] for row in found}


async def test_failed_rows_run_again_and_good_ones_stay_as_they_are(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, ROWS))
    await mapped(client, made["id"], CUSTOMERS)
    assert (await done(client, settings, made["id"], "run"))["waiting"] == 4
    good = _stored(settings)
    assert sorted(good) == sorted(row[0] for row in ROWS if row[2] == "Italy")
    waiting = await refused(client, made["id"])
    assert [(row["number"], row["cells"], row["problems"][0]["column"]) for row in waiting["rows"]] == [
        (2 + place, list(row), "Country") for place, row in enumerate(ROWS) if row[2] == "Atlantis"
    ]

    address = f"/api/imports/{made['id']}"
    still_wrong = (await client.patch(f"{address}/rows/2", json={"cells": {"Country": "Atlantiis"}})).json()
    assert still_wrong["problems"][0]["column"] == "Country"
    assert (await client.patch(f"{address}/rows/7", json={"cells": {"Country": "Malta"}})).json()["problems"] == []
    assert (await client.post(f"{address}/rows/drop", json={"numbers": [12]})).json() == {"dropped": 1}
    again = await done(client, settings, made["id"], "again")
    assert (again["progress"]["loaded"], again["waiting"]) == (17, 2)
    after = _stored(settings)
    assert {code: after[code] for code in good} == good, "not one of the good ones was written again"
    assert (len(after), after["M5"][3]) == (17, "MT")
    left = await refused(client, made["id"])
    assert [(row["number"], row["cells"][2]) for row in left["rows"]] == [(2, "Atlantiis"), (17, "Atlantis")]
    assert [row["number"] for row in (await refused(client, made["id"], which="dropped"))["rows"]] == [12]
    assert (await done(client, settings, made["id"], "again"))["waiting"] == 2
    assert _stored(settings) == after
