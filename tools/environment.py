"""Makes the environment: a virtual environment with the locked packages, the product itself, and the built front end.

Needs only Python 3.11 or newer; tools/setup.py looks at that and begins here. Each part is skipped when nothing it depends on has changed.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LITTLE = 20_000_000
"""With less free, programs fail in words that do not say why."""


def stop(sentence: str) -> None:
    """Ends with one sentence for the person at the terminal."""
    sys.exit(f"tradewind: {sentence}")


def step(text: str) -> None:
    print(f"· {text}", flush=True)


def run(arguments: list[str | Path], doing: str) -> None:
    """Runs a program quietly; its last lines are shown when it fails."""
    try:
        done = subprocess.run([str(argument) for argument in arguments], cwd=ROOT, capture_output=True, text=True)
    except OSError as failure:
        stop(f"{doing} failed: {failure}")
        return
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-12:]
        full = any(sign in line for line in words for sign in ("No space left", "File too large", "Disk quota exceeded"))
        if full or shutil.disk_usage(ROOT).free < LITTLE:
            stop(f"the disk is full while {doing}; free about 1 GB and run the command again.")
        print("\n".join(words), file=sys.stderr)
        stop(f"{doing} failed; the lines above say why.")


def digest(*paths: Path) -> str:
    found = hashlib.sha256(f"{ROOT} {sys.version_info[:2]}".encode())
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()


def environment(*, dev: bool) -> None:
    """The virtual environment with the locked packages."""
    lock = ROOT / "requirements" / ("dev.txt" if dev else "runtime.txt")
    stamp = VENV / ("dev.stamp" if dev else "runtime.stamp")
    wanted = digest(lock, ROOT / "pyproject.toml")
    if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
        return
    if not dev and (VENV / "dev.stamp").exists() and (VENV / "dev.stamp").read_text() == digest(ROOT / "requirements" / "dev.txt", ROOT / "pyproject.toml"):
        return
    if not PYTHON.exists() or subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True).returncode != 0:
        step("making the Python environment")
        if VENV.exists() and not VENV.is_dir():
            stop(f"{VENV} is in the way: it is no folder; move it and run the command again.")
        try:
            import ensurepip  # noqa: F401
            import venv  # noqa: F401
        except ImportError:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            stop(f"this Python has no venv module; on Debian and Ubuntu: apt-get install python{version}-venv")
        run([sys.executable, "-m", "venv", "--clear", VENV], "making the Python environment")
    step(f"installing the locked packages ({lock.name})")
    started = time.monotonic()
    run(
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock],
        "installing the locked packages",
    )
    (next(VENV.glob("lib/python*/site-packages")) / "tradewind-source.pth").write_text(f"{ROOT / 'src'}\n")
    script = VENV / "bin" / "tradewind"
    script.write_text(f"#!/bin/sh\n'''exec' '{PYTHON}' \"$0\" \"$@\"\n' '''\nfrom tradewind.edge.cli import main\n\nraise SystemExit(main())\n")
    script.chmod(0o755)
    stamp.write_text(wanted)
    step(f"packages are in place ({time.monotonic() - started:.0f} s)")


def main() -> None:
    if sys.platform == "win32":
        stop("use Linux, macOS or WSL; Windows itself is not supported.")
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--dev", action="store_true", help="also what tests and checks need")
    arguments.add_argument("--no-web", action="store_true", help="leave the front end as it is")
    chosen = arguments.parse_args()
    try:
        probe = ROOT / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as failure:
        stop(f"the folder {ROOT} cannot be written to: {failure.strerror}.")
    environment(dev=chosen.dev)
    if not chosen.no_web:
        built = subprocess.run([str(PYTHON), str(ROOT / "tools" / "buildweb.py")], cwd=ROOT)
        if built.returncode != 0:
            sys.exit(built.returncode)


def make() -> None:
    """Everything, with one sentence for what this machine refuses."""
    try:
        main()
    except OSError as failure:
        stop("the disk is full; free about 1 GB and run the command again." if failure.errno == errno.ENOSPC else f"{failure}.")
    except KeyboardInterrupt:
        sys.exit(130)
