"""The lasting story, "from inquiry to order": today as far as a new customer that a colleague of another department does not see."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    folder = Path(tempfile.mkdtemp(prefix="tw-story-"))
    folder.chmod(0o755)
    running = Stack(folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def browser(stack: Stack) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
        yield opened
        opened.close()


def _signed_in(browser: Browser, stack: Stack, email: str, width: int = 1440) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(stack.address)
    fields = page.locator("input")
    expect(fields).to_have_count(2)
    fields.nth(0).fill(email)
    fields.nth(1).fill(stack.sign_ins[email])
    fields.nth(1).press("Enter")
    expect(page.locator('input[type="password"]')).to_have_count(0)
    return page


@pytest.mark.parametrize("width", [1440, 390])
def test_the_owner_finds_his_customers_and_nobody_elses(browser: Browser, stack: Stack, width: int) -> None:
    page = _signed_in(browser, stack, "mei@demo.example", width)
    page.goto(f"{stack.address}/o/customer")
    expect(page.get_by_text("Rossi Macchine S.r.l.").first).to_be_visible()
    expect(page.get_by_text("Ελληνικά Τρόφιμα ΑΕ")).to_have_count(0)


def test_a_new_customer_is_found_by_its_owner_and_not_by_another_department(browser: Browser, stack: Stack) -> None:
    with contextlib.closing(stack.sign_in("mei@demo.example")) as client:
        made = client.post("/api/objects/customer/records", json={"row": {"name": "宁波港湾五金"}})
    assert made.status_code == 201
    owner = _signed_in(browser, stack, "mei@demo.example")
    owner.goto(f"{stack.address}/o/customer/{made.json()['ids'][0]}")
    expect(owner.get_by_text("宁波港湾五金").first).to_be_visible()
    other = _signed_in(browser, stack, "ravi@demo.example")
    other.goto(f"{stack.address}/o/customer")
    expect(other.get_by_text("Ελληνικά Τρόφιμα ΑΕ").first).to_be_visible()
    expect(other.get_by_text("宁波港湾五金")).to_have_count(0)
