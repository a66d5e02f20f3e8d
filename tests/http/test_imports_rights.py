"""An import has the rights its person has at that moment, tells nothing of records out of reach, and is seen by nobody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.http.client import Client, enter
from tests.http.importing import CUSTOMERS, HEADER, as_csv, asked, brought, column, do_jobs, done, mapped, refused, shown

from tradewind.files.store import FileStore
from tradewind.ingest import importing, sweeping
from tradewind.kernel.clock import ManualClock, SystemClock
from tradewind.kernel.settings import Settings
from tradewind.query.database.pool import open_pool

ROWS = [(f"K{number}", f"Customer {number}", "DE") for number in range(12)]


async def test_an_import_is_seen_by_its_person_and_by_who_sees_everything(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, [("K1", "Acme", "Atlantis")]))
    await mapped(client, made["id"], CUSTOMERS)
    await done(client, settings, made["id"], "run")
    where = f"/api/imports/{made['id']}"
    for who in ("tom", "manager"):
        await enter(client, sign_ins, who)
        assert (await client.get("/api/imports?all=true")).json()["imports"] == []
        for path in ("", "/rows", "/errors", "/report", "/changes", "/kept", "/automation"):
            assert (await client.get(where + path)).status_code == 404, path
        for verb in ("try", "run", "pause", "resume", "cancel", "again", "undo"):
            assert (await client.post(f"{where}/{verb}", json={})).status_code == 404, verb
        assert (await client.put(f"{where}/map", json={"key": "x", "targets": []})).status_code == 404
        assert (await client.patch(f"{where}/rows/2", json={"cells": {}})).status_code == 404
        assert (await client.delete(where)).status_code == 404
    await enter(client, sign_ins, "admin")
    assert (await client.get("/api/imports")).json()["imports"] == []
    assert [(one["id"], one["mine"]) for one in (await client.get("/api/imports?all=true")).json()["imports"]] == [(made["id"], False)]
    assert (await client.get(where)).json()["person"]["name"].endswith("Chen Mei")
    assert len((await refused(client, made["id"]))["rows"]) == 1


async def test_rights_taken_away_while_it_runs_stop_it_and_given_back_let_it_go_on(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, ROWS), chunk_rows=1)
    await mapped(client, made["id"], CUSTOMERS)
    assert (await client.post(f"/api/imports/{made['id']}/run", json={})).status_code == 202
    working = asyncio.create_task(do_jobs(settings))
    for _ in range(10_000):
        if (await shown(client, made["id"]))["progress"]["rows"] >= 2:
            break
        await asyncio.sleep(0)
    taken = asked(settings, "DELETE FROM system.person_roles WHERE person = (SELECT id FROM system.people WHERE email LIKE 'mei@%') RETURNING person, role")
    await working
    stopped = await shown(client, made["id"])
    assert (stopped["state"], stopped["problem"]["code"], stopped["problem"]["params"]["rule"]) == ("failed", "import.stopped", "rights")
    assert stopped["problem"]["errors"][0]["params"] == {"rule": "import_object", "object": "customer"}
    assert "resume" in stopped["actions"]
    there = asked(settings, "SELECT count(*) FROM data.customer WHERE source = 'import'")[0][0]
    assert 2 <= there == stopped["progress"]["loaded"] < 12
    for person, role in taken:
        asked(settings, "INSERT INTO system.person_roles (person, role) VALUES (%s, %s)", person, role)
    finished = await done(client, settings, made["id"], "resume")
    assert (finished["state"], finished["progress"]["loaded"]) == ("done", 12)
    assert asked(settings, "SELECT count(*), count(DISTINCT code) FROM data.customer WHERE source = 'import'") == [(12, 12)]


async def test_somebody_who_left_imports_nothing_more(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, ROWS))
    await mapped(client, made["id"], CUSTOMERS)
    assert (await client.post(f"/api/imports/{made['id']}/run", json={})).status_code == 202
    asked(settings, "UPDATE system.people SET active = false WHERE email LIKE 'mei@%'")
    await do_jobs(settings)
    await enter(client, sign_ins, "admin")
    stopped = await shown(client, made["id"])
    assert (stopped["state"], stopped["problem"]["params"]["rule"]) == ("failed", "person")
    assert asked(settings, "SELECT count(*) FROM data.customer WHERE source = 'import'") == [(0,)]


async def test_a_record_out_of_reach_says_only_that_it_exists(
    client: Client, settings: Settings, sign_ins: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await enter(client, sign_ins, "ravi")
    made = await client.post(
        "/api/objects/customer/records", json={"rows": [{"code": f"K{number}", "name": "Secret Ltd", "country": "IN"} for number in range(3)]}
    )
    assert made.status_code == 201, made.text
    await enter(client, sign_ins, "mei")
    for existing in ("keep", "update", "skip"):
        tried = await brought(client, settings, as_csv(HEADER, ROWS[:5]))
        await mapped(client, tried["id"], {**CUSTOMERS, "existing": existing})
        found = await done(client, settings, tried["id"], "try")
        assert found["tried"]["targets"]["customer"]["created"] == 2
        rows = (await refused(client, tried["id"], trial=True))["rows"]
        assert [(row["number"], row["problems"][0]["code"], row["problems"][0]["value"]) for row in rows] == [
            (2, "record.already_exists", "K0"),
            (3, "record.already_exists", "K1"),
            (4, "record.already_exists", "K2"),
        ]
        assert "Secret" not in (await client.get(f"/api/imports/{tried['id']}/rows?trial=true")).text
    monkeypatch.setattr(importing, "MOST_HIDDEN", 2)
    ran = await done(client, settings, tried["id"], "run")
    assert (ran["state"], ran["problem"]["params"]) == ("failed", {"rule": "hidden", "maximum": 2})
    assert asked(settings, "SELECT count(*) FROM data.customer WHERE source = 'import'") == [(0,)]


async def test_a_masked_value_is_not_found_out_by_matching_it(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "tom")
    made = await client.post("/api/objects/contact/records", json={"row": {"name": "Ann", "email": "ann@secret.example"}})
    assert made.status_code == 201, made.text
    await enter(client, sign_ins, "mei")
    seen = (await client.get(f"/api/objects/contact/records/{made.json()['ids'][0]}")).json()
    assert "masked" in seen["email"]
    answers: list[str] = []
    for address in ("ann@secret.example", "bob@secret.example"):
        guess = await brought(client, settings, as_csv(("Name", "Mail"), [("X", address)]))
        contacts = {"object": "contact", "match": ["email"], "existing": "update", "fields": {"name": column("Name"), "email": column("Mail")}}
        await mapped(client, guess["id"], contacts)
        await done(client, settings, guess["id"], "try")
        answers.append((await client.get(f"/api/imports/{guess['id']}/rows?trial=true")).text)
    assert "record.already_exists" in answers[0] and "Ann" not in answers[0]
    assert (await client.get(f"/api/objects/contact/records/{made.json()['ids'][0]}")).json()["name"] == "Ann"


async def test_fields_a_role_may_not_write_are_refused_in_the_map(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "tom")
    made = await brought(client, settings, as_csv(("Number", "Name"), [("1", "A")]))
    answer = await client.put(f"/api/imports/{made['id']}/map", json={"key": "x", "targets": [{"object": "order", "fields": {"number": column("Number")}}]})
    assert {one["pointer"]: one["params"]["rule"] for one in answer.json()["errors"]} == {"/targets/0/object": "import_object"}
    given = {"object": "inquiry", "fields": {"number": column("Number"), "product": column("Name"), "customer": column("Name", find={"by": "name"})}}
    answer = await client.put(f"/api/imports/{made['id']}/map", json={"key": "x", "targets": [given]})
    assert {one["pointer"]: one["params"]["rule"] for one in answer.json()["errors"]} == {"/targets/0/fields/number": "import_field"}
    assert all(one["object"] != "order" for one in made["maps"])


async def test_owners_are_found_by_mail_or_name(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "admin")
    rows = [("K1", "A", "tom@demo.example"), ("K2", "B", "Ravi Kumar"), ("K3", "C", ""), ("K4", "D", "nobody@demo.example")]
    made = await brought(client, settings, as_csv(("Code", "Name", "Owner"), rows))
    await mapped(client, made["id"], {"object": "customer", "owner": column("Owner"), "fields": {"code": column("Code"), "name": column("Name")}})
    ran = await done(client, settings, made["id"], "run")
    assert ran["progress"]["loaded"] == 3
    assert [row["problems"][0]["rule"] for row in (await refused(client, made["id"]))["rows"]] == ["import_owner"]
    owners = asked(settings, "SELECT c.code, p.email FROM data.customer AS c JOIN system.people AS p ON p.id = c.owner_id WHERE c.source = 'import' ORDER BY 1")
    assert owners == [("K1", "tom@demo.example"), ("K2", "ravi@demo.example"), ("K3", "admin@demo.example")]


async def test_files_and_rows_are_forgotten_after_the_days_that_were_told(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, [("K1", "Acme", "DE"), ("K2", "Beta", "Atlantis")]))
    await mapped(client, made["id"], CUSTOMERS)
    ran = await done(client, settings, made["id"], "run")
    assert ran["forgotten_on"] == (SystemClock().now() + timedelta(days=settings.keep_imports_days)).date().isoformat()
    files = FileStore(settings.data_folder / "files")
    database = await open_pool(settings.database_url, size=2)
    try:
        for days, count in ((29, 0), (31, 1), (62, 0)):
            assert await sweeping.sweep(database, files, settings.keep_imports_days, ManualClock(SystemClock().now() + timedelta(days=days))) == count
    finally:
        await database.close()
    assert asked(settings, "SELECT (SELECT count(*) FROM system.import_files) + (SELECT count(*) FROM system.import_rows)") == [(0,)]
    swept = await shown(client, made["id"])
    assert (swept["state"], swept["forgotten_on"], swept["actions"], swept["progress"]["loaded"]) == ("done", None, ["undo"], 1)
    assert (await client.post(f"/api/imports/{made['id']}/again", json={})).status_code == 409
    assert "Acme" not in (await client.get(f"/api/imports/{made['id']}/report")).text
    undone = await done(client, settings, made["id"], "undo")
    assert (undone["state"], undone["progress"]["deleted"]) == ("undone", 1)
