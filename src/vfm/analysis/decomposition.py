"""An exact accounting split of a change into the factors whose product it is, with nothing left over."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vfm.analysis.preconditions import require_known
from vfm.vocabulary.periods import FinancialYear

Floats = NDArray[np.float64]


def log_mean(a: ArrayLike, b: ArrayLike) -> Floats:
    """The logarithmic mean (a - b) / (ln a - ln b) of positive numbers, and a where the two are equal.

    Source: Ang (2004), Energy Policy 32, 1131-1139.

    >>> round(float(log_mean(4, 1)), 6), float(log_mean(75, 75))
    (2.164043, 75.0)
    """
    require_known(a=np.ravel(a), b=np.ravel(b))
    if not (np.all(np.asarray(a) > 0) and np.all(np.asarray(b) > 0)):
        raise ValueError("a logarithmic mean is of two positive numbers")
    low, high = np.minimum(a, b).astype(float), np.maximum(a, b).astype(float)
    # Of two near values the difference of logarithms keeps few digits; the logarithm of 1 + their difference, all.
    ratio = np.log1p((high - low) / low)
    return np.where(ratio == 0, high, (high - low) / np.where(ratio == 0, 1, ratio))


def effects_by_part(start: pd.DataFrame, end: pd.DataFrame) -> pd.DataFrame:
    """Split the change of each part of a total into the effects of its factors: additive LMDI-I, exact.

    Parameters
    ----------
    start, end : one row a part (a sector, a service), one column a factor; the product along a row is the
        part, and the sum of the parts is the total. A part that is not there yet, or no longer, has a zero; a
        factor that such a part has no value of (a cost for each of no people) may be left blank

    Returns
    -------
    One row a part, one column a factor, in the unit of the total. A row sums to the change of its part.

    Raises
    ------
    ValueError
        when the two ends differ in parts or factors, or a factor is negative, infinite or unknown.

    Notes
    -----
    The effect of factor k on a part is L(V1, V0) ln(x1k / x0k), with L the logarithmic mean. Where a part is zero
    at one end, its limit as the zero is approached: the factor that is zero has the whole change of the part, the
    others none; several that are zero together share it equally. Where it is zero at both ends there is none.

    Source: Ang (2004), Energy Policy 32, 1131-1139; limits: Ang and Liu (2007), Energy Policy 35, 238-246.

    >>> effects_by_part(pd.DataFrame([[0.0, 2.0]]), pd.DataFrame([[5.0, 3.0]])).iloc[0].tolist()
    [15.0, 0.0]
    """
    if list(start.columns) != list(end.columns) or not start.index.equals(end.index):
        raise ValueError("both ends need the same parts and the same factors")
    before, after = (_known_factors(frame) for frame in (start, end))
    effects = _limits_at_zero(before, after)
    alive = (before > 0).all(axis=1) & (after > 0).all(axis=1)
    first, last = before[alive], after[alive]
    effects[alive] = np.log(last / first) * log_mean(last.prod(axis=1), first.prod(axis=1))[:, None]
    return pd.DataFrame(effects, index=start.index, columns=start.columns)


def _known_factors(frame: pd.DataFrame) -> Floats:
    factors = frame.to_numpy(dtype=float)
    # A part with a zero is nothing whatever its other factors are, so one that has no value there may be any.
    gone = (factors == 0).any(axis=1)[:, None]
    factors = np.where(gone & np.isnan(factors), 1.0, factors)
    if not (np.isfinite(factors) & (factors >= 0)).all():
        raise ValueError("no factor may be negative, infinite or unknown, unless another of its part is zero")
    return factors


def _limits_at_zero(before: Floats, after: Floats) -> Floats:
    change = (after.prod(axis=1) - before.prod(axis=1))[:, None]
    zeros = (before == 0) | (after == 0)
    # A part that is zero at both ends has a change of 0 to share out, however many factors are zero.
    return change * zeros / np.maximum(zeros.sum(axis=1), 1)[:, None]


def decompose_change(start: pd.DataFrame, end: pd.DataFrame) -> "pd.Series[float]":
    """Split the change of a total into the effects of its factors: additive LMDI-I, exact.

    Parameters
    ----------
    start, end : as in `effects_by_part`

    Returns
    -------
    The effect of each factor, in the unit of the total. They sum to the change, with nothing left over.

    Notes
    -----
    An accounting identity: it says how the factors moved, not why the total did.

    >>> one = pd.DataFrame({"price": [1.0], "volume": [100.0]})
    >>> decompose_change(one, 2 * one).round(6).tolist()
    [150.0, 150.0]
    """
    return effects_by_part(start, end).sum().rename("effect")


def decompose_ratio(start: pd.DataFrame, end: pd.DataFrame) -> "pd.Series[float]":
    """Split the ratio of a total at the end to that at the start: multiplicative LMDI-I, exact.

    Returns
    -------
    What each factor multiplies the total by; the product of them is the ratio.

    Notes
    -----
    exp(effect of the factor / L(V1, V0)), with V the totals and L their logarithmic mean (Ang 2004, as above).

    >>> one = pd.DataFrame({"price": [1.0], "volume": [100.0]})
    >>> decompose_ratio(one, 2 * one).round(6).tolist()
    [2.0, 2.0]
    """
    effects = decompose_change(start, end)
    first, last = (_known_factors(frame).prod(axis=1).sum() for frame in (start, end))
    if not first * last > 0:
        raise ValueError("a total that is zero at one end has no ratio: split the change")
    return np.exp(effects / float(log_mean(last, first))).rename("ratio")


def decompose_years(years: Mapping[FinancialYear, pd.DataFrame]) -> pd.DataFrame:
    """Split a change year by year; the chain of years says more than its two ends when factors turn on the way.

    Parameters
    ----------
    years : a table of `effects_by_part` for each of two or more financial years, none left out between

    Returns
    -------
    One row a year after the first, one column a factor. The rows sum to the change of that year, and the whole
    to the change from the first year to the last.

    Raises
    ------
    ValueError
        when there is one year only or one is left out.
    """
    order = sorted(years)
    if len(order) < 2 or [year.first for year in order] != list(range(order[0].first, order[0].first + len(order))):
        raise ValueError(f"a chain needs every year from its first to its last, not {', '.join(map(str, order))}")
    steps = {last: decompose_change(years[first], years[last]) for first, last in pairwise(order)}
    return pd.DataFrame(steps).T.rename_axis("year")
