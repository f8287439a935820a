"""Growth of a budget: absolute, as a share, a year, and in real terms.

Real terms: cash x index(base) / index(year). Growth a year: (end / start)^(1 / years) - 1. A published figure that is
rounded is a range, and all that is made of it carries the range.
"""

import pandas as pd
import pytest

from vfm.analysis import growth
from vfm.vocabulary.results import CannotSay, Estimate

ROUNDED = [
    # value, rounded to, lower, upper, working
    (23_600_000, 100_000, 23_550_000, 23_650_000, "half of 100,000 either way"),
    (53_600_000, 100_000, 53_550_000, 53_650_000, "half of 100,000 either way"),
    (70_000_000, 10_000_000, 65_000_000, 75_000_000, "half of 10,000,000 either way"),
    (600_000, 0, 600_000, 600_000, "not rounded: a point"),
]


@pytest.mark.parametrize(("value", "to", "lower", "upper", "working"), ROUNDED)
def test_a_rounded_figure_is_a_range(value: float, to: float, lower: float, upper: float, working: str) -> None:
    assert growth.rounded(value, to) == (lower, value, upper), working


# 20 +/- 1 to 50 +/- 1 over two years; prices x 1.25; 10 to 20 people; 100 to 80 crimes
PLAIN = growth.TwoYears(years=2, start=(19, 20, 21), end=(49, 50, 51), prices=1.25, people=(10, 20), crimes=(100, 80))
CHANGES = [
    # what, value, lower, upper, working
    ("absolute", 30, 28, 32, "50 - 20; 49 - 21; 51 - 19"),
    ("nominal", 1.5, 49 / 21 - 1, 51 / 19 - 1, "50/20 - 1; 49/21 - 1; 51/19 - 1"),
    ("annual", 0.581139, 0.527525, 0.638356, "sqrt(2.5) - 1; sqrt(49/21) - 1; sqrt(51/19) - 1"),
    ("start-real", 25, 23.75, 26.25, "20 x 1.25; 19 x 1.25; 21 x 1.25"),
    ("real", 1.0, 49 / 26.25 - 1, 51 / 23.75 - 1, "50/25 - 1; 49/26.25 - 1; 51/23.75 - 1"),
    ("per-head-start", 2, 1.9, 2.1, "20/10; 19/10; 21/10"),
    ("per-head-end", 2.5, 2.45, 2.55, "50/20; 49/20; 51/20"),
    ("per-crime-start", 0.2, 0.19, 0.21, "20/100; 19/100; 21/100"),
    ("per-crime-end", 0.625, 0.6125, 0.6375, "50/80; 49/80; 51/80"),
]


@pytest.mark.parametrize(("what", "value", "lower", "upper", "working"), CHANGES)
def test_two_years_side_by_side(what: str, value: float, lower: float, upper: float, working: str) -> None:
    got = growth.compare_years(PLAIN)[what]
    assert (got.value, got.lower, got.upper) == pytest.approx((value, lower, upper), abs=1e-6), working


def test_every_comparison_is_in_the_table() -> None:
    assert {row[0] for row in CHANGES} == set(growth.compare_years(PLAIN))


REAL = [
    # amount, year, base, in the prices of the base (None: cannot say), working
    (100.0, "2012-13", "2019-20", 125.0, "100 x 100/80"),
    (100.0, "2019-20", "2012-13", 80.0, "100 x 80/100"),
    (100.0, "2019-20", "2019-20", 100.0, "its own prices"),
    (100.0, "2011-12", "2019-20", None, "no index for 2011-12"),
    (100.0, "2012-13", "2020-21", None, "no index for 2020-21"),
]


@pytest.mark.parametrize(("amount", "year", "base", "expected", "working"), REAL)
def test_cash_in_the_prices_of_another_year(
    amount: float, year: str, base: str, expected: float | None, working: str
) -> None:
    got = growth.real_terms(amount, year, base, pd.Series({"2012-13": 80.0, "2019-20": 100.0}))
    if expected is None:
        assert isinstance(got, CannotSay) and working.removeprefix("no index for ") in got.reason
    else:
        assert isinstance(got, Estimate) and got.value == pytest.approx(expected), working
