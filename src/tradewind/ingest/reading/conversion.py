"""Reads a file in a child process with limits on memory and time, into canonical csv files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from tradewind.ingest.reading.child import Said, Task
from tradewind.ingest.reading.recognition import DEFAULT, recognise
from tradewind.ingest.reading.shapes import Limits, Reading
from tradewind.kernel.problems import UnreadableFile


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
    """Writes one canonical file for every sheet into `folder`, which exists, and tells what is in them.

    `header_rows` are the rows that name the columns by sheet, where somebody knows better (0: none does); a text's only sheet is called "".
    `people` are names of colleagues, by which columns of people are known. Raises UnreadableFile, and then has written nothing.
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
        reading = _ask(task, on_progress or (lambda _: None))
        for written in sorted(inside.iterdir()):
            written.replace(folder / written.name)
        return reading
    finally:
        shutil.rmtree(inside, ignore_errors=True)


def _ask(task: Task, on_progress: Callable[[int], None]) -> Reading:
    child = subprocess.Popen(
        [sys.executable, "-m", "tradewind.ingest.reading.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    over = threading.Event()

    def stop() -> None:
        over.set()
        child.kill()

    timer = threading.Timer(task.limits.seconds, stop)
    timer.start()
    last = Said()
    try:
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None  # noqa: S101 - asked for above
        with child.stdin:
            child.stdin.write(msgspec.json.encode(task))
        for line in child.stdout:
            last = msgspec.json.decode(line, type=Said)
            on_progress(last.rows)
        said = child.stderr.read().decode("utf-8", "replace")
        code = child.wait()
    finally:
        timer.cancel()
        child.kill()
        child.wait()
    if last.reading is not None:
        return last.reading
    if last.problem is not None:
        raise UnreadableFile(**{"file": task.name, **last.problem})  # pyright: ignore[reportArgumentType]
    if over.is_set():
        raise UnreadableFile(rule="time", file=task.name, seconds=task.limits.seconds)
    raise UnreadableFile(rule="stopped", file=task.name, said=f"{code} {said[-300:]}")
