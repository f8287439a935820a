"""Which way the true unit cost lies.

A unit cost is spend over count. "Over £22 million" makes the cost at least what is worked out; "over 2,750 people"
makes it at most, for a larger count makes a smaller cost. Two
that pull the same way agree; two that pull apart leave the
direction unknown, and so does a spend whose own direction is unknown. A plan is not a bound: it is what was meant.
"""

import itertools

import pytest

from vfm.analysis.unit_costs import COUNT_BOUND, SPEND_BOUND, direction
from vfm.vocabulary.results import Direction

DIRECTIONS = [
    # spend, count, the cost is, working
    ("as-published", "as-published", "", "S/n"),
    ("as-published", "at-least", "at most", "n or more below the line: S/n or less"),
    ("as-published", "plan", "", "S/n, as planned"),
    ("at-most", "as-published", "at most", "S or less above the line: S/n or less"),
    ("at-most", "at-least", "at most", "S or less over n or more: S/n or less"),
    ("at-most", "plan", "at most", "S or less above the line: S/n or less"),
    ("at-least", "as-published", "at least", "S or more above the line: S/n or more"),
    ("at-least", "at-least", "about, direction unknown", "S or more over n or more: either way"),
    ("at-least", "plan", "at least", "S or more above the line: S/n or more"),
    ("direction-unknown", "as-published", "about, direction unknown", "S either way: S/n either way"),
    ("direction-unknown", "at-least", "about, direction unknown", "S either way: the count cannot settle it"),
    ("direction-unknown", "plan", "about, direction unknown", "S either way: S/n either way"),
]


@pytest.mark.parametrize(("spend", "count", "expected", "working"), DIRECTIONS)
def test_the_direction_of_a_cost_follows_from_its_two_parts(
    spend: str, count: str, expected: str, working: str
) -> None:
    assert direction(spend, count) == Direction(expected), working


def test_every_combination_of_precisions_is_in_the_table() -> None:
    assert {row[:2] for row in DIRECTIONS} == set(itertools.product(SPEND_BOUND, COUNT_BOUND))


@pytest.mark.parametrize(("spend", "count", "expected", "working"), DIRECTIONS)
def test_the_direction_agrees_with_every_true_value_the_source_allows(
    spend: str, count: str, expected: str, working: str
) -> None:
    spends = {"as-published": [100], "at-most": [50, 100], "at-least": [100, 200], "direction-unknown": [50, 100, 200]}
    counts = {"as-published": [10], "plan": [10], "at-least": [10, 20]}
    costs = [s / n for s, n in itertools.product(spends[spend], counts[count])]
    ways = {(min(costs) < 10, max(costs) > 10)}
    meaning = {"": (False, False), "at most": (True, False), "at least": (False, True)}
    assert ways == {meaning.get(expected, (True, True))}, working
