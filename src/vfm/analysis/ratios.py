"""Ratios of two means when both are uncertain: Fieller's limits, and how safe it is to divide at all."""

from dataclasses import dataclass
from enum import StrEnum
from math import inf, sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from vfm.analysis.preconditions import require_columns, require_level
from vfm.vocabulary.results import CannotSay, Estimate, Result, Status

FEWEST_PAIRS = 2  # a variance takes two


class Shape(StrEnum):
    """What the values that the data do not rule out look like."""

    INTERVAL = "interval"
    HALF_LINES = "two half-lines"  # everything but what lies between the two ends
    EVERYTHING = "everything"


@dataclass(frozen=True)
class Ratio:
    """A ratio of means with Fieller's set of values that the data do not rule out.

    Parameters
    ----------
    value : the ratio of the two means
    shape : an interval; two half-lines, up to `lower` and from `upper`; or everything
    lower, upper : the ends of that set; None where it is everything
    g : how unsure the mean below the line is, t^2 var/mean^2. From 1 on it may as well be zero, and there is no
        interval; from 0.1 on a symmetric interval would be too short
    df : degrees of freedom of t
    n : how many observations it rests on
    """

    value: float
    shape: Shape
    lower: float | None
    upper: float | None
    g: float
    df: float
    n: int
    method: str
    status: Status = Status.DERIVED

    def holds(self, ratio: float) -> bool:
        """Whether the data leave `ratio` standing."""
        if self.lower is None or self.upper is None:
            return True
        inside = self.lower <= ratio <= self.upper
        return inside if self.shape is Shape.INTERVAL else ratio <= self.lower or ratio >= self.upper

    def as_result(self) -> Result:
        """The ratio as an estimate, or why its limits cannot be given."""
        if self.shape is Shape.INTERVAL:
            return Estimate(self.value, self.lower, self.upper, self.n, self.method, self.status)
        return CannotSay(f"what it is divided by may be zero (g = {self.g:.2f}, from 1 on there is no interval)")


def fieller_paired(spend: ArrayLike, count: ArrayLike, *, level: float = 0.95) -> Ratio | CannotSay:
    """Spend for each thing counted over providers, when both differ from provider to provider by chance.

    Parameters
    ----------
    spend, count : one of each for each provider, in the same order, not negative
    level : coverage

    Returns
    -------
    The ratio of totals with its limits, or why nothing can be said.

    Raises
    ------
    ValueError
        when the two differ in length, or one of them is missing, not finite or negative.

    Notes
    -----
    With means x and u, their variances vx and vu and covariance vxu, and t on n - 1 degrees of freedom, the set is
    all r with (x - r u)^2 <= t^2 (vx - 2 r vxu + r^2 vu). Source: Fieller (1954), Journal of the Royal
    Statistical Society B 16, 175-185.

    >>> cities = fieller_paired([143, 104, 69, 260, 75, 63, 50, 48, 111, 50], [138, 93, 61, 179, 48, 37, 29, 23, 30, 2])
    >>> [round(x, 2) for x in (cities.value, cities.lower, cities.upper, cities.g)]
    [1.52, 1.2, 2.46, 0.39]
    """
    x, u = _sample(spend, "spend"), _sample(count, "count")
    if len(x) != len(u):
        raise ValueError(f"spend and count are pairs, but there are {len(x)} and {len(u)}")
    if (x < 0).any() or (u < 0).any():
        raise ValueError("spend and count are not negative: net off reversals first")
    n = len(x)
    if n < FEWEST_PAIRS:
        return CannotSay(f"there are too few pairs: {n}, and a variance takes {FEWEST_PAIRS}")
    if not u.any():
        return CannotSay("nothing was counted, so there is no cost of each")
    if np.allclose(x * u.sum(), u * x.sum(), rtol=1e-12, atol=0):
        return CannotSay("every pair has the same ratio, so chance cannot be read from them")
    order = np.lexsort((x, u))  # so that the order of the pairs makes no difference, not even to rounding
    x, u = x[order], u[order]
    spread = np.cov(x, u) / n
    method = "ratio of totals; Fieller, paired"
    return _fieller((x.mean(), u.mean()), (spread[0, 0], spread[1, 1], spread[0, 1]), n - 1, level, n, method)


def fieller_two_sample(
    above: ArrayLike, below: ArrayLike, *, level: float = 0.95, variances: str = "separate"
) -> Ratio | CannotSay:
    """The mean of one group over the mean of another, the two being independent.

    Parameters
    ----------
    above, below : observations of the two groups
    level : coverage
    variances : "separate", or "pooled" where both groups are known to vary alike

    Returns
    -------
    The ratio of the means with its limits, or why nothing can be said.

    Raises
    ------
    ValueError
        when an observation is missing or not finite.

    Notes
    -----
    As `fieller_paired` without covariance. Pooled: t on n1 + n0 - 2 degrees of freedom. Separate: on
    (v1 + r^2 v0)^2 / (v1^2 / (n1 - 1) + r^4 v0^2 / (n0 - 1)), at the ratio r that was found and with v the variance
    of each mean (Satterthwaite).

    >>> fieller_two_sample([15, 20, 32, 33], [1, 2, 2, 2, 3, 3, 5]).as_result().upper.__round__(1)
    18.7
    """
    x, u = _sample(above, "the group above the line"), _sample(below, "the group below the line")
    if variances not in {"separate", "pooled"}:
        raise ValueError(f'variances are "separate" or "pooled", not "{variances}"')
    if min(len(x), len(u)) < FEWEST_PAIRS:
        return CannotSay(f"a group has too few observations: {len(x)} over {len(u)}, and a variance takes two")
    if u.mean() == 0:
        return CannotSay("what it is divided by is zero")
    if np.ptp(x) == 0 and np.ptp(u) == 0:
        return CannotSay("neither group varies, so chance cannot be read from them")
    if not x.any():
        return CannotSay("the group above the line is zero throughout, so chance cannot be read from it")
    vx, vu, df = _pooled(x, u) if variances == "pooled" else _separate(x, u)
    method = f"ratio of means; Fieller, two samples with {variances} variances"
    return _fieller((x.mean(), u.mean()), (vx, vu, 0.0), df, level, len(x) + len(u), method)


def provider_ratios(pairs: pd.DataFrame, *, by: str, level: float = 0.95) -> pd.DataFrame:
    """`fieller_paired` for each service (or borough, or whatever `by` names), as a table.

    Parameters
    ----------
    pairs : one row a provider, with `spend`, `count` and the column named by `by`

    Returns
    -------
    One row each, in the order of their names: `by`, `value`, `lower`, `upper`, `n`, `shape`, `g`, `method` and
    `reason`, which says why there is no interval. The ends of two half-lines are not given as limits.
    """
    require_columns(pairs, [by, "spend", "count"])
    rows = []
    for name, group in pairs.groupby(by, sort=True):
        found = fieller_paired(group["spend"], group["count"], level=level)
        row: dict[str, object] = {by: name, "n": len(group), "shape": "", "method": "", "reason": ""}
        if isinstance(found, CannotSay):
            rows.append(row | {"reason": found.reason})
            continue
        row |= {"value": found.value, "g": found.g, "shape": str(found.shape), "method": found.method}
        result = found.as_result()
        limits = (
            {"reason": result.reason}
            if isinstance(result, CannotSay)
            else {"lower": result.lower, "upper": result.upper}
        )
        rows.append(row | limits)
    columns = [by, "value", "lower", "upper", "n", "shape", "g", "method", "reason"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(["value", "lower", "upper", "g"], float))


def _sample(values: ArrayLike, name: str) -> NDArray[np.float64]:
    sample = np.asarray(values, dtype=float)
    if sample.ndim != 1:
        raise ValueError(f"{name} is one row of numbers")
    if not np.isfinite(sample).all():
        raise ValueError(f"{name} has {int((~np.isfinite(sample)).sum())} that are missing: leave the whole pair out")
    return sample


def _pooled(x: NDArray[np.float64], u: NDArray[np.float64]) -> tuple[float, float, float]:
    df = len(x) + len(u) - 2
    variance = ((len(x) - 1) * x.var(ddof=1) + (len(u) - 1) * u.var(ddof=1)) / df
    return variance / len(x), variance / len(u), df


def _separate(x: NDArray[np.float64], u: NDArray[np.float64]) -> tuple[float, float, float]:
    vx, vu = x.var(ddof=1) / len(x), u.var(ddof=1) / len(u)
    weighted = (x.mean() / u.mean()) ** 2 * vu
    return vx, vu, (vx + weighted) ** 2 / (vx**2 / (len(x) - 1) + weighted**2 / (len(u) - 1))


def _fieller(
    means: tuple[float, float], spread: tuple[float, float, float], df: float, level: float, n: int, method: str
) -> Ratio:
    """Solve a r^2 - 2 b r + c <= 0; `spread` is both variances of the means and their covariance."""
    require_level(level)
    x, u, vx, vu, vxu = map(float, (*means, *spread))
    t2 = float(stats.t.isf((1 - level) / 2, df)) ** 2
    a, b, c = u * u - t2 * vu, x * u - t2 * vxu, x * x - t2 * vx
    shape, lower, upper = _roots(a, b, c)
    percent = f"{level * 100:.12g}%"
    value = x / u
    if shape is Shape.INTERVAL and lower is not None and upper is not None:
        lower, upper = min(lower, value), max(upper, value)  # the ratio is in its set; rounding must not put it out
    return Ratio(value, shape, lower, upper, t2 * vu / u**2, float(df), n, f"{method}, {percent}")


def _roots(a: float, b: float, c: float) -> tuple[Shape, float | None, float | None]:
    inside = b * b - a * c
    if a == 0 and b:  # one end has gone to infinity
        end = c / (2 * b)
        return Shape.HALF_LINES, *((-inf, end) if b > 0 else (end, inf))
    if a <= 0 and inside <= 0:
        return Shape.EVERYTHING, None, None
    far = b + (sqrt(max(inside, 0)) if b >= 0 else -sqrt(max(inside, 0)))  # no digits are lost: both of one sign
    ends = sorted([far / a, c / far if far else 0.0])
    return (Shape.INTERVAL if a > 0 else Shape.HALF_LINES), ends[0], ends[1]
