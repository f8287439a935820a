"""XmR charts and their rules against NHSRplotthedots and Montgomery's loan costs (case 17)."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vfm.analysis.control_chart import ControlChart, shifts, trends, two_of_three, xmr
from vfm.vocabulary.results import Better

PUBLISHED = json.loads((Path(__file__).parent / "control_charts_published.json").read_text())
POINTS, LOANS, RULES = PUBLISHED["eighteen points"], PUBLISHED["loan costs"], PUBLISHED["rules"]


@pytest.mark.parametrize("ranges", ["all", "screened"])
def test_limits_are_those_of_nhsrplotthedots(ranges: str) -> None:
    got = xmr(pd.Series(POINTS["values"]), better=Better.LOWER, ranges=ranges)
    assert isinstance(got, ControlChart)
    limits = got.table[["mean", "lower", "upper"]].iloc[0]
    np.testing.assert_allclose(limits.astype(float), POINTS[ranges], rtol=1e-8)


def test_limits_of_the_first_twenty_loans_are_those_of_montgomery() -> None:
    got = xmr(pd.Series(LOANS["values"]), better=Better.LOWER, limits_from=20)
    assert isinstance(got, ControlChart)
    limits = got.table[["mean", "lower", "upper"]].drop_duplicates().to_numpy()
    np.testing.assert_allclose(limits, [LOANS["limits"]], rtol=0, atol=0.005)  # printed to two places
    above = got.table.index[got.table["outside"] == 1] + 1
    assert above.tolist() == LOANS["weeks above"]


def ends(flags: list[int], length: int) -> list[int]:
    """The published vectors flag a run where it reaches seven; here every point of it is flagged."""
    return [flag if i + 1 >= length and all(flags[i + 1 - length : i + 1]) else 0 for i, flag in enumerate(flags)]


@pytest.mark.parametrize("vector", RULES["seven_one_side"], ids=str)
def test_shifts_are_those_of_nhsrplotthedots(vector: dict[str, list[int]]) -> None:
    got = shifts(vector["relative_to_mean"]).tolist()
    assert ends(got, 7) == vector["flag_at_end_of_run"]


@pytest.mark.parametrize("vector", RULES["seven_point_trend"], ids=str)
def test_trends_are_those_of_nhsrplotthedots(vector: dict[str, list[int]]) -> None:
    assert ends(trends(vector["values"]).tolist(), 7) == vector["flag"]


@pytest.mark.parametrize("vector", RULES["two_of_three"], ids=str)
def test_two_of_three_is_that_of_nhsrplotthedots(vector: dict[str, list[int]]) -> None:
    got = two_of_three(vector["close_to_limit"], vector["side"])
    assert got.astype(int).tolist() == vector["window_flag"]
