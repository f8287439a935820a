"""Inference where few places stand behind an estimate: there errors clustered by place, made for many, are too small.

Two answers, each with its own premise. The wild cluster bootstrap keeps who was treated and turns the signs of what the
model leaves over, place by place: places need not vary alike. Reassignment deals the starts out again among the places,
as though they had been drawn by lot. Both turn a test round: the interval is every effect that it does not reject.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, factorial, log2, prod

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vfm.vocabulary.results import CannotSay, Estimate, Result

Floats = NDArray[np.float64]

FEW = 30  # clusters: with fewer, errors that allow for likeness within them are too small
FEW_OF_A_KIND = 10  # treated, or not treated: the same, however many there are of the other kind
MOST_AT_ONCE = 4_096  # patterns or assignments up to which each is taken once; past it they are drawn
DRAWS, DEALS = 1_999, 9_999  # of signs, and of starts
NEAR = 1e-9  # statistics as near as this, in proportion, are the same
FARTHEST = 2.0**20  # in plain errors from the estimate: what is not rejected there is not rejected anywhere

NO_EFFECT = "no-effect-p"
NO_GENERATOR = "signs or starts are drawn for so many places: pass a seeded generator"


def are_few(*, treated: int, others: int) -> bool:
    """Whether so many treated clusters, and others, are too few for a clustered error."""
    return treated + others < FEW or min(treated, others) < FEW_OF_A_KIND


@dataclass(frozen=True, eq=False)
class Cleared:
    """One coefficient of a regression with all else taken out of it.

    Parameters
    ----------
    outcome, regressor : what is left of them; the coefficient is that of one on the other
    clusters : the code (0, 1, ...) of every observation's cluster
    clear : takes all else out of columns, one row an observation
    """

    outcome: Floats
    regressor: Floats
    clusters: NDArray[np.int64]
    clear: Callable[[Floats], Floats]

    @classmethod
    def of_regression(
        cls, outcome: "pd.Series[float]", one: "pd.Series[float]", others: pd.DataFrame, *, clusters: NDArray[np.int64]
    ) -> "Cleared":
        """The coefficient of `one` in least squares of `outcome` on it and the `others`."""
        span = np.linalg.qr(others.to_numpy(dtype=float))[0]

        def clear(columns: Floats) -> Floats:
            return columns - span @ (span.T @ columns)

        left = clear(np.column_stack([outcome.astype(float), one.astype(float)]))
        return cls(left[:, 0], left[:, 1], clusters, clear)

    @property
    def value(self) -> float:
        return float(self.regressor @ self.outcome / (self.regressor @ self.regressor))


class WildBootstrap:
    """The wild cluster bootstrap of one coefficient, with what is tested imposed.

    Parameters
    ----------
    cleared : the coefficient
    generator : seeded; with so few clusters that each pattern of signs is taken once, none is needed
    draws : how many, where they are drawn

    Notes
    -----
    What the model leaves over under the null is multiplied by 1 or -1 for each cluster, and the coefficient and its
    clustered error are worked out again; p is the share of t as far from the null as the one found (Cameron, Gelbach
    and Miller 2008, p. 417). All of it is linear in the signs, so no regression is run again (Roodman and others 2019).
    """

    def __init__(self, cleared: Cleared, generator: np.random.Generator | None = None, *, draws: int = DRAWS):
        if draws < 99:
            raise ValueError(f"a p needs 99 draws at least, not {draws}")
        self.cleared, self.count = cleared, int(cleared.clusters.max()) + 1
        self.every = 2**self.count <= MOST_AT_ONCE
        if not self.every and generator is None:
            raise ValueError(NO_GENERATOR)
        self.signs = _patterns(self.count) if self.every or generator is None else _drawn(self.count, draws, generator)
        x, own = cleared.regressor, np.eye(self.count)[cleared.clusters]
        self._of_outcome, self._of_regressor = (own * column[:, None] for column in (cleared.outcome, x))
        self._in_cluster = own.T * x
        self._left = [self._in_cluster @ cleared.clear(each) for each in (self._of_outcome, self._of_regressor)]
        self._turned = [left @ self.signs for left in self._left]
        self._sums = [x @ each for each in (self._of_outcome, self._of_regressor)]

    def p(self, null: float = 0.0) -> float:
        """Two-sided p of the coefficient being `null`."""
        found = self._squared(null, np.ones((self.count, 1)), [left.sum(axis=1, keepdims=True) for left in self._left])
        beyond = int((self._squared(null, self.signs, self._turned) >= found * (1 - NEAR)).sum())
        return beyond / self.signs.shape[1] if self.every else (beyond + 1) / (self.signs.shape[1] + 1)

    def _squared(self, null: float, signs: Floats, turned: list[Floats]) -> Floats:
        """t squared, but for the factor that all have: of each column of signs."""
        of_regressor = self._sums[1]
        off = (self._sums[0] - null * of_regressor) @ signs / of_regressor.sum()
        scores = turned[0] - null * turned[1] - np.outer(of_regressor, off)
        spread = (scores**2).sum(axis=0)
        return np.divide(off**2, spread, out=np.full_like(off, np.inf), where=spread > 0)

    def interval(self, coverage: float) -> tuple[float, float] | CannotSay:
        """Every value of the coefficient that is not rejected; or why there is no such interval.

        With c clusters the smallest p is 2 in 2^c, so that with fewer than six nothing is rejected at 5%.
        """
        wanted = ceil(log2(2 / (1 - coverage)) - NEAR)
        if self.count < wanted:
            return CannotSay(
                f"{self.count} places are too few: from fewer than {wanted} there is no interval of "
                f"{coverage * 100:.12g}%, whatever the figures are"
            )
        ends = [self._end(side, 1 - coverage) for side in (-1, 1)]
        if not np.isfinite(ends).all():
            return CannotSay("so few places are treated, or untreated, that no size of effect can be ruled out")
        return ends[0], ends[1]

    def _end(self, side: int, alpha: float) -> float:
        cleared = self.cleared
        plain = np.sqrt(((self._in_cluster @ (cleared.outcome - cleared.value * cleared.regressor)) ** 2).sum())
        unit = float(plain / (cleared.regressor @ cleared.regressor))
        inside, outside = 0.0, 1.0
        while self.p(cleared.value + side * outside * unit) > alpha:
            inside, outside = outside, outside * 2
            if outside > FARTHEST:
                return side * np.inf
        while outside - inside > 1e-6 * outside:
            middle = (inside + outside) / 2
            if self.p(cleared.value + side * middle * unit) > alpha:
                inside = middle
            else:
                outside = middle
        return float(cleared.value + side * outside * unit)

    @property
    def words(self) -> str:
        """How an interval was made, for its method."""
        how = f"all {self.signs.shape[1]:,} patterns" if self.every else f"{self.signs.shape[1]:,} draws"
        return f"wild cluster bootstrap of {self.count} units, {how}"


def _patterns(count: int) -> Floats:
    return np.array(np.meshgrid(*[[1.0, -1.0]] * count)).reshape(count, -1)


def _drawn(count: int, draws: int, generator: np.random.Generator) -> Floats:
    return generator.choice(np.array([1.0, -1.0]), size=(count, draws))


def of_few(
    estimate: Estimate,
    cleared: Cleared,
    *,
    few: bool,
    coverage: float,
    generator: np.random.Generator | None,
    method: str,
) -> tuple[Estimate, dict[str, Result]] | CannotSay:
    """An estimate as it is or, where its places are `few`, with the interval of the wild cluster bootstrap.

    Returns
    -------
    The estimate, and by `NO_EFFECT` the p of no effect where it was bootstrapped; or why there is no interval.
    """
    if not few:
        return estimate, {}
    boot = WildBootstrap(cleared, generator)
    ends = boot.interval(coverage)
    if isinstance(ends, CannotSay):
        return ends
    found = Estimate(cleared.value, *ends, n=estimate.n, method=f"{method}; interval by {boot.words}")
    return found, {NO_EFFECT: Estimate(boot.p(), n=estimate.n, method=boot.words)}


# ---- starts dealt out again


@dataclass(frozen=True, eq=False)
class Assignments:
    """Who starts when, as it was and as it might have been dealt out.

    Parameters
    ----------
    labels : rows of assignments by columns of places: which start each place has; the first row is as it was
    every : whether each assignment stands there once; otherwise the others were drawn
    """

    labels: NDArray[np.int64]
    every: bool

    @classmethod
    def of(
        cls, labels: NDArray[np.int64], generator: np.random.Generator | None, *, draws: int = DEALS
    ) -> "Assignments":
        """Every other way to deal out the same starts, or so many that are drawn."""
        sizes = np.unique_counts(labels).counts
        count = factorial(len(labels)) // prod(factorial(int(size)) for size in sizes)
        if count <= MOST_AT_ONCE:
            others = [np.array(other) for other in _dealt(sorted(labels.tolist()))]
            return cls(np.array([labels, *(other for other in others if (other != labels).any())]), every=True)
        if generator is None:
            raise ValueError(NO_GENERATOR)
        return cls(np.vstack([labels, generator.permuted(np.tile(labels, (draws, 1)), axis=1)]), every=False)

    @property
    def words(self) -> str:
        """How an interval was made, for its method."""
        rows, units = self.labels.shape
        ways = f"all {rows:,} ways" if self.every else f"{rows - 1:,} ways that were drawn"
        return f"starts dealt out among {units} units as though by lot, {ways}"


def _dealt(labels: list[int]) -> Iterator[tuple[int, ...]]:
    """Every order of labels that may be alike, once each."""
    if not labels:
        yield ()
    for label in sorted(set(labels)):
        rest = labels.copy()
        rest.remove(label)
        yield from ((label, *more) for more in _dealt(rest))


def reassigned(
    loads: Floats, values: Floats, step: Floats, assignments: Assignments, *, coverage: float
) -> tuple[float, float, float] | CannotSay:
    """An estimate that is linear in the outcomes with its interval, by starts dealt out again.

    Parameters
    ----------
    loads : the weight that the estimate gives to an outcome, by label and time
    values : outcomes, by place and time
    step : the same with 1 wherever a place has the effect that is asked about, and 0 elsewhere
    coverage : of the interval

    Returns
    -------
    The estimate and its two ends; or why there is none.

    Notes
    -----
    An effect of b everywhere is rejected where, with b taken off those who had it, few assignments give an estimate as
    far from 0 as the one that was (Rosenbaum 2002, ch. 2). An assignment whose estimates of the outcomes and of the
    step are a and h holds b while (a - bh)^2 >= (a0 - b)^2: between the roots, a0 always among them. So p falls on both
    sides of a0, and the ends are order statistics of the roots.
    """
    of_values, of_step = (
        np.take_along_axis(loads @ each.T, assignments.labels, axis=0).sum(axis=1) for each in (values, step)
    )
    found, count = float(of_values[0]), len(of_values)
    allowed = int(np.floor((1 - coverage) * count + NEAR))  # so many may hold a value that is still rejected
    if allowed < 1:
        wanted = ceil(1 / (1 - coverage) - NEAR)
        return CannotSay(
            f"the starts can be dealt out in {count} ways only: from fewer than {wanted} there is no interval of "
            f"{coverage * 100:.12g}%, whatever the figures are"
        )
    lower, upper = _roots(found, of_values, of_step)
    ends = float(np.sort(lower)[allowed]), float(np.sort(upper)[-1 - allowed])
    if not np.isfinite(ends).all():
        return CannotSay("so few starts can be dealt out otherwise that no size of effect can be ruled out")
    return found, *ends


def _roots(found: float, a: Floats, h: Floats) -> tuple[Floats, Floats]:
    """Between which b it is that (a - bh)^2 >= (found - b)^2, for |h| <= 1: two lines cross where they are equal."""
    crossings, same = np.empty((2, len(a))), 1e-12 * (abs(found) + np.abs(a))
    for line, (gap, apart) in enumerate(((found - a, 1 - h), (found + a, 1 + h))):
        parallel = (
            np.abs(apart) < NEAR
        )  # one line then: all b hold where both are it, else all on one side of the other
        beyond = np.select([np.abs(gap) <= same, gap < 0], [np.nan, -np.inf], np.inf)
        crossings[line] = np.where(parallel, beyond, gap / np.where(parallel, 1, apart))
    whole = np.isnan(crossings).any(axis=0)
    lower, upper = np.sort(crossings, axis=0)
    return np.where(whole, -np.inf, np.minimum(lower, found)), np.where(whole, np.inf, np.maximum(upper, found))
