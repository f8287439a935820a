"""Appraisal: what costs and benefits of several years are worth in year 0, and what they lean on.

Everything is in the prices of one year. Year 0 is not discounted. The factor of year t is that of the year before over
1 + the rate of year t, so where the rate steps down it compounds on what was before. Shares of an outcome that are not
the service's own multiply, never add. A switching value is where benefits just equal costs.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import appraisal, crime_costs, discounting, sensitivity, social_return
from vfm.analysis.appraisal import Stream
from vfm.vocabulary.results import CannotSay, Estimate, Result, Status

PRICES = "2019-20"
RATES = pd.DataFrame(
    {"from_year": [0, 3, 5], "to_year": [2, 4, None], "gentle": [0.25, 0.6, 1.0], "as_of": "made up", "source": ""}
)
FACTORS = discounting.discount_factors(RATES, years=6, schedule="gentle")

STEPS = [
    # year, factor, working
    (0, 1.0, "year 0 is not discounted"),
    (1, 0.8, "1/1.25"),
    (2, 0.64, "0.8/1.25, the last of the first band"),
    (3, 0.4, "0.64/1.6, the first of the second, on top of what was before"),
    (4, 0.25, "0.4/1.6"),
    (5, 0.125, "0.25/2"),
    (6, 0.0625, "0.125/2: the last band has no end"),
]


@pytest.mark.parametrize(("year", "factor", "working"), STEPS)
def test_factors_compound_over_steps(year: int, factor: float, working: str) -> None:
    assert FACTORS[year] == pytest.approx(factor, rel=1e-12), working


NET = [
    # benefits, costs, present value of net, ratio, working
    ((0, 100, 100), (100,), 44.0, 1.44, "80 + 64 = 144; less 100; 144/100"),
    ((0, 0, 0, 100), (10, 10), 22.0, 40 / 18, "0.4 x 100 = 40; 10 + 8 = 18"),
    ((10,), (0, 10), 2.0, 1.25, "10 now against 8"),
    ((5, 5), (0, 0), 9.0, None, "5 + 4, and nothing to set it over"),
    ((0,), (10,), -10.0, 0.0, "no benefit"),
]


@pytest.mark.parametrize(("benefits", "costs", "net", "ratio", "working"), NET)
def test_benefits_against_costs(
    benefits: tuple[float, ...], costs: tuple[float, ...], net: float, ratio: float | None, working: str
) -> None:
    streams = Stream(benefits, PRICES), Stream(costs, PRICES)
    assert appraisal.net_present_value(*streams, FACTORS).value == pytest.approx(net), working
    got = appraisal.benefit_cost_ratio(*streams, FACTORS)
    if ratio is None:
        assert got == CannotSay("there are no costs, so benefits cannot be set over them")
    else:
        assert isinstance(got, Estimate) and got.value == pytest.approx(ratio), working


PAYBACK = [
    # net, discounted year, undiscounted year, working
    ((-100, 60, 60), None, 2, "-100 + 48 + 38.4 = -13.6; -100 + 60 + 60 = 20"),
    ((-100, 125, 0), 1, 1, "-100 + 100 = 0: just paid back; 25"),
    ((10, 0, 0), 0, 0, "nothing to pay back"),
    ((-100, 200, -125), None, None, "-100 + 160 - 80 = -20; -100 + 200 - 125 = -25: paid back, then not"),
    ((-100, 200, -90, 200), 1, 1, "-100, 60, 2.4, 82.4; -100, 100, 10, 210"),
    ((-100, 200, -150, 200), 3, 3, "60, then -36, then 44: paid back for good only in year 3; 100, -50, 150"),
]


@pytest.mark.parametrize(("net", "discounted", "plain", "working"), PAYBACK)
def test_payback_is_the_year_that_stays_paid_back(
    net: tuple[float, ...], discounted: int | None, plain: int | None, working: str
) -> None:
    stream = Stream(net, PRICES)

    def year(result: Result) -> float | None:
        return result.value if isinstance(result, Estimate) else None

    assert year(appraisal.payback(appraisal.discount(stream, FACTORS))) == discounted, working
    assert year(appraisal.payback(stream)) == plain, working


YEARLY = [
    # pounds, equivalent a year, working
    ((244,), 244.0, "one year is itself"),
    ((7, 7, 7), 7.0, "what never changes is its own equivalent"),
    ((244, 0, 0), 100.0, "244 over 1 + 0.8 + 0.64"),
    ((0, 100, 0), 80 / 2.44, "80 over 2.44"),
]


@pytest.mark.parametrize(("pounds", "yearly", "working"), YEARLY)
def test_the_same_sum_every_year(pounds: tuple[float, ...], yearly: float, working: str) -> None:
    assert appraisal.equivalent_annual(Stream(pounds, PRICES), FACTORS).value == pytest.approx(yearly), working


DEFLATOR = pd.Series({"2017-18": 80.0, "2018-19": 100.0, "2019-20": 125.0})
REAL = [
    # pounds, prices, base, real pounds, working
    ((80, 100, 125), "cash", "2018-19", (100, 100, 100), "80 x 100/80; 100; 125 x 100/125"),
    ((80, 100, 125), "2017-18", "2019-20", (125, 156.25, 195.3125), "each x 125/80: one price base"),
    ((5,), "2018-19", "2018-19", (5,), "the same prices"),
]


@pytest.mark.parametrize(("pounds", "prices", "base", "real", "working"), REAL)
def test_a_stream_at_the_prices_of_a_year(
    pounds: tuple[float, ...], prices: str, base: str, real: tuple[float, ...], working: str
) -> None:
    got = appraisal.at_prices(Stream(pounds, prices), base, DEFLATOR, first_year="2017-18")
    assert isinstance(got, Stream) and (got.pounds, got.prices) == (pytest.approx(real), base), working


WEIGHTS = [
    # income, benefit, elasticity, weighted, working
    (10_000, 100, 1.0, 200.0, "20,000/10,000"),
    (40_000, 100, 1.0, 50.0, "20,000/40,000"),
    (20_000, 100, 1.3, 100.0, "the median weighs 1"),
    (5_000, 100, 0.5, 200.0, "root of 4"),
    (5_000, 100, 0.0, 100.0, "everybody alike"),
]


@pytest.mark.parametrize(("income", "benefit", "elasticity", "weighted", "working"), WEIGHTS)
def test_distributional_weights(
    income: float, benefit: float, elasticity: float, weighted: float, working: str
) -> None:
    rows = pd.DataFrame({"group": ["all"], "benefit": [benefit], "income": [income]})
    got = appraisal.distributional_weights(rows, median_income=20_000, elasticity=elasticity)
    assert got["weighted"].item() == pytest.approx(weighted), working
    assert got["benefit"].item() == benefit  # still there to be seen


def test_optimism_bias_makes_costs_dearer_and_a_scenario() -> None:
    got = appraisal.with_optimism_bias(Stream((100, 50), PRICES), 0.2)  # 100 x 1.2, 50 x 1.2
    assert got.pounds == pytest.approx((120, 60)) and got.status is Status.SCENARIO


OUTCOMES = [
    # deadweight, displacement, attribution, drop-off, by year, working
    (0.0, 0.0, 0.0, 0.0, (1_000, 1_000), "10 x 100, all the service's own"),
    (0.5, 0.2, 0.25, 0.5, (300, 150), "1,000 x 0.5 x 0.8 x 0.75; then half"),
    (1.0, 0.2, 0.25, 0.5, (0, 0), "all would have happened anyway"),
    (0.5, 0.5, 0.0, 1.0, (250, 0), "1,000 x 0.5 x 0.5, not 1,000 x (1 - 1)"),
]


@pytest.mark.parametrize(("deadweight", "displacement", "attribution", "drop_off", "by_year", "working"), OUTCOMES)
def test_the_shares_of_an_outcome_multiply(
    deadweight: float,
    displacement: float,
    attribution: float,
    drop_off: float,
    by_year: tuple[float, ...],
    working: str,
) -> None:
    outcome = social_return.Outcome("it", 10, 100, PRICES, deadweight, displacement, attribution, drop_off, 2)
    assert social_return.impact(outcome, starts=0).pounds == pytest.approx(by_year), working
    assert social_return.impact(outcome, starts=1).pounds == pytest.approx((0, *by_year)), working


CRIME = pd.DataFrame(
    {
        "crime_type": ["robbery", "fraud", "shop theft"],
        "anticipation": [500.0, 100.0, 0.0],
        "consequence": [8_000.0, 1_600.0, 0.0],
        "response": [1_500.0, 300.0, 0.0],
        "total": [10_000.0, 2_000.0, 0.0],
        "multiplier_unrecorded": [2.0, None, 1.0],
        "price_base": PRICES,
    }
)
TIMES = CRIME.set_index("crime_type")["multiplier_unrecorded"]
PAYS = [
    # spend, kind, with multipliers, avoided, whole, reason, working
    (25_000, "robbery", False, 2.5, 3, "", "25,000/10,000: three pay, two do not"),
    (25_000, "robbery", True, 1.25, 2, "", "25,000/(2 x 10,000) recorded ones"),
    (20_000, "fraud", False, 10.0, 10, "", "20,000/2,000, just"),
    (20_000, "fraud", True, None, None, "there is no number of crimes for each recorded one", "not taken for 1"),
    (20_000, "shop theft", False, None, None, "one costs nothing, so none can pay for the spend", "20,000/0"),
    (0, "fraud", False, 0.0, 0, "", "nothing to pay for"),
]


@pytest.mark.parametrize(("spend", "kind", "scaled", "avoided", "whole", "reason", "working"), PAYS)
def test_how_many_crimes_pay_for_a_spend(
    spend: float, kind: str, scaled: bool, avoided: float | None, whole: float | None, reason: str, working: str
) -> None:
    table = crime_costs.break_even(spend, CRIME, prices=PRICES, multipliers=TIMES if scaled else None)
    got = table.set_index("crime_type").loc[kind]
    wanted = [np.nan if x is None else x for x in (avoided, whole)]
    assert list(got[["avoided", "at_least"]]) == pytest.approx(wanted, nan_ok=True), working
    assert got["reason"] == reason


COSTS = [
    # crimes, part, with multipliers, total or why not, working
    ({"robbery": 3, "fraud": 10}, "total", False, 50_000, "3 x 10,000 + 10 x 2,000: never scaled unasked"),
    ({"robbery": 3}, "total", True, 60_000, "3 x 2 x 10,000"),
    ({"robbery": 3}, "response", False, 4_500, "3 x 1,500: what police and courts bear"),
    (
        {"robbery": 3, "fraud": 10},
        "total",
        True,
        "1 kinds of crime have no cost; of fraud, there is no number of crimes for each recorded one",
        "no total of a part",
    ),
    ({}, "total", False, "no crime is given", "nothing to add"),
]


@pytest.mark.parametrize(("crimes", "part", "scaled", "total", "working"), COSTS)
def test_what_crimes_cost(crimes: dict[str, float], part: str, scaled: bool, total: float | str, working: str) -> None:
    table = crime_costs.cost_of_crime(
        pd.Series(crimes, dtype=float), CRIME, prices=PRICES, part=part, multipliers=TIMES if scaled else None
    )
    got = crime_costs.total_cost(table)
    assert (got.value if isinstance(got, Estimate) else got.reason) == total, working


BASE = {"people": 10.0, "worth": 150.0, "spend": 1_000.0}


def net_benefit(of: Mapping[str, Any]) -> Any:
    return of["people"] * of["worth"] - of["spend"]


SWITCHES = [
    # assumption, switching value, change, working
    ("people", 20 / 3, -1 / 3, "1,000/150, a third fewer than 10"),
    ("worth", 100.0, -1 / 3, "1,000/10"),
    ("spend", 1_500.0, 0.5, "10 x 150, half as much again"),
]


@pytest.mark.parametrize(("assumption", "switching", "change", "working"), SWITCHES)
def test_switching_values(assumption: str, switching: float, change: float, working: str) -> None:
    got = sensitivity.switching_values(net_benefit, BASE).set_index("assumption").loc[assumption]
    assert (got["switching"], got["change"]) == (pytest.approx(switching), pytest.approx(change)), working


def test_a_tornado_has_the_widest_first() -> None:
    ranges = pd.DataFrame({"assumption": ["spend", "people"], "low": [900, 5], "high": [1_200, 12]})
    got = sensitivity.one_way(net_benefit, BASE, ranges)
    # people: 5 x 150 - 1,000 and 12 x 150 - 1,000; spend: 1,500 - 900 and 1,500 - 1,200
    assert got[["assumption", "at_low", "at_high", "width", "at_base"]].to_numpy().tolist() == [
        ["people", -250, 800, 1_050, 500],
        ["spend", 600, 300, 300, 500],
    ]
