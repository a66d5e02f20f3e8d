"""One of a list of options; the value is the option's key."""

from __future__ import annotations

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql
from tradewind.kinds.fields import cells, choices, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Options


class SelectOptions(Options, frozen=True):
    options: tuple[choices.Choice, ...] = ()

    def __post_init__(self) -> None:
        choices.check_choices(self.options)


class Select(FieldType[SelectOptions, str]):
    name = "select"
    group = "choice"
    options = SelectOptions
    value = str
    formula_type = "text"
    operators = comparisons.equality(str, "text")
    examples = (
        Example(
            {
                "options": [
                    {"key": "fob", "labels": {"en": "Free on board", "zh-CN": "离岸价"}},
                    {"key": "cif", "labels": {"en": "CIF", "zh-CN": "到岸价"}, "retired": True},
                ]
            },
            values=("fob", "cif"),
            bad_values=("exw", "", 5, "fob\x00"),
            bad_cells=("EXW", "", "fob,cif"),
        ),
    )

    def columns(self, options: SelectOptions) -> tuple[Column, ...]:
        return (Column("", "text"),)

    def check(self, value: str, options: SelectOptions) -> str:
        return choices.known(value, options.options)

    def ranks(self, options: SelectOptions) -> tuple[str, ...]:
        return tuple(one.key for one in options.options)

    def store(self, value: str) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        return comparisons.to_json(columns)

    def mask(self, columns: Columns, options: SelectOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: SelectOptions, locale: str = "en") -> str:
        found = choices.find(cells.plain(text), options.options)
        if found is None:
            raise InvalidValue(rule="option")
        return found

    def format(self, value: str, options: SelectOptions, locale: str = "en") -> str:
        return choices.shown(value, options.options, locale)


FIELD = Select()
