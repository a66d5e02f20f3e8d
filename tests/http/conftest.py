"""The application of a fresh copy of the demo installation, with the administrator signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from litestar.testing import AsyncTestClient
from tests.http.client import Client, enter

from tradewind.edge.http.app import build_app
from tradewind.kernel.settings import Settings


@pytest.fixture
async def client(settings: Settings, sign_ins: dict[str, str]) -> AsyncIterator[Client]:
    async with AsyncTestClient(build_app(settings)) as opened:
        opened.headers.update({"Sec-Fetch-Site": "same-origin"})
        await enter(opened, sign_ins, "admin")
        yield opened
