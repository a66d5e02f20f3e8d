"""`tradewind demo`: embedded database, packs, demo data, web and worker in one process group; Ctrl-C stops all of it."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

from tradewind.edge.cli.preflight import CannotStart, check_currency, check_folder, check_port, check_space
from tradewind.edge.embedded import EmbeddedFailure, EmbeddedServer, die_with_parent
from tradewind.edge.tls import identity, is_address, is_loopback, own_names
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.settings import Settings
from tradewind.query.database.condition import explained, migratable
from tradewind.query.database.migrate import migrate

_LOOK = 0.5
"""Seconds between two looks at whether the database still runs."""


def show_sign_ins(settings: Settings) -> int:
    """Prints the demo sign-ins of a data folder."""
    path = settings.data_folder / "sign-ins.json"
    if not path.exists():
        raise CannotStart(f"{settings.data_folder} has no demo sign-ins; start `tradewind demo --data {settings.data_folder}` first.")
    _print_sign_ins(json.loads(path.read_text(encoding="utf-8")))
    return 0


def run(settings: Settings) -> int:
    """Starts everything and waits. Returns when told to stop, or 1 when a part of it ended by itself."""
    started = time.monotonic()
    check_folder(settings.data_folder)
    check_port(settings.host, settings.port)
    identity(settings, SystemClock().now())
    server = EmbeddedServer(settings.data_folder / "postgres")
    if not server.exists():
        check_space(server.folder)
    stopping = _Stop()
    children: list[subprocess.Popen[bytes]] = []
    try:
        _say("starting the database")
        server.start()
        settings = dataclasses.replace(settings, database_url=server.url())
        migratable(settings.database_url)
        with explained():
            if migrate(settings.database_url):
                _say("the system schema is up to date")
            check_currency(settings)
            sign_ins = asyncio.run(_prepared(settings, server))
        environment = _environment(settings)
        stopping.settled = True
        children = [_child("serve", environment), _child("worker", environment)]
        _wait_until_it_answers(settings, children, stopping)
        if not stopping.asked:
            _say(f"ready after {time.monotonic() - started:.1f} s")
            print(f"\n  Tradewind 信风   {'   '.join(_addresses(settings))}\n")
            if settings.tls == "self":
                print(f"  Phones trust it once they have {settings.data_folder / 'tls' / 'authority.pem'}: docs/howto/tls.md\n")
            _print_sign_ins(sign_ins)
            print("\n  Ctrl-C stops everything.\n", flush=True)
        return _watch(children, stopping)
    except KeyboardInterrupt:
        _say("stopping")
        return 0
    finally:
        stopping.asked = stopping.settled = True
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        server.stop()


async def _prepared(settings: Settings, server: EmbeddedServer) -> dict[str, str]:
    """The sign-ins of the demo company, made where it is not there yet. Raises EmbeddedFailure as soon as the database has ended under the work."""
    from tradewind.edge.demo import prepare

    working = asyncio.create_task(prepare(settings, _say))
    while not working.done():
        await asyncio.wait({working}, timeout=_LOOK)
        if server.pid is None and not working.done():
            working.cancel()
            await asyncio.wait({working})
            raise EmbeddedFailure(f"The database ended while it was prepared: {server.last_words()}")
    return working.result()


class _Stop:
    """SIGINT and SIGTERM: interrupts the preparation; once everything is up, or going down, it is only remembered."""

    def __init__(self) -> None:
        self.asked = False
        self.settled = False
        signal.signal(signal.SIGINT, self._ask)
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True
        if not self.settled:
            self.settled = True
            raise KeyboardInterrupt


def _say(text: str) -> None:
    print(f"· {text}", flush=True)


def _environment(settings: Settings) -> dict[str, str]:
    chosen = {f"TRADEWIND_{field.name.upper()}": getattr(settings, field.name) for field in dataclasses.fields(settings)}
    return {**os.environ, **{key: str(value) for key, value in chosen.items()}}


def _child(command: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tradewind", command],
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )


_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound


def _address(settings: Settings, host: str) -> str:
    return f"{'http' if settings.tls == 'off' else 'https'}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _addresses(settings: Settings) -> list[str]:
    """What people type: at this machine, and beyond it where it answers there."""
    if is_loopback(settings.host):
        return [_address(settings, "localhost")]
    if settings.host not in _EVERYWHERE:
        return [_address(settings, settings.host)]
    others = [name for name in own_names(settings) if is_address(name) and not is_loopback(name)]
    return [_address(settings, host) for host in ("localhost", *others)]


def _wait_until_it_answers(settings: Settings, children: list[subprocess.Popen[bytes]], stopping: _Stop) -> None:
    deadline = time.monotonic() + 60
    url = _address(settings, "127.0.0.1" if settings.host in _EVERYWHERE else settings.host) + "/api/health"
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE  # asks only whether our own child answers
    while time.monotonic() < deadline and not stopping.asked:
        try:
            with urllib.request.urlopen(url, timeout=2, context=anybody) as answer:  # noqa: S310 - http or https, made above
                if answer.status == 200:
                    return
        except (OSError, urllib.error.URLError):
            pass
        if any(child.poll() is not None for child in children):
            raise CannotStart("A part of the product ended while starting; its log above says why.")
        time.sleep(0.1)
    if not stopping.asked:
        raise CannotStart("The web server did not answer within 60 s; its log above says why.")


def _watch(children: list[subprocess.Popen[bytes]], stopping: _Stop) -> int:
    while not stopping.asked:
        if any(child.poll() is not None for child in children):
            _say("a part of the product ended by itself; stopping the rest")
            return 1
        time.sleep(0.2)
    _say("stopping")
    return 0


def _print_sign_ins(sign_ins: dict[str, str]) -> None:
    width = max((len(email) for email in sign_ins), default=0)
    for email, password in sign_ins.items():
        print(f"  {email:{width}}   {password}")
