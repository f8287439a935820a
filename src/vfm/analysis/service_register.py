"""Services, providers and awards as a reader looks them up: who is paid for what, how long, and until when."""

from typing import Any

import pandas as pd

from vfm.vocabulary.labels import named
from vfm.vocabulary.periods import Quarter

SOON = pd.DateOffset(months=6)
ENDED, ENDS_SOON, RUNS, TO_COME = "ended", "ends within six months", "runs on", "had not begun"
NO_DATES = "no dates are stated"
NOT_NAMED = "not named in the decision"


def standing(start: object, end: object, quarter: Quarter) -> str:
    """Where an award or a service stood on the last day of a quarter, by its dates.

    >>> standing(pd.Timestamp("2019-04-01"), pd.Timestamp("2020-06-30"), Quarter.parse("2019-20-Q4"))
    'ends within six months'
    """
    day = pd.Timestamp(quarter.end)
    if pd.isna(end):
        return NO_DATES
    if pd.notna(start) and start > day:
        return TO_COME
    if end < day:
        return ENDED
    return ENDS_SOON if end <= day + SOON else RUNS


def awards_of(awards: pd.DataFrame, services: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Component awards with the names of their services and themes, and where each stood at the end of a quarter."""
    names = services.set_index("service_id")["name"]
    rows = awards.assign(
        service=awards["service_id"].map(names),
        theme=awards["theme"].map(named),
        provider=awards["recipient"].fillna(NOT_NAMED),
        standing=[standing(start, end, quarter) for start, end in zip(awards["start"], awards["end"], strict=True)],
    )
    return rows.sort_values(["service", "start", "award_id"], ignore_index=True)


def services_of(register: pd.DataFrame, services: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """One row a service that has an award, by name.

    Parameters
    ----------
    register : from `awards_of`

    Returns
    -------
    `service_id`, `service`, `theme`, `scope`, `providers` (each once, in the order of their awards), `awards`, `pounds`
    of all its awards that state an amount, `start` of the first, `end` of the last to end, `months` of the award that
    ran at the end of the quarter, or else of the last before it, or the next; and `standing` there.
    """
    rows = []
    for service_id, found in register.groupby("service_id", sort=False):
        latest = _that_counts(found)
        rows.append(
            {
                "service_id": service_id,
                "service": latest["service"],
                "theme": latest["theme"],
                "providers": "; ".join(dict.fromkeys(found["provider"])),
                "awards": len(found),
                "pounds": found["amount"].sum(min_count=1),
                "start": found["start"].min(),
                "end": latest["end"],
                "months": latest["months"],
                "standing": latest["standing"],
            }
        )
    table = pd.DataFrame(rows)
    scope = services.set_index("service_id")["scope"]
    return table.assign(scope=table["service_id"].map(scope)).sort_values("service", ignore_index=True)


def _that_counts(awards: pd.DataFrame) -> "pd.Series[Any]":
    """Of a service's awards by start, the one that ran at the end of the quarter; else the last before, or the next."""
    for standings, place in (((ENDS_SOON, RUNS), -1), ((ENDED,), -1), ((TO_COME,), 0), ((NO_DATES,), -1)):
        found = awards[awards["standing"].isin(standings)]
        if len(found):
            return found.iloc[place]
    raise ValueError("a service without an award has no term")


def providers_of(register: pd.DataFrame) -> pd.DataFrame:
    """One row a provider as the decisions name it: `provider`, `services`, `awards`, `pounds`, `median_months`."""
    grouped = register.groupby("provider")
    table = pd.DataFrame(
        {
            "services": grouped["service"].agg(lambda names: "; ".join(sorted(set(names)))),
            "awards": grouped.size(),
            "pounds": grouped["amount"].sum(min_count=1),
            "median_months": grouped["months"].median(),
        }
    )
    return table.reset_index().sort_values("provider", key=lambda names: names.str.lower(), ignore_index=True)


def results_of(results: pd.DataFrame, services: pd.DataFrame) -> pd.DataFrame:
    """Published results with the name of their service, outcomes before outputs, and how each was known."""
    names = services.set_index("service_id")["name"]
    rows = results.assign(service=results["service_id"].map(names), evidence=results["evidence"].fillna("not stated"))
    return rows.sort_values(["service", "kind", "result_id"], ascending=[True, False, True], ignore_index=True)
