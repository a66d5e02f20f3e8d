"""The studio as a seller uses it: editing in the grid, conflicts, filters and views, the bin, steps, lines, files, and lists that keep up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.pages import eventually, signed_in
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser
OURS = {"Sec-Fetch-Site": "same-origin"}


def _create(page: Page, stack: Stack, thing: str, *rows: dict[str, Any]) -> list[str]:
    made = page.context.request.post(f"{stack.address}/api/objects/{thing}/records", data={"rows": list(rows)}, headers=OURS)
    assert made.status == 201, made.text()
    return [str(one) for one in made.json()["ids"]]


def _stored(page: Page, stack: Stack, thing: str, identity: str) -> dict[str, Any]:
    return page.context.request.get(f"{stack.address}/api/objects/{thing}/records/{identity}").json()


def _cell(page: Page, row: int, column: int) -> Any:
    return page.locator(f'[data-cell="{row}:{column}"]')


def _column(page: Page, label: str) -> int:
    """The place of a column among the fields'."""
    expect(page.locator(".grid-head [role=columnheader]", has_text=label).first).to_be_visible()
    heads = page.locator(".grid-head [role=columnheader]").all_inner_texts()[1:]
    return next(place for place, head in enumerate(heads) if head.strip().startswith(label))


def _search(page: Page, stack: Stack, thing: str, search: str) -> None:
    page.goto(f"{stack.address}/o/{thing}?search={search}")
    expect(page.locator(".list-status")).to_be_visible()


def test_a_value_is_changed_in_the_grid_by_keyboard_and_taken_back(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "mei@demo.example")
    (identity,) = _create(page, stack, "customer", {"name": "Keyboard Lda"})
    _search(page, stack, "customer", "Keyboard")
    place = _column(page, "公司名称")
    expect(_cell(page, 0, place)).to_have_text("Keyboard Lda")
    _cell(page, 0, place).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".edit-cell input")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Keyboard SA")
    page.keyboard.press("Escape")
    expect(_cell(page, 0, place)).to_have_text("Keyboard Lda")
    expect(_cell(page, 0, place)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".edit-cell input")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Keyboard SpA")
    page.keyboard.press("Enter")
    expect(_cell(page, 0, place)).to_have_text("Keyboard SpA")
    expect(page.locator(".toast .link").last).to_be_visible()
    assert _stored(page, stack, "customer", identity)["name"] == "Keyboard SpA"
    with page.expect_response(lambda answer: "/undo" in answer.url):
        page.locator(".toast .link").last.click()
    expect(_cell(page, 0, place)).to_have_text("Keyboard Lda")
    page.goto(f"{stack.address}/o/customer/{identity}")
    page.get_by_role("tab", name="历史").click()
    expect(page.locator(".record [role=tabpanel]:visible")).to_contain_text("Keyboard SpA")


def test_the_slower_of_two_editors_chooses(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "mei@demo.example")
    (identity,) = _create(page, stack, "customer", {"name": "Conflict GmbH"})
    for keep, kept in (("theirs", "Theirs GmbH"), ("mine", "Mine mine GmbH")):
        page.goto(f"{stack.address}/o/customer/{identity}")
        page.get_by_role("button", name="编辑“公司名称”").click()
        field = page.locator(".edit-cell input")
        expect(field).to_be_visible()
        version = _stored(page, stack, "customer", identity)["version"]
        other = {"name": "Theirs GmbH", "address": f"Road {keep}", "version": version}
        path = f"{stack.address}/api/objects/customer/records/{identity}"
        assert page.context.request.patch(path, data=other, headers=OURS).status == 200
        field.fill(f"Mine {keep} GmbH")
        field.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Theirs GmbH")
        expect(dialog).to_contain_text(f"Mine {keep} GmbH")
        dialog.locator(".ant-modal-footer .ant-btn").nth(0 if keep == "theirs" else 1).click()
        expect(page.locator(".record h1")).to_have_text(kept)
        eventually(lambda kept=kept: _stored(page, stack, "customer", identity)["name"] == kept)


def test_a_filter_becomes_a_view_of_ones_own(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "mei@demo.example")
    _create(
        page, stack, "customer", {"name": "Filter Nice", "country": "FR"}, {"name": "Filter Porto", "country": "PT"}, {"name": "Filter Lyon", "country": "FR"}
    )
    _search(page, stack, "customer", "Filter")
    expect(page.locator(".list-status")).to_contain_text("3")
    page.locator(".toolbar .ant-btn", has_text="筛选").click()
    panel = page.locator(".filter-panel:visible")
    expect(page.locator(".ant-popover.ant-zoom-big-enter")).to_have_count(0)
    panel.get_by_role("button", name="添加条件").first.press("Enter")
    expect(panel.locator(".filter-row")).to_contain_text("公司名称")
    panel.locator("input:not([role=combobox])").first.fill("Porto")
    expect(page.locator(".list-status")).to_contain_text("1")
    page.keyboard.press("Escape")
    page.locator(".toolbar .ant-btn", has_text="保存视图").click()
    page.get_by_label("视图名称").fill("Only Porto")
    page.locator(".ant-popover:visible .ant-btn-primary").last.click()
    expect(page.locator(".toolbar .ant-select").first).to_contain_text("Only Porto")
    page.goto(f"{stack.address}/o/customer")
    page.locator(".toolbar .ant-select").first.click()
    page.locator(".ant-select-item-option:visible", has_text="Only Porto").click()
    expect(page.get_by_text("Filter Porto").first).to_be_visible()
    expect(page.get_by_text("Filter Nice")).to_have_count(0)
    other = signed_in(browser, stack, "tom@demo.example")
    other.goto(f"{stack.address}/o/customer")
    views = other.context.request.get(f"{stack.address}/api/catalog").json()["views"]
    assert not [one for one in views if "Only Porto" in one["labels"].values()], "a view of one's own is nobody else's"


def test_records_go_to_the_bin_and_come_back(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "mei@demo.example")
    _create(page, stack, "customer", {"name": "Gone One"}, {"name": "Gone Two"})
    _search(page, stack, "customer", "Gone")
    for place in (1, 2):
        page.locator(".grid-row .check input").nth(place).check()
    page.locator(".bulk .ant-btn-dangerous").click()
    expect(page.locator(".empty")).to_be_visible()
    page.locator(".toast .link").last.click()
    expect(page.get_by_text("Gone One").first).to_be_visible()
    page.locator(".grid-row .check input").nth(1).check()
    page.locator(".bulk .ant-btn-dangerous").click()
    expect(page.locator(".list-status")).to_contain_text("1")
    page.goto(f"{stack.address}/o/customer/bin")
    line = page.locator(".grid-row", has_text="Gone").first
    name = "Gone One" if "Gone One" in line.inner_text() else "Gone Two"
    line.get_by_role("button", name="恢复").click()
    expect(page.locator(".grid-row", has_text=name)).to_have_count(0)
    _search(page, stack, "customer", "Gone")
    expect(page.locator(".list-status")).to_contain_text("2")


def test_a_step_is_taken_only_where_it_is_allowed(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "mei@demo.example")
    (customer,) = _create(page, stack, "customer", {"name": "Steps AG"})
    (identity,) = _create(page, stack, "inquiry", {"customer": customer, "product": "Lamp", "stage": "first_contact"})
    page.goto(f"{stack.address}/o/inquiry/{identity}")
    steps = page.locator(".stepper")
    expect(steps.get_by_role("button", name="成交")).to_be_disabled()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        steps.get_by_role("button", name="意向明确").click()
    expect(steps.locator(".now")).to_have_text("意向明确")
    assert _stored(page, stack, "inquiry", identity)["stage"] == "intent_clear"
    expect(steps.get_by_role("button", name="报价中")).to_be_enabled()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_file_is_hung_on_a_record_and_taken_off(browser: Browser, stack: Stack, tmp_path: Path, width: int) -> None:
    page = signed_in(browser, stack, "mei@demo.example", width)
    (customer,) = _create(page, stack, "customer", {"name": f"Files {width}"})
    (identity,) = _create(page, stack, "follow_up", {"customer": customer, "subject": f"Called {width}", "date": "2026-11-02T08:00:00Z"})
    paper = tmp_path / "报价单.txt"
    paper.write_text("CIF Rotterdam", encoding="utf-8")
    page.goto(f"{stack.address}/o/follow_up/{identity}")
    page.get_by_role("button", name="编辑“附件”").click()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.locator(".edit-cell input[type=file]").set_input_files(paper)
    link = page.locator(".field a.file")
    expect(link).to_contain_text("报价单.txt")
    got = page.context.request.get(stack.address + (link.get_attribute("href") or ""))
    assert (got.status, got.text()) == (200, "CIF Rotterdam")
    page.get_by_role("button", name="编辑“附件”").click()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.locator(".edit-cell .file button").click()
    expect(page.locator(".field a.file")).to_have_count(0)
    assert not _stored(page, stack, "follow_up", identity).get("files")


def test_an_open_list_shows_what_a_colleague_adds(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "mei@demo.example")
    _search(page, stack, "customer", "Livestream")
    expect(page.locator(".empty")).to_be_visible()
    again = signed_in(browser, stack, "mei@demo.example")
    _create(again, stack, "customer", {"name": "Livestream Oy"})
    expect(page.get_by_text("Livestream Oy").first).to_be_visible(timeout=10_000)


def test_tabs_of_a_browser_share_one_stream_which_the_next_takes_over(browser: Browser, stack: Stack) -> None:
    """A browser opens six connections to a server: a stream for each tab would leave none for the seventh."""
    first = signed_in(browser, stack, "mei@demo.example")
    streams: list[str] = []
    first.context.on("request", lambda request: streams.append(request.url) if request.url.endswith("/api/live") else None)
    others = [first.context.new_page() for _ in range(7)]
    for number, tab in enumerate(others):
        _search(tab, stack, "customer", f"Tabwise {number}")
        expect(tab.locator(".empty")).to_be_visible()
    assert len(streams) <= 1, "the first tab's own"
    colleague = signed_in(browser, stack, "mei@demo.example")
    _create(colleague, stack, "customer", {"name": "Tabwise 6 AS"})
    expect(others[6].get_by_text("Tabwise 6 AS").first).to_be_visible(timeout=10_000)
    with others[0].context.expect_event("request", lambda request: request.url.endswith("/api/live")):
        first.close()
    _create(colleague, stack, "customer", {"name": "Tabwise 5 AS"})
    expect(others[5].get_by_text("Tabwise 5 AS").first).to_be_visible(timeout=10_000)
    others[0].context.close()


def test_the_first_page_counts_what_one_sees_and_leads_back_to_what_one_opened(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "ravi@demo.example")
    (identity,) = _create(page, stack, "customer", {"name": "Harbour of Today Ltd"})
    seen = page.context.request.post(f"{stack.address}/api/objects/customer/count", data={}, headers=OURS).json()["count"]
    page.goto(f"{stack.address}/o/customer/{identity}")
    expect(page.locator(".record h1")).to_have_text("Harbour of Today Ltd")
    page.goto(stack.address)
    expect(page.locator(".tile[href='/o/customer']")).to_contain_text(str(seen))
    page.locator(".lately a", has_text="Harbour of Today Ltd").click()
    expect(page.locator(".record h1")).to_have_text("Harbour of Today Ltd")
    assert page.context.request.delete(f"{stack.address}/api/objects/customer/records/{identity}", headers=OURS).ok
    page.goto(stack.address)
    expect(page.locator(".tile[href='/o/customer']")).to_contain_text(str(seen - 1))
    expect(page.locator(".lately a", has_text="Harbour of Today Ltd")).to_have_count(0)
