"""What the choice of weights, data and rules does: ranges and ranks over many weights, gains and losses, and equity."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vfm.analysis.equity import Index, concentration_index, kakwani_index
from vfm.vocabulary.results import CannotSay, Estimate, Result, Status

Floats = NDArray[np.float64]
INDICES = ("concentration", "kakwani")
LEVEL = 0.95  # of the weights drawn, in a range over weights


def indicator_shares(need: pd.DataFrame) -> pd.DataFrame:
    """Each indicator as the areas' shares of its total: each column sums to 1."""
    return need / need.sum()


def drawn_weights(indicators: list[str], count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Weights drawn so that every mix of the indicators is as likely as any other.

    Notes
    -----
    Dirichlet's distribution with every parameter 1 is uniform over all weights that are not negative and sum to 1.
    """
    return pd.DataFrame(rng.dirichlet(np.ones(len(indicators)), size=count), columns=indicators)


def drawn_shares(need: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Shares of need by each set of weights: one row a set, one column an area; each row sums to 1."""
    return weights @ indicator_shares(need)[list(weights.columns)].T


def over_weights(base: "pd.Series[float]", drawn: pd.DataFrame) -> pd.DataFrame:
    """Each area's share and rank by the stated weights, and where they lie by most of the drawn ones.

    Parameters
    ----------
    base : share of need by area, by the stated weights
    drawn : from `drawn_shares`

    Returns
    -------
    `share`, `lower`, `upper`, `least`, `most` (over all drawn), and `rank` (1 has the greatest share), `rank_lower`,
    `rank_upper`: between lower and upper lie 95% of the draws. It is the range of our choices, not of chance.
    """
    ends = (1 - LEVEL) / 2
    ranks = drawn.rank(axis=1, ascending=False)
    return pd.DataFrame(
        {
            "share": base,
            "lower": np.minimum(drawn.quantile(ends), base),
            "upper": np.maximum(drawn.quantile(1 - ends), base),
            "least": drawn.min(),
            "most": drawn.max(),
            "rank": base.rank(ascending=False),
            "rank_lower": np.minimum(ranks.quantile(ends, interpolation="lower"), base.rank(ascending=False)),
            "rank_upper": np.maximum(ranks.quantile(1 - ends, interpolation="higher"), base.rank(ascending=False)),
        }
    )


def agreement(base: "pd.Series[float]", drawn: pd.DataFrame) -> Estimate:
    """How alike the order of areas is by the stated and by drawn weights: Spearman's correlation, median and range.

    >>> shares = pd.Series({"A": 0.5, "B": 0.3, "C": 0.2})
    >>> agreement(shares, pd.DataFrame([shares, shares])).value
    1.0
    """
    own, others = base.rank(), drawn[base.index].rank(axis=1)
    each = others.apply(lambda row: row.corr(own), axis=1)
    ends = (1 - LEVEL) / 2
    lower, upper = each.quantile(ends), each.quantile(1 - ends)
    method = f"Spearman's correlation with the stated weights; median and middle {LEVEL:.0%} of {len(each):,} draws"
    return Estimate(
        float(each.median()), float(lower), float(upper), n=len(each), method=method, status=Status.SCENARIO
    )


def moved(one: "pd.Series[float]", other: "pd.Series[float]") -> float:
    """The part of a budget that goes to other areas by one set of shares than by another: half of all differences.

    >>> moved(pd.Series({"A": 0.5, "B": 0.5}), pd.Series({"A": 0.4, "B": 0.6}))
    0.1
    """
    return round(float((one - other.reindex(one.index)).abs().sum() / 2), 15)


def most_moved(one: pd.DataFrame, other: pd.DataFrame) -> float:
    """The most of a budget that newer data can move, whatever the weights.

    Notes
    -----
    What a mix of indicators moves is at most the same mix of what each moves (the triangle inequality), so no weights
    move more than the indicator that moves most.
    """
    before, after = indicator_shares(one), indicator_shares(other)
    return max(moved(before[name], after[name]) for name in before.columns)


def over_vintages(base: "pd.Series[float]", others: "Mapping[str, pd.Series[float]]") -> pd.DataFrame:
    """What other data make of the shares by the same weights.

    Parameters
    ----------
    base : share of need by area
    others : the same of other vintages, by name

    Returns
    -------
    One row a vintage: `vintage`, `moved` (the part of a budget that goes elsewhere), `agreement` (Spearman's
    correlation of the orders) and `ranks` (the most that an area moves by).
    """
    ranks = base.rank(ascending=False)
    rows = []
    for name, shares in others.items():
        own = shares.reindex(base.index).rank(ascending=False)
        rows.append((name, moved(base, shares), float(own.corr(ranks)), float((own - ranks).abs().max())))
    return pd.DataFrame(rows, columns=["vintage", "moved", "agreement", "ranks"])


def possible_shares(need: pd.DataFrame) -> pd.DataFrame:
    """The least and the greatest share that any weights can give each area: those of single indicators.

    Returns
    -------
    `least`, `most`, and by which indicator: `least_by`, `most_by`.
    """
    shares = indicator_shares(need)
    return pd.DataFrame(
        {
            "least": shares.min(axis=1),
            "most": shares.max(axis=1),
            "least_by": shares.idxmin(axis=1),
            "most_by": shares.idxmax(axis=1),
        }
    )


def gains(
    before: "pd.Series[int]", after: "pd.Series[int]", people: "pd.Series[float]", crimes: "pd.Series[float]"
) -> pd.DataFrame:
    """Who gains and who loses, in pounds, for each head and for each recorded crime.

    Parameters
    ----------
    before, after : pence by area
    people, crimes : by area

    Returns
    -------
    `before`, `after`, `gain` (pounds), `share` (gain over before), `per_head` and `per_crime` (pounds).
    """
    if not (before.index.equals(after.index) and people.index.equals(after.index) and crimes.index.equals(after.index)):
        raise ValueError("before, after, people and crimes are not of the same areas in the same order")
    gain = (after - before) / 100
    table = pd.DataFrame({"before": before / 100, "after": after / 100, "gain": gain, "share": gain / (before / 100)})
    return table.assign(per_head=gain / people, per_crime=gain / crimes)


def gain_ranges(
    before: pd.DataFrame,
    after: pd.DataFrame,
    weights: pd.DataFrame,
    budget: int,
    *,
    people: "pd.Series[float]",
    crimes: "pd.Series[float]",
) -> pd.DataFrame:
    """Where gains from newer need lie over drawn weights, the budget and the weights staying as they are.

    Parameters
    ----------
    before, after : need by area, of two vintages
    weights : from `drawn_weights`
    budget : pence

    Returns
    -------
    `per_head_lower`, `per_head_upper`, `per_crime_lower` and `per_crime_upper`, pounds: the middle 95% of the draws.
    """
    gain = (drawn_shares(after, weights) - drawn_shares(before, weights)) * budget / 100
    ends = {"lower": (1 - LEVEL) / 2, "upper": 1 - (1 - LEVEL) / 2}
    bases = {"per_head": people, "per_crime": crimes}
    return pd.DataFrame(
        {f"{name}_{end}": (gain / base).quantile(at) for name, base in bases.items() for end, at in ends.items()}
    )


def floor_costs(before: pd.DataFrame, after: pd.DataFrame, weights: pd.DataFrame) -> Estimate:
    """What it costs to let nobody lose as the need is made newer, over the budget: stated weights first, then drawn.

    Parameters
    ----------
    weights : the stated weights in the first row, drawn ones in the others

    Notes
    -----
    With the same budget, what the losers lose is half of all differences: so much has to be added.
    """
    cost = (drawn_shares(after, weights) - drawn_shares(before, weights)).abs().sum(axis=1) / 2
    drawn = cost.iloc[1:]
    ends = [float(drawn.quantile(at)) for at in ((1 - LEVEL) / 2, 1 - (1 - LEVEL) / 2)]
    value = float(cost.iloc[0])
    method = f"half of all differences; range: middle {LEVEL:.0%} of {len(drawn):,} draws of weights"
    return Estimate(
        value, min(ends[0], value), max(ends[1], value), n=len(drawn), method=method, status=Status.SCENARIO
    )


def per_head(ranges: pd.DataFrame, budget: int, people: "pd.Series[float]") -> pd.DataFrame:
    """Shares and their ranges, from `over_weights`, as pounds for each head of a budget in pence."""
    return (
        ranges[["share", "lower", "upper"]].mul(budget / 100 / people, axis="index").rename(columns={"share": "value"})
    )


def against_need(
    funding: Mapping[str, "pd.Series[float]"], need: Mapping[str, "pd.Series[float]"], people: "pd.Series[float]"
) -> pd.DataFrame:
    """How each way of sharing money lies against each kind of need, for each head, weighted by people.

    Returns
    -------
    One row a way and a kind: `way`, `need`, `concentration` (above 0: more money for each head where need is greater),
    `kakwani` (above 0: more than in proportion to need; 0: in proportion), each with `_lower` and `_upper`, and
    `reason` where there is none.
    """
    rows = []
    for way, money in funding.items():
        for kind, amount in need.items():
            per_head, want = money.reindex(people.index) / people, amount.reindex(people.index) / people
            found = {
                "concentration": concentration_index(per_head, want, weights=people),
                "kakwani": kakwani_index(per_head, want, weights=people),
            }
            rows.append({"way": way, "need": kind, **_ends(found)})
    return pd.DataFrame(rows)


def _ends(found: Mapping[str, Index | CannotSay]) -> dict[str, float | str]:
    row: dict[str, float | str] = {"reason": ""}
    for name, index in found.items():
        if isinstance(index, CannotSay):
            row |= {name: np.nan, f"{name}_lower": np.nan, f"{name}_upper": np.nan, "reason": index.reason}
        else:
            # Twelve places: what floating numbers leave of nothing is nothing, and has no sign.
            ends = [round(float(end or 0), 12) + 0.0 for end in (index.value, index.lower, index.upper)]
            row |= dict(zip((name, f"{name}_lower", f"{name}_upper"), ends, strict=True))
    return row


def index_results(table: pd.DataFrame, way: str, need: str, *, status: Status) -> dict[str, Result]:
    """The indices of one way and kind from `against_need`, as results with their intervals, by name."""
    row = table.set_index(["way", "need"]).loc[(way, need)]
    if row["reason"]:
        return dict.fromkeys(INDICES, CannotSay(str(row["reason"]), status=status))
    method = "for each head, weighted by people; 95% by the influence of each area"
    ends = {name: [float(row[f"{name}{end}"]) for end in ("", "_lower", "_upper")] for name in INDICES}
    return {name: Estimate(v, low, high, method=method, status=status) for name, (v, low, high) in ends.items()}
