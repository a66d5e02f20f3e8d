"""Where a record stands: options with a category, allowed next steps and fields that a step needs."""

from __future__ import annotations

from typing import Literal

import msgspec

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql
from tradewind.kinds.fields import cells, choices, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Options


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One stage. `next` names where it may go (None: anywhere); `required` the fields that must be filled to enter it."""

    key: str
    labels: dict[str, str] = {}
    color: str = ""
    retired: bool = False
    category: Literal["open", "won", "lost"] = "open"
    next: tuple[str, ...] | None = None
    required: tuple[str, ...] = ()

    def choice(self) -> choices.Choice:
        return choices.Choice(self.key, self.labels, self.color, self.retired)


class StatusOptions(Options, frozen=True):
    options: tuple[Stage, ...] = ()

    def __post_init__(self) -> None:
        choices.check_choices(self.choices())
        keys = {stage.key for stage in self.options}
        for stage in self.options:
            if not keys.issuperset(stage.next or ()):
                raise ValueError(f"stage {stage.key!r} leads to an unknown one")

    def choices(self) -> tuple[choices.Choice, ...]:
        return tuple(stage.choice() for stage in self.options)


class Status(FieldType[StatusOptions, str]):
    name = "status"
    group = "choice"
    options = StatusOptions
    value = str
    formula_type = "text"
    operators = comparisons.equality(str, "text")
    examples = (
        Example(
            {
                "options": [
                    {"key": "new", "labels": {"en": "New", "zh-CN": "新建"}, "next": ["won", "lost"]},
                    {"key": "won", "labels": {"en": "Won", "zh-CN": "赢单"}, "category": "won", "required": ["price"], "next": []},
                    {"key": "lost", "labels": {"en": "Lost", "zh-CN": "输单"}, "category": "lost"},
                ]
            },
            values=("new", "won", "lost"),
            bad_values=("gone", "", None),
            bad_cells=("gone", ""),
        ),
    )

    def columns(self, options: StatusOptions) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: StatusOptions) -> str:
        return choices.known(value, options.choices())

    def ranks(self, options: StatusOptions) -> tuple[str, ...]:
        return tuple(one.key for one in options.options)

    def store(self, value: str) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: StatusOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: StatusOptions, locale: str = "en") -> str:
        found = choices.find(cells.plain(text), options.choices())
        if found is None:
            raise InvalidValue(rule="option")
        return found

    def format(self, value: str, options: StatusOptions, locale: str = "en") -> str:
        return choices.shown(value, options.choices(), locale)

    def transition(self, before: str | None, after: str, options: StatusOptions) -> tuple[str, ...]:
        stages = {stage.key: stage for stage in options.options}
        if before == after or after not in stages:
            return ()
        source = stages.get(before) if before is not None else None
        if source is not None and source.next is not None and after not in source.next:
            raise InvalidValue(rule="transition", before=source.key, after=after, allowed=list(source.next))
        return stages[after].required


FIELD = Status()
