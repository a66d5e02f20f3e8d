"""Every route is walked by an ordinary user: no answer holds a value that his role hides or masks."""

from __future__ import annotations

from typing import Any

from tests.http.client import Client, enter

HIDDEN, MASKED, AMOUNT = "Zx9-hidden-until-now", "Qv7-masked-until-now", 918273645
NOWHERE = "01890000-0000-7000-8000-000000000000"


def _field(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "labels": {"en": key.title()}, **more}


VAULT = {
    "kind": "object", "key": "vault", "labels": {"en": "Vault"}, "title": "name",
    "fields": [
        _field("name", "text", required=True, searched=True), _field("secret", "text", searched=True),
        _field("code", "text", searched=True, unique=True), _field("amount", "integer"),
        _field("twice", "formula", options={"expression": "amount * 2", "result": "number"}),
    ],
}  # fmt: skip
NOTE = {
    "kind": "object", "key": "note", "labels": {"en": "Note"}, "title": "text",
    "fields": [
        _field("text", "text", required=True), _field("about", "relation", options={"target": "vault", "inverse": "notes", "on_delete": "set_null"}),
        _field("its_secret", "lookup", options={"path": "about.secret"}), _field("its_code", "lookup", options={"path": "about.code"}),
    ],
}  # fmt: skip
READER = {
    "kind": "role", "key": "reader", "labels": {"en": "Reader"},
    "objects": {
        "vault": {
            "create": True,
            "export": True,
            "grants": [
                {"rows": "all", "actions": ["read", "update", "delete"], "default": "write", "fields": {"secret": "hidden", "amount": "hidden", "code": "masked"}}
            ],
        },
        "note": {"create": True, "export": True, "grants": [{"rows": "all", "actions": ["read", "update", "delete"], "default": "write"}]},
    },
}  # fmt: skip

QUESTIONS: list[dict[str, Any]] = [
    {},
    {"deleted": True},
    {"search": "Zx9"},
    {"search": "Qv7"},
    *({"sort": [{"field": key, "descending": True}]} for key in ("secret", "code", "amount", "twice", "about.secret")),
    *({"filter": {"op": "starts", "field": key, "value": value}} for key, value in (("secret", "Zx9"), ("code", "Qv7"), ("about.secret", "Zx9"))),
    {"filter": {"op": "gt", "field": "amount", "value": 1}},
    {"fields": ["name", "secret", "code", "amount", "twice"]},
    {"fields": ["text", "its_secret", "its_code", "about"]},
]
FIGURES = [{"dimensions": [{"field": key}], "measures": [{"function": "count"}]} for key in ("secret", "code", "about.secret", "name")] + [
    {"dimensions": [], "measures": [{"function": function, "field": key}]} for function in ("max", "sum") for key in ("amount", "twice", "code", "secret")
]
WHO: dict[str, list[dict[str, Any]]] = {
    "post /api/objects/{key}/query": QUESTIONS,
    "post /api/objects/{key}/count": [{key: value for key, value in one.items() if key in ("filter", "search", "deleted")} for one in QUESTIONS],
    "post /api/objects/{key}/anchors": [{key: value for key, value in one.items() if key in ("filter", "sort", "search")} for one in QUESTIONS],
    "post /api/objects/{key}/aggregate": FIGURES,
    "post /api/objects/{key}/pick": [{"search": text} for text in ("", "Zx9", "Qv7", "Open")],
    "post /api/objects/{key}/records": [{"row": {"name": "Mine"}}, {"row": {"text": "Mine"}}, {"row": {"name": "Mine", "secret": "x", "code": "y"}}],
    "patch /api/objects/{key}/records/{record}": [{"name": "Other", "version": "1"}, {"secret": "x"}, {"code": "x", "version": "0"}],
    "post /api/objects/{key}/records/{record}/reveal": [{"field": key} for key in ("secret", "code", "amount", "twice")],
    "post /api/objects/{key}/records/{record}/shares": [{"person": NOWHERE}, {"person": NOWHERE, "sensitive": ["secret"]}],
    **{
        f"post /api/objects/{{key}}/exports{rest}": [
            {"fields": ["name", "code"]},
            {"fields": ["text", "about", "its_code"]},
            {"fields": ["name", "secret"]},
            {"fields": ["text", "about.secret"]},
            {"fields": ["name"], "sort": [{"field": "code"}]},
            {"fields": ["name"], "filter": {"op": "starts", "field": "code", "value": "Qv7"}},
        ]
        for rest in ("", "/preview")
    },
    "post /api/objects/{key}/batch": [{"operation": "update", "rows": [{"id": NOWHERE, "secret": "x"}]}, {"operation": "delete", "ids": [NOWHERE]}],
}
LAST = ("delete /api/objects/{key}/records/{record}", "post /api/objects/{key}/records/{record}/restore")
APART = {
    "get /api/live": "an endless stream; it tells names of objects and nothing of records",
    "delete /api/session": "signs the walker out",
    "post /api/session": "signs somebody else in",
}
VALUES: dict[str, list[str]] = {
    "key": ["vault", "note"], "kind": ["object", "role", "view", "people", "departments", "teams", "roles"], "identity": [NOWHERE], "action": [NOWHERE],
    "other": ["note", "vault"], "relation": ["about"], "field": ["secret", "code"], "file": [NOWHERE], "share_id": [NOWHERE], "change_set": [NOWHERE], "version": ["1"], "code": ["record.stale"], "shape": ["none"],
    "name": ["currencies", "subdivisions", "nothing"], "number": ["1"],
}  # fmt: skip


def _paths(template: str, values: dict[str, list[str]]) -> list[str]:
    """All addresses of a route; a parameter nobody thought of is an error, so that every new route is looked at here."""
    found = [template]
    for key in [part[1:-1] for part in template.split("/") if part.startswith("{")]:
        found = [path.replace(f"{{{key}}}", value, 1) for path in found for value in values[key]]
    return found


async def test_no_route_gives_away_a_hidden_or_masked_value(client: Client, sign_ins: dict[str, str]) -> None:
    published = await client.post("/api/definitions/publish", json={"definitions": [VAULT, NOTE, READER], "base": {}})
    assert published.status_code == 200, published.text
    people = (await client.get("/api/people")).json()
    tom = next(str(one["id"]) for one in people if one["email"].startswith("tom@"))
    assert (await client.patch(f"/api/people/{tom}", json={"roles": ["reader"]})).status_code == 200
    ids: list[str] = []
    for number in range(2):
        row = {"name": f"Open {number}", "secret": f"{HIDDEN}-{number}", "code": f"{MASKED}-{number}", "amount": AMOUNT}
        made = await client.post("/api/objects/vault/records", json={"row": row})
        assert made.status_code == 201, made.text
        ids += made.json()["ids"]
    noted = await client.post("/api/objects/note/records", json={"row": {"text": "See", "about": {"id": ids[0]}}})
    assert noted.status_code == 201, noted.text
    first = (await client.get(f"/api/objects/vault/records/{ids[0]}")).json()
    assert first["secret"] == f"{HIDDEN}-0"
    changed = await client.patch(f"/api/objects/vault/records/{ids[0]}", json={"secret": f"{HIDDEN}-2", "code": f"{MASKED}-2", "version": first["version"]})
    assert changed.status_code == 200, changed.text
    await client.delete(f"/api/objects/vault/records/{ids[1]}")
    routes = [f"{method} {path}" for path, methods in (await client.get("/api/openapi.json")).json()["paths"].items() for method in methods]

    await enter(client, sign_ins, "tom")
    shown = (await client.get(f"/api/objects/vault/records/{ids[0]}")).json()
    assert "secret" not in shown and "masked" in shown["code"] and shown["name"] == "Open 0"
    (note,) = (await client.post("/api/objects/note/query", json={})).json()["records"]
    assert note["about"]["title"] == "Open 0" and not {"its_secret", "its_code"} & set(note)
    values = VALUES | {"record": [*ids, *noted.json()["ids"]]}
    walked = 0
    for route in [*(one for one in routes if one not in LAST and one not in APART), *LAST]:
        method, template = route.split(" ", 1)
        for path in _paths(template, values):
            for body in WHO.get(route, [{}]):
                answer = await client.request(method.upper(), path, json=None if method == "get" else body)
                walked += 1
                assert answer.status_code < 500, (route, path, body, answer.text)
                said = answer.text + str(dict(answer.headers))
                for value in (HIDDEN, MASKED, str(AMOUNT), str(AMOUNT * 2)):
                    assert value not in said, (route, path, body)
    assert walked > 200


async def test_a_field_one_never_sees_answers_like_one_that_is_not_there(client: Client, sign_ins: dict[str, str]) -> None:
    await client.post("/api/definitions/publish", json={"definitions": [VAULT, NOTE, READER], "base": {}})
    tom = next(str(one["id"]) for one in (await client.get("/api/people")).json() if one["email"].startswith("tom@"))
    await client.patch(f"/api/people/{tom}", json={"roles": ["reader"]})
    await enter(client, sign_ins, "tom")
    for question in ({"sort": [{"field": "{}"}]}, {"filter": {"op": "filled", "field": "{}"}}):
        answers: list[tuple[int, str]] = []
        for key in ("secret", "misspelt"):
            asked = await client.post(
                "/api/objects/vault/query", content=str(question).replace("'", '"').replace("{}", key), headers={"Content-Type": "application/json"}
            )
            assert asked.status_code in (400, 404, 422), asked.text
            answers.append((asked.status_code, asked.text.replace(key, "…")))
        assert answers[0] == answers[1]
