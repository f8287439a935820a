"""Which services are funded in one borough, as far as decisions and returns say."""

import pandas as pd

from vfm.analysis.borough_money import EVERY, HERE
from vfm.vocabulary.place import Place

RETURNED = "its return names this borough"
COLUMNS = [
    "service_id",
    "service",
    "theme",
    "provider",
    "why",
    "pounds",
    "amount",
    "start",
    "end",
    "months",
    "standing",
]


def services_here(
    register: pd.DataFrame,
    reached: pd.DataFrame,
    pence: "pd.Series[int]",
    returned: set[str],
    gss_code: str,
    place: Place,
) -> pd.DataFrame:
    """The awards that run in the year and reach a borough, by service.

    Parameters
    ----------
    register : from `service_register.awards_of`
    reached : from `borough_money.reach`
    pence : from `borough_money.pence_in_year`: the awards that run in the year
    returned : keys of the services whose returns name the borough
    gss_code : the borough
    place : which boroughs are meant by every one, and how the whole is called

    Returns
    -------
    `service_id`, `service`, `theme`, `provider`, `why` it is listed, `pounds` of it that went to this borough alone in
    the year (blank where that is not known), `amount` of the whole award, `start`, `end`, `months` and `standing`.
    "Every borough" are those that one force polices, `Place.every`: the City of London is not among them.
    """
    rows = register.set_index("award_id").loc[pence.index].join(reached)
    here = (rows["reach"] == HERE) & (rows["gss_code"] == gss_code)
    everywhere = rows["reach"] == (EVERY if gss_code in place.every else place.all_of)
    by_return = ~here & rows["service_id"].isin(returned) & (rows["reach"] != HERE)
    kept = rows[here | everywhere | (rows["reach"] == place.all_of) | by_return].copy()
    kept["why"] = kept["reach"].where(~by_return.loc[kept.index] | (kept["reach"] == place.all_of), RETURNED)
    kept["pounds"] = (pence / 100).reindex(kept.index).where(here.loc[kept.index])
    return kept.sort_values(["service", "start"]).reset_index()[COLUMNS]


def sums_here(allocations: pd.DataFrame, gss_code: str) -> pd.DataFrame:
    """Sums published for a borough in any year. Spans repeat the years within them, so they do not add up."""
    rows = allocations[allocations["gss_code"] == gss_code]
    return rows.sort_values(["period", "fund"], ignore_index=True)[
        ["fund", "period", "amount", "source_kind", "source"]
    ]
