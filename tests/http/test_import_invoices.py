"""50 000 real invoice lines as one dirty workbook through the wizard's routes: cleaned, the totals are those of the clean file, and every change is listed."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import datetime
from pathlib import Path

from tests.http.client import Client, enter
from tests.http.importing import do_jobs
from tests.http.invoices import IN_MAP, bring, by_hand, nowhere, totals
from tests.retail import MISSPELT, Change, dirty_workbook, excerpt, repeated

from tradewind.kernel.settings import Settings

LINES, TIMES = 2000, 25


async def test_fifty_thousand_dirty_invoice_lines_come_in_clean(client: Client, settings: Settings, sign_ins: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "invoices.xlsx"
    made = dirty_workbook(path, repeated(excerpt(), TIMES), seed=20101201)
    assert made.totals.lines == LINES * TIMES
    assert {one.kind for one in made.changes} == {"day first", "chinese date", "month first", "wide", "doubled", "spaces", "misspelt", "nowhere"}
    await enter(client, sign_ins, "mei")
    seen = await bring(client, path, made, lambda: do_jobs(settings))

    assert seen.order_of_dates is True
    refused = made.refused()
    assert (seen.tried["tried"]["rows"], seen.tried["tried"]["refused"]) == (LINES * TIMES, len(refused))
    found = {(one["column"], value["value"]): value["count"] for one in seen.problems for value in one["values"] if one["column"] == "Country"}
    assert found == dict(made.by_text("misspelt", "nowhere"))
    in_map = {one.row for one in made.changes if one.dirty in IN_MAP} - {one.row for one in made.changes if one.kind == "month first"}
    assert seen.ran["waiting"] == len(refused - in_map)
    assert seen.replaced == {wrong: made.by_text("misspelt")["Country", wrong] for wrong in MISSPELT if wrong not in IN_MAP}
    assert seen.mended == nowhere(made) + sum(one.kind == "month first" for one in made.changes)
    assert (seen.ended["state"], seen.ended["waiting"], seen.ended["progress"]["loaded"]) == ("done", 0, LINES * TIMES)

    assert await totals(client, seen) == by_hand(made)
    assert all(one["same"] for one in seen.report["sums"]) and seen.report["sums"]
    assert _listed(seen.changes) == Counter(filter(None, map(_expected, made.changes)))


def _listed(changes: Counter[tuple[str, str, str, str]]) -> Counter[tuple[str, str, str, str]]:
    """Without what names made of numbers changed a second time, and the spaces the office itself wrote into descriptions."""
    return Counter({one: cells for one, cells in changes.items() if one[0] != "Description" and not one[2].startswith("Customer ")})


def _expected(change: Change) -> tuple[str, str, str, str] | None:
    """What the list of changes must say of a dirty cell; nothing where a person wrote it anew."""
    after, plain = change.clean, unicodedata.normalize("NFKC", change.dirty)
    match change.kind:
        case "day first" | "chinese date":
            return change.column, "date", change.dirty, datetime.fromisoformat(change.clean).isoformat()
        case "spaces":
            return change.column, "trim", change.dirty, after
        case "doubled":
            return change.column, "split" if plain == change.dirty else "width", change.dirty, after
        case "wide":
            return change.column, "width" if change.column == "InvoiceNo" else "number", change.dirty, after
        case "misspelt":
            return (change.column, "replace", change.dirty, after) if change.dirty in IN_MAP else None
        case _:
            return None
