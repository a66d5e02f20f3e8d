"""An administrator makes a role with a hidden and a masked field; who has it sees just that; the change is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.pages import signed_in
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser


def _choose(page: Page, label: str, option: str) -> None:
    page.locator(".ant-select", has=page.locator(f'input[aria-label="{label}"]')).first.click()
    page.locator(".ant-select-item-option:visible", has_text=option).last.click()
    expect(page.locator(".ant-select-dropdown:visible")).to_have_count(0)


@pytest.fixture
def given(stack: Stack) -> Iterator[Callable[[Page, str, str], None]]:
    """Gives a person of the demo one role alone; afterwards he has his own again."""
    waiting: list[Callable[[], None]] = []

    def give(page: Page, who: str, role: str) -> None:
        people = page.context.request.get(f"{stack.address}/api/people").json()
        person = next(one for one in people if one["email"].startswith(f"{who}@"))

        def put(roles: list[str]) -> None:
            path, body = f"{stack.address}/api/people/{person['id']}", {"roles": roles}
            answer = page.context.request.patch(path, data=body, headers={"Sec-Fetch-Site": "same-origin"})
            assert answer.status == 200, answer.text()

        put([role])
        waiting.append(lambda: put(person["roles"]))

    yield give
    for one in waiting:
        one()


@pytest.mark.parametrize(("width", "who"), [(1440, "ravi"), (390, "tom")])
def test_a_role_is_made_by_hand_and_holds_at_once(browser: Browser, stack: Stack, given: Callable[[Page, str, str], None], width: int, who: str) -> None:
    name = f"Visitor {width}"
    page = signed_in(browser, stack, "admin@demo.example", width)
    page.goto(f"{stack.address}/admin/roles")
    page.locator(".admin-bar .ant-btn-primary").click()
    page.get_by_label("名称 English").fill(name)
    page.get_by_label("查找对象").fill("customer")
    page.locator(".role-head", has_text="客户").first.click()
    page.get_by_role("button", name="允许查看记录").click()
    _choose(page, "记录范围", "全部记录")
    _choose(page, "国家/地区的权限", "隐藏")
    _choose(page, "等级的权限", "脱敏")
    page.reload()
    expect(page.get_by_label("名称 English")).to_have_value(name)
    page.locator(".role-bar .ant-btn-primary").click()
    page.locator(".ant-modal-footer .ant-btn-primary").click()
    expect(page.locator(".admin-list li", has_text=name)).to_be_visible()
    given(page, who, f"visitor_{width}")

    own = signed_in(browser, stack, f"{who}@demo.example", width)

    def record() -> dict[str, object]:
        question = {"filter": {"op": "starts", "field": "name", "value": "Lion City"}, "limit": 1}
        asked = own.context.request.post(f"{stack.address}/api/objects/customer/query", data=question, headers={"Sec-Fetch-Site": "same-origin"})
        assert asked.status == 200, asked.text()
        return asked.json()["records"][0]

    shown = record()
    assert "country" not in shown
    assert isinstance(shown["grade"], dict) and set(shown["grade"]) == {"masked"}
    own.goto(f"{stack.address}/o/customer")
    expect(own.locator(".toolbar .ant-btn-primary")).to_have_count(0)

    page.goto(f"{stack.address}/admin/roles/visitor_{width}")
    page.locator(".role-head", has_text="客户").first.click()
    _choose(page, "国家/地区的权限", "只读")
    page.locator(".role-bar .ant-btn-primary").click()
    page.locator(".ant-modal-footer .ant-btn-primary").click()
    expect(page.locator(".admin-list li", has_text=name)).to_be_visible()
    assert "country" in record()
    with page.expect_response(lambda answer: "/api/roles/undo/" in answer.url) as undone:
        page.locator(".toast .link").last.click()
    assert undone.value.status == 200, undone.value.text()
    assert "country" not in record()


def test_a_role_that_somebody_has_stays_and_the_last_administrator_too(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "admin@demo.example")
    page.goto(f"{stack.address}/admin/roles")
    expect(page.locator(".admin-list li", has_text="业务员").get_by_role("button", name="停用")).to_be_disabled()
    page.goto(f"{stack.address}/admin/roles/administrator")
    page.get_by_text("全部权限：所有记录").click()
    page.locator(".role-bar .ant-btn-primary").click()
    page.locator(".ant-modal-footer .ant-btn-primary").click()
    expect(page.locator(".toast")).to_contain_text("没有任何人拥有全部权限")
    listed = page.context.request.get(f"{stack.address}/api/roles").json()["roles"]
    assert next(one["body"]["everything"] for one in listed if one["key"] == "administrator")
    page.get_by_role("button", name="放弃修改").click()
    expect(page.get_by_role("button", name="放弃修改")).to_be_disabled()
