"""Whether a database is one the program can work with, said in one sentence where it is not."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import errors

from tradewind.kernel.problems import Busy, DiskFull
from tradewind.query.database.migrate import files

OLDEST = 15
_EXTENSIONS = ("btree_gin", "pg_trgm")


class UnusableDatabase(RuntimeError):
    """The database cannot be worked with; the text is one sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a look at the database showed."""

    server: int
    """Version number as PostgreSQL counts: 150004 is 15.4."""
    encoding: str
    applied: frozenset[str]
    """Names of the migrations it has."""
    lacking: str
    """The first extension we need that cannot be had; empty when all can."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Migrations of this program that the database does not have."""
        return tuple(name for name in files() if name not in self.applied)

    def refusal(self) -> str:
        """Why the program cannot work with it; empty when it can, once the missing migrations are applied."""
        newer = sorted(self.applied - set(files()))
        if self.server < OLDEST * 10_000:
            return f"This is PostgreSQL {self.server // 10_000}; {OLDEST} or newer is needed."
        if self.encoding != "UTF8":
            return f"The database's encoding is {self.encoding}; make it with ENCODING 'UTF8' TEMPLATE template0."
        if self.lacking:
            return f"PostgreSQL's extension {self.lacking} is not there; install the contrib package (postgresql-contrib)."
        if newer:
            return f"The database is newer than this program (it has {newer[-1]}); install the newer version of Tradewind, or restore the backup of before."
        return ""


def look(url: str) -> Condition:
    """Looks once, for at most five seconds. Raises UnusableDatabase when there is nothing to look at."""
    try:
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
            facts = connection.execute(
                "SELECT current_setting('server_version_num')::int, pg_encoding_to_char(encoding), to_regclass('system.migrations') IS NOT NULL,"
                " ARRAY(SELECT name::text FROM pg_available_extensions WHERE name = ANY(%s)) FROM pg_database WHERE datname = current_database()",
                (list(_EXTENSIONS),),
            ).fetchone()
            if facts is None:
                raise UnusableDatabase("The database says nothing about itself.")
            applied = connection.execute("SELECT name FROM system.migrations").fetchall() if facts[2] else []
            return Condition(facts[0], facts[1], frozenset(str(row[0]) for row in applied), next((one for one in _EXTENSIONS if one not in facts[3]), ""))
    except psycopg.OperationalError as failure:
        raise UnusableDatabase(f"The database cannot be reached: {_words(failure)}") from failure
    except errors.InsufficientPrivilege as failure:
        raise UnusableDatabase(f"The database's user may not read Tradewind's own tables: {_words(failure)}") from failure
    except psycopg.ProgrammingError as failure:
        raise UnusableDatabase(f"TRADEWIND_DATABASE_URL is not an address of PostgreSQL: {_words(failure)}") from failure


def ready(url: str) -> None:
    """Raises UnusableDatabase unless the program can start on it as it is."""
    found = look(url)
    why = found.refusal()
    if not why and found.missing:
        why = "The database is older than this program; run `tradewind migrate` first (after a backup)."
    if why:
        raise UnusableDatabase(why)


def migratable(url: str) -> None:
    """Raises UnusableDatabase unless the program could bring it up to date."""
    why = look(url).refusal()
    if why:
        raise UnusableDatabase(why)


@contextmanager
def explained() -> Generator[None]:
    """Raises UnusableDatabase in place of what keeps a database from work that the start needs: a full disk, a server that went away."""
    try:
        yield
    except (errors.DiskFull, DiskFull) as failure:
        raise UnusableDatabase("The disk of the database is full; free some space and start again.") from failure
    except psycopg.OperationalError as failure:
        raise UnusableDatabase(f"The database stopped working meanwhile: {_words(failure)}") from failure
    except Busy as failure:
        cause = failure.__cause__
        words = _words(cause) if isinstance(cause, psycopg.Error) else "it did not answer in time."
        raise UnusableDatabase(f"The database stopped working meanwhile: {words}") from failure


def _words(failure: psycopg.Error) -> str:
    lines = [line.strip() for line in str(failure).splitlines() if line.strip()]
    return (lines[-1] if lines else "it said nothing").rstrip(".") + "."
