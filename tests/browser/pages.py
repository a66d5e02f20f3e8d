"""Pages of the studio as people open them."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect
from tests.faults.stack import Stack


def use_language(page: Page, stack: Stack, language: str, theme: str = "system") -> None:
    """The person's own language and theme, as his settings keep them."""
    settings = {"language": language, "theme": theme}
    answer = page.context.request.patch(f"{stack.address}/api/session", data=settings, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status == 200, answer.text()


def signed_in(browser: Browser, stack: Stack, email: str, width: int = 1440) -> Page:
    """A page of a new context behind the sign-in form."""
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(stack.address)
    fields = page.locator("input")
    expect(fields).to_have_count(2)
    fields.nth(0).fill(email)
    fields.nth(1).fill(stack.sign_ins[email])
    fields.nth(1).press("Enter")
    expect(page.locator('input[type="password"]')).to_have_count(0)
    return page


def eventually(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Waits for what the server does a moment after the page showed it; fails when it does not."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.05)


def dropped(page: Page, place: str, name: str, body: bytes) -> None:
    """Drops a file as a person does: it is held over the place first."""
    given = page.evaluate_handle(
        "([bytes, name]) => { const held = new DataTransfer(); held.items.add(new File([new Uint8Array(bytes)], name)); return held }", [list(body), name]
    )
    page.dispatch_event(place, "dragenter", {"dataTransfer": given})
    expect(page.locator(".drop-here")).to_be_visible()
    page.dispatch_event(place, "drop", {"dataTransfer": given})
