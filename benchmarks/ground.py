"""The ground benchmarks stand on: a private PostgreSQL cluster, a filled database, and web processes whose CPU is counted."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx

from tradewind.edge.embedded import EmbeddedServer, die_with_parent
from tradewind.kernel.sql import raw
from tradewind.query.database.migrate import migrate
from tradewind.query.database.pool import Database, open_pool

_TICKS = os.sysconf("SC_CLK_TCK")


class Cluster:
    """A PostgreSQL with a product's usual settings, in a temporary folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tw-bench-"))
        self.folder.chmod(0o755)
        self.server = EmbeddedServer(self.folder / "postgres", settings={"shared_buffers": "512MB", "max_wal_size": "4GB"})

    def __enter__(self) -> Cluster:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[Database]:
        """A fresh migrated database with a pool on it."""
        admin = await open_pool(self.server.url("postgres"), size=1)
        async with admin.alone() as connection:
            await connection.execute(raw(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"))  # pyright: ignore[reportArgumentType]
        await admin.close()
        migrate(self.server.url(name))
        opened = await open_pool(self.server.url(name), size=8, statement_timeout="600s")
        try:
            yield opened
        finally:
            await opened.close()

    def postgres_cpu(self) -> float:
        """Seconds of CPU the server and its backends have used, those that ended included."""
        return cpu_of(self.server.pid) if self.server.pid else 0.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(pid: int) -> list[int]:
    """The process and everything it started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(_stat(int(entry.name))[1], []).append(int(entry.name))
            except OSError:
                continue
    found, queue = [pid], [pid]
    while queue:
        children = parents.get(queue.pop(), [])
        found += children
        queue += children
    return found


def _stat(pid: int) -> tuple[float, int]:
    """Seconds of CPU (with ended children) and the parent, from proc(5)."""
    text = Path(f"/proc/{pid}/stat").read_text()
    parts = text[text.rindex(")") + 2 :].split()
    return sum(int(part) for part in parts[11:15]) / _TICKS, int(parts[1])


def cpu_of(pid: int) -> float:
    """Seconds of CPU of a process and all below it."""
    total = 0.0
    for one in family(pid):
        try:
            total += _stat(one)[0]
        except OSError:
            continue
    return total


def memory_of(pid: int) -> float:
    """Proportional set size of a process and all below it, in MB."""
    total = 0
    for one in family(pid):
        try:
            total += next(int(line.split()[1]) for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return total / 1024


@contextmanager
def process(*arguments: str, environment: dict[str, str], ready: str = "") -> Iterator[int]:
    """A program of ours while it runs; its pid once the address `ready` answers."""
    started = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    try:
        for _ in range(600):
            if not ready:
                break
            if started.poll() is not None:
                raise RuntimeError(f"{arguments} ended with {started.returncode}")
            try:
                httpx.get(ready, timeout=2)
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield started.pid
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()
