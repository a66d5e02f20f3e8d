"""R203: when copies of one Excel file come in one after another, the record's history says who changed what, when, and from which file; what goes out is stamped."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.http.client import Client, enter
from tests.http.exporting import exported, sheets_of
from tests.http.importing import CUSTOMERS, HEADER, as_csv, asked, brought, done, mapped

from tradewind.kernel.settings import Settings

UPDATING = {**CUSTOMERS, "existing": "update"}


async def test_history_says_which_copy_said_what(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    files = {
        "prices final.csv": ("mei", [("V1", "Valmet", "Finland"), ("V2", "Vaisala", "Finland")]),
        "prices final (2).csv": ("admin", [("V1", "Valmet Oyj", "Finland"), ("V2", "Vaisala", "Finland")]),
        "prices final OLD.csv": ("mei", [("V1", "Valmet", "Sweden"), ("V2", "Vaisala", "Finland")]),
    }
    runs: list[str] = []
    for name, (who, rows) in files.items():
        await enter(client, sign_ins, who)
        made = await brought(client, settings, as_csv(HEADER, rows), name)
        await mapped(client, made["id"], UPDATING)
        assert (await done(client, settings, made["id"], "run"))["progress"]["refused"] == 0
        runs.append(made["id"])
    ((first,),) = asked(settings, "SELECT id FROM data.customer WHERE code = 'V1'")
    ((second,),) = asked(settings, "SELECT id FROM data.customer WHERE code = 'V2'")
    entries = (await client.get(f"/api/objects/customer/records/{first}/history")).json()["entries"]
    said = [(one["operation"], one["by"]["name"], {value["field"]: (value["before"], value["after"]) for value in one["values"]}) for one in entries]
    assert said == [
        ("update", "陈美 Chen Mei", {"name": ("Valmet Oyj", "Valmet"), "country": ("FI", "SE")}),
        ("update", entries[1]["by"]["name"], {"name": ("Valmet", "Valmet Oyj")}),
        ("create", "陈美 Chen Mei", {}),
    ]
    assert entries[1]["by"]["name"] != "陈美 Chen Mei"
    assert [one["action"] for one in entries] == runs[::-1]
    untouched = (await client.get(f"/api/objects/customer/records/{second}/history")).json()["entries"]
    assert [one["operation"] for one in untouched] == ["create"], "a copy that says the same changes nothing"

    await done(client, settings, runs[2], "undo")
    back = (await client.get(f"/api/objects/customer/records/{first}")).json()
    assert (back["name"], back["country"]) == ("Valmet Oyj", "FI"), "the old copy is taken back without the new one"


async def test_a_file_that_goes_out_says_who_took_it_and_when(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "admin")
    book = sheets_of(await exported(client, settings, "customer", fields=["name"], format="xlsx", language="en"))
    stamp = {str(row[0]): str(row[1]) for rows in list(book.values())[1:] for row in rows if len(row) > 1}
    assert stamp["Object"] == "Customer"
    assert stamp["Exported by"]
    assert any(str(datetime.now(UTC).year) in value for value in stamp.values()), stamp
