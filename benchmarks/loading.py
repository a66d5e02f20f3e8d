"""The whole of the Online Retail invoices through `tradewind import`, against COPY of everything that was written; its totals are checked."""

from __future__ import annotations

import csv
import gc
import os
import resource
import time
from decimal import Decimal
from pathlib import Path
from typing import Any, LiteralString, NamedTuple

import msgspec
import psycopg
import pyarrow.parquet as parquet
from psycopg import sql

from benchmarks.figures import Figure
from benchmarks.ground import Cluster
from tradewind.accounts import departments, people
from tradewind.accounts.actors import actor_for
from tradewind.catalog.packs import install
from tradewind.catalog.snapshot import load
from tradewind.edge.demo import PACKS
from tradewind.files.store import FileStore
from tradewind.ingest.commanding import import_file
from tradewind.ingest.ground import Ground
from tradewind.ingest.maps import Choose, ImportMap, Value, read_map
from tradewind.kernel.clock import SystemClock
from tradewind.metadata.actors import SYSTEM, Actor
from tradewind.metadata.definitions import Catalog
from tradewind.metadata.questions import AggregateQuestion, Measure
from tradewind.query.database.pool import Database
from tradewind.records import read

DATA = Path(os.environ.get("BENCH_RETAIL") or Path(__file__).resolve().parents[2] / "shared" / "data" / "online-retail" / "online_retail.parquet")
TABLES = ("customer", "product", "order", "order_line")
FACTS: dict[str, Any] = {"lines": 541_909, "orders": 25_900, "customers": 4_372, "markets": 38, "without customer": 135_080, "GBP": Decimal("9747747.93")}
ADMIN, NEAR, FAR = "admin@bench.example", "europe@bench.example", "asia@bench.example"
ASIA = ("Japan", "Hong Kong", "Singapore", "Australia", "Israel", "Lebanon", "Bahrain", "Saudi Arabia", "United Arab Emirates")


class Seen(NamedTuple):
    """Figures one person finds."""

    lines: int
    total: Decimal
    orders: int
    markets: int


async def run(cluster: Cluster) -> list[Figure]:
    """Rows per second of the import as a share of COPY's, and how many of the known totals differ."""
    if not DATA.exists():  # noqa: ASYNC240 - nobody waits for a benchmark
        raise SystemExit(f"loading: not run, {DATA} is missing; BENCH_RETAIL names the file")
    file = cluster.folder / "online_retail.csv"
    near = _as_csv(file)
    async with cluster.database("loading") as database:
        for pack in ("crm", "trade"):
            await install(database, PACKS / pack, SystemClock())
        firm = await _people(database)
        given = _owned(read_map(PACKS / "trade" / "imports" / "online_retail.json"))
        catalog = await load(database)
        ground = Ground(database, FileStore(cluster.folder / "files"), SystemClock())
        # As in a worker and on the command line.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        started, spent = time.perf_counter(), _cpu(cluster)
        outcome = await import_file(ground, SYSTEM, file, given, "bench", _nothing)
        took, spent = time.perf_counter() - started, _cpu(cluster) - spent
        seen = {key: await _seen(database, catalog, actor) for key, actor in firm.items()}
    url = cluster.server.url("loading")
    copied, copying, rows = _copy(url, cluster)
    found = _totals(url)
    wrong = [f"{name} {found[name]}" for name, value in FACTS.items() if found[name] != value] + [f"{outcome.done.counts.refused} refused"] * bool(
        outcome.done.counts.refused
    )
    everything = Seen(FACTS["lines"], FACTS["GBP"], FACTS["orders"], FACTS["markets"])
    wrong += [f"{key} sees {seen[key]}" for key, value in ((ADMIN, everything), (NEAR, near)) if seen[key] != value]
    speed = f"{outcome.loaded / took:,.0f} lines a second, {took:.0f} s from the file on disk to the report; COPY of the same {rows:,} rows of five tables {copied:.0f} s"
    work = f"reader, Python and PostgreSQL {spent:.0f} s; COPY and its client {copying:.0f} s"
    totals = f"541 909 lines, 25 900 invoices, 4 372 customers, 38 markets, 135 080 lines without a customer, 9 747 747.93 GBP; by aggregate questions the administrator finds all of it, a person of the European department {near.lines} lines, {near.orders} invoices, {near.markets} markets, {near.total} GBP"
    return [
        Figure("import of 541 909 invoice lines, as a share of COPY", copied / took * 100, 25, unit="%", at_least=True, detail=speed),
        Figure("the same in CPU, which other work on the machine does not bend", copying / spent * 100, 25, unit="%", at_least=True, detail=work),
        Figure("import: totals that differ", len(wrong), 0, unit="", detail="; ".join(wrong) or totals),
    ]


def _cpu(cluster: Cluster) -> float:
    """Seconds of CPU of this process, of children that ended, and of PostgreSQL."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + cluster.postgres_cpu()


async def _nothing() -> None:
    """No job to keep."""


async def _people(database: Database) -> dict[str, Actor]:
    """An administrator and one ordinary person in each of two departments."""
    async with database.transaction() as connection:
        for email, name, role in ((ADMIN, "Head office", "administrator"), (NEAR, "Europe", "trader"), (FAR, "Asia", "trader")):
            department = await departments.create(connection, name)
            await people.create(connection, email, name, clock=SystemClock(), department=department, roles=(role,), password="bench-mark-of-trade-winds")
    async with database.reading() as connection:
        return {one.email: await actor_for(connection, one.id) for one in await people.listed(connection)}


def _owned(given: ImportMap) -> ImportMap:
    """The pack's map with an owner by country."""
    owner = Value(column="Country", reading=Choose(values=dict.fromkeys(ASIA, FAR), otherwise=NEAR))
    targets = tuple(msgspec.structs.replace(one, owner=owner) if one.object in ("customer", "order") else one for one in given.targets)
    return msgspec.structs.replace(given, targets=targets)


async def _seen(database: Database, catalog: Catalog, actor: Actor) -> Seen:
    """What a person finds by asking."""

    async def figures(object_key: str, *measures: Measure) -> list[Any]:
        question = AggregateQuestion(object=object_key, measures=measures)
        return msgspec.json.decode(await read.aggregate(database, catalog, actor, question, SystemClock().now()))["total"]

    lines, total = await figures("order_line", Measure(function="count"), Measure(function="sum", field="amount"))
    orders, markets = await figures("order", Measure(function="count"), Measure(function="distinct", field="market"))
    return Seen(lines, round(Decimal(total), 2), orders, markets)


def _as_csv(path: Path) -> Seen:
    """The file as its publisher's spreadsheet shows it: a missing description or customer is an empty cell. Counts what is not Asian on the way."""
    lines, total, orders, markets = 0, Decimal(0), set[str](), set[str]()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        table = parquet.ParquetFile(DATA)
        writer.writerow(table.schema_arrow.names)
        for batch in table.iter_batches(20_000):
            for row in batch.to_pylist():
                number, code, text, quantity, at, price, customer, country = row.values()
                text = "" if text in (None, "nan") else text
                if country not in ASIA:
                    lines, total = lines + 1, total + quantity * Decimal(repr(price))
                    orders.add(number)
                    markets.add(country)
                writer.writerow(
                    [number, code, text, quantity, at.strftime("%Y-%m-%d %H:%M:%S"), repr(price), "" if customer is None else int(customer), country]
                )
    return Seen(lines, round(total, 2), len(orders), len(markets))


def _copy(url: str, cluster: Cluster) -> tuple[float, float, int]:
    """Seconds, seconds of CPU, and rows of copying every written table into an empty one with the same columns and indexes."""
    seconds, spent, rows = 0.0, 0.0, 0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA floor")
        for schema, table in (*(("data", one) for one in TABLES), ("system", "changes")):
            names = (sql.Identifier("floor", table), sql.Identifier(schema, table))
            kept = cluster.folder / f"{table}.copy"
            connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(*names))
            with connection.cursor().copy(sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(names[1])) as copy, kept.open("wb") as file:
                for block in copy:
                    file.write(block)
            started, before = time.perf_counter(), _cpu(cluster)
            cursor = connection.cursor()
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(names[0])) as copy, kept.open("rb") as file:
                while block := file.read(1 << 20):
                    copy.write(block)
            seconds += time.perf_counter() - started
            spent += _cpu(cluster) - before
            rows += cursor.rowcount
            kept.unlink()
    return seconds, spent, rows


def _totals(url: str) -> dict[str, Any]:
    """Asked of PostgreSQL directly."""
    questions: dict[str, LiteralString] = {
        "lines": "SELECT count(*) FROM data.order_line",
        "orders": 'SELECT count(*) FROM data."order"',
        "customers": "SELECT count(*) FROM data.customer",
        "markets": 'SELECT count(DISTINCT market) FROM data."order"',
        "without customer": 'SELECT count(*) FROM data.order_line AS l JOIN data."order" AS o ON o.id = l."order" WHERE o.customer IS NULL',
        "GBP": "SELECT round(sum(total), 2) FROM data.\"order\" WHERE currency = 'gbp'",
    }
    with psycopg.connect(url) as connection:
        return {name: (connection.execute(question).fetchone() or (None,))[0] for name, question in questions.items()}
