"""Real invoices through `tradewind import`: counted by hand from the file, found again through the API, killed, mended, run again."""

from __future__ import annotations

import asyncio
import csv
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import psycopg
import pytest
from litestar.testing import AsyncTestClient
from tests.http.importing import brought, done

from tradewind.edge.cli.importing import CannotImport, run
from tradewind.edge.http.app import build_app
from tradewind.ingest import stages
from tradewind.kernel.clock import ManualClock, SystemClock
from tradewind.kernel.settings import Settings
from tradewind.kernel.sql import raw
from tradewind.query.database.pool import open_pool

ROOT = Path(__file__).resolve().parents[2]
EXCERPT = ROOT / "tests" / "data" / "online_retail_excerpt.csv"
MAP = ROOT / "packs" / "trade" / "imports" / "online_retail.json"
Client = AsyncTestClient[object]
ASIA = ("Japan", "Hong Kong", "Singapore", "Australia", "Israel", "Lebanon", "Bahrain", "Saudi Arabia", "United Arab Emirates")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The demo installation, speaking English."""
    return dataclasses.replace(settings, default_language="en")


@pytest.fixture
async def client(settings: Settings, sign_ins: dict[str, str]) -> AsyncIterator[Client]:
    async with AsyncTestClient(build_app(settings)) as opened:
        opened.headers.update({"Sec-Fetch-Site": "same-origin"})
        yield opened


def lines_of(path: Path = EXCERPT) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def expected(lines: list[dict[str, str]]) -> dict[str, Any]:
    """What must be in the base, counted from the file alone."""
    return {
        "customer": len({line["CustomerID"] for line in lines if line["CustomerID"]}),
        "product": len({line["StockCode"].lower() for line in lines}),
        "order": len({line["InvoiceNo"] for line in lines}),
        "order_line": len(lines),
        "total": sum((int(line["Quantity"]) * Decimal(line["UnitPrice"]) for line in lines), Decimal(0)),
    }


def in_base(url: str) -> dict[str, Any]:
    """The same, asked of PostgreSQL directly: what came in by import."""
    with psycopg.connect(url) as connection:
        found: dict[str, Any] = {
            key: (connection.execute(f"SELECT count(*) FROM data.\"{key}\" WHERE source = 'import'").fetchone() or (0,))[0]
            for key in ("customer", "product", "order", "order_line")
        }
        found["total"] = (connection.execute("SELECT sum(total) FROM data.\"order\" WHERE source = 'import'").fetchone() or (0,))[0]
    return found


def owned_by_country(folder: Path) -> Path:
    """The pack's map with owners: Asian countries belong to Ravi, all others to Tom."""
    given = msgspec.json.decode(MAP.read_bytes())
    values = dict.fromkeys(ASIA, "ravi@demo.example")
    for target in given["targets"]:
        if target["object"] in ("customer", "order"):
            target["owner"] = {"column": "Country", "as": {"kind": "choose", "values": values, "otherwise": "mei@demo.example"}}
    path = folder / "map.json"
    path.write_bytes(msgspec.json.encode(given))
    return path


def written(path: Path, lines: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


async def enter(client: Client, sign_ins: dict[str, str], who: str) -> None:
    client.cookies.clear()
    answer = await client.post("/api/session", json={"email": f"{who}@demo.example", "password": sign_ins[f"{who}@demo.example"]})
    assert answer.status_code == 200, answer.text


async def figures(client: Client, object_key: str, **question: Any) -> dict[str, Any]:
    answer = await client.post(f"/api/objects/{object_key}/aggregate", json=question)
    assert answer.status_code == 200, answer.text
    return answer.json()


IMPORTED = {"op": "eq", "field": "source", "value": "import"}
COUNT = {"function": "count"}
SUM = {"function": "sum", "field": "amount"}


async def test_every_line_invoice_customer_and_penny_is_found_again_by_the_administrator(
    settings: Settings, sign_ins: dict[str, str], client: Client, tmp_path: Path
) -> None:
    lines = lines_of()
    assert await run(settings, EXCERPT, MAP, errors=tmp_path / "errors.csv") == 0
    assert in_base(settings.database_url) == expected(lines)
    assert not (tmp_path / "errors.csv").exists()
    await enter(client, sign_ins, "admin")
    by_currency = await figures(client, "order_line", measures=[COUNT, SUM], dimensions=[{"field": "order.currency"}], filter=IMPORTED)
    assert [(row["d"][0], row["m"][0], Decimal(row["m"][1])) for row in by_currency["rows"]] == [("gbp", 2000, expected(lines)["total"])]
    orders = await figures(
        client, "order", measures=[COUNT, {"function": "distinct", "field": "market"}, {"function": "distinct", "field": "customer"}], filter=IMPORTED
    )
    assert orders["total"] == [expected(lines)["order"], len({line["Country"] for line in lines}), expected(lines)["customer"]]
    nobody = {"op": "and", "of": [IMPORTED, {"op": "empty", "field": "order.customer"}]}
    assert (await figures(client, "order_line", measures=[COUNT], filter=nobody))["total"] == [sum(not line["CustomerID"] for line in lines)]
    cancelled = {"op": "and", "of": [IMPORTED, {"op": "eq", "field": "cancelled", "value": True}]}
    assert (await figures(client, "order", measures=[COUNT], filter=cancelled))["total"] == [
        len({line["InvoiceNo"] for line in lines if line["InvoiceNo"].startswith("C")})
    ]


async def test_an_ordinary_user_finds_what_belongs_to_his_department_and_no_more(
    settings: Settings, sign_ins: dict[str, str], client: Client, tmp_path: Path
) -> None:
    assert await run(settings, EXCERPT, owned_by_country(tmp_path)) == 0
    europe = [line for line in lines_of() if line["Country"] not in ASIA]
    await enter(client, sign_ins, "mei")
    seen = await figures(client, "order_line", measures=[COUNT, SUM], filter=IMPORTED)
    assert (seen["total"][0], Decimal(seen["total"][1])) == (len(europe), expected(europe)["total"])
    orders = await figures(client, "order", measures=[COUNT, {"function": "distinct", "field": "market"}], filter=IMPORTED)
    assert orders["total"] == [expected(europe)["order"], len({line["Country"] for line in europe})]
    japan = {"filter": {"op": "eq", "field": "market", "value": "Japan"}}
    assert (await client.post("/api/objects/order/query", json=japan)).json()["records"] == []
    await enter(client, sign_ins, "admin")
    assert len((await client.post("/api/objects/order/query", json=japan)).json()["records"]) == len(
        {line["InvoiceNo"] for line in lines_of() if line["Country"] == "Japan"}
    )


async def test_bad_rows_wait_in_an_error_file_and_the_mended_ones_are_loaded_alone(settings: Settings, sign_ins: dict[str, str], tmp_path: Path) -> None:
    lines = lines_of()[:300]
    spoiled = [dict(line) for line in lines]
    spoiled[3]["Quantity"] = "six"
    spoiled[40]["Country"] = "Atlantis"
    spoiled[41]["InvoiceDate"] = "01/12/2010 8:26"
    spoiled[299]["UnitPrice"] = "1.00005"
    file, errors = written(tmp_path / "invoices.csv", spoiled), tmp_path / "errors.csv"
    assert await run(settings, file, MAP, errors=errors) == 2
    good = [line for place, line in enumerate(lines) if place not in (3, 40, 41, 299)]
    assert in_base(settings.database_url) == expected(good)
    reported = lines_of(errors)
    assert [(line["_row"], line["_column"], line["_value"], line["_code"]) for line in reported] == [
        ("5", "Quantity", "six", "field.invalid"),
        ("42", "Country", "Atlantis", "field.invalid"),
        ("43", "InvoiceDate", "01/12/2010 8:26", "field.invalid"),
        ("301", "UnitPrice", "1.00005", "field.invalid"),
    ]
    assert all(line["_problem"] and line["_next_step"] and not line["_next_step"].startswith("problems.") for line in reported)
    for line, place in zip(reported, (3, 40, 41, 299), strict=True):
        line |= {key: lines[place][key] for key in lines[place]}
    assert await run(settings, written(tmp_path / "mended.csv", reported), MAP) == 0
    assert in_base(settings.database_url) == expected(lines)


async def test_an_error_file_of_the_command_is_read_by_the_studio_and_one_of_the_studio_by_the_command(
    settings: Settings, sign_ins: dict[str, str], client: Client, tmp_path: Path
) -> None:
    lines = lines_of()[:200]
    spoiled = [dict(line) for line in lines]
    for place in (10, 20, 30):
        spoiled[place]["Quantity"] = "=six"
    errors = tmp_path / "errors.csv"
    assert await run(settings, written(tmp_path / "invoices.csv", spoiled), MAP, person="admin@demo.example", errors=errors) == 2
    reported = lines_of(errors)
    assert [line["Quantity"] for line in reported] == ["'=six"] * 3
    for line, place in zip(reported[:2], (10, 20), strict=True):
        line["Quantity"] = lines[place]["Quantity"]
    await enter(client, sign_ins, "admin")
    half = await brought(client, settings, written(tmp_path / "half mended.csv", reported).read_bytes(), "half mended.csv")
    assert half["maps"][0]["source"] in ("saved", "shape", "suggested")
    put = await client.put(f"/api/imports/{half['id']}/map", json=msgspec.json.decode(MAP.read_bytes()))
    assert put.status_code == 200, put.text
    ran = await done(client, settings, half["id"], "run")
    assert (ran["progress"]["loaded"], ran["waiting"]) == (2, 1)
    assert in_base(settings.database_url) == expected(lines[:30] + lines[31:])

    left = tmp_path / "left.csv"
    left.write_bytes((await client.get(f"/api/imports/{half['id']}/errors")).content)
    (last,) = lines_of(left)
    assert (last["Quantity"], last["_value"], last["InvoiceNo"]) == ("'=six", "'=six", lines[30]["InvoiceNo"])
    assert list(last) == list(reported[0]), "columns of the earlier error file are written once"
    last["Quantity"] = lines[30]["Quantity"]
    assert await run(settings, written(left, [last]), MAP, person="admin@demo.example") == 0
    assert in_base(settings.database_url) == expected(lines)


async def test_a_run_is_gone_on_with_by_its_own_person(settings: Settings, sign_ins: dict[str, str], tmp_path: Path) -> None:
    file = written(tmp_path / "invoices.csv", lines_of()[:50])
    assert await run(settings, file, MAP, person="admin@demo.example", name="ours") == 0
    for somebody in ("mei@demo.example", ""):
        with pytest.raises(CannotImport, match="somebody else"):
            await run(settings, file, MAP, person=somebody, name="ours")
    assert await run(settings, file, MAP, person="admin@demo.example", name="ours") == 0
    assert in_base(settings.database_url) == expected(lines_of()[:50])


async def test_running_a_file_again_after_mending_it_loads_only_what_was_refused(settings: Settings, sign_ins: dict[str, str], tmp_path: Path) -> None:
    lines = lines_of()[:300]
    spoiled = [dict(line) for line in lines]
    spoiled[7]["Quantity"] = ""
    spoiled[7]["UnitPrice"] = "free"
    file = written(tmp_path / "invoices.csv", spoiled)
    assert await run(settings, file, MAP) == 2
    assert await run(settings, file, MAP) == 2
    assert in_base(settings.database_url)["order_line"] == 299
    written(file, lines)
    assert await run(settings, file, MAP) == 0
    assert in_base(settings.database_url) == expected(lines)
    assert await run(settings, file, MAP) == 0
    assert in_base(settings.database_url) == expected(lines)
    written(file, lines[1:])
    with pytest.raises(CannotImport, match="Rows 1 to 300"):
        await run(settings, file, MAP)
    assert in_base(settings.database_url) == expected(lines)


async def test_a_row_that_only_the_base_refuses_leaves_nothing_behind(settings: Settings, sign_ins: dict[str, str], tmp_path: Path) -> None:
    lines = lines_of()[:200]
    given = msgspec.json.decode(MAP.read_bytes())
    given["targets"][1]["fields"].pop("name")
    given["targets"][1]["fields"]["name"] = {"column": "Description"}
    nameless = [line for line in lines if not line["Description"]]
    extra = {**lines[0], "InvoiceNo": "999999", "StockCode": "NEWCODE", "Description": ""}
    path = tmp_path / "map.json"
    path.write_bytes(msgspec.json.encode(given))
    file = written(tmp_path / "invoices.csv", [*[line for line in lines if line not in nameless], extra])
    assert await run(settings, file, path, errors=tmp_path / "errors.csv") == 2
    assert in_base(settings.database_url) == expected([line for line in lines if line not in nameless])
    (refused,) = lines_of(tmp_path / "errors.csv")
    assert (refused["InvoiceNo"], refused["_code"], refused["_column"]) == ("999999", "field.required", "Description")


async def test_a_person_imports_with_his_own_rights(settings: Settings, sign_ins: dict[str, str], tmp_path: Path) -> None:
    file = written(tmp_path / "invoices.csv", lines_of()[:50])
    with pytest.raises(CannotImport):
        await run(settings, file, MAP, person="nobody@demo.example")
    with pytest.raises(CannotImport):
        await run(settings, file, MAP, person="ravi@demo.example")
    assert in_base(settings.database_url)["order"] == 0
    assert await run(settings, file, MAP, person="mei@demo.example", name="mine") == 0
    with psycopg.connect(settings.database_url) as connection:
        names = connection.execute(
            "SELECT DISTINCT p.email FROM data.\"order\" AS o JOIN system.people AS p ON p.id = o.owner_id WHERE o.source = 'import'"
        ).fetchall()
    assert names == [("mei@demo.example",)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"object": "ghost"}, "/targets/0/object"),
        ({"fields": {"code": {"column": "Nowhere"}}}, "Nowhere"),
        ({"fields": {"ghost": {"column": "StockCode"}, "code": {"column": "StockCode"}}}, "ghost"),
        ({"surplus": 1}, "surplus"),
    ],
)
async def test_a_map_that_does_not_fit_is_refused_before_anything_is_written(
    settings: Settings, sign_ins: dict[str, str], tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    given = msgspec.json.decode(MAP.read_bytes())
    given["targets"] = [{**given["targets"][1], **change}]
    path = tmp_path / "map.json"
    path.write_bytes(msgspec.json.encode(given))
    with pytest.raises(CannotImport, match=said):
        await run(settings, EXCERPT, path)
    assert in_base(settings.database_url)["product"] == 0


async def test_files_that_are_no_csv_are_refused_with_a_sentence(settings: Settings, sign_ins: dict[str, str], tmp_path: Path) -> None:
    for content, said in ((b"", "is empty"), (b"a,a\n1,2\n", "no column"), (b"%PDF-1.7\n1 0 obj\n", "PDF"), (b'InvoiceNo\n"open\n', "no column")):
        file = tmp_path / "bad.csv"
        file.write_bytes(content)
        with pytest.raises(CannotImport, match=said):
            await run(settings, file, MAP)


async def test_killed_at_any_point_and_started_again_it_doubles_nothing(settings: Settings, sign_ins: dict[str, str], tmp_path: Path) -> None:
    lines = lines_of()
    file = written(tmp_path / "invoices.csv", [*lines, *lines, *lines])
    stopped_at = [await asyncio.to_thread(_start_and_kill, settings.database_url, file, lines_there) for lines_there in (0, 2000, 4000)]
    assert stopped_at == sorted(stopped_at)
    assert stopped_at[0] < 6000
    assert await run(settings, file, MAP) == 0
    loaded = in_base(settings.database_url)
    once = expected(lines)
    assert loaded == {**once, "order_line": 6000, "total": 3 * once["total"]}


def _start_and_kill(url: str, file: Path, lines_there: int) -> int:
    """Starts the import, kills it when it has loaded more than so many lines or writes its first; how many lines are there then."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tradewind", "import", str(file), "--map", str(MAP)],
        env={**os.environ, "TRADEWIND_DATABASE_URL": url, "TRADEWIND_DATA_FOLDER": str(file.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline and not _has_come(url, lines_there):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return int(in_base(url)["order_line"])


def _has_come(url: str, lines_there: int) -> bool:
    with psycopg.connect(url) as connection:
        if lines_there:
            return (connection.execute("SELECT count(*) FROM data.order_line WHERE source = 'import'").fetchone() or (0,))[0] >= lines_there
        running = (
            'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE \'INSERT INTO "data"."order%\''
        )
        return (connection.execute(running).fetchone() or (0,))[0] > 0


async def test_a_workbook_comes_in_like_the_text_and_is_seen_in_the_studio(
    settings: Settings, sign_ins: dict[str, str], client: Client, tmp_path: Path
) -> None:
    lines = lines_of()[:120]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(lines[0]))
    for line in lines:
        moment = datetime.strptime(line["InvoiceDate"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - as a spreadsheet has it
        sheet.append(
            [
                line["InvoiceNo"],
                line["StockCode"],
                line["Description"],
                int(line["Quantity"]),
                moment,
                float(line["UnitPrice"]),
                line["CustomerID"],
                line["Country"],
            ]
        )
    book.save(tmp_path / "invoices.xlsx")
    given = msgspec.json.decode(MAP.read_bytes())
    given["targets"][2]["fields"]["date"]["as"]["format"] = ""
    (tmp_path / "map.json").write_bytes(msgspec.json.encode(given))
    assert await run(settings, tmp_path / "invoices.xlsx", tmp_path / "map.json", name="workbook") == 0
    assert in_base(settings.database_url) == expected(lines)
    await enter(client, sign_ins, "admin")
    (shown,) = (await client.get("/api/imports?all=true")).json()["imports"]
    assert (shown["state"], shown["person"], shown["file"]["kind"], shown["progress"]["loaded"]) == ("done", None, "xlsx", 120)
    report = (await client.get(f"/api/imports/{shown['id']}/report")).json()
    assert {one["field"]: one["same"] for one in report["sums"]} == {"price": True, "quantity": True, "unit_price": True}
    await enter(client, sign_ins, "mei")
    assert (await client.get("/api/imports?all=true")).json()["imports"] == []


async def test_a_run_whose_command_died_is_paused_and_one_whose_job_is_gone_has_failed(settings: Settings, sign_ins: dict[str, str], tmp_path: Path) -> None:
    assert await run(settings, written(tmp_path / "invoices.csv", lines_of()[:20]), MAP, name="died") == 0
    database = await open_pool(settings.database_url, size=2)
    try:
        async with database.transaction() as connection:
            await connection.execute(raw("UPDATE system.imports SET state = 'running'"))
            await connection.execute(
                raw(
                    "INSERT INTO system.imports (id, name, state, stage, size, chunk_rows, created_at, updated_at)"
                    " SELECT gen_random_uuid(), 'lost', 'trying', 'try', 1, 100, created_at, updated_at FROM system.imports"
                )
            )
        assert await stages.tend(database, SystemClock()) == 0
        assert await stages.tend(database, ManualClock(SystemClock().now() + timedelta(minutes=6))) == 2
        async with database.reading() as connection:
            found = await connection.rows(raw("SELECT name, state, problem->'params'->>'rule' FROM system.imports ORDER BY name"))
    finally:
        await database.close()
    assert [tuple(row) for row in found] == [("invoices.csv", "paused", "broken"), ("lost", "mapping", "broken")]
    assert await run(settings, tmp_path / "invoices.csv", MAP, name="died") == 0


async def test_memory_does_not_grow_with_the_file(settings: Settings, sign_ins: dict[str, str], tmp_path: Path) -> None:
    lines = lines_of()
    peaks: list[float] = []
    for times in (3, 12):
        file = written(tmp_path / f"invoices{times}.csv", lines * times)
        peaks.append(await asyncio.to_thread(_peak_of_import, settings.database_url, file))
    assert in_base(settings.database_url)["order_line"] == 15 * len(lines)
    assert peaks[1] < peaks[0] * 1.2


def _peak_of_import(url: str, file: Path) -> float:
    """Megabytes of memory the command had at most."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tradewind", "import", str(file), "--map", str(MAP)],
        env={**os.environ, "TRADEWIND_DATABASE_URL": url, "TRADEWIND_DATA_FOLDER": str(file.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss / 1024
