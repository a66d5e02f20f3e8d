"""What a column seems to hold: a field type with its settings, how sure that is, and the cells that speak against it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tradewind.ingest.reading import choices, quantities, telephones
from tradewind.ingest.reading.dates import compact, read_date, serial
from tradewind.ingest.reading.evidence import Evidence
from tradewind.ingest.reading.shapes import Disagreement, Guess
from tradewind.ingest.reading.verdicts import Verdict
from tradewind.kinds.fields.cells import fold
from tradewind.kinds.reference import countries

_ENOUGH = 0.75
"""Share of the cells that must agree; the others are dirt, which is listed."""
_ENOUGH_NAMED = 0.5
"""The same where the header says so too."""
_EMAIL = re.compile(r"(?:mailto:)?[^@\s,;<>\"]{1,64}@[\w.-]+\.[A-Za-z]{2,24}")
_URL = re.compile(r"(?:https?://\S+|www\.\S+\.\S+)", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,12}(?:/\S*)?", re.IGNORECASE)
_LONG = 120
_FEW = 5
_EXAMPLES = 5
_PLACED = 100
"""Cells among which the first one is looked for; they come in the order of first sight."""


def guess(evidence: Evidence, row_of: Callable[[str], int], letter: str = "") -> Guess:
    """The guess for the column of that letter. `row_of` tells in which row a cell's text stands first, 0 where that is not known."""
    if not evidence.total:
        return Guess(type=_named_type(evidence), seen=evidence.nothing)
    verdicts: list[tuple[float, Verdict]] = []
    for judge in _JUDGES:
        verdict = judge(evidence)
        if verdict is not None and (share := evidence.share(verdict.fits)):
            verdicts.append((share, verdict))
            if share >= _needed(verdict, evidence):
                break
    chosen = next((one for one in verdicts if one[0] >= _needed(one[1], evidence)), None)
    if chosen is None:
        chosen = (1.0, _text(evidence))
    share, verdict = chosen
    return _as_guess(evidence, share, verdict, tuple(dict.fromkeys(other.type for _, other in verdicts if other.type != verdict.type)), row_of, letter)


def _needed(verdict: Verdict, evidence: Evidence) -> float:
    return _ENOUGH_NAMED if verdict.type in evidence.types[:1] and not verdict.strict else _ENOUGH


def _as_guess(evidence: Evidence, share: float, verdict: Verdict, others: tuple[str, ...], row_of: Callable[[str], int], letter: str) -> Guess:
    agree = round(share * evidence.total)
    against = [cell for cell in evidence.cells if not verdict.fits(cell.text)] if agree < evidence.total else []
    if verdict.type not in ("text", "long_text", "tags", "select"):
        against += [one for one in _nothings(evidence) if one.raw.strip()]
    sure = share * (0.8 if evidence.total < _FEW else 1.0) * (0.6 if verdict.ambiguous else 1.0) * verdict.weight
    disagree = None
    if against:
        rows = [row for row in (row_of(cell.raw) for cell in against[:_PLACED]) if row]
        disagree = Disagreement(
            count=sum(cell.count for cell in against),
            examples=tuple(cell.raw[:100] for cell in sorted(against, key=lambda cell: -cell.count)[:_EXAMPLES]),
            first=f"{letter}{min(rows)}" if rows else "",
        )
    return Guess(
        type=verdict.type,
        options=verdict.options,
        confidence=round(sure, 3),
        seen=evidence.total + evidence.nothing,
        agree=agree,
        disagree=disagree,
        day_first=verdict.day_first,
        ambiguous=verdict.ambiguous,
        formats=verdict.formats,
        decimal=verdict.decimal,
        currency=verdict.currency,
        unit=verdict.unit,
        country=verdict.country,
        words=verdict.words,
        others=others,
    )


@dataclass(frozen=True)
class _Nothing:
    raw: str
    count: int


def _nothings(evidence: Evidence) -> list[Any]:
    said = {cell.raw for cell in evidence.cells}
    return [_Nothing(raw, count) for raw, count in evidence.values.items() if raw not in said]


def _named_type(evidence: Evidence) -> str:
    """For a column without cells: what its header says."""
    plain = ("email", "phone", "url", "country", "date", "datetime", "integer", "number", "percent", "long_text", "checkbox")
    return next((kind for kind in evidence.types if kind in plain), "text")


def _email(evidence: Evidence) -> Verdict | None:
    return Verdict("email", lambda text: _EMAIL.fullmatch(text) is not None)


def _url(evidence: Evidence) -> Verdict | None:
    if "url" in evidence.types:
        return Verdict("url", lambda text: bool(_URL.fullmatch(text) or _DOMAIN.fullmatch(text)))
    return Verdict("url", lambda text: _URL.fullmatch(text) is not None)


def _date(evidence: Evidence) -> Verdict | None:
    if not evidence.share(lambda text: read_date(text) is not None):
        return _counted_date(evidence)
    counts = {"dmy": 0, "mdy": 0, "either": 0, "ymd": 0}
    timed = dotted = 0
    forms: dict[str, int] = {}
    for cell in evidence.cells:
        found = read_date(cell.text)
        if found is not None:
            counts[found.order] += cell.count
            timed += cell.count * found.timed
            dotted += cell.count * found.dotted
            if found.form:
                forms[found.form] = forms.get(found.form, 0) + cell.count
    day_first, ambiguous = _order(counts, dotted, evidence.language)
    refused = "mdy" if day_first else "dmy" if day_first is False else ""

    def fits(text: str) -> bool:
        found = read_date(text)
        return found is not None and found.order != refused

    kind = "datetime" if timed * 2 > sum(counts.values()) else "date"
    return Verdict(kind, fits, day_first=day_first, ambiguous=ambiguous, formats=tuple(sorted(forms, key=lambda form: -forms[form])[:6]))


def _order(counts: dict[str, int], dotted: int, language: str) -> tuple[bool | None, bool]:
    """Whether the day comes first, and whether that is open. Points part day, month and year in countries that put the day first."""
    if counts["dmy"] or counts["mdy"]:
        return counts["dmy"] >= counts["mdy"], False
    if not counts["either"]:
        return None, False
    if dotted * 2 > counts["either"] or language in ("de", "es", "fr"):
        return True, False
    return None, True


def _counted_date(evidence: Evidence) -> Verdict | None:
    """Dates without separators, and a spreadsheet's serial numbers: only where the header speaks of a date."""
    if not {"date", "datetime"} & set(evidence.types):
        return None
    if evidence.share(compact):
        return Verdict("date", compact, formats=("%Y%m%d",))
    return Verdict("date", serial, formats=("serial",)) if evidence.share(serial) else None


def _country(evidence: Evidence) -> Verdict | None:
    found: dict[str, str] = {}

    def fits(text: str) -> bool:
        if text not in found:
            found[text] = countries.find(text) or "" if len(text) <= 60 else ""
        return bool(found[text])

    if not evidence.share(fits):
        return None
    if "country" not in evidence.types and all(len(text) <= 3 for text, code in found.items() if code):
        return None
    evidence.share(fits, least=0.0)
    return Verdict("country", fits, words={text: code for text, code in list(found.items())[:300] if code and code != text})


def _person(evidence: Evidence) -> Verdict | None:
    if not evidence.people or "person_name" in evidence.types[:1]:
        return None
    return Verdict("user", lambda text: fold(text) in evidence.people)


def _text(evidence: Evidence) -> Verdict:
    lines = sum(cell.count for cell in evidence.cells if "\n" in cell.text)
    length = sum(len(cell.text) * cell.count for cell in evidence.cells) / evidence.total
    long = evidence.longest > 200 or lines * 10 > evidence.total or length > _LONG or "long_text" in evidence.types[:1]
    return Verdict("long_text" if long else "text", lambda text: True, weight=0.8)


_JUDGES: Sequence[Callable[[Evidence], Verdict | None]] = (
    choices.checkbox,
    _email,
    _url,
    _date,
    telephones.phone,
    quantities.quantity,
    _country,
    _person,
    choices.tags,
    choices.select,
)
"""In this order: what has a narrower form comes first, and the first that enough cells agree with is taken."""
