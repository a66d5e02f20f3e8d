"""Files as they come: read in the child process, compared with what was put into them."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl

from tradewind.ingest.reading import convert

EXCERPT = Path(__file__).resolve().parents[1] / "data" / "online_retail_excerpt.csv"


def rows_of(folder: Path, name: str) -> list[list[str]]:
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file, strict=True))


def test_a_csv_file_comes_back_cell_by_cell(tmp_path: Path) -> None:
    reading = convert(EXCERPT, "orders.csv", tmp_path)
    (sheet,) = reading.sheets
    with EXCERPT.open(newline="", encoding="utf-8-sig") as file:
        header, *data = list(csv.reader(file))
    assert [column.name for column in sheet.columns] == header
    assert (sheet.rows, sheet.bad, sheet.file_row(1)) == (len(data), 0, 2)
    assert rows_of(tmp_path, sheet.file) == data


def test_a_workbook_comes_back_sheet_by_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "客户"
    first.append(["公司名称", "国家", "数量"])
    first.append(["宁波海天", "中国", 3])
    first.append(["Nordlicht GmbH", "DE", 2.5])
    second = book.create_sheet("Orders")
    second.append(["No", "Paid"])
    second.append(["A-1", True])
    book.save(tmp_path / "book.xlsx")
    folder = tmp_path / "out"
    folder.mkdir()
    reading = convert(tmp_path / "book.xlsx", "book.xlsx", folder)
    assert [(sheet.name, sheet.rows) for sheet in reading.sheets] == [("客户", 2), ("Orders", 1)]
    assert rows_of(folder, reading.sheets[0].file) == [["宁波海天", "中国", "3"], ["Nordlicht GmbH", "DE", "2.5"]]
    assert rows_of(folder, reading.sheets[1].file) == [["A-1", "true"]]
