"""Cost from the returns: what a service spent in a quarter over what its returns count, over all its areas.

All of the spend is set against each measure. A budget is no spend, a count of the year so far is no count of the
quarter, and what is not better for being more has no cost.
"""

import pandas as pd
import pytest

from vfm.analysis.returned_costs import as_result, cost_of_returns, in_prices, pounds_returned, services_returned
from vfm.vocabulary.results import CannotSay, Estimate

SERVICES = pd.DataFrame({"service_id": ["a", "b"], "name": ["Alpha", "Beta"]})
INDICATORS = pd.DataFrame(
    {
        "measure_id": ["safer", "engaged", "so-far", "again"],
        "name": ["Feeling safer", "Engaged", "So far", "Offended again"],
        "unit": "people",
        "counted": ["in the quarter", "in the quarter", "year so far", "in the quarter"],
        "direction": ["up", "up", "up", "down"],
    }
)
Q4, Q3 = "2019-20-Q4", "2019-20-Q3"
SPEND = pd.DataFrame(
    [("a", Q4, "actual", 40_000), ("a", Q4, "actual", 25_000), ("a", Q4, "budget", 90_000), ("a", Q3, "actual", 7)],
    columns=["service_id", "quarter", "basis", "amount"],
).astype({"amount": "float64"})
OUTCOMES = pd.DataFrame(
    [
        ("a", Q4, "safer", 3),
        ("a", Q4, "safer", 2),
        ("a", Q3, "safer", 100),
        ("a", Q4, "engaged", 0),
        ("a", Q4, "so-far", 9),
        ("a", Q4, "again", 9),
        ("b", Q4, "safer", 4),
    ],
    columns=["service_id", "quarter", "measure_id", "achieved"],
).astype({"achieved": "Int64"})
COSTS = [
    # service, measure, spend, count, cost, lower, upper, reason, working
    ("Alpha", "Engaged", 65_000, 0, None, 17_620.53, None, "nothing was counted", "65,000 / 3.688879, no upper limit"),
    (
        "Alpha",
        "Feeling safer",
        65_000,
        5,
        13_000,
        5_570.63,
        40_037.29,
        "",
        "(40,000 + 25,000) / (3 + 2)",
    ),
    ("Beta", "Feeling safer", None, 4, None, None, None, "the spend is not known", "Beta returned no spend"),
]


def table() -> pd.DataFrame:
    return cost_of_returns(SPEND, OUTCOMES, SERVICES, INDICATORS, quarter=Q4, counted="achieved")


@pytest.mark.parametrize("case", COSTS, ids=lambda case: f"{case[0]}, {case[1]}")
def test_the_cost_of_each(case: tuple[object, ...]) -> None:
    service, measure, *numbers, reason, working = case
    found = table().set_index(["service", "measure"]).loc[(service, measure)]
    got = found[["spend", "count", "cost", "lower", "upper"]].astype(float).tolist()
    assert got == pytest.approx([float("nan") if one is None else one for one in numbers], abs=0.01, nan_ok=True), (
        working
    )
    assert str(reason) in found["reason"]
    assert bool(reason) == bool(found["reason"])


def test_the_costs_in_the_prices_of_a_year_stand_beside_those_in_cash() -> None:
    """The quarter lies in 2019-20: x 110/100 of its money, so 13,000 is 14,300; a year that is not there says so."""
    index = pd.Series({"2019-20": 100.0, "2022-23": 110.0})
    real = in_prices(table(), index, "2022-23", quarter=Q4)
    assert real["real_cost"].tolist() == pytest.approx([float("nan"), 14_300, float("nan")], nan_ok=True)
    assert real["real_lower"].iloc[0] == pytest.approx(17_620.53 * 1.1, abs=0.01)
    assert real["real_upper"].iloc[1] == pytest.approx(40_037.29 * 1.1, abs=0.02)
    silent = in_prices(table(), index, "2024-25", quarter=Q4)
    assert silent["real_cost"].isna().all()
    assert silent["reason"].iloc[1] == "the deflator has no value for 2024-25"


def test_only_what_is_better_for_being_more_and_counted_in_the_quarter_has_a_cost() -> None:
    assert list(table()["measure"]) == ["Engaged", "Feeling safer", "Feeling safer"]


def test_a_row_is_an_estimate_or_says_why_not() -> None:
    nothing, something, unknown = (as_result(row, level=0.95) for _, row in table().iterrows())
    assert isinstance(something, Estimate)
    assert (something.value, something.n) == (13_000, 5)
    assert isinstance(nothing, CannotSay)
    assert isinstance(unknown, CannotSay)
    assert unknown.reason == "the spend is not known"


def test_who_returned_and_how_much() -> None:
    assert services_returned(SPEND, quarter=Q4).value == 1  # type: ignore[union-attr]
    assert pounds_returned(SPEND, quarter=Q4).value == 65_000  # type: ignore[union-attr]
    for none in (services_returned(SPEND, quarter="2018-19-Q1"), pounds_returned(SPEND, quarter="2018-19-Q1")):
        assert isinstance(none, CannotSay)
        assert none.reason == "no monitoring return is held for the quarter"
