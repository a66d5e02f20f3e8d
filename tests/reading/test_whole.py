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


def fair_list(path: Path, rows: int = 400) -> Path:
    """A list of visitors of a fair as somebody typed it: a title, mixed forms, and dirt in every twentieth row."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "客户名单"
    sheet.append(["2024年秋季展会客户名单"])
    sheet.append([])
    sheet.append(
        ["序号", "公司名称 ", "联系人", "E-mail", "手机/WhatsApp", "国家/地区", "客户等级", "首次联系日期", "预计采购额（美元）", "是否寄样", "业务员", "备注"]
    )
    lands = ["德国", "Germany", "USA", "United Kingdom", "法国", "VN"]
    for n in range(1, rows + 1):
        bad = n % 20 == 0
        day = [
            f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}",
            f"2024/{n % 12 + 1}/{n % 28 + 1}",
            f"2024年{n % 12 + 1}月{n % 28 + 1}日",
            f"{n % 28 + 1}.{n % 12 + 1}.2024",
        ][n % 4]
        money = [f"{n * 1000:,}", f"${n * 100}", "１２，０００", str(n)][n % 4]
        sheet.append(
            [
                n,
                f" Firma {n} GmbH",
                f"Person {n}",
                "微信联系" if bad else f"p{n}@firma{n}.de",
                "同上" if bad else f"+49 151 23{n:05}",
                "Untied States" if bad else lands[n % 6],
                ["A", "B", "C", " A", "a"][n % 5],
                "去年" if bad else day,
                "待定" if bad else money,
                ["是", "否", "√"][n % 3],
                ["王芳", "李雷", "韩梅"][n % 3],
                "老客户介绍，" + "长" * 90 if n % 7 == 0 else None,
            ]
        )
    sheet.append(["合计", *[None] * 7, "=SUM(I4:I403)"])
    book.save(path)
    return path


def test_a_list_with_dirt_in_every_twentieth_row_is_understood(tmp_path: Path) -> None:
    path = fair_list(tmp_path / "fair.xlsx")
    folder = tmp_path / "out"
    folder.mkdir()
    (sheet,) = convert(path, path.name, folder, people=["王芳", "李雷", "韩梅"]).sheets
    assert (sheet.header_row, sheet.rows) == (3, 401)
    assert {note.code: note.first for note in sheet.notes}.items() >= {"title_rows": "1", "total_row": "404", "formula_without_value": "I404"}.items()
    guesses = {column.name: column.guess for column in sheet.columns}
    assert {name: guess.type for name, guess in guesses.items()} == {
        "序号": "integer", "公司名称": "text", "联系人": "text", "E-mail": "email", "手机/WhatsApp": "phone", "国家/地区": "country", "客户等级": "select",
        "首次联系日期": "date", "预计采购额（美元）": "money", "是否寄样": "checkbox", "业务员": "user", "备注": "long_text",
    }  # fmt: skip
    against = {name: (guess.disagree.count, guess.disagree.first) for name, guess in guesses.items() if guess.disagree}
    assert against == {
        "序号": (1, "A404"), "E-mail": (20, "D23"), "手机/WhatsApp": (20, "E23"), "国家/地区": (20, "F23"), "首次联系日期": (20, "H23"), "预计采购额（美元）": (21, "I23"),
    }  # fmt: skip
    assert [option["labels"] for option in guesses["客户等级"].options["options"]] == [{"en": "A"}, {"en": "B"}, {"en": "C"}]
    assert (guesses["首次联系日期"].day_first, guesses["预计采购额（美元）"].currency) == (True, "USD")
