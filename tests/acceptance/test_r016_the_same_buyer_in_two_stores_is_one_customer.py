"""R16: the same buyer ordering in two stores is one customer with two store identities."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter

AMAZON, SHOPIFY = {"source": "amazon", "id": "A-100"}, {"source": "shopify.de", "id": "4711"}


async def _order(client: Client, *rows: dict[str, Any], match: list[str] | None = None, status: int = 201, **more: Any) -> Any:
    body = {"rows": list(rows), "operation": "upsert", "match": match or ["external_ids", "email"], **more}
    answer = await client.post("/api/objects/contact/records", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def _known_as(client: Client, record: str) -> list[dict[str, str]]:
    answer = await client.get(f"/api/objects/contact/records/{record}/external-ids")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_second_store_adds_its_id_to_the_customer_the_first_one_made(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    first = await _order(client, {"name": "Ana Ruiz", "email": "ana@ruiz.example", "external_ids": [AMAZON]})
    assert first["created"] == 1
    [ana] = first["ids"]
    second = await _order(client, {"name": "Ana Ruiz", "email": "Ana@ruiz.example", "external_ids": [SHOPIFY]})
    assert (second["ids"], second["created"]) == ([ana], 0)
    assert await _known_as(client, ana) == [AMAZON, SHOPIFY]
    moved = await _order(client, {"name": "Ana Ruiz", "email": "office@ruiz.example", "external_ids": [AMAZON]})
    assert (moved["ids"], moved["updated"]) == ([ana], 1)
    assert (await client.get(f"/api/objects/contact/records/{ana}")).json()["email"] == "office@ruiz.example"
    again = await _order(client, {"name": "Ana Ruiz", "email": "office@ruiz.example", "external_ids": [AMAZON, SHOPIFY]})
    assert (again["ids"], again["unchanged"]) == ([ana], 1)
    told = (await client.get(f"/api/objects/contact/records/{ana}/history")).json()
    assert [one["external_ids"] for one in told["entries"] if one["operation"] == "identify"] == [[SHOPIFY], [AMAZON]]


async def test_rows_of_one_order_list_that_mean_the_same_buyer_make_one_customer(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await _order(
        client,
        {"name": "Bo", "email": "bo@one.example", "external_ids": [AMAZON]},
        {"name": "Bo", "external_ids": [SHOPIFY, AMAZON]},
        {"name": "Bo Li", "email": "bo@one.example"},
        {"name": "Cy", "email": "cy@one.example", "external_ids": [{"source": "amazon", "id": "A-101"}]},
    )
    bo, cy = made["ids"][0], made["ids"][3]
    assert (made["ids"], made["created"]) == ([bo, bo, bo, cy], 2)
    assert await _known_as(client, bo) == [AMAZON, SHOPIFY]
    later = await _order(
        client, {"name": "Dee", "email": "cy@one.example"}, {"name": "Cy", "email": "cy@two.example", "external_ids": [{"source": "amazon", "id": "A-101"}]}
    )
    assert later["ids"] == [cy, cy]


async def test_merging_leaves_both_ids_at_the_one_who_stays_and_undoing_gives_them_back(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    one = (await _order(client, {"name": "Ana", "email": "ana@a.example", "external_ids": [AMAZON]}))["ids"][0]
    two = (await _order(client, {"name": "Ana R.", "email": "ana@b.example", "external_ids": [SHOPIFY]}))["ids"][0]
    merged = await client.post("/api/objects/contact/merge", json={"survivor": one, "losers": [two]})
    assert merged.status_code == 200, merged.text
    assert await _known_as(client, one) == [AMAZON, SHOPIFY]
    assert (await _order(client, {"name": "Ana", "external_ids": [SHOPIFY]}))["ids"] == [one]
    undone = await client.post(f"/api/actions/{merged.json()['action']}/undo", json={})
    assert undone.status_code == 200, undone.text
    assert (await _known_as(client, one), await _known_as(client, two)) == ([AMAZON], [SHOPIFY])


async def test_an_id_belongs_to_one_record_and_says_nothing_of_a_holder_out_of_sight(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    ana = (await _order(client, {"name": "Ana Ruiz", "external_ids": [AMAZON]}))["ids"][0]
    other = (await _order(client, {"name": "Else", "external_ids": [{"source": "amazon", "id": "B"}]}))["ids"][0]
    taken = await client.patch(f"/api/objects/contact/records/{other}", json={"external_ids": [AMAZON]})
    assert (taken.status_code, taken.json()["code"], taken.json()["params"]) == (409, "record.already_exists", {"field": "external_ids"})
    assert "Ana" not in taken.text
    assert ana not in taken.text
    await enter(client, sign_ins, "ravi")
    for match, status in ((["external_ids"], 422), (["email"], 409)):
        refused = await _order(client, {"name": "Mine", "email": "mine@ravi.example", "external_ids": [AMAZON]}, match=match, status=status)
        assert {one["code"] for one in (*refused["errors"], refused)} - {"record.invalid"} == {"record.already_exists"}
        assert "Ana" not in str(refused)
        assert ana not in str(refused)
    assert (await client.get(f"/api/objects/contact/records/{ana}/external-ids")).status_code == 404
    partly = await _order(client, {"name": "Mine", "external_ids": [AMAZON]}, {"name": "New", "external_ids": [SHOPIFY]}, partial=True)
    assert partly["ids"][0] is None
    assert [problem["row"] for problem in partly["problems"]] == [0]
    assert await _known_as(client, partly["ids"][1]) == [SHOPIFY]


async def test_the_id_of_a_record_in_the_bin_is_free_again(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    gone = (await _order(client, {"name": "Ana", "external_ids": [AMAZON, SHOPIFY]}))["ids"][0]
    assert (await client.delete(f"/api/objects/contact/records/{gone}")).status_code == 200
    new = (await _order(client, {"name": "Ana", "external_ids": [AMAZON]}))["ids"][0]
    assert new != gone
    assert (await client.post(f"/api/objects/contact/records/{gone}/restore", json={})).status_code == 200
    assert (await _known_as(client, new), await _known_as(client, gone)) == ([AMAZON], [SHOPIFY])


async def test_an_id_needs_a_source_that_is_a_short_name(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    for wrong in (
        [{"source": "My shop!", "id": "1"}],
        [{"source": "amazon", "id": "  "}],
        [{"source": "amazon"}],
        "amazon",
        [{"source": "a", "id": "1", "x": 1}],
    ):
        refused = await _order(client, {"name": "X", "external_ids": wrong}, status=422)
        assert refused["errors"][0]["pointer"] == "/rows/0/external_ids", wrong


async def test_what_gave_an_id_is_taken_back_and_an_id_taken_away_comes_back(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    ana = (await _order(client, {"name": "Ana", "email": "ana@a.example", "external_ids": [AMAZON]}))["ids"][0]
    wrong = await _order(client, {"name": "Anna", "email": "ana@a.example", "external_ids": [SHOPIFY]})
    assert (wrong["ids"], await _known_as(client, ana)) == ([ana], [AMAZON, SHOPIFY])
    assert (await client.post(f"/api/actions/{wrong['action']}/undo", json={})).status_code == 200
    assert await _known_as(client, ana) == [AMAZON]
    assert (await client.get(f"/api/objects/contact/records/{ana}")).json()["name"] == "Ana"
    gone = await client.patch(f"/api/objects/contact/records/{ana}", json={"external_ids": {"remove": [AMAZON, SHOPIFY]}})
    assert (gone.status_code, await _known_as(client, ana)) == (200, [])
    other = (await _order(client, {"name": "Bo", "external_ids": [SHOPIFY]}))["ids"][0]
    assert (await client.post(f"/api/actions/{gone.json()['action']}/undo", json={})).status_code == 200
    assert (await _known_as(client, ana), await _known_as(client, other)) == ([AMAZON], [SHOPIFY])
    told = (await client.get(f"/api/objects/contact/records/{ana}/history")).json()["entries"]
    assert [(one["operation"], one["external_ids"]) for one in told if "external_ids" in one] == [
        ("identify", [AMAZON]),
        ("unidentify", [AMAZON]),
        ("unidentify", [SHOPIFY]),
        ("identify", [SHOPIFY]),
        ("identify", [AMAZON]),
    ]


async def test_an_undone_order_takes_the_customer_with_his_id_and_the_bin_gives_both_back(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    made = await _order(client, {"name": "Ana", "external_ids": [AMAZON]})
    [ana] = made["ids"]
    assert (await client.post(f"/api/actions/{made['action']}/undo", json={})).status_code == 200
    assert (await client.get(f"/api/objects/contact/records/{ana}/external-ids")).status_code == 404
    assert (await client.post(f"/api/objects/contact/records/{ana}/restore", json={})).status_code == 200
    assert await _known_as(client, ana) == [AMAZON]


async def test_an_id_that_went_elsewhere_meanwhile_is_not_taken_back_by_force(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    ana = (await _order(client, {"name": "Ana", "external_ids": [AMAZON]}))["ids"][0]
    gone = await client.patch(f"/api/objects/contact/records/{ana}", json={"external_ids": {"remove": [AMAZON]}})
    bo = (await _order(client, {"name": "Bo", "external_ids": [AMAZON]}))["ids"][0]
    refused = await client.post(f"/api/actions/{gone.json()['action']}/undo", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "record.already_exists")
    assert (await _known_as(client, ana), await _known_as(client, bo)) == ([], [AMAZON])


async def test_only_who_may_change_a_record_gives_it_an_id(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    ana = (await _order(client, {"name": "Ana", "external_ids": [AMAZON]}))["ids"][0]
    await enter(client, sign_ins, "ravi")
    for change in ([SHOPIFY], {"remove": [AMAZON]}):
        assert (await client.patch(f"/api/objects/contact/records/{ana}", json={"external_ids": change})).status_code == 404
    await enter(client, sign_ins, "mei")
    assert await _known_as(client, ana) == [AMAZON]
