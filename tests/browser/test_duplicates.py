"""Somebody is warned while he enters a record, goes through duplicates by keyboard, merges and takes it back; and the bell tells of a person met before."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.pages import signed_in, use_language
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser
OURS = {"Sec-Fetch-Site": "same-origin"}


def _post(page: Page, stack: Stack, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = page.context.request.post(stack.address + path, data=body, headers=OURS)
    assert answer.status == status, answer.text()
    return answer.json()


def _create(page: Page, stack: Stack, key: str, **row: Any) -> str:
    return str(_post(page, stack, f"/api/objects/{key}/records", {"row": row}, 201)["ids"][0])


def _found(page: Page, stack: Stack, key: str) -> None:
    """Has the finder go through, and waits for it."""
    _post(page, stack, f"/api/objects/{key}/duplicates/find", {}, 202)
    state = f"{stack.address}/api/objects/{key}/duplicates/state"
    for _ in range(150):
        if page.context.request.get(state).json()["finding"]["state"] == "done":
            return
        page.wait_for_timeout(200)
    raise AssertionError("the finder did not end")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_hint_while_entering_leads_to_a_merge_and_back(browser: Browser, stack: Stack, width: int) -> None:
    page = signed_in(browser, stack, "mei@demo.example", width)
    use_language(page, stack, "en")
    first = _create(page, stack, "customer", name=f"Warning {width} Pumpen GmbH", country="DE")
    page.goto(f"{stack.address}/o/customer")
    page.locator(".toolbar .ant-btn-primary").click()
    page.get_by_label("Company name").first.fill(f"WARNING {width} Pumpen Ltd")
    hint = page.locator(".similar")
    expect(hint.get_by_role("link", name=f"Warning {width} Pumpen GmbH")).to_be_visible()
    expect(hint).to_contain_text("likely")
    hint.get_by_role("button", name="Save and merge").click()
    expect(page).to_have_url(re.compile(r"/data/compare/customer/"))
    table = page.locator(".compare-table")
    expect(table.locator("thead th")).to_have_count(2)
    page.get_by_role("radio", name="Stays").first.check()
    table.get_by_role("row", name=re.compile("Company name")).get_by_role("radio").nth(1).check()
    page.locator(".compare-foot").get_by_role("button", name="Merge 2 records").click()
    expect(page).to_have_url(f"{stack.address}/o/customer/{first}")
    expect(page.locator(".record h1")).to_have_text(f"WARNING {width} Pumpen Ltd")
    page.locator(".toast", has_text="Merged").get_by_role("button", name="Undo").click()
    expect(page.locator(".record h1")).to_have_text(f"Warning {width} Pumpen GmbH")
    expect(page.locator(".similar-strip")).to_contain_text(f"WARNING {width} Pumpen Ltd")


def test_duplicates_are_gone_through_by_keyboard(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "admin@demo.example")
    use_language(page, stack, "en")
    names = ("Review Alpha", "Review Beta", "Review Gamma")
    ids = {
        name: [_create(page, stack, "customer", name=f"{name} {form}", website=f"https://{name[-5:].strip().lower()}.example") for form in ("GmbH", "Ltd")]
        for name in names
    }
    _found(page, stack, "customer")
    page.goto(f"{stack.address}/data/duplicates/customer?strength=certain")
    lines = page.locator(".group-line")
    expect(lines.first).to_be_visible()
    before = lines.count()
    mine = [number for number in range(before) if any(name in lines.nth(number).inner_text() for name in names)]
    assert len(mine) == 3, lines.all_inner_texts()
    current = page.locator(".group-line.current")
    for _ in range(mine[0]):
        page.keyboard.press("j")
    expect(current).to_contain_text("Review")
    chosen = next(name for name in names if name in current.inner_text())
    expect(page.locator(".compare-table")).to_contain_text(chosen)
    page.keyboard.press("m")
    expect(page.locator(".toast")).to_contain_text("Merged 2 records")
    expect(lines).to_have_count(before - 1)
    statuses = [page.context.request.get(f"{stack.address}/api/objects/customer/records/{one}").status for one in ids[chosen]]
    assert sorted(statuses) == [200, 410]
    expect(current).to_contain_text("Review")
    apart = next(name for name in names if name in current.inner_text())
    assert apart != chosen
    expect(page.locator(".compare-table")).to_contain_text(apart)
    page.keyboard.press("n")
    expect(lines).to_have_count(before - 2)
    page.locator(".toast", has_text="Remembered as different").get_by_role("button", name="Undo").click()
    expect(lines).to_have_count(before - 1)
    page.locator(".toast", has_text="Merged 2 records").get_by_role("button", name="Undo").click()
    expect(lines).to_have_count(before)
    page.goto(f"{stack.address}/o/customer/{ids[chosen][0]}")
    page.get_by_role("tab", name="History").click()
    history = page.locator(".history")
    expect(history).to_contain_text("took a merge back")
    assert page.context.request.get(f"{stack.address}/api/objects/customer/records/{ids[chosen][1]}").status == 200


def test_an_old_link_leads_on_and_the_bin_names_the_survivor(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "mei@demo.example")
    use_language(page, stack, "en")
    one, two = _create(page, stack, "customer", name="Stays on"), _create(page, stack, "customer", name="Goes into it")
    _post(page, stack, "/api/objects/customer/merge", {"survivor": one, "losers": [two]})
    page.goto(f"{stack.address}/o/customer/{two}")
    expect(page).to_have_url(f"{stack.address}/o/customer/{one}")
    expect(page.locator(".record h1")).to_have_text("Stays on")
    expect(page.locator(".toast")).to_have_text(re.compile("^This record became part of the one you see now"))
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".toast")).to_have_text(re.compile("^原记录已并入当前记录"))
    page.get_by_role("button", name="English").click()
    expect(page.locator(".toast")).to_have_text(re.compile("^This record became part of"))
    page.goto(f"{stack.address}/o/customer/bin")
    row = page.get_by_role("row").filter(has_text="Goes into it")
    expect(row).to_contain_text("Stays on")
    row.get_by_role("button", name="Take the merge back").click()
    expect(page.get_by_role("row").filter(has_text="Goes into it")).to_have_count(0)
    assert page.context.request.get(f"{stack.address}/api/objects/customer/records/{two}").status == 200


@pytest.mark.parametrize("width", [1440, 390])
def test_the_bell_tells_of_somebody_met_before_and_leads_to_him(browser: Browser, stack: Stack, width: int) -> None:
    rep = signed_in(browser, stack, "tom@demo.example", width)
    use_language(rep, stack, "en")
    rep.reload()
    customer = _create(rep, stack, "customer", name=f"Bell {width} Ltd")
    contact = _create(rep, stack, "contact", name=f"Ida Bell {width}", customer=customer, email=f"ida{width}@bell.example")
    bell = rep.locator(".bell")
    expect(bell).to_be_visible()
    known = rep.context.request.get(f"{stack.address}/api/notices").json()["unread"]
    other = signed_in(browser, stack, "ravi@demo.example")
    _create(other, stack, "inquiry", product="Secret pumps", email=f"IDA{width}@bell.example")
    expect(rep.get_by_role("button", name=f"{known + 1} unread notices")).to_be_visible(timeout=20_000)
    bell.click()
    notice = rep.locator(".notice.new", has_text=f"Ida Bell {width}")
    expect(notice).to_be_visible()
    assert "Secret pumps" not in rep.locator(".notices").inner_text()
    notice.get_by_role("link").first.click()
    expect(rep).to_have_url(f"{stack.address}/o/contact/{contact}")
    expect(rep.locator(".record h1")).to_have_text(f"Ida Bell {width}")
    bell.click()
    expect(rep.locator(".notice", has_text=f"Ida Bell {width}")).to_be_visible()
    expect(rep.locator(".notice.new", has_text=f"Ida Bell {width}")).to_have_count(0)


def test_a_builder_adds_a_rule_publishes_it_and_takes_it_back(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "admin@demo.example")
    use_language(page, stack, "en")
    page.goto(f"{stack.address}/build/objects/follow_up")
    page.get_by_role("link", name="Duplicates and quality").click()
    expect(page).to_have_url(f"{stack.address}/build/quality/follow_up")
    page.get_by_role("button", name="Add rule").click()
    rule = page.locator(".rule").last
    expect(rule.locator(".problem-box")).to_be_visible()
    rule.get_by_label("Label English").or_(rule.locator("input[lang=en]")).first.fill("Same subject at one customer")
    rule.get_by_label("Follow-up: field").first.click()
    page.locator(".ant-select-item-option", has_text="Subject").click()
    rule.get_by_label("Follow-up: how it is compared").first.click()
    page.locator(".ant-select-item-option", has_text="Same words, in any order").click()
    expect(rule.locator(".problem-box")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Publish")).click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("New rule “Same subject at one customer”")
    drawer.get_by_role("button", name="Publish").click()
    expect(page.locator(".toast")).to_contain_text("Published")
    rules = page.context.request.get(f"{stack.address}/api/catalog").json()["quality"]
    assert [one["labels"]["en"] for one in rules["follow_up"]] == ["Same subject at one customer"]
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast", has_text="Undone")).to_be_visible()
    assert "follow_up" not in page.context.request.get(f"{stack.address}/api/catalog").json()["quality"]


def test_figures_on_quality_lead_to_what_is_missing(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "admin@demo.example")
    use_language(page, stack, "en")
    _create(page, stack, "customer", name="Without industry Ltd")
    page.goto(f"{stack.address}/data/quality")
    page.get_by_label("Records of").first.click()
    page.locator(".ant-select-item-option", has_text="Customer").click()
    page.get_by_role("button", name="Look now").click()
    row = page.get_by_role("row", name=re.compile("^Industry"))
    expect(row.get_by_role("link")).to_be_visible(timeout=20_000)
    empty = row.get_by_role("link").inner_text()
    row.get_by_role("link").click()
    expect(page.locator(".list-status")).to_contain_text(re.compile(rf"^{empty} "))
