"""A seller exports a filtered list, opens the file and finds what he saw; administrators see alerts and set limits."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect
from python_calamine import CalamineWorkbook
from tests.browser.pages import signed_in, use_language
from tests.browser.test_axe import AXE, SERIOUS
from tests.faults.stack import Stack
from tests.http.exporting import csv_rows

pytestmark = pytest.mark.browser
OURS = {"Sec-Fetch-Site": "same-origin"}
SHOTS = os.environ.get("TEST_SHOTS", "")


def _shot(page: Page, name: str) -> None:
    """A picture to look at, where somebody asked for pictures."""
    if SHOTS:
        page.wait_for_timeout(350)
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def _findings(page: Page, part: str) -> list[str]:
    """What axe finds seriously wrong in a part of the page."""
    page.wait_for_timeout(350)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("part => axe.run(part, {resultTypes: ['violations']})", part)
    return [f"{one['id']}: {[node['html'][:140] for node in one['nodes'][:3]]}" for one in found["violations"] if one["impact"] in SERIOUS]


def _let_sellers_export(browser: Browser, stack: Stack) -> None:
    admin = signed_in(browser, stack, "admin@demo.example").context.request
    found = admin.get(f"{stack.address}/api/definitions/role/sales").json()
    body: dict[str, Any] = found["body"]
    if not body["objects"]["contact"].get("export"):
        for thing in ("contact", "customer"):
            body["objects"][thing]["export"] = True
        data = {"definitions": [body], "base": {"role/sales": found["version"]}}
        answer = admin.post(f"{stack.address}/api/definitions/publish", data=data, headers=OURS)
        assert answer.status == 200, answer.text()


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (390, "zh-CN")])
def test_a_seller_exports_what_he_sees_and_finds_it_in_the_file(browser: Browser, stack: Stack, width: int, language: str, tmp_path: Path) -> None:
    _let_sellers_export(browser, stack)
    page = signed_in(browser, stack, "mei@demo.example", width)
    use_language(page, stack, language)
    chinese = language == "zh-CN"
    asked: dict[str, Any] = {
        "fields": ["name", "email", "customer"], "sort": [{"field": "name"}], "limit": 200, "filter": {"op": "in", "field": "customer.country", "value": ["DE", "JP"]},
    }  # fmt: skip
    listed = page.context.request.post(f"{stack.address}/api/objects/contact/query", data=asked, headers=OURS).json()["records"]
    assert listed and any("masked" in (one["email"] or {}) for one in listed if isinstance(one["email"], dict))
    condition = quote(json.dumps(json.dumps(asked["filter"])))
    page.goto(f"{stack.address}/o/contact?columns=name,email,customer&sort=name&filter={condition}")
    expect(page.locator(".list-status")).to_contain_text(str(len(listed)))
    page.get_by_role("button", name="更多操作" if chinese else "More actions").click()
    page.get_by_role("menuitem", name="导出…" if chinese else "Export…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".export-holds strong")).to_contain_text(str(len(listed)))
    expect(dialog.locator(".export-holds")).to_contain_text("邮箱" if chinese else "E-mail")
    _shot(page, f"dialog-{width}-{language}")
    assert _findings(page, "[role=dialog]") == []
    with page.expect_download() as coming:
        dialog.get_by_role("button", name="导出" if chinese else "Export", exact=True).click()
    saved = tmp_path / "file.xlsx"
    coming.value.save_as(saved)
    assert coming.value.suggested_filename.endswith(".xlsx")
    expect(dialog.get_by_role("status")).to_contain_text(coming.value.suggested_filename)
    _shot(page, f"ready-{width}-{language}")
    assert _findings(page, "[role=dialog]") == []
    rows = CalamineWorkbook.from_path(str(saved)).get_sheet_by_index(0).to_python()
    mails = [one["email"]["masked"] if isinstance(one["email"], dict) else one["email"] for one in listed]
    assert [row[1] for row in rows[1:]] == mails
    assert [(row[0], row[2]) for row in rows[1:]] == [(one["name"], one["customer"]["title"]) for one in listed]
    dialog.get_by_role("link").filter(has_text="导出记录" if chinese else "Open exports").click()
    expect(page.locator("h1")).to_have_text("导出记录" if chinese else "Exports")
    page.reload()
    first = page.locator(".export-list > li").first
    expect(first.locator(".pill")).to_have_text("已就绪" if chinese else "Ready")
    _shot(page, f"tray-{width}-{language}")
    assert _findings(page, "main") == []
    with page.expect_download() as again:
        first.get_by_role("button", name="下载" if chinese else "Download").click()
    again.value.save_as(tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == saved.read_bytes()
    first.get_by_role("button", name="删除文件" if chinese else "Delete file").click()
    expect(first.locator(".pill")).to_have_text("文件已删除" if chinese else "File deleted")


def test_chosen_records_go_out_as_csv_by_keyboard(browser: Browser, stack: Stack, tmp_path: Path) -> None:
    _let_sellers_export(browser, stack)
    page = signed_in(browser, stack, "mei@demo.example")
    use_language(page, stack, "en")
    page.goto(f"{stack.address}/o/customer?columns=name,country&sort=name")
    expect(page.locator(".list-status")).not_to_be_empty()
    boxes = page.get_by_role("checkbox")
    boxes.nth(1).check()
    boxes.nth(3).check()
    bar = page.get_by_role("toolbar")
    expect(bar).to_contain_text("2")
    _shot(page, "bulk")
    bar.get_by_role("button", name="Export chosen").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".export-holds strong")).to_have_text("2 records")
    dialog.get_by_role("radio", name="Excel").focus()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("radio", name="csv")).to_be_checked()
    with page.expect_download() as coming:
        dialog.get_by_role("button", name="Export", exact=True).focus()
        page.keyboard.press("Enter")
    coming.value.save_as(tmp_path / "chosen.csv")
    asked = {"fields": ["name"], "sort": [{"field": "name"}]}
    names = [one["name"] for one in page.context.request.post(f"{stack.address}/api/objects/customer/query", data=asked, headers=OURS).json()["records"]]
    rows = csv_rows((tmp_path / "chosen.csv").read_bytes())
    assert rows[0] == ["Company name", "Country/region"]
    assert [row[0] for row in rows[1:]] == [names[0], names[2]]
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_who_may_not_export_is_not_offered_it_and_who_has_none_reads_how_to_begin(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "mei@demo.example")
    page.goto(f"{stack.address}/o/inquiry")
    expect(page.locator(".list-status")).not_to_be_empty()
    if (more := page.get_by_role("button", name="更多操作")).count():
        more.press("Enter")
    expect(page.get_by_role("menuitem", name="导出")).to_have_count(0)
    page = signed_in(browser, stack, "manager@demo.example")
    use_language(page, stack, "en")
    page.reload()
    page.get_by_role("button", name="Me: 王芳 Wang Fang").click()
    page.get_by_role("menuitem", name="Exports").click()
    expect(page.locator(".empty h2")).to_have_text("No exports yet")
    _shot(page, "empty")
    assert _findings(page, "main") == []


def test_administrators_see_an_alert_and_set_limits(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, "admin@demo.example")
    use_language(page, stack, "en")
    api = page.context.request
    before = api.get(f"{stack.address}/api/export-policy").json()
    tight = {"version": before["version"], "policy": {**before["policy"], "alert_rows": 5}}
    assert api.put(f"{stack.address}/api/export-policy", data=tight, headers=OURS).status == 200
    try:
        made = api.post(f"{stack.address}/api/objects/customer/exports", data={"fields": ["name"]}, headers=OURS)
        assert made.status == 202, made.text()
        page.goto(f"{stack.address}/exports")
        expect(page.locator(".export-list .pill").first).to_have_text("Ready")
        page.goto(f"{stack.address}/admin/audit")
        alerts = page.locator(".export-watch").first
        expect(alerts.locator("li").first).to_contain_text("exported")
        expect(page.locator(".admin-tabs .pill")).to_contain_text("new")
        page.locator(".export-watch summary").nth(1).click()
        _shot(page, "audit")
        assert _findings(page, "main") == []
        while alerts.get_by_role("button", name="Mark as seen").count():
            alerts.get_by_role("button", name="Mark as seen").first.click()
            page.wait_for_timeout(300)
        expect(page.locator(".admin-tabs .pill")).to_have_count(0)
        expect(alerts.locator("li").first).to_contain_text("Seen by")
        limits = page.locator(".export-watch form")
        limits.get_by_label("Rows in one export").fill("5")
        limits.get_by_role("button", name="Save").click()
        expect(page.locator(".toasts")).to_contain_text("Limits saved")
        page.goto(f"{stack.address}/o/customer")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Export…").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("at most 5 rows")
        _shot(page, "limit")
        expect(page.get_by_role("dialog").get_by_role("button", name="Export", exact=True)).to_be_disabled()
    finally:
        now = api.get(f"{stack.address}/api/export-policy").json()
        api.put(f"{stack.address}/api/export-policy", data={"version": now["version"], "policy": before["policy"]}, headers=OURS)
