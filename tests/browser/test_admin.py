"""An administrator lets a person in, sees what he sees, and lets him out again; a key is made and revoked; the log tells of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.pages import signed_in
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 390])
def test_a_person_is_let_in_and_out_again(browser: Browser, stack: Stack, width: int) -> None:
    email = f"li{width}@demo.example"
    page = signed_in(browser, stack, "admin@demo.example", width)
    page.goto(f"{stack.address}/admin")
    page.locator(".admin-bar .ant-btn-primary").click()
    sheet = page.locator("#admin-sheet")
    sheet.locator("input").nth(0).fill("李娜")
    sheet.locator("input[type=email]").fill(email)
    sheet.locator(".ant-select").first.click()
    page.locator(".ant-select-item-option", has_text="销售").first.click()
    page.keyboard.press("Escape")
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
    password = page.locator(".admin-once input").input_value()
    stack.sign_ins[email] = password
    own = signed_in(browser, stack, email, width)
    own.goto(f"{stack.address}/o/customer")
    expect(own.locator(".toolbar .ant-btn-primary")).to_be_visible()
    expect(own.get_by_text("Rossi Macchine S.r.l.")).to_have_count(0)
    own.goto(f"{stack.address}/admin/people")
    expect(own.locator(".admin-list")).to_have_count(0)
    line = page.locator(".admin-list li", has_text=email)
    line.get_by_role("button", name="可见范围").click()
    expect(page.locator(".admin-seen").first).to_be_visible()
    page.keyboard.press("Escape")
    line.get_by_role("button", name="停用").click()
    expect(line.get_by_role("button", name="启用")).to_be_visible()
    own.reload()
    expect(own.locator('input[type="password"]')).to_be_visible()
    page.locator(".toast .link").last.click()
    expect(line.get_by_role("button", name="停用")).to_be_visible()


def test_a_key_is_shown_once_and_revoked_and_the_log_tells_of_it(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "admin@demo.example")
    page.goto(f"{stack.address}/admin/keys")
    page.locator(".admin-bar .ant-btn-primary").click()
    page.locator("#admin-sheet input").first.fill("Shop")
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
    key = page.locator(".admin-once input").input_value()
    asked = page.context.request.get(f"{stack.address}/api/objects/customer/records", headers={"Authorization": f"Bearer {key}", "Cookie": ""})
    assert asked.status == 200
    page.reload()
    expect(page.locator(".admin-once")).to_have_count(0)
    page.locator(".admin-list li", has_text="Shop").get_by_role("button").click()
    page.locator(".ant-popconfirm .ant-btn-primary").click()
    expect(page.locator(".admin-list li", has_text="Shop").locator(".pill")).to_have_text("已吊销")
    page.goto(f"{stack.address}/admin/audit")
    expect(page.locator(".admin-table tbody tr").first).to_contain_text("吊销密钥")
    page.get_by_role("button", name="校验封存").click()
    expect(page.get_by_role("status").first).to_have_text("日志与写入时一致")


def test_a_department_gets_one_below_it_and_a_head(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "admin@demo.example")
    page.goto(f"{stack.address}/admin/departments")
    first = page.locator(".admin-list li").first
    first.get_by_role("button", name="添加下级").click()
    page.locator("#admin-sheet input").first.fill("拉美组")
    page.locator("#admin-sheet .ant-select").nth(1).click()
    page.locator(".ant-select-dropdown:visible .ant-select-item-option").first.click()
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
    made = page.locator(".admin-list li", has_text="拉美组")
    expect(made).to_contain_text("负责人")
    made.get_by_role("button", name="停用").click()
    expect(made).to_have_count(0)
    page.locator(".toast .link").last.click()
    expect(made).to_be_visible()


def test_an_ordinary_user_finds_his_own_keys_under_his_name(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "tom@demo.example", 390)
    page.locator(".top .me").click()
    page.locator(".ant-dropdown-menu-item", has_text="API").click()
    page.wait_for_url("**/admin/keys")
    expect(page.locator(".admin-tabs a")).to_have_count(1)
    expect(page.locator(".admin-bar .ant-btn-primary")).to_be_visible()
