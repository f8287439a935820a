"""What a cost is for each of: an output, an outcome or an eligible person, never mixed in one table."""

import pandas as pd


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
