"""Sign-in, sessions and API keys on a real database, as the routes use them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tradewind.accounts import api_keys, departments, people, sign_in, teams
from tradewind.accounts.actors import actor_for
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.problems import InvalidValue, SignInFailed, Throttled
from tradewind.query.database.pool import Database

PASSWORD = "ocean freight 2026"
EMAIL = "li.na@example.com"


async def _person(database: Database, clock: ManualClock) -> people.Person:
    async with database.transaction() as connection:
        made = await people.create(connection, EMAIL, "Li Na", clock=clock, roles=("seller",), password=PASSWORD)
        return await people.found(connection, made)


async def test_a_session_speaks_for_its_person_until_it_ends(database: Database, clock: ManualClock) -> None:
    person = await _person(database, clock)
    first = await sign_in.sign_in(database, " LI.NA@example.com ", PASSWORD, clock)
    second = await sign_in.sign_in(database, EMAIL, PASSWORD, clock, replaces=first.token)
    assert await sign_in.actor_of_session(database, first.token, clock) is None
    actor = await sign_in.actor_of_session(database, second.token, clock)
    assert actor is not None and actor.person == person.id and actor.roles == ("seller",)
    await sign_in.sign_out(database, second.token)
    assert await sign_in.actor_of_session(database, second.token, clock) is None


async def test_a_session_ends_by_idleness_and_by_age(database: Database, clock: ManualClock) -> None:
    await _person(database, clock)
    idle = await sign_in.sign_in(database, EMAIL, PASSWORD, clock)
    clock.advance(timedelta(hours=8, seconds=1))
    assert await sign_in.actor_of_session(database, idle.token, clock) is None
    busy = await sign_in.sign_in(database, EMAIL, PASSWORD, clock)
    for _ in range(47):
        clock.advance(timedelta(hours=7))
        assert await sign_in.actor_of_session(database, busy.token, clock) is not None
    clock.advance(timedelta(hours=7, seconds=1))
    assert await sign_in.actor_of_session(database, busy.token, clock) is None


async def test_an_unknown_person_and_a_wrong_password_are_refused_alike(database: Database, clock: ManualClock) -> None:
    await _person(database, clock)
    for email in (EMAIL, "nobody@example.com"):
        with pytest.raises(SignInFailed) as refused:
            await sign_in.sign_in(database, email, "not the password", clock)
        assert refused.value.params == {}


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
async def test_failures_delay_the_next_attempt_but_never_for_ever(database: Database, clock: ManualClock, email: str) -> None:
    await _person(database, clock)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            await sign_in.sign_in(database, email, "not the password", clock)
    with pytest.raises(Throttled):
        await sign_in.sign_in(database, email, PASSWORD, clock)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(SignInFailed):
        await sign_in.sign_in(database, email, "not the password", clock)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Throttled):
        await sign_in.sign_in(database, email, PASSWORD, clock)
    clock.advance(timedelta(minutes=5))
    if email == EMAIL:
        assert await sign_in.sign_in(database, email, PASSWORD, clock)


async def test_deactivating_ends_sessions_and_keys_for_good(database: Database, clock: ManualClock) -> None:
    person = await _person(database, clock)
    session = await sign_in.sign_in(database, EMAIL, PASSWORD, clock)
    async with database.transaction() as connection:
        _, key = await api_keys.create(connection, person.id, "shop", objects=("deal",), read_only=True, days=30, clock=clock)
    actor = await api_keys.actor_of_key(database, key, clock)
    assert actor is not None and actor.kind == "key" and actor.objects == ("deal",) and actor.read_only
    assert await api_keys.actor_of_key(database, key[:-1] + ("a" if key[-1] != "a" else "b"), clock) is None
    async with database.transaction() as connection:
        await people.change(connection, people.Person(id=person.id, email=EMAIL, name="Li Na", active=False), clock)
    assert await sign_in.actor_of_session(database, session.token, clock) is None
    assert await api_keys.actor_of_key(database, key, clock) is None
    async with database.transaction() as connection:
        await people.change(connection, people.Person(id=person.id, email=EMAIL, name="Li Na", active=True), clock)
    assert await api_keys.actor_of_key(database, key, clock) is None


async def test_a_key_lives_a_year_at_most_and_ends_when_it_is_over(database: Database, clock: ManualClock) -> None:
    person = await _person(database, clock)
    async with database.transaction() as connection:
        with pytest.raises(InvalidValue):
            await api_keys.create(connection, person.id, "shop", objects=None, read_only=False, days=400, clock=clock)
        _, key = await api_keys.create(connection, person.id, "shop", objects=None, read_only=False, days=1, clock=clock)
    clock.advance(timedelta(days=1))
    assert await api_keys.actor_of_key(database, key, clock) is None


async def test_an_actor_knows_what_lies_below_his_department_and_those_he_heads(database: Database, clock: ManualClock) -> None:
    person = await _person(database, clock)
    async with database.transaction() as connection:
        sales = await departments.create(connection, "Sales")
        europe = await departments.create(connection, "Europe", parent=sales)
        service = await departments.create(connection, "Service", head=person.id)
        desk = await departments.create(connection, "Desk", parent=service)
        await departments.create(connection, "Finance")
        team = await teams.create(connection, "Fair", (person.id,))
        await people.change(connection, people.Person(id=person.id, email=EMAIL, name="Li Na", department=sales, teams=(team,)), clock)
        actor = await actor_for(connection, person.id)
        assert set(actor.subtree) == {sales, europe, service, desk}
        assert actor.teams == (team,)
        with pytest.raises(InvalidValue):
            await departments.change(connection, departments.Department(id=sales, name="Sales", parent=europe))


async def test_a_short_password_is_refused(database: Database, clock: ManualClock) -> None:
    person = await _person(database, clock)
    async with database.transaction() as connection:
        with pytest.raises(InvalidValue):
            await people.set_password(connection, person.id, "short", clock)
