"""A budget shared by a formula.

Each indicator is a borough's share of its total; the weights, brought to a sum of one, add these shares to one share of
need. Rules then hold some boroughs: a floor, a greatest loss, a greatest gain. The others are paid by one rate for each
part of need, the rate at which all allocations are the budget. Money is in pence; pennies left over go to the largest
remainders, equal ones in the order of the codes.
"""

from __future__ import annotations

import pandas as pd
import pytest

from vfm.analysis import formula, formula_rules

AREAS = ["A", "B", "C"]


def need(*columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame({f"i{n}": column for n, column in enumerate(columns, 1)}, index=AREAS, dtype=object)


def each(*values: int) -> pd.Series[int]:
    return pd.Series(values, index=AREAS)


SHARED = [
    # need by indicator, weights, budget, rules, allocation, working
    (([1, 1, 2],), {"i1": 1}, 400, {}, [100, 100, 200], "a quarter, a quarter and a half of 400"),
    (([1, 1, 2], [2, 1, 1]), {"i1": 1, "i2": 1}, 800, {}, [300, 200, 300], "A: 800 (1/4 + 2/4)/2"),
    (([1, 1, 2], [2, 1, 1]), {"i1": 3, "i2": 1}, 800, {}, [250, 200, 350], "A: 800 (3 x 1/4 + 2/4)/4"),
    (([1, 1, 2], [2, 1, 1]), {"i1": 0.3, "i2": 0.1}, 800, {}, [250, 200, 350], "weights are divided by their sum"),
    (([1, 1, 2], [9, 0, 0]), {"i1": 1}, 400, {}, [100, 100, 200], "an indicator without a weight has no say"),
    (([1, 1, 1],), {"i1": 1}, 100, {}, [34, 33, 33], "33 1/3 each; the penny over goes to the first of equals"),
    (([1, 1, 1],), {"i1": 1}, 101, {}, [34, 34, 33], "33 2/3 each; two pennies over"),
    (([3, 2, 2],), {"i1": 1}, 10, {}, [4, 3, 3], "4 2/7, 2 6/7, 2 6/7: the larger remainders are B's and C's"),
    (([0, 1, 1],), {"i1": 1}, 100, {}, [0, 50, 50], "no need, no money"),
    (([0, 1, 1],), {"i1": 1}, 100, {"floor": 10}, [10, 45, 45], "the floor first; the rest by need"),
    (([1, 1, 8],), {"i1": 1}, 100, {"floor": 15}, [15, 15, 70], "A and B lifted from 10; C pays all of it"),
    (([1, 3, 6],), {"i1": 1}, 100, {"floor": each(16, 0, 0)}, [16, 28, 56], "84 left by 3 to 6"),
    (
        ([1, 3, 6],), {"i1": 1}, 100, {"previous": each(50, 25, 25), "max_loss": 0.5}, [25, 25, 50],
        "A keeps half of 50; 75 left by 3 to 6",
    ),
    (
        ([1, 3, 6],), {"i1": 1}, 100, {"previous": each(30, 30, 40), "max_gain": 0.25}, [13, 37, 50],
        "C at most 40 x 1.25; 50 left is 12.5 and 37.5, and B, at most 30 x 1.25 rounded down, has 37",
    ),
    (
        ([1, 3, 6],), {"i1": 1}, 100, {"previous": each(40, 30, 30), "max_gain": 0.5, "max_loss": 0.5}, [20, 35, 45],
        "A at least 20, C at most 45, B the rest",
    ),
    (([1, 3, 6],), {"i1": 1}, 99, {"floor": each(33, 33, 33)}, [33, 33, 33], "floors that take the whole budget"),
    (([1, 3, 6],), {"i1": 1}, 0, {}, [0, 0, 0], "nothing to share"),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "weights", "budget", "rules", "expected", "working"), SHARED)
def test_a_budget_is_shared(
    columns: tuple[list[float], ...],
    weights: dict[str, float],
    budget: int,
    rules: dict[str, object],
    expected: list[int],
    working: str,
) -> None:
    got = formula.allocate(need(*columns), weights, budget, **rules)
    assert got.table["allocation"].tolist() == expected, working


CONFLICTS = [
    # budget, rules, message, working
    (
        100, {"floor": 40},
        "The floor and the budget conflict: the areas must have £1.20 together, and the budget is £1.00. "
        "Lower the former or raise the budget by £0.20.",
        "3 x 40 = 120 > 100",
    ),
    (
        100, {"previous": each(60, 60, 60), "max_loss": 0.25},
        "The most loss and the budget conflict: the areas must have £1.35 together, and the budget is £1.00. "
        "Lower the former or raise the budget by £0.35.",
        "3 x 45 = 135 > 100",
    ),
    (
        100, {"previous": each(60, 60, 0), "max_loss": 0.25, "floor": each(0, 0, 20)},
        "The floor and most loss and the budget conflict: the areas must have £1.10 together, and the budget is £1.00. "
        "Lower the former or raise the budget by £0.10.",
        "45 + 45 + 20 = 110 > 100",
    ),
    (
        100, {"previous": each(30, 30, 30), "max_gain": 0.1},
        "The most gain and the budget conflict: the areas with any need may have £0.99 together, and the budget is "
        "£1.00. Raise max_gain, or lower the budget by £0.01.",
        "3 x 33 = 99 < 100",
    ),
    (
        100, {"previous": each(30, 30, 30), "max_gain": 0.1, "floor": each(0, 40, 0)},
        "B: the floor of £0.40 is more than the most gain allows, £0.33. Lower the one or raise the other by £0.07.",
        "40 > 30 x 1.1",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("budget", "rules", "message", "working"), CONFLICTS)
def test_rules_that_cannot_all_hold_are_named(
    budget: int, rules: dict[str, object], message: str, working: str
) -> None:
    with pytest.raises(formula.ConflictingRulesError) as raised:
        formula.allocate(need([1, 2, 3]), {"i1": 1}, budget, **rules)
    assert str(raised.value) == message, working


def test_the_rule_that_holds_an_area_is_named() -> None:
    """C at most 30 x 1.5, A at least 40 x 0.5, and nothing holds B."""
    rules = {"previous": each(40, 30, 30), "max_gain": 0.5, "max_loss": 0.5}
    table = formula.allocate(need([1, 3, 6]), {"i1": 1}, 100, **rules).table
    assert table["rule"].tolist() == [formula.MOST_LOSS, "", formula.MOST_GAIN]
    assert formula.allocate(need([1, 3, 6]), {"i1": 1}, 100, floor=20).table["rule"].tolist() == [formula.FLOOR, "", ""]


SPLITS = [
    # fund in pence, direct, direct part, co-commissioned part, working
    (1_800_000_000, 0.7, 1_260_000_000, 540_000_000, "70 and 30 of £18m"),
    (101, 0.7, 71, 30, "70.7 and 30.3: the penny to the larger remainder"),
    (101, 0.5, 51, 50, "50.5 each: the first of equals by name is co-commissioned"),
    (99, 1, 99, 0, "all direct"),
]


@pytest.mark.parametrize(("fund", "direct", "first", "second", "working"), SPLITS)
def test_a_fund_is_split(fund: int, direct: float, first: int, second: int, working: str) -> None:
    got = formula_rules.split(fund, direct)
    assert sum(got.values()) == fund
    assert sorted(got.values()) == sorted([first, second]), working


def test_an_uplift_goes_where_the_formula_wants_most() -> None:
    """Had 50, 30, 20; need by 1, 1, 2; 20 new: 120 by need is 30, 30, 60. C takes all 20 and has 40."""
    got = formula_rules.uplift_only(need([1, 1, 2]), {"i1": 1}, 20, previous=each(50, 30, 20)).table
    assert got["allocation"].tolist() == [50, 30, 40]
    with pytest.raises(formula.ConflictingRulesError, match=r"An uplift of -0\.20 pounds takes money away"):
        formula_rules.uplift_only(need([1, 1, 2]), {"i1": 1}, -20, previous=each(50, 30, 20))


def test_a_floor_that_is_paid_for_costs_what_the_formula_falls_short() -> None:
    """A 10 short and C 5 short, B above: 15 on top of 200 makes 215."""
    done = formula_rules.top_up(each(90, 65, 45), each(100, 50, 50))
    assert done.table["allocation"].tolist() == [100, 65, 50]
    assert done.table["top_up"].tolist() == [10, 0, 5]
    assert (done.cost, done.total) == (15, 215)


def test_damping_moves_to_the_formula_year_by_year() -> None:
    """Formula 25, 25, 50 of 100, from 60, 20, 20, at most half up and half down a year.

    Year 1: A at least 30, C at most 30, B at most 30: 100 - 60 leaves A 40. Year 2: C at most 45, B at most 45, A at
    least 20: rates of 100 by need give C 50, so 45 to C, and 55 by 1 to 1 is 27.5 each. Year 3: all by need.
    """
    years = formula_rules.damped(
        need([1, 1, 2]),
        {"i1": 1},
        dict.fromkeys(["1", "2", "3"], 100),
        previous=each(60, 20, 20),
        max_gain=0.5,
        max_loss=0.5,
    )
    assert [one.table["allocation"].tolist() for one in years.values()] == [[40, 30, 30], [28, 27, 45], [25, 25, 50]]
    with pytest.raises(formula.ConflictingRulesError, match=r"^2: The most loss and the budget conflict"):
        formula_rules.damped(need([1, 1, 2]), {"i1": 1}, {"1": 100, "2": 40}, previous=each(60, 20, 20), max_loss=0.1)


def test_a_phased_move_mixes_what_was_with_what_the_formula_gives() -> None:
    """From 60, 20, 20 to 25, 25, 50: half of each is 42.5, 22.5, 35; the penny to A, the first of equals."""
    moved = formula_rules.phased(
        need([1, 1, 2]), {"i1": 1}, {"1": 100, "2": 200}, previous=each(60, 20, 20), pace={"1": 0.5, "2": 1}
    )
    assert moved["1"].tolist() == [43, 22, 35]
    assert moved["2"].tolist() == [50, 50, 100]


EXPLAINED = [
    # base, terms and pence, working
    (
        None,
        {"i1": 100, "i2": 200, "rules": 20, "pennies": 0, "allocation": 320},
        "800 x 1/4 x 1/2; 800 x 2/4 x 1/2; to 320",
    ),
    ("i1", {"i1": 200, "i2": 100, "rules": 20, "pennies": 0, "allocation": 320}, "800 x 1/4; 800 (2/4 - 1/4)/2"),
]


@pytest.mark.parametrize(("base", "expected", "working"), EXPLAINED)
def test_a_share_is_explained_term_by_term(base: str | None, expected: dict[str, int], working: str) -> None:
    got = formula.allocate(need([1, 1, 2], [2, 1, 1]), {"i1": 1, "i2": 1}, 800, floor=each(320, 0, 0))
    told = formula_rules.explained(got, "A", base=base).set_index("term")["pence"]
    assert told.to_dict() == expected, working


def test_an_allocation_says_that_its_weights_are_ours_and_names_them() -> None:
    got = formula.allocate(need([1, 1, 2], [2, 1, 1]), {"i1": 3, "i2": 1}, 800)
    assert got.status == "scenario"
    assert got.assumption == (
        "Scenario: weights of ours, not the published formula's (i1 75.0%, i2 25.0%); each indicator as the area's "
        "share of its total over all areas, times its weight over all weights."
    )


def test_what_a_floor_holds_from_need_is_half_of_what_it_moves() -> None:
    """By need 10, 10, 80; floored 15, 15, 70: 10 pence are with A and B that need would give to C."""
    assert formula_rules.held_from_need(formula.allocate(need([1, 1, 8]), {"i1": 1}, 100, floor=15)) == 10


def test_how_far_rules_keep_each_year_from_its_formula() -> None:
    """From 60, 20, 20 to 25, 25, 50 of 100: year 1 has 40, 30, 30, so 15 + 5 pence are held; year 3 has none."""
    years = formula_rules.damped(
        need([1, 1, 2]),
        {"i1": 1},
        dict.fromkeys(["1", "2", "3"], 100),
        previous=each(60, 20, 20),
        max_gain=0.5,
        max_loss=0.5,
    )
    table = formula_rules.by_year(years).set_index("year")
    assert table["held"].tolist() == pytest.approx([0.20, 0.05, 0])
    assert table["share"].tolist() == pytest.approx([0.20, 0.05, 0])
    assert table["areas"].tolist() == [2, 1, 0]
