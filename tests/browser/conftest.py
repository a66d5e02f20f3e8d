"""One product and one Chromium for every test of the studio."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.faults.stack import Stack
from tests.ground import fresh_folder

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """One running product with demo data for all tests of the studio: each makes its own records and names."""
    folder = fresh_folder("tw-story-")
    running = Stack(folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser(stack: Stack) -> Iterator[Browser]:
    """One Chromium, started after the product has run its event loop; every page has a context of its own."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(autouse=True)
def _settings_stay(stack: Stack) -> Iterator[None]:
    """Tests share the product's people: whatever language and theme one of them chose, the next finds what it was at first."""
    with psycopg.connect(stack.server.url(), autocommit=True) as connection:
        before = connection.execute("SELECT id, language, theme FROM system.people").fetchall()
        yield
        for identity, language, theme in before:
            connection.execute("UPDATE system.people SET language = %s, theme = %s WHERE id = %s", (language, theme, identity))
