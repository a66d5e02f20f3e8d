"""The log as administrators read it, the seal's check, and the demo's removal."""

from __future__ import annotations

import csv
import io
from typing import Any

from litestar import Response, delete, get

from tradewind.edge import demo
from tradewind.edge.http.guard import needs
from tradewind.edge.http.running import AnyRequest, answer, asked, uuid_in
from tradewind.kernel.sql import Sql, all_of, any_of, param, raw
from tradewind.records import seal

_COLUMNS = ("id", "at", "actor", "actor_name", "operation", "object", "record", "fields", "address", "request", "records")


@get("/api/audit", opt=needs("audit"))
async def entries(
    request: AnyRequest, person: str = "", object: str = "", record: str = "", operation: str = "", before: str = "", limit: int = 200, format: str = "json"
) -> Response[bytes]:
    """Lines of the log, newest first; `before` is the id of the last line seen. As csv with format=csv. A page that showed
    sensitive values is one line with the number of its `records`, and is found by each of them."""
    conditions: list[Sql] = []
    for column, value in (("object", object), ("operation", operation)):
        if value:
            conditions.append((raw("c.object") if column == "object" else raw("c.operation")) + raw(" = ") + param(value))
    if person:
        conditions.append(raw("c.actor = ") + param(uuid_in(person, pointer="/person")))
    if record:
        identity = uuid_in(record, pointer="/record")
        seen = raw("SELECT v.change FROM system.change_values AS v WHERE v.payload ? 'records' AND v.payload->'records' ? ") + param(str(identity))
        conditions.append(any_of([raw("c.record = ") + param(identity), raw("c.id IN (") + seen + raw(")")]))
    if before:
        conditions.append(raw("c.id < ") + param(uuid_in(before, pointer="/before")))
    statement = (
        raw(
            "SELECT c.id, c.at, c.actor, c.actor_name, c.operation, c.object, c.record, c.fields, c.address, c.request, jsonb_array_length(v.payload->'records')"
        )
        + raw(" FROM system.changes AS c LEFT JOIN system.change_values AS v ON v.change = c.id AND v.payload ? 'records' WHERE ")
        + all_of(conditions)
    )
    async with asked(request).database.reading() as connection:
        rows = await connection.rows(statement + raw(" ORDER BY c.id DESC LIMIT ") + param(max(1, min(limit, 10_000))))
    if format == "csv":
        return _csv(rows)
    return answer({"entries": [dict(zip(_COLUMNS, row, strict=True)) for row in rows]})


def _csv(rows: list[tuple[Any, ...]]) -> Response[bytes]:
    """Cells that a spreadsheet would run as a formula are quoted with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for row in rows:
        cells = [" ".join(cell) if isinstance(cell, list) else "" if cell is None else str(cell) for cell in row]  # pyright: ignore[reportUnknownArgumentType]
        writer.writerow([f"'{cell}" if cell.strip().startswith(("=", "+", "-", "@")) else cell for cell in cells])
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"', "Cache-Control": "no-store"}
    return Response(text.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


@get("/api/audit/verify", opt=needs("audit"))
async def verify(request: AnyRequest) -> Response[bytes]:
    """Whether the sealed log is as it was written, and if not where it breaks."""
    broken = await seal.verify(asked(request).database)
    return answer({"whole": broken is None, "broken": None if broken is None else str(broken)})


@get("/api/demo", opt=needs("signed_in"))
async def demo_records(request: AnyRequest) -> Response[bytes]:
    """How many demo records there are."""
    ask = asked(request)
    return answer({"count": await demo.remaining(ask.database, ask.catalog)})


@delete("/api/demo", opt=needs("demo"), status_code=200)
async def remove_demo(request: AnyRequest) -> Response[bytes]:
    """Moves all demo records to the recycle bin."""
    ask = asked(request)
    return answer({"removed": await demo.remove(ask.database, ask.catalog, ask.actor, ask.clock)})


ROUTES = (entries, verify, demo_records, remove_demo)
