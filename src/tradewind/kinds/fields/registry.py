"""Finds field types: every module of `types` and every installed entry point, once, sorted."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from tradewind.kinds.fields import types
from tradewind.kinds.fields.contract import FieldType

AnyFieldType = FieldType[Any, Any]


def holds_files(type_name: str) -> bool:
    """Whether values of the type are files of the record; false for structural types."""
    kind = field_types().get(type_name)
    return kind is not None and kind.files


@cache
def field_types() -> Mapping[str, AnyFieldType]:
    """All field types by name. Raises ValueError for a module without FIELD or a name used twice."""
    found: dict[str, AnyFieldType] = {}
    modules = [
        importlib.import_module(f"{types.__name__}.{module.name}") for module in sorted(pkgutil.iter_modules(types.__path__), key=lambda module: module.name)
    ]
    for source, candidate in [(module.__name__, getattr(module, "FIELD", None)) for module in modules] + [
        (entry.value, entry.load()) for entry in entry_points(group="tradewind.fields")
    ]:
        if not isinstance(candidate, FieldType):
            raise ValueError(f"{source} has no FIELD")
        if candidate.name in found:
            raise ValueError(f"two field types are named {candidate.name}")
        found[candidate.name] = candidate
    return MappingProxyType(found)
