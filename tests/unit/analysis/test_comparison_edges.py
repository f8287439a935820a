"""Funnels, spreads, ranks, many comparisons and returns to the mean: edges, bad input, and what always holds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vfm.analysis.comparison import (
    ARCSINE,
    LOG,
    ROOT,
    Dispersion,
    Scale,
    dispersion,
    funnel_proportions,
    funnel_rates,
    funnel_ratios,
    proportion_limits,
    rate_limits,
    shrunken,
)
from vfm.analysis.ranking import adjust, rank_intervals
from vfm.analysis.regression_to_mean import expected_return
from vfm.vocabulary.results import CannotSay

LIMITS = ["lower_95", "upper_95", "lower_998", "upper_998"]
SOME = pd.Series([12.0, 30, 25, 8, 45, 20], index=list("abcdef"))
OF = pd.Series([100.0, 120, 90, 80, 110, 100], index=list("abcdef"))
TARGET = float(SOME.sum() / OF.sum())


def spread_on(scale: Scale, target: float = TARGET) -> Dispersion:
    got = dispersion(SOME, OF, target=target, scale=scale)
    assert isinstance(got, Dispersion)
    return got


# ---- limits


@given(target=st.floats(0.01, 0.99), bases=st.lists(st.floats(1, 1e6), min_size=2, max_size=8))
def test_the_larger_the_area_the_narrower_its_limits(target: float, bases: list[float]) -> None:
    n = np.sort(bases)
    spread = Dispersion(2.0, 0.01, 0.0, 6, target, ARCSINE, "")
    several = [proportion_limits(target, n, level=0.95), rate_limits(target, n, level=0.998)]
    for lower, upper in [*several, spread.limits(n, level=0.95)]:
        assert (np.diff(lower) >= -1e-9).all() and (np.diff(upper) <= 1e-9).all()
        assert (lower <= target + 1e-9).all() and (upper >= target - 1e-9).all()


@given(base=st.floats(1, 1e5), tau2=st.floats(0.0001, 0.5))
def test_a_spread_beyond_chance_widens_the_limits(base: float, tau2: float) -> None:
    near, far = (Dispersion(1.0, t, 0.5, 6, 0.3, ARCSINE, "").limits(base, level=0.95) for t in (0.0, tau2))
    assert far[0] <= near[0] and far[1] >= near[1]
    assert far[0] >= 0 and far[1] <= 1


@pytest.mark.parametrize(("scale", "low", "high"), [(ROOT, 0, 50), (LOG, 1e-3, 50), (ARCSINE, 0, 1)])
def test_a_scale_there_and_back_changes_nothing(scale: Scale, low: float, high: float) -> None:
    values = np.linspace(low, high, 25)
    np.testing.assert_allclose(scale.back(scale.to(values)), values, atol=1e-12)


@pytest.mark.parametrize("scale", [ROOT, ARCSINE])
def test_a_scale_never_comes_back_from_below_zero(scale: Scale) -> None:
    assert float(scale.back(-0.5)) == 0  # a square would fold back to 0.25, and a limit with it


def test_chance_spreads_a_proportion_on_its_scale_as_the_scale_says() -> None:
    draws = np.random.default_rng(1).binomial(400, 0.3, 40_000) / 400
    assert np.std(ARCSINE.to(draws)) * 20 == pytest.approx(ARCSINE.spread, rel=0.02)
    counts = np.random.default_rng(2).poisson(400, 40_000) / 400
    assert np.std(ROOT.to(counts)) * 20 == pytest.approx(ROOT.spread, rel=0.02)
    assert np.std(LOG.to(counts)) * 20 == pytest.approx(LOG.spread, rel=0.02)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_coverage(level: float) -> None:
    with pytest.raises(ValueError, match="level is a coverage between 0 and 1"):
        proportion_limits(0.5, 10, level=level)


# ---- funnels


FUNNELS = [funnel_proportions, funnel_rates, funnel_ratios]


@pytest.mark.parametrize("funnel", FUNNELS)
@pytest.mark.parametrize(
    ("events", "base", "reason"),
    [
        (np.nan, 10, "the events are not known"),
        (1, np.nan, "what they are out of is not known"),
        (0, 0, "there is nothing that they are out of"),
    ],
)
def test_a_row_without_limits_says_why(funnel, events: float, base: float, reason: str) -> None:  # type: ignore[no-untyped-def]
    got = funnel(pd.Series([5.0, events, 4]), pd.Series([10.0, base, 10]), target=0.4)
    assert got["reason"].tolist() == ["", reason, ""]
    assert got.loc[1, ["value", *LIMITS]].isna().all() and got.loc[1, "band"] == got.loc[1, "label"] == ""
    assert got.loc[[0, 2], ["value", *LIMITS]].notna().all(axis=None)


def test_rows_that_cannot_be_used_do_not_move_the_average() -> None:
    got = funnel_proportions(pd.Series([5.0, np.nan, 4, 3]), pd.Series([10.0, 50, 20, np.nan]))
    assert got["target"].tolist() == [0.3] * 4


@pytest.mark.parametrize(
    ("events", "target", "reason"),
    [
        ([0.0, 0], None, "chance gives no limits round a target of 0"),
        ([10.0, 10], None, "chance gives no limits round a target of 1"),
        ([3.0, np.nan], None, "one area alone has no average to be set against"),
    ],
)
def test_a_target_without_limits_is_said(events: list[float], target: float | None, reason: str) -> None:
    got = funnel_proportions(pd.Series(events), pd.Series([10.0, 10]), target=target)
    assert got["reason"].iloc[0] == reason and got[LIMITS].isna().all(axis=None)
    assert got["band"].tolist() == ["", ""]


def test_one_area_may_be_set_against_a_given_target() -> None:
    got = funnel_rates(pd.Series([3.0]), pd.Series([10.0]), target=0.5)
    assert got["reason"].tolist() == [""] and "round a given target" in got["method"].iloc[0]


@pytest.mark.parametrize("funnel", FUNNELS)
@pytest.mark.parametrize(
    ("events", "base", "message"),
    [
        (pd.Series([1.0, 2]), pd.Series([3.0, 4], index=[1, 0]), "have different indexes"),
        (pd.Series([-1.0, 2]), pd.Series([3.0, 4]), r"negative in \[0\]"),
        (pd.Series([1.0, -2]), pd.Series([3.0, -1]), r"negative in \[1\]"),
    ],
)
def test_what_is_no_count_is_refused(funnel, events: pd.Series, base: pd.Series, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        funnel(events, base)


def test_more_events_than_people_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"more events than their denominator in \['b'\]"):
        funnel_proportions(pd.Series({"a": 1, "b": 5}), pd.Series({"a": 2, "b": 4}))
    assert funnel_rates(pd.Series({"a": 1, "b": 5}), pd.Series({"a": 2, "b": 4}))["reason"].eq("").all()


@pytest.mark.parametrize("funnel", FUNNELS)
def test_the_order_of_the_rows_makes_no_difference(funnel) -> None:  # type: ignore[no-untyped-def]
    turned = funnel(SOME[::-1], OF[::-1]).loc[SOME.index]
    pd.testing.assert_frame_equal(turned, funnel(SOME, OF))


@pytest.mark.parametrize(
    ("funnel", "spread"),
    [
        (funnel_proportions, spread_on(ROOT)),
        (funnel_rates, spread_on(ARCSINE)),
        (funnel_rates, spread_on(LOG)),
        (funnel_ratios, spread_on(ARCSINE, 1.0)),
        (funnel_rates, spread_on(ROOT, 0.3)),
    ],
)
def test_a_spread_of_another_funnel_is_refused(funnel, spread: Dispersion) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="on another scale or round another target"):
        funnel(SOME, OF, spread=spread)


@pytest.mark.parametrize(("funnel", "scale"), [(funnel_proportions, ARCSINE), (funnel_rates, ROOT)])
def test_a_spread_of_its_own_widens_a_funnel_and_is_named(funnel, scale: Scale) -> None:  # type: ignore[no-untyped-def]
    spread = spread_on(scale)
    assert spread.tau2 > 0
    plain, wide = funnel(SOME, OF), funnel(SOME, OF, spread=spread)
    assert (wide["upper_95"] > plain["upper_95"]).all() and (wide["lower_95"] < plain["lower_95"]).all()
    assert wide["method"].str.contains(f"additive random effects, {scale.name}").all()


# ---- spread


COUNTS = st.lists(st.integers(0, 60), min_size=5, max_size=15)


@settings(max_examples=60)
@given(counts=COUNTS, seed=st.integers(0, 5))
def test_a_spread_is_never_negative_and_knows_no_order(counts: list[int], seed: int) -> None:
    events, base = pd.Series(counts, dtype=float), pd.Series(np.linspace(70, 140, len(counts)))
    got = dispersion(events, base, target=0.3, scale=ARCSINE)
    order = np.random.default_rng(seed).permutation(len(counts))
    other = dispersion(events.iloc[order], base.iloc[order], target=0.3, scale=ARCSINE)
    assert isinstance(got, Dispersion) and isinstance(other, Dispersion)
    assert got.tau2 >= 0 and got.phi >= 0 and 0 <= got.p <= 1
    assert (got.phi, got.tau2, got.p) == pytest.approx((other.phi, other.tau2, other.p))


def test_the_spread_that_was_put_in_is_found_again() -> None:
    rng = np.random.default_rng(4)
    base = pd.Series([1000.0] * 3000)
    events = pd.Series(rng.poisson(base * np.maximum(rng.normal(1, 0.2, 3000), 0) ** 2), dtype=float)
    got = dispersion(events, base, target=1, scale=ROOT, extremes="winsorised")
    assert isinstance(got, Dispersion)
    # the spread put in is 0.2^2; drawing both tenths of a normal in to 1.2816 leaves 0.67 of its mean square
    q = stats.norm.isf(0.1)
    left = 0.8 - 2 * q * stats.norm.pdf(q) + 0.2 * q**2
    assert got.tau2 == pytest.approx((0.04 + 1 / 4000) * left - 1 / 4000, rel=0.06)


@pytest.mark.parametrize(
    ("events", "base", "target", "scale", "reason"),
    [
        (SOME[:4], OF[:4], 0.2, ROOT, "4 areas are too few"),
        (SOME.where(SOME > 10), OF.where(OF > 95), 0.2, ROOT, "4 areas are too few"),
        (SOME.where(SOME > 10, 0), OF, 0.2, LOG, "zero has no logarithm"),
        (SOME * 0, OF, 0.0, ROOT, "no events anywhere"),
    ],
)
def test_a_spread_that_cannot_be_told_is_said(
    events: pd.Series, base: pd.Series, target: float, scale: Scale, reason: str
) -> None:
    got = dispersion(events, base, target=target, scale=scale)
    assert isinstance(got, CannotSay) and reason in got.reason


def test_another_way_with_extremes_is_refused() -> None:
    with pytest.raises(ValueError, match='"winsorised" or "dropped", not "kept"'):
        dispersion(SOME, OF, target=0.2, scale=ROOT, extremes="kept")


def test_the_outer_tenths_are_dropped_at_both_ends() -> None:
    events = pd.Series([100.0] * 18 + [400, 10])
    got = dispersion(events, pd.Series([100.0] * 20), target=1, scale=ROOT, extremes="dropped")
    assert isinstance(got, Dispersion) and (got.n, got.phi) == (18, 0)  # of 20: ranks 1 and 20 alone


def test_of_twenty_the_two_at_each_end_are_dropped() -> None:
    events = pd.Series(np.arange(81.0, 121, 2))  # ranks 1 and 2: 10/21, 20/21; 19 and 20: 190/21, 200/21; 18: 180/21
    got = dispersion(events, pd.Series([100.0] * 20), target=1, scale=ROOT, extremes="dropped")
    assert isinstance(got, Dispersion) and got.n == 16


def test_shrinking_moves_small_areas_most_and_says_what_it_cannot_do() -> None:
    spread = spread_on(ROOT)
    got = shrunken(pd.Series([3.0, 300, np.nan]), pd.Series([10.0, 1000, 10]), spread)
    assert got["weight"][0] < got["weight"][1] < 1
    assert (got["shrunken"][:2] < got["value"][:2]).all() and (got["shrunken"][:2] > TARGET).all()
    assert got["reason"].tolist() == ["", "", "the events are not known"] and got.loc[2, "value":"weight"].isna().all()
    none = shrunken(pd.Series([0.0, 3]), pd.Series([10.0, 10]), spread_on(LOG))
    assert none["reason"].tolist() == ["there are no events, and zero has no logarithm", ""]
    assert np.isnan(none["shrunken"][0]) and none["shrunken"][1] > 0


# ---- ranks and many comparisons


VALUES = st.lists(st.floats(-10, 10), min_size=1, max_size=8)


@given(values=VALUES, error=st.floats(0.01, 5), seed=st.integers(0, 3))
def test_a_rank_lies_in_its_interval_and_knows_no_order(values: list[float], error: float, seed: int) -> None:
    points, errors = pd.Series(values), pd.Series(error, index=range(len(values)))
    got = rank_intervals(points, errors)
    assert (got["lower"] <= got["rank"]).all() and (got["rank"] <= got["upper"]).all()
    assert (got["lower"] >= 1).all() and (got["upper"] <= len(values)).all()
    order = np.random.default_rng(seed).permutation(len(values))
    pd.testing.assert_frame_equal(rank_intervals(points.iloc[order], errors.iloc[order]).loc[got.index], got)


def test_together_the_intervals_hold_all_true_ranks_as_often_as_they_say() -> None:
    rng, true = np.random.default_rng(7), np.array([0.0, 1, 2, 3, 4])
    held = 0
    for _ in range(150):
        got = rank_intervals(pd.Series(true + rng.normal(0, 1, 5)), pd.Series(np.ones(5)), level=0.9)
        held += ((got["lower"] <= 5 - true) & (5 - true <= got["upper"])).all()
    assert held / 150 >= 0.85  # 0.9 less two standard errors; Bonferroni is on the safe side


def test_a_value_that_is_not_known_has_no_rank_and_takes_none() -> None:
    got = rank_intervals(pd.Series([3.0, np.nan, 1]), pd.Series([0.1, 0.1, 0.1]))
    assert got["rank"].tolist() == pytest.approx([1, np.nan, 2], nan_ok=True) and set(got["n"]) == {2}
    assert got["reason"].tolist() == ["", "the value or its error is not known", ""]
    assert got.loc[1, ["rank", "lower", "upper"]].isna().all()


@pytest.mark.parametrize(
    ("errors", "message"),
    [(pd.Series([0.1, 0]), "over zero"), (pd.Series([0.1, 0.1], index=[1, 2]), "different indexes")],
)
def test_ranks_of_what_has_no_error_are_refused(errors: pd.Series, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rank_intervals(pd.Series([1.0, 2]), errors)


@settings(max_examples=10, deadline=None)
@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusting_never_makes_a_find_more_likely(p: list[float]) -> None:
    by = {name: adjust(pd.Series(p), method=name)["adjusted"] for name in ("bonferroni", "holm", "benjamini-hochberg")}
    assert (by["benjamini-hochberg"] >= np.array(p) - 1e-12).all()
    assert (by["holm"] >= by["benjamini-hochberg"] - 1e-12).all()
    assert (by["bonferroni"] >= by["holm"] - 1e-12).all() and (by["bonferroni"] <= 1).all()


def test_a_missing_p_value_is_said_and_not_counted() -> None:
    got = adjust(pd.Series([0.01, np.nan, 0.04]), method="bonferroni")
    assert got["adjusted"].tolist() == pytest.approx([0.02, np.nan, 0.08], nan_ok=True)
    assert got["reason"].tolist() == ["", "there is no p-value", ""] and got["found"].tolist() == [True, False, False]
    assert adjust(pd.Series([np.nan]), method="holm")["reason"].tolist() == ["there is no p-value"]


@pytest.mark.parametrize(
    ("p", "method", "message"),
    [([0.5, 1.2], "holm", "between 0 and 1"), ([0.5], "tukey", "method is one of bonferroni, holm")],
)
def test_what_is_no_p_value_or_no_method_is_refused(p: list[float], method: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        adjust(pd.Series(p), method=method)


# ---- return to the mean


def test_picked_units_move_back_by_as_much_in_a_simulation() -> None:
    rng, n = np.random.default_rng(3), 200_000
    unit = rng.normal(60, np.sqrt(0.6) * 15, n)
    first = unit + rng.normal(0, np.sqrt(0.4) * 15, (2, n))
    second = unit + rng.normal(0, np.sqrt(0.4) * 15, n)
    picked = first.mean(axis=0) >= 75
    got = expected_return(mean=60, sd=15, correlation=0.6, cut_off=75, picked="at or above", baselines=2)
    assert (second - first.mean(axis=0))[picked].mean() == pytest.approx(got.value, abs=0.15)


@settings(max_examples=50)
@given(correlation=st.floats(0, 0.99), away=st.floats(0, 40), baselines=st.integers(1, 8))
def test_more_baselines_leave_less_to_move_back(correlation: float, away: float, baselines: int) -> None:
    one, more = (
        expected_return(mean=60, sd=15, correlation=0.0, cut_off=60, picked="at or below", baselines=n).value
        for n in (baselines, baselines + 1)
    )
    assert 0 < more < one
    low, high = (
        expected_return(mean=60, sd=15, correlation=correlation, cut_off=60 + side * away, picked=word).value
        for side, word in ((-1, "at or below"), (1, "at or above"))
    )
    assert low == pytest.approx(-high) and low > 0


def test_a_cut_off_far_out_is_still_a_number() -> None:
    got = expected_return(mean=0, sd=1, correlation=0, cut_off=-50, picked="at or below")
    assert got.value == pytest.approx(50, rel=1e-3)  # everyone picked is near -50 and goes back to 0


@pytest.mark.parametrize("wrong", [{"sd": 0}, {"correlation": 1.1}, {"correlation": -0.1}, {"baselines": 0}])
def test_a_return_of_what_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    plain = {"mean": 60, "sd": 15, "correlation": 0.5, "cut_off": 40}
    with pytest.raises(ValueError, match="a spread over zero, a correlation from 0 to 1"):
        expected_return(**(plain | wrong), picked="at or below")  # type: ignore[arg-type]


def test_picked_otherwise_is_refused() -> None:
    with pytest.raises(ValueError, match='"at or below" or "at or above" a cut-off, not "worst"'):
        expected_return(mean=60, sd=15, correlation=0.5, cut_off=40, picked="worst")
