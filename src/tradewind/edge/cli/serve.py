"""Runs the web server with the given settings; each web process ends when the one that started it does."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from granian.constants import Interfaces, SSLProtocols
from granian.server import Server

from tradewind.edge.cli.preflight import check_folder, check_port
from tradewind.edge.embedded import die_with_parent
from tradewind.edge.tls import identity
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.settings import Settings


def serve(settings: Settings) -> int:
    """Answers requests until it is told to stop. The application is made anew in each web process. Raises CannotStart or TlsFailure."""
    check_folder(settings.data_folder)
    check_port(settings.host, settings.port)
    shown = identity(settings, SystemClock().now())
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
        ssl_cert=shown.certificate if shown else None,
        ssl_key=shown.key if shown else None,
        ssl_protocol_min=SSLProtocols.tls12,
    ).serve()
    return 0


def create() -> object:
    """Makes the application inside a web process, which from now on cannot outlive the server that started it."""
    from tradewind.edge.http.app import create as application

    die_with_parent(signal.SIGKILL)()
    return application()
