"""Ratios of means, both uncertain: Fieller's set of the values that the data do not rule out.

With means x and u, variances of those means vx and vu, covariance vxu and t of the level, the set is all r with
a r^2 - 2 b r + c <= 0, where a = u^2 - t^2 vu, b = x u - t^2 vxu and c = x^2 - t^2 vx. Its ends are
(b +- sqrt(b^2 - a c)) / a, and g = t^2 vu / u^2. Where g is under 1 the set is an interval. From 1 on it is two
half-lines, or everything where b^2 <= a c.

Three pairs leave two degrees of freedom, for which t^2 = 2 p^2 / (1 - p^2) at level p: 2/3 at 50%, 32/9 at 80%.
"""

import pandas as pd
import pytest

from vfm.analysis.bootstrap import bootstrap_ratios
from vfm.analysis.ratios import Ratio, fieller_paired, fieller_two_sample
from vfm.vocabulary.results import CannotSay

PAIRED = [
    # spend, count, level, value, shape, lower, upper, g, working
    (
        (10, 20, 30),
        (1, 3, 2),
        0.5,
        10,
        "interval",
        (350 - 6900**0.5) / 34,
        (350 + 6900**0.5) / 34,
        1 / 18,
        "means 20, 2; vx 100/3, vu 1/3, vxu 5/3; a = 4 - 2/9, b = 40 - 10/9, c = 400 - 200/9; times 9: 34, 350, 3400",
    ),
    (
        (10, 11, 12),
        (0, 0, 3),
        0.8,
        11,
        "two half-lines",
        -11.3486,
        4.1313,
        32 / 9,
        "means 11, 1; vx 1/3, vu 1, vxu 1/2; a = -23/9, b = 83/9, c = 3235/27; (9.2222 +- 19.7798) / -2.5556",
    ),
    (
        (10, 20, 30),
        (1, 3, 2),
        0.95,
        10,
        "everything",
        None,
        None,
        1.5427,
        "t^2 = 2 x 0.9025/0.0975 = 18.5128; a = 4 - 6.1709, b = 40 - 30.8547, c = 400 - 617.094; b^2 < ac",
    ),
]


@pytest.mark.parametrize(("spend", "count", "level", "value", "shape", "lower", "upper", "g", "working"), PAIRED)
def test_the_three_shapes_of_a_ratio(
    spend: tuple[float, ...],
    count: tuple[float, ...],
    level: float,
    value: float,
    shape: str,
    lower: float | None,
    upper: float | None,
    g: float,
    working: str,
) -> None:
    got = fieller_paired(spend, count, level=level)
    assert isinstance(got, Ratio)
    assert (got.value, got.shape) == (pytest.approx(value), shape), working
    assert (got.lower, got.upper) == (pytest.approx(lower, abs=1e-4), pytest.approx(upper, abs=1e-4)), working
    assert got.g == pytest.approx(g, abs=1e-4), working


POOLED = [
    # above, below, level, value, lower, upper, df, working
    (
        (9, 11),
        (4, 6),
        0.5,
        2,
        (150 - 746**0.5) / 73,
        (150 + 746**0.5) / 73,
        2,
        "means 10, 5; pooled variance 2, vx = vu = 1, t^2 = 2/3; times 3: a 73, b 150, c 298; b^2 - ac = 746",
    ),
]


@pytest.mark.parametrize(("above", "below", "level", "value", "lower", "upper", "df", "working"), POOLED)
def test_two_groups_that_vary_alike(
    above: tuple[float, ...],
    below: tuple[float, ...],
    level: float,
    value: float,
    lower: float,
    upper: float,
    df: float,
    working: str,
) -> None:
    got = fieller_two_sample(above, below, level=level, variances="pooled")
    assert isinstance(got, Ratio)
    assert (got.value, got.df) == (value, df)
    assert (got.lower, got.upper) == (pytest.approx(lower), pytest.approx(upper)), working


DRAWN = [
    # spend of six providers who each count 1, value, lower, upper, working
    (
        (1, 0, 1, 0, 1, 0),
        1 / 2,
        1 / 6,
        5 / 6,
        "both sides alike, so z0 = a = 0; of 6 draws none is 1 in 1/64 = 1.6%, at most one in 7/64 = 10.9%",
    ),
]


@pytest.mark.parametrize(("spend", "value", "lower", "upper", "working"), DRAWN)
def test_limits_from_drawing_providers_again(
    spend: tuple[float, ...], value: float, lower: float, upper: float, working: str
) -> None:
    pairs = pd.DataFrame({"service": "a", "spend": spend, "count": 1})
    got = bootstrap_ratios(pairs, by=["service"], seed=1).iloc[0]
    assert [got["value"], got["lower"], got["upper"]] == pytest.approx([value, lower, upper]), working


NOTHING = [
    # spend, count, reason
    ((10,), (1,), "there are too few pairs: 1, and a variance takes 2"),
    ((10, 20), (0, 0), "nothing was counted, so there is no cost of each"),
    ((10, 20), (1, 2), "every pair has the same ratio, so chance cannot be read from them"),
    ((10, 10), (1, 1), "every pair has the same ratio, so chance cannot be read from them"),
]


@pytest.mark.parametrize(("spend", "count", "reason"), NOTHING)
def test_what_cannot_be_said(spend: tuple[float, ...], count: tuple[float, ...], reason: str) -> None:
    assert fieller_paired(spend, count) == CannotSay(reason)
