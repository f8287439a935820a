"""Funnels: how far an area would lie from a target by chance alone, and with a spread between areas added to it.

Proportions: target -+ z sqrt(target (1 - target) / n), cut to 0 and 1. Rates, and ratios of observed to expected: exact
Poisson limits of the events that the target expects, over the base. z is 1.959964 (95%) and 3.090232 (99.8%). Spread
beyond chance: on a scale where chance spreads a value by c / sqrt(n), additive random effects with variance tau2 after
the farthest tenth at each end is drawn in, and limits brought back to the scale they are drawn on. Outside the 99.8%
limits means "look, not bad". Ranks have the interval that comparing every pair leaves open.
"""

import pandas as pd
import pytest

from vfm.analysis import comparison, ranking, regression_to_mean
from vfm.analysis.comparison import ROOT, Dispersion, dispersion

PROPORTIONS = [
    # events, out of, lower and upper 95%, lower and upper 99.8%, band, label, working (all round 0.5)
    (50, 100, 0.402002, 0.597998, 0.345488, 0.654512, "within the limits", "", "0.5 -+ 1.959964 x 0.05"),
    (40, 100, 0.402002, 0.597998, 0.345488, 0.654512, "below the 95% limit", "", "0.4 is under 0.402"),
    (60, 100, 0.402002, 0.597998, 0.345488, 0.654512, "above the 95% limit", "", "0.6 is over 0.598"),
    (34, 100, 0.402002, 0.597998, 0.345488, 0.654512, "below the 99.8% limit", "A: look, not bad", "under 0.3455"),
    (66, 100, 0.402002, 0.597998, 0.345488, 0.654512, "above the 99.8% limit", "A: look, not bad", "over 0.6545"),
    (1, 4, 0.010009, 0.989991, 0.0, 1.0, "within the limits", "", "0.5 -+ 1.959964 x 0.25; 3.09 x 0.25 is cut"),
]


@pytest.mark.parametrize(("events", "n", "low", "high", "lower", "upper", "band", "label", "working"), PROPORTIONS)
def test_a_funnel_of_proportions(
    events: int,
    n: int,
    low: float,
    high: float,
    lower: float,
    upper: float,
    band: str,
    label: str,
    working: str,
) -> None:
    got = comparison.funnel_proportions(pd.Series({"A": events}), pd.Series({"A": n}), target=0.5).iloc[0]
    limits = got[["lower_95", "upper_95", "lower_998", "upper_998"]].astype(float)
    assert list(limits) == pytest.approx([low, high, lower, upper], abs=1e-6), working
    assert (got["band"], got["label"], got["reason"]) == (band, label, "")


RATES = [
    # events, base, target, lower and upper 95%, working
    (1, 1, 1, 0.0253178, 5.571643, "expected 1: -ln 0.975, and chi2(0.975; 4)/2"),
    (5, 5, 1, 1.623486 / 5, 11.668332 / 5, "expected 5: chi2(0.025; 10)/2 and chi2(0.975; 12)/2, over 5"),
    (1, 10, 0.5, 1.623486 / 10, 11.668332 / 10, "0.5 of 10 is 5 expected; over 10"),
]


@pytest.mark.parametrize(("events", "base", "target", "low", "high", "working"), RATES)
def test_a_funnel_of_rates_and_of_ratios(
    events: int, base: int, target: float, low: float, high: float, working: str
) -> None:
    for funnel in (comparison.funnel_rates, comparison.funnel_ratios):
        got = funnel(pd.Series([events]), pd.Series([base]), target=target).iloc[0]
        assert (got["value"], got["lower_95"], got["upper_95"]) == pytest.approx(
            (events / base, low, high), abs=1e-6
        ), working


def test_the_average_is_weighted_by_the_denominators_and_says_so() -> None:
    got = comparison.funnel_proportions(pd.Series([10, 90]), pd.Series([100, 300]))
    assert got["target"].tolist() == [0.25, 0.25]  # (10 + 90) / (100 + 300), not the mean of 0.1 and 0.3
    assert got["method"].iloc[0] == "normal limits, round the average weighted by the base"


# Expected 100 in each, so chance spreads the root of the ratio by 1/20; at root 1 + k/20, z is k.
def five(*k: float) -> tuple[pd.Series, pd.Series]:
    return pd.Series([100 * (1 + x / 20) ** 2 for x in k]), pd.Series([100.0] * 5)


DISPERSIONS = [
    # z of five areas, extremes, phi, tau2, p, working
    ((-2, -1, 0, 1, 2), "winsorised", 1.424, 0.00195, 0.040428, "2 is drawn in to 1.6: (2 x 2.56 + 2)/5; 3.12/1600"),
    ((-2, -1, 0, 1, 2), "dropped", 2.0, 0.00375, 0.040428, "of five none is dropped: 10/5; (10 - 4)/1600"),
    ((0, 0, 0, 0, 0), "winsorised", 0.0, 0.0, 1.0, "no spread: 0, and not (0 - 4)/1600"),
    ((-1, 1, 0, 0, 0), "winsorised", 0.144, 0.0, 0.735759, "1 is drawn in to 0.6: 0.72/5; less than chance; e^-1 x 2"),
]


@pytest.mark.parametrize(("z", "extremes", "phi", "tau2", "p", "working"), DISPERSIONS)
def test_a_spread_beyond_chance(
    z: tuple[float, ...], extremes: str, phi: float, tau2: float, p: float, working: str
) -> None:
    got = dispersion(*five(*z), target=1, scale=ROOT, extremes=extremes)
    assert isinstance(got, Dispersion)
    assert (got.phi, got.tau2, got.p) == pytest.approx((phi, tau2, p), abs=1e-6), working


def test_limits_with_a_spread_are_back_on_the_scale_of_the_ratio() -> None:
    spread = dispersion(*five(-2, -1, 0, 1, 2), target=1, scale=ROOT)
    assert isinstance(spread, Dispersion)
    got = comparison.funnel_ratios(*five(-2, -1, 0, 1, 2), spread=spread).iloc[0]
    # 1/400 + 0.00195 = 0.00445, its root 0.066708; (1 -+ 1.959964 x 0.0667083)^2
    assert (got["lower_95"], got["upper_95"]) == pytest.approx((0.755603, 1.278586), abs=1e-6)
    # the highest keeps 0.00195 / 0.00445 of its distance: (1 + 0.438202 x 0.1)^2
    shrunk = comparison.shrunken(*five(-2, -1, 0, 1, 2), spread).iloc[4]
    assert (shrunk["value"], shrunk["shrunken"]) == pytest.approx((1.21, 1.089561), abs=1e-6)


RANKS = [
    # values, errors, ranks, lower, upper, working (3 pairs: z at 0.05/6 is 2.394)
    ([5, 4.9, 1], [0.1] * 3, [1, 2, 3], [1, 1, 3], [2, 2, 3], "apart when over 2.394 x sqrt 0.02 = 0.339"),
    ([5, 4, 3], [0.1] * 3, [1, 2, 3], [1, 2, 3], [1, 2, 3], "all apart"),
    ([5, 4, 3], [9.0] * 3, [1, 2, 3], [1, 1, 1], [3, 3, 3], "none apart: any order is open"),
    ([5, 5, 3], [0.1] * 3, [1.5, 1.5, 3], [1, 1, 3], [2, 2, 3], "a tie shares the middle rank"),
    ([5, 4, 3], [9.0, 0.1, 0.1], [1, 2, 3], [1, 1, 2], [3, 2, 3], "the wide one is open, the narrow two are apart"),
]


@pytest.mark.parametrize(("values", "errors", "ranks", "lower", "upper", "working"), RANKS)
def test_a_rank_has_its_interval(
    values: list[float],
    errors: list[float],
    ranks: list[float],
    lower: list[float],
    upper: list[float],
    working: str,
) -> None:
    got = ranking.rank_intervals(pd.Series(values), pd.Series(errors))
    assert [got["rank"].tolist(), got["lower"].tolist(), got["upper"].tolist()] == [ranks, lower, upper], working


ADJUSTED = [
    # method, p-values, adjusted, working
    ("bonferroni", [0.01, 0.04], [0.02, 0.08], "each x 2"),
    ("holm", [0.01, 0.04], [0.02, 0.04], "the least x 2, the next x 1"),
    ("benjamini-hochberg", [0.01, 0.04, 0.03], [0.03, 0.04, 0.04], "x 3/1, 3/3; 0.03 x 3/2 = 0.045, cut to 0.04"),
    ("benjamini-yekutieli", [0.01, 0.04], [0.03, 0.06], "as Benjamini-Hochberg (0.02, 0.04), x (1 + 1/2)"),
]


@pytest.mark.parametrize(("method", "p", "adjusted", "working"), ADJUSTED)
def test_many_comparisons(method: str, p: list[float], adjusted: list[float], working: str) -> None:
    got = ranking.adjust(pd.Series(p), method=method)
    assert got["adjusted"].tolist() == pytest.approx(adjusted), working
    assert got["found"].tolist() == [x <= 0.05 for x in adjusted] and set(got["n"]) == {len(p)}


RETURNS = [
    # correlation, cut-off, picked, baselines, change, working (mean 60, spread 15)
    (0.5, 40, "at or below", 1, 13.486012, "112.5/15 x phi(1.3333)/(1 - Phi(1.3333)) = 7.5 x 1.798135"),
    (0.5, 80, "at or above", 1, -13.486012, "the same the other way: those picked high fall"),
    (0.5, 60, "at or below", 1, 5.984134, "cut at the mean: 7.5 x 0.398942/0.5"),
    (0.5, 80, "at or below", 1, 1.353533, "most are picked: 7.5 x phi(1.3333)/Phi(1.3333) = 7.5 x 0.164010/0.908789"),
    (1.0, 40, "at or below", 1, 0.0, "no chance in a measurement: nothing to move back"),
    (0.0, 60, "at or below", 4, 5.984134, "four baselines: spread 7.5; 56.25/7.5 x 0.797885"),
]


@pytest.mark.parametrize(("correlation", "cut_off", "picked", "baselines", "change", "working"), RETURNS)
def test_units_picked_for_a_bad_baseline_move_back(
    correlation: float, cut_off: float, picked: str, baselines: int, change: float, working: str
) -> None:
    got = regression_to_mean.expected_return(
        mean=60, sd=15, correlation=correlation, cut_off=cut_off, picked=picked, baselines=baselines
    )
    assert got.value == pytest.approx(change, abs=3e-6), working
