"""No page of the studio has a serious or critical finding of axe-core, in light and in dark, at a desk and on a phone."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.pages import signed_in
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "web/node_modules/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")
_STILL = "() => document.getAnimations().every(one => one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)"
OURS = {"Sec-Fetch-Site": "same-origin"}


def findings(page: Page) -> list[str]:
    """What axe finds seriously wrong, with the first places."""
    page.wait_for_timeout(100)
    page.wait_for_function(_STILL)  # what moves in has arrived: colours of half-shown things are not what people read
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {[node['html'][:140] for node in one['nodes'][:3]]} {one['nodes'][0].get('failureSummary', '')[:200]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


def _first(page: Page, address: str, thing: str) -> str:
    answer = page.context.request.post(f"{address}/api/objects/{thing}/query", data={"limit": 1, "fields": []}, headers=OURS)
    return str(answer.json()["records"][0]["id"])


def _twins(page: Page, address: str) -> list[str]:
    """Two contacts that the finder puts together; the demo has some."""
    page.context.request.post(f"{address}/api/objects/contact/duplicates/find", data={}, headers=OURS)
    for _ in range(150):
        groups = page.context.request.post(f"{address}/api/objects/contact/duplicates", data={"limit": 1}, headers=OURS).json()["groups"]
        if groups:
            return [str(one) for one in groups[0]["members"]]
        page.wait_for_timeout(200)
    raise AssertionError("the finder found nothing")


def _changed_definitions(page: Page, address: str, folder: Path) -> Path:
    """A file with every kind of definition new, changed, refused and the same."""
    body = page.context.request.get(f"{address}/api/definitions/export?roles=true").body()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        files = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    files["objects/customer.json"]["labels"]["en"] = "Account"
    files["views/customer_all.json"]["columns"].pop()
    files["roles/sales.json"]["system"] = ["audit"]
    files["menus/quays.json"] = {"kind": "menu", "key": "quays", "labels": {"en": "Quays"}, "objects": ["quay"]}
    files["menus/more.json"] = {"kind": "menu", "key": "more", "labels": {"en": "More"}, "objects": ["order"]}
    with zipfile.ZipFile(folder / "definitions.zip", "w") as archive:
        for name, one in files.items():
            archive.writestr(name, json.dumps(one))
    return folder / "definitions.zip"


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1440), ("light", 390)])
def test_axe_finds_nothing_serious(browser: Browser, stack: Stack, tmp_path: Path, theme: str, width: int) -> None:
    page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="dark" if theme == "dark" else "light").new_page()
    page.goto(stack.address)
    expect(page.locator("input")).to_have_count(2)
    found = {"sign-in": findings(page)}
    page = signed_in(browser, stack, "admin@demo.example", width)
    assert page.context.request.patch(f"{stack.address}/api/session", data={"theme": theme}, headers=OURS).status == 200
    inquiry = _first(page, stack.address, "inquiry")
    twins = _twins(page, stack.address)
    changed = _changed_definitions(page, stack.address, tmp_path)

    def create() -> None:
        page.locator(".toolbar .ant-btn-primary").click()
        expect(page.locator("form.form")).to_be_visible()

    def palette() -> None:
        page.keyboard.press("Control+k")
        expect(page.locator(".ant-modal input")).to_be_visible()

    def bell() -> None:
        page.locator(".bell").click()
        expect(page.locator(".notices")).to_be_visible()

    def files(entry: int) -> None:
        page.locator(".build-head .ant-dropdown-trigger").click()
        page.get_by_role("menuitem").nth(entry).click()

    def export() -> None:
        files(0)
        expect(page.locator(".ant-modal .ant-btn-primary")).to_be_visible()

    def take_in() -> None:
        files(1)
        page.locator(".file-drop input").set_input_files(changed)
        expect(page.locator(".incoming-list").first).to_be_visible()

    def plan() -> None:
        take_in()
        page.locator(".ant-drawer-footer .ant-btn-primary").click()
        expect(page.locator(".plan-steps")).to_be_visible()

    nothing: Callable[[], None] = lambda: None  # noqa: E731 - says what it is in the table
    pages: list[tuple[str, str, str, Callable[[], None]]] = [
        ("list", "/o/customer", ".list-status", nothing),
        ("create", "/o/customer", ".list-status", create),
        ("palette", "/o/customer", ".list-status", palette),
        ("record", f"/o/inquiry/{inquiry}", ".record h1", nothing),
        ("nowhere", "/nowhere", ".empty h2", nothing),
        ("bin", "/o/customer/bin", "h1", nothing),
        ("objects", "/build", "h1", nothing),
        ("object", "/build/objects/customer", "h1", nothing),
        ("export", "/build", "h1", export),
        ("import", "/build", "h1", take_in),
        ("plan", "/build", "h1", plan),
        *((f"admin {key}", f"/admin/{key}", ".admin h1", nothing) for key in ("people", "departments", "teams", "roles", "keys", "audit")),
        ("duplicates", "/data/duplicates/contact", ".group-line", nothing),
        ("comparison", f"/data/compare/contact/{','.join(twins)}", ".compare-table", nothing),
        ("apart", "/data/apart/contact", ".data-bar", nothing),
        ("quality", "/data/quality", ".quality-fields", nothing),
        ("rules", "/build/quality/inquiry", ".rule", lambda: page.locator(".rule-head").first.click()),
        ("bell", "/data", ".group-line, .empty", bell),
        ("role", "/admin/roles/sales", ".role-object", lambda: page.locator(".role-head").nth(1).click()),
    ]
    whole = theme == "light" and width > 1000
    for name, path, shown, act in (
        pages
        if whole
        else [
            one for one in pages if one[0] in ("list", "create", "record", "object", "import", "role", "duplicates", "comparison", "quality", "rules", "bell")
        ]
    ):
        page.goto(stack.address + path)
        expect(page.locator(shown).first).to_be_visible()
        act()
        found[name] = findings(page)
    lines = [f"{name}: {one}" for name, what in found.items() for one in what]
    assert not lines, "\n".join(lines)
