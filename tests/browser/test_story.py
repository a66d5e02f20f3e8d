"""The lasting story, "from inquiry to order": today as far as a new customer that a colleague of another department does not see."""

from __future__ import annotations

import contextlib

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.pages import signed_in
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 390])
def test_the_owner_finds_his_customers_and_nobody_elses(browser: Browser, stack: Stack, width: int) -> None:
    page = signed_in(browser, stack, "mei@demo.example", width)
    page.goto(f"{stack.address}/o/customer")
    expect(page.get_by_text("Rossi Macchine S.r.l.").first).to_be_visible()
    expect(page.get_by_text("Ελληνικά Τρόφιμα ΑΕ")).to_have_count(0)


WORDS = {
    "zh-CN": {"customer": "公司名称", "product": "产品", "tab": "询盘/商机", "other": "English", "new": "新建"},
    "en": {"customer": "Company name", "product": "Product", "tab": "Inquiries", "other": "中文", "new": "Create"},
}


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1440), ("en", 1440), ("zh-CN", 390)])
def test_from_inquiry_to_order(browser: Browser, stack: Stack, language: str, width: int) -> None:
    """Mei writes a customer and his inquiry into the forms and finds them; Ravi of another department does not."""
    words, company, product = WORDS[language], f"宁波港湾五金 {language} {width}", f"LED strip {language} {width}"
    with contextlib.closing(stack.sign_in("mei@demo.example")) as client:
        assert client.patch("/api/session", json={"language": language}).status_code == 200
    page = signed_in(browser, stack, "mei@demo.example", width)
    switch = page.locator(".top .ant-btn").first
    there_and_back = [words["other"], WORDS["en" if language == "zh-CN" else "zh-CN"]["other"]]
    for shown in there_and_back:
        expect(switch).to_have_text(shown)
        switch.click()
    expect(switch).to_have_text(words["other"])
    page.goto(f"{stack.address}/o/customer")
    page.locator(".toolbar .ant-btn-primary").click()
    form = page.locator("form.form")
    form.locator(".form-field", has_text=words["customer"]).locator("input").first.fill(company)
    page.locator(".form-foot .ant-btn-primary").click()
    page.wait_for_url("**/o/customer/*-*")
    expect(page.get_by_role("heading", name=company)).to_be_visible()
    customer = page.url
    page.get_by_role("tab", name=words["tab"]).click()
    page.locator(".related:visible button", has_text=words["new"]).click()
    form.locator(".form-field", has_text=words["product"]).locator("input").first.fill(product)
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/inquiry/records" in answer.url) as written:
        page.locator(".form-foot .ant-btn-primary").click()
    assert written.value.status == 201, written.value.text()
    inquiry = written.value.json()["ids"][0]
    expect(page.locator(".related:visible table")).to_contain_text(product)
    page.goto(f"{stack.address}/o/inquiry/{inquiry}")
    expect(page.get_by_text(product).first).to_be_visible()
    expect(page.get_by_text(company).first).to_be_visible()
    for who, seen in (("mei@demo.example", 1), ("ravi@demo.example", 0)):
        other = page if seen else signed_in(browser, stack, who, width)
        other.goto(f"{stack.address}/o/contact")
        expect(other.get_by_role("heading", level=1)).to_be_visible()
        other.keyboard.press("Control+k")
        with other.expect_response(lambda answer: answer.url.endswith("/objects/customer/pick")):
            other.locator(".ant-modal input").fill(company)
        expect(other.locator(".ant-modal").get_by_text(company)).to_have_count(seen)
        other.goto(customer)
        expect(other.get_by_role("heading", name=company)).to_have_count(seen)
