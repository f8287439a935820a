"""Interrupted time series of counts: did the level or the slope change at a date, against the series' own past?

The model is stated before the figures are looked at (`SeriesModel`), and one series has no comparison group: the design
stands on the second step of the Maryland scale, and its words are "was higher" or "was lower".
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.tsa.stattools import acf

from vfm.analysis import impact
from vfm.analysis.impact import Effect
from vfm.analysis.segmented_regression import SLOPE, STEP, SeriesFit, SeriesModel, fit_series
from vfm.vocabulary.periods import month_in_words
from vfm.vocabulary.results import CannotSay, Estimate, Result

FEW = 12  # points on each side: fewer are provisional


def counterfactual(fit: SeriesFit) -> pd.DataFrame:
    """The series as observed, as fitted, and as the model has it without the change.

    Returns
    -------
    One row a period: `observed`, `fitted`, `counterfactual` with `lower` and `upper` (of the course expected, not of a
    single count), and `after`.
    """
    without = fit.design.assign(**{name: 0.0 for name in (STEP, SLOPE) if name in fit.design})
    linear = without @ fit.params + fit.offset
    half = fit.critical * np.sqrt(np.einsum("ij,jk,ik->i", without, fit.covariance, without))
    return pd.DataFrame(
        {
            "observed": fit.observed,
            "fitted": np.exp(fit.design @ fit.params + fit.offset),
            "counterfactual": np.exp(linear),
            "lower": np.exp(linear - half),
            "upper": np.exp(linear + half),
            "after": fit.after,
        }
    )


def cumulative_effect(fit: SeriesFit) -> Result:
    """What was counted from the change on, less what the model expects without it.

    Notes
    -----
    The interval is that of the expected sum S, exp(log S -/+ z se(S)/S) with se(S) by the delta method; what was
    counted is taken as it is. Under zero, fewer were counted than expected.
    """
    if fit.model.family == "log-linear":
        return CannotSay("a model of logs expects medians, and medians do not add up")
    after = fit.after
    without = fit.design[after].assign(**{name: 0.0 for name in (STEP, SLOPE) if name in fit.design})
    means = np.exp(without @ fit.params + fit.offset[after])
    total, gradient = float(means.sum()), without.T @ means
    half = fit.critical * float(np.sqrt(gradient @ fit.covariance @ gradient)) / total
    counted = float(fit.observed[after].sum())
    lower, upper = counted - total * np.exp(half), counted - total * np.exp(-half)
    method = f"{fit.model.words}; counted less expected, delta method on the log of the sum"
    return Estimate(counted - total, float(lower), float(upper), n=int(after.sum()), method=method)


def slope_test(fit: SeriesFit, smaller: SeriesFit) -> tuple[float, float]:
    """F and its p for a change of slope: the change in deviance that it makes, over the dispersion."""
    degrees = len(fit.observed) - len(fit.params)
    if fit.deviance is None or smaller.deviance is None or set(fit.params.index) != {*smaller.params.index, SLOPE}:
        raise ValueError("the test takes a quasipoisson fit with a slope, and the same without")
    f = (smaller.deviance - fit.deviance) / fit.dispersion
    return f, float(stats.f.sf(f, 1, degrees))


def autocorrelation(fit: SeriesFit, lags: int) -> NDArray[np.float64]:
    """Autocorrelation of the deviance residuals at lags 1 to `lags`."""
    return acf(fit.residuals, nlags=lags, fft=False)[1:]


def interrupted_series(
    counts: "pd.Series[float]",
    change: pd.Period | str,
    *,
    outcome: str,
    model: SeriesModel,
    exposure: "pd.Series[float] | None" = None,
    known_breaks: Mapping[str, str] | None = None,
    placebos: Sequence[pd.Period | str] | None = None,
    places: pd.DataFrame | None = None,
) -> Effect | CannotSay:
    """The step of a series at a date as a ratio, with placebo dates and each place left out.

    Parameters
    ----------
    counts, change, model, exposure : as for `fit_series`
    outcome : what is counted, to begin a sentence: "Recorded theft"
    known_breaks : period -> what changed in how it is recorded; a break at the change, or next to it, says nothing
    placebos : dates before the change at which nothing happened, tried on the earlier points alone; by default
        the middle of them
    places : the parts that sum to `counts`, one column each, to leave out in turn

    Returns
    -------
    An effect on the ratio scale, Maryland level 2, whose `further` has the change of slope (a ratio for each period)
    and the cumulative effect; or why nothing can be said.
    """
    fit = fit_series(counts, change, model=model, exposure=exposure)
    at = pd.Period(change, freq=counts.index.freq)
    breaks = {pd.Period(when, freq=counts.index.freq): what for when, what in (known_breaks or {}).items()}
    meeting = [what for when, what in breaks.items() if abs((when - at).n) <= 1]
    if meeting:
        return CannotSay(f"the change coincides with a break in the record: {'; '.join(meeting)}")
    if isinstance(fit, CannotSay):
        return fit
    own = replace(model, lags=None)
    rows = _placebo_rows(counts, at, model, exposure, placebos) + _left_out_rows(counts, at, model, exposure, places)
    step, checks = fit.ratio(STEP), impact.checks_table(rows)
    value, lower, upper = step.value, float(step.lower or 0), float(step.upper or 0)
    said = impact.finding(
        outcome,
        _when(at),
        value=value,
        lower=lower,
        upper=upper,
        scale=impact.RATIO,
        level=2,
        coverage=model.coverage,
    )
    slope: Result = fit.ratio(SLOPE) if model.slope else CannotSay("the model keeps the slope as it was")
    return Effect(
        value=value,
        lower=lower,
        upper=upper,
        scale=impact.RATIO,
        n=len(counts),
        method=model.words,
        design="interrupted time series of one area, without a comparison group",
        level=2,
        table=counterfactual(fit),
        sentence=f"{said} {impact.checks_in_words(checks, scale=impact.RATIO)}",
        checks=checks,
        cautions=_cautions(fit, breaks) + _narrower(fit, fit_series(counts, at, model=own, exposure=exposure)),
        further={SLOPE: slope, "cumulative": cumulative_effect(fit)},
    )


def _when(period: pd.Period) -> str:
    begins = month_in_words(period.start_time)
    return begins if period.freqstr == "M" else f"the quarter that begins in {begins}"


def _placebo_rows(
    counts: "pd.Series[float]",
    at: pd.Period,
    model: SeriesModel,
    exposure: "pd.Series[float] | None",
    placebos: Sequence[pd.Period | str] | None,
) -> list[dict[str, object]]:
    before = counts[counts.index < at]
    dates = [before.index[len(before) // 2]] if placebos is None else [pd.Period(p, freq=at.freq) for p in placebos]
    rows = []
    for date in dates:
        if date >= at:
            raise ValueError(f"a placebo date is before the change, and {date} is not")
        out_of = None if exposure is None else exposure[before.index]
        rows.append(impact.check(impact.PLACEBO, f"{date.start_time:%Y-%m}", _step(before, date, model, out_of)))
    return rows


def _left_out_rows(
    counts: "pd.Series[float]",
    at: pd.Period,
    model: SeriesModel,
    exposure: "pd.Series[float] | None",
    places: pd.DataFrame | None,
) -> list[dict[str, object]]:
    if places is None:
        return [impact.check(impact.LEFT_OUT, "any", CannotSay("the series was not given by place"))]
    if exposure is not None:
        raise ValueError("places are left out of counts alone: their exposures are not known")
    if not places.index.equals(counts.index) or not np.allclose(places.sum(axis=1), counts):
        raise ValueError("the places do not sum to the series, period by period")
    return [
        impact.check(impact.LEFT_OUT, name, _step(counts - places[name], at, model, None)) for name in places.columns
    ]


def _step(counts: "pd.Series[float]", at: pd.Period, model: SeriesModel, exposure: "pd.Series[float] | None") -> Result:
    fit = fit_series(counts, at, model=model, exposure=exposure)
    return fit if isinstance(fit, CannotSay) else fit.ratio(STEP)


def _cautions(fit: SeriesFit, breaks: Mapping[pd.Period, str]) -> tuple[str, ...]:
    said, n = [], len(fit.observed)
    fewest = int(min(fit.after.sum(), (~fit.after).sum()))
    if fewest < FEW:
        said.append(f"provisional: {fewest} points on one side of the change, and {FEW} are wanted")
    near = float(autocorrelation(fit, 1)[0])
    if fit.model.lags is None and near > 2 / np.sqrt(n):
        said.append(f"neighbouring points are alike (autocorrelation {near:.2f}), so the interval is too narrow")
    if fit.model.family == "poisson":
        spread = float(((fit.observed - (mu := np.exp(fit.design @ fit.params + fit.offset))) ** 2 / mu).sum())
        if (ratio := spread / (n - len(fit.params))) > 1.5:
            said.append(f"the counts vary {ratio:.1f} times as much as Poisson counts, so the interval is too narrow")
    said += [f"the series has a break in {when}: {what}" for when, what in breaks.items() if when in fit.observed.index]
    return tuple(said)


def _narrower(fit: SeriesFit, own: SeriesFit | CannotSay) -> tuple[str, ...]:
    """Newey-West errors are too small in short series; where the model's own are larger, that is said."""
    if isinstance(own, CannotSay) or own.se[STEP] <= fit.se[STEP]:
        return ()
    wider = own.se[STEP] / fit.se[STEP]
    return (f"the model's own error is {wider:.1f} times that of Newey-West, which is too small in a short series",)
