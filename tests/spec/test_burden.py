"""What bidding costs those who bid, and what a shorter form and a longer term would save.

Every number is a scenario: its method names the assumptions that it leans on, and its range is what they leave open.
"""

from itertools import product
from typing import Any

import pandas as pd
import pytest

from vfm.analysis import burden
from vfm.analysis.burden import FORM_SHARE, HOUR_COST, HOURS, LARGEST, LONGER_BIDS, Form
from vfm.vocabulary.results import CannotSay, Direction, Estimate, Status

ASSUMED = pd.DataFrame(
    [
        (HOURS, 10, 5, 40),
        (HOUR_COST, 20, 15, 30),
        (FORM_SHARE, 0.5, 0.2, 0.8),
        (LONGER_BIDS, 1.0, 1.0, 2.0),
        (LARGEST, 50_000, 50_000, 50_000),
    ],
    columns=["assumption_id", "value", "lower", "upper"],
)
FORM = Form(fields=80, always_shown=20, mandatory=75)
YEAR = Estimate(12.0)
ROUND = {"bids": 70.0, "funded": 20.0, "granted": 700_000.0, "granted_is": ""}


def row(**other: Any) -> "pd.Series[Any]":
    return pd.Series(ROUND | other)


COSTS = [
    (burden.cost, 14_000, 5_250, 84_000, "70 x 10 x £20; 70 x 5 x £15; 70 x 40 x £30"),
    (burden.cost_of_losers, 10_000, 3_750, 60_000, "50 of the 70 were not funded"),
    (burden.cost_per_pound, 2.0, 0.75, 12.0, "£14,000 over £700,000, in pence"),
]


@pytest.mark.parametrize(("work_out", "value", "lower", "upper", "working"), COSTS)
def test_the_cost_of_a_round(work_out: Any, value: float, lower: float, upper: float, working: str) -> None:
    got = work_out(row(), ASSUMED)
    assert isinstance(got, Estimate)
    assert (got.value, got.lower, got.upper) == pytest.approx((value, lower, upper)), working
    assert got.status is Status.SCENARIO and HOURS in got.method and HOUR_COST in got.method


def test_a_ceiling_of_what_was_granted_makes_the_cost_of_each_pound_a_floor() -> None:
    got = burden.cost_per_pound(row(granted_is="at most"), ASSUMED)
    assert isinstance(got, Estimate) and got.direction == Direction.AT_LEAST and got.upper == 12


LARGER = "the assumed hours are for awards of up to £50,000 on average, and these are larger"
UNSAID = [
    ({"bids": None}, "how many bid is not published"),
    ({"funded": None}, "how many were funded is not published"),
    ({"granted": None}, "what was granted is not published"),
    ({"granted": 1_000_001.0}, LARGER),
]


@pytest.mark.parametrize(("other", "reason"), UNSAID)
def test_what_cannot_be_said_is_not_guessed(other: dict[str, Any], reason: str) -> None:
    expected = CannotSay(reason, status=Status.SCENARIO)
    for work_out in (burden.cost, burden.cost_of_losers, burden.cost_per_pound):
        assert work_out(row(**other), ASSUMED) == expected
    saved = burden.savings(row(**other), FORM, ASSUMED, term=YEAR, longer_term=36)
    assert set(saved.values()) == {expected} and set(saved) == set(burden.NAMES)


@pytest.mark.parametrize("name", [HOURS, HOUR_COST, LARGEST])
def test_an_assumption_that_is_not_recorded_makes_no_number(name: str) -> None:
    got = burden.cost(row(), ASSUMED[ASSUMED["assumption_id"] != name])
    assert got == CannotSay(f"no assumption is recorded as {name}", status=Status.SCENARIO)


def test_nobody_pays_for_bids_where_all_are_funded() -> None:
    got = burden.cost_of_losers(row(bids=20.0), ASSUMED)
    assert isinstance(got, Estimate) and (got.value, got.lower, got.upper) == (0, 0, 0)


# ---- savings: three rounds of 12 months cost 3 x £14,000; the shorter form has 60 of 80 fields less

SAVED = [
    # what, value, lower, upper, working
    ("as-it-is", 42_000, 15_750, 252_000, "3 x 14,000; 3 x 5,250; 3 x 84,000"),
    ("shorter-form-share", 0.375, 0.15, 0.6, "three quarters of the fields, at 0.5, 0.2 and 0.8 of the hours"),
    ("shorter-form", 15_750, 2_362.5, 151_200, "0.375 of 42,000; 0.15 of 15,750; 0.6 of 252,000"),
    ("longer-term-share", 2 / 3, 1 / 3, 2 / 3, "one round in three; with twice the bids one and a half in three less"),
    ("longer-term", 28_000, 5_250, 168_000, "2/3 of 42,000; 1/3 of 15,750; 2/3 of 252,000"),
    ("both-share", 1 - 0.625 / 3, 1 - 0.85 * 2 / 3, 1 - 0.4 / 3, "0.625, 0.85 and 0.4 of the hours in 1 or 2 of 3"),
]


@pytest.mark.parametrize(("name", "value", "lower", "upper", "working"), SAVED)
def test_what_would_be_saved(name: str, value: float, lower: float, upper: float, working: str) -> None:
    got = burden.savings(row(), FORM, ASSUMED, term=YEAR, longer_term=36)[name]
    assert isinstance(got, Estimate)
    assert (got.value, got.lower, got.upper) == pytest.approx((value, lower, upper)), working
    assert got.status is Status.SCENARIO


def test_both_leave_the_product_of_what_each_leaves() -> None:
    got = burden.savings(row(), FORM, ASSUMED, term=YEAR, longer_term=36)
    left = {name: 1 - got[f"{name}-share"].value for name in ("shorter-form", "longer-term", "both")}  # type: ignore[union-attr]
    assert left["both"] == pytest.approx(left["shorter-form"] * left["longer-term"])
    assert got["both"].value == pytest.approx(42_000 * (1 - left["both"]))  # type: ignore[union-attr]


def test_each_saving_names_what_it_leans_on_and_nothing_else() -> None:
    got = burden.savings(row(), FORM, ASSUMED, term=YEAR, longer_term=36)
    names = {key: {name for name in ASSUMED["assumption_id"] if name in got[key].method} for key in got}  # type: ignore[union-attr]
    assert names["shorter-form-share"] == {FORM_SHARE}
    assert names["longer-term-share"] == {LONGER_BIDS}
    assert names["both"] == {HOURS, HOUR_COST, FORM_SHARE, LONGER_BIDS}


def test_a_form_without_a_field_to_spare_and_the_same_term_save_nothing() -> None:
    got = burden.savings(row(), Form(20, 20, 20), ASSUMED, term=YEAR, longer_term=12)
    assert got["shorter-form"].value == got["longer-term"].value == 0  # type: ignore[union-attr]
    assert got["longer-term"].lower < 0  # type: ignore[union-attr,operator]  # with twice the bids it would cost more


@pytest.mark.parametrize(("term", "longer"), [(0, 12), (24, 12)])
def test_a_longer_term_is_no_shorter(term: float, longer: float) -> None:
    with pytest.raises(ValueError, match="a longer term than"):
        burden.savings(row(), FORM, ASSUMED, term=Estimate(term), longer_term=longer)


def test_without_the_term_of_a_round_no_saving_can_be_said() -> None:
    unsaid = burden.savings(row(), FORM, ASSUMED, term=CannotSay("no award here states a term"), longer_term=36)
    assert set(unsaid.values()) == {CannotSay("no award here states a term", status=Status.SCENARIO)}


def test_the_range_holds_every_point_between_the_ends() -> None:
    """At three points of each range: no combination leads outside, also where a number rises and falls."""
    for model in (lambda of: of[HOURS] * of[HOUR_COST], lambda of: of[FORM_SHARE] / of[LONGER_BIDS] - of[FORM_SHARE]):
        names = (HOURS, HOUR_COST, FORM_SHARE, LONGER_BIDS)
        got = burden.scenario(model, ASSUMED, names, "x")
        assert isinstance(got, Estimate) and got.lower is not None and got.upper is not None
        held = ASSUMED.set_index("assumption_id").loc[list(names), ["lower", "value", "upper"]].to_numpy()
        values = [model(dict(zip(names, point, strict=True))) for point in product(*held)]
        assert got.lower == pytest.approx(min(values)) and got.upper == pytest.approx(max(values))


def test_the_blocks_of_a_form_come_together() -> None:
    blocks = pd.DataFrame({"block": ["a", "b"], "fields": [50, 30], "always_shown": [5, 15], "mandatory": [50, 25]})
    assert Form.of(blocks) == FORM


def test_costs_of_many_rounds_say_why_where_there_are_none() -> None:
    many = pd.DataFrame([ROUND | {"round": "a"}, ROUND | {"round": "b", "bids": None}, ROUND | {"round": "c"}])
    many.loc[2, "granted"] = 5e6
    got = burden.costs(many, ASSUMED)
    assert got["round"].tolist() == ["a", "c"]  # b does not publish how many bid
    assert got["cost"].tolist()[0] == 14_000 and got["pence_upper"].tolist()[0] == 12
    assert got.loc[1, ["cost", "losers", "pence"]].isna().all()
    assert got["reason"].isna().tolist() == [True, False] and got.loc[1, "reason"] == LARGER
