"""Split of a change: what each factor of a product, summed over parts, has of it, with nothing left over.

Additive LMDI-I: the effect of a factor on a part is L(end, start) ln(factor at the end / at the start), with L the
logarithmic mean (a - b) / (ln a - ln b), and a where a = b. A part that starts or stops has a zero at one end: the
factor that is zero has the whole change of the part, the others none, and several zeros share it equally.
Multiplicative: e to the effect over L of the two totals. Year by year, the steps of a chain sum to the whole.
"""

import pandas as pd
import pytest

from vfm.analysis.decomposition import decompose_change, decompose_ratio, decompose_years, effects_by_part, log_mean
from vfm.vocabulary.periods import FinancialYear

LOG_MEANS = [
    # a, b, mean, working
    (4.0, 1.0, 2.164043, "3 / ln 4 = 3 / 1.386294"),
    (1.0, 4.0, 2.164043, "the same either way round"),
    (600.0, 75.0, 252.471632, "525 / ln 8 = 525 / 2.079442"),
    (75.0, 75.0, 75.0, "equal: the value, not 0"),
]


@pytest.mark.parametrize(("a", "b", "mean", "working"), LOG_MEANS)
def test_the_logarithmic_mean(a: float, b: float, mean: float, working: str) -> None:
    assert float(log_mean(a, b)) == pytest.approx(mean, abs=1e-6), working


BLANK = float("nan")
SPLITS = [
    # factors at the start, at the end, effects, working
    ([1, 100], [2, 200], [150, 150], "100 to 400: L = 300/ln 4 = 216.404; each 216.404 x ln 2"),
    ([10, 10], [20, 5], [69.314718, -69.314718], "100 to 100: L = 100; 100 ln 2 and 100 ln 0.5"),
    ([10, 10], [20, 10], [100, 0], "only the first moved: it has all of the change"),
    ([2, 3, 5], [2, 3, 5], [0, 0, 0], "nothing moved"),
    ([0, 2], [5, 3], [15, 0], "starts: 0 to 15, all of it by the factor that was 0, though the other moved"),
    ([5, 3], [0, 2], [-15, 0], "stops: the same turned round"),
    ([0, 0, 2], [5, 3, 4], [30, 30, 0], "two zeros share 60 equally: each ln(1/d) over the 2 ln(1/d) of both"),
    ([0, BLANK], [5, 3], [15, 0], "no people, so no cost for each: the blank may be anything"),
    ([0, 2], [0, 9], [0, 0], "zero at both ends: no change to split"),
    ([0, 2], [7, 0], [0, 0], "zero at both ends by different factors: L ln goes to 0, as d ln d does"),
]


@pytest.mark.parametrize(("start", "end", "effects", "working"), SPLITS)
def test_a_change_is_split_exactly(start: list[float], end: list[float], effects: list[float], working: str) -> None:
    got = decompose_change(pd.DataFrame([start]), pd.DataFrame([end]))
    assert list(got) == pytest.approx(effects, abs=1e-6), working


TWO_PARTS = [
    # parts at the start, at the end, effects part by part, effects of the total, working
    (
        [[1, 100], [10, 10]],
        [[2, 200], [20, 10]],
        [[150, 150], [100, 0]],
        [250, 150],
        "the rows above, side by side: 200 to 600",
    ),
    (
        [[10, 10], [0, 4]],
        [[20, 5], [6, 4]],
        [[69.314718, -69.314718], [24, 0]],
        [93.314718, -69.314718],
        "the first is unchanged at 100 and still has two effects; the second starts: 100 to 124",
    ),
]


@pytest.mark.parametrize(("start", "end", "by_part", "total", "working"), TWO_PARTS)
def test_parts_sum_to_the_total(
    start: list[list[float]], end: list[list[float]], by_part: list[list[float]], total: list[float], working: str
) -> None:
    ends = pd.DataFrame(start), pd.DataFrame(end)
    assert effects_by_part(*ends).to_numpy() == pytest.approx(pd.DataFrame(by_part).to_numpy(), abs=1e-6), working
    assert list(decompose_change(*ends)) == pytest.approx(total, abs=1e-6), working


RATIOS = [
    # factors at the start, at the end, what each multiplies by, working
    ([1, 100], [2, 200], [2, 2], "100 to 400 is 4 times: 2 x 2"),
    ([10, 10], [20, 5], [2, 0.5], "100 to 100: 2 x 0.5"),
    ([10, 10], [20, 10], [2, 1], "only the first moved"),
]


@pytest.mark.parametrize(("start", "end", "ratios", "working"), RATIOS)
def test_a_ratio_is_split_exactly(start: list[float], end: list[float], ratios: list[float], working: str) -> None:
    assert list(decompose_ratio(pd.DataFrame([start]), pd.DataFrame([end]))) == pytest.approx(ratios), working


def test_a_chain_sees_what_its_two_ends_do_not() -> None:
    first, second, third = ([[10, 10]], [[20, 5]], [[10, 20]])
    years = {FinancialYear(2012 + n): pd.DataFrame(frame) for n, frame in enumerate((first, second, third))}
    got = decompose_years(years)
    # 100 to 100: 100 ln 2 and 100 ln 0.5; 100 to 200: L = 100 / ln 2, times ln 0.5 = -100, and times ln 4 = 200
    assert list(got.loc[FinancialYear(2013)]) == pytest.approx([69.314718, -69.314718], abs=1e-6)
    assert list(got.loc[FinancialYear(2014)]) == pytest.approx([-100, 200])
    # the two ends alone: 10 x 10 to 10 x 20, so 0 and 100
    assert list(decompose_change(years[FinancialYear(2012)], years[FinancialYear(2014)])) == pytest.approx([0, 100])
