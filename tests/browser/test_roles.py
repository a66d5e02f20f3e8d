"""An administrator makes a role with a hidden and a masked field; who has it sees just that; the change is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.pages import signed_in, use_language
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
    page.locator(".builder-head .ant-btn-primary").click()
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
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
    page.locator(".builder-head .ant-btn-primary").click()
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
    expect(page.locator(".admin-list li", has_text=name)).to_be_visible()
    assert "country" in record()
    with page.expect_response(lambda answer: answer.url.endswith("/undo")) as undone:
        page.locator(".toast .link").last.click()
    assert undone.value.status == 200, undone.value.text()
    assert "country" not in record()


def test_a_role_that_somebody_has_stays_and_the_last_administrator_too(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "admin@demo.example")
    page.goto(f"{stack.address}/admin/roles")
    expect(page.locator(".admin-list li", has_text="业务员").get_by_role("button", name="停用")).to_be_disabled()
    page.goto(f"{stack.address}/admin/roles/administrator")
    page.get_by_text("全部权限：所有记录").click()
    page.locator(".builder-head .ant-btn-primary").click()
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
    expect(page.locator(".toast")).to_contain_text("没有任何人拥有全部权限")
    listed = page.context.request.get(f"{stack.address}/api/roles").json()["roles"]
    assert next(one["body"]["everything"] for one in listed if one["key"] == "administrator")
    page.get_by_role("button", name="更多").click()
    page.get_by_role("menuitem", name="放弃草稿").click()
    expect(page.locator(".builder-head .ant-btn-primary")).to_be_disabled()


@pytest.fixture
def english(browser: Browser, stack: Stack) -> Page:
    """The administrator's page in English on a dark screen."""
    page = signed_in(browser, stack, "admin@demo.example")
    use_language(page, stack, "en", "dark")
    return page


def test_a_role_is_copied_narrowed_in_bulk_and_by_a_rule_in_english(
    english: Page, browser: Browser, stack: Stack, given: Callable[[Page, str, str], None]
) -> None:
    page = english
    page.goto(f"{stack.address}/admin/roles")
    page.locator(".admin-list li", has_text="Sales manager").get_by_role("button", name="Copy").click()
    page.get_by_label("Name English").fill("Singapore desk")
    page.locator(".role-head", has_text="Customer").first.click()
    _choose(page, "Which records", "Records that meet a rule")
    page.get_by_role("button", name="Add condition").click()
    page.locator(".filter-row input:not([role=combobox])").fill("Lion City")
    for field in ("Country/region", "Grade"):
        page.locator(".role-fields li", has_text=field).get_by_role("checkbox").check()
    _choose(page, "Set 2 fields", "Hidden")
    page.get_by_role("button", name="What it shows").click()
    shown = page.locator(".admin-seen", has=page.locator("dt", has_text="Customer"))
    expect(shown).to_contain_text("Records that meet a rule")
    expect(shown).to_contain_text("Hidden: ")
    page.keyboard.press("Escape")
    page.locator(".builder-head .ant-btn-primary").click()
    plan = page.locator(".plan")
    expect(plan).to_contain_text("Nobody has it yet.")
    expect(plan).to_contain_text("Sees now: Records that meet a rule")
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
    expect(page.locator(".admin-list li", has_text="Singapore desk")).to_contain_text("0 people")
    given(page, "ravi", "singapore_desk")
    own = signed_in(browser, stack, "ravi@demo.example")
    asked = own.context.request.post(f"{stack.address}/api/objects/customer/query", data={}, headers={"Sec-Fetch-Site": "same-origin"}).json()["records"]
    assert [one["name"].startswith("Lion City") for one in asked] == [True]
    assert not {"country", "grade"} & set(asked[0])


def test_a_draft_of_a_role_waits_on_the_server_and_an_earlier_version_comes_back(english: Page, browser: Browser, stack: Stack) -> None:
    page = english
    page.goto(f"{stack.address}/admin/roles/sales_manager")
    page.locator(".role-head", has_text="Contact").first.click()
    before = page.locator(".role-object.open .row").first.get_by_role("checkbox", name="export").is_checked()
    page.locator(".role-object.open .row").first.get_by_role("checkbox", name="export").click()
    expect(page.locator(".builder-head .saving")).to_have_text("Draft saved")
    elsewhere = signed_in(browser, stack, "admin@demo.example", 390)
    elsewhere.goto(f"{stack.address}/admin/roles")
    expect(elsewhere.locator(".admin-list li", has_text="Sales manager").locator(".pill")).to_have_text("Draft")
    page.keyboard.press("Control+z")
    expect(page.locator(".builder-head .ant-btn-primary")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    page.locator(".builder-head .ant-btn-primary").click()
    expect(page.locator(".plan .differences li")).to_have_text(["No longer may export records" if before else "May now export records"])
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
    expect(page.locator(".admin-list li", has_text="Sales manager")).to_be_visible()
    page.goto(f"{stack.address}/admin/roles/sales_manager")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Versions").click()
    page.locator(".version").nth(1).click()
    page.get_by_role("button", name="Restore this version").click()
    expect(page.locator(".builder-head .ant-btn-primary")).to_be_enabled()
    page.locator(".builder-head .ant-btn-primary").click()
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
    expect(page.locator(".admin-list li", has_text="Sales manager")).to_be_visible()
    listed = page.context.request.get(f"{stack.address}/api/roles").json()["roles"]
    assert next(bool(one["body"]["objects"]["contact"].get("export")) for one in listed if one["key"] == "sales_manager") == before


def test_a_role_nobody_has_is_retired_and_comes_back(english: Page, stack: Stack) -> None:
    page = english
    page.goto(f"{stack.address}/admin/roles")
    page.get_by_role("button", name="New role").click()
    page.get_by_label("Name English").fill("Passing guest")
    page.locator(".builder-head .ant-btn-primary").click()
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
    line = page.locator(".admin-list li", has_text="Passing guest")
    expect(line).to_have_count(1)
    line.get_by_role("button", name="Retire").click()
    page.locator(".ant-popconfirm .ant-btn-primary").click()
    expect(line).to_have_count(0)
    page.locator(".toast", has_text="out of use").locator(".link").click()
    expect(line).to_have_count(1)
