"""Several words: free tags or keys of a list of options."""

from __future__ import annotations

import re

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, cast_param, raw
from tradewind.kinds.fields import cells, choices, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Index, Operator, Options
from tradewind.kinds.fields.values import clean, short

_SEPARATORS = re.compile(r"[,;，；、\n]")


class TagsOptions(Options, frozen=True):
    """With `options` the values are their keys, and others only where `free`."""

    options: tuple[choices.Choice, ...] = ()
    free: bool = True
    max_count: int = 50

    def __post_init__(self) -> None:
        choices.check_choices(self.options)
        if not 1 <= self.max_count <= 200:
            raise ValueError("max_count must be from 1 to 200")


def _list(operand: tuple[str, ...]) -> Sql:
    return cast_param([short(clean(tag), 200) for tag in operand[:1000]], "text[]")


class Tags(FieldType[TagsOptions, tuple[str, ...]]):
    name = "tags"
    group = "choice"
    options = TagsOptions
    value = tuple[str, ...]
    groupable = False
    operators = {
        "eq": Operator(tuple[str, ...], lambda columns, operand: columns[0] + raw(" = ") + _list(operand)),
        "has_any": Operator(tuple[str, ...], lambda columns, operand: columns[0] + raw(" && ") + _list(operand)),
        "has_all": Operator(tuple[str, ...], lambda columns, operand: columns[0] + raw(" @> ") + _list(operand)),
        "has_none": Operator(tuple[str, ...], lambda columns, operand: raw("(") + columns[0] + raw(" && ") + _list(operand) + raw(") IS NOT TRUE")),
        **comparisons.EMPTY_OPERATORS,
    }
    examples = (
        Example(
            values=(["VIP"], ["展会", "Canton fair"], ["a b", "c"]),
            bad_values=(["a,b"], [""], ["x" * 300], ["a\x00"], "VIP", [1], ["t" + str(n) for n in range(60)]),
        ),
        Example(
            {"options": [{"key": "hot", "labels": {"en": "Hot", "zh-CN": "热门"}}], "free": False},
            values=(["hot"],),
            bad_values=(["cold"],),
            bad_cells=("cold",),
        ),
    )

    def columns(self, options: TagsOptions) -> tuple[Column, ...]:
        return (Column("", "text[]"),)

    def check(self, value: tuple[str, ...], options: TagsOptions) -> tuple[str, ...]:
        if len(value) > 1000:
            raise InvalidValue(rule="max_count", max=options.max_count)
        found: dict[str, str] = {}
        for place, raw_tag in enumerate(value):
            tag = short(clean(raw_tag), 100).strip()
            if not tag or _SEPARATORS.search(tag):
                raise InvalidValue(pointer=f"/{place}", rule="tag")
            if not options.free and not any(choice.key == tag for choice in options.options):
                raise InvalidValue(pointer=f"/{place}", rule="option")
            found.setdefault(cells.fold(tag), tag)
        if len(found) > options.max_count:
            raise InvalidValue(rule="max_count", max=options.max_count)
        return tuple(found.values())

    def store(self, value: tuple[str, ...]) -> tuple[object, ...]:
        return (list(value) or None,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: TagsOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: TagsOptions, locale: str = "en") -> tuple[str, ...]:
        words = [word.strip() for word in _SEPARATORS.split(short(text, 20_000)) if word.strip()]
        return self.check(tuple(choices.find(word, options.options) or word for word in words), options)

    def format(self, value: tuple[str, ...], options: TagsOptions, locale: str = "en") -> str:
        return "; ".join(tag if _SEPARATORS.search(label := choices.shown(tag, options.options, locale)) else label for tag in value)

    def order(self, columns: Columns) -> tuple[Sql, ...]:
        return ()

    def search(self, columns: Columns) -> Sql:
        return raw("array_to_string(") + columns[0] + raw(", ' ')")

    def indexes(self, options: TagsOptions) -> tuple[Index, ...]:
        return (Index("gin", lambda columns: columns[0]),)


FIELD = Tags()
