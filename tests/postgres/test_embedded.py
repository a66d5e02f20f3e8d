"""The embedded server: it comes back by itself after every kind of sudden end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tradewind.edge import embedded
from tradewind.edge.embedded import EmbeddedFailure, EmbeddedServer


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="tw-embedded-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedServer]:
    made = EmbeddedServer(folder / "postgres")
    made.start()
    yield made
    made.stop()


def _one(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement.encode()).fetchone()
        return row[0] if row else None


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _wait_until(true: object, limit: float = 20) -> None:
    deadline = time.monotonic() + limit
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_cluster_is_made_as_we_want_it(server: EmbeddedServer) -> None:
    assert _one(server.url(), "SHOW data_checksums") == "on"
    assert _one(server.url(), "SHOW server_encoding") == "UTF8"
    assert _one(server.url(), "SHOW listen_addresses") == ""
    assert _one(server.url(), "SELECT datcollate FROM pg_database WHERE datname = 'tradewind'") == "C.UTF-8"
    assert _one(server.url(), "SELECT lower('ÉCOLE ΑΘΗΝΑ 信风')") == "école αθηνα 信风"


def test_a_committed_row_is_there_after_kill_9(server: EmbeddedServer) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    for _ in range(2):
        server.kill()
        assert server.pid is None
        server.start()
        assert _one(server.url(), "SELECT count(*) FROM kept") == 1000


def test_start_after_a_clean_stop_keeps_everything(server: EmbeddedServer) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    server.stop()
    server.start()
    assert _one(server.url(), "SELECT n FROM kept") == 7


def test_a_lock_file_whose_number_is_now_another_program_does_not_stop_the_start(server: EmbeddedServer, folder: Path) -> None:
    data = folder / "postgres" / "cluster"
    server.kill()
    _wait_until(lambda: not embedded._somebody_works_in(data.resolve()))  # pyright: ignore[reportPrivateUsage]
    owner = data.stat()
    with subprocess.Popen(["sleep", "60"], user=owner.st_uid) as other:
        lines = (data / "postmaster.pid").read_text().splitlines()
        (data / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        server.start()
        assert _one(server.url(), "SELECT 1") == 1
        other.kill()


def test_a_half_made_cluster_is_made_anew(folder: Path) -> None:
    half = folder / "postgres" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    made = EmbeddedServer(folder / "postgres")
    made.start()
    try:
        assert _one(made.url(), "SELECT 1") == 1
    finally:
        made.stop()


def test_a_second_copy_on_the_same_folder_is_refused_at_once(server: EmbeddedServer, folder: Path) -> None:
    started = time.monotonic()
    with pytest.raises(EmbeddedFailure, match="used by another running copy"):
        EmbeddedServer(folder / "postgres").start()
    assert time.monotonic() - started < 2
    assert _one(server.url(), "SELECT 1") == 1


def test_two_folders_run_side_by_side(server: EmbeddedServer, folder: Path) -> None:
    other = EmbeddedServer(folder / "other")
    other.start()
    try:
        assert _one(server.url(), "SHOW data_directory") != _one(other.url(), "SHOW data_directory")
    finally:
        other.stop()


def test_a_link_in_place_of_the_socket_folder_is_refused(folder: Path) -> None:
    made = EmbeddedServer(folder / "postgres")
    target = folder / "target"
    target.mkdir()
    place = made._socket  # pyright: ignore[reportPrivateUsage]
    place.symlink_to(target)
    try:
        with pytest.raises(EmbeddedFailure, match="belongs to somebody else"):
            made.start()
        assert target.stat().st_uid == os.geteuid()
    finally:
        place.unlink()


def test_the_server_ends_with_its_parent_and_starts_again(folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from tradewind.edge.embedded import EmbeddedServer\n"
        "server = EmbeddedServer(Path(sys.argv[1])); server.start(); print(server.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(folder / "postgres")], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    again = EmbeddedServer(folder / "postgres")
    again.start()  # the old server may still be stopping
    try:
        assert again.pid != pid
        assert not _alive(pid)
    finally:
        again.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_a_folder_the_server_cannot_enter_is_replaced_and_a_note_says_so(folder: Path) -> None:
    folder.chmod(0o700)
    made = EmbeddedServer(folder / "postgres")
    note = (folder / "postgres" / "MOVED").read_text()
    place = Path(note.partition("are in ")[2].partition(":")[0])
    try:
        made.start()
        assert _one(made.url(), "SHOW data_directory") == str(place / "cluster")
    finally:
        made.stop()
        shutil.rmtree(place, ignore_errors=True)
