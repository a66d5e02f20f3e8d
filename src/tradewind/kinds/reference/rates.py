"""Monthly exchange rates of 33 currencies since 1971, and the rate of a day between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Context, Decimal
from functools import cache
from types import MappingProxyType

from tradewind.kernel.problems import NoRate
from tradewind.kinds.reference.sources import rows

SOURCE = "datasets/exchange-rates, from the Federal Reserve's G.5 release (public domain)"
COVERS = "the month: the rate dated with its first day is the average of that month's noon rates in New York, so it is known when the month is over"
"""Which days a rate of this source covers. Every source of rates says so."""
QUOTED = "units of the currency for one US dollar, for every currency"
_DOLLAR = "USD"
_DIGITS = Context(prec=12)


@cache
def monthly() -> Mapping[str, Mapping[str, str]]:
    """Units for one US dollar by currency and month (2026-06), as the source writes them."""
    head, *lines = rows("rates")
    found: dict[str, dict[str, str]] = {code: {} for code in head[1:]}
    for month, *figures in lines:
        for code, figure in zip(head[1:], figures, strict=True):
            if figure:
                found[code][month] = figure
    return MappingProxyType({code: MappingProxyType(months) for code, months in found.items()})


def currencies() -> tuple[str, ...]:
    """Currencies there are rates of, the dollar with them; those that the euro replaced are there until it did."""
    return tuple(sorted({_DOLLAR, *monthly()}))


def rate(base: str, currency: str, day: date) -> Decimal:
    """What one unit of `currency` was worth in `base` on the day, to twelve significant digits: the average of the day's month.

    An amount times the rate is the amount in the base currency. Two currencies other than the dollar meet over it. Raises NoRate, which names the pair and
    the day, where the source has none for that month; the rate of another month is never taken in its place.
    """
    if base == currency and (base == _DOLLAR or base in monthly()):
        return Decimal(1)
    return _DIGITS.divide(_for_dollar(base, base, currency, day), _for_dollar(currency, base, currency, day))


def _for_dollar(code: str, base: str, currency: str, day: date) -> Decimal:
    if code == _DOLLAR:
        return Decimal(1)
    figure = monthly().get(code, {}).get(f"{day:%Y-%m}")
    if figure is None:
        raise NoRate(base=base, currency=currency, day=day.isoformat())
    return Decimal(figure)
