"""Damaged files of every kind: always a reading or a problem with a sentence, never anything else, and never a child over its limit."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tests.soak import noted

from tradewind.ingest.reading import Limits, convert
from tradewind.kernel.messages import LANGUAGES, has
from tradewind.kernel.problems import UnreadableFile

SOAK = bool(os.environ.get("TRADEWIND_SOAK"))
EXAMPLES = 150 if SOAK else 6
LIMITS = Limits(memory=700_000_000, seconds=30, written=50_000_000, rows=100_000)
Change = tuple[int, int, bytes]


def xlsx() -> bytes:
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    sheet = made.add_worksheet("客户")
    percent, day = made.add_format({"num_format": "0%"}), made.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["公司", "折扣", "日期", "合计"])
    for row in range(1, 20):
        sheet.write_string(row, 0, f"客户 {row}")
        sheet.write_number(row, 1, row / 100, percent)
        sheet.write_number(row, 2, 45_000 + row, day)
        sheet.write_formula(row, 3, f"=B{row}*2", None, row if row % 3 else "#N/A")
    sheet.merge_range("A22:B24", "merged")
    made.add_worksheet("Hidden").hide()
    made.close()
    return target.getvalue()


def plain_xlsx() -> bytes:
    target = io.BytesIO()
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    for row in range(30):
        sheet.append([f"name {row}", row, row * 1.5, row % 2 == 0, None])
    made.save(target)
    return target.getvalue()


def xls() -> bytes:
    target = io.BytesIO()
    made = xlwt.Workbook()
    sheet = made.add_sheet("S")
    for row in range(40):
        for place, value in enumerate([f"name {row}", row, row * 1.5, row % 2 == 0]):
            sheet.write(row, place, value)
    made.save(target)
    return target.getvalue()


def ods() -> bytes:
    target = io.BytesIO()
    cells = "".join(
        f'<table:table-row><table:table-cell office:value-type="float" office:value="{n}"/><table:table-cell><text:p>x{n}</text:p></table:table-cell></table:table-row>'
        for n in range(20)
    )
    spaces = " ".join(f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in ("office", "table", "text"))
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        package.writestr(
            "content.xml",
            f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="T">{cells}</table:table></office:spreadsheet></office:body></office:document-content>',
        )
    return target.getvalue()


def csv(encoding: str, delimiter: str) -> bytes:
    rows = [["公司", "Name", "价格", "date"], *[[f"客户{n}", f'"Na""me {n}"', f"{n},5", f"{n % 28 + 1}/3/2024"] for n in range(40)]]
    return "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)


SEEDS: dict[str, Callable[[], bytes]] = {
    "xlsx": xlsx,
    "plain.xlsx": plain_xlsx,
    "xls": xls,
    "ods": ods,
    "utf-8": lambda: csv("utf-8", ","),
    "gb18030": lambda: csv("gb18030", ";"),
    "utf-16": lambda: csv("utf-16", "\t"),
}
changes = some.lists(
    some.tuples(
        some.integers(0, 2**31),
        some.integers(0, 40),
        some.binary(max_size=12)
        | some.sampled_from([b'"', b"\0", b"\xff" * 8, b"\n", b"<c r=", b'r="ZZZ9999999"', b"&a;", b"]]>", b"1e999", b"-1", b"99999999999999999999"]),
    ),
    min_size=1,
    max_size=6,
)


def damaged(content: bytes, changed: list[Change], *, still: bool = False) -> bytes:
    """Bytes replaced, put in and taken out at places all over; with `still` only replaced, so that everything stays where it is."""
    made = bytearray(content)
    for place, out, put in changed:
        start = place % (len(made) + 1)
        made[start : start + (len(put) if still else out)] = put
    return bytes(made[: len(content)]) if still else bytes(made)


def repacked(content: bytes, which: int, changed: list[Change]) -> bytes:
    """A package of which one part is damaged while the container is sound."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        names = source.namelist()
        for name in names:
            part = source.read(name)
            package.writestr(name, damaged(part, changed) if name == names[which % len(names)] else part)
    return target.getvalue()


def outcome(content: bytes, name: str, folder: Path) -> str:
    """What comes of it: read, or the rule by which it was refused."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "out").mkdir(parents=True)
    path = folder / "file"
    path.write_bytes(content)
    try:
        reading = convert(path, name, folder / "out", LIMITS)
    except UnreadableFile as problem:
        rule = str(problem.params["rule"])
        assert all(has(language, f"problems.file.unreadable.rules.{rule}") for language in LANGUAGES), rule
        assert list((folder / "out").iterdir()) == []
        return rule
    written = {one.name for one in (folder / "out").iterdir()}
    assert {sheet.file for sheet in reading.sheets} <= written
    assert all(has(language, f"reading.notes.{note.code}") for sheet in reading.sheets for note in (*sheet.notes, *reading.notes) for language in LANGUAGES)
    return "read"


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_files_are_read_or_refused(seed: str, tmp_path: Path) -> None:
    content = SEEDS[seed]()
    found: dict[str, int] = {}

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(changes, some.integers(0, 30), some.booleans(), some.floats(0.2, 1.4))
    def check(changed: list[Change], which: int, inside: bool, kept: float) -> None:
        packed = content.startswith(b"PK")
        made = repacked(content, which, changed) if packed and inside else damaged(content, changed, still=inside)
        if kept < 1 and not inside:
            made = made[: int(len(made) * kept)]
        how = outcome(made, seed, tmp_path / "case")
        found[how] = found.get(how, 0) + 1

    check()
    assert outcome(content, seed, tmp_path / "case") == "read"
    if SOAK:
        noted(f"reading damaged {seed}", ", ".join(f"{how} {count}" for how, count in sorted(found.items())))
