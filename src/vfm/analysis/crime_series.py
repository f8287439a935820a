"""Recorded crime as series, and what the published allocations let a comparison of boroughs say."""

import pandas as pd

from vfm.analysis import difference_in_differences as did
from vfm.analysis.impact import About
from vfm.vocabulary.periods import FinancialYear, Quarter
from vfm.vocabulary.results import CannotSay

AIRPORT = "none"  # crimes at the airport are in no borough


def whole_by_month(
    crime: pd.DataFrame, category: str | None = None, *, whole: str, until: Quarter
) -> "pd.Series[float]":
    """Crimes recorded in the whole place by month, up to the end of a quarter.

    Parameters
    ----------
    crime : `gss_code`, `period` (a month, "2014-04"), `category`, `count`, `throughout`
    category : one, or every one that was recorded throughout
    whole : its code
    until : the last quarter to take
    """
    rows = _of(crime[crime["gss_code"] == whole], category)
    counts = rows.groupby("period")["count"].sum().astype(float)
    months = counts.set_axis(pd.PeriodIndex(counts.index, freq="M")).sort_index()
    return months[months.index <= pd.Period(until.end, freq="M")].rename("count")


def boroughs_by_quarter(crime: pd.DataFrame, category: str | None = None, *, until: Quarter) -> pd.DataFrame:
    """Crimes recorded in each borough (and at the airport, "none") by financial quarter: one column each."""
    rows = _of(crime[crime["period"].str.contains("-Q")], category)
    wide = rows.pivot_table(index="period", columns="gss_code", values="count", aggfunc="sum").astype(float)
    starts = [pd.Period(Quarter.parse(text).start, freq="Q-MAR") for text in wide.index]
    wide = wide.set_axis(pd.PeriodIndex(starts)).sort_index()
    return wide[wide.index <= pd.Period(until.start, freq="Q-MAR")]


def _of(crime: pd.DataFrame, category: str | None) -> pd.DataFrame:
    kept = crime[crime["throughout"]]
    if category is None:
        return kept
    rows, known = kept[kept["category"] == category], sorted(set(kept["category"]))
    if rows.empty and category in set(crime["category"]):
        raise ValueError(f'"{category}" is recorded no longer, so it has no trend')
    if rows.empty:
        raise ValueError(f'no crime is recorded as "{category}"; there are {", ".join(known)}')
    return rows


def moving_year(counts: "pd.Series[float]") -> "pd.Series[float]":
    """The mean of each month and the eleven before it, which holds every season once; blank for the first eleven."""
    return counts.rolling(12).mean()


def allocation_comparisons(crime: pd.DataFrame, allocations: pd.DataFrame, *, until: Quarter) -> pd.DataFrame:
    """For each fund whose split by borough is published, why its boroughs cannot be compared with the others.

    Parameters
    ----------
    crime : as for `boroughs_by_quarter`
    allocations : `gss_code`, `fund` and `period` ("2014/15", or a span of years)
    until : the last quarter to take

    Returns
    -------
    `fund`, `boroughs` (how many are named), `start` (the first year, as "2014/15") and `reason`.

    Notes
    -----
    A borough that is not named is not known to have had nothing, so even a fund that could be compared is not.
    """
    wide = boroughs_by_quarter(crime, until=until).drop(columns=AIRPORT, errors="ignore")
    wide.columns.name, wide.index.name = "gss_code", "quarter"
    panel = wide.stack().rename("count").reset_index()
    panel["quarter"] = panel["quarter"].map(lambda period: period.ordinal)
    rows = []
    for fund, named in allocations.groupby("fund"):
        first = named["period"].map(lambda text: FinancialYear.parse(text.partition("-")[0]).first)
        starts = named.assign(first=first).groupby("gss_code")["first"].min()
        ordinals = starts.map(lambda year: pd.Period(f"{year}-04", freq="Q-MAR").ordinal)
        found = did.two_way(
            panel.assign(start=panel["gss_code"].map(ordinals)),
            outcome="count",
            unit="gss_code",
            time="quarter",
            first_treated="start",
            about=About("recorded crime", "crimes a quarter", "the start of the fund"),
        )
        if ordinals.min() > panel["quarter"].max():
            found = CannotSay("it starts after the quarter reported on")
        reason = found.reason if isinstance(found, CannotSay) else "boroughs that are not named may have had some too"
        rows.append((fund, len(starts), FinancialYear(int(starts.min())).words, reason.replace("unit", "borough")))
    table = pd.DataFrame(rows, columns=["fund", "boroughs", "start", "reason"])
    return table.sort_values(["boroughs", "fund"], ascending=[False, True], ignore_index=True)
