"""An export holds its records in constant memory, whatever their number."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.exporting import FEW, ROWS, Form, peak
from benchmarks.firm import found_firm

from tradewind.query.database.pool import open_pool

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_five_times_the_rows_need_no_more_memory(database_url: str, tmp_path: Path, form: Form) -> None:
    database = await open_pool(database_url, size=2, statement_timeout="600s")
    try:
        await found_firm(database, ROWS)
    finally:
        await database.close()
    few, many = (peak(database_url, tmp_path, form, rows) for rows in (FEW, ROWS))
    assert many < few * 1.15, f"{many} kB for {ROWS} rows, {few} kB for {FEW}"
