"""R164: the product installs no lines to the outside: it runs without any network, serves everything itself, and its pages may load nothing from elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cli.running import environment, free_port
from tests.http.client import Client

STUDIO = Path(__file__).parents[2] / "src" / "tradewind" / "edge" / "static"
NAMES = re.compile(rb"https?://[A-Za-z0-9.-]+")
NEVER_FETCHED = {
    b"http://www.w3.org": "names of XML vocabularies",
    b"http://localhost": "what relative addresses are read against",
    b"https://react.dev": "in the text of errors",
    b"https://react.i18next.com": "in the text of warnings",
}

WATCH = """
import os, sys

def watch(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        place = arguments[1][0]
    elif event == "socket.getaddrinfo":
        place = arguments[0]
    else:
        return
    if str(place) not in ("127.0.0.1", "::1", "localhost", "None", "0.0.0.0"):
        with open(os.environ["WATCHED"], "a") as file:
            file.write(f"{place}\\n")

sys.addaudithook(watch)
"""
"""Every process of the product writes down where it would go (audit events of the standard library)."""

RUN = """
import fcntl, json, os, signal, socket, struct, subprocess, sys, time, urllib.request
with socket.socket() as probe:
    try:
        fcntl.ioctl(probe, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))
    except OSError:
        pass
demo = subprocess.Popen([sys.executable, "-m", "tradewind", "demo", "--data", sys.argv[1], "--port", sys.argv[2]], start_new_session=True)
try:
    for _ in range(400):
        try:
            answer = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[2]}/api/health", timeout=2)
            page = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[2]}/", timeout=2).read()
            with open(sys.argv[3], "w") as file:
                print(json.loads(answer.read())["status"], b"<div" in page, file=file)
            break
        except OSError:
            assert demo.poll() is None
            time.sleep(0.2)
finally:
    if demo.poll() is None:
        os.killpg(demo.pid, signal.SIGINT)
        demo.wait(30)
"""


async def test_pages_may_load_and_send_nothing_beyond_their_own_server(client: Client) -> None:
    policy = (await client.get("/")).headers["content-security-policy"]
    rules = {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}
    assert rules["default-src"] == ["'self'"] and rules["connect-src"] == ["'self'"] and rules["script-src"] == ["'self'"] and rules["font-src"] == ["'self'"]
    for rule, places in rules.items():
        assert not [place for place in places if "." in place or place in ("*", "https:", "http:")], rule


def test_the_built_studio_names_no_other_server() -> None:
    files = [path for path in STUDIO.rglob("*") if path.suffix in (".js", ".css", ".html")]
    assert files, "the studio is built"
    for path in files:
        found = set(NAMES.findall(path.read_bytes())) - set(NEVER_FETCHED)
        assert not found, (path.name, found)


def test_it_starts_with_demo_data_where_there_is_no_network_at_all(tmp_path: Path) -> None:
    """In a network namespace of its own, where the machine gives us one; everywhere the processes tell where they would have gone."""
    (tmp_path / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    watched = tmp_path / "watched"
    there = {**environment(), "PYTHONPATH": str(tmp_path), "WATCHED": str(watched)}
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-current-user", "--keep-caps", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True).returncode != 0:
        alone = []
    said = tmp_path / "said"
    arguments = [str(tmp_path / "data"), str(free_port()), str(said)]
    done = subprocess.run([*alone, sys.executable, "-c", RUN, *arguments], env=there, capture_output=True, text=True, timeout=180)
    assert said.exists() and said.read_text() == "ok True\n", done.stdout[-2000:] + done.stderr[-2000:]
    assert not watched.exists(), watched.read_text()
    looked = subprocess.run([sys.executable, "-c", "import socket\ntry: socket.getaddrinfo('example.org', 80)\nexcept OSError: pass"], env=there)
    assert looked.returncode == 0 and "example.org" in watched.read_text(), "the watch would have seen it"
