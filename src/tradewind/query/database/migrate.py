"""Brings the system schema up to date: numbered files, each once, under one lock."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import LiteralString, cast

import psycopg

_LOCK = 7_203_714_411


@cache
def files() -> Mapping[str, str]:
    """The migrations' texts by name, in the order they are applied."""
    folder = resources.files("tradewind.query.database") / "sql" / "system"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return {entry.name: entry.read_text(encoding="utf-8") for entry in found}


def migrate(url: str) -> list[str]:
    """Applies what is missing and returns the names applied. Safe to run from several processes at once."""
    applied: list[str] = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        connection.execute("CREATE SCHEMA IF NOT EXISTS system")
        connection.execute("CREATE TABLE IF NOT EXISTS system.migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())")
        done = {str(row[0]) for row in connection.execute("SELECT name FROM system.migrations").fetchall()}
        for name, text in files().items():
            if name in done:
                continue
            with connection.transaction():
                connection.execute(cast(LiteralString, text))
                connection.execute("INSERT INTO system.migrations (name) VALUES (%s)", (name,))
            applied.append(name)
        connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))
    return applied


def settle_currency(url: str, wanted: str) -> str:
    """The installation's base currency: `wanted` where none was chosen before, and then the one that was."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE system.catalog_state SET base_currency = %s WHERE base_currency IS NULL", (wanted,))
        row = connection.execute("SELECT base_currency FROM system.catalog_state").fetchone()
    return wanted if row is None else str(row[0])
