"""Structured field types and pictures through the API, as an ordinary user too; reference data as lists."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from tests.http.client import Client, enter

PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
WEBP = b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
LABELS = {"en": "x", "zh-CN": "x"}
TYPES: dict[str, Any] = {
    "title": {"type": "company_name", "required": True, "searched": True},
    "speaks": {"type": "language"},
    "zone": {"type": "time_zone"},
    "person": {"type": "person_name", "searched": True},
    "place": {"type": "address", "searched": True},
    "tax": {"type": "tax_id"},
    "photos": {"type": "image", "options": {"max_count": 2}},
    "papers": {"type": "attachment", "options": {"media_types": ["application/pdf"]}},
}
DEALER = {
    "kind": "object",
    "key": "dealer",
    "labels": LABELS,
    "title": "title",
    "fields": [{"key": key, "labels": LABELS, **field} for key, field in TYPES.items()],
}
READER = {
    "kind": "role",
    "key": "dealers",
    "labels": LABELS,
    "objects": {
        "dealer": {
            "create": True,
            "grants": [{"rows": "all", "actions": ["read", "update"], "default": "write", "fields": {"tax": "masked", "zone": "hidden"}}],
        }
    },
}
ROW: dict[str, Any] = {
    "title": "宁波东方贸易有限公司",
    "speaks": "ZH-hans",
    "zone": "asia/shanghai",
    "person": {"given": "Fang", "family": "Wang", "native": "王芳"},
    "place": {"country": "CN", "lines": ["中山东路1号"], "city": "宁波市", "subdivision": "浙江", "postcode": "315000"},
    "tax": {"country": "CN", "number": "91350100M000100Y43"},
}


@pytest.fixture
async def dealer(client: Client) -> str:
    published = await client.post("/api/definitions/publish", json={"definitions": [DEALER, READER], "base": {}})
    assert published.status_code == 200, published.text
    tom = next(str(one["id"]) for one in (await client.get("/api/people")).json() if one["email"].startswith("tom@"))
    assert (await client.patch(f"/api/people/{tom}", json={"roles": ["dealers"]})).status_code == 200
    made = await client.post("/api/objects/dealer/records", json={"row": ROW})
    assert made.status_code == 201, made.text
    return str(made.json()["ids"][0])


async def _found(client: Client, **question: Any) -> int:
    answer = await client.post("/api/objects/dealer/count", json=question)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["count"])


async def test_values_are_kept_in_one_form_and_found_by_their_parts(client: Client, dealer: str) -> None:
    shown = (await client.get(f"/api/objects/dealer/records/{dealer}")).json()
    assert (shown["speaks"], shown["zone"]) == ("zh-Hans", "Asia/Shanghai")
    assert shown["person"] == {"given": "Fang", "family": "Wang", "native": "王芳", "salutation": "", "family_first": False, "full": "Fang Wang"}
    assert (shown["place"]["subdivision"], shown["place"]["text"]) == ("CN-ZJ", "315000\n浙江省宁波市\n中山东路1号")
    assert shown["tax"] == {"country": "CN", "scheme": "uscc", "number": "91350100M000100Y43", "valid": True}
    conditions: list[tuple[str, str, Any]] = [
        ("title", "similar", "Ningbo Dongfang Trading Co., Ltd"), ("speaks", "variant_of", "zh"), ("zone", "in_country", ["CN"]), ("person", "is_named", "wang fang"),
        ("person", "is_named", "王芳"), ("person", "family", "WANG"), ("place", "country_in", ["CN"]), ("place", "subdivision_in", ["CN-ZJ"]), ("place", "city", "宁波市"),
        ("place", "postcode", "315"), ("tax", "number", "91350100-M000100Y43"), ("tax", "valid", True), ("tax", "country_in", ["CN"]),
    ]  # fmt: skip
    for field, op, value in conditions:
        assert await _found(client, filter={"op": op, "field": field, "value": value}) == 1, (field, op)
    for field, op, value in (("title", "similar", "Shanghai Xifang"), ("speaks", "variant_of", "en"), ("place", "city", "宁波"), ("tax", "valid", False)):
        assert await _found(client, filter={"op": op, "field": field, "value": value}) == 0, (field, op)
    for word in ("宁波", "ningbo", "王芳", "浙江省", "fang"):
        assert await _found(client, search=word) == 1, word


async def test_a_change_moves_what_is_derived_and_undo_brings_it_back(client: Client, dealer: str) -> None:
    changed = await client.patch(f"/api/objects/dealer/records/{dealer}", json={"title": "Bosch GmbH"})
    assert changed.status_code == 200, changed.text
    assert await _found(client, filter={"op": "similar", "field": "title", "value": "BOSCH AG"}) == 1
    undone = await client.post(f"/api/actions/{changed.json()['action']}/undo", json={})
    assert undone.status_code == 200, undone.text
    assert await _found(client, filter={"op": "similar", "field": "title", "value": "BOSCH AG"}) == 0
    assert await _found(client, filter={"op": "similar", "field": "title", "value": "宁波东方贸易"}) == 1


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("tax", {"country": "CN", "number": "91350100M000100Y44"}, "tax_id"),
        ("place", {"country": "DE", "subdivision": "CN-ZJ"}, "subdivision"),
        ("person", {"given": "A, B"}, "name_signs"),
        ("speaks", "klingonisch", "language"),
        ("zone", "Mars/Phobos", "time_zone"),
    ],
)
async def test_what_is_wrong_is_said_in_words(client: Client, dealer: str, field: str, value: Any, rule: str) -> None:
    answer = await client.patch(f"/api/objects/dealer/records/{dealer}", json={field: value})
    assert answer.status_code == 422
    (problem,) = answer.json()["errors"]
    assert problem["params"]["rule"] == rule
    assert rule not in problem["detail"] and problem["detail"]


async def test_masked_and_hidden_parts_stay_so(client: Client, sign_ins: dict[str, str], dealer: str) -> None:
    await enter(client, sign_ins, "tom")
    shown = (await client.get(f"/api/objects/dealer/records/{dealer}")).json()
    assert shown["tax"] == {"masked": "***43"} and "zone" not in shown
    for field, op, value in (("tax", "number", "91350100M000100Y43"), ("tax", "country_in", ["CN"]), ("zone", "in_country", ["CN"])):
        answer = await client.post("/api/objects/dealer/count", json={"filter": {"op": op, "field": field, "value": value}})
        assert answer.status_code == 400, (field, answer.text)
    assert await _found(client, search="91350100M000100Y43") == 0


async def _upload(client: Client, name: str, body: bytes) -> dict[str, Any]:
    answer = await client.post("/api/files", files={"file": (name, body, "application/octet-stream")})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_pictures_have_their_size_and_nothing_else_is_taken(client: Client, sign_ins: dict[str, str], dealer: str) -> None:
    await enter(client, sign_ins, "tom")
    png, webp, pdf = await _upload(client, "a.png", PIXEL), await _upload(client, "b.webp", WEBP), await _upload(client, "c.png", b"%PDF-1.7 no picture")
    assert [(one["width"], one["height"]) for one in (png, webp, pdf)] == [(1, 1), (1, 1), (None, None)]
    where = f"/api/objects/dealer/records/{dealer}"
    refused = await client.patch(where, json={"photos": [pdf["id"]]})
    assert refused.status_code == 422 and refused.json()["errors"][0]["params"]["rule"] == "media_type"
    refused = await client.patch(where, json={"papers": [png["id"]]})
    assert refused.status_code == 422 and refused.json()["errors"][0]["params"]["rule"] == "media_type"
    changed = await client.patch(where, json={"photos": [png["id"], webp["id"]], "papers": [pdf["id"]]})
    assert changed.status_code == 200, changed.text
    shown = (await client.get(where)).json()
    assert [(one["name"], one["width"]) for one in shown["photos"]] == [("a.png", 1), ("b.webp", 1)]
    assert (await client.get(f"{where}/files/photos/{webp['id']}")).content == WEBP
    more = await _upload(client, "d.png", PIXEL)
    too_many = await client.patch(where, json={"photos": [png["id"], webp["id"], more["id"]]})
    assert too_many.status_code == 422 and too_many.json()["errors"][0]["params"]["rule"] == "max_count"
    for question in ({"filter": {"op": "filled", "field": "photos"}}, {"sort": [{"field": "photos"}]}):
        assert (await client.post("/api/objects/dealer/query", json=question)).status_code == 400


async def test_files_and_structured_types_are_not_what_they_cannot_be(client: Client, dealer: str) -> None:
    for change in ({"type": "attachment"}, {"type": "image", "unique": True}):
        fields = [{**field, **(change if field["key"] == "photos" else {})} for field in DEALER["fields"]]  # pyright: ignore[reportUnknownVariableType]
        answer = await client.post("/api/definitions/publish", json={"definitions": [{**DEALER, "fields": fields}], "base": {"object/dealer": 1}})
        assert answer.status_code == 422, (change, answer.text)
    answer = await client.post("/api/definitions/publish", json={"definitions": [{**DEALER, "title": "photos"}], "base": {"object/dealer": 1}})
    assert answer.status_code == 422


async def test_reference_lists_speak_the_readers_language(client: Client, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "tom")
    english = (await client.get("/api/reference/subdivisions", params={"country": "CN"})).json()
    chinese = (await client.get("/api/reference/subdivisions", params={"country": "cn", "language": "zh-CN"})).json()
    assert {"code": "CN-ZJ", "name": "Zhejiang"} in english and {"code": "CN-ZJ", "name": "浙江省"} in chinese
    ports = (await client.get("/api/reference/ports", params={"search": "ningbo"})).json()
    assert {"code": "CNNGB", "name": "Ningbo", "country": "CN"} in ports
    assert (await client.get("/api/reference/subdivisions", params={"country": "?"})).json() == []
    first = await client.get("/api/reference/languages")
    again = await client.get("/api/reference/languages", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get("/api/reference/secrets")).status_code == 404
    client.cookies.clear()
    assert (await client.get("/api/reference/languages")).status_code == 401


async def test_a_text_becomes_a_company_name_and_a_text_again(client: Client) -> None:
    def shop(kind: str) -> dict[str, Any]:
        fields = [{"key": "name", "type": kind, "labels": LABELS}, {"key": "keeper", "type": "person_name" if kind != "text" else "text", "labels": LABELS}]
        return {"kind": "object", "key": "shop", "labels": LABELS, "title": "name", "fields": fields}

    first = await client.post("/api/definitions/publish", json={"definitions": [shop("text")], "base": {}})
    assert first.status_code == 200, first.text
    row = {"name": "Müller GmbH & Co. KG", "keeper": "Dr. Anna Müller"}
    made = (await client.post("/api/objects/shop/records", json={"row": row})).json()["ids"][0]
    second = await client.post("/api/definitions/publish", json={"definitions": [shop("company_name")], "base": {"object/shop": 1}})
    assert second.status_code == 200, second.text
    shown = (await client.get(f"/api/objects/shop/records/{made}")).json()
    assert shown["name"] == row["name"]
    assert (shown["keeper"]["given"], shown["keeper"]["family"], shown["keeper"]["salutation"]) == ("Anna", "Müller", "Dr.")
    similar = {"filter": {"op": "similar", "field": "name", "value": "MULLER LTD"}}
    assert (await client.post("/api/objects/shop/count", json=similar)).json()["count"] == 1
    third = await client.post("/api/definitions/publish", json={"definitions": [shop("text")], "base": {"object/shop": 2}})
    assert third.status_code == 200, third.text
    shown = (await client.get(f"/api/objects/shop/records/{made}")).json()
    assert (shown["name"], shown["keeper"]) == (row["name"], row["keeper"])
