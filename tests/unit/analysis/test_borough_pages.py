"""What a borough's page is made of: services, outcomes, need and crime."""

from __future__ import annotations

import pandas as pd
import pytest

from places import LONDON
from vfm.analysis import borough_returns, borough_services, borough_trend, service_register
from vfm.vocabulary.periods import FinancialYear, Quarter

QUARTER = Quarter.parse("2019-20-Q4")
HACKNEY, CITY = "E09000012", "E09000001"


@pytest.mark.parametrize(
    ("achieved", "assessed", "lower", "upper"),
    # Newcombe (1998), table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_as_published(achieved: int, assessed: int, lower: float, upper: float) -> None:
    assert borough_returns.wilson(achieved, assessed) == pytest.approx((lower, upper), abs=0.00005)


@pytest.mark.parametrize(("achieved", "assessed"), [(1, 0), (2, 1), (-1, 3)])
def test_what_is_no_share_is_refused(achieved: int, assessed: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        borough_returns.wilson(achieved, assessed)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2019-04-01", "2020-03-30", "ended"),
        ("2019-04-01", "2020-03-31", "ends within six months"),
        ("2019-04-01", "2020-09-30", "ends within six months"),
        ("2019-04-01", "2020-10-01", "runs on"),
        ("2020-04-01", "2021-03-31", "had not begun"),
        ("2019-04-01", None, "no dates are stated"),
        (None, "2021-03-31", "runs on"),
    ],
)
def test_standing_at_the_end_of_the_quarter(start: str | None, end: str | None, expected: str) -> None:
    assert service_register.standing(pd.Timestamp(start), pd.Timestamp(end), QUARTER) == expected


def register() -> pd.DataFrame:
    awards = pd.DataFrame(
        {
            "award_id": ["A", "B", "C", "D"],
            "service_id": ["one", "one", "two", "three"],
            "theme": ["vawg", "vawg", "youth", "other"],
            "recipient": ["P", None, "P", "Q"],
            "amount": [10.0, None, 30.0, 40.0],
            "start": pd.to_datetime(["2018-04-01", "2019-04-01", "2019-04-01", "2019-04-01"]),
            "end": pd.to_datetime(["2019-03-31", "2020-03-31", "2021-03-31", "2021-03-31"]),
            "months": [12.0, 12.0, 24.0, 24.0],
        }
    )
    services = pd.DataFrame({"service_id": ["one", "two", "three"], "name": ["One", "Two", "Three"], "scope": "x"})
    return service_register.awards_of(awards, services, QUARTER)


def test_services_take_the_term_of_the_award_that_ran_at_the_end() -> None:
    services = pd.DataFrame({"service_id": ["one", "two", "three"], "scope": ["borough", "pan-london", "not-stated"]})
    table = service_register.services_of(register(), services, QUARTER).set_index("service_id")
    assert table.loc["one", ["awards", "pounds", "providers", "standing"]].tolist() == [
        2,
        10.0,
        "P; not named in the decision",
        "ends within six months",
    ]
    assert table.loc["two", "theme"] == "Youth"
    assert list(table["service"]) == ["One", "Three", "Two"]


@pytest.mark.parametrize(
    ("standings", "counts"),
    [
        (["ended", "runs on", "had not begun", "no dates are stated"], 1),
        (["ended", "ended", "had not begun", "no dates are stated"], 1),
        (["had not begun", "had not begun", "no dates are stated"], 0),
        (["no dates are stated"], 0),
    ],
)
def test_the_award_that_counts_is_the_one_that_ran_or_else_the_nearest(standings: list[str], counts: int) -> None:
    awards = pd.DataFrame(
        {
            "service_id": "one",
            "service": "One",
            "theme": "Youth",
            "provider": "P",
            "amount": 1.0,
            "start": pd.Timestamp("2019-04-01"),
            "end": pd.Timestamp("2020-03-31"),
            "months": range(len(standings)),
            "standing": standings,
        }
    )
    services = pd.DataFrame({"service_id": ["one"], "scope": ["borough"]})
    assert service_register.services_of(awards, services, QUARTER).loc[0, "months"] == counts


def test_providers_are_as_the_decisions_name_them() -> None:
    table = service_register.providers_of(register()).set_index("provider")
    assert table.loc["P", ["services", "awards", "pounds", "median_months"]].tolist() == ["One; Two", 2, 40.0, 18.0]


REACHED = pd.DataFrame(
    {"reach": ["every borough", "all of London", "not stated"], "gss_code": [None, None, None]}, index=["B", "C", "D"]
)


def test_services_here_are_those_that_a_decision_or_a_return_names() -> None:
    pence = pd.Series({"B": 100, "C": 200, "D": 300})
    here = borough_services.services_here(register(), REACHED, pence, {"three"}, HACKNEY, LONDON)
    assert dict(zip(here["service"], here["why"], strict=True)) == {
        "One": "every borough",
        "Two": "all of London",
        "Three": borough_services.RETURNED,
    }
    assert here["pounds"].isna().all()


def test_the_city_is_not_among_the_boroughs() -> None:
    pence = pd.Series({"B": 100, "C": 200, "D": 300})
    here = borough_services.services_here(register(), REACHED, pence, set(), CITY, LONDON)
    assert list(here["service"]) == ["Two"]


def test_pounds_to_one_borough_stand_on_its_page_alone() -> None:
    reached = REACHED.assign(reach="this borough", gss_code=HACKNEY)
    pence = pd.Series({"B": 100, "C": 200, "D": 301})
    here = borough_services.services_here(register(), reached, pence, set(), HACKNEY, LONDON)
    assert dict(zip(here["service"], here["pounds"], strict=True)) == {"One": 1.0, "Two": 2.0, "Three": 3.01}
    assert borough_services.services_here(register(), reached, pence, {"one"}, "E09000022", LONDON).empty


def test_every_service_says_whether_an_outcome_is_known_and_why_not() -> None:
    services = pd.Series({"one": "One", "two": "Two", "three": "Three"})
    published = pd.DataFrame({"service_id": ["two", "three"], "kind": ["outcome", "output"]})
    none = pd.DataFrame({"service_id": [], "assessed": []})
    known = borough_returns.what_is_known(services, none, published).set_index("service")
    assert list(known["outcome_here"]) == ["no"] * 3
    assert known.loc["One", "why"] == borough_returns.NO_RETURN
    assert "as a whole" in known.loc["Two", "why"]
    some = pd.DataFrame({"service_id": ["one", "three"], "assessed": [10, 0]})
    known = borough_returns.what_is_known(services, some, published).set_index("service")
    assert known.loc["One", "outcome_here"] == "yes"
    assert known.loc["Three", "why"] == borough_returns.NO_OUTCOME


def test_outcomes_have_intervals_and_none_where_no_one_was_assessed() -> None:
    outcomes = pd.DataFrame(
        {
            "service_id": ["one", "two", "two"],
            "gss_code": [HACKNEY, HACKNEY, CITY],
            "quarter": str(QUARTER),
            "measure_id": "safer",
            "achieved": [15, 0, 1],
            "assessed": [148, 0, 1],
        }
    )
    indicators = pd.DataFrame({"measure_id": ["safer"], "name": ["Safer"], "unit": ["people"], "direction": ["up"]})
    found = borough_returns.outcomes_here(outcomes, indicators, HACKNEY, str(QUARTER))
    assert found["share"].tolist()[0] == 15 / 148
    assert found["lower"].tolist()[0] == pytest.approx(0.0624, abs=0.00005)
    assert found.loc[1, ["share", "lower", "upper"]].isna().all()


def test_rates_are_of_full_years_and_london_is_its_boroughs_together() -> None:
    quarters = [f"2018-19-Q{n}" for n in range(1, 5)] + ["2019-20-Q1"]
    crime = pd.DataFrame(
        [
            (code, quarter, "theft", count, True)
            for quarter in quarters
            for code, count in ((HACKNEY, 10), ("E09000022", 30))
        ]
        + [(HACKNEY, quarter, "historical_fraud_forgery", 99, False) for quarter in quarters],
        columns=["gss_code", "period", "category", "count", "throughout"],
    )
    people = pd.DataFrame({HACKNEY: [1000.0], "E09000022": [3000.0], CITY: [5.0]}, index=[2018])
    rates = borough_trend.rates(borough_trend.yearly(crime), people, whole="London", until=FinancialYear(2019))
    assert list(rates.index) == ["2018-19"]
    # 40 of 1,000 people, 120 of 3,000: 40 for each thousand in both, and so in London
    assert rates.loc["2018-19"].to_dict() == {HACKNEY: 40.0, "E09000022": 40.0, "London": 40.0}


def test_deprivation_stands_beside_londons_by_residents() -> None:
    scores = pd.DataFrame(
        {
            "gss_code": [HACKNEY, CITY, HACKNEY],
            "imd_year": [2019, 2019, 2015],
            "domain": "imd",
            "average_score": [30.0, 10.0, 99.0],
        }
    )
    found = borough_trend.deprivation_beside(scores, pd.Series({HACKNEY: 3.0, CITY: 1.0}), HACKNEY)
    assert found.loc[0, ["here", "there", "year"]].tolist() == [30.0, 25.0, 2019]
