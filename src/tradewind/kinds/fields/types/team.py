"""A team; the value is the id, read back with the name."""

from __future__ import annotations

from uuid import UUID

from tradewind.kernel.sql import Columns, Sql, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Options, Reference
from tradewind.kinds.fields.values import read


class TeamOptions(Options, frozen=True):
    """No settings."""


class Team(FieldType[TeamOptions, UUID]):
    name = "team"
    group = "people"
    options = TeamOptions
    value = UUID
    operators = comparisons.equality(UUID, "uuid")
    examples = (
        Example(
            values=("018f2f6e-0000-7000-8000-000000000001", "018f2f6e-0000-7000-8000-000000000002"),
            bad_values=("anna", 5, {"id": "x"}, ""),
            bad_cells=("Anna", "", "018f2f6e"),
        ),
    )

    def columns(self, options: TeamOptions) -> tuple[Column, ...]:
        return (Column("", "uuid"),)

    def check(self, value: UUID, options: TeamOptions) -> UUID:
        return value

    def store(self, value: UUID) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        made = raw("SELECT jsonb_build_object('id', tw_team.id, 'name', tw_team.name) FROM system.teams AS tw_team WHERE tw_team.id = ")
        return raw("(") + made + columns[0] + raw(")")

    def mask(self, columns: Columns, options: TeamOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: TeamOptions, locale: str = "en") -> UUID:
        return read(cells.plain(text), UUID)

    def format(self, value: UUID, options: TeamOptions, locale: str = "en") -> str:
        return str(value)

    def order(self, columns: Columns) -> tuple[Sql, ...]:
        return (raw("(SELECT tw_team.name FROM system.teams AS tw_team WHERE tw_team.id = ") + columns[0] + raw(")"), columns[0])

    def refers_to(self, options: TeamOptions) -> Reference | None:
        return Reference("team")


FIELD = Team()
