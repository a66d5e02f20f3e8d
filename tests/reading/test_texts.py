"""Texts with delimiters: encodings, dialects, what is broken in them and what is kept of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tests.reading.books import read_bytes, read_text

from tradewind.ingest.reading import recognise
from tradewind.kernel.problems import UnreadableFile

ENCODINGS = {"zh_Hans": "gb18030", "ja": "cp932", "de": "cp1252", "fr": "cp1252", "es": "cp1252", "pt": "cp1252"}


def words(language: str) -> list[str]:
    """Names of countries, languages and currencies in the language, from the Unicode Consortium's tables."""
    locale = Locale.parse(language)
    found = [name for table in (locale.territories, locale.languages, locale.currencies) for name in table.values()]
    return [word for word in found if len(word) > 1 and not word.isascii() and word.encode(ENCODINGS[language], "ignore").decode(ENCODINGS[language]) == word]


@pytest.mark.parametrize("language", ENCODINGS)
def test_one_line_is_enough_to_tell_the_encoding(language: str, tmp_path: Path) -> None:
    found = words(language)[::7]
    path = tmp_path / "one.csv"
    wrong: list[str] = []
    for word in found:
        path.write_bytes(f"id,name,price\n1007,{word},12.50\n".encode(ENCODINGS[language]))
        encoding = recognise(path, path.name).encoding
        if path.read_bytes().decode(encoding, "replace").find(word) < 0:
            wrong.append(f"{word} as {encoding}")
    assert len(wrong) <= len(found) * 0.03, wrong


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("gb18030", "gb18030"),
        ("cp932", "cp932"),
        ("big5", "big5"),
    ],
)
def test_encodings_are_recognised_and_read(encoding: str, said: str, tmp_path: Path) -> None:
    text = (
        "会社名,担当者,単価\n日本商事,山田さん,1200\n"
        if encoding == "cp932"
        else "公司名稱,聯絡人,單價\n臺灣貿易,陳先生,1200\n"
        if encoding == "big5"
        else "公司名称,联系人,单价\n宁波海天贸易,王小姐,1200\n"
    )
    found = read_text(tmp_path, text, encoding=encoding)
    assert found.reading.encoding == said
    assert [column.name for column in found.sheet().columns] == text.splitlines()[0].split(",")
    assert found.rows() == [text.splitlines()[1].split(",")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_every_cell_of_a_table_reads_back(delimiter: str, encoding: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    cell = some.text(some.sampled_from("abZ 09,;|\t\"\n-.'=é公司海"), max_size=12)
    width = 4

    @settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
    @given(some.lists(some.lists(cell, min_size=width, max_size=width), min_size=3, max_size=60))
    def check(rows: list[list[str]]) -> None:
        marker = ["公司海天", "Name", "第三", "Fourth"]
        kept = [row for row in rows if any(row)]
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows([marker, *rows])
        found = read_text(tmp_path_factory.mktemp("round"), text.getvalue(), encoding=encoding, header_rows={"": 1})
        assert found.reading.delimiter == delimiter
        assert (found.rows(), found.sheet().bad) == (kept, 0)

    check()


def test_semicolons_with_commas_in_numbers(tmp_path: Path) -> None:
    found = read_text(tmp_path, "Artikel;Preis;Menge\nSchraube;1,50;3\nMutter;2,25;4\nÖse;0,75;1\n", encoding="cp1252")
    assert (found.reading.delimiter, found.reading.encoding) == (";", "cp1252")
    assert found.rows()[2] == ["Öse", "0,75", "1"]
    price = found.column("Preis").guess
    assert (price.decimal, price.type) == (",", "number") or price.type == "money"


def test_a_first_line_may_name_the_delimiter(tmp_path: Path) -> None:
    found = read_text(tmp_path, "sep=;\r\nA;B\r\n1,5,2;x\r\n2,5,3;y\r\n")
    assert (found.reading.delimiter, found.rows(), found.sheet().file_row(1)) == (";", [["1,5,2", "x"], ["2,5,3", "y"]], 2)


def test_a_range_from_a_clipboard_keeps_its_line_breaks(tmp_path: Path) -> None:
    pasted = '公司\t地址\r\n海天\t"宁波市\n海曙区"\r\nAcme "the best"\tMain St 5\r\n'
    found = read_text(tmp_path, pasted, name="pasted")
    assert found.reading.delimiter == "\t"
    assert found.rows() == [["海天", "宁波市\n海曙区"], ['Acme "the best"', "Main St 5"]]


def test_quotes_of_other_programs(tmp_path: Path) -> None:
    single = read_text(tmp_path, "'name','city'\n'O,Neil','Cork'\n'Smith','Bath, UK'\n", name="single.csv")
    assert single.rows() == [["O,Neil", "Cork"], ["Smith", "Bath, UK"]]
    escaped = read_text(tmp_path, 'name,size\n"He said \\"no\\", twice",5\n"plain",6\n', name="escaped.csv")
    assert escaped.rows() == [['He said "no", twice', "5"], ["plain", "6"]]


def test_a_broken_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    rows = [f"{number},Name {number},{number * 3}" for number in range(1, 3001)]
    rows[1499] = '1500,"Name 1500,4500'
    rows[1999] = '2000,"Name" 2000,6000'
    found = read_text(tmp_path, "id,name,sum\n" + "\n".join(rows) + "\n")
    sheet = found.sheet()
    assert (sheet.rows, sheet.bad) == (2998, 2)
    assert found.bad() == [["1501", "quote", "1500", '"Name 1500', "4500"], ["2001", "quote", "2000", '"Name" 2000', "6000"]]
    assert [row[0] for row in found.rows()] == [str(number) for number in range(1, 3001) if number not in (1500, 2000)]
    assert (sheet.file_row(1499), sheet.file_row(1500), sheet.file_row(2998)) == (1500, 1502, 3001)
    assert found.notes()["bad_quote"] == (2, "1501")


def test_a_file_that_was_cut_off_keeps_the_rows_before(tmp_path: Path) -> None:
    text = "no,name,city\n" + "".join(f"{number},客户{number},宁波\n" for number in range(1, 101))
    whole = text.encode()
    cut = read_bytes(tmp_path, whole[: len(whole) - len("100,客户100,宁波\n".encode()) + len("100,客".encode())])
    assert (cut.sheet().rows, cut.bad(), cut.notes()["bad_cut"]) == (99, [["101", "cut", "100", "客"]], (1, "101"))
    quoted = read_text(tmp_path, 'a,b\n1,"x"\n2,"the end is mis', name="quoted.csv")
    assert (quoted.rows(), quoted.bad()) == ([["1", "x"]], [["3", "cut", "2", '"the end is mis']])
    unended = read_text(tmp_path, "a,b\n1,x\n2,y", name="unended.csv")
    assert (unended.rows(), unended.sheet().bad) == ([["1", "x"], ["2", "y"]], 0)


def test_ragged_rows_control_characters_and_bytes_that_are_no_characters(tmp_path: Path) -> None:
    lines = [f"{number},客户{number},x".encode() for number in range(1, 61)]
    lines[4] = b"5,short"
    lines[9] = b"10,a,b,c,d"
    lines[14] = b"15,a\x00b\x07,c"
    lines[19] = b"20,\xff\xfe,c"
    found = read_bytes(tmp_path, b"no,name,note\n" + b"\n".join(lines) + b"\n\n,,\n61,last,x\n")
    assert found.rows()[4] == ["5", "short", ""]
    assert found.bad() == [["11", "wide", "10", "a", "b", "c", "d"]]
    assert ["15", "ab", "c"] in found.rows() and ["20", "\ufffd\ufffd", "c"] in found.rows()
    notes = found.notes()
    assert notes["short_rows"] == (1, "6") and notes["bad_wide"] == (1, "11") and notes["control"] == (2, "16")
    assert notes["undecodable"] == (2, "21") and notes["empty_rows"] == (2, "62")
    assert found.sheet().file_row(60) == 64


def test_headers_are_mended_and_said(tmp_path: Path) -> None:
    found = read_text(tmp_path, "Name,,Name, City ,Name\na,1,b,c,d\ne,2,f,g,h\n")
    assert [column.name for column in found.sheet().columns] == ["Name", "Column B", "Name (2)", "City", "Name (3)"]
    assert [column.header for column in found.sheet().columns] == ["Name", "", "Name", "City", "Name"]
    assert found.notes() == {"empty_header": (1, "B1"), "doubled_header": (2, "C1")}


def test_the_header_is_found_below_titles_or_is_said_or_is_missing(tmp_path: Path) -> None:
    text = "2024年客户名单,,\n制表人：王芳,,\n\n公司名称,国家,数量\n海天,中国,3\n东方,德国,4\n合计,,7\n"
    found = read_text(tmp_path, text)
    assert (found.sheet().header_row, found.notes()["title_rows"], found.notes()["total_row"]) == (4, (2, "1"), (1, "7"))
    other = read_text(tmp_path, text, header_rows={"": 5})
    assert ([column.name for column in other.sheet().columns], other.sheet().rows) == (["海天", "中国", "3"], 2)
    bare = read_text(tmp_path, "1,2024-03-05,a@b.com\n2,2024-03-06,c@d.com\n", name="bare.csv")
    assert (bare.sheet().header_row, bare.sheet().rows, bare.notes()["no_header"]) == (0, 2, (1, "1"))


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b" \r\n\r\n", "empty"),
        ("a.xls", b"<html><body><table><tr><td>x</td></tr></table></body></html>", "html"),
        ("a.xls", "\ufeff<!DOCTYPE html><table></table>".encode("utf-16"), "html"),
        ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "xml"),
        ("a.csv", b'{"rows": [1, 2]}', "json"),
        ("a.xlsx", b"%PDF-1.7 ...", "pdf"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n0000", "image"),
        ("a.csv", b"Rar!\x1a\x07\x00aaaa", "archive"),
        ("a.doc", b"{\\rtf1 x}", "document"),
        ("a.csv", bytes(range(1, 256)) * 40, "binary"),
        ("a.exe", b"MZ\x90\x00" + b"\x00" * 100, "program"),
        ("a.xlsx", b"PK\x03\x04" + b"\x00" * 300, "truncated"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 300, "truncated"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(name: str, content: bytes, rule: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_bytes(tmp_path, content, name)
    assert (refused.value.params["rule"], refused.value.params["file"]) == (rule, name)
    assert not list((tmp_path / f"{name}.read").iterdir())


def test_a_text_called_xls_is_read_and_said(tmp_path: Path) -> None:
    found = read_text(tmp_path, "name\tcity\nA\tB\n", name="export.xls")
    assert found.rows() == [["A", "B"]]
    assert [(note.code, note.params) for note in found.reading.notes] == [("other_kind", {"ending": "xls", "kind": "csv"})]
