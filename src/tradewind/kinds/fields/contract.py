"""The contract of a field type: plain data and pure functions, no connection, request or user."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, ClassVar, Generic, LiteralString, TypeVar

import msgspec

from tradewind.kernel.json import Json
from tradewind.kernel.sql import EMPTY, Columns, Sql


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Settings of a field type; unknown keys are refused."""


OptionsT = TypeVar("OptionsT", bound=Options)
ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a field: `suffix` follows the field's key ("" or "__currency"), `check` is SQL about the column `{}`."""

    suffix: str
    sql_type: LiteralString
    check: LiteralString = ""


@dataclass(frozen=True, slots=True)
class Operator:
    """One comparison. `operand` is the msgspec type of its value (None: takes no value); `to_sql` gets columns, operand, options."""

    operand: Any
    to_sql: Callable[[Columns, Any], Sql]


@dataclass(frozen=True, slots=True)
class Index:
    """An index worth having: `method` and the expression over the columns."""

    method: LiteralString
    expression: Callable[[Columns], Sql]


@dataclass(frozen=True, slots=True)
class Example:
    """Settings with good values and bad cells; shown in the docs and run by the conformance suite."""

    options: dict[str, Any] = field(default_factory=dict[str, Any])
    values: tuple[Any, ...] = ()
    bad_values: tuple[Any, ...] = ()
    bad_cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """What a value points at: a system object (`person`, `department`, `team`, `file`)."""

    target: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A spreadsheet's own value: a number, a day, or a moment without a zone; `form` is the number format it is shown with."""

    value: int | Decimal | date | datetime
    form: str


class FieldType(ABC, Generic[OptionsT, ValueT]):
    """One kind of field. The members below are the whole contract."""

    name: ClassVar[str]
    """Name on the wire and in metadata. Never changes."""
    version: ClassVar[int] = 1
    group: ClassVar[str] = "text"
    """Where the palette shows it: text, number, date, choice, people, contact, file, system."""
    options: type[OptionsT]
    """Shape of the settings; JSON Schema, TypeScript and the settings form follow from it."""
    value: Any
    """msgspec type of one value on the wire; the API, OpenAPI and TypeScript follow from it."""
    operators: Mapping[str, Operator]
    aggregates: Mapping[str, Callable[[Columns], Sql]] = {}
    """Beyond count, filled and distinct, which every type has. The result is SQL whose JSON is the answer."""
    keys: Mapping[str, Callable[[Columns], Sql]] = {}
    """Normalised forms by which duplicates are found beside `fold`, as text: the domain of an address, a company's name without its legal form.
    SQL NULL where a value says nothing (the domain of a public mail service)."""
    examples: tuple[Example, ...]
    formula_type: ClassVar[str] = ""
    """What the formula language sees: text, number, money, date, instant, boolean, or empty for none."""
    groupable: ClassVar[bool] = True
    files: ClassVar[bool] = False
    """Whether the values are files hung on the record (system.attachments): the type then owns no column, is not filtered, sorted or unique."""
    titles: ClassVar[bool] = False
    """Whether a value can name its record: its first column is then text or a number that people read."""
    parts: ClassVar[tuple[str, ...]] = ("",)
    """Names of the cells `split` makes; the first is the field itself."""

    @abstractmethod
    def columns(self, options: OptionsT) -> tuple[Column, ...]:
        """The columns this field owns; at least one, except types that live elsewhere (attachment)."""

    @abstractmethod
    def check(self, value: ValueT, options: OptionsT) -> ValueT:
        """The value as stored. Raises InvalidValue with a pointer inside the value and `rule`."""

    @abstractmethod
    def store(self, value: ValueT) -> tuple[object, ...]:
        """One driver parameter for each column."""

    @abstractmethod
    def load(self, columns: Columns) -> Sql:
        """SQL making the JSON (jsonb) of the value; SQL NULL where there is none."""

    @abstractmethod
    def mask(self, columns: Columns, options: OptionsT) -> Sql:
        """SQL (jsonb) shown in place of the value."""

    @abstractmethod
    def parse(self, text: str, options: OptionsT, locale: str = "en") -> ValueT:
        """A cell of a file as a checked value. Raises InvalidValue."""

    @abstractmethod
    def format(self, value: ValueT, options: OptionsT, locale: str = "en") -> str:
        """The cell that `parse` reads back to the same value."""

    def typed(self, value: ValueT, options: OptionsT) -> Typed | None:
        """The value as a spreadsheet's own, where its cell reads back to the same value; None: the text of `format` does."""
        return None

    def split(self, value: ValueT, options: OptionsT, locale: str, zone: tzinfo) -> tuple[Typed | str, ...]:
        """Cells to calculate with, one for each of `parts`, even where they say less than the value: an amount beside its currency, a moment in a zone."""
        return (self.typed(value, options) or self.format(value, options, locale),)

    def upgrade(self, options: dict[str, Json], version: int) -> dict[str, Json]:
        """Saved settings of an earlier version in today's shape."""
        return options

    def order(self, columns: Columns) -> tuple[Sql, ...]:
        """Sort keys; empty means not sortable."""
        return (columns[0],)

    def ranks(self, options: OptionsT) -> tuple[str, ...]:
        """Stored keys in the order people gave them, which sorting follows; empty: `order` sorts the values themselves."""
        return ()

    def fold(self, columns: Columns) -> Sql:
        """The form in which two values count as the same (unique, match keys, duplicates)."""
        return columns[0]

    def search(self, columns: Columns) -> Sql:
        """Text that full search looks in; empty means the field takes no part."""
        return EMPTY

    def indexes(self, options: OptionsT) -> tuple[Index, ...]:
        return (Index("btree", lambda columns: columns[0]),)

    def refers_to(self, options: OptionsT) -> Reference | None:
        """What a value points at, so that existence is checked and paths go on."""
        return None

    def generate(self, options: OptionsT) -> str | None:
        """Pattern of a value made by the system when a record is created (auto-number); None for types people fill."""
        return None

    def admits(self, media_type: str, options: OptionsT) -> bool:
        """Whether a file of this proven media type may be a value; asked of types with `files` only."""
        return self.files

    def transition(self, before: ValueT | None, after: ValueT, options: OptionsT) -> tuple[str, ...]:
        """Field keys that must be filled before the change to `after` (status gates). Raises InvalidValue for a forbidden step."""
        return ()
