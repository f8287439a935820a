"""How far a sum has grown, in cash and in real terms, and an exact accounting split of the growth."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from vfm.analysis.decomposition import decompose_change
from vfm.analysis.preconditions import require_known
from vfm.vocabulary.errors import UsageError
from vfm.vocabulary.periods import FinancialYear
from vfm.vocabulary.results import CannotSay, Estimate, Result

Interval = tuple[float, float, float]


def rounded(value: float, rounded_to: float) -> Interval:
    """A rounded figure as (lower, value, upper): what it may have been before rounding.

    Where the source does not say what it rounds to (`rounded_to` is missing), neither end is known.

    >>> rounded(23_600_000, 100_000)
    (23550000.0, 23600000, 23650000.0)
    """
    require_known(value=value, rounded_to=rounded_to)
    if rounded_to < 0:
        raise ValueError(f"a figure is not rounded to {rounded_to}")
    return value - rounded_to / 2, value, value + rounded_to / 2


def over_rounding(formula: Callable[..., float], *inputs: Interval, method: str) -> Estimate:
    """A formula of rounded inputs, with the range that their rounding allows.

    The range is taken over the corners of the box of inputs, which is exact for a formula that only rises
    or only falls in each input. The comparisons do so always. The effects of `split_growth` do so unless prices,
    people and crime together multiply the start by more than about seven, since the last effect is the growth
    less the other three.

    >>> over_rounding(lambda a, b: b - a, (1.5, 2, 2.5), (9.5, 10, 10.5), method="difference").upper
    9.0
    """
    value = formula(*[middle for _, middle, _ in inputs])
    if np.isnan(inputs).any():
        return Estimate(value, method=f"{method} not stated, so no interval")
    corners = [formula(*corner) for corner in product(*[(low, high) for low, _, high in inputs])]
    lower, upper = (round(x, 12) for x in (min(corners), max(corners)))
    return Estimate(value, min(lower, value), max(upper, value), method=method)


def annual_growth(start: float, end: float, years: int) -> float:
    """Compound annual growth: (end / start)^(1 / years) - 1, as a proportion a year.

    >>> round(annual_growth(23.6, 53.6, 7), 3)
    0.124
    """
    require_known(start=start, end=end, years=years)
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
        when not just one vintage is given (two are never mixed), a year stands twice, or one is left out: the
        next year's change is on the year that is missing.
    """
    if deflator["vintage"].nunique() != 1:
        raise ValueError("a deflator has one vintage: choose it first")
    rows = deflator.sort_values("financial_year")
    years = [FinancialYear.parse(year).first for year in rows["financial_year"]]
    if years != list(range(years[0], years[0] + len(years))):
        raise ValueError(f"a deflator has every year once, not {', '.join(rows['financial_year'])}")
    chained: dict[str, float] = {}
    last = np.nan
    for row in rows.itertuples():
        last = row.index if not np.isnan(row.index) else last * (1 + row.pct_change / 100)
        chained[row.financial_year] = last
    return pd.Series(chained, name="deflator").dropna()


def index_of_vintage(deflator: pd.DataFrame, vintage: str) -> "pd.Series[float]":
    """The index of the vintage named, by financial year.

    Parameters
    ----------
    deflator : rows of every vintage, as `deflator_index` takes them, with `vintage`

    Raises
    ------
    UsageError
        when there is no such vintage; it names those that there are.
    """
    rows = deflator[deflator["vintage"] == vintage]
    if rows.empty:
        known = ", ".join(f'"{name}"' for name in sorted(deflator["vintage"].unique()))
        raise UsageError(f'There is no vintage "{vintage}" of the deflator: there are {known}.')
    return deflator_index(rows)


def real_terms(amount: float, year: str, base: str, index: "pd.Series[float]") -> Result:
    """Cash of `year` in the prices of `base`: amount x index(base) / index(year).

    Source: HM Treasury, How to use the GDP deflator series.

    >>> index = pd.Series({"2012-13": 78.9011, "2019-20": 88.934})
    >>> round(real_terms(23_600_000, "2012-13", "2019-20", index).value)
    26600927
    """
    require_known(amount=amount)
    if not index.index.is_unique:
        raise ValueError("a deflator has every year once")
    for wanted in (year, base):
        if wanted not in index.index or not index[wanted] > 0:
            return CannotSay(f"the deflator has no value for {wanted}")
    return Estimate(amount * index[base] / index[year], method="GDP deflator")


@dataclass(frozen=True)
class TwoYears:
    """A budget in two years, and what puts them side by side.

    Parameters
    ----------
    years : how many lie between the two
    start, end : the two sums in cash, each (lower, value, upper)
    prices : the deflator's index at the end over that at the start
    people, crimes : population and recorded crime at the start and at the end

    Raises
    ------
    ValueError
        when one of them is not more than zero: nothing can be divided by it, nor can it have grown.
    """

    years: int
    start: Interval
    end: Interval
    prices: float
    people: tuple[float, float]
    crimes: tuple[float, float]

    def __post_init__(self) -> None:
        parts = {
            "years": (self.years,),
            "start": self.start,
            "end": self.end,
            "prices": (self.prices,),
            "people": self.people,
            "crimes": self.crimes,
        }
        wrong = [name for name, values in parts.items() if not all(value > 0 or np.isnan(value) for value in values)]
        if wrong:
            raise ValueError(f"two years can be compared only by numbers over zero; mend {', '.join(wrong)}")


def compare_years(two: TwoYears) -> dict[str, Estimate]:
    """How a budget moved between two years, in cash, in real terms, per head and per recorded crime.

    Returns
    -------
    `absolute` (pounds), `nominal` and `real` (proportions), `annual` (a proportion a year), `start-real`
    (pounds of the start in the prices of the end), and `per-head` and `per-crime` at `-start` and `-end`
    (pounds). Every one carries the range that the rounding of the two sums allows.
    """
    start, end, years, prices = two.start, two.end, two.years, two.prices

    def one(sum_: Interval, share: float, method: str) -> Estimate:
        return over_rounding(lambda cash: cash / share, sum_, method=f"{method}; rounding of the budget")

    def both(formula: Callable[[float, float], float], method: str) -> Estimate:
        return over_rounding(formula, start, end, method=f"{method}; rounding of both budgets")

    return {
        "absolute": both(lambda a, b: b - a, "difference"),
        "nominal": both(lambda a, b: b / a - 1, "end over start, less 1"),
        "annual": both(lambda a, b: annual_growth(a, b, years), f"compound, over {years} years"),
        "real": both(lambda a, b: b / (a * prices) - 1, "end over start in the prices of the end, less 1"),
        "start-real": one(start, 1 / prices, "cash times the ratio of deflators"),
        "per-head-start": one(start, two.people[0], "budget over population"),
        "per-head-end": one(end, two.people[1], "budget over population"),
        "per-crime-start": one(start, two.crimes[0], "budget over recorded crime"),
        "per-crime-end": one(end, two.crimes[1], "budget over recorded crime"),
    }


def with_prices(two: TwoYears, prices: float) -> TwoYears:
    """The same two years by another deflator: `prices` is its index at the end over that at the start."""
    return replace(two, prices=prices)


def two_points(
    start: float, end: float, start_real: float, *, years: tuple[FinancialYear, FinancialYear]
) -> pd.DataFrame:
    """Two years as points, in cash and in the prices of the later: `year`, `prices`, `pounds`."""
    first, last = (year.words for year in years)
    rows = [(first, "in cash", start), (last, "in cash", end), (first, f"in {last} prices", start_real)]
    return pd.DataFrame(rows, columns=["year", "prices", "pounds"])


def as_table(estimates: dict[str, Estimate], labels: dict[str, str]) -> pd.DataFrame:
    """Estimates as rows: `label`, `value`, `lower`, `upper`."""
    rows = [(labels[name], e.value, e.lower, e.upper) for name, e in estimates.items()]
    return pd.DataFrame(rows, columns=["label", "value", "lower", "upper"])


SPLIT = {
    "prices": "Prices",
    "population": "Population",
    "crime-per-head": "Recorded crime per head",
    "real-per-crime": "Real pounds per recorded crime",
}


def split_growth(two: TwoYears) -> dict[str, Estimate]:
    """Split a budget's growth into prices, population, recorded crime per head and real pounds per crime.

    The budget is the product of the four, so the split is exact: the values sum to the change. It is an
    accounting identity and claims no cause.

    Returns
    -------
    An estimate in pounds of cash for each key of `SPLIT`.
    """

    def factors(cash: float, price: float, people: float, crimes: float) -> pd.DataFrame:
        row = [price, people, crimes / people, cash / price / crimes]
        return pd.DataFrame([row], columns=list(SPLIT))

    def effect(factor: str) -> Callable[[float, float], float]:
        def of(low: float, high: float) -> float:
            first = factors(low, 1, two.people[0], two.crimes[0])
            last = factors(high, two.prices, two.people[1], two.crimes[1])
            return float(decompose_change(first, last)[factor])

        return of

    method = "additive LMDI-I; rounding of both budgets"
    return {name: over_rounding(effect(name), two.start, two.end, method=method) for name in SPLIT}


def recorded_crime(crime: pd.DataFrame, year: FinancialYear) -> int:
    """Crimes that were recorded in a financial year, in boroughs and in none, of the kinds that are still recorded.

    Parameters
    ----------
    crime : `gss_code`, `period` (financial quarters), `category`, `count`, `throughout`

    Raises
    ------
    ValueError
        when not all four quarters are there: a part-year is not a year.
    """
    quarters = [f"{year}-Q{number}" for number in range(1, 5)]
    rows = crime[crime["period"].isin(quarters) & crime["throughout"]]
    if set(rows["period"]) != set(quarters):
        raise ValueError(f"recorded crime of {year} is not complete: it has {sorted(set(rows['period']))}")
    return int(rows["count"].sum())


def population_of(population: pd.DataFrame, series: str, area: str, year: FinancialYear) -> int:
    """People at the mid-year that lies in a financial year, from one series.

    Raises
    ------
    ValueError
        when the series does not hold the year: the two series are never mixed to fill a gap.
    """
    rows = population[
        (population["series"] == series) & (population["gss_code"] == area) & (population["year"] == year.first)
    ]
    if len(rows) != 1:
        held = population.loc[population["series"] == series, "year"]
        raise ValueError(f'the population series "{series}" has {held.min()} to {held.max()}, not {year.first}')
    return int(rows["population"].iloc[0])


def published_total(budget: pd.DataFrame, measure: str, year: FinancialYear) -> "pd.Series[float]":
    """The row of a budget table that publishes `measure` for `year`.

    Raises
    ------
    ValueError
        when no total is published for that year; it names the years that have one.
    """
    rows = budget[budget["measure"] == measure]
    found = rows[rows["period"] == year.words]
    if len(found) != 1:
        raise ValueError(
            f"no total is published for {year.words}; there is one for {', '.join(sorted(rows['period']))}"
        )
    return found.iloc[0]
