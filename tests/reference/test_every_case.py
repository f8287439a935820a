"""Every number of every worked case in `shared`: held here, held by the test that reads it, or said to be not ours.

The tests beside this one keep small tables of their own, so that a fresh clone tests each method. This one goes through
the cases as they stand, number by number and at their own tolerances, so that none is left out unseen.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vfm.analysis import appraisal, discounting, growth, ranking, social_return
from vfm.analysis import cost_effectiveness as ce
from vfm.analysis import difference_in_differences as did
from vfm.analysis import fixed_effects as fe
from vfm.analysis.appraisal import Stream
from vfm.analysis.bootstrap import bootstrap_ratios
from vfm.analysis.control_chart import shifts, trends, two_of_three, xmr
from vfm.analysis.decomposition import decompose_change, decompose_ratio
from vfm.analysis.impact import About
from vfm.analysis.ratios import fieller_paired
from vfm.analysis.regression_to_mean import expected_return
from vfm.analysis.survival import kaplan_meier, median_spell
from vfm.vocabulary.results import Better

HERE = Path(__file__).parent
CASES = HERE.parents[2] / "shared" / "reference"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the worked cases are in `shared`, beside the clone")

# The tests that read a case as it stands: each holds it entry by entry.
READ_BY = {
    "01_its_sicily_smoking_ban": "test_published_series.py",
    "06_psa_vaccine": "test_published_cost_effectiveness.py",
    "10_ratio_of_two_means_fieller": "test_published_ratios.py",
    "13_counts_byar_exact_wilson": "test_published_counts.py",
    "14_funnel_basic": "test_published_comparisons.py",
    "23_did_staggered_mpdta": "test_published_panels.py",
    "27_inequality_basic": "test_published_inequality.py",
    "40_sdc_reference": "test_published_disclosure.py",
}
A_TEST_OF_ONE = "the test that a ratio is 1 is not done here"
NOT_OURS = {  # case and entry, or a part of the entry: why no function here claims it
    "10_ratio_of_two_means_fieller *.t": A_TEST_OF_ONE,
    "10_ratio_of_two_means_fieller *.p": A_TEST_OF_ONE,
    "11_ratio_city_bootstrap se_linear_divide_n": "no linearised error is given: the limits are Fieller's or BCa",
    "11_ratio_city_bootstrap se_linear_divide_n_minus_1": "as above",
    "11_ratio_city_bootstrap jackknife_se": "the jackknife gives the acceleration of BCa, and no error",
    "11_ratio_city_bootstrap bootstrap.percentile95": "BCa limits alone are given",
    "11_ratio_city_bootstrap bootstrap.basic95": "as above",
    "17_spc_xmr_basics loan_cost.first20_d2_constant": "limits are by 2.66, as Making Data Count has it",
    "22_did_card_krueger did_hc1_se_unclustered": "a warning: each restaurant is there twice, so errors are clustered",
    "27_inequality_basic *.gini_unbiased": "the index of the areas that there are, not of a larger number",
    "27_inequality_basic *.robin_hood": "not among the measures of the equity notebook",
    "27_inequality_basic *.atkinson_05": "as above",
    "27_inequality_basic *.atkinson_1": "as above",
    "27_inequality_basic *.cv_pop": "as above",
    "27_inequality_basic *.ge2": "as above",
    "30_km_aml km_log": "limits are log-log, which stay between 0 and 1",
    "30_km_aml km_plain": "as above",
    "30_km_aml median_ci_log": "a median spell is given with how many it is of, and no limits",
    "30_km_aml logrank": "curves are shown side by side and not tested: few services, late entry",
    "30_km_aml cox_efron": "as above",
    "30_km_aml rmst_30": "no restricted mean is given",
    "32_seasonal_forecast_reference *": "nothing is forecast; statsmodels takes the season out, of quarters",
    "40_sdc_reference charity.sum_inc_grants_flags": "sums of money of named bodies are public, and have no such rule",
}


def expected(case: str) -> list[dict[str, Any]]:
    return list(json.loads((CASES / case / "expected.json").read_text(encoding="utf-8"))["expected"])


def given(case: str, name: str = "inputs.json") -> Any:
    return json.loads((CASES / case / name).read_text(encoding="utf-8"))


def table(case: str, name: str) -> pd.DataFrame:
    return pd.read_csv(CASES / case / name)


# ---- what the functions here make of each case


def incremental(case: str) -> dict[str, Any]:
    found = {}
    for name, rows in given(case, "strategies.json").items():
        options = pd.DataFrame(rows).rename(columns={"strategy": "option"})
        if "effect" not in options:
            options["effect"] = options["effect_months"] / 12
        got = ce.incremental_table(options).rename(columns={"option": "strategy"})
        columns = ["strategy", "status", "inc_cost", "inc_effect", "icer"]
        found[f"{name}.table"] = got[columns].astype(object).where(got[columns].notna(), None).to_dict("records")
    return found


def cities(case: str) -> dict[str, Any]:
    rows = table(case, "city.csv")
    fieller: Any = fieller_paired(rows["x"], rows["u"])
    pairs = rows.rename(columns={"x": "spend", "u": "count"}).assign(all="cities")
    drawn = bootstrap_ratios(pairs, by=["all"], draws=99_999, seed=1).iloc[0]
    return {
        "theta": fieller.value,
        "fieller_lo": fieller.lower,
        "fieller_hi": fieller.upper,
        "g": fieller.g,
        "bootstrap.se": drawn["se"],
        "bootstrap.bias": drawn["bias"],
        "bootstrap.bca95": [drawn["lower"], drawn["upper"]],
    }


def charts(case: str) -> dict[str, Any]:
    points = table(case, "xmr_18_points.csv")["value"]
    found: dict[str, Any] = {}
    for name, ranges in (("screened", "screened"), ("not_screened_excel", "all")):
        chart: Any = xmr(points, better=Better.LOWER, ranges=ranges)
        found[f"xmr18.{name}"] = dict(
            zip(("mean", "lpl", "upl"), chart.table[["mean", "lower", "upper"]].iloc[0], strict=True)
        )
    loans: Any = xmr(table(case, "loan_cost.csv")["cost"], better=Better.LOWER, limits_from=20)
    first = loans.table.iloc[0]
    # printed to two places there
    found["loan_cost.first20_rounded_2.66"] = {"ucl": round(first["upper"], 2), "lcl": round(first["lower"], 2)}
    found["rule_vectors"] = {"file": "rule_vectors.json"}
    rules = given(case, "rule_vectors.json")
    for vector in rules["seven_one_side"]:
        assert _ends(shifts(vector["relative_to_mean"]).tolist()) == vector["flag_at_end_of_run"]
    for vector in rules["seven_point_trend"]:
        assert _ends(trends(vector["values"]).tolist()) == vector["flag"]
    for vector in rules["two_of_three"]:
        got = two_of_three(vector["close_to_limit"], vector["side"])
        assert got.astype(int).tolist() == vector["window_flag"]
    return found


def _ends(flags: list[int]) -> list[int]:
    """A flag where a run reaches seven, as the vectors have it; here every point of a run has one."""
    return [flag if i >= 6 and all(flags[i - 6 : i + 1]) else 0 for i, flag in enumerate(flags)]


def splits(case: str) -> dict[str, Any]:
    found = {}
    for name, part in given(case).items():
        start, end = (pd.DataFrame(part[f"factors_{when}"], dtype=float).T for when in ("0", "T"))
        np.testing.assert_allclose([start.prod(axis=1), end.prod(axis=1)], [part["V0"], part["VT"]], rtol=1e-12)
        effects, ratios = decompose_change(start, end), decompose_ratio(start, end)
        found[f"{name}.additive_total_then_effects"] = [sum(part["VT"]) - sum(part["V0"]), *effects]
        found[f"{name}.multiplicative_total_then_effects"] = [sum(part["VT"]) / sum(part["V0"]), *ratios]
    return found


def wages(case: str) -> dict[str, Any]:
    stores = table(case, "card_krueger.csv").dropna(subset=["fte"])
    columns: dict[str, Any] = {
        "outcome": "fte",
        "unit": "id",
        "treated": "nj",
        "after": "d",
        "about": About("staff", "jobs", "x"),
    }
    cells = did.group_means(stores, outcome="fte", treated="nj", after="d")
    found: dict[str, Any] = {}
    for kind in ("mean", "se"):
        for after, when in enumerate(("before", "after")):
            found[f"{kind}_{when}"] = {state: cells.loc[(nj, after), kind] for nj, state in enumerate(("pa", "nj"))}
    every: Any = did.two_by_two(stores, **columns)
    same: Any = did.paired_changes(stores, **columns)
    changes = same.table.set_index("treated")
    student = 1.965756  # at 97.5 % with 409 degrees of freedom, one less than the restaurants
    return found | {
        "did_all_available": every.value,
        "did_cluster_by_restaurant_hc1_se": (every.upper - every.value) / student,
        "balanced_n": same.n,
        "balanced_mean_change": {state: changes.loc[nj, "mean"] for nj, state in enumerate(("pa", "nj"))},
        "balanced_did": same.value,
        "balanced_did_se_unequal_variance": float(np.sqrt((changes["se"] ** 2).sum())),
    }


def investment(case: str) -> dict[str, Any]:
    firms, slopes = table(case, "grunfeld.csv"), ["value", "capital"]
    found: dict[str, Any] = {}
    for name, groups in (("oneway", ["firm"]), ("twoway", ["firm", "year"])):
        fit: Any = fe.fixed_effects(firms, outcome="inv", regressors=slopes, groups=groups, cluster="firm")
        found[name] = {
            "coef": fit.coefficients.to_dict(),
            "se": dict(zip(slopes, fit.se, strict=True)),
            "r2_within": fit.r2_within,
        }
    plain = fe.clustered_covariance(fit.regressors, fit.residuals, fit.codes)
    factor = fe.cluster_factor(observations=200, clusters=10, parameters=2)
    for name, covariance in (("hc0", plain), ("nested_fe_not_counted", fit.clustered), ("sss", plain * factor)):
        found[f"twoway_cluster_firm_se_{name}"] = dict(zip(slopes, np.sqrt(np.diag(covariance)), strict=True))
    return found


def remission(case: str) -> dict[str, Any]:
    rows = table(case, "aml.csv")
    found: dict[str, Any] = {"km_loglog": {}, "median": {}}
    for name, part in rows.groupby("x"):
        spells = pd.DataFrame(
            {"exit": part["time"].astype(float), "ended": part["status"] == 1, "entry": 0.0, "service_id": part.index}
        )
        curve: Any = kaplan_meier(spells, fewest=1)
        median: Any = median_spell(curve)
        steps = curve.steps.rename(
            columns={"months": "time", "at_risk": "n_risk", "survival": "surv", "lower": "lo", "upper": "hi"}
        )
        steps["n_event"] = [int(((part["time"] == time) & (part["status"] == 1)).sum()) for time in steps["time"]]
        columns = ["time", "n_risk", "n_event", "surv", "lo", "hi"]
        held = steps[columns].astype(object).where(steps[columns].notna(), None).to_dict("records")
        found["km_loglog"][f"x={name}"] = held
        found["median"][f"x={name}"] = median.value
    return found


def discounted(case: str) -> dict[str, Any]:
    rates = pd.read_csv(HERE.parents[1] / "data" / "raw" / "reference" / "green_book_discount_rates.csv")
    factors, inputs = discounting.discount_factors(rates, years=40), given(case)
    streams = {name: Stream(tuple(float(one) for one in pounds), "2019-20") for name, pounds in _lists(inputs)}
    benefits, costs = streams["benefits"], streams["costs"]
    ratio: Any = appraisal.benefit_cost_ratio(benefits, costs, factors)
    years = next(part["value"] for part in expected(case) if part["name"] == "factor")
    return {
        "factor": {year: factors[int(year)] for year in years},
        "plain": {
            "npv": appraisal.net_present_value(benefits, costs, factors).value,
            "bcr": ratio.value,
            "pv_costs": appraisal.present_value(costs, factors).value,
            "pv_benefits": appraisal.present_value(benefits, factors).value,
        },
        "alternative_A_npv": appraisal.present_value(streams["alternative_A"], factors).value,
        "alternative_B_npv": appraisal.present_value(streams["alternative_B"], factors).value,
    }


def _lists(held: Any, name: str = "") -> Iterator[tuple[str, list[float]]]:
    if isinstance(held, dict):
        for key, value in held.items():
            yield from _lists(value, key)
    elif isinstance(held, list) and held and all(isinstance(one, (int, float)) for one in held):
        yield name, held


def real_terms(case: str) -> dict[str, Any]:
    annex = table(case, "deflators.csv").set_index("financial_year")
    index = annex["gdp_deflator_2011_12_100"]

    def in_prices(amount: float, year: str, base: str) -> float:
        got: Any = growth.real_terms(amount, year, base, index)
        return float(got.value)

    return {
        "real_gdp_2011_12_prices": {
            year: in_prices(amount, year, "2011-12") for year, amount in annex["money_gdp_million"].items()
        },
        "yoy_inflation_2010_11_percent": in_prices(100, "2009-10", "2010-11") - 100,
        "cumulative_inflation_2006_07_to_2011_12_percent": in_prices(100, "2006-07", "2011-12") - 100,
    }


def returned(case: str) -> dict[str, Any]:
    about = given(case)

    def rise(correlation: float, baselines: int) -> float:
        return expected_return(
            mean=about["mean"],
            sd=about["sd_total"],
            cut_off=about["cut_off"],
            picked="at or below",
            correlation=correlation,
            baselines=baselines,
        ).value

    return {
        "expected_rise_one_baseline_by_correlation": {f"{tenth / 10}": rise(tenth / 10, 1) for tenth in range(11)},
        "expected_rise_two_baselines_correlation_0.5": rise(0.5, 2),
    }


def comparisons(case: str) -> dict[str, Any]:
    theirs = {"BH": "benjamini-hochberg", "BY": "benjamini-yekutieli"}
    p = pd.Series(given(case, "p.json"))
    adjusted = {name: ranking.adjust(p, method=theirs.get(name, name)) for name in ("bonferroni", "holm", "BH", "BY")}
    found: dict[str, Any] = {name: got["adjusted"].tolist() for name, got in adjusted.items()}
    return found | {"n_rejected_at_0.05": {name: int(got["found"].sum()) for name, got in adjusted.items()}}


def returns(case: str) -> dict[str, Any]:
    inputs = given(case)
    outcomes = [
        social_return.Outcome(
            *(row["name"], row["quantity"], row["proxy"], "2019-20", row["deadweight"], row["displacement"]),
            *(row["attribution_to_others"], row["drop_off"], row["years"]),
        )
        for row in inputs["outcomes"]
    ]
    rate = inputs["discount_rate"]
    factors = pd.Series([(1 + rate) ** -year for year in range(10)], index=range(10), dtype=float)
    spent = Stream((float(inputs["inputs"]),), "2019-20")
    found: dict[str, Any] = {
        "impact_by_year": [
            {"name": one.name, "by_year": list(social_return.impact(one, starts=0).pounds)} for one in outcomes
        ]
    }
    for starts, name in ((1, "year1_discounted_once"), (0, "green_book_year0")):
        got: Any = social_return.social_return(outcomes, spent, factors, starts=starts)
        found[f"sroi_ratio_{name}"] = got.value
    for starts, name in ((1, "year1_discounted_once"), (0, "year1_undiscounted_green_book_year0")):
        by_year = social_return.impact_table(outcomes, starts=starts)
        found[f"present_value_{name}"] = float((by_year["pounds"] * by_year["year"].map(factors)).sum())
    return found


OURS: dict[str, Callable[[str], dict[str, Any]]] = {
    "04_icer_frontier_small": incremental,
    "11_ratio_city_bootstrap": cities,
    "17_spc_xmr_basics": charts,
    "20_lmdi_worked": splits,
    "22_did_card_krueger": wages,
    "26_panel_fe_grunfeld": investment,
    "30_km_aml": remission,
    "34_discounting_green_book": discounted,
    "36_real_terms_hmt_2013": real_terms,
    "38_regression_to_mean": returned,
    "39_multiple_comparisons_bh": comparisons,
    "42_sroi_definition": returns,
}


# ---- number by number


def leaves(held: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each number or word of an entry, with the way to it."""
    if isinstance(held, dict):
        for key, value in held.items():
            yield from leaves(value, f"{path}.{key}")
    elif isinstance(held, list):
        for place, value in enumerate(held):
            yield from leaves(value, f"{path}[{place}]")
    else:
        yield path, held


def not_ours(case: str, name: str) -> bool:
    return f"{case} {name}" in NOT_OURS or f"{case} *" in NOT_OURS


@cache
def found(case: str) -> dict[str, Any]:
    return {path: value for name, held in OURS[case](case).items() for path, value in leaves(held, name)}


HELD = [(case, part) for case in OURS if CASES.is_dir() for part in expected(case) if not not_ours(case, part["name"])]


@needs_cases
@pytest.mark.parametrize(("case", "part"), HELD, ids=[f"{case[:2]}-{part['name']}" for case, part in HELD])
def test_every_number_is_the_published_one(case: str, part: dict[str, Any]) -> None:
    ours = found(case)
    wanted = dict(leaves(part["value"], part["name"]))
    assert set(wanted) <= set(ours), "a number that no function was asked for"
    for path, value in wanted.items():
        if value is None or isinstance(value, str):
            assert ours[path] == value, path
        else:
            assert ours[path] == pytest.approx(value, rel=part["rtol"] or 0, abs=part["atol"] or 0), path


@needs_cases
def test_no_case_and_no_entry_is_left_out() -> None:
    cases = {path.name for path in CASES.iterdir() if (path / "expected.json").is_file()}
    aside = {case for case in cases if f"{case} *" in NOT_OURS}
    assert cases == set(OURS) | set(READ_BY) | aside
    for case, test in READ_BY.items():
        source = (HERE / test).read_text(encoding="utf-8")
        names = [part["name"] for part in expected(case) if not not_ours(case, part["name"])]
        assert [name for name in names if f'"{name}"' not in source] == [], test


@needs_cases
def test_what_is_not_ours_is_in_the_cases() -> None:
    known = set()
    for path in CASES.glob("*/expected.json"):
        case = path.parent.name
        known.add(f"{case} *")
        for part in expected(case):
            known.add(f"{case} {part['name']}")
            keys = part["value"] if isinstance(part["value"], dict) else {}
            known |= {f"{case} *.{key}" for key in keys}
    assert sorted(set(NOT_OURS) - known) == []
