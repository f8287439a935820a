"""Segmented regression of a count over time: a level, and a slope where asked, that change at a date."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.discrete.discrete_model import NegativeBinomial
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import OLS
from statsmodels.tools.sm_exceptions import ModelWarning

from vfm.analysis import impact
from vfm.analysis.preconditions import require_no_infinite
from vfm.vocabulary.results import CannotSay, Estimate

FEWEST = 8  # points on each side of the change
SEASONS = {"M": 12, "Q": 4, "Y": 1}
FAMILIES = ("poisson", "quasipoisson", "negbin", "log-linear")
STEP, SLOPE = "step", "slope"


@dataclass(frozen=True)
class SeriesModel:
    """The model that was settled on before the figures were seen.

    Parameters
    ----------
    family : "poisson", "quasipoisson" (its errors scaled by the Pearson dispersion), "negbin" (variance
        mu + alpha mu^2) or "log-linear" (least squares on logs)
    harmonics : pairs of sine and cosine for the season; fewer than half the points of a year
    slope : whether the slope may change as well as the level
    lags : of the Newey-West errors, for neighbours in time that are alike; none takes the model's own errors
    coverage : of the intervals; normal quantiles, and Student's with the log-linear family
    """

    family: str = "quasipoisson"
    harmonics: int = 0
    slope: bool = False
    lags: int | None = None
    coverage: float = 0.95

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(f'family is one of {", ".join(FAMILIES)}, not "{self.family}"')
        if self.harmonics < 0 or (self.lags is not None and self.lags < 0):
            raise ValueError("harmonics and lags are not negative")
        if self.family == "negbin" and self.lags is not None:
            raise ValueError("Newey-West errors are not given with the negative binomial: use quasipoisson")
        impact.check_coverage(self.coverage)

    @property
    def words(self) -> str:
        parts = [f"segmented {self.family} regression", f"{self.harmonics} harmonics" if self.harmonics else ""]
        parts += ["level and slope" if self.slope else "level"]
        parts += [] if self.lags is None else [f"Newey-West errors with {self.lags} lags"]
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True, eq=False)
class SeriesFit:
    """A fitted series: everything by period, and the coefficients on the log scale.

    `dispersion` is Pearson's chi-square over the residual degrees of freedom (1 assumed for Poisson; the residual
    variance of the logs for log-linear); `alpha` is the negative binomial's.
    """

    model: SeriesModel
    observed: "pd.Series[float]"
    design: pd.DataFrame
    offset: "pd.Series[float]"
    params: "pd.Series[float]"
    covariance: pd.DataFrame
    residuals: "pd.Series[float]"
    dispersion: float
    deviance: float | None
    loglik: float | None
    alpha: float | None
    critical: float

    @property
    def se(self) -> "pd.Series[float]":
        return pd.Series(np.sqrt(np.diag(self.covariance)), index=self.params.index)

    @property
    def after(self) -> "pd.Series[bool]":
        return self.design[STEP] == 1

    def ratio(self, name: str) -> Estimate:
        """A coefficient as a ratio, with its interval made on the log scale."""
        value, half = self.params[name], self.critical * self.se[name]
        low, middle, high = np.exp([value - half, value, value + half])
        return Estimate(float(middle), float(low), float(high), n=len(self.observed), method=self.model.words)


def fit_series(
    counts: "pd.Series[float]",
    change: pd.Period | str,
    *,
    model: SeriesModel,
    exposure: "pd.Series[float] | None" = None,
) -> SeriesFit | CannotSay:
    """Fit a level (and slope) that changes at a date.

    Parameters
    ----------
    counts : one row a month, quarter or year without gaps (a PeriodIndex), not negative
    change : the first period after the change
    model : as settled beforehand
    exposure : what the counts are out of (population, days), of the same index; its log is the offset

    Returns
    -------
    The fit, or why there is none.

    Notes
    -----
    log mu(t) = a + b t + c step(t) + d slope(t) + season + log exposure, with t = 1, 2, ...; step is 1 from the
    change on; slope counts periods since the last one before it, so the step is the jump at that point (Lopez
    Bernal, Cummins and Gasparrini 2017). The season is sin and cos of 2 pi k month / 12 (or quarter / 4),
    k = 1 to `harmonics`.
    """
    exposure = pd.Series(1.0, index=counts.index) if exposure is None else exposure
    change = _checked(counts, change, exposure)
    refusal = _refusal(counts, change, model)
    if refusal:
        return CannotSay(refusal)
    design, offset = _design(counts.index, change, model), np.log(exposure.astype(float))
    if len(counts) < 2 * design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        return CannotSay(f"{len(counts)} points are too few for the {design.shape[1]} unknowns of the model")
    return impact.quietly(lambda: _fit(counts.astype(float), design, offset, model))


def _checked(counts: "pd.Series[float]", change: pd.Period | str, exposure: "pd.Series[float]") -> pd.Period:
    """The change as a period of the series; anything that is a slip of the caller is refused."""
    if not isinstance(counts.index, pd.PeriodIndex) or _frequency(counts.index) not in SEASONS:
        raise ValueError("a series has one row a month, quarter or year: give it a PeriodIndex")
    if counts.empty:
        raise ValueError("the series has no period at all")
    require_no_infinite(counts=counts, exposure=exposure)
    whole = pd.period_range(counts.index[0], periods=len(counts), freq=counts.index.freq)
    if not counts.index.equals(whole):
        raise ValueError("the periods of a series follow each other without gaps: put the missing ones in")
    if not exposure.index.equals(counts.index):
        raise ValueError("counts and exposure have different indexes: align them first")
    if (counts < 0).any() or not (exposure > 0).all():
        raise ValueError("a count is not negative, and an exposure is more than zero")
    period = pd.Period(change, freq=counts.index.freq)
    if period not in counts.index:
        raise ValueError(f"the series runs from {counts.index[0]} to {counts.index[-1]}, and {period} is outside it")
    return period


def _frequency(index: pd.PeriodIndex) -> str:
    return str(index.freqstr).partition("-")[0]


def _refusal(counts: "pd.Series[float]", change: pd.Period, model: SeriesModel) -> str:
    after = counts.index >= change
    missing = int(counts.isna().sum())
    if missing:
        return f"the count is missing in {missing} of {len(counts)} periods"
    fewest = min(after.sum(), (~after).sum())
    if fewest < FEWEST:
        sides = f"{(~after).sum()} periods before the change and {after.sum()} from it"
        return f"there are {sides}, and each side needs {FEWEST}"
    if counts.nunique() == 1:
        return "the series does not vary"
    if not counts[after].any() or not counts[~after].any():
        return "nothing was counted on one side of the change, so no ratio can be made"
    if model.family == "log-linear" and (counts == 0).any():
        return "a count of zero has no logarithm: a Poisson family takes it"
    if 2 * model.harmonics >= SEASONS[_frequency(counts.index)] and model.harmonics:
        return f"{model.harmonics} harmonics need more than {2 * model.harmonics} points in a year"
    return ""


def _design(index: pd.PeriodIndex, change: pd.Period, model: SeriesModel) -> pd.DataFrame:
    time = np.arange(1, len(index) + 1, dtype=float)
    step = (index >= change).astype(float)
    columns: dict[str, NDArray[np.float64]] = {"intercept": np.ones(len(index)), STEP: step, "time": time}
    if model.slope:
        columns[SLOPE] = (time - index.get_loc(change)) * step
    place = index.month if _frequency(index) == "M" else index.quarter
    for k in range(1, model.harmonics + 1):
        angle = 2 * np.pi * k * place / SEASONS[_frequency(index)]
        columns |= {f"sin{k}": np.sin(angle), f"cos{k}": np.cos(angle)}
    return pd.DataFrame(columns, index=index)


def _fit(counts: "pd.Series[float]", design: pd.DataFrame, offset: "pd.Series[float]", model: SeriesModel) -> SeriesFit:
    fitted, extra = _ESTIMATORS[model.family](counts, design, offset, _errors(model))
    names, student = list(design.columns), model.family == "log-linear"
    tail = (1 - model.coverage) / 2
    return SeriesFit(
        model=model,
        observed=counts,
        design=design,
        offset=offset,
        params=fitted.params[names],
        covariance=pd.DataFrame(fitted.cov_params(), index=fitted.params.index, columns=fitted.params.index).loc[
            names, names
        ],
        critical=float(stats.t.isf(tail, len(counts) - len(names)) if student else stats.norm.isf(tail)),
        **extra,
    )


def _errors(model: SeriesModel) -> dict[str, Any]:
    if model.lags is None:
        return {}
    return {"cov_type": "HAC", "cov_kwds": {"maxlags": model.lags, "use_correction": False}}


def _poisson(counts: Any, design: Any, offset: Any, errors: dict[str, Any], scale: float | str = 1.0) -> Any:
    fitted = GLM(counts, design, family=families.Poisson(), offset=offset).fit(scale=scale, **errors)
    kept = {"residuals": fitted.resid_deviance, "deviance": float(fitted.deviance)}
    return fitted, kept | {
        "dispersion": float(fitted.pearson_chi2 / fitted.df_resid) if scale == "X2" else 1.0,
        "loglik": float(fitted.llf) if scale == 1.0 else None,
        "alpha": None,
    }


def _quasipoisson(counts: Any, design: Any, offset: Any, errors: dict[str, Any]) -> Any:
    return _poisson(counts, design, offset, errors, "X2")


def _negbin(counts: Any, design: Any, offset: Any, errors: dict[str, Any]) -> Any:
    _require_more_than_poisson(counts, design, offset)
    model = NegativeBinomial(counts, design, offset=offset)
    # Where a search along gradients says that it can do no better turns on the processor's last digits: Newton ends it.
    near = model.fit(disp=0, maxiter=200, method="bfgs", gtol=1e-6, warn_convergence=False, skip_hessian=True)
    fitted = model.fit(near.params, disp=0, method="newton")
    alpha = float(fitted.params["alpha"])
    family = families.NegativeBinomial(alpha=alpha)
    residuals = pd.Series(family.resid_dev(counts, fitted.predict()), index=counts.index)
    kept = {"residuals": residuals, "deviance": None, "dispersion": 1.0}
    return fitted, kept | {"loglik": float(fitted.llf), "alpha": alpha}


def _require_more_than_poisson(counts: Any, design: Any, offset: Any) -> None:
    """Refuse counts that vary no more than Poisson's: alpha ends at its bound of nought, where no errors are known.

    The likelihood's slope in alpha at nought is half the sum of (y - mu)^2 - y, with mu of the Poisson fit (Dean and
    Lawless 1989); where it does not rise, the Poisson fit itself is the top there.
    """
    expected = GLM(counts, design, family=families.Poisson(), offset=offset).fit().mu
    if ((counts - expected) ** 2 - counts).sum() <= 0:
        raise ModelWarning("they vary no more than a Poisson's around their course; quasi-Poisson takes that")


def _log_linear(counts: Any, design: Any, offset: Any, errors: dict[str, Any]) -> Any:
    fitted = OLS(np.log(counts) - offset, design).fit(**errors)
    return fitted, {
        "residuals": fitted.resid,
        "deviance": None,
        "dispersion": float(fitted.scale),
        "loglik": float(fitted.llf),
        "alpha": None,
    }


_ESTIMATORS = {"poisson": _poisson, "quasipoisson": _quasipoisson, "negbin": _negbin, "log-linear": _log_linear}
