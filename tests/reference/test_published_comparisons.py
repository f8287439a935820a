"""Funnels (case 14), regression to the mean (case 38) and many comparisons (case 39)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import comparison, ranking
from vfm.analysis.comparison import LOG, ROOT, Dispersion, dispersion
from vfm.analysis.regression_to_mean import expected_return

HERE = Path(__file__).parent
CASE = HERE.parents[2] / "shared" / "reference" / "14_funnel_basic"
PUBLISHED = json.loads((HERE / "comparisons_published.json").read_text())


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    if not CASE.is_dir():
        pytest.skip(
            "case 14 holds GPL-3 test numbers, so it is not in this tree; put `shared` beside the clone to run it"
        )
    return {part["name"]: part for part in json.loads((CASE / "expected.json").read_text())["expected"]}


def close(part: dict[str, Any]) -> dict[str, float]:
    return {"rtol": part["rtol"], "atol": part["atol"]}


@pytest.fixture(scope="module")
def areas(case: dict[str, Any]) -> pd.DataFrame:
    rows = pd.read_csv(CASE / "proportions.csv").set_index("area")
    return comparison.funnel_proportions(rows["numerator"], rows["denominator"])


def test_the_average_is_that_of_the_health_observatories(case: dict[str, Any], areas: pd.DataFrame) -> None:
    part = case["baseline_percent"]
    np.testing.assert_allclose(areas["target"] * 100, part["value"], **close(part))


def test_limits_of_proportions_are_those_of_the_health_observatories(case: dict[str, Any], areas: pd.DataFrame) -> None:
    part, target = case["limits_at_grid"], float(areas["target"].iloc[0])
    grid = pd.read_csv(CASE / "funnel_limit_grid.csv")
    assert len(grid) == 100
    for level, name in ((0.95, "95"), (0.998, "998")):
        got = comparison.proportion_limits(target, grid["n"], level=level)
        np.testing.assert_allclose(np.multiply(got, 100), grid[[f"lo{name}", f"hi{name}"]].T, **close(part))


THEIR_BANDS = {
    "above the 99.8% limit": "High (0.001)",
    "below the 99.8% limit": "Low (0.001)",
    "above the 95% limit": "High (0.025)",
    "below the 95% limit": "Low (0.025)",
    "within the limits": "Not significant",
}


def test_every_area_is_in_the_band_that_they_give_it(case: dict[str, Any], areas: pd.DataFrame) -> None:
    bands = areas["band"].map(THEIR_BANDS)
    assert bands.value_counts().to_dict() == case["banding_counts"]["value"]
    assert bands.head(12).tolist() == case["banding_first_12"]["value"]


def test_limits_of_ratios_are_those_of_funnelplotr(case: dict[str, Any]) -> None:
    part = case["poisson_ratio_limits_at_15_20_30"]
    got = comparison.funnel_ratios(pd.Series([1, 1, 1]), pd.Series([15, 20, 30]))
    for end in ("lower", "upper"):
        for name in ("95", "998"):
            np.testing.assert_allclose(
                got[f"{end}_{name}"], part["value"][f"{end[:2].replace('up', 'hi')}{name}"], **close(part)
            )


@pytest.mark.parametrize(
    ("name", "scale", "extremes"),
    [("six.shmi_log_truncated", LOG, "dropped"), ("six.sqrt_winsorised_10pct", ROOT, "winsorised")],
)
def test_the_spread_beyond_chance_is_that_of_funnelplotr(
    case: dict[str, Any], name: str, scale: comparison.Scale, extremes: str
) -> None:
    part, rows = case[name], pd.read_csv(CASE / "six_units.csv")
    got = dispersion(rows["observed"], rows["expected"], target=1, scale=scale, extremes=extremes)
    assert isinstance(got, Dispersion)
    np.testing.assert_allclose([got.phi, got.tau2], [part["value"]["phi"], part["value"]["tau2"]], **close(part))
    assert got.n == part["value"]["n_used"]


@pytest.mark.parametrize("row", PUBLISHED["regression to the mean"], ids=str)
def test_the_return_to_the_mean_is_that_of_barnett(row: dict[str, float]) -> None:
    got = expected_return(
        mean=60,
        sd=15,
        cut_off=40,
        picked="at or below",
        correlation=row["correlation"],
        baselines=int(row["baselines"]),
    )
    assert got.value == pytest.approx(row["rise"], rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("method", PUBLISHED["many comparisons"]["adjusted"])
def test_adjusted_p_values_are_those_of_r(method: str) -> None:
    many = PUBLISHED["many comparisons"]
    got = ranking.adjust(pd.Series(many["p"]), method=method)
    np.testing.assert_allclose(got["adjusted"], many["adjusted"][method], rtol=1e-9, atol=1e-12)
    assert method not in many["found"] or got["found"].sum() == many["found"][method]
