"""What a choice of weights decides, and what an audit finds.

An area's share by any weights lies between the least and the greatest of its single indicators, and newer data move no
more of a budget by any weights than by the single indicator that moves most. The audit turns that round: given what
areas really had, it finds the weights that come nearest, and the areas that none can explain.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import formula_audit, formula_choice
from vfm.vocabulary.results import CannotSay, Estimate, Status

AREAS = ["A", "B", "C", "D"]
NEED = pd.DataFrame(
    {"people": [4.0, 3, 2, 1], "crime": [10.0, 20, 30, 40]}, index=AREAS
)  # shares .4 .3 .2 .1, reversed


def pounds(*values: float) -> pd.Series[float]:
    return pd.Series(values, index=AREAS, dtype=float)


AUDITS = [
    # allocations, weight of people, left over, departures, working
    ((40, 30, 20, 10), 1.0, 0.0, {}, "the people's shares themselves"),
    ((25, 25, 25, 25), 0.5, 0.0, {}, "half and half: .4/2 + .1/2 = .25"),
    ((34, 28, 22, 16), 0.8, 0.0, {}, ".8 x .4 + .2 x .1 = .34"),
    (
        (50, 30, 20, 0), 1.0, 0.1, {"A": ("more", 10), "D": ("less", -10)},
        "A has .5 and no weights give more than .4; nearest is all on people, and .1 of the money is elsewhere",
    ),
    (
        (30, 20, 30, 20), 0.6, 0.08, {},
        "y - crime = .2 0 0 -.2 and people - crime = .3 .1 -.1 -.3: (.06 + .06)/(.09 + .01 + .01 + .09) = .6; fitted "
        ".28 .26 .24 .22; half of .02 + .06 + .06 + .02 is .08",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("given", "people", "left", "departs", "working"), AUDITS)
def test_the_nearest_weights(
    given: tuple[float, ...], people: float, left: float, departs: dict[str, tuple[str, float]], working: str
) -> None:
    found = formula_audit.audit(pounds(*given), NEED)
    assert isinstance(found, formula_audit.Audit)
    weight = found.weights.set_index("indicator")["weight"]
    assert weight.to_dict() == pytest.approx({"people": people, "crime": 1 - people}, abs=1e-9), working
    assert found.left_over.value == pytest.approx(left, abs=1e-9), working
    out = found.areas[found.areas["departs"] != ""]
    assert {area: (row["departs"].split()[0], row["beyond"]) for area, row in out.iterrows()} == {
        area: (way, pytest.approx(money)) for area, (way, money) in departs.items()
    }, working


def test_the_fit_is_what_is_explained_beside_equal_shares() -> None:
    """Squares from .25: .05 .05 .05 .05 is .01 in all; missed .02 .06 .06 .02 is .008: a fifth is explained."""
    found = formula_audit.audit(pounds(30, 20, 30, 20), NEED)
    assert isinstance(found, formula_audit.Audit)
    assert isinstance(found.fit, Estimate)
    assert found.fit.value == pytest.approx(0.2)


NOTHING = [
    # allocations, need, why nothing can be said
    (pounds(0, 0, 0, 0), NEED, "nothing was allocated"),
    (pounds(1, 2, 3, 4)[:2], NEED, "2 areas are too few to tell 2 weights"),
    (pounds(1, 2, 3, 4), NEED.assign(crime=0), "the areas have nothing of crime"),
    (
        pounds(1, 2, 3, 4), NEED.assign(both=NEED["people"] / 10 + NEED["crime"] / 100),
        "an indicator is a mix of the others, so its weight cannot be told from theirs",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("given", "need", "why"), NOTHING)
def test_an_audit_that_cannot_say(given: pd.Series[float], need: pd.DataFrame, why: str) -> None:
    found = formula_audit.audit(given, need)
    assert isinstance(found, CannotSay)
    assert found.reason == why


def test_equal_allocations_have_no_spread_to_explain() -> None:
    found = formula_audit.audit(pounds(5, 5, 5, 5), NEED)
    assert isinstance(found, formula_audit.Audit)
    assert found.fit == CannotSay("every area was given the same, so there is no spread to explain")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (pd.Series({"A": 1.0, "Z": 2.0}), "no need is known of Z"),
        (pounds(1, 2, 3, -4), "an allocation is missing or below zero"),
        (pounds(1, 2, 3, np.nan), "an allocation is missing or below zero"),
    ],
)
def test_what_an_audit_refuses(given: pd.Series[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        formula_audit.audit(given, NEED)


ROUNDED = [
    # allocations, rounded to, departs, working
    ((40.4, 29.8, 19.9, 9.9), 1, 0, "A is .4 over what any weights give: within half a pound"),
    ((40.4, 29.8, 19.9, 9.9), 0, 3, "to the penny A is over, and C and D are under"),
    ((41, 30, 20, 9), 1, 2, "a pound over, and a pound under"),
]


@pytest.mark.parametrize(("given", "rounded_to", "departs", "working"), ROUNDED)
def test_what_rounding_leaves_open_is_no_departure(
    given: tuple[float, ...], rounded_to: float, departs: int, working: str
) -> None:
    found = formula_audit.audit(pounds(*given), NEED, rounded_to=rounded_to)
    assert isinstance(found, formula_audit.Audit)
    assert (found.areas["departs"] != "").sum() == departs, working


def test_shares_and_what_any_weights_can_do() -> None:
    """A has .4 of the people and .1 of the crime."""
    possible = formula_choice.possible_shares(NEED).loc["A"]
    assert possible.to_dict() == {"least": 0.1, "most": 0.4, "least_by": "crime", "most_by": "people"}


MOVES = [
    # one, other, part moved, working
    ((0.5, 0.5, 0, 0), (0.5, 0.5, 0, 0), 0.0, "nothing"),
    ((1, 0, 0, 0), (0, 1, 0, 0), 1.0, "all of it"),
    ((0.4, 0.3, 0.2, 0.1), (0.3, 0.3, 0.2, 0.2), 0.1, "half of .1 and .1"),
]


@pytest.mark.parametrize(("one", "other", "part", "working"), MOVES)
def test_the_part_of_a_budget_that_moves(
    one: tuple[float, ...], other: tuple[float, ...], part: float, working: str
) -> None:
    assert formula_choice.moved(pounds(*one), pounds(*other)) == part, working


def test_no_weights_move_more_than_the_indicator_that_moves_most() -> None:
    """Crime goes from .1 .2 .3 .4 to .4 .3 .2 .1: half of .3 .1 .1 .3 is .4."""
    newer = NEED.assign(crime=[40.0, 30, 20, 10])
    assert formula_choice.most_moved(NEED, newer) == pytest.approx(0.4)
    weights = formula_choice.drawn_weights(list(NEED), 200, np.random.default_rng(1))
    costs = formula_choice.floor_costs(NEED, newer, weights)
    assert costs.upper is not None
    assert costs.upper <= 0.4


def test_the_cost_of_a_floor_is_that_of_the_stated_weights_with_its_range_over_the_drawn() -> None:
    """Weights of crime: stated .5, drawn .25 and .75; so .4 x .5, and .1 to .3, 2.5% in: .105 and .295."""
    newer = NEED.assign(crime=[40.0, 30, 20, 10])
    weights = pd.DataFrame({"people": [0.5, 0.75, 0.25], "crime": [0.5, 0.25, 0.75]})
    got = formula_choice.floor_costs(NEED, newer, weights)
    assert (got.value, got.lower, got.upper) == pytest.approx((0.2, 0.105, 0.295))
    assert got.status == "scenario"


def test_gains_for_each_head_and_each_crime() -> None:
    """A: 200 pence more is £2: a pound for each of 2 people, and 50 pence for each of 4 crimes."""
    two = pd.Series({"A": 1000, "B": 1000}), pd.Series({"A": 1200, "B": 800})
    got = formula_choice.gains(*two, pd.Series({"A": 2.0, "B": 1}), pd.Series({"A": 4.0, "B": 8}))
    assert got.loc["A"].to_dict() == {
        "before": 10, "after": 12, "gain": 2, "share": 0.2, "per_head": 1, "per_crime": 0.5,
    }  # fmt: skip
    assert got.loc["B"].to_dict() == {
        "before": 10, "after": 8, "gain": -2, "share": -0.2, "per_head": -2, "per_crime": -0.25,
    }  # fmt: skip
    with pytest.raises(ValueError, match="not of the same areas"):
        formula_choice.gains(*two, pd.Series({"B": 2.0, "A": 1}), pd.Series({"A": 4.0, "B": 8}))


def test_gains_over_weights_lie_between_those_of_the_indicators() -> None:
    """All on people nothing moves; all on crime A gains .3 of 1,000 pence: £3, or £1 for each of 3 people."""
    newer = NEED.assign(crime=[40.0, 30, 20, 10])
    base = {"people": pounds(3, 1, 1, 1), "crimes": pounds(6, 1, 1, 1)}
    weights = pd.DataFrame({"people": [1.0, 0.0], "crime": [0.0, 1.0]})
    got = formula_choice.gain_ranges(NEED, newer, weights, 1000, **base).loc["A"]
    assert got.to_dict() == pytest.approx(
        {"per_head_lower": 0.025, "per_head_upper": 0.975, "per_crime_lower": 0.0125, "per_crime_upper": 0.4875}
    )


def test_ranges_and_ranks_over_weights() -> None:
    """All on people A comes first, all on crime last; half and half all have the same, and share the rank 2.5."""
    drawn = formula_choice.drawn_shares(NEED, pd.DataFrame({"people": [1.0, 0.0], "crime": [0.0, 1.0]}))
    got = formula_choice.over_weights(pounds(0.25, 0.25, 0.25, 0.25), drawn).loc["A"]
    assert (got["least"], got["most"]) == (0.1, 0.4)
    assert (got["rank_lower"], got["rank"], got["rank_upper"]) == (1, 2.5, 4)
    assert got["lower"] == pytest.approx(0.1075)  # 2.5% of the way from .1 to .4


def test_drawn_weights_are_uniform_and_come_the_same_from_the_same_seed() -> None:
    """Of n weights that sum to 1, uniformly drawn, each has mean 1/n and variance (n - 1)/(n^2 (n + 1)): 3/80 of 4.

    The tolerance is five standard errors of 20,000 draws: of the mean .0014, of the variance .0004.
    """
    names = ["a", "b", "c", "d"]
    drawn = formula_choice.drawn_weights(names, 20_000, np.random.default_rng(7))
    assert drawn.sum(axis=1).to_numpy() == pytest.approx(1)
    assert drawn.mean().to_numpy() == pytest.approx(0.25, abs=0.007)
    assert drawn.var().to_numpy() == pytest.approx(3 / 80, abs=0.002)
    again = formula_choice.drawn_weights(names, 20_000, np.random.default_rng(7))
    pd.testing.assert_frame_equal(drawn, again)


def test_agreement_of_orders() -> None:
    """The same order, its reverse and one pair exchanged (1 - 6 x 2/(4 x 15) = .8): the middle one is .8."""
    base = pounds(0.4, 0.3, 0.2, 0.1)
    drawn = pd.DataFrame([pounds(4, 3, 2, 1), pounds(1, 2, 3, 4), pounds(3, 4, 2, 1)])
    assert formula_choice.agreement(base, drawn).value == pytest.approx(0.8)


def test_funding_in_proportion_to_need_has_a_kakwani_index_of_zero() -> None:
    people = pounds(10, 10, 10, 10)
    table = formula_choice.against_need(
        {"by need": pounds(1, 2, 3, 4), "alike": pounds(1, 1, 1, 1)}, {"crime": NEED["crime"]}, people
    ).set_index("way")
    assert table.loc["by need", "kakwani"] == pytest.approx(0)
    assert table.loc["by need", "concentration"] == pytest.approx(0.25)  # the Gini coefficient of 1 to 4
    assert table.loc["alike", "concentration"] == pytest.approx(0)
    assert table.loc["alike", "kakwani"] == pytest.approx(-0.25)
    none = formula_choice.against_need({"none": pounds(0, 0, 0, 0)}, {"crime": NEED["crime"]}, people)
    assert none["reason"].tolist() == ["nothing was given, so it has no shares"]
    assert formula_choice.index_results(none, "none", "crime", status=Status.DERIVED)["kakwani"] == CannotSay(
        "nothing was given, so it has no shares"
    )
    got = formula_choice.index_results(table.reset_index(), "alike", "crime", status=Status.SCENARIO)["kakwani"]
    assert isinstance(got, Estimate)
    assert (got.value, got.status) == (pytest.approx(-0.25), "scenario")
    assert got.lower is not None


def test_other_data_by_the_same_weights() -> None:
    """The first two change places: .1 moves, 1 - 6 x 2/(4 x 15) = .8, and each moves by a rank."""
    base = pounds(0.4, 0.3, 0.2, 0.1)
    table = formula_choice.over_vintages(base, {"same": base, "other": pounds(0.3, 0.4, 0.2, 0.1)})
    assert table.loc[0, ["moved", "agreement", "ranks"]].tolist() == [0, 1, 0]
    assert table.loc[1, ["moved", "agreement", "ranks"]].tolist() == pytest.approx([0.1, 0.8, 1])


ROUNDINGS = [((5_200, 12_000), 100), ((5_000, 12_000), 1_000), ((5, 12), 1), ((5.5, 12), 0.1), ((0.01, 3), 0.01)]


@pytest.mark.parametrize(("given", "rounded_to"), ROUNDINGS)
def test_what_a_table_seems_to_be_rounded_to(given: tuple[float, ...], rounded_to: float) -> None:
    assert formula_audit.apparent_rounding(pd.Series(given)) == rounded_to


def test_every_real_table_is_audited_and_one_of_which_nothing_can_be_said_says_why() -> None:
    """The published fund is of 32 boroughs; a dropped file is of those it names; the City is left out of both."""
    codes = [f"E{n}" for n in range(32)]
    names = pd.Series({code: code.lower() for code in codes})
    need = pd.DataFrame({"people": range(1, 33), "crime": range(33, 1, -1)}, index=codes, dtype=float)
    whole = pd.DataFrame({"gss_code": [*codes, "City"], "fund": "Fund", "period": "2019/20", "amount": 500.0})
    part = pd.DataFrame({"gss_code": ["E1", "E2"], "fund": "Part", "period": "2019/20", "amount": 1.0})
    dropped = pd.DataFrame(
        {
            "file": ["f.csv"] * 4 + ["g.csv"] * 2,
            "gss_code": ["E31", "E30", "E29", "City", "E1", "E2"],
            "period": ["2020/21"] * 4 + [None] * 2,
            "amount_pence": [9_00, 1_00, 2_00, 5_00, 1_00, 1_00],
        }
    )
    given = formula_audit.given_tables(pd.concat([whole, part]), dropped, names)
    assert {name: len(sums) for name, sums in given.items()} == {"Fund, 2019/20": 32, "f.csv, 2020/21": 3, "g.csv": 2}
    assert given["f.csv, 2020/21"].to_dict() == {"E29": 2, "E30": 1, "E31": 9}
    got = formula_audit.audits(given, {"two": need}, names)
    assert got.summary.set_index("table")["reason"].to_dict() == {
        "Fund, 2019/20": "",
        "f.csv, 2020/21": "",
        "g.csv": "2 areas are too few to tell 2 weights",
    }
    assert got.weights.groupby("table")["weight"].sum().tolist() == pytest.approx([1, 1])
    assert set(got.areas["table"]) == {"f.csv, 2020/21"}  # the same for each is half people and half crime
    assert got.areas.set_index("area").loc["e31", "departs"] == formula_audit.MORE
    results = formula_audit.audit_results(got, "f.csv, 2020/21", "two")
    assert results["departs"].value == (got.areas["table"] == "f.csv, 2020/21").sum()  # type: ignore[union-attr]
    assert set(formula_audit.audit_results(got, "g.csv", "two").values()) == {
        CannotSay("2 areas are too few to tell 2 weights")
    }
    none = formula_audit.audits({"g.csv": given["g.csv"]}, {"two": need}, names)
    assert (list(none.weights.columns), list(none.areas.columns)) == (
        list(formula_audit.WEIGHTS),
        list(formula_audit.AREAS),
    )


def test_an_exception_stands_out_from_what_the_others_follow_though_weights_could_give_it() -> None:
    """Nine areas share 100 by .8 of people and .2 of crime, and E4 has 3 more: it alone is aside, by 3.

    E4 then has (4 + 6 + 3)/103 = .126, below its .30 of crime, so some weights could give it.
    """
    areas = [f"E{n}" for n in range(9)]
    people = pd.Series([20.0, 18, 16, 14, 5, 6, 5, 9, 7], index=areas)
    crime = pd.Series([5.0, 5, 5, 5, 30, 10, 10, 15, 15], index=areas)
    need = pd.DataFrame({"people": people, "crime": crime})
    given = people * 0.8 + crime * 0.2
    given["E4"] += 3
    found = formula_audit.audit(given, need)
    assert isinstance(found, formula_audit.Audit)
    assert (found.areas["departs"] == "").all()
    assert found.areas["stands_out"].to_dict() == {area: "above" if area == "E4" else "" for area in areas}
    assert found.areas["aside"].to_dict() == pytest.approx({area: 3 * (area == "E4") for area in areas}, abs=1e-7)
    told = formula_audit.audits({"f": given}, {"two": need}, pd.Series({area: area for area in areas}))
    assert told.summary[["departs", "stands_out"]].to_numpy().tolist() == [[0, 1]]
    assert told.areas[["area", "departs", "stands_out"]].to_numpy().tolist() == [["E4", "no", "above"]]


def test_less_than_the_others_stands_out_below() -> None:
    areas = [f"E{n}" for n in range(9)]
    need = pd.DataFrame({"people": [9.0, 8, 7, 6, 5, 4, 3, 2, 1], "crime": [1.0, 3, 5, 2, 4, 1, 9, 7, 4]}, index=areas)
    given = need["people"] / 45 * 70 + need["crime"] / 36 * 30
    given["E0"] -= 3
    found = formula_audit.audit(given, need)
    assert isinstance(found, formula_audit.Audit)
    assert found.areas["stands_out"].to_dict() == {area: "below" if area == "E0" else "" for area in areas}
    assert found.areas.loc["E0", "aside"] == pytest.approx(-3)
