"""The formula checker names cause and position."""

from __future__ import annotations

import pytest

from tradewind.formula.check import Resolved, check
from tradewind.kernel.problems import InvalidDefinition

TYPES = {"price": "money", "quantity": "number", "name": "text", "on": "date", "at": "instant", "open": "boolean"}


def resolve(path: str) -> Resolved | None:
    if path == "lines" or path.startswith("lines."):
        return Resolved("lines" if path == "lines" else "number", many=True)
    if path == "age":
        return Resolved("number", volatile=True)
    return Resolved(TYPES[path]) if path in TYPES else None


@pytest.mark.parametrize(
    ("expression", "reason", "at"),
    [
        ("", "expected_value", 0),
        ("1 +", "expected_value", 3),
        ("1 2", "unexpected", 2),
        ("quantity + ; 1", "unexpected", 11),
        ('name & "abc', "unclosed_text", 7),
        ("(1 + 2", "expected", 6),
        ("quantitiy + 1", "unknown_field", 0),
        ("1 + SUMM(lines.amount)", "unknown_function", 4),
        ("price + 1", "arithmetic", 6),
        ("price * price", "arithmetic", 6),
        ("name + 1", "arithmetic", 5),
        ("price > 10", "compare", 6),
        ("open < TRUE", "compare", 5),
        ("on = at", "compare", 3),
        ("lines.amount + 1", "needs_total", 0),
        ("SUM(quantity)", "needs_lines", 4),
        ("SUM(1 + 2)", "needs_lines", 0),
        ("SUM(lines)", "type", 4),
        ("IF(quantity, 1, 2)", "type", 3),
        ('IF(open, 1, "x")', "type", 12),
        ("IF(open, 1)", "arguments", 0),
        ("LEN()", "arguments", 0),
        ("AND()", "arguments", 0),
        ('DATEADD(on, 1, "moon")', "unit", 15),
        ("ROUND(quantity, quantity)", "round_digits", 16),
        ("name & price", "type", 7),
        ("name & at", "type", 7),
        ("1e5", "unexpected", 0),
        ("1..2", "unexpected", 0),
        ('"a\x00b"', "characters", 0),
        ('"\ud800"', "characters", 0),
        ("(" * 60 + "1" + ")" * 60, "too_deep", 41),
        ("-" * 60 + "1", "too_deep", 41),
        ("1" + "+1" * 300, "too_long", 200),
        ("1" * 3000, "too_long", 2000),
    ],
)
def test_an_error_names_cause_and_position(expression: str, reason: str, at: int) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        check(expression, resolve)
    assert (caught.value.params["reason"], caught.value.params["at"]) == (reason, at)


def test_misspelt_names_come_with_a_suggestion() -> None:
    with pytest.raises(InvalidDefinition) as field:
        check("quantitiy", resolve, TYPES)
    with pytest.raises(InvalidDefinition) as function:
        check("ROUNDD(1, 2)", resolve)
    assert field.value.params["suggestion"] == "quantity"
    assert function.value.params["suggestion"] == "ROUND"


def test_what_is_read_is_named_once() -> None:
    checked = check("IF(quantity > 1, quantity, SUM(lines.amount)) + COUNT(lines)", resolve)
    assert (checked.type, checked.paths, checked.totals) == ("number", ("quantity",), (("sum", "lines", "amount"), ("count", "lines", "")))


@pytest.mark.parametrize(("expression", "volatile"), [("quantity", False), ("age + 1", True), ("TODAY()", True), ("NOW() > at", True)])
def test_volatility_spreads(expression: str, volatile: bool) -> None:
    assert check(expression, resolve).volatile is volatile
