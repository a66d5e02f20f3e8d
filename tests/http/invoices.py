"""What a person does in the import pages with a dirty workbook of invoices, step by step, until nothing is left to mend."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from tests.http.client import Client
from tests.retail import MISSPELT, NOWHERE, Workbook

MAP = Path(__file__).resolve().parents[2] / "packs" / "trade" / "imports" / "online_retail.json"
IN_MAP = {wrong: meant for wrong, meant in MISSPELT.items() if meant == "United Kingdom"}
"""Corrected in the map, for all rows at once; the other misspelt ones are mended in the page after the run."""
Work = Callable[[], Awaitable[object]]
"""Does the jobs that are due."""
STEPS: dict[str, list[dict[str, Any]]] = {
    "InvoiceNo": [{"kind": "width"}],
    "InvoiceDate": [{"kind": "date", "order": "dmy"}],
    "Quantity": [{"kind": "number"}],
    "UnitPrice": [{"kind": "number"}],
    "CustomerID": [{"kind": "width"}, {"kind": "split", "by": ".", "part": 1}],
    "Country": [{"kind": "replace", "values": IN_MAP}],
}
"""How the cells of each column are cleaned."""


@dataclass
class Seen:
    """What the pages showed on the way."""

    identity: str = ""
    order_of_dates: bool | None = None
    tried: dict[str, Any] = field(default_factory=dict[str, Any])
    problems: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Of the dry run with the first map, by column and kind."""
    ran: dict[str, Any] = field(default_factory=dict[str, Any])
    mended: int = 0
    """Cells that were written anew by hand, one by one."""
    replaced: dict[str, int] = field(default_factory=dict[str, int])
    ended: dict[str, Any] = field(default_factory=dict[str, Any])
    report: dict[str, Any] = field(default_factory=dict[str, Any])
    changes: Counter[tuple[str, str, str, str]] = field(default_factory=Counter[tuple[str, str, str, str]])
    """Column, kind, before, after: in how many cells."""


def cleaning(*without: str) -> dict[str, Any]:
    """The pack's map of these invoices with the steps that clean their cells; none for the columns named."""
    given = msgspec.json.decode(MAP.read_bytes())
    for target in given["targets"]:
        for value in target["fields"].values():
            column = value.get("column") or ("CustomerID" if "template" in value else "")
            if column in STEPS and column not in without:
                value["transforms"] = STEPS[column]
            if value.get("as", {}).get("kind") == "instant":
                value["as"]["format"] = ""
    return dict(given)


async def bring(client: Client, path: Path, made: Workbook, work: Work, note: Callable[[str], None] = lambda _: None) -> Seen:
    """The whole way: upload, map, dry run, corrected map, run, mending, run again, report."""
    seen = Seen()
    started = await client.post(
        f"/api/imports?name={path.name}", content=await asyncio.to_thread(path.read_bytes), headers={"Content-Type": "application/octet-stream"}
    )
    assert started.status_code == 201, started.text
    seen.identity = started.json()["id"]
    await work()
    found = await _shown(client, seen)
    assert found["state"] == "mapping", found["problem"]
    guesses = {column["name"]: column["guess"] for column in found["sheets"][0]["columns"]}
    seen.order_of_dates = guesses["InvoiceDate"]["day_first"]
    note("read")
    await _sent(client, "put", seen, "map", cleaning("Country"))
    seen.tried = await _step(client, seen, "try", work)
    seen.problems = (await client.get(f"/api/imports/{seen.identity}/rows", params={"trial": True, "limit": 1})).json()["problems"]
    note("tried")
    await _sent(client, "put", seen, "map", cleaning())
    seen.ran = await _step(client, seen, "run", work)
    note("loaded")
    for wrong, meant in MISSPELT.items():
        if wrong not in IN_MAP:
            answer = await _sent(client, "post", seen, "rows/replace", {"column": "Country", "value": wrong, "with": meant})
            seen.replaced[wrong] = answer["changed"]
    await _by_hand(client, seen, made)
    seen.ended = await _step(client, seen, "again", work)
    note("mended and loaded again")
    seen.report = (await client.get(f"/api/imports/{seen.identity}/report")).json()
    await _changes(client, seen)
    return seen


async def _by_hand(client: Client, seen: Seen, made: Workbook) -> None:
    """Cells that only the invoice itself tells are written anew, row by row."""
    for change in made.changes:
        if change.kind in ("nowhere", "month first"):
            row = await _sent(client, "patch", seen, f"rows/{change.row}", {"cells": {change.column: change.clean}})
            assert change.column not in [problem["column"] for problem in row["problems"]], row
            seen.mended += 1


async def _changes(client: Client, seen: Seen) -> None:
    after: str | None = None
    while True:
        page = (await client.get(f"/api/imports/{seen.identity}/changes", params={"limit": 1000, **({"after": after} if after else {})})).json()
        for one in page["changes"]:
            seen.changes[one["column"], one["kind"], one["before"], one["after"]] += one["cells"]
        after = page["next"]
        if not after:
            return


async def _shown(client: Client, seen: Seen) -> dict[str, Any]:
    answer = await client.get(f"/api/imports/{seen.identity}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _sent(client: Client, method: str, seen: Seen, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.request(method.upper(), f"/api/imports/{seen.identity}/{path}", json=body)
    assert answer.status_code in (200, 202), answer.text
    return dict(answer.json())


async def _step(client: Client, seen: Seen, stage: str, work: Work) -> dict[str, Any]:
    await _sent(client, "post", seen, stage, {})
    await work()
    found = await _shown(client, seen)
    assert found["problem"] is None, found["problem"]
    return found


async def totals(client: Client, seen: Seen) -> dict[str, Any]:
    """What the base says about the records of this import, asked as any chart asks."""

    async def figures(object_key: str, *measures: dict[str, Any], **more: Any) -> list[Any]:
        answer = await client.post(f"/api/objects/{object_key}/aggregate", json={"measures": measures, "made_by": seen.identity, **more})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return list(found["rows"] if "dimensions" in more else found["total"])

    count, amount = {"function": "count"}, {"function": "sum", "field": "amount"}
    lines, total = await figures("order_line", count, amount)
    _, back = await figures("order_line", count, amount, filter={"op": "eq", "field": "order.cancelled", "value": True})
    return {
        "lines": lines,
        "amount": Decimal(total),
        "cancelled_amount": Decimal(back),
        "without_customer": (await figures("order_line", count, filter={"op": "empty", "field": "order.customer"}))[0],
        "invoices": (await figures("order", count))[0],
        "cancellations": (await figures("order", count, filter={"op": "eq", "field": "cancelled", "value": True}))[0],
        "customers": (await figures("customer", count))[0],
        "products": (await figures("product", count))[0],
        "markets": {row["d"][0]: row["m"][0] for row in await figures("order_line", count, dimensions=[{"field": "order.market"}])},
    }


def by_hand(made: Workbook) -> dict[str, Any]:
    """The same, added up over the clean lines."""
    one = made.totals
    return {
        "lines": one.lines,
        "amount": one.amount,
        "cancelled_amount": one.cancelled_amount,
        "without_customer": one.without_customer,
        "invoices": len(one.invoices),
        "cancellations": one.cancellations,
        "customers": len(one.customers),
        "products": len(one.products),
        "markets": dict(one.markets),
    }


def nowhere(made: Workbook) -> int:
    """Cells that name a country that is none and stands for several."""
    return made.by_text("nowhere")["Country", NOWHERE]
