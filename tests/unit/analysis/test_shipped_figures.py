"""The figures of the shipped quarter, from the project's own tables."""

import pandas as pd
import pytest

from vfm.analysis import deflation, growth, matching, terms, unit_costs
from vfm.data.quarter import QuarterData
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import FinancialYear
from vfm.vocabulary.results import CannotSay, Estimate

FIRST, LAST = FinancialYear(2012), FinancialYear(2019)
MEASURE = "MOPAC commissioning budget (total)"
NAMES = ("start", "end")


@pytest.fixture(scope="module")
def two(tables: QuarterData) -> growth.TwoYears:
    rows = [growth.published_total(tables.budget, MEASURE, year) for year in (FIRST, LAST)]
    index = growth.deflator_index(tables.deflator[tables.deflator["vintage"] == "2023-06 (QNA)"])
    start, end = (growth.rounded(row["amount"], row["rounded_to"]) for row in rows)
    people = [growth.population_of(tables.population, "original", "E12000007", year) for year in (FIRST, LAST)]
    crimes = [growth.recorded_crime(tables.crime, year) for year in (FIRST, LAST)]
    prices = index["2019-20"] / index["2012-13"]
    return growth.TwoYears(LAST - FIRST, start, end, prices, (people[0], people[1]), (crimes[0], crimes[1]))


SIDE_BY_SIDE = [
    # what, value to the places that are published
    ("absolute", 30_000_000, 0.005),
    ("nominal", 1.271, 0.0005),
    ("annual", 0.124, 0.0005),
    ("start-real", 26_600_000, 50_000),
    ("real", 1.015, 0.0005),
    ("per-head-start", 2.84, 0.005),
    ("per-head-end", 5.98, 0.005),
    ("per-crime-start", 31.79, 0.005),
    ("per-crime-end", 58.67, 0.005),
]


@pytest.mark.parametrize(("what", "value", "within"), SIDE_BY_SIDE)
def test_the_budget_side_by_side(two: growth.TwoYears, what: str, value: float, within: float) -> None:
    got = growth.compare_years(two)[what]
    assert got.value == pytest.approx(value, rel=0, abs=within)
    assert got.lower is not None and got.upper is not None and got.lower < got.value < got.upper


def test_the_other_vintage_says_nearly_the_same(tables: QuarterData, two: growth.TwoYears) -> None:
    index = growth.deflator_index(tables.deflator[tables.deflator["vintage"] == "2020-03 (Budget)"])
    other = growth.compare_years(growth.with_prices(two, index["2019-20"] / index["2012-13"]))
    assert other["real"].value == pytest.approx(1.010, rel=0, abs=0.0005)


def test_the_two_years_rest_on_the_stated_people_and_crimes(two: growth.TwoYears) -> None:
    assert (two.years, two.people, two.crimes[1]) == (7, (8_308_833, 8_961_989), 913_660)


def test_the_split_holds_to_the_penny(two: growth.TwoYears) -> None:
    parts = {name: round(part.value, 2) for name, part in growth.split_growth(two).items()}
    assert parts == {
        "prices": 4_377_630.44,
        "population": 2_767_504.78,
        "crime-per-head": 4_822_599.57,
        "real-per-crime": 18_032_265.21,
    }
    assert round(sum(parts.values()), 2) == 30_000_000


COSTS = [
    # match, cost, direction, whether chance gives it an interval
    ("london-gang-exit-young-people-2016-17", 3_802.28, "", True),
    ("london-gang-exit-young-people-2016-17-whole-award", 4_752.85, "at most", False),
    ("three-exploitation-services-young-people-2016-24", 8_000, "about, direction unknown", False),
    ("shared-endeavour-people-2021-22", 18.18, "at most", False),
    ("shared-endeavour-people-2022-23", 23.39, "at most", False),
    # 1.3 million and 5,000 are both round: limits of chance would be closer than the rounding
    ("stronger-futures-young-people-2021-23", 260, "about, direction unknown", False),
]


@pytest.mark.parametrize(("match", "cost", "direction", "interval"), COSTS)
def test_the_cost_for_each(tables: QuarterData, match: str, cost: float, direction: str, interval: bool) -> None:
    row = unit_costs.cost_matches(tables.matched).loc[match]
    got = unit_costs.as_result(row, level=0.95)
    assert isinstance(got, Estimate)
    assert (round(got.value, 2), got.direction, got.lower is not None) == (cost, direction, interval)


# By the vintage of June 2023: 2016-17 83.7617, 2019-20 88.934, 2020-21 94.5067, 2021-22 93.8523, 2022-23 100.
REAL_COSTS = [
    # match, cost in 2019/20 prices, lower, upper, working
    (
        "london-gang-exit-young-people-2016-17",
        *(4_037.07, 3_518.85, 4_667.03),
        "3,802.28 x 88.934/83.7617; limits x 88.934/85.1585 (2017-18) and x 88.934/82.0766 (2015-16)",
    ),
    ("shared-endeavour-people-2021-22", 17.23, None, None, "18.1818 x 88.934/93.8523"),
    ("shared-endeavour-people-2022-23", 20.80, None, None, "23.3871 x 88.934/100"),
    ("stronger-futures-young-people-2021-23", 231.23, None, None, "260 x 88.934/100"),
    ("three-exploitation-services-young-people-2016-24", 7_528.27, None, None, "8,000 x 88.934/94.5067"),
]


@pytest.fixture(scope="module")
def index(tables: QuarterData) -> "pd.Series[float]":
    return growth.index_of_vintage(tables.deflator, "2023-06 (QNA)")


@pytest.mark.parametrize(("match", "cost", "lower", "upper", "working"), REAL_COSTS)
def test_the_cost_for_each_in_real_terms(
    tables: QuarterData,
    index: "pd.Series[float]",
    match: str,
    cost: float,
    lower: float | None,
    upper: float | None,
    working: str,
) -> None:
    costs = unit_costs.cost_matches(deflation.with_periods(tables.matched, tables.results))
    got = deflation.real_cost_result(deflation.real_costs(costs, index, "2019-20").loc[match], level=0.95)
    assert isinstance(got, Estimate)
    rounded = [None if x is None else round(x, 2) for x in (got.value, got.lower, got.upper)]
    assert rounded == [cost, lower, upper], working


def test_no_funded_service_is_lost_or_counted_twice_in_cash_or_in_real_terms(
    tables: QuarterData, index: "pd.Series[float]"
) -> None:
    awards = deflation.real_awards(tables.components, index, "2019-20")
    got = matching.coverage(deflation.by_service(tables.services, awards), tables.matches)
    assert got["services"].sum() == (tables.services["awards"] > 0).sum()
    assert got["pounds"].sum() == pytest.approx(tables.components["amount"].sum())
    assert got["real"].sum() == pytest.approx(awards["real"].sum())
    dated = awards["amount"][awards["real"].notna()].sum()
    assert got["undated"].sum() == pytest.approx(got["pounds"].sum() - dated)
    assert set(awards.loc[awards["real"].isna(), "reason"]) == {deflation.NO_DAY, deflation.NO_AMOUNT}


def test_a_vintage_that_is_not_there_is_refused_and_the_others_are_named(tables: QuarterData) -> None:
    with pytest.raises(UsageError, match=r'no vintage "2030".*"2020-03 \(Budget\)", "2023-06 \(QNA\)"'):
        growth.index_of_vintage(tables.deflator, "2030")


def test_plans_and_self_reports_never_headline(tables: QuarterData) -> None:
    headlines = tables.matches[tables.matches["headline"].fillna(False)]
    assert len(headlines) == 5
    assert set(headlines["value_precision"]) <= {"as-published", "at-least"}
    assert not headlines["evidence"].str.contains("self-report").any()
    assert set(headlines["denominator"]) == {"person"}


def test_every_result_has_a_judgement_with_its_reason(tables: QuarterData) -> None:
    assert set(tables.matches["result_id"]) == set(tables.results["result_id"])
    assert (tables.matches["reason"].str.len() > 10).all()


def test_no_cost_is_set_against_money_that_may_not_be_summed(tables: QuarterData) -> None:
    used = tables.matches["award_ids"].dropna().str.split("|").explode()
    roles = tables.awards.set_index("award_id")["role"]
    assert set(roles[used]) == {"component"}


TERMS = {
    "awards-count": 172,
    "stated-count": 141,
    "under-24-months-count": 89,
    "36-months-or-more-count": 21,
    "median-months": 12,
}


def values(awards: pd.DataFrame) -> dict[str, float]:
    results = terms.term_results(awards)
    return {key: result.value for key, result in results.items() if not isinstance(result, CannotSay)}


def test_the_terms_of_the_awards(tables: QuarterData) -> None:
    assert TERMS.items() <= values(tables.components).items()


@pytest.mark.parametrize(("side", "stated", "median"), [("before", 45, 22), ("later_or_undated", 96, 12)])
def test_the_terms_on_either_side_of_the_letter(tables: QuarterData, side: str, stated: int, median: float) -> None:
    got = values(terms.on_side(tables.components, pd.Timestamp("2020-04-01"), side))
    assert (got["stated-count"], got["median-months"]) == (stated, median)


def test_most_awards_are_short_but_most_pounds_are_not(tables: QuarterData) -> None:
    bands = terms.shares_by_term(tables.components).set_index("term")
    short = bands.loc[["Under 12 months", "12 to 23 months"]]
    assert short["share_of_awards"].sum() == pytest.approx(0.631, abs=0.0005)
    assert short["share_of_pounds"].sum() == pytest.approx(0.353, abs=0.0005)


def test_pounds_traced_are_components_alone(tables: QuarterData) -> None:
    assert tables.components["amount"].sum() == pytest.approx(410_013_635, abs=1)
    assert tables.components["amount"].notna().sum() == 164
    assert tables.awards.loc[tables.awards["role"] != "component", "amount"].isna().all()
