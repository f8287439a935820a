"""Interrupted series: a level, and a slope where asked, that change at a date, as ratios.

The log of the expected count is a level, a trend, a step from the change on, and (where asked) a slope that counts
periods since the last one before it. What would have been counted is the same without the step and the slope. Fewer
than 8 points on a side say nothing; fewer than 12 are provisional. One series has no comparison group, so the words
are "was higher" and "was lower".
"""

import math

import numpy as np
import pandas as pd
import pytest

from vfm.analysis.impact import Effect, amount, finding, regression_to_mean
from vfm.analysis.interrupted_series import cumulative_effect, interrupted_series
from vfm.analysis.segmented_regression import SLOPE, STEP, SeriesFit, SeriesModel, fit_series
from vfm.vocabulary.results import CannotSay, Estimate

POISSON = SeriesModel("poisson")


def series(values: list[float]) -> "pd.Series[float]":
    return pd.Series(values, index=pd.period_range("2010-01", periods=len(values), freq="M"), dtype=float)


def course(before: int, after: int, *, trend: float = 1.0, step: float = 1.0, slope: float = 1.0) -> list[float]:
    """A course from 100, and scatter that no level or trend of either side can take up.

    Both sides being a multiple of 4 long, 2, -2, -2, 2 over and over sums to 0 on each side, and so does its product
    with time; the score of a Poisson model is then 0 at the course itself.
    """
    since = [max(0, t - before + 1) for t in range(before + after)]
    exact = [100 * trend**t * (step * slope**s if s else 1) for t, s in enumerate(since)]
    return [value + 2 * sign for value, sign in zip(exact, (1, -1, -1, 1) * (len(exact) // 4), strict=True)]


def fitted(values: list[float], before: int, model: SeriesModel) -> SeriesFit:
    counts = series(values)
    found = fit_series(counts, counts.index[before], model=model)
    assert isinstance(found, SeriesFit)
    return found


RATIOS = [
    # trend, step, slope, working
    (1.00, 0.8, 1.00, "100 a month, then 80: 80/100"),
    (1.02, 0.8, 1.00, "2% more each month, with a fifth off: 0.8 of the course"),
    (0.99, 1.5, 1.00, "1% less each month, with a half on"),
    (1.01, 1.2, 0.97, "1% more each month, then up a fifth, then 1.01 x 0.97 a month"),
    (1.00, 1.0, 1.05, "no jump, but 5% more each month from then on"),
]


@pytest.mark.parametrize("family", ["poisson", "quasipoisson"])
@pytest.mark.parametrize(("trend", "step", "slope", "working"), RATIOS)
def test_the_step_and_the_slope(family: str, trend: float, step: float, slope: float, working: str) -> None:
    found = fitted(course(12, 12, trend=trend, step=step, slope=slope), 12, SeriesModel(family, slope=True))
    assert found.ratio(STEP).value == pytest.approx(step, rel=1e-6), working
    assert found.ratio(SLOPE).value == pytest.approx(slope, rel=1e-6), working


def test_the_season_is_no_step() -> None:
    # four years that swing by sin(2 pi month/12), and a step of 0.9 in January of the third; the scatter
    # swings three times a year, which the swing of once a year cannot take up
    exact = [math.exp(6 + 0.3 * math.sin(math.pi * m / 6) + math.log(0.9) * (m > 24)) for m in range(1, 49)]
    scattered = [value + 2 * sign for value, sign in zip(exact, (1, -1, -1, 1) * 12, strict=True)]
    found = fit_series(series(scattered), "2012-01", model=SeriesModel(harmonics=1))
    assert isinstance(found, SeriesFit)
    assert found.ratio(STEP).value == pytest.approx(0.9, rel=1e-6)
    assert found.params["sin1"] == pytest.approx(0.3, rel=1e-5)


INTERVALS = [
    # family, values before, values after, ratio, lower, upper, working
    (
        "poisson",
        [102.0, 98.0, 98.0, 102.0] * 2,
        [82.0, 78.0, 78.0, 82.0] * 2,
        0.8,
        0.649671,
        0.985114,
        "variance of the step 1/800 + 1/640 + 8^2/(42 x 100 + 42 x 80) = 0.0112781; 0.8 exp(-/+1.959964 x 0.1061985)",
    ),
    (
        "log-linear",
        [100 * math.exp(0.1 * s) for s in (1, -1, -1, 1) * 2],
        [80 * math.exp(0.1 * s) for s in (1, -1, -1, 1) * 2],
        0.8,
        0.628615,
        1.018112,
        "s^2 = 16 x 0.01/13; times 1/8 + 1/8 + 8^2/84 is 0.0124542; 0.8 exp(-/+2.160369 x 0.1115984)",
    ),
]


@pytest.mark.parametrize(("family", "before", "after", "value", "lower", "upper", "working"), INTERVALS)
def test_the_interval_of_a_step(
    family: str, before: list[float], after: list[float], value: float, lower: float, upper: float, working: str
) -> None:
    found = fitted(before + after, 8, SeriesModel(family)).ratio(STEP)
    assert [found.value, found.lower, found.upper] == pytest.approx([value, lower, upper], rel=2e-6), working


CUMULATIVE = [
    # before, after, step, counted less expected, working
    (8, 8, 0.8, -160, "8 x 80 - 8 x 100"),
    (12, 20, 1.25, 500, "20 x 125 - 20 x 100"),
    (16, 8, 1.0, 0, "as many as expected"),
]


@pytest.mark.parametrize(("before", "after", "step", "difference", "working"), CUMULATIVE)
def test_how_many_more_or_fewer_in_all(before: int, after: int, step: float, difference: float, working: str) -> None:
    found = cumulative_effect(fitted(course(before, after, step=step), before, POISSON))
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(difference, rel=1e-6, abs=1e-4), working
    assert found.lower is not None and found.upper is not None and found.lower < found.value < found.upper


def test_the_interval_of_the_sum() -> None:
    # flat 100 then 80, 8 and 8: the sum of eight means of 100 has, on the log scale, the variance of level and
    # trend half a series on, 1/800 + 8^2/(42 x 100 + 42 x 80) = 0.0097156; so 640 - 800 exp(-/+1.959964 x 0.0985678)
    found = cumulative_effect(fitted(course(8, 8, step=0.8), 8, POISSON))
    assert isinstance(found, Estimate)
    assert [found.lower, found.upper] == pytest.approx([640 - 800 * 1.213113, 640 - 800 / 1.213113], abs=0.001)


SIDES = [
    # before, after, what is said, working
    (7, 20, "there are 7 periods before the change and 20 from it, and each side needs 8", "one short"),
    (20, 7, "there are 20 periods before the change and 7 from it, and each side needs 8", "one short"),
    (8, 8, "provisional: 8 points on one side of the change, and 12 are wanted", "enough to say something"),
    (11, 12, "provisional: 11 points on one side of the change, and 12 are wanted", "one short of settled"),
    (12, 12, "", "enough"),
]


@pytest.mark.parametrize(("before", "after", "said", "working"), SIDES)
def test_how_many_points_are_enough(before: int, after: int, said: str, working: str) -> None:
    noise = np.random.default_rng(5).poisson(200, before + after).astype(float)
    counts = series(list(noise))
    found = interrupted_series(counts, counts.index[before], outcome="Recorded theft", model=SeriesModel())
    if isinstance(found, CannotSay):
        assert found.reason == said, working
    else:
        provisional = [caution for caution in found.cautions if caution.startswith("provisional")]
        assert provisional == ([said] if said else []), working


REFUSALS = [
    # values before, values after, family, reason, working
    ([5.0] * 8, [5.0] * 8, "poisson", "the series does not vary", "5 throughout"),
    ([4.0, 6.0] * 4, [0.0] * 8, "poisson", "nothing was counted on one side of the change", "a log of 0"),
    ([0.0] * 8, [4.0, 6.0] * 4, "negbin", "nothing was counted on one side of the change", "over 0"),
    ([0.0, 6.0] * 4, [4.0, 6.0] * 4, "log-linear", "a count of zero has no logarithm", "a log of 0"),
    ([math.nan, 6.0] * 4, [4.0, 6.0] * 4, "poisson", "the count is missing in 4 of 16 periods", "4 blanks"),
]


@pytest.mark.parametrize(("before", "after", "family", "reason", "working"), REFUSALS)
def test_what_cannot_be_said(before: list[float], after: list[float], family: str, reason: str, working: str) -> None:
    counts = series(before + after)
    found = fit_series(counts, counts.index[len(before)], model=SeriesModel(family))
    assert isinstance(found, CannotSay) and found.reason.startswith(reason), working


BREAKS = [
    # break, whether nothing can be said, working
    ("2011-01", True, "at the change"),
    ("2010-12", True, "the period before"),
    ("2011-02", True, "the period after"),
    ("2011-03", False, "two after: said as a caution"),
    ("2010-05", False, "long before: said as a caution"),
]


@pytest.mark.parametrize(("when", "refused", "working"), BREAKS)
def test_a_change_at_a_break_in_the_record(when: str, refused: bool, working: str) -> None:
    counts = series(list(np.random.default_rng(6).poisson(300, 24).astype(float)))
    found = interrupted_series(
        counts, "2011-01", outcome="Recorded theft", model=SeriesModel(), known_breaks={when: "counting changed"}
    )
    if refused:
        assert found == CannotSay("the change coincides with a break in the record: counting changed"), working
    else:
        assert isinstance(found, Effect), working
        assert f"the series has a break in {when}: counting changed" in found.cautions


AMOUNTS = [
    # value, scale, words, working
    (0.885, "ratio", "11.5% lower", "0.885 - 1"),
    (1.164, "ratio", "16.4% higher", "1.164 - 1"),
    (1.0, "ratio", "0.0% different", "no difference"),
    (2.75, "jobs", "2.75 jobs higher", "as it is"),
    (-0.0365, "log points", "0.0365 log points lower", "as it is"),
    (1234.6, "crimes", "1,235 crimes higher", "whole from 100"),
]


@pytest.mark.parametrize(("value", "scale", "said", "working"), AMOUNTS)
def test_an_amount_in_words(value: float, scale: str, said: str, working: str) -> None:
    assert amount(value, scale) == said, working


WORDS = [
    # level, lower, upper, what it begins with, working
    (2, 0.8, 0.9, "Recorded theft was 15.0% lower from May than its earlier course suggests", "its own past only"),
    (2, 0.8, 1.1, "No change in recorded theft from May is shown", "1 lies within"),
    (3, 0.8, 0.9, "From May, recorded theft is estimated to be 15.0% lower than the comparison suggests", "compared"),
    (3, 0.8, 1.1, "No change in recorded theft from May is shown", "1 lies within"),
]


@pytest.mark.parametrize(("level", "lower", "upper", "said", "working"), WORDS)
def test_the_words_of_a_level(level: int, lower: float, upper: float, said: str, working: str) -> None:
    got = finding(
        "Recorded theft", "May", value=0.85, lower=lower, upper=upper, scale="ratio", level=level, coverage=0.95
    )
    assert got.startswith(said), working


RETURN = [
    # correlation, cut, baselines, move, working
    (1.0, 40, 1, 0.0, "a place never differs from itself"),
    (0.5, 60, 1, 5.984134, "z = 0: 112.5/15 x 0.398942/0.5"),
    (0.0, 60, 4, 5.984134, "w/m = 56.25, s = 7.5: 7.5 x 0.797885"),
    (0.5, 75, 1, 11.438514, "z = 1: 7.5 x 0.241971/0.158655"),
    (0.5, 45, 1, 11.438514, "the same on the other side"),
]


@pytest.mark.parametrize(("correlation", "cut", "baselines", "move", "working"), RETURN)
def test_regression_to_the_mean(correlation: float, cut: float, baselines: int, move: float, working: str) -> None:
    got = regression_to_mean(mean=60, sd=15, correlation=correlation, cut=cut, baselines=baselines)
    assert got == pytest.approx(move, rel=2e-6), working
