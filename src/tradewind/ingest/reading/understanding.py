"""From the figures of a sheet's columns to what each of them seems to hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice

from tradewind.ingest.reading.columns import Tally
from tradewind.ingest.reading.concepts import concept_of, languages_of
from tradewind.ingest.reading.evidence import Evidence, ordinary
from tradewind.ingest.reading.guesses import guess
from tradewind.ingest.reading.header import Header
from tradewind.ingest.reading.rows import letter
from tradewind.ingest.reading.shapes import ColumnFound
from tradewind.kinds.fields.cells import fold
from tradewind.kinds.reference import countries

_KANA = re.compile("[\u3041-\u30fe]")
_HAN = re.compile("[\u3400-\u9fff]")
_EXAMPLES = 5
_SHOWN = 200


def understand(header: Header, tally: Tally, people: Iterable[str], currencies: dict[int, dict[str, int]]) -> tuple[ColumnFound, ...]:
    """The columns in their order. `people` are names of colleagues, `currencies` what number formats show, by column."""
    language = language_of(header.texts)
    about = _countries(header, tally)
    known = frozenset(fold(name) for name in people)
    found: list[ColumnFound] = []
    for place, column in enumerate(tally.columns):
        values = tally.values(place)
        evidence = Evidence(
            header=header.texts[place],
            values=values,
            longest=column.longest,
            people=known,
            currency=_most(currencies.get(place, {})),
            language=language,
            countries=about,
        )

        found.append(
            ColumnFound(
                name=header.names[place],
                header=header.texts[place],
                place=place,
                letter=letter(place),
                filled=column.filled,
                distinct=len(column.values),
                distinct_capped=bool(column.beyond),
                longest=column.longest,
                examples=tuple(value[:_SHOWN] for value in islice(values, _EXAMPLES)),
                guess=guess(evidence, partial(tally.first, place), letter(place)),
            )
        )
    return tuple(found)


def language_of(headers: Sequence[str]) -> str:
    """The language of the headers: zh, ja, de, es or en, which is also said where nothing shows."""
    together = " ".join(headers)
    if _KANA.search(together):
        return "ja"
    if _HAN.search(together):
        return "zh"
    counts: dict[str, int] = {}
    for header in headers:
        for language in languages_of(header):
            counts[language] = counts.get(language, 0) + 1
    best = max(counts, key=lambda language: (counts[language], language == "en"), default="en")
    return best if counts.get(best, 0) > counts.get("en", 0) else "en"


def _most(counts: dict[str, int]) -> str:
    return max(counts, key=lambda code: counts[code], default="")


def _countries(header: Header, tally: Tally) -> tuple[str, ...]:
    """Countries in the column that the header calls so, the most frequent first."""
    place = next((place for place, text in enumerate(header.texts) if concept_of(text) == "country"), None)
    if place is None:
        return ()
    counts: dict[str, int] = {}
    for value, count in islice(tally.values(place).items(), 500):
        code = countries.find(ordinary(value)) if len(value) <= 60 else None
        if code:
            counts[code] = counts.get(code, 0) + count
    return tuple(sorted(counts, key=lambda code: -counts[code]))
