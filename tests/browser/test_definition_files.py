"""A builder takes definitions out as a file, changes it, and takes it in again: the difference in words, the plan, one publish, and the way back."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.pages import eventually, signed_in, use_language
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser
ADMIN = "admin@demo.example"


@pytest.fixture
def admin(stack: Stack) -> Iterator[httpx.Client]:
    with contextlib.closing(stack.sign_in(ADMIN)) as client:
        yield client


def _files(body: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def _zip(path: Path, files: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, json.dumps(body, ensure_ascii=False))
    return path


def _build(page: Page, stack: Stack, language: str, entry: str) -> None:
    """The page of objects in that language, with the entry of its menu chosen."""
    use_language(page, stack, language)
    page.goto(f"{stack.address}/build")
    page.get_by_role("button", name={"en": "Definitions as files", "zh-CN": "定义文件"}[language]).click()
    page.get_by_role("menuitem", name=entry).click()


def _take_in(page: Page, file: Path) -> Locator:
    drawer = page.locator(".ant-drawer", has=page.locator(".import-files"))
    drawer.locator("input[type=file]").set_input_files(file)
    expect(drawer.locator(".import-summary")).to_be_visible()
    return drawer


def test_an_export_is_changed_compared_published_and_taken_back(browser: Browser, stack: Stack, admin: httpx.Client, tmp_path: Path) -> None:
    page = signed_in(browser, stack, ADMIN)
    _build(page, stack, "en", "Export definitions")
    dialog = page.locator(".ant-modal")
    dialog.get_by_label("Some objects").first.check()
    expect(dialog.get_by_role("button", name="Export", exact=True)).to_be_disabled()
    dialog.get_by_role("combobox").click()
    page.keyboard.type("Produ")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    dialog.get_by_label("With roles").uncheck()
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Export", exact=True).click()
    body = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == "definitions.zip"
    assert body == admin.get("/api/definitions/export", params={"objects": "product"}).content
    files = _files(body)
    assert "objects/product.json" in files and not any(name.startswith("roles/") for name in files)

    files["objects/product.json"]["labels"]["en"] = "Article"
    files["objects/product.json"]["fields"].append({"key": "harbour", "type": "text", "labels": {"en": "Harbour", "zh-CN": "港口"}})
    files["views/product_all.json"]["columns"].append("harbour")
    files["quality/product.json"]["stale_days"] = 90
    files["flows/approve.json"] = {"kind": "flow", "key": "approve"}
    _build(page, stack, "en", "Import definitions")
    drawer = _take_in(page, _zip(tmp_path / "definitions.zip", files))
    expect(drawer.locator(".import-summary")).to_contain_text("3 changed, 1 refused")
    line = drawer.locator(".incoming", has_text="objects/product.json")
    expect(line.locator("del")).to_have_text("Product")
    expect(line.locator("ins")).to_have_text("Article")
    expect(line).to_contain_text("Field “Harbour” added (Text)")
    expect(drawer.locator(".incoming", has_text="views/product_all.json").locator("ins")).to_have_text("Harbour")
    expect(drawer.locator(".incoming", has_text="quality/product.json")).to_contain_text("Stale after days without a change: 365 → 90")
    expect(drawer.locator(".incoming.refused")).to_contain_text("“flow” is no kind of definition that this version knows.")
    drawer.get_by_role("button", name="Take none").click()
    expect(drawer.get_by_role("button", name="See the plan")).to_be_disabled()
    drawer.get_by_role("button", name="Take all").click()
    drawer.get_by_role("button", name="See the plan").click()
    plan = page.locator(".ant-drawer", has=page.locator(".plan")).last
    expect(plan.locator(".plan-steps > li")).to_contain_text(["Add “Harbour” (Text) to Article", "Change Article: Name"])
    expect(plan.locator(".import-besides li")).to_have_text(["View All products", "Duplicates and quality Article"])
    plan.get_by_role("button", name="Publish").click()
    toast = page.locator(".toast", has_text="Definitions published: 3")
    expect(toast).to_be_visible()
    expect(page.locator(".object-line", has_text="Article")).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/undo")) as undone:
        toast.get_by_role("button", name="Undo").click()
    assert undone.value.status == 200
    expect(page.locator(".object-line", has_text="Product")).to_be_visible()
    assert admin.get("/api/definitions/export", params={"objects": "product"}).content != body, "a key that was used once stays, retired"


def test_on_a_phone_a_pack_from_outside_only_adds(browser: Browser, stack: Stack, admin: httpx.Client, tmp_path: Path) -> None:
    own = {"kind": "object", "key": "yard", "labels": {"en": "Yard", "zh-CN": "堆场"}, "title": "name"}
    name = {"key": "name", "type": "text", "labels": {"en": "Name", "zh-CN": "名称"}}
    assert admin.post("/api/definitions/publish", json={"definitions": [{**own, "fields": [name]}]}).status_code == 200
    files = {
        "pack.json": {"key": "yards", "version": "2.1", "labels": {"en": "Yards", "zh-CN": "堆场管理"}},
        "objects/yard.json": {
            **own,
            "labels": {"en": "Depot", "zh-CN": "仓库"},
            "fields": [name, {**name, "key": "gate", "labels": {"en": "Gate", "zh-CN": "大门"}}],
        },
        "objects/crane.json": {**own, "key": "crane", "labels": {"en": "Crane", "zh-CN": "吊车"}, "fields": [{**name, "key": "name"}]},
    }
    page = signed_in(browser, stack, ADMIN, width=390)
    _build(page, stack, "zh-CN", "导入定义")
    drawer = _take_in(page, _zip(tmp_path / "yards.zip", files))
    expect(drawer.locator(".import-summary")).to_contain_text("堆场管理 2.1 · 新增 1 项、变更 1 项")
    line = drawer.locator(".incoming", has_text="objects/yard.json")
    expect(line.locator(".incoming-way")).to_contain_text("仅补充")
    expect(line).to_contain_text("新增字段“大门”")
    expect(line.locator("del")).to_have_count(0)
    crane = drawer.get_by_label("吊车 (对象) 的导入方式")
    crane.click()
    page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option", has_text="不导入").click()
    expect(drawer.locator(".ant-drawer-footer")).to_contain_text("已选 1 项")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    drawer.get_by_role("button", name="查看计划").click()
    plan = page.locator(".ant-drawer", has=page.locator(".plan")).last
    expect(plan.locator(".plan-steps > li")).to_contain_text(["在堆场中新增“大门”（单行文本）"])
    plan.locator(".ant-drawer-footer .ant-btn-primary").click()
    expect(page.locator(".toast", has_text="已发布 1 个定义")).to_be_visible()
    body = admin.get("/api/definitions/object/yard").json()["body"]
    assert (body["labels"]["zh-CN"], [field["key"] for field in body["fields"]]) == ("堆场", ["name", "gate"])
    assert admin.get("/api/definitions/object/crane").status_code == 404


def test_a_file_that_is_none_says_why_and_another_can_be_chosen(browser: Browser, stack: Stack, tmp_path: Path) -> None:
    page = signed_in(browser, stack, ADMIN)
    _build(page, stack, "en", "Import definitions")
    (tmp_path / "picture.zip").write_bytes(b"\x89PNG\r\n\x1a\n")
    drawer = page.locator(".ant-drawer", has=page.locator(".import-files"))
    drawer.locator("input[type=file]").set_input_files(tmp_path / "picture.zip")
    expect(drawer.get_by_role("alert")).to_contain_text("It is neither a zip nor a JSON file.")
    expect(drawer.get_by_role("button", name="See the plan")).to_be_disabled()
    one = {"kind": "object", "key": "tug", "labels": {"en": "Tug"}, "title": "name", "fields": [{"key": "name", "type": "text", "labels": {"en": "Name"}}]}
    (tmp_path / "tug.json").write_text(json.dumps(one))
    _take_in(page, tmp_path / "tug.json")
    expect(drawer.get_by_role("alert")).to_have_count(0)
    expect(drawer.locator(".import-summary")).to_contain_text("1 new")


@pytest.fixture
def hasty(stack: Stack) -> Iterator[Stack]:
    """The product with a web server that leaves whatever works through more than ten records to the worker."""

    def restart(rows: int) -> None:
        stack.kill("serve")
        stack.rows_at_once = rows
        stack.start()

    usual = stack.rows_at_once
    restart(10)
    yield stack
    restart(usual)


def test_a_long_publish_shows_how_far_it_is(browser: Browser, hasty: Stack, admin: httpx.Client, tmp_path: Path) -> None:
    files = _files(admin.get("/api/definitions/export", params={"objects": "customer"}).content)
    port = {"key": "port", "type": "text", "labels": {"en": "Port", "zh-CN": "港口"}, "default": "Ningbo"}
    files["objects/customer.json"]["fields"].append(port)
    page = signed_in(browser, hasty, ADMIN)
    _build(page, hasty, "en", "Import definitions")
    _take_in(page, _zip(tmp_path / "definitions.zip", files)).get_by_role("button", name="See the plan").click()
    plan = page.locator(".ant-drawer", has=page.locator(".plan, .plan-running")).last
    expect(plan.locator(".plan-steps > li")).to_contain_text(["Add “Port”"])
    hasty.kill("worker")
    with page.expect_response(lambda answer: answer.url.endswith("/import/publish")) as handed_in:
        plan.get_by_role("button", name="Publish").click()
    assert handed_in.value.status == 202
    expect(plan.locator(".plan-running")).to_contain_text("Waiting for the worker to begin")
    hasty.start()
    toast = page.locator(".toast", has_text="Definitions published: 1")
    expect(toast).to_be_visible(timeout=20_000)
    rows = admin.post("/api/objects/customer/query", json={"limit": 50}).json()["records"]
    assert len(rows) > 10 and {row["port"] for row in rows} == {"Ningbo"}
    with page.expect_response(lambda answer: answer.url.endswith("/undo")) as undone:
        toast.get_by_role("button", name="Undo").click()
    assert undone.value.status in (200, 202)
    eventually(lambda: '"port"' not in admin.get("/api/catalog").text)
