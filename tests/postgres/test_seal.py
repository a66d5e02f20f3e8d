"""The sealed log shows every later change."""

from __future__ import annotations

import pytest

from tradewind.kernel.clock import ManualClock
from tradewind.kernel.ids import new_id
from tradewind.kernel.sql import Sql
from tradewind.metadata.actors import SYSTEM
from tradewind.query.database.pool import Database
from tradewind.records import log
from tradewind.records.seal import seal, verify


async def _fill(database: Database, clock: ManualClock) -> None:
    for _ in range(3):
        async with database.transaction() as connection:
            await log.record_many(
                connection, SYSTEM, "update", "customer", [(new_id(), ["name"], {"after": {"name": "Müller", "n": "1.50"}}) for _ in range(4)], clock
            )
        await seal(database, clock)


async def test_an_untouched_log_is_whole_and_erased_values_leave_it_whole(database: Database, clock: ManualClock) -> None:
    await _fill(database, clock)
    assert await verify(database) is None
    async with database.transaction() as connection:
        assert await connection.execute(Sql("DELETE FROM system.change_values")) == 12
    assert await verify(database) is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE system.changes SET actor_name = 'nobody' WHERE id = (SELECT change FROM system.seal_entries WHERE seal = 2 AND position = 2)",
        "UPDATE system.changes SET at = at + interval '1 second' WHERE id = (SELECT change FROM system.seal_entries WHERE seal = 2 AND position = 2)",
        "DELETE FROM system.changes WHERE id = (SELECT change FROM system.seal_entries WHERE seal = 2 AND position = 3)",
        "DELETE FROM system.seal_entries WHERE seal = 2 AND position = 4",
        "UPDATE system.change_values SET payload = '{}' WHERE change = (SELECT change FROM system.seal_entries WHERE seal = 2 AND position = 1)",
        "UPDATE system.seal_entries SET position = 7 - position WHERE seal = 2",
        "UPDATE system.seals SET root = sha256('x') WHERE number = 2",
        "DELETE FROM system.seals WHERE number = 2",
    ],
)
async def test_tampering_is_found_and_the_place_is_named(database: Database, clock: ManualClock, tampering: str) -> None:
    await _fill(database, clock)
    async with database.transaction() as connection:
        assert await connection.execute(Sql(tampering)) > 0
    broken = await verify(database)
    assert broken is not None
    assert broken.seal == 2
    assert "seal 2" in str(broken)


async def test_a_running_transaction_holds_its_rows_back_from_the_seal(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as connection:
        await log.record(connection, SYSTEM, "create", "customer", new_id(), (), None, clock)
        assert await seal(database, clock) == 0
    assert await seal(database, clock) == 1
