"""Showing a masked value is a right of its own and leaves a trace; making roles is another right than building."""

from __future__ import annotations

from typing import Any

import msgspec
from tests.http.client import Client, enter
from tests.http.test_walk import MASKED, READER, VAULT

OPENER = msgspec.json.decode(msgspec.json.encode(READER))
OPENER["objects"]["vault"]["reveal"] = ["code"]
OPENER["objects"].pop("note")


async def _tom_is(client: Client, *roles: str) -> None:
    tom = next(str(one["id"]) for one in (await client.get("/api/people")).json() if one["email"].startswith("tom@"))
    assert (await client.patch(f"/api/people/{tom}", json={"roles": roles})).status_code == 200


async def _publish(client: Client, *bodies: dict[str, Any], code: int = 200) -> None:
    answer = await client.post("/api/definitions/publish", json={"definitions": bodies, "base": {}})
    assert answer.status_code == code, answer.text


async def test_a_masked_value_is_revealed_by_right_and_the_log_names_who_looked(client: Client, sign_ins: dict[str, str]) -> None:
    await _publish(client, VAULT, OPENER)
    await _tom_is(client, "reader")
    made = await client.post("/api/objects/vault/records", json={"row": {"name": "Open", "code": MASKED, "secret": "s"}})
    record = f"/api/objects/vault/records/{made.json()['ids'][0]}"
    admin = dict(client.cookies)
    await enter(client, sign_ins, "tom")
    tom = dict(client.cookies)
    assert (await client.post(f"{record}/reveal", json={"field": "code"})).json() == {"value": MASKED}
    assert (await client.post(f"{record}/reveal", json={"field": "secret"})).status_code in (400, 403)
    client.cookies.clear()
    client.cookies.update(admin)
    (entry,) = (await client.get("/api/audit", params={"operation": "reveal"})).json()["entries"]
    assert (entry["actor_name"], entry["object"], entry["fields"]) == ("Tom Becker", "vault", ["code"])
    await _publish(client, {**OPENER, "objects": {"vault": {**OPENER["objects"]["vault"], "reveal": []}}})
    client.cookies.clear()
    client.cookies.update(tom)
    assert (await client.post(f"{record}/reveal", json={"field": "code"})).status_code == 403


async def test_who_may_build_may_not_yet_make_roles(client: Client, sign_ins: dict[str, str]) -> None:
    builder = {"kind": "role", "key": "builder", "labels": {"en": "Builder"}, "system": ["build"]}
    await _publish(client, builder)
    await _tom_is(client, "builder")
    await enter(client, sign_ins, "tom")
    await _publish(client, VAULT)
    await _publish(client, {**builder, "everything": True}, code=403)
    await _publish(client, OPENER, code=403)
