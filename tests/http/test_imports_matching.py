"""What exists is kept, updated or skipped; relations are found by a text; a dry run counts the same as the run, whatever the parts it is done in."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.http.client import Client, enter
from tests.http.importing import CUSTOMERS, HEADER, as_csv, asked, brought, column, done, mapped, refused

from tradewind.kernel.settings import Settings

NAMES = {"fields": ["code", "name", "country"], "sort": [{"field": "code"}]}


def counted(progress: dict[str, Any]) -> dict[str, Any]:
    return {key: progress[key] for key in ("rows", "loaded", "refused", "skipped", "targets")}


async def _customers(client: Client, *rows: dict[str, Any]) -> list[str]:
    made = await client.post("/api/objects/customer/records", json={"rows": list(rows)})
    assert made.status_code == 201, made.text
    return list(made.json()["ids"])


@pytest.mark.parametrize(
    ("existing", "names", "counts"),
    [
        ("keep", ["Old", "Two", "Three"], {"created": 2, "updated": 0, "unchanged": 3, "skipped": 0}),
        ("update", ["New", "Two b", "Three"], {"created": 2, "updated": 2, "unchanged": 1, "skipped": 0}),
        ("skip", ["Old", "Two", "Three"], {"created": 2, "updated": 0, "unchanged": 1, "skipped": 2}),
    ],
)
@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
async def test_what_exists_is_kept_updated_or_skipped(
    client: Client, settings: Settings, sign_ins: dict[str, str], existing: str, names: list[str], counts: dict[str, int], chunk_rows: int
) -> None:
    await enter(client, sign_ins, "mei")
    await _customers(client, {"code": "K1", "name": "Old", "country": "FR"})
    rows = [("k1", "New", ""), ("K2", "Two", "DE"), ("K3", "Three", "IT"), ("K2", "Two b", "DE"), ("K1", "New", "")]
    made = await brought(client, settings, as_csv(HEADER, rows), chunk_rows=chunk_rows)
    await mapped(client, made["id"], {**CUSTOMERS, "existing": existing})
    tried = await done(client, settings, made["id"], "try")
    ran = await done(client, settings, made["id"], "run")
    assert ran["progress"]["targets"]["customer"] == counts
    assert counted(tried["tried"]) == counted(ran["progress"])
    found = (
        await client.post("/api/objects/customer/query", json={**NAMES, "filter": {"op": "in", "field": "code", "value": ["K1", "k1", "K2", "K3"]}})
    ).json()
    assert [one["name"] for one in found["records"]] == names
    assert [one["country"] for one in found["records"]] == ["FR", "DE", "IT"]


async def test_an_empty_cell_empties_the_field_only_where_the_map_says_so(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    (identity,) = await _customers(client, {"code": "K1", "name": "Old", "country": "FR"})
    for on_empty, country in (("leave", "FR"), ("clear", None)):
        made = await brought(client, settings, as_csv(HEADER, [("K1", "Old", "")]))
        await mapped(client, made["id"], {**CUSTOMERS, "existing": "update", "on_empty": on_empty})
        await done(client, settings, made["id"], "run")
        assert (await client.get(f"/api/objects/customer/records/{identity}")).json()["country"] == country


async def test_a_skipped_row_leaves_its_other_records_out_too(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    await _customers(client, {"code": "K1", "name": "Old"})
    rows = [("K1", "Old", "Ann"), ("K2", "New", "Bob"), ("K2", "New", "Carl")]
    made = await brought(client, settings, as_csv(("Code", "Name", "Person"), rows), chunk_rows=1)
    customers = {"object": "customer", "match": ["code"], "existing": "skip", "fields": {"code": column("Code"), "name": column("Name")}}
    contacts = {"object": "contact", "fields": {"name": column("Person"), "customer": {"record": "customer"}}}
    await mapped(client, made["id"], customers, contacts)
    tried = await done(client, settings, made["id"], "try")
    ran = await done(client, settings, made["id"], "run")
    assert counted(tried["tried"]) == counted(ran["progress"])
    assert (ran["progress"]["loaded"], ran["progress"]["skipped"]) == (2, 1)
    assert asked(
        settings, "SELECT c.name, k.code FROM data.contact AS c JOIN data.customer AS k ON k.id = c.customer WHERE c.source = 'import' ORDER BY 1"
    ) == [
        ("Bob", "K2"),
        ("Carl", "K2"),
    ]


async def test_several_fields_together_tell_which_record_it_is(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    await _customers(
        client, {"name": "Acme", "country": "DE"}, {"name": "Acme", "country": "FR"}, {"name": "Twin", "country": "FR"}, {"name": "Twin", "country": "FR"}
    )
    rows = [("1", "ACME", "FR"), ("2", "Acme", "IT"), ("3", "Twin", "FR")]
    made = await brought(client, settings, as_csv(HEADER, rows))
    await mapped(client, made["id"], {**CUSTOMERS, "match": ["name", "country"], "existing": "update"})
    ran = await done(client, settings, made["id"], "run")
    assert ran["progress"]["targets"]["customer"] == {"created": 1, "updated": 1, "unchanged": 0, "skipped": 0}
    (row,) = (await refused(client, ran["id"]))["rows"]
    assert (row["number"], row["problems"][0]["rule"], row["problems"][0]["column"]) == (4, "import_several", "Name")
    assert asked(settings, "SELECT country, code FROM data.customer WHERE name ILIKE 'acme' AND code IS NOT NULL ORDER BY 1") == [("FR", "1"), ("IT", "2")]


async def test_a_relation_is_found_by_a_text_made_or_refused(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "ravi")
    await _customers(client, {"name": "Hidden Ltd", "country": "IN"})
    await enter(client, sign_ins, "mei")
    await _customers(client, {"name": "Seen Ltd"}, {"name": "Twin"}, {"name": "Twin"})
    rows = [("Ann", "SEEN LTD"), ("Bob", "Nobody"), ("Carl", "Twin"), ("Dora", "Hidden Ltd"), ("Eve", ""), ("Fred", "nobody")]
    made = await brought(client, settings, as_csv(("Person", "Company"), rows), chunk_rows=2)

    def contacts(create: bool) -> dict[str, Any]:
        return {
            "object": "contact",
            "match": ["name"],
            "fields": {"name": column("Person"), "customer": column("Company", find={"by": "name", "create": create})},
        }

    await mapped(client, made["id"], contacts(False))
    tried = await done(client, settings, made["id"], "try")
    problems = {row["number"]: row["problems"][0]["rule"] for row in (await refused(client, made["id"], trial=True))["rows"]}
    assert problems == {3: "import_not_found", 4: "import_several", 5: "import_not_found", 7: "import_not_found"}
    await mapped(client, made["id"], contacts(True))
    tried = await done(client, settings, made["id"], "try")
    ran = await done(client, settings, made["id"], "run")
    assert counted(tried["tried"]) == counted(ran["progress"])
    assert ran["progress"]["targets"]["contact.customer"]["created"] == 2
    assert asked(
        settings,
        "SELECT c.name, k.name, k.owner_id = c.owner_id FROM data.contact AS c LEFT JOIN data.customer AS k ON k.id = c.customer WHERE c.source = 'import' ORDER BY 1",
    ) == [
        ("Ann", "Seen Ltd", True),
        ("Bob", "Nobody", True),
        ("Dora", "Hidden Ltd", True),
        ("Eve", None, None),
        ("Fred", "Nobody", True),
    ]


async def test_a_unique_value_that_is_taken_refuses_its_own_row_and_no_other(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    await _customers(client, {"code": "K2", "name": "Old"})
    rows = [("K1", "A", "DE"), ("k2", "B", "DE"), ("K3", "C", "DE"), ("K1", "D", "DE"), ("K4", "E", "DE")]
    for chunk_rows in (100, 2):
        made = await brought(client, settings, as_csv(HEADER, rows), chunk_rows=chunk_rows)
        await mapped(client, made["id"], {key: value for key, value in CUSTOMERS.items() if key != "match"})
        await done(client, settings, made["id"], "try")
        found = (await refused(client, made["id"], trial=True))["rows"]
        assert [(row["number"], row["problems"][0]["code"], row["problems"][0]["column"]) for row in found] == [
            (3, "record.already_exists", "Code"),
            (5, "record.already_exists", "Code"),
        ]
    ran = await done(client, settings, made["id"], "run")
    assert [row["number"] for row in (await refused(client, ran["id"]))["rows"]] == [3, 5]
    assert asked(settings, "SELECT code FROM data.customer WHERE source = 'import' ORDER BY 1") == [("K1",), ("K3",), ("K4",)]


@pytest.mark.parametrize("seed", range(4))
async def test_a_dry_run_and_the_run_count_the_same_in_parts_of_any_size(client: Client, settings: Settings, sign_ins: dict[str, str], seed: int) -> None:
    chance = random.Random(seed)
    await enter(client, sign_ins, "mei")
    await _customers(client, *({"code": f"C{number}", "name": f"There {number}", "country": "DE"} for number in range(6)))
    rows = [
        (
            chance.choice([f"C{chance.randrange(14)}", f"c{chance.randrange(14)}", ""]),
            chance.choice(["One", "Two", " Three ", ""]),
            chance.choice(["DE", "France", "Atlantis", ""]),
            f"Person {chance.randrange(12)}",
            chance.choice(["+49 30 123456", "12", ""]),
        )
        for _ in range(60)
    ]
    existing, matched = chance.choice(["keep", "update", "skip"]), chance.choice(["keep", "update"])
    customers = {**CUSTOMERS, "existing": existing, "when": "Code"}
    contacts = {
        "object": "contact",
        "match": ["name"],
        "existing": matched,
        "fields": {"name": column("Person"), "phone": column("Phone"), "customer": {"record": "customer"}},
    }
    found: list[Any] = []
    for chunk_rows in (1, 7, 100):
        made = await brought(client, settings, as_csv((*HEADER, "Person", "Phone"), rows), chunk_rows=chunk_rows)
        await mapped(client, made["id"], customers, contacts)
        found.append(counted((await done(client, settings, made["id"], "try"))["tried"]))
    ran = await done(client, settings, made["id"], "run")
    assert found == [counted(ran["progress"])] * 3
    assert ran["progress"]["refused"] == (await refused(client, made["id"]))["counts"]["waiting"] > 0
    assert ran["progress"]["loaded"] + ran["progress"]["refused"] + ran["progress"]["skipped"] == 60
