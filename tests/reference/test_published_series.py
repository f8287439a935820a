"""Interrupted series against the Sicilian smoking ban (case 01), and regression to the mean (case 38)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vfm.analysis.impact import regression_to_mean
from vfm.analysis.interrupted_series import autocorrelation, counterfactual, cumulative_effect, slope_test
from vfm.analysis.segmented_regression import SLOPE, STEP, SeriesFit, SeriesModel, fit_series
from vfm.vocabulary.results import Estimate

CASE = Path(__file__).parents[3] / "shared" / "reference" / "01_its_sicily_smoking_ban"
needs_case = pytest.mark.skipif(not CASE.is_dir(), reason="the licence of the Sicilian data keeps them out of the tree")
RETURN = json.loads((Path(__file__).parent / "regression_to_mean.json").read_text())

PLAIN, QUASI = SeriesModel("poisson"), SeriesModel("quasipoisson")
SEASON, SLOPED = SeriesModel(harmonics=2), SeriesModel(harmonics=2, slope=True)
NAMES = {"(Intercept)": "intercept", "smokban": STEP}


@cache
def wanted() -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in json.loads((CASE / "expected.json").read_text())["expected"]}


@cache
def fit(model: SeriesModel) -> SeriesFit:
    rows = pd.read_csv(CASE / "sicily.csv")
    index = pd.PeriodIndex.from_fields(year=rows["year"], month=rows["month"], freq="M")
    found = fit_series(
        rows["aces"].set_axis(index).astype(float),
        "2005-01",
        model=model,
        exposure=rows["stdpop"].set_axis(index),
    )
    assert isinstance(found, SeriesFit)
    return found


def agrees(got: Any, name: str) -> None:
    """Hold a number, a list or a mapping to an entry, with the tolerance that the entry states."""
    entry = wanted()[name]
    value = entry["value"]
    if isinstance(value, dict):
        got, value = [got[NAMES.get(key, key)] for key in value], list(value.values())
    np.testing.assert_allclose(got, value, rtol=entry["rtol"], atol=entry["atol"], err_msg=name)


def ratio(model: SeriesModel, name: str) -> dict[str, float | None]:
    found = fit(model).ratio(name)
    return {"rr": found.value, "lo": found.lower, "hi": found.upper}


@needs_case
@pytest.mark.parametrize(
    ("model", "term", "name"),
    [
        (PLAIN, STEP, "poisson.rr_smokban"),
        (QUASI, STEP, "quasipoisson.rr_smokban"),
        (SEASON, STEP, "harmonic.rr_smokban"),
        (SLOPED, STEP, "slope_model.rr_smokban"),
        (SLOPED, SLOPE, "slope_model.rr_slope_per_month"),
    ],
)
def test_ratios(model: SeriesModel, term: str, name: str) -> None:
    agrees(ratio(model, term), name)


@needs_case
def test_coefficients_and_their_errors() -> None:
    agrees(fit(PLAIN).params, "poisson.coef")
    agrees(fit(PLAIN).se, "poisson.se")
    agrees(fit(SEASON).params, "harmonic.coef")
    agrees(fit(SEASON).se, "harmonic.se")
    agrees(np.exp(12 * fit(SEASON).params["time"]), "harmonic.annual_trend_rr")


@needs_case
def test_dispersion_and_deviance() -> None:
    agrees(fit(PLAIN).deviance, "poisson.deviance")
    agrees(fit(QUASI).dispersion, "quasipoisson.dispersion")
    agrees(fit(SEASON).dispersion, "harmonic.dispersion")
    agrees(autocorrelation(fit(SEASON), 12), "harmonic.acf_deviance_residuals_lag1_12")


@needs_case
def test_a_change_of_slope_is_tested_by_f() -> None:
    f, p = slope_test(fit(SLOPED), fit(SEASON))
    agrees({"F": f, "p": p}, "slope_model.F_test_vs_level_only")


@needs_case
def test_the_negative_binomial() -> None:
    found = fit(SeriesModel("negbin"))
    agrees(found.params[STEP], "negbin.smokban_coef")
    agrees(found.alpha, "negbin.alpha")
    agrees(found.loglik, "negbin.loglik")


@needs_case
@pytest.mark.parametrize("family", ["poisson", "quasipoisson"])  # the sandwich is the same whatever the scale
def test_newey_west_errors(family: str) -> None:
    agrees(fit(SeriesModel(family, lags=6)).se, "newey_west.poisson_lag6_no_small_sample_correction_se")
    season = fit(SeriesModel(family, harmonics=2, lags=12))
    agrees(season.se, "newey_west.harmonic_lag12_no_small_sample_correction_se")


@needs_case
def test_what_would_have_been_counted() -> None:
    table = counterfactual(fit(SEASON))
    agrees(table.loc[table["after"], "counterfactual"].sum(), "counterfactual.expected_without_intervention_post_sum")
    agrees(table.loc[table["after"], "observed"].sum(), "counterfactual.observed_post_sum")
    found = cumulative_effect(fit(SEASON))
    assert isinstance(found, Estimate)
    agrees(-found.value, "counterfactual.averted")


@needs_case
def test_no_expected_value_is_left_out() -> None:
    source = Path(__file__).read_text()
    assert [name for name in wanted() if f'"{name}"' not in source] == []


@pytest.mark.parametrize(("correlation", "move"), RETURN["one_baseline_by_correlation"].items())
def test_regression_to_the_mean(correlation: str, move: float) -> None:
    got = regression_to_mean(mean=RETURN["mean"], sd=RETURN["sd"], correlation=float(correlation), cut=RETURN["cut"])
    assert got == pytest.approx(move, rel=1e-8, abs=1e-10)


def test_regression_to_the_mean_of_two_baselines() -> None:
    got = regression_to_mean(mean=RETURN["mean"], sd=RETURN["sd"], correlation=0.5, cut=RETURN["cut"], baselines=2)
    assert got == pytest.approx(RETURN["two_baselines_correlation_0.5"], rel=1e-8)
