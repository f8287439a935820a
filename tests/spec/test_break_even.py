"""Break-even: what would have to be avoided for a service to pay for itself, which says nothing of what was.

Money is brought to the prices of the unit costs from the financial year in which the middle day of its period lies.
Its range is that of all of it in the dearest and all of it in the cheapest year that the period touches. The number of
crimes is the real money over what one costs. Where money or people are bounds, so is the number, with no range.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import break_even
from vfm.vocabulary.results import CannotSay, Direction, Estimate, Status

INDEX = pd.Series({"2015-16": 80.0, "2016-17": 100.0, "2017-18": 125.0, "2019-20": 200.0})
COSTS = pd.DataFrame(
    {
        "crime_type": ["violence with injury", "cybercrime"],
        "anticipation": 0.0,
        "consequence": [800.0, 50.0],
        "response": [200.0, 0.0],
        "total": [1_000.0, 50.0],
        "price_base": "2019-20",
    }
)

PERIODS = [
    # start, end, first day, last day, middle year, working
    (
        "2016-01-01",
        "2017-05-31",
        (2016, 1, 1),
        (2017, 5, 31),
        "2016-17",
        "516 days, so the middle is 15 September 2016",
    ),
    ("2021", "2023", (2021, 1, 1), (2023, 12, 31), "2022-23", "the middle is 2 July 2022"),
    ("2016", "2016", (2016, 1, 1), (2016, 12, 31), "2016-17", "the middle is 1 July 2016"),
    ("2016-02", "2016-02", (2016, 2, 1), (2016, 2, 29), "2015-16", "a leap year; before April"),
    ("2019-03-31", "2019-03-31", (2019, 3, 31), (2019, 3, 31), "2018-19", "the last day of a financial year"),
    ("2019-04-01", "2019-04-01", (2019, 4, 1), (2019, 4, 1), "2019-20", "the first day of one"),
    ("2019-12", "2019-12", (2019, 12, 1), (2019, 12, 31), "2019-20", "a month that ends its calendar year"),
]


@pytest.mark.parametrize(("start", "end", "first", "last", "middle", "working"), PERIODS)
def test_periods(
    start: str, end: str, first: tuple[int, int, int], last: tuple[int, int, int], middle: str, working: str
) -> None:
    got = break_even.period_of(start, end)
    assert got == (date(*first), date(*last)), working
    assert str(break_even.middle_year(*got)) == middle, working


REAL = [
    # spend, start, end, price year, real, lower, upper, reason, working
    (100, "2016-04-01", "2017-03-31", "2016-17", 200, None, None, "", "100 x 200/100; within one year, so no range"),
    (100, "2016-01-01", "2017-05-31", "2016-17", 200, 160, 250, "", "200/100; 200/125 = 1.6 and 200/80 = 2.5"),
    (100, "2016-01-01", "2016-03-31", "2015-16", 250, None, None, "", "200/80"),
    (100, "2016-04-01", "2019-06-30", "2017-18", None, None, None, "the deflator has no value for 2018-19", "touched"),
    (100, "2030", "2030", "2030-31", None, None, None, "the deflator has no value for 2029-30", "January"),
    (100, None, "2016", "", None, None, None, "the period has no stated start", "no start"),
    (100, "2016", None, "", None, None, None, "the period has no stated end", "no end"),
]  # fmt: skip


@pytest.mark.parametrize(("spend", "start", "end", "year", "real", "lower", "upper", "reason", "working"), REAL)
def test_money_in_real_terms(
    spend: float,
    start: str | None,
    end: str | None,
    year: str,
    real: float | None,
    lower: float | None,
    upper: float | None,
    reason: str,
    working: str,
) -> None:
    table = pd.DataFrame(
        {"spend": [float(spend)], "period_start": [start], "period_end": [end], "reason": "a judgement"}
    )
    (row,) = break_even.real_spending(table.astype({"period_start": "string"}), INDEX, "2019-20").to_dict("records")
    assert (row["price_year"], row["reason"]) == (year, reason), working
    wanted = [np.nan if x is None else x for x in (real, lower, upper)]
    np.testing.assert_allclose([row["real"], row["lower"], row["upper"]], wanted, rtol=1e-12, err_msg=working)


def spending(money: str = "as-published", people: str = "as-published", reason: str = "") -> pd.DataFrame:
    """£104,500 real, between £99,000 and £121,000, for 50 people."""
    known = {"real": 104_500.0, "lower": 99_000.0, "upper": 121_000.0} if not reason else {}
    row = {"real": np.nan, "lower": np.nan, "upper": np.nan, "price_year": "2016-17"} | known
    more = {"service": "A", "period": "2016/17", "value": 50.0, "reason": reason}
    return pd.DataFrame([row | more | {"pounds_precision": money, "value_precision": people}], index=["a"])


NEEDED = [
    # part, kind, exact, whole, for each 100, working
    ("total", "violence with injury", 104.5, 105, 209.0, "104,500/1,000; 104.5 x 100/50"),
    ("total", "cybercrime", 2_090.0, 2_090, 4_180.0, "104,500/50, exact, so no crime is added"),
    ("response", "violence with injury", 522.5, 523, 1_045.0, "104,500/200: police and courts alone"),
    ("response", "cybercrime", None, None, None, "they bear nothing of it"),
]


@pytest.mark.parametrize(("part", "kind", "exact", "whole", "per_100", "working"), NEEDED)
def test_crimes_needed(
    part: str, kind: str, exact: float | None, whole: float | None, per_100: float | None, working: str
) -> None:
    table = break_even.needed(spending(), COSTS, prices="2019-20", part=part).set_index("crime_type")
    got = table.loc[kind, ["avoided", "at_least", "per_100"]].to_numpy(dtype=float)
    np.testing.assert_allclose(got, [np.nan if x is None else x for x in (exact, whole, per_100)], err_msg=working)
    assert (table.loc[kind, "reason"] == "") == (exact is not None), working


RESULTS = [
    # what, value, lower, upper, working
    ("at_least", 105, 99, 121, "104.5, 99 and 121 in whole crimes"),
    ("per_100", 209, 198, 242, "each times 100/50"),
    ("share", 2.09, 1.98, 2.42, "more than two from each of those supported: it could not"),
]


@pytest.mark.parametrize(("what", "value", "lower", "upper", "working"), RESULTS)
def test_results(what: str, value: float, lower: float, upper: float, working: str) -> None:
    row = break_even.needed(spending(), COSTS, prices="2019-20").iloc[0]
    got = break_even.as_result(row, what)
    assert isinstance(got, Estimate)
    assert (got.value, got.lower, got.upper) == pytest.approx((value, lower, upper), rel=1e-12), working
    assert got.status is Status.SCENARIO


BOUNDS = [
    # money is, people are, the number is, for each 100 it is, working
    ("as-published", "as-published", Direction.EXACT, Direction.EXACT, "both as stated"),
    ("at-least", "as-published", Direction.AT_LEAST, Direction.AT_LEAST, "more money needs more"),
    ("at-most", "as-published", Direction.AT_MOST, Direction.AT_MOST, "less money needs less"),
    ("as-published", "at-least", Direction.EXACT, Direction.AT_MOST, "more people share the same number"),
    ("at-least", "at-least", Direction.AT_LEAST, Direction.UNKNOWN, "the two pull apart"),
    ("direction-unknown", "as-published", Direction.UNKNOWN, Direction.UNKNOWN, "round money"),
]


@pytest.mark.parametrize(("money", "people", "number", "each", "working"), BOUNDS)
def test_bounds_have_a_direction_and_no_range(
    money: str, people: str, number: Direction, each: Direction, working: str
) -> None:
    row = break_even.needed(spending(money, people), COSTS, prices="2019-20").iloc[0]
    for what, way in (("at_least", number), ("per_100", each), ("share", each)):
        got = break_even.as_result(row, what)
        assert isinstance(got, Estimate) and got.direction is way, working
        assert (got.lower is None) == (way is not Direction.EXACT), working


def test_recorded_crimes_are_fewer_where_unrecorded_ones_go_with_them() -> None:
    """At 1.9 that happen for each recorded: 104,500/(1.9 x 1,000) = 55 recorded ones."""
    times = pd.Series({"violence with injury": 1.9, "cybercrime": np.nan})
    table = break_even.needed(spending(), COSTS, prices="2019-20", multipliers=times)
    assert table["at_least"].iloc[0] == 55
    got = break_even.as_result(table.iloc[0], "at_least")
    assert isinstance(got, Estimate) and "with crimes that are not recorded" in got.method
    assert break_even.as_result(table.iloc[1], "at_least") == CannotSay(
        "there is no number of crimes for each recorded one"
    )


def test_what_is_not_known_of_the_money_is_not_known_of_the_crimes() -> None:
    reason = "the deflator has no value for 2029-30"
    table = break_even.needed(spending(reason=reason), COSTS, prices="2019-20")
    numbers = table[["avoided", "lower", "upper", "at_least", "per_100", "per_100_lower", "per_100_upper"]]
    assert numbers.isna().all(axis=None)
    assert [break_even.as_result(row, "share") for _, row in table.iterrows()] == [CannotSay(reason)] * 2
    assert break_even.real_result(spending(reason=reason).iloc[0]) == CannotSay(reason)


NOT_PRICED = "an effect with a comparison group is published, and has not been priced yet"
COMPARED = [
    # evidence, obstacle, reason, working
    ("before-after", "no-count", break_even.NO_EFFECT, "no comparison group"),
    ("comparison-group (national)", "elsewhere", break_even.NO_EFFECT, "a comparison group, and not in London"),
    (None, None, break_even.NO_EFFECT, "not stated"),
    ("comparison-group", None, NOT_PRICED, "in London"),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "obstacle", "reason", "working"), COMPARED)
def test_no_ratio_without_a_comparison_group(
    evidence: str | None, obstacle: str | None, reason: str, working: str
) -> None:
    table = pd.DataFrame({"service_id": ["a", "b"], "evidence": [evidence, "count"], "obstacle": [obstacle, None]})
    assert break_even.benefit_cost(table, "a") == CannotSay(reason), working
    assert break_even.benefit_cost(table, "b") == CannotSay(break_even.NO_EFFECT), working
