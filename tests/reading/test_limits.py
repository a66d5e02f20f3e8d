"""The child process: what it may cost, what ends it, and that nothing half written stays."""

from __future__ import annotations

import os
import signal
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from tests.reading.books import read, read_text

from tradewind.ingest.reading import Limits, convert
from tradewind.kernel.problems import UnreadableFile


def refused(path: Path, **limits: Any) -> dict[str, Any]:
    folder = path.with_name("out")
    folder.mkdir(exist_ok=True)
    with pytest.raises(UnreadableFile) as problem:
        convert(path, path.name, folder, Limits(**limits))
    assert list(folder.iterdir()) == []
    return problem.value.params


def wide_csv(folder: Path, rows: int = 200_000) -> Path:
    path = folder / "many.csv"
    path.write_text("id,name,city\n" + "".join(f"{number},Name {number},Ningbo\n" for number in range(rows)))
    return path


def dense(folder: Path, rows: int = 60_000) -> Path:
    made = xlsxwriter.Workbook(folder / "dense.xlsx", {"constant_memory": True})
    sheet = made.add_worksheet("S")
    for number in range(rows):
        sheet.write_row(number, 0, [f"name {number}", number, number * 2, "a longer text that every row has", number % 7, "x", "y", "z"])
    made.close()
    return folder / "dense.xlsx"


def children() -> set[int]:
    """Processes that we are the parent of."""
    mine = str(os.getpid())
    found: set[int] = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if (folder / "stat").read_text().rpartition(")")[2].split()[1] == mine:
                    found.add(int(folder.name))
            except OSError:
                continue
    return found


def test_memory_is_limited(tmp_path: Path) -> None:
    params = refused(dense(tmp_path), memory=90_000_000)
    assert (params["rule"], params["file"]) == ("memory", "dense.xlsx")


def test_time_is_limited(tmp_path: Path) -> None:
    params = refused(wide_csv(tmp_path, 2_000_000), seconds=1)
    assert (params["rule"], params["seconds"]) == ("time", 1)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_killed_child_is_a_problem_and_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    path, folder = wide_csv(tmp_path), tmp_path / "out"
    folder.mkdir()
    before = children()

    def kill(_: int) -> None:
        for child in children() - before:
            os.kill(child, number)

    with pytest.raises(UnreadableFile) as problem:
        convert(path, path.name, folder, on_progress=kill)
    assert problem.value.params["rule"] == "stopped"
    assert list(folder.iterdir()) == [] and children() == before


def test_the_child_lives_under_its_limits_and_without_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEWIND_DATABASE_URL", "postgresql://secret")
    path, folder = wide_csv(tmp_path), tmp_path / "out"
    folder.mkdir()
    before, seen = children(), set[str]()

    def look(_: int) -> None:
        for child in children() - before:
            process = Path("/proc") / str(child)
            seen.update(line for line in (process / "limits").read_text().splitlines() if line.startswith(("Max address space", "Max cpu time")))
            seen.update(part for part in (process / "environ").read_text().split("\0") if part.startswith("TRADEWIND_"))

    convert(path, path.name, folder, Limits(memory=500_000_000, seconds=100), on_progress=look)
    assert {tuple(line.split()[:-1]) for line in seen} == {("Max", "address", "space", "500000000", "500000000"), ("Max", "cpu", "time", "100", "105")}


def test_progress_is_told_and_a_listener_that_raises_ends_the_child(tmp_path: Path) -> None:
    path, folder = wide_csv(tmp_path), tmp_path / "out"
    folder.mkdir()
    told: list[int] = []
    assert convert(path, path.name, folder, on_progress=told.append).sheets[0].rows == 200_000
    assert len(told) > 10 and told[:-1] == sorted(told[:-1])
    before = children()

    class Enough(Exception):
        pass

    def stop(rows: int) -> None:
        if rows > 10_000:
            raise Enough

    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(Enough):
        convert(path, path.name, other, on_progress=stop)
    assert list(other.iterdir()) == [] and children() == before


def test_the_child_ends_with_the_process_that_asked(tmp_path: Path) -> None:
    path = wide_csv(tmp_path, 3_000_000)
    (tmp_path / "out").mkdir()
    asker = os.fork()
    if not asker:
        convert(path, path.name, tmp_path / "out")
        os._exit(0)
    grandchild = 0
    for _ in range(600):
        found = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit() and _parent(one) == asker]
        if found:
            grandchild = found[0]
            break
        time.sleep(0.01)
    assert grandchild
    time.sleep(0.3)
    os.kill(asker, signal.SIGKILL)
    os.waitpid(asker, 0)
    for _ in range(600):
        if not _runs(grandchild):
            return
        time.sleep(0.01)
    raise AssertionError("the child goes on")


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _runs(process: int) -> bool:
    try:
        return (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_two_files_at_once(tmp_path: Path) -> None:
    path = wide_csv(tmp_path, 20_000)
    found: list[int] = []

    def run(name: str) -> None:
        (tmp_path / name).mkdir()
        found.append(convert(path, path.name, tmp_path / name).sheets[0].rows)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [20_000, 20_000]


def test_sizes_are_looked_at_before_anything_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    made = openpyxl.Workbook()
    made.save(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/worksheets/sheet9.xml", "w") as part:
        for _ in range(60):
            part.write(b" " * 1_000_000)
    assert path.stat().st_size < 100_000
    assert refused(path)["rule"] == "bomb"
    assert refused(path, unpacked=1_000_000)["rule"] == "unpacked"
    assert refused(path, size=1_000)["rule"] == "size"


def test_entities_and_cells_far_apart_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "a", "b"
    made.save(path)
    params = refused(path)
    assert (params["rule"], params["cell"]) == ("sparse", "XFD1048576")
    laughing = tmp_path / "laughing.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(laughing, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "xl/workbook.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + content.partition(b"?>")[2]
            target.writestr(entry.filename, content)
    assert refused(laughing)["rule"] in ("bomb", "broken")


def test_rows_columns_sheets_and_text_are_limited(tmp_path: Path) -> None:
    path = wide_csv(tmp_path, 5_000)
    assert refused(path, rows=4_000) == {"rule": "rows", "sheet": "", "most": 4_000, "file": "many.csv"}
    assert refused(path, written=20_000)["rule"] == "written"
    assert refused(path, columns=2)["rule"] == "columns"
    made = openpyxl.Workbook()
    for _ in range(5):
        made.create_sheet()
    made.save(tmp_path / "sheets.xlsx")
    assert refused(tmp_path / "sheets.xlsx", sheets=3)["rule"] == "sheets"
    assert refused(tmp_path / "sheets.xlsx")["rule"] == "no_sheets"


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv")["rule"] == "missing"


def test_an_even_sample_serves_where_values_are_too_many(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("code,day\n" + "".join(f"A-{number},{number % 28 + 1:02d}/{number % 12 + 1:02d}/2024\n" for number in range(60_000)))
    found = read(path)
    code, day = found.column("code"), found.column("day")
    assert (code.filled, code.distinct_capped, code.guess.type) == (60_000, True, "text")
    assert 10_000 <= code.guess.seen <= 20_000
    assert (day.guess.type, day.guess.day_first, day.guess.seen) == ("date", True, 60_000)


def test_a_sheet_of_nothing_but_a_header(tmp_path: Path) -> None:
    found = read_text(tmp_path, "公司名称,邮箱\n")
    assert (found.sheet().rows, found.rows()) == (0, [])
    assert [column.guess.type for column in found.sheet().columns] == ["text", "email"]
