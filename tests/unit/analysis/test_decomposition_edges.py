"""Decomposition: edges, bad input, exactness of the split, its limits at zero and how far its digits hold."""

from decimal import Decimal, localcontext
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.analysis.decomposition import (
    decompose_change,
    decompose_ratio,
    decompose_years,
    effects_by_part,
    log_mean,
)
from vfm.vocabulary.periods import FinancialYear

FACTOR = st.floats(1e-3, 1e4)


def log_mean_in_decimals(a: float, b: float) -> float:
    with localcontext() as context:
        context.prec = 60
        x, y = Decimal(a), Decimal(b)
        return float(x if x == y else (x - y) / (x.ln() - y.ln()))


@pytest.mark.parametrize("apart", [0, 1e-15, 1e-12, 1e-9, 1.1e-8, 1e-7, 1e-4, 1e-2, 1, 1e6])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 53.6e6])
def test_the_logarithmic_mean_keeps_its_digits_however_near_the_two_are(apart: float, scale: float) -> None:
    a, b = scale * (1 + apart), scale
    wanted = pytest.approx(log_mean_in_decimals(a, b), rel=1e-14)
    assert float(log_mean(a, b)) == wanted and float(log_mean(b, a)) == wanted


@given(a=FACTOR, b=FACTOR)
def test_the_logarithmic_mean_lies_between_the_geometric_and_the_arithmetic(a: float, b: float) -> None:
    mean = float(log_mean(a, b))
    assert np.sqrt(a * b) * (1 - 1e-14) <= mean <= (a + b) / 2 * (1 + 1e-14)


@st.composite
def two_ends(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    parts, factors = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    grid = st.lists(st.lists(FACTOR, min_size=factors, max_size=factors), min_size=parts, max_size=parts)
    return pd.DataFrame(draw(grid)), pd.DataFrame(draw(grid))


@given(ends=two_ends())
def test_the_effects_sum_to_the_change(ends: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    start, end = ends
    totals = [float(frame.prod(axis=1).sum()) for frame in ends]
    spread = np.abs(np.log(end / start)).sum(axis=None) + 1  # what each effect can be times the total
    assert decompose_change(start, end).sum() == pytest.approx(
        totals[1] - totals[0], rel=0, abs=1e-13 * spread * max(totals)
    )


@settings(max_examples=15)
@given(ends=two_ends())
def test_the_order_of_the_factors_makes_no_difference(ends: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    start, end = ends
    wanted = decompose_change(start, end)
    totals = max(float(frame.prod(axis=1).sum()) for frame in ends)
    for order in permutations(start.columns):
        got = decompose_change(start[list(order)], end[list(order)])
        pd.testing.assert_series_equal(got.sort_index(), wanted, rtol=1e-9, atol=1e-12 * totals)


@settings(max_examples=40)
@given(ends=two_ends())
def test_there_and_back_again_cancels(ends: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    there, back = decompose_change(*ends), decompose_change(*reversed(ends))
    totals = max(float(end.prod(axis=1).sum()) for end in ends)  # what rounding is in proportion to, not their change
    np.testing.assert_allclose(there, -back, rtol=1e-9, atol=1e-12 * totals)


# ---- parts that come and go

SOMETIMES_ZERO = st.one_of(st.just(0.0), st.floats(0.01, 100))


@st.composite
def ends_with_zeros(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    parts, factors = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    grid = st.lists(st.lists(SOMETIMES_ZERO, min_size=factors, max_size=factors), min_size=parts, max_size=parts)
    return pd.DataFrame(draw(grid)), pd.DataFrame(draw(grid))


@given(ends=ends_with_zeros())
def test_with_zeros_too_every_part_sums_to_its_change(ends: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    start, end = ends
    wanted = end.prod(axis=1) - start.prod(axis=1)
    scale = float(end.prod(axis=1).max() + start.prod(axis=1).max())
    np.testing.assert_allclose(effects_by_part(start, end).sum(axis=1), wanted, rtol=1e-9, atol=1e-12 * scale)


@settings(max_examples=60)
@given(ends=ends_with_zeros())
def test_the_limit_is_what_ever_smaller_numbers_come_to(ends: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    exact = effects_by_part(*ends).to_numpy()
    scale = max(float(frame.prod(axis=1).max()) for frame in ends) + 1
    gaps = []
    for tiny in (1e-20, 1e-40, 1e-70):
        near = effects_by_part(*(frame.replace(0.0, tiny) for frame in ends)).to_numpy()
        gaps.append(float(np.abs(near - exact).max()) / scale)
    # the gap shrinks as 1 / ln(1 / tiny): from 46 to 161, so about 3.5 times
    assert gaps[2] <= gaps[0] / 2.5 + 1e-9 and gaps[2] < 0.15


@given(ends=ends_with_zeros(), anything=st.floats(0.1, 10))
def test_a_factor_of_a_part_that_is_not_there_may_be_anything_or_blank(
    ends: tuple[pd.DataFrame, pd.DataFrame], anything: float
) -> None:
    start, end = (frame.assign(new=1.0, there=1.0) for frame in ends)
    start["there"] = 0.0
    blank, filled = start.assign(new=np.nan), start.assign(new=anything)
    pd.testing.assert_frame_equal(effects_by_part(blank, end), effects_by_part(filled, end))


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
@pytest.mark.parametrize("side", ["start", "end"])
def test_a_factor_that_is_no_number_over_zero_is_refused(bad: float, side: str) -> None:
    good, spoilt = pd.DataFrame([[1.0, 2.0]]), pd.DataFrame([[1.0, bad]])
    with pytest.raises(ValueError, match="no factor may be negative, infinite or unknown"):
        decompose_change(*((spoilt, good) if side == "start" else (good, spoilt)))


def test_a_negative_factor_is_refused_even_beside_a_zero() -> None:
    with pytest.raises(ValueError, match="no factor may be negative"):
        decompose_change(pd.DataFrame([[0.0, -2.0]]), pd.DataFrame([[1.0, 2.0]]))


@pytest.mark.parametrize("end", [pd.DataFrame([[1.0, 2.0]], columns=["b", "a"]), pd.DataFrame([[1.0, 2.0]] * 2)])
def test_two_ends_that_do_not_match_are_refused(end: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="the same parts and the same factors"):
        decompose_change(pd.DataFrame([[1.0, 2.0]], columns=["a", "b"]), end)


# ---- ratios and chains


@given(ends=two_ends())
def test_the_ratios_multiply_to_the_ratio(ends: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    start, end = (frame.prod(axis=1).sum() for frame in ends)
    assert np.log(decompose_ratio(*ends)).sum() == pytest.approx(np.log(end / start), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("empty", ["start", "end"])
def test_a_total_of_nothing_has_no_ratio(empty: str) -> None:
    some, none = pd.DataFrame([[1.0, 2.0]]), pd.DataFrame([[0.0, 2.0]])
    with pytest.raises(ValueError, match="has no ratio: split the change"):
        decompose_ratio(*((none, some) if empty == "start" else (some, none)))


@settings(max_examples=30)
@given(first=two_ends())
def test_a_chain_sums_to_the_change_from_first_to_last(first: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    start, middle = first
    years = {FinancialYear(2012): start, FinancialYear(2014): start * 2, FinancialYear(2013): middle}
    got = decompose_years(years)
    assert list(got.index) == [FinancialYear(2013), FinancialYear(2014)]
    scale = float(max(frame.prod(axis=1).sum() for frame in years.values()))
    wanted = float((start * 2).prod(axis=1).sum() - start.prod(axis=1).sum())
    assert got.sum(axis=None) == pytest.approx(wanted, rel=0, abs=1e-10 * scale)


@pytest.mark.parametrize("held", [[], [2012], [2012, 2014]])
def test_a_chain_with_a_year_left_out_is_refused(held: list[int]) -> None:
    one = pd.DataFrame([[1.0, 2.0]])
    with pytest.raises(ValueError, match="a chain needs every year from its first to its last"):
        decompose_years({FinancialYear(year): one for year in held})
