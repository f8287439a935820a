"""The cliff calendar: which funding ends when, and whether an award found carries the service on."""

import pandas as pd

from vfm.analysis.spells import ONE_DAY
from vfm.vocabulary.periods import FinancialYear, Quarter
from vfm.vocabulary.results import CannotSay, Estimate, Result

EDGE = (3, 31)  # the last day of the financial year: month and day


def endings(awards: pd.DataFrame) -> pd.DataFrame:
    """Every award with a stated end, and whether its service is funded on the next day.

    Parameters
    ----------
    awards : `award_id`, `service_id`, `amount` (pounds), `start` and `end`

    Returns
    -------
    One row an award, by end: `award_id`, `service_id`, `amount`, `end`, `quarter` (financial: "2019-20-Q4"), `at_edge`
    (whether it ends on 31 March) and `followed`: whether another award of the service is known to run on the next day.
    One without an end is known to run on the day that it starts.
    """
    ending = awards.dropna(subset=["end"]).sort_values(["end", "award_id"], ignore_index=True)
    running = awards.dropna(subset=["start"])[["service_id", "start", "end"]]
    running = running.assign(end=running["end"].fillna(running["start"]))
    spans = {
        service: list(zip(own["start"], own["end"], strict=True)) for service, own in running.groupby("service_id")
    }
    followed = [
        any(start <= end + ONE_DAY <= last for start, last in spans.get(service, []))
        for service, end in zip(ending["service_id"], ending["end"], strict=True)
    ]
    table = ending[["award_id", "service_id", "amount", "end"]]
    return table.assign(
        quarter=[str(quarter_of(day)) for day in ending["end"]],
        at_edge=[(day.month, day.day) == EDGE for day in ending["end"]],
        followed=pd.Series(followed, dtype=bool),
    )


def quarter_of(day: pd.Timestamp) -> Quarter:
    """The financial quarter that a day is in.

    >>> str(quarter_of(pd.Timestamp("2020-03-31"))), str(quarter_of(pd.Timestamp("2020-04-01")))
    ('2019-20-Q4', '2020-21-Q1')
    """
    return Quarter(FinancialYear.of(day), (day.month - 4) % 12 // 3 + 1)


def calendar(ending: pd.DataFrame) -> pd.DataFrame:
    """What ends in each quarter, from the first with an end to the last, the quiet ones between them too.

    Parameters
    ----------
    ending : from `endings`

    Returns
    -------
    One row a quarter: `quarter`, `awards`, `without_amount`, `services`, `pounds`, of awards that end in it, and
    `services_not_followed` and `pounds_not_followed`, of those whose service no award found carries on. A service
    counts once a quarter, and as not followed where any of its ends is not. The pounds are all that the awards held,
    over their whole terms, which is not what would be lost in a year; blank where none of a quarter's awards states an
    amount.
    """
    table = _in_quarters(ending)
    if ending.empty:
        return table.reset_index()
    quarter, last = Quarter.parse(ending["quarter"].min()), Quarter.parse(ending["quarter"].max())
    quarters = [quarter]
    while quarters[-1] < last:
        quarters.append(quarters[-1].next)
    return table.reindex([str(one) for one in quarters], fill_value=0).rename_axis("quarter").reset_index()


def _in_quarters(ending: pd.DataFrame) -> pd.DataFrame:
    alone = ending[~ending["followed"].astype(bool)]
    by, by_alone = ending.groupby("quarter"), alone.groupby("quarter")
    table = pd.DataFrame(
        {
            "awards": by.size(),
            "without_amount": by["amount"].apply(lambda amount: int(amount.isna().sum())),
            "services": by["service_id"].nunique(),
            "pounds": by["amount"].sum(min_count=1),
            "services_not_followed": by_alone["service_id"].nunique(),
            "pounds_not_followed": by_alone["amount"].sum(min_count=1),
        }
    )
    none_alone = ~table.index.isin(alone["quarter"])
    table.loc[none_alone, ["services_not_followed", "pounds_not_followed"]] = 0
    return table.astype({"services_not_followed": int})


def between(ending: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """The ends from one day to another, both included, the earliest first and then the most pounds."""
    due = ending[(ending["end"] >= first) & (ending["end"] <= last)]
    return due.sort_values(["end", "amount", "award_id"], ascending=[True, False, True], ignore_index=True)


def edge_results(ending: pd.DataFrame) -> dict[str, Result]:
    """How much ends on 31 March: counts and shares of the awards found, so none has an interval.

    Returns
    -------
    `ends-count`, `edge-count`, `edge-share` (of awards with an end), `edge-pounds-share` (of their pounds),
    `not-followed-count` and `not-followed-share`, of the ends after which no award found carries the service on, and
    `largest-quarter-pounds`, the most that ends in one quarter.
    """
    edge, alone = ending[ending["at_edge"].astype(bool)], ending[~ending["followed"].astype(bool)]
    results: dict[str, Result] = {
        "ends-count": Estimate(len(ending), method="count of the awards found"),
        "edge-count": Estimate(len(edge), method="count of the awards found"),
        "not-followed-count": Estimate(len(alone), method="count of the awards found"),
    }
    if ending.empty:
        none = CannotSay("no award here states its end")
        names = ("edge-share", "edge-pounds-share", "not-followed-share", "largest-quarter-pounds")
        return results | dict.fromkeys(names, none)
    pounds = float(ending["amount"].sum())
    method = "count over awards with a stated end"
    results |= {
        "edge-share": Estimate(len(edge) / len(ending), n=len(ending), method=method),
        "not-followed-share": Estimate(len(alone) / len(ending), n=len(ending), method=method),
    }
    if not pounds:
        none = CannotSay("no award here states both an end and an amount")
        return results | dict.fromkeys(("edge-pounds-share", "largest-quarter-pounds"), none)
    return results | {
        "edge-pounds-share": Estimate(
            float(edge["amount"].sum()) / pounds, n=len(ending), method="pounds over pounds of awards with a stated end"
        ),
        "largest-quarter-pounds": Estimate(
            float(ending.groupby("quarter")["amount"].sum().max()), n=len(ending), method="sum by quarter of the end"
        ),
    }


def largest_quarter(ending: pd.DataFrame) -> str:
    """The quarter in which the most pounds end, in words: "January to March 2025"; "no quarter" where nothing does."""
    if not ending["amount"].sum():
        return "no quarter"
    return Quarter.parse(str(ending.groupby("quarter")["amount"].sum().idxmax())).words
