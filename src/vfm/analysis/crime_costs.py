"""What crimes cost society, and how many would have to be avoided for a service to pay for itself."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from vfm.analysis.preconditions import require_columns, require_no_infinite
from vfm.vocabulary.errors import suggestion
from vfm.vocabulary.periods import FinancialYear
from vfm.vocabulary.results import CannotSay, Estimate, Result, Status

POUNDS = ("anticipation", "consequence", "response", "total")
RECORDED = "crimes for each recorded one"


def reprice(unit_costs: pd.DataFrame, base: str, index: "pd.Series[float]") -> pd.DataFrame:
    """The unit costs in the prices of another financial year. Prices only: nothing else about them is newer.

    Parameters
    ----------
    unit_costs : `crime_type`, the pounds of `POUNDS`, and `price_base`, one for all
    base : the financial year whose prices are wanted
    index : a deflator by financial year

    Raises
    ------
    ValueError
        when the deflator has no value for one of the two years, or the costs are in mixed prices.
    """
    old = _price_base(unit_costs)
    missing = [year for year in (old, base) if year not in index.index]
    if missing:
        raise ValueError(f"the deflator has no value for {', '.join(missing)}")
    pounds = unit_costs[list(POUNDS)] * (index[base] / index[old])
    return unit_costs.assign(**{name: pounds[name] for name in POUNDS}, price_base=base)


def cost_of_crime(
    crimes: "pd.Series[float]",
    unit_costs: pd.DataFrame,
    *,
    prices: str,
    part: str = "total",
    multipliers: "pd.Series[float] | None" = None,
) -> pd.DataFrame:
    """What a number of crimes costs, each kind by itself.

    Parameters
    ----------
    crimes : how many, by `crime_type`
    unit_costs : pounds for each crime that happens, recorded or not (Home Office)
    prices : the financial year in whose prices the answer is wanted: that of the unit costs, named so that nobody mixes
        them unawares
    part : which of the pounds; "response" alone is what police and courts bear
    multipliers : by `crime_type`, how many happen for each recorded one; only where `crimes` are recorded ones and one
        means to add those that are not

    Returns
    -------
    `crime_type`, `crimes`, `multiplier` (1 where none is asked for), `each`, `pounds`, `price_base` and `reason`, which
    says why there are no pounds.

    Raises
    ------
    ValueError
        when prices are mixed, a kind of crime is not known, or a number of crimes is negative.
    """
    require_no_infinite(crimes=crimes)
    if (crimes < 0).any():
        raise ValueError(f"a number of crimes is not negative: {list(crimes.index[crimes < 0])}")
    table = _priced(crimes.index, unit_costs, prices=prices, part=part, multipliers=multipliers)
    table.insert(1, "crimes", crimes.to_numpy(dtype=float))
    unknown = table["crimes"].isna()
    return table.assign(
        reason=table["reason"].mask(unknown, "the number of crimes is not known"),
        pounds=table["crimes"] * table["multiplier"] * table["each"],
    )[["crime_type", "crimes", "multiplier", "each", "pounds", "price_base", "reason"]]


def total_cost(costs: pd.DataFrame) -> Result:
    """The sum of a table of `cost_of_crime`, or why there is none: a kind left out would be counted as nothing."""
    if costs.empty:
        return CannotSay("no crime is given")
    silent = costs[costs["reason"] != ""]
    if len(silent):
        first = silent.iloc[0]
        return CannotSay(f"{len(silent)} kinds of crime have no cost; of {first['crime_type']}, {first['reason']}")
    scaled = " with crimes that are not recorded" if (costs["multiplier"] != 1).any() else ""
    method = f"crimes times unit costs at {costs['price_base'].iloc[0]} prices{scaled}"
    return Estimate(float(costs["pounds"].sum()), n=float(costs["crimes"].sum()), method=method, status=Status.SCENARIO)


def break_even(
    spend: float,
    unit_costs: pd.DataFrame,
    *,
    prices: str,
    part: str = "total",
    multipliers: "pd.Series[float] | None" = None,
) -> pd.DataFrame:
    """How many crimes of each kind, were it the only one, would have to be avoided to pay for a spend.

    Parameters
    ----------
    spend : pounds, in real terms
    prices : the financial year whose prices the spend is in: that of the unit costs, or it is refused
    unit_costs, part, multipliers : as in `cost_of_crime`; with multipliers the crimes are recorded ones

    Returns
    -------
    `crime_type`, `multiplier`, `each`, `avoided` (the exact number), `at_least` (whole crimes), `price_base` and
    `reason`. It says what would have to be so, not what was.

    >>> costs = pd.DataFrame({"crime_type": ["robbery"], "total": [10490.0], "price_base": ["2019-20"]})
    >>> break_even(104_900, costs, prices="2019-20")["at_least"].item()
    10.0
    """
    if not 0 <= spend < np.inf:
        raise ValueError(f"spend is known and not negative, and here it is {spend}")
    require_columns(unit_costs, ["crime_type", "price_base"], what="the table of unit costs")
    table = _priced(unit_costs["crime_type"], unit_costs, prices=prices, part=part, multipliers=multipliers)
    worth = table["each"] * table["multiplier"]
    avoided = spend / worth.where(worth > 0)
    nothing = (worth == 0) & (table["reason"] == "")
    return table.assign(
        avoided=avoided,
        at_least=np.ceil(avoided.round(9)),  # a division that is exact must not gain a crime by rounding
        reason=table["reason"].mask(nothing, "one costs nothing, so none can pay for the spend"),
    )[["crime_type", "multiplier", "each", "avoided", "at_least", "price_base", "reason"]]


def _priced(
    kinds: Iterable[str],
    unit_costs: pd.DataFrame,
    *,
    prices: str,
    part: str,
    multipliers: "pd.Series[float] | None",
) -> pd.DataFrame:
    base = _price_base(unit_costs)
    if base != str(FinancialYear.parse(prices)):
        raise ValueError(f"the unit costs are at {base} prices and the rest at {prices}: bring them to one year first")
    if part not in POUNDS:
        raise ValueError(f'a cost of crime has {", ".join(POUNDS)}, not "{part}"')
    require_columns(unit_costs, [part], what="the table of unit costs")
    require_no_infinite(**{part: unit_costs[part]})
    if (unit_costs[part] < 0).any():
        raise ValueError(f"a crime costs nothing less than nothing, and here {part} is negative")
    if unit_costs["crime_type"].duplicated().any():
        raise ValueError("a kind of crime has one unit cost")
    cost = unit_costs.set_index("crime_type")[part].astype(float)
    names = list(kinds)
    for name in names:
        if name not in cost.index:
            raise ValueError(f'there is no unit cost of "{name}".{suggestion(str(name), list(cost.index))}')
    times = pd.Series(1.0, index=names) if multipliers is None else multipliers.reindex(names).astype(float)
    each = cost.reindex(names)
    reason = np.select([each.isna(), times.isna()], ["there is no unit cost", f"there is no number of {RECORDED}"], "")
    return pd.DataFrame(
        {"crime_type": names, "multiplier": times.to_numpy(), "each": each.to_numpy()}, index=range(len(names))
    ).assign(price_base=base, reason=reason)


def _price_base(unit_costs: pd.DataFrame) -> str:
    require_columns(unit_costs, ["crime_type", "price_base"], what="the table of unit costs")
    bases = list(unit_costs["price_base"].unique())
    if len(bases) != 1:
        raise ValueError(f"unit costs are in the prices of one year, not of {bases}")
    return str(FinancialYear.parse(bases[0]))
