"""Limits of counts, of shares and of a cost over a count, against PHEindicatormethods and its workbook (case 13)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vfm.analysis.borough_returns import wilson
from vfm.analysis.unit_costs import poisson_interval, unit_cost

CASE = Path(__file__).parents[3] / "shared" / "reference" / "13_counts_byar_exact_wilson"


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    if not CASE.is_dir():
        pytest.skip(
            "case 13 holds GPL-3 test numbers, so it is not in this tree; put `shared` beside the clone to run it"
        )
    return {part["name"]: part for part in json.loads((CASE / "expected.json").read_text())["expected"]}


def close(part: dict[str, Any]) -> dict[str, float]:
    return {"rtol": part["rtol"], "atol": part["atol"]}


@pytest.mark.parametrize("method", ["exact", "byar"])
def test_limits_of_counts_are_those_of_the_health_observatories(expected: dict[str, Any], method: str) -> None:
    part = expected["counts"]
    for row in part["value"]:
        lower, upper = poisson_interval(row["x"], level=row["conf"], method=method)
        wanted = row[f"{method}_lo"] or 0.0  # they leave a negative lower limit out; here it is 0
        np.testing.assert_allclose([lower, upper], [wanted, row[f"{method}_hi"]], **close(part), err_msg=str(row))


@pytest.mark.parametrize("method", ["exact", "byar"])
def test_the_cost_of_an_outcome_turns_the_limits_upside_down(expected: dict[str, Any], method: str) -> None:
    part = expected["cost_per_outcome_fixed_cost_65000"]
    for row in part["value"]:
        spend, count = pd.Series([row["cost"]]), pd.Series([row["outcomes"]])
        got = unit_cost(spend, count, level=row["conf"], method=method).iloc[0]
        high = row[f"hi_{method}"]
        wanted = [row["cost_per_outcome"], row[f"lo_{method}"], np.nan if high is None else high]
        np.testing.assert_allclose(got[["value", "lower", "upper"]].astype(float), wanted, **close(part))
        assert (got["reason"] == "") == (high is not None)


def test_limits_of_shares_are_those_of_the_health_observatories(expected: dict[str, Any]) -> None:
    part = expected["proportions"]
    for row in part["value"]:
        got = wilson(row["x"], row["n"], level=row["conf"])
        np.testing.assert_allclose(got, [row["wilson_lo"], row["wilson_hi"]], **close(part), err_msg=str(row))


def test_the_case_is_the_one_that_was_read(expected: dict[str, Any]) -> None:
    assert [row["x"] for row in expected["counts"]["value"]] == [1, 3, 5, 9, 10, 20, 65, 1045] * 2
