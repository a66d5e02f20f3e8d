"""R153: rights on the table, the row (own, department, below, team, all, rule), the field and the action hold in lists, search, figures, pickers and relations."""

from __future__ import annotations

from typing import Any

import pytest
from tests.http.client import Client, enter


async def _people(client: Client) -> dict[str, dict[str, Any]]:
    return {one["email"].split("@")[0]: one for one in (await client.get("/api/people")).json()}


async def _grant(client: Client, rows: str, **more: Any) -> None:
    """Gives mei a role that allows these rows of one object and nothing else."""
    rights: dict[str, Any] = {"create": False, "grants": [{"rows": rows, "actions": ["read"], "default": "read", **more}]}
    role = {"kind": "role", "key": "tried", "labels": {"en": "Tried"}, "objects": {"shed": rights} | ({} if rows == "rule" else {"shed_note": rights})}
    published = await client.post("/api/definitions/publish", json={"definitions": [role]})
    assert published.status_code == 200, published.text
    mei = (await _people(client))["mei"]
    assert (await client.patch(f"/api/people/{mei['id']}", json={"roles": ["tried"]})).status_code == 200


@pytest.fixture
async def shed(client: Client) -> dict[str, str]:
    """Mei's own record, and those of her department, of another one, of one below hers, of her team, and a red one. Ids by name."""
    people = await _people(client)
    names = ("name", "secret", "colour")
    fields = [{"key": key, "type": "text", "labels": {"en": key}, "searched": key == "name"} for key in names]
    made = {"kind": "object", "key": "shed", "labels": {"en": "Shed"}, "title": "name", "fields": fields}
    note = {
        "kind": "object",
        "key": "shed_note",
        "labels": {"en": "Note"},
        "title": "text",
        "fields": [
            {"key": "text", "type": "text", "labels": {"en": "Text"}},
            {"key": "shed", "type": "relation", "labels": {"en": "Shed"}, "options": {"target": "shed", "inverse": "notes"}},
        ],
    }
    assert (await client.post("/api/definitions/publish", json={"definitions": [made, note]})).status_code == 200
    departments = {one["name"]: one["id"] for one in (await client.get("/api/departments")).json()}
    home = people["mei"]["department"]
    away = next(identity for identity in departments.values() if identity not in (home, people["tom"]["department"]))
    below = (await client.post("/api/departments", json={"name": "Below", "parent": home})).json()["id"]
    for who, department in (("tom", home), ("ravi", away), ("manager", below)):
        assert (await client.patch(f"/api/people/{people[who]['id']}", json={"department": department})).status_code == 200
    team = (await client.post("/api/teams", json={"name": "Fair", "members": [people["mei"]["id"]]})).json()["id"]
    ids: dict[str, str] = {}
    for name, owner, more in (
        ("Hers", "mei", {}),
        ("Tom's", "tom", {}),
        ("Ravi's", "ravi", {}),
        ("Below's", "manager", {}),
        ("Team's", "ravi", {"team": team}),
        ("Rule's", "ravi", {"colour": "red"}),
    ):
        row = {"name": name, "secret": f"secret of {name}", "owner": people[owner]["id"], **more}
        answer = await client.post("/api/objects/shed/records", json={"row": row})
        assert answer.status_code == 201, answer.text
        ids[name] = answer.json()["ids"][0]
        noted = await client.post(
            "/api/objects/shed_note/records",
            json={"row": {"text": f"About {name}", "shed": ids[name], "owner": people[owner]["id"], **({"team": team} if "team" in more else {})}},
        )
        assert noted.status_code == 201, noted.text
    return ids


@pytest.mark.parametrize(
    ("rows", "seen"),
    [
        ("own", {"Hers"}),
        ("department", {"Hers", "Tom's"}),
        ("subtree", {"Hers", "Tom's", "Below's"}),
        ("team", {"Team's"}),
        ("all", {"Hers", "Tom's", "Ravi's", "Below's", "Team's", "Rule's"}),
    ],
)
async def test_one_scope_holds_on_every_way_to_a_record(client: Client, sign_ins: dict[str, str], shed: dict[str, str], rows: str, seen: set[str]) -> None:
    await _grant(client, rows)
    await enter(client, sign_ins, "mei")

    async def names(path: str, body: dict[str, Any]) -> set[str]:
        answer = await client.post(f"/api/objects/{path}", json=body)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return {one.get("name") or one.get("title") for one in (found["records"] if isinstance(found, dict) else found)}

    assert await names("shed/query", {}) == seen
    assert await names("shed/query", {"search": "'s"}) == seen - {"Hers"}
    assert await names("shed/pick", {}) == seen
    figures = (await client.post("/api/objects/shed/aggregate", json={"dimensions": [{"field": "name"}], "measures": [{"function": "count"}]})).json()
    assert ({row["d"][0] for row in figures["rows"]}, figures["total"]) == (seen, [len(seen)])
    assert (await client.post("/api/objects/shed/count", json={})).json()["count"] == len(seen)
    for name, identity in shed.items():
        wanted = 200 if name in seen else 404
        assert (await client.get(f"/api/objects/shed/records/{identity}")).status_code == wanted, name
        related = await client.get(f"/api/objects/shed/records/{identity}/related/shed_note/shed")
        assert related.status_code == wanted, name
        assert (await client.delete(f"/api/objects/shed/records/{identity}")).status_code in ((403,) if name in seen else (404,)), name
    assert (await client.post("/api/objects/shed/records", json={"row": {"name": "New"}})).status_code == 403


async def test_a_rule_and_field_rights_and_actions_hold(client: Client, sign_ins: dict[str, str], shed: dict[str, str]) -> None:
    await _grant(client, "rule", rule={"op": "eq", "field": "colour", "value": "red"}, actions=["read", "update"], default="write", fields={"secret": "hidden"})
    await enter(client, sign_ins, "mei")
    (record,) = (await client.post("/api/objects/shed/query", json={})).json()["records"]
    assert (record["id"], record["name"], "secret" in record) == (shed["Rule's"], "Rule's", False)
    for question in ({"filter": {"op": "filled", "field": "secret"}}, {"sort": [{"field": "secret"}]}):
        assert (await client.post("/api/objects/shed/query", json=question)).status_code in (400, 404, 422)
    changed = await client.patch(f"/api/objects/shed/records/{record['id']}", json={"name": "Rule's, mended", "version": record["version"]})
    assert changed.status_code == 200, changed.text
    secret = await client.patch(f"/api/objects/shed/records/{record['id']}", json={"secret": "mine", "version": changed.json().get("version", "")})
    assert (secret.status_code, secret.json()["code"]) == (400, "field.unknown")
    assert (await client.delete(f"/api/objects/shed/records/{record['id']}")).status_code == 403
    await enter(client, sign_ins, "admin")
    assert (await client.get(f"/api/objects/shed/records/{record['id']}")).json()["secret"] == "secret of Rule's"
