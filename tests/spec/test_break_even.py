"""Break-even: what would have to be avoided for a service to pay for itself, which says nothing of what was.

The number of crimes is the money, in the prices of the unit costs, over what one costs. Its range is that of the money:
all of it spent in the dearest or in the cheapest year that the period touches. Where money or people are bounds, so is
the number, at the year that keeps it one, with no range.
"""

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import break_even, deflation
from vfm.vocabulary.results import CannotSay, Direction, Estimate, Status

EXACT, AT_LEAST, AT_MOST, UNKNOWN = Direction.EXACT, Direction.AT_LEAST, Direction.AT_MOST, Direction.UNKNOWN
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
    # money is, people are, the number, for each 100, working
    ("as-published", "as-published", (105, EXACT), (209, EXACT), "104,500: the year of the middle day"),
    ("at-least", "as-published", (99, AT_LEAST), (198, AT_LEAST), "more money needs more: 99,000, the cheapest year"),
    ("at-most", "as-published", (121, AT_MOST), (242, AT_MOST), "less money needs less: 121,000, the dearest year"),
    ("as-published", "at-least", (105, EXACT), (242, AT_MOST), "more people share the same number"),
    ("at-least", "at-least", (99, AT_LEAST), (209, UNKNOWN), "the two pull apart, so for each 100 the middle year"),
    ("direction-unknown", "as-published", (105, UNKNOWN), (209, UNKNOWN), "round money"),
]


@pytest.mark.parametrize(("money", "people", "number", "each", "working"), BOUNDS)
def test_bounds_have_a_direction_and_no_range(
    money: str, people: str, number: tuple[float, Direction], each: tuple[float, Direction], working: str
) -> None:
    row = break_even.needed(spending(money, people), COSTS, prices="2019-20").iloc[0]
    share = (each[0] / 100, each[1])
    for what, (value, way) in {"at_least": number, "per_100": each, "share": share}.items():
        got = break_even.as_result(row, what)
        assert isinstance(got, Estimate) and got.direction is way, working
        assert got.value == pytest.approx(value, rel=1e-12), working
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
    assert deflation.real_result(spending(reason=reason).iloc[0]) == CannotSay(reason)


NO_EFFECT = "no effect with a comparison group in London is published"
NOT_PRICED = "an effect with a comparison group is published, and has not been priced yet"
COMPARED = [
    # evidence, obstacle, reason, working
    ("before-after", "no-count", NO_EFFECT, "no comparison group"),
    ("comparison-group (national)", "elsewhere", NO_EFFECT, "a comparison group, and not in London"),
    (None, None, NO_EFFECT, "not stated"),
    ("comparison-group", None, NOT_PRICED, "in London"),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "obstacle", "reason", "working"), COMPARED)
def test_no_ratio_without_a_comparison_group(
    evidence: str | None, obstacle: str | None, reason: str, working: str
) -> None:
    table = pd.DataFrame({"service_id": ["a", "b"], "evidence": [evidence, "count"], "obstacle": [obstacle, None]})
    assert break_even.benefit_cost(table, "a", "London") == CannotSay(reason), working
    assert break_even.benefit_cost(table, "b", "London") == CannotSay(NO_EFFECT), working
