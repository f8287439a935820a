"""How long funding lasts: the Assembly asked for no less than 2 years, with a target of 3 to 4."""

import pandas as pd

BANDS = ((0, 12, "Under 12 months"), (12, 24, "12 to 23 months"), (24, 36, "24 to 35 months"))
LONG_BANDS = ((36, 49, "36 to 48 months"), (49, float("inf"), "Over 48 months"))
NOT_STATED = "No stated term"
MINIMUM, TARGET = 24, 36  # months; London Assembly Police and Crime Committee, letter of March 2020


def term_bands(months: "pd.Series[float]") -> "pd.Series[str]":
    """The band of each term; a term that is not stated is a band of its own, never dropped.

    >>> term_bands(pd.Series([6, 24, 48, None])).tolist()
    ['Under 12 months', '24 to 35 months', '36 to 48 months', 'No stated term']
    """
    if (months < 0).any():
        raise ValueError("a term is not negative")
    bands = pd.Series(NOT_STATED, index=months.index, dtype="object")
    for low, high, name in (*BANDS, *LONG_BANDS):
        bands[(months >= low) & (months < high)] = name
    return pd.Series(
        pd.Categorical(bands, [name for *_, name in (*BANDS, *LONG_BANDS)] + [NOT_STATED], ordered=True),
        index=months.index,
    )


def shares_by_term(awards: pd.DataFrame) -> pd.DataFrame:
    """Awards and pounds by length of term.

    Parameters
    ----------
    awards : component awards with `months` and `amount` (pounds; blank where none was found)

    Returns
    -------
    One row a band, in order: `awards`, `share_of_awards` (of those with a stated term), `without_amount`,
    `pounds`, and `share_of_pounds` (of the pounds with a stated term).
    """
    band = term_bands(awards["months"]).rename("term")
    grouped = awards.groupby(band, observed=False)
    table = pd.DataFrame(
        {
            "awards": grouped.size(),
            "without_amount": grouped["amount"].apply(lambda amount: int(amount.isna().sum())),
            "pounds": grouped["amount"].sum(),
        }
    )
    stated = table.drop(index=NOT_STATED)
    table.insert(1, "share_of_awards", stated["awards"] / stated["awards"].sum())
    table["share_of_pounds"] = stated["pounds"] / stated["pounds"].sum()
    return table


def summarise_terms(awards: pd.DataFrame) -> "pd.Series[float]":
    """Counts and median of stated terms.

    Returns
    -------
    `awards`, `stated`, `under_minimum` (below 24 months), `at_target` (36 or more), and `median` in months;
    the median is missing when no term is stated.
    """
    months = awards["months"].dropna()
    return pd.Series(
        {
            "awards": len(awards),
            "stated": len(months),
            "under_minimum": int((months < MINIMUM).sum()),
            "at_target": int((months >= TARGET).sum()),
            "median": months.median() if len(months) else None,
        }
    )


def split_by_start(awards: pd.DataFrame, first_day: pd.Timestamp) -> pd.DataFrame:
    """`summarise_terms` for awards known to start before `first_day`, and for those later or undated."""
    before = awards["start"] < first_day
    return pd.DataFrame(
        {"before": summarise_terms(awards[before]), "later_or_undated": summarise_terms(awards[~before])}
    ).T
