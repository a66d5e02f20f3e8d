"""R185: each import says whose it is, what of which file goes where, and what is still to be done; an administrator sees all of them."""

from __future__ import annotations

from tests.http.client import Client, enter
from tests.http.importing import CUSTOMERS, HEADER, as_csv, brought, done, mapped

from tradewind.kernel.settings import Settings


async def test_owner_scope_and_what_is_left(client: Client, settings: Settings, sign_ins: dict[str, str]) -> None:
    await enter(client, sign_ins, "mei")
    first = await brought(client, settings, as_csv(HEADER, [("X1", "One", "Italy"), ("X2", "Two", "Atlantis")]), "north.csv")
    assert first["actions"] == ["map", "try", "run", "delete"] if first["map"] else ["map", "delete"]
    await mapped(client, first["id"], CUSTOMERS)
    await done(client, settings, first["id"], "run")
    await enter(client, sign_ins, "ravi")
    second = await brought(client, settings, as_csv(HEADER, [("X3", "Three", "Italy")]), "south.csv")
    assert [one["name"] for one in (await client.get("/api/imports")).json()["imports"]] == ["south.csv"]

    await enter(client, sign_ins, "admin")
    listed = {one["name"]: one for one in (await client.get("/api/imports", params={"all": "true"})).json()["imports"]}
    north, south = listed["north.csv"], listed["south.csv"]
    assert (north["person"]["name"], north["state"], north["waiting"], north["actions"]) == ("陈美 Chen Mei", "done", 1, ["again", "undo"])
    assert (south["person"]["name"], south["state"], south["progress"]) == (second["person"]["name"], "mapping", second["progress"])
    assert "map" in south["actions"] and "undo" not in south["actions"]
    whole = (await client.get(f"/api/imports/{first['id']}")).json()
    assert (whole["file"]["name"], whole["sheets"][0]["rows"], whole["progress"]["of"]) == ("north.csv", 2, 2)
    assert [(one["object"], sorted(one["fields"])) for one in whole["map"]["targets"]] == [("customer", ["code", "country", "name"])]
