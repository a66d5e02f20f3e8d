"""Runs every check in the order of their cost and prints one closing line with the sum.

Installs what the browser tests need when it may; what cannot run here is counted as "not run".
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import buildweb

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"


@dataclass
class Sum:
    passed: int = 0
    failed: int = 0
    not_run: int = 0

    def add(self, other: Sum) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.not_run += other.not_run


def report(total: Sum, title: str, started: float, good: bool, words: str = "") -> None:
    print(f"{'ok  ' if good else 'FAIL'} {title} ({time.monotonic() - started:.1f} s){' ' + words if words else ''}", flush=True)
    if good:
        total.passed += 1
    else:
        total.failed += 1


def check(total: Sum, title: str, arguments: list[str], *, cwd: Path = ROOT, environment: dict[str, str] | None = None) -> None:
    """One program that says yes or no."""
    started = time.monotonic()
    done = subprocess.run(arguments, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        print((done.stdout + done.stderr)[-6000:], flush=True)
    report(total, title, started, done.returncode == 0)


def counted(total: Sum, title: str, started: float, result: Path, good: bool) -> None:
    """Adds up a junit report. A run that failed without a failed test (a crash, a broken start) counts as one failure, an empty one as not run."""
    passed = failed = skipped = 0
    if result.exists():
        for case in ElementTree.parse(result).getroot().iter("testcase"):
            outcomes = {part.tag for part in case}
            if outcomes & {"failure", "error"}:
                failed += 1
            elif "skipped" in outcomes:
                skipped += 1
                print(f"     not run: {case.get('classname')} {case.get('name')}", flush=True)
            else:
                passed += 1
    if not good and not failed:
        failed = 1
    if good and not passed + failed + skipped:
        skipped = 1
    total.passed += passed
    total.failed += failed
    total.not_run += skipped
    words = f"{passed} passed, {failed} failed" + (f", {skipped} not run" if skipped else "")
    print(f"{'FAIL' if failed else 'ok  '} {title} ({time.monotonic() - started:.1f} s) {words}", flush=True)


def not_run(total: Sum, title: str, why: str) -> None:
    total.not_run += 1
    print(f"--   {title} not run: {why}", flush=True)


def pytest(total: Sum, title: str, arguments: list[str], folders: list[str], environment: dict[str, str] | None = None) -> None:
    """One run of pytest over the folders, counted from its report."""
    here = [folder for folder in folders if any((ROOT / folder).rglob("test_*.py"))]
    if not here:
        not_run(total, title, f"there are no tests in {', '.join(folders)}")
        return
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.xml"
        command = [str(BIN / "python"), "-m", "pytest", f"--junit-xml={result}", *arguments, *here]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **(environment or {})})
        good = done.returncode in {0, 5}
        if not good:
            print((done.stdout + done.stderr)[-20000:], flush=True)
        counted(total, title, started, result, good)


def sources() -> list[str]:
    """The folders with Python code that are there."""
    return [name for name in ("src", "tests", "tools", "benchmarks") if (ROOT / name).is_dir()]


def other_tests() -> list[str]:
    """The folders of tests that need neither a browser nor processes to kill."""
    return sorted(f"tests/{path.name}" for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name not in {"browser", "faults", "__pycache__"})


def _has_chinese_font() -> bool:
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True) if shutil.which("fc-list") else None
    return found is not None and bool(found.stdout.strip())


def install(what: str, *packages: str) -> None:
    """Debian's packages, where we may."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"installing {what}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["apt-get", "update", "-qq"], ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(arguments, env=quiet, capture_output=True, text=True)
        if done.returncode != 0:
            print((done.stdout + done.stderr)[-2000:], flush=True)


def browser() -> bool:
    """Whether Chromium and a Chinese font are here; installs Debian's when we may."""
    if not (shutil.which("chromium") and _has_chinese_font()):
        install("Chromium and its fonts", "chromium", "fontconfig", "fonts-noto-cjk")
    return shutil.which("chromium") is not None and _has_chinese_font()


def debian_postgres() -> Path | None:
    """The programs of the oldest PostgreSQL from 15 on that Debian's packages brought here; installs one when we may."""
    for attempt in range(2):
        found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit() and int(path.parent.name) >= 15]
        if found or attempt:
            return min(found, key=lambda path: int(path.parent.name), default=None)
        install("PostgreSQL", "postgresql")
    return None


def web(total: Sum) -> None:
    if not (ROOT / "web" / "package.json").exists():
        not_run(total, "front end", "web/ is missing")
        return
    environment = buildweb.environment()
    buildweb.install()
    for title, script in (("front end: types", "typecheck"), ("front end: lint", "lint")):
        check(total, title, buildweb.npm("run", "--silent", script), cwd=ROOT / "web", environment=environment)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.xml"
        command = buildweb.npm("run", "--silent", "test", "--", "--reporter=default", "--reporter=junit", f"--outputFile.junit={result}")
        done = subprocess.run(command, cwd=ROOT / "web", env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            print((done.stdout + done.stderr)[-6000:], flush=True)
        counted(total, "front end: unit tests", started, result, done.returncode == 0)
    check(total, "front end: build", [str(BIN / "python"), str(ROOT / "tools" / "buildweb.py")])
    check(total, "front end: size budget", buildweb.npm("run", "--silent", "budget"), cwd=ROOT / "web", environment=environment)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=("all", "fast", "check"), default="all")
    part = parser.parse_args().part
    total = Sum()
    started = time.monotonic()
    tool = {name: str(BIN / name) for name in ("ruff", "pyright", "lint-imports", "python")}
    check(total, "format", [tool["ruff"], "format", "--check", *sources()])
    check(total, "lint", [tool["ruff"], "check", *sources()])
    check(total, "import order", [tool["lint-imports"], "--config", "architecture.ini"])
    if part != "fast":
        check(total, "types", [tool["pyright"]], environment=buildweb.environment())
    check(total, "contract in step", [tool["python"], "-m", "tradewind", "contract", "--check"])
    if part == "fast":
        pytest(total, "fast tests", ["-n", "2"], ["tests/architecture", "tests/unit"])
    if part == "all":
        waiting = Sum()
        with ThreadPoolExecutor(1) as beside:
            # Faults mostly wait for processes to end and start, and for leases to run out: they run beside the others.
            running = beside.submit(pytest, waiting, "faults", [], ["tests/faults"])
            web(total)
            pytest(total, "tests", ["-n", "2"], other_tests())
            running.result()
        total.add(waiting)
        if programs := debian_postgres():
            title = f"tests on Debian's PostgreSQL {programs.parent.name}"
            pytest(total, title, ["-n", "2"], ["tests/postgres", "tests/conformance", "tests/oracle"], {"TEST_POSTGRES_PROGRAMS": str(programs)})
        else:
            not_run(total, "tests on Debian's PostgreSQL", "there is none; on Debian: apt-get install postgresql")
        if browser():
            pytest(total, "browser", ["-n", "2"], ["tests/browser"])
        else:
            not_run(total, "browser", "Chromium or a Chinese font is missing; on Debian: apt-get install chromium fontconfig fonts-noto-cjk")
    elif part == "check":
        web(total)
    print(f"all of it took {time.monotonic() - started:.0f} s", flush=True)
    closing = f"{total.passed} passed, {total.failed} failed"
    print(closing + (f", {total.not_run} not run" if total.not_run else ""), flush=True)
    if total.failed:
        return 1
    return 3 if total.not_run and os.environ.get("CI") else 0


if __name__ == "__main__":
    raise SystemExit(main())
