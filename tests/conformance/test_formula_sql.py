"""Formulas give the same answer in PostgreSQL and in Python."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tradewind.formula.check import Resolved, check
from tradewind.formula.compile import to_sql
from tradewind.formula.evaluate import evaluate
from tradewind.kernel.sql import Sql, cast_param, raw
from tradewind.query.database.pool import open_pool

NOW = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "a": Decimal("7.25"), "b": Decimal("-3"), "zero": Decimal(0), "big": Decimal("123456789012345678.123456"), "gone": None, "count": 5,
    "name": "Bosch GmbH", "blank": "", "no_text": None, "cn": "博世中国", "price": Decimal("1250.50"), "cost": Decimal("900"), "no_money": None,
    "yes": True, "nope": False, "maybe": None, "day": date(2024, 2, 29), "end": date(9999, 12, 31), "first": date(1, 1, 1), "no_day": None,
    "at": datetime(2026, 3, 31, 23, 0, tzinfo=UTC), "customer.country": "DE",
    "lines": [{"amount": Decimal("10.50"), "on": date(2026, 1, 2)}, {"amount": Decimal("20.25"), "on": None}, {"amount": None, "on": date(2026, 5, 5)}],
    "empty_lines": [],
}  # fmt: skip
TYPES = {
    **dict.fromkeys(("a", "b", "zero", "big", "gone", "count"), "number"), **dict.fromkeys(("name", "blank", "no_text", "cn", "customer.country"), "text"),
    **dict.fromkeys(("price", "cost", "no_money"), "money"), **dict.fromkeys(("yes", "nope", "maybe"), "boolean"),
    **dict.fromkeys(("day", "end", "first", "no_day"), "date"), "at": "instant",
}  # fmt: skip
SQL_TYPES = {"number": "numeric", "money": "numeric", "text": "text", "boolean": "boolean", "date": "date", "instant": "timestamptz"}

VECTORS = (
    "1 + 2 * 3",
    "(1 + 2) * 3",
    "-a + b",
    "a - b - 1",
    "2 - -3",
    "a / b",
    "1 / 3",
    "10 / zero",
    "a / gone",
    "big * big",
    "big / 7",
    "1 / big",
    "a * gone",
    "count + 1",
    "a > b",
    "a <= 7.25",
    "a = 7.250",
    "a <> b",
    "a != 7.25",
    "gone = 1",
    "ROUND(a, 1)",
    "ROUND(-2.5, 0)",
    "ROUND(2.5)",
    "ROUND(a * 1.005, 2)",
    "ABS(b)",
    "ABS(gone)",
    "MIN(a, b, gone)",
    "MAX(a, b)",
    "MAX(gone, gone)",
    'IF(a > b, "x", "y")',
    "IF(gone > 1, 1, 2)",
    "IF(maybe, 1, 2)",
    "AND(yes, nope)",
    "AND(yes, maybe)",
    "AND(nope, maybe)",
    "OR(yes, maybe)",
    "OR(nope, maybe)",
    "NOT(maybe)",
    "NOT(yes)",
    "yes = nope",
    "TRUE",
    'name & " / " & cn',
    "name & a",
    "name & gone & no_text",
    '"a""b"',
    "CONCAT(name, 12.50, yes, day)",
    "LEN(cn)",
    "LEN(no_text)",
    "LEFT(name, 5)",
    "RIGHT(cn, 2)",
    "LEFT(name, -1)",
    "RIGHT(name, 0)",
    "LEFT(name, gone)",
    "LEFT(name, 99999999999)",
    "UPPER(name)",
    "LOWER(name)",
    'TRIM("  a b  ")',
    "name < cn",
    '"a" < "B"',
    '"a" = "A"',
    'blank = ""',
    "ISBLANK(blank)",
    "ISBLANK(no_text)",
    "ISBLANK(a)",
    "ISBLANK(gone)",
    'customer.country = "DE"',
    "YEAR(day)",
    "MONTH(day)",
    "DAY(at)",
    "MONTH(at)",
    "YEAR(no_day)",
    "TODAY()",
    "TODAY() - day",
    "NOW() > at",
    "DAYS(day, TODAY())",
    "day + 1",
    "day - 366",
    "end + 1",
    "first - 1",
    "end - 3652058",
    "day + 1.9",
    "day - 1.9",
    'DATEADD(day, 1, "year")',
    'DATEADD(day, -1, "month")',
    'DATEADD(day, 12, "month")',
    'DATEADD(day, 2, "week")',
    'DATEADD(end, 1, "month")',
    'DATEADD(end, -9998, "year")',
    'DATEADD(first, -1, "year")',
    'DATEADD(day, 99999999999999, "day")',
    'DATEADD(day, gone, "day")',
    'DATEADD(end, 0, "month")',
    "MIN(day, end)",
    "price * 2",
    "2 * price",
    "price / 3",
    "price / cost",
    "price - cost",
    "price + no_money",
    "price > cost",
    "ROUND(price / 3, 2)",
    "ABS(cost - price)",
    "IF(price > cost, price, cost)",
    "SUM(lines.amount)",
    "AVG(lines.amount)",
    "COUNT(lines)",
    "COUNT(lines.amount)",
    "MIN(lines.amount)",
    "MAX(lines.on)",
    "SUM(empty_lines.amount)",
    "AVG(empty_lines.amount)",
    "SUM(lines.amount) / COUNT(lines)",
    "MAX(a)",
    "1=1 = TRUE",
    '"%s 100%" & name',
)


def resolve(path: str) -> Resolved | None:
    lines, _, column = path.partition(".")
    if lines in ("lines", "empty_lines"):
        return Resolved({"": "lines", "amount": "number", "on": "date"}.get(column, ""), many=True)
    return Resolved(TYPES[path]) if path in TYPES else None


def column_of(path: str) -> Sql:
    return Sql(f"%s::{SQL_TYPES[TYPES[path]]}", (VALUES[path],))


def aggregate(function: str, lines: str, column: str) -> Sql:
    rows = VALUES[lines]
    amounts = cast_param([row["amount"] for row in rows], "numeric[]")
    source = raw("unnest(") + amounts + raw(", ") + cast_param([row["on"] for row in rows], "date[]") + raw(") AS line(amount, day)")
    chosen = raw("*") if not column else raw("line.amount") if column == "amount" else raw("line.day")
    return raw("(SELECT ") + Sql(function) + raw("(") + chosen + raw(") FROM ") + source + raw(")")


async def test_sql_and_python_agree_on_every_vector(database_url: str) -> None:
    assert len(VECTORS) >= 60
    database = await open_pool(database_url, size=1)
    differing: list[tuple[str, object, object]] = []
    try:
        async with database.reading() as connection:
            for vector in VECTORS:
                checked = check(vector, resolve)
                in_sql = await connection.value(raw("SELECT ") + to_sql(checked, column_of, aggregate, NOW))
                in_python = evaluate(checked, VALUES, NOW)
                if in_sql != in_python or (in_sql is None) != (in_python is None):
                    differing.append((vector, in_sql, in_python))
    finally:
        await database.close()
    assert differing == []


@pytest.mark.parametrize(
    ("vector", "answer"),
    [("1 + 2 * 3", 7), ("10 / zero", None), ("-2 * 3 - 1", -7), ("ROUND(-2.5, 0)", -3), ("a > b", True), ("SUM(lines.amount)", Decimal("30.75"))],
)
def test_known_answers(vector: str, answer: object) -> None:
    assert evaluate(check(vector, resolve), VALUES, NOW) == answer
