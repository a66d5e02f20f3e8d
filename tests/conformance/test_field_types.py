"""Every field type keeps its contract, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tradewind.kernel.problems import InvalidDefinition, Problem
from tradewind.kernel.sql import Sql, cast_param, join, name, param, raw
from tradewind.kinds.fields.comparisons import Within
from tradewind.kinds.fields.contract import Example
from tradewind.kinds.fields.registry import AnyFieldType, field_types
from tradewind.kinds.fields.values import read, read_options, read_value
from tradewind.query.database.pool import Connection, open_pool

EXAMPLES = [pytest.param(kind, example, id=f"{kind.name}-{number}") for kind in field_types().values() for number, example in enumerate(kind.examples)]
STORED = [
    pytest.param(kind, example, id=f"{kind.name}-{number}")
    for kind in field_types().values()
    for number, example in enumerate(kind.examples)
    if kind.columns(read_options(kind, example.options))
]
POISON: tuple[Any, ...] = (
    "a\x00b", "\ud800", "x" * 1_000_000, float("inf"), float("nan"), -0.0, 10**400, "1e999999999", "Infinity", "10000-01-01", "10000-01-01T00:00:00Z",
    [[[]]], {"": None}, ["\x00"], {"amount": "NaN", "currency": "USD"}, {"amount": "1e-999999999", "currency": "\x00"}, None, True,
)  # fmt: skip
COLUMN_ALIAS = "r"
SHOWN: dict[str, Callable[[Any], str]] = {
    "person_name": lambda value: value.given,
    "address": lambda value: value.lines[0],
    "tax_id": lambda value: value.number,
}
"""What of a structured value its text operators find; of others it is the value itself."""


@pytest.fixture
async def connection(database_url: str) -> AsyncGenerator[Connection]:
    database = await open_pool(database_url, size=1)
    try:
        async with database.reading() as opened:
            for number in (1, 2):
                id_ = UUID(f"018f2f6e-0000-7000-8000-00000000000{number}")
                department = raw("INSERT INTO system.departments (id, name) VALUES (") + param(id_) + raw(", 'Sales') ON CONFLICT DO NOTHING")
                await opened.execute(department)
                team = raw("INSERT INTO system.teams (id, name) VALUES (") + param(id_) + raw(", 'Fair') ON CONFLICT DO NOTHING")
                await opened.execute(team)
                person = raw("INSERT INTO system.people (id, email, name, created_at) VALUES (") + param(id_) + raw(", ") + param(f"p{number}@example.com")
                await opened.execute(person + raw(", 'Anna', now()) ON CONFLICT DO NOTHING"))
            yield opened
    finally:
        await database.close()


def columns_of(kind: AnyFieldType, options: Any) -> tuple[Sql, ...]:
    return tuple(name(COLUMN_ALIAS, "f" + column.suffix) for column in kind.columns(options))


async def filled(connection: Connection, kind: AnyFieldType, example: Example) -> tuple[Any, tuple[Sql, ...], list[Any]]:
    options = read_options(kind, example.options)
    declared = join(", ", [name("f" + column.suffix) + raw(" ") + Sql(column.sql_type) for column in kind.columns(options)])
    await connection.execute(raw("DROP TABLE IF EXISTS pg_temp.trial"))
    await connection.execute(raw("CREATE TEMPORARY TABLE trial (n integer, ") + declared + raw(")"))
    values = [read_value(kind, value, options) for value in example.values]
    for number, value in enumerate(values):
        stored = join(", ", [param(number), *[param(part) for part in kind.store(value)]])
        await connection.execute(raw("INSERT INTO trial VALUES (") + stored + raw(")"))
    await connection.execute(raw("INSERT INTO trial (n) VALUES (-1)"))
    return options, columns_of(kind, options), values


def wire(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


@pytest.mark.parametrize(("kind", "example"), STORED)
async def test_values_survive_storing_and_masks_hide_them(connection: Connection, kind: AnyFieldType, example: Example) -> None:
    options, columns, values = await filled(connection, kind, example)
    loaded = await connection.rows(raw("SELECT ") + kind.load(columns) + raw(", ") + kind.mask(columns, options) + raw(" FROM trial AS r ORDER BY n"))
    assert loaded[0] == (None, None)
    for value, (found, masked) in zip(values, loaded[1:], strict=True):
        clear = wire(value)
        assert (found["id"] if kind.refers_to(options) else found) == clear
        assert masked is not None
        assert masked != clear
        if isinstance(clear, str):
            assert clear not in str(masked)


@pytest.mark.parametrize(("kind", "example"), STORED)
async def test_eq_finds_exactly_the_equal_rows_and_ne_all_others(connection: Connection, kind: AnyFieldType, example: Example) -> None:
    _, columns, values = await filled(connection, kind, example)
    for number, value in enumerate(values):
        for operator, expected in (("eq", {number}), ("ne", set(range(-1, len(values))) - {number})):
            if operator in kind.operators:
                found = await connection.rows(raw("SELECT n FROM trial AS r WHERE ") + kind.operators[operator].to_sql(columns, value))
                assert {row[0] for row in found} == expected


def operands(kind: AnyFieldType, values: list[Any]) -> dict[str, Any]:
    first = values[0]
    special: dict[str, Any] = {
        "empty": None, "filled": None, "in": tuple(values), "between": (first, first), "within": Within("month", last=2, today=date(2026, 3, 31)),
        "contains": SHOWN.get(kind.name, str)(first)[:3], "starts": SHOWN.get(kind.name, str)(first)[:3], "domain": "example.com", "host": "example.com", "in_group": "EU", "currency_in": ("USD", "EUR"),
        "has_any": first, "has_all": first, "has_none": first, "variant_of": "zh", "in_country": ("CN", "DE"), "country_in": ("CN", "DE"),
        "subdivision_in": ("CN-ZJ",), "city": "Berlin", "postcode": "1011", "valid": True, "number": "DE136695976", "is_named": "Anna Müller", "family": "Müller",
        "similar": first,
    }  # fmt: skip
    return {operator: special.get(operator, first) for operator in kind.operators}


@pytest.mark.parametrize(("kind", "example"), STORED)
async def test_every_operator_aggregate_order_fold_search_and_index_runs(connection: Connection, kind: AnyFieldType, example: Example) -> None:
    options, columns, values = await filled(connection, kind, example)
    for operator, operand in operands(kind, values).items():
        found = await connection.rows(raw("SELECT n FROM trial AS r WHERE ") + kind.operators[operator].to_sql(columns, operand))
        shown = {row[0] for row in found}
        if operator in ("in", "filled"):
            assert shown == set(range(len(values)))
        if operator in ("contains", "starts", "has_any", "has_all", "between", "gte", "lte"):
            assert 0 in shown
        if operator == "has_none":
            assert -1 in shown and 0 not in shown
        if operator == "empty":
            assert shown == {-1}
    if "in" in kind.operators:
        assert await connection.rows(raw("SELECT n FROM trial AS r WHERE ") + kind.operators["in"].to_sql(columns, ())) == []
    for make in kind.aggregates.values():
        await connection.row(raw("SELECT ") + make(columns) + raw(" FROM trial AS r"))
        await connection.row(raw("SELECT ") + make(columns) + raw(" FROM trial AS r WHERE n < -1"))
    if order := kind.order(columns):
        await connection.rows(raw("SELECT n FROM trial AS r ORDER BY ") + join(", ", order))
    bare = tuple(name("f" + column.suffix) for column in kind.columns(options))
    for number, index in enumerate(kind.indexes(options)):
        await connection.execute(
            raw("CREATE INDEX ") + name(f"i{number}") + raw(" ON trial USING ") + Sql(index.method) + raw(" (") + index.expression(bare) + raw(")")
        )
    await connection.execute(raw("CREATE UNIQUE INDEX ON trial ((") + kind.fold(bare) + raw("))"))
    if kind.search(columns):
        await connection.rows(raw("SELECT system.bigrams(") + kind.search(columns) + raw(") FROM trial AS r"))


@pytest.mark.parametrize("type_name", ["integer", "number", "percent", "date", "datetime", "checkbox"])
async def test_order_sorts_as_python_does(connection: Connection, type_name: str) -> None:
    kind = field_types()[type_name]
    _, columns, values = await filled(connection, kind, kind.examples[0])
    found = await connection.rows(raw("SELECT n FROM trial AS r WHERE n >= 0 ORDER BY ") + join(", ", [*kind.order(columns), raw("n")]))
    assert [row[0] for row in found] == sorted(range(len(values)), key=lambda number: (values[number], number))


async def test_money_of_different_currencies_is_never_added_up(connection: Connection) -> None:
    kind = field_types()["money"]
    await filled(
        connection, kind, Example(values=({"amount": "1.50", "currency": "USD"}, {"amount": "2", "currency": "USD"}, {"amount": "3", "currency": "JPY"}))
    )
    columns = columns_of(kind, kind.options())
    answer = await connection.value(raw("SELECT ") + kind.aggregates["sum"](columns) + raw(" FROM trial AS r"))
    assert answer == {"amounts": [{"currency": "JPY", "amount": "3"}, {"currency": "USD", "amount": "3.50"}]}
    grouped = await connection.rows(raw("SELECT n > 0, ") + kind.aggregates["max"](columns) + raw(" FROM trial AS r GROUP BY 1 ORDER BY 1"))
    assert grouped[0][1] == {"amounts": [{"currency": "USD", "amount": "1.50"}]}


async def test_departments_below_are_found(connection: Connection) -> None:
    kind = field_types()["department"]
    _, columns, values = await filled(connection, kind, kind.examples[0])
    link = raw("UPDATE system.departments SET parent = ") + cast_param(values[0], "uuid") + raw(" WHERE id = ") + cast_param(values[1], "uuid")
    await connection.execute(link)
    found = await connection.rows(raw("SELECT n FROM trial AS r WHERE ") + kind.operators["under"].to_sql(columns, values[0]))
    assert {row[0] for row in found} == {0, 1}


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_cells_read_back_to_the_same_value_in_both_languages(kind: AnyFieldType, example: Example) -> None:
    options = read_options(kind, example.options)
    for raw_value in example.values:
        value = read_value(kind, raw_value, options)
        assert kind.check(value, options) == value
        for locale in ("zh-CN", "en"):
            assert kind.parse(kind.format(value, options, locale), options, locale) == value


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_bad_values_and_cells_are_refused(kind: AnyFieldType, example: Example) -> None:
    options = read_options(kind, example.options)
    for bad in example.bad_values:
        with pytest.raises(Problem):
            print("accepted:", repr(read_value(kind, bad, options)))
    for cell in example.bad_cells:
        with pytest.raises(Problem):
            print("accepted:", repr(kind.parse(cell, options, "en")))


@pytest.mark.parametrize(("kind", "example"), STORED)
async def test_poison_is_refused_or_kept_and_never_crashes(connection: Connection, kind: AnyFieldType, example: Example) -> None:
    options, columns, _ = await filled(connection, kind, example)
    for poison in POISON:
        try:
            value = read_value(kind, poison, options)
        except Problem:
            pass
        else:
            await connection.rows(raw("SELECT ") + join(", ", [param(part) for part in kind.store(value)]))
        if isinstance(poison, str):
            with suppress(Problem):
                kind.parse(poison, options, "en")
        for operator in kind.operators.values():
            if operator.operand is None:
                continue
            with suppress(Problem):
                statement = raw("SELECT n FROM trial AS r WHERE ") + operator.to_sql(columns, read(poison, operator.operand))
                await connection.rows(statement)


@pytest.mark.parametrize("kind", field_types().values(), ids=field_types().keys())
def test_unknown_settings_are_refused(kind: AnyFieldType) -> None:
    with pytest.raises(InvalidDefinition):
        read_options(kind, {"no_such_setting": 1})
