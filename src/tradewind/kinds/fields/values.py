"""Reading settings and values as they come in: raw JSON to a type's own shapes, and the checks many types share."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

import msgspec

from tradewind.kernel.problems import InvalidDefinition, InvalidValue
from tradewind.kinds.fields.contract import FieldType, Options

MAX_DIGITS = 18
"""Digits a decimal may have before the point."""
SAFE_INTEGER = 2**53 - 1
"""The largest whole number every JSON reader keeps."""


def read_options(kind: FieldType[Any, Any], raw: dict[str, Any]) -> Any:
    """The settings of a field. Raises InvalidDefinition."""
    try:
        return msgspec.convert(raw, type=kind.options)
    except msgspec.ValidationError as failure:
        raise InvalidDefinition(pointer="/options", rule="options", type=kind.name, reason=str(failure)) from failure


def read_value(kind: FieldType[Any, Any], raw: Any, options: Options) -> Any:
    """The checked value that raw JSON stands for. Raises InvalidValue."""
    return kind.check(read(raw, kind.value), options)


def read(raw: Any, shape: Any) -> Any:
    """Raw JSON as `shape`. Raises InvalidValue with rule "type"."""
    try:
        return msgspec.convert(raw, type=shape)
    except (msgspec.ValidationError, ArithmeticError, ValueError, UnicodeError, RecursionError) as failure:
        raise InvalidValue(rule="type", expected=_expected(shape)) from failure


def _expected(shape: Any) -> str:
    return str(getattr(shape, "__name__", "list")).lower()


def clean(text: str, *, lines: bool = False) -> str:
    """The text in composed form. Raises InvalidValue for characters that cannot be stored or shown."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as failure:
        raise InvalidValue(rule="characters") from failure
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    allowed = "\t\n" if lines else "\t"
    if any((letter < " " and letter not in allowed) or letter in "\x7f\u2028\u2029" for letter in text):
        raise InvalidValue(rule="characters")
    return unicodedata.normalize("NFC", text)


def short(text: str, limit: int) -> str:
    """The same text. Raises InvalidValue when it is longer than `limit`."""
    if len(text) > limit:
        raise InvalidValue(rule="max_length", max=limit)
    return text


def exact(number: Decimal, digits: int) -> Decimal:
    """The number with exactly `digits` after the point and no negative zero. Raises InvalidValue when digits would be lost."""
    if not number.is_finite():
        raise InvalidValue(rule="finite")
    if not number:
        return Decimal(0).scaleb(-digits)
    if number.adjusted() >= MAX_DIGITS:
        raise InvalidValue(rule="range", digits=MAX_DIGITS)
    exponent = number.as_tuple().exponent
    if number.adjusted() < -digits or (isinstance(exponent, int) and exponent < -200):
        raise InvalidValue(rule="digits", digits=digits)
    rounded = round(number, digits)
    if rounded != number:
        raise InvalidValue(rule="digits", digits=digits)
    return rounded


def between(number: Decimal | int, low: Decimal | int | None, high: Decimal | int | None) -> None:
    """Raises InvalidValue outside the limits."""
    if low is not None and number < low:
        raise InvalidValue(rule="min", min=str(low))
    if high is not None and number > high:
        raise InvalidValue(rule="max", max=str(high))
