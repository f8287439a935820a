"""Unit costs: edges, bad input and what the intervals are worth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vfm.analysis import matching, unit_costs
from vfm.vocabulary.results import CannotSay, Estimate

NUMBERS = pd.Series([1.0, 2.0])


@pytest.mark.parametrize("level", [0, 1, -0.5, 95, float("nan")])
def test_a_level_that_is_no_coverage_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level is a coverage between 0 and 1"):
        unit_costs.poisson_interval(5, level=level)


def test_a_method_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match='not "wilson"'):
        unit_costs.poisson_interval(5, method="wilson")


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="a count is not negative"):
        unit_costs.unit_cost(NUMBERS, pd.Series([1.0, -1.0]))


def test_negative_spend_is_refused_and_the_row_is_named() -> None:
    with pytest.raises(ValueError, match=r"\['b'\]: net off reversals first"):
        unit_costs.unit_cost(pd.Series({"a": 1.0, "b": -1.0}), pd.Series({"a": 1.0, "b": 1.0}))


def test_spend_and_count_of_different_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="align them first"):
        unit_costs.unit_cost(NUMBERS, pd.Series([1.0, 2.0], index=[1, 0]))


def test_no_rows_give_no_rows() -> None:
    got = unit_costs.unit_cost(pd.Series(dtype=float), pd.Series(dtype=float))
    assert list(got.columns) == ["value", "lower", "upper", "n", "reason"] and got.empty


@pytest.mark.parametrize("method", ["auto", "exact", "byar"])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.998])
def test_no_value_or_no_upper_limit_has_a_reason(method: str, level: float) -> None:
    counts = pd.Series([0, 0.5, 1, 2, 9.5, 10, 500, np.nan])
    got = unit_costs.unit_cost(pd.Series(1_000.0, index=counts.index), counts, level=level, method=method)
    assert list(got["upper"].isna()) == list(got["reason"] != "")
    assert got.loc[0, "reason"].startswith("nothing was counted") and got.loc[0, "lower"] > 0
    assert not np.isinf(got[["value", "lower", "upper"]]).any(axis=None)


def test_a_share_of_a_base_need_not_be_whole() -> None:
    lower, upper = unit_costs.poisson_interval([4.0, 4.5, 5.0])
    assert lower[0] < lower[1] < lower[2] and upper[0] < upper[1] < upper[2]


def test_many_counts_have_the_limits_that_each_has_alone() -> None:
    counts = np.array([[0, 3], [10, 400]])
    lower, upper = unit_costs.poisson_interval(counts)
    alone = [unit_costs.poisson_interval(count) for count in counts.ravel()]
    np.testing.assert_array_equal(lower.ravel(), [low for low, _ in alone])
    np.testing.assert_array_equal(upper.ravel(), [high for _, high in alone])


@given(
    spend=st.floats(0.01, 1e10),
    count=st.floats(0.01, 1e7),
    level=st.floats(0.5, 0.999),
    method=st.sampled_from(["auto", "exact", "byar"]),
)
def test_the_interval_holds_the_cost(spend: float, count: float, level: float, method: str) -> None:
    got = unit_costs.unit_cost(pd.Series([spend]), pd.Series([count]), level=level, method=method).iloc[0]
    assert got["lower"] <= got["value"]
    assert got["value"] <= got["upper"] or pd.isna(got["upper"])


def coverage(mean: float, method: str) -> float:
    """The chance that the limits of a count hold its mean: every count, weighted by how likely it is."""
    counts = np.arange(stats.poisson.ppf(1 - 1e-12, mean) + 1)
    lower, upper = unit_costs.poisson_interval(counts, method=method)
    return float(stats.poisson.pmf(counts, mean)[(lower <= mean) & (mean <= upper)].sum())


@pytest.mark.parametrize("mean", [0.3, 1, 2.7, 5, 9.9, 10, 30, 263])
def test_exact_limits_hold_the_mean_at_least_as_often_as_they_say(mean: float) -> None:
    assert coverage(mean, "exact") >= 0.95


@pytest.mark.parametrize("mean", [10, 15.5, 30, 100, 263])
def test_the_limits_used_hold_the_mean_nearly_as_often_as_they_say(mean: float) -> None:
    assert coverage(mean, "auto") >= 0.949  # Byar's are an approximation


# ---- matches

MATCH = {
    "spend": 1_000.0,
    "value": 20.0,
    "pounds_precision": "as-published",
    "value_precision": "as-published",
    "counted": "person",
    "denominator": "person",
    "service": "Service",
    "period": "2019/20",
    "basis": "stated-spend",
}


def result_of(*, level: float = 0.95, **changed: object) -> Estimate | CannotSay:
    matched = pd.DataFrame([MATCH | changed], index=["m"])
    return unit_costs.as_result(unit_costs.cost_matches(matched, level=level).loc["m"], level=level)


def test_an_exact_cost_has_an_interval_and_says_how_it_was_made() -> None:
    got = result_of()
    assert isinstance(got, Estimate) and got.lower is not None and got.direction == ""
    assert got.method == "ratio of totals; 95% Byar Poisson limits of the count, inverted"
    assert "99.8% exact" in getattr(result_of(level=0.998, value=9.0), "method")  # noqa: B009


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"value_precision": "at-least"}, "a bound"),
        ({"pounds_precision": "direction-unknown"}, "bounds or round, so no interval"),
        ({"value_precision": "plan"}, "the count was planned, so no interval"),
        ({"denominator": "grant"}, "the count was decided, so no interval"),
    ],
)
def test_an_interval_of_chance_is_given_only_where_chance_is_what_is_uncertain(
    changed: dict[str, object], words: str
) -> None:
    got = result_of(**changed)
    assert isinstance(got, Estimate) and (got.lower, got.upper) == (None, None)
    assert got.method.endswith(words)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"value": 0.0}, "nothing was counted"),
        ({"value": np.nan}, "the count is not known"),
        ({"spend": np.nan}, "the spend is not known"),
    ],
)
def test_what_cannot_be_said_says_why(changed: dict[str, object], reason: str) -> None:
    got = result_of(**changed)
    assert isinstance(got, CannotSay) and got.reason.startswith(reason)


def test_a_precision_that_is_not_known_is_no_direction() -> None:
    with pytest.raises(KeyError):
        unit_costs.direction("roughly", "as-published")


def test_plans_and_other_kinds_of_count_stay_out_of_a_table_of_costs() -> None:
    rows = [MATCH, MATCH | {"value_precision": "plan"}, MATCH | {"denominator": "grant"}]
    costs = unit_costs.cost_matches(pd.DataFrame(rows, index=["kept", "plan", "grant"]))
    assert list(unit_costs.select(costs, denominator="person").index) == ["kept"]
    with pytest.raises(ValueError, match='for each "outcome"'):
        unit_costs.select(costs, denominator="outcome")


def test_an_average_grant_or_a_plan_does_not_count_as_a_cost() -> None:
    services = pd.DataFrame(
        {"service_id": list("abcde"), "awards": [1, 1, 1, 1, 0], "amount": [10.0, 20, 30, 40, np.nan]}
    ).assign(real=[11.0, 22, 33, 44, 0], undated=0.0)
    matches = pd.DataFrame(
        {
            "service_id": ["a", "b", "c", "e"],
            "value_precision": ["as-published", "as-published", "plan", "as-published"],
            "basis": ["awards"] * 4,
            "denominator": ["person", "grant", "person", "person"],
        }
    )
    got = matching.coverage(services, matches)
    assert list(got["services"]) == [1, 1, 2] and list(got["pounds"]) == [10, 20, 70]
    assert got["share"].sum() == pytest.approx(1)
