"""A builder makes an object in the browser: begun as a draft, kept over a reload, published and taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.pages import signed_in
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser


def test_an_object_is_drafted_survives_a_reload_is_published_and_taken_back(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "admin@demo.example")
    page.goto(f"{stack.address}/build")
    page.locator(".build-head .ant-btn-primary").click()
    page.get_by_label("English").first.fill("Sample")
    page.locator(".ant-modal-footer .ant-btn-primary").click()
    page.wait_for_url("**/build/objects/sample")
    page.locator(".builder-list .ant-btn-dashed").click()
    page.locator("[data-type=integer]").click()
    page.locator(".builder-side input[lang=en]").first.fill("Pieces")
    expect(page.locator("#field-pieces")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.locator(".builder-side input[lang=en]").first.fill("Pieces sent")
    page.reload()
    expect(page.locator("#field-pieces_sent")).to_be_visible()
    page.locator(".builder-head .ant-btn-primary").click()
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
    toast = page.locator(".toast")
    expect(toast).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/undo")) as undone:
        toast.locator(".link").click()
    assert undone.value.status == 200
