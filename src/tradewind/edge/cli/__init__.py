"""The command line: `tradewind serve | worker | migrate | demo | contract | check | import | definitions | scaffold`."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from tradewind.edge.cli import definitions, demo, importing, scaffold, serve
from tradewind.edge.cli.preflight import CannotStart, check_currency, of_the_machine
from tradewind.edge.embedded import EmbeddedFailure, EmbeddedServer
from tradewind.edge.tls import TlsFailure
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.settings import Settings, UnknownSetting
from tradewind.query.database.condition import UnusableDatabase, explained, migratable, ready

ROOT = Path(__file__).resolve().parents[4]

Command = Callable[[Settings, argparse.Namespace], int]


class Refused(Exception):
    """The command cannot run; the text is one sentence."""


def _database_url(settings: Settings) -> str:
    if not settings.database_url:
        raise Refused(
            "TRADEWIND_DATABASE_URL is not set; name a PostgreSQL 15 or newer, or use `tradewind demo`; TRADEWIND_DATA_FOLDER names the folder of a demo."
        )
    return settings.database_url


@contextmanager
def _database_of(settings: Settings) -> Generator[Settings]:
    """The settings with a database that answers: the one they name, or the embedded one of the data folder, started for as long as it takes if it is not running."""
    server = EmbeddedServer(settings.data_folder / "postgres")
    if settings.database_url or not server.exists():
        _database_url(settings)
        yield settings
        return
    started = not server.is_running()
    if started:
        server.start()
    try:
        yield dataclasses.replace(settings, database_url=server.url())
    finally:
        if started:
            server.stop()


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    ready(_database_url(settings))
    with explained():
        check_currency(settings)
    return serve.serve(settings)


def _worker(settings: Settings, _: argparse.Namespace) -> int:
    from tradewind.edge.worker.main import run

    ready(_database_url(settings))
    asyncio.run(run(settings))
    return 0


def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    from tradewind.query.database.migrate import migrate

    migratable(_database_url(settings))
    with explained():
        applied = migrate(settings.database_url)
        check_currency(settings)
    print("\n".join(applied) if applied else "nothing to do")
    return 0


def _demo(settings: Settings, chosen: argparse.Namespace) -> int:
    settings = dataclasses.replace(settings, data_folder=Path(chosen.data), port=chosen.port, log_format="console")
    return demo.show_sign_ins(settings) if chosen.show_sign_ins else demo.run(settings)


def _contract(_: Settings, chosen: argparse.Namespace) -> int:
    from tradewind.edge import contract

    if not chosen.check:
        contract.write(ROOT)
        return 0
    different = contract.check(ROOT)
    if different:
        print("These files are not what the Python types say; run `make contract`:\n" + "\n".join(different))
    return 1 if different else 0


def _check(settings: Settings, _: argparse.Namespace) -> int:
    from tradewind.edge.cli.check import check

    with _database_of(settings) as found:
        return asyncio.run(check(found, SystemClock()))


def _import(settings: Settings, chosen: argparse.Namespace) -> int:
    errors = Path(chosen.errors) if chosen.errors else None
    with _database_of(settings) as found:
        return asyncio.run(importing.run(found, Path(chosen.file), Path(chosen.map), person=chosen.person, name=chosen.run_name, errors=errors))


def _definitions(settings: Settings, chosen: argparse.Namespace) -> int:
    with _database_of(settings) as found:
        if chosen.what == "export":
            return asyncio.run(definitions.export(found, Path(chosen.folder), chosen.pack))
        return asyncio.run(definitions.take_in(found, Path(chosen.folder), adopt=chosen.adopt, plan_only=chosen.plan))


def _scaffold(_: Settings, chosen: argparse.Namespace) -> int:
    return scaffold.field(ROOT, chosen.name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tradewind", description="A no-code platform for companies that sell across borders.")
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, what: str, run: Command) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=what, description=what)
        command.set_defaults(run=run)
        return command

    add("serve", "answer web requests", _serve)
    add("worker", "do queued work", _worker)
    add("migrate", "bring the system schema up to date", _migrate)
    command = add("demo", "everything in one process group, with an embedded database and demo data", _demo)
    command.add_argument("--data", default="data", help="folder of the database, the files and the sign-ins")
    command.add_argument("--port", type=int, default=8000)
    command.add_argument("--show-sign-ins", action="store_true", help="print the demo sign-ins of this folder and end")
    command = add("contract", "write the contracts that are generated from Python types", _contract)
    command.add_argument("--check", action="store_true", help="only say which files differ")
    add("check", "look at settings, folder and database, and verify the sealed log: names the first broken row", _check)
    command = add("import", "load a file (csv, xlsx and what else the studio reads) through a map; what was loaded is never loaded twice", _import)
    command.add_argument("file")
    command.add_argument("--map", required=True, help="JSON file that says which columns become which fields")
    command.add_argument("--as", dest="person", default="", help="e-mail of the person who imports, with his rights; the installation itself when left out")
    command.add_argument("--run", dest="run_name", default="", help="name of the run; the same name goes on where it stopped (default: map and file name)")
    command.add_argument("--errors", default="", help="file for refused rows (default: FILE.errors.csv beside the file)")
    command = add("definitions", "objects, views, layouts, menus and roles as a folder of files, for example in git", _definitions)
    ways = command.add_subparsers(dest="what", required=True)
    way = ways.add_parser("export", help="write them into a folder, the same bytes every time")
    way.add_argument("folder")
    way.add_argument("--pack", default="", help="only what belongs to this pack")
    way = ways.add_parser("import", help="say what the folder would change here and publish it as one change set")
    way.add_argument("folder")
    way.add_argument("--adopt", action="store_true", help="change nothing that is here; only add what is missing")
    way.add_argument("--plan", action="store_true", help="only say what would happen")
    command = add("scaffold", "begin a new extension", _scaffold)
    command.add_argument("kind", choices=("field",))
    command.add_argument("name")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 0 is success, 1 a refusal said in one sentence."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment(os.environ)
        return int(chosen.run(settings, chosen))
    except (UnknownSetting, EmbeddedFailure, TlsFailure, UnusableDatabase, Refused, CannotStart, importing.CannotImport, definitions.CannotExchange) as failure:
        print(f"tradewind: {failure}", file=sys.stderr)
        return 1
    except OSError as failure:
        if not (sentence := of_the_machine(failure)):
            raise
        print(f"tradewind: {sentence}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
