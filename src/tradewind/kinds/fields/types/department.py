"""A department; the value is the id, read back with the name."""

from __future__ import annotations

from uuid import UUID

from tradewind.kernel.sql import Columns, Sql, cast_param, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Operator, Options, Reference
from tradewind.kinds.fields.values import read


def _under(columns: Columns, operand: UUID) -> Sql:
    start = raw("SELECT id FROM system.departments WHERE id = ") + cast_param(operand, "uuid")
    step = raw("SELECT below.id FROM system.departments AS below JOIN tw_tree ON below.parent = tw_tree.id")
    return columns[0] + raw(" IN (WITH RECURSIVE tw_tree AS (") + start + raw(" UNION ") + step + raw(") SELECT id FROM tw_tree)")


class DepartmentOptions(Options, frozen=True):
    """No settings."""


class Department(FieldType[DepartmentOptions, UUID]):
    name = "department"
    group = "people"
    options = DepartmentOptions
    value = UUID
    operators = {**comparisons.equality(UUID, "uuid"), "under": Operator(UUID, _under)}
    examples = (
        Example(
            values=("018f2f6e-0000-7000-8000-000000000001", "018f2f6e-0000-7000-8000-000000000002"),
            bad_values=("anna", 5, {"id": "x"}, ""),
            bad_cells=("Anna", "", "018f2f6e"),
        ),
    )

    def columns(self, options: DepartmentOptions) -> tuple[Column, ...]:
        return (Column("", "uuid"),)

    def check(self, value: UUID, options: DepartmentOptions) -> UUID:
        return value

    def store(self, value: UUID) -> tuple[object, ...]:
        return (value,)

    def load(self, columns: Columns) -> Sql:
        made = raw(
            "SELECT jsonb_build_object('id', tw_department.id, 'name', tw_department.name) FROM system.departments AS tw_department WHERE tw_department.id = "
        )
        return raw("(") + made + columns[0] + raw(")")

    def mask(self, columns: Columns, options: DepartmentOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: DepartmentOptions, locale: str = "en") -> UUID:
        return read(cells.plain(text), UUID)

    def format(self, value: UUID, options: DepartmentOptions, locale: str = "en") -> str:
        return str(value)

    def order(self, columns: Columns) -> tuple[Sql, ...]:
        return (raw("(SELECT tw_department.name FROM system.departments AS tw_department WHERE tw_department.id = ") + columns[0] + raw(")"), columns[0])

    def refers_to(self, options: DepartmentOptions) -> Reference | None:
        return Reference("department")


FIELD = Department()
