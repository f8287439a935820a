"""How long and how open bidding is: the same measures from the register of rounds, from OCDS and from 360Giving.

Each source is first brought to one shape, a table of rounds; what it does not state stays blank, and what rests on it
cannot be said. A day that is known to the month only is every day of that month, so days between such days are a range.
"""

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from vfm.vocabulary.errors import UsageError, suggestion
from vfm.vocabulary.periods import month_in_words
from vfm.vocabulary.results import CannotSay, Direction, Estimate, Result, Status

DAYS = ("opened", "closed", "decided")
COLUMNS = [
    *("round", "source"),
    *(f"{day}_{end}" for day in DAYS for end in ("first", "last")),
    *("bids", "funded", "asked", "granted", "granted_is", "median_award", "open_call"),
]
FIELDS = {
    "opened": "day it opened",
    "closed": "day it closed",
    "decided": "day it was decided",
    "bids": "bids received",
    "funded": "bids funded",
    "asked": "pounds asked for",
    "granted": "pounds granted",
    "open_call": "whether anyone could bid",
}
WHAT = {
    "opened": "when it opened",
    "closed": "when it closed",
    "decided": "when it was decided",
    "bids": "how many bid",
    "funded": "how many were funded",
    "asked": "what bidders asked for",
    "granted": "what was granted",
    "open_call": "whether anyone could bid",
}


# ---- to one shape


def rounds_of_competitions(competitions: pd.DataFrame) -> pd.DataFrame:
    """The rounds of the register: days are years, months or days, as exact as they were published.

    Parameters
    ----------
    competitions : `competition`, `opened`, `closed`, `decided` (text: "2017-04"), `bids`, `funded`, `asked`, `granted`
        (pounds) and `granted_precision`

    Returns
    -------
    One row a round with the columns of `COLUMNS`; `granted_is` is "at most" where the source states a ceiling.
    """
    table = competitions[["bids", "funded", "asked", "granted"]].astype(float)
    table = table.assign(round=competitions["competition"], source="register of rounds")
    for day in DAYS:
        # A month is all of its days; a blank is none of them.
        spans = [pd.Period(text) if pd.notna(text) else None for text in competitions[day]]
        table[f"{day}_first"] = pd.to_datetime([span.start_time if span else None for span in spans])
        table[f"{day}_last"] = pd.to_datetime([span.end_time.normalize() if span else None for span in spans])
    ceiling = competitions["granted_precision"] == "at-most"
    table["granted_is"] = ceiling.map({True: str(Direction.AT_MOST), False: str(Direction.EXACT)})
    return _shaped(table)


def rounds_of_contracts(contracts: pd.DataFrame) -> pd.DataFrame:
    """The contracting processes of files in the Open Contracting Data Standard, one round each.

    Parameters
    ----------
    contracts : the processed table. Awards of one process are one round; its bids are those of the bids extension or
    else
        its tenderers, and it was decided between its first award and its last. An amount that is not in pounds is not
        known
    """
    pounds = contracts["amount"].where(contracts["currency"].fillna("GBP").str.upper() == "GBP")
    awarded = contracts["award_id"].notna()
    held = contracts.assign(
        pounds=pounds.where(awarded),
        tendered=contracts["bids"].fillna(contracts["tenderers"]).astype("Float64"),
        decided=contracts["award_date"].where(awarded),
    )
    by = held.groupby("ocid", sort=False)
    method = by["procurement_method"].first()
    table = pd.DataFrame(
        {
            "round": by["title"].first().fillna(method.index.to_series()),
            "opened_first": by["tender_start"].first(),
            "closed_first": by["tender_end"].first(),
            "decided_first": by["decided"].min(),
            "decided_last": by["decided"].max(),
            "bids": by["tendered"].first(),
            "funded": by["award_id"].count().where(by["award_id"].count() > 0),
            "granted": by["pounds"].sum(min_count=1).where(by["pounds"].count() == by["award_id"].count()),
            "median_award": by["pounds"].median(),
            "open_call": (method == "open").where(method.notna()),
        }
    )
    table = table.assign(opened_last=table["opened_first"], closed_last=table["closed_first"])
    return _shaped(table.assign(source="contract notices (OCDS)").reset_index(drop=True))


def rounds_of_grants(grants: pd.DataFrame) -> pd.DataFrame:
    """The grants of files in the 360Giving standard: those of one funder, programme and day are one round.

    The standard lists what was funded. Who bid without success, what they asked for, and when a call opened and closed
    have no field in it, so they are blank. A round is an open call where all of its grants say so.
    """
    pounds = grants["amount_awarded"].where(grants["currency"].fillna("GBP").str.upper() == "GBP")
    key = ["funder_name", "programme", "award_date"]
    by = grants.assign(pounds=pounds, count=1).groupby(key, sort=True, dropna=False)
    names = [f"{programme if pd.notna(programme) else funder}, {_in_words(day)}" for (funder, programme, day), _ in by]
    calls = by["from_open_call"].agg(lambda stated: stated.all() if stated.notna().all() else None)
    table = pd.DataFrame(
        {
            "funded": by["count"].sum(),
            "granted": by["pounds"].sum(min_count=1).where(by["pounds"].count() == by["count"].sum()),
            "median_award": by["pounds"].median(),
            "open_call": calls,
        }
    ).reset_index()
    table = table.assign(round=names, source="grants (360Giving)")
    return _shaped(table.assign(decided_first=table["award_date"], decided_last=table["award_date"]))


def _in_words(day: pd.Timestamp) -> str:
    return "not dated" if pd.isna(day) else f"{day.day} {month_in_words(day)}"


def _shaped(table: pd.DataFrame) -> pd.DataFrame:
    shaped = table.reindex(columns=COLUMNS).reset_index(drop=True)
    days = {name: "datetime64[ns]" for name in COLUMNS if name.endswith(("_first", "_last"))}
    numbers = dict.fromkeys(("bids", "funded", "asked", "granted", "median_award"), "float64")
    shaped["granted_is"] = shaped["granted_is"].astype(object).fillna(str(Direction.EXACT))
    return shaped.astype(days | numbers | {"open_call": "boolean"})


# ---- one round


def bids(row: "pd.Series[Any]") -> Result:
    """Bids received, as the source states them."""
    return _stated(row, "bids")


def funded(row: "pd.Series[Any]") -> Result:
    """Bids funded, as the source states them."""
    return _stated(row, "funded")


def days_open(row: "pd.Series[Any]") -> Result:
    """Days from opening to closing; a range where either is known to the month only."""
    return _days(row, "opened", "closed")


def days_to_decision(row: "pd.Series[Any]") -> Result:
    """Days from closing to the decision, or the decisions."""
    return _days(row, "closed", "decided")


def success(row: "pd.Series[Any]") -> Result:
    """The share of bids that were funded."""
    return _ratio(row, "funded", "bids", "bids funded over bids received", "nobody bid")


def success_by_money(row: "pd.Series[Any]") -> Result:
    """The share of the pounds asked for that was granted."""
    return _ratio(row, "granted", "asked", "pounds granted over pounds asked for", "nothing was asked for")


def mean_award(row: "pd.Series[Any]") -> Result:
    """Pounds granted for each bid that was funded."""
    return _ratio(row, "granted", "funded", "pounds granted over bids funded", "nothing was funded")


def mean_asked(row: "pd.Series[Any]") -> Result:
    """Pounds asked for in a bid."""
    return _ratio(row, "asked", "bids", "pounds asked for over bids received", "nobody bid")


MEASURES: dict[str, Callable[["pd.Series[Any]"], Result]] = {
    "bids": bids,
    "funded": funded,
    "days_open": days_open,
    "days_to_decision": days_to_decision,
    "success": success,
    "success_by_money": success_by_money,
    "mean_award": mean_award,
    "mean_asked": mean_asked,
}


def measured(rounds: pd.DataFrame) -> pd.DataFrame:
    """Every measure of every round.

    Returns
    -------
    `rounds`, and for each of `MEASURES` its value, `<measure>_lower` and `<measure>_upper` (the value itself where
    it is exact) and `<measure>_reason`, why it cannot be said ("" where it can).
    """
    table = rounds.copy()
    for name, measure in MEASURES.items():
        found = [measure(row) for _, row in rounds.iterrows()]
        table[name] = pd.Series([getattr(one, "value", None) for one in found], table.index, dtype=float)
        for end in ("lower", "upper"):
            ends = pd.Series([getattr(one, end, None) for one in found], table.index, dtype=float)
            table[f"{name}_{end}"] = ends.fillna(table[name])
        table[f"{name}_reason"] = [getattr(one, "reason", "") for one in found]
    return table


def round_named(rounds: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """The one round of that name.

    Raises
    ------
    UsageError
        when there is none, or more than one.
    """
    found = rounds[rounds["round"] == name]
    if len(found) != 1:
        known = sorted(rounds["round"])
        hint = suggestion(name, known) or f" There are {', '.join(known)}."
        raise UsageError(f'{"No" if found.empty else "More than one"} bidding round is called "{name}".{hint}')
    return found.iloc[0]


def slug(name: str) -> str:
    """The name of a round as an id has it.

    >>> slug("MPS engagement and prevention grants 2019/20")
    'mps-engagement-and-prevention-grants-2019-20'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _stated(row: "pd.Series[Any]", name: str) -> Result:
    if pd.isna(row[name]):
        return CannotSay(f"{WHAT[name]} is not published")
    return Estimate(float(row[name]), method="as published", status=Status.PUBLISHED)


def _days(row: "pd.Series[Any]", first: str, last: str) -> Result:
    start, end = f"{first}_first", f"{last}_first"
    for name, column in ((first, start), (last, end)):
        if pd.isna(row[column]):
            return CannotSay(f"{WHAT[name]} is not published")
    shortest = (row[end] - row[f"{first}_last"]).days
    longest = (row[f"{last}_last"] - row[start]).days
    if longest < 0:
        return CannotSay(f"it is said to be {last} before it was {first}")
    shortest = max(shortest, 0)
    if shortest == longest:
        return Estimate(float(longest), n=1, method="days between the two days")
    method = "middle of the range that the days allow, as exact as they were published"
    return Estimate((shortest + longest) / 2, float(shortest), float(longest), 1, method)


def _ratio(row: "pd.Series[Any]", above: str, below: str, method: str, otherwise: str) -> Result:
    for name in (below, above):
        if pd.isna(row[name]):
            return CannotSay(f"{WHAT[name]} is not published")
    if row[below] == 0:
        return CannotSay(otherwise)
    direction = Direction(str(row["granted_is"])) if above == "granted" else Direction.EXACT
    value = float(row[above]) / float(row[below])
    return Estimate(value, n=float(row[below]), method=method, direction=direction)


# ---- all rounds


def summary(rounds: pd.DataFrame) -> dict[str, Result]:
    """The rounds together. Each number rests on the rounds that state what it takes, and says on how many.

    Returns
    -------
    `rounds-count`, `bids-known-count`, `single-bid-count`, `single-bid-share` (of rounds whose bids are known),
    `open-call-share` (of those that state it), `days-open-median`, `days-to-decision-median`, `mean-award-median` (of
    the rounds' mean awards), `success-share` and `success-by-money-share` (totals over totals, not means of rounds).
    """
    bids, calls = rounds["bids"].dropna(), rounds["open_call"].dropna()
    single = int((bids == 1).sum())
    known = _share(single, len(bids), "rounds with one bid over rounds whose bids are known", "bids")
    table = measured(rounds)
    return {
        "rounds-count": Estimate(len(rounds), method="count of the rounds found"),
        "bids-known-count": Estimate(len(bids), method="count of the rounds found"),
        "single-bid-count": known if isinstance(known, CannotSay) else Estimate(single, n=len(bids), method="count"),
        "single-bid-share": known,
        "open-call-share": _share(
            int(calls.sum()), len(calls), "open calls over rounds that state whether they were", "open_call"
        ),
        "days-open-median": _median(table, "days_open", "opened", "closed"),
        "days-to-decision-median": _median(table, "days_to_decision", "closed", "decided"),
        "mean-award-median": _median(table, "mean_award", "granted", "funded"),
        "success-share": _pooled(rounds, "funded", "bids"),
        "success-by-money-share": _pooled(rounds, "granted", "asked"),
    }


def known(rounds: pd.DataFrame) -> pd.DataFrame:
    """What the rounds state, and what they do not: `field`, `stated`, `not_stated` and `share_stated`."""
    stated = {name: rounds[name if name in rounds else f"{name}_first"].notna() for name in FIELDS}
    rows = [(FIELDS[name], int(has.sum()), int((~has).sum())) for name, has in stated.items()]
    table = pd.DataFrame(rows, columns=["field", "stated", "not_stated"])
    return table.assign(share_stated=table["stated"] / len(rounds) if len(rounds) else None)


def _share(part: int, whole: int, method: str, field: str) -> Result:
    if not whole:
        return CannotSay(f"no round found states {WHAT[field]}")
    return Estimate(part / whole, n=whole, method=method)


def _median(table: pd.DataFrame, name: str, one: str, other: str) -> Result:
    found = table.dropna(subset=[name])
    if found.empty:
        return CannotSay(f"no round found states both {WHAT[one]} and {WHAT[other]}")
    value, method = float(found[name].median()), f"median of the {len(found)} rounds that state what it takes"
    lower, upper = (float(found[f"{name}_{end}"].median()) for end in ("lower", "upper"))
    if (found[f"{name}_lower"] == found[f"{name}_upper"]).all():
        return Estimate(value, n=len(found), method=method)
    return Estimate(value, lower, upper, len(found), f"{method}; the range is what their days allow")


def _pooled(rounds: pd.DataFrame, above: str, below: str) -> Result:
    both = rounds.dropna(subset=[above, below])
    if not both[below].sum():
        return CannotSay(f"no round found states both {WHAT[above]} and {WHAT[below]}")
    ceiling = above == "granted" and (both["granted_is"] != Direction.EXACT).any()
    method = f"total over total; rounds that state both: {len(both)}"
    direction = Direction.AT_MOST if ceiling else Direction.EXACT
    return Estimate(float(both[above].sum() / both[below].sum()), n=len(both), method=method, direction=direction)


def side_by_side(summaries: dict[str, dict[str, Result]]) -> pd.DataFrame:
    """Several summaries beside one another: `measure`, and a column for each, blank where it cannot be said."""
    first = next(iter(summaries.values()))
    table = pd.DataFrame({"measure": list(first)})
    for kind, results in summaries.items():
        table[kind] = pd.Series([getattr(results[name], "value", None) for name in first], dtype=float)
    return table
