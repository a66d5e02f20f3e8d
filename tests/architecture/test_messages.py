"""The catalogues say the same in every language, and every problem has its sentences."""

from __future__ import annotations

import pytest

from tradewind.kernel.messages import LANGUAGES, catalogue, fill, places, preferred
from tradewind.kernel.problems import Problem


def codes() -> list[str]:
    """The code of every problem there is."""
    found, waiting = {Problem.code}, list(Problem.__subclasses__())
    while waiting:
        kind = waiting.pop()
        found.add(kind.code)
        waiting.extend(kind.__subclasses__())
    return sorted(found)


def test_all_languages_have_the_same_keys_with_the_same_places() -> None:
    first, *others = [{key: places(text) for key, text in catalogue(language).items()} for language in LANGUAGES]
    for other in others:
        assert other == first


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("part", ["title", "detail", "next"])
def test_every_problem_has_its_sentences(language: str, code: str, part: str) -> None:
    assert catalogue(language)[f"problems.{code}.{part}"].strip()


def test_filled_values_are_not_filled_again() -> None:
    assert fill("{{a}} {{b}} {{c}}", {"a": "{{b}}", "b": 2}) == "{{b}} 2 "


def test_the_browser_chooses_the_language() -> None:
    assert preferred("fr, en;q=0.4, zh-TW;q=0.8", "en") == "zh-CN"
    assert preferred("fr", "zh-CN") == "zh-CN"
    assert preferred("en;q=x", "zh-CN") == "en"
