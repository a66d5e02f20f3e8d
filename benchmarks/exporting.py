"""Exports against COPY of the same rows, an ordinary user's rows against all, and the memory of five times as many rows."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec
import psycopg
from psycopg import sql

from benchmarks.figures import Figure
from benchmarks.firm import FIELDS, Firm, found_firm
from benchmarks.ground import Cluster
from tradewind.accounts import people
from tradewind.accounts.actors import actor_for
from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.files.store import FileStore
from tradewind.jobs.queue import finish, take
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.json import Json
from tradewind.metadata.actors import Actor
from tradewind.metadata.questions import Filter
from tradewind.query.database.pool import Database, open_pool
from tradewind.records.exports import making, runs
from tradewind.records.exports.wanted import Wanted

ROWS = 100_000
FEW = 20_000
ROUNDS = 3
Form = Literal["csv", "xlsx"]


async def run(cluster: Cluster) -> list[Figure]:
    """What rights, field types and the form of a file cost."""
    url = cluster.server.url("exporting")
    async with cluster.database("exporting") as database:
        firm = await found_firm(database, ROWS)
        role = firm.catalog.roles["seller"]
        rights = {"customer": msgspec.structs.replace(role.objects["customer"], export=True)}
        await publish(database, [msgspec.structs.replace(role, objects=rights)], None, SystemClock())
        store = FileStore(cluster.folder / "files")
        figures: list[Figure] = []
        for form, goal in (("csv", 30.0), ("xlsx", 100.0)):
            ratios: list[tuple[float, float, float, float]] = []
            for _ in range(ROUNDS):
                before = _spent(cluster)
                took, _ = await _export(database, store, firm.boss, form, ROWS)
                between = _spent(cluster)
                _copy(url, cluster.folder / "copied.csv")
                ours, copied = between - before, _spent(cluster) - between
                ratios.append((ours / copied, ours, copied, took))
            ratio, ours, copied, took = sorted(ratios)[ROUNDS // 2]
            detail = f"{ours:.1f} s of CPU for {len(FIELDS)} columns ({ROWS / took:,.0f} rows a second) against {copied:.2f} s of COPY TO csv, server and client together"
            figures.append(Figure(f"export of {ROWS:,} rows as {form}, against COPY", ratio, goal, detail=detail))
        figures.append(await _rights_cost(database, store, firm))
    for form in ("csv", "xlsx"):
        few, many = (peak(url, cluster.folder / "peaks", form, rows) for rows in (FEW, ROWS))
        detail = f"at most {many / 1024:.0f} MB for {ROWS:,} rows, {few / 1024:.0f} MB for {FEW:,}"
        figures.append(Figure(f"memory of an export as {form} with five times the rows", many / few, 1.15, detail=detail))
    return figures


async def _rights_cost(database: Database, store: FileStore, firm: Firm) -> Figure:
    """The export of a person with a row scope and a masked field, against the administrator's of the same rows by a filter."""
    near = Filter(op="eq", field="department", value=str(firm.department))
    found: list[tuple[float, float, float]] = []
    for _ in range(ROUNDS):
        mine, rows = await _export(database, store, firm.seller, "csv", ROWS)
        same, as_many = await _export(database, store, firm.boss, "csv", ROWS, near)
        assert rows == as_many
        found.append((mine / same, mine, same))
    ratio, mine, same = sorted(found)[ROUNDS // 2]
    detail = f"{mine:.2f} s against {same:.2f} s for the same 10 % of the rows"
    return Figure("export with row scope and mask", ratio, 1.3, detail=detail)


async def _export(database: Database, store: FileStore, actor: Actor, form: Form, rows: int, also: Filter | None = None) -> tuple[float, int]:
    """Seconds until the file is in the store, and its rows. The customer number n has a credit of 1.5 n."""
    clock = SystemClock()
    least = Filter(op="lte", field="credit", value={"amount": str(rows * Decimal("1.5")), "currency": "USD"})
    least = least if also is None else Filter(op="and", of=(least, also))
    identity = await runs.begin(database, await load(database), actor, "customer", Wanted(format=form, fields=FIELDS, filter=least), clock)
    job = await take(database, [runs.JOB], clock)
    assert job is not None
    started = time.perf_counter()
    await making.make(database, store, job, clock, _tell)
    took = time.perf_counter() - started
    await finish(database, job, clock)
    run = await runs.get(database, actor, identity, clock)
    assert run.state == "ready"
    await runs.end(database, store, actor, identity, clock)
    return took, run.rows


async def _tell(progress: dict[str, Json]) -> None:
    """Nobody looks."""


def _spent(cluster: Cluster) -> float:
    """Seconds of CPU of the server and of this process."""
    return cluster.postgres_cpu() + time.process_time()


def _copy(url: str, path: Path) -> None:
    """COPY of the same columns in the same order into a file."""
    columns = sql.SQL(", ").join(sql.Identifier(key) for key in FIELDS)
    statement = sql.SQL("COPY (SELECT {} FROM data.customer ORDER BY id DESC) TO STDOUT (FORMAT csv, HEADER)").format(columns)
    with psycopg.connect(url) as connection, path.open("wb") as file, connection.cursor().copy(statement) as copy:
        for block in copy:
            file.write(block)


def peak(url: str, folder: Path, form: Form, rows: int) -> int:
    """Kilobytes a fresh process holds at most while it exports so many customers."""
    given = {"BENCH_URL": url, "BENCH_FOLDER": str(folder), "BENCH_FORM": form, "BENCH_ROWS": str(rows)}
    done = subprocess.run([sys.executable, "-m", "benchmarks.exporting"], env={**os.environ, **given}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def _peak() -> int:
    """Kilobytes this process held at most: not ru_maxrss, which a process takes over from the one that started it."""
    return int(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))


async def _measured() -> None:
    """What `peak` runs."""
    database = await open_pool(os.environ["BENCH_URL"], size=2, statement_timeout="600s")
    async with database.reading() as connection:
        person = await people.by_email(connection, "boss@bench.example")
        assert person is not None
        actor = await actor_for(connection, person.id)
    form: Form = "csv" if os.environ["BENCH_FORM"] == "csv" else "xlsx"
    _, rows = await _export(database, FileStore(Path(os.environ["BENCH_FOLDER"])), actor, form, int(os.environ["BENCH_ROWS"]))
    assert rows == int(os.environ["BENCH_ROWS"])
    await database.close()


if __name__ == "__main__":
    asyncio.run(_measured())
    print(_peak())
