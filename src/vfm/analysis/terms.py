"""How long funding lasts: the Assembly asked for no less than 2 years, with a target of 3 to 4."""

from math import inf, nextafter

import pandas as pd

from vfm.vocabulary.periods import FinancialYear
from vfm.vocabulary.results import CannotSay, Estimate, Result

# From, to but not with, name. A term over 48 months is past the target, so four years themselves are still in it.
BANDS = (
    (0, 12, "Under 12 months"),
    (12, 24, "12 to 23 months"),
    (24, 36, "24 to 35 months"),
    (36, nextafter(48, inf), "36 to 48 months"),
    (nextafter(48, inf), inf, "Over 48 months"),
)
NOT_STATED = "No stated term"
NOT_DATED = "Not dated"
MINIMUM, TARGET = 24, 36  # months; London Assembly Police and Crime Committee, letter of March 2020
NO_POUNDS = CannotSay("no award here states both a term and an amount")
MARKS = {MINIMUM: "minimum asked for", TARGET: "target"}


def term_bands(months: "pd.Series[float]") -> "pd.Series[str]":
    """The band of each term; a term that is not stated is a band of its own, never dropped.

    >>> term_bands(pd.Series([6, 24, 48, None])).tolist()
    ['Under 12 months', '24 to 35 months', '36 to 48 months', 'No stated term']
    """
    if (months < 0).any():
        raise ValueError("a term is not negative")
    bands = pd.Series(NOT_STATED, index=months.index, dtype="object")
    for low, high, name in BANDS:
        bands[(months >= low) & (months < high)] = name
    return pd.Series(
        pd.Categorical(bands, [*(name for *_, name in BANDS), NOT_STATED], ordered=True),
        index=months.index,
    )


def shares_by_term(awards: pd.DataFrame) -> pd.DataFrame:
    """Awards and pounds by length of term.

    Parameters
    ----------
    awards : component awards with `months` and `amount` (pounds; blank where none was found)

    Returns
    -------
    One row a band, in order: `term`, `awards`, `share_of_awards` (of those with a stated term), `without_amount`,
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
    return table.rename_axis("term").reset_index().astype({"term": str})


def term_results(awards: pd.DataFrame) -> dict[str, Result]:
    """Counts, shares and the median of stated terms. They describe the awards given, so they have no interval.

    Returns
    -------
    `awards-count`, `stated-count`, `under-24-months-count`, `36-months-or-more-count`, `under-24-months-share`
    (of those stated), `under-24-months-pounds-share` (of the pounds with a stated term), `median-months` and
    `weighted-mean-months` (each term weighted by its pounds). Where no term or no amount is stated they say so.
    """
    months = awards["months"].dropna()
    short = int((months < MINIMUM).sum())
    counts = {
        "awards-count": len(awards),
        "stated-count": len(months),
        "under-24-months-count": short,
        "36-months-or-more-count": int((months >= TARGET).sum()),
    }
    results: dict[str, Result] = {name: Estimate(n, method="count of the awards found") for name, n in counts.items()}
    if months.empty:
        none = CannotSay("no award here states a term")
        names = ("under-24-months-share", "under-24-months-pounds-share", "median-months", "weighted-mean-months")
        return results | dict.fromkeys(names, none)
    share = Estimate(short / len(months), n=len(months), method="count over awards with a stated term")
    median = Estimate(float(months.median()), n=len(months), method="median of stated terms")
    pounds = _short_pounds(awards)
    return results | {
        "under-24-months-share": share,
        "under-24-months-pounds-share": pounds,
        "median-months": median,
        "weighted-mean-months": weighted_mean(awards),
    }


def weighted_mean(awards: pd.DataFrame) -> Result:
    """The mean of stated terms in months, each weighted by its pounds: how long the money lasts, not the award.

    >>> weighted_mean(pd.DataFrame({"months": [12, 36, None], "amount": [1.0, 3.0, 9.0]})).value
    30.0
    """
    stated = awards.dropna(subset=["months", "amount"])
    pounds = stated["amount"].sum()
    if not pounds:
        return NO_POUNDS
    mean = (stated["months"] * stated["amount"]).sum() / pounds
    return Estimate(float(mean), n=len(stated), method="mean of stated terms, weighted by pounds")


def _short_pounds(awards: pd.DataFrame) -> Result:
    stated = awards.dropna(subset=["months", "amount"])
    total = stated["amount"].sum()
    if not total:
        return NO_POUNDS
    short = stated.loc[stated["months"] < MINIMUM, "amount"].sum()
    return Estimate(float(short / total), n=len(stated), method="pounds over pounds with a stated term")


def groups(awards: pd.DataFrame) -> dict[str, "pd.Series[str]"]:
    """What the awards may be told apart by: `theme`, `route`, `recipient-type`, `start-year` and `extension`.

    Codes stay codes, but for the start year, which is a financial year ("2019/20"), and an extension, which is
    "extension" or "new award". An award without a start is "Not dated".
    """
    years = pd.Series(NOT_DATED, index=awards.index, dtype="object")
    dated = awards["start"].dropna()
    years[dated.index] = [FinancialYear.of(day).words for day in dated]
    return {
        "theme": awards["theme"],
        "route": awards["route"],
        "recipient-type": awards["recipient_type"],
        "start-year": years,
        "extension": awards["is_extension"].map({True: "extension", False: "new award"}),
    }


def by_group(awards: pd.DataFrame, group: "pd.Series[str]") -> pd.DataFrame:
    """The length of terms within each group, by awards and by pounds.

    Parameters
    ----------
    group : the group of each award, as from `groups`

    Returns
    -------
    One row a group, by name: `group`, `awards`, `stated`, then for each band `awards: <band>`, a proportion of the
    awards with a stated term, and `pounds: <band>`, of the pounds with one; `median` and `weighted_mean`, in months.
    Blank where no award of the group states what it takes. The last row is all awards together.
    """
    rows = []
    for name, members in [*awards.groupby(group, sort=True), ("All", awards)]:
        bands = shares_by_term(members).set_index("term").drop(NOT_STATED)
        found = term_results(members)
        row: dict[str, object] = {"group": name, "awards": len(members), "stated": int(bands["awards"].sum())}
        for kind in ("awards", "pounds"):
            row |= {f"{kind}: {band}": share for band, share in bands[f"share_of_{kind}"].items()}
        for key, column in (("median-months", "median"), ("weighted-mean-months", "weighted_mean")):
            row[column] = getattr(found[key], "value", None)
        rows.append(row)
    return pd.DataFrame(rows)


def on_side(awards: pd.DataFrame, first_day: pd.Timestamp, side: str) -> pd.DataFrame:
    """The awards known to start before `first_day` ("before"), or the others ("later_or_undated")."""
    before = awards["start"] < first_day
    return awards[before] if side == "before" else awards[~before]


def bands_by_side(awards: pd.DataFrame, first_day: pd.Timestamp) -> pd.DataFrame:
    """How many awards each band has on either side of `first_day`: `term`, `before`, `later_or_undated`."""
    counts = {
        side: shares_by_term(on_side(awards, first_day, side)).set_index("term")["awards"]
        for side in ("before", "later_or_undated")
    }
    return pd.DataFrame(counts).reset_index()


def lasting(awards: pd.DataFrame, first_day: pd.Timestamp, names: dict[str, str]) -> pd.DataFrame:
    """The share of stated terms that is at least so long, for awards on either side of `first_day`.

    Parameters
    ----------
    names : "before" and "later_or_undated" -> what readers call the side

    Returns
    -------
    One row a side and length: `side`, `months`, `awards` of that length, and `at_least`, the proportion of the
    side's stated terms that are as long or longer.
    """
    tables = []
    for side, name in names.items():
        counts = on_side(awards, first_day, side)["months"].value_counts().sort_index()
        at_least = counts[::-1].cumsum()[::-1] / counts.sum()
        tables.append(pd.DataFrame({"side": name, "months": counts.index, "awards": counts, "at_least": at_least}))
    return pd.concat(tables, ignore_index=True)


def of_service(awards: pd.DataFrame, service_id: str) -> pd.DataFrame:
    """The awards of one service, by start."""
    return awards[awards["service_id"] == service_id].sort_values(["start", "award_id"])
