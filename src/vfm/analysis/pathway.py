"""From being referred to what came of it: published shares of the step before, chained to people."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from vfm.vocabulary.results import Estimate

PERCENTAGE = 2  # decimals of a share published as a whole percentage
ROUNDING = "the range is what the rounding of the published shares leaves open, and not one of chance"


def pathway(results: pd.DataFrame, steps: Sequence[str]) -> pd.DataFrame:
    """People at each step, from one published count and the shares that follow it.

    Parameters
    ----------
    results : `result_id`, `measure` and `value`, a share as a proportion
    steps : ids of results: a count, then shares, each of the people at the step before

    Returns
    -------
    One row a step: `result_id`, `measure`, `share`, `people`, `lower` and `upper` (people), `of_first`,
    `of_first_lower` and `of_first_upper` (proportions of the first count). The first row has no `share`.

    Raises
    ------
    ValueError
        when a step is not among the results, or a later one is no share.

    Notes
    -----
    A share published as 0.41 may be anything from 0.405 to 0.415, and a product of such shares anything between the
    products of their ends.

    >>> table = pd.DataFrame({"result_id": ["a", "b"], "measure": ["asked", "came (share)"], "value": [200, 0.5]})
    >>> pathway(table, ["a", "b"])[["people", "lower", "upper"]].iloc[-1].tolist()
    [100.0, 99.0, 101.0]
    """
    by_id = results.set_index("result_id")
    missing = [step for step in steps if step not in by_id.index]
    if missing:
        raise ValueError(f"no result is called {', '.join(missing)}")
    table = by_id.loc[list(steps), ["measure", "value"]].reset_index()
    first, shares = float(table["value"].iloc[0]), table["value"].iloc[1:].astype(float)
    if not shares.between(0, 1).all():
        raise ValueError("each step after the first is a share, between 0 and 1")
    half = pd.Series([0.0, *map(_half_width, shares)])
    share = pd.Series([1.0, *shares])
    table = table.assign(share=share.where(table.index > 0))
    for name, ends in {"": share, "_lower": (share - half).clip(0, 1), "_upper": (share + half).clip(0, 1)}.items():
        table[f"of_first{name}"] = ends.cumprod().to_numpy()
        table[name.removeprefix("_") or "people"] = first * table[f"of_first{name}"]
    shown = [
        "result_id",
        "measure",
        "share",
        "people",
        "lower",
        "upper",
        "of_first",
        "of_first_lower",
        "of_first_upper",
    ]
    return table[shown]


def _half_width(share: float) -> float:
    """Half of what a share is rounded to: a whole percentage, or more finely where it has more decimals."""
    decimals = -int(Decimal(repr(share)).as_tuple().exponent)
    return 0.5 * 10.0 ** -max(decimals, PERCENTAGE)


def reached(step: "pd.Series[float]") -> Estimate:
    """A step as a share of the first count, with the range of its rounding."""
    method = f"product of the published shares; {ROUNDING}"
    return Estimate(step["of_first"], step["of_first_lower"], step["of_first_upper"], n=step["people"], method=method)
