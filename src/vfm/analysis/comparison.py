"""Areas or providers side by side: funnel limits, by chance alone or with a spread beyond it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from vfm.analysis.preconditions import require_known, require_level, require_no_infinite
from vfm.analysis.unit_costs import poisson_interval
from vfm.vocabulary.results import CannotSay

Floats = NDArray[np.float64]
Limits = tuple[Floats, Floats]

FUNNEL = {"95": 0.95, "998": 0.998}
LOOK = "look, not bad"  # what outside the limits means, and does not
FEWEST = 5  # of fewer areas nothing is said about how they spread
BANDS = ("below the 99.8% limit", "above the 99.8% limit", "below the 95% limit", "above the 95% limit")
WITHIN = "within the limits"


# ---- limits


def proportion_limits(target: float, base: ArrayLike, *, level: float) -> Limits:
    """Where a proportion of `base` people would lie by chance alone, were its true value `target`.

    Notes
    -----
    target -+ z sqrt(target (1 - target) / base), cut to 0 and 1: the values whose Wilson interval just reaches the
    target. Not exact binomial limits. Source: Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202.

    >>> [round(float(limit), 4) for limit in proportion_limits(0.5, 100, level=0.95)]
    [0.402, 0.598]
    """
    require_known(target=target, base=np.ravel(base))
    if not 0 <= target <= 1 or not np.all(np.asarray(base) > 0):
        raise ValueError("the target is a proportion, and each base has people")
    half = _z(level) * np.sqrt(target * (1 - target) / np.asarray(base, dtype=float))
    return np.maximum(target - half, 0), np.minimum(target + half, 1)


def rate_limits(target: float, base: ArrayLike, *, level: float) -> Limits:
    """Where a rate would lie by chance alone, were its true value `target` for each of `base`.

    Of a ratio of observed to expected events, `base` is what was expected and `target` is 1.

    Notes
    -----
    The exact Poisson limits of the events that the target expects, over the base (Spiegelhalter 2005, as above).

    >>> [round(float(limit), 4) for limit in rate_limits(1, 20, level=0.95)]
    [0.6108, 1.5444]
    """
    require_known(target=target, base=np.ravel(base))
    known = np.asarray(base, dtype=float)
    if not (known > 0).all():
        raise ValueError("each base is over zero, or there is no rate")
    lower, upper = poisson_interval(target * known, level=level, method="exact")
    return lower / known, upper / known


def _z(level: float) -> float:
    require_level(level)
    return float(stats.norm.isf((1 - level) / 2))


# ---- spread beyond chance


@dataclass(frozen=True)
class Scale:
    """A scale on which chance spreads a value by `spread` / sqrt(base), whatever the value is."""

    name: str
    to: Callable[[ArrayLike], Floats]
    back: Callable[[ArrayLike], Floats]
    spread: float


ROOT = Scale("square root", np.sqrt, lambda y: np.square(np.maximum(y, 0)), 0.5)  # rates and ratios
LOG = Scale("logarithm", np.log, np.exp, 1.0)  # ratios alone: the spread of a rate would depend on its target
ARCSINE = Scale(  # proportions
    "arcsine of the square root",
    lambda p: np.arcsin(np.sqrt(p)),
    lambda y: np.square(np.sin(np.clip(y, 0, np.pi / 2))),
    0.5,
)


@dataclass(frozen=True)
class Dispersion:
    """How far areas spread round a target beyond what chance does.

    Parameters
    ----------
    phi : mean square of their distances in chance spreads; about 1 where there is chance alone
    tau2 : variance between the areas, on `scale`; 0 where chance is enough
    p : how often chance alone would spread them as far
    n : how many areas it rests on
    """

    phi: float
    tau2: float
    p: float
    n: int
    target: float
    scale: Scale
    method: str

    def limits(self, base: ArrayLike, *, level: float) -> Limits:
        """Funnel limits with the spread between areas added to that of chance, back on the scale they are drawn on."""
        centre = self.scale.to(self.target)
        half = _z(level) * np.sqrt(self.scale.spread**2 / np.asarray(base, dtype=float) + self.tau2)
        return self.scale.back(centre - half), self.scale.back(centre + half)


def _winsorised(z: Floats) -> tuple[Floats, "NDArray[np.bool_]"]:
    return np.clip(z, *np.quantile(z, [0.1, 0.9])), np.ones(len(z), dtype=bool)


def _dropped(z: Floats) -> tuple[Floats, "NDArray[np.bool_]"]:
    tenth = np.floor(stats.rankdata(z) * 10 / (len(z) + 1))
    return z, (tenth > 0) & (tenth < 9)


EXTREMES = {"winsorised": _winsorised, "dropped": _dropped}


def dispersion(
    events: "pd.Series[float]",
    base: "pd.Series[float]",
    *,
    target: float,
    scale: Scale,
    extremes: str = "winsorised",
) -> Dispersion | CannotSay:
    """How far areas spread beyond chance, by additive random effects, with the farthest tenth at each end tamed.

    Parameters
    ----------
    events, base : counts and what they are out of (or what was expected), one row each; rows with a gap or with
        a base of zero are left out
    target : the value that the areas are set against
    scale : `ARCSINE` for proportions, `ROOT` for rates, `ROOT` or `LOG` for ratios
    extremes : "winsorised": drawn in to the 10th and 90th percentile; "dropped": left out

    Notes
    -----
    z = (scale(value) - scale(target)) sqrt(base) / spread; phi = the mean of z^2; with weights w = base / spread^2,
    tau2 = (n phi - (n - 1)) / (sum w - sum w^2 / sum w), and 0 where that is negative. `p` is the upper tail of
    chi-square with n - 1 degrees of freedom at the sum of z^2, before any taming. Drawing in is cautious the other way
    too: of areas that truly spread as a normal does it keeps about two thirds of tau2.

    Source: Spiegelhalter (2005), Quality and Safety in Health Care 14, 347-351; DerSimonian and Laird (1986).
    """
    require_no_infinite(events=events, base=base, target=target)
    if extremes not in EXTREMES:
        raise ValueError(f'extremes are "winsorised" or "dropped", not "{extremes}"')
    known = _reasons(events, base) == ""
    values, sizes = (events / base)[known].to_numpy(dtype=float), base[known].to_numpy(dtype=float)
    if known.sum() < FEWEST:
        return CannotSay(f"{known.sum()} areas are too few to tell a spread between them from chance")
    if scale is LOG and (values == 0).any():
        return CannotSay("an area has no events, and zero has no logarithm: use the square root")
    if not target > 0:
        return CannotSay("there are no events anywhere")
    z = (scale.to(values) - scale.to(target)) * np.sqrt(sizes) / scale.spread
    tamed, kept = EXTREMES[extremes](z)
    n, w = int(kept.sum()), sizes[kept] / scale.spread**2
    phi = float(np.mean(tamed[kept] ** 2))
    tau2 = max(0.0, float((n * phi - (n - 1)) / (w.sum() - (w**2).sum() / w.sum())))
    p = float(stats.chi2.sf((z**2).sum(), len(z) - 1))
    return Dispersion(phi, tau2, p, n, target, scale, f"additive random effects, {scale.name}, extremes {extremes}")


def shrunken(events: "pd.Series[float]", base: "pd.Series[float]", spread: Dispersion) -> pd.DataFrame:
    """Values drawn towards the target, the more so the smaller the area: empirical Bayes.

    Returns
    -------
    `value`, `shrunken`, `weight` (what share of the distance to the target is kept) and `reason`.

    Notes
    -----
    On the scale of `spread`, weight = tau2 / (tau2 + spread^2 / base).
    """
    reason = _reasons(events, base)
    values, sizes = (events / base).where(reason == ""), base.where(reason == "")
    weight = spread.tau2 / (spread.tau2 + spread.scale.spread**2 / sizes)
    if spread.scale is LOG:
        reason = reason.mask(values == 0, "there are no events, and zero has no logarithm")
    centre = spread.scale.to(spread.target)
    drawn = centre + weight * (spread.scale.to(values.where(reason == "")) - centre)
    return pd.DataFrame({"value": values, "shrunken": spread.scale.back(drawn), "weight": weight, "reason": reason})


# ---- funnels


def funnel_proportions(
    events: "pd.Series[float]",
    denominators: "pd.Series[float]",
    *,
    target: float | None = None,
    spread: Dispersion | None = None,
) -> pd.DataFrame:
    """Proportions beside what chance allows round their average.

    Parameters
    ----------
    events, denominators : counts and how many each is out of, one row each
    target : what they are set against; by default their average weighted by denominators
    spread : from `dispersion` on `ARCSINE`, where the areas spread beyond chance

    Returns
    -------
    One row each: `value`, `base`, `target`, `lower_95`, `upper_95`, `lower_998`, `upper_998`, `band`, `label` (only
    outside the 99.8% limits), `method`, and `reason`, which says why there is no value or no limit ("").
    """
    above = events.index[events > denominators] if events.index.equals(denominators.index) else []
    if len(above):
        raise ValueError(f"more events than their denominator in {list(above)}")
    return _funnel(events, denominators, target, spread, (proportion_limits, "normal", (ARCSINE,)))


def funnel_rates(
    events: "pd.Series[float]",
    base: "pd.Series[float]",
    *,
    target: float | None = None,
    spread: Dispersion | None = None,
) -> pd.DataFrame:
    """Rates beside what chance allows round their average; as `funnel_proportions`, with `ROOT` for a spread."""
    return _funnel(events, base, target, spread, (rate_limits, "exact Poisson", (ROOT,)))


def funnel_ratios(
    observed: "pd.Series[float]", expected: "pd.Series[float]", *, target: float = 1, spread: Dispersion | None = None
) -> pd.DataFrame:
    """Observed over expected events beside what chance allows round `target`; as `funnel_proportions`.

    Indirectly standardised ratios may each be set against the target, and never against one another: every area has
    weights of its own. A spread is on `ROOT` or `LOG`.
    """
    return _funnel(observed, expected, target, spread, (rate_limits, "exact Poisson", (ROOT, LOG)))


Kind = tuple[Callable[..., Limits], str, tuple[Scale, ...]]


def _funnel(
    events: "pd.Series[float]",
    base: "pd.Series[float]",
    target: float | None,
    spread: Dispersion | None,
    kind: Kind,
) -> pd.DataFrame:
    by_chance, chance, scales = kind
    reason = _reasons(events, base)
    known = reason == ""
    centre = float(target if target is not None else events[known].sum() / max(base[known].sum(), 1e-300))
    if spread is not None and not (spread.scale in scales and np.isclose(spread.target, centre, rtol=1e-9, atol=0)):
        raise ValueError("the spread was taken on another scale or round another target than this funnel's")
    reason = reason.mask(known, _no_limits(centre, by_chance, alone=target is None and known.sum() == 1))
    table = pd.DataFrame({"value": (events / base.where(base > 0)).astype(float), "base": base, "target": centre})
    sizes = base.astype(float)[reason == ""]
    for name, level in FUNNEL.items():
        limits = by_chance(centre, sizes, level=level) if spread is None else spread.limits(sizes, level=level)
        for side, values in zip(("lower", "upper"), limits, strict=True):
            table[f"{side}_{name}"] = pd.Series(values, index=sizes.index, dtype=float).reindex(table.index)
    method = f"{chance} limits" if spread is None else f"limits by {spread.method}"
    around = "the average weighted by the base" if target is None else "a given target"
    return _banded(table).assign(method=f"{method}, round {around}", reason=reason)


def _no_limits(centre: float, by_chance: Callable[..., Limits], *, alone: bool) -> str:
    if alone:
        return "one area alone has no average to be set against"
    inside = 0 < centre < 1 if by_chance is proportion_limits else centre > 0
    return "" if inside else f"chance gives no limits round a target of {centre:g}"


def _banded(table: pd.DataFrame) -> pd.DataFrame:
    value = table["value"]
    outside = [
        value < table["lower_998"],
        value > table["upper_998"],
        value < table["lower_95"],
        value > table["upper_95"],
    ]
    band = np.select([table["lower_95"].isna(), *outside], ["", *BANDS], WITHIN)
    label = [f"{name}: {LOOK}" if found in BANDS[:2] else "" for name, found in zip(table.index, band, strict=True)]
    return table.assign(band=band, label=label)


def _reasons(events: "pd.Series[float]", base: "pd.Series[float]") -> "pd.Series[str]":
    if not events.index.equals(base.index):
        raise ValueError("events and what they are out of have different indexes: align them first")
    require_no_infinite(events=events, base=base)
    if (events < 0).any() or (base < 0).any():
        raise ValueError(f"a count is negative in {list(events.index[(events < 0) | (base < 0)])}")
    why = ["the events are not known", "what they are out of is not known", "there is nothing that they are out of"]
    return pd.Series(np.select([events.isna(), base.isna(), base == 0], why, ""), index=events.index, dtype=object)
