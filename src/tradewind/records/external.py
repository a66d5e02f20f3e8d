"""External ids of a row: what other systems call a record, as rows say it, to add and to take away."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from tradewind.kernel.json import mapping
from tradewind.kernel.problems import InvalidValue
from tradewind.kinds.fields.values import clean, read, short

KEY = "external_ids"
"""What an envelope, a match and the log call them."""
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
_MOST = 50


class ExternalId(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What another system calls a record."""

    source: str
    id: str


class ExternalIds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a row adds to the ids of its record, and what it takes away."""

    add: tuple[ExternalId, ...] = ()
    remove: tuple[ExternalId, ...] = ()


def read_external(value: Any) -> ExternalIds:
    """[{"source", "id"}, …] to add, or {"add": […], "remove": […]}. Raises InvalidValue."""
    given = read(value, ExternalIds) if mapping(value) is not None else ExternalIds(add=read(value or [], tuple[ExternalId, ...]))
    if len(given.add) + len(given.remove) > _MOST:
        raise InvalidValue(rule="max_count", max=_MOST)
    for one in given.add:
        if not _SOURCE.fullmatch(one.source) or not short(clean(one.id), 200).strip():
            raise InvalidValue(rule="external_id")
    return ExternalIds(add=tuple(dict.fromkeys(given.add)), remove=tuple(dict.fromkeys(given.remove)))
