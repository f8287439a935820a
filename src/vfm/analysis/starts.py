"""Places that a service reached at different times, as a panel: who started when, and what was counted."""

import numpy as np
import pandas as pd

from vfm.vocabulary.results import CannotSay

NEVER = "never"


def starts_by_area(awards: pd.DataFrame, areas: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """The first day of a service in each area, from awards that name one area each.

    Parameters
    ----------
    awards : of one service, each with `start` and a `title` that ends in the name of its area, as "Service: Merton"
    areas : `gss_code` and `area`

    Returns
    -------
    Indexed by `gss_code`: the earliest start. An area without an award is not in it.

    >>> awards = pd.DataFrame({"title": ["Help: Merton"], "start": [pd.Timestamp("2018-01-01")]})
    >>> starts_by_area(awards, pd.DataFrame({"gss_code": ["E09000024"], "area": ["Merton"]})).to_dict()
    {'E09000024': Timestamp('2018-01-01 00:00:00')}
    """
    codes = areas.set_index("area")["gss_code"]
    named = awards["title"].str.rpartition(": ")[2]
    strange = sorted(set(named) - set(codes.index))
    if strange:
        raise ValueError(f"no area is called {', '.join(strange)}, so these awards are not for one area")
    if awards["start"].isna().any():
        raise ValueError("an award has no start, so it is not known when its area began")
    return awards.assign(gss_code=named.map(codes)).groupby("gss_code")["start"].min()


def panel(counts: pd.DataFrame, starts: "pd.Series[pd.Timestamp]") -> pd.DataFrame | CannotSay:
    """Counts with their logs and the start of each area, one row an area and quarter.

    Parameters
    ----------
    counts : one row a quarter (a PeriodIndex), one column an area
    starts : from `starts_by_area`; a start within a quarter counts from that quarter

    Returns
    -------
    `area`, `quarter` and `start` (both counted in quarters; `start` blank where it never began), `count`, `log`, and
    `since` (quarters begun since the start, that of the start being 1; 0 before it and where it never began).
    """
    if not (counts > 0).all(axis=None):
        return CannotSay("a count is missing or zero, and zero has no logarithm")
    strange = sorted(set(starts.index) - set(counts.columns))
    if strange:
        raise ValueError(f"nothing is counted in {', '.join(map(str, strange))}, where the service began")
    first = starts.map(lambda day: pd.Period(day, freq=counts.index.freq).ordinal)
    table = counts.rename_axis(index="quarter", columns="area").stack().rename("count").reset_index()
    table["quarter"] = table["quarter"].map(lambda period: period.ordinal)
    table["start"] = table["area"].map(first)
    table["log"] = np.log(table["count"])
    table["since"] = (table["quarter"] - table["start"] + 1).clip(lower=0).fillna(0)
    return table


def mean_courses(values: pd.DataFrame, starts: "pd.Series[pd.Timestamp]") -> pd.DataFrame:
    """The mean of those that started together beside that of those that never did, to look at first.

    Parameters
    ----------
    values : one row a quarter (a PeriodIndex), one column an area
    starts : from `starts_by_area`

    Returns
    -------
    One row a start and quarter: `start` (a quarter), `areas` (how many started then), `quarter`, `started`, `never`.
    """
    never = values.drop(columns=starts.index)
    if never.empty or never.shape[1] == 0:
        raise ValueError("every area started, so there is none beside them")
    quarters = starts.map(lambda day: pd.Period(day, freq=values.index.freq))
    parts = []
    for start in sorted(quarters.unique()):
        group = values[quarters.index[quarters == start]]
        named = {"start": start, "areas": group.shape[1], "quarter": values.index}
        parts.append(pd.DataFrame(named | {"started": group.mean(axis=1).array, "never": never.mean(axis=1).array}))
    return pd.concat(parts, ignore_index=True)
