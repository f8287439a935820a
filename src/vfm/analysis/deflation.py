"""Money of different years in the prices of one financial year: spending of a stated period, awards, unit costs.

When within its period money was spent is mostly not known. It is taken to be in the prices of the financial year of
the middle day, and the range is that of all of it in the dearest and all in the cheapest year that the period touches.
"""

from calendar import monthrange
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from vfm.analysis.growth import real_terms
from vfm.analysis.unit_costs import EXACT_BELOW, SPEND_BOUND
from vfm.vocabulary.periods import FinancialYear
from vfm.vocabulary.results import CannotSay, Direction, Estimate, Result

NO_AMOUNT = "no amount is published"
NO_DAY = "neither when it ran nor when it was signed is known"


def with_periods(matched: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Matches with the ends of the period that each result is about.

    Parameters
    ----------
    matched : with `result_id`
    results : `result_id`, `period_start`, `period_end`
    """
    return matched.join(results.set_index("result_id")[["period_start", "period_end"]], on="result_id")


def period_of(start: str, end: str) -> tuple[date, date] | CannotSay:
    """The first and the last day of a period whose ends are stated as a year, a month or a day.

    >>> period_of("2021", "2023")
    (datetime.date(2021, 1, 1), datetime.date(2023, 12, 31))
    >>> period_of("2016-01", "2017-05")[1]
    datetime.date(2017, 5, 31)
    """
    if not start or not end:
        return CannotSay(f"the period has no stated {'end' if start else 'start'}")
    first = date.fromisoformat(start + "-01-01"[len(start) - len("2019") :])
    year, month, *day = [*map(int, end.split("-"))] + ([12] if len(end) == len("2019") else [])
    last = date(year, month, day[0] if day else monthrange(year, month)[1])
    if last < first:
        raise ValueError(f"a period goes forward, not from {start} to {end}")
    return first, last


def middle_year(first: date, last: date) -> FinancialYear:
    """The financial year in which the middle day of a period lies.

    >>> str(middle_year(date(2016, 1, 1), date(2017, 5, 31)))
    '2016-17'
    """
    return FinancialYear.of(first + (last - first) / 2)


def real_spending(spending: pd.DataFrame, index: "pd.Series[float]", base: str) -> pd.DataFrame:
    """Spending of stated periods in the prices of one financial year.

    Parameters
    ----------
    spending : `spend` in cash, `period_start` and `period_end` (a year, a month or a day; blank where not stated)
    index : a deflator by financial year, of one vintage
    base : the financial year whose prices are wanted

    Returns
    -------
    `spending` with `price_year`, `real` (pounds), `lower`, `upper` and `reason`, which says why there is nothing. A
    period within one financial year has no range.
    """
    ends = (spending[name].astype(object).fillna("").map(str) for name in ("period_start", "period_end"))
    rows = [_real(spend, start, end, index, base) for spend, start, end in zip(spending["spend"], *ends, strict=True)]
    more = pd.DataFrame(rows, columns=["price_year", "real", "lower", "upper", "reason"], index=spending.index)
    return spending.drop(columns=["reason"], errors="ignore").join(more)


def _real(
    spend: float, start: str, end: str, index: "pd.Series[float]", base: str
) -> tuple[str, float, float, float, str]:
    period = period_of(start, end)
    if isinstance(period, CannotSay):
        return "", np.nan, np.nan, np.nan, period.reason
    middle = str(middle_year(*period))
    first, last = (FinancialYear.of(day).first for day in period)
    years = [str(FinancialYear(year)) for year in range(first, last + 1)]
    found = {year: real_terms(spend, year, base, index) for year in {middle, *years}}
    silent = [result.reason for year in sorted(found) if isinstance(result := found[year], CannotSay)]
    if silent:
        return middle, np.nan, np.nan, np.nan, silent[0]
    pounds = {year: result.value for year, result in found.items() if isinstance(result, Estimate)}
    ends = (min(pounds.values()), max(pounds.values())) if len(years) > 1 else (np.nan, np.nan)
    return middle, pounds[middle], *ends, ""


def bounded(row: "pd.Series[float]", way: Direction) -> float:
    """The real money of a row of `real_spending` that keeps a bound one, whenever in its period it was spent.

    "At most" takes the dearest year and "at least" the cheapest; anything else takes the year of the middle day.
    """
    end = {Direction.AT_MOST: "upper", Direction.AT_LEAST: "lower"}.get(way)
    return float(row["real"] if end is None or np.isnan(row[end]) else row[end])


def real_result(row: "pd.Series[float]") -> Result:
    """A row of `real_spending` as a result: an estimate with its range, a bound, or why nothing can be said."""
    if row["reason"]:
        return CannotSay(row["reason"])
    way = SPEND_BOUND[str(row["pounds_precision"])]
    pounds, method = bounded(row, way), _deflated(row, way)
    if way != Direction.EXACT or np.isnan(row["lower"]):
        return Estimate(pounds, method=method, direction=way)
    return Estimate(pounds, row["lower"], row["upper"], method=f"{method}; {YEARS_TOUCHED}")


YEARS_TOUCHED = "range over the years that the period touches"


def _deflated(row: "pd.Series[float]", way: Direction) -> str:
    if way in (Direction.AT_MOST, Direction.AT_LEAST):
        return f"GDP deflator from the year that the period touches which keeps it {way} so much"
    return f"GDP deflator from {row['price_year']}, the year of the middle day"


def real_costs(costs: pd.DataFrame, index: "pd.Series[float]", base: str) -> pd.DataFrame:
    """Unit costs in the prices of one financial year, beside those in cash.

    Parameters
    ----------
    costs : from `unit_costs.cost_matches`, with the ends of each period (`with_periods`)
    index, base : as in `real_spending`

    Returns
    -------
    `costs` with `price_year`, `real_cost`, `real_lower`, `real_upper` (pounds for each thing) and `real_reason`. Limits
    of chance go on to the cheapest and the dearest year that the period touches; where the count is no draw of
    chance, those years alone are the range. A bound is taken at the year that keeps it one, and has no range.
    """
    real = real_spending(costs.drop(columns=["lower", "upper"]), index, base)
    ways = [Direction(way) for way in costs["direction"]]
    pounds = [bounded(row, way) for (_, row), way in zip(real.iterrows(), ways, strict=True)]
    exact = np.array([way == Direction.EXACT for way in ways])
    ends = {}
    for end in ("lower", "upper"):
        factor = real[end].fillna(real["real"]) / real["spend"]
        at_years = (real[end] / real["value"]).where(exact)
        ends[f"real_{end}"] = (costs[end] * factor).where(costs[end].notna(), at_years)
    return costs.assign(
        price_year=real["price_year"],
        real_cost=pd.Series(pounds, index=costs.index) / real["value"].where(real["value"] > 0),
        **ends,
        real_reason=costs["reason_none"].where(costs["reason_none"] != "", real["reason"]),
    )


def real_cost_result(row: "pd.Series[float]", *, level: float) -> Result:
    """A row of `real_costs` as a result: an estimate, a bound, or why nothing can be said."""
    if row["real_reason"]:
        return CannotSay(row["real_reason"])
    way = Direction(row["direction"])
    method = f"ratio of totals; {_deflated(row, way)}"
    if np.isnan(row["real_lower"]):
        return Estimate(row["real_cost"], n=row["value"], method=method, direction=way)
    if pd.notna(row["lower"]):
        rule = "exact" if row["value"] < EXACT_BELOW else "Byar"
        method += f"; {level * 100:.12g}% {rule} Poisson limits of the count, inverted, over the years that it touches"
    else:
        method += f"; {YEARS_TOUCHED}"
    return Estimate(row["real_cost"], row["real_lower"], row["real_upper"], n=row["value"], method=method)


def real_awards(awards: pd.DataFrame, index: "pd.Series[float]", base: str) -> pd.DataFrame:
    """Awards in the prices of one financial year.

    Parameters
    ----------
    awards : `amount` in cash, `start`, `end` and `date_signed` (dates, blank where not known)
    index, base : as in `real_spending`

    Returns
    -------
    `awards` with `price_year`, `real` (pounds) and `reason`. The year is that of the middle day of the term; without
    both of its ends, that of its start, and without that, of the day on which the award was signed.
    """
    rows = [_real_award(row, index, base) for row in awards.to_dict("records")]
    return awards.join(pd.DataFrame(rows, columns=["price_year", "real", "reason"], index=awards.index))


def _real_award(award: dict[str, Any], index: "pd.Series[float]", base: str) -> tuple[str, float, str]:
    start, end, signed = award["start"], award["end"], award["date_signed"]
    middle = start + (end - start) / 2
    day = next((one for one in (middle, start, signed) if pd.notna(one)), None)
    if day is None:
        return "", np.nan, NO_DAY
    year = str(FinancialYear.of(day.date()))
    if pd.isna(award["amount"]):
        return year, np.nan, NO_AMOUNT
    found = real_terms(float(award["amount"]), year, base, index)
    return (year, np.nan, found.reason) if isinstance(found, CannotSay) else (year, found.value, "")


def by_service(services: pd.DataFrame, awards: pd.DataFrame) -> pd.DataFrame:
    """Services with `real`, pounds of their awards in one year's prices, and `undated`, cash of awards without a year.

    Parameters
    ----------
    services : `service_id`
    awards : from `real_awards`, with `service_id`
    """
    undated = awards.assign(undated=awards["amount"].where(awards["real"].isna()))
    sums = undated.groupby("service_id")[["real", "undated"]].sum().reindex(services["service_id"], fill_value=0.0)
    return services.assign(real=sums["real"].to_numpy(), undated=sums["undated"].to_numpy())
