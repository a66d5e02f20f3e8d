"""The finder over the customers of the Online Retail invoices and 100 000 synthetic ones with known duplicates: what it finds, what it takes for one wrongly, and what that costs."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pyarrow.parquet as parquet

from benchmarks.customers import DIRT, Customer, customers
from benchmarks.figures import Figure
from benchmarks.ground import Cluster
from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Sql, join, name, raw
from tradewind.kinds.fields.registry import field_types
from tradewind.metadata.actors import SYSTEM
from tradewind.metadata.definitions import Catalog, ObjectDefinition, QualityDefinition
from tradewind.metadata.quality import rules_within
from tradewind.query.compile.matching import live, side_forms
from tradewind.query.database.pool import Database
from tradewind.records import finder
from tradewind.records.batches import Batch
from tradewind.records.similar import similar
from tradewind.records.write import write

SYNTHETIC, SEED, CHUNK, ASKS = 100_000, 20261124, 5_000, 200
DATA = Path(os.environ.get("BENCH_RETAIL") or Path(__file__).resolve().parents[2] / "shared" / "data" / "online-retail" / "online_retail.parquet")
ACCOUNT: dict[str, Any] = {
    "key": "account",
    "labels": {"en": "Account"},
    "title": "name",
    "fields": [
        {"key": key, "type": kind, "labels": {"en": key}}
        for key, kind in (("name", "company_name"), ("country", "country"), ("website", "url"), ("email", "email"), ("phone", "phone"))
    ],
}


def _rule(key: str, strength: str, **terms: str) -> dict[str, Any]:
    return {"key": key, "labels": {"en": key}, "strength": strength, "terms": [{"field": one, "by": by} for one, by in terms.items()]}


RULES: dict[str, Any] = {
    "key": "account",
    "rules": [
        _rule("email", "certain", email=""),
        _rule("site_and_name", "certain", website="domain", name="name"),
        _rule("site", "likely", website="domain"),
        _rule("phone_and_name", "certain", phone="", name="name"),
        _rule("name_and_country", "likely", name="name", country=""),
        _rule("words", "likely", name="words"),
        _rule("phone", "hint", phone=""),
        _rule("name", "hint", name="name"),
    ],
}


async def run(cluster: Cluster) -> list[Figure]:
    """Recall and precision by pairs, the finder's time against plain GROUP BY of the same keys, and a hint's against an equality look-up."""
    clock = SystemClock()
    async with cluster.database("matching") as database:
        for body, shape in ((ACCOUNT, ObjectDefinition), (RULES, QualityDefinition)):
            await publish(database, [msgspec.convert(body, shape)], None, clock)
        catalog = await load(database)
        made = [*customers(SYNTHETIC, SEED), *_retail()]
        owner = await _fill(database, catalog, made)
        async with database.alone() as connection:
            await connection.execute(raw("VACUUM ANALYZE data.account"))
        floor = min([await _plain(database, catalog) for _ in range(3)])
        took = min([await _find(database, catalog) for _ in range(3)])
        started = time.perf_counter()
        likely = (await finder.groups(database, catalog, SYSTEM, "account", clock, weakest="likely", limit=len(made))).groups
        reading = time.perf_counter() - started
        started = time.perf_counter()
        await finder.groups(database, catalog, SYSTEM, "account", clock, weakest="likely", limit=25)
        page = time.perf_counter() - started
        certain = (await finder.groups(database, catalog, SYSTEM, "account", clock, weakest="certain", limit=len(made))).groups
        hint, equal = await _hints(database, catalog, made)
    true = _pairs(_companies(owner).values())
    found, sure = _pairs(group.members for group in likely), _pairs(group.members for group in certain)
    counted = f"{len(made):,} records, {len(true):,} pairs are one; {len(found):,} found in {len(likely):,} groups, {len(found & true):,} of them right"
    certainly = f"{len(sure):,} pairs in {len(certain):,} certain groups, {len(sure & true):,} of them right: {len(sure & true) / len(true) * 100:.0f} % of all"
    return [
        Figure("duplicates: recall of pairs, likely and certain", len(found & true) / len(true) * 100, 90, unit="%", at_least=True, detail=f"{counted}; found by dirt: {_by_dirt(made, owner, found)}"),
        Figure("duplicates: precision of pairs, likely and certain", len(found & true) / len(found) * 100, 92, unit="%", at_least=True, detail=counted),
        Figure("duplicates: precision of certain pairs", len(sure & true) / len(sure) * 100, 99.5, unit="%", at_least=True, detail=certainly),
        Figure("finder, against GROUP BY over the same keys", took / floor, 3, detail=f"{took:.1f} s for 8 rules against {floor:.1f} s; first page of 25 groups in {page:.1f} s, all groups read and looked at again in {reading:.1f} s"),
        Figure("hint while entering, against looking up an equal value", hint / equal, 40, detail=f"{hint * 1000:.2f} ms for 8 rules against {equal * 1000:.2f} ms, medians of {ASKS}"),
    ]  # fmt: skip


def _retail() -> list[Customer]:
    """The customers of the invoices, who have a number and a country and are all different."""
    if not DATA.exists():
        raise SystemExit(f"matching: not run, {DATA} is missing; BENCH_RETAIL names the file")
    columns = parquet.read_table(DATA, columns=["CustomerID", "Country"]).to_pydict()
    countries = {int(number): country for number, country in zip(columns["CustomerID"], columns["Country"], strict=True) if number is not None}
    return [Customer(-number, {"name": f"Customer {number}", **_country(name)}) for number, name in sorted(countries.items())]


def _country(text: str) -> dict[str, Any]:
    """As an import reads it; nothing of what is no country ("Unspecified", "European Community")."""
    kind = field_types()["country"]
    try:
        return {"country": kind.parse(text, kind.options())}
    except InvalidValue:
        return {}


async def _fill(database: Database, catalog: Catalog, made: list[Customer]) -> dict[UUID, int]:
    """Writes them as the product does; which company each record is."""
    owner: dict[UUID, int] = {}
    for first in range(0, len(made), CHUNK):
        part = made[first : first + CHUNK]
        written = await write(database, catalog, SYSTEM, Batch(object="account", operation="create", rows=tuple(one.row for one in part)), SystemClock())
        owner |= {identity: one.company for identity, one in zip(written.ids, part, strict=True) if identity is not None}
    return owner


async def _plain(database: Database, catalog: Catalog) -> float:
    """Seconds of GROUP BY over each rule's keys, counting what more than one record has."""
    statements: list[Sql] = []
    for _, side in rules_within(catalog, "account").values():
        forms = side_forms(catalog, side, "r", SystemClock().now())
        statements.append(raw("SELECT count(*) FROM (SELECT 1 FROM ") + name("data", "account") + raw(" AS r WHERE ") + live(forms, "r") + raw(" GROUP BY ") + join(", ", forms) + raw(" HAVING count(*) > 1) AS g"))  # fmt: skip
    started = time.perf_counter()
    async with database.reading() as connection:
        for statement in statements:
            await connection.value(statement)
    return time.perf_counter() - started


async def _find(database: Database, catalog: Catalog) -> float:
    async def told(*_: int) -> None:
        return None

    started = time.perf_counter()
    await finder.find(database, catalog, "account", told, SystemClock())
    return time.perf_counter() - started


async def _hints(database: Database, catalog: Catalog, made: list[Customer]) -> tuple[float, float]:
    """Median seconds of a hint for one row, and of finding one record by an indexed value."""
    hints: list[float] = []
    equal: list[float] = []
    for one in made[:: len(made) // ASKS]:
        started = time.perf_counter()
        await similar(database, catalog, SYSTEM, "account", [one.row], SystemClock())
        hints.append(time.perf_counter() - started)
        started = time.perf_counter()
        async with database.reading() as connection:
            await connection.rows(Sql("SELECT id FROM data.account WHERE name = %s", (one.row["name"],)))
        equal.append(time.perf_counter() - started)
    return sorted(hints)[len(hints) // 2], sorted(equal)[len(equal) // 2]


def _companies(owner: dict[UUID, int]) -> dict[int, list[UUID]]:
    found: dict[int, list[UUID]] = defaultdict(list)
    for identity, company in owner.items():
        found[company].append(identity)
    return found


def _pairs(groups: Iterable[Iterable[UUID]]) -> set[tuple[UUID, UUID]]:
    return {pair for members in groups for pair in combinations(sorted(members), 2)}


def _by_dirt(made: list[Customer], owner: dict[UUID, int], found: set[tuple[UUID, UUID]]) -> str:
    """The share of copies that are in a group with another record of their company, by what was done to their name."""
    ids = list(owner)
    partners: dict[UUID, set[UUID]] = defaultdict(set)
    for one, other in found:
        if owner[one] == owner[other]:
            partners[one].add(other)
            partners[other].add(one)
    every, right = Counter[str](), Counter[str]()
    for identity, one in zip(ids, made, strict=True):
        for kind in one.dirt:
            every[kind] += 1
            right[kind] += bool(partners[identity])
    return ", ".join(f"{kind} {right[kind] / max(every[kind], 1) * 100:.0f} %" for kind in DIRT)
