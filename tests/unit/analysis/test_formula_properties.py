"""What always holds of an allocation, whatever the need, the weights, the budget and the rules; and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vfm.analysis import formula, formula_audit, formula_rules
from vfm.vocabulary.errors import DataError

few = settings(max_examples=40, deadline=None)
AMOUNTS = st.integers(0, 1000)


@dataclass
class Problem:
    need: pd.DataFrame
    weights: dict[str, float]
    budget: int
    rules: dict[str, Any]

    def shared(self, need: pd.DataFrame | None = None) -> pd.Series[int]:
        made = formula.allocate(self.need if need is None else need, self.weights, self.budget, **self.rules)
        return made.table["allocation"]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Areas with need by indicator, and rules of any kind that can hold together."""
    areas = [chr(65 + n) for n in range(draw(st.integers(1, 7)))]
    names = ["people", "crime", "want"][: draw(st.integers(1, 3))]
    need = pd.DataFrame({name: draw(st.lists(AMOUNTS, min_size=len(areas), max_size=len(areas))) for name in names})
    assume(need.sum().all())
    weights = {name: draw(st.sampled_from([0.1, 0.25, 1, 3])) for name in names}
    budget = draw(st.integers(0, 100_000))
    previous = pd.Series(draw(st.lists(st.integers(0, 30_000), min_size=len(areas), max_size=len(areas))), index=areas)
    kind = draw(st.sampled_from(["none", "floor", "floors", "loss", "gain", "both"]))
    part = pd.Series(formula.to_the_penny(dict.fromkeys(areas, formula.exactly(budget) / len(areas)), budget))
    rules: dict[str, dict[str, Any]] = {
        "none": {},
        "floor": {"floor": budget // len(areas) // 2},
        "floors": {"floor": part},
        "loss": {"previous": previous, "max_loss": draw(st.sampled_from([0, 0.05, 0.5, 1]))},
        "gain": {"previous": previous, "max_gain": draw(st.sampled_from([0.05, 0.5, 20]))},
        "both": {"previous": part, "max_gain": 0.1, "max_loss": 0.05},
    }
    return Problem(need.set_axis(areas), weights, budget, rules[kind])


def possible(problem: Problem) -> pd.Series[int]:
    try:
        return problem.shared()
    except formula.ConflictingRulesError:
        assume(False)
        raise


@few
@given(problem=problems())
def test_allocations_sum_to_the_budget_in_whole_pence_within_their_bounds(problem: Problem) -> None:
    possible(problem)
    table = formula.allocate(problem.need, problem.weights, problem.budget, **problem.rules).table
    assert table["allocation"].sum() == problem.budget == table["formula"].sum()
    assert (table["allocation"] >= table["lower"]).all()
    assert (table["allocation"] <= table["upper"].fillna(problem.budget)).all()


@few
@given(problem=problems(), more=st.integers(1, 500), data=st.data())
def test_an_area_with_more_need_never_gets_less(problem: Problem, more: int, data: st.DataObject) -> None:
    before = possible(problem)
    area = data.draw(st.sampled_from(list(problem.need.index)))
    name = data.draw(st.sampled_from(list(problem.weights)))
    raised = problem.need.copy()
    raised.loc[area, name] += more
    try:
        after = problem.shared(raised)
    except formula.ConflictingRulesError:  # an area without any need holds no cap's room: with some it does
        return
    assert after[area] >= before[area]


@few
@given(problem=problems())
def test_of_two_areas_under_no_rule_the_needier_never_gets_less(problem: Problem) -> None:
    table = formula.allocate(problem.need, problem.weights, problem.budget).table
    one = table.sort_values("share")
    assert (one["allocation"].diff().dropna() >= -1).all()  # equals may differ by the penny that is left over
    assert (one[one["share"].diff() > 1 / max(problem.budget, 1)]["allocation"] > 0).all()


@few
@given(problem=problems(), data=st.data())
def test_the_order_of_rows_columns_and_weights_does_not_matter(problem: Problem, data: st.DataObject) -> None:
    wanted = possible(problem)
    rows = data.draw(st.permutations(list(problem.need.index)))
    columns = data.draw(st.permutations(list(problem.need.columns)))
    other = Problem(
        problem.need.loc[rows, columns], {name: problem.weights[name] for name in columns}, problem.budget, {}
    )
    for name, value in problem.rules.items():
        other.rules[name] = value.sample(frac=1, random_state=1) if isinstance(value, pd.Series) else value
    assert other.shared().to_dict() == wanted.to_dict()


@few
@given(problem=problems(), times=st.sampled_from([2, 7, 0.5, 0.001]), data=st.data())
def test_the_unit_of_an_indicator_and_of_the_weights_does_not_matter(
    problem: Problem, times: float, data: st.DataObject
) -> None:
    wanted = possible(problem)
    name = data.draw(st.sampled_from(list(problem.weights)))
    scaled = problem.need.astype(object)
    scaled[name] = [formula.exactly(value) * formula.exactly(times) for value in scaled[name]]
    assert problem.shared(scaled).to_dict() == wanted.to_dict()
    problem.weights = {name: weight * 2 for name, weight in problem.weights.items()}
    assert problem.shared().to_dict() == wanted.to_dict()


@few
@given(budget=st.integers(0, 10_000), count=st.integers(1, 9))
def test_ties_are_broken_by_code_and_the_same_way_each_time(budget: int, count: int) -> None:
    areas = [f"E{n}" for n in range(count)]
    shared = formula.allocate(pd.DataFrame({"people": [5] * count}, index=areas), {"people": 1}, budget).table[
        "allocation"
    ]
    whole, left = divmod(budget, count)
    assert shared.tolist() == [whole + 1] * left + [whole] * (count - left)


@few
@given(problem=problems(), data=st.data())
def test_the_terms_of_every_area_add_up_to_its_allocation(problem: Problem, data: st.DataObject) -> None:
    possible(problem)
    made = formula.allocate(problem.need, problem.weights, problem.budget, **problem.rules)
    base = data.draw(st.sampled_from([None, *problem.weights]))
    for area in problem.need.index:
        told = formula_rules.explained(made, area, base=base).set_index("term")["pence"]
        assert told.drop("allocation").sum() == told["allocation"] == made.table.loc[area, "allocation"]
        assert abs(told["pennies"]) <= len(problem.weights)


@few
@given(problem=problems(), uplift=st.integers(0, 5000))
def test_with_an_uplift_alone_none_loses_and_all_of_it_is_given(problem: Problem, uplift: int) -> None:
    previous = formula.allocate(problem.need.iloc[::-1].set_axis(problem.need.index), problem.weights, 10_000).table[
        "allocation"
    ]
    got = formula_rules.uplift_only(problem.need, problem.weights, uplift, previous=previous).table["allocation"]
    assert (got >= previous).all()
    assert got.sum() == 10_000 + uplift


@few
@given(seed=st.integers(0, 10_000), areas=st.integers(3, 12), indicators=st.integers(1, 4))
def test_no_other_weights_come_nearer_than_those_that_the_audit_finds(seed: int, areas: int, indicators: int) -> None:
    """Karush, Kuhn and Tucker: the slope is the same in every weight used, and no less in the others."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(areas), size=indicators).T
    given_shares = rng.dirichlet(np.ones(areas))
    weights = formula_audit.nearest_weights(given_shares, shares)
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)
    slope = shares.T @ (shares @ weights - given_shares)
    used = weights > 1e-9
    assert np.ptp(slope[used]) < 1e-9
    assert slope.min() > slope[used].max() - 1e-9


# ---- what is refused

NEED = pd.DataFrame({"people": [1.0, 2.0], "crime": [3.0, None]}, index=["E1", "E2"])


@pytest.mark.parametrize(
    ("need", "weights", "budget", "rules", "said"),
    [
        (NEED, {"peeple": 1}, 10, {}, 'A weight is given to "peeple", which is no indicator. Did you mean "people"?'),
        (NEED, {"people": -1}, 10, {}, 'The weight of "people" is -1: a weight is not negative.'),
        (NEED, {"people": float("nan")}, 10, {}, 'The weight of "people" is nan: a weight is not negative.'),
        (NEED, {"people": 0}, 10, {}, "No indicator has any weight, so there is nothing to share by."),
        (NEED, {}, 10, {}, "No indicator has any weight, so there is nothing to share by."),
        (
            NEED,
            {"crime": 1},
            10,
            {},
            'The indicator "crime" is missing or below zero for E2: an amount is needed of each.',
        ),
        (-NEED, {"people": 1}, 10, {}, 'The indicator "people" is missing or below zero for E1, E2'),
        (NEED * 0, {"people": 1}, 10, {}, 'No area has any of the indicator "people", so it shares nothing.'),
        (NEED.iloc[:0], {"people": 1}, 10, {}, "There is no area to share among."),
        (NEED.set_axis(["E1", "E1"]), {"people": 1}, 10, {}, "An area stands twice in the table of need: E1."),
        (NEED, {"people": 1}, 10.5, {}, "A budget is a whole number of pence, not 10.5."),
        (NEED, {"people": 1}, -1, {}, "A budget is a whole number of pence, not -1."),
        (NEED, {"people": 1}, 10, {"max_gain": 0.1}, "measured from what areas had before: give previous too."),
        (
            *(NEED, {"people": 1}, 10),
            {"previous": pd.Series({"E1": 1}), "max_gain": 0.1},
            "It is not known of E2: what areas had before.",
        ),
        (
            *(NEED, {"people": 1}, 10),
            {"previous": pd.Series({"E1": 1, "E2": 2.5}), "max_gain": 0.1},
            "Not a whole number of pence, zero or more, for E2: what areas had before.",
        ),
        (NEED, {"people": 1}, 10, {"floor": -1}, "Not a whole number of pence, zero or more, for E1, E2: the floor."),
        (
            *(NEED, {"people": 1}, 10),
            {"previous": pd.Series({"E1": 1, "E2": 2}), "max_loss": -0.1},
            "max_loss is -0.1: give a proportion of what areas had before, such as 0.05.",
        ),
    ],
)
def test_what_cannot_be_shared_is_refused(
    need: pd.DataFrame, weights: dict[str, float], budget: int, rules: dict[str, Any], said: str
) -> None:
    with pytest.raises(DataError) as raised:
        formula.allocate(need, weights, budget, **rules)
    assert said in str(raised.value)
    assert raised.value.exit_status == 1


def test_a_budget_that_nobody_with_need_may_take_is_a_conflict() -> None:
    """E1 has no need, so without a floor nothing reaches it; E2 may have 11."""
    need, had = pd.DataFrame({"people": [0, 1]}, index=["E1", "E2"]), pd.Series({"E1": 50, "E2": 10})
    with pytest.raises(formula.ConflictingRulesError, match=r"the areas with any need may have £0\.11 together"):
        formula.allocate(need, {"people": 1}, 20, previous=had, max_gain=0.1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: formula_rules.split(100, 1.1), "is a proportion from 0 to 1, not 1.1"),
        (lambda: formula_rules.top_up(pd.Series({"A": 1}), pd.Series({"B": 1})), "not of the same areas"),
        (
            lambda: formula_rules.phased(
                NEED, {"people": 1}, {"1": 10}, previous=pd.Series({"E1": 1, "E2": 1}), pace={"2": 1}
            ),
            "The pace of 1 is a proportion",
        ),
        (
            lambda: formula_rules.phased(
                NEED, {"people": 1}, {"1": 10}, previous=pd.Series({"E1": 0, "E2": 0}), pace={"1": 1}
            ),
            "there are no shares to move from",
        ),
        (
            lambda: formula_rules.explained(formula.allocate(NEED, {"people": 1}, 10), "E3"),
            "There is no area E3 in the allocation.",
        ),
        (
            lambda: formula_rules.explained(formula.allocate(NEED, {"people": 1}, 10), "E1", base="crime"),
            'The base "crime" has no weight in the formula.',
        ),
    ],
)
def test_what_rules_refuse(call: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        call()
