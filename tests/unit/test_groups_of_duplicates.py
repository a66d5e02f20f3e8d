"""Groups of duplicates are what stays together when all links of a strength are drawn: checked against drawing them all and walking."""

from __future__ import annotations

import random
from itertools import combinations
from uuid import UUID

import pytest

from tradewind.metadata.definitions import STRENGTHS, MatchRule, Strength, Term
from tradewind.records.finder import grouped

RULES = {
    f"{strength}{number}": MatchRule(key=f"{strength}{number}", labels={}, strength=strength, terms=(Term(field="x"),))
    for strength in STRENGTHS
    for number in (1, 2)
}
IDS = [UUID(int=number * 7919 % 1000003) for number in range(1, 15)]


def _walked(links: set[frozenset[UUID]]) -> set[frozenset[UUID]]:
    """What can be reached from each record along the links."""
    found: set[frozenset[UUID]] = set()
    for start in {one for link in links for one in link}:
        reached, waiting = {start}, [start]
        while waiting:
            one = waiting.pop()
            near = {other for link in links if one in link for other in link} - reached
            reached |= near
            waiting += near
        found.add(frozenset(reached))
    return found


@pytest.mark.parametrize("weakest", STRENGTHS)
@pytest.mark.parametrize("seed", range(60))
def test_each_strength_gives_what_comes_together_by_it(seed: int, weakest: Strength) -> None:
    dice = random.Random(seed)
    found = [(dice.choice(sorted(RULES)), dice.sample(IDS, dice.choice((2, 2, 2, 3, 4, 12)))) for _ in range(dice.randrange(13))]
    apart = {(min(pair), max(pair)) for pair in (dice.sample(IDS, 2) for _ in range(dice.choice((0, 0, 3, 6))))}
    links = {level: set[frozenset[UUID]]() for level in STRENGTHS}
    for key, members in found:
        links[RULES[key].strength] |= {frozenset(pair) for pair in combinations(members, 2) if tuple(sorted(pair)) not in apart}
    expected: set[tuple[str, frozenset[UUID]]] = set()
    drawn: set[frozenset[UUID]] = set()
    for level in reversed(STRENGTHS[STRENGTHS.index(weakest) :]):
        before = _walked(drawn)
        drawn |= links[level]
        expected |= {(level, one) for one in _walked(drawn) - before}
    groups = grouped(found, RULES, apart, weakest)
    assert {(group.strength, frozenset(group.members)) for group in groups} == expected
    assert len(groups) == len(expected)
    ranks = [(-STRENGTHS.index(group.strength), -group.score) for group in groups]
    assert ranks == sorted(ranks)
    for group in groups:
        assert _walked({frozenset((link.one, link.other)) for link in group.links}) == {frozenset(group.members)}
        assert all(tuple(sorted((link.one, link.other))) not in apart for link in group.links)
