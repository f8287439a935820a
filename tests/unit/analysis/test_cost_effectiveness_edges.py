"""Cost-effectiveness: bad input, ties, and properties that hold of any options."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vfm.analysis import cost_effectiveness as ce

CASES = settings(max_examples=25, deadline=None)  # other work on the machine may slow any one of them
WHOLE = st.integers(-20, 20)
OPTIONS = st.lists(st.tuples(st.integers(0, 50), WHOLE), min_size=1, max_size=9)
LOOSE = st.lists(st.tuples(st.floats(0, 1e6), st.floats(-10, 10)), min_size=1, max_size=9)
THRESHOLDS = [0.0, 0.5, 1.0, 3.0, 10.0]


def table(rows: list[tuple[float, float]]) -> pd.DataFrame:
    names = [f"o{place}" for place in range(len(rows))]
    return pd.DataFrame(rows, columns=["cost", "effect"]).assign(option=names)


@st.composite
def draws(draw: st.DrawFn) -> ce.Draws:
    shape = draw(st.tuples(st.integers(2, 8), st.integers(2, 5)))
    costs, effects = (draw(arrays.arrays(float, shape, elements=st.integers(-9, 9).map(float))) for _ in range(2))
    return ce.Draws(tuple("abcde"[: shape[1]]), costs, effects)


# ---- the incremental table


@CASES
@given(rows=st.one_of(OPTIONS, LOOSE))
def test_ratios_rise_along_the_options_worth_considering(rows: list[tuple[float, float]]) -> None:
    got = ce.incremental_table(table(rows))
    kept = got[got["status"] == ce.BEST]
    assert kept["cost"].is_monotonic_increasing and kept["effect"].is_monotonic_increasing
    ratios = kept["icer"].to_numpy()[1:]
    assert (ratios[1:] >= ratios[:-1] * (1 - 1e-8)).all() and (ratios > 0).all()
    assert list(got["icer"].isna()) == list(got["reason"] != "")
    assert len(got) == len(rows)


@CASES
@given(rows=OPTIONS)
def test_at_every_threshold_the_best_is_one_worth_considering(rows: list[tuple[float, float]]) -> None:
    got = ce.incremental_table(table(rows))
    kept = got[got["status"] == ce.BEST]
    for threshold in (0, 0.3, 1, 7, 100):
        best = (threshold * got["effect"] - got["cost"]).max()
        assert (threshold * kept["effect"] - kept["cost"]).max() == pytest.approx(best)


@CASES
@given(rows=OPTIONS)
def test_what_is_dominated_has_one_that_dominates_it(rows: list[tuple[float, float]]) -> None:
    got = ce.incremental_table(table(rows)).set_index("option")
    for name, row in got[got["status"] == ce.DOMINATED].iterrows():
        by = got.loc[row["reason"].removeprefix("dominated by ").removeprefix("the same as ")]
        assert by["cost"] <= row["cost"] and by["effect"] >= row["effect"] and by["status"] != ce.DOMINATED
        alike = (by["cost"], by["effect"]) == (row["cost"], row["effect"])
        assert alike == row["reason"].startswith("the same as") and (not alike or str(by.name) < str(name))


@CASES
@given(rows=OPTIONS, order=st.randoms(use_true_random=False))
def test_the_order_of_options_makes_no_difference(rows: list[tuple[float, float]], order: Any) -> None:
    options = table(rows)
    shuffled = options.iloc[order.sample(range(len(rows)), len(rows))]
    pd.testing.assert_frame_equal(ce.incremental_table(shuffled), ce.incremental_table(options))


def test_rounding_does_not_decide_what_dominates() -> None:
    rows = [("a", 100.0, 0.1 + 0.2), ("b", 100.0 * (1 + 1e-15), 0.3), ("c", 200.0, 0.3 * (1 + 2e-16))]
    got = ce.incremental_table(pd.DataFrame(rows, columns=["option", "cost", "effect"])).set_index("option")
    assert list(got.loc[["a", "b", "c"], "status"]) == [ce.BEST, ce.DOMINATED, ce.DOMINATED]
    assert got.loc["b", "reason"] == "the same as a" and got.loc["c", "reason"] == "dominated by a"


def test_an_option_on_the_line_stays_whatever_rounding_makes_of_it() -> None:
    for third in (1 / 3, np.nextafter(1 / 3, 0), np.nextafter(1 / 3, 1)):
        got = ce.incremental_table(table([(0, 0), (third, 0.1 * third), (1.0, 0.1)]))
        assert list(got["status"]) == [ce.BEST] * 3


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"cost": [1.0, np.nan]}, r"not known of \['o1'\]"),
        ({"effect": [np.inf, 1.0]}, r"not known of \['o0'\]"),
        ({"option": ["a", "a"]}, "stands once"),
        ({"price_base": ["2018-19", "2019-20"]}, "prices of one year"),
        ({"price_base": ["2018-19", None]}, "prices of one year"),
    ],
)
def test_options_that_cannot_be_set_side_by_side_are_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ce.incremental_table(table([(1, 1), (2, 2)]).assign(**changed))
    with pytest.raises(ValueError, match="no option"):
        ce.incremental_table(table([]))


# ---- draws


def slow(given: ce.Draws, threshold: float) -> tuple[list[float], float]:
    """Acceptability and the value of certainty, draw by draw."""
    shares, best_sum = [0.0] * len(given.options), 0.0
    benefits = [
        [threshold * effect - cost for effect, cost in zip(*row, strict=True)]
        for row in zip(given.effects, given.costs, strict=True)
    ]
    for row in benefits:
        best = max(row)
        leads = [place for place, value in enumerate(row) if value == best]
        best_sum += best
        for place in leads:
            shares[place] += 1 / len(leads)
    means = [sum(column) / len(benefits) for column in zip(*benefits, strict=True)]
    return [share / len(benefits) for share in shares], best_sum / len(benefits) - max(means)


@CASES
@given(given_=draws())
def test_acceptability_and_certainty_are_those_of_counting(given_: ce.Draws) -> None:
    chances, worth = ce.acceptability(given_, THRESHOLDS), ce.value_of_information(given_, THRESHOLDS)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-12)
    assert (worth["evpi"] >= 0).all()
    for place, threshold in enumerate(THRESHOLDS):
        shares, value = slow(given_, threshold)
        assert chances.iloc[place].tolist() == pytest.approx(shares)
        assert worth["evpi"][place] == pytest.approx(value, abs=1e-9)


@CASES
@given(given_=draws(), order=st.randoms(use_true_random=False))
def test_the_order_of_draws_and_options_makes_no_difference(given_: ce.Draws, order: Any) -> None:
    rows = order.sample(range(len(given_.costs)), len(given_.costs))
    columns = order.sample(range(len(given_.options)), len(given_.options))
    other = ce.Draws(
        tuple(given_.options[column] for column in columns),
        given_.costs[rows][:, columns],
        given_.effects[rows][:, columns],
    )
    one, two = (ce.acceptability(some, THRESHOLDS) for some in (given_, other))
    pd.testing.assert_frame_equal(one, two[list(one.columns)])
    pd.testing.assert_frame_equal(ce.frontier(given_, THRESHOLDS), ce.frontier(other, THRESHOLDS))
    pd.testing.assert_frame_equal(
        ce.value_of_information(given_, THRESHOLDS), ce.value_of_information(other, THRESHOLDS)
    )


@CASES
@given(given_=draws())
def test_the_frontier_has_the_greatest_mean_and_lies_on_the_incremental_table(given_: ce.Draws) -> None:
    got = ce.frontier(given_, THRESHOLDS)
    benefit = ce.mean_net_benefit(given_, THRESHOLDS)
    assert got["net_benefit"].tolist() == pytest.approx(benefit.max(axis=1).tolist())
    worth = ce.incremental_table(given_.means)
    assert set(got["option"]) <= set(worth.loc[worth["status"] == ce.BEST, "option"])


@CASES
@given(given_=draws())
def test_a_pair_that_never_ties_is_the_same_one_against_one_or_all(given_: ce.Draws) -> None:
    two = ce.Draws(given_.options[:2], given_.costs[:, :2], given_.effects[:, :2] + [0, 0.1371])
    pairwise = ce.pairwise_acceptability(two, [1.0, 3.0], reference="a")["b"]
    assert pairwise.tolist() == pytest.approx(ce.acceptability(two, [1.0, 3.0])["b"].tolist())


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(1)
    many = ce.Draws(("a", "b", "c"), generator.normal(10, 5, (500, 3)), generator.normal(1, 1, (500, 3)))
    grid = np.linspace(0, 50, 23)
    whole = [ce.acceptability(many, grid), ce.value_of_information(many, grid)]
    monkeypatch.setattr(ce, "BLOCK", 4_000)
    for one, other in zip(whole, [ce.acceptability(many, grid), ce.value_of_information(many, grid)], strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_options_that_are_alike_but_for_rounding_share_the_chance() -> None:
    costs = np.array([[0.3, 0.1 + 0.2, 1.0]] * 3)
    got = ce.acceptability(ce.Draws(("a", "b", "c"), costs, np.ones((3, 3))), 5.0)
    assert got.iloc[0].tolist() == pytest.approx([0.5, 0.5, 0])
    alike = ce.Draws(("b", "a"), np.array([[0.3, 0.1 + 0.2]] * 3), np.ones((3, 2)))
    assert ce.pairwise_acceptability(alike, 5.0, reference="a").loc[5.0, "b"] == 0
    assert ce.value_of_information(alike, 5.0)["evpi"].item() == 0


def test_the_plane_names_every_quadrant() -> None:
    costs, effects = np.zeros((5, 2)), np.zeros((5, 2))
    costs[:, 1], effects[:, 1] = [1, 1, -1, -1, 0], [1, -1, 1, -1, 1]
    got = ce.plane(ce.Draws(("old", "new"), costs, effects), reference="old")
    assert list(got["quadrant"]) == [
        "dearer, better",
        "dearer, worse",
        "cheaper, better",
        "cheaper, worse",
        "on an axis",
    ]
    assert set(got["option"]) == {"new"}


ONES = np.ones((3, 2))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((("a",), ONES[:, :1], ONES[:, :1]), "two options or more"),
        ((("a", "a"), ONES, ONES), "a name of its own"),
        ((("a", "b"), ONES, ONES[:2]), "draws x 2 options"),
        ((("a", "b", "c"), ONES, ONES), "draws x 3 options"),
        ((("a", "b"), ONES[:1], ONES[:1]), "too few draws: 1"),
        ((("a", "b"), ONES * np.nan, ONES), "is missing"),
    ],
)
def test_draws_that_say_nothing_are_refused(parts: tuple[Any, Any, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ce.Draws(*parts)


TWO = ce.Draws(("a", "b"), ONES, ONES)


@pytest.mark.parametrize("thresholds", [-1, [1, np.nan], [], np.inf, [[1, 2]]])
def test_thresholds_that_are_none_are_refused(thresholds: Any) -> None:
    for function in (ce.acceptability, ce.frontier, ce.value_of_information, ce.mean_net_benefit):
        with pytest.raises(ValueError, match="pounds for each effect"):
            function(TWO, thresholds)


def test_an_option_that_is_not_there_is_named() -> None:
    for function in (ce.plane, lambda *args, **kept: ce.pairwise_acceptability(*args, 1, **kept)):
        with pytest.raises(ValueError, match='no option "z"; there are a, b'):
            function(TWO, reference="z")


@pytest.mark.parametrize("people", [[], [-1.0], [np.nan], [1.0, 2.0, 3.0]])
def test_people_that_are_none_are_refused(people: list[float]) -> None:
    with pytest.raises(ValueError, match="for each year"):
        ce.people_touched(people, pd.Series([1.0, 0.9]))
    with pytest.raises(ValueError, match="not negative"):
        ce.value_of_information(TWO, 1.0, people=-1)
