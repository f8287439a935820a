"""What a cost is for each of: an output, an outcome or an eligible person, never mixed in one table."""

import numpy as np
import pandas as pd

from vfm.analysis.unit_costs import unit_cost

DENOMINATORS = ("output", "outcome", "eligible people")
NO_CHANCE = "people eligible are a base and not drawn by chance, so no interval"


def one_denominator(costs: pd.DataFrame) -> str:
    """What the costs of a table are for each of.

    Parameters
    ----------
    costs : with a column `denominator`

    Raises
    ------
    ValueError
        when there is none, or more than one: such costs must not be put side by side, summed or ranked.

    >>> one_denominator(pd.DataFrame({"denominator": ["outcome", "outcome"]}))
    'outcome'
    """
    if "denominator" not in costs:
        raise ValueError("a table of costs says in a column `denominator` what each is for")
    found = sorted(costs["denominator"].dropna().unique())
    if len(found) != 1 or costs["denominator"].isna().any():
        raise ValueError(f"costs for each of different things are never in one table, and here are: {found}")
    return found[0]


def costs_by_denominator(rows: pd.DataFrame, *, level: float = 0.95) -> dict[str, pd.DataFrame]:
    """The three unit costs of the same spend, each in a table of its own.

    Parameters
    ----------
    rows : one row a service, with `spend` in pounds and the counts `output`, `outcome` and `eligible people`
    level : coverage of the intervals

    Returns
    -------
    For each of `DENOMINATORS` a table as of `unit_cost`, with `denominator`. A cost for each eligible person has no
    interval, and its `reason` says so.

    Raises
    ------
    ValueError
        when a count has no column, or more people have an outcome than were eligible.
    """
    missing = [name for name in ("spend", *DENOMINATORS) if name not in rows]
    if missing:
        raise ValueError(f"the three costs of a spend need columns for {', '.join(missing)}")
    above = rows["outcome"] > rows["eligible people"]
    if above.any():
        raise ValueError(f"more outcomes than eligible people in {list(rows.index[above])}: mend the count or its base")
    tables = {name: unit_cost(rows["spend"], rows[name], level=level).assign(denominator=name) for name in DENOMINATORS}
    people = tables["eligible people"]
    known = people["value"].notna()
    nobody = rows["eligible people"] == 0
    tables["eligible people"] = people.assign(
        lower=np.nan,
        upper=np.nan,
        reason=people["reason"].mask(known, NO_CHANCE).mask(nobody, "nobody was eligible, so there is no cost of each"),
    )
    return tables
