"""Two Chinese characters in a million names, against looking up an equal value."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec

from benchmarks.figures import Figure
from benchmarks.ground import Cluster
from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.json import canonical
from tradewind.kernel.sql import Sql, cast_param, param, raw
from tradewind.metadata.actors import SYSTEM
from tradewind.metadata.definitions import Catalog, ObjectDefinition
from tradewind.metadata.questions import Question
from tradewind.query.compile import passes
from tradewind.query.database.pool import Database

ROWS = 1_000_000
ASKS = 40
SUPPLIER = {
    "key": "supplier",
    "labels": {"en": "Supplier", "zh-CN": "供应商"},
    "title": "name",
    "fields": [
        {"key": "name", "type": "text", "labels": {"en": "Name"}, "required": True, "searched": True},
        {"key": "code", "type": "text", "labels": {"en": "Code"}, "unique": True},
    ],
}
CITIES = ["北京", "上海", "广州", "深圳", "杭州", "宁波", "苏州", "厦门", "青岛", "大连", "温州", "义乌", "佛山", "东莞", "无锡", "泉州"]
TRADES = ["机械", "电子", "纺织", "五金", "家具", "塑料", "玩具", "灯具", "陶瓷", "化工", "建材", "食品"]
FREQUENT = ("有限", "公司", "上海", "机械")


async def run(cluster: Cluster) -> list[Figure]:
    """Plans and times of searches for rare and frequent pairs."""
    async with cluster.database("searching") as database:
        await publish(database, [msgspec.convert(SUPPLIER, ObjectDefinition)], None, SystemClock())
        await _fill(database)
        catalog = await load(database)
        rare = await _rare_pairs(database)
        equal = [{"op": "eq", "field": "code", "value": f"S{number * 7919 % ROWS + 1}"} for number in range(ASKS)]
        floor = await _median(database, [_list(catalog, filter=one) for one in equal])
        rare_time = await _median(database, [_list(catalog, search=pair) for pair in rare])
        frequent_time = max([await _median(database, [_list(catalog, search=pair)] * 8) for pair in FREQUENT])
        scans = 0
        for pair in (*rare, *FREQUENT, "鑫鑫", "zz"):
            scans += await _sequential_scans(database, _list(catalog, search=pair))
    return [
        Figure(
            "search in a million names: sequential scans", scans, 0, unit="", detail=f"plans of {len(rare)} rare, {len(FREQUENT)} frequent and 2 absent pairs"
        ),
        Figure(
            "search: a pair with at most 50 hits",
            rare_time / floor,
            10,
            detail=f"{rare_time * 1000:.2f} ms against {floor * 1000:.2f} ms of an equality look-up",
        ),
        Figure(
            "search: first page of a frequent pair",
            frequent_time / floor,
            10,
            detail=f"{frequent_time * 1000:.2f} ms, the slowest of {', '.join(FREQUENT)}, against {floor * 1000:.2f} ms of an equality look-up",
        ),
    ]


async def _fill(database: Database) -> None:
    """City, two characters of 3 000, trade, 有限公司; ids in the order of their making, as the product's are."""
    async with database.alone() as connection:
        await connection.execute(
            raw(
                "INSERT INTO data.supplier (id, created_at, updated_at, name, code, search) SELECT m.id, now(), now(), m.name, m.code, system.bigrams(m.name) "
                "FROM (SELECT (c.v)[1 + n % array_length(c.v, 1)] || chr(19968 + (n::bigint * 7919 % 3001)::int) || chr(19968 + (n::bigint * 104729 % 2999)::int) "
                "|| (t.v)[1 + n % array_length(t.v, 1)] || '有限公司' AS name, 'S' || n AS code, "
                "(lpad(to_hex(1700000000000 + n), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid AS id FROM generate_series(1, "
            )
            + param(ROWS)
            + raw("::integer) AS n, (SELECT ")
            + cast_param(CITIES, "text[]")
            + raw(" AS v) AS c, (SELECT ")
            + cast_param(TRADES, "text[]")
            + raw(" AS v) AS t) AS m")
        )
        await connection.execute(raw("VACUUM ANALYZE data.supplier"))


async def _rare_pairs(database: Database) -> list[str]:
    """Pairs with 1 to 50 hits."""
    async with database.reading() as connection:
        rows = await connection.rows(
            raw("SELECT p.pair FROM (SELECT DISTINCT substr(name, 3, 2) AS pair FROM data.supplier WHERE code LIKE 'S77%' LIMIT 400) AS p WHERE ")
            + raw("(SELECT count(*) FROM data.supplier AS s WHERE s.search @> ARRAY[p.pair]) BETWEEN 1 AND 50 LIMIT ")
            + param(ASKS)
        )
    return [str(row[0]) for row in rows]


def _list(catalog: Catalog, **asked: Any) -> Sql:
    question = msgspec.convert({"object": "supplier", "limit": 50, **asked}, Question)
    return passes.compile_list(catalog, SYSTEM, question, SystemClock().now())


async def _median(database: Database, statements: list[Sql]) -> float:
    """Seconds of the middle one, after each was asked once."""
    times: list[float] = []
    async with database.reading() as connection:
        for statement in statements:
            await connection.bytes(statement)
        for statement in statements:
            started = time.perf_counter()
            await connection.bytes(statement)
            times.append(time.perf_counter() - started)
            await asyncio.sleep(0)
    return sorted(times)[len(times) // 2]


async def _sequential_scans(database: Database, statement: Sql) -> int:
    async with database.reading() as connection:
        plan = await connection.value(raw("EXPLAIN (FORMAT JSON) ") + statement)
    return canonical(plan).count(b'"Seq Scan"')
