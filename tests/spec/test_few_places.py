"""Few places: what an interval is where an error clustered by place would be too small.

The wild cluster bootstrap turns signs place by place under each effect that is tried, and its interval is every effect
that is not rejected. With c places the smallest p is 2 in 2^c. Dealing the starts out again asks how often as large an
estimate would have come of other places being treated. Up to 4,096 patterns or deals each is taken once; past that they
are drawn with a seed. Where no interval can be had, nothing is said.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import difference_in_differences as did
from vfm.analysis import few_places
from vfm.analysis.event_study import event_study
from vfm.analysis.few_places import Cleared, WildBootstrap
from vfm.analysis.fixed_effects import PanelFit, fixed_effects, one_of
from vfm.analysis.impact import About, Effect
from vfm.analysis.staggered import staggered_effect
from vfm.vocabulary.results import CannotSay, Estimate

ABOUT = About("crime", "crimes", "the scheme")
PANEL: dict[str, Any] = {"outcome": "y", "unit": "unit", "time": "time", "first_treated": "start", "about": ABOUT}

FEW = [
    # treated, others, few, working
    (15, 15, False, "30 and neither under 10"),
    (14, 15, True, "29"),
    (9, 400, True, "9 treated, however many there are to compare with"),
    (400, 9, True, "9 to compare with"),
]


@pytest.mark.parametrize(("treated", "others", "few", "working"), FEW)
def test_how_many_are_few(treated: int, others: int, few: bool, working: str) -> None:
    assert few_places.are_few(treated=treated, others=others) is few, working


# ---- signs: the mean of one number from each place, of which the six sum to 21 where none is turned


def mean_of(values: list[float]) -> WildBootstrap:
    count = len(values)
    return WildBootstrap(Cleared(np.array(values), np.ones(count), np.arange(count), lambda columns: columns))


SIGNS = [
    # six numbers, how many of the 64 patterns are as far from 0, working: with S the sum of those turned, |21 - 2S|
    ([1, 2, 3, 4, 5, 6], 2, "sum 21: none turned, or all"),
    ([-1, 2, 3, 4, 5, 6], 4, "sum 19: none or the 1, and their opposites"),
    ([1, -2, 3, 4, 5, 6], 6, "sum 17: none, the 1, or the 2"),
    ([1, 2, -3, 4, 5, 6], 10, "sum 15: none, the 1, the 2, the 3, or the 1 and the 2"),
]


@pytest.mark.parametrize(("values", "patterns", "working"), SIGNS)
def test_the_p_of_six_places(values: list[float], patterns: int, working: str) -> None:
    assert mean_of(values).p() == patterns / 64, working


INTERVALS = [
    # coverage, lower, upper, working: p of b is 2(k + 1)/64, k being how many sets of the numbers have a mean up to b
    (0.95, 1, 6, "2(k + 1)/64 is over 0.05 from k = 1: the smallest mean, that of {1}"),
    (0.90, 2, 5, "over 0.1 from k = 3: after {1} and {1, 2} the third is 2"),
    (0.80, 7 / 3, 14 / 3, "over 0.2 from k = 6: 1, 1.5, 2 three times, then {1, 2, 4}"),
]


@pytest.mark.parametrize(("coverage", "lower", "upper", "working"), INTERVALS)
def test_the_interval_of_six_places(coverage: float, lower: float, upper: float, working: str) -> None:
    got = mean_of([1, 2, 3, 4, 5, 6]).interval(coverage)
    assert got == (pytest.approx(lower, rel=1e-5), pytest.approx(upper, rel=1e-5)), working


TOO_FEW = [
    # places, coverage, wanted, working
    (5, 0.95, 6, "2/32 is over 0.05, and 2/64 is not"),
    (4, 0.90, 5, "2/16 is over 0.1, and 2/32 is not"),
    (8, 0.998, 10, "2/256 is over 0.002, and 2/1,024 is not"),
]


@pytest.mark.parametrize(("places", "coverage", "wanted", "working"), TOO_FEW)
def test_from_too_few_there_is_no_interval(places: int, coverage: float, wanted: int, working: str) -> None:
    got = mean_of([float(n) for n in range(places)]).interval(coverage)
    assert isinstance(got, CannotSay), working
    assert got.reason == (
        f"{places} places are too few: from fewer than {wanted} there is no interval of {coverage * 100:.12g}%, "
        "whatever the figures are"
    )


# ---- starts dealt out again: three of six places, whose changes are 4, 5, 6 against 1, 2, 3

SIX = pd.DataFrame(
    [(unit, time, 1.0 if unit > 3 else np.nan, float(unit * time)) for unit in range(1, 7) for time in (0, 1)],
    columns=["unit", "time", "start", "y"],
)
# With d the gap of two places that are swapped, b is held between d and 4.5 - d/2, each by two deals of the 20 (the
# other is its mirror). The gaps are 1, 2, 2, 3, 3, 3, 4, 4, 5; two deals hold every b.
DEALT = [
    # coverage, lower, upper, working
    (0.90, 1, 5, "more than 2 of 20 hold it: two always do, so the least is 1, and the most is 5"),
    (0.80, 2, 4, "more than 4 of 20: next after 1 is 2, and after 5 it is 4"),
]


@pytest.mark.parametrize(("coverage", "lower", "upper", "working"), DEALT)
def test_the_interval_of_starts_dealt_out_again(coverage: float, lower: float, upper: float, working: str) -> None:
    got = staggered_effect(SIX, **PANEL, coverage=coverage)
    assert isinstance(got, Effect), working
    assert (got.value, got.lower, got.upper) == pytest.approx((3, lower, upper)), working
    assert "starts dealt out among 6 units as though by lot, all 20 ways" in got.method


NO_DEAL = [
    # rows, coverage, reason, working
    (SIX, 0.95, "no size of effect can be ruled out", "two of 20 hold every b, and that is 10%"),
    (
        SIX[~SIX["unit"].isin([1, 4])],
        0.95,
        "the starts can be dealt out in 6 ways only: from fewer than 20 there is no interval of 95%",
        "two of four: 4!/(2! 2!)",
    ),
]


@pytest.mark.parametrize(("panel", "coverage", "reason", "working"), NO_DEAL)
def test_from_too_few_deals_there_is_no_interval(
    panel: pd.DataFrame, coverage: float, reason: str, working: str
) -> None:
    got = staggered_effect(panel, **PANEL, coverage=coverage)
    assert isinstance(got, CannotSay) and reason in got.reason, working


# ---- in use


def panel_of(seed: int, *, treated: int, others: int, effect: float = 0.0, times: int = 6) -> pd.DataFrame:
    """Places with a memory from time to time, some of which vary three times as much as others."""
    generator, count = np.random.default_rng(seed), treated + others
    values = generator.normal(size=(count, times)).cumsum(axis=1) * np.where(np.arange(count) % 2, 1, 3)[:, None]
    values[:treated, times // 2 :] += effect
    starts = [float(times // 2)] * treated + [np.nan] * others
    rows = [(i, t, starts[i], value) for i, row in enumerate(values) for t, value in enumerate(row)]
    return pd.DataFrame(rows, columns=["unit", "time", "start", "y"])


def test_few_places_are_answered_by_the_bootstrap_and_many_by_a_clustered_error() -> None:
    few, many = (did.two_way(panel_of(1, treated=n, others=n), **PANEL) for n in (5, 15))
    assert isinstance(few, Effect) and isinstance(many, Effect)
    assert few.method == "two-way fixed effects; interval by wild cluster bootstrap of 10 units, all 1,024 patterns"
    assert "errors clustered in 30 units" in many.method and few_places.NO_EFFECT not in many.further
    p = few.further[few_places.NO_EFFECT]
    assert isinstance(p, Estimate) and (p.value <= 0.05) == few.shown


@pytest.mark.parametrize("method", [did.two_way, event_study])
def test_few_treated_among_many_are_few(method: Any) -> None:
    found = method(panel_of(2, treated=6, others=30), **PANEL, generator=np.random.default_rng(1))
    assert isinstance(found, Effect)
    assert "wild cluster bootstrap of 36 units, 1,999 draws" in found.method


@pytest.mark.parametrize("method", [did.two_way, event_study, staggered_effect])
def test_the_same_seed_gives_the_same_interval_and_none_is_refused(method: Any) -> None:
    panel = panel_of(3, treated=7, others=8)
    same = [method(panel, **PANEL, generator=np.random.default_rng(4)) for _ in range(2)]
    assert (same[0].lower, same[0].upper) == (same[1].lower, same[1].upper)
    with pytest.raises(ValueError, match="pass a seeded generator"):
        method(panel, **PANEL)


@pytest.mark.parametrize("method", [did.two_way, event_study])
def test_with_too_few_places_nothing_is_said(method: Any) -> None:
    got = method(panel_of(5, treated=2, others=3), **PANEL)
    assert isinstance(got, CannotSay) and got.reason.startswith("5 places are too few: from fewer than 6")


def test_where_two_places_alone_bear_on_it_no_effect_is_ruled_out() -> None:
    """Signs of the other four places change nothing, so no p is under 2/4."""
    regressor = np.array([1.0, 1, 0, 0, 0, 0])
    boot = WildBootstrap(Cleared(np.arange(6.0), regressor, np.arange(6), lambda columns: columns))
    assert boot.p(null=1e6) >= 0.5
    said = "so few places are treated, or untreated, that no size of effect can be ruled out"
    assert boot.interval(0.95) == CannotSay(said)


def test_the_interval_holds_the_truth_at_least_as_often_as_it_says_where_a_clustered_error_does_not() -> None:
    """150 panels of 2 and 10 places without an effect: 95%, less three times 1.78%. Student's is short even of that."""
    held = {"bootstrap": 0, "clustered": 0}
    for seed in range(150):
        panel = panel_of(seed, treated=2, others=10, times=4)
        on = panel.assign(treated=(panel["time"] >= panel["start"]).astype(float))
        fit = fixed_effects(on, outcome="y", regressors=["treated"], groups=["unit", "time"], cluster="unit")
        assert isinstance(fit, PanelFit)
        held["bootstrap"] += WildBootstrap(one_of(fit, pd.Series({"treated": 1.0}))).p() > 0.05
        held["clustered"] += abs(fit.coefficients["treated"] / fit.clustered_se["treated"]) <= 2.200985  # t of 11
    assert held["clustered"] / 150 < 0.95 - 3 * 0.0178 <= held["bootstrap"] / 150
