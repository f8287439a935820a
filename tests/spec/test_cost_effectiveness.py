"""Options that cost and achieve different amounts: which are worth considering, and how sure the choice is.

By cost, an option that costs no more and achieves no less than another puts that one out ("D"). Of what is left, an
option whose ratio of extra cost to extra effect is above that of the next dearer is worse than a mix of its neighbours
("ED"), and the ratios are made anew. The net benefit of an option is threshold x effect - cost: acceptability is how
often it is the greatest, the frontier names the greatest on average, and perfect information is worth what choosing
draw by draw would add.
"""

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import cost_effectiveness as ce
from vfm.vocabulary.results import CannotSay, Estimate

TABLES = [
    # options as name, cost, effect; answer as name, status, ratio; working
    (
        [("a", 0, 0), ("b", 10, 1), ("c", 30, 2)],
        [("a", "ND", None), ("b", "ND", 10), ("c", "ND", 20)],
        "10/1, 20/1",
    ),
    (
        [("a", 0, 0), ("b", 20, 1), ("c", 30, 2)],
        [("a", "ND", None), ("c", "ND", 15), ("b", "ED", None)],
        "20/1 is above 10/1, so b is out; then 30/2",
    ),
    (
        [("a", 0, 0), ("b", 10, 1), ("c", 20, 2)],
        [("a", "ND", None), ("b", "ND", 10), ("c", "ND", 10)],
        "b lies on the line between the two: 10/1 is not above 10/1",
    ),
    (
        [("a", 5, 1), ("b", 5, 2), ("c", 9, 2)],
        [("b", "ND", None), ("a", "D", None), ("c", "D", None)],
        "b costs no more than a and does more; c does no more and costs more",
    ),
    (
        [("b", 5, 1), ("a", 5, 1), ("c", 7, 3)],
        [("a", "ND", None), ("c", "ND", 1), ("b", "D", None)],
        "of two that are alike the first by name stays; 2/2",
    ),
    (
        [("a", 0, 0), ("b", 12, 1), ("c", 22, 2), ("d", 30, 3)],
        [("a", "ND", None), ("d", "ND", 10), ("b", "ED", None), ("c", "ED", None)],
        "12 > 10, so b is out; then 22/2 = 11 > 8, so c is out; 30/3",
    ),
    ([("a", 3, 1)], [("a", "ND", None)], "alone"),
    ([("a", 0.3, 1), ("b", 0.1 + 0.2, 2)], [("b", "ND", None), ("a", "D", None)], "0.3 both, but for rounding"),
]


@pytest.mark.parametrize(("options", "answer", "working"), TABLES)
def test_the_incremental_table(
    options: list[tuple[str, float, float]], answer: list[tuple[str, str, float | None]], working: str
) -> None:
    got = ce.incremental_table(pd.DataFrame(options, columns=["option", "cost", "effect"]))
    assert [(row.option, row.status) for row in got.itertuples()] == [row[:2] for row in answer], working
    assert got["icer"].tolist() == pytest.approx([row[2] or np.nan for row in answer], nan_ok=True), working
    assert list(got["icer"].isna()) == list(got["reason"] != "")


# Four draws. The old option costs nothing and does nothing; the new one costs 10 and does 0, 1, 2 or 5.
TWO = ce.Draws(("old", "new"), np.array([[0.0, 10.0]] * 4), np.array([[0.0, 0], [0, 1], [0, 2], [0, 5]]))
BY_THRESHOLD = [
    # threshold, chance that new is best, that it beats old, best on average, value of certainty, working
    (0, 0.0, 0.0, "old", 0.0, "-10 in every draw"),
    (3, 0.25, 0.25, "old", 1.25, "-10, -7, -4, 5: mean -4; the best are 0, 0, 0, 5"),
    (
        5,
        0.375,
        0.25,
        "old",
        3.75,
        "-10, -5, 0, 15: mean 0, so the cheaper; a tie in draw 3 is split, but beats nothing",
    ),
    (6, 0.5, 0.5, "new", 3.5, "-10, -4, 2, 20: mean 2; the best are 0, 0, 2, 20: 5.5 - 2"),
    (10, 0.625, 0.5, "new", 2.5, "-10, 0, 10, 40: mean 10; the best 12.5; a tie in draw 2"),
]


@pytest.mark.parametrize(("threshold", "best", "beats", "option", "worth", "working"), BY_THRESHOLD)
def test_what_the_draws_say_at_a_threshold(
    threshold: float, best: float, beats: float, option: str, worth: float, working: str
) -> None:
    assert ce.acceptability(TWO, threshold).loc[threshold].tolist() == pytest.approx([1 - best, best]), working
    assert ce.pairwise_acceptability(TWO, threshold, reference="old").loc[threshold, "new"] == beats, working
    frontier = ce.frontier(TWO, threshold).iloc[0]
    assert frontier["option"] == option, working
    assert frontier["chance"] == pytest.approx(best if option == "new" else 1 - best), working
    assert ce.value_of_information(TWO, threshold)["evpi"].item() == pytest.approx(worth), working


RATIOS = [
    # cost and effect beyond the reference, answer, working
    (10.0, 2.0, 5.0, "10/2"),
    (-10.0, -2.0, 5.0, "10 saved for 2 given up"),
    (-10.0, 2.0, "one costs less and achieves more than other, so no ratio is needed", "better on both"),
    (10.0, -2.0, "other costs less and achieves more than one, so no ratio is needed", "worse on both"),
    (10.0, 0.0, "one and other have the same mean effect", "nothing to divide by"),
    (0.0, 0.0, "one and other have the same mean cost and effect", "the same"),
]


@pytest.mark.parametrize(("cost", "effect", "answer", "working"), RATIOS)
def test_a_ratio_is_given_only_where_it_means_something(
    cost: float, effect: float, answer: float | str, working: str
) -> None:
    draws = ce.Draws(("one", "other"), np.array([[cost, 0.0]] * 2), np.array([[effect, 0.0]] * 2))
    got = ce.mean_ratio(draws, "one", reference="other")
    assert (got.value if isinstance(got, Estimate) else got.reason) == answer, working
    assert isinstance(got, CannotSay) or ("saved" in got.method) == (effect < 0)


def test_the_worth_of_certainty_is_for_everybody_whom_the_decision_touches() -> None:
    # 100 people now and 100 in a year, who count half: 150 x 1.25
    people = ce.people_touched([100, 100], pd.Series([1.0, 0.5])).value
    assert ce.value_of_information(TWO, 3, people=people)["evpi"].item() == pytest.approx(187.5)
