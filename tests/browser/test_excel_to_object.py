"""Excel to objects in the browser: a dropped workbook is corrected, published, filled with its rows, and taken back."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator

import httpx
import openpyxl
import pytest
from playwright.sync_api import Browser, expect
from tests.browser.pages import dropped, signed_in, use_language
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser
ADMIN, SELLER = "admin@demo.example", "mei@demo.example"
LONG = 60_000


@pytest.fixture
def admin(stack: Stack) -> Iterator[httpx.Client]:
    with contextlib.closing(stack.sign_in(ADMIN)) as client:
        yield client


def _workbook(*sheets: tuple[str, list[tuple[str, ...]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def test_a_workbook_of_two_related_sheets_becomes_two_objects(browser: Browser, stack: Stack, admin: httpx.Client) -> None:
    halls = [("展厅", "城市"), ("一号厅", "上海"), ("二号厅", "宁波")]
    guests = [("参观者", "邮箱", "展厅", "等级")] + [(f"客人 {n}", f"g{n}@firm{n}.example", halls[1 + n % 2][0], "甲乙丙"[n % 3]) for n in range(1, 31)]
    page = signed_in(browser, stack, ADMIN)
    use_language(page, stack, "zh-CN")
    page.goto(f"{stack.address}/build")
    expect(page.locator(".objects")).to_be_visible()
    dropped(page, ".build-page", "参观.xlsx", _workbook(("展厅表", halls), ("参观者表", guests)))
    columns = page.locator(".proposed-object")
    expect(columns).to_have_count(2, timeout=LONG)
    second = columns.nth(1)
    expect(second.locator(".field-item", has_text="展厅")).to_contain_text("关联")
    expect(second.locator(".field-item", has_text="等级")).to_contain_text("单选")
    second.locator(".proposed-name").click()
    page.locator(".builder-side input[lang=en]").fill("Visitor")
    second.locator(".field-open", has_text="参观者").click()
    page.locator(".builder-side input[lang=en]").first.fill("Full name")
    expect(second.locator(".field-item.now")).to_contain_text("参观者")
    page.locator(".importing-head .ant-btn-primary").click()
    page.locator(".plan-role", has_text="业务员").locator(".ant-select").click()
    page.locator(".ant-select-dropdown:visible .ant-select-item-option", has_text="查看").first.click()
    page.locator(".ant-drawer .ant-btn-primary").last.click()
    expect(page.locator(".importing-head .pill.green")).to_be_visible(timeout=LONG)
    catalog = admin.get("/api/catalog").json()["objects"]
    (visitor,) = [one for one in catalog.values() if one["labels"].get("en") == "Visitor"]
    (relation,) = [field for field in visitor["fields"] if field["type"] == "relation"]
    title = visitor["title"]
    assert next(field["labels"] for field in visitor["fields"] if field["key"] == title) == {"en": "Full name", "zh-CN": "参观者"}
    records = admin.post(f"/api/objects/{visitor['key']}/query", json={"limit": 100}).json()["records"]
    assert sorted(one[title] for one in records) == sorted(row[0] for row in guests[1:])
    assert {one[relation["key"]]["title"] for one in records} == {"一号厅", "二号厅"}
    with contextlib.closing(stack.sign_in(SELLER)) as seller:
        assert visitor["key"] in seller.get("/api/catalog").json()["objects"]
    page.locator(".undo-box .ant-btn").click()
    page.locator(".undo-box .ant-btn-primary").click()
    expect(page.locator(".good-note")).to_be_visible(timeout=LONG)
    after = admin.get("/api/catalog").json()["objects"]
    assert visitor["key"] not in after and relation["options"]["target"] not in after
