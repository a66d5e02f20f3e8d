"""`tradewind check`: settings, folder, database and the sealed log, one sentence each."""

from __future__ import annotations

from collections.abc import Callable

from tradewind.edge.cli.preflight import CannotStart, check_folder
from tradewind.edge.tls import TlsFailure, identity
from tradewind.kernel.clock import Clock
from tradewind.kernel.settings import Settings
from tradewind.query.database.condition import UnusableDatabase, look, ready
from tradewind.query.database.pool import open_pool
from tradewind.records import seal


async def check(settings: Settings, clock: Clock) -> int:
    """Prints what was found; 1 when something is not as it has to be."""
    good = _said("settings", lambda: _transport(settings, clock))
    good &= _said("data folder", lambda: _folder(settings))
    reached = _said("database", lambda: _database(settings))
    return 0 if reached and await _log(settings.database_url) and good else 1


def _said(title: str, look_at: Callable[[], str]) -> bool:
    try:
        print(f"ok    {title}: {look_at()}")
        return True
    except (CannotStart, TlsFailure, UnusableDatabase) as failure:
        print(f"FAIL  {title}: {failure}")
        return False


def _transport(settings: Settings, clock: Clock) -> str:
    shown = identity(settings, clock.now())
    return f"http on {settings.host}:{settings.port}" if shown is None else f"https on {settings.host}:{settings.port} with {shown.certificate}"


def _folder(settings: Settings) -> str:
    check_folder(settings.data_folder)
    return f"{settings.data_folder} can be written to"


def _database(settings: Settings) -> str:
    ready(settings.database_url)
    return f"PostgreSQL {look(settings.database_url).server // 10_000}, schema up to date"


async def _log(url: str) -> bool:
    database = await open_pool(url, size=1, statement_timeout="0")
    try:
        broken = await seal.verify(database)
    finally:
        await database.close()
    print("ok    log: it is as it was written" if broken is None else f"FAIL  log: {broken}")
    return broken is None
