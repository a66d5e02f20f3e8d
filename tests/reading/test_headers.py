"""Which field each column is for, against the shipped packs; and whole maps."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.reading.books import read, table

from tradewind.ingest.maps import Country, Date, Find, Number, Phone, Value
from tradewind.ingest.reading import ColumnFound, Guess
from tradewind.ingest.reading.concepts import bracketed, concept_of, concepts, folded, meanings
from tradewind.ingest.reading.headers import fitness, suggest
from tradewind.ingest.reading.suggestions import suggest_map
from tradewind.ingest.transforms import date
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import Catalog, ObjectDefinition

ROOT = Path(__file__).resolve().parents[2]
EXCERPT = ROOT / "tests" / "data" / "online_retail_excerpt.csv"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    made = [msgspec.json.decode(path.read_bytes(), type=ObjectDefinition) for path in sorted(ROOT.glob("packs/*/objects/*.json"))]
    return Catalog(version=1, edition=1, objects={one.key: one for one in made}, views={}, layouts={}, menus={}, roles={})


def columns(**kinds: str) -> list[ColumnFound]:
    """Columns with ten cells each of the guessed type; `_` in a name is a space."""
    return [
        ColumnFound(name=header, header=header, place=place, filled=10, distinct=10, guess=Guess(type=kind, confidence=0.9))
        for place, (header, kind) in enumerate(kinds.items())
    ]


def fields(found: list[ColumnFound], catalog: Catalog, key: str) -> dict[str, str]:
    return {name: suggested.field for name, suggested in suggest(found, catalog, key).items()}


def test_chinese_customers(catalog: Catalog) -> None:
    found = columns(
        序号="integer",
        客户名称="text",
        国别="country",
        所属行业="select",
        客户来源="select",
        公司网址="url",
        详细地址="text",
        客户级别="select",
        客户代码="text",
        联系人="text",
    )
    assert fields(found, catalog, "customer") == {
        "客户名称": "name", "国别": "country", "所属行业": "industry", "客户来源": "channel", "公司网址": "website", "详细地址": "address", "客户级别": "grade", "客户代码": "code",
    }  # fmt: skip
    ranked = sorted(catalog.objects, key=lambda key: -fitness(found, suggest(found, catalog, key)))
    assert ranked[0] == "customer"


def test_english_contacts(catalog: Catalog) -> None:
    found = [
        ColumnFound(name=header, header=header, place=place, filled=10, guess=Guess(type=kind, confidence=0.9))
        for place, (header, kind) in enumerate(
            [
                ("Full Name", "text"),
                ("Company", "text"),
                ("Position", "text"),
                ("E-Mail Address", "email"),
                ("Mobile No.", "phone"),
                ("LinkedIn URL", "url"),
                ("Notes", "text"),
            ]
        )
    ]
    assert fields(found, catalog, "contact") == {
        "Full Name": "name", "Company": "customer", "Position": "job_title", "E-Mail Address": "email", "Mobile No.": "phone", "LinkedIn URL": "social",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        (["Firma", "Land", "Branche", "Webseite", "Kundennummer"], ["name", "country", "industry", "website", "code"]),
        (["Empresa", "País", "Sector", "Página web"], ["name", "country", "industry", "website"]),
        (["会社名", "国名", "業種", "ホームページ", "顧客番号"], ["name", "country", "industry", "website", "code"]),
    ],
)
def test_other_languages(headers: list[str], wanted: list[str], catalog: Catalog) -> None:
    found = [ColumnFound(name=header, header=header, place=place, filled=10, guess=Guess(type="text")) for place, header in enumerate(headers)]
    found = [
        msgspec.structs.replace(one, guess=Guess(type={"country": "country", "website": "url"}.get(field, "text")))
        for one, field in zip(found, wanted, strict=True)
    ]
    assert [fields(found, catalog, "customer").get(header) for header in headers] == wanted


def test_cells_speak_for_and_against(catalog: Catalog) -> None:
    unnamed = columns(X="email", 公司名称="text")
    assert suggest(unnamed, catalog, "contact")["X"].field == "email" and suggest(unnamed, catalog, "contact")["X"].reason == "values"
    assert suggest(columns(邮箱="date"), catalog, "contact")["邮箱"].score <= 0.5 and not suggest(columns(电子邮件="date"), catalog, "contact")
    label, by_word = suggest(columns(邮箱="email"), catalog, "contact")["邮箱"], suggest(columns(电子邮件="email"), catalog, "contact")["电子邮件"]
    assert (label.reason, by_word.reason) == ("label", "words") and label.score > by_word.score > 0.8


@pytest.mark.parametrize("header", ["国家", "国别", "Country", "Land", "国名"])
@pytest.mark.parametrize("wrong", [2, 6])
def test_a_heading_that_says_country_outweighs_cells_that_are_none(tmp_path: Path, catalog: Catalog, header: str, wrong: int) -> None:
    """Of ten cells two or six are misspelt: they are problems of the import, no reason to leave the column out."""
    cells = ["Deutschand", "Frnace", "Itlay", "Atlantis", "意呆利", "德意"][:wrong] + ["Germany", "法国", "IT", "Japan"] * 2
    rows = [[f"A{n:03}", f"Acme {n}", cells[n % 10]] for n in range(60)]
    sheet = table(tmp_path, ["Code", "Company", header], rows).sheet()
    assert suggest(sheet.columns, catalog, "customer")[header].field == "country"
    assert suggest_map(sheet, catalog, "customer").targets[0].fields["country"] == Value(column=header, transforms=(Country(),))


def test_no_field_twice_and_only_fields_one_may_fill(catalog: Catalog) -> None:
    found = columns(公司名称="text", 客户名称="text", Company="text")
    used = [one.field for one in suggest(found, catalog, "customer").values()]
    assert len(used) == len(set(used))
    assert suggest(found, catalog, "customer", allowed={"country"}) == {}
    assert "last_follow_up" not in [one.field for one in suggest(columns(最近跟进="date"), catalog, "customer").values()]


def test_real_invoices_find_orders_lines_and_products(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / EXCERPT.name
    path.write_bytes(EXCERPT.read_bytes())
    sheet = read(path).sheet()
    found = {key: {name: one.field for name, one in suggest(sheet.columns, catalog, key).items()} for key in ("order", "order_line", "product")}
    assert found["order"].items() >= {"InvoiceNo": "number", "InvoiceDate": "date", "Country": "country"}.items()
    assert found["order_line"].items() >= {"Description": "description", "Quantity": "quantity", "UnitPrice": "unit_price"}.items()
    assert found["product"].items() >= {"StockCode": "code", "Description": "name", "UnitPrice": "price"}.items()


def test_a_map_says_how_cells_are_understood_and_records_known(tmp_path: Path, catalog: Catalog) -> None:
    rows = [[f"客户{n}", f"A{n:03}", "德国", f"https://x{n}.de"] for n in range(1, 13)]
    sheet = table(tmp_path, ["公司名称", "客户编号", "国家", "网站"], rows).sheet()
    customer = suggest_map(sheet, catalog, "customer").targets[0]
    assert {key: value.column for key, value in customer.fields.items()} == {"name": "公司名称", "code": "客户编号", "country": "国家", "website": "网站"}
    assert customer.match in (("code",), ("name",))

    rows = [[f"Person {n}", f"客户{n}", f"p{n}@x.de", f"138001380{n:02}"] for n in range(1, 13)]
    contact = suggest_map(table(tmp_path, ["姓名", "公司", "邮箱", "手机"], rows).sheet(), catalog, "contact").targets[0]
    assert contact.fields["customer"].find == Find(by="name")
    assert contact.fields["phone"].transforms == (Phone(country="CN"),)
    assert contact.match == ("email",)

    rows = [[f"B{n}", f"{n + 12}.03.2024 10:30", f"{n},50 kg"] for n in range(1, 13)]
    order = suggest_map(table(tmp_path, ["订单号", "日期", "x"], rows).sheet(), catalog, "order", zone="Asia/Shanghai").targets[0]
    assert order.fields["date"].transforms == (Date(order="dmy"),)
    assert order.fields["date"].reading is not None

    rows = [[f"B{n}", f"{n + 12}/03/24", f"1.000,{n + 10}"] for n in range(1, 13)]
    inquiry = suggest_map(table(tmp_path, ["产品", "预计成交日期", "数量"], rows).sheet(), catalog, "inquiry").targets[0]
    assert inquiry.fields["quantity"].transforms == (Number(decimal=","),)
    assert inquiry.fields["expected_close"].transforms == (Date(order="dmy"),)


def test_headers_are_folded_and_known() -> None:
    assert folded(" E-Mail  Address* ") == folded("email_address") == folded("EmailAddress")
    assert (concept_of("客户公司电子邮箱"), concept_of("Billing Email"), concept_of("单价（USD）"), concept_of("蓝天白云")) == (
        "email",
        "email",
        "unit_price",
        "",
    )
    assert bracketed("重量（kg）") == ("kg",)
    assert [meaning.weight for meaning in meanings("手机号")] == [1.0]


def test_words_of_the_trade_are_tidy() -> None:
    known = set(field_types()) | {"company_name", "person_name", "address", "tax_id", "hs_code", "language", "time_zone"}
    for key, concept in concepts().items():
        assert set(concept.types) <= known, key
        assert set(concept.words) <= {"zh", "en", "de", "es", "ja"}
        for language, words in concept.words.items():
            assert len(set(words)) == len(words) and all(word == word.strip() and word for word in words), (key, language)


def test_a_spreadsheets_count_of_days_becomes_dates(tmp_path: Path, catalog: Catalog) -> None:
    """45356 is 5 March 2024 in every spreadsheet; before March 1900 they count a day that never was."""
    rows = [[f"B{n}", str(45356 + n)] for n in range(12)]
    order = suggest_map(table(tmp_path, ["产品", "预计成交日期"], rows).sheet(), catalog, "inquiry").targets[0]
    (step,) = order.fields["expected_close"].transforms
    assert step == Date(formats=("serial",))
    assert [date(text, step) for text in ("45356", "45356.75", "61", "60", "-5", "soon")] == [
        "2024-03-05", "2024-03-05T18:00:00", "1900-03-01", "60", "-5", "soon",
    ]  # fmt: skip
