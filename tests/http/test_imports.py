"""A file through the wizard's routes as a salesperson: tried without a trace, loaded, reported, and seen by nobody else."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from tests.http.client import Client, enter
from tests.http.importing import CSV, CUSTOMERS, HEADER, as_csv, asked, brought, column, do_jobs, done, mapped, refused, shown

from tradewind.edge.http.app import build_app
from tradewind.kernel.settings import Settings

ROWS = [("K1", "Acme", "DE"), ("K2", "Beta", "Atlantis"), ("K3", "Gamma", "法国"), ("K1", "Acme again", "DE"), ("K4", "", "IT")]


def everything(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """All that a write could leave behind."""
    tables = [
        row[0] for row in asked(settings, "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('data', 'system') ORDER BY 1")
    ]
    left_out = ("system.imports", "system.import_", "system.jobs", "system.sessions", "system.seal")
    return {one: asked(settings, f"SELECT t::text FROM {one} AS t ORDER BY 1") for one in tables if not one.startswith(left_out)}


async def test_a_dry_run_counts_what_the_run_then_does_and_leaves_no_trace(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, ROWS), chunk_rows=2)
    assert (made["state"], [one["name"] for one in made["sheets"][0]["columns"]], made["sheets"][0]["rows"]) == ("mapping", list(HEADER), 5)
    await mapped(client, made["id"], CUSTOMERS)
    before = everything(settings)
    tried = await done(client, settings, made["id"], "try")
    assert everything(settings) == before
    assert tried["state"] == "ready"
    counts = tried["tried"]
    assert (counts["rows"], counts["loaded"], counts["refused"]) == (5, 3, 2)
    assert counts["targets"] == {"customer": {"created": 2, "updated": 0, "unchanged": 1, "skipped": 0}}
    problems = await refused(client, made["id"], trial=True)
    assert [(row["number"], row["problems"][0]["column"], row["problems"][0]["code"]) for row in problems["rows"]] == [
        (3, "Country", "field.invalid"),
        (6, "Name", "field.required"),
    ]
    ran = await done(client, settings, made["id"], "run")
    assert (ran["state"], ran["waiting"]) == ("done", 2)
    assert {key: ran["progress"][key] for key in ("rows", "loaded", "refused", "targets")} == {
        key: counts[key] for key in ("rows", "loaded", "refused", "targets")
    }
    found = (
        await client.post("/api/objects/customer/query", json={"made_by": made["id"], "fields": ["code", "name", "country"], "sort": [{"field": "code"}]})
    ).json()
    assert [(one["code"], one["name"], one["country"]) for one in found["records"]] == [("K1", "Acme", "DE"), ("K3", "Gamma", "FR")]


async def test_a_column_of_countries_with_many_misspelt_ones_is_proposed_and_they_are_problems_of_the_dry_run(
    client: Client, settings: Settings, sign_ins: dict[str, str]
) -> None:
    await enter(client, sign_ins, "mei")
    wrong = {3: "Deutschand", 4: "Frnace", 9: "Atlantis"}
    rows = [(f"CN-{number}", f"公司 {number}", wrong.get(number % 15, ("德国", "France", "JP")[number % 3])) for number in range(1, 46)]
    made = await brought(client, settings, as_csv(("客户编号", "公司名称", "国家"), rows))
    proposed = made["maps"][0]
    (target,) = proposed["map"]["targets"]
    assert (proposed["object"], {key: one["column"] for key, one in target["fields"].items()}) == (
        "customer",
        {"code": "客户编号", "name": "公司名称", "country": "国家"},
    )
    await mapped(client, made["id"], target)
    tried = await done(client, settings, made["id"], "try")
    assert (tried["tried"]["loaded"], tried["tried"]["refused"]) == (36, 9)
    found = await refused(client, made["id"], trial=True)
    assert [(one["column"], one["code"], one["count"]) for one in found["problems"]] == [("国家", "field.invalid", 9)]
    assert {one["value"]: one["count"] for one in found["problems"][0]["values"]} == {"Deutschand": 3, "Frnace": 3, "Atlantis": 3}
    assert [row["number"] - 1 for row in found["rows"]] == [number for number in range(1, 46) if number % 15 in wrong]


@pytest.mark.parametrize(("name", "objects"), [("2024.csv", ["customer", "contact"]), ("Customers.csv", ["customer"]), ("联系人.csv", ["contact"])])
async def test_what_a_file_becomes_is_told_by_its_name_and_by_what_would_be_missing(
    client: Client, settings: Settings, sign_ins: dict[str, str], name: str, objects: list[str]
) -> None:
    """An inquiry has as many of these columns, but cannot be without a product."""
    await enter(client, sign_ins, "mei")
    header = ("Customer no.", "Company", "Country", "Contact", "E-mail", "Phone")
    rows = [(f"N{n}", f"Firm {n}", "Germany", f"Person {n}", f"p{n}@firm{n}.example", f"+49 30 20{n:05}") for n in range(1, 21)]
    made = await brought(client, settings, as_csv(header, rows), name)
    assert made["maps"][0]["object"] in objects, [(one["object"], one["score"]) for one in made["maps"]]
    scores = [one["score"] for one in made["maps"]]
    assert scores == sorted(scores, reverse=True)


async def test_the_report_lays_the_file_beside_the_base(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    rows = [(f"P{number}", f"Part {number}", f"{number}.50", " de " if number % 2 else "DE") for number in range(1, 31)]
    made = await brought(client, settings, as_csv(("Code", "Name", "Price", "From"), rows), chunk_rows=4)
    price = column("Price", {"kind": "number"}, **{"as": {"kind": "amount", "currency": "EUR"}})
    await mapped(
        client, made["id"], {"object": "product", "fields": {"code": column("Code"), "name": column("Name", {"kind": "case", "to": "upper"}), "price": price}}
    )
    assert (await client.get(f"/api/imports/{made['id']}/report")).status_code == 404
    await done(client, settings, made["id"], "run")
    report = (await client.get(f"/api/imports/{made['id']}/report")).json()
    assert report["targets"] == [{"target": "product", "object": "product", "created": 30, "updated": 0, "unchanged": 0, "skipped": 0, "there": 30}]
    total = "480"  # 1.50 + 2.50 + … + 30.50
    assert report["sums"] == [{"object": "product", "field": "price", "column": "Price", "currency": "EUR", "source": total, "stored": total, "same": True}]
    assert {one["field"]: (one["source"], one["stored"]) for one in report["distinct"]}["code"] == (30, 30)
    assert report["changes"] == [
        {"column": "Name", "kind": "case", "cells": 30, "distinct": 30, "examples": [[f"Part {number}", f"PART {number}"] for number in (1, 10, 11, 12, 13)]}
    ]
    assert 5 <= len(report["samples"]) <= 10
    for sample in report["samples"]:
        (record,) = sample["records"]
        cells = {one["field"]: (one["cell"], one["stored"]) for one in record["fields"]}
        code, name, price_text = rows[sample["number"] - 2][:3]
        assert cells["code"] == (code, code)
        assert cells["name"] == (name, name.upper())
        assert cells["price"] == (price_text, {"amount": price_text, "currency": "EUR"})
    identity = asked(settings, "SELECT id FROM data.product WHERE code = 'P7'")[0][0]
    await client.patch(f"/api/objects/product/records/{identity}", json={"price": {"amount": "1.00", "currency": "USD"}})
    page = (await client.get(f"/api/imports/{made['id']}/changes?limit=20")).json()
    rest = (await client.get(f"/api/imports/{made['id']}/changes", params={"limit": 20, "after": page["next"]})).json()
    assert sorted(one["before"] for one in page["changes"] + rest["changes"]) == sorted(row[1] for row in rows)
    assert rest["next"] is None


async def test_spaces_around_cells_are_counted_among_the_changes(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, [("K1", "  Acme ", "DE"), ("K2", "  Acme ", " DE"), ("K3", "Beta", "DE")]))
    await mapped(client, made["id"], CUSTOMERS)
    await done(client, settings, made["id"], "run")
    report = (await client.get(f"/api/imports/{made['id']}/report")).json()
    assert {(one["column"], one["kind"]): (one["cells"], one["examples"]) for one in report["changes"]} == {
        ("Name", "trim"): (2, [["  Acme ", "Acme"]]),
        ("Country", "trim"): (1, [[" DE", "DE"]]),
    }


async def test_a_pasted_range_comes_in_like_a_file(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    answer = await client.post("/api/imports/pasted", json={"text": "Code\tName\tCountry\nK1\tAcme\tDE\nK2\tBeta\tFR"})
    assert answer.status_code == 201, answer.text
    await do_jobs(settings)
    made = await shown(client, answer.json()["id"])
    assert (made["file"]["delimiter"], made["sheets"][0]["rows"]) == ("\t", 2)
    await mapped(client, made["id"], CUSTOMERS)
    assert (await done(client, settings, made["id"], "run"))["progress"]["loaded"] == 2


async def test_a_file_beyond_the_limit_and_an_empty_one_leave_nothing(settings: Settings, sign_ins: dict[str, str]) -> None:
    files = settings.data_folder / "files"
    before = sorted(files.rglob("*")) if files.exists() else []
    async with AsyncTestClient(build_app(dataclasses.replace(settings, max_import_bytes=1000))) as client:
        client.headers.update({"Sec-Fetch-Site": "same-origin"})
        await enter(client, sign_ins, "mei")
        for body, status in ((b"x" * 1001, 413), (b"", 422)):
            answer = await client.post("/api/imports?name=big.csv", content=body, headers=CSV)
            assert answer.status_code == status, answer.text
        assert (await client.get("/api/imports")).json() == {"imports": [], "next": None}
    assert [path for path in sorted(files.rglob("*")) if path.is_file() and path not in before] == []


async def test_a_file_that_is_none_fails_with_its_reason_and_can_be_forgotten(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "table.xlsx")
    assert (made["state"], made["problem"]["code"], made["actions"]) == ("failed", "file.unreadable", ["delete"])
    assert made["problem"]["detail"] and made["problem"]["next"]
    assert (await client.delete(f"/api/imports/{made['id']}")).status_code == 200
    assert (await client.get(f"/api/imports/{made['id']}")).status_code == 404
    assert asked(settings, "SELECT count(*) FROM system.import_files") == [(0,)]


async def test_a_map_is_checked_with_a_pointer_for_every_place(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await brought(client, settings, as_csv(HEADER, ROWS))
    given = {
        "key": "wrong",
        "targets": [
            {"object": "ghost", "fields": {}},
            {
                "object": "customer",
                "match": ["website"],
                "when": "Nowhere",
                "fields": {
                    "code": column("Kode"),
                    "country": column("Country", {"kind": "country", "words": {"X": "XX"}}),
                    "last_follow_up": column("Name"),
                    "level": column("Name"),
                    "address": {"column": "Name", "constant": "x"},
                },
            },
            {"object": "contact", "fields": {"customer": {"record": "order"}, "name": column("Name")}},
            {"object": "contact", "name": "other", "fields": {"customer": column("Name", find={"by": "nothing"}), "name": column("Name")}},
        ],
    }
    answer = await client.put(f"/api/imports/{made['id']}/map", json=given)
    assert (answer.status_code, answer.json()["code"]) == (422, "import.map")
    found = {one["pointer"]: one["params"]["rule"] for one in answer.json()["errors"]}
    assert found == {
        "/targets/0/object": "import_object",
        "/targets/1/match": "import_match",
        "/targets/1/when": "import_column",
        "/targets/1/fields/code": "import_column",
        "/targets/1/fields/country/transforms/0/words": "import_country",
        "/targets/1/fields/last_follow_up": "import_field",
        "/targets/1/fields/level": "import_field",
        "/targets/1/fields/address": "import_source",
        "/targets/1/fields": "import_required",
        "/targets/2/fields/customer/record": "import_record",
        "/targets/3/fields/customer/find/by": "import_find",
    }
    assert all(one["detail"] and not one["detail"].startswith("problems.") for one in answer.json()["errors"])
    assert (await client.post(f"/api/imports/{made['id']}/check", json=given)).json()["errors"] == answer.json()["errors"]
    assert (await shown(client, made["id"]))["map"] is None
    assert (await client.post(f"/api/imports/{made['id']}/run", json={})).status_code == 409


async def test_a_map_that_ran_is_proposed_for_the_next_file_of_that_shape(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    first = await brought(client, settings, as_csv(HEADER, ROWS[:1]))
    assert [one["source"] for one in first["maps"] if one["object"] == "customer"] == ["suggested"]
    await mapped(client, first["id"], CUSTOMERS)
    await done(client, settings, first["id"], "run")
    third = await brought(client, settings, as_csv(HEADER, [("K9", "Ninth", "DE")]))
    assert (third["maps"][0]["source"], third["maps"][0]["score"]) == ("shape", 1.0)
    saved = await client.post("/api/import-maps", json={"name": "Fair leads", "map": third["maps"][0]["map"], "shared": True, "import": third["id"]})
    assert saved.status_code == 201, saved.text
    assert (await client.post("/api/import-maps", json={"name": "Fair leads", "map": third["maps"][0]["map"]})).status_code == 409
    await enter(client, sign_ins, "tom")
    assert [(one["name"], one["mine"]) for one in (await client.get("/api/import-maps")).json()["maps"]] == [("Fair leads", False)]
    his = await brought(client, settings, as_csv(HEADER, [("K10", "Tenth", "DE")]))
    assert [(one["source"], one["name"]) for one in his["maps"][:1]] == [("saved", "Fair leads")]
    assert (await client.patch(f"/api/import-maps/{saved.json()['id']}", json={"shared": False})).status_code == 404
    assert (await client.delete(f"/api/import-maps/{saved.json()['id']}")).status_code == 404
    await enter(client, sign_ins, "mei")
    assert (await client.patch(f"/api/import-maps/{saved.json()['id']}", json={"shared": False})).json()["shared"] is False
    await enter(client, sign_ins, "tom")
    assert (await client.get("/api/import-maps")).json()["maps"] == []


async def until(client: Client, identity: str, rows: int) -> None:
    """Asks until so many rows are read, while the worker works."""
    for _ in range(10_000):
        found = await shown(client, identity)
        if found["progress"]["rows"] >= rows:
            return
        assert found["state"] == "running", found["problem"]
        await asyncio.sleep(0)
    raise AssertionError("the worker does not get on")


async def test_an_import_is_paused_goes_on_and_is_cancelled(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    rows = [(f"K{number}", f"Customer {number}", "DE") for number in range(40)]
    made = await brought(client, settings, as_csv(HEADER, rows), chunk_rows=1)
    await mapped(client, made["id"], CUSTOMERS)
    assert (await client.post(f"/api/imports/{made['id']}/run", json={})).status_code == 202
    working = asyncio.create_task(do_jobs(settings))
    await until(client, made["id"], 3)
    assert (await client.post(f"/api/imports/{made['id']}/pause", json={})).status_code == 202
    await working
    paused = await shown(client, made["id"])
    assert (paused["state"], paused["actions"]) == ("paused", ["resume", "cancel", "undo"])
    there = asked(settings, "SELECT count(*) FROM data.customer WHERE source = 'import'")[0][0]
    assert 3 <= there == paused["progress"]["loaded"] < 40
    assert (await client.post(f"/api/imports/{made['id']}/resume", json={})).status_code == 202
    working = asyncio.create_task(do_jobs(settings))
    await until(client, made["id"], there + 2)
    assert (await client.post(f"/api/imports/{made['id']}/cancel", json={})).status_code == 202
    await working
    cancelled = await shown(client, made["id"])
    assert (cancelled["state"], cancelled["actions"]) == ("cancelled", ["undo"])
    assert (await client.post(f"/api/imports/{made['id']}/resume", json={})).status_code == 409
    now = asked(settings, "SELECT count(*), count(DISTINCT code) FROM data.customer WHERE source = 'import'")[0]
    assert now == (cancelled["progress"]["loaded"],) * 2
    report = (await client.get(f"/api/imports/{made['id']}/report")).json()
    assert report["targets"][0]["there"] == now[0]


async def test_two_workers_on_one_import_double_nothing(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    rows = [(f"K{number}", f"Customer {number}", "DE") for number in range(60)]
    made = await brought(client, settings, as_csv(HEADER, rows), chunk_rows=2)
    target = {key: value for key, value in CUSTOMERS.items() if key != "match"}
    await mapped(client, made["id"], target)
    assert (await client.post(f"/api/imports/{made['id']}/run", json={})).status_code == 202
    asked(
        settings,
        "INSERT INTO system.jobs (id, name, key, arguments, due_at, created_at) SELECT gen_random_uuid(), name, NULL, arguments, due_at, created_at FROM system.jobs WHERE name = 'import_run'",
    )
    await asyncio.gather(do_jobs(settings), do_jobs(settings))
    found = await shown(client, made["id"])
    assert (found["state"], found["progress"]["loaded"]) == ("done", 60)
    assert asked(settings, "SELECT count(*), count(DISTINCT code) FROM data.customer WHERE source = 'import'") == [(60, 60)]
