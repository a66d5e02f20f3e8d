"""Invoice lines as a hurried office hands them over: real ones, dirtied with a fixed seed, and a list of every cell that was changed.

The lines are those of Chen, D. (2015), Online Retail, UCI Machine Learning Repository, doi 10.24432/C5BW33, CC BY 4.0.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import xlsxwriter

EXCERPT = Path(__file__).resolve().parent / "data" / "online_retail_excerpt.csv"
HEADER = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
MISSPELT = {"United Kingdon": "United Kingdom", "Untied Kingdom": "United Kingdom", "Germny": "Germany", "Deutschand": "Germany", "Frnace": "France"}
"""Countries that are none, and what was meant: the same wherever they stand."""
NOWHERE = "Atlantis"
"""A country that is none and stands for several: only the invoice tells which."""


class Line(NamedTuple):
    """A line of an invoice, the clean one. A missing description or customer is empty."""

    invoice: str
    product: str
    description: str
    quantity: int
    date: datetime
    price: Decimal
    customer: str
    country: str

    @property
    def cancels(self) -> bool:
        return self.invoice.startswith("C")


class Change(NamedTuple):
    """A cell that was dirtied; `row` as spreadsheets number it, the header being 1."""

    row: int
    column: str
    kind: str
    clean: str
    dirty: str


@dataclass
class Totals:
    """What must be in the base at the end, added up by hand over the clean lines."""

    lines: int = 0
    amount: Decimal = Decimal(0)
    cancelled_amount: Decimal = Decimal(0)
    without_customer: int = 0
    invoices: set[str] = field(default_factory=set[str])
    customers: set[str] = field(default_factory=set[str])
    products: set[str] = field(default_factory=set[str])
    markets: Counter[str] = field(default_factory=Counter[str])
    """Lines by country."""

    def add(self, line: Line) -> None:
        amount = line.quantity * line.price
        self.lines += 1
        self.amount += amount
        self.cancelled_amount += amount if line.cancels else 0
        self.without_customer += not line.customer
        self.invoices.add(line.invoice)
        self.products.add(line.product.casefold())
        self.markets[line.country] += 1
        if line.customer:
            self.customers.add(line.customer)

    @property
    def cancellations(self) -> int:
        """Invoices that take others back."""
        return sum(invoice.startswith("C") for invoice in self.invoices)


@dataclass
class Workbook:
    """A dirty workbook: what it should come to, and every change that was made to it."""

    totals: Totals = field(default_factory=Totals)
    changes: list[Change] = field(default_factory=list[Change])

    def refused(self) -> set[int]:
        """Rows that no careful reader lets through."""
        return {one.row for one in self.changes if one.kind in ("misspelt", "nowhere", "month first")}

    def by_text(self, *kinds: str) -> Counter[tuple[str, str]]:
        """How many cells of a column hold each dirty text of these kinds."""
        return Counter((one.column, one.dirty) for one in self.changes if one.kind in kinds)


def excerpt(path: Path = EXCERPT) -> list[Line]:
    """The 2 000 lines of the repository."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [line_of(*row) for row in list(csv.reader(file))[1:]]


def line_of(invoice: str, product: str, description: str, quantity: str, date: str, price: str, customer: str, country: str) -> Line:
    return Line(invoice, product, description, int(quantity), datetime.fromisoformat(date), Decimal(price), customer, country)


def repeated(lines: Iterable[Line], times: int) -> Iterator[Line]:
    """The lines so many times, each time as invoices and customers of their own: every total is that many times the first one."""
    kept = list(lines)
    for turn in range(times):
        for line in kept:
            letter = "" if line.invoice.isdecimal() else line.invoice[0]
            number = int(line.invoice.removeprefix(letter)) + turn * 1_000_000
            customer = str(int(line.customer) + turn * 100_000) if line.customer else ""
            yield line._replace(invoice=f"{letter}{number}", customer=customer)


def dirty_workbook(path: Path, lines: Iterable[Line], seed: int) -> Workbook:
    """Writes the lines into one sheet, in constant memory; about one line in eight has a dirty cell."""
    dice, made = random.Random(seed), Workbook()
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet("Invoices")
    sheet.write_row(0, 0, HEADER)
    for row, line in enumerate(lines, start=2):
        made.totals.add(line)
        cells: dict[str, object] = dict(
            zip(HEADER, (*line[:3], line.quantity, line.date, float(line.price), int(line.customer or 0) or "", line.country), strict=True)
        )
        for change in _dirt(dice, row, line):
            cells[change.column] = change.dirty
            made.changes.append(change)
        for place, cell in enumerate(cells.values()):
            if isinstance(cell, str):
                sheet.write_string(row - 1, place, cell) if cell else None
            else:
                sheet.write(row - 1, place, cell)
    book.close()
    return made


def _dirt(dice: random.Random, row: int, line: Line) -> Iterator[Change]:
    """What happens to a line: each kind of dirt by its own chance, at most one for a column."""
    done: set[str] = set()
    for chance, column, kinds in _DIRT:
        if dice.random() < chance and column not in done:
            kind, make = dice.choice(kinds)
            made = make(line, dice)
            if made is not None:
                done.add(column)
                yield Change(row, column, kind, made[0], made[1])


Make = Callable[[Line, random.Random], tuple[str, str] | None]
"""Clean and dirty text of a cell; None where this dirt cannot be on that line."""


def _date(form: str) -> Make:
    return lambda line, _: (f"{line.date}", line.date.strftime(form))


def _month_first(line: Line, _: random.Random) -> tuple[str, str] | None:
    return (f"{line.date}", line.date.strftime("%m/%d/%Y %H:%M")) if line.date.day > 12 else None


def _wide(take: Callable[[Line], str]) -> Make:
    return lambda line, _: (take(line), wide(take(line))) if take(line) else None


def _customer(write: Callable[[str], str]) -> Make:
    return lambda line, _: (line.customer, write(line.customer)) if line.customer else None


def _misspelt(line: Line, dice: random.Random) -> tuple[str, str] | None:
    able = [wrong for wrong, meant in MISSPELT.items() if meant == line.country]
    return (line.country, dice.choice(able)) if able else None


def wide(text: str) -> str:
    """Letters, digits and signs in full width."""
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


_DATES: tuple[tuple[str, Make], ...] = (
    ("day first", _date("%d/%m/%Y %H:%M")),
    ("day first", _date("%d.%m.%Y %H:%M")),
    ("chinese date", lambda line, _: (f"{line.date}", f"{line.date.year}年{line.date.month}月{line.date.day}日 {line.date:%H:%M}")),
)
_DIRT: tuple[tuple[float, str, tuple[tuple[str, Make], ...]], ...] = (
    (0.06, "InvoiceDate", _DATES),
    (0.0003, "InvoiceDate", (("month first", _month_first),)),
    (0.02, "Quantity", (("wide", _wide(lambda line: str(line.quantity))),)),
    (0.02, "UnitPrice", (("wide", _wide(lambda line: str(line.price))),)),
    (0.01, "InvoiceNo", (("wide", _wide(lambda line: line.invoice)),)),
    (
        0.03,
        "CustomerID",
        (("doubled", _customer(wide)), ("doubled", _customer(lambda customer: f"{customer}.0")), ("spaces", _customer(lambda customer: f" {customer}"))),
    ),
    (0.02, "Country", (("misspelt", _misspelt),)),
    (0.0003, "Country", (("nowhere", lambda line, _: (line.country, NOWHERE)),)),
)
