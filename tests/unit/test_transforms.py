"""What transforms make of cells: each expected text was written by hand."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.ingest.maps import AnyTransform, Case, Collapse, Country, Date, Number, Phone, Replace, Split, Width
from tradewind.ingest.transforms import step_of
from tradewind.kinds.fields.cells import guarded, unguarded

CASES: list[tuple[AnyTransform, str, str]] = [
    (Collapse(), "  Acme \t  GmbH \n& Co\u3000KG ", "Acme GmbH & Co KG"),
    (Width(), "ＡＢＣ－１２３ ㈱", "ABC-123 (株)"),
    (Case("upper"), "straße", "STRASSE"),
    (Case("lower"), "ACME", "acme"),
    (Case("title"), "o'neill & SONS déjà vu", "O'neill & Sons Déjà Vu"),
    (Country(), "Deutschland", "DE"),
    (Country(), "法国", "FR"),
    (Country(), "ＵＳＡ", "US"),
    (Country(words={"EIRE": "IE"}), "eire", "IE"),
    (Country(), "Atlantis", "Atlantis"),
    (Phone("DE"), "030 / 123 456 78", "+493012345678"),
    (Phone("CN"), "138-0013-8000", "+8613800138000"),
    (Phone(), "0049 30 12345678", "+493012345678"),
    (Phone(), "030 12345678", "030 12345678"),
    (Phone("DE"), "call me", "call me"),
    (Date("dmy"), "31/12/2025", "2025-12-31"),
    (Date("mdy"), "12/31/2025", "2025-12-31"),
    (Date("dmy"), "12/31/2025", "12/31/2025"),
    (Date("dmy"), "1.2.69", "1969-02-01"),
    (Date("dmy"), "1.2.68", "2068-02-01"),
    (Date("mdy"), "1/2/26 3:04 PM", "2026-01-02T15:04:00"),
    (Date("mdy"), "1/2/26 12:00 AM", "2026-01-02T00:00:00"),
    (Date("mdy"), "1/2/26 13:00 AM", "1/2/26 13:00 AM"),
    (Date(""), "2026年3月5日", "2026-03-05"),
    (Date(""), "2026/3/5 8:30", "2026-03-05T08:30:00"),
    (Date(""), "3/4/2026", "3/4/2026"),
    (Date("dmy"), "31.02.2026", "31.02.2026"),
    (Date(formats=("%d %b %Y", "%Y%m%d")), "20260305", "2026-03-05"),
    (Date(formats=("%d %b %Y",)), "5 Mar 2026", "2026-03-05"),
    (Date("dmy"), "０５．０３．２０２６", "2026-03-05"),
    (Number(), "1,234.50", "1234.50"),
    (Number(","), "1.234,50", "1234.50"),
    (Number(","), "1 234 567,8", "1234567.8"),
    (Number("."), "1'234.5", "1234.5"),
    (Number(), "$ 1,200", "1200"),
    (Number(), "US$12.5", "12.5"),
    (Number(), "12.50 EUR", "12.50"),
    (Number(), "￥１２．５", "12.5"),
    (Number(","), "(1.000,00 €)", "-1000.00"),
    (Number(), "-5", "-5"),
    (Number(), "5-", "-5"),
    (Number(), "\u22125", "-5"),
    (Number(), "-.5", "-0.5"),
    (Number(units=("kg", "pcs")), "10 KG", "10"),
    (Number(units=("kg",)), "10 g", "10 g"),
    (Number(), "1,23", "1,23"),
    (Number(), "12.34.56", "12.34.56"),
    (Number(), "1e5", "1e5"),
    (Number(), "", ""),
    (Split("-", 1), "DE - Berlin - Mitte", "DE"),
    (Split("-", -1), "DE - Berlin - Mitte", "Mitte"),
    (Split("-", 4), "DE - Berlin - Mitte", ""),
    (Replace({"Deutschand": "Germany"}), "DEUTSCHAND", "Germany"),
    (Replace({"Deutschand": "Germany"}), "Deutschand ", "Deutschand "),
]


@pytest.mark.parametrize(("transform", "before", "after"), CASES)
def test_a_transform_does_what_it_says_or_leaves_the_text(transform: AnyTransform, before: str, after: str) -> None:
    assert step_of(transform)(before) == after


@given(st.text(max_size=300))
def test_no_text_makes_a_transform_fail(text: str) -> None:
    for transform in (Collapse(), Width(), Case("title"), Country(), Phone("DE"), Date("dmy", ("%d %b %Y",)), Number(","), Split("/", -2), Replace({"a": "b"})):
        assert isinstance(step_of(transform)(text), str)


@given(st.text(max_size=50))
def test_a_guarded_cell_is_no_formula_and_comes_back_as_it_was(cell: str) -> None:
    written = guarded(cell)
    assert unguarded(written) == cell
    assert written[:1] not in ("=", "@", "\t", "\r", "\n")
    assert written[:1] not in ("+", "-") or re.fullmatch(r"-[0-9]+(\.[0-9]+)?%?", written)


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20), min_size=1, max_size=4))
def test_guarded_cells_pass_through_csv(cells: list[str]) -> None:
    made = io.StringIO(newline="")
    csv.writer(made).writerow([guarded(cell) for cell in cells])
    (read,) = csv.reader(io.StringIO(made.getvalue(), newline="")) if any(cells) or len(cells) > 1 else ([guarded("")],)
    assert [unguarded(cell) for cell in read] == cells
