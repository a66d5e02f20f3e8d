"""Definitions as files: a folder per pack, one JSON file per definition, the same bytes every time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from tradewind.kernel.json import Json, mapping
from tradewind.kernel.problems import InvalidDefinition
from tradewind.metadata.definitions import DEFINITION_KINDS, AnyDefinition, Texts

FOLDERS: Mapping[str, str] = {"object": "objects", "view": "views", "layout": "layouts", "role": "roles", "menu": "menus", "quality": "quality"}
_KINDS = {folder: kind for kind, folder in FOLDERS.items()}
HEAD = "pack.json"
BESIDE = ("demo", "imports")
"""What lies in a pack's folder besides definitions: records and import maps."""
_NEWEST = 1
"""The newest version of a definition's shape that this program knows."""
_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")


class PackFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`pack.json`. Without a key it heads definitions that are no pack."""

    key: str = ""
    version: str = ""
    labels: Texts = {}
    requires: tuple[str, ...] = ()


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """A pack as it lies in its folder. `demo` are its demo records in file order, as in demo/*.json."""

    head: PackFile
    definitions: tuple[AnyDefinition, ...]
    demo: tuple[dict[str, Any], ...]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file that is there for a definition: the definition, or why it is none."""

    place: str
    kind: str
    key: str
    definition: AnyDefinition | None = None
    problem: InvalidDefinition | None = None


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """What a set of files holds."""

    head: PackFile
    entries: tuple[Entry, ...]


def layout(head: PackFile, definitions: Iterable[AnyDefinition]) -> dict[str, bytes]:
    """The files that hold them, by path and in the order of paths; `collect` reads equal definitions back."""
    found = {HEAD: _written(msgspec.to_builtins(head))}
    for one in definitions:
        if not _NAME.fullmatch(one.key):
            raise InvalidDefinition(pointer=f"/{one.kind}/{one.key}", reason="key", key=one.key)
        found[f"{FOLDERS[one.kind]}/{one.key}.json"] = _written({"kind": one.kind, **_sorted_inside(one)})
    return dict(sorted(found.items()))


def collect(files: Mapping[str, bytes]) -> Collection:
    """Every definition in the files of a layout; what cannot be read is an entry with its problem, what lies beside is left alone.

    Raises InvalidDefinition for a `pack.json` that cannot be read.
    """
    head = _decoded(files[HEAD], HEAD, PackFile) if HEAD in files else PackFile()
    entries: list[Entry] = []
    for place in sorted(files):
        folder, _, name = place.partition("/")
        if place != HEAD and name.endswith(".json") and folder not in BESIDE:
            entries.append(_entry(place, files[place], _KINDS.get(folder, "")))
    return Collection(head=head, entries=_once(entries))


def collect_one(body: bytes, name: str) -> Collection:
    """A single file with one definition, or with a list of them."""
    try:
        found: Any = _json(body)
    except ValueError as failure:
        return Collection(head=PackFile(), entries=(Entry(place=name, kind="", key="", problem=_problem(name, "json", cause=str(failure))),))
    if not isinstance(found, list):
        return Collection(head=PackFile(), entries=(_entry_of(name, found, str((mapping(found) or {}).get("kind", ""))),))
    entries = [_entry_of(f"{name}/{number}", one, str((mapping(one) or {}).get("kind", ""))) for number, one in enumerate(_list(found))]
    return Collection(head=PackFile(), entries=_once(entries))


def definition_of(body: Any, place: str) -> AnyDefinition:
    """A body as the definition it is. Raises InvalidDefinition with a pointer to its place."""
    given = mapping(body)
    if given is None:
        raise _problem(place, "shape", cause="not an object")
    kind = DEFINITION_KINDS.get(str(given.get("kind", "")))
    if kind is None:
        raise _problem(place, "unknown_kind", kind=str(given.get("kind", ""))[:40])
    newest = max((version for version in _versions(given) if isinstance(version, int)), default=_NEWEST)
    if newest > _NEWEST:
        raise _problem(place, "newer_version", version=newest, known=_NEWEST)
    try:
        return msgspec.convert(given, kind)  # pyright: ignore[reportReturnType]
    except msgspec.ValidationError as failure:
        raise _problem(place, "shape", cause=str(failure)) from failure


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files of a layout in a folder. Raises InvalidDefinition naming the file that cannot be read."""
    found: dict[str, bytes] = {}
    for path in sorted([folder / HEAD, *folder.glob("*/*.json")]):
        try:
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
        except OSError as failure:
            raise _problem(path.relative_to(folder).as_posix(), "file", cause=failure.strerror or "") from failure
    return found


def read_pack(folder: Path) -> Pack:
    """Raises InvalidDefinition naming the file that cannot be read."""
    files = read_folder(folder)
    found = collect(files)
    if problem := next((entry.problem for entry in found.entries if entry.problem is not None), None):
        raise problem
    if not found.head.key:
        raise _problem(HEAD, "shape", cause="key")
    by_kind = [entry.definition for kind in FOLDERS for entry in found.entries if entry.kind == kind and entry.definition is not None]
    demo = [_decoded(body, place, dict[str, Any]) for place, body in sorted(files.items()) if place.startswith("demo/")]
    return Pack(head=found.head, definitions=tuple(by_kind), demo=tuple(demo))


def write_folder(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Writes a layout and takes away the files of definitions that are not in it any more; the paths written or taken away."""
    changed: list[str] = []
    for place, body in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != body:
            path.write_bytes(body)
            changed.append(place)
    for name in FOLDERS.values():
        for path in sorted((folder / name).glob("*.json")):
            if (place := path.relative_to(folder).as_posix()) not in files:
                path.unlink()
                changed.append(place)
    return changed


def _entry(place: str, body: bytes, kind: str) -> Entry:
    try:
        found = _json(body)
    except ValueError as failure:
        return Entry(place=place, kind=kind, key=Path(place).stem, problem=_problem(place, "json", cause=str(failure)))
    given = mapping(found)
    if given is not None and kind and given.setdefault("kind", kind) != kind:
        return Entry(place=place, kind=kind, key=Path(place).stem, problem=_problem(place, "folder", kind=str(given["kind"])[:40], folder=FOLDERS[kind]))
    return _entry_of(place, found, kind)


def _entry_of(place: str, body: Any, kind: str) -> Entry:
    key = str((mapping(body) or {}).get("key", ""))[:90] or Path(place).stem
    try:
        definition = definition_of(body, place)
    except InvalidDefinition as problem:
        return Entry(place=place, kind=kind, key=key, problem=problem)
    return Entry(place=place, kind=definition.kind, key=definition.key, definition=definition)


def _once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The second of two files for one definition is refused."""
    found: dict[tuple[str, str], Entry] = {}
    made: list[Entry] = []
    for entry in entries:
        first = found.setdefault((entry.kind, entry.key), entry)
        made.append(
            entry if first is entry else Entry(place=entry.place, kind=entry.kind, key=entry.key, problem=_problem(entry.place, "doubled", first=first.place))
        )
    return tuple(made)


def _json(body: bytes) -> Any:
    """The JSON of a file. Raises ValueError, also for nesting too deep to be read and for characters no database keeps."""
    try:
        found = msgspec.json.decode(body)
    except RecursionError as failure:
        raise ValueError("nested too deeply") from failure
    except msgspec.DecodeError as failure:
        raise ValueError(str(failure)) from failure
    if _has_nul(found):
        raise ValueError("a NUL character")
    return found


def _has_nul(value: Any) -> bool:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and "\0" in one:
            return True
        members = mapping(one) or {}
        waiting += [*_list(one), *members, *members.values()]
    return False


def _decoded(body: bytes, place: str, shape: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failure:
        raise _problem(place, "json", cause=str(failure)) from failure


def _versions(body: Mapping[str, Any]) -> list[Any]:
    inner = [part for name in ("fields", "sections") for part in _list(body.get(name))]
    return [body.get("version", _NEWEST), *((mapping(part) or {}).get("version", _NEWEST) for part in inner)]


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _problem(place: str, reason: str, **params: Json) -> InvalidDefinition:
    return InvalidDefinition(pointer=f"/{place}", errors=(), reason=reason, **params)


def _sorted_inside(definition: AnyDefinition) -> dict[str, Json]:
    """Members in the order of the shape, what builders named inside them in the order of its keys."""
    return json.loads(msgspec.json.encode(definition, order="deterministic"))


def _written(body: Any) -> bytes:
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()
