"""A formula over the years: the split of a fund, an uplift alone, a floor that is paid for, damping."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from vfm.analysis.formula import PENCE, Allocation, ConflictingRulesError, allocate, exactly, to_the_penny
from vfm.vocabulary.errors import DataError

DIRECT, CO_COMMISSIONED = "direct", "co-commissioned"


def split(fund: int, direct: float) -> dict[str, int]:
    """A fund parted into what goes to areas directly and what is commissioned together, in pence that sum to it.

    >>> split(1_000_01, 0.7)
    {'direct': 70001, 'co-commissioned': 30000}
    """
    if not 0 <= direct <= 1:
        raise DataError(f"The direct part of a fund is a proportion from 0 to 1, not {direct}.")
    part = exactly(direct)
    return to_the_penny({DIRECT: fund * part, CO_COMMISSIONED: fund * (1 - part)}, fund)


def uplift_only(
    need: pd.DataFrame, weights: Mapping[str, float], uplift: int, *, previous: "pd.Series[int]"
) -> Allocation:
    """A new formula's first year: each area keeps what it had, and new money goes where the formula wants most.

    Parameters
    ----------
    need, weights : as for `allocate`
    uplift : pence that are new
    previous : pence that each area had before

    >>> need = pd.DataFrame({"people": [1, 1]}, index=["A", "B"])
    >>> kept = uplift_only(need, {"people": 1}, 30, previous=pd.Series([100, 50], index=["A", "B"]))
    >>> kept.table["allocation"].tolist()
    [100, 80]
    """
    if uplift < 0:
        raise ConflictingRulesError(
            f"An uplift of {uplift / PENCE:,.2f} pounds takes money away, while every area is to keep what it had."
        )
    return allocate(need, weights, int(previous.sum()) + uplift, floor=previous, previous=previous)


@dataclass(frozen=True)
class ToppedUp:
    """A floor that is paid with added money: who falls short of it, and what that costs.

    `table` has one row an area: `formula`, `floor`, `allocation` (the greater of the two) and `top_up`, in pence.
    `cost` is the sum of the top-ups, `total` that of the allocations.
    """

    table: pd.DataFrame
    cost: int
    total: int


def top_up(formula: "pd.Series[int]", floor: "pd.Series[int]") -> ToppedUp:
    """Raise each area that a formula leaves below its floor to the floor, and leave the others as they are.

    This is what PCD 421 describes: increases accepted, reductions removed, at a cost beside the plan. To pay for the
    floor out of the same budget instead, give `floor` to `allocate`.

    >>> done = top_up(pd.Series({"A": 90, "B": 60}), pd.Series({"A": 100, "B": 50}))
    >>> done.table["allocation"].tolist(), done.cost, done.total
    ([100, 60], 10, 160)
    """
    if not formula.index.sort_values().equals(floor.index.sort_values()):
        raise DataError("The formula and the floor are not of the same areas.")
    table = pd.DataFrame({"formula": formula, "floor": floor.reindex(formula.index)})
    table["allocation"] = table.max(axis=1)
    table["top_up"] = table["allocation"] - table["formula"]
    return ToppedUp(table, int(table["top_up"].sum()), int(table["allocation"].sum()))


def damped(
    need: pd.DataFrame,
    weights: Mapping[str, float],
    budgets: Mapping[str, int],
    *,
    previous: "pd.Series[int]",
    max_gain: float | None = None,
    max_loss: float | None = None,
) -> dict[str, Allocation]:
    """Move to a formula over the years, no area by more than so much from one year to the next.

    Parameters
    ----------
    need, weights : as for `allocate`, the same for all years
    budgets : year -> pence, in the order of the years
    previous : pence of the year before the first
    max_gain, max_loss : proportions of the year before

    Raises
    ------
    ConflictingRulesError
        naming the year in which the limits and its budget cannot both hold.
    """
    years: dict[str, Allocation] = {}
    for year, budget in budgets.items():
        try:
            one = allocate(need, weights, budget, previous=previous, max_gain=max_gain, max_loss=max_loss)
        except ConflictingRulesError as conflict:
            raise ConflictingRulesError(f"{year}: {conflict}") from None
        years[year], previous = one, one.table["allocation"]
    return years


def phased(
    need: pd.DataFrame,
    weights: Mapping[str, float],
    budgets: Mapping[str, int],
    *,
    previous: "pd.Series[int]",
    pace: Mapping[str, float],
) -> pd.DataFrame:
    """Move to a formula in stated steps: each year so much of the formula, and the rest as money was shared before.

    Parameters
    ----------
    pace : year -> the part of that year's budget that goes by the formula, from 0 to 1

    Returns
    -------
    Pence, one row an area and one column a year; each column sums to its year's budget.
    """
    if not previous.sum() > 0:
        raise DataError("Nothing was had before, so there are no shares to move from.")
    columns = {}
    for year, budget in budgets.items():
        if year not in pace or not 0 <= pace[year] <= 1:
            raise DataError(f"The pace of {year} is a proportion from 0 to 1 and has to be given.")
        part, new = exactly(pace[year]), allocate(need, weights, budget).terms.sum(axis=1)
        old = {area: exactly(previous[area]) / exactly(previous.sum()) for area in need.index}
        mixed = {area: budget * (part * new[area] + (1 - part) * old[area]) for area in need.index}
        columns[year] = to_the_penny(mixed, budget)
    return pd.DataFrame(columns, index=need.index)


def explained(allocation: Allocation, area: str, *, base: str | None = None) -> pd.DataFrame:
    """One area's allocation as terms that add up to it, to the penny.

    Parameters
    ----------
    base : an indicator, such as the people, to start from: the first term is then its share of the whole budget, and
        each other indicator adds what the area has more or less of it than of the base, times its weight

    Returns
    -------
    `term`, `pence` (exact in sum), and `share` of the budget: one row an indicator, one for the rules, one for the
    pennies. The last row is the allocation.
    """
    if area not in allocation.table.index:
        raise DataError(f"There is no area {area} in the allocation.")
    terms, weights = allocation.terms.loc[area], allocation.weights
    if base is None:
        exact = {name: allocation.budget * terms[name] for name in weights}
    elif not weights.get(base):
        raise DataError(f'The base "{base}" has no weight in the formula.')
    else:
        start = terms[base] / weights[base]
        others = {name: terms[name] - weights[name] * start for name in weights if name != base}
        exact = {name: allocation.budget * value for name, value in {base: start, **others}.items()}
    row = allocation.table.loc[area]
    rounded = {name: round(value) for name, value in exact.items()}
    rules = int(row["allocation"] - row["formula"])
    pennies = int(row["formula"]) - sum(rounded.values())
    pence = rounded | {"rules": rules, "pennies": pennies, "allocation": int(row["allocation"])}
    table = pd.DataFrame({"term": list(pence), "pence": list(pence.values())})
    return table.assign(share=table["pence"] / allocation.budget)


def held_from_need(allocation: Allocation) -> int:
    """Pence that the rules keep with areas which need alone would not give them: half of all that is moved."""
    moved = allocation.table["allocation"] - allocation.table["formula"]
    return int(moved.clip(lower=0).sum())


def by_year(years: Mapping[str, Allocation]) -> pd.DataFrame:
    """How far rules keep each year from its formula.

    Returns
    -------
    One row a year: `year`, `budget` and `held` (pounds with areas that need alone would not give them), `share` of the
    budget, and `areas` that a rule holds.
    """
    rows = [
        (year, one.budget / PENCE, held_from_need(one) / PENCE, int((one.table["rule"] != "").sum()))
        for year, one in years.items()
    ]
    table = pd.DataFrame(rows, columns=["year", "budget", "held", "areas"])
    return table.assign(share=table["held"] / table["budget"])
