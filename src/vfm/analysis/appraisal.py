"""Costs against benefits over years: present values, their ratio, payback, and the same with cautious assumptions."""

from dataclasses import dataclass, replace
from itertools import zip_longest
from math import isfinite

import numpy as np
import pandas as pd

from vfm.vocabulary.periods import FinancialYear
from vfm.vocabulary.results import CannotSay, Estimate, Result, Status

CASH = "cash"


@dataclass(frozen=True)
class Stream:
    """Pounds of year 0, year 1 and so on, which never mixes prices nor is discounted twice.

    Parameters
    ----------
    pounds : one sum a year, from year 0; after the last there is nothing
    prices : the financial year whose prices they are in ("2019-20": real), or "cash" for those of each year (nominal)
    discounted : whether they are already in present values
    status : the weakest of what they were made of

    Raises
    ------
    ValueError
        when a year is missing, there is none, or cash is said to be discounted.
    UsageError
        when the prices are no financial year.
    """

    pounds: tuple[float, ...]
    prices: str
    discounted: bool = False
    status: Status = Status.DERIVED

    def __post_init__(self) -> None:
        if not self.pounds:
            raise ValueError("a stream has at least year 0")
        missing = [year for year, pounds in enumerate(self.pounds) if not isfinite(pounds)]
        if missing:
            raise ValueError(f"a stream has every year, 0 where nothing flows; year {missing[0]} is not known")
        if self.prices != CASH:  # "2019/20" and "2019-20" are the same prices
            object.__setattr__(self, "prices", str(FinancialYear.parse(self.prices)))
        elif self.discounted:
            raise ValueError("cash is not discounted by real rates: bring it to the prices of one year first")


def combine(first: Stream, second: Stream, *, sign: int = 1) -> Stream:
    """Two streams added year by year, or the second taken from the first (`sign` -1).

    Raises
    ------
    ValueError
        when one is in the prices of another year, one is nominal and the other real, or just one is discounted.
    """
    if first.prices != second.prices:
        raise ValueError(f"{first.prices} prices do not go with {second.prices} prices: bring them to one year first")
    if first.discounted != second.discounted:
        raise ValueError("one stream is discounted and the other is not: discount neither or both, once")
    pairs = zip_longest(first.pounds, second.pounds, fillvalue=0.0)
    status = Status.of_result([first.status, second.status])
    return replace(first, pounds=tuple(one + sign * other for one, other in pairs), status=status)


def at_prices(stream: Stream, base: str, index: "pd.Series[float]", *, first_year: str) -> Stream | CannotSay:
    """The stream in the prices of one financial year: each sum x index(base) / index(its prices).

    Parameters
    ----------
    base : the financial year whose prices are wanted
    index : a deflator by financial year
    first_year : the financial year that is year 0; cash of year t is in the prices of the t-th after it

    Returns
    -------
    A real stream, or which year the deflator does not have.
    """
    start = FinancialYear.parse(first_year).first
    if stream.prices == CASH:
        years = [str(FinancialYear(start + t)) for t in range(len(stream.pounds))]
    else:
        years = [stream.prices] * len(stream.pounds)
    for year in (base, *years):
        if year not in index.index or not index[year] > 0:
            return CannotSay(f"the deflator has no value for {year}")
    pounds = tuple(float(sum_ * index[base] / index[year]) for sum_, year in zip(stream.pounds, years, strict=True))
    return replace(stream, pounds=pounds, prices=base)


def discount(stream: Stream, factors: "pd.Series[float]") -> Stream:
    """The stream in present values: each year times its factor. Year 0 is not discounted.

    Parameters
    ----------
    factors : from `discounting.discount_factors`, for as many years or more

    Raises
    ------
    ValueError
        when the stream is discounted already, is in cash, or outlasts the factors.
    """
    if stream.discounted:
        raise ValueError("the stream is discounted already: a second time would count the wait twice")
    if stream.prices == CASH:
        raise ValueError("Green Book rates are real: bring cash to the prices of one year first")
    years = range(len(stream.pounds))
    if list(factors.index[: len(years)]) != list(years) or factors.iloc[0] != 1:
        raise ValueError(f"the factors have to run from year 0, which is 1, to year {years[-1]}")
    pounds = tuple(float(x) for x in np.asarray(stream.pounds) * factors.to_numpy()[: len(years)])
    return replace(stream, pounds=pounds, discounted=True)


def present_value(stream: Stream, factors: "pd.Series[float]") -> Estimate:
    """The sum of the discounted years, in pounds of year 0.

    >>> factors = pd.Series([1, 1 / 1.035, 1 / 1.035**2], name="standard")
    >>> round(present_value(Stream((100, 50, 50), "2019-20"), factors).value, 2)
    194.98
    """
    years = len(stream.pounds)
    method = f"present value at {stream.prices} prices; {factors.name} rates; year 0 is not discounted"
    return Estimate(sum(discount(stream, factors).pounds), n=years, method=method, status=_derived(stream))


def net_present_value(benefits: Stream, costs: Stream, factors: "pd.Series[float]") -> Estimate:
    """Present value of benefits less that of costs.

    Raises
    ------
    ValueError
        as in `combine` and `discount`: mixed prices, cash, or a second discounting.

    >>> factors = pd.Series([1, 0.5], name="standard")
    >>> net_present_value(Stream((0, 30), "2019-20"), Stream((10,), "2019-20"), factors).value
    5.0
    """
    found = present_value(combine(benefits, costs, sign=-1), factors)
    return replace(found, method=f"benefits less costs; {found.method}")


def benefit_cost_ratio(benefits: Stream, costs: Stream, factors: "pd.Series[float]") -> Result:
    """Present value of benefits over that of costs. Under 1 is not poor value by itself (Green Book, 2026).

    >>> factors = pd.Series([1, 0.5], name="standard")
    >>> benefit_cost_ratio(Stream((0, 30), "2019-20"), Stream((10,), "2019-20"), factors).value
    1.5
    """
    combine(benefits, costs)  # refuses what cannot be set against each other
    above, below = present_value(benefits, factors), present_value(costs, factors)
    ratio = above.value / below.value if below.value > 0 else np.inf
    if not isfinite(ratio):
        return CannotSay("there are no costs, so benefits cannot be set over them")
    status = Status.of_result([above.status, below.status])
    years = max(above.n or 0, below.n or 0)
    return Estimate(ratio, n=years, method=f"benefits over costs; {below.method}", status=status)


def payback(net: Stream) -> Result:
    """The year from which the running sum of a net stream is never again below nothing.

    Parameters
    ----------
    net : benefits less costs; discounted or not, and the method says which

    Returns
    -------
    The year, 0 where nothing has to be paid back, or that it never is within the years given.

    >>> payback(Stream((-100, 60, 60), "2019-20")).value
    2
    """
    running = np.cumsum(net.pounds)
    scale = np.cumsum(np.abs(net.pounds))
    below = np.flatnonzero(running < -1e-12 * scale)  # what rounding leaves is nothing
    year = int(below[-1]) + 1 if len(below) else 0
    if year == len(running):
        return CannotSay(f"never: at the end of year {year - 1} it is not paid back")
    kind = "discounted" if net.discounted else "undiscounted"
    return Estimate(year, n=len(running), method=f"first year that stays paid back; {kind} sums", status=_derived(net))


def equivalent_annual(stream: Stream, factors: "pd.Series[float]") -> Estimate:
    """The same sum in each of the stream's years that has its present value: value over the sum of factors.

    Year 0 is one of the years, so a sum that never changes is its own equivalent.
    """
    found = present_value(stream, factors)
    years = len(stream.pounds)
    method = f"a year, over years 0 to {years - 1}; {found.method}"
    return replace(found, value=found.value / float(factors.iloc[:years].sum()), method=method)


def with_optimism_bias(costs: Stream, uplift: float) -> Stream:
    """Costs made higher by a proportion, for those who plan are known to be hopeful. A scenario.

    Source: HM Treasury, The Green Book, annex A5; the proportion comes from its table or from one's own record.
    """
    if not 0 <= uplift < np.inf:
        raise ValueError(f"optimism bias is a proportion added to costs, not {uplift}")
    pounds = tuple(sum_ * (1 + uplift) for sum_ in costs.pounds)
    return replace(costs, pounds=pounds, status=Status.of_result([costs.status, Status.SCENARIO]))


def distributional_weights(benefits: pd.DataFrame, *, median_income: float, elasticity: float) -> pd.DataFrame:
    """Benefits as they are beside what they are with a pound counting for more to those who have less.

    Parameters
    ----------
    benefits : `group`, `benefit` in pounds and `income`, in the same prices as the median
    median_income : of those who pay, whose weight is 1
    elasticity : of the marginal utility of income; 0 weighs everybody alike

    Returns
    -------
    `benefits` with `weight` and `weighted`, a sensitivity to show beside `benefit` and never instead of it.

    Raises
    ------
    ValueError
        when an income is not above nothing, a benefit is missing, or the elasticity is negative.

    Notes
    -----
    The weight is (median / income)^elasticity. Source: HM Treasury, The Green Book, annex A3.
    """
    if not (benefits["income"] > 0).all() or not median_income > 0:
        raise ValueError("a distributional weight needs incomes above nothing")
    if benefits["benefit"].isna().any():
        raise ValueError(f"the benefit is not known of {list(benefits.loc[benefits['benefit'].isna(), 'group'])}")
    if not elasticity >= 0:
        raise ValueError(f"the elasticity is not negative, and is {elasticity}")
    weight = (median_income / benefits["income"]) ** elasticity
    return benefits.assign(weight=weight, weighted=benefits["benefit"] * weight)


def _derived(stream: Stream) -> Status:
    return Status.of_result([stream.status])
