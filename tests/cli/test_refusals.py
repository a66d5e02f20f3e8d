"""What keeps the product from starting is one sentence and a failed exit, never a trace: port, folder, disk, Python."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import runpy
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from tests.cli import running
from tests.cli.running import environment, free_port, started, tradewind

from tradewind.edge.demo import prepare
from tradewind.edge.embedded import EmbeddedFailure, EmbeddedServer
from tradewind.kernel.settings import Settings

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000


def refused(done: subprocess.CompletedProcess[str], *words: str) -> str:
    """The one sentence in which a command refused."""
    lines = [line for line in done.stderr.splitlines() if not line.startswith(("make: ", "make["))]
    assert done.returncode not in (0, -9, -11), done.stdout + done.stderr
    assert len(lines) == 1 and lines[0].startswith("tradewind: ") and lines[0][-1] in ".)", done.stdout + done.stderr
    assert all(word in lines[0] for word in words), lines[0]
    return lines[0]


def demo(folder: Path, port: int | None = None, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tradewind", "demo", "--data", str(folder), "--port", str(port or free_port())]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=120, preexec_fn=limit)


@contextlib.contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


class Small(NamedTuple):
    """A disk with little room: a mounted one, or else a limit on every file that a program started with `limit` writes."""

    folder: Path
    limit: Callable[[], None] | None

    def fill(self) -> None:
        if self.limit is None:
            with contextlib.suppress(OSError), (self.folder / "filler").open("wb", buffering=0) as file:
                while True:
                    file.write(b"\0" * 4096)


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Small]:
    """`folder` on a disk of that many bytes where this account may mount one; elsewhere no file may grow at all."""
    folder.mkdir(mode=0o755)
    for parent in (folder, *folder.parents):  # the server's own account has to get there
        with contextlib.suppress(OSError):
            parent.chmod(parent.stat().st_mode | 0o055)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(folder)], capture_output=True).returncode == 0
    try:
        yield Small(folder, None if mounted else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_port_in_use_is_named_with_another_one(tmp_path: Path, database_url: str) -> None:
    with taken_port() as port:
        refused(demo(tmp_path / "data", port), f"Port {port} is in use", f"make run PORT={port + 1 if port < 65535 else 8001}")
        assert not (tmp_path / "data" / "postgres").exists(), "nothing was begun"
        refused(tradewind("serve", database_url=database_url, data_folder=tmp_path, port=port), f"Port {port} is in use")
        made = subprocess.run(
            ["make", "run", f"PYTHON={sys.executable}", f"PORT={port}", f"DATA={tmp_path / 'data'}"],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
        )
        refused(made, f"Port {port} is in use")


@pytest.mark.parametrize("port", [-1, 0, 65_536, 99_999])
def test_what_is_no_port_is_refused(tmp_path: Path, port: int) -> None:
    command = [sys.executable, "-m", "tradewind", "demo", "--data", str(tmp_path), f"--port={port}"]
    refused(subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60), f"{port} is not a port")


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, database_url: str, below: str) -> None:
    """A file in the place of a folder: nobody can write below it, the super-user neither."""
    (tmp_path / "file").write_text("here first")
    folder = tmp_path / "file" / below
    refused(demo(folder), str(folder), "cannot be written to")
    refused(tradewind("serve", database_url=database_url, data_folder=folder, port=free_port()), str(folder), "cannot be written to")
    for command in (("check",), ("import", "a.csv", "--map", "a.json")):
        refused(tradewind(*command, data_folder=folder), str(folder), "cannot be used")
    shown = subprocess.run(
        [sys.executable, "-m", "tradewind", "demo", "--data", str(folder), "--show-sign-ins"], env=environment(), capture_output=True, text=True
    )
    refused(shown, str(folder), "no demo sign-ins")
    assert (tmp_path / "file").read_text() == "here first"


def test_a_full_disk_is_named_before_anything_is_begun(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", MEGABYTE) as disk:
        if disk.limit is None:
            refused(demo(disk.folder / "data"), "less than 600 MB free")
        disk.fill()
        refused(demo(disk.folder / "other", limit=disk.limit), "the disk is full")


def test_a_disk_that_fills_while_the_database_is_made_or_brought_up_to_date_is_named(tmp_path: Path) -> None:
    for size in (20, 40, 52):
        with small_disk(tmp_path / f"small{size}", size * MEGABYTE) as disk:
            if disk.limit is not None:
                refused(demo(disk.folder, limit=disk.limit), "the disk is full")
                continue
            server = EmbeddedServer(disk.folder / "postgres")
            if size == 20:
                with pytest.raises(EmbeddedFailure, match="the disk is full"):
                    server.start()
                continue
            with contextlib.suppress(EmbeddedFailure):  # the smallest has room to make a cluster and none to run it
                server.start()
                server.stop()
            assert server.exists()
            assert "disk" in refused(demo(disk.folder), "full")


def test_a_database_that_ends_while_it_is_prepared_ends_the_start(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    with started(log, "demo", "--data", str(data), "--port", str(free_port())) as process:
        running.wait_for("making the demo records", log, process)
        postmaster = EmbeddedServer(data / "postgres").folder / "cluster" / "postmaster.pid"
        os.kill(int(postmaster.read_text().splitlines()[0]), signal.SIGKILL)
        assert process.wait(60) == 1
    said = log.read_text()
    assert "Traceback" not in said and said.splitlines()[-1].startswith("tradewind: The database "), said


def test_what_was_cut_off_before_the_sign_ins_were_kept_is_made_the_next_time(tmp_path: Path, database_url: str) -> None:
    """The passwords are written whole or not at all: half a file would stop every later start."""
    settings = Settings(database_url=database_url, data_folder=tmp_path)
    in_the_way = tmp_path / "sign-ins.new"
    in_the_way.mkdir()
    with pytest.raises(IsADirectoryError):
        asyncio.run(prepare(settings, lambda _: None))
    assert not (tmp_path / "sign-ins.json").exists()
    in_the_way.rmdir()
    sign_ins = asyncio.run(prepare(settings, lambda _: None))
    assert asyncio.run(prepare(settings, lambda _: None)) == sign_ins and len(sign_ins) == 5


def test_an_upload_that_finds_no_room_is_refused_and_leaves_nothing(settings: Settings, sign_ins: dict[str, str], tmp_path: Path) -> None:
    """The web server may write files of at most half a megabyte: the store is full for a larger one, and works on for a smaller."""
    log, port = tmp_path / "log", free_port()
    chosen = {"database_url": settings.database_url, "data_folder": settings.data_folder, "port": port}
    with started(log, "serve", limit=500_000, **chosen) as process:
        running.wait_for_port(port, process, log)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Sec-Fetch-Site": "same-origin"}) as client:
            client.post("/api/session", json={"email": "mei@demo.example", "password": sign_ins["mei@demo.example"]})
            full = client.post("/api/files", files={"data": ("a.bin", b"a" * 600_000)})
            assert (full.status_code, full.json()["code"]) == (503, "request.disk_full"), full.text
            assert client.post("/api/files", files={"data": ("a.bin", b"a" * 400_000)}).status_code == 201
    (kept,) = [path for path in (settings.data_folder / "files").rglob("*") if path.is_file()]
    assert kept.stat().st_size == 400_000


OLD = [version for version in ("2.7", "3.6", "3.8", "3.10") if shutil.which(f"python{version}")]


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13)])
def test_another_python_is_told_what_is_needed(version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(sys, "version", ".".join(map(str, version)) + " (main)")
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "tools" / "setup.py"), run_name="__main__")
    assert ended.value.code == f"tradewind: Python 3.11 or newer is needed; this is {'.'.join(map(str, version))}."


def test_the_sentence_for_an_old_python_can_be_read_by_an_old_python(tmp_path: Path) -> None:
    """Whatever is there of them is asked; without any, the file at least has none of the words they do not know."""
    for version in OLD:
        done = subprocess.run([f"python{version}", "tools/setup.py"], cwd=ROOT, env=environment(), capture_output=True, text=True)
        if "pyenv" not in done.stderr:
            refused(done, "Python 3.11 or newer is needed")
    text = (ROOT / "tools" / "setup.py").read_bytes()
    assert text.isascii()
    assert not any(word in text for word in (b"->", b'f"', b": str", b"annotations", b":=", b"async "))


def _copy(folder: Path) -> Path:
    """As much of the repository as making the environment begins with."""
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _setup(folder: Path, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/setup.py", "--no-web"]
    return subprocess.run(command, cwd=folder, env=environment(PYTHONDONTWRITEBYTECODE=1), capture_output=True, text=True, timeout=120, preexec_fn=limit)


def test_setting_up_refuses_in_one_sentence_too(tmp_path: Path) -> None:
    copy = _copy(tmp_path / "copy")
    (copy / ".venv").write_text("here first")
    refused(_setup(copy), ".venv", "is in the way")
    (copy / ".writable").mkdir()
    refused(_setup(copy), "cannot be written to")
    with small_disk(tmp_path / "small", 3 * MEGABYTE) as disk:
        there = _copy(disk.folder / "copy")
        disk.fill()
        refused(_setup(there, disk.limit), "the disk is full")
