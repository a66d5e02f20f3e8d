"""A running product for tests of faults: embedded database, web and worker as processes that can be killed and started again."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tradewind.edge.demo import prepare
from tradewind.edge.embedded import EmbeddedServer, die_with_parent
from tradewind.kernel.settings import Settings
from tradewind.query.database.migrate import migrate


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Stack:
    """Database, web and worker of one data folder, with the packs and the demo data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows_at_once = 20_000
        self.port = free_port()
        self.server = EmbeddedServer(folder / "postgres")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.sign_ins: dict[str, str] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self) -> Settings:
        return Settings(database_url=self.server.url(), data_folder=self.folder, port=self.port, rows_at_once=self.rows_at_once)

    def start(self) -> None:
        """Starts what is not running: the same steps as `tradewind demo`, none by hand."""
        if self.server.pid is None:
            self.server.start()
        migrate(self.server.url())
        if not self.sign_ins:
            self.sign_ins = asyncio.run(prepare(self.settings(), lambda _: None))
        for command in ("serve", "worker"):
            process = self.processes.get(command)
            if process is None or process.poll() is not None:
                self.processes[command] = self._launch(command)
        self.wait()

    def _launch(self, command: str) -> subprocess.Popen[bytes]:
        chosen = {f"TRADEWIND_{field.name.upper()}": str(getattr(self.settings(), field.name)) for field in dataclasses.fields(Settings)}
        log = (self.folder / f"{command}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "tradewind", command],
                env={**os.environ, **chosen},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    def wait(self, limit: float = 60) -> None:
        """Until the web server answers and reaches its database."""
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.address}/api/health", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the product did not answer within {limit} s: {(self.folder / 'serve.log').read_text()[-2000:]}")

    def kill(self, name: str) -> None:
        """kill -9 of `serve` (with its web processes), `worker` or `postgres`."""
        if name == "postgres":
            self.server.kill()
            return
        process = self.processes[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.server.stop()

    def sign_in(self, email: str) -> httpx.Client:
        """A client signed in as one of the demo people."""
        client = httpx.Client(base_url=self.address, timeout=20, headers={"Origin": self.address})
        answer = client.post("/api/session", json={"email": email, "password": self.sign_ins[email]})
        assert answer.status_code in {200, 201}, answer.text
        return client
