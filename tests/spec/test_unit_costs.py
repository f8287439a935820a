"""Unit cost: spend over count, with the Poisson limits of the count turned upside down.

Spend C is taken as fixed and the count x as one draw from a Poisson process with limits L and U. The cost is C/x, from
C/U to C/L. Below 10 events the limits are exact, half the chi-square quantiles with 2x and 2x + 2 degrees of freedom;
from 10 they are Byar's. With no events there is no upper limit, and that is said in words.
"""

import math

import pandas as pd
import pytest

from vfm.analysis.unit_costs import poisson_interval, unit_cost

LIMITS = [
    # count, level, lower, upper, working
    (0, 0.95, 0.0, 3.688879, "exact: lower 0; upper -ln 0.025"),
    (1, 0.95, 0.025318, 5.571643, "exact: lower -ln 0.975"),
    (5, 0.95, 1.623486, 11.668332, "exact: chi2(0.025; 10)/2 = 3.246973/2, chi2(0.975; 12)/2 = 23.336664/2"),
    (9, 0.95, 4.115373, 17.084803, "exact, the last below 10: 8.230746/2, 34.169607/2"),
    (10, 0.95, 4.787450, 18.391459, "Byar, the first: 10 (1 - 1/90 - 1.959964/9.486833)^3"),
    (100, 0.95, 81.36211, 121.62794, "Byar: 100 (1 - 1/900 - 0.0653321)^3, 101 (1 - 1/909 + 0.0650079)^3"),
    (263, 0.95, 232.17113, 296.78276, "Byar: 263 (1 - 1/2367 - 0.0402852)^3, 264 (1 - 1/2376 + 0.0402088)^3"),
    (10, 0.998, 2.916318, 24.193725, "Byar: 10 (1 - 1/90 - 3.090232/9.486833)^3, 11 (1 - 1/99 + 3.090232/9.949874)^3"),
]


@pytest.mark.parametrize(("count", "level", "lower", "upper", "working"), LIMITS)
def test_the_limits_of_a_count(count: int, level: float, lower: float, upper: float, working: str) -> None:
    low, high = poisson_interval(count, level=level)
    assert (float(low), float(high)) == (pytest.approx(lower, rel=1e-5), pytest.approx(upper, rel=1e-5)), working


COSTS = [
    # spend, count, value, lower, upper, reason, working
    (65_000, 5, 13_000, 5_570.63, 40_037.29, "", "65,000/5; 65,000/11.668332; 65,000/1.623486"),
    (65_000, 10, 6_500, 3_534.25, 13_577.17, "", "65,000/10; 65,000/18.391459; 65,000/4.787450"),
    (1_000_000, 263, 3_802.28, 3_369.47, 4_307.17, "", "1,000,000/263; over 296.78276; over 232.17113"),
    (0, 5, 0, 0, 0, "", "nothing was spent: 0/5"),
    (
        65_000,
        0,
        None,
        17_620.53,
        None,
        "nothing was counted: the cost is at least the lower limit",
        "65,000/3.688879, and no upper limit",
    ),
    (None, 5, None, None, None, "the spend is not known", "no spend, no cost"),
    (65_000, None, None, None, None, "the count is not known", "no count, no cost"),
]


@pytest.mark.parametrize(("spend", "count", "value", "lower", "upper", "reason", "working"), COSTS)
def test_the_cost_of_each(
    spend: float | None,
    count: float | None,
    value: float | None,
    lower: float | None,
    upper: float | None,
    reason: str,
    working: str,
) -> None:
    got = unit_cost(pd.Series([spend], dtype=float), pd.Series([count], dtype=float)).iloc[0]
    wanted = [math.nan if x is None else x for x in (value, lower, upper)]
    assert list(got[["value", "lower", "upper"]]) == pytest.approx(wanted, abs=0.006, nan_ok=True), working
    assert got["reason"] == reason
