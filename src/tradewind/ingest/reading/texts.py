"""Text cells of workbooks: characters that no text holds are taken out, numbers and dates kept as text are noted."""

from __future__ import annotations

from tradewind.ingest.reading.cells import says_date, says_number, without_control
from tradewind.ingest.reading.rows import Notes, cell_name

_BEGIN = frozenset("-+.,0123456789")


def noted_text(value: str, place: int, number: int, notes: Notes) -> str:
    """The text of the cell in that column (from 0) and row (from 1) as it goes into the canonical file."""
    text = value
    if not value.isprintable():
        text, removed = without_control(value)
        if removed:
            notes.add("control", cell_name(place, number), removed)
    if text[:1] in _BEGIN:
        if says_number(text):
            notes.add("number_as_text", cell_name(place, number))
        elif says_date(text):
            notes.add("date_as_text", cell_name(place, number))
    return text
