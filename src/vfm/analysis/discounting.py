"""What a pound of a later year is worth now, by a dated table of rates that fall in steps."""

import numpy as np
import pandas as pd

from vfm.analysis.preconditions import require_columns, require_no_infinite

NOT_RATES = ("from_year", "to_year", "as_of", "source")


def schedules(table: pd.DataFrame) -> list[str]:
    """The schedules of rates that a table holds, such as "standard" and "health"."""
    return [name for name in table.columns if name not in NOT_RATES]


def discount_rates(table: pd.DataFrame, *, years: int, schedule: str = "standard") -> "pd.Series[float]":
    """The rate that takes each year to the year before it.

    Parameters
    ----------
    table : one edition of the rates: `from_year`, `to_year` (blank: without end), `as_of` and one column a schedule,
        each rate a proportion a year
    years : the last year that is wanted
    schedule : which column

    Returns
    -------
    The rates of years 1 to `years`.

    Raises
    ------
    ValueError
        when the table has no such schedule, more than one edition, bands that leave a gap or overlap, or no rate for
        one of the years.
    """
    require_columns(table, ["from_year", "to_year", "as_of"], what="the table of rates")
    if schedule not in schedules(table):
        raise ValueError(f'there are no "{schedule}" rates; there are {", ".join(schedules(table))}')
    if table["as_of"].nunique() != 1:
        raise ValueError("discount rates are of one edition: choose it first")
    if years < 0:
        raise ValueError(f"a stream does not last {years} years")
    bands = table.sort_values("from_year")
    first, last = bands["from_year"].to_numpy(dtype=float), bands["to_year"].fillna(np.inf).to_numpy(dtype=float)
    if first[0] > 1 or (first[1:] != last[:-1] + 1).any():
        raise ValueError("the bands of years leave a gap or overlap")
    wanted = np.arange(1, years + 1)
    band = np.searchsorted(first, wanted, side="right") - 1
    rates = np.where(wanted <= last[band], bands[schedule].to_numpy(dtype=float)[band], np.nan)
    require_no_infinite(rates=rates)
    if not (rates > -1).all():
        raise ValueError(f"the {schedule} rates have none for year {wanted[~(rates > -1)][0]}")
    return pd.Series(rates, index=pd.RangeIndex(1, years + 1, name="year"), name=schedule)


def discount_factors(table: pd.DataFrame, *, years: int, schedule: str = "standard") -> "pd.Series[float]":
    """What a pound of each year is worth in year 0, in real terms.

    Parameters
    ----------
    table, years, schedule : as in `discount_rates`

    Returns
    -------
    The factors of years 0 to `years`, named after the schedule. Year 0 is not discounted: its factor is 1.

    Raises
    ------
    ValueError
        as in `discount_rates`.

    Notes
    -----
    The factor of year t is that of year t - 1 over 1 + the rate of year t, so a step compounds on what was before it.
    Source: HM Treasury, The Green Book, annex A6.

    >>> rates = pd.DataFrame({"from_year": [0, 31], "to_year": [30, None], "standard": [0.035, 0.03], "as_of": "2022"})
    >>> discount_factors(rates, years=31).loc[[0, 1, 30, 31]].round(4).tolist()
    [1.0, 0.9662, 0.3563, 0.3459]
    """
    rates = discount_rates(table, years=years, schedule=schedule)
    factors = np.concatenate([[1.0], np.cumprod(1 / (1 + rates.to_numpy()))])
    return pd.Series(factors, index=pd.RangeIndex(years + 1, name="year"), name=schedule)
