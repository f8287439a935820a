"""Limits of a cost for each thing counted by drawing providers again and again: BCa, for many groups at once."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from vfm.analysis.preconditions import require_columns

FEWEST_PROVIDERS = 5  # four can be drawn in only 35 different ways, too few for limits of 2.5% on either side
BLOCK = 4_000_000  # numbers held at once in one array: 32 MB

Array = NDArray[np.float64]

ONE_RATIO = "every provider has the same cost of each, so chance cannot be read from them"
ONE_COUNTS = "all that was counted came from one provider, so drawing providers again says nothing"
LOPSIDED = "the draws lie too much on one side of the cost for limits"
NONE_COUNTED = "nothing was counted, so there is no cost of each"
NO_UPPER = "in too many draws nothing was counted: the cost has no upper limit"


def bootstrap_ratios(
    pairs: pd.DataFrame, *, by: list[str], draws: int = 10_000, seed: int, level: float = 0.95
) -> pd.DataFrame:
    """The ratio of totals of each group, with BCa limits from drawing its providers again.

    Parameters
    ----------
    pairs : one row a provider in a group, with `spend` in pounds, `count` and the columns named by `by`
    by : what makes a group
    draws : how many times the providers of a group are drawn, with replacement
    seed : of the draws. The limits of a group depend on it and on the group's own rows, not on their order nor on
        what else is in the table. Groups of one size share their draws, so never set those of two groups side by side
    level : coverage

    Returns
    -------
    One row a group, in the order of their names: `by`, `value`, `lower`, `upper`, `se`, `bias`, `n` (providers),
    `method` and `reason`, which says why there are no limits, no upper limit, or no standard error.

    Raises
    ------
    ValueError
        when spend or a count is missing or negative, or the draws are fewer than 1,000.

    Notes
    -----
    With the share p of draws below the ratio, z0 = Phi^-1(p) (draws that equal it count half) and the acceleration
    a from leaving out one provider at a time, the limits are the Phi(z0 + (z0 + z) / (1 - a (z0 + z))) quantiles of the
    draws, z being the normal quantiles of both tails. A draw in which nothing is counted is without limit. Source:
    Efron (1987), Journal of the American Statistical Association 82, 171-185.

    >>> pairs = pd.DataFrame({"service": "a", "spend": [10, 20, 35, 10, 50, 20], "count": [2, 3, 4, 5, 6, 1]})
    >>> bootstrap_ratios(pairs, by=["service"], seed=1)[["value", "lower", "upper"]].round(0).iloc[0].tolist()
    [7.0, 4.0, 9.0]
    """
    if draws < 1_000 or not 0 < level < 1:
        raise ValueError(f"limits need 1,000 draws or more and a level between 0 and 1, not {draws} and {level}")
    _refuse_bad(pairs, by)
    # Sorted, so that the order of the rows makes no difference to what is drawn.
    rows = pairs.sort_values([*by, "count", "spend"], ignore_index=True)
    grouped = rows.groupby(by, sort=True)
    names = grouped.size().rename("n").reset_index()
    group = grouped.ngroup().to_numpy()
    starts = np.searchsorted(group, np.arange(len(names)))
    values = np.full((len(names), 5), np.nan)
    reasons = np.full(len(names), "", dtype=object)
    spend, count = (rows[name].to_numpy(dtype=float) for name in ("spend", "count"))
    for size in sorted(set(names["n"])):
        of_size = np.flatnonzero(names["n"] == size)
        places = starts[of_size][:, None] + np.arange(size)
        values[of_size], reasons[of_size] = bca_limits(
            spend[places], count[places], draws=draws, seed=seed, level=level
        )
    method = f"ratio of totals; BCa, {level * 100:.12g}%, {draws:,} draws of providers"
    table = pd.DataFrame(values, columns=["value", "lower", "upper", "se", "bias"])
    return pd.concat([names[by], table], axis=1).assign(n=names["n"], method=method, reason=reasons)


def bca_limits(spend: Array, count: Array, *, draws: int, seed: int, level: float) -> tuple[Array, NDArray[np.object_]]:
    """`bootstrap_ratios` on arrays: groups that all have as many providers.

    Parameters
    ----------
    spend, count : groups x providers

    Returns
    -------
    groups x (value, lower, upper, standard error, bias), and the reason of each group ("" where nothing is missing).
    """
    groups, size = spend.shape
    answers, reasons = np.full((groups, 5), np.nan), np.full(groups, "", dtype=object)
    has_cost = count.sum(axis=1) > 0
    reasons[~has_cost] = NONE_COUNTED
    answers[has_cost, 0] = spend[has_cost].sum(axis=1) / count[has_cost].sum(axis=1)
    if size < FEWEST_PROVIDERS:
        reasons[has_cost] = f"there are too few providers to draw from: {size}, and limits take {FEWEST_PROVIDERS}"
        return answers, reasons
    speed, why = _acceleration(spend, count)
    reasons[has_cost] = why[has_cost]
    open_ = np.flatnonzero(reasons == "")
    for start in range(0, len(open_), max(1, BLOCK // draws)):
        block = open_[start : start + max(1, BLOCK // draws)]
        drawn = _draw(spend[block], count[block], draws, seed)
        answers[block, 1:], reasons[block] = _read(drawn, answers[block, 0], speed[block], level)
    return answers, reasons


def _refuse_bad(pairs: pd.DataFrame, by: list[str]) -> None:
    require_columns(pairs, [*by, "spend", "count"])
    if pairs[by].isna().any(axis=None):
        raise ValueError(f"a row has no {' or no '.join(by)}, so it is in no group")
    for name in ("spend", "count"):
        values = pairs[name].astype(float)
        bad = ~(values >= 0) | np.isinf(values)
        if bad.any():
            raise ValueError(f"{name} is missing or negative in rows {list(pairs.index[bad])[:5]}: leave them out")


def _acceleration(spend: Array, count: Array) -> tuple[Array, NDArray[np.object_]]:
    """The skewness of the ratio as each provider is left out, over six; and why there is none."""
    left_spend = spend.sum(axis=1, keepdims=True) - spend
    left_count = count.sum(axis=1, keepdims=True) - count
    alone = ((count > 0).sum(axis=1) < 2) & (count.sum(axis=1) > 0)
    ratio = left_spend / np.where(left_count > 0, left_count, 1)
    apart = ratio.mean(axis=1, keepdims=True) - ratio
    apart[np.abs(apart) <= 1e-12 * np.abs(ratio).max(axis=1, keepdims=True)] = 0
    squares = (apart**2).sum(axis=1)
    speed = (apart**3).sum(axis=1) / np.where(squares > 0, 6 * squares**1.5, 1)
    return speed, np.select([alone, squares == 0], [ONE_COUNTS, ONE_RATIO], "").astype(object)


def _weights(size: int, draws: int, seed: int, step: int) -> Iterator[tuple[slice, Array]]:
    """How often each provider is drawn, `step` draws at a time; the same draws whatever the step."""
    generator = np.random.default_rng([seed, size])
    for start in range(0, draws, step):
        part = slice(start, min(start + step, draws))
        yield part, generator.multinomial(size, np.full(size, 1 / size), part.stop - start).astype(float)


def _draw(spend: Array, count: Array, draws: int, seed: int) -> Array:
    """The ratio of every draw, groups x draws; without limit where nothing is counted."""
    drawn = np.empty((len(spend), draws))
    step = max(1, BLOCK // 8 // max(spend.shape))  # smaller still: what is made on the way stays near the processor
    for part, weights in _weights(spend.shape[1], draws, seed, step):
        above, below = spend @ weights.T, count @ weights.T
        none = below == 0
        above[none], below[none] = np.inf, 1
        np.divide(above, below, out=drawn[:, part])
    return drawn


def _read(drawn: Array, value: Array, speed: Array, level: float) -> tuple[Array, NDArray[np.object_]]:
    """(lower, upper, standard error, bias) of each group, and what is missing; moves what is in `drawn`."""
    draws, at = drawn.shape[1], value[:, None]
    near = 1e-12 * at  # a draw of every provider once is the ratio itself, but for rounding
    tail = np.array([(1 - level) / 2, (1 + level) / 2])
    z0 = special.ndtri(((drawn < at - near).mean(axis=1) + (drawn <= at + near).mean(axis=1)) / 2)[:, None]
    usable = np.isfinite(z0[:, 0])
    z = np.where(np.isfinite(z0), z0, 0) + special.ndtri(tail)
    usable &= (speed[:, None] * z < 1).all(axis=1)
    share = special.ndtr(np.where(usable[:, None], z0 + z / np.where(usable[:, None], 1 - speed[:, None] * z, 1), 0))
    place = np.clip(np.ceil(share * draws).astype(int) - 1, 0, draws - 1)
    for row, wanted in zip(drawn, place, strict=True):
        row.partition(wanted)  # two quantiles of a row are all that is read, so it is not sorted
    limits = np.where(usable[:, None], np.take_along_axis(drawn, place, axis=1), np.nan)
    endless = np.isinf(drawn).sum(axis=1)
    finite = endless == 0
    held = drawn if finite.all() else drawn[finite]  # no copy where none is needed: draws are most of what is held
    se, bias = np.full(len(value), np.nan), np.full(len(value), np.nan)
    se[finite], bias[finite] = held.std(axis=1, ddof=1), held.mean(axis=1) - value[finite]
    no_upper = np.isinf(limits[:, 1])
    limits[np.isinf(limits)] = np.nan
    some = [f"in {k:,} of {draws:,} draws nothing was counted, so there is no standard error" for k in endless]
    reasons = np.select([~usable, no_upper, ~finite], [LOPSIDED, NO_UPPER, np.array(some, dtype=object)], "")
    return np.column_stack([limits, se, bias]), reasons.astype(object)
