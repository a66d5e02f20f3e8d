"""Rows that were refused: filtered, mended in place, replaced in bulk, dropped, run again, saved as a file and brought in again."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.http.client import Client, enter
from tests.http.importing import CUSTOMERS, HEADER, as_csv, asked, brought, column, done, mapped, refused

from tradewind.kernel.settings import Settings

ROWS = [
    ("K1", "Acme", "Deutschand"),
    ("K2", "Beta", "DE"),
    ("K3", "Gamma", "Deutschand"),
    ("K4", "", "DE"),
    ("K5", "Delta", "Nowhere"),
    ("K6", "Epsilon", "Deutschand"),
]


async def ran(client: Client, settings: Settings, rows: list[tuple[str, ...]] = ROWS, **more: Any) -> str:
    made = await brought(client, settings, as_csv(HEADER, rows), **more)
    await mapped(client, made["id"], CUSTOMERS)
    return str((await done(client, settings, made["id"], "run"))["id"])


async def test_refused_rows_are_filtered_paged_and_counted(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    identity = await ran(client, settings, chunk_rows=2)
    page = await refused(client, identity)
    assert [row["number"] for row in page["rows"]] == [2, 4, 5, 6, 7]
    assert page["counts"] == {"waiting": 5, "loaded": 0, "dropped": 0}
    assert [(one["column"], one["rule"], one["count"], one["values"]) for one in page["problems"]] == [
        ("Country", "country", 4, [{"value": "Deutschand", "count": 3}, {"value": "Nowhere", "count": 1}]),
        ("Name", "", 1, [{"value": "", "count": 1}]),
    ]
    assert all(problem["detail"] and problem["next"] for row in page["rows"] for problem in row["problems"])
    assert [row["number"] for row in (await refused(client, identity, column="Name"))["rows"]] == [5]
    assert [row["number"] for row in (await refused(client, identity, code="field.invalid"))["rows"]] == [2, 4, 6, 7]
    assert [row["number"] for row in (await refused(client, identity, text="eLt"))["rows"]] == [6]
    assert [row["number"] for row in (await refused(client, identity, text="%"))["rows"]] == []
    first = await refused(client, identity, limit=2)
    assert ([row["number"] for row in first["rows"]], first["next"]) == ([2, 4], 4)
    second = await refused(client, identity, limit=3, after=first["next"])
    assert ([row["number"] for row in second["rows"]], second["next"]) == ([5, 6, 7], None)


async def test_mended_rows_are_checked_at_once_and_run_alone(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    identity = await ran(client, settings)
    still = await client.patch(f"/api/imports/{identity}/rows/6", json={"cells": {"Country": "Atlantis"}})
    assert (still.status_code, [one["value"] for one in still.json()["problems"]], still.json()["mended"]) == (200, ["Atlantis"], True)
    good = await client.patch(f"/api/imports/{identity}/rows/6", json={"cells": {"Country": "Italy", "Name": "Delta SpA"}})
    assert (good.json()["problems"], good.json()["cells"]) == ([], ["K5", "Delta SpA", "Italy"])
    assert asked(settings, "SELECT count(*) FROM data.customer WHERE code = 'K5'") == [(0,)]
    assert (await client.patch(f"/api/imports/{identity}/rows/6", json={"cells": {"Nothing": "x"}})).status_code == 400
    assert (await client.patch(f"/api/imports/{identity}/rows/3", json={"cells": {"Name": "x"}})).status_code == 404
    replaced = await client.post(f"/api/imports/{identity}/rows/replace", json={"column": "Country", "value": "Deutschand", "with": "Germany"})
    assert replaced.json() == {"changed": 3, "clean": 3}
    again = await done(client, settings, identity, "again")
    assert (again["state"], again["waiting"], again["progress"]["loaded"], again["progress"]["refused"]) == ("done", 1, 5, 1)
    assert asked(settings, "SELECT code, name, country FROM data.customer WHERE source = 'import' ORDER BY 1") == [
        ("K1", "Acme", "DE"), ("K2", "Beta", "DE"), ("K3", "Gamma", "DE"), ("K5", "Delta SpA", "IT"), ("K6", "Epsilon", "DE"),
    ]  # fmt: skip
    assert (await client.patch(f"/api/imports/{identity}/rows/6", json={"cells": {"Name": "x"}})).status_code == 409
    report = (await client.get(f"/api/imports/{identity}/report")).json()
    assert report["targets"][0]["there"] == 5
    once_more = await done(client, settings, identity, "again")
    assert (once_more["waiting"], once_more["progress"]["loaded"]) == (1, 5)


async def test_rows_are_dropped_and_taken_back(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    identity = await ran(client, settings)
    assert (await client.post(f"/api/imports/{identity}/rows/drop", json={})).status_code == 400
    assert (await client.post(f"/api/imports/{identity}/rows/drop", json={"column": "Country"})).json() == {"dropped": 4}
    assert (await client.post(f"/api/imports/{identity}/rows/keep", json={"numbers": [2, 6]})).json() == {"kept": 2}
    assert (await client.patch(f"/api/imports/{identity}/rows/2", json={"cells": {"Country": "DE"}})).json()["problems"] == []
    again = await done(client, settings, identity, "again")
    assert (again["progress"]["loaded"], again["waiting"]) == (2, 2)
    assert (await refused(client, identity, which="dropped"))["counts"] == {"waiting": 2, "loaded": 1, "dropped": 2}
    assert (await client.post(f"/api/imports/{identity}/rows/drop", json={"all": True})).json() == {"dropped": 2}
    settled = (await client.get(f"/api/imports/{identity}")).json()
    assert (settled["waiting"], settled["actions"]) == (0, ["undo"])
    assert (await client.post(f"/api/imports/{identity}/again", json={})).status_code == 409


async def test_a_row_that_is_none_waits_with_its_cells_and_is_mended(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, b'Code,Name,Country\nK1,Acme,DE\nK2,"Beta" Ltd, Berlin,DE\nK3,Gamma,FR\n')
    await mapped(client, made["id"], CUSTOMERS)
    tried = await done(client, settings, made["id"], "try")
    assert (tried["tried"]["rows"], tried["tried"]["refused"]) == (3, 1)
    found = await done(client, settings, made["id"], "run")
    assert (found["progress"]["rows"], found["progress"]["of"], found["progress"]["loaded"], found["progress"]["refused"]) == (3, 3, 2, 1)
    (row,) = (await refused(client, made["id"]))["rows"]
    assert (row["number"], row["cells"], row["problems"][0]["rule"]) == (3, ["K2", '"Beta" Ltd', " Berlin", "DE"], "import_row_quote")
    mended = await client.patch(f"/api/imports/{made['id']}/rows/3", json={"cells": {"Name": "Beta, Ltd", "Country": "DE"}})
    assert (mended.json()["cells"], mended.json()["problems"]) == (["K2", "Beta, Ltd", "DE"], [])
    assert (await done(client, settings, made["id"], "again"))["progress"]["loaded"] == 3


async def test_the_error_file_is_safe_to_open_in_the_readers_language_and_comes_in_again(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    risky = '=HYPERLINK("http://evil.example","x")'
    identity = await ran(client, settings, [("K1", risky, "Atlantis"), ("-5", "+49 30", "Atlantis"), ("K3", "'@SUM(1)", "Atlantis"), ("K4", "Fine", "DE")])
    answer = await client.get(f"/api/imports/{identity}/errors")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''file.errors.csv"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [(one["Code"], one["Name"], one["_row"], one["_column"], one["_code"], one["_value"]) for one in lines] == [
        ("K1", "'" + risky, "2", "Country", "field.invalid", "Atlantis"),
        ("-5", "'+49 30", "3", "Country", "field.invalid", "Atlantis"),
        ("K3", "''@SUM(1)", "4", "Country", "field.invalid", "Atlantis"),
    ]
    assert lines[0]["_problem"] == "Country: 不是有效的国家代码。"
    assert not any(cell.startswith(("=", "@", "\t")) for line in lines for cell in line.values())
    mended = answer.content.replace(b"Atlantis", b"Italy")
    second = await brought(client, settings, mended, "mended.csv")
    await mapped(client, second["id"], CUSTOMERS)
    assert (await done(client, settings, second["id"], "run"))["progress"]["loaded"] == 3
    found = asked(settings, "SELECT name FROM data.customer WHERE source = 'import' AND country = 'IT'")
    assert sorted(found) == [("+49 30",), (risky,), ("@SUM(1)",)], "an apostrophe before a formula is how exports write it, also in the file itself"


async def test_units_signs_and_dates_are_cleaned_as_the_map_says(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    rows = [
        ("Kunde １", "１.２３４,５０ €", "31.12.2025", "Express - DE", "10 kg"),
        ("kunde 1", "99", "1/2/26", "Normal - FR", "2,5kg"),
        ("Kunde   1", "(12,00)", "2026-03-05", "Normal - Deutschand", ""),
        ("Kunde 1", "12.34.56", "31.02.2026", "x", "ten"),
    ]
    made = await brought(client, settings, as_csv(("Customer", "Price", "Close", "Way", "Weight"), rows))
    text = [{"kind": "width"}, {"kind": "collapse"}, {"kind": "case", "to": "title"}]
    split = [{"kind": "split", "by": "-", "part": -1}, {"kind": "replace", "values": {"deutschand": "Germany"}}, {"kind": "country"}]
    customers = {"object": "customer", "match": ["name"], "existing": "update", "fields": {"name": column("Customer", *text), "country": column("Way", *split)}}
    inquiries = {
        "object": "inquiry",
        "fields": {
            "customer": {"record": "customer"},
            "product": {"template": "{Customer} / {Way}"},
            "quantity": column("Weight", {"kind": "number", "decimal": ",", "units": ["kg"]}),
            "target_price": column("Price", {"kind": "number", "decimal": ","}, **{"as": {"kind": "amount", "currency": "EUR"}}),
            "expected_close": column("Close", {"kind": "date", "order": "dmy"}),
        },
    }
    await mapped(client, made["id"], customers, inquiries)
    ran_ = await done(client, settings, made["id"], "run")
    assert (ran_["progress"]["loaded"], ran_["progress"]["targets"]["customer"]) == (3, {"created": 1, "updated": 2, "unchanged": 0, "skipped": 0})
    (row,) = (await refused(client, made["id"]))["rows"]
    assert {problem["column"] for problem in row["problems"]} == {"Price", "Close", "Way", "Weight"}
    assert asked(settings, "SELECT name, country FROM data.customer WHERE source = 'import'") == [("Kunde 1", "DE")]
    found = asked(
        settings, "SELECT target_price::text, target_price__currency, expected_close::text, quantity::text FROM data.inquiry WHERE source = 'import' ORDER BY 1"
    )
    assert found == [("-12.000000", "EUR", "2026-03-05", None), ("1234.500000", "EUR", "2025-12-31", "10.00"), ("99.000000", "EUR", "2026-02-01", "2.50")]
    changes = {
        (one["column"], one["before"]): (one["kind"], one["after"]) for one in (await client.get(f"/api/imports/{made['id']}/changes")).json()["changes"]
    }
    assert changes["Customer", "Kunde １"] == ("width", "Kunde 1")
    assert changes["Price", "１.２３４,５０ €"] == ("number", "1234.50")
    assert changes["Close", "1/2/26"] == ("date", "2026-02-01")
    assert ("Close", "31.02.2026") not in changes
