"""Cost from the returns: what a service spent in a quarter over what its returns count, over all its areas.

All of the spend is set against each measure. A budget is no spend, a count of the year so far is no count of the
quarter, and what is not better for being more has no cost.
"""

import pandas as pd
import pytest

from vfm.analysis.returned_costs import (
    as_result,
    cost_of_returns,
    in_prices,
    over_services,
    pounds_returned,
    provisional,
    services_returned,
)
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


# Six services of one measure: spends 10, 20, 35, 10, 50, 20 and counts 2 to 6 and 1; one more without a count, and two
# of another measure. 145 over 21. Means 24.1667 and 3.5; sums of squares 4,725 - 3,504.17 and 91 - 73.5, of products
# 590 - 507.5, each over 5 x 6: 40.694444, 0.583333 and 2.75. t of 5 is 2.570582, squared 6.607891, so that
# g = 6.607891 x 0.583333/3.5^2 = 0.314661.
SEVERAL = pd.DataFrame(
    [
        *(("a", spend, count) for spend, count in zip((10, 20, 35, 10, 50, 20), (2, 3, 4, 5, 6, 1), strict=True)),
        ("a", 40, None),
        ("b", 30, 3),
        ("b", 90, 6),
    ],
    columns=["measure", "spend", "count"],
).assign(measure_id=lambda rows: "id-" + rows["measure"], service_id=[*"ABCDEFGAB"])


def test_over_all_services_the_cost_has_limits_for_how_services_differ() -> None:
    one, other = over_services(SEVERAL, seed=1).to_dict("records")
    assert (one["measure"], one["n"], one["spend"], one["count"], one["reason"]) == ("a", 6, 145, 21, "")
    assert (one["measure_id"], one["services"], other["services"]) == ("id-a", "A|B|C|D|E|F", "A|B")  # G has no count
    assert one["cost"] == pytest.approx(145 / 21)
    assert one["g"] == pytest.approx(0.314661, rel=1e-5)
    # (24.1667 - 3.5 r)^2 = 6.607891 (40.694444 - 2 r 2.75 + 0.583333 r^2)
    for end in (one["fieller_lower"], one["fieller_upper"]):
        assert (145 / 6 - 3.5 * end) ** 2 == pytest.approx(
            6.607891 * (40.694444 - 2 * end * 2.75 + 0.583333 * end**2), rel=1e-5
        )
    assert one["bca_lower"] < one["cost"] < one["bca_upper"]
    assert (other["n"], other["cost"]) == (2, pytest.approx(120 / 9))
    assert "there are too few providers to draw from: 2" in other["reason"]


def test_the_same_seed_draws_the_same_services() -> None:
    pd.testing.assert_frame_equal(over_services(SEVERAL, seed=3), over_services(SEVERAL.sample(frac=1), seed=3))


def test_returns_of_the_latest_quarter_that_is_held_are_provisional() -> None:
    held = pd.DataFrame({"quarter": ["2019-20-Q3", "2019-20-Q4"]})
    assert provisional(held, quarter="2019-20-Q4")
    assert not provisional(held, quarter="2019-20-Q3")
    assert not provisional(held[:0], quarter="2019-20-Q4")  # nothing is held that could change


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
