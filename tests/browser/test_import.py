"""Imports in the browser: a dirty workbook becomes 3 000 right customers and is mended in the page; on a phone; pasted; a match remembered; a run that pauses."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import httpx
import phonenumbers
import psycopg
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.dirt import RIGHT, Dirty, dirty, plain
from tests.browser.pages import dropped, eventually, signed_in, use_language
from tests.browser.test_axe import findings
from tests.faults.stack import Stack

pytestmark = pytest.mark.browser
ADMIN, SELLER = "admin@demo.example", "mei@demo.example"
SINCE = {"key": "since", "type": "date", "labels": {"en": "Customer since", "zh-CN": "客户起始日"}}
LONG = 60_000
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def admin(stack: Stack) -> Iterator[httpx.Client]:
    with contextlib.closing(stack.sign_in(ADMIN)) as client:
        yield client


@pytest.fixture
def dated(admin: httpx.Client) -> None:
    """Customers have the day since when they are customers."""
    found = admin.get("/api/definitions/object/customer").json()
    if any(field["key"] == "since" for field in found["body"]["fields"]):
        return
    body = {**found["body"], "fields": [*found["body"]["fields"], SINCE]}
    answer = admin.post("/api/definitions/publish", json={"definitions": [body], "base": {"object/customer": found["version"]}})
    assert answer.status_code == 200, answer.text


def _customers(client: httpx.Client, prefix: str) -> dict[str, dict[str, Any]]:
    """Live customers whose number begins so, by number."""
    found: dict[str, dict[str, Any]] = {}
    after: str | None = None
    while True:
        question = {"fields": ["code", "name", "country", "since"], "filter": {"op": "starts", "field": "code", "value": prefix}, "limit": 200}
        answer = client.post("/api/objects/customer/query", json={**question, **({"after": after} if after else {})})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found |= {one["code"]: one for one in page["records"]}
        after = page["next"]
        if not after:
            return found


def _again(page: Page, stack: Stack) -> None:
    """Loads the rows that wait once more, to the end."""
    page.locator(".bad-tools .ant-btn-primary").click()
    address = f"{stack.address}/api/imports/{page.url.split('/imports/')[1].split('?')[0]}"

    def over() -> bool:
        found = page.context.request.get(address).json()
        return found["state"] == "done" and not found["waiting"]

    eventually(over, 60)
    expect(page.locator(".bad-rows")).to_have_count(0)


def _figure(page: Page, tone: str) -> Locator:
    return page.locator(f".figure.{tone} dd")


def _shown(count: int) -> str:
    return f"{count:,}"


def _check(found: dict[str, dict[str, Any]], made: Dirty, codes: set[str]) -> None:
    """The customers are those, and each is what a careful person would have written."""
    assert found.keys() == codes
    for number, row in enumerate(made.rows, start=1):
        code = plain(row[0])
        if code in codes and number % 100 not in (7, 23, 41):
            assert found[code]["since"] == made.since[code].isoformat(), row


def test_a_seller_brings_three_thousand_dirty_customers(browser: Browser, stack: Stack, admin: httpx.Client, dated: None) -> None:
    made = dirty(3030, 20101201, "W")
    assert (len(made.wrong_countries), len(made.bad_mails), len(made.codes)) == (31, 31, 3000)
    page = signed_in(browser, stack, SELLER)
    use_language(page, stack, "zh-CN")
    page.goto(f"{stack.address}/o/customer")
    expect(page.locator(".list-status")).to_contain_text("条")
    dropped(page, ".bring-in", "客户.xlsx", made.xlsx())
    expect(page.locator(".step-map")).to_be_visible(timeout=LONG)
    columns = page.locator(".columns li")
    expect(columns.nth(0)).to_contain_text("客户编号")
    expect(columns.nth(1)).to_contain_text("公司名称")
    expect(columns.nth(6)).to_contain_text("客户起始日")
    page.locator(".offer .ant-btn").click()
    expect(page.locator(".target")).to_have_count(2)
    expect(page.locator(".target-link")).to_contain_text("同一行的客户")
    expect(columns.nth(4)).to_contain_text("联系人 › 邮箱")
    expect(page.locator(".sample .bad")).to_contain_text(made.wrong_countries[7])
    expect(page.locator(".sample tbody tr").first).to_contain_text(made.since["W10001"].strftime("%Y/%m/%d"))
    page.locator(".map-main .ant-btn-primary").click()

    expect(_figure(page, "refused")).to_have_text(_shown(len(made.refused)), timeout=LONG)
    expect(_figure(page, "created").first).to_have_text(_shown(len(made.clean_codes)))
    page.locator(".groups li", has_text="Country").locator(".ant-btn").click()
    for wrong, code in RIGHT.items():
        line = page.locator(".fixes li", has_text=wrong)
        if wrong == "Atlantis":
            line.locator(".ant-select").click()
            page.keyboard.type("西班牙")
            page.keyboard.press("Enter")
        expect(line.locator(".ant-select")).to_contain_text(code)
    page.locator(".ant-drawer .ant-btn-primary").click()
    expect(_figure(page, "refused")).to_have_text(_shown(len(made.bad_mails)), timeout=LONG)
    page.locator(".step-try .step-foot .ant-btn-primary").click()
    page.locator(".step-run .step-foot .ant-btn-primary").click()
    expect(page.locator(".running")).to_be_visible()
    page.goto(f"{stack.address}/o/contact")
    page.locator(".tray-button").click()
    page.locator(".tray a", has_text="客户.xlsx").first.click()
    expect(page.locator(".step-result .verification")).to_be_visible(timeout=LONG)
    bad = set(made.bad_mails)
    right = {plain(row[0]) for number, row in enumerate(made.rows, start=1) if number not in bad}
    _check(_customers(admin, "W"), made, right)

    _mend(page, made)
    expect(page.locator(".groups li")).to_have_count(0)
    _again(page, stack)
    found = _customers(admin, "W")
    _check(found, made, made.codes)
    for number, wrong in made.wrong_countries.items():
        assert found[plain(made.rows[number - 1][0])]["country"] == RIGHT[wrong]
    _contacts(admin, made)
    expect(page.locator(".changes")).to_contain_text("电话")
    page.locator(".made a", has_text="客户").first.click()
    expect(page.locator(".list-status")).to_contain_text(_shown(len(made.codes)))

    page.go_back()
    page.locator(".undo-box .ant-btn").click()
    page.locator(".undo-box .ant-btn-primary").click()
    expect(page.locator(".good-note")).to_be_visible(timeout=LONG)
    assert _customers(admin, "W") == {}


def _mend(page: Page, made: Dirty) -> None:
    """Each wrong mail by hand: the cell is opened, written anew, and Enter goes on."""
    place = page.locator(".bad-table thead th", has_text="E-mail").evaluate("cell => cell.cellIndex")
    for number, mail in made.bad_mails.items():
        row = page.locator(".bad-table tbody tr", has=page.get_by_role("rowheader", name=str(number + 1), exact=False)).first
        cell = row.locator("td").nth(place - 1)
        cell.click()
        with page.expect_response(lambda answer: answer.request.method == "PATCH") as answered:
            page.locator(".cell-input").fill(mail)
            page.keyboard.press("Enter")
        assert answered.value.json()["problems"] == []
        expect(cell.locator(".cell-problem")).to_have_count(0)


def _contacts(client: httpx.Client, made: Dirty) -> None:
    """Telephone numbers of some rows as the numbering plan writes them, full-width digits among them."""
    for number in (1, 59, 159, 2959):
        row = made.rows[number - 1]
        question = {"fields": ["phone"], "filter": {"op": "eq", "field": "email", "value": row[4]}}
        (found,) = client.post("/api/objects/contact/query", json=question).json()["records"]
        meant = phonenumbers.format_number(phonenumbers.parse(plain(row[5])), phonenumbers.PhoneNumberFormat.E164)
        assert found["phone"] == meant


def test_the_same_on_a_phone(browser: Browser, stack: Stack, admin: httpx.Client, dated: None) -> None:
    made = dirty(200, 7, "P")
    page = signed_in(browser, stack, SELLER, 390)
    use_language(page, stack, "en")
    page.goto(f"{stack.address}/imports/new?object=customer")
    page.locator("input[type=file]").set_input_files({"name": "phone.csv", "mimeType": "text/csv", "buffer": made.csv()})
    expect(page.locator(".step-map")).to_be_visible(timeout=LONG)
    afresh = page.locator(".origin .ant-btn")
    if afresh.count():
        afresh.click()
    expect(page.locator(".target")).to_have_count(1)
    page.locator(".columns li", has_text="Country").locator(".icon-button").click()
    expect(page.locator(".ant-drawer .column-inside")).to_contain_text("200 of 200")
    page.locator(".ant-drawer-close").click()
    page.locator(".dock-bar").click()
    expect(page.locator(".sample .bad").first).to_be_visible()
    page.locator(".dock-bar").click()
    page.locator(".map-main .ant-btn", has_text="Load without").click()
    page.locator(".step-run .step-foot .ant-btn-primary").click()
    expect(page.locator(".bad-card")).to_have_count(len(made.wrong_countries), timeout=LONG)
    assert findings(page) == []
    for number, wrong in made.wrong_countries.items():
        card = page.locator(".bad-card", has_text=f"Row {number + 1}")
        card.locator("input").fill(RIGHT[wrong])
        card.locator("input").press("Enter")
        expect(card).to_contain_class("clean")
    _again(page, stack)
    _check(_customers(admin, "P"), made, made.codes)
    page.locator(".undo-box .ant-btn").click()
    page.locator(".undo-box .ant-btn-primary").click()
    expect(page.locator(".good-note")).to_be_visible(timeout=LONG)
    assert _customers(admin, "P") == {}
    page.locator(".tray-button").click()
    expect(page.locator(".ant-drawer .tray")).to_contain_text("phone.csv")


def test_cells_pasted_on_a_list_become_records(browser: Browser, stack: Stack, admin: httpx.Client) -> None:
    page = signed_in(browser, stack, SELLER)
    use_language(page, stack, "en")
    page.goto(f"{stack.address}/o/contact")
    expect(page.locator(".list-status")).to_contain_text("record")
    text = "Name\tE-mail\nPaste One\tpaste1@firm.example\nPaste Two\tpaste2@firm.example\nPaste Again\tpaste2@firm.example\n"
    page.evaluate(
        "text => { const held = new DataTransfer(); held.setData('text/plain', text);"
        " window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: held, bubbles: true })) }",
        text,
    )
    offer = page.locator(".paste-offer")
    expect(offer).to_contain_text("3 rows of 2 columns")
    offer.locator(".ant-btn-primary").click()
    expect(page.locator(".step-map")).to_be_visible(timeout=LONG)
    page.locator(".map-main .ant-btn", has_text="Load without").click()
    page.locator(".step-run .step-foot .ant-btn-primary").click()
    expect(_figure(page, "created")).to_have_text("2", timeout=LONG)
    question = {"fields": ["name", "email"], "filter": {"op": "contains", "field": "email", "value": "paste"}}
    found = {one["email"]: one["name"] for one in admin.post("/api/objects/contact/query", json=question).json()["records"]}
    assert found == {"paste1@firm.example": "Paste One", "paste2@firm.example": "Paste Two"}
    page.locator(".undo-box .ant-btn").click()
    page.locator(".undo-box .ant-btn-primary").click()
    expect(page.locator(".good-note")).to_be_visible(timeout=LONG)
    assert admin.post("/api/objects/contact/query", json=question).json()["records"] == []


def _brought(page: Page, stack: Stack, name: str, body: str) -> str:
    """Address of an import of a file that was read, not through the page."""
    headers = {**OURS, "Content-Type": "application/octet-stream"}
    made = page.context.request.post(f"{stack.address}/api/imports?name={name}", data=body.encode(), headers=headers).json()
    address = f"/imports/{made['id']}"
    eventually(lambda: page.context.request.get(f"{stack.address}/api{address}").json()["state"] == "mapping", 30)
    return address


def test_the_match_of_a_file_is_remembered_for_the_next_one_of_its_form(browser: Browser, stack: Stack) -> None:
    """What was chosen against the suggestion is offered for the second file, can be thrown away, and the choice can be taken back."""
    page = signed_in(browser, stack, SELLER)
    use_language(page, stack, "en")
    heading = "Ref,Firm,Land,Remarks\n"
    page.goto(stack.address + _brought(page, stack, "may.csv", heading + "RM-1,Remembered One,DE,first\n") + "?object=customer")
    line = page.locator(".columns li", has_text="Remarks")
    expect(line).to_be_visible()
    line.locator(".field-picker input").click()
    page.keyboard.type("Address")
    page.keyboard.press("Enter")
    expect(line).to_contain_text("Address")
    page.locator(".map-main .ant-btn", has_text="Load without").click()
    page.locator(".step-run .step-foot .ant-btn-primary").click()
    expect(_figure(page, "created")).to_have_text("1", timeout=LONG)

    page.goto(stack.address + _brought(page, stack, "june.csv", heading + "RM-2,Remembered Two,FR,second\n"))
    expect(page.locator(".origin")).to_contain_text("Matched as the last file of this form was.")
    expect(line).to_contain_text("Address")
    page.locator(".origin .ant-btn").click()
    expect(line).not_to_contain_text("Address")
    page.keyboard.press("Control+z")
    expect(line).to_contain_text("Address")


def test_a_run_pauses_goes_on_and_is_called_off_in_the_page(browser: Browser, stack: Stack, admin: httpx.Client, dated: None) -> None:
    page = signed_in(browser, stack, SELLER)
    use_language(page, stack, "en")
    rows = [f"PAUSE-{number},Pausing {number},DE" for number in range(1, 1501)]
    address = _brought(page, stack, "pause.csv", "\n".join(["Customer no.,Company,Country", *rows]))
    with psycopg.connect(stack.server.url(), autocommit=True) as connection:  # many small parts, so that there is something to pause
        connection.execute("UPDATE system.imports SET chunk_rows = 10 WHERE id = %s", (address.rpartition("/")[2],))
    page.goto(f"{stack.address}{address}?object=customer")
    page.locator(".map-main .ant-btn", has_text="Load without").click()
    page.locator(".step-run .step-foot .ant-btn-primary").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=LONG)
    loaded = len(_customers(admin, "PAUSE-"))
    assert loaded < len(rows)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Cancel the import").click()
    expect(page.locator(".verification")).to_be_visible(timeout=LONG)
    there = len(_customers(admin, "PAUSE-"))
    assert loaded <= there < len(rows)
    expect(_figure(page, "created")).to_have_text(_shown(there))
    page.locator(".undo-box .ant-btn").click()
    page.locator(".undo-box .ant-btn-primary").click()
    expect(page.locator(".good-note")).to_be_visible(timeout=LONG)
    assert _customers(admin, "PAUSE-") == {}


def test_axe_finds_nothing_serious_on_the_import_pages_in_light_and_dark(browser: Browser, stack: Stack) -> None:
    page = signed_in(browser, stack, SELLER)
    use_language(page, stack, "zh-CN")
    address = _brought(page, stack, "axe.csv", "客户编号,公司名称,国家\nAXE-1,Axe,Germany\nAXE-2,Adze,Nowhere\n")
    found: list[str] = []

    def look(name: str, schemes: Sequence[Literal["light", "dark"]] = ("dark", "light")) -> None:
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            expect(page.locator("html")).to_have_attribute("data-theme", scheme)
            found.extend(f"{name}, {scheme}: {one}" for one in findings(page))

    for name, path, shown in (("list", "/imports", ".imports-list"), ("new", "/imports/new", ".drop-area"), ("file", f"{address}?step=file", ".step-file")):
        page.goto(stack.address + path)
        expect(page.locator(shown)).to_be_visible()
        look(name, ["light"])
    page.goto(f"{stack.address}{address}?object=customer")
    expect(page.locator(".columns li")).to_have_count(3)
    page.locator(".target-head .ant-btn").click()
    page.locator(".columns li").nth(2).locator(".icon-button").click()
    look("map")
    page.locator(".map-main .step-foot .ant-btn-primary").click()
    expect(page.locator(".bad-table")).to_be_visible(timeout=LONG)
    look("try")
    page.locator(".step-try .step-foot .ant-btn-primary").click()
    expect(page.locator(".question")).to_be_visible()
    look("run", ["light"])
    page.locator(".step-run .step-foot .ant-btn-primary").click()
    expect(page.locator(".verification")).to_be_visible(timeout=LONG)
    look("result")
    page.locator(".tray-button").click()
    expect(page.locator(".tray li").first).to_be_visible()
    look("tray", ["light"])
    page.keyboard.press("Escape")
    page.locator(".undo-box .ant-btn").click()
    page.locator(".undo-box .ant-btn-primary").click()
    expect(page.locator(".good-note")).to_be_visible(timeout=LONG)
    assert not found, "\n".join(found)
