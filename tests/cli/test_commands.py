"""Commands as people type them: beginning a field type, importing into the folder of `make run`, checking it, and sentences for what cannot be done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cli.running import free_port, started, tradewind, wait_for

ROOT = Path(__file__).parents[2]
MAP = {"key": "shops", "targets": [{"object": "customer", "name": "shop", "match": ["name"], "fields": {"name": {"column": "Shop"}}}]}


def _copy(folder: Path) -> Path:
    """The repository as far as a field type touches it."""
    for name in ("src", "web/kinds", "web/ui"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "static", "node_modules"))
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__", "browser", "faults"))
    for name in ("pyproject.toml", "web/biome.json", "web/package.json", "web/tsconfig.json"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "web" / "node_modules").symlink_to(ROOT / "web" / "node_modules")
    return folder


def test_a_new_field_type_is_whole_from_its_first_minute(tmp_path: Path) -> None:
    copy = _copy(tmp_path / "copy")
    there = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*arguments: str, where: Path = copy) -> subprocess.CompletedProcess[str]:
        return subprocess.run(arguments, cwd=where, env=there, capture_output=True, text=True, timeout=300)

    made = run(sys.executable, "-m", "tradewind", "scaffold", "field", "star_rating")
    assert made.returncode == 0, made.stdout + made.stderr
    paths = [line for line in made.stdout.splitlines() if "/" in line and "Next" not in line]
    assert paths[:2] == ["src/tradewind/kinds/fields/types/star_rating.py", "web/kinds/fields/types/star_rating.tsx"]
    assert all((copy / path).exists() for path in paths)
    again = run(sys.executable, "-m", "tradewind", "scaffold", "field", "star_rating")
    assert again.returncode == 1 and "exists already" in again.stdout
    assert run(sys.executable, "-m", "tradewind", "scaffold", "field", "Star-Rating").returncode == 1

    conforms = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/conformance/test_field_types.py", "-k", "star_rating")
    assert conforms.returncode == 0, conforms.stdout[-3000:]
    tidy = run(str(ROOT / ".venv" / "bin" / "ruff"), "format", "--check", paths[0])
    assert tidy.returncode == 0, tidy.stdout
    assert run(str(ROOT / ".venv" / "bin" / "ruff"), "check", paths[0]).returncode == 0


def test_import_and_check_find_the_folder_of_a_demo_whether_it_runs_or_not(tmp_path: Path) -> None:
    (tmp_path / "shops.csv").write_text("Shop\nLantern House\nTea & Co\n", encoding="utf-8")
    (tmp_path / "map.json").write_text(json.dumps(MAP), encoding="utf-8")
    data, log, port = tmp_path / "data", tmp_path / "log", free_port()

    def load(name: str) -> subprocess.CompletedProcess[str]:
        return tradewind("import", "shops.csv", "--map", "map.json", "--run", name, cwd=tmp_path, data_folder=data)

    nowhere = load("first")
    assert nowhere.returncode == 1 and "TRADEWIND_DATABASE_URL" in nowhere.stderr
    with started(log, "demo", "--data", str(data), "--port", str(port)) as demo:
        wait_for("Ctrl-C", log, demo)
        beside = load("second")
        assert beside.returncode == 0 and "shop: +2" in beside.stdout, beside.stdout + beside.stderr
    alone = load("third")
    assert alone.returncode == 0 and "shop: +2" not in alone.stdout, alone.stdout + alone.stderr
    checked = tradewind("check", data_folder=data)
    assert checked.returncode == 0, checked.stdout + checked.stderr
