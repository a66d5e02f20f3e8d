"""Finds the operations: every module of this folder that has one, by its tag."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec

from tradewind.catalog.schema import operations
from tradewind.catalog.schema.operations.contract import Operation
from tradewind.kernel.json import Json


@cache
def operation_types() -> Mapping[str, type[Operation]]:
    """All operations by tag."""
    found: dict[str, type[Operation]] = {}
    for module in sorted(pkgutil.iter_modules(operations.__path__), key=lambda module: module.name):
        kind = getattr(importlib.import_module(f"{operations.__name__}.{module.name}"), "OPERATION", None)
        if kind is not None:
            found[str(kind.__struct_config__.tag)] = kind
    return MappingProxyType(found)


def read(body: dict[str, Any]) -> Operation:
    """An operation from its stored form."""
    return msgspec.convert(body, operation_types()[body["op"]])


def stored(operation: Operation) -> dict[str, Json]:
    """The form that `read` takes."""
    return msgspec.to_builtins(operation)
