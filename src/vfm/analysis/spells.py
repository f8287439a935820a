"""How long a service is funded without a break, across awards, extensions and renewals; and the gaps between.

A spell is a time in which a service was funded on every day, as far as the awards found say. It ends on a day after
which no award found goes on: that is the record's end, and the funding's only where the record is whole.
"""

import pandas as pd

from vfm.vocabulary.results import CannotSay, Estimate, Result

ONE_DAY = pd.Timedelta(days=1)


def months_between(first: pd.Timestamp, after: pd.Timestamp) -> float:
    """Calendar months from one day up to another, the days over as a share of the month that they are in.

    >>> months_between(pd.Timestamp("2016-04-01"), pd.Timestamp("2017-04-01"))
    12.0
    >>> round(months_between(pd.Timestamp("2021-06-26"), pd.Timestamp("2022-07-01")), 2)
    12.17
    """
    whole = (after.year - first.year) * 12 + after.month - first.month
    if first + pd.DateOffset(months=whole) > after:
        whole -= 1
    since = first + pd.DateOffset(months=whole)
    return whole + (after - since).days / (first + pd.DateOffset(months=whole + 1) - since).days


def spells(awards: pd.DataFrame, *, until: pd.Timestamp, bridge_days: float = 0) -> pd.DataFrame:
    """The spells of unbroken funding of each service.

    Parameters
    ----------
    awards : `service_id`, `start`, `end` and `is_extension`; an award without both days is in no spell
    until : the day up to which decisions are known. A spell that is funded on that day has not ended
    bridge_days : a break of this many days or fewer is none; without limit, a service has one spell

    Returns
    -------
    One row a spell, by service and start: `service_id`, `start`, `last` (the last day funded), `awards`, `months`,
    `ended`, and `known_start`: whether the first award is a new one. One that extends an award which was not found
    began earlier, nobody here knows when.
    """
    dated = awards.dropna(subset=["start", "end"]).sort_values(["service_id", "start", "end", "award_id"])
    reach = dated.groupby("service_id")["end"].cummax().groupby(dated["service_id"]).shift()
    breaks = (dated["start"] - reach).dt.days - 1 > bridge_days  # the first award of a service is after nothing
    number = breaks.groupby(dated["service_id"]).cumsum().rename("spell")
    by = dated.groupby([dated["service_id"], number])
    table = by.agg(start=("start", "min"), last=("end", "max"), awards=("award_id", "size"))
    # Of several awards on its first day one new one is enough: the service starts with it.
    new = ~dated["is_extension"].astype(bool) & (dated["start"] == by["start"].transform("min"))
    table = table.assign(known_start=new.groupby([dated["service_id"], number]).any()).reset_index()
    table = table.drop(columns="spell")
    lengths = [months_between(row.start, row.last + ONE_DAY) for row in table.itertuples()]
    return table.assign(months=pd.Series(lengths, dtype=float), ended=table["last"] < until)


def gaps(found: pd.DataFrame) -> pd.DataFrame:
    """The times between two spells of one service for which no award was found.

    Parameters
    ----------
    found : from `spells`

    Returns
    -------
    One row a gap: `service_id`, `last` (the last day funded), `resumed` (the first day funded again) and `months`.
    """
    before = found.assign(resumed=found.groupby("service_id")["start"].shift(-1)).dropna(subset=["resumed"])
    lengths = [months_between(row.last + ONE_DAY, row.resumed) for row in before.itertuples()]
    table = before[["service_id", "last", "resumed"]].assign(months=pd.Series(lengths, before.index, dtype=float))
    return table.reset_index(drop=True)


def notice(awards: pd.DataFrame) -> pd.DataFrame:
    """How long before funding would have ended the decision was signed that carried it on.

    Parameters
    ----------
    awards : `award_id`, `service_id`, `title`, `start`, `end`, `is_extension` and `date_signed`

    Returns
    -------
    One row an award with a start and a signature that carries funding on, by start: `award_id`, `service_id`, `title`,
    `follows` ("extension", or "renewal": a new award that starts the day after one of the same service ends),
    `funded_until` (the day before its start), `signed` and `days` from the signature to that day; less than 0 where it
    was signed only after the funding had ended.
    """
    dated = awards.dropna(subset=["start", "date_signed"])
    ends = set(awards.dropna(subset=["end"])[["service_id", "end"]].itertuples(index=False, name=None))
    until = dated["start"] - ONE_DAY
    renewed = [pair in ends for pair in zip(dated["service_id"], until, strict=True)]
    extends = dated["is_extension"].astype(bool)
    table = dated[["award_id", "service_id", "title"]].assign(
        follows=extends.map({True: "extension", False: "renewal"}),
        funded_until=until,
        signed=dated["date_signed"],
        days=(until - dated["date_signed"]).dt.days,
    )
    follows = extends | pd.Series(renewed, dated.index, dtype=bool)
    return table[follows].sort_values(["funded_until", "award_id"], ignore_index=True)


def late_signatures(awards: pd.DataFrame) -> dict[str, Result]:
    """Whether decisions come before the funding that they decide on: the awards that state a signature and a start.

    Returns
    -------
    `signed-count`, `signed-late-count` (signed on or after the first day funded), `signed-late-share` and
    `signed-median-days`, from the signature to the first day funded; under 0 where it was signed later.
    """
    dated = awards.dropna(subset=["start", "date_signed"])
    days = (dated["start"] - dated["date_signed"]).dt.days
    late = int((days <= 0).sum())
    counts: dict[str, Result] = {
        "signed-count": Estimate(len(dated), method="count in the awards found"),
        "signed-late-count": Estimate(late, method="count in the awards found"),
    }
    if dated.empty:
        why = "no award here has both a signature and a start"
        return counts | dict.fromkeys(("signed-late-share", "signed-median-days"), CannotSay(why))
    share = Estimate(late / len(dated), n=len(dated), method="count over awards with both days")
    return counts | {"signed-late-share": share, "signed-median-days": _median(days, "")}


def continuity(found: pd.DataFrame, between: pd.DataFrame, given: pd.DataFrame) -> dict[str, Result]:
    """Spells, gaps and notice as single numbers: counts of what was found, so none has an interval.

    Returns
    -------
    `spells-count`, `spells-services-count`, `spells-of-several-awards-count`, `spells-start-unknown-count`,
    `spells-ended-count`, `gaps-count`, `gaps-median-months`, `notice-count`, `notice-late-count` (signed after the
    funding before had ended) and `notice-median-days`.
    """
    late = given["days"] < 0
    counts = {
        "spells-count": len(found),
        "spells-services-count": found["service_id"].nunique(),
        "spells-of-several-awards-count": (found["awards"] > 1).sum(),
        "spells-start-unknown-count": (~found["known_start"].astype(bool)).sum(),
        "spells-ended-count": found["ended"].sum(),
        "gaps-count": len(between),
        "notice-count": len(given),
        "notice-late-count": late.sum(),
    }
    results: dict[str, Result] = {
        key: Estimate(int(n), method="count in the awards found") for key, n in counts.items()
    }
    results["gaps-median-months"] = _median(between["months"], "no service is funded again after a break")
    results["notice-median-days"] = _median(given["days"], "no award that carries funding on has both days")
    return results


def _median(values: "pd.Series[float]", otherwise: str) -> Result:
    if values.empty:
        return CannotSay(otherwise)
    return Estimate(float(values.median()), n=len(values), method="median of those found")
