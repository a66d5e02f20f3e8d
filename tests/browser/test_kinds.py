"""A builder makes an object of the structured types, a person fills, finds, changes and takes back: names, addresses, tax numbers, pictures."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.pages import signed_in, use_language
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser
ADMIN = "admin@demo.example"
TYPES = (
    ("company_name", "Company"), ("person_name", "Contact"), ("language", "Speaks"), ("time_zone", "Zone"), ("address", "Place"), ("tax_id", "Tax"), ("image", "Photos"),
)  # fmt: skip


def _pick(page: Page, box: Locator, text: str) -> None:
    expect(page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)")).to_have_count(0)
    box.click()
    if box.get_attribute("readonly") is None:
        box.fill(text)
    page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option", has_text=text).first.click()


def _field(form: Locator, name: str) -> Locator:
    return form.locator(".form-field", has=form.page.locator(f'> label:text-is("{name}")'))


def _build(page: Page, stack: Stack, english: str) -> None:
    page.goto(f"{stack.address}/build")
    page.get_by_role("button", name="New object").click()
    page.locator(".ant-modal input[lang=en]").fill(english)
    page.locator(".ant-modal input[lang='zh-CN']").fill("经销商")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(f"**/build/objects/{english.lower()}")
    for kind, label in TYPES:
        page.locator(".builder-list .ant-btn-dashed").click()
        page.locator(f"[data-type={kind}]").press("Enter")
        expect(page.locator(".ant-modal")).to_have_count(0)
        form = page.locator(".builder-side .field-form")
        form.locator("input[lang=en]").first.fill(label)
        if kind in ("company_name", "person_name"):
            form.get_by_label("Searched", exact=True).click()
    page.get_by_label("More for Company").click()
    page.get_by_role("menuitem", name="Use as title").click()
    expect(page.locator(".saving")).to_have_class("quiet saving saved")
    page.locator(".builder-head .ant-btn-primary").click()
    page.locator(".ant-drawer-footer .ant-btn-primary").click()
    expect(page.locator(".toast", has_text="Published")).to_be_visible()


def _fill(page: Page, picture: Path) -> None:
    form = page.locator("form.form")
    form.locator("input").first.fill("宁波东方")
    _field(form, "Company").locator("input").fill("宁波东方贸易有限公司")
    contact = _field(form, "Contact")
    contact.get_by_label("Given name").fill("Fang")
    contact.get_by_label("Family name").fill("Wang")
    contact.get_by_label("Name in own script").fill("王芳")
    _pick(page, _field(form, "Speaks").get_by_role("combobox"), "Simplified Chinese")
    _pick(page, _field(form, "Zone").get_by_role("combobox"), "Shanghai")
    place = _field(form, "Place")
    _pick(page, place.get_by_role("combobox").first, "China")
    province = place.get_by_role("combobox").nth(1)
    _pick(page, province, "Zhejiang")
    place.get_by_label("City").fill("Ningbo")
    place.get_by_label("Street, number").fill("1 Zhongshan East Road")
    place.get_by_label("Postcode").fill("315000")
    tax = _field(form, "Tax")
    _pick(page, tax.get_by_role("combobox").first, "China")
    tax.get_by_label("Number", exact=True).fill("91350100M000100Y44")
    form.locator("input[type=file]").set_input_files(str(picture))
    expect(form.locator(".file")).to_contain_text("320 × 200")


def test_an_object_of_all_structured_types_is_built_filled_found_and_changed(browser: Browser, stack: Stack, tmp_path: Path) -> None:
    page = signed_in(browser, stack, ADMIN)
    use_language(page, stack, "en")
    page.reload()
    _build(page, stack, "Dealership")
    painter = browser.new_context(viewport={"width": 320, "height": 200}).new_page()
    picture = tmp_path / "shop.jpg"
    painter.screenshot(path=picture, type="jpeg")
    painter.context.close()

    page.goto(f"{stack.address}/o/dealership")
    page.get_by_role("button", name="Create", exact=True).click()
    _fill(page, picture)
    page.locator(".form-foot .ant-btn-primary").click()
    form = page.locator("form.form")
    expect(_field(form, "Tax").get_by_role("alert")).to_contain_text("check digit is wrong")
    _field(form, "Tax").get_by_label("Number", exact=True).fill("91350100M000100Y43")
    page.locator(".form-foot .ant-btn-primary").click()
    page.wait_for_url("**/o/dealership/*")
    shown = page.locator("main")
    expect(shown.locator(".address bdi")).to_have_text(["1 Zhongshan East Road", "Ningbo", "Zhejiang, 315000", "China"])
    expect(shown.get_by_text("Unified Social Credit Code")).to_be_visible()
    expect(shown.get_by_text("there now")).to_be_visible()
    thumbnail = shown.locator(".picture img")
    expect(thumbnail).to_have_count(1)
    page.wait_for_function("document.querySelector('.picture img').naturalWidth === 320")

    page.goto(f"{stack.address}/o/dealership")
    cell = page.get_by_role("gridcell", name="Fang Wang")
    expect(cell).to_contain_text("王芳")
    cell.dblclick()
    page.locator(".ant-popover").get_by_label("Salutation").fill("Ms.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("gridcell", name="Ms. Fang Wang")).to_be_visible()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("gridcell", name="Ms. Fang Wang")).to_have_count(0)

    page.get_by_role("button", name="Filter").click()
    page.get_by_role("button", name="Add condition").click()
    row = page.locator(".filter-row")
    _pick(page, row.get_by_label("Field", exact=True), "Place")
    _pick(page, row.get_by_label("Condition", exact=True), "country is")
    _pick(page, row.get_by_role("combobox").nth(2), "Germany")
    expect(page.get_by_role("heading", name="No record matches")).to_be_visible()


def test_on_a_phone_in_chinese_the_parts_stand_in_their_order(browser: Browser, stack: Stack) -> None:
    with contextlib.closing(stack.sign_in(ADMIN)) as client:
        labels = {"en": "Shop", "zh-CN": "店铺"}
        fields = [{"key": kind, "type": kind, "labels": {"en": label, "zh-CN": label}} for kind, label in TYPES]
        body = {"kind": "object", "key": "shop", "labels": labels, "title": "company_name", "fields": fields}
        assert client.post("/api/definitions/publish", json={"definitions": [body]}).status_code == 200
    page = signed_in(browser, stack, ADMIN, 390)
    use_language(page, stack, "zh-CN")
    page.goto(f"{stack.address}/o/shop")
    page.locator(".toolbar .ant-btn-primary").click()
    form = page.locator("form.form")
    expect(_field(form, "Contact").locator("label > span:first-child")).to_have_text(["姓", "名", "本国文字姓名", "称呼"])
    place = _field(form, "Place")
    _pick(page, place.get_by_role("combobox").first, "中国")
    expect(place.locator(".parts > label > span:first-child")).to_have_text(["国家/地区", "省", "城市", "街道、门牌", "邮政编码"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
