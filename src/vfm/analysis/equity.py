"""How evenly something is shared, and whether it goes to where the need is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from vfm.analysis.preconditions import require_no_infinite
from vfm.vocabulary.results import CannotSay, Estimate

Floats = NDArray[np.float64]
Z95 = float(stats.norm.isf(0.025))


@dataclass(frozen=True)
class Index(Estimate):
    """A measure of how something is shared, with its standard error.

    The error is that of rows drawn from many like them. Where the rows are all there are (every borough), it says
    how far the measure leans on single rows. Of few rows it is rough.
    """

    se: float = 0.0


@dataclass(frozen=True)
class _Shared:
    """A concentration index with what single rows do to it.

    `value` and `mean` belong to the index C and to the amounts; `pull` and `off` say by how much a row that
    gets more weight moves each of them (their influence functions). `weight` sums to 1.
    """

    value: float
    mean: float
    pull: Floats
    off: Floats
    weight: Floats

    def index(self, value: float, pull: Floats, method: str) -> Index:
        se = float(np.sqrt((self.weight**2 * pull**2).sum()))
        ends = value - Z95 * se, value + Z95 * se
        return Index(value, *ends, n=len(pull), method=f"{method}; 95% by the influence of each row", se=se)


def gini(values: "pd.Series[float]", *, weights: "pd.Series[float] | None" = None) -> Index | CannotSay:
    """The Gini coefficient: 0 where all have the same, towards 1 where one has all.

    Parameters
    ----------
    values : amounts, not negative, one row each: of groups (boroughs) the amount per head
    weights : how many people each row stands for; by default the same for each

    Returns
    -------
    The coefficient of all the people (the population form, without n / (n - 1)), with a 95% interval.

    Notes
    -----
    The concentration index of the values ranked by themselves.
    Source: Lerman and Yitzhaki (1984), Economics Letters 15, 363-368.

    >>> round(gini(pd.Series([1.0, 1, 1, 5])).value, 3)
    0.375
    """
    shared = _concentration(values, values, weights)
    return shared if isinstance(shared, CannotSay) else shared.index(shared.value, shared.pull, "Gini")


def concentration_index(
    values: "pd.Series[float]", rank_by: "pd.Series[float]", *, weights: "pd.Series[float] | None" = None
) -> Index | CannotSay:
    """Who has more: above 0 those with the higher rank, below 0 those with the lower, 0 neither.

    Parameters
    ----------
    values : amounts, not negative, one row each: of groups the amount per head
    rank_by : what the rows are ranked by, lowest first (a deprivation score: most deprived last); ties share a rank
    weights : how many people each row stands for

    Notes
    -----
    C = 2 cov(value, R) / mean, with R the share of people below plus half of those level. The error is by the
    influence function, which for equal weights is Kakwani, Wagstaff and van Doorslaer (1997), Journal of
    Econometrics 77, 87-103.

    >>> index = concentration_index(pd.Series([1.0, 2, 3]), pd.Series([10, 20, 30]))
    >>> round(index.value, 4)
    0.2222
    """
    shared = _concentration(values, rank_by, weights)
    return shared if isinstance(shared, CannotSay) else shared.index(shared.value, shared.pull, "concentration index")


def generalised_index(
    values: "pd.Series[float]", rank_by: "pd.Series[float]", *, weights: "pd.Series[float] | None" = None
) -> Index | CannotSay:
    """The concentration index times the mean, in the unit of the values: how far apart, not only in which order."""

    def by_mean(mean: float) -> tuple[float, float]:
        return mean, 1.0

    return _scaled(_concentration(values, rank_by, weights), by_mean, "generalised concentration index")


def wagstaff_index(
    values: "pd.Series[float]",
    rank_by: "pd.Series[float]",
    *,
    bounds: tuple[float, float],
    weights: "pd.Series[float] | None" = None,
) -> Index | CannotSay:
    """The concentration index of something with a lowest and a highest value, as a share of the most it could be.

    Notes
    -----
    mean C (b - a) / ((b - mean)(mean - a)) for values from a to b.
    Source: Wagstaff (2005), Health Economics 14, 429-432.
    """
    low, high = _require_bounds(values, bounds)

    def by_mean(mean: float) -> tuple[float, float]:
        room = (high - mean) * (mean - low)
        factor = mean * (high - low) / room
        return factor, factor * (1 / mean + 1 / (high - mean) - 1 / (mean - low))

    if (values == low).all() or (values == high).all():
        return CannotSay("every value is at the same bound")
    return _scaled(_concentration(values, rank_by, weights), by_mean, f"Wagstaff, from {low:g} to {high:g}")


def erreygers_index(
    values: "pd.Series[float]",
    rank_by: "pd.Series[float]",
    *,
    bounds: tuple[float, float],
    weights: "pd.Series[float] | None" = None,
) -> Index | CannotSay:
    """The concentration index of something with a lowest and a highest value, the same for reaching as for missing it.

    Notes
    -----
    4 mean C / (b - a) for values from a to b. Source: Erreygers (2009), Journal of Health Economics 28, 504-515.
    """
    low, high = _require_bounds(values, bounds)

    def by_mean(mean: float) -> tuple[float, float]:
        return 4 * mean / (high - low), 4 / (high - low)

    return _scaled(_concentration(values, rank_by, weights), by_mean, f"Erreygers, from {low:g} to {high:g}")


def kakwani_index(
    funding: "pd.Series[float]", need: "pd.Series[float]", *, weights: "pd.Series[float] | None" = None
) -> Index | CannotSay:
    """Whether funding follows need more than in proportion (above 0), in proportion (0), or less (below 0).

    Parameters
    ----------
    funding, need : amounts, not negative, one row each: of groups both per head
    weights : how many people each row stands for

    Notes
    -----
    The concentration index of funding ranked by need, less the Gini coefficient of need. Source: Kakwani (1977),
    Economic Journal 87, 71-80.

    >>> kakwani_index(pd.Series([2.0, 4, 6]), pd.Series([1.0, 2, 3])).value
    0.0
    """
    paid, needed = _concentration(funding, need, weights), _concentration(need, need, weights)
    if isinstance(paid, CannotSay):
        return paid
    if isinstance(needed, CannotSay):
        return needed
    return paid.index(paid.value - needed.value, paid.pull - needed.pull, "Kakwani")


def lorenz(
    values: "pd.Series[float]",
    *,
    rank_by: "pd.Series[float] | None" = None,
    weights: "pd.Series[float] | None" = None,
) -> pd.DataFrame:
    """The points of a Lorenz curve, or ranked by something else of a concentration curve: `people` and `amount`.

    Returns
    -------
    From 0 and 0 to 1 and 1, the share of people, lowest first, and what share they have. Rows with the same rank are
    one step, for nothing says which of them comes first.
    """
    order, share = _require_same(values, values if rank_by is None else rank_by, weights)
    if not values.sum() > 0:
        raise ValueError("nothing was given, so it has no shares")
    rows = pd.DataFrame({"people": share, "amount": values.to_numpy() * share}).groupby(order).sum()
    points = (rows.cumsum() / rows.sum()).to_numpy()
    return pd.DataFrame(np.vstack([[0.0, 0.0], points]), columns=["people", "amount"])


def theil(
    values: "pd.Series[float]",
    *,
    groups: "pd.Series[str] | None" = None,
    weights: "pd.Series[float] | None" = None,
) -> pd.DataFrame:
    """Theil's two measures, each split exactly into what lies between groups and what lies within them.

    Parameters
    ----------
    values : amounts, not negative, one row each: of groups of people the amount per head
    groups : which group each row is in; by default all in one
    weights : how many people each row stands for

    Returns
    -------
    Rows "T" and "L": `total`, `between`, `within`, one column `within <group>` for what each group adds to
    `within`, `n` and `reason` why there is none (""). L, the mean log deviation, has none where an amount is zero.

    Notes
    -----
    With x = value / mean and w the shares of people, T = sum w x ln x (0 ln 0 = 0) and L = -sum w ln x. Between:
    the same of the groups' means. Within: each group's own, weighted by its share of the amount (T) or of the
    people (L). Source: Shorrocks (1980), Econometrica 48, 613-625.
    """
    _, share = _require_same(values, values, weights)
    one = pd.Series("all", index=values.index) if groups is None else groups
    if not one.index.equals(values.index) or one.isna().any():
        raise ValueError("every row is in a group: give the groups on the index of the values")
    mean = float((values * share).sum())
    if not mean > 0:
        nothing = {"total": np.nan, "between": np.nan, "within": np.nan, "n": len(values)}
        return pd.DataFrame([nothing] * 2, index=["T", "L"]).assign(reason="nothing was given, so it has no shares")
    rows = pd.DataFrame({"x": values.to_numpy(dtype=float) / mean, "w": share}, index=one.to_numpy())
    return pd.DataFrame({name: _split(rows, name) for name in ("T", "L")}).T.infer_objects()


def _split(rows: pd.DataFrame, name: str) -> "pd.Series[float]":
    if name == "L" and (rows["x"] == 0).any():
        why = "an amount is zero, and zero has no logarithm"
        return pd.Series({"total": np.nan, "between": np.nan, "within": np.nan, "n": len(rows), "reason": why})
    by_group = (rows["x"] * rows["w"]).groupby(level=0).sum()
    people = rows["w"].groupby(level=0).sum()
    relative = (rows["x"] / (by_group / people).reindex(rows.index)).fillna(0)  # a group with nothing has 0 of 0
    own = pd.Series(ENTROPY[name](relative.to_numpy(), rows["w"].to_numpy()), index=rows.index).groupby(level=0).sum()
    within = own * (by_group / people if name == "T" else 1)
    between = float(ENTROPY[name]((by_group / people).to_numpy(), people.to_numpy()).sum())
    parts = {"total": between + within.sum(), "between": between, "within": within.sum()}
    return pd.Series({**parts, **within.add_prefix("within "), "n": len(rows), "reason": ""})


ENTROPY: dict[str, Callable[[Floats, Floats], Floats]] = {
    "T": lambda x, w: w * x * np.log(np.where(x > 0, x, 1)),
    "L": lambda x, w: -w * np.log(x),
}


# ---- what they share


def _require_same(
    values: "pd.Series[float]", rank_by: "pd.Series[float]", weights: "pd.Series[float] | None"
) -> tuple[Floats, Floats]:
    """What the rows are ranked by, and the share of people of each."""
    people = pd.Series(1.0, index=values.index) if weights is None else weights
    if not (values.index.equals(rank_by.index) and values.index.equals(people.index)):
        raise ValueError("values, ranks and weights have different indexes: align them first")
    require_no_infinite(values=values, ranks=rank_by, weights=people)
    missing = values.isna() | rank_by.isna() | people.isna()
    if missing.any():
        raise ValueError(f"a value, rank or weight is not known for {list(values.index[missing])}: leave them out")
    if (values < 0).any() or (people <= 0).any():
        raise ValueError("a value is not negative, and a weight is over zero")
    return rank_by.to_numpy(dtype=float), people.to_numpy(dtype=float) / people.sum()


def _require_bounds(values: "pd.Series[float]", bounds: tuple[float, float]) -> tuple[float, float]:
    low, high = bounds
    if not low < high or not values.dropna().between(low, high).all():
        raise ValueError(f"the values are not all between the bounds, {low:g} and {high:g}")
    return low, high


def _concentration(
    values: "pd.Series[float]", rank_by: "pd.Series[float]", weights: "pd.Series[float] | None"
) -> _Shared | CannotSay:
    order, share = _require_same(values, rank_by, weights)
    if len(values) < 2:
        return CannotSay("of one row or none nothing is shared")
    y = values.to_numpy(dtype=float)
    mean = float((share * y).sum())
    if not mean > 0:
        return CannotSay("nothing was given, so it has no shares")
    groups, place = np.unique(order, return_inverse=True)
    if len(groups) < 2 and rank_by is not values:
        return CannotSay("all rows have the same rank, so none comes before another")
    people, amount = np.bincount(place, share), np.bincount(place, share * y) / mean
    rank = (np.cumsum(people) - people / 2)[place]
    # twice the area under the curve up to the middle of the row's step: what lies below it of the amount
    curve = (2 * np.cumsum(amount) - amount)[place]
    value = float(2 * (share * y * rank).sum() / mean - 1)
    pull = y / mean * (2 * rank - 1 - value) + 1 - curve - value
    return _Shared(value, mean, pull, y - mean, share)


def _scaled(
    shared: _Shared | CannotSay, by_mean: Callable[[float], tuple[float, float]], method: str
) -> Index | CannotSay:
    """An index that is C times a factor of the mean; `by_mean` gives the factor and its slope."""
    if isinstance(shared, CannotSay):
        return shared
    factor, slope = by_mean(shared.mean)
    return shared.index(shared.value * factor, shared.pull * factor + shared.value * slope * shared.off, method)
