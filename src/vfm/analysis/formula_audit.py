"""Whether a real table of allocations follows a formula: which weights come nearest, and who departs from any."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog, nnls

from vfm.analysis.formula_choice import indicator_shares, moved
from vfm.vocabulary.results import CannotSay, Estimate, Result

Floats = NDArray[np.float64]
SPECK = 1e-12  # of the weights: less is what floating numbers leave of nothing
CONDITION = 1e8  # above it the indicators are one another's mixes for all that the numbers can tell


@dataclass(frozen=True)
class Audit:
    """The weights that come nearest to a table of allocations, and what they leave unexplained.

    Parameters
    ----------
    weights : one row an indicator: `weight`, and `lower` to `upper` over the fits that leave out one area at a time
    areas : one row an area: `share`, `fitted`, `left_over` (share less fitted), `money` (the same in pounds), `least`
        and `most` (what any weights at all can give it), `departs` ("more than any weights give", "less than any
        weights give" or ""), by how much money: `beyond`; `aside` (pounds above or below the formula that fits most
        areas best), and whether that `stands_out` ("above", "below" or "")
    left_over : the part of the money that would have to move for the table to be what the weights give
    fit : of the same, beside sharing it equally: 1 is all explained, 0 none
    """

    weights: pd.DataFrame
    areas: pd.DataFrame
    left_over: Estimate
    fit: Estimate | CannotSay


MORE, LESS = "more than any weights give", "less than any weights give"
ABOVE, BELOW = "above", "below"
STANDS_OUT = 3.5  # modified z-score; Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993)


def audit(allocations: "pd.Series[float]", need: pd.DataFrame, *, rounded_to: float = 0.0) -> Audit | CannotSay:
    """Find the weights of indicators that come nearest to a real table of allocations.

    Parameters
    ----------
    allocations : pounds by area, as published or given
    need : amounts by area, one column an indicator; areas without an allocation are left out, and shares are of those
        that have one
    rounded_to : pounds that the table is rounded to; less than half of it is no departure

    Raises
    ------
    ValueError
        when an area of the table has no need, or an amount is below zero.

    Notes
    -----
    Shares y and indicators' shares X, least squares: the smallest |y - X w| with w not negative and sum(w) = 1. As
    sum(w) = 1, y - X w = (y 1' - X) w, so with A = y 1' - X the fit is that of A w to zero. Non-negative least squares
    (Lawson and Hanson, Solving Least Squares Problems, 1974) of A and a row of ones to zeros and a one gives t w for a
    t over zero: for each w the best t is 1 / (1 + |A w|^2), and the sum is then least where |A w| is.

    An area's share by any weights lies between the least and the greatest of its single indicators. Outside that, no
    weights of these indicators explain it, and either there are others or there is no formula.

    Within it an area may still be an exception from what the others follow. Least squares would bend to it, so a second
    fit makes the sum of the distances least, in pounds, its total left free: it holds to what most areas follow. An
    area stands out where its distance is more than 3.5 times the usual one, the median over 0.6745, which is taken as
    half of the rounding at least.
    """
    strangers = [str(area) for area in allocations.index if area not in need.index]
    if strangers:
        raise ValueError(f"no need is known of {', '.join(strangers)}")
    if (allocations < 0).any() or allocations.isna().any():
        raise ValueError("an allocation is missing or below zero")
    need = need.loc[allocations.index]
    if len(allocations) <= len(need.columns):
        return CannotSay(f"{len(allocations)} areas are too few to tell {len(need.columns)} weights")
    total = float(allocations.sum())
    if not total > 0:
        return CannotSay("nothing was allocated")
    without = [name for name in need.columns if not need[name].sum() > 0]
    if without:
        return CannotSay(f"the areas have nothing of {', '.join(without)}")
    shares, given = indicator_shares(need), allocations / total
    if np.linalg.cond(shares.to_numpy()) > CONDITION:
        return CannotSay("an indicator is a mix of the others, so its weight cannot be told from theirs")
    weight = nearest_weights(given.to_numpy(), shares.to_numpy())
    return Audit(
        _with_range(weight, given, shares),
        _areas(allocations, shares, weight, rounded_to),
        _left_over(given, shares, weight),
        _fit(given, shares, weight),
    )


def nearest_weights(given: Floats, shares: Floats) -> Floats:
    """The weights, not negative and with a sum of 1, whose mix of columns is nearest to what was given."""
    off = given[:, None] - shares
    # Shares are small numbers: brought to the size of the row of ones, that the sum be found to the same digits.
    size = float(np.abs(off).max()) or 1.0
    found, _ = nnls(np.vstack([off / size, np.ones(shares.shape[1])]), np.append(np.zeros(len(given)), 1.0))
    found = np.where(found > SPECK * found.sum(), found, 0.0)
    return np.asarray(found / found.sum(), dtype=np.float64)


def _with_range(weight: Floats, given: "pd.Series[float]", shares: pd.DataFrame) -> pd.DataFrame:
    """The weights, and their range when each area in turn is left out."""
    left_out = []
    for area in given.index:
        rest = shares.drop(index=area)
        part = given.drop(index=area)
        if not (rest.sum() > 0).all() or not part.sum() > 0:
            continue
        left_out.append(nearest_weights((part / part.sum()).to_numpy(), (rest / rest.sum()).to_numpy()))
    fits = np.vstack([weight, *left_out])
    table = pd.DataFrame({"weight": weight, "lower": fits.min(axis=0), "upper": fits.max(axis=0)}, index=shares.columns)
    return table.rename_axis("indicator").reset_index()


def _areas(allocations: "pd.Series[float]", shares: pd.DataFrame, weight: Floats, rounded_to: float) -> pd.DataFrame:
    total = float(allocations.sum())
    given, fitted = allocations / total, shares @ weight
    table = pd.DataFrame({"amount": allocations, "share": given, "fitted": fitted, "left_over": given - fitted})
    table = table.assign(money=table["left_over"] * total, least=shares.min(axis=1), most=shares.max(axis=1))
    over, under = (given - table["most"]) * total, (table["least"] - given) * total
    slack = rounded_to / 2 + total * 1e-12  # what rounding, of the table and of floating numbers, leaves open
    table["departs"] = pd.Series("", index=table.index).mask(over > slack, MORE).mask(under > slack, LESS)
    table["beyond"] = over.clip(lower=0).where(over > under, 0.0 - under.clip(lower=0))
    table["aside"] = allocations - followed_by_most(allocations, shares)
    usual = max(float(table["aside"].abs().median()) / 0.6745, slack)
    out = table["aside"] / usual
    return table.assign(
        stands_out=pd.Series("", index=table.index).mask(out > STANDS_OUT, ABOVE).mask(out < -STANDS_OUT, BELOW)
    )


def followed_by_most(allocations: "pd.Series[float]", shares: pd.DataFrame) -> "pd.Series[float]":
    """Pounds of each area by the weights and the total whose distances from what was given have the least sum.

    Notes
    -----
    Least absolute deviations as a linear programme: of u, p and q, none below zero, with X u + p - q = y, the sum of
    p + q is made least. u holds the weights times the total.
    """
    size = float(allocations.sum())
    areas, indicators = shares.shape
    cost = np.concatenate([np.zeros(indicators), np.ones(2 * areas)])
    meets = np.hstack([shares.to_numpy(), np.eye(areas), -np.eye(areas)])
    found = linprog(cost, A_eq=meets, b_eq=allocations.to_numpy() / size, bounds=(0, None), method="highs")
    return pd.Series(shares.to_numpy() @ found.x[:indicators] * size, index=shares.index)


def _left_over(given: "pd.Series[float]", shares: pd.DataFrame, weight: Floats) -> Estimate:
    method = "half of the differences from the nearest weights, non-negative least squares with a sum of 1"
    return Estimate(moved(given, shares @ weight), n=len(given), method=method)


def _fit(given: "pd.Series[float]", shares: pd.DataFrame, weight: Floats) -> Estimate | CannotSay:
    spread = float(((given - 1 / len(given)) ** 2).sum())
    if spread < 1e-18:
        return CannotSay("every area was given the same, so there is no spread to explain")
    missed = float(((given - shares @ weight) ** 2).sum())
    return Estimate(1 - missed / spread, n=len(given), method="1 less squared differences over those from equal shares")


# ---- every table there is


def given_tables(
    allocations: pd.DataFrame, funding_tables: pd.DataFrame, names: "pd.Series[str]"
) -> "dict[str, pd.Series[float]]":
    """The real tables of allocations by borough: those published for every borough, and those that were put in.

    Parameters
    ----------
    allocations : `gss_code`, `fund`, `period` and `amount` (pounds)
    funding_tables : `file`, `gss_code`, `period` (may be blank) and `amount_pence`
    names : of the boroughs that need is known of, by code; others are left out

    Returns
    -------
    Pounds by code for each fund or file and period, by its name.
    """
    tables = {}
    for (fund, period), rows in allocations.groupby(["fund", "period"]):
        own = rows[rows["gss_code"].isin(names.index)].set_index("gss_code")["amount"].astype(float)
        if len(own) == len(names):
            tables[f"{fund}, {period}"] = own.sort_index()
    for (file, period), rows in funding_tables.fillna({"period": ""}).groupby(["file", "period"]):
        own = rows[rows["gss_code"].isin(names.index)].set_index("gss_code")["amount_pence"].astype(float) / 100
        tables[f"{file}, {period}".removesuffix(", ")] = own.sort_index()
    return tables


def apparent_rounding(amounts: "pd.Series[float]") -> float:
    """Pounds that a table seems to be rounded to: the greatest of 1, 10, 100, ... that all its sums are whole times of.

    >>> apparent_rounding(pd.Series([5200.0, 12000.0])), apparent_rounding(pd.Series([0.5]))
    (100.0, 0.1)
    """
    pence = (amounts * 100).round().astype("int64")
    whole = [10**n for n in range(8) if (pence % 10**n == 0).all()] if pence.any() else [1]
    return max(whole) / 100


@dataclass(frozen=True)
class Audits:
    """Audits of several tables against several sets of indicators.

    Parameters
    ----------
    summary : one row a table and set: `table`, `indicators`, `boroughs`, `left_over` (a proportion), `money` (the same
        in pounds), `fit`, `departs` and `stands_out` (how many boroughs), and `reason` where nothing can be said
    weights : one row a table, set and indicator, with its range
    areas : the boroughs that no weights explain or that stand out, one row each: `table`, `indicators`, `area`,
        `amount`, `departs`, `beyond` (pounds), `stands_out`, `aside` (pounds); "no" where one of the two does not hold
    """

    summary: pd.DataFrame
    weights: pd.DataFrame
    areas: pd.DataFrame


def audits(
    tables: "Mapping[str, pd.Series[float]]", sets: Mapping[str, pd.DataFrame], names: "pd.Series[str]"
) -> Audits:
    """Audit every table against every set of indicators, each as rounded as it seems to be."""
    summary, weights, areas = [], [], []
    for table, given in tables.items():
        for kind, need in sets.items():
            about = {"table": table, "indicators": kind}
            found = audit(given, need, rounded_to=apparent_rounding(given))
            if isinstance(found, CannotSay):
                summary.append(about | {"boroughs": len(given), "reason": found.reason})
                continue
            out = found.areas[(found.areas[["departs", "stands_out"]] != "").any(axis=1)]
            left, fit = found.left_over.value, found.fit
            summary.append(
                about
                | {"boroughs": len(given), "left_over": left, "money": left * given.sum()}
                | {name: int((out[name] != "").sum()) for name in ("departs", "stands_out")}
                | {"fit": None if isinstance(fit, CannotSay) else fit.value, "reason": ""}
            )
            weights.append(found.weights.assign(**about))
            told = out.replace({"departs": {"": "no"}, "stands_out": {"": "no"}})
            areas.append(told.assign(area=names.reindex(out.index), **about))
    columns = ["table", "indicators", "boroughs", "left_over", "money", "fit", "departs", "stands_out", "reason"]
    return Audits(
        pd.DataFrame(summary, columns=columns),
        pd.concat(weights, ignore_index=True) if weights else pd.DataFrame(columns=WEIGHTS),
        pd.concat(areas).rename_axis("gss_code").reset_index() if areas else pd.DataFrame(columns=AREAS),
    )


WEIGHTS = ("indicator", "weight", "lower", "upper", "table", "indicators")
AREAS = ("gss_code", "area", "amount", "departs", "beyond", "stands_out", "aside", "table", "indicators")


def audit_results(found: Audits, table: str, indicators: str) -> dict[str, Result]:
    """What one audit found, as results: `left-over` (a proportion) and `departs` (how many boroughs), or why not."""
    row = found.summary.set_index(["table", "indicators"]).loc[(table, indicators)]
    if row["reason"]:
        return dict.fromkeys(("left-over", "departs"), CannotSay(str(row["reason"])))
    n = int(row["boroughs"])
    return {
        "left-over": Estimate(float(row["left_over"]), n=n, method="half of the differences from the nearest weights"),
        "departs": Estimate(int(row["departs"]), n=n, method="boroughs outside the shares of all single indicators"),
    }
