"""Boroughs side by side by funnel: recorded crime, and outcomes where providers return them. Never a ranking."""

from collections.abc import Collection, Sequence

import pandas as pd

from vfm.analysis import boroughs, comparison
from vfm.analysis.borough_trend import yearly
from vfm.vocabulary.periods import FinancialYear
from vfm.vocabulary.results import CannotSay

ALL = "All recorded crime"
RATE = "crimes a year for each thousand residents"
SHARE = "of people assessed"
HIDDEN = "hidden"  # what stands in `band` for a borough with a hidden count
LIMITS = ["value", "base", "target", "lower_95", "upper_95", "lower_998", "upper_998", "band"]
COLUMNS = ["gss_code", "measure", "unit", *LIMITS]


def recorded(crime: pd.DataFrame, people: pd.DataFrame, year: FinancialYear, *, kinds: Sequence[str]) -> pd.DataFrame:
    """A funnel of the boroughs for all recorded crime and for some kinds of it.

    Parameters
    ----------
    crime : `gss_code`, `period`, `category`, `count`, `throughout`
    people : residents, one row a year of the mid-year estimate, one column an area
    kinds : categories, in the order in which they are shown

    Returns
    -------
    One row a measure and borough: `gss_code`, `measure`, `unit`, `value`, `base` (thousand residents), `target`, the
    limits `lower_95`, `upper_95`, `lower_998` and `upper_998`, and `band`. Empty where the year is not complete.
    """
    parts = []
    for kind in (None, *kinds):
        counts = yearly(crime if kind is None else crime[crime["category"] == kind])
        if str(year) in counts.index:
            events = counts.loc[str(year)].dropna()
            found = boroughs.funnel(events, people.loc[year.first, list(events.index)])
            parts.append(_rows(found, ALL if kind is None else kind.replace("_", " ").capitalize(), RATE))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def returned(outcomes: pd.DataFrame, indicators: pd.DataFrame, quarter: str, boroughs: Collection[str]) -> pd.DataFrame:
    """The same for each outcome that providers returned for boroughs in a quarter, over all their services.

    Parameters
    ----------
    outcomes : `gss_code`, `quarter`, `measure_id`, `achieved` and `assessed`, NaN where hidden
    boroughs : their codes

    Returns
    -------
    As `recorded`, with `measure_id`. A borough with a hidden count has no numbers, and the average is of the others.
    """
    rows = outcomes[(outcomes["quarter"] == quarter) & outcomes["gss_code"].isin(boroughs)]
    names = indicators.set_index("measure_id")["name"]
    parts = []
    for measure, found in rows.groupby("measure_id"):
        sums = found.groupby("gss_code")[["achieved", "assessed"]].sum(min_count=1).astype(float)
        told = sums.notna().all(axis=1)
        shown = sums[told & (sums["assessed"] > 0)]
        if len(shown):
            limits = _rows(_proportions(shown["achieved"], shown["assessed"]), str(names[measure]), SHARE)
            parts.append(limits.assign(measure_id=measure))
        hidden = {"gss_code": sums.index[~told], "measure": names[measure], "unit": SHARE, "band": HIDDEN}
        parts.append(pd.DataFrame(hidden | {"measure_id": measure}))
    columns = [*COLUMNS, "measure_id"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _proportions(achieved: "pd.Series[float]", assessed: "pd.Series[float]") -> pd.DataFrame:
    target = float(achieved.sum() / assessed.sum())
    spread = comparison.dispersion(achieved, assessed, target=target, scale=comparison.ARCSINE)
    if isinstance(spread, CannotSay):
        return comparison.funnel_proportions(achieved, assessed)
    return comparison.funnel_proportions(achieved, assessed, target=target, spread=spread)


def _rows(found: pd.DataFrame, measure: str, unit: str) -> pd.DataFrame:
    return found[LIMITS].rename_axis("gss_code").reset_index().assign(measure=measure, unit=unit)[COLUMNS]
