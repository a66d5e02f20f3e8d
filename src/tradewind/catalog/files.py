"""Definitions as files: a folder per pack, one JSON file per definition, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from tradewind.kernel.problems import InvalidDefinition
from tradewind.metadata.definitions import DEFINITION_KINDS, AnyDefinition, Texts

_FOLDERS = {"object": "objects", "view": "views", "layout": "layouts", "role": "roles", "menu": "menus", "quality": "quality"}


class PackFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    version: str
    labels: Texts
    requires: tuple[str, ...] = ()


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """A pack as it lies in its folder. `demo` are its demo records in file order, as in demo/*.json."""

    key: str
    version: str
    labels: Texts
    requires: tuple[str, ...]
    definitions: tuple[AnyDefinition, ...]
    demo: tuple[dict[str, Any], ...]


def read_pack(folder: Path) -> Pack:
    """Raises InvalidDefinition naming the file that cannot be read."""
    head = _decoded(folder / "pack.json", PackFile)
    definitions: list[AnyDefinition] = []
    for kind, name in _FOLDERS.items():
        definitions += [_decoded(path, DEFINITION_KINDS[kind]) for path in sorted((folder / name).glob("*.json"))]
    demo = [_decoded(path, dict[str, Any]) for path in sorted((folder / "demo").glob("*.json"))]
    return Pack(key=head.key, version=head.version, labels=head.labels, requires=head.requires, definitions=tuple(definitions), demo=tuple(demo))


def write_definitions(folder: Path, definitions: tuple[AnyDefinition, ...]) -> list[Path]:
    """Writes one file each and returns their paths; what `read_pack` reads back is equal."""
    written: list[Path] = []
    for definition in definitions:
        path = folder / _FOLDERS[definition.kind] / f"{definition.key}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        body = {"kind": definition.kind, **msgspec.to_builtins(definition)}
        path.write_text(json.dumps(body, ensure_ascii=False, indent=1, sort_keys=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


def _decoded(path: Path, shape: Any) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes(), type=shape)
    except (OSError, msgspec.DecodeError) as error:
        raise InvalidDefinition(pointer=f"/{path.parent.name}/{path.name}", reason="file", cause=str(error)) from error
