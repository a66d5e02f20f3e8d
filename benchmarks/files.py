"""Reading files: the child's memory for texts of two sizes and for the whole of the Online Retail invoices as a workbook, and what reading costs."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks.figures import Figure
from benchmarks.ground import Cluster
from tradewind.ingest.reading import Limits, Reading, convert

DATA = Path(os.environ.get("BENCH_RETAIL") or Path(__file__).resolve().parents[2] / "shared" / "data" / "online-retail" / "online_retail.parquet")
LINES = 541_909


async def run(cluster: Cluster) -> list[Figure]:
    """How memory grows with a csv file, which part of the limit a workbook takes, and the time of both against the plain library."""
    if not DATA.exists():  # noqa: ASYNC240 - nobody waits for a benchmark
        raise SystemExit(f"files: not run, {DATA} is missing; BENCH_RETAIL names the file")
    small, large, book = (cluster.folder / name for name in ("small.csv", "large.csv", "book.xlsx"))
    for path, times in ((small, 1), (large, 4)):
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            for time_ in range(times):
                writer.writerows(list(_rows())[1 if time_ else 0 :])
    plain = _timed(lambda: sum(1 for _ in csv.reader(small.open(newline="", encoding="utf-8"))))
    first, one, little = _converted(cluster, small)
    _, four, more = _converted(cluster, large)
    _write(book)
    library = _timed(lambda: sum(1 for _ in CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).iter_rows()))
    second, whole, most = _converted(cluster, book)
    limit = Limits().memory / 1e6
    wrong = abs(first.sheets[0].rows - LINES) + abs(second.sheets[0].rows - LINES) + first.sheets[0].bad + second.sheets[0].bad
    return [
        Figure("reading: rows of the invoices that are missing", wrong, 0, "", f"{LINES:,} lines as csv and as xlsx"),
        Figure("reading csv: memory for four times the rows", more / little, 1.1, detail=f"address space of the child, {little:.0f} MB for {LINES:,} rows"),
        Figure(
            "reading csv: time for four times the rows", four / one, 6, detail=f"{one:.1f} s and {four:.1f} s; csv.reader alone {plain:.1f} s for the first"
        ),
        Figure(
            "reading xlsx: memory",
            most,
            limit,
            "MB",
            f"address space for {LINES:,} rows of 8 columns, {book.stat().st_size / 1e6:.0f} MB on disk; the limit is the child's",
        ),
        Figure("reading xlsx against the library alone", whole / library, 5, detail=f"{whole:.1f} s with guesses and canonical file, {library:.1f} s without"),
    ]


def _rows() -> Iterator[list[Any]]:
    table = parquet.read_table(DATA)
    yield list(table.column_names)
    for batch in table.to_batches():
        yield from (list(row) for row in zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _write(path: Path) -> None:
    made = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = made.add_worksheet("Online Retail")
    for number, row in enumerate(_rows()):
        sheet.write_row(number, 0, [float(cell) if hasattr(cell, "quantize") else cell for cell in row])
    made.close()


def _converted(cluster: Cluster, path: Path) -> tuple[Reading, float, float]:
    """The reading, its seconds, and the most address space in MB that the child had when it told of its progress."""
    folder = cluster.folder / f"{path.name}.read"
    folder.mkdir()
    most = 0.0

    def look(_: int) -> None:
        nonlocal most
        most = max(most, _space())

    started = time.monotonic()
    reading = convert(path, path.name, folder, on_progress=look)
    return reading, time.monotonic() - started, most


def _space() -> float:
    """Megabytes of address space at most that a reading child of ours has had so far (Linux)."""
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and b"tradewind.ingest.reading.child" in (folder / "cmdline").read_bytes():
                lines = (folder / "status").read_text().splitlines()
                return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmPeak")), 0.0)
        except OSError:
            continue
    return 0.0


def _timed(do: Any) -> float:
    started = time.monotonic()
    do()
    return time.monotonic() - started
