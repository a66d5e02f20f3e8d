"""Everything between a file on disk and clean rows of text with a proposed meaning."""

from tradewind.ingest.reading.conversion import convert
from tradewind.ingest.reading.recognition import recognise
from tradewind.ingest.reading.shapes import ColumnFound, Disagreement, Guess, Limits, Note, Reading, Recognised, SheetFound

__all__ = [
    "ColumnFound",
    "Disagreement",
    "Guess",
    "Limits",
    "Note",
    "Reading",
    "Recognised",
    "SheetFound",
    "convert",
    "recognise",
]
