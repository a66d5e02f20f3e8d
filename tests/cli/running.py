"""The command line as a person uses it: a process with an environment of its own."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tradewind.edge.embedded import die_with_parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**settings: object) -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("TRADEWIND_")}
    return {**plain, **{f"TRADEWIND_{key.upper()}": str(value) for key, value in settings.items()}}


def tradewind(*arguments: str, cwd: Path | None = None, **settings: object) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end."""
    return subprocess.run([sys.executable, "-m", "tradewind", *arguments], env=environment(**settings), cwd=cwd, capture_output=True, text=True, timeout=120)


@contextmanager
def started(log: Path, *arguments: str, limit: int | None = None, **settings: object) -> Iterator[subprocess.Popen[bytes]]:
    """A command that stays; it is asked to end, and waited for, when the block ends. It may write files of at most `limit` bytes."""

    def before() -> None:
        die_with_parent(signal.SIGKILL)()
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tradewind", *arguments],
            env=environment(**settings),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            preexec_fn=before,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(what: str, log: Path, process: subprocess.Popen[bytes], limit: float = 90) -> str:
    """The output of the process once it holds these words."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        text = log.read_text(encoding="utf-8", errors="replace")
        if what in text:
            return text
        assert process.poll() is None, text
        time.sleep(0.05)
    raise AssertionError(f"no {what!r} within {limit} s:\n{log.read_text(errors='replace')}")


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path, limit: float = 60) -> None:
    """Until something listens there."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, log.read_text(errors="replace")
        time.sleep(0.05)
    raise AssertionError(log.read_text(errors="replace"))
