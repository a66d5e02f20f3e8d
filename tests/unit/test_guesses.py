"""What columns seem to hold: types with settings, and the cells that speak against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tradewind.ingest.reading.evidence import Evidence
from tradewind.ingest.reading.guesses import guess
from tradewind.ingest.reading.keys import key_of, keys_for
from tradewind.ingest.reading.shapes import Guess


def guessed(header: str, cells: Sequence[str] | Mapping[str, int], **more: Any) -> Guess:
    values = dict(cells) if isinstance(cells, Mapping) else {cell: list(cells).count(cell) for cell in cells}
    return guess(Evidence(header=header, values=values, longest=max(map(len, values), default=0), **more), lambda value: list(values).index(value) + 2, "C")


@pytest.mark.parametrize(
    ("header", "cells", "kind", "options"),
    [
        ("数量", ["１２", "３,000", "7"], "integer", {}),
        ("Anzahl", ["5 Stk", "7 Stk", "12 Stk"], "integer", {"unit": "Stk"}),
        ("重量（kg）", ["1.5", "2.25", "10"], "number", {"unit": "kg"}),
        ("x", ["1.5", "2.25", "10"], "number", {}),
        ("x", ["1.5", "2.2555", "10"], "number", {"digits": 4}),
        ("x", ["12%", "7.5 %", "100%"], "percent", {}),
        ("x", ["12%", "250%", "-3%"], "percent", {"over_100": True, "negative": True}),
        ("x", ["€ 1.234,50", "€ 7,00", "€ 12,00"], "money", {"default_currency": "EUR"}),
        ("x", ["US$1,234.50", "US$7.00"], "money", {"default_currency": "USD"}),
        ("x", ["12.50元", "7元", "100元"], "money", {"default_currency": "CNY"}),
        ("单价(USD)", ["1.234", "7.5"], "money", {"default_currency": "USD", "digits": 1}),
        ("x", ["12.50 USD", "7 EUR", "9 GBP"], "money", {}),
        ("x", ["(12.50)", "7.00", "(3.00)"], "number", {}),
        ("x", ["00123", "00456", "12345"], "text", {}),
        ("订单号", ["20240001", "20240002"], "text", {}),
        ("x", ["110101199003074233", "440301198001011234"], "text", {}),
        ("x", ["3D", "12 Main St", "5th"], "text", {}),
        ("x", ["a@b.com", "wang.fang@haitian.cn", "x+y@z.co.uk"], "email", {}),
        ("网址", ["haitian.cn", "www.acme.com", "https://x.org/a"], "url", {}),
        ("x", ["https://x.org/a", "http://y.org"], "url", {}),
        ("x", ["yes", "no", "yes"], "checkbox", {}),
        ("是否付款", ["1", "0", "1"], "checkbox", {}),
        ("x", ["1", "0", "1"], "integer", {}),
        ("x", ["√", "√"], "checkbox", {}),
        ("x", ["+86 138 0013 8000", "+49 30 123456"], "phone", {}),
        ("国家", ["中国", "德国", "US", "U.K."], "country", {}),
        ("x", ["Germany", "France", "Italy"], "country", {}),
        ("x", ["CA", "DE", "IN"], "text", {}),
        ("备注", ["a", "b"], "long_text", {}),
        ("x", ["word " * 60, "another " * 40], "long_text", {}),
        ("x", ["line\nline", "x\ny", "z"], "long_text", {}),
    ],
)
def test_types_and_settings(header: str, cells: list[str], kind: str, options: dict[str, Any]) -> None:
    found = guessed(header, cells)
    assert (found.type, found.options) == (kind, options), found


@pytest.mark.parametrize(
    ("cells", "kind", "day_first", "ambiguous"),
    [
        (["2024-03-05", "2024/12/1"], "date", None, False),
        (["2024年3月5日", "2024年12月31日"], "date", None, False),
        (["25/03/2024", "04/05/2024"], "date", True, False),
        (["03/25/2024", "04/05/2024"], "date", False, False),
        (["04/05/2024", "01/02/2024"], "date", None, True),
        (["04/04/2024", "05/05/2024"], "date", None, False),
        (["04.05.2024", "01.02.2024"], "date", True, False),
        (["2024-03-05 14:30", "2024-03-05T15:00:00Z"], "datetime", None, False),
        (["3/14/2024 2:30 PM", "3/2/2024 11:00 AM"], "datetime", False, False),
        (["5 Mar 2024", "12 Dec 2024"], "date", None, False),
        (["31/04/2024", "32/01/2024", "99/99/9999"], "text", None, False),
    ],
)
def test_dates_and_what_comes_first_in_them(cells: list[str], kind: str, day_first: bool | None, ambiguous: bool) -> None:
    found = guessed("x", cells)
    assert (found.type, found.day_first, found.ambiguous) == (kind, day_first, ambiguous)


def test_one_wrong_order_among_many_is_listed() -> None:
    cells = {f"{day:02d}/{month:02d}/2024": 1 for day in range(1, 29) for month in (1, 5)} | {"03/25/2024": 2, "soon": 1}
    found = guessed("Lieferdatum", cells)
    assert (found.type, found.day_first) == ("date", True)
    assert found.disagree is not None
    assert (found.disagree.count, found.disagree.examples, found.disagree.first) == (3, ("03/25/2024", "soon"), "C58")
    assert 0.9 < found.confidence < 1


def test_dates_without_separators_and_serial_numbers_need_a_header() -> None:
    assert (guessed("下单日期", ["20240305", "20241231"]).formats, guessed("x", ["20240305"]).type) == (("%Y%m%d",), "integer")
    assert (guessed("Order date", ["45356", "45000.5"]).type, guessed("Order date", ["45356", "45000"]).formats) == ("date", ("serial",))
    assert guessed("Date", ["5 March 2024", "12 May 2024"]).formats[0] in ("%d %B %Y", "%d %b %Y")


def test_the_decimal_mark_comes_from_the_columns_own_evidence() -> None:
    assert guessed("x", ["1.234", "2.500", "0,5"]).decimal == ","
    assert guessed("x", ["1,234", "2,500", "0.5"]).decimal == "."
    assert guessed("x", ["1,234", "2,500"]).type == "integer"
    assert guessed("Menge", ["1", "20", "-3", "1.250"], language="de").type == "integer"
    mixed = guessed("x", {"1.234,50": 10, "7,25": 10, "1,234.50": 1})
    assert (mixed.decimal, mixed.disagree.count if mixed.disagree else 0) == (",", 1)


def test_words_for_nothing_do_not_change_the_type_and_are_listed() -> None:
    found = guessed("金额", {"¥12.50": 3, "¥7.00": 3, "N/A": 2, "-": 1, "#N/A": 1})
    assert (found.type, found.currency, found.agree, found.seen) == ("money", "CNY", 6, 10)
    assert found.disagree is not None and found.disagree.count == 4


def test_local_numbers_tell_their_country() -> None:
    assert guessed("电话", ["13800138000", "13900139000", "010-62781234"]).country == "CN"
    assert guessed("Telefon", ["030 901820", "089 233 00", "0151 23456789"], language="de").country == "DE"
    assert guessed("Phone", ["(212) 736-5000", "(415) 555-2671", "202-456-1111"], language="en").country == "US"
    assert guessed("tel", ["+1 212 736 5000"]).country == ""
    assert guessed("手机", ["13800138000"]).type == "phone"


def test_few_words_are_choices_and_names_are_not() -> None:
    cells = {"外贸公司": 40, "Manufacturer": 30, "零售": 20, "外 贸公司 ": 1}
    found = guessed("客户类型", cells)
    assert found.type == "select"
    assert [option["key"] for option in found.options["options"]] == ["wai_mao_gong_si", "manufacturer", "ling_shou", "wai_mao_gong_si_2"]
    assert found.options["options"][1]["labels"] == {"en": "Manufacturer"}
    spelt = guessed("等级", {"A": 10, "a": 2, " A": 1, "B": 9, "Ｂ": 1})
    assert [option["labels"] for option in spelt.options["options"]] == [{"en": "A"}, {"en": "B"}] and spelt.agree == 23
    assert guessed("客户名称", {"海天": 40, "东方": 30}).type == "text"
    assert guessed("x", {f"name {number}": 1 for number in range(60)}).type == "text"
    assert guessed("x", {"a": 3, "b": 3, "c": 2}).type == "text"


def test_several_words_in_a_cell_are_tags() -> None:
    found = guessed("标签", {"VIP；老客户": 5, "VIP": 4, "老客户、欧洲": 5, "欧洲": 3})
    assert found.type == "tags"
    assert {option["labels"]["zh-CN"] for option in found.options["options"] if "zh-CN" in option["labels"]} == {"老客户", "欧洲"}


def test_colleagues_are_known_by_their_names() -> None:
    found = guessed("业务员", {"王芳": 10, "Tom Smith": 4, "nobody": 1}, people=frozenset(["王芳", "tom smith"]))
    assert (found.type, found.disagree.examples if found.disagree else ()) == ("user", ("nobody",))


def test_yen_and_yuan() -> None:
    assert guessed("単価", ["¥1,200", "¥800"], language="ja").currency == "JPY"
    assert guessed("单价", ["¥1,200", "¥800"], language="zh").currency == "CNY"


def test_keys() -> None:
    assert keys_for(["公司名称", "Größe (cm)", "顧客名", "Клиент", "2024 sales", "", "!!!", "客户", "客户"]) == [
        "gong_si_ming_cheng", "groesse_cm", "gu_ke_ming", "klient", "x_2024_sales", "x", "x_2", "ke_hu", "ke_hu_2",
    ]  # fmt: skip
    long = key_of("this is a header that goes on for far longer than any key may be in this house")
    assert len(long) <= 40 and not long.endswith("_") and long == "this_is_a_header_that_goes_on_for_far"
