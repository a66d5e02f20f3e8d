"""The ids that shops know a customer by stand under its title: one is added, taken away, and brought back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.pages import signed_in, use_language
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 390])
def test_an_external_id_is_added_taken_away_and_brought_back(browser: Browser, stack: Stack, width: int) -> None:
    page = signed_in(browser, stack, "mei@demo.example", width)
    use_language(page, stack, "zh-CN")
    made = page.context.request.post(
        f"{stack.address}/api/objects/customer/records",
        data={"row": {"name": f"Two Stores {width}", "external_ids": [{"source": "amazon", "id": f"A-{width}"}]}},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert made.status == 201, made.text()
    page.goto(f"{stack.address}/o/customer/{made.json()['ids'][0]}")
    ids = page.get_by_role("list", name="外部编号").get_by_role("listitem")
    expect(ids).to_have_text([f"amazon A-{width}"])
    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("menuitem", name="添加外部编号").click()
    dialog = page.get_by_role("dialog", name="添加外部编号")
    dialog.get_by_label("来源").fill("Shopify.de")
    dialog.get_by_label("编号", exact=True).fill(f"47{width}")
    dialog.locator(".ant-btn-primary").click()
    expect(ids).to_have_text([f"amazon A-{width}", f"shopify.de 47{width}"])
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name=f"移除 amazon A-{width}").press("Enter")
    expect(ids).to_have_text([f"shopify.de 47{width}"])
    page.locator(".toast", has_text="已移除外部编号").get_by_role("button", name="撤销").click()
    expect(ids).to_have_text([f"amazon A-{width}", f"shopify.de 47{width}"])
    page.reload()
    page.get_by_role("tab", name="历史").click()
    expect(page.locator(".history-head", has_text="移除了外部编号")).to_have_count(1)
    expect(page.locator(".history-head", has_text="添加了外部编号")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.context.close()
