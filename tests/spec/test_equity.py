"""Equity: how evenly something is shared, and whether it goes to where the need is.

Concentration index: C = 2 cov(value, R) / mean, where R is the share of people below plus half of those level. Gini: C
of values ranked by themselves. Kakwani: C of funding ranked by need, less the Gini of need. Theil's T is sum w x ln x
and L is -sum w ln x, with x the value over the mean and w the shares of people; each is what lies between groups plus
what lies within them.
"""

import pandas as pd
import pytest

from vfm.analysis import equity
from vfm.vocabulary.results import CannotSay

GINIS = [
    # values, people, Gini, working
    ([1, 1, 1, 5], [1, 1, 1, 1], 0.375, "(2 (1 + 2 + 3 + 4 x 5)/8 - 5)/4"),
    ([1, 5], [3, 1], 0.375, "three people with 1 and one with 5: the same"),
    ([2, 2, 2], [1, 1, 1], 0.0, "all the same"),
    ([0, 0, 0, 7], [1, 1, 1, 1], 0.75, "one of four has all: 3/4"),
]


@pytest.mark.parametrize(("values", "people", "gini", "working"), GINIS)
def test_the_gini_coefficient(values: list[float], people: list[float], gini: float, working: str) -> None:
    got = equity.gini(pd.Series(values), weights=pd.Series(people))
    assert isinstance(got, equity.Index) and got.value == pytest.approx(gini, abs=1e-12), working


INDEXES = [
    # values, ranked by, concentration, generalised, Erreygers, Wagstaff (from 0 to 1), working
    ([0.1, 0.2, 0.3], [1, 2, 3], 2 / 9, 0.4 / 9, 1.6 / 9, 2.5 / 9, "R 1/6, 1/2, 5/6; x 0.2; x 4 x 0.2; over 0.8"),
    ([0.3, 0.2, 0.1], [1, 2, 3], -2 / 9, -0.4 / 9, -1.6 / 9, -2.5 / 9, "the other way round"),
    ([0.1, 0.3, 0.2], [1, 1, 3], 0.0, 0.0, 0.0, 0.0, "a tie: R 1/3, 1/3, 5/6; (0.4/3 + 0.5/3)/3 is 0.2 x 1/2"),
    ([0.2, 0.2, 0.2], [1, 2, 3], 0.0, 0.0, 0.0, 0.0, "all the same"),
]


@pytest.mark.parametrize(("values", "rank", "index", "generalised", "erreygers", "wagstaff", "working"), INDEXES)
def test_who_has_more(
    values: list[float],
    rank: list[float],
    index: float,
    generalised: float,
    erreygers: float,
    wagstaff: float,
    working: str,
) -> None:
    y, by = pd.Series(values), pd.Series(rank)
    got = [
        equity.concentration_index(y, by),
        equity.generalised_index(y, by),
        equity.erreygers_index(y, by, bounds=(0, 1)),
        equity.wagstaff_index(y, by, bounds=(0, 1)),
    ]
    wanted = [index, generalised, erreygers, wagstaff]
    assert [x.value for x in got if isinstance(x, equity.Index)] == pytest.approx(wanted, abs=1e-12), working


def test_the_error_of_an_index() -> None:
    got = equity.gini(pd.Series([1.0, 3.0]))
    # x 0.5, 1.5; R 1/4, 3/4; C 1/4. Influence: x (2R - 1 - C) + 1 - C - twice the area below:
    # 0.5 x -0.75 + 0.75 - 0.25 = 0.125 and 1.5 x 0.25 + 0.75 - 1.25 = -0.125; root of 2 x (1/2)^2 x 0.125^2
    assert isinstance(got, equity.Index) and got.se == pytest.approx(0.088388, abs=1e-6)
    assert (got.lower, got.upper) == pytest.approx((0.25 - 0.173238, 0.25 + 0.173238), abs=1e-6)


KAKWANIS = [
    # funding, need, index, working (Gini of the need 1, 2, 3 is 2/9)
    ([2, 4, 6], [1, 2, 3], 0.0, "twice the need of each"),
    ([2, 2, 2], [1, 2, 3], -2 / 9, "the same for all: C is 0"),
    ([1, 2, 6], [1, 2, 3], 4 / 27, "C = 2 ((1/6 + 1 + 5)/3 - 1.5)/3 = 10/27, less 6/27"),
]


@pytest.mark.parametrize(("funding", "need", "index", "working"), KAKWANIS)
def test_whether_funding_follows_need(funding: list[float], need: list[float], index: float, working: str) -> None:
    got = equity.kakwani_index(pd.Series(funding), pd.Series(need))
    assert isinstance(got, equity.Index) and got.value == pytest.approx(index, abs=1e-12), working


THEILS = [
    # values, groups, people, T: total, between, within; L: total, between, within; working
    (
        [1, 3],
        ["A", "A"],
        [1, 1],
        (0.130812, 0.0, 0.130812),
        (0.143841, 0.0, 0.143841),
        "(0.5 ln 0.5 + 1.5 ln 1.5)/2; -(ln 0.5 + ln 1.5)/2",
    ),
    (
        [1, 3, 4, 4],
        ["A", "A", "B", "B"],
        [1, 1, 1, 1],
        (0.100237, 0.056633, 0.043604),
        (0.130812, 0.058892, 0.071921),
        "means 2 and 4 of 3: (2/3 ln 2/3 + 4/3 ln 4/3)/2 + 0.130812/3; -(ln 2/3 + ln 4/3)/2 + 0.143841/2",
    ),
    (
        [1, 3, 4],
        ["A", "A", "B"],
        [1, 1, 2],
        (0.100237, 0.056633, 0.043604),
        (0.130812, 0.058892, 0.071921),
        "the same people, two of them in one row",
    ),
]


@pytest.mark.parametrize(("values", "groups", "people", "t", "log", "working"), THEILS)
def test_theils_measures_between_and_within(
    values: list[float],
    groups: list[str],
    people: list[float],
    t: tuple[float, ...],
    log: tuple[float, ...],
    working: str,
) -> None:
    got = equity.theil(pd.Series(values), groups=pd.Series(groups), weights=pd.Series(people))
    parts = got[["total", "between", "within"]]
    assert list(parts.loc["T"]) == pytest.approx(t, abs=2e-6), working
    assert list(parts.loc["L"]) == pytest.approx(log, abs=2e-6), working
    assert got["reason"].tolist() == ["", ""]


def test_a_zero_has_no_logarithm() -> None:
    got = equity.theil(pd.Series([0.0, 2.0]))
    assert got.loc["T", "total"] == pytest.approx(0.693147, abs=1e-6)  # (0 + 2 ln 2)/2
    assert got.loc["L", "reason"] == "an amount is zero, and zero has no logarithm"


def test_the_points_of_a_lorenz_curve() -> None:
    # of 8: 1, 1, 1 and 5; three people with 1 are one step, for none of them comes first
    assert equity.lorenz(pd.Series([5, 1, 1, 1])).to_numpy().tolist() == [[0, 0], [0.75, 0.375], [1, 1]]
    # ranked by need, most needy last: 6 of 8 to the less needy half
    curve = equity.lorenz(pd.Series([6, 2]), rank_by=pd.Series([1, 2]))
    assert curve.to_numpy().tolist() == [[0, 0], [0.5, 0.75], [1, 1]]


SILENT = [
    # values, ranked by, reason, working
    ([5.0], [1], "of one row or none nothing is shared", "one borough"),
    ([0.0, 0], [1, 2], "nothing was given, so it has no shares", "no mean to divide by"),
    ([1.0, 2], [3, 3], "all rows have the same rank, so none comes before another", "one rank"),
]


@pytest.mark.parametrize(("values", "rank", "reason", "working"), SILENT)
def test_what_cannot_be_said(values: list[float], rank: list[float], reason: str, working: str) -> None:
    assert equity.concentration_index(pd.Series(values), pd.Series(rank)) == CannotSay(reason), working
