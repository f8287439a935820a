"""Growth: edges, bad input, and the range that rounding leaves."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.analysis import growth
from vfm.vocabulary.periods import FinancialYear

YEAR = FinancialYear(2019)
# ---- the range that rounding leaves


def two_years(**changed: object) -> growth.TwoYears:
    plain = {
        "years": 7,
        "start": growth.rounded(23.6e6, 1e5),
        "end": growth.rounded(53.6e6, 1e5),
        "prices": 88.934 / 78.9011,
        "people": (8_308_833, 8_961_989),
        "crimes": (742_000, 913_660),
    }
    return growth.TwoYears(**(plain | changed))  # type: ignore[arg-type]


def assert_corners_are_the_extremes(two: growth.TwoYears, steps: int) -> None:
    claimed = growth.compare_years(two) | growth.split_growth(two)
    for start in np.linspace(two.start[0], two.start[2], steps):
        for end in np.linspace(two.end[0], two.end[2], steps):
            inside = two_years(
                years=two.years,
                start=(start,) * 3,
                end=(end,) * 3,
                prices=two.prices,
                people=two.people,
                crimes=two.crimes,
            )
            for name, got in (growth.compare_years(inside) | growth.split_growth(inside)).items():
                low, high = claimed[name].lower, claimed[name].upper
                assert low is not None and high is not None
                room = 1e-9 * max(abs(low), abs(high))
                assert low - room <= got.value <= high + room, (name, start, end)


def test_the_extremes_of_every_shipped_formula_are_at_the_corners() -> None:
    assert_corners_are_the_extremes(two_years(), steps=5)


@pytest.mark.parametrize(("prices", "crimes"), [(0.5, (1e6, 5e5)), (1.0, (1e6, 1e6)), (2.0, (5e5, 1e6))])
def test_the_extremes_are_at_the_corners_when_rounding_is_coarse(prices: float, crimes: tuple[float, float]) -> None:
    wide = two_years(start=(15e6, 20e6, 25e6), end=(15e6, 20e6, 25e6), prices=prices, crimes=crimes)
    assert_corners_are_the_extremes(wide, steps=4)


def test_a_figure_that_is_not_rounded_gives_a_point() -> None:
    point = two_years(start=(20.0,) * 3, end=(50.0,) * 3)
    for got in (growth.compare_years(point) | growth.split_growth(point)).values():
        assert (got.lower, got.upper) == pytest.approx((got.value, got.value), rel=1e-9)


@settings(max_examples=15)
@given(
    start=st.floats(1e5, 1e9),
    end=st.floats(1e5, 1e9),
    to=st.sampled_from([0, 1, 1e3, 1e5]),
    prices=st.floats(0.7, 1.5),
)
def test_the_parts_sum_to_the_growth_and_lie_in_their_ranges(
    start: float, end: float, to: float, prices: float
) -> None:
    parts = growth.split_growth(two_years(start=growth.rounded(start, to), end=growth.rounded(end, to), prices=prices))
    assert sum(part.value for part in parts.values()) == pytest.approx(end - start, rel=0, abs=1e-12 * (start + end))
    for part in parts.values():
        assert part.lower is not None and part.upper is not None and part.lower <= part.value <= part.upper


def test_a_negative_rounding_is_refused() -> None:
    with pytest.raises(ValueError, match="not rounded to -1"):
        growth.rounded(100, -1)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"start": (0.0, 0.0, 0.0)}, "start"),
        ({"end": (-1.0, 1.0, 2.0)}, "end"),
        ({"prices": 0.0}, "prices"),
        ({"people": (0, 10)}, "people"),
        ({"crimes": (10, -1)}, "crimes"),
        ({"years": 0}, "years"),
        ({"years": -7, "people": (0, 0)}, "years, people"),
    ],
)
def test_years_that_cannot_be_compared_are_refused_by_name(changed: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=f"mend {named}$"):
        two_years(**changed)


@pytest.mark.parametrize(("start", "end", "years"), [(0, 1, 1), (1, 0, 1), (1, 1, 0), (-1, 1, 1)])
def test_growth_a_year_of_nothing_is_refused(start: float, end: float, years: int) -> None:
    with pytest.raises(ValueError, match="two positive sums"):
        growth.annual_growth(start, end, years)


# ---- reading the tables


def deflator(**columns: list[object]) -> pd.DataFrame:
    plain = {
        "vintage": ["v"] * 3,
        "financial_year": ["2017-18", "2018-19", "2019-20"],
        "index": [100.0, 110.0, np.nan],
        "pct_change": [np.nan, 10.0, 10.0],
    }
    return pd.DataFrame(plain | columns)


def test_a_forecast_year_is_chained_on_by_its_change() -> None:
    assert growth.deflator_index(deflator()).tolist() == pytest.approx([100, 110, 121])


def test_two_vintages_are_never_mixed() -> None:
    with pytest.raises(ValueError, match="one vintage"):
        growth.deflator_index(deflator(vintage=["v", "v", "w"]))
    with pytest.raises(ValueError, match="one vintage"):
        growth.deflator_index(deflator().iloc[:0])


@pytest.mark.parametrize("years", [["2016-17", "2018-19", "2019-20"], ["2018-19", "2018-19", "2019-20"]])
def test_a_change_is_not_chained_over_a_gap_or_a_repeat(years: list[object]) -> None:
    with pytest.raises(ValueError, match="every year once"):
        growth.deflator_index(deflator(financial_year=years))


def test_a_change_with_nothing_before_it_gives_no_index() -> None:
    assert list(growth.deflator_index(deflator(index=[np.nan, 110.0, 120.0])).index) == ["2018-19", "2019-20"]


def crime(quarters: list[str]) -> pd.DataFrame:
    rows = [("E09000002", quarter, kind, 10) for quarter in quarters for kind in ("theft", "historical_fraud_forgery")]
    table = pd.DataFrame(rows, columns=["gss_code", "period", "category", "count"])
    return table.assign(throughout=table["category"] != "historical_fraud_forgery")


FOUR = [f"2019-20-Q{number}" for number in range(1, 5)]


def test_crime_of_a_year_leaves_out_the_discontinued_category_and_other_periods() -> None:
    assert growth.recorded_crime(crime([*FOUR, "2018-19-Q4", "2019-06"]), YEAR) == 40


def test_a_part_year_of_crime_is_refused_and_says_what_it_has() -> None:
    with pytest.raises(ValueError, match=r"2019-20 is not complete: it has \['2019-20-Q1'\]"):
        growth.recorded_crime(crime(FOUR[:1]), YEAR)


def test_population_comes_from_one_series_or_not_at_all() -> None:
    people = pd.DataFrame({"series": ["a", "b"], "gss_code": "E12", "year": [2018, 2019], "population": [5, 6]})
    assert growth.population_of(people, "b", "E12", YEAR) == 6
    with pytest.raises(ValueError, match='"a" has 2018 to 2018, not 2019'):
        growth.population_of(people, "a", "E12", YEAR)


def test_a_year_without_a_published_total_is_refused_and_says_which_have_one() -> None:
    budget = pd.DataFrame({"measure": ["total", "total"], "period": ["2012/13", "2022/23"], "amount": [1.0, 2.0]})
    assert growth.published_total(budget, "total", FinancialYear(2012))["amount"] == 1
    with pytest.raises(ValueError, match="2019/20; there is one for 2012/13, 2022/23"):
        growth.published_total(budget, "total", YEAR)
