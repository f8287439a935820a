"""Recorded crime in one borough against the whole place, year by year, and what else is known of its need."""

import pandas as pd

from vfm.analysis.crime_series import AIRPORT
from vfm.vocabulary.periods import FinancialYear

THOUSAND = 1000

SEASONS = 4


def yearly(crime: pd.DataFrame) -> pd.DataFrame:
    """Crimes recorded by financial year and borough: those kinds that were recorded throughout, full years alone.

    Parameters
    ----------
    crime : `gss_code`, `period` ("2014-15-Q1"; months are the whole's and are left out), `category`, `count`,
        `throughout`

    Returns
    -------
    One row a year ("2014-15"), one column a borough.
    """
    rows = crime[crime["period"].str.contains("-Q") & (crime["gss_code"] != AIRPORT)]
    rows = rows[rows["throughout"]]
    year = rows["period"].str.rpartition("-Q")[0]
    full = rows.groupby(year)["period"].nunique() == SEASONS
    counts = rows.assign(year=year).pivot_table(index="year", columns="gss_code", values="count", aggfunc="sum")
    return counts[full.reindex(counts.index)].astype(float)


def rates(counts: pd.DataFrame, people: pd.DataFrame, *, whole: str, until: FinancialYear) -> pd.DataFrame:
    """Crimes a year for each thousand residents: one column a borough, and one for the boroughs together.

    Parameters
    ----------
    counts : from `yearly`
    people : residents, one row a year of the mid-year estimate, one column an area; a year takes the June in it
    whole : name of the column of all together
    until : the last year to take
    """
    first = {name: FinancialYear.parse(name).first for name in counts.index}
    kept = [name for name, year in first.items() if year in people.index and year <= until.first]
    base = people.loc[[first[name] for name in kept], counts.columns].set_axis(pd.Index(kept, name="year"))
    table = counts.loc[kept] / base * THOUSAND
    return table.assign(**{whole: counts.loc[kept].sum(axis=1) / base.sum(axis=1) * THOUSAND})


def residents(population: pd.DataFrame, series: str) -> pd.DataFrame:
    """Residents of one series by year of the mid-year estimate, one column an area."""
    rows = population[population["series"] == series]
    return rows.pivot(index="year", columns="gss_code", values="population")


def deprivation_beside(deprivation: pd.DataFrame, people: "pd.Series[float]", gss_code: str) -> pd.DataFrame:
    """The latest average scores of an area beside those of all, which are the areas' by residents.

    Returns
    -------
    One row a domain: `domain`, `year`, `here`, `there`.
    """
    latest = deprivation[deprivation["imd_year"] == deprivation["imd_year"].max()]
    scores = latest.pivot(index="domain", columns="gss_code", values="average_score")
    weights = people.reindex(scores.columns)
    table = pd.DataFrame({"here": scores[gss_code], "there": scores.mul(weights).sum(axis=1) / weights.sum()})
    return table.assign(year=int(latest["imd_year"].iloc[0])).rename_axis("domain").reset_index()
