"""Objects proposed for whole files: several workbooks as firms keep them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from tests.reading.books import Read, read, read_text

from tradewind.catalog.check import check_definitions
from tradewind.ingest.maps import Find
from tradewind.ingest.reading import Limits
from tradewind.ingest.reading.proposal import Proposal, propose
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.definitions import Catalog, FieldDefinition, ObjectDefinition

EMPTY = Catalog(version=0, edition=0, objects={}, views={}, layouts={}, menus={}, roles={})
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def trade_book(path: Path) -> Path:
    """Customers, products and order lines of a small exporter, in Chinese."""
    made = openpyxl.Workbook()
    customers, products, orders, hidden = made.worksheets[0], made.create_sheet("产品"), made.create_sheet("订单明细"), made.create_sheet("旧数据")
    customers.title = "客户"
    customers.append(["客户资料 2024"])
    customers.append(["序号", "客户编号", "公司名称", "国家", "客户类型", "邮箱", "电话", "建档日期", "是否有效", "备注"])
    kinds, lands = ["经销商", "零售商", "生产商"], ["德国", "美国", "日本", "法国"]
    for n in range(1, 41):
        customers.append(
            [
                n,
                f"C{n:03}",
                f"客户{n}有限公司",
                lands[n % 4],
                kinds[n % 3],
                f"info@customer{n}.com",
                f"+49 30 9018{n:04}",
                f"2024/{n % 12 + 1}/{n % 28 + 1}",
                "是" if n % 5 else "否",
                None,
            ]
        )
    products.append(["货号", "品名", "规格", "单价(USD)", "单位", "HS编码"])
    for n in range(1, 16):
        products.append([f"SKU-{n:03}", f"螺丝 {n}", f"M{n}x{n * 5}", n * 1.25, "个", f"7318{n:04}"])
    orders.append(["订单号", "下单日期", "客户编号", "货号", "数量", "金额", "业务员"])
    for n in range(1, 121):
        orders.append(
            [
                f"PO{n // 3 + 1:04}",
                f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}",
                f"C{n % 40 + 1:03}",
                f"SKU-{n % 15 + 1:03}",
                n * 10,
                n * 12.5,
                "王芳" if n % 2 else "李雷",
            ]
        )
    hidden.append(["a", "b"])
    hidden.append([1, 2])
    hidden.sheet_state = "hidden"
    made.save(path)
    return path


def proposed(found: Read, name: str, catalog: Catalog = EMPTY) -> Proposal:
    return propose(found.reading, found.folder, name, catalog, zone="Asia/Shanghai")


def objects(proposal: Proposal) -> dict[str, ObjectDefinition]:
    return {one.definition.key: one.definition for one in proposal.objects}


def fields(definition: ObjectDefinition) -> dict[str, str]:
    return {field.key: field.type for field in definition.fields}


def test_a_book_of_three_sheets_becomes_three_objects_that_refer_to_each_other(tmp_path: Path) -> None:
    found = read(trade_book(tmp_path / "外贸.xlsx"))
    proposal = proposed(found, "外贸.xlsx")
    made = objects(proposal)
    assert list(made) == ["customer", "product", "order_line"]
    names = "company_name" if "company_name" in field_types() else "text"
    assert fields(made["customer"]) == {
        "customer_code": "text", "company_name": names, "country": "country", "customer_type": "select", "email": "email", "phone": "phone",
        "jian_dang_ri_qi": "date", "active": "checkbox",
    }  # fmt: skip
    assert fields(made["product"]) == {"sku": "text", "product_name": "text", "specification": "text", "unit_price": "money", "unit": "text", "hs_code": "text"}
    assert fields(made["order_line"]) == {
        "order_no": "text", "order_date": "date", "customer_code": "relation", "sku": "relation", "quantity": "integer", "amount": "number", "ye_wu_yuan": "select",
    }  # fmt: skip
    assert {made["customer"].title, made["product"].title, made["order_line"].title} == {"company_name", "product_name", "order_no"}
    unique = {(key, field.key) for key, one in made.items() for field in one.fields if field.unique}
    assert unique == {("customer", "customer_code"), ("customer", "email"), ("product", "sku")}
    assert made["order_line"].field("sku") == FieldDefinition(key="sku", type="relation", labels={"zh-CN": "货号"}, options={"target": "product"})
    kind = made["customer"].field("customer_type")
    assert kind is not None and {option["labels"]["zh-CN"] for option in kind.options["options"]} == {"经销商", "零售商", "生产商"}
    assert check_definitions(EMPTY, made.values()) == []
    assert {(link.sheet, link.column, link.target_sheet, link.target_column, link.hits, link.filled) for link in proposal.links} == {
        ("订单明细", "客户编号", "客户", "客户编号", 120, 120), ("订单明细", "货号", "产品", "货号", 120, 120),
    }  # fmt: skip
    assert next(one for one in proposal.objects if one.sheet == "客户").left_out == ("序号", "备注")


def test_the_maps_load_what_is_pointed_at_first(tmp_path: Path) -> None:
    proposal = proposed(read(trade_book(tmp_path / "外贸.xlsx")), "外贸.xlsx")
    assert [(one.key, one.sheet) for one in proposal.maps][-1] == ("order_line", "订单明细")
    lines = proposal.maps[-1].targets[0]
    assert lines.fields["customer_code"].find == Find(by="customer_code") and lines.fields["sku"].find == Find(by="sku")
    made = objects(proposal)
    for given in proposal.maps:
        target = given.targets[0]
        assert target.object == given.key and set(target.fields) == {field.key for field in made[given.key].fields if field.type != "auto_number"}
        assert all(made[given.key].field(key) is not None for key in target.match)


def test_keys_of_the_catalogue_and_of_every_object_are_left_alone(tmp_path: Path) -> None:
    found = read_text(tmp_path, "Owner,Team,ID,Version,Name\n" + "".join(f"A{n},B{n},{n},v{n},Name {n}\n" for n in range(12)), name="客户.csv")
    taken = ObjectDefinition(key="customer", labels={"en": "Customer"}, title="name", fields=(FieldDefinition(key="name", type="text", labels={"en": "Name"}),))
    catalog = msgspec.structs.replace(EMPTY, objects={"customer": taken})
    proposal = proposed(found, "客户.csv", catalog)
    (definition,) = objects(proposal).values()
    assert definition.key == "customer_2" and definition.labels == {"en": "客户"}
    assert check_definitions(catalog, [definition]) == []


@pytest.mark.parametrize(
    ("name", "header", "row"),
    [
        ("报价单.csv", "报价单号,客户名称,产品名称,数量,单价,交货日期,备注", "Q{n},客户{n},产品{n},{n},{n}.5,2024-01-{d:02},说明"),
        ("Kunden 2024.csv", "Firma;Straße;PLZ;Ort;Umsatz (€);Seit", "Firma {n};Weg {n};0{n:04};Köln;1.{n:03},50;{d:02}.03.2024"),
        ("clientes.csv", "Empresa,País,Teléfono,Correo,Estado", "Empresa {n},España,+34 91 123 4{n:03},a{n}@b.es,Activo"),
        ("leads.csv", "First Name,Last Name,Company,Lead Source,Budget,Consent", "Ann {n},Lee {n},Acme {n},Fair,$1{n:02}.00,yes"),
        ("数字.csv", "2021,2022,2023", "{n},{n},{n}"),
        ("x.csv", "!!!,???,###", "a{n},b{n},c{n}"),
        (
            "很长.csv",
            "这是一个非常非常非常长的列标题它超过了四十个字符的限制所以键必须被截断,这是一个非常非常非常长的列标题它超过了四十个字符的限制所以键必须被截断啊",
            "a{n},b{n}",
        ),
    ],
)
def test_every_proposal_passes_the_check(name: str, header: str, row: str, tmp_path: Path) -> None:
    found = read_text(tmp_path, header + "\n" + "".join(row.format(n=n, d=n % 28 + 1) + "\n" for n in range(100, 130)), name=name)
    proposal = proposed(found, name)
    made = objects(proposal)
    assert check_definitions(EMPTY, made.values()) == []
    for definition in made.values():
        assert KEY.fullmatch(definition.key) and all(KEY.fullmatch(field.key) and "__" not in field.key for field in definition.fields)
        assert len(definition.fields) >= len(header.replace(";", ",").split(",")) - 1


def test_numbers_in_two_sheets_are_no_relation_by_themselves(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    one, two = made.worksheets[0], made.create_sheet("Two")
    one.title = "One"
    one.append(["Name", "Rank"])
    two.append(["Title", "Score"])
    for n in range(1, 31):
        one.append([f"a{n}", n])
        two.append([f"b{n}", n % 20 + 1])
    made.save(tmp_path / "two.xlsx")
    assert proposed(read(tmp_path / "two.xlsx"), "two.xlsx").links == ()


def test_a_file_without_any_text_gets_a_number_for_its_title(tmp_path: Path) -> None:
    found = read_text(tmp_path, "开始日期,完成日期\n" + "".join(f"2024-01-{n:02},2024-02-{n:02}\n" for n in range(1, 20)), name="日程.csv")
    (definition,) = objects(proposed(found, "日程.csv")).values()
    assert definition.fields[0].type == "auto_number" and definition.title == definition.fields[0].key
    assert check_definitions(EMPTY, [definition]) == []


def test_limits_do_not_change_a_proposal(tmp_path: Path) -> None:
    path = trade_book(tmp_path / "外贸.xlsx")
    small: Any = objects(proposed(read(path, limits=Limits(memory=600_000_000)), "外贸.xlsx"))
    assert small == objects(proposed(read(path), "外贸.xlsx"))
