"""The process that reads one file: `python -m tradewind.ingest.reading.child`, a task on its input, progress and the result on its output."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tradewind.ingest.reading.legacy import read_legacy
from tradewind.ingest.reading.rows import Merges, Notes, Sheet
from tradewind.ingest.reading.shapes import Note, Reading, SheetFound
from tradewind.ingest.reading.sheets import Sink, write_sheet
from tradewind.ingest.reading.task import Said, Task
from tradewind.ingest.reading.text import read_text
from tradewind.ingest.reading.workbook import read_workbook
from tradewind.kernel.problems import UnreadableFile

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, prctl(2)


def main() -> int:
    """Reads the task, does it, says the result."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    _confine(task)
    try:
        said = Said(reading=read(task))
    except UnreadableFile as problem:
        said = Said(problem=problem.params)
    except MemoryError:
        said = Said(problem={"rule": "memory"})
    except OSError as failure:
        said = Said(problem=_of_system(failure))
    except BaseException as failure:  # noqa: BLE001 - what a library raises over foreign bytes, Rust's panics among it, is the file's fault
        said = Said(problem={"rule": "broken", "fault": _fault(failure)})
    _say(said)
    return 0


def _of_system(failure: OSError) -> dict[str, Any]:
    if failure.errno in (errno.ENOSPC, errno.EDQUOT):
        return {"rule": "disk"}
    if failure.errno == errno.EFBIG:
        return {"rule": "written"}
    return {"rule": "memory"} if failure.errno == errno.ENOMEM else {"rule": "broken", "fault": _fault(failure)}


def _fault(failure: BaseException) -> str:
    """What was raised and where, for the log; never the message, which may quote a cell."""
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(failure).__name__} {where}"


def read(task: Task) -> Reading:
    """Converts the file; what it writes lies in the folder."""
    done = 0

    def progress(rows: int) -> None:
        _say(Said(rows=done + rows))

    sink = Sink(Path(task.folder), task.limits.written)
    sheets: list[SheetFound] = []
    try:
        for number, sheet in enumerate(_sheets(task), start=1):
            if number > task.limits.sheets:
                raise UnreadableFile(rule="sheets", found=number, most=task.limits.sheets)
            found = write_sheet(sheet, number, sink, task.limits, progress, task.header_rows.get(sheet.name), task.people)
            done += found.rows
            sheets.append(found)
    finally:
        sink.close()
    if not any(sheet.rows or sheet.columns for sheet in sheets):
        raise UnreadableFile(rule="no_sheets")
    about = task.recognised
    return Reading(
        kind=about.kind,
        size=about.size,
        encoding=about.encoding,
        delimiter=about.delimiter,
        sheets=tuple(sheets),
        notes=(Note(code="unseen"),) if about.kind in ("xlsb", "ods") else (),
    )


def _sheets(task: Task) -> Iterator[Sheet]:
    path = Path(task.path)
    match task.recognised.kind:
        case "csv":
            notes = Notes()
            yield Sheet("", False, read_text(path, task.recognised, notes), notes, Merges((), notes))
        case "xls":
            yield from read_legacy(path, task.name)
        case _:
            yield from read_workbook(path, task.name, task.recognised)


def _say(said: Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


def _confine(task: Task) -> None:
    """From here on the process has no more memory and time than the limits say, and ends when the one that asked ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != task.parent:
        sys.exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (task.limits.memory, task.limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (task.limits.seconds, task.limits.seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (task.limits.written, task.limits.written))


if __name__ == "__main__":
    sys.exit(main())
