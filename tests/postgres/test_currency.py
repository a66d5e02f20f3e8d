"""The base currency is chosen at the first start and stays; amounts in it count, others wait for a rate."""

from __future__ import annotations

import dataclasses

import pytest
from tests.postgres.test_publish import customer
from tests.postgres.world import field, make_world

from tradewind.catalog.publish import publish
from tradewind.catalog.snapshot import load
from tradewind.edge.cli.preflight import CannotStart, check_currency
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.settings import Settings
from tradewind.kernel.sql import raw
from tradewind.query.database.pool import Database


async def test_amounts_in_the_currency_of_the_first_start_are_added_up(database: Database, database_url: str, clock: ManualClock) -> None:
    settings = Settings(database_url=database_url, base_currency="CNY")
    check_currency(settings)
    world = await make_world(database, clock)
    fields = (field("budget", "money"), field("figure", "formula", options={"expression": "budget * 2", "result": "number"}))
    await publish(database, [customer(*fields)], None, clock)
    world.catalog = await load(database)
    assert world.catalog.base_currency == "CNY"
    rows = ({"name": name, "budget": {"amount": "70", "currency": name}} for name in ("CNY", "USD"))
    yuan, dollars = await world.create(world.boss, "customer", *rows)
    figures = [(await world.get(world.boss, "customer", one))["figure"] for one in (yuan, dollars)]
    assert figures == ["140", None]
    async with database.reading() as connection:
        stored = await connection.rows(raw("SELECT budget__base, budget__rate FROM data.customer WHERE name IN ('CNY', 'USD') ORDER BY name"))
    assert [[None if one is None else float(one) for one in row] for row in stored] == [[70, 1], [None, None]]


async def test_another_currency_later_and_none_at_all_are_refused_in_one_sentence(database: Database, database_url: str) -> None:
    settings = Settings(database_url=database_url, base_currency="EUR")
    check_currency(settings)
    check_currency(settings)
    with pytest.raises(CannotStart, match="keeps its figures in EUR"):
        check_currency(dataclasses.replace(settings, base_currency="CNY"))
    with pytest.raises(CannotStart, match="ISO 4217"):
        check_currency(dataclasses.replace(settings, base_currency="RMB"))
