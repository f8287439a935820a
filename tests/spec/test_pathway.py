"""A pathway: published shares of the step before, chained to people, with the range that their rounding leaves open.

A share published as a whole percentage may be half a point off either way. The range of a product of shares is that of
the products of their ends; it says nothing of chance.
"""

import pandas as pd
import pytest

from vfm.analysis.pathway import pathway, reached

RESCUE = pd.DataFrame(
    {
        "result_id": ["R07", "R08", "R09", "R11"],
        "measure": ["referrals received", "accepted (share)", "engaged (share)", "reduced or ceased (share)"],
        "value": [593, 0.41, 0.62, 0.88],
    }
)
STEPS = [
    # step, people, lower, upper, of the first, working
    ("R07", 593.0, 593.0, 593.0, 1.0, "as published"),
    ("R08", 243.13, 240.165, 246.095, 0.41, "593 x 0.41; 593 x 0.405, 593 x 0.415"),
    ("R09", 150.7406, 147.701475, 153.809375, 0.2542, "243.13 x 0.62; 240.165 x 0.615, 246.095 x 0.625"),
    ("R11", 132.651728, 129.238791, 136.121297, 0.223696, "150.7406 x 0.88; 147.701475 x 0.875, 153.809375 x 0.885"),
]


@pytest.mark.parametrize(("step", "people", "lower", "upper", "of_first", "working"), STEPS)
def test_the_people_of_each_step(
    step: str, people: float, lower: float, upper: float, of_first: float, working: str
) -> None:
    row = pathway(RESCUE, list(RESCUE["result_id"])).set_index("result_id").loc[step]
    assert row[["people", "lower", "upper"]].tolist() == pytest.approx([people, lower, upper], abs=1e-6), working
    assert row["of_first"] == pytest.approx(of_first), working


def test_the_last_step_as_a_share_of_the_first() -> None:
    last = reached(pathway(RESCUE, ["R07", "R08"]).iloc[-1])
    assert (last.value, last.lower, last.upper) == pytest.approx((0.41, 0.405, 0.415))
    assert "rounding" in last.method


@pytest.mark.parametrize(
    ("share", "half", "working"),
    [
        (0.41, 0.005, "whole percentages"),
        (0.5, 0.005, "50 % is a whole percentage too"),
        (0.412, 0.0005, "tenths of one"),
        (1.0, 0.005, "and no more than all: cut at 1"),
    ],
)
def test_what_a_share_is_rounded_to(share: float, half: float, working: str) -> None:
    table = pd.DataFrame({"result_id": ["a", "b"], "measure": ["x", "y"], "value": [1.0, share]})
    row = pathway(table, ["a", "b"]).iloc[-1]
    assert row["of_first_lower"] == pytest.approx(share - half), working
    assert row["of_first_upper"] == pytest.approx(min(share + half, 1)), working


def test_a_step_that_is_not_there_or_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="no result is called R99"):
        pathway(RESCUE, ["R07", "R99"])
    with pytest.raises(ValueError, match="each step after the first is a share"):
        pathway(RESCUE, ["R08", "R07"])
