"""Text cells of workbooks: characters that no text holds are taken out, numbers and dates kept as text are noted."""

from __future__ import annotations

from tradewind.ingest.reading.cells import says_date, says_number, without_control
from tradewind.ingest.reading.rows import Notes


def noted_text(value: str, place: str, notes: Notes) -> str:
    """The text as it goes into the canonical file."""
    if not value:
        return ""
    text, removed = without_control(value)
    if removed:
        notes.add("control", place, removed)
    if says_number(text):
        notes.add("number_as_text", place)
    elif says_date(text):
        notes.add("date_as_text", place)
    return text
