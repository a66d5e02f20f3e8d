"""Building from outside: draft, plan, publish, versions, difference, restore, undo; and who may not."""

from __future__ import annotations

from typing import Any

import pytest
from tests.http.client import Client, enter

SAMPLE: dict[str, Any] = {
    "kind": "object",
    "key": "sample",
    "labels": {"en": "Sample", "zh-CN": "样品"},
    "title": "name",
    "fields": [{"key": "name", "type": "text", "labels": {"en": "Name"}, "required": True}, {"key": "pieces", "type": "integer", "labels": {"en": "Pieces"}}],
}


async def _publish(client: Client, body: dict[str, Any], base: int) -> str:
    answer = await client.post("/api/definitions/publish", json={"definitions": [body], "base": {f"object/{body['key']}": base}})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["change_set"])


async def test_a_draft_is_kept_published_compared_restored_and_taken_back(client: Client) -> None:
    await client.put("/api/drafts/object/sample", json={"body": {"sample": SAMPLE}, "base_version": 0})
    assert [one["key"] for one in (await client.get("/api/drafts")).json()] == ["sample"]
    plan = (await client.post("/api/definitions/check", json={"definitions": [SAMPLE]})).json()
    assert [step["op"] for step in plan["operations"]] == ["create_object", "add_field", "add_field"]
    await _publish(client, SAMPLE, 0)
    assert (await client.get("/api/drafts")).json() == []
    made = await client.post("/api/objects/sample/records", json={"row": {"name": "A", "pieces": 3}})
    assert made.status_code == 201, made.text
    more = {**SAMPLE, "fields": [*SAMPLE["fields"], {"key": "sent", "type": "date", "labels": {"en": "Sent"}}]}
    second = await _publish(client, more, 1)
    versions = (await client.get("/api/definitions/object/sample/versions")).json()
    assert [one["version"] for one in versions] == [2, 1]
    assert all(one["author_name"] for one in versions)
    changes = (await client.get("/api/definitions/object/sample/diff", params={"before": 1, "after": 2})).json()
    assert [one["path"] for one in changes] == ["/fields/sent"]
    restored = (await client.get("/api/definitions/object/sample/versions/1")).json()["body"]
    assert {field["key"]: field.get("retired", False) for field in restored["fields"]} == {"name": False, "pieces": False, "sent": True}
    undone = await client.post(f"/api/change-sets/{second}/undo", json={})
    assert undone.status_code == 200, undone.text


async def test_problems_name_their_place(client: Client) -> None:
    wrong = {**SAMPLE, "fields": [*SAMPLE["fields"], {"key": "sum", "type": "formula", "labels": {"en": "Sum"}, "options": {"expression": "piecez * 2"}}]}
    found = (await client.post("/api/definitions/check", json={"definitions": [wrong], "problems_only": True})).json()["problems"]
    assert [one["pointer"] for one in found] == ["/object/sample/fields/sum/options/expression"]
    assert found[0]["params"]["suggestion"] == "pieces"


def _formulas(count: int, expression: str) -> dict[str, Any]:
    first = {"key": "f0", "type": "integer", "labels": {"en": "F"}}
    made = [
        {"key": f"f{number}", "type": "formula", "labels": {"en": "F"}, "options": {"expression": expression.format(before=f"f{number - 1}")}}
        for number in range(1, count)
    ]
    return {**SAMPLE, "fields": [SAMPLE["fields"][0], first, *made]}


async def test_formulas_on_formulas_are_checked_in_a_moment_and_a_chain_without_end_is_refused(client: Client) -> None:
    """Each names the one before twice: going every way would take 2^40 steps."""
    many = (await client.post("/api/definitions/check", json={"definitions": [_formulas(40, "{before} + {before} * 2")]})).json()
    assert many["problems"] == [] and len(many["operations"]) == 42
    long = (await client.post("/api/definitions/check", json={"definitions": [_formulas(298, "{before} + 1")], "problems_only": True})).json()
    assert {(one["params"]["reason"], one["params"]["most"]) for one in long["problems"]} == {("chain", 50)}
    assert long["problems"][0]["pointer"] == "/object/sample/fields/f51/options/expression"


async def test_another_order_of_fields_is_in_the_plan(client: Client) -> None:
    await _publish(client, SAMPLE, 0)
    turned = {**SAMPLE, "fields": SAMPLE["fields"][::-1]}
    (step,) = (await client.post("/api/definitions/check", json={"definitions": [turned]})).json()["operations"]
    assert (step["op"], step["params"]["members"]) == ("change_settings", ["order"])


async def test_an_ordinary_user_may_not_build(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    assert (await client.put("/api/drafts/object/sample", json={"body": {}, "base_version": 0})).status_code == 403
    assert (await client.post("/api/definitions/publish", json={"definitions": [SAMPLE]})).status_code == 403
    for path in ("/api/drafts", "/api/field-types", "/api/definitions"):
        assert (await client.get(path)).status_code == 403


@pytest.mark.parametrize(
    ("field", "place", "reason"),
    [
        ({"type": "relation"}, "options/target", "no_target"),
        ({"type": "money", "options": {"digits": 9}}, "options/digits", "bounds"),
        ({"type": "integer", "options": {"min": 2, "max": 1}}, "options/min", "min_above_max"),
        ({"type": "auto_number", "options": {"pattern": "A-{yyyy}"}}, "options/pattern", "number_pattern"),
        ({"type": "text", "options": {"regex": "("}}, "options/regex", "regex"),
        ({"type": "select", "options": {"options": [{"key": "a"}, {"key": "a"}]}}, "options/options", "doubled_option"),
        ({"type": "integer", "default": ""}, "default", "no_default"),
        ({"type": "integer", "options": {"max": 5}, "default": 6}, "default", "default"),
        ({"type": "lookup"}, "options/path", "no_path"),
        ({"type": "rollup", "options": {"function": "count"}}, "options/object", "no_object"),
        ({"type": "rollup", "options": {"object": "inquiry", "relation": "customer", "function": "sum"}}, "options/field", "no_field"),
        ({"type": "status", "options": {"options": [{"key": "a", "required": ["gone"]}]}}, "options/options", "unknown_field"),
        (
            {"type": "rollup", "options": {"object": "inquiry", "relation": "customer", "function": "count", "filter": {"op": "eq", "field": "product"}}},
            "options/filter",
            "condition",
        ),
    ],
)
async def test_what_a_setting_still_lacks_is_named_at_its_place(client: Client, field: dict[str, Any], place: str, reason: str) -> None:
    customer = (await client.get("/api/definitions/object/customer")).json()["body"]
    body = {**customer, "fields": [*customer["fields"], {"key": "more", "labels": {"en": "More"}, **field}]}
    found = (await client.post("/api/definitions/check", json={"definitions": [body], "problems_only": True})).json()["problems"]
    assert [(one["pointer"], one["params"]["reason"]) for one in found] == [(f"/object/customer/fields/more/{place}", reason)]


async def test_all_values_that_cannot_be_converted_are_counted_and_the_first_are_listed(client: Client) -> None:
    body = {**SAMPLE, "fields": [*SAMPLE["fields"], {"key": "code", "type": "text", "labels": {"en": "Code"}}]}
    await _publish(client, body, 0)
    rows = [{"name": f"N{number}", "code": f"C{number}"} for number in range(30)] + [{"name": "ok", "code": "7"}]
    assert (await client.post("/api/objects/sample/records", json={"rows": rows})).status_code == 201
    retyped = {**body, "fields": [*SAMPLE["fields"], {"key": "code", "type": "integer", "labels": {"en": "Code"}}]}
    (step,) = (await client.post("/api/definitions/check", json={"definitions": [retyped]})).json()["operations"]
    assert (step["refused"], step["rows"], step["params"]["count"], len(step["params"]["values"])) == ("unconvertible", 31, 30, 20)


async def test_a_builder_sees_who_else_has_a_draft_and_what_was_published_meanwhile(client: Client, sign_ins: dict[str, str]) -> None:
    people = {one["email"]: one for one in (await client.get("/api/people")).json()}
    manager = people["manager@demo.example"]
    given = await client.patch(f"/api/people/{manager['id']}", json={"roles": ["administrator"]})
    assert given.status_code == 200, given.text
    await client.put("/api/drafts/object/customer", json={"body": {}, "base_version": 1})
    assert (await client.get("/api/drafts/object/customer/meanwhile")).json() == {"version": 1, "others": []}
    await enter(client, sign_ins, "manager")
    assert (await client.get("/api/drafts/object/customer/meanwhile")).json() == {"version": 1, "others": [people["admin@demo.example"]["name"]]}
    await enter(client, sign_ins, "mei")
    assert (await client.get("/api/drafts/object/customer/meanwhile")).status_code == 403


DEFAULTS: dict[str, Any] = {
    "number": "1.50",
    "percent": "0.1300",
    "money": {"amount": "5.00", "currency": "EUR"},
    "date": "2026-01-02",
    "tags": ["fragile"],
    "email": "a@demo.example",
    "country": "DE",
    "checkbox": True,
    "text": "none",
}


async def test_records_that_were_there_get_the_default_of_a_new_field_of_every_kind(client: Client) -> None:
    await _publish(client, SAMPLE, 0)
    assert (await client.post("/api/objects/sample/records", json={"row": {"name": "before"}})).status_code == 201
    added = [{"key": f"new_{kind}", "type": kind, "labels": {"en": kind}, "default": value} for kind, value in DEFAULTS.items()]
    await _publish(client, {**SAMPLE, "fields": [*SAMPLE["fields"], *added]}, 1)
    (row,) = (await client.post("/api/objects/sample/query", json={})).json()["records"]
    assert {kind: row[f"new_{kind}"] for kind in DEFAULTS} == {**DEFAULTS, "money": None}, "money needs the rate of a day: only new records get it"
    made = await client.post("/api/objects/sample/records", json={"row": {"name": "after"}})
    assert made.status_code == 201, made.text
    after = (await client.get(f"/api/objects/sample/records/{made.json()['ids'][0]}")).json()
    assert {kind: after[f"new_{kind}"] for kind in DEFAULTS} == DEFAULTS
