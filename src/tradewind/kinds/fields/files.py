"""Field types whose values are files of the record: they live in system.attachments, so the field owns no column."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import EMPTY, Columns, Sql, raw
from tradewind.kinds.fields import cells
from tradewind.kinds.fields.contract import Column, FieldType, Index, Options, Reference
from tradewind.kinds.fields.values import read


class FilesOptions(Options, frozen=True):
    """At most so many files on one record."""

    max_count: int = 20

    def __post_init__(self) -> None:
        if not 1 <= self.max_count <= 100:
            raise ValueError("max_count must be from 1 to 100")


FilesOptionsT = TypeVar("FilesOptionsT", bound=FilesOptions)


class FilesField(FieldType[FilesOptionsT, tuple[UUID, ...]]):
    """What all such types share; each says its name, settings, examples, and which files it admits."""

    group = "file"
    value = tuple[UUID, ...]
    groupable = False
    files = True
    operators = {}

    def columns(self, options: FilesOptionsT) -> tuple[Column, ...]:
        return ()

    def check(self, value: tuple[UUID, ...], options: FilesOptionsT) -> tuple[UUID, ...]:
        if len(value) > options.max_count:
            raise InvalidValue(rule="max_count", max=options.max_count)
        if len(set(value)) != len(value):
            raise InvalidValue(rule="repeated")
        return value

    def store(self, value: tuple[UUID, ...]) -> tuple[object, ...]:
        return ()

    def load(self, columns: Columns) -> Sql:
        return raw("NULL::jsonb")

    def mask(self, columns: Columns, options: FilesOptionsT) -> Sql:
        return raw("NULL::jsonb")

    def parse(self, text: str, options: FilesOptionsT, locale: str = "en") -> tuple[UUID, ...]:
        return self.check(tuple(read(cells.plain(part), UUID) for part in text[:10_000].split(";")), options)

    def format(self, value: tuple[UUID, ...], options: FilesOptionsT, locale: str = "en") -> str:
        return "; ".join(str(file) for file in value)

    def order(self, columns: Columns) -> tuple[Sql, ...]:
        return ()

    def fold(self, columns: Columns) -> Sql:
        return EMPTY

    def indexes(self, options: FilesOptionsT) -> tuple[Index, ...]:
        return ()

    def refers_to(self, options: FilesOptionsT) -> Reference | None:
        return Reference("file")
