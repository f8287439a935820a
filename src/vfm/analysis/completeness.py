"""How complete the awards are, and which of them may be summed."""

import pandas as pd

from vfm.vocabulary.results import Estimate

ROLE_ORDER = ("component", "envelope", "superseded", "inside-another", "multi-funder")


def by_role(awards: pd.DataFrame) -> pd.DataFrame:
    """Awards and pounds by role, the summed role first.

    Parameters
    ----------
    awards : `role`, `amount` (components) and `amount_not_summed` (the rest), in pounds

    Returns
    -------
    `role`, `awards`, `with_amount`, `pounds` and `summed` ("yes" or "no"). The pounds of two roles are never added.
    """
    stated = awards["amount"].fillna(awards["amount_not_summed"])
    grouped = awards.assign(stated=stated).groupby("role")["stated"]
    table = pd.DataFrame({"awards": grouped.size(), "with_amount": grouped.count(), "pounds": grouped.sum()})
    table = table.reindex([role for role in ROLE_ORDER if role in table.index]).rename_axis("role").reset_index()
    return table.assign(summed=["yes" if role == "component" else "no" for role in table["role"]])


def traced(awards: pd.DataFrame) -> dict[str, Estimate]:
    """How many component awards were traced, and their pounds.

    Returns
    -------
    Keyed by figure: counts of awards, and sums in pounds. They count what was found, so they have no interval.
    What is not summed is stated in envelopes and their parts, which overlap: `awards-not-summed-pounds` says how
    much was left out of the sum, and is no sum of money itself.
    """
    components = awards[awards["role"] == "component"]
    numbers = {
        "awards-count": len(components),
        "awards-with-amount-count": int(components["amount"].notna().sum()),
        "awards-pounds": components["amount"].sum(),
        "awards-not-summed-pounds": awards["amount_not_summed"].sum(),
        "awards-secondary-count": int((components["source_kind"] == "secondary").sum()),
    }
    methods = {"awards-not-summed-pounds": "sum of what is stated, which overlaps: not a sum of money"}
    return {
        name: Estimate(float(value), method=methods.get(name, "count or sum of the awards found"))
        for name, value in numbers.items()
    }


def span_of(awards: pd.DataFrame) -> str:
    """The years that the awards' dates reach over, in words: "decisions found, 2014 to 2026"."""
    dates = pd.concat([awards["date_signed"], awards["start"]]).dropna().dt.year
    return f"decisions found, {dates.min()} to {dates.max()}"


def missing_cells(table: pd.DataFrame, fields: list[str]) -> pd.DataFrame:
    """How many rows lack each of `fields`: `field`, `missing` and `share` (a proportion of the rows)."""
    missing = table[fields].isna().sum()
    return pd.DataFrame({"field": fields, "missing": missing.to_numpy(), "share": missing.to_numpy() / len(table)})
