"""How far the money that was traced can be tied to published results, and what stands in the way."""

import numpy as np
import pandas as pd

from vfm.vocabulary.results import Estimate, Result

OBSTACLES = {
    "elsewhere": "The result is not {}'s",
    "money-not-found": "The money was not found",
    "no-count": "No number of people is published, or none that the money bought",
    "period-differs": "The money found is for another period",
    "same-service": "Its money is already set against another result of the service",
    "self-report": "The provider reports on itself",
    "shared-money": "The money is shared with something else",
    "spend-not-published": "What was spent in the period is not published",
}


def obstacles(matches: pd.DataFrame, services: pd.DataFrame, place: str) -> pd.DataFrame:
    """Why results have no cost: `why`, how many `results`, of which `services`, and the `pounds` of their awards.

    Most results first; `place` is its name.
    `services` has `service_id`, `amount` and `real` (the same in the prices of one year, as far as
    a year is known); a service that meets two obstacles is in both rows, so that neither is to be added up; blank where
    none of its awards has an amount.
    """
    amounts = services.set_index("service_id")[["amount", "real"]]
    amounts["real"] = amounts["real"].where(amounts["amount"].notna() & (amounts["real"] > 0))
    grouped = matches[matches["basis"] == "none"].groupby("obstacle")
    table = pd.DataFrame(
        {
            "results": grouped["result_id"].nunique(),
            "services": grouped["service"].agg(lambda names: ", ".join(sorted(set(names)))),
            "pounds": grouped["service_id"].agg(lambda keys: amounts["amount"].reindex(keys.unique()).sum(min_count=1)),
            "real": grouped["service_id"].agg(lambda keys: amounts["real"].reindex(keys.unique()).sum(min_count=1)),
        }
    ).reset_index()
    table.insert(0, "why", [OBSTACLES[name].format(place) for name in table["obstacle"]])
    return table.sort_values(["results", "why"], ascending=[False, True], ignore_index=True)


def coverage_results(table: pd.DataFrame) -> dict[str, Result]:
    """The shares of a `coverage` table as results: of pounds with a unit cost, and with no published result.

    Those of cash have plain names, and those of awards of a known year, in the prices of one, end in `-real`.
    """
    shares = table.set_index("group")
    method = "pounds of component awards in those services over all traced pounds"
    basis = {"": ("share", method), "-real": ("real_share", f"{method}, in real terms where their year is known")}
    rows = {"coverage-costed-share": COVERAGE[0], "coverage-no-result-share": COVERAGE[2]}
    return {
        f"{name}{ending}": Estimate(shares.loc[group, column], method=how)
        for name, group in rows.items()
        for ending, (column, how) in basis.items()
    }


COVERAGE = (
    "A cost for each person or outcome can be worked out",
    "Results were found, but no such cost",
    "No result was found",
)


def coverage(services: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """How far the traced awards can be tied to a result, in services and in pounds.

    Parameters
    ----------
    services : `service_id`, `amount`, the pounds of its component awards (blank: none), `real`, those with a known
        year in the prices of one, and `undated`, those without, from `deflation.by_service`
    matches : `service_id`, `value_precision`, `denominator` and `basis`, "none" where a result has no money to go
        with it. A plan is no result, and the size of a grant is no cost of what it achieved

    Returns
    -------
    One row for each of `COVERAGE`, in order, with `services`, `pounds`, `share` of the pounds, `real`, `real_share` and
    `undated`; every service with an award is in exactly one row.
    """
    found = matches[matches["value_precision"] != "plan"]
    known = set(found["service_id"])
    costed = set(found.loc[(found["basis"] != "none") & (found["denominator"] != "grant"), "service_id"])
    groups = np.select(
        [services["service_id"].isin(costed), services["service_id"].isin(known)], COVERAGE[:2], COVERAGE[2]
    )
    funded = services.assign(group=groups)[services["awards"] > 0]
    sums = {"pounds": ("amount", "sum"), "real": ("real", "sum"), "undated": ("undated", "sum")}
    table = funded.groupby("group").agg(services=("service_id", "size"), **sums).reindex(list(COVERAGE), fill_value=0)
    shares = {"share": table["pounds"] / table["pounds"].sum(), "real_share": table["real"] / table["real"].sum()}
    return table.assign(**shares).rename_axis("group").reset_index()
