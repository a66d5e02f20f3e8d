"""The kernel: SQL values, ids, settings, clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tradewind.kernel.clock import ManualClock
from tradewind.kernel.ids import new_id
from tradewind.kernel.settings import Settings, UnknownSetting
from tradewind.kernel.sql import all_of, any_of, call, join, name, param, raw


def test_a_value_never_enters_the_text() -> None:
    statement = raw("SELECT ") + name('we"ird') + raw(" = ") + param("'; DROP TABLE x; --")
    assert statement.text == 'SELECT "we""ird" = %s'
    assert statement.params == ("'; DROP TABLE x; --",)


def test_percent_signs_in_literals_and_names_are_not_placeholders() -> None:
    assert raw("a % b").text == "a %% b"
    assert name("50%").text == '"50%%"'


def test_an_empty_conjunction_is_true_and_an_empty_disjunction_false() -> None:
    assert all_of([]).text == "true"
    assert any_of([]).text == "false"


def test_parameters_keep_the_order_of_the_text() -> None:
    part = join(", ", [call("f", param(1), param(2)), param(3)])
    assert part.text == "f(%s, %s), %s"
    assert part.params == (1, 2, 3)


def test_ids_are_version_7_variant_2_and_ascend() -> None:
    ids = [new_id() for _ in range(5000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 5000
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}


def test_an_id_carries_the_millisecond_it_was_made() -> None:
    before = datetime.now(UTC)
    made = datetime.fromtimestamp((new_id().int >> 80) / 1000, UTC)
    assert timedelta(milliseconds=-1) <= made - before < timedelta(seconds=5)


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.from_environment({"TRADEWIND_PORT": "9001", "TRADEWIND_SECURE_COOKIES": "true", "HOME": "/"})
    assert (settings.port, settings.secure_cookies, settings.host) == (9001, True, "127.0.0.1")


@pytest.mark.parametrize(("key", "value"), [("TRADEWIND_PROT", "1"), ("TRADEWIND_PORT", "eighty"), ("TRADEWIND_SECURE_COOKIES", "maybe")])
def test_a_setting_that_does_not_exist_or_fit_stops_the_start_and_is_named(key: str, value: str) -> None:
    with pytest.raises(UnknownSetting, match=key):
        Settings.from_environment({key: value})


def test_the_manual_clock_stands_still_and_speaks_utc() -> None:
    clock = ManualClock(datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=8))))
    assert clock.now() == datetime(2026, 3, 28, 17, 30, tzinfo=UTC)
    clock.advance(timedelta(hours=1))
    assert clock.now() == datetime(2026, 3, 28, 18, 30, tzinfo=UTC)
