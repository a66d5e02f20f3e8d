"""`tradewind demo`: embedded database, packs, demo data, web and worker in one process group; Ctrl-C stops all of it."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tradewind.edge.embedded import EmbeddedServer, die_with_parent
from tradewind.kernel.settings import Settings
from tradewind.query.database.migrate import migrate

_NEEDED_BYTES = 600_000_000


class CannotStart(RuntimeError):
    """One sentence for the person at the terminal."""


def show_sign_ins(settings: Settings) -> int:
    """Prints the demo sign-ins of a data folder."""
    path = settings.data_folder / "sign-ins.json"
    if not path.exists():
        raise CannotStart(f"{settings.data_folder} has no demo sign-ins; start `tradewind demo --data {settings.data_folder}` first.")
    _print_sign_ins(json.loads(path.read_text(encoding="utf-8")))
    return 0


def run(settings: Settings) -> int:
    """Starts everything and waits. Returns when told to stop, or 1 when a part of it ended by itself."""
    from tradewind.edge.demo import prepare

    started = time.monotonic()
    _check_folder(settings.data_folder)
    _check_port(settings.host, settings.port)
    stopping = _Stop()
    server = EmbeddedServer(settings.data_folder / "postgres")
    children: list[subprocess.Popen[bytes]] = []
    try:
        _say("starting the database")
        server.start()
        settings = dataclasses.replace(settings, database_url=server.url())
        if migrate(settings.database_url):
            _say("the system schema is up to date")
        sign_ins = asyncio.run(prepare(settings, _say))
        environment = _environment(settings)
        stopping.settled = True
        children = [_child("serve", environment), _child("worker", environment)]
        _wait_until_it_answers(settings, children, stopping)
        if not stopping.asked:
            _say(f"ready after {time.monotonic() - started:.1f} s")
            print(f"\n  Tradewind 信风   http://{'localhost' if settings.host == '127.0.0.1' else settings.host}:{settings.port}\n")
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


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as failure:
        why = "the disk is full" if failure.errno == errno.ENOSPC else failure.strerror
        raise CannotStart(f"The data folder {folder} cannot be written to ({why}); choose another with --data.") from failure
    if not (folder / "postgres").exists() and shutil.disk_usage(folder).free < _NEEDED_BYTES:
        raise CannotStart(f"The disk of {folder} has less than {_NEEDED_BYTES // 1_000_000} MB free; free some or choose another folder with --data.")


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as failure:
            raise CannotStart(f"Port {port} is in use or not allowed; choose another: make run PORT={port + 1 if port < 65535 else 8001}") from failure


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


def _wait_until_it_answers(settings: Settings, children: list[subprocess.Popen[bytes]], stopping: _Stop) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not stopping.asked:
        try:
            with urllib.request.urlopen(f"http://{settings.host}:{settings.port}/api/health", timeout=2) as answer:
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
