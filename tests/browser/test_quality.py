"""A builder who does not see everything sets what counts as stale and reads the report of invalid data, in Chinese and in English."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.pages import signed_in, use_language
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser
OURS = {"Sec-Fetch-Site": "same-origin"}
SENTENCES = {"zh-CN": "最多 6 个字符。", "en": "At most 6 characters."}


def _publish(page: Page, stack: Stack, *definitions: dict[str, Any]) -> None:
    answer = page.context.request.post(f"{stack.address}/api/definitions/publish", data={"definitions": list(definitions)}, headers=OURS)
    assert answer.status == 200, answer.text()


def _tank(longest: int) -> dict[str, Any]:
    name = {"key": "name", "type": "text", "labels": {"zh-CN": "名称", "en": "Name"}, "required": True, "options": {"max_length": longest}}
    return {"kind": "object", "key": "tank", "labels": {"zh-CN": "油罐", "en": "Tank"}, "title": "name", "fields": [name]}


def test_a_builder_reads_what_is_invalid_in_both_languages(browser: Browser, stack: Stack) -> None:
    admin = signed_in(browser, stack, "admin@demo.example")
    rights = {"tank": {"create": True, "grants": [{"rows": "own", "actions": ["read", "update"], "default": "write"}]}}
    _publish(admin, stack, _tank(50), {"kind": "role", "key": "tanks", "labels": {"en": "Tanks"}, "system": ["build", "data"], "objects": rights})
    people = admin.context.request.get(f"{stack.address}/api/people").json()
    ravi = next(one for one in people if one["email"].startswith("ravi@"))
    given = admin.context.request.patch(f"{stack.address}/api/people/{ravi['id']}", data={"roles": [*ravi["roles"], "tanks"]}, headers=OURS)
    assert given.status == 200, given.text()
    page = signed_in(browser, stack, "ravi@demo.example")
    made = page.context.request.post(f"{stack.address}/api/objects/tank/records", data={"rows": [{"name": "Number 17"}, {"name": "Small"}]}, headers=OURS)
    assert made.status == 201, made.text()
    rule = {"key": "name", "labels": {"en": "Name"}, "strength": "likely", "terms": [{"field": "name", "by": "words"}]}
    _publish(page, stack, _tank(6), {"kind": "quality", "key": "tank", "rules": [rule], "stale_days": 30, "report_days": 7})
    for language, look, tank in (("zh-CN", "立即检查", "油罐"), ("en", "Look now", "Tank")):
        use_language(page, stack, language)
        page.goto(f"{stack.address}/data/quality")
        page.locator(".ant-select").first.click()
        page.locator(".ant-select-item-option", has_text=tank).click()
        page.get_by_role("button", name=look).click()
        row = page.locator(".quality-fields tbody").first
        row.get_by_role("button", name="1", exact=True).click(timeout=20_000)
        expect(page.locator(".invalid li")).to_have_text([f"Number 17 {SENTENCES[language]}"])
    page.locator(".invalid a", has_text="Number 17").click()
    expect(page.locator(".record h1")).to_have_text("Number 17")
    given = admin.context.request.patch(f"{stack.address}/api/people/{ravi['id']}", data={"roles": ravi["roles"]}, headers=OURS)
    assert given.status == 200, given.text()
