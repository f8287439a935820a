"""Money of different years in the prices of one: before two of them stand side by side.

The year whose prices money is in is that of the middle day of its period. Its range is that of all of it in the dearest
and all of it in the cheapest financial year that the period touches. Limits of chance go on to these years. A bound is
taken at the year that keeps it one, whenever the money was spent: "at most" at the dearest, "at least" at the cheapest.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import deflation, matching, unit_costs
from vfm.vocabulary.results import CannotSay, Direction, Estimate

# Prices of 2019-20 are 2.5, 2, 1.6 and 1 times those of the four years.
INDEX = pd.Series({"2015-16": 80.0, "2016-17": 100.0, "2017-18": 125.0, "2019-20": 200.0})

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
    got = deflation.period_of(start, end)
    assert got == (date(*first), date(*last)), working
    assert str(deflation.middle_year(*got)) == middle, working


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
    (row,) = deflation.real_spending(table.astype({"period_start": "string"}), INDEX, "2019-20").to_dict("records")
    assert (row["price_year"], row["reason"]) == (year, reason), working
    wanted = [np.nan if x is None else x for x in (real, lower, upper)]
    np.testing.assert_allclose([row["real"], row["lower"], row["upper"]], wanted, rtol=1e-12, err_msg=working)


MONEY = [
    # money is, real, lower, upper, direction, working
    ("as-published", 200, 160, 250, "", "the middle year, over the years that it touches"),
    ("at-most", 250, None, None, "at most", "were all of it spent in the dearest year"),
    ("at-least", 160, None, None, "at least", "were all of it spent in the cheapest year"),
    ("direction-unknown", 200, None, None, "about, direction unknown", "the middle year, and no range"),
]


@pytest.mark.parametrize(("precision", "real", "lower", "upper", "way", "working"), MONEY)
def test_a_bound_on_money_stays_one_whenever_it_was_spent(
    precision: str, real: float, lower: float | None, upper: float | None, way: str, working: str
) -> None:
    table = pd.DataFrame({"spend": [100.0], "period_start": "2016-01-01", "period_end": "2017-05-31"})
    row = deflation.real_spending(table.assign(pounds_precision=precision), INDEX, "2019-20").iloc[0]
    got = deflation.real_result(row)
    assert isinstance(got, Estimate)
    assert (got.value, got.lower, got.upper, got.direction) == (real, lower, upper, way), working


MATCH = {
    "spend": 1_000.0,
    "value": 5.0,
    "pounds_precision": "as-published",
    "value_precision": "as-published",
    "counted": "person",
    "denominator": "person",
    "period_start": "2016-01-01",
    "period_end": "2017-05-31",
}
# Five people: £200 each in cash. Exact Poisson limits of 5 are 1.623486 and 11.668332, so £85.70 to £615.96.
UNIT_COSTS = [
    # what is changed, real, lower, upper, working
    ({}, 400, 137.124, 1_539.896, "200 x 2; 85.70 at the cheapest year x 1.6, and 615.96 at the dearest x 2.5"),
    ({"period_start": "2016-04", "period_end": "2017-03"}, 400, 171.405, 1_231.917, "one year: each times 2"),
    ({"value_precision": "at-least"}, 500, None, None, "at most 200, so x 2.5"),
    ({"pounds_precision": "at-least"}, 320, None, None, "at least 200, so x 1.6"),
    ({"pounds_precision": "direction-unknown"}, 400, None, None, "about 200, so the middle year: x 2"),
    ({"denominator": "grant"}, 400, 320, 500, "no chance in the count, so the years alone: x 1.6 and x 2.5"),
]


@pytest.mark.parametrize(("changed", "real", "lower", "upper", "working"), UNIT_COSTS)
def test_a_unit_cost_in_real_terms(
    changed: dict[str, str], real: float, lower: float | None, upper: float | None, working: str
) -> None:
    costs = unit_costs.cost_matches(pd.DataFrame([MATCH | changed], index=["m"]))
    row = deflation.real_costs(costs, INDEX, "2019-20").loc["m"]
    got = deflation.real_cost_result(row, level=0.95)
    assert isinstance(got, Estimate), working
    assert got.value == pytest.approx(real, rel=1e-12), working
    assert (got.lower, got.upper) == (pytest.approx(lower, abs=0.001), pytest.approx(upper, abs=0.001)), working
    assert row["cost"] == 200 and got.direction == Direction(row["direction"])  # cash stands beside it


SILENT = [
    ({"period_end": None}, "the period has no stated end"),
    ({"period_end": "2018-06"}, "the deflator has no value for 2018-19"),
    ({"value": 0.0}, "nothing was counted"),
    ({"value": np.nan}, "the count is not known"),
]


@pytest.mark.parametrize(("changed", "reason"), SILENT)
def test_a_unit_cost_that_cannot_be_brought_to_one_year_says_why(changed: dict[str, object], reason: str) -> None:
    costs = unit_costs.cost_matches(pd.DataFrame([MATCH | changed], index=["m"]))
    got = deflation.real_cost_result(deflation.real_costs(costs, INDEX, "2019-20").loc["m"], level=0.95)
    assert isinstance(got, CannotSay) and got.reason.startswith(reason)


AWARDS = [
    # start, end, signed, price year, real, reason, working
    ("2016-01-01", "2017-05-31", "2015-05-01", "2016-17", 200, "", "the middle of its term, and not the signing"),
    ("2016-01-01", None, "2017-06-01", "2015-16", 250, "", "no end: the start"),
    (None, "2017-05-31", "2017-06-01", "2017-18", 160, "", "no start: the day that it was signed"),
    (None, None, None, "", None, deflation.NO_DAY, "no day at all"),
    ("2018-05-01", None, None, "2018-19", None, "the deflator has no value for 2018-19", "a year without a value"),
]


@pytest.mark.parametrize(("start", "end", "signed", "year", "real", "reason", "working"), AWARDS)
def test_awards_in_real_terms(
    start: str | None, end: str | None, signed: str | None, year: str, real: float | None, reason: str, working: str
) -> None:
    days = {"start": [start], "end": [end], "date_signed": [signed]}
    awards = pd.DataFrame(days).astype("datetime64[ns]").assign(amount=100.0)
    (row,) = deflation.real_awards(awards, INDEX, "2019-20").to_dict("records")
    assert (row["price_year"], row["reason"]) == (year, reason), working
    np.testing.assert_allclose(row["real"], np.nan if real is None else real, err_msg=working)


def test_pounds_of_services_stand_side_by_side_in_one_price_base_and_the_rest_is_told() -> None:
    """a: 100 at 2016-17 is 200, and 30 has no year; b: 100 at 2015-16 is 250; c has no award. Shares over 450."""
    days = pd.to_datetime(["2016-05-01", None, "2015-05-01"])
    awards = pd.DataFrame(
        {"service_id": ["a", "a", "b"], "amount": [100.0, 30, 100], "start": days, "end": pd.NaT, "date_signed": pd.NaT}
    )
    services = pd.DataFrame({"service_id": list("abc"), "awards": [2, 1, 0], "amount": [130.0, 100, np.nan]})
    funded = deflation.by_service(services, deflation.real_awards(awards, INDEX, "2019-20"))
    assert funded[["real", "undated"]].to_numpy().tolist() == [[200, 30], [250, 0], [0, 0]]
    matches = pd.DataFrame(
        {"service_id": ["a"], "value_precision": "as-published", "basis": "awards", "denominator": "person"}
    )
    table = matching.coverage(funded, matches).set_index("group")
    assert table["real"].tolist() == [200, 0, 250] and table["undated"].tolist() == [30, 0, 0]
    shares = matching.coverage_results(table.reset_index())
    got = {name: getattr(result, "value", None) for name, result in shares.items()}
    assert got == {
        "coverage-costed-share": pytest.approx(130 / 230),
        "coverage-costed-share-real": pytest.approx(200 / 450),
        "coverage-no-result-share": pytest.approx(100 / 230),
        "coverage-no-result-share-real": pytest.approx(250 / 450),
    }
