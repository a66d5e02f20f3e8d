"""Reads a file in a child process with limits on memory and time, into canonical csv files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from tradewind.ingest.reading.recognition import DEFAULT, recognise
from tradewind.ingest.reading.shapes import Limits, Note, Reading
from tradewind.ingest.reading.task import Said, Task
from tradewind.kernel.log import logger
from tradewind.kernel.problems import UnreadableFile

_log = logger("reading")
_HANDED_DOWN = ("PATH", "PYTHONPATH", "SYSTEMROOT", "TMPDIR", "LD_LIBRARY_PATH")
"""Variables the child gets; it has no use for addresses and secrets of databases."""
_OUT_OF_MEMORY = (b"memory allocation of", b"MemoryError", b"Cannot allocate memory", b"out of memory", b"failed to map segment")
_BY_SIGNAL: Mapping[int, str] = {signal.SIGXCPU: "time", signal.SIGXFSZ: "written"}
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "csv": ("csv", "tsv", "tab", "txt", "psv", "dat", "prn", ""),
    "xlsx": ("xlsx", "xlsm", "xltx", "xltm"),
    "xls": ("xls", "xlt", "et"),
    "xlsb": ("xlsb",),
    "ods": ("ods", "ots"),
}


def convert(
    path: Path,
    name: str,
    folder: Path,
    limits: Limits = DEFAULT,
    *,
    header_rows: Mapping[str, int] | None = None,
    people: Sequence[str] = (),
    on_progress: Callable[[int], None] | None = None,
) -> Reading:
    """Writes a canonical file for every sheet into `folder`, which exists, and tells what is in them. Blocks until that is done.

    A file on disk and text from a clipboard written to one are the same to it. `header_rows` are the rows that name the columns, by sheet,
    where somebody knows better (0: none does); the only sheet of a text is called "". `people` are names of colleagues, by which columns of
    people are known. `on_progress` gets the rows read so far; what it raises ends the reading. Raises UnreadableFile; whatever is raised,
    nothing stays in the folder.
    """
    recognised = recognise(path, name, limits)
    inside = Path(tempfile.mkdtemp(prefix=".reading-", dir=folder))
    try:
        task = Task(
            path=str(path.resolve()),
            name=name,
            folder=str(inside),
            recognised=recognised,
            limits=limits,
            parent=os.getpid(),
            header_rows=dict(header_rows or {}),
            people=tuple(people),
        )
        reading = _ask(task, on_progress)
        for written in sorted(inside.iterdir()):
            written.replace(folder / written.name)
    finally:
        shutil.rmtree(inside, ignore_errors=True)
    return _with_ending(reading, name)


def _with_ending(reading: Reading, name: str) -> Reading:
    """The reading, with a note where the name's ending says something else than the content."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in _ENDINGS[reading.kind] or not any(ending in endings for endings in _ENDINGS.values()):
        return reading
    note = Note(code="other_kind", params={"ending": ending, "kind": reading.kind})
    return msgspec.structs.replace(reading, notes=(*reading.notes, note))


def _ask(task: Task, on_progress: Callable[[int], None] | None) -> Reading:
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "tradewind.ingest.reading.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
            env={key: os.environ[key] for key in _HANDED_DOWN if key in os.environ} | {"LC_ALL": "C.UTF-8"},
        )
        over = threading.Event()
        timer = threading.Timer(task.limits.seconds, lambda: (over.set(), child.kill()))
        timer.start()
        try:
            last = _conversation(child, task, on_progress)
            code = child.wait()
        finally:
            timer.cancel()
            child.kill()
            child.wait()
        return _result(task, last, code, over.is_set(), complaints)


def _conversation(child: subprocess.Popen[bytes], task: Task, on_progress: Callable[[int], None] | None) -> Said:
    """Gives the child its task and listens until it is silent; the last it said."""
    assert child.stdin is not None and child.stdout is not None  # noqa: S101 - both were asked for
    last = Said()
    with child.stdout:
        try:
            with child.stdin:
                child.stdin.write(msgspec.json.encode(task))
        except BrokenPipeError:
            return last
        for line in child.stdout:
            if not line.endswith(b"\n"):
                break
            last = msgspec.json.decode(line, type=Said)
            if on_progress is not None:
                on_progress(last.rows)
    return last


def _result(task: Task, last: Said, code: int, over: bool, complaints: IO[bytes]) -> Reading:
    if last.reading is not None:
        return last.reading
    problem: dict[str, Any] = dict(last.problem or {})
    if not problem:
        complaints.seek(0)
        said = complaints.read(20_000)
        if over:
            problem["rule"] = "time"
        elif any(words in said for words in _OUT_OF_MEMORY):
            problem["rule"] = "memory"
        else:
            problem["rule"] = _BY_SIGNAL.get(-code, "stopped")
    if problem["rule"] == "time":
        problem["seconds"] = task.limits.seconds
    fault = problem.pop("fault", "")
    _log.warning("reading.failed", kind=task.recognised.kind, size=task.recognised.size, rule=problem["rule"], code=code, fault=fault)
    raise UnreadableFile(**{"file": task.name, **problem})  # pyright: ignore[reportArgumentType]
