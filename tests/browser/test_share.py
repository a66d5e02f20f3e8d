"""A seller shows one customer to a colleague of another department, and takes it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.pages import signed_in
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 390])
def test_a_record_is_shared_with_one_colleague_and_taken_back(browser: Browser, stack: Stack, width: int) -> None:
    mine = signed_in(browser, stack, "mei@demo.example", width)
    made = mine.context.request.post(
        f"{stack.address}/api/objects/customer/records", data={"row": {"name": f"Shared {width} GmbH"}}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert made.status == 201, made.text()
    address = f"{stack.address}/o/customer/{made.json()['ids'][0]}"
    theirs = signed_in(browser, stack, "ravi@demo.example", width)
    theirs.goto(address)
    expect(theirs.locator(".record h1")).to_have_count(0)
    mine.goto(address)
    mine.get_by_role("button", name="更多操作").click()
    mine.get_by_role("menuitem", name="共享…").click()
    dialog = mine.get_by_role("dialog")
    dialog.locator("#share-with").fill("Ravi")
    mine.locator(".ant-select-item-option", has_text="Ravi").click()
    dialog.locator(".share-form .ant-btn-primary").click()
    expect(dialog.locator(".share-list li")).to_have_count(1)
    theirs.reload()
    expect(theirs.locator(".record h1")).to_have_text(f"Shared {width} GmbH")
    dialog.locator(".share-list button").click()
    expect(dialog.locator(".share-list li")).to_have_count(0)
    theirs.reload()
    expect(theirs.locator(".state, .empty, [role=alert]").first).to_be_visible()
    expect(theirs.locator(".record h1")).to_have_count(0)
