"""Files hung on a record; they live in system.attachments, so the field owns no column."""

from __future__ import annotations

from uuid import UUID

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import EMPTY, Columns, Sql, raw
from tradewind.kinds.fields import cells
from tradewind.kinds.fields.contract import Column, Example, FieldType, Index, Options, Reference
from tradewind.kinds.fields.values import read


class AttachmentOptions(Options, frozen=True):
    """`media_types` such as image/png or image/*; all when empty."""

    max_count: int = 20
    media_types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.max_count <= 100:
            raise ValueError("max_count must be from 1 to 100")


class Attachment(FieldType[AttachmentOptions, tuple[UUID, ...]]):
    name = "attachment"
    group = "file"
    options = AttachmentOptions
    value = tuple[UUID, ...]
    groupable = False
    operators = {}
    examples = (
        Example(
            {"max_count": 2},
            values=(["018f2f6e-0000-7000-8000-000000000001"],),
            bad_values=(["x"], "x", ["018f2f6e-0000-7000-8000-000000000001"] * 2, [f"018f2f6e-0000-7000-8000-00000000000{n}" for n in range(3)]),
            bad_cells=("x",),
        ),
    )

    def columns(self, options: AttachmentOptions) -> tuple[Column, ...]:
        return ()

    def check(self, value: tuple[UUID, ...], options: AttachmentOptions) -> tuple[UUID, ...]:
        if len(value) > options.max_count:
            raise InvalidValue(rule="max_count", max=options.max_count)
        if len(set(value)) != len(value):
            raise InvalidValue(rule="repeated")
        return value

    def store(self, value: tuple[UUID, ...]) -> tuple[object, ...]:
        return ()

    def load(self, columns: Columns) -> Sql:
        return raw("NULL::jsonb")

    def mask(self, columns: Columns, options: AttachmentOptions) -> Sql:
        return raw("NULL::jsonb")

    def parse(self, text: str, options: AttachmentOptions, locale: str = "en") -> tuple[UUID, ...]:
        return self.check(tuple(read(cells.plain(part), UUID) for part in text[:10_000].split(";")), options)

    def format(self, value: tuple[UUID, ...], options: AttachmentOptions, locale: str = "en") -> str:
        return "; ".join(str(file) for file in value)

    def order(self, columns: Columns) -> tuple[Sql, ...]:
        return ()

    def fold(self, columns: Columns) -> Sql:
        return EMPTY

    def indexes(self, options: AttachmentOptions) -> tuple[Index, ...]:
        return ()

    def refers_to(self, options: AttachmentOptions) -> Reference | None:
        return Reference("file")


FIELD = Attachment()
