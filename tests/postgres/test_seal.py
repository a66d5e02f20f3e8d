"""The sealed log shows every later change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradewind.edge.worker.main import prepare_log
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
        assert (await seal(database, clock)).rows == 0
    assert (await seal(database, clock)).rows == 1


async def test_what_came_since_is_sealed_without_looking_back_and_what_took_long_by_the_next_whole_look(database: Database, clock: ManualClock) -> None:
    await _fill(database, clock)
    first = await seal(database, clock)
    assert (first.rows, first.mark is None) == (0, False)
    async with database.transaction() as late:
        await log.record(late, SYSTEM, "create", "customer", new_id(), (), None, clock)
        clock.advance(timedelta(minutes=1))
        async with database.transaction() as connection:
            await log.record(connection, SYSTEM, "create", "customer", new_id(), (), None, clock)
        beside = await seal(database, clock, first.mark)
        clock.advance(timedelta(minutes=3))
    caught = await seal(database, clock, beside.mark)
    assert (beside.rows, caught.rows) == (0, 2), "nothing is sealed beside a running transaction; then both are"
    async with database.transaction() as late:
        await log.record(late, SYSTEM, "create", "customer", new_id(), (), None, clock)
        clock.advance(timedelta(minutes=30))
        beside = await seal(database, clock, caught.mark)
    assert [(await seal(database, clock, beside.mark)).rows, (await seal(database, clock)).rows] == [0, 1]
    assert await verify(database) is None


async def _parts(database: Database) -> dict[str, int]:
    """Rows of the log by the part they lie in."""
    async with database.reading() as connection:
        return dict(await connection.rows(Sql("SELECT tableoid::regclass::text, count(*) FROM system.changes GROUP BY 1")))  # type: ignore[arg-type]


async def test_the_log_lies_in_monthly_parts_and_what_waited_moves_without_breaking_the_seal(database: Database, clock: ManualClock) -> None:
    for moment in (datetime(2031, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC), datetime(2032, 2, 29, 12, tzinfo=UTC)):
        await _fill(database, ManualClock(moment))
    assert await _parts(database) == {"system.changes_default": 36}
    await prepare_log(database, ManualClock(datetime(2032, 1, 31, tzinfo=UTC)))
    assert await _parts(database) == {"system.changes_default": 12, "system.changes_2032_01": 12, "system.changes_2032_02": 12}
    await prepare_log(database, ManualClock(datetime(2031, 12, 31, tzinfo=UTC)))
    await prepare_log(database, ManualClock(datetime(2031, 12, 31, tzinfo=UTC)))
    assert await _parts(database) == {"system.changes_2031_12": 12, "system.changes_2032_01": 12, "system.changes_2032_02": 12}
    assert await verify(database) is None
    assert (await seal(database, clock)).rows == 0, "what moved is not sealed again"
    await _fill(database, ManualClock(datetime(2032, 1, 15, tzinfo=UTC)))
    assert (await _parts(database))["system.changes_2032_01"] == 24


async def test_this_month_and_the_next_have_their_parts_from_the_start(database: Database) -> None:
    now = datetime.now(UTC)
    async with database.reading() as connection:
        parts = {str(row[0]) for row in await connection.rows(Sql("SELECT relname FROM pg_class WHERE relname ~ '^changes_\\d{4}_\\d\\d$'"))}
    assert {f"changes_{now:%Y_%m}", f"changes_{now.replace(day=1) + timedelta(days=32):%Y_%m}"} <= parts
