"""How far a sum has grown, in cash and in real terms, and an exact accounting split of the growth."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd

from vfm.vocabulary.results import CannotSay, Estimate, Result, Status

Interval = tuple[float, float, float]


def rounded(value: float, rounded_to: float) -> Interval:
    """A rounded figure as (lower, value, upper): what it may have been before rounding.

    >>> rounded(23_600_000, 100_000)
    (23550000.0, 23600000, 23650000.0)
    """
    return value - rounded_to / 2, value, value + rounded_to / 2


def over_rounding(formula: Callable[..., float], *inputs: Interval, method: str) -> Estimate:
    """A formula of rounded inputs, with the range that their rounding allows.

    The range is taken over the corners of the box of inputs, which is exact for a formula that only rises
    or only falls in each input, as every formula here does.

    >>> over_rounding(lambda a, b: b - a, (23.55, 23.6, 23.65), (53.55, 53.6, 53.65), method="difference").upper
    30.1
    """
    corners = [formula(*corner) for corner in product(*[(low, high) for low, _, high in inputs])]
    value = formula(*[middle for _, middle, _ in inputs])
    lower, upper = (round(x, 12) for x in (min(corners), max(corners)))
    return Estimate(value, min(lower, value), max(upper, value), method=method)


def annual_growth(start: float, end: float, years: int) -> float:
    """Compound annual growth: (end / start)^(1 / years) - 1, as a proportion a year.

    >>> round(annual_growth(23.6, 53.6, 7), 3)
    0.124
    """
    if start <= 0 or end <= 0 or years <= 0:
        raise ValueError("compound growth needs two positive sums and at least a year between them")
    return float((end / start) ** (1 / years) - 1)


def deflator_index(deflator: pd.DataFrame) -> "pd.Series[float]":
    """The index of one vintage by financial year; a forecast year is chained on by its change.

    Parameters
    ----------
    deflator : rows of one vintage with `financial_year`, `index` and `pct_change` (per cent)

    Raises
    ------
    ValueError
        when more than one vintage is given: two vintages are never mixed.
    """
    if deflator["vintage"].nunique() != 1:
        raise ValueError("a deflator has one vintage: choose it first")
    chained: dict[str, float] = {}
    last = np.nan
    for row in deflator.sort_values("financial_year").itertuples():
        last = row.index if not np.isnan(row.index) else last * (1 + row.pct_change / 100)
        chained[row.financial_year] = last
    return pd.Series(chained, name="deflator").dropna()


def real_terms(amount: float, year: str, base: str, index: "pd.Series[float]") -> Result:
    """Cash of `year` in the prices of `base`: amount x index(base) / index(year).

    Source: HM Treasury, How to use the GDP deflator series.

    >>> index = pd.Series({"2012-13": 78.9011, "2019-20": 88.934})
    >>> round(real_terms(23_600_000, "2012-13", "2019-20", index).value)
    26600927
    """
    for wanted in (year, base):
        if wanted not in index.index:
            return CannotSay(f"the deflator has no value for {wanted}")
    return Estimate(amount * index[base] / index[year], method="GDP deflator")


def log_mean(a: "np.ndarray", b: "np.ndarray") -> "np.ndarray":
    """The logarithmic mean (a - b) / (ln a - ln b), and a where the two are equal.

    Source: Ang (2004), Energy Policy 32, 1131-1139.
    """
    a, b = np.asarray(a, float), np.asarray(b, float)
    ratio = np.log(a) - np.log(b)
    near = np.abs(ratio) < 1e-8  # the difference quotient loses its digits; the mean of the two does not
    return np.where(near, (a + b) / 2, (a - b) / np.where(near, 1, ratio))


def decompose_change(start: pd.DataFrame, end: pd.DataFrame) -> "pd.Series[float]":
    """Split the change of a total into the effects of its factors: additive LMDI-I, exact.

    Parameters
    ----------
    start, end : one row a part (a sector, a service), one column a factor; the product along a row is the
        part, and the sum of the parts is the total

    Returns
    -------
    The effect of each factor, in the unit of the total. They sum to the change, with nothing left over.

    Notes
    -----
    The effect of factor k is the sum over parts of L(V1, V0) ln(x1k / x0k), with L the logarithmic mean.
    An accounting identity: it says how the factors moved, not why the total did.

    >>> one = pd.DataFrame({"price": [1.0], "volume": [100.0]})
    >>> decompose_change(one, 2 * one).round(6).tolist()
    [150.0, 150.0]
    """
    if list(start.columns) != list(end.columns) or not start.index.equals(end.index):
        raise ValueError("both ends need the same parts and the same factors")
    if not ((start > 0).all(axis=None) and (end > 0).all(axis=None)):
        raise ValueError("every factor of every part has to be positive")
    weight = log_mean(end.prod(axis=1).to_numpy(), start.prod(axis=1).to_numpy())
    effects = np.log(end.to_numpy() / start.to_numpy()) * weight[:, None]
    return pd.Series(effects.sum(axis=0), index=start.columns, name="effect")


def split_growth(
    start: Interval, end: Interval, price: float, population: tuple[float, float], crime: tuple[float, float]
) -> pd.DataFrame:
    """Split a budget's growth into prices, population, recorded crime per head and real pounds per crime.

    Parameters
    ----------
    start, end : the two sums in cash, each (lower, value, upper)
    price : index of prices at the end over that at the start
    population, crime : people and recorded crimes at the start and at the end

    Returns
    -------
    One row a factor: `value`, `lower`, `upper` in pounds of cash, and `label`. The values sum to the change.
    """
    labels = {
        "prices": "Prices",
        "population": "Population",
        "crime-per-head": "Recorded crime per head",
        "real-per-crime": "Real pounds per recorded crime",
    }

    def factors(cash: float, price: float, people: float, crimes: float) -> pd.DataFrame:
        row = [price, people, crimes / people, cash / price / crimes]
        return pd.DataFrame([row], columns=list(labels))

    def effect(factor: str) -> Callable[[float, float], float]:
        def of(low: float, high: float) -> float:
            first = factors(low, 1, population[0], crime[0])
            return float(decompose_change(first, factors(high, price, population[1], crime[1]))[factor])

        return of

    rows = {name: over_rounding(effect(name), start, end, method="LMDI-I") for name in labels}
    return pd.DataFrame(
        {
            "label": pd.Series(labels),
            "value": {name: row.value for name, row in rows.items()},
            "lower": {name: row.lower for name, row in rows.items()},
            "upper": {name: row.upper for name, row in rows.items()},
            "status": str(Status.DERIVED),
        }
    )
