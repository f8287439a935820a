"""Boroughs as rates: each against its own past, and beside the others with what chance leaves open."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
import pandas as pd
from statsmodels.tsa.seasonal import seasonal_decompose

from vfm.analysis import comparison, ranking
from vfm.analysis.control_chart import COMMON, RULES, ControlChart, Rebase, xmr
from vfm.analysis.regression_to_mean import expected_return
from vfm.vocabulary.periods import FinancialYear, Quarter
from vfm.vocabulary.results import Better, CannotSay, Estimate, Result

THOUSAND = 1000
SEASONS = 4
SIDES = {  # which way a rule points: below or down, above or up
    "outside": ("below", "above"),
    "trend": ("falling", "rising"),
    "near": ("low", "high"),
    "shift": ("below", "above"),
}

# ---- rates


def people_by_year(population: pd.DataFrame, series: str) -> pd.DataFrame:
    """People by the year of the mid-year estimate, one column an area, of one series: two are never mixed."""
    rows = population[population["series"] == series]
    if rows.empty:
        known = ", ".join(sorted(population["series"].unique()))
        raise ValueError(f'there is no population series "{series}"; there are {known}')
    return rows.pivot(index="year", columns="gss_code", values="population")


def rates_by_quarter(counts: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Crimes for each thousand people, by quarter and area.

    Parameters
    ----------
    counts : one row a quarter (a PeriodIndex), one column an area, as `crime_series.boroughs_by_quarter` has it
    people : from `people_by_year`; a quarter takes the June of the financial year that it lies in

    Returns
    -------
    Indexed by quarter as text, "2014-15-Q1", from the first year whose people are known.
    """
    counts = counts[[period.qyear - 1 >= people.index.min() for period in counts.index]]
    years = [period.qyear - 1 for period in counts.index]
    lacking = sorted({year for year in years if year not in people.index})
    if lacking or not counts.columns.isin(people.columns).all():
        raise ValueError(f"the people of {lacking or 'some areas'} are not known, so there is no rate")
    base = people.loc[years, list(counts.columns)].set_axis(counts.index) / THOUSAND
    names = [str(quarter_of(period)) for period in counts.index]
    return (counts / base).set_axis(pd.Index(names, name="quarter"))


def quarter_of(period: pd.Period) -> Quarter:
    """A period of quarters to March as a financial quarter.

    >>> str(quarter_of(pd.Period("2014-04", "Q-MAR")))
    '2014-15-Q1'
    """
    return Quarter(FinancialYear(period.qyear - 1), period.quarter)


def last_full_year(until: Quarter) -> FinancialYear:
    """The last financial year that had ended by the end of a quarter.

    >>> last_full_year(Quarter.parse("2019-20-Q4")).words, last_full_year(Quarter.parse("2019-20-Q3")).words
    ('2019/20', '2018/19')
    """
    return until.year if until.number == SEASONS else FinancialYear(until.year.first - 1)


def year_counts(counts: pd.DataFrame, year: FinancialYear) -> "pd.Series[float]":
    """What was counted in each area in one financial year, all four quarters of it."""
    rows = counts[[period.qyear - 1 == year.first for period in counts.index]]
    if len(rows) != SEASONS:
        raise ValueError(f"{len(rows)} of the four quarters of {year.words} are there")
    return rows.sum()


# ---- against its own past


def without_season(values: "pd.Series[float]") -> "pd.Series[float] | CannotSay":
    """Quarterly values with the usual height of each quarter of the year taken out.

    Notes
    -----
    Each value over the factor of its quarter, from statsmodels' `seasonal_decompose`: the mean ratio of that quarter
    to the centred mean of four, the four factors brought to a mean of one. One set of factors for all years.
    """
    if len(values) < 2 * SEASONS:
        return CannotSay(f"{len(values)} quarters are too few to tell a season")
    if values.isna().any() or not (values > 0).all():
        return CannotSay("a quarter is missing or has none, so the season cannot be taken out")
    parts = seasonal_decompose(values.to_numpy(), model="multiplicative", period=SEASONS)
    return values / parts.seasonal


def control_charts(
    rates: pd.DataFrame, *, better: Better, rebases: Sequence[Rebase] = ()
) -> dict[str, ControlChart | CannotSay]:
    """An XmR chart of each column, its season taken out first, for XmR knows none."""
    adjusted = {str(name): without_season(rates[name]) for name in rates.columns}
    return {
        name: values if isinstance(values, CannotSay) else xmr(values, better=better, rebases=rebases)
        for name, values in adjusted.items()
    }


def chart_points(charts: dict[str, ControlChart | CannotSay]) -> pd.DataFrame:
    """Every point of the charts that could be made, with its limits and phase, and the rule that holds of it.

    `rule` is as the chart has it, "" where none holds; `rule_in_words` then says "none".
    """
    columns = ["area", "quarter", "value", "mean", "lower", "upper", "phase", "rule", "rule_in_words"]
    parts = [
        chart.table.rename_axis("quarter")
        .reset_index()
        .assign(area=name, rule_in_words=chart.table["rule"].map(RULES | {"": "none"}).array)
        for name, chart in charts.items()
        if isinstance(chart, ControlChart)
    ]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def last_points(charts: dict[str, ControlChart | CannotSay]) -> pd.DataFrame:
    """What each chart says of its last point.

    Returns
    -------
    One row an area: `area`, `value`, `lower`, `upper`, `special` (whether it is special cause), `variation` in words,
    and `reason`. Where no chart could be made, the words say why and the numbers are blank.
    """
    rows = []
    for name, chart in charts.items():
        if isinstance(chart, CannotSay):
            rows.append((name, np.nan, np.nan, np.nan, False, f"cannot say: {chart.reason}", chart.reason))
        else:
            last = chart.table.iloc[-1]
            special = chart.variation != COMMON
            rows.append((name, last["value"], last["lower"], last["upper"], special, variation_in_words(chart), ""))
    columns = ["area", "value", "lower", "upper", "special", "variation", "reason"]
    return pd.DataFrame(rows, columns=columns)


def variation_in_words(chart: ControlChart) -> str:
    """The variation of a chart's last point, which way it goes, by which rule, and whether its limits are provisional.

    >>> variation_in_words(xmr(pd.Series([5.0, 7] * 6 + [20]), better=Better.NEITHER))
    'special cause, above: it is outside the limits'
    """
    last = chart.table.iloc[-1]
    rule = last["rule"]
    said = chart.variation.removesuffix(f" {Better.NEITHER}")
    if rule:
        said = f"{said}, {SIDES[rule][int(last[rule] > 0)]}: {RULES[rule]}"
    provisional = any(warning.startswith("provisional") for warning in chart.warnings)
    return f"{said} (provisional: a short series)" if provisional else said


# ---- beside the others


def funnel(events: "pd.Series[float]", people: "pd.Series[float]") -> pd.DataFrame:
    """Areas as crimes for each thousand people round their average, with the spread between areas in the limits.

    Returns
    -------
    As `comparison.funnel_rates`, with `chance`: the band by limits of chance alone.
    """
    base = people / THOUSAND
    alone = comparison.funnel_rates(events, base)
    target = float(events.sum() / base.sum())
    spread = comparison.dispersion(events, base, target=target, scale=comparison.ROOT)
    if isinstance(spread, CannotSay):
        return alone.assign(chance=alone["band"])
    return comparison.funnel_rates(events, base, target=target, spread=spread).assign(chance=alone["band"])


def year_ranks(
    rates: "pd.Series[float]", charts: dict[str, ControlChart | CannotSay], *, level: float = 0.95
) -> pd.DataFrame:
    """Ranks of a year's rates with the ranks that each area's own movement from quarter to quarter leaves open.

    Parameters
    ----------
    rates : crimes a year for each thousand people, by area
    charts : from `control_charts`, of the same areas and of rates a quarter

    Notes
    -----
    The error of a year is that of a sum of four quarters: 2 x the standard deviation that the limits have, which is a
    third of their distance from the mean. It takes the movement of a quarter as chance.
    """
    errors = pd.Series({name: _year_error(charts[str(name)]) for name in rates.index}, dtype=float)
    found = ranking.rank_intervals(rates, errors, level=level)
    return found.assign(width=found["upper"] - found["lower"] + 1)


def _year_error(chart: ControlChart | CannotSay) -> float:
    if isinstance(chart, CannotSay):
        return float("nan")
    last = chart.table.iloc[-1]
    return float(sqrt(SEASONS) * (last["upper"] - last["mean"]) / 3) or float("nan")


def return_to_mean(before: "pd.Series[float]", after: "pd.Series[float]", *, share: float) -> dict[str, Result]:
    """What areas picked for a high year did in the next, beside what is to be expected with nothing done.

    Parameters
    ----------
    before, after : the measure in two years, one row an area
    share : of the areas, the highest, that count as picked

    Returns
    -------
    `picked` (how many), `correlation`, `expected` and `seen`: their mean change less that of all areas, in the unit of
    the measure. `expected` is `regression_to_mean.expected_return`; or why nothing can be said.
    """
    if not before.index.equals(after.index) or not 0 < share < 1:
        raise ValueError("it takes two years of the same areas, and a share between 0 and 1")
    cut = float(before.quantile(1 - share))
    picked = before >= cut
    changes = after - before
    correlation, sd = float(before.corr(after)), float(before.std())
    results: dict[str, Result] = {
        "picked": Estimate(int(picked.sum()), n=len(before), method=f"at or above the {1 - share:.0%} point"),
        "seen": Estimate(float(changes[picked].mean() - changes.mean()), n=int(picked.sum()), method="mean change"),
    }
    if not (sd > 0 and correlation >= 0):
        none = CannotSay("the two years do not go together, so there is no mean to return to")
        return results | {"correlation": none, "expected": none}
    results["correlation"] = Estimate(correlation, n=len(before), method="correlation of two years, Pearson's")
    results["expected"] = expected_return(
        mean=float(before.mean()), sd=sd, correlation=correlation, cut_off=cut, picked="at or above"
    )
    return results


def evenly(values: "pd.Series[float]", count: int) -> list[str]:
    """Names spread evenly over an order, from the lowest value to the highest; all of them where they are no more.

    >>> evenly(pd.Series({"a": 3.0, "b": 1.0, "c": 2.0, "d": 4.0, "e": 5.0}), 3)
    ['b', 'a', 'e']
    >>> evenly(pd.Series({"a": 3.0, "b": 1.0}), 3)
    ['b', 'a']
    """
    names = values.sort_values(kind="stable").index
    return [str(names[place]) for place in np.linspace(0, len(names) - 1, min(count, len(names))).round().astype(int)]
