"""Indicators of need by borough, as amounts that a formula can share by, and the weights that the project assumes."""

from dataclasses import dataclass

import pandas as pd

from vfm.analysis.boroughs import people_by_year, year_counts
from vfm.analysis.crime_series import boroughs_by_quarter
from vfm.vocabulary.errors import DataError
from vfm.vocabulary.periods import FinancialYear, Quarter
from vfm.vocabulary.place import Place

INDEX = "imd"
MOST_LOSS = "formula-most-loss"
WEIGHT = "formula-weight-"  # and the indicator's key: an assumption's id

INDICATORS = {
    "people": "People",
    "violence": "Recorded violence",
    "other-crime": "Other recorded crime",
    "deprivation": "People times deprivation score",
}


@dataclass(frozen=True)
class Vintage:
    """Which data the indicators are of.

    Parameters
    ----------
    year : financial year of recorded crime; people are those of the June in it
    series : of the population, "original" or "rebased"
    imd_year : edition of the Index of Multiple Deprivation
    """

    year: str
    series: str
    imd_year: int

    @property
    def name(self) -> str:
        crime = FinancialYear.parse(self.year).words
        return f"crime of {crime}, {self.series} population, deprivation of {self.imd_year}"


def boroughs_of(place: Place) -> "pd.Series[str]":
    """Names of the boroughs that the fund is for, by code: those that one force polices."""
    names = {area.gss_code: area.name for area in place.areas if area.gss_code in place.every}
    return pd.Series(names, name="area", dtype="string").rename_axis("gss_code").sort_index()


def indicators(
    crime: pd.DataFrame, population: pd.DataFrame, deprivation: pd.DataFrame, place: Place, vintage: Vintage
) -> pd.DataFrame:
    """The four indicators of each borough, all amounts: one row a borough's code, one column an indicator's name.

    Returns
    -------
    Residents; offences recorded in a financial year of the kinds that the place counts as violence; all other recorded
    offences but those in no borough and of kinds that are recorded no longer; and residents times the average
    deprivation score of their borough, for a score alone is the same for a large borough as for a small one.

    Raises
    ------
    DataError
        when a year, a series or an edition is not there for every borough.
    """
    codes = boroughs_of(place).index
    year = FinancialYear.parse(vintage.year)
    people = people_by_year(population, vintage.series)
    if year.first not in people.index:
        raise DataError(f"There is no {vintage.series} population of June {year.first}.")
    residents = people.loc[year.first].reindex(codes)
    every = _crimes(crime, None, year).reindex(codes)
    violent = {category: _crimes(crime, category, year).reindex(codes) for category in place.violence}
    violence = pd.DataFrame(violent).sum(axis=1, skipna=False)
    edition = deprivation[(deprivation["imd_year"] == vintage.imd_year) & (deprivation["domain"] == INDEX)]
    score = edition.set_index("gss_code")["average_score"].reindex(codes)
    columns = (residents, violence, every - violence, residents * score)
    table = pd.DataFrame(dict(zip(INDICATORS.values(), columns, strict=True)), index=codes).astype(float)
    unknown = table.index[table.isna().any(axis=1)]
    if len(unknown):
        raise DataError(f"An indicator is not known of {', '.join(unknown)}: {vintage.name}.")
    return table


def _crimes(crime: pd.DataFrame, category: str | None, year: FinancialYear) -> "pd.Series[float]":
    try:
        return year_counts(boroughs_by_quarter(crime, category, until=Quarter(year, 4)), year)
    except ValueError as error:
        raise DataError(f"There is no full year of recorded crime: {error}.") from None


def crime_by_category(crime: pd.DataFrame, place: Place, year: str) -> pd.DataFrame:
    """Offences recorded in each borough in a financial year, one column a category that is still recorded."""
    names = sorted(place.trends)
    codes, wanted = boroughs_of(place).index, FinancialYear.parse(year)
    return pd.DataFrame({_words(name): _crimes(crime, name, wanted).reindex(codes) for name in names})


def _words(category: str) -> str:
    return category.replace("_", " ").capitalize()


def weights_of(assumptions: pd.DataFrame) -> dict[str, float]:
    """The weights that the project assumes, by indicator's name, from the table of assumptions.

    Raises
    ------
    DataError
        when one is missing: which row has to be added.
    """
    values = assumptions.set_index("assumption_id")["value"]
    missing = [WEIGHT + key for key in INDICATORS if WEIGHT + key not in values.index]
    if missing:
        raise DataError(f"assumptions.csv has no row for {', '.join(missing)}: every indicator has a stated weight.")
    return {name: float(values[WEIGHT + key]) for key, name in INDICATORS.items()}


def most_loss_of(assumptions: pd.DataFrame) -> float:
    """The greatest loss in a year that damping is shown with, a proportion, from the table of assumptions."""
    values = assumptions.set_index("assumption_id")["value"]
    if MOST_LOSS not in values.index:
        raise DataError(f"assumptions.csv has no row for {MOST_LOSS}.")
    return float(values[MOST_LOSS])
