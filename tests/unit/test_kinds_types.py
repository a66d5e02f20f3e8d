"""What single field types promise beyond the common contract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tradewind.kernel.problems import InvalidDefinition, InvalidValue
from tradewind.kinds.fields.comparisons import Within
from tradewind.kinds.fields.registry import field_types
from tradewind.kinds.fields.types import auto_number
from tradewind.kinds.fields.types.money import Money, with_base
from tradewind.kinds.fields.values import read_options, read_value
from tradewind.kinds.reference import countries, currencies

STAGES = {
    "options": [{"key": "new", "next": ["won"]}, {"key": "won", "category": "won", "required": ["price"], "next": []}, {"key": "lost", "category": "lost"}]
}
OPTION = {"options": [{"key": "a", "labels": {"en": "Same"}}, {"key": "b", "labels": {"en": "Same"}}, {"key": "same_", "labels": {"en": "a"}}]}


def test_auto_numbers_count_within_the_days_parts_of_their_pattern() -> None:
    today = date(2026, 3, 5)
    assert auto_number.render("INQ-{yyyy}-{0000}", 7, today) == "INQ-2026-0007"
    assert auto_number.render("{yy}{mm}{dd}/{00}", 123, today) == "260305/123"
    assert auto_number.period("INQ-{yyyy}-{mm}-{0000}", today) == "2026-03"
    assert auto_number.period("{0000}", today) == ""


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("auto_number", {"pattern": "INQ"}),
        ("auto_number", {"pattern": "{00}{00}"}),
        ("auto_number", {"pattern": "{name}-{00}"}),
        ("text", {"regex": "(a+)+"}),
        ("text", {"regex": "["}),
        ("text", {"regex": ".*.*.*.*x"}),
        ("text", {"max_length": 0}),
        ("select", {"options": [{"key": "A B"}]}),
        ("select", {"options": [{"key": "a"}, {"key": "a"}]}),
        ("status", {"options": [{"key": "new", "next": ["gone"]}]}),
        ("money", {"currencies": ["XXQ"]}),
        ("number", {"digits": 99}),
        ("number", {"min": "2", "max": "1"}),
        ("phone", {"default_country": "XX"}),
        ("country", {"allowed": ["XX"]}),
    ],
)
def test_settings_that_cannot_work_are_refused(kind: str, options: dict[str, object]) -> None:
    with pytest.raises(InvalidDefinition):
        read_options(field_types()[kind], options)


def test_a_status_opens_only_its_next_stages_and_says_what_they_need() -> None:
    kind = field_types()["status"]
    options = read_options(kind, STAGES)
    assert kind.transition("new", "won", options) == ("price",)
    assert kind.transition(None, "won", options) == ("price",)
    assert kind.transition("won", "won", options) == ()
    assert kind.transition("lost", "new", options) == ()
    with pytest.raises(InvalidValue) as caught:
        kind.transition("won", "new", options)
    assert caught.value.params["rule"] == "transition"


def test_a_label_that_two_options_share_is_written_and_read_as_the_key() -> None:
    kind = field_types()["select"]
    options = read_options(kind, OPTION)
    assert kind.format("a", options, "en") == "a"
    assert kind.format("same_", options, "en") == "same_"
    with pytest.raises(InvalidValue):
        kind.parse("Same", options, "en")


@pytest.mark.parametrize(
    ("cell", "amount", "currency"),
    [("€12.50", "12.50", "EUR"), ("USD 1,234.5", "1234.50", "USD"), ("1500 日元", "1500", "JPY"), ("US$3", "3.00", "USD"), ("１２ cny", "12.00", "CNY")],
)
def test_money_cells_name_one_currency(cell: str, amount: str, currency: str) -> None:
    kind = field_types()["money"]
    assert kind.parse(cell, kind.options(), "en") == Money(Decimal(amount), currency)


def test_money_gets_its_base_amount_from_the_rate_only() -> None:
    value = Money(Decimal("10.00"), "EUR")
    day = date(2026, 3, 1)
    assert with_base(value, "EUR") == (Decimal("10.00"), "EUR", Decimal("10.00"), Decimal(1), None)
    assert with_base(value, "USD") == (Decimal("10.00"), "EUR", None, None, None)
    assert with_base(value, "USD", Decimal("1.0837"), day) == (Decimal("10.00"), "EUR", Decimal("10.837"), Decimal("1.0837"), day)


@pytest.mark.parametrize(
    ("span", "first", "end"),
    [
        (Within("day", last=1), date(2026, 3, 31), date(2026, 4, 1)),
        (Within("day", last=7), date(2026, 3, 25), date(2026, 4, 1)),
        (Within("month", last=1), date(2026, 3, 1), date(2026, 4, 1)),
        (Within("week", next=1), date(2026, 3, 31), date(2026, 4, 7)),
        (Within("year", next=1), date(2026, 3, 31), date(2027, 3, 31)),
    ],
)
def test_spans_count_whole_days(span: Within, first: date, end: date) -> None:
    assert Within(span.unit, span.last, span.next, date(2026, 3, 31)).days() == (first, end)


@pytest.mark.parametrize(
    "span", [Within("day"), Within("day", 1, 1, date(2026, 1, 1)), Within("day", last=1), Within("year", last=3000, today=date(2026, 1, 1))]
)
def test_spans_without_sense_are_refused(span: Within) -> None:
    with pytest.raises(InvalidValue):
        span.days()


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("德国", "DE"),
        ("germany", "DE"),
        ("GER", None),
        ("DEU", "DE"),
        ("UK", "GB"),
        ("South Korea", "KR"),
        ("Côte d'Ivoire", "CI"),
        ("香港", "HK"),
        ("Nowhere", None),
    ],
)
def test_countries_are_known_by_names_people_write(word: str, code: str | None) -> None:
    assert countries.find(word) == code


def test_every_country_name_leads_back_to_its_code() -> None:
    for locale in ("en", "zh-CN"):
        assert [code for code, name in countries.names(locale).items() if countries.find(name) != code] == []


def test_every_group_holds_known_countries_only() -> None:
    assert all(group <= countries.codes() for group in countries.GROUPS.values())
    assert len(countries.GROUPS["EU"]) == 27


def test_currencies_know_their_minor_units_and_names() -> None:
    assert [currencies.minor_units(code) for code in ("JPY", "USD", "KWD")] == [0, 2, 3]
    assert (currencies.name("USD", "en"), currencies.name("USD", "zh-CN")) == ("US Dollar", "美元")
    assert "USD" in currencies.codes()


def test_values_are_brought_to_one_form() -> None:
    types = field_types()
    plain = {name: kind.options() for name, kind in types.items()}
    assert read_value(types["email"], " Anna@Bücher.EXAMPLE ", plain["email"]) == "Anna@xn--bcher-kva.example"
    assert read_value(types["url"], "Example.com", plain["url"]) == "https://example.com/"
    assert read_value(types["phone"], "+49 30 1234-5678", plain["phone"]) == "+493012345678"
    assert read_value(types["tags"], ["VIP", "vip", " New "], plain["tags"]) == ("VIP", "New")
    assert read_value(types["number"], 12.5, plain["number"]) == Decimal("12.50")
    assert str(read_value(types["number"], "-0", plain["number"])) == "0.00"
    assert read_value(types["text"], "e\u0301 ", plain["text"]) == "é"
