"""A workbook becomes objects: what is proposed is published and loaded as it is, and found again with its relations."""

from __future__ import annotations

from pathlib import Path

import psycopg
from tests.reading.books import read
from tests.reading.test_proposal import trade_book

from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.files.store import FileStore
from tradewind.ingest.commanding import import_file
from tradewind.ingest.ground import Ground
from tradewind.ingest.reading.proposal import propose
from tradewind.kernel.clock import ManualClock
from tradewind.metadata.actors import SYSTEM
from tradewind.query.database.pool import Database


async def test_a_proposed_workbook_is_published_and_loaded(database: Database, database_url: str, clock: ManualClock, tmp_path: Path) -> None:
    path = trade_book(tmp_path / "外贸.xlsx")
    found = read(path)
    proposal = propose(found.reading, found.folder, path.name, await load(database), zone="Asia/Shanghai")
    await publish(database, [one.definition for one in proposal.objects], None, clock)
    ground = Ground(database, FileStore(tmp_path / "files"), clock)

    async def beat() -> None:
        return None

    refused: dict[str, int] = {}
    for given in proposal.maps:
        outcome = await import_file(ground, SYSTEM, path, given, f"{given.key}/{path.name}", beat)
        refused[given.key] = outcome.done.counts.refused
    assert refused == {"customer": 0, "product": 0, "order_line": 0}
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*), count(email), count(phone), min(jian_dang_ri_qi)::text, count(*) FILTER (WHERE active) FROM data.customer").fetchone() == (
            40, 40, 40, "2024-01-09", 32,
        )  # fmt: skip
        assert connection.execute("SELECT count(*), sum(unit_price), min(unit_price__currency) FROM data.product").fetchone() == (15, 150, "USD")
        joined = connection.execute(
            "SELECT count(*), sum(l.quantity), sum(l.amount), count(DISTINCT c.customer_code), min(p.sku), max(l.order_date)::text FROM data.order_line AS l"
            " JOIN data.customer AS c ON c.id = l.customer_code JOIN data.product AS p ON p.id = l.sku"
        ).fetchone()
    assert joined == (120, sum(n * 10 for n in range(1, 121)), sum(n * 12.5 for n in range(1, 121)), 40, "SKU-001", "2024-12-28")
