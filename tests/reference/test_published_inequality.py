"""Gini, Theil's T and L and the Lorenz curve against the R package ineq (case 27)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import equity

CASE = Path(__file__).parents[3] / "shared" / "reference" / "27_inequality_basic"


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    if not CASE.is_dir():
        pytest.skip("case 27 holds GPL data, so it is not in this tree; put `shared` beside the clone to run it")
    return {part["name"]: part for part in json.loads((CASE / "expected.json").read_text())["expected"]}


def incomes(name: str) -> "pd.Series[float]":
    if name == "ten":
        return pd.Series(json.loads((CASE / "ten.json").read_text()), dtype=float)
    return pd.read_csv(CASE / "ilocos.csv")["income"].astype(float)


@pytest.mark.parametrize(("name", "n"), [("ten", 10), ("ilocos", 632)])
def test_measures_of_inequality_are_those_of_ineq(case: dict[str, Any], name: str, n: int) -> None:
    part, values = case[name], incomes(name)
    gini, theil = equity.gini(values), equity.theil(values)["total"]
    assert isinstance(gini, equity.Index) and gini.n == n
    wanted = [part["value"][key] for key in ("gini", "theil_T", "theil_L_mld")]
    np.testing.assert_allclose([gini.value, *theil], wanted, rtol=part["rtol"], atol=part["atol"])


def test_the_lorenz_curve_is_that_of_ineq(case: dict[str, Any]) -> None:
    part = case["ten.lorenz_ordinates_0_to_1"]
    curve = equity.lorenz(incomes("ten"))
    np.testing.assert_allclose(curve["amount"], part["value"], rtol=part["rtol"], atol=part["atol"])
    np.testing.assert_allclose(curve["people"], np.arange(11) / 10, atol=1e-12)


def test_the_split_of_the_households_by_province_is_exact(case: dict[str, Any]) -> None:
    rows = pd.read_csv(CASE / "ilocos.csv")
    got = equity.theil(rows["income"].astype(float), groups=rows["province"])
    np.testing.assert_allclose(got["between"] + got["within"], got["total"], rtol=1e-12)
    part = case["ilocos"]  # the totals are those of the households as one group
    np.testing.assert_allclose(got["total"], [part["value"]["theil_T"], part["value"]["theil_L_mld"]], rtol=1e-9)
