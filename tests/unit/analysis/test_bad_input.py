"""Every method, given each kind of bad input in turn: a plain refusal or a result that says what it cannot say.

A refusal is an error that our own code raises, with words; never one that escapes from a library. A result has no
infinite number, and nothing missing that a good call would have given without the reason beside it.
"""

import importlib
import inspect
import pkgutil
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import vfm
from vfm import analysis
from vfm.analysis import (
    appraisal,
    bootstrap,
    borough_returns,
    comparison,
    control_chart,
    cost_effectiveness,
    crime_costs,
    decomposition,
    difference_in_differences,
    discounting,
    equity,
    event_study,
    fixed_effects,
    growth,
    interrupted_series,
    postcodes,
    ranking,
    ratios,
    regression_to_mean,
    segmented_regression,
    sensitivity,
    social_return,
    staggered,
    survival,
    unit_costs,
)
from vfm.analysis.appraisal import Stream
from vfm.analysis.impact import About
from vfm.vocabulary.errors import VfmError
from vfm.vocabulary.results import Better, CannotSay, Estimate

OURS = Path(vfm.__file__).parent
# The methods: what takes figures and works something out. The rest of the room prepares tables that the schemas have
# checked, or puts results into words and tables.
METHODS = (
    *(appraisal, bootstrap, comparison, control_chart, cost_effectiveness, crime_costs, decomposition),
    *(difference_in_differences, discounting, equity, event_study, fixed_effects, growth),
    *(interrupted_series, ranking, ratios, regression_to_mean, segmented_regression, sensitivity, social_return),
    *(staggered, survival, unit_costs),
)

# ---- one good call of each


def series(*values: float, start: int = 0) -> "pd.Series[float]":
    return pd.Series(values, index=[f"area {start + place}" for place in range(len(values))], dtype=float)


TEN = series(3, 8, 1, 12, 9, 4, 15, 7, 10, 6)
BASE = series(30, 80, 20, 110, 95, 41, 160, 75, 99, 66)
MONTHS = pd.period_range("2015-04", periods=60, freq="M")
COUNTS = pd.Series(np.random.default_rng(7).poisson(200, 60), index=MONTHS, dtype=float)
PRICES = "2019-20"
INDEX = pd.Series({"2017-18": 96.0, "2018-19": 98.0, PRICES: 100.0})
RATES = pd.DataFrame(
    {"from_year": [0, 31], "to_year": [30.0, np.nan], "standard": [0.035, 0.03], "health": [0.015, 0.0129]}
).assign(as_of="2022", source="The Green Book")
FACTORS = discounting.discount_factors(RATES, years=10)
BENEFITS, COSTS = Stream((0.0, 60.0, 70.0), PRICES), Stream((100.0, 5.0, 5.0), PRICES)
CRIMES = pd.DataFrame(
    {
        "crime_type": ["Robbery", "Theft"],
        "victim_type": "individual",
        "anticipation": [325.0, 40.0],
        "consequence": [6_000.0, 500.0],
        "response": [5_000.0, 300.0],
        "total": [11_325.0, 840.0],
        "multiplier_unrecorded": [4.0, 3.0],
        "price_base": PRICES,
    }
)
PAIRS = pd.DataFrame(
    {"of": ["a"] * 6 + ["b"] * 6, "spend": [*range(100, 160, 10)] * 2, "count": [5, 7, 6, 9, 8, 4] * 2}
)
PAIRS = PAIRS.astype({"spend": float, "count": float})
GENERATOR = np.random.default_rng(3)
PANEL = pd.DataFrame(
    [
        (
            place,
            time,
            [2.0, 2.0, 3.0, 3.0, 2.0, np.nan, np.nan, np.nan, np.nan][place],
            10 + place + time + GENERATOR.normal(),
        )
        for place in range(9)
        for time in range(5)
    ],
    columns=["unit", "time", "start", "y"],
)
TWO = PANEL[PANEL["time"] < 2].assign(treated=lambda rows: rows["start"].notna().astype(int))
NAMED: dict[str, Any] = {"outcome": "y", "unit": "unit", "time": "time", "first_treated": "start"}
BEFORE_AFTER: dict[str, Any] = {"outcome": "y", "unit": "unit", "treated": "treated", "after": "time"}
ABOUT = About("crime", "crimes", "the scheme")
FIRMS = PANEL.assign(x=np.random.default_rng(5).normal(size=len(PANEL)))
OPTIONS = pd.DataFrame({"option": ["a", "b", "c"], "cost": [10.0, 20.0, 60.0], "effect": [1.0, 2.0, 3.0]})
DRAWN = np.random.default_rng(11)
DRAWS = cost_effectiveness.Draws(("a", "b"), DRAWN.normal([100, 300], 9, (50, 2)), DRAWN.normal([5, 9], 1, (50, 2)))
YEARS = pd.DataFrame({"activity": [10.0, 20.0], "share": [0.4, 0.6], "intensity": [3.0, 2.0]})
LATER = YEARS * 1.1
SPELLS = pd.DataFrame({"entry": 0.0, "exit": [float(n) for n in range(3, 15)], "ended": [True, False] * 6})
SPELLS["service_id"] = range(len(SPELLS))
OUTCOME = social_return.Outcome("work", 10.0, 100.0, PRICES, 0.1, 0.0, 0.2, 0.1, 3)
FAMILY = segmented_regression.SeriesModel()
REGRESSION: dict[str, Any] = {"outcome": "y", "regressors": ["x"], "groups": ["unit", "time"], "cluster": "unit"}
DISTRICTS = pd.DataFrame({"district": ["A1"], "gss_code": ["x"], "postcodes": [3], "postcodes_in_district": [4]})
MODEL = {"a": 3.0, "b": 1.0}


def gain(values: Any) -> Any:
    return values["a"] * 2 - values["b"]


def by(
    module: Any, name: str, *args: Any, **named: Any
) -> tuple[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]]:
    return f"{module.__name__.rpartition('.')[2]}.{name}", (getattr(module, name), args, named)


GOOD = dict(
    [
        by(unit_costs, "poisson_interval", TEN),
        by(unit_costs, "unit_cost", BASE * 100, TEN),
        by(ratios, "fieller_paired", BASE, TEN),
        by(ratios, "fieller_two_sample", BASE, TEN),
        by(ratios, "provider_ratios", PAIRS, by="of"),
        by(bootstrap, "bootstrap_ratios", PAIRS, by=["of"], draws=1_000, seed=1),
        by(growth, "rounded", 23.6, 0.1),
        by(growth, "annual_growth", 23.6, 53.6, 7),
        by(growth, "real_terms", 100.0, "2017-18", PRICES, INDEX),
        by(decomposition, "effects_by_part", YEARS, LATER),
        by(decomposition, "decompose_change", YEARS, LATER),
        by(decomposition, "decompose_ratio", YEARS, LATER),
        by(decomposition, "log_mean", 2.0, 3.0),
        by(comparison, "proportion_limits", 0.2, BASE, level=0.95),
        by(comparison, "rate_limits", 0.2, BASE, level=0.95),
        by(comparison, "dispersion", TEN, BASE, target=0.1, scale=comparison.ROOT),
        by(comparison, "funnel_proportions", TEN, BASE),
        by(comparison, "funnel_rates", TEN, BASE),
        by(comparison, "funnel_ratios", TEN, TEN * 1.1),
        by(ranking, "adjust", TEN / 100, method="holm"),
        by(ranking, "rank_intervals", TEN, BASE / 50),
        by(control_chart, "xmr", COUNTS, better=Better.LOWER),
        by(control_chart, "p_chart", COUNTS / 4, COUNTS, better=Better.LOWER),
        by(control_chart, "p_prime_chart", COUNTS / 4, COUNTS, better=Better.LOWER),
        by(segmented_regression, "fit_series", COUNTS, "2018-04", model=FAMILY),
        by(interrupted_series, "interrupted_series", COUNTS, "2018-04", outcome="crime", model=FAMILY),
        by(fixed_effects, "fixed_effects", FIRMS, **REGRESSION),
        by(difference_in_differences, "group_means", TWO, outcome="y", treated="treated", after="time"),
        by(difference_in_differences, "two_by_two", TWO, **BEFORE_AFTER, about=ABOUT),
        by(difference_in_differences, "paired_changes", TWO, **BEFORE_AFTER, about=ABOUT),
        by(difference_in_differences, "two_way", PANEL, **NAMED, about=ABOUT),
        by(staggered, "widen", PANEL, **NAMED),
        by(staggered, "staggered_effect", PANEL, **NAMED, about=ABOUT),
        by(event_study, "event_study", PANEL, **NAMED, about=ABOUT, ends=(-2, 2)),
        by(appraisal, "at_prices", COSTS, "2018-19", INDEX, first_year=PRICES),
        by(appraisal, "combine", BENEFITS, COSTS),
        by(appraisal, "discount", COSTS, FACTORS),
        by(appraisal, "present_value", COSTS, FACTORS),
        by(appraisal, "net_present_value", BENEFITS, COSTS, FACTORS),
        by(appraisal, "benefit_cost_ratio", BENEFITS, COSTS, FACTORS),
        by(appraisal, "payback", Stream((-10.0, 6.0, 6.0), PRICES)),
        by(appraisal, "equivalent_annual", COSTS, FACTORS),
        by(appraisal, "with_optimism_bias", COSTS, 0.1),
        by(discounting, "discount_rates", RATES, years=10),
        by(discounting, "discount_factors", RATES, years=10),
        by(sensitivity, "switching_value", gain, MODEL, "a"),
        by(sensitivity, "switching_values", gain, MODEL),
        by(sensitivity, "chance_of_gain", np.arange(-20.0, 80.0)),
        by(crime_costs, "cost_of_crime", pd.Series({"Robbery": 3.0, "Theft": 5.0}), CRIMES, prices=PRICES),
        by(crime_costs, "break_even", 1_000_000.0, CRIMES, prices=PRICES),
        by(social_return, "social_return", [OUTCOME], COSTS, FACTORS, starts=1),
        by(cost_effectiveness, "incremental_table", OPTIONS),
        by(cost_effectiveness, "plane", DRAWS, reference="a"),
        by(cost_effectiveness, "mean_ratio", DRAWS, "b", reference="a"),
        by(cost_effectiveness, "acceptability", DRAWS, [0.0, 100.0]),
        by(cost_effectiveness, "pairwise_acceptability", DRAWS, [0.0, 100.0], reference="a"),
        by(cost_effectiveness, "mean_net_benefit", DRAWS, [0.0, 100.0]),
        by(cost_effectiveness, "frontier", DRAWS, [0.0, 100.0]),
        by(cost_effectiveness, "value_of_information", DRAWS, [0.0, 100.0]),
        by(cost_effectiveness, "people_touched", [10.0, 10.0], FACTORS),
        by(equity, "gini", BASE),
        by(equity, "concentration_index", BASE, TEN),
        by(equity, "generalised_index", BASE, TEN),
        by(equity, "wagstaff_index", TEN / 20, BASE, bounds=(0.0, 1.0)),
        by(equity, "erreygers_index", TEN / 20, BASE, bounds=(0.0, 1.0)),
        by(equity, "kakwani_index", BASE, TEN),
        by(equity, "lorenz", BASE),
        by(equity, "theil", BASE),
        by(
            *(regression_to_mean, "expected_return"),
            **{"mean": 60.0, "sd": 15.0, "correlation": 0.5, "cut_off": 40.0, "picked": "at or below"},
        ),
        by(survival, "kaplan_meier", SPELLS, fewest=2),
        by(borough_returns, "wilson", 5.0, 40.0),
        by(postcodes, "districts_of", DISTRICTS, pd.Series({"x": "X"})),
    ]
)
# Public in a module of methods, and not a method of its own: what it takes is made by one of those above.
PARTS = {
    "appraisal": {"distributional_weights"},  # its own test has each bad row
    "bootstrap": {"bca_limits"},
    "comparison": {"shrunken"},
    "control_chart": {"assurance", "recording_changed", "shifts", "trends", "two_of_three"},
    "crime_costs": {"reprice", "total_cost"},
    "decomposition": {"decompose_years"},
    "difference_in_differences": {"are_few", "treatment_refusal"},
    "discounting": {"schedules"},
    "fixed_effects": {"absorbed", "cluster_factor", "clustered_covariance", "one_of", "within"},
    "growth": {
        *("as_table", "compare_years", "deflator_index", "index_of_vintage", "over_rounding", "population_of"),
        *("published_total", "recorded_crime", "split_growth", "two_points", "with_prices"),
    },
    "interrupted_series": {"autocorrelation", "counterfactual", "cumulative_effect", "slope_test"},
    "sensitivity": {"one_way", "simulate"},
    "social_return": {"impact", "impact_table"},
    "staggered": {"aggregate", "bacon", "by_kind", "group_time"},
    "survival": {"first_observed", "longest", "median_spell", "share_lasting", "side_by_side", "under_observation"},
    "unit_costs": {"as_result", "cost_matches", "direction", "select"},
}


def public(module: Any) -> set[str]:
    return {
        name
        for name, held in vars(module).items()
        if inspect.isfunction(held) and held.__module__ == module.__name__ and not name.startswith("_")
    }


def test_no_method_is_forgotten() -> None:
    for module in METHODS:
        name = module.__name__.rpartition(".")[2]
        tried = {key.partition(".")[2] for key in GOOD if key.startswith(f"{name}.")}
        assert tried | PARTS.get(name, set()) == public(module), name
    assert {one.name for one in pkgutil.iter_modules(analysis.__path__)} >= set(PARTS)
    assert all(importlib.import_module(f"vfm.analysis.{name}") in METHODS for name in PARTS)


# ---- what is spoilt


@dataclass(frozen=True)
class Spoilt:
    """One argument of a good call, made bad in one way."""

    method: str
    argument: str
    how: str
    value: Any

    def __str__(self) -> str:
        return f"{self.method}: {self.argument} {self.how}"


def bad_series(values: "pd.Series[Any]") -> Iterator[tuple[str, Any]]:
    if not pd.api.types.is_numeric_dtype(values):
        return
    one = values.astype(float).copy()
    one.iloc[len(one) // 2] = np.nan
    yield "with one missing", one
    one = values.astype(float).copy()
    one.iloc[0] = np.inf
    yield "with one infinite", one
    yield "negative", -values
    yield "empty", values.iloc[:0]
    yield "of one row", values.iloc[:1]
    yield "constant", values * 0 + values.iloc[0]
    yield "all zero", values * 0
    if values.index.dtype == object:
        yield "of other rows", values.set_axis([f"elsewhere {place}" for place in range(len(values))])
    yield "with a row twice", pd.concat([values, values.iloc[:1]])


def bad_frame(table: pd.DataFrame) -> Iterator[tuple[str, Any]]:
    yield "empty", table.iloc[:0]
    yield "of one row", table.iloc[:1]
    for name in table.columns:
        yield f"without {name}", table.drop(columns=name)
        if pd.api.types.is_numeric_dtype(table[name]) and table[name].dtype != bool:
            for how, values in bad_series(table[name]):
                if len(values) == len(table):
                    yield f"{name} {how}", table.assign(**{str(name): values.to_numpy()})


def bad_values(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, pd.Series):
        yield from bad_series(value)
    elif isinstance(value, pd.DataFrame):
        yield from bad_frame(value)
    elif isinstance(value, np.ndarray):
        yield from ((how, one.to_numpy()) for how, one in bad_series(pd.Series(value)) if how != "of other rows")
    elif isinstance(value, Stream):
        yield "in other prices", Stream(value.pounds, "2010-11")
        yield "of nothing", Stream((0.0,) * len(value.pounds), value.prices)
    elif isinstance(value, float):
        yield from (("missing", np.nan), ("infinite", np.inf), ("negative", -value), ("zero", 0.0))


def spoilt() -> Iterator[Spoilt]:
    for name, (function, args, named) in GOOD.items():
        given = inspect.signature(function).bind(*args, **named).arguments
        for argument, value in given.items():
            for how, bad in bad_values(value):
                yield Spoilt(name, argument, how, bad)


# ---- what comes of it


def call(name: str, **changed: Any) -> Any:
    function, args, named = GOOD[name]
    bound = inspect.signature(function).bind(*args, **named)
    bound.arguments.update(changed)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # a division by zero that numpy lets through is a fault too
        return function(*bound.args, **bound.kwargs)


def faults(result: Any, good: Any, where: str = "result") -> Iterator[str]:
    """What is wrong with a result: an infinite number, or one missing without a reason."""
    if isinstance(result, (Estimate, CannotSay)):
        if isinstance(result, CannotSay) and not result.reason.strip():
            yield f"{where}: no reason"
    elif isinstance(result, pd.DataFrame):
        reasons = [name for name in result.columns if name in ("reason", "why", "band", "status")]
        explained = (
            (result[reasons].fillna("").astype(str) != "").any(axis=1) if reasons else pd.Series(False, result.index)
        )
        for name in result.select_dtypes("number"):
            before = isinstance(good, pd.DataFrame) and name in good and good[name].isna().any()
            yield from _numbers(result[name], f"{where}.{name}", may_miss=explained | bool(before))
    elif isinstance(result, pd.Series) and pd.api.types.is_numeric_dtype(result):
        yield from _numbers(result, where, may_miss=pd.Series(False, result.index))
    elif isinstance(result, np.ndarray) and np.issubdtype(result.dtype, np.number):
        yield from _numbers(pd.Series(result.ravel()), where, may_miss=pd.Series(False, range(result.size)))
    elif isinstance(result, (float, np.floating)):
        if not np.isfinite(result):
            yield f"{where} is {result}"
    elif isinstance(result, tuple):
        for place, part in enumerate(result):
            yield from faults(part, None, f"{where}[{place}]")
    elif isinstance(result, dict):
        for key, part in result.items():
            yield from faults(part, good.get(key) if isinstance(good, dict) else None, f"{where}[{key}]")
    elif is_dataclass(result):
        for part in fields(result):
            yield from faults(getattr(result, part.name), getattr(good, part.name, None), f"{where}.{part.name}")


def _numbers(values: "pd.Series[Any]", where: str, *, may_miss: "pd.Series[bool]") -> Iterator[str]:
    held = values.astype(float)
    if np.isinf(held).any():
        yield f"{where} has an infinite number"
    if (held.isna().to_numpy() & ~may_miss.to_numpy(dtype=bool)).any():
        yield f"{where} has a number missing, and no reason"


@pytest.mark.parametrize("name", GOOD)
def test_a_good_call_is_answered(name: str) -> None:
    result = call(name)
    assert not isinstance(result, CannotSay)
    assert list(faults(result, result)) == []


@pytest.mark.parametrize("name", GOOD)
def test_bad_input_is_refused_in_words_or_said(name: str) -> None:
    good, wrong = call(name), []
    for one in (case for case in spoilt() if case.method == name):
        try:
            result = call(name, **{one.argument: one.value})
        except (ValueError, VfmError) as error:
            last = traceback.extract_tb(error.__traceback__)[-1].filename
            if not Path(last).is_relative_to(OURS) or len(str(error).split()) < 3:
                wrong.append(f"{one}: {type(error).__name__} from {Path(last).name}: {error}")
        except Exception as error:  # anything else is a fault of ours, and is named with the rest
            wrong.append(f"{one}: {type(error).__name__}: {error}"[:200])
        else:
            wrong += [f"{one}: {fault}" for fault in faults(result, good)]
    assert "\n".join(wrong) == ""
