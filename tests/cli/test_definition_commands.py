"""A company keeps its definitions in a folder: written out, changed by hand, said in words, published and taken in elsewhere."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from tests.cli.running import tradewind

ROOT = Path(__file__).parents[2]


def _read(folder: Path) -> dict[str, Any]:
    return {path.relative_to(folder).as_posix(): json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("**/*.json")}


def test_a_folder_goes_round_and_only_what_changed_is_published(database_url: str, tmp_path: Path) -> None:
    def run(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
        return tradewind("definitions", *arguments, cwd=tmp_path, database_url=database_url, default_language="en", **settings)

    def said(done: subprocess.CompletedProcess[str]) -> str:
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "Nothing to take in" not in said(run("import", str(ROOT / "packs" / "crm")))
    assert "Nothing to take in" in said(run("import", str(ROOT / "packs" / "crm")))
    assert "definitions are in" in said(run("export", "kept", "--pack", "crm"))
    shipped, kept = _read(ROOT / "packs" / "crm"), _read(tmp_path / "kept")
    assert set(kept) == {name for name in shipped if not name.startswith("demo/")}
    alike = [name for name in kept if name.partition("/")[0] in ("objects", "views", "layouts", "menus")]
    assert len(alike) > 15 and all(kept[name] == shipped[name] for name in alike), "roles leave out what is so anyhow"
    assert kept["pack.json"] == {"requires": [], **shipped["pack.json"]}

    shutil.copytree(tmp_path / "kept", tmp_path / "before")
    customer = tmp_path / "kept" / "objects" / "customer.json"
    body = json.loads(customer.read_text(encoding="utf-8"))
    body["labels"]["en"] = "Account"
    body["fields"].append({"key": "harbour", "type": "text", "labels": {"en": "Harbour"}})
    customer.write_text(json.dumps(body), encoding="utf-8")
    planned = said(run("import", "kept", "--plan"))
    assert "changed  objects/customer.json" in planned and "Add “Harbour” (Text) to Account" in planned and "Published" not in planned
    adopted = said(run("import", "kept", "--plan", "--adopt"))
    assert "Add “Harbour”" in adopted and "Name" not in adopted
    assert "Published together: 1." in said(run("import", "kept"))
    (tmp_path / "kept" / "views" / "gone.json").write_text("{}", encoding="utf-8")
    said(run("export", "kept", "--pack", "crm"))
    after = _read(tmp_path / "kept")
    assert "views/gone.json" not in after, "a file of a definition that is not there is taken away"
    assert {name for name, one in after.items() if one != _read(tmp_path / "before")[name]} == {"objects/customer.json"}
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM system.changes WHERE operation = 'publish' AND actor_kind = 'system'").fetchone() == (2,)


def test_what_cannot_be_is_said_with_its_place_and_nothing_is_published(database_url: str, tmp_path: Path) -> None:
    def refused(*arguments: str) -> str:
        done = tradewind("definitions", *arguments, cwd=tmp_path, database_url=database_url, default_language="en")
        assert done.returncode == 1 and "Traceback" not in done.stderr and done.stderr.startswith("tradewind: "), done.stdout + done.stderr
        return done.stderr

    said = refused("import", str(ROOT / "packs" / "trade"))
    assert "object/order/fields/customer/options/target: There is no object “customer” here, and none is taken in with it." in said
    (tmp_path / "odd" / "flows").mkdir(parents=True)
    (tmp_path / "odd" / "pack.json").write_text("{}")
    (tmp_path / "odd" / "flows" / "approve.json").write_text('{"kind": "flow", "key": "approve"}')
    assert "flows/approve.json: “flow” is no kind of definition that this version knows." in refused("import", "odd")
    assert "pack.json" in refused("import", "nowhere")
    assert "There is no pack “nobody”." in refused("export", "new", "--pack", "nobody")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert "holds other things" in refused("export", "mine")
    assert "cannot be used" in refused("export", "mine/letter.txt/below")
    assert not (tmp_path / "new").exists() and [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM system.definitions").fetchone() == (0,)
