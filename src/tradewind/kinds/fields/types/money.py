"""Amounts with their currency; figures of different currencies are never added up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, tzinfo
from decimal import Decimal
from typing import LiteralString

import msgspec

from tradewind.kernel.problems import InvalidValue
from tradewind.kernel.sql import Columns, Sql, cast_param, param, raw
from tradewind.kinds.fields import cells, comparisons
from tradewind.kinds.fields.contract import Column, Example, FieldType, Index, Operator, Options, Typed
from tradewind.kinds.fields.values import exact
from tradewind.kinds.reference import currencies


class Money(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An amount of one currency."""

    amount: Decimal
    currency: str


class MoneyOptions(Options, frozen=True):
    """`digits` beyond the currency's own (unit prices); `currencies` allowed, all when empty; `default_currency` for bare cells."""

    currencies: tuple[str, ...] = ()
    default_currency: str = ""
    digits: int = 0
    negative: bool = True

    def __post_init__(self) -> None:
        for code in (*self.currencies, *([self.default_currency] if self.default_currency else [])):
            if code not in currencies.codes():
                raise ValueError(f"{code!r} is not a currency")
        if not 0 <= self.digits <= 6:
            raise ValueError("digits must be from 0 to 6")


def with_base(value: Money, base_currency: str, rate: Decimal | None = None, rate_date: date | None = None) -> tuple[object, ...]:
    """The five parameters of an amount: in the base currency at rate 1, in others at `rate`, without one empty."""
    if value.currency == base_currency:
        return (value.amount, value.currency, value.amount, Decimal(1), rate_date)
    base = None if rate is None else round(value.amount * rate, 6)
    return (value.amount, value.currency, base, rate, rate_date if rate is not None else None)


def _digits(currency: Sql) -> Sql:
    cases = ((currencies.NO_MINOR, 0), (currencies.THREE_MINOR, 3), (currencies.FOUR_MINOR, 4))
    parts = Sql("")
    for codes, digits in cases:
        parts += raw(" WHEN ") + currency + raw(" IN ('") + Sql("', '".join(codes)) + raw("') THEN ") + Sql(str(digits))
    return raw("CASE") + parts + raw(" ELSE 2 END")


def _text(amount: Sql, currency: Sql) -> Sql:
    return raw("round(") + amount + raw(", greatest(scale(trim_scale(") + amount + raw(")), ") + _digits(currency) + raw("))::text")


def _json(columns: Columns) -> Sql:
    made = raw("jsonb_build_object('amount', ") + _text(columns[0], columns[1]) + raw(", 'currency', ") + columns[1] + raw(")")
    return raw("CASE WHEN ") + columns[0] + raw(" IS NOT NULL THEN ") + made + raw(" END")


def _compare(sign: LiteralString) -> Callable[[Columns, Money], Sql]:
    def to_sql(columns: Columns, operand: Money) -> Sql:
        return columns[1] + raw(" = ") + _code(operand.currency) + raw(" AND ") + columns[0] + raw(" ") + raw(sign) + raw(" ") + param(operand.amount)

    return to_sql


def _code(currency: str) -> Sql:
    if currency not in currencies.codes():
        raise InvalidValue(pointer="/currency", rule="currency")
    return param(currency)


def _differs(columns: Columns, operand: Money) -> Sql:
    return raw("(") + _compare("=")(columns, operand) + raw(") IS NOT TRUE")


def _between(columns: Columns, operand: tuple[Money, Money]) -> Sql:
    low, high = operand
    if low.currency != high.currency:
        raise InvalidValue(rule="currency")
    return _compare(">=")(columns, low) + raw(" AND ") + columns[0] + raw(" <= ") + param(high.amount)


def _in(columns: Columns, operand: tuple[Money, ...]) -> Sql:
    found = raw("false")
    for money in operand[:100]:
        found += raw(" OR (") + _compare("=")(columns, money) + raw(")")
    return raw("(") + found + raw(")")


def _currency_in(columns: Columns, operand: tuple[str, ...]) -> Sql:
    return columns[1] + raw(" = ANY(") + cast_param([code for code in operand if code in currencies.codes()], "text[]") + raw(")")


def _by_currency(function: LiteralString) -> Callable[[Columns], Sql]:
    def to_sql(columns: Columns) -> Sql:
        pairs = raw("unnest(array_agg(") + columns[0] + raw("), array_agg(") + columns[1] + raw(")) AS pair(amount, currency)")
        figures = raw("SELECT pair.currency, round(") + raw(function) + raw("(pair.amount), 6) AS amount FROM ") + pairs
        grouped = figures + raw(" WHERE pair.amount IS NOT NULL GROUP BY pair.currency")
        one = raw("jsonb_build_object('currency', figure.currency, 'amount', ") + _text(raw("figure.amount"), raw("figure.currency")) + raw(")")
        listed = raw("coalesce(jsonb_agg(") + one + raw(" ORDER BY figure.currency), '[]'::jsonb)")
        return raw("(SELECT jsonb_build_object('amounts', ") + listed + raw(") FROM (") + grouped + raw(") AS figure)")

    return to_sql


class MoneyField(FieldType[MoneyOptions, Money]):
    name = "money"
    group = "number"
    options = MoneyOptions
    value = Money
    formula_type = "money"
    groupable = False
    parts = ("", "currency")
    operators = {
        "eq": Operator(Money, _compare("=")),
        "ne": Operator(Money, _differs),
        "gt": Operator(Money, _compare(">")),
        "gte": Operator(Money, _compare(">=")),
        "lt": Operator(Money, _compare("<")),
        "lte": Operator(Money, _compare("<=")),
        "between": Operator(tuple[Money, Money], _between),
        "in": Operator(tuple[Money, ...], _in),
        "currency_in": Operator(tuple[str, ...], _currency_in),
        **comparisons.EMPTY_OPERATORS,
    }
    aggregates = {function: _by_currency(function) for function in ("sum", "avg", "min", "max")}
    examples = (
        Example(
            values=(
                {"amount": "12.50", "currency": "USD"},
                {"amount": "12.50", "currency": "EUR"},
                {"amount": "1500", "currency": "JPY"},
                {"amount": "1.250", "currency": "KWD"},
                {"amount": "-3.00", "currency": "CNY"},
            ),
            bad_values=(
                {"amount": "12.505", "currency": "USD"},
                {"amount": "1.5", "currency": "JPY"},
                {"amount": "1", "currency": "XXQ"},
                {"amount": "Infinity", "currency": "USD"},
                {"amount": "1e30", "currency": "USD"},
                {"amount": "1"},
                "12.50 USD",
            ),
            bad_cells=("12.50", "$12.50", "12.505 USD", "USD", "12 EUR USD", "abc EUR"),
        ),
        Example(
            {"currencies": ["USD"], "default_currency": "USD", "digits": 4, "negative": False},
            values=({"amount": "0.0345", "currency": "USD"},),
            bad_values=({"amount": "1.00", "currency": "EUR"}, {"amount": "-1.00", "currency": "USD"}),
            bad_cells=("1 EUR", "-1"),
        ),
    )

    def columns(self, options: MoneyOptions) -> tuple[Column, ...]:
        return (
            Column("", "numeric(24,6)"),
            Column("__currency", "text"),
            Column("__base", "numeric"),
            Column("__rate", "numeric"),
            Column("__rate_date", "date"),
        )

    def check(self, value: Money, options: MoneyOptions) -> Money:
        if value.currency not in currencies.codes() or (options.currencies and value.currency not in options.currencies):
            raise InvalidValue(pointer="/currency", rule="currency", allowed=list(options.currencies))
        minor = currencies.minor_units(value.currency)
        amount = exact(value.amount, max(minor, options.digits))
        if not options.negative and amount < 0:
            raise InvalidValue(pointer="/amount", rule="min", min="0")
        shortest = amount.normalize()
        exponent = shortest.as_tuple().exponent
        return Money(round(amount, max(minor, -exponent if isinstance(exponent, int) else 0)), value.currency)

    def store(self, value: Money) -> tuple[object, ...]:
        return (value.amount, value.currency, None, None, None)

    def load(self, columns: Columns) -> Sql:
        return _json(columns)

    def mask(self, columns: Columns, options: MoneyOptions) -> Sql:
        return comparisons.stars(columns)

    def parse(self, text: str, options: MoneyOptions, locale: str = "en") -> Money:
        """12.50 USD, USD 12.50, €12.50, or a bare number where the field has a default currency."""
        cell = cells.plain(text).upper()
        for sign, code in sorted(currencies.SYMBOLS.items(), key=lambda pair: -len(pair[0])):
            cell = cell.replace(sign, f" {code} ")
        words = cell.split()
        codes = [word for word in words if word in currencies.codes()]
        if len(codes) + 1 != len(words) and not (not codes and len(words) == 1) or len(codes) > 1:
            raise InvalidValue(rule="money")
        currency = codes[0] if codes else options.default_currency
        if not currency:
            raise InvalidValue(rule="currency")
        rest = [word for word in words if word not in codes]
        return self.check(Money(cells.number(rest[0] if rest else ""), currency), options)

    def format(self, value: Money, options: MoneyOptions, locale: str = "en") -> str:
        return f"{value.amount:f} {value.currency}"

    def order(self, columns: Columns) -> tuple[Sql, ...]:
        return (columns[1], columns[0])

    def fold(self, columns: Columns) -> Sql:
        return raw("(") + columns[1] + raw(" || ' ' || trim_scale(") + columns[0] + raw(")::text)")

    def indexes(self, options: MoneyOptions) -> tuple[Index, ...]:
        return (Index("btree", lambda columns: columns[1] + raw(", ") + columns[0]),)

    def typed(self, value: Money, options: MoneyOptions) -> Typed | None:
        """A number only where the field can hold no other currency, so that no figure leaves without saying what it is."""
        only = options.currencies == (options.default_currency,) == (value.currency,)
        return Typed(value.amount, f'{_form(value)} "{value.currency}"') if only else None

    def split(self, value: Money, options: MoneyOptions, locale: str, zone: tzinfo) -> tuple[Typed | str, ...]:
        return (Typed(value.amount, _form(value)), value.currency)


def _form(value: Money) -> str:
    exponent = value.amount.as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return "0." + "0" * digits if digits else "0"


FIELD = MoneyField()
