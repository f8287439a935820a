"""What providers returned for one borough in a quarter: spend, outputs, and outcomes with intervals."""

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from vfm.vocabulary.marks import Mark

SPENT = "actual"
NO_RETURN = "no monitoring return is published"
NO_OUTCOME = "the service returned no outcome of people in this borough"
FEWEST = 20  # of fewer people a share is not shown without saying how few they are


def wilson(achieved: float, assessed: float, *, level: float = 0.95) -> tuple[float, float]:
    """The Wilson interval of a share: it stays within 0 and 1, and has a width at either end.

    Notes
    -----
    By statsmodels. Source: Newcombe (1998), Statistics in Medicine 17, 857-872.

    >>> [round(end, 4) for end in wilson(15, 148)]
    [0.0624, 0.1605]
    """
    if not 0 <= achieved <= assessed or not assessed > 0:
        raise ValueError(f"{achieved:g} of {assessed:g} is no share")
    lower, upper = proportion_confint(achieved, assessed, alpha=1 - level, method="wilson")
    return float(lower), float(upper)


def spend_here(spend: pd.DataFrame, gss_code: str, quarter: str) -> "pd.Series[float]":
    """Pounds that each service returned as spent in a borough in a quarter, by `service_id`."""
    rows = spend[(spend["gss_code"] == gss_code) & (spend["quarter"] == quarter) & (spend["basis"] == SPENT)]
    return rows.groupby("service_id")["amount"].sum(min_count=1)


def outputs_here(outputs: pd.DataFrame, indicators: pd.DataFrame, gss_code: str, quarter: str) -> pd.DataFrame:
    """What was done in a borough in a quarter: `service_id`, `measure`, `unit` and `count`."""
    rows = outputs[(outputs["gss_code"] == gss_code) & (outputs["quarter"] == quarter)]
    return _named(rows, indicators)[["service_id", "measure_id", "measure", "unit", "count"]]


def outcomes_here(
    outcomes: pd.DataFrame, indicators: pd.DataFrame, gss_code: str, quarter: str, *, level: float = 0.95
) -> pd.DataFrame:
    """What changed for people in a borough in a quarter.

    Returns
    -------
    `service_id`, `measure`, `direction` (which way is better), `achieved`, `assessed`, and `share` with `lower` and
    `upper`, blank where no one was assessed.
    """
    rows = outcomes[(outcomes["gss_code"] == gss_code) & (outcomes["quarter"] == quarter)]
    return with_shares(_named(rows, indicators), level=level)[
        ["service_id", "measure_id", "measure", "direction", "achieved", "assessed", "share", "lower", "upper", "mark"]
    ]


def with_shares(rows: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Rows of `achieved` and `assessed` with `share`, `lower` and `upper`, and the `mark` of where there is none."""
    known = (rows["assessed"] > 0) & rows["achieved"].notna()
    pairs = zip(rows["achieved"], rows["assessed"], known, strict=True)
    ends = [wilson(done, of, level=level) if some else (None, None) for done, of, some in pairs]
    bounds = pd.DataFrame(ends, columns=["lower", "upper"], index=rows.index, dtype=float)
    hidden = rows[["achieved", "assessed"]].isna().any(axis=1)
    mark = np.where(hidden, Mark.SUPPRESSED, Mark.NOT_APPLICABLE)
    return rows.assign(share=(rows["achieved"] / rows["assessed"]).where(known), **bounds, mark=mark)


def what_is_known(services: "pd.Series[str]", outcomes: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Service by service, whether an outcome here is known, and why not.

    Parameters
    ----------
    services : names by `service_id`
    outcomes : from `outcomes_here`
    published : results published of a service, wherever it works: `service_id` and `kind`

    Returns
    -------
    `service`, `outcome_here` ("yes" or "no") and `why`: where none is known here but one of the whole service was
    published, it says so.
    """
    here = set(outcomes.loc[outcomes["assessed"] != 0, "service_id"])  # a hidden count is not none
    elsewhere = set(published.loc[published["kind"] == "outcome", "service_id"])
    rows = []
    for service_id, name in services.items():
        if service_id in here:
            rows.append((name, "yes", "returned by its provider for this borough"))
        elif service_id in elsewhere:
            rows.append((name, "no", "an outcome is published of the service as a whole, and none for a borough"))
        else:
            rows.append((name, "no", NO_OUTCOME if len(outcomes) else NO_RETURN))
    return pd.DataFrame(rows, columns=["service", "outcome_here", "why"])


def _named(rows: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    names = indicators[["measure_id", "name", "unit", "direction"]].rename(columns={"name": "measure"})
    return rows.merge(names, on="measure_id").sort_values(["service_id", "measure"], ignore_index=True)
