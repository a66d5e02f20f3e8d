"""Definitions out to files and in from them: the same bytes every time, an equal catalogue elsewhere, nothing lost, nothing taken from who may not give it."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from tests.http.client import Client, enter

from tradewind.accounts import people
from tradewind.catalog.installed import installed
from tradewind.catalog.publish import publish as publish_here
from tradewind.edge.http.app import build_app
from tradewind.edge.worker.handlers import handlers
from tradewind.files.store import FileStore
from tradewind.jobs.work import work_off
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.settings import Settings
from tradewind.metadata.definitions import RoleDefinition
from tradewind.query.database.pool import Database, open_pool

OURS = {"Sec-Fetch-Site": "same-origin"}


def files_of(body: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def zip_of(files: dict[str, Any], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, body in files.items():
            archive.writestr(name, body if isinstance(body, bytes | str) else json.dumps(body))
    return made.getvalue()


async def exported(client: Client, **params: Any) -> bytes:
    answer = await client.get("/api/definitions/export", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return answer.content


async def reviewed(client: Client, body: bytes, name: str = "definitions.zip") -> dict[str, Any]:
    answer = await client.post("/api/definitions/import/review", files={"file": (name, body)})
    assert answer.status_code == 200, answer.text
    return {f"{one['kind']}/{one['key']}": one for one in answer.json()["definitions"]} | {"": answer.json()["pack"]}


async def chosen(client: Client, what: str, body: bytes, take: dict[str, str], **more: Any) -> Any:
    choices = json.dumps({"take": take, **more})
    return await client.post(f"/api/definitions/import/{what}", files={"file": ("definitions.zip", body)}, data={"choices": choices})


def proposed(found: dict[str, Any]) -> dict[str, str]:
    return {name: one["proposed"] for name, one in found.items() if name and one["proposed"]}


async def published(client: Client, body: bytes, take: dict[str, str] | None = None) -> str:
    answer = await chosen(client, "publish", body, proposed(await reviewed(client, body)) if take is None else take)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["change_set"])


async def definition(client: Client, kind: str, key: str) -> dict[str, Any]:
    answer = await client.get(f"/api/definitions/{kind}/{key}")
    assert answer.status_code == 200, answer.text
    return answer.json()["body"]


async def publish(client: Client, *bodies: dict[str, Any]) -> None:
    answer = await client.post("/api/definitions/publish", json={"definitions": bodies})
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def elsewhere(database_url: str, database: Database, tmp_path: Path) -> AsyncIterator[Client]:
    """Another installation with nothing but one person who may do everything."""
    clock, boss = SystemClock(), "boss@demo.example"
    settings = Settings(database_url=database_url, data_folder=tmp_path / "elsewhere", pool_size=4)
    await publish_here(database, [RoleDefinition(key="owner", labels={"en": "Owner"}, everything=True)], None, clock)
    async with database.transaction() as connection:
        await people.create(connection, boss, "Boss", clock=clock, roles=("owner",), password="correct horse battery")
    async with AsyncTestClient(build_app(settings)) as opened:
        opened.headers.update(OURS)
        signed_in = await opened.post("/api/session", json={"email": boss, "password": "correct horse battery"})
        assert signed_in.status_code == 200, signed_in.text
        yield opened


async def test_what_goes_out_of_one_installation_makes_an_equal_catalogue_in_an_empty_one(client: Client, elsewhere: Client) -> None:
    body = await exported(client, roles=True)
    assert body == await exported(client, roles=True), "the same bytes every time"
    found = await reviewed(elsewhere, body)
    assert {one["state"] for name, one in found.items() if name} == {"new"}
    plan = (await chosen(elsewhere, "plan", body, proposed(found))).json()
    assert plan["problems"] == [] and [one["object"] for one in plan["operations"] if one["op"] == "create_object"]
    await published(elsewhere, body)
    again = files_of(await exported(elsewhere, roles=True))
    assert again.pop("roles/owner.json")["everything"] is True
    assert again == files_of(body)
    for kind, key in (("object", "order"), ("view", "customer_mine"), ("layout", "inquiry_page"), ("menu", "crm"), ("role", "sales")):
        assert await definition(elsewhere, kind, key) == await definition(client, kind, key)
    made = await elsewhere.post("/api/objects/customer/records", json={"row": {"name": "Müller Pumpen", "country": "DE"}})
    assert made.status_code == 201, made.text
    assert {one["state"] for name, one in (await reviewed(elsewhere, body)).items() if name} == {"same"}
    (first, *_) = (await elsewhere.get("/api/change-sets")).json()
    undone = await elsewhere.post(f"/api/change-sets/{first['id']}/undo", json={})
    assert undone.status_code == 200, undone.text
    assert list(files_of(await exported(elsewhere, roles=True))) == ["pack.json", "roles/owner.json"]


async def test_a_pack_comes_back_byte_for_byte_and_counts_as_installed(client: Client, elsewhere: Client, database: Database) -> None:
    pack = await exported(client, pack="crm", roles=True)
    head = files_of(pack)["pack.json"]
    assert (head["key"], head["version"], head["labels"]["zh-CN"]) == ("crm", "1.1.0", "客户管理")
    assert "objects/order.json" not in files_of(pack)
    change_set = await published(elsewhere, pack)
    assert await exported(elsewhere, pack="crm", roles=True) == pack
    listed = (await elsewhere.get("/api/definitions")).json()
    assert {one["pack"] for one in listed if one["key"] == "customer"} == {"crm"}
    async with database.reading() as connection:
        assert (await installed(connection))["crm"].version == "1.1.0"
    assert (await elsewhere.post(f"/api/change-sets/{change_set}/undo", json={})).status_code == 200
    async with database.reading() as connection:
        assert await installed(connection) == {}
    assert (await client.get("/api/definitions/export", params={"pack": "nobody"})).status_code == 404


async def test_an_object_goes_with_its_lines_shared_views_layouts_and_menus_and_no_role_unless_asked(client: Client) -> None:
    own = {"kind": "view", "key": "of_admin", "object": "order", "labels": {"en": "Mine"}, "columns": ["number"]}
    assert (await client.put("/api/views/of_admin", json=own)).status_code == 200
    found = files_of(await exported(client, objects=["order"]))
    assert list(found) == ["layouts/order_page.json", "menus/trade.json", "objects/order.json", "objects/order_line.json", "pack.json", "views/order_all.json"]
    assert found["menus/trade.json"]["objects"] == ["order"], "cut down to what is in the file"
    assert "roles/trader.json" in files_of(await exported(client, objects=["order"], roles=True))
    assert list(files_of(await exported(client, objects=["order_line"]))) == list(found)
    assert not any("of_admin" in name for name in files_of(await exported(client)))
    assert (await client.get("/api/definitions/export", params={"objects": "nothing"})).status_code == 404


async def test_a_changed_label_is_seen_published_and_taken_back(client: Client) -> None:
    found = files_of(await exported(client, objects=["customer"]))
    found["objects/customer.json"]["labels"]["en"] = "Account"
    body = zip_of(found)
    seen = await reviewed(client, body)
    assert {name for name, one in seen.items() if name and one["state"] != "same"} == {"object/customer"}
    one = seen["object/customer"]
    assert (one["state"], one["proposed"], list(one["ways"]), one["version"]) == ("changed", "replace", ["replace"], 1)
    assert (one["before"]["labels"]["en"], one["ways"]["replace"]["labels"]["en"]) == ("Customer", "Account")
    plan = (await chosen(client, "plan", body, {"object/customer": "replace"})).json()
    assert [(step["op"], step["params"]["members"]) for step in plan["operations"]] == [("change_settings", ["labels"])]
    change_set = await published(client, body)
    assert (await definition(client, "object", "customer"))["labels"]["en"] == "Account"
    assert (await client.post(f"/api/change-sets/{change_set}/undo", json={})).status_code == 200
    assert (await definition(client, "object", "customer"))["labels"]["en"] == "Customer"


def _text(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": "text", "labels": {"en": key.title()}, **more}


async def test_what_a_file_does_not_know_stays_and_adopting_only_adds(client: Client) -> None:
    """The file was made before this installation got a field, an option, a column, a menu entry and a right of its own."""
    old = files_of(await exported(client, roles=True))
    customer = await definition(client, "object", "customer")
    place = [field["key"] for field in customer["fields"]].index("country") + 1
    customer["fields"].insert(place, _text("route", sensitive=True))
    industry = next(field for field in customer["fields"] if field["key"] == "industry")
    industry["options"]["options"].insert(1, {"key": "toys", "labels": {"en": "Toys"}})
    lot = {"kind": "object", "key": "lot", "labels": {"en": "Lot"}, "title": "name", "fields": [_text("name")]}
    view, layout, menu, role = [
        await definition(client, kind, key) for kind, key in (("view", "customer_all"), ("layout", "customer_page"), ("menu", "crm"), ("role", "sales"))
    ]
    view["columns"].insert(2, "route")
    layout["sections"][0]["fields"].insert(1, "route")
    menu["objects"].insert(0, "lot")
    role["objects"]["lot"] = {"grants": [{"rows": "all"}]}
    role["objects"]["customer"]["grants"][1]["fields"] = {"route": "hidden"}
    await publish(client, customer, lot, view, layout, menu, role)

    old["objects/customer.json"]["labels"]["en"] = "Account"
    old["objects/customer.json"]["fields"].append(_text("harbour"))
    old["roles/sales.json"]["objects"]["customer"]["grants"][1]["actions"] = ["read", "update"]
    body = zip_of(old)
    seen = await reviewed(client, body)
    assert [name for name, one in seen.items() if name and one["state"] == "changed"] == ["object/customer", "role/sales"]
    adopted, replaced = (seen["object/customer"]["ways"][way] for way in ("adopt", "replace"))
    assert (adopted["labels"]["en"], replaced["labels"]["en"]) == ("Customer", "Account")
    for one in (adopted, replaced):
        keys = [field["key"] for field in one["fields"]]
        assert keys[place] == "route" and keys[-1] == "harbour"
        options = next(field for field in one["fields"] if field["key"] == "industry")["options"]["options"]
        assert options[1]["key"] == "toys"
    rights = seen["role/sales"]["ways"]["replace"]["objects"]
    assert "lot" in rights
    assert [grant.get("fields", {}).get("route") for grant in rights["customer"]["grants"]] == [None, "hidden"], "a state of a field the file does not know"
    await published(client, body)
    for kind, key, before in (("view", "customer_all", view), ("layout", "customer_page", layout), ("menu", "crm", menu)):
        assert await definition(client, kind, key) == before


def _rule(key: str, field: str) -> dict[str, Any]:
    return {"key": key, "labels": {"en": key}, "terms": [{"field": field}]}


async def test_a_rule_for_duplicates_stays_when_the_file_cannot_know_what_it_compares_by(client: Client) -> None:
    lot = {"kind": "object", "key": "lot", "labels": {"en": "Lot"}, "title": "name", "fields": [_text("name"), _text("code")]}
    kept = {"kind": "quality", "key": "lot", "rules": [_rule("names", "name"), _rule("codes", "code")], "fields": ["name", "code"]}
    await publish(client, lot, kept)
    theirs = {**kept, "rules": [_rule("seals", "seal")], "fields": ["seal", "name"], "stale_days": 30}
    body = zip_of({"objects/lot.json": {**lot, "fields": [_text("name"), _text("seal")]}, "quality/lot.json": theirs})
    found = (await reviewed(client, body))["quality/lot"]
    ways = {way: ([rule["key"] for rule in made["rules"]], made["fields"], made.get("stale_days", 365)) for way, made in found["ways"].items()}
    assert ways == {
        "replace": (["codes", "seals"], ["seal", "name", "code"], 30),
        "adopt": (["seals", "names", "codes"], ["seal", "name", "code"], 365),
    }
    change_set = await published(client, body, {"object/lot": "replace", "quality/lot": "adopt"})
    assert [rule["key"] for rule in (await definition(client, "quality", "lot"))["rules"]] == ["seals", "names", "codes"]
    assert (await client.post(f"/api/change-sets/{change_set}/undo", json={})).status_code == 200
    assert await definition(client, "quality", "lot") == kept


async def test_a_pack_from_outside_adopts_what_is_not_its_own(client: Client) -> None:
    """Semantics 2: a pack whose key exists already adds its fields, or nothing."""
    await publish(client, {"kind": "object", "key": "lot", "labels": {"en": "Lot"}, "title": "name", "fields": [_text("name")]})
    theirs = {"kind": "object", "key": "lot", "labels": {"en": "Batch"}, "title": "name", "fields": [_text("name", required=True), _text("yard")]}
    head = {"key": "yards", "version": "2", "labels": {"en": "Yards"}}
    body = zip_of({"pack.json": head, "objects/lot.json": theirs})
    seen = await reviewed(client, body)
    assert (seen[""]["key"], seen["object/lot"]["proposed"], sorted(seen["object/lot"]["ways"])) == ("yards", "adopt", ["adopt", "replace"])
    await published(client, body)
    now = await definition(client, "object", "lot")
    assert (now["labels"]["en"], [field["key"] for field in now["fields"]], now["fields"][0].get("required")) == ("Lot", ["name", "yard"], None)
    after = await reviewed(client, body)
    assert (after["object/lot"]["state"], after["object/lot"]["proposed"]) == ("changed", None), "left alone unless it is asked for"
    listed = (await client.get("/api/definitions")).json()
    assert [one["pack"] for one in listed if one["key"] == "lot"] == [""], "it stays the company's own"


async def test_what_cannot_be_taken_in_is_refused_with_its_place(client: Client) -> None:
    lot = {"kind": "object", "key": "lot", "labels": {"en": "Lot"}, "title": "name", "fields": [_text("name")]}
    relation = {"key": "harbour", "type": "relation", "labels": {"en": "Harbour"}, "options": {"target": "harbour"}}
    spoilt = {
        "objects/relation.json": {**lot, "key": "relation", "fields": [_text("name"), relation]},
        "objects/newer.json": {**lot, "key": "newer", "version": 2},
        "objects/newer_field.json": {**lot, "key": "newer_field", "fields": [_text("name", version=7)]},
        "objects/unknown_member.json": {**lot, "key": "unknown_member", "colour": "red"},
        "objects/broken.json": "{",
        "objects/deep.json": "[" * 5000,
        "objects/nul.json": json.dumps({**lot, "labels": {"en": "a\0b"}}),
        "objects/list.json": [],
        "objects/lot.json": lot,
        "objects/lot_again.json": lot,
        "roles/lot.json": {**lot, "key": "lot_role"},
        "flows/approve.json": {"kind": "flow", "key": "approve"},
        "views/relation_all.json": {"kind": "view", "key": "relation_all", "object": "relation", "labels": {"en": "All"}, "columns": ["name"]},
        "views/private.json": {"kind": "view", "key": "private", "object": "lot", "labels": {"en": "All"}, "columns": ["name"], "private_to": "x"},
        "views/up.json": {"kind": "view", "key": "../../up.all", "object": "lot", "labels": {"en": "All"}, "columns": ["name"]},
        "menus/lots.json": {"kind": "menu", "key": "lots", "labels": {"en": "Lots"}, "objects": ["lot", "harbour"]},
        "notes.txt": "read me",
    }
    answer = await client.post("/api/definitions/import/review", files={"file": ("a.zip", zip_of(spoilt))})
    found = {one["place"]: one for one in answer.json()["definitions"]}
    states = {place: one["state"] for place, one in found.items()}
    assert states == {place: "new" if place == "objects/lot.json" else "refused" for place in spoilt if place != "notes.txt"}
    reasons = {place: (one["problems"][0]["pointer"], one["problems"][0]["params"]["reason"]) for place, one in found.items() if one["problems"]}
    assert reasons == {
        "objects/relation.json": ("/object/relation/fields/harbour/options/target", "unknown_object"),
        "objects/newer.json": ("/objects/newer.json", "newer_version"),
        "objects/newer_field.json": ("/objects/newer_field.json", "newer_version"),
        "objects/unknown_member.json": ("/objects/unknown_member.json", "shape"),
        "objects/broken.json": ("/objects/broken.json", "json"),
        "objects/deep.json": ("/objects/deep.json", "json"),
        "objects/nul.json": ("/objects/nul.json", "json"),
        "objects/list.json": ("/objects/list.json", "shape"),
        "objects/lot_again.json": ("/objects/lot_again.json", "doubled"),
        "roles/lot.json": ("/roles/lot.json", "folder"),
        "flows/approve.json": ("/flows/approve.json", "unknown_kind"),
        "views/relation_all.json": ("/view/relation_all/object", "unknown_object"),
        "views/private.json": ("/views/private.json", "private"),
        "views/up.json": ("/view/../../up.all", "key"),
        "menus/lots.json": ("/menu/lots/objects", "unknown_object"),
    }
    refused = await chosen(client, "publish", zip_of(spoilt), {"object/lot": "replace", "object/relation": "replace"})
    assert (refused.status_code, refused.json()["params"]["reason"]) == (422, "no_such_choice")
    assert (await client.get("/api/definitions/object/lot")).status_code == 404, "all or nothing"


async def test_a_key_of_a_retired_object_and_what_was_published_meanwhile_stop_it(client: Client) -> None:
    lot = {"kind": "object", "key": "lot", "labels": {"en": "Lot"}, "title": "name", "fields": [_text("name")]}
    await publish(client, lot)
    body = zip_of({"objects/lot.json": {**lot, "labels": {"en": "Batch"}}})
    seen = (await reviewed(client, body))["object/lot"]
    await publish(client, {**lot, "labels": {"en": "Load"}})
    late = await chosen(client, "publish", body, {"object/lot": "replace"}, base={"object/lot": seen["version"]})
    assert (late.status_code, late.json()["params"]["reason"]) == (409, "newer")
    await publish(client, {**lot, "retired": True})
    gone = (await reviewed(client, body))["object/lot"]
    assert (gone["state"], gone["problems"][0]["params"]["reason"]) == ("refused", "retired_here")
    await publish(client, lot)
    assert (await reviewed(client, body))["object/lot"]["state"] == "changed", "once it is restored"


async def test_a_field_that_is_retired_in_the_file_is_retired_here_and_can_come_back(client: Client, elsewhere: Client) -> None:
    lot = {"kind": "object", "key": "lot", "labels": {"en": "Lot"}, "title": "name", "fields": [_text("name"), _text("yard")]}
    await publish(client, lot)
    retired = {**lot, "fields": [_text("name"), _text("yard", retired=True)]}
    await published(client, zip_of({"objects/lot.json": retired}))
    assert (await definition(client, "object", "lot"))["fields"][1]["retired"] is True
    await published(elsewhere, await exported(client, objects=["lot"]))
    await publish(elsewhere, lot)
    made = await elsewhere.post("/api/objects/lot/records", json={"row": {"name": "A", "yard": "North"}})
    assert made.status_code == 201, made.text


async def test_a_single_json_file_with_one_definition_or_a_list_is_taken_in(client: Client) -> None:
    lot = {"kind": "object", "key": "lot", "labels": {"en": "Lot"}, "title": "name", "fields": [_text("name")]}
    view = {"kind": "view", "key": "lot_all", "object": "lot", "labels": {"en": "All"}, "columns": ["name"]}
    for body, names in ((lot, ["object/lot"]), ([lot, view, {"kind": "nonsense"}], ["object/lot", "view/lot_all", "nonsense/2"])):
        found = await reviewed(client, json.dumps(body).encode(), "lot.json")
        assert [name for name in found if name] == names
    assert found["nonsense/2"]["problems"][0]["pointer"] == "/lot.json/2"
    await published(client, json.dumps([lot, view]).encode())
    assert (await definition(client, "view", "lot_all"))["object"] == "lot"


async def test_a_folder_around_the_files_and_what_file_managers_add_do_no_harm(client: Client) -> None:
    found = files_of(await exported(client, objects=["order"]))
    wrapped = {f"backup/{name}": body for name, body in found.items()} | {"__MACOSX/._pack.json": b"\0\1", "backup/.DS_Store": b"\0"}
    seen = await reviewed(client, zip_of(wrapped))
    assert {one["state"] for name, one in seen.items() if name} == {"same"}


async def test_drafts_of_what_comes_in_stay(client: Client) -> None:
    customer = await definition(client, "object", "customer")
    await client.put("/api/drafts/object/customer", json={"body": {"customer": {**customer, "icon": "users"}}, "base_version": 1})
    found = files_of(await exported(client, objects=["customer"]))
    found["objects/customer.json"]["labels"]["en"] = "Account"
    await published(client, zip_of(found))
    assert [one["key"] for one in (await client.get("/api/drafts")).json()] == ["customer"]
    assert (await client.get("/api/drafts/object/customer/meanwhile")).json()["version"] == 2


BOMB = zip_of({"objects/a.json": b"0" * 9_000_000})
ENTRIES = zip_of({f"objects/a{number}.json": b"{}" for number in range(4001)}, zipfile.ZIP_STORED)


def _linked() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        entry = zipfile.ZipInfo("objects/a.json")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return made.getvalue()


def _locked() -> bytes:
    body = bytearray(zip_of({"objects/a.json": b"{}"}, zipfile.ZIP_STORED))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(sign) + at] |= 1
    return bytes(body)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (BOMB, "size"),
        (ENTRIES, "entries"),
        (zip_of({"../objects/a.json": b"{}"}), "name"),
        (zip_of({"objects/../../a.json": b"{}"}), "name"),
        (zip_of({"/etc/a.json": b"{}"}), "name"),
        (zip_of({"C:/a.json": b"{}"}), "name"),
        (zip_of({"objects\\..\\a.json": b"{}"}), "name"),
        (_linked(), "name"),
        (_locked(), "encrypted"),
        (zip_of({"objects/a.json": b"{}"}, zipfile.ZIP_LZMA), "method"),
        (zip_of({"objects/a.json": b"{}"})[:-30], "damaged"),
        (b"PK\x03\x04" + b"\0" * 200, "damaged"),
        (zip_of({}), "empty"),
        (zip_of({"readme.txt": "nothing here"}), "empty"),
        (b"\x89PNG\r\n\x1a\n", "kind"),
        (b"", "kind"),
    ],
    ids=lambda value: f"{len(value)}-bytes" if isinstance(value, bytes) else value,
)
async def test_hostile_and_broken_files_are_refused_in_a_sentence(client: Client, body: bytes, rule: str) -> None:
    assert len(body) < 1_000_000
    for language in ("en", "zh-CN"):
        await client.patch("/api/session", json={"language": language})
        answer = await client.post("/api/definitions/import/review", files={"file": ("a.zip", body)})
        said = answer.json()
        assert (answer.status_code, said["code"], said["params"]["rule"]) == (422, "schema.file", rule), answer.text
        assert said["detail"] and said["next"] and "{{" not in said["detail"]


async def test_too_large_a_file_is_not_even_read(client: Client) -> None:
    answer = await client.post("/api/definitions/import/review", files={"file": ("a.zip", b"0" * 9_000_000)})
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


async def test_who_may_not_build_or_not_change_roles_does_neither_this_way(client: Client, sign_ins: dict[str, str]) -> None:
    body = await exported(client, roles=True)
    builder = {"kind": "role", "key": "builder", "labels": {"en": "Builder"}, "system": ["build"]}
    await publish(client, builder)
    tom = next(one for one in (await client.get("/api/people")).json() if one["email"].startswith("tom@"))
    await enter(client, sign_ins, "tom")
    take = json.dumps({"take": {"object/customer": "replace"}})
    for method, path, sent in (
        ("GET", "/api/definitions/export", {}),
        ("POST", "/api/definitions/import/review", {"files": {"file": ("a.zip", body)}}),
        ("POST", "/api/definitions/import/plan", {"files": {"file": ("a.zip", body)}, "data": {"choices": take}}),
        ("POST", "/api/definitions/import/publish", {"files": {"file": ("a.zip", body)}, "data": {"choices": take}}),
    ):
        refused = await client.request(method, path, **sent)
        assert (refused.status_code, refused.json()["code"]) == (403, "access.forbidden"), (path, refused.text)
    await enter(client, sign_ins, "admin")
    assert (await client.patch(f"/api/people/{tom['id']}", json={"roles": ["builder"]})).status_code == 200
    await enter(client, sign_ins, "tom")
    assert (await client.get("/api/definitions/export", params={"roles": True})).status_code == 403
    assert not any(name.startswith("roles/") for name in files_of(await exported(client)))
    found = files_of(body)
    found["roles/builder.json"] = {**builder, "everything": True}
    seen = await reviewed(client, zip_of(found))
    roles = [one for name, one in seen.items() if name.startswith("role/")]
    assert {(one["state"], one["problems"][0]["params"]["reason"], one["before"]) for one in roles} == {("refused", "needs_roles", None)}
    widened = await chosen(client, "publish", zip_of(found), {"role/builder": "replace"})
    assert widened.status_code == 422
    assert (await client.get("/api/session")).json()["system_rights"] == ["build"]


@pytest.mark.parametrize("choices", ["", "{", "[]", '{"take": {"object/customer": "swallow"}}', '{"more": 1}', "{" * 5000, '{"take": {}}'])
async def test_choices_that_make_no_sense_are_refused(client: Client, choices: str) -> None:
    answer = await client.post("/api/definitions/import/publish", files={"file": ("a.zip", await exported(client))}, data={"choices": choices})
    assert answer.status_code in (400, 422) and answer.json()["next"], answer.text


async def test_what_takes_long_goes_on_as_a_job(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    lot = {"kind": "object", "key": "lot", "labels": {"en": "Lot"}, "title": "name", "fields": [_text("name")]}
    await publish(client, lot)
    rows = [{"name": f"L{number}"} for number in range(30)]
    assert (await client.post("/api/objects/lot/records", json={"rows": rows})).status_code == 201
    more = {**lot, "fields": [_text("name"), _text("yard", default="North")]}
    yard = {"kind": "object", "key": "yard", "labels": {"en": "Yard"}, "title": "name", "fields": [_text("name")]}
    body = zip_of({"pack.json": {"key": "yards", "version": "1"}, "objects/lot.json": more, "objects/yard.json": yard})
    async with AsyncTestClient(build_app(dataclasses.replace(settings, rows_at_once=10))) as small:
        small.headers.update(OURS)
        await enter(small, sign_ins, "admin")
        answer = await chosen(small, "publish", body, {"object/lot": "replace", "object/yard": "replace"})
        assert (answer.status_code, answer.json()["state"]) == (202, "running"), answer.text
        database = await open_pool(settings.database_url, size=2)
        await work_off(database, handlers(database, SystemClock(), FileStore(settings.data_folder / "files")), SystemClock())
        await database.close()
        state = (await small.get(f"/api/change-sets/{answer.json()['change_set']}")).json()
        assert state["state"] == "done", state
        listed = (await small.get("/api/definitions")).json()
        assert {one["key"]: one["pack"] for one in listed if one["key"] in ("lot", "yard")} == {"lot": "", "yard": "yards"}
        (first, *_) = (await small.post("/api/objects/lot/query", json={})).json()["records"]
        assert first["yard"] == "North"
