"""What is looked at before something starts, so that a refusal is one sentence and not a trace."""

from __future__ import annotations

import errno
import shutil
import socket
from pathlib import Path

from tradewind.kernel.settings import Settings
from tradewind.kinds.reference import currencies
from tradewind.query.database.migrate import settle_currency

_NEEDED_BYTES = 600_000_000
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BARRED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR)


class CannotStart(RuntimeError):
    """One sentence for the person at the terminal."""


def of_the_machine(failure: OSError) -> str:
    """What this machine refuses, in one sentence; empty when the failure is none of its doing."""
    if failure.errno in _FULL:
        return f"The disk is full{f' at {failure.filename}' if failure.filename else ''}; free some space and start again."
    if failure.errno in _BARRED and failure.filename:
        return f"{failure.filename} cannot be used ({failure.strerror}); choose another folder or give this account the right to it."
    return ""


def check_folder(folder: Path) -> None:
    """Raises CannotStart unless the folder can be made and written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"1")
        probe.unlink()
    except OSError as failure:
        why = "the disk is full" if failure.errno in _FULL else failure.strerror
        raise CannotStart(f"The data folder {folder} cannot be written to ({why}); choose another.") from failure


def check_space(folder: Path) -> None:
    """Raises CannotStart when a new database would not fit."""
    if shutil.disk_usage(folder).free < _NEEDED_BYTES:
        raise CannotStart(f"The disk of {folder} has less than {_NEEDED_BYTES // 1_000_000} MB free; free some or choose another folder.")


def check_port(host: str, port: int) -> None:
    """Raises CannotStart when the port cannot be had."""
    if not 0 < port < 65536:
        raise CannotStart(f"{port} is not a port; choose one from 1 to 65535, for example 8000 (make run PORT=8000).")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror as failure:
            raise CannotStart(f"{host} is not an address of this machine.") from failure
        except OSError as failure:
            if failure.errno == errno.EADDRNOTAVAIL:
                raise CannotStart(f"{host} is not an address of this machine.") from failure
            other = port + 1 if port < 65535 else 8001
            raise CannotStart(f"Port {port} is in use or not allowed; choose another, for example {other} (make run PORT={other}).") from failure


def check_currency(settings: Settings) -> None:
    """Raises CannotStart unless the base currency is one, and the one this installation began with: its figures are kept in it."""
    wanted = settings.base_currency
    if wanted not in currencies.codes():
        raise CannotStart(f"TRADEWIND_BASE_CURRENCY: {wanted!r} is no currency of ISO 4217; write for example CNY.")
    if (kept := settle_currency(settings.database_url, wanted)) != wanted:
        raise CannotStart(f"This installation keeps its figures in {kept}; start it with TRADEWIND_BASE_CURRENCY={kept}.")
