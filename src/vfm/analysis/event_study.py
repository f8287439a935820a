"""The course of places treated, time by time round their start."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from vfm.analysis import impact
from vfm.analysis.difference_in_differences import ONE_BEFORE, are_few, treatment_refusal
from vfm.analysis.few_places import of_few
from vfm.analysis.fixed_effects import PanelFit, fixed_effects, one_of, within
from vfm.analysis.impact import About, Effect
from vfm.analysis.preconditions import require_columns
from vfm.vocabulary.results import CannotSay, Estimate, Result


def event_study(
    panel: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    about: About,
    ends: tuple[int, int] = (-3, 3),
    generator: np.random.Generator | None = None,
    coverage: float = 0.95,
) -> Effect | CannotSay:
    """The course of those treated round their start, against the time before it, with the far ends binned.

    Parameters
    ----------
    panel, outcome, unit, time, first_treated, about, generator, coverage : as for `two_way`
    ends : the first and last exposure that stand alone no longer: -3 holds 3 and more times before the start

    Returns
    -------
    An effect: the mean over exposures from 0. Its table has `exposure`, `value`, `lower`, `upper`, the time before
    the start being 0 by definition; `further["pre-trend-p"]` is the p of all earlier exposures being 0, whose
    silence proves nothing where the intervals are wide.
    """
    impact.check_coverage(coverage)
    if not (ends[0] <= -2 and ends[1] >= 0):
        raise ValueError("the ends are at most -2 and at least 0, round the time before the start")
    require_columns(panel, [outcome, unit, time, first_treated], what="the panel")
    refusal = treatment_refusal(panel, unit, time, first_treated)
    if refusal:
        return refusal
    exposures, columns = _exposures(panel, time, first_treated, ends)
    after = [name for name in columns if int(name) >= 0]
    if not after:
        return CannotSay("no unit is seen from its start on")
    fit = fixed_effects(
        panel.assign(**columns), outcome=outcome, regressors=list(columns), groups=[unit, time], cluster=unit
    )
    if isinstance(fit, CannotSay):
        return fit
    few = are_few(panel, unit, time, first_treated)
    told = _told(fit, ends, coverage, generator, few)
    overall = told(pd.Series(1 / len(after), index=after))
    if isinstance(overall, CannotSay):
        return overall
    each = {e: told(pd.Series({e: 1.0})) for e in columns}
    single = {e: found if isinstance(found, CannotSay) else found[0] for e, found in each.items()}
    rows = [impact.check(impact.PLACEBO, f"{-int(e)} before the start", single[e]) for e in columns if int(e) < -1]
    left_out = _each_left_out(panel, outcome, unit, time, columns, after)
    many = panel[first_treated].nunique() > 1
    return impact.from_panel(
        overall[0],
        about=about,
        design="event study with fixed effects of unit and time",
        table=_event_table(fit, single, exposures),
        checks=[*(rows or [impact.check(impact.PLACEBO, "any", ONE_BEFORE)]), *left_out],
        cautions=["units start at different times, so an exposure may hold the effect of another"] * many,
        coverage=coverage,
        further=overall[1] | {"pre-trend-p": _pre_trend(fit, [name for name in columns if int(name) < -1], few)},
    )


def _told(
    fit: PanelFit, ends: tuple[int, int], coverage: float, generator: np.random.Generator | None, few: bool
) -> Callable[["pd.Series[float]"], tuple[Estimate, dict[str, Result]] | CannotSay]:
    """What makes an estimate of a weighted sum of exposures: its error clustered, or, of few units, the bootstrap's."""
    words = f"event study with ends binned at {ends[0]} and {ends[1]}"
    method = f"{words}; errors clustered in {fit.clusters} units"
    named: dict[str, Any] = {"degrees": fit.clusters - 1, "coverage": coverage, "n": fit.n, "method": method}

    def told(weights: "pd.Series[float]") -> tuple[Estimate, dict[str, Result]] | CannotSay:
        names = list(weights.index)
        se = float(np.sqrt(weights @ fit.clustered.loc[names, names] @ weights))
        estimate = impact.student(float(weights @ fit.coefficients[names]), se, **named)
        one = one_of(fit, weights)
        return of_few(estimate, one, few=few, coverage=coverage, generator=generator, method=words)

    return told


def _each_left_out(
    panel: pd.DataFrame, outcome: str, unit: str, time: str, columns: dict[str, "pd.Series[float]"], after: list[str]
) -> list[dict[str, object]]:
    """The mean over exposures from 0 without each unit; only the coefficients are worked out again."""
    raw = np.column_stack([panel[outcome].astype(float), *columns.values()])
    codes = [pd.factorize(panel[name])[0].astype(np.int64) for name in (unit, time)]
    places = [list(columns).index(name) for name in after]
    rows = []
    for code, name in enumerate(panel[unit].unique()):
        kept = codes[0] != code
        left = within(raw[kept], [c[kept] for c in codes])
        solved, _, rank, _ = np.linalg.lstsq(left[:, 1:], left[:, 0], rcond=1e-10)
        lost = CannotSay("an exposure is left without a unit to show it")
        found = lost if rank < len(columns) else Estimate(float(solved[places].mean()))
        rows.append(impact.check(impact.LEFT_OUT, name, found))
    return rows


def _exposures(
    panel: pd.DataFrame, time: str, first_treated: str, ends: tuple[int, int]
) -> tuple["pd.Series[float]", dict[str, "pd.Series[float]"]]:
    """Times since the start by the order of the times there are, cut at the ends; and a column of 0 and 1 for each."""
    times = np.array(sorted(panel[time].unique()))
    start = panel[first_treated]
    place = pd.Series(times.searchsorted(panel[time]), index=panel.index, dtype=float)
    since = (place - times.searchsorted(start.fillna(times[-1]))).where(start.notna()).clip(*ends)
    kept = [int(e) for e in sorted(since.dropna().unique()) if e != -1]
    return since, {str(e): (since == e).astype(float) for e in kept}


def _event_table(fit: PanelFit, single: dict[str, Result], exposures: "pd.Series[float]") -> pd.DataFrame:
    rows = [(int(e), fit.coefficients[e], *_ends(found)) for e, found in single.items()] + [(-1, 0.0, 0.0, 0.0)]
    table = pd.DataFrame(rows, columns=["exposure", "value", "lower", "upper"]).sort_values(
        "exposure", ignore_index=True
    )
    return table.assign(n=table["exposure"].map(exposures.value_counts()).fillna(0).astype(int))


def _ends(found: Result) -> tuple[float | None, float | None]:
    return (None, None) if isinstance(found, CannotSay) else (found.lower, found.upper)


def _pre_trend(fit: PanelFit, names: list[str], few: bool) -> Result:
    if not names:
        return CannotSay("no exposure lies before the one that is the base")
    if few:
        return CannotSay("the earlier exposures together cannot be tested with so few units: see each by itself")
    values, covariance = fit.coefficients[names].to_numpy(), fit.clustered.loc[names, names].to_numpy()
    if np.linalg.matrix_rank(covariance) < len(names):
        return CannotSay("there are too few units to test the earlier exposures together")
    f = float(values @ np.linalg.solve(covariance, values)) / len(names)
    p = float(stats.f.sf(f, len(names), fit.clusters - 1))
    return Estimate(p, n=fit.n, method=f"F of {len(names)} earlier exposures, {fit.clusters - 1} degrees of freedom")
