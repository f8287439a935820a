"""Parts sum to their total, to the penny, over panels that nobody chose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st

from promises import SEED, SOAK
from vfm.analysis import borough_money, formula
from vfm.analysis.decomposition import decompose_change, effects_by_part
from vfm.vocabulary.periods import FinancialYear

Tried = Callable[..., None]
PENCE = st.integers(0, 10**13)  # up to a hundred billion pounds


def often(sample: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
    wanted = settings(
        max_examples=sample * (50 if SOAK else 1), deadline=None, database=None, suppress_health_check=quiet
    )
    return lambda test: seed(SEED)(wanted(test))


@often(100)
@given(pence=PENCE, weights=st.lists(st.floats(0, 1e9) | st.integers(0, 5).map(float), min_size=1, max_size=33))
def test_pence_that_are_divided_are_all_there(tried: Tried, pence: int, weights: list[float]) -> None:
    assume(sum(weights) > 0)
    tried("parts-and-totals")
    parts = borough_money.divide(pence, weights)
    assert sum(parts) == pence
    assert all(isinstance(part, int) and part >= 0 for part in parts)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@often(100)
@given(
    amounts=st.lists(st.lists(st.integers(0, 10**6), min_size=33, max_size=33), min_size=1, max_size=4),
    weights=st.lists(st.sampled_from([0.0, 0.1, 0.25, 1 / 3, 1.0, 3.0]), min_size=4, max_size=4),
    budget=PENCE,
)
def test_an_allocation_is_the_budget(tried: Tried, amounts: list[list[int]], weights: list[float], budget: int) -> None:
    names = [f"indicator {n}" for n in range(len(amounts))]
    given_weights = dict(zip(names, weights, strict=False))
    need = pd.DataFrame(dict(zip(names, amounts, strict=True)), index=[f"E09{n:06d}" for n in range(1, 34)])
    assume(sum(given_weights.values()) > 0 and need.sum().all())
    tried("parts-and-totals")
    table = formula.allocate(need, given_weights, budget).table
    assert int(table["allocation"].sum()) == budget
    assert int(table["formula"].sum()) == budget


@often(60)
@given(
    start=st.lists(st.lists(st.floats(1e-3, 1e6), min_size=3, max_size=3), min_size=1, max_size=40),
    data=st.data(),
)
def test_the_effects_of_factors_are_the_change(tried: Tried, start: list[list[float]], data: st.DataObject) -> None:
    zero_or_more = st.floats(1e-3, 1e6) | st.just(0.0)
    rows = st.lists(zero_or_more, min_size=3, max_size=3)
    end = data.draw(st.lists(rows, min_size=len(start), max_size=len(start)))
    before, after = (pd.DataFrame(part, columns=["people", "use", "cost"]) for part in (start, end))
    tried("parts-and-totals")
    change = after.prod(axis=1) - before.prod(axis=1)
    size = float((after.prod(axis=1) + before.prod(axis=1)).sum())
    assert np.allclose(effects_by_part(before, after).sum(axis=1), change, rtol=0, atol=1e-9 * size)
    assert decompose_change(before, after).sum() == pytest.approx(change.sum(), abs=1e-9 * size)


@often(60)
@given(
    awards=st.lists(
        st.tuples(st.integers(1, 10**11), st.integers(0, 4000), st.integers(0, 2500)), min_size=1, max_size=20
    )
)
def test_the_years_of_an_award_are_the_award_to_half_a_penny_a_year(
    tried: Tried, awards: list[tuple[int, int, int]]
) -> None:
    first = date(2012, 4, 1)
    frame = pd.DataFrame(
        {
            "award_id": [f"A{n}" for n in range(len(awards))],
            "amount": [pence / 100 for pence, _, _ in awards],
            "start": pd.to_datetime([first + timedelta(days=begin) for _, begin, _ in awards]),
            "end": pd.to_datetime([first + timedelta(days=begin + days) for _, begin, days in awards]),
            "role": "component",
        }
    )
    tried("parts-and-totals")
    years = [FinancialYear.parse(f"{year}-{(year + 1) % 100:02d}") for year in range(2012, 2032)]
    spread = pd.concat([borough_money.pence_in_year(frame, year) for year in years], axis=1).sum(axis=1)
    spread = spread.reindex(frame["award_id"])
    for made, (pence, _, days) in zip(spread, awards, strict=True):
        assert abs(made - pence) <= 0.5 * (days // 365 + 2)  # each year is rounded by itself, to the nearest penny
