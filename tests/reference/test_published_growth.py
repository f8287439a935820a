"""Real terms against HM Treasury's worked annex (case 36), and the exact split against worked examples (case 20)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import growth
from vfm.analysis.decomposition import decompose_change, decompose_ratio
from vfm.vocabulary.results import Estimate

HERE = Path(__file__).parent
ANNEX = pd.read_csv(HERE / "real_terms_hmt_2013.csv").set_index("financial_year")
SPLITS = json.loads((HERE / "lmdi_worked.json").read_text())


@pytest.mark.parametrize("year", ANNEX.index)
def test_real_gdp_is_that_of_the_treasury(year: str) -> None:
    got = growth.real_terms(ANNEX["money_gdp_million"][year], year, "2011-12", ANNEX["index"])
    assert isinstance(got, Estimate)
    # £2 million: the annex prints its index to three places, and two of its rows are illustrations
    assert got.value == pytest.approx(ANNEX["real_gdp_2011_12_million"][year], rel=0, abs=2)


@pytest.mark.parametrize(
    ("year", "base", "per_cent"),
    [("2009-10", "2010-11", 2.71), ("2006-07", "2011-12", 12.04)],
)
def test_inflation_is_that_of_the_treasury(year: str, base: str, per_cent: float) -> None:
    got = growth.real_terms(100, year, base, ANNEX["index"])
    assert isinstance(got, Estimate)
    assert got.value - 100 == pytest.approx(per_cent, rel=0, abs=0.005)  # printed to two places


@pytest.mark.parametrize("case", SPLITS, ids=lambda case: case["name"])
def test_a_split_is_that_of_the_worked_example(case: dict[str, Any]) -> None:
    start, end = (pd.DataFrame(case[side], dtype=float) for side in ("start", "end"))
    effects = decompose_change(start, end)
    np.testing.assert_allclose(effects, case["effects"], rtol=1e-10, atol=0)
    assert effects.sum() == pytest.approx(case["change"], rel=1e-12)


@pytest.mark.parametrize("case", SPLITS, ids=lambda case: case["name"])
def test_a_split_of_the_ratio_is_that_of_the_worked_example(case: dict[str, Any]) -> None:
    ratios = decompose_ratio(*(pd.DataFrame(case[side], dtype=float) for side in ("start", "end")))
    np.testing.assert_allclose(ratios, case["ratios"], rtol=1e-10, atol=0)
    assert ratios.prod() == pytest.approx(case["ratio"], rel=1e-10)
