"""Pictures, papers and tags of records that become one: as many go along as the field holds, who may see the record sees them, and all of it goes back."""

from __future__ import annotations

from typing import Any

import pytest
from tests.http.client import Client, enter

PICTURES = [b"\x89PNG\r\n\x1a\n" + f"picture {number}".encode() * 5 for number in range(4)]


async def _post(client: Client, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def _upload(client: Client, name: str, body: bytes, media_type: str = "image/png") -> str:
    answer = await client.post("/api/files", files={"file": (name, body, media_type)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture
async def plates(client: Client, sign_ins: dict[str, str]) -> Client:
    """An object with at most three pictures, two papers and three tags, which sales people use; Mei is signed in."""
    fields = [
        {"key": "name", "type": "text", "labels": {"en": "Name"}},
        {"key": "pictures", "type": "image", "labels": {"en": "Pictures"}, "options": {"max_count": 3}},
        {"key": "papers", "type": "attachment", "labels": {"en": "Papers"}, "options": {"max_count": 2}},
        {"key": "tags", "type": "tags", "labels": {"en": "Tags"}, "options": {"max_count": 3}},
    ]
    plate = {"kind": "object", "key": "plate", "labels": {"en": "Plate"}, "title": "name", "fields": fields}
    role = {
        "kind": "role", "key": "plates", "labels": {"en": "Plates"},
        "objects": {"plate": {"create": True, "grants": [{"rows": "own", "actions": ["read", "update", "delete"], "default": "write"}]}},
    }  # fmt: skip
    await _post(client, "/api/definitions/publish", {"definitions": [plate, role]})
    people = (await client.get("/api/people")).json()
    for one in people["people"] if isinstance(people, dict) else people:
        if one["email"].split("@")[0] in ("mei", "ravi"):
            answer = await client.patch(f"/api/people/{one['id']}", json={"roles": [*one["roles"], "plates"]})
            assert answer.status_code == 200, answer.text
    await enter(client, sign_ins, "mei")
    return client


async def _state(client: Client, *records: str) -> list[Any]:
    """What each record holds, with the bytes of its files."""
    found: list[Any] = []
    for record in records:
        answer = await client.get(f"/api/objects/plate/records/{record}")
        row = answer.json()
        files = {
            key: [(file["id"], (await client.get(f"/api/objects/plate/records/{record}/files/{key}/{file['id']}")).content) for file in row[key] or []]
            for key in ("pictures", "papers")
        }
        found.append({"status": answer.status_code, "tags": row["tags"], "version": row["version"], **files})
    return found


async def test_as_many_go_along_as_there_is_room_for_and_all_go_back(plates: Client, sign_ins: dict[str, str]) -> None:
    client = plates
    pictures = [await _upload(client, f"{number}.png", body) for number, body in enumerate(PICTURES)]
    papers = [await _upload(client, f"{number}.pdf", b"%PDF-1.7 " + bytes([65 + number]) * 9, "application/pdf") for number in range(3)]
    rows = [
        {"name": "A", "pictures": pictures[:2], "papers": papers[:1], "tags": ["fair", "vip"]},
        {"name": "B", "pictures": pictures[2:], "papers": papers[1:], "tags": ["vip", "old"]},
    ]
    one, two = (await _post(client, "/api/objects/plate/records", {"rows": rows}, 201))["ids"]
    before = await _state(client, one, two)
    merged = await _post(client, "/api/objects/plate/merge", {"survivor": one, "losers": [two]})
    (whole,) = await _state(client, one)
    assert whole["pictures"] == [(identity, body) for identity, body in zip(pictures[:3], PICTURES, strict=False)]
    assert [identity for identity, _ in whole["papers"]] == papers[:2]
    assert whole["tags"] == ["fair", "vip", "old"]
    left = await client.get(f"/api/objects/plate/records/{two}/files/pictures/{pictures[2]}")
    assert left.status_code in (404, 410)
    await enter(client, sign_ins, "ravi")
    assert (await client.get(f"/api/objects/plate/records/{one}/files/pictures/{pictures[2]}")).status_code == 404
    await enter(client, sign_ins, "mei")
    undone = await client.post(f"/api/actions/{merged['action']}/undo", json={})
    assert (undone.status_code, undone.json().get("kept", [])) == (200, [])
    after = await _state(client, one, two)
    assert [{**state, "version": ""} for state in after] == [{**state, "version": ""} for state in before]


async def test_a_picture_added_after_the_merge_stays_when_it_is_taken_back(plates: Client) -> None:
    client = plates
    first, second, third = [await _upload(client, f"{number}.png", body) for number, body in enumerate(PICTURES[:3])]
    one, two = (await _post(client, "/api/objects/plate/records", {"rows": [{"name": "A", "pictures": [first]}, {"name": "B", "pictures": [second]}]}, 201))[
        "ids"
    ]
    merged = await _post(client, "/api/objects/plate/merge", {"survivor": one, "losers": [two]})
    changed = await client.patch(f"/api/objects/plate/records/{one}", json={"pictures": [third, second, first]})
    assert changed.status_code == 200, changed.text
    full = await client.patch(f"/api/objects/plate/records/{one}", json={"pictures": [third, second, first, await _upload(client, "4.png", PICTURES[3])]})
    assert (full.status_code, full.json()["errors"][0]["params"]["rule"]) == (422, "max_count")
    assert (await client.post(f"/api/actions/{merged['action']}/undo", json={})).status_code == 200
    a, b = await _state(client, one, two)
    assert ([identity for identity, _ in a["pictures"]], [identity for identity, _ in b["pictures"]]) == ([third, first], [second])
