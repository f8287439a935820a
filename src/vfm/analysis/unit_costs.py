"""Cost for each thing counted, with an interval or a bound, or why it cannot be said."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from vfm.analysis.preconditions import require_known, require_level, require_no_infinite
from vfm.vocabulary.results import CannotSay, Direction, Estimate, Result

EXACT_BELOW = 10  # the convention of the public health observatories: exact below 10 events, Byar from 10

EXACT, AT_MOST, AT_LEAST, UNKNOWN = Direction.EXACT, Direction.AT_MOST, Direction.AT_LEAST, Direction.UNKNOWN
SPEND_BOUND = {
    "as-published": EXACT,
    "at-most": AT_MOST,
    "at-least": AT_LEAST,
    "direction-unknown": UNKNOWN,
}
# A larger count makes a smaller cost, so a count that is "at least" makes a cost that is "at most".
COUNT_BOUND = {"as-published": EXACT, "plan": EXACT, "at-least": AT_MOST}


def poisson_interval(
    count: ArrayLike, *, level: float = 0.95, method: str = "auto"
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Limits for the mean of a Poisson count.

    Parameters
    ----------
    count : counts, not negative, of any shape
    level : coverage, between 0 and 1
    method : "exact" (chi-square quantiles), "byar", or "auto": exact below 10, Byar from 10

    Returns
    -------
    Lower and upper limits, of the shape of `count`.

    Notes
    -----
    Exact: half the chi-square quantiles with 2x and 2x + 2 degrees of freedom (Garwood 1936). Byar's
    approximation: x(1 - 1/9x - z/(3 sqrt x))^3, the upper limit with x + 1 (Breslow and Day 1987, p. 69). A
    lower limit that would be negative (a count of 1 at 99.8%) is 0.

    >>> lower, upper = poisson_interval(5)
    >>> round(float(lower), 3), round(float(upper), 3)
    (1.623, 11.668)
    """
    x = np.asarray(count, dtype=float)
    require_level(level)
    require_known(count=x.ravel())
    if method not in {"auto", "exact", "byar"}:
        raise ValueError(f'method is "auto", "exact" or "byar", not "{method}"')
    if (x < 0).any():
        raise ValueError("a count is not negative")
    exact = _exact_limits(x, level)
    if method == "exact":
        return exact
    byar = _byar_limits(x, level)
    if method == "byar":
        return byar
    small = x < EXACT_BELOW
    return np.where(small, exact[0], byar[0]), np.where(small, exact[1], byar[1])


def _exact_limits(x: NDArray[np.float64], level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    tail = (1 - level) / 2
    lower = np.where(x > 0, stats.chi2.ppf(tail, 2 * np.where(x > 0, x, 1)) / 2, 0.0)
    return lower, stats.chi2.isf(tail, 2 * x + 2) / 2


def _byar_limits(x: NDArray[np.float64], level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    z = stats.norm.isf((1 - level) / 2)
    positive = np.where(x > 0, x, 1)
    lower = np.where(x > 0, x * (1 - 1 / (9 * positive) - z / (3 * np.sqrt(positive))) ** 3, 0.0)
    more = x + 1
    return np.maximum(lower, 0), more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3


def unit_cost(
    spend: "pd.Series[float]", count: "pd.Series[float]", *, level: float = 0.95, method: str = "auto"
) -> pd.DataFrame:
    """Spend for each thing counted: the ratio, with the Poisson limits of the count inverted.

    Parameters
    ----------
    spend : pounds, taken as fixed, one row each
    count : what the spend bought, of the same index
    level : coverage of the interval
    method : as in `poisson_interval`

    Returns
    -------
    One row each: `value`, `lower`, `upper` in pounds for each thing; `n`, the count; and `reason`, which
    says why there is no value ("") or no upper limit. With no events the lower limit stands alone.

    Notes
    -----
    With spend C and a count of x whose limits are L and U, the cost is C/x and its interval C/U to C/L.

    >>> costs = unit_cost(pd.Series([65_000]), pd.Series([5]))
    >>> costs[["value", "lower", "upper"]].round(0).iloc[0].tolist()
    [13000.0, 5571.0, 40037.0]
    """
    if not spend.index.equals(count.index):
        raise ValueError("spend and count have different indexes: align them first")
    require_no_infinite(spend=spend, count=count)
    if (spend < 0).any():
        raise ValueError(f"spend is negative in {list(spend.index[spend < 0])}: net off reversals first")
    pounds, x = spend.astype(float), count.astype(float)
    known = pounds.notna() & x.notna()
    lower_count, upper_count = poisson_interval(x.where(known, 1), level=level, method=method)
    positive = known & (x > 0)
    reason = np.select(
        [pounds.isna(), x.isna(), x == 0],
        [
            "the spend is not known",
            "the count is not known",
            "nothing was counted: the cost is at least the lower limit",
        ],
        "",
    )
    has_upper = positive & (lower_count > 0)  # Byar's lower limit can fall to zero for a count of one or two
    reason = np.where(positive & ~has_upper, "the count may be as low as zero: the cost has no upper limit", reason)
    return pd.DataFrame(
        {
            "value": (pounds / x.where(positive)),
            "lower": (pounds / upper_count).where(known),
            "upper": pounds / pd.Series(lower_count, index=x.index).where(has_upper),
            "n": x,
            "reason": reason,
        },
        index=spend.index,
    )


def direction(spend_precision: str, count_precision: str) -> Direction:
    """Which way the true cost lies, from how exact the sources of its two parts are.

    Parameters
    ----------
    spend_precision : "as-published", "at-most", "at-least" or "direction-unknown"
    count_precision : "as-published", "at-least" or "plan"

    >>> str(direction("as-published", "at-least"))
    'at most'
    >>> str(direction("at-least", "at-least"))
    'about, direction unknown'
    """
    bounds = {SPEND_BOUND[spend_precision], COUNT_BOUND[count_precision]} - {EXACT}
    return bounds.pop() if len(bounds) == 1 else UNKNOWN if bounds else EXACT


def cost_matches(matched: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """The unit cost of every match, with its direction; an interval only where chance is what is uncertain.

    Parameters
    ----------
    matched : indexed by match, with `spend` (pounds), `value` (the count), `pounds_precision`,
        `value_precision`, `counted` (what one of the count is) and `denominator`

    Returns
    -------
    `matched` with `cost`, `lower`, `upper` (pounds for each thing), `direction`, `unit` and `reason`. A
    bound has no interval, for chance is not what makes it uncertain; nor has a plan or a number of grants,
    for they were decided.
    """
    costs = unit_cost(matched["spend"], matched["value"], level=level)
    ways = [
        str(direction(spend, count))
        for spend, count in zip(matched["pounds_precision"], matched["value_precision"], strict=True)
    ]
    decided = (matched["value_precision"] == "plan") | (matched["denominator"] == "grant")
    by_chance = (pd.Series(ways, index=matched.index) == "") & ~decided
    return matched.assign(
        cost=costs["value"],
        lower=costs["lower"].where(by_chance),
        upper=costs["upper"].where(by_chance),
        direction=ways,
        unit="£ per " + matched["counted"],
        reason_none=costs["reason"],
    )


def select(costs: pd.DataFrame, *, denominator: str) -> pd.DataFrame:
    """The costs of one kind of count, cheapest first, without plans: the kinds are never in one table.

    Parameters
    ----------
    costs : from `cost_matches`
    denominator : "person", "outcome" or "grant"

    Returns
    -------
    Its rows, with a `label` of service and period, `bound` ("exact" where the cost is none) and `basis` in words.
    """
    if denominator not in set(costs["denominator"]):
        raise ValueError(f'no cost is for each "{denominator}"; there are {sorted(set(costs["denominator"]))}')
    chosen = costs[(costs["denominator"] == denominator) & (costs["value_precision"] != "plan")]
    return chosen.sort_values(["cost", "period"]).assign(
        label=chosen["service"] + "\n" + chosen["period"],
        bound=chosen["direction"].replace("", "exact"),
        basis=chosen["basis"].map(BASES),
    )


def as_result(row: "pd.Series[float]", *, level: float) -> Result:
    """A row of `cost_matches` as a result: an estimate, a bound, or why nothing can be said."""
    if row["reason_none"]:
        return CannotSay(row["reason_none"])
    method = "ratio of totals"
    if pd.notna(row["lower"]):
        rule = "exact" if row["value"] < EXACT_BELOW else "Byar"
        method += f"; {level * 100:.12g}% {rule} Poisson limits of the count, inverted"
        return Estimate(row["cost"], row["lower"], row["upper"], n=row["value"], method=method)
    if row["direction"] == UNKNOWN:
        method += "; its parts are bounds or round, so no interval"
    elif row["direction"]:
        method += "; a bound"
    else:
        counted = "planned" if row["value_precision"] == "plan" else "decided"
        method += f"; the count was {counted}, so no interval"
    return Estimate(row["cost"], n=row["value"], method=method, direction=Direction(row["direction"]))


BASES = {
    "awards": "the awards found",
    "stated-elsewhere": "stated in a decision",
    "stated-spend": "stated with the result",
}
