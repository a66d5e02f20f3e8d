"""The whole of the Online Retail invoices as one dirty workbook through the import pages' routes: minutes, and totals that differ from the clean file's."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as parquet
from litestar.testing import AsyncTestClient
from tests.http.importing import do_jobs
from tests.http.invoices import bring, by_hand, totals
from tests.retail import Line, dirty_workbook, line_of

from benchmarks.figures import Figure
from benchmarks.ground import Cluster
from tradewind.edge.demo import prepare
from tradewind.edge.http.app import build_app
from tradewind.kernel.settings import Settings

DATA = Path(os.environ.get("BENCH_RETAIL") or Path(__file__).resolve().parents[2] / "shared" / "data" / "online-retail" / "online_retail.parquet")
SEED = 20101201
MINUTES = 30
WHO = "mei@demo.example"


@dataclass
class _Watch:
    """Minutes of each step."""

    last: float = field(default_factory=time.monotonic)
    steps: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    def note(self, step: str) -> None:
        now = time.monotonic()
        self.steps.append((step, (now - self.last) / 60))
        self.last = now

    @property
    def told(self) -> str:
        return ", ".join(f"{step} {minutes:.1f}" for step, minutes in self.steps)


async def run(cluster: Cluster) -> list[Figure]:
    """Minutes from the upload to the report, and how many of the totals are others than the clean file's."""
    if not DATA.exists():  # noqa: ASYNC240 - nobody waits for a benchmark
        raise SystemExit(f"invoices: not run, {DATA} is missing; BENCH_RETAIL names the file")
    path = cluster.folder / "invoices.xlsx"
    made = await asyncio.to_thread(dirty_workbook, path, _lines(), SEED)
    async with cluster.database("invoices"):
        pass
    settings = Settings(database_url=cluster.server.url("invoices"), data_folder=cluster.folder / "data", pool_size=4, default_language="en")
    settings.data_folder.mkdir()
    sign_ins = await prepare(settings, lambda _: None)
    async with AsyncTestClient(build_app(settings)) as client:
        client.headers.update({"Sec-Fetch-Site": "same-origin"})
        await client.post("/api/session", json={"email": WHO, "password": sign_ins[WHO]})
        watch = _Watch()
        seen = await bring(client, path, made, lambda: do_jobs(settings), watch.note)
        found, meant = await totals(client, seen), by_hand(made)
    wrong = [f"{name} {found[name]} instead of {value}" for name, value in meant.items() if found[name] != value]
    minutes = sum(taken for _, taken in watch.steps)
    dirt = f"{len(made.changes):,} dirty cells, {seen.ran['waiting']:,} rows mended after the run, {sum(seen.changes.values()):,} changes listed"
    counts = f"{found['lines']:,} lines, {found['invoices']:,} invoices, {found['cancellations']:,} of them cancellations, {found['customers']:,} customers, {len(found['markets'])} markets, {found['amount']:,.2f} GBP"
    return [
        Figure("dirty workbook of 541 909 invoice lines, from upload to report", minutes, MINUTES, "minutes", f"minutes: {watch.told}"),
        Figure("dirty workbook: totals that differ from the clean file's", len(wrong), 0, "", "; ".join(wrong) or f"{counts}; {dirt}"),
    ]


def _lines() -> Iterator[Line]:
    """The clean lines; a missing description or customer is empty."""
    for batch in parquet.ParquetFile(DATA).iter_batches(20_000):
        for row in batch.to_pylist():
            customer = "" if row["CustomerID"] is None else f"{row['CustomerID']:.0f}"
            figures = (str(row["Quantity"]), str(row["InvoiceDate"]), str(row["UnitPrice"]))
            yield line_of(row["InvoiceNo"], row["StockCode"], row["Description"] or "", *figures, customer, row["Country"])
