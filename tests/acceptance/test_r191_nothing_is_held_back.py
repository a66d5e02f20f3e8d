"""R191: no fee for a user or a module: every right is there to give, to as many people as one likes, and no code asks for a licence."""

from __future__ import annotations

import re
from pathlib import Path

from tests.http.client import Client, enter

ROOT = Path(__file__).parents[2]
GATES = re.compile(
    r"licen[cs]e[_ ]?key|max_users|user_limit|seats?\b|enterprise|premium|upgrade to|free trial|trial[ _](?:period|version|days|ends|licen)", re.IGNORECASE
)
ALL_RIGHTS = {"build", "people", "roles", "audit", "keys", "purge", "demo", "data"}


def test_no_code_asks_for_a_licence_or_counts_seats() -> None:
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "web" / "apps").rglob("*.ts*"), *(ROOT / "src" / "tradewind" / "messages").rglob("*.json")]
    assert len(sources) > 200
    assert not [(path.name, found.group()) for path in sources if (found := GATES.search(path.read_text(encoding="utf-8")))]
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


async def test_a_hundred_people_have_every_right_each(client: Client, sign_ins: dict[str, str]) -> None:
    everything = {"kind": "role", "key": "whole", "labels": {"en": "Whole"}, "everything": True}
    assert (await client.post("/api/definitions/publish", json={"definitions": [everything]})).status_code == 200
    passwords: dict[str, str] = {}
    for number in range(100):
        body = {"email": f"p{number}@demo.example", "name": f"Person {number}", "roles": ["whole"]}
        made = await client.post("/api/people", json=body)
        assert made.status_code == 201, made.text
        passwords[body["email"]] = made.json()["password"]
    people = (await client.get("/api/people", params={"limit": 500})).json()
    assert len([one for one in people if one["active"]]) >= 100
    await enter(client, passwords, "p99")
    assert set((await client.get("/api/session")).json()["system_rights"]) == ALL_RIGHTS
    assert (await client.post("/api/objects/customer/count", json={})).json()["count"] > 0
