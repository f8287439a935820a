"""What can be put down to a borough: by hand, and to the penny."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vfm
from places import LONDON
from vfm.analysis import borough_money as money
from vfm.vocabulary.periods import FinancialYear
from vfm.vocabulary.results import CannotSay, Estimate, Status

YEAR = FinancialYear(2019)
AREAS = pd.DataFrame(
    {"gss_code": ["E09000001", "E09000012", "E09000022"], "area": ["City of London", "Hackney", "Lambeth"]}
)
PEOPLE = pd.Series([1.0, 2.0, 3.0], index=AREAS["gss_code"])


def awards(*rows: tuple[str, str, str, float | None, str | None, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["award_id", "title", "recipient", "amount", "start", "end"])
    return table.assign(
        service_id=table["award_id"].str.lower(),
        start=pd.to_datetime(table["start"]),
        end=pd.to_datetime(table["end"]),
    )


def test_an_award_is_spread_over_the_days_of_its_term() -> None:
    found = money.pence_in_year(
        awards(
            ("A", "", "", 366.00, "2019-04-01", "2020-03-31"),  # the whole year, a leap year: 366 days
            ("B", "", "", 731.00, "2019-04-01", "2021-03-31"),  # 366 of 731 days: £366
            ("C", "", "", 100.00, "2019-03-31", "2019-04-01"),  # one of two days: £50
            ("D", "", "", 100.00, "2020-04-01", "2021-03-31"),  # another year: none
            ("E", "", "", None, "2019-04-01", "2020-03-31"),  # no amount
            ("F", "", "", 100.00, "2019-04-01", None),  # no end
        ),
        YEAR,
    )
    assert found.to_dict() == {"A": 366_00, "B": 366_00, "C": 50_00}


def test_an_award_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        money.pence_in_year(awards(("A", "", "", 1.0, "2020-04-01", "2019-04-01")), YEAR)


def test_what_has_no_dates_is_counted_and_put_in_no_year() -> None:
    found = money.undated(
        awards(("A", "", "", 5.0, None, "2020-03-31"), ("B", "", "", 7.0, "2019-04-01", "2020-03-31"))
    )
    assert found.to_dict() == {"A": 5.0}


@pytest.mark.parametrize(
    ("title", "recipient", "scope", "expected"),
    [
        ("Safer Streets round 2: Hackney", "someone", "borough", (money.HERE, "E09000012")),
        ("New Town Culture", "London Borough of Hackney", "not-stated", (money.HERE, "E09000012")),
        ("Allocations", "32 London boroughs", "borough", (money.EVERY, None)),
        ("Fund", "32 borough boards", "borough", (money.EVERY, None)),
        ("Support", "A lead", "pan-london", (LONDON.all_of, None)),
        ("Rescue", "Hackney-led partnership", "not-stated", (money.UNSTATED, None)),
        ("Rescue", "Hackney, Lambeth with a charity", "not-stated", (money.UNSTATED, None)),
        ("Capacity", "24 boroughs outside a fund", "borough", (money.UNSTATED, None)),
        ("Support", None, "not-stated", (money.UNSTATED, None)),
    ],
)
def test_how_far_an_award_reaches(title: str, recipient: str, scope: str, expected: tuple[str, str | None]) -> None:
    rows = awards(("A", title, recipient, 1.0, None, None))
    services = pd.DataFrame({"service_id": ["a"], "scope": [scope]})
    found = money.reach(rows, services, LONDON).loc["A"]
    assert (found["reach"], found["gss_code"]) == expected


def test_areas_and_what_is_not_allocated_add_up() -> None:
    pence = pd.Series({"A": 100, "B": 601, "C": 40, "D": 9})
    reached = pd.DataFrame(
        {
            "reach": [money.HERE, LONDON.all_of, money.EVERY, money.UNSTATED],
            "gss_code": ["E09000012", None, None, None],
        },
        index=pence.index,
    )
    table = money.by_area(pence, reached, PEOPLE, LONDON)
    # 601 pence by 1:2:3 are 100.17, 200.33 and 300.5: the penny left over goes to the largest remainder
    assert table["share"].tolist() == [1.00, 2.00, 3.01, 0.0]
    assert table["here"].tolist() == [0.0, 1.00, 0.0, 0.49]
    assert round(table["total"].sum() * 100) == pence.sum()


@given(
    pence=st.integers(-(10**10), 10**12).filter(lambda n: n >= 0),
    weights=st.lists(st.floats(0, 1e7, allow_subnormal=False), min_size=1, max_size=40).filter(lambda w: sum(w) > 0),
)
def test_a_sum_divided_adds_up_and_no_part_is_a_penny_out(pence: int, weights: list[float]) -> None:
    parts = money.divide(pence, weights)
    assert sum(parts) == pence
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - pence * weight / sum(weights)) < 1.01


@pytest.mark.parametrize("weights", [[0.0, 0.0], [-1.0, 2.0], []])
def test_a_sum_is_not_divided_by_nothing(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights over zero"):
        money.divide(10, weights)


def test_the_whole_sum_is_shown_row_by_row() -> None:
    pence = pd.Series({"A": 100, "B": 600})
    reached = pd.DataFrame({"reach": [money.UNSTATED, LONDON.all_of], "gss_code": [None, None]}, index=pence.index)
    names = AREAS.set_index("gss_code")["area"]
    published = Estimate(10.0, 9.5, 10.5)
    rows = money.balance_sheet(
        money.by_area(pence, reached, PEOPLE, LONDON), names, published, money.not_traced(published, pence.sum() / 100)
    ).set_index("area")
    assert rows["total"].to_dict() == {
        "City of London": 1.0,
        "Hackney": 2.0,
        "Lambeth": 3.0,
        "All 3 areas": 6.0,
        "Not allocated to a borough": 1.0,
        "Traced awards": 7.0,
        "Not traced": 3.0,
        "Published budget": 10.0,
    }
    assert rows.loc[["Not traced", "Published budget"], ["here", "share"]].isna().all(axis=None)


def test_a_total_that_is_not_published_is_blank_in_the_sum() -> None:
    by_area = pd.DataFrame(0.0, index=["E09000001", money.NOT_ALLOCATED], columns=["here", "share", "total"])
    none = CannotSay("none")
    rows = money.balance_sheet(by_area, AREAS.set_index("gss_code")["area"], none, none).set_index("area")
    assert rows.loc[["Not traced", "Published budget"], "total"].isna().all()


def test_what_is_not_traced_carries_the_rounding_of_the_published_total() -> None:
    total = Estimate(53_600_000, 53_550_000, 53_650_000, status=Status.PUBLISHED)
    left = money.not_traced(total, 35_000_000)
    assert isinstance(left, Estimate)
    assert (left.value, left.lower, left.upper) == (18_600_000, 18_550_000, 18_650_000)
    assert left.status is Status.SCENARIO


@pytest.mark.parametrize("total", [CannotSay("none"), Estimate(10.0, 9.5, 10.5)])
def test_what_is_not_traced_may_be_not_to_be_said(total: Estimate | CannotSay) -> None:
    assert isinstance(money.not_traced(total, 11.0), CannotSay)


def test_a_year_without_a_total_says_so() -> None:
    budget = pd.DataFrame(columns=["period", "measure", "amount", "rounded_to"])
    assert isinstance(money.published_total(budget.astype({"measure": str}), YEAR), CannotSay)


def test_the_shipped_awards_of_the_year_add_up_with_what_is_not_traced_to_the_published_total() -> None:
    data = vfm.open_quarter("2019-20-Q4")
    people = data.population[(data.population["series"] == "original") & (data.population["year"] == 2019)]
    residents = people.set_index("gss_code")["population"].reindex(list(data.place.codes)).astype(float)
    pence = money.pence_in_year(data.components, YEAR)
    table = money.by_area(pence, money.reach(data.components, data.services, data.place), residents, data.place)
    assert len(table) == 34
    assert round(table["total"].sum() * 100) == pence.sum()
    total = money.published_total(data.budget, YEAR)
    left = money.not_traced(total, pence.sum() / 100)
    assert isinstance(total, Estimate)
    assert isinstance(left, Estimate)
    assert (total.value, total.lower, total.upper) == (53_600_000, 53_550_000, 53_650_000)
    assert table["total"].sum() + left.value == pytest.approx(53_600_000, abs=0.005)
    # Ascent Advice Plus 2 is the one award of the year for all of London: £1,570,258 over 1,096 days, 366 of them
    assert table["share"].sum() == pytest.approx(1_570_258 * 366 / 1096, abs=0.005)
