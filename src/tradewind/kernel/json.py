"""JSON as a type: the one name for data that is truly free in shape."""

from __future__ import annotations

from typing import Any, cast

import msgspec

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")


def mapping(value: Any) -> dict[str, Any] | None:
    """The value if it is a JSON object, else None."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def canonical(value: object) -> bytes:
    """The bytes of a value with sorted keys, the same on every run: what checksums are taken of."""
    return _encoder.encode(value)
