"""Workbooks as people and programs write them: what stands in the canonical file, and what is said about it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tests.reading.books import read, read_bytes

from tradewind.ingest.reading import Limits
from tradewind.kernel.problems import UnreadableFile


def book(path: Path, *sheets: tuple[str, list[list[Any]]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def rewritten(path: Path, part: str, change: Any) -> Path:
    """The workbook with one part's text changed."""
    changed = path.with_name("changed-" + path.name)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(entry.filename, change(content.decode()).encode() if entry.filename == part else content)
    return changed


def test_values_of_every_kind_in_one_form(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(tmp_path / "kinds.xlsx")
    sheet = made.add_worksheet("Kinds")
    form = {
        code: made.add_format({"num_format": code}) for code in ("0.0%", "yyyy-mm-dd", "hh:mm:ss", "[h]:mm", "yyyy-mm-dd hh:mm", "000000", "[$€-407] #,##0.00")
    }
    sheet.write_row(0, 0, ["whole", "part", "tiny", "huge", "noise", "share", "day", "moment", "clock", "length", "code", "yes", "text", "price"])
    sheet.write_row(1, 0, [3, 2.5, 0.000000123, 123456789012, 0.1 + 0.2])
    sheet.write_number(1, 5, 0.155, form["0.0%"])
    sheet.write_datetime(1, 6, datetime.fromisoformat("2024-03-05"), form["yyyy-mm-dd"])
    sheet.write_datetime(1, 7, datetime.fromisoformat("2024-03-05T14:30:00"), form["yyyy-mm-dd hh:mm"])
    sheet.write_number(1, 8, 0.75, form["hh:mm:ss"])
    sheet.write_number(1, 9, 1.5, form["[h]:mm"])
    sheet.write_number(1, 10, 42, form["000000"])
    sheet.write_boolean(1, 11, True)
    sheet.write_string(1, 12, " keeps  its\nspaces ")
    sheet.write_number(1, 13, 1234.5, form["[$€-407] #,##0.00"])
    made.close()
    found = read(tmp_path / "kinds.xlsx")
    assert found.rows("Kinds") == [
        [
            "3",
            "2.5",
            "0.000000123",
            "123456789012",
            "0.3",
            "15.5%",
            "2024-03-05",
            "2024-03-05 14:30:00",
            "18:00:00",
            "36:00:00",
            "000042",
            "true",
            " keeps  its\nspaces ",
            "1234.5",
        ]
    ]
    assert (found.column("price", "Kinds").guess.type, found.column("price", "Kinds").guess.currency) == ("money", "EUR")
    assert found.column("share", "Kinds").guess.type == "percent"


def test_formulas_errors_and_formulas_that_were_never_computed(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(tmp_path / "formulas.xlsx")
    sheet = made.add_worksheet("F")
    sheet.write_row(0, 0, ["item", "count", "total"])
    sheet.write_row(1, 0, ["a", 2])
    sheet.write_formula(1, 2, "=B2*2", None, 4)
    sheet.write_row(2, 0, ["b", 3])
    sheet.write_formula(2, 2, "=B3/0", None, "#DIV/0!")
    sheet.write_row(3, 0, ["c", 4])
    sheet.write_formula(3, 2, "=NA()", None, "#N/A")
    made.close()
    found = read(tmp_path / "formulas.xlsx")
    assert [row[2] for row in found.rows("F")] == ["4", "#DIV/0!", "#N/A"]
    assert found.notes("F")["formula"] == (3, "C2") and found.notes("F")["error_cell"] == (2, "C3")
    fresh = read(book(tmp_path / "fresh.xlsx", ("F", [["item", "total"], ["a", "=1+1"], ["b", "=SUM(A1:A2)"]])))
    assert [row[1] for row in fresh.rows("F")] == ["=1+1", "=SUM(A1:A2)"]
    assert fresh.notes("F")["formula_without_value"] == (2, "B2")


def test_days_counted_from_1904(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.epoch = CALENDAR_MAC_1904
    sheet = made.active
    assert sheet is not None
    sheet.append(["name", "day"])
    sheet.append(["a", date(2024, 3, 5)])
    sheet.append(["b", datetime.fromisoformat("2024-03-05T01:02:03")])
    made.save(tmp_path / "mac.xlsx")
    found = read(tmp_path / "mac.xlsx")
    assert [row[1] for row in found.rows("Sheet")] == ["2024-03-05", "2024-03-05 01:02:03"]
    assert "epoch_1904" in found.notes("Sheet")


def test_merged_cells_are_filled_down_and_name_groups_of_columns(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in [
        ["公司名称", "联系人", None, "国家"],
        [None, "姓名", "电话", None],
        ["海天", "王芳", "1", "中国"],
        [None, "李雷", "2", None],
        ["东方", "张三", "3", "德国"],
    ]:
        sheet.append(row)
    for merged in ("A1:A2", "B1:C1", "D1:D2", "A3:A4", "D3:D4"):
        sheet.merge_cells(merged)
    made.save(tmp_path / "merged.xlsx")
    found = read(tmp_path / "merged.xlsx")
    assert [column.name for column in found.sheet("Sheet").columns] == ["公司名称", "联系人 姓名", "联系人 电话", "国家"]
    assert found.rows("Sheet") == [["海天", "王芳", "1", "中国"], ["海天", "李雷", "2", "中国"], ["东方", "张三", "3", "德国"]]
    assert found.notes("Sheet")["merged"] == (5, "A1")


def test_what_else_people_leave_in_sheets(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(tmp_path / "left.xlsx")
    sheet = made.add_worksheet("Left")
    sheet.write_string("B2", "客户名单 2024")
    sheet.write_row("B4", ["名称", "编号", "日期", "名称"])
    sheet.write_row("B5", ["海天", "00123", "2024年3月5日", "x"])
    sheet.write_row("B7", ["东方", "150", "2024/3/6", "y" * 32_767])
    sheet.write_string("B8", "a\x07b\x0bc")
    made.add_worksheet("Hidden").hide()
    made.worksheets()[1].write_row(0, 0, ["a", "b"])
    made.add_worksheet("Very").very_hidden()
    made.add_chartsheet("Chart")
    made.add_worksheet("Empty")
    made.close()
    found = read(tmp_path / "left.xlsx")
    assert [(sheet.name, sheet.hidden, sheet.rows) for sheet in found.reading.sheets] == [
        ("Left", False, 3),
        ("Hidden", True, 0),
        ("Very", True, 0),
        ("Empty", False, 0),
    ]
    left = found.sheet("Left")
    assert (left.header_row, [column.name for column in left.columns]) == (4, ["A列", "名称", "编号", "日期", "名称 (2)"])
    assert [left.file_row(number) for number in (1, 2, 3)] == [5, 7, 8]
    assert found.rows("Left")[0] == ["", "海天", "00123", "2024年3月5日", "x"]
    assert len(found.rows("Left")[1][4]) == 32_767 and found.rows("Left")[2][1] == "abc"
    notes = found.notes("Left")
    assert notes["number_as_text"] == (1, "C7") and notes["date_as_text"] == (2, "D5") and notes["control"] == (2, "B8")
    assert notes["empty_columns"] == (1, "A") and notes["empty_rows"] == (1, "6") and notes["title_rows"] == (1, "2")
    assert found.column("编号", "Left").guess.type == "text"
    assert found.column("日期", "Left").guess.type == "date"


def test_long_cells_are_cut_and_said(tmp_path: Path) -> None:
    path = book(tmp_path / "long.xlsx", ("S", [["a", "b"], ["x", "y" * 30_000], ["x", "short"]]))
    found = read(path, limits=Limits(cell=1_000))
    assert len(found.rows("S")[0][1]) == 1_000 and found.notes("S")["cut"] == (1, "B2")


def test_workbooks_of_before_2007(tmp_path: Path) -> None:
    made = xlwt.Workbook(encoding="utf-8")
    made.dates_1904 = True
    sheet = made.add_sheet("旧表")
    for place, header in enumerate(["公司", "折扣", "日期", "状态", "有效", "编号"]):
        sheet.write(0, place, header)
    sheet.write(1, 0, "宁波海天")
    sheet.write(1, 1, 0.155, xlwt.easyxf(num_format_str="0.0%"))
    sheet.write(1, 2, datetime.fromisoformat("2024-03-05T06:00:00"), xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm"))
    sheet.row(1).set_cell_error(3, 42)
    sheet.write(1, 4, True)
    sheet.write(1, 5, 42, xlwt.easyxf(num_format_str="000000"))
    sheet.write_merge(2, 3, 0, 0, "东方")
    sheet.write(2, 1, 1)
    sheet.write(3, 1, 2)
    hidden = made.add_sheet("hid")
    hidden.visibility = 1
    made.save(str(tmp_path / "old.xls"))
    found = read(tmp_path / "old.xls")
    assert found.reading.kind == "xls"
    assert found.rows("旧表") == [
        ["宁波海天", "15.5%", "2024-03-05 06:00:00", "#N/A", "true", "000042"],
        ["东方", "1", "", "", "", ""],
        ["东方", "2", "", "", "", ""],
    ]
    assert found.sheet("hid").hidden and found.notes("旧表")["error_cell"] == (1, "D2")
    assert {"epoch_1904", "merged"} <= set(found.notes("旧表"))


def test_prefixed_elements_and_cells_without_names(tmp_path: Path) -> None:
    """As other programs than Excel write them."""
    path = book(tmp_path / "plain.xlsx", ("S", [["a", "b"], ["x", 1], ["y", 2]]))
    errors = rewritten(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace('<c r="B2" t="n"><v>1</v></c>', '<c r="B2" t="e"><v>#REF!</v></c>'))
    prefixed = rewritten(errors, "xl/worksheets/sheet1.xml", lambda xml: re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", xml).replace("xmlns=", "xmlns:x="))
    found = read(prefixed)
    assert found.rows("S") == [["x", "#REF!"], ["y", "2"]]


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_workbook_cut_short_is_refused(share: float, tmp_path: Path) -> None:
    path = book(tmp_path / "whole.xlsx", ("S", [["a", "b"], *[[f"name {n}", n] for n in range(500)]]))
    content = path.read_bytes()
    with pytest.raises(UnreadableFile) as refused:
        read_bytes(tmp_path, content[: int(len(content) * share)], "cut.xlsx")
    assert refused.value.params["rule"] == "truncated"


def test_damaged_parts_are_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", ("S", [["a", "b"], ["x", 1]]))
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        with pytest.raises(UnreadableFile) as refused:
            read(rewritten(path, part, lambda xml: xml[: len(xml) // 2]))
        assert refused.value.params["rule"] == "broken"


def test_other_packages_are_named(tmp_path: Path) -> None:
    def zipped(*names: str, **contents: str) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as package:
            for name in names:
                package.writestr(name, contents.get(name, "x"))
        return target.getvalue()

    for content, rule, said in (
        (zipped("word/document.xml"), "document", "Word"),
        (zipped("ppt/presentation.xml"), "document", "PowerPoint"),
        (zipped("Index/Document.iwa"), "document", "Apple Numbers, Pages or Keynote"),
        (zipped("mimetype", mimetype="application/vnd.oasis.opendocument.text"), "document", "OpenDocument Text"),
        (zipped("a.csv", "b.csv"), "archive", None),
    ):
        with pytest.raises(UnreadableFile) as refused:
            read_bytes(tmp_path, content, "some.xlsx")
        assert (refused.value.params["rule"], refused.value.params.get("found")) == (rule, said)


def test_a_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    """An OLE container whose directory names the stream that encrypted workbooks have."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    with pytest.raises(UnreadableFile) as refused:
        read_bytes(tmp_path, header + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600, "secret.xlsx")
    assert refused.value.params["rule"] == "encrypted"


def test_an_old_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    """The record that says so stands behind the first one of the stream, which begins with the container's second sector."""
    made = xlwt.Workbook()
    made.add_sheet("S").write(0, 0, "x")
    made.save(str(tmp_path / "plain.xls"))
    content = bytearray((tmp_path / "plain.xls").read_bytes())
    behind = 512 + 4 + int.from_bytes(content[514:516], "little")
    content[behind : behind + 2] = b"\x2f\x00"
    with pytest.raises(UnreadableFile) as refused:
        read_bytes(tmp_path, bytes(content), "old.xls")
    assert refused.value.params["rule"] == "encrypted"


def test_open_document_sheets(tmp_path: Path) -> None:
    body = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="Blatt">'
        + "".join(
            "<table:table-row>"
            + "".join(f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row)
            + "</table:table-row>"
            for row in (["Firma", "Ort"], ["Nordlicht", "Köln"])
        )
        + "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "sheet.ods"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        package.writestr("content.xml", body)
    found = read(path)
    assert found.rows("Blatt") == [["Nordlicht", "Köln"]]
    assert [note.code for note in found.reading.notes] == ["unseen"]


def test_times_are_rounded_to_seconds(tmp_path: Path) -> None:
    found = read(
        book(
            tmp_path / "t.xlsx",
            ("S", [["n", "a", "b"], ["x", datetime.fromisoformat("2024-03-05T23:59:59.999900"), time(1, 2)], ["y", timedelta(hours=30), None]]),
        )
    )
    assert found.rows("S") == [["x", "2024-03-06 00:00:00", "01:02:00"], ["y", "30:00:00", ""]]
