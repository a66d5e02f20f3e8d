"""A builder uses the object editor in the browser: every structural field, refused conversions, undo, versions, drafts, a second builder, a phone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.pages import signed_in
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser
ADMIN, MANAGER = "admin@demo.example", "manager@demo.example"


def _api(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


def _text(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": "text", "labels": {"en": key.title(), "zh-CN": key}, **more}


def _publish(client: httpx.Client, key: str, *fields: dict[str, Any]) -> None:
    body = {"kind": "object", "key": key, "labels": {"en": key.title(), "zh-CN": key}, "title": "name", "fields": [_text("name", required=True), *fields]}
    _api(client, "/api/definitions/publish", {"definitions": [body]})


@pytest.fixture
def admin(stack: Stack) -> Iterator[httpx.Client]:
    with contextlib.closing(stack.sign_in(ADMIN)) as client:
        yield client


def _builder(browser: Browser, stack: Stack, email: str = ADMIN, language: str = "en", width: int = 1440) -> Page:
    with contextlib.closing(stack.sign_in(email)) as client:
        assert client.patch("/api/session", json={"language": language}).status_code == 200
    page = signed_in(browser, stack, email, width)
    expect(page.locator(".top .ant-btn").first).to_have_text("中文" if language == "en" else "English")
    return page


def _open(page: Page, stack: Stack, key: str) -> None:
    page.goto(f"{stack.address}/build/objects/{key}")
    expect(page.locator(".builder-head h1")).to_be_visible()


def _add(page: Page, kind: str, english: str) -> Locator:
    page.locator(".builder-list .ant-btn-dashed").click()
    page.locator(f"[data-type={kind}]").press("Enter")
    form = page.locator(".builder-side .field-form, .ant-drawer-body .field-form").last
    form.locator("input[lang=en]").first.fill(english)
    return form


def _pick(page: Page, within: Locator, label: str, option: str) -> None:
    box = within.get_by_label(label, exact=True)
    box.click()
    if box.get_attribute("readonly") is None:
        box.fill(option)
    page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option", has_text=option).first.click()


def _saved(page: Page) -> None:
    expect(page.locator(".saving")).to_have_class("quiet saving saved")


def _plan(page: Page) -> Locator:
    page.locator(".builder-head .ant-btn-primary").click()
    plan = page.locator(".ant-drawer", has=page.locator(".plan"))
    expect(plan.locator(".plan")).to_be_visible()
    return plan


def _publish_now(page: Page) -> None:
    _plan(page).locator(".ant-drawer-footer .ant-btn-primary").click()
    expect(page.locator(".toast", has_text="Published")).to_be_visible()
    expect(page.locator(".builder-head .ant-btn-primary")).to_be_disabled()


def _choose(page: Page, item: str) -> None:
    menu = page.locator(".ant-dropdown:not(.ant-dropdown-hidden)")
    menu.get_by_role("menuitem", name=item, exact=True).click()
    expect(menu).to_have_count(0)


def _shows(page: Page, names: list[str]) -> None:
    expect(page.locator(".field-open .field-name")).to_have_text(names)


def test_an_object_with_every_structural_field_is_built_published_and_filled(browser: Browser, stack: Stack) -> None:
    page = _builder(browser, stack)
    page.goto(f"{stack.address}/build")
    page.get_by_role("button", name="New object").click()
    page.locator(".ant-modal input[lang=en]").fill("Certificate")
    page.locator(".ant-modal input[lang='zh-CN']").fill("证书")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/build/objects/certificate")

    kind = _add(page, "select", "Kind")
    kind.get_by_label("Add options").fill("ISO, CE, Obsolete")
    kind.get_by_label("Add options").press("Enter")
    kind.get_by_label("Option 2", exact=True).press("Alt+ArrowUp")
    expect(kind.get_by_label("Option 1", exact=True)).to_have_value("CE")
    kind.get_by_label("More for Obsolete").click()
    kind.get_by_role("button", name="Remove").click()
    expect(kind.locator(".choice")).to_have_count(2)

    _add(page, "money", "Fee")
    stage = _add(page, "status", "Stage")
    stage.get_by_label("More for Done").click()
    _pick(page, stage, "Filled before entering", "Fee")
    page.keyboard.press("Escape")

    relation = _add(page, "relation", "Holder")
    expect(relation.get_by_role("alert")).to_contain_text("Choose an object.")
    _pick(page, relation, "Object", "Customer")
    relation.get_by_label("Refuse to delete").check()
    relation.get_by_label("Name on the other side English").fill("Certificates")
    lookup = _add(page, "lookup", "Holder code")
    _pick(page, lookup, "Value", "Customer code")

    lines = _add(page, "lines", "Tests")
    lines.get_by_role("button", name="Edit the fields of the lines").click()
    _add(page, "integer", "Hours")
    page.get_by_role("tab", name="Certificate", exact=True).click()
    rollup = _add(page, "rollup", "All hours")
    _pick(page, rollup, "Records", "Certificate lines")
    _pick(page, rollup, "Figure", "Sum")
    expect(rollup.get_by_role("alert")).to_contain_text("Choose the field to total.")
    _pick(page, rollup, "Of field", "Hours")

    formula = _add(page, "formula", "Cost")
    box = formula.get_by_label("Formula", exact=True)
    box.fill("all_hours * raet")
    expect(formula.locator(".formula-at mark")).to_have_text("raet")
    expect(formula.get_by_role("alert")).to_contain_text("There is no field “raet”.")
    box.fill("50 * ")
    _pick(page, formula, "Insert field", "All hours")
    expect(box).to_have_value("50 * all_hours")
    expect(formula.get_by_role("alert")).to_have_count(0)

    _saved(page)
    plan = _plan(page)
    expect(plan.locator(".plan-steps > li")).to_have_count(2)
    plan.locator("summary", has_text="9 fields").click()
    expect(plan.locator("details[open]").first).to_contain_text("All hours (Rollup)")
    plan.locator(".ant-drawer-footer .ant-btn-primary").click()
    expect(page.locator(".toast", has_text="Published")).to_be_visible()

    page.get_by_role("link", name="Certificate", exact=True).first.click()
    page.get_by_role("button", name="Create", exact=True).click()
    form = page.locator("form.form")
    form.locator("input").first.fill("ISO 9001")
    page.locator(".form-foot .ant-btn-primary").click()
    page.wait_for_url("**/o/certificate/*")
    record = page.url.rsplit("/", 1)[1]
    with contextlib.closing(stack.sign_in(ADMIN)) as client:
        customer = next(one for one in _api(client, "/api/objects/customer/query", {"limit": 200})["records"] if one.get("code"))
        now = client.get(f"/api/objects/certificate/records/{record}").json()
        row = {"version": now["version"], "holder": customer["id"], "tests": [{"name": "A", "hours": 3}, {"name": "B", "hours": 4}]}
        assert client.patch(f"/api/objects/certificate/records/{record}", json=row).status_code == 200
        barred = client.patch(f"/api/objects/certificate/records/{record}", json={"stage": "done"})
        assert (barred.status_code, "fee" in barred.text) == (422, True)
    page.reload()
    view = page.locator(".record, main").first
    for shown in (customer["code"], "7", "350"):
        expect(view.get_by_text(shown, exact=True).first).to_be_visible()
    page.goto(f"{stack.address}/o/certificate")
    expect(page.get_by_role("main").get_by_text("ISO 9001").first).to_be_visible()


def test_a_lossy_conversion_is_refused_with_the_values_and_taken_back_by_the_keyboard(browser: Browser, stack: Stack, admin: httpx.Client) -> None:
    _publish(admin, "gauge", _text("size"))
    _api(admin, "/api/objects/gauge/records", {"rows": [{"name": size, "size": size} for size in ("12", "thirteen", "fourteen")]})
    page = _builder(browser, stack)
    _open(page, stack, "gauge")
    page.locator("#field-size").click()
    _pick(page, page.locator(".builder-side"), "Type", "Whole number")
    _saved(page)
    plan = _plan(page)
    expect(plan.locator(".plan-values li")).to_have_text(["thirteen", "fourteen"])
    expect(plan.locator(".ant-drawer-footer .ant-btn-primary")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(plan).to_be_hidden()
    page.keyboard.press("Control+z")
    expect(page.locator("#field-size .field-type")).to_have_text("Text")
    expect(page.locator(".builder-head .ant-btn-primary")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("#field-size .field-type")).to_have_text("Whole number")
    page.get_by_label("More", exact=True).click()
    _choose(page, "Discard draft")
    expect(page.locator("#field-size .field-type")).to_have_text("Text")


def test_fields_are_moved_copied_retired_and_a_publish_is_compared_and_taken_back(browser: Browser, stack: Stack, admin: httpx.Client) -> None:
    _publish(admin, "panel", _text("colour"), _text("weight"))
    page = _builder(browser, stack)
    _open(page, stack, "panel")
    page.locator("#field-weight").focus()
    page.keyboard.press("Alt+ArrowUp")
    _shows(page, ["Name", "Weight", "Colour"])
    page.get_by_label("More for Weight").click()
    _choose(page, "Duplicate")
    _shows(page, ["Name", "Weight", "Weight 2", "Colour"])
    page.get_by_label("More for Colour").click()
    _choose(page, "Retire")
    page.locator("#field-weight").click()
    page.locator(".builder-side").get_by_label("Name English").fill("Mass")
    _saved(page)
    _publish_now(page)
    page.get_by_label("More", exact=True).click()
    _choose(page, "Versions")
    shown = page.locator(".differences").first
    for line in ("Field “Weight 2” added (Text)", "Field “Colour” retired (Text)", "Fields in another order"):
        expect(shown.get_by_text(line)).to_be_visible()
    expect(shown.locator("del")).to_have_text(["Weight"])
    expect(shown.locator("ins")).to_have_text(["Mass"])
    page.locator(".version").nth(1).click()
    page.get_by_role("button", name="Restore this version").click()
    _shows(page, ["Name", "Colour", "Weight"])
    page.keyboard.press("Control+z")
    _shows(page, ["Name", "Mass", "Weight 2"])
    page.get_by_text("Retired fields (1)").click()
    page.locator(".retired-fields").get_by_role("button", name="Restore").click()
    _shows(page, ["Name", "Mass", "Weight 2", "Colour"])
    page.keyboard.press("Control+z")
    page.get_by_label("More", exact=True).click()
    _choose(page, "Versions")
    page.get_by_role("button", name="Undo this publish").click()
    expect(page.locator("#field-colour")).to_be_visible()
    page.keyboard.press("Escape")
    _shows(page, ["Name", "Colour", "Weight"])


def test_a_draft_survives_and_a_second_builder_is_told(browser: Browser, stack: Stack, admin: httpx.Client) -> None:
    _publish(admin, "crate", _text("wood"))
    people = {one["email"]: one for one in admin.get("/api/people").json()}
    before = people[MANAGER]["roles"]
    roles = [one["key"] if isinstance(one, dict) else one for one in before]
    assert admin.patch(f"/api/people/{people[MANAGER]['id']}", json={"roles": [*roles, "administrator"]}).status_code == 200
    page = _builder(browser, stack)
    _open(page, stack, "crate")
    _add(page, "date", "Packed")
    _saved(page)
    page.goto(f"{stack.address}/build")
    expect(page.locator(".object-line", has_text="crate")).to_contain_text("Draft")
    page.reload()
    _open(page, stack, "crate")
    expect(page.locator("#field-packed")).to_be_visible()

    other = _builder(browser, stack, MANAGER)
    _open(other, stack, "crate")
    expect(other.locator(".ant-alert")).to_contain_text("also has an unpublished draft of this object")
    _add(other, "checkbox", "Sealed")
    _saved(other)
    _publish_now(other)

    page.reload()
    expect(page.locator(".ant-alert", has_text="Version 2 was published meanwhile.")).to_be_visible()
    page.get_by_role("button", name="Take it in").click()
    expect(page.locator("#field-sealed")).to_be_visible()
    expect(page.locator("#field-packed")).to_be_visible()
    _publish_now(page)
    assert admin.patch(f"/api/people/{people[MANAGER]['id']}", json={"roles": roles}).status_code == 200


def test_a_reload_before_the_server_has_the_draft_loses_nothing(browser: Browser, stack: Stack, admin: httpx.Client) -> None:
    _publish(admin, "pallet", _text("wood"))
    page = _builder(browser, stack)
    _open(page, stack, "pallet")
    page.route("**/api/drafts/**", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    _add(page, "date", "Stacked")
    assert admin.get("/api/drafts/object/pallet").json() is None
    page.reload()
    expect(page.locator("#field-stacked")).to_be_visible()
    page.unroute("**/api/drafts/**")
    page.reload()
    expect(page.locator("#field-stacked")).to_be_visible()
    _saved(page)
    assert "stacked" in admin.get("/api/drafts/object/pallet").text


def test_on_a_phone_a_field_is_added_mended_and_put_on_the_create_form(browser: Browser, stack: Stack) -> None:
    page = _builder(browser, stack, language="zh-CN", width=390)
    _open(page, stack, "customer")
    page.locator(".builder-list .ant-btn-dashed").click()
    page.locator("[data-type=date]").click()
    sheet = page.locator(".ant-drawer-body").last
    expect(sheet.get_by_role("alert")).to_contain_text("请至少用一种语言命名。")
    page.locator(".ant-drawer-close").last.click()
    _saved(page)
    page.locator(".builder-head .ant-btn-primary").click()
    page.locator(".plan-problems .link").first.click()
    sheet.locator("input[lang='zh-CN']").first.fill("证书到期日")
    sheet.locator("input[lang=en]").first.fill("Certificate until")
    expect(sheet.get_by_role("alert")).to_have_count(0)
    page.locator(".ant-drawer-close").last.click()
    head = page.locator(".builder-head").bounding_box()
    assert head is not None and head["height"] < 64, "the buttons stand in one row"
    page.locator(".builder-head .ant-btn-primary").click()
    plan = page.locator(".plan")
    expect(plan.locator(".plan-steps > li")).to_contain_text("证书到期日")
    page.locator(".ant-drawer-footer .ant-btn-primary").last.click()
    expect(page.locator(".toast", has_text="已发布")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto(f"{stack.address}/o/customer?create=1")
    page.locator(".toolbar .ant-btn-primary").click()
    expect(page.locator("form.form").get_by_text("证书到期日")).to_be_visible()
