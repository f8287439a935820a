"""Equity: edges, bad input, errors against independent ones, and what always holds."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.analysis.equity import (
    Index,
    concentration_index,
    erreygers_index,
    generalised_index,
    gini,
    kakwani_index,
    lorenz,
    theil,
    wagstaff_index,
)
from vfm.vocabulary.results import CannotSay

Series = pd.Series
AMOUNTS = st.lists(st.integers(0, 1000).map(float), min_size=2, max_size=12).filter(any)
few = settings(max_examples=40, deadline=None)


def number(result: Index | CannotSay) -> float:
    assert isinstance(result, Index)
    return result.value


# ---- what always holds


@few
@given(values=AMOUNTS, scale=st.floats(0.01, 1e4), times=st.integers(2, 4), seed=st.integers(0, 5))
def test_the_gini_knows_no_unit_no_order_and_no_copies(
    values: list[float], scale: float, times: int, seed: int
) -> None:
    y = pd.Series(values)
    wanted = pytest.approx(number(gini(y)), abs=1e-9)
    assert number(gini(y * scale)) == wanted
    assert number(gini(pd.Series(np.random.default_rng(seed).permutation(values)))) == wanted
    assert number(gini(pd.Series(values * times))) == wanted
    assert number(gini(y, weights=pd.Series(float(times), index=y.index))) == wanted


@few
@given(values=AMOUNTS)
def test_the_gini_is_half_the_mean_distance_over_the_mean_and_the_area_of_the_curve(values: list[float]) -> None:
    y, curve = np.array(values), lorenz(pd.Series(values))
    assert number(gini(pd.Series(values))) == pytest.approx(
        np.abs(np.subtract.outer(y, y)).mean() / (2 * y.mean()), abs=1e-12
    )
    assert number(gini(pd.Series(values))) == pytest.approx(
        1 - 2 * np.trapezoid(curve["amount"], curve["people"]), abs=1e-12
    )


@few
@given(rows=st.lists(st.tuples(st.integers(1, 500), st.integers(0, 4), st.integers(1, 4)), min_size=2, max_size=10))
def test_a_row_of_several_people_is_as_many_rows_of_one(rows: list[tuple[int, int, int]]) -> None:
    y, rank, people = (pd.Series(column, dtype=float) for column in zip(*rows, strict=True))
    many = [pd.Series(np.repeat(column, people.astype(int))) for column in (y, rank)]
    by_weight, by_row = concentration_index(y, rank, weights=people), concentration_index(*many)
    if rank.nunique() == 1:
        assert by_weight == by_row == CannotSay("all rows have the same rank, so none comes before another")
    else:
        assert number(by_weight) == pytest.approx(number(by_row), abs=1e-12)
    split, whole = theil(y, weights=people), theil(many[0])
    np.testing.assert_allclose(split["total"], whole["total"], atol=1e-12)


@few
@given(values=AMOUNTS, seed=st.integers(0, 10))
def test_no_rank_is_more_unequal_than_that_of_the_values(values: list[float], seed: int) -> None:
    y = pd.Series(values)
    other = pd.Series(np.random.default_rng(seed).permutation(len(values)), dtype=float)
    assert abs(number(concentration_index(y, other))) <= number(gini(y)) + 1e-12
    assert number(concentration_index(y, other)) == pytest.approx(-number(concentration_index(y, -other)), abs=1e-12)


@few
@given(
    rows=st.lists(st.tuples(st.floats(0.1, 1000), st.sampled_from("abc"), st.floats(0.1, 10)), min_size=2, max_size=12)
)
def test_between_and_within_sum_to_the_total(rows: list[tuple[float, str, float]]) -> None:
    values, groups, people = (pd.Series(column) for column in zip(*rows, strict=True))
    got, whole = theil(values, groups=groups, weights=people), theil(values, weights=people)
    np.testing.assert_allclose(got["between"] + got["within"], whole["total"], atol=1e-9)
    inside = got[[column for column in got if column.startswith("within ")]]
    np.testing.assert_allclose(inside.sum(axis=1).astype(float), got["within"], atol=1e-12)
    assert (got[["total", "between", "within"]] >= -1e-9).all(axis=None)
    assert whole["between"].tolist() == pytest.approx([0, 0], abs=1e-9)


@few
@given(values=AMOUNTS, seed=st.integers(0, 10))
def test_reaching_and_missing_are_mirror_images_where_there_are_bounds(values: list[float], seed: int) -> None:
    y, rank = pd.Series(values) / 1001 + 0.0001, pd.Series(np.random.default_rng(seed).permutation(len(values)))
    for index in (erreygers_index, wagstaff_index):
        reached, missed = index(y, rank, bounds=(0, 1)), index(1 - y, rank, bounds=(0, 1))
        assert number(reached) == pytest.approx(-number(missed), abs=1e-9)
        assert isinstance(reached, Index) and isinstance(missed, Index)
        assert reached.se == pytest.approx(missed.se, abs=1e-9)


# ---- errors, against weights that are moved a little and against many samples

RNG = np.random.default_rng(8)
Y, RANK, W = pd.Series(RNG.gamma(2, 1, 9)), pd.Series(RNG.integers(0, 4, 9) * 1.0), pd.Series(RNG.uniform(1, 3, 9))
MEASURES: dict[str, Callable[[Series], Index | CannotSay]] = {
    "gini": lambda w: gini(Y, weights=w),
    "concentration": lambda w: concentration_index(Y, RANK, weights=w),
    "generalised": lambda w: generalised_index(Y, RANK, weights=w),
    "wagstaff": lambda w: wagstaff_index(Y, RANK, bounds=(-1, 12), weights=w),
    "erreygers": lambda w: erreygers_index(Y, RANK, bounds=(0, 12), weights=w),
    "kakwani": lambda w: kakwani_index(Y, RANK + 1, weights=w),
}


@pytest.mark.parametrize("name", MEASURES)
def test_the_error_is_what_moving_the_weight_of_each_row_gives(name: str) -> None:
    measure, share, small = MEASURES[name], W / W.sum(), 1e-6
    base = number(measure(share))
    moved = [number(measure(share * (1 - small) + small * (share.index == row))) for row in share.index]
    pull = (np.array(moved) - base) / small
    got = measure(W)
    assert isinstance(got, Index) and got.se == pytest.approx(np.sqrt((share**2 * pull**2).sum()), rel=1e-4)


def test_the_error_is_the_spread_over_many_samples() -> None:
    rng = np.random.default_rng(9)
    draws = [concentration_index(*(pd.Series(x) for x in sample(rng))) for _ in range(600)]
    values = [number(draw) for draw in draws]
    errors = [draw.se for draw in draws if isinstance(draw, Index)]
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.08)  # 600 draws leave 3%


def sample(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    need = rng.integers(0, 10, 200) * 1.0
    return rng.gamma(2 + need / 5, 1), need


# ---- edges and bad input


def test_a_group_with_nothing_is_no_error() -> None:
    got = theil(pd.Series([0.0, 0, 1, 3]), groups=pd.Series(list("aabb")))
    assert got.loc["T", "total"] == pytest.approx(np.log(2) + 0.130812, abs=1e-6)  # all in half the people
    assert got.loc["T", "within a"] == 0 and got.loc["L", "reason"] and np.isnan(got.loc["L", "total"])


def test_nothing_given_is_said() -> None:
    nothing = pd.Series([0.0, 0])
    assert theil(nothing)["reason"].tolist() == ["nothing was given, so it has no shares"] * 2
    assert gini(nothing) == CannotSay("nothing was given, so it has no shares")
    with pytest.raises(ValueError, match="nothing was given"):
        lorenz(nothing)
    assert kakwani_index(pd.Series([1.0, 2]), nothing) == CannotSay(
        "all rows have the same rank, so none comes before another"
    )


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_at_one_bound_is_said(value: float) -> None:
    got = wagstaff_index(pd.Series([value] * 3), pd.Series([1, 2, 3]), bounds=(0, 1))
    assert got == CannotSay("every value is at the same bound")


@pytest.mark.parametrize(
    ("values", "rank", "weights", "message"),
    [
        ([1.0, -2], [1.0, 2], [1.0, 1], "a value is not negative"),
        ([1.0, np.nan], [1.0, 2], [1.0, 1], r"not known for \[1\]"),
        ([1.0, 2], [np.nan, 2], [1.0, 1], r"not known for \[0\]"),
        ([1.0, 2], [1.0, 2], [1.0, np.nan], r"not known for \[1\]"),
        ([1.0, 2], [1.0, 2], [1.0, 0], "a weight is over zero"),
        ([1.0, 2], [1.0, 2], [1.0, -1], "a weight is over zero"),
    ],
)
def test_what_has_no_share_is_refused(
    values: list[float], rank: list[float], weights: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        concentration_index(pd.Series(values), pd.Series(rank), weights=pd.Series(weights))


@pytest.mark.parametrize("which", ["rank", "weights"])
def test_other_rows_are_refused(which: str) -> None:
    here, there = pd.Series([1.0, 2]), pd.Series([1.0, 2], index=[1, 0])
    with pytest.raises(ValueError, match="different indexes"):
        concentration_index(here, there if which == "rank" else here, weights=there if which == "weights" else here)


@pytest.mark.parametrize("groups", [pd.Series(["a", None]), pd.Series(["a", "b"], index=[1, 0])])
def test_rows_without_a_group_are_refused(groups: Series) -> None:
    with pytest.raises(ValueError, match="every row is in a group"):
        theil(pd.Series([1.0, 2]), groups=groups)


@pytest.mark.parametrize("bounds", [(0, 1), (2, 5), (3, 3), (5, 0)])
def test_values_outside_their_bounds_are_refused(bounds: tuple[float, float]) -> None:
    for index in (erreygers_index, wagstaff_index):
        with pytest.raises(ValueError, match="not all between the bounds"):
            index(pd.Series([1.0, 3]), pd.Series([1, 2]), bounds=bounds)


def test_bounds_that_are_one_are_refused() -> None:
    with pytest.raises(ValueError, match="not all between the bounds, 1 and 1"):
        erreygers_index(pd.Series([1.0, 1]), pd.Series([1, 2]), bounds=(1, 1))
