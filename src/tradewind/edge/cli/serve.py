"""Runs the web server with the given settings; each web process ends when the one that started it does."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from granian.constants import Interfaces
from granian.server import Server

from tradewind.edge.embedded import die_with_parent
from tradewind.kernel.settings import Settings


def serve(settings: Settings) -> int:
    """Answers requests until it is told to stop. The application is made anew in each web process."""
    os.environ.setdefault("GRANIAN_LOG_ACCESS_ENABLED", "false")
    Server(
        "tradewind.edge.cli.serve:create",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        factory=True,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
        working_dir=Path.cwd(),
    ).serve()
    return 0


def create() -> object:
    """Makes the application inside a web process, which from now on cannot outlive the server that started it."""
    from tradewind.edge.http.app import create as application

    die_with_parent(signal.SIGKILL)()
    return application()
