"""Social return: what outcomes are worth after what would have happened anyway. Not a Green Book ratio."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import isfinite

import pandas as pd

from vfm.analysis.appraisal import Stream, benefit_cost_ratio, combine
from vfm.vocabulary.results import CannotSay, Result, Status

CONVENTION = {0: "first outcomes in year 0, not discounted", 1: "first outcomes in year 1, discounted once"}


@dataclass(frozen=True)
class Outcome:
    """An outcome, what one is taken to be worth, and how much of it is the service's own.

    Parameters
    ----------
    name : of the outcome
    quantity : how many in the first year
    proxy : pounds for each
    prices : the financial year whose prices the proxy is in
    deadweight : share that would have happened anyway
    displacement : share that only moved from elsewhere
    attribution : share of the rest that is owed to others
    drop_off : share of what is left that is lost in each later year
    years : how many it lasts

    Raises
    ------
    ValueError
        when a share is not between 0 and 1, a quantity is negative, the years are not whole, or a number is missing.
    """

    name: str
    quantity: float
    proxy: float
    prices: str
    deadweight: float
    displacement: float
    attribution: float
    drop_off: float
    years: int

    def __post_init__(self) -> None:
        for share in ("deadweight", "displacement", "attribution", "drop_off"):
            if not 0 <= getattr(self, share) <= 1:
                raise ValueError(f'the {share} of "{self.name}" is a share between 0 and 1, not {getattr(self, share)}')
        if not 0 <= self.quantity < float("inf") or not isfinite(self.proxy):
            raise ValueError(f'"{self.name}" needs a quantity that is not negative, and a proxy')
        if self.years < 1 or self.years != int(self.years):
            raise ValueError(f'"{self.name}" lasts a whole number of years, not {self.years}')


def impact(outcome: Outcome, *, starts: int) -> Stream:
    """What an outcome is worth year by year, less what is not the service's own.

    Parameters
    ----------
    starts : 0 where the first outcomes fall in year 0 (Green Book), 1 where in year 1 (SROI Guide)

    Notes
    -----
    The first year is quantity x proxy x (1 - deadweight) x (1 - displacement) x (1 - attribution), and each later
    one the year before x (1 - drop-off). The shares multiply, never add. Source: the SROI Network, A Guide to Social
    Return on Investment (2012).

    >>> repeat = Outcome("no repeat", 120, 900, "2019-20", 0.25, 0.05, 0.3, 0.2, 3)
    >>> [round(pounds, 2) for pounds in impact(repeat, starts=1).pounds]
    [0.0, 53865.0, 43092.0, 34473.6]
    """
    if starts not in CONVENTION:
        raise ValueError(f"the first outcomes fall in year 0 or year 1, not {starts}")
    own = (1 - outcome.deadweight) * (1 - outcome.displacement) * (1 - outcome.attribution)
    first = outcome.quantity * outcome.proxy * own
    kept = (first * (1 - outcome.drop_off) ** year for year in range(outcome.years))
    return Stream((0.0,) * starts + tuple(kept), outcome.prices, status=Status.SCENARIO)


def impact_table(outcomes: Sequence[Outcome], *, starts: int) -> pd.DataFrame:
    """Every outcome and year as a row: `outcome`, `year`, `pounds`, `price_base`."""
    rows = [
        (outcome.name, year, pounds, outcome.prices)
        for outcome in outcomes
        for year, pounds in enumerate(impact(outcome, starts=starts).pounds)
        if year >= starts
    ]
    return pd.DataFrame(rows, columns=["outcome", "year", "pounds", "price_base"])


def social_return(outcomes: Sequence[Outcome], inputs: Stream, factors: "pd.Series[float]", *, starts: int) -> Result:
    """Present value of the outcomes over that of what was put in.

    Parameters
    ----------
    inputs : what was put in, in the same prices as the proxies
    factors : from `discounting.discount_factors`
    starts : as in `impact`; the two conventions differ by the first year's rate, and the method says which

    Returns
    -------
    The ratio, a scenario, or why there is none. Those of different services cannot be compared: their proxies differ.

    Raises
    ------
    ValueError
        when prices are mixed, or something is discounted already.
    """
    if not outcomes:
        return CannotSay("no outcome is given")
    worth = reduce(combine, [impact(outcome, starts=starts) for outcome in outcomes])
    ratio = benefit_cost_ratio(worth, inputs, factors)
    if isinstance(ratio, CannotSay):
        return CannotSay("nothing was put in, so outcomes cannot be set over it")
    return replace(ratio, method=f"social return, {CONVENTION[starts]}; {ratio.method}")
