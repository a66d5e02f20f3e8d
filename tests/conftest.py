"""Fixtures for all tests: one private PostgreSQL cluster per process, and a fresh migrated database per test."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from tests.ground import fresh_folder

from tradewind.edge.demo import prepare
from tradewind.edge.embedded import EmbeddedServer
from tradewind.kernel.clock import ManualClock
from tradewind.kernel.settings import Settings
from tradewind.query.database.migrate import migrate
from tradewind.query.database.pool import Database, open_pool

_numbers = itertools.count(1)


def pytest_collection_finish() -> None:
    """What steers the suite is no setting of the product: the processes that tests start must not see it."""
    os.environ.pop("TRADEWIND_SOAK", None)


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    """Address of a cluster for tests; TEST_DATABASE_URL names another one to run the suite against, TEST_POSTGRES_PROGRAMS other programs to start."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    folder = fresh_folder("tw-test-")
    programs = os.environ.get("TEST_POSTGRES_PROGRAMS")
    server = EmbeddedServer(
        folder / "postgres",
        settings={"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"},
        programs=Path(programs) if programs else None,
    )
    server.start()
    yield server.url("postgres")
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _named(url: str, database: str) -> str:
    head, _, query = url.partition("?")
    return head.rsplit("/", 1)[0] + "/" + database + ("?" + query if query else "")


@pytest.fixture(scope="session")
def template_url(cluster_url: str) -> Iterator[str]:
    """A database with the system schema, cloned for every test."""
    name = f"tw_template_{os.getpid()}"
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    migrate(_named(cluster_url, name))
    yield _named(cluster_url, name)
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def database_url(cluster_url: str, template_url: str) -> Iterator[str]:
    """A fresh database with the system schema and nothing else."""
    template = template_url.partition("?")[0].rsplit("/", 1)[1]
    name = f"tw_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    yield _named(cluster_url, name)
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def demo(cluster_url: str, template_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """An installation with packs, people and demo data, prepared once: its database, its folder, and the passwords by address."""
    template = template_url.partition("?")[0].rsplit("/", 1)[1]
    name = f"tw_demo_{os.getpid()}"
    folder = tmp_path_factory.mktemp("demo")
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    sign_ins = asyncio.run(prepare(Settings(database_url=_named(cluster_url, name), data_folder=folder, pool_size=4), lambda _: None))
    yield name, folder, sign_ins
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def settings(cluster_url: str, demo: tuple[str, Path, dict[str, str]], tmp_path: Path) -> Iterator[Settings]:
    """The settings of a fresh copy of the demo installation."""
    template, folder, _ = demo
    name = f"tw_copy_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    shutil.copytree(folder, tmp_path / "data")
    yield Settings(database_url=_named(cluster_url, name), data_folder=tmp_path / "data", pool_size=4)
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def sign_ins(demo: tuple[str, Path, dict[str, str]]) -> dict[str, str]:
    """Passwords of the demo's people by address."""
    return demo[2]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open pool on a fresh database."""
    opened = await open_pool(database_url, size=4)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at 2026-11-02 08:00 UTC until a test moves it."""
    return ManualClock(datetime(2026, 11, 2, 8, 0, tzinfo=UTC))
